//! `migrate check --scratch`.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::place::{Place, check};

#[test]
fn what_is_locked_rewritten_and_scanned_is_said_and_nothing_is_left() {
    let place = Place::new(&[
        (
            "1_users.sql",
            "CREATE TABLE users (id int PRIMARY KEY, name text);\n",
        ),
        (
            "2_new_only.sql",
            "CREATE TABLE other (id int);\nCREATE INDEX ON other (id);\n",
        ),
        (
            "3_widen.sql",
            "ALTER TABLE users ALTER COLUMN id TYPE bigint;\n",
        ),
        (
            "3_widen.down.sql",
            "ALTER TABLE users ALTER COLUMN id TYPE int;\n",
        ),
        (
            "4_not_null.sql",
            "ALTER TABLE users ALTER COLUMN name SET NOT NULL;\n",
        ),
        (
            "4_not_null.down.sql",
            "ALTER TABLE users ALTER COLUMN name DROP NOT NULL;\n",
        ),
        ("5_index.sql", "CREATE INDEX users_name ON users (name);\n"),
        ("5_index.down.sql", "DROP INDEX users_name;\n"),
        (
            "6_concurrently.sql",
            "-- migrate: no-transaction\nCREATE INDEX CONCURRENTLY users_lower ON users (lower(name));\n",
        ),
        (
            "6_concurrently.down.sql",
            "-- migrate: no-transaction\nDROP INDEX CONCURRENTLY IF EXISTS users_lower;\n",
        ),
    ]);
    // What the rules say about these files is not the matter here.
    check!(place, ["check", "--scratch", "--since", "6"], @"
    exit: 0
    ----- stdout
    ok: 10 files, nothing to complain of
    applied migrations/1_users.sql in [n] ms
    applied migrations/2_new_only.sql in [n] ms
    applied migrations/3_widen.sql in [n] ms
        builds an index on users
        rewrites users
        AccessExclusiveLock on users: nobody else can read or write it until the end
        ShareLock on users: nobody else can write it until the end
    applied migrations/4_not_null.sql in [n] ms
        scans users
        AccessExclusiveLock on users: nobody else can read or write it until the end
    applied migrations/5_index.sql in [n] ms
        builds an index on users
        ShareLock on users: nobody else can write it until the end
    applied migrations/6_concurrently.sql in [n] ms
        builds an index on users
    6 applied, 4 reverted and applied again, with the same schema each time
    ");
    // Other tests have such databases for a moment, too.
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'migrate_scratch%'";
    while place.database.value(left) != "0" {
        thread::sleep(Duration::from_millis(50));
    }
    check!(place, ["status"], @r#"
    exit: 0
    ----- stdout
    version  name          state    applied at  by  took  checksum
    1        users         pending  -           -   -     -
    2        new_only      pending  -           -   -     -
    3        widen         pending  -           -   -     -
    4        not_null      pending  -           -   -     -
    5        index         pending  -           -   -     -
    6        concurrently  pending  -           -   -     -
    0 applied, 6 pending
    there is no "public"."schema_migrations" yet: the first run creates it
    "#);
}

#[test]
fn a_down_file_that_forgets_something_is_found() {
    let place = Place::new(&[
        (
            "1_one.sql",
            "CREATE TYPE mood AS ENUM ('good');\nCREATE TABLE one (feels mood);\n",
        ),
        ("1_one.down.sql", "DROP TABLE one;\n"),
    ]);
    check!(place, ["check", "--scratch"], @r#"
    exit: 1
    ----- stdout
    ok: 2 files, nothing to complain of
    applied migrations/1_one.sql in [n] ms
    migrations/1_one.down.sql does not leave the schema as it was:
        + type mood 'good'
    applying again fails: migrations/1_one.sql:1:1: type "mood" already exists
    1 applied, 1 reverted
    "#);
}

#[test]
fn a_default_that_comes_back_otherwise_is_found() {
    let place = Place::new(&[
        ("1_one.sql", "CREATE TABLE one (id int DEFAULT 1);\n"),
        (
            "2_two.sql",
            "ALTER TABLE one ALTER COLUMN id SET DEFAULT 2;\n",
        ),
        (
            "2_two.down.sql",
            "ALTER TABLE one ALTER COLUMN id DROP DEFAULT;\n",
        ),
    ]);
    check!(place, ["check", "--scratch", "--format", "json"], @r#"
    exit: 1
    ----- stdout
    {
      "command": "check",
      "errors": 0,
      "findings": [],
      "migrations": 2,
      "ok": false,
      "scratch": {
        "applied": [
          {
            "file": "migrations/1_one.sql",
            "locks": [],
            "ms": [n],
            "work": []
          },
          {
            "file": "migrations/2_two.sql",
            "locks": [
              {
                "mode": "AccessExclusiveLock",
                "table": "one"
              }
            ],
            "ms": [n],
            "work": []
          }
        ],
        "differences": [
          {
            "after": "migrations/2_two.down.sql",
            "differences": [
              "- column one.id integer DEFAULT 1",
              "+ column one.id integer"
            ]
          }
        ],
        "failed_again": null,
        "reverted": 1
      },
      "warnings": 0
    }
    "#);
}

#[test]
fn a_migration_that_fails_is_shown_and_nothing_is_left() {
    let place = Place::new(&[(
        "1_one.sql",
        "CREATE TABLE one (id int);\nSELECT no_such_function();\n",
    )]);
    check!(place, ["check", "--scratch"], @"
    exit: 1
    ----- stdout
    ok: 1 file, nothing to complain of
    ----- stderr
    error: migrations/1_one.sql:2:8: function no_such_function() does not exist
      |
    2 | SELECT no_such_function();
      |        ^
      = statement: 2 of 2
      = sqlstate: 42883
      = hint: No function matches the given name and argument types. You might need to add explicit type casts.
      = note: nothing of this migration was kept
    ");
}

#[test]
fn a_role_without_the_right_to_create_databases_is_told_so() {
    let place = Place::new(&[("1_one.sql", "")]);
    let role = place.database.role("");
    let url = place.database.url_for(&role);
    check!(place, ["check", "--scratch", "--database-url", &url], @"
    exit: 2
    ----- stdout
    ok: 1 file, nothing to complain of
    ----- stderr
    error: the scratch database cannot be created
      caused by: ERROR: permission denied to create database
      = help: name a server on which you may create databases, such as one on your own machine, with `--database-url`
    ");
}

#[test]
fn the_example_schema_passes() {
    let place = Place::new(&[]);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let shown = place.call(&["check", "--scratch", "--dir", example.to_str().unwrap()]);
    assert!(shown.starts_with("exit: 0"), "{shown}");
    assert!(shown.contains("with the same schema each time"), "{shown}");
}
