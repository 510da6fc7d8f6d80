//! The program over the embedded migrations: what an image without any files can do.

use std::process::Command;

use migrate_fixtures::{Database, Server};

/// Calls it in a directory without migrations: exit code and stdout.
fn migrate(database: &Database, arguments: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_content-ai-migrate"))
        .args(arguments)
        .current_dir("/")
        .env("DATABASE_URL", database.url())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

#[test]
fn the_embedded_migrations_need_no_files() {
    let database = Server::shared().database();
    let (code, before) = migrate(&database, &["status", "--exit-code"]);
    assert_eq!(code, 1, "{before}");
    let (code, run) = migrate(&database, &["run"]);
    assert_eq!(code, 0, "{run}");
    assert!(
        run.contains("applied migrations/001_initial_schema.sql"),
        "{run}"
    );
    assert_eq!(migrate(&database, &["status", "--exit-code"]).0, 0);
    let (code, reverted) = migrate(&database, &["revert"]);
    assert_eq!(code, 0, "{reverted}");
    assert!(
        reverted.contains("with migrations/20250210083000_index_search.down.sql"),
        "{reverted}"
    );
    assert_eq!(migrate(&database, &["run"]).0, 0);
    database.assert_quiet();
}

#[test]
fn commands_that_need_files_are_not_part_of_it() {
    let database = Server::shared().database();
    assert_eq!(migrate(&database, &["create", "x"]).0, 2);
}

#[test]
fn its_version_is_that_of_the_application() {
    let database = Server::shared().database();
    let expected = format!("migrate {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(migrate(&database, &["--version"]), (0, expected));
}
