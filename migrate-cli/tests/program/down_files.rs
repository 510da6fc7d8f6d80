//! `migrate check --scratch`: each file with a down file is applied, reverted and applied again.

use crate::place::{Place, check};
use crate::scratch::RULES_OFF;

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
fn each_down_file_is_tested_whatever_comes_after_it() {
    let place = Place::new(&[
        (
            "1_mood.sql",
            "CREATE TYPE mood AS ENUM ('good');\nCREATE TABLE one (feels mood);\n",
        ),
        ("1_mood.down.sql", "DROP TABLE one;\nDROP TYPE mood;\n"),
        ("2_two.sql", "CREATE TABLE IF NOT EXISTS two (id int);\n"),
        ("2_two.down.sql", "DROP TABLE IF EXISTS tow;\n"),
        ("3_bad.sql", "ALTER TYPE mood ADD VALUE 'bad';\n"),
        ("4_more.sql", "ALTER TABLE two ADD COLUMN more int;\n"),
        ("4_more.down.sql", "ALTER TABLE two DROP COLUMN more;\n"),
    ]);
    place.write("migrate.toml", RULES_OFF);
    check!(place, ["check", "--scratch"], @"
    exit: 1
    ----- stdout
    ok: 7 files, no problems found
    applied migrations/1_mood.sql in [n] ms
    applied migrations/2_two.sql in [n] ms
    applied migrations/3_bad.sql in [n] ms
    applied migrations/4_more.sql in [n] ms
        takes ACCESS EXCLUSIVE on two: blocks reads and writes until the migration commits
    migrations/2_two.down.sql does not restore the schema:
        + column two.id integer
        + table two
    not reverted, without a down file: migrations/3_bad.sql
    applied 4 migrations; reverted and applied again 3
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
}

#[test]
fn the_same_difference_after_two_files_is_said_of_both() {
    let place = Place::new(&[
        ("1_one.sql", "CREATE TABLE IF NOT EXISTS one (id int);\n"),
        ("1_one.down.sql", "-- nothing\n"),
        ("2_drop.sql", "DROP TABLE one;\n"),
        ("3_one.sql", "CREATE TABLE IF NOT EXISTS one (id int);\n"),
        ("3_one.down.sql", "-- nothing\n"),
    ]);
    place.write("migrate.toml", RULES_OFF);
    check!(place, ["check", "--scratch"], @"
    exit: 1
    ----- stdout
    ok: 5 files, no problems found
    applied migrations/1_one.sql in [n] ms
    applied migrations/2_drop.sql in [n] ms
        takes ACCESS EXCLUSIVE on one: blocks reads and writes until the migration commits
    applied migrations/3_one.sql in [n] ms
    migrations/1_one.down.sql does not restore the schema:
        + column one.id integer
        + table one
    migrations/3_one.down.sql does not restore the schema:
        + column one.id integer
        + table one
    not reverted, without a down file: migrations/2_drop.sql
    applied 3 migrations; reverted and applied again 2
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
}

#[test]
fn a_file_that_does_something_else_the_second_time_is_found() {
    let place = Place::new(&[
        ("1_one.sql", "CREATE TABLE one (id int);\n"),
        (
            "2_two.sql",
            "CREATE TABLE two (id int);\n\
             DO $$ BEGIN\n\
             IF EXISTS (SELECT FROM one) THEN ALTER TABLE two ADD COLUMN more int; END IF;\n\
             END $$;\n\
             INSERT INTO one VALUES (1);\n",
        ),
        ("2_two.down.sql", "DROP TABLE two;\n"),
    ]);
    place.write("migrate.toml", RULES_OFF);
    check!(place, ["check", "--scratch"], @"
    exit: 1
    ----- stdout
    ok: 3 files, no problems found
    applied migrations/1_one.sql in [n] ms
    applied migrations/2_two.sql in [n] ms
    migrations/2_two.sql gives another schema when it is applied again after its down file:
        + column two.more integer
    not reverted, without a down file: migrations/1_one.sql
    applied 2 migrations; reverted and applied again 1
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
}

#[test]
fn rows_that_a_down_file_leaves_are_found_when_they_are_in_the_way() {
    let place = Place::new(&[
        ("1_one.sql", "CREATE TABLE one (id int PRIMARY KEY);\n"),
        ("2_rows.sql", "INSERT INTO one VALUES (1);\n"),
        ("2_rows.down.sql", "-- the row stays\n"),
    ]);
    check!(place, ["check", "--scratch"], @r#"
    exit: 1
    ----- stdout
    ok: 3 files, no problems found
    applied migrations/1_one.sql in [n] ms
    applied migrations/2_rows.sql in [n] ms
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    error: migrations/2_rows.sql:1:1: duplicate key value violates unique constraint "one_pkey"
      |
    1 | INSERT INTO one VALUES (1);
      | ^
      = sqlstate: 23505
      = detail: Key (id)=(1) already exists.
      = constraint: one_pkey
      = note: nothing of this migration was kept
      = help: it was applied before, and reverted by migrations/2_rows.down.sql: make it possible to apply it again after that
    "#);
}

#[test]
fn what_cannot_be_applied_again_ends_the_check_and_the_rest_is_counted() {
    let place = Place::new(&[
        ("1_one.sql", "CREATE TABLE one (id int);\n"),
        (
            "1_one.down.sql",
            "ALTER TABLE one ADD COLUMN left_over int;\n",
        ),
        ("2_two.sql", "CREATE TABLE two (id int);\n"),
    ]);
    check!(place, ["check", "--scratch"], @r#"
    exit: 1
    ----- stdout
    ok: 3 files, no problems found
    applied migrations/1_one.sql in [n] ms
    migrations/1_one.down.sql does not restore the schema:
        + column one.id integer
        + column one.left_over integer
        + table one
    applying again fails: migrations/1_one.sql:1:1: relation "one" already exists
    applied 1 migration, reverted 1; 1 later migration not tried
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    "#);
}

#[test]
fn a_down_file_that_fails_is_shown_at_its_place() {
    let place = Place::new(&[
        ("1_one.sql", "CREATE TABLE one (id int);\n"),
        ("1_one.down.sql", "DROP TABLE oen;\n"),
        ("2_two.sql", "CREATE TABLE two (id int);\n"),
    ]);
    place.write("migrate.toml", "[lint]\nallow = ['unknown-name']\n");
    check!(place, ["check", "--scratch"], @r#"
    exit: 1
    ----- stdout
    ok: 3 files, no problems found
    applied migrations/1_one.sql in [n] ms
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    error: migrations/1_one.down.sql:1:1: table "oen" does not exist
      |
    1 | DROP TABLE oen;
      | ^
      = sqlstate: 42P01
      = note: nothing of this migration was kept
    "#);
}

#[test]
fn a_down_file_may_leave_an_extension() {
    let place = Place::new(&[
        (
            "1_citext.sql",
            "CREATE SCHEMA IF NOT EXISTS texts;\n\
             CREATE EXTENSION IF NOT EXISTS citext SCHEMA texts;\n\
             CREATE TABLE names (name texts.citext);\n",
        ),
        ("1_citext.down.sql", "DROP TABLE names;\n"),
    ]);
    check!(place, ["check", "--scratch"], @"
    exit: 0
    ----- stdout
    ok: 2 files, no problems found
    applied migrations/1_citext.sql in [n] ms
    applied 1 migration; reverted and applied again 1, with the same schema each time
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    ");
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
        "not_reverted": [
          "migrations/1_one.sql"
        ],
        "reverted": 1
      },
      "warnings": 0
    }
    ----- stderr
    scratch database on 127.0.0.1:[port], from DATABASE_URL
    "#);
}

#[test]
fn privileges_that_are_taken_and_given_back_are_the_same() {
    let place = Place::new(&[
        (
            "1_a.sql",
            "CREATE TABLE a (id int);\nCREATE SEQUENCE s;\nGRANT SELECT ON a TO PUBLIC;\nCREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n",
        ),
        (
            "2_b.sql",
            "REVOKE ALL ON a FROM PUBLIC;\nREVOKE ALL ON FUNCTION f() FROM PUBLIC;\nREVOKE USAGE ON SCHEMA public FROM PUBLIC;\nGRANT USAGE ON SEQUENCE s TO PUBLIC;\n",
        ),
        (
            "2_b.down.sql",
            "GRANT SELECT ON a TO PUBLIC;\nGRANT EXECUTE ON FUNCTION f() TO PUBLIC;\nGRANT USAGE ON SCHEMA public TO PUBLIC;\nREVOKE ALL ON SEQUENCE s FROM PUBLIC;\n",
        ),
        ("3_c.sql", "GRANT INSERT ON a TO PUBLIC;\n"),
        ("3_c.down.sql", "SELECT 1;\n"),
    ]);
    let shown = place.call(&["check", "--scratch"]);
    assert!(!shown.contains("2_b.down.sql does not restore"), "{shown}");
    assert!(shown.contains("3_c.down.sql does not restore"), "{shown}");
}
