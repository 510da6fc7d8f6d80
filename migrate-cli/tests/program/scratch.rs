//! `migrate check --scratch`.

use std::path::Path;
use std::process::Command;

use migrate_fixtures::{Server, wait_until};

use crate::place::{Place, check};

/// For files whose effects matter here, not what the rules say about them.
pub(crate) const RULES_OFF: &str = "[lint]\nallow = ['column-type-change', 'set-not-null', 'constraint-not-valid', 'locks-referenced-table', 'drop-column', 'drop-table', 'create-does-nothing', 'drop-index-not-concurrent', 'index-not-concurrent']\n";

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
    place.write("migrate.toml", RULES_OFF);
    check!(place, ["check", "--scratch"], @"
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
    not reverted, without a down file: migrations/1_users.sql, migrations/2_new_only.sql
    applied 6 migrations; reverted and applied again 4, with the same schema each time
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
    // Other tests have such databases for a moment, too.
    let left = "SELECT count(*) FROM pg_database WHERE datname LIKE 'migrate_scratch%'";
    wait_until(|| place.database.value(left) == "0");
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
fn the_scan_of_a_foreign_key_is_said() {
    let place = Place::new(&[
        (
            "1_tables.sql",
            "CREATE TABLE users (id int PRIMARY KEY);\n\
             CREATE TABLE orders (id int PRIMARY KEY, user_id int, payer int);\n\
             CREATE TABLE visits (id int PRIMARY KEY, user_id int CONSTRAINT user_fk REFERENCES users);\n",
        ),
        (
            "2_not_valid.sql",
            "ALTER TABLE orders ADD CONSTRAINT user_fk FOREIGN KEY (user_id) REFERENCES users NOT VALID;\n",
        ),
        (
            "3_validate.sql",
            "ALTER TABLE orders VALIDATE CONSTRAINT user_fk;\n",
        ),
        (
            "4_at_once.sql",
            "ALTER TABLE orders ADD FOREIGN KEY (payer) REFERENCES users;\n",
        ),
        (
            "5_new_table.sql",
            "CREATE TABLE logins (user_id int);\n\
             ALTER TABLE logins ADD FOREIGN KEY (user_id) REFERENCES users;\n",
        ),
    ]);
    place.write("migrate.toml", RULES_OFF);
    check!(place, ["check", "--scratch"], @"
    exit: 0
    ----- stdout
    ok: 5 files, no problems found
    applied migrations/1_tables.sql in [n] ms
    applied migrations/2_not_valid.sql in [n] ms
        takes SHARE ROW EXCLUSIVE on orders: blocks writes until the migration commits
        takes SHARE ROW EXCLUSIVE on users: blocks writes until the migration commits
    applied migrations/3_validate.sql in [n] ms
        scans orders
        takes SHARE UPDATE EXCLUSIVE on orders: blocks neither reads nor writes
    applied migrations/4_at_once.sql in [n] ms
        scans orders
        takes SHARE ROW EXCLUSIVE on orders: blocks writes until the migration commits
        takes SHARE ROW EXCLUSIVE on users: blocks writes until the migration commits
    applied migrations/5_new_table.sql in [n] ms
        takes SHARE ROW EXCLUSIVE on users: blocks writes until the migration commits
    applied 5 migrations; reverted none, because there is no down file
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
}

#[test]
fn nothing_is_reported_about_the_files_that_start_after_leaves_out() {
    let place = Place::new(&[
        ("1_one.sql", "CREATE TABLE one (id int);\n"),
        ("1_one.down.sql", "-- nothing\n"),
        (
            "2_widen.sql",
            "ALTER TABLE one ALTER COLUMN id TYPE bigint;\n",
        ),
        ("3_index.sql", "CREATE INDEX one_id ON one (id);\n"),
        ("4_more.sql", "ALTER TABLE one ADD COLUMN more int;\n"),
        ("4_more.down.sql", "ALTER TABLE one DROP COLUMN more;\n"),
    ]);
    check!(place, ["check", "--scratch", "--start-after", "3"], @"
    exit: 0
    ----- stdout
    ok: 6 files, no problems found
    applied 3 migrations as far as 3 in [n] ms
    applied migrations/4_more.sql in [n] ms
        takes ACCESS EXCLUSIVE on one: blocks reads and writes until the migration commits
    applied 4 migrations; reverted and applied again 1, with the same schema each time
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
    check!(place, ["check", "--scratch", "--start-after", "4"], @"
    exit: 0
    ----- stdout
    ok: 6 files, no problems found
    applied 4 migrations as far as 4 in [n] ms
    applied 4 migrations
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
}

#[test]
fn a_prelude_runs_before_the_migrations() {
    let place = Place::new(&[
        (
            "1_one.sql",
            "CREATE TABLE one (name citext, made date DEFAULT today_of_the_shop());\n\
             CREATE TABLE offsets (hours int NOT NULL);\n\
             INSERT INTO offsets SELECT NULLIF(extract(timezone_hour FROM timestamptz '2026-01-01 00:00')::int, 0);\n",
        ),
        ("1_one.down.sql", "DROP TABLE one, offsets;\n"),
        (
            "2_widen.sql",
            "ALTER TABLE offsets ALTER COLUMN hours TYPE bigint;\n",
        ),
    ]);
    place.write("migrate.toml", RULES_OFF);
    place.write(
        "scratch/prelude.sql",
        "SET client_min_messages = error;\n\
         SET timezone = 'Asia/Tokyo';\n\
         CREATE EXTENSION citext;\n\
         CREATE FUNCTION today_of_the_shop() RETURNS date LANGUAGE sql AS 'SELECT current_date';\n",
    );
    check!(place, ["check", "--scratch", "--prelude", "scratch/prelude.sql"], @"
    exit: 0
    ----- stdout
    ok: 3 files, no problems found
    applied migrations/1_one.sql in [n] ms
    applied migrations/2_widen.sql in [n] ms
        rewrites offsets
        takes ACCESS EXCLUSIVE on offsets: blocks reads and writes until the migration commits
        takes SHARE on offsets: blocks writes until the migration commits
    not reverted, without a down file: migrations/2_widen.sql
    applied 2 migrations; reverted and applied again 1, with the same schema each time
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
}

#[test]
fn a_prelude_that_fails_or_is_not_there_is_said() {
    let place = Place::new(&[("1_one.sql", "")]);
    place.write(
        "prelude.sql",
        "-- é\nGRANT CREATE ON SCHEMA public TO no_such_role;\nSELECT é;\n",
    );
    check!(place, ["check", "--scratch", "--prelude", "prelude.sql"], @r#"
    exit: 1
    ----- stdout
    ok: 1 file, no problems found
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    error: prelude.sql: the prelude failed
      caused by: ERROR: role "no_such_role" does not exist
    "#);
    place.write("prelude.sql", "-- é\nSELECT 1;\nSELECT é;\n");
    check!(place, ["check", "--scratch", "--prelude", "prelude.sql"], @r#"
    exit: 1
    ----- stdout
    ok: 1 file, no problems found
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    error: prelude.sql:3:8: the prelude failed
      caused by: ERROR: column "é" does not exist
    "#);
    check!(place, ["check", "--scratch", "--prelude", "absent.sql"], @"
    exit: 2
    ----- stdout
    ok: 1 file, no problems found
    ----- stderr
    error: cannot read absent.sql
      caused by: No such file or directory (os error 2)
    ");
    check!(place, ["check", "--prelude", "prelude.sql"], @"
    exit: 2
    ----- stderr
    error: the following required arguments were not provided:
      --scratch

    Usage: migrate check --scratch --prelude <FILE>

    For more information, try '--help'.
    ");
}

#[test]
fn a_migration_that_fails_is_shown_and_nothing_is_left() {
    let place = Place::new(&[(
        "1_one.sql",
        "CREATE TABLE one (id int);\nSELECT date '2025-02-29';\n",
    )]);
    check!(place, ["check", "--scratch"], @r#"
    exit: 1
    ----- stdout
    ok: 1 file, no problems found
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    error: migrations/1_one.sql:2:13: date/time field value out of range: "2025-02-29"
      |
    2 | SELECT date '2025-02-29';
      |             ^
      = statement: 2 of 2
      = sqlstate: 22008
      = note: nothing of this migration was kept
    "#);
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
    applied 1 migration; reverted none, because there is no down file
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
    applied 1 migration; reverted none, because there is no down file
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
