//! Somebody else is in the way.

use std::process::Command;

use crate::place::{Place, check};

const FILES: [(&str, &str); 2] = [
    ("1_one.sql", "CREATE TABLE one (id int);\n"),
    ("2_two.sql", "ALTER TABLE one ADD COLUMN name text;\n"),
];

/// A session of another program that holds the history's lock.
fn another_starter(place: &Place) -> postgres::Client {
    let url = format!("{}?application_name=shop", place.database.url());
    let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    let key = migrate_runtime::HistoryTable::default().lock_key();
    client
        .batch_execute(&format!("SELECT pg_advisory_lock({key})"))
        .unwrap();
    client
}

#[test]
fn another_starter_is_named_and_waited_for_no_longer_than_asked() {
    let place = Place::new(&FILES);
    place.call(&["run", "--to", "1"]);
    let mut other = another_starter(&place);
    check!(place, ["run", "--wait", "100ms"], @r"
    exit: 1
    ----- stderr
    note: waiting for another instance to apply migrations: pid [n] (role postgres, application shop, open since 2026-01-31T09:30:00Z)
    error: waited [n]ms for another instance to apply migrations: pid [n] (role postgres, application shop, open since 2026-01-31T09:30:00Z)
      = help: wait for it to finish and run again, or give a longer `--wait`, e.g. `--wait 10min`
    ");
    check!(place, ["status"], @r"
    exit: 0
    ----- stdout
    version  name  state    applied at            by        took  checksum
    1        one   applied  2026-01-31T09:30:00Z  postgres  [n] ms  ok
    2        two   pending  -                     -         -     -
    1 applied, 1 pending
    migrations are being applied by pid [n] (role postgres, application shop, open since 2026-01-31T09:30:00Z)
    ");
    other
        .batch_execute("SELECT pg_advisory_unlock_all()")
        .unwrap();
    assert!(place.call(&["run"]).starts_with("exit: 0"));
}

#[test]
fn every_command_waits_for_a_locked_history_no_longer_than_asked() {
    let place = Place::new(&FILES);
    place.call(&["run", "--to", "1"]);
    let url = format!("{}?application_name=psql", place.database.url());
    let mut other = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    other
        .batch_execute("BEGIN; LOCK TABLE schema_migrations")
        .unwrap();
    for command in [
        &["run"][..],
        &["status"],
        &["plan"],
        &["revert"],
        &["revert", "--dry-run"],
        &["baseline", "2"],
        &["repair", "--retry", "1"],
    ] {
        let arguments = [command, &["--wait", "100ms"]].concat();
        let shown = place.call(&arguments);
        for part in [
            "note: waiting for the history table, which is locked by pid",
            "has been locked for more than",
            "application psql",
        ] {
            assert!(shown.contains(part), "{command:?}: {shown}");
        }
    }
}

#[test]
fn an_adoption_waits_no_longer_than_asked() {
    let place = Place::new(&FILES);
    place.database.execute(
        "CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, \
         is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());
         INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true), (1, true)",
    );
    let _other = another_starter(&place);
    check!(place, ["adopt", "--wait", "100ms"], @r"
    exit: 1
    ----- stderr
    note: waiting for another instance to apply migrations: pid [n] (role postgres, application shop, open since 2026-01-31T09:30:00Z)
    error: waited [n]ms for another instance to apply migrations: pid [n] (role postgres, application shop, open since 2026-01-31T09:30:00Z)
      = help: wait for it to finish and run again, or give a longer `--wait`, e.g. `--wait 10min`
    ");
}

#[test]
fn a_reader_that_holds_the_table_is_named_and_nothing_is_kept() {
    let place = Place::new(&FILES);
    place.call(&["run", "--to", "1"]);
    let url = format!("{}?application_name=report", place.database.url());
    let mut reader = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    reader.batch_execute("BEGIN; SELECT * FROM one").unwrap();
    check!(place, ["run", "--lock-timeout", "20ms", "--retries", "1"], @r#"
    exit: 1
    ----- stderr
    note: migrations/2_two.sql: canceling statement due to lock timeout; attempt 1 failed, retrying in [n]ms; blocked by pid [n] (role postgres, application report, open since 2026-01-31T09:30:00Z), which holds ACCESS SHARE on "public"."one"
    error: migrations/2_two.sql:1:1: canceling statement due to lock timeout
      |
    1 | ALTER TABLE one ADD COLUMN name text;
      | ^
      = sqlstate: 55P03
      = blocked by: pid [n] (role postgres, application report, open since 2026-01-31T09:30:00Z), which holds ACCESS SHARE on "public"."one"
      = attempts: 2
      = note: nothing of this migration was kept
      = help: end the blocking session, run when traffic is low, or wait longer for locks: `-- migrate: lock-timeout 10s`
    "#);
    reader.batch_execute("COMMIT").unwrap();
    assert!(place.call(&["run"]).starts_with("exit: 0"));
    place.database.assert_quiet();
}

#[test]
fn a_role_without_rights_is_told_what_it_lacks() {
    let place = Place::new(&FILES);
    let role = place.database.role("");
    place
        .database
        .execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC");
    let url = place.database.url_for(&role);
    let mut command: Command = place.command(&["run", "--database-url", &url]);
    let shown = place.show(&command.output().unwrap());
    insta::assert_snapshot!(shown, @r#"
    exit: 1
    ----- stderr
    error: permission denied: [database]_role_1 could not create the history table "public"."schema_migrations" in the database [database]
      = sqlstate: 42501
      caused by: permission denied for schema public
      = help: run `GRANT USAGE, CREATE ON SCHEMA "public" TO "[database]_role_1"` as the owner or a superuser
    "#);
}
