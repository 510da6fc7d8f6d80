//! What a person who runs the program sees.

use std::process::{Command, Output};

use migrate_fixtures::{Database, Server};

fn program(url: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_content-ai"))
        .env("DATABASE_URL", url)
        .output()
        .unwrap()
}

fn start(database: &Database) -> String {
    let output = program(&database.url());
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    assert_eq!(errors, "");
    String::from_utf8(output.stdout).unwrap()
}

/// Everything after the status table.
fn found(output: &str) -> &str {
    let start = output.find("Who reviews").unwrap();
    output.get(start..).unwrap()
}

#[test]
fn the_first_start_applies_every_migration_and_finds_the_nearest_passage() {
    let database = Server::shared().database();
    let output = start(&database);
    for file in [
        "001_initial_schema.sql",
        "003_create_migration_tracking.sql",
        "20250210083000_index_search.sql",
    ] {
        assert!(
            output.contains(&format!("applied migrations/{file}")),
            "{output}"
        );
    }
    let first = found(&output).lines().nth(1).unwrap();
    assert!(
        first.ends_with("A second person reviews every article before it is published."),
        "{output}"
    );
    assert!(output.ends_with("articles: 1, passages: 5\n"), "{output}");
    database.assert_quiet();
}

#[test]
fn the_second_start_finds_nothing_pending_and_stores_nothing_twice() {
    let database = Server::shared().database();
    let first = start(&database);
    let second = start(&database);
    assert!(second.starts_with("up to date"), "{second}");
    assert_eq!(found(&first), found(&second));
    assert_eq!(database.value("SELECT count(*) FROM articles"), "1");
    assert_eq!(database.value("SELECT count(*) FROM knowledge_chunks"), "5");
}

#[test]
fn an_unreachable_server_is_named_with_its_cause_and_fails_the_program() {
    let output = program("postgres://postgres@127.0.0.1:1/none");
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.starts_with("error: "), "{errors}");
    assert!(errors.contains("caused by: "), "{errors}");
}
