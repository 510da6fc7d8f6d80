//! `migrate adopt`, and directories in the layouts of other tools.

use crate::place::{Place, check};

const FILES: [(&str, &str); 3] = [
    (
        "1_one.sql",
        "-- migrate:up\nCREATE TABLE one ();\n\n-- migrate:down\nDROP TABLE one;\n",
    ),
    (
        "2_two.sql",
        "-- migrate:up\nCREATE TABLE two ();\n\n-- migrate:down\nDROP TABLE two;\n",
    ),
    (
        "3_three.sql",
        "-- migrate:up\nCREATE TABLE three ();\n\n-- migrate:down\nSELECT 1 / 0;\n",
    ),
];

fn place() -> Place {
    let place = Place::new(&FILES);
    for sql in [
        "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)",
        "INSERT INTO schema_migrations VALUES ('1'), ('2')",
        "CREATE TABLE one ()",
        "CREATE TABLE two ()",
    ] {
        place.database.execute(sql);
    }
    place
}

#[test]
fn a_foreign_directory_is_recognised_and_a_foreign_history_taken_over() {
    let place = place();
    check!(place, ["run"], @"
    exit: 1
    ----- stderr
    error: nothing was done, because the migrations in `migrations` are not valid

    migrations: the files have the layout of dbmate
     |
     = help: add `layout = dbmate` to `embed_migrations!`, or `--layout dbmate` to the command, to keep them as they are
     = help: run `migrate adopt` on each database that they have been applied to, to take over its history
    ");
    check!(place, ["run", "--layout", "dbmate"], @r#"
    exit: 1
    ----- stderr
    error: "public"."schema_migrations" exists but is not migrate's history table (columns: version character varying(128)); it looks like the table of dbmate
      = help: run `migrate adopt --from dbmate --dry-run` to see what can be adopted
      = help: keep this history in another table: `--schema` and `--table`, or `schema` and `table` in migrate.toml
    "#);
    check!(place, ["adopt", "--from", "dbmate", "--layout", "dbmate", "--dry-run"], @r#"
    exit: 0
    ----- stdout
    migrations/1_one.sql
    migrations/2_two.sql
    would record 2 migrations that dbmate applied, from "public"."schema_migrations"
    would rename "public"."schema_migrations" to "public"."schema_migrations_dbmate"
    "#);
    check!(place, ["adopt", "--layout", "dbmate", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "adopt",
      "dry_run": false,
      "known": 0,
      "ok": true,
      "recorded": [
        {
          "applied_at": null,
          "file": "migrations/1_one.sql",
          "version": 1
        },
        {
          "applied_at": null,
          "file": "migrations/2_two.sql",
          "version": 2
        }
      ],
      "refused": null,
      "renamed": "\"public\".\"schema_migrations_dbmate\"",
      "source": "\"public\".\"schema_migrations\"",
      "tool": "dbmate"
    }
    "#);
    check!(place, ["adopt", "--layout", "dbmate"], @"
    exit: 0
    ----- stdout
    nothing to adopt: no other history was found
    ");
    check!(place, ["run", "--layout", "dbmate"], @"
    exit: 0
    ----- stdout
    applied migrations/3_three.sql in [n] ms
    applied 1 migration
    ");
}

#[test]
fn a_history_that_was_not_adopted_is_named_by_each_command() {
    let place = Place::new(&[("1_one.sql", "CREATE TABLE one ();\n")]);
    place.database.execute(
        "CREATE TABLE _sqlx_migrations (version bigint, description text, installed_on timestamptz, success boolean, \
         checksum bytea, execution_time bigint)",
    );
    place
        .database
        .execute("INSERT INTO _sqlx_migrations (version) VALUES (1)");
    place.database.execute("CREATE TABLE one ()");
    check!(place, ["status"], @r#"
    exit: 0
    ----- stdout
    version  name  state    applied at  by  took  checksum
    1        one   pending  -           -   -     -
    0 applied, 1 pending
    "public"."schema_migrations" does not exist yet: the first run creates it
    sqlx keeps a history in "public"."_sqlx_migrations": if it has applied these files, record that before a run: `migrate adopt --from sqlx --dry-run` shows what would be recorded
    "#);
    check!(place, ["plan", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "plan",
      "current": 0,
      "ok": true,
      "other_histories": [
        {
          "table": "\"public\".\"_sqlx_migrations\"",
          "tool": "sqlx"
        }
      ],
      "pending": [
        {
          "file": "migrations/1_one.sql",
          "findings": [],
          "name": "one",
          "statements": [
            {
              "done": false,
              "line": 1,
              "locks": [],
              "sql": "CREATE TABLE one ()"
            }
          ],
          "transactional": true,
          "version": 1
        }
      ]
    }
    "#);
    check!(place, ["plan"], @r#"
    exit: 0
    ----- stdout
    migrations/1_one.sql
        1 | CREATE TABLE one ()

    1 pending, 0 applied
    sqlx keeps a history in "public"."_sqlx_migrations": if it has applied these files, record that before a run: `migrate adopt --from sqlx --dry-run` shows what would be recorded
    "#);
    check!(place, ["run"], @r#"
    exit: 1
    ----- stderr
    note: sqlx keeps a history in "public"."_sqlx_migrations": if it has applied these migrations, adopt it instead of running them again: `migrate adopt --from sqlx`
    error: migrations/1_one.sql:1:1: relation "one" already exists
      |
    1 | CREATE TABLE one ();
      | ^
      = sqlstate: 42P07
      = note: sqlx keeps a history in "public"."_sqlx_migrations", and this run began with an empty history
      = note: nothing of this migration was kept
      = help: run `migrate adopt --from sqlx --dry-run` to see what can be adopted
    "#);
}

#[test]
fn what_the_database_has_already_can_be_a_baseline() {
    let place = Place::new(&[("1_one.sql", "CREATE TABLE one ();\n")]);
    place.database.execute("CREATE TABLE one ()");
    check!(place, ["run"], @r#"
    exit: 1
    ----- stderr
    error: migrations/1_one.sql:1:1: relation "one" already exists
      |
    1 | CREATE TABLE one ();
      | ^
      = sqlstate: 42P07
      = note: nothing of this migration was kept
      = help: if the database already has what the files create, e.g. from a dump without the history table, record that: `migrate baseline VERSION` with the newest version whose effects it has
    "#);
    check!(place, ["baseline", "1"], @"
    exit: 0
    ----- stdout
    recorded migrations/1_one.sql as applied without running it
    recorded 1 migration
    ");
    check!(place, ["run"], @"
    exit: 0
    ----- stdout
    up to date (1 migration)
    ");
}

#[test]
fn an_error_of_the_server_points_into_the_section_of_the_file() {
    let place = place();
    place.call(&["adopt", "--layout", "dbmate"]);
    place.call(&["run", "--layout", "dbmate"]);
    check!(place, ["revert", "--layout", "dbmate"], @r#"
    exit: 1
    ----- stderr
    error: migrations/3_three.sql:5:1: division by zero
      |
    5 | SELECT 1 / 0;
      | ^
      = sqlstate: 22012
      = note: nothing of this migration was kept
    "#);
}

#[test]
fn what_does_not_fit_is_listed_with_its_answers() {
    let place = place();
    place
        .database
        .execute("INSERT INTO schema_migrations VALUES ('9')");
    place
        .database
        .execute("DELETE FROM schema_migrations WHERE version = '1'");
    check!(place, ["adopt", "--layout", "dbmate"], @r#"
    exit: 1
    ----- stderr
    error: "public"."schema_migrations" of dbmate does not match the files:
      9 was applied, but no file matches it
        restore the file, or ignore the row: `--forget 9`
      migrations/1_one.sql was not applied, although newer ones were
        if the database has its effects: `--applied 1`
        if it should run: `--pending 1`
    "#);
    check!(place, ["adopt", "--layout", "dbmate", "--forget", "9", "--applied", "1"], @r#"
    exit: 0
    ----- stdout
    migrations/1_one.sql
    migrations/2_two.sql
    recorded 2 migrations that dbmate applied, from "public"."schema_migrations"
    renamed "public"."schema_migrations" to "public"."schema_migrations_dbmate"
    "#);
}

#[test]
fn create_leaves_the_layouts_of_others_alone() {
    let place = place();
    check!(place, ["create", "more", "--layout", "dbmate"], @"
    exit: 2
    ----- stderr
    error: `migrate create` supports the layouts flat and sqlx, not dbmate
      = help: create the file as dbmate names it
    ");
}

#[test]
fn a_history_beside_an_earlier_run_is_adopted_without_a_word_of_the_server() {
    let place = Place::new(&[
        ("0001_a.sql", "CREATE TABLE a ();\n"),
        ("0002_b.sql", "CREATE TABLE b ();\n"),
    ]);
    place.call(&["run", "--to", "1"]);
    place.database.execute(
        "CREATE TABLE b (); CREATE TABLE done (version varchar(128) PRIMARY KEY); INSERT INTO done VALUES ('1'), ('2')",
    );
    let adopt = ["adopt", "--from", "dbmate", "--from-table", "public.done"];
    check!(place, adopt, @r#"
    exit: 0
    ----- stdout
    migrations/0002_b.sql
    recorded 1 migration that dbmate applied, from "public"."done"; 1 was already recorded
    "#);
    assert!(
        place
            .call(&["status", "--exit-code"])
            .starts_with("exit: 0")
    );
}
