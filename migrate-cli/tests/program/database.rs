//! Creating and dropping the database itself.

use std::io::Write as _;
use std::process::Stdio;

use crate::place::{Place, check};

const FILES: [(&str, &str); 1] = [("1_one.sql", "CREATE TABLE one ();\n")];

/// The URL of a database that does not exist, on the same server.
fn missing(place: &Place) -> String {
    format!("{}_made", place.database.url())
}

/// Calls `migrate database` with these arguments, which has to succeed.
fn succeed(place: &Place, url: &str, arguments: &[&str]) -> String {
    let mut all = vec!["database"];
    all.extend(arguments);
    all.extend(["--database-url", url]);
    let said = place.call(&all);
    assert!(said.starts_with("exit: 0"), "{arguments:?}: {said}");
    said
}

#[test]
fn a_database_is_created_migrated_and_dropped_by_following_the_advice() {
    let place = Place::new(&FILES);
    let url = missing(&place);
    check!(place, ["run", "--database-url", &url], @r#"
    exit: 2
    ----- stderr
    error: cannot connect to database `[database]_made` at 127.0.0.1:[port] as `postgres`
      caused by: FATAL: database "[database]_made" does not exist
      = help: create it: `migrate database create`
    "#);
    check!(place, ["database", "create", "--database-url", &url], @"
    exit: 0
    ----- stdout
    created database `[database]_made` at 127.0.0.1:[port] as `postgres`
    ");
    check!(place, ["run", "--database-url", &url], @"
    exit: 0
    ----- stdout
    applied migrations/1_one.sql in [n] ms
    applied 1 migration
    ");
    check!(place, ["database", "create", "--database-url", &url], @"
    exit: 0
    ----- stdout
    nothing to create: database `[database]_made` at 127.0.0.1:[port] as `postgres` exists
    ");
    check!(place, ["database", "drop", "--database-url", &url], @"
    exit: 2
    ----- stderr
    error: database `[database]_made` at 127.0.0.1:[port] as `postgres` would be dropped with everything in it
      = help: give `--yes` if that is what you want: there is no terminal to ask on
    ");
    check!(place, ["database", "drop", "--database-url", &url, "--yes"], @"
    exit: 0
    ----- stdout
    dropped database `[database]_made` at 127.0.0.1:[port] as `postgres`
    ");
    check!(place, ["database", "drop", "--database-url", &url, "--yes"], @"
    exit: 0
    ----- stdout
    nothing to drop: there is no database `[database]_made` at 127.0.0.1:[port] as `postgres`
    ");
}

#[test]
fn reset_makes_the_database_of_the_same_owner_with_every_migration() {
    let place = Place::new(&FILES);
    let url = missing(&place);
    let owner = place.database.role("");
    succeed(
        &place,
        &url,
        &["create", "--owner", &owner, "--encoding", "UTF8"],
    );
    assert!(
        place
            .call(&["run", "--database-url", &url])
            .starts_with("exit: 0")
    );
    place.write("migrations/1_one.sql", "CREATE TABLE two ();\n");
    check!(place, ["database", "reset", "--database-url", &url, "--yes"], @"
    exit: 0
    ----- stdout
    dropped database `[database]_made` at 127.0.0.1:[port] as `postgres`
    created database `[database]_made` at 127.0.0.1:[port] as `postgres`
    applied migrations/1_one.sql in [n] ms
    applied 1 migration
    ");
    let owner_now = place.database.value(&format!(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '{}_made'",
        place.database.name()
    ));
    assert_eq!(owner_now, owner);
    // What the build would refuse is found before anything is dropped.
    place.write("migrations/2_two.sql", "CREATE TABEL two ();\n");
    let reset = place.call(&["database", "reset", "--database-url", &url, "--yes"]);
    assert!(
        reset.starts_with("exit: 1") && !reset.contains("dropped"),
        "{reset}"
    );
    place.remove("migrations/2_two.sql");
    check!(place, ["database", "drop", "--database-url", &url, "--yes", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "database",
      "database": "[database]_made",
      "dropped": true,
      "ok": true
    }
    "#);
    check!(place, ["database", "reset", "--database-url", &url, "--yes", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "ahead": [],
      "applied": [
        {
          "attempts": 1,
          "file": "migrations/1_one.sql",
          "ms": [n],
          "name": "one",
          "version": 1
        }
      ],
      "command": "run",
      "current": 0,
      "drifted": [],
      "missing": [],
      "ok": true
    }
    "#);
    succeed(&place, &url, &["drop", "--yes"]);
}

#[test]
fn sessions_are_in_the_way_until_they_are_to_be_ended() {
    let place = Place::new(&FILES);
    let mut session = place.database.client();
    session
        .batch_execute("SET application_name = 'a report'")
        .unwrap();
    let drop = ["database", "drop", "--yes"];
    check!(place, drop, @r#"
    exit: 1
    ----- stderr
    error: cannot drop the database `[database]` at 127.0.0.1:[port]
      caused by: ERROR: database "[database]" is being accessed by other users
    DETAIL: There is 1 other session using the database.
      caused by: connected: pid [n] (role postgres, application a report)
      = help: stop what is connected, or end its sessions with `--end-sessions`
    "#);
    check!(place, ["database", "drop", "--yes", "--end-sessions"], @"
    exit: 0
    ----- stdout
    dropped database `[database]` at 127.0.0.1:[port] as `postgres`
    ");
    assert!(session.batch_execute("SELECT").is_err());
    succeed(&place, &place.database.url(), &["create"]);
}

#[test]
fn what_is_not_to_be_dropped_stays() {
    let place = Place::new(&FILES);
    check!(place, ["database", "drop", "--yes", "--database-url", "postgres://u@db.example.com/app"], @"
    exit: 2
    ----- stderr
    error: database `app` at db.example.com:5432 as `u` is not on this machine, so it is not dropped
      = help: if that is what you want, give `--force`
    ");
    let (server, _) = place
        .database
        .url()
        .rsplit_once('/')
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    for kept in ["postgres", "template1"] {
        let kept = place.call(&[
            "database",
            "drop",
            "--yes",
            "--database-url",
            &format!("{server}/{kept}"),
        ]);
        assert!(
            kept.starts_with("exit: 1") && kept.contains("every server has"),
            "{kept}"
        );
    }
    // A pipe is no terminal to ask on.
    let mut command = place.command(&["database", "drop"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"y\n").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    assert_eq!(place.database.value("SELECT 1"), "1");
}

#[test]
fn a_role_without_the_right_is_told_which() {
    let place = Place::new(&FILES);
    let role = place.database.role("");
    let url = format!("{}_made", place.database.url_for(&role));
    let said = place
        .call(&["database", "create", "--database-url", &url])
        .replace(&role, "[role]");
    insta::assert_snapshot!(said, @r#"
    exit: 1
    ----- stderr
    error: cannot create the database `[database]_made` at 127.0.0.1:[port]
      caused by: ERROR: permission denied to create database
      = help: a superuser grants the right: `ALTER ROLE "[database]_role_1" CREATEDB`
    "#);
    place
        .database
        .execute(&format!("ALTER ROLE {role} CREATEDB"));
    succeed(&place, &url, &["create"]);
    succeed(&place, &url, &["drop", "--yes"]);
}

#[test]
fn a_role_s_defaults_are_not_in_the_way() {
    let place = Place::new(&FILES);
    let role = place.database.role("CREATEDB");
    place.database.execute(&format!(
        "ALTER ROLE {role} SET default_transaction_read_only = on"
    ));
    let url = format!("{}_made", place.database.url_for(&role));
    for action in [&["create"][..], &["drop", "--yes"]] {
        succeed(&place, &url, action);
    }
}

#[test]
fn names_that_need_quotes_are_quoted() {
    let place = Place::new(&FILES);
    let url = format!("{}%20%22%27%20MADE", place.database.url());
    for action in [&["create"][..], &["reset", "--yes"], &["drop", "--yes"]] {
        succeed(&place, &url, action);
    }
}

#[test]
fn another_database_of_the_server_will_do_to_connect_to() {
    let place = Place::new(&FILES);
    let url = missing(&place);
    let beside = place.database.name();
    succeed(&place, &url, &["create", "--maintenance-database", beside]);
    check!(place, ["database", "drop", "--yes", "--maintenance-database", "nowhere", "--database-url", &url], @"
    exit: 2
    ----- stderr
    error: there is no database `nowhere` at 127.0.0.1:[port]
      = help: creating or dropping a database takes a connection to another one: name it with `--maintenance-database`
    ");
    succeed(&place, &url, &["drop", "--yes"]);
}
