//! Which server is chosen, and what is said where there is none.

use migrate_fixtures::Server;

use crate::program::{databases, is_template, run, server, tester};

/// The URL of a new role.
fn role(server: &Server, name: &str, right: &str) -> String {
    let sql = format!("CREATE ROLE {name} LOGIN {right}");
    server.execute(&sql).expect("the superuser may");
    server
        .url("postgres")
        .replace("postgres@", &format!("{name}@"))
}

/// No server can be started.
const NO_PROGRAMS: (&str, &str) = ("MIGRATE_TEST_POSTGRES", "/nonexistent");

#[test]
fn the_right_to_create_databases_is_enough() {
    let server = server();
    let url = role(&server, "tester", "CREATEDB");
    let (said, told) = run(tester("shop insert 4").env("MIGRATE_TEST_DATABASE_URL", url));
    assert_eq!(said, "passed 4\n");
    let expected = format!(
        "migrate-test: using the server at 127.0.0.1:{}, from MIGRATE_TEST_DATABASE_URL\n",
        server.port()
    );
    assert_eq!(told, expected);
    let left = databases(&server);
    assert_eq!(left.iter().filter(|name| is_template(name)).count(), 1);
}

#[test]
fn a_role_that_may_not_create_databases_is_told_how_it_may() {
    let server = server();
    let url = role(&server, "reader", "");
    let (said, _) = run(tester("shop errors 2").env("MIGRATE_TEST_DATABASE_URL", url));
    let expected = "PermissionDenied: cannot create a database: permission denied to create database [42501]\n  \
                    = help: give the role the right: ALTER ROLE reader CREATEDB\n  \
                    = help: or name a server with another role in MIGRATE_TEST_DATABASE_URL\n\n";
    assert_eq!(said, expected.repeat(2));
}

#[test]
fn the_applications_own_server_is_used_if_it_is_local() {
    let server = server();
    let url = role(&server, "tester", "CREATEDB");
    let (said, told) = run(tester("shop insert 1").env("DATABASE_URL", url));
    assert_eq!(said, "passed 1\n");
    assert!(told.ends_with(", from DATABASE_URL\n"), "{told}");
}

#[test]
fn the_applications_own_server_is_not_used_elsewhere() {
    let mut command = tester("shop errors 1");
    command.env(
        "DATABASE_URL",
        "postgres://app:secret@db.example.com/production",
    );
    let (said, _) = run(command.env(NO_PROGRAMS.0, NO_PROGRAMS.1));
    let expected = "NoServer: there is no server for tests: no PostgreSQL can be run from /nonexistent, which MIGRATE_TEST_POSTGRES names\n  \
                    = help: set MIGRATE_TEST_DATABASE_URL to the URL of a server where databases may be created\n  \
                    = help: or install PostgreSQL's server (Debian: apt-get install postgresql; macOS: brew install postgresql), which is then started; or Python's pip, so that it can be fetched\n  \
                    = help: DATABASE_URL is not used: the server at db.example.com:5432 is not on this machine; \
                    if databases may be created there, set MIGRATE_TEST_DATABASE_URL to its URL\n\n";
    assert_eq!(said, expected);
}

#[test]
fn nor_if_its_role_may_not_create_databases() {
    let server = server();
    let url = role(&server, "reader", "");
    let mut command = tester("shop errors 1");
    command.env("DATABASE_URL", url);
    let (said, _) = run(command.env(NO_PROGRAMS.0, NO_PROGRAMS.1));
    let expected = format!(
        "DATABASE_URL is not used: its role may not create databases on the server at 127.0.0.1:{}",
        server.port()
    );
    assert!(said.contains(&expected), "{said}");
    assert_eq!(databases(&server), [""; 0]);
}

#[test]
fn a_variable_that_is_no_url_is_named_without_its_password() {
    let mut command = tester("shop errors 1");
    let (said, _) = run(command.env("MIGRATE_TEST_DATABASE_URL", "postgres://a:secret@h:x/d"));
    assert!(
        said.starts_with("Environment: MIGRATE_TEST_DATABASE_URL is not a connection string"),
        "{said}"
    );
    assert!(!said.contains("secret"), "{said}");
}

#[test]
fn a_server_that_does_not_answer_is_named() {
    let mut command = tester("shop errors 1");
    let (said, _) = run(command.env("MIGRATE_TEST_DATABASE_URL", "postgres://127.0.0.1:1/d"));
    assert!(
        said.starts_with("Connection: cannot connect to the server at 127.0.0.1:1: "),
        "{said}"
    );
}
