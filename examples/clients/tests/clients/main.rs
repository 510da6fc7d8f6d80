//! Each program on a database, and the page that shows it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on must fail")]

mod page;
mod tls;

use std::path::Path;
use std::process::{Command, Output};

use migrate_fixtures::Server;

/// Runs a program, which trusts the authorities in this file.
fn run(program: &str, url: &str, authorities: &Path) -> Output {
    let mut command = Command::new(program);
    command
        .env("DATABASE_URL", url)
        .env("SSL_CERT_FILE", authorities);
    command.env_remove("SSL_CERT_DIR").output().unwrap()
}

/// What a program says that succeeds.
fn output(program: &str, url: &str, authorities: &Path) -> String {
    let output = run(program, url, authorities);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{program}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn each_client_applies_and_works_on() {
    for program in [
        env!("CARGO_BIN_EXE_seaorm"),
        env!("CARGO_BIN_EXE_diesel"),
        env!("CARGO_BIN_EXE_diesel_async"),
    ] {
        let database = Server::shared().database();
        let url = database.url();
        let first = output(program, &url, Path::new(""));
        let applied = first.contains("applied migrations/0001_create_visits.sql");
        assert!(applied, "{program}: {first}");
        let second = output(program, &url, Path::new(""));
        assert!(second.starts_with("up to date"), "{program}: {second}");
        assert_eq!(database.value("SELECT count(*) FROM visits"), "2");
        database.assert_quiet();
    }
}
