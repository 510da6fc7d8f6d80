//! Migrations at the root of a workspace and in its crates, behind a library that several programs use.

use crate::fixture::Fixture;
use crate::tracking::MAIN;

/// The library that has the migrations: those of the workspace, and a set of its own with another history.
fn library() -> String {
    let audit = r#"pub static AUDIT: migrate_runtime::Migrations = embed_migrations!("audit", table = "audit_history");"#;
    let of_one = "for migration in &MIGRATIONS {";
    let of_both = "for migration in MIGRATIONS.iter().chain(&AUDIT) {";
    let library = MAIN
        .replace("\"migrations\"", "\"../../migrations\"")
        .replace("fn main()", "pub fn list()")
        .replace(of_one, of_both);
    format!("{library}\n{audit}\n")
}

/// A package of the workspace.
fn package(name: &str, dependency: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n"
    )
}

fn workspace() -> Fixture {
    let fixture = Fixture::new("workspace-root", "");
    // That the fixture has written for a single crate: the dependency on the runtime.
    let single = fixture.read("Cargo.toml");
    let runtime = single
        .lines()
        .find(|line| line.starts_with("migrate-runtime"));
    fixture.remove("src/main.rs");
    fixture.write(
        "Cargo.toml",
        "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n\n[profile.dev]\ndebug = false\n",
    );
    fixture.write("crates/db/Cargo.toml", package("db", runtime.unwrap()));
    fixture.write("crates/db/src/lib.rs", library());
    for name in ["api", "worker"] {
        let root = format!("crates/{name}");
        let dependency = "db = { path = \"../db\" }";
        fixture.write(&format!("{root}/Cargo.toml"), package(name, dependency));
        fixture.write(&format!("{root}/src/main.rs"), "fn main() { db::list() }\n");
    }
    fixture.write("migrations/1_a.sql", "SELECT 1;\n");
    fixture.write("crates/db/audit/1_log.sql", "SELECT 10;\n");
    fixture
}

/// What a program of the workspace prints, and whether it is current.
fn run(fixture: &Fixture, program: &str) -> String {
    let outcome = fixture.cargo(&["run", "--package", program]);
    assert!(outcome.succeeded, "{}", outcome.messages());
    outcome.stdout
}

#[test]
fn every_program_has_what_changed_in_any_set_of_the_library() {
    let fixture = workspace();
    for program in ["api", "worker"] {
        assert_eq!(
            run(&fixture, program),
            "1_a.sql: SELECT 1;\n1_log.sql: SELECT 10;\nup to date\n"
        );
    }
    fixture.write("migrations/1_a.sql", "SELECT 2;\n");
    fixture.write("crates/db/audit/1_log.sql", "SELECT 20;\n");
    for program in ["worker", "api"] {
        assert_eq!(
            run(&fixture, program),
            "1_a.sql: SELECT 2;\n1_log.sql: SELECT 20;\nup to date\n"
        );
    }
    // The message names the line by the way from the crate.
    fixture.write("migrations/2_b.sql", "SELECT 3;\n");
    let line = "println!(\"cargo::rerun-if-changed=../../migrations\");";
    let stale = run(&fixture, "api");
    assert!(stale.contains(line), "{stale}");
    let script = format!("fn main() {{ {line} }}\n");
    fixture.write("crates/db/build.rs", script);
    for program in ["api", "worker"] {
        let listed = run(&fixture, program);
        assert!(listed.contains("2_b.sql: SELECT 3;\n"), "{listed}");
        assert!(listed.ends_with("up to date\n"), "{listed}");
    }
    fixture.remove("migrations/2_b.sql");
    fixture.write("migrations/3_c.sql", "SELECT 4;\n");
    assert!(run(&fixture, "worker").starts_with("1_a.sql: SELECT 2;\n3_c.sql: SELECT 4;\n"));
}
