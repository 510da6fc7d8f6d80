//! `migrate check --scratch`.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use migrate_fixtures::Server;

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
    check!(place, ["check", "--scratch", "--start-after", "6"], @"
    exit: 0
    ----- stdout
    ok: 10 files, no problems found
    applied migrations/1_users.sql in [n] ms
    applied migrations/2_new_only.sql in [n] ms
    applied migrations/3_widen.sql in [n] ms
        builds an index on users
        rewrites users
        takes ACCESS EXCLUSIVE on users: blocks reads and writes until the migration commits
        takes SHARE on users: blocks writes until the migration commits
    applied migrations/4_not_null.sql in [n] ms
        scans users
        takes ACCESS EXCLUSIVE on users: blocks reads and writes until the migration commits
    applied migrations/5_index.sql in [n] ms
        builds an index on users
        takes SHARE on users: blocks writes until the migration commits
    applied migrations/6_concurrently.sql in [n] ms
        builds an index on users
    applied 6 migrations; reverted and applied again 4, with the same schema each time
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
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
    "public"."schema_migrations" does not exist yet: the first run creates it
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
    ok: 2 files, no problems found
    applied migrations/1_one.sql in [n] ms
    migrations/1_one.down.sql does not restore the schema:
        + type mood 'good'
    applying again fails: migrations/1_one.sql:1:1: type "mood" already exists
    applied 1 migration, reverted 1
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
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
                "mode": "ACCESS EXCLUSIVE",
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
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
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
    ok: 1 file, no problems found
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
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
    check!(place, ["check", "--scratch", "--scratch-url", &url], @"
    exit: 2
    ----- stdout
    ok: 1 file, no problems found
    ----- stderr
    scratch database on 127.0.0.1:[port], from --scratch-url
    error: cannot create the scratch database
      caused by: ERROR: permission denied to create database
      = help: name a server where you may create databases: `--scratch-url <URL>`
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

/// The program with a PostgreSQL on its PATH, and with variables that name databases.
fn installed(place: &Place, variables: &[(&str, &str)]) -> Command {
    let mut command = place.command(&["check", "--scratch"]);
    let programs = &Server::shared().installation().binaries;
    let path = format!("{}:/usr/bin:/bin", programs.display());
    command.env_remove("DATABASE_URL").env("PATH", path);
    command.envs(variables.iter().copied());
    command
}

#[test]
fn a_server_that_is_not_local_is_used_only_if_it_is_named_for_this() {
    let place = Place::new(&[("1_one.sql", "CREATE TABLE one (id int);\n")]);
    let far = [("DATABASE_URL", "postgres://app@db.example.com/shop")];
    let output = installed(&place, &far).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("scratch database on a temporary PostgreSQL"),
        "{text}"
    );
    let own = place.database.url();
    let named = [far[0], ("MIGRATE_SCRATCH_URL", own.as_str())];
    insta::assert_snapshot!(place.show(&installed(&place, &named).output().unwrap()), @"
    exit: 0
    ----- stdout
    ok: 1 file, no problems found
    applied migrations/1_one.sql in [n] ms
    applied 1 migration; reverted none, because the newest has no down file
    ----- stderr
    scratch database on 127.0.0.1:[port], from MIGRATE_SCRATCH_URL
    ");
    let mut option = installed(&place, &far);
    option.args(["--scratch-url", &own]);
    insta::assert_snapshot!(place.show(&option.output().unwrap()), @"
    exit: 0
    ----- stdout
    ok: 1 file, no problems found
    applied migrations/1_one.sql in [n] ms
    applied 1 migration; reverted none, because the newest has no down file
    ----- stderr
    scratch database on 127.0.0.1:[port], from --scratch-url
    ");
}

#[test]
fn a_temporary_server_and_its_files_are_gone_afterwards() {
    let place = Place::new(&[("1_one.sql", "CREATE ROLE scratch_only;\n")]);
    let temporary = place.path().join("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(&temporary, open).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(place.path(), open).unwrap();
    let mut command = installed(&place, &[]);
    command.env("TMPDIR", &temporary);
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0);
    let role = "SELECT count(*) FROM pg_roles WHERE rolname = 'scratch_only'";
    assert_eq!(place.database.value(role), "0");
}

#[test]
fn the_url_of_the_database_does_not_choose_the_scratch_server() {
    let place = Place::new(&[("1_one.sql", "")]);
    check!(place, ["check", "--scratch", "--database-url", "postgres://app@db.example.com/shop"], @"
    exit: 2
    ----- stdout
    ok: 1 file, no problems found
    ----- stderr
    error: `--database-url` does not choose the server of the scratch database
      = help: name a server where a database may be created: `--scratch-url <URL>`
    ");
}
