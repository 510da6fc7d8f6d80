//! What is in the finished program.

use std::fs;

use crate::fixture::Fixture;

const MAIN: &str = r#"
use migrate_runtime::embed_migrations;

fn main() {
    let migrations = embed_migrations!();
    println!("{:?} {}", migrations.runner(), migrations.iter().map(|m| m.up().sql()).collect::<String>());
}
"#;

#[test]
fn only_a_program_with_debug_assertions_holds_a_path_of_this_machine() {
    let fixture = Fixture::new("paths", MAIN);
    fixture.write("migrations/1_a.sql", "SELECT 'a text to be found';\n");
    let directory = fixture.path("migrations");
    let directory = directory.to_str().unwrap();
    for (assertions, expected) in [("true", true), ("false", false)] {
        let setting = format!("profile.dev.debug-assertions={assertions}");
        let outcome = fixture.cargo(&["build", "--config", &setting, "--message-format=json"]);
        assert!(outcome.succeeded, "{}", outcome.messages());
        let executable = outcome.stdout.split("\"executable\":\"").nth(1).unwrap();
        let program = fs::read(executable.split('"').next().unwrap()).unwrap();
        let holds = |text: &str| {
            program
                .windows(text.len())
                .any(|part| part == text.as_bytes())
        };
        assert!(holds("a text to be found"));
        assert_eq!(
            holds(directory),
            expected,
            "with debug-assertions={assertions}"
        );
    }
}
