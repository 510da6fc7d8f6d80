//! Each pool's program on one database, one after the other.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

use std::process::Command;

use migrate_fixtures::Server;

fn run(program: &str, url: &str) -> String {
    let output = Command::new(program)
        .env("DATABASE_URL", url)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_first_pools_client_applies_and_the_others_find_nothing_pending() {
    let database = Server::shared().database();
    let first = run(env!("CARGO_BIN_EXE_deadpool"), &database.url());
    assert!(
        first.contains("applied migrations/0001_create_visits.sql"),
        "{first}"
    );
    for program in [env!("CARGO_BIN_EXE_bb8"), env!("CARGO_BIN_EXE_r2d2")] {
        let output = run(program, &database.url());
        assert!(output.starts_with("up to date"), "{output}");
    }
    database.assert_quiet();
}
