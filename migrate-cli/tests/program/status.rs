//! `migrate status`.

use crate::place::{Place, check};

const FILES: [(&str, &str); 4] = [
    ("0001_one.sql", "CREATE TABLE one ();\n"),
    ("0002_two.sql", "CREATE TABLE two ();\n"),
    ("0003_three.sql", "CREATE TABLE three ();\n"),
    ("0005_five.sql", "CREATE TABLE five ();\n"),
];

#[test]
fn every_condition_is_apart_from_the_others() {
    let place = Place::new(&FILES);
    check!(place, ["status", "--exit-code"], @r#"
    exit: 1
    ----- stdout
    version  name   state    applied at  by  took  checksum
    1        one    pending  -           -   -     -
    2        two    pending  -           -   -     -
    3        three  pending  -           -   -     -
    5        five   pending  -           -   -     -
    0 applied, 4 pending
    "public"."schema_migrations" does not exist yet: the first run creates it
    "#);
    place.call(&["run"]);
    // The column is as wide as the longest of them.
    place
        .database
        .execute("UPDATE schema_migrations SET ms = 1");
    check!(place, ["status", "--exit-code"], @"
    exit: 0
    ----- stdout
    version  name   state    applied at            by        took  checksum
    1        one    applied  2026-01-31T09:30:00Z  postgres  [n] ms  ok
    2        two    applied  2026-01-31T09:30:00Z  postgres  [n] ms  ok
    3        three  applied  2026-01-31T09:30:00Z  postgres  [n] ms  ok
    5        five   applied  2026-01-31T09:30:00Z  postgres  [n] ms  ok
    4 applied, 0 pending
    ");
    place.write("migrations/0002_two.sql", "CREATE TABLE two (id int);\n");
    place.write("migrations/0004_four.sql", "CREATE TABLE four ();\n");
    place.write("migrations/0006_six.sql", "CREATE TABLE six ();\n");
    place.remove("migrations/0003_three.sql");
    check!(place, ["status", "--exit-code"], @r#"
    exit: 1
    ----- stdout
    version  name   state         applied at            by        took  checksum
    1        one    applied       2026-01-31T09:30:00Z  postgres  [n] ms  ok
    2        two    drifted       2026-01-31T09:30:00Z  postgres  [n] ms  differs
    3        three  missing       2026-01-31T09:30:00Z  postgres  [n] ms  -
    4        four   out of order  -                     -         -     -
    5        five   applied       2026-01-31T09:30:00Z  postgres  [n] ms  ok
    6        six    pending       -                     -         -     -
    2 applied, 1 pending, 1 out of order, 1 drifted, 1 missing
    migrations/0002_two.sql: edited after it was applied; restore the file and put the change into a new migration, or accept the edit: `migrate repair --accept 2`
    3 three: applied, but its file is missing; restore the file, or if it is gone for good: `migrate repair --forget 3 --reason "…"`
    migrations/0004_four.sql: older than the newest applied migration; give it a newer version, or add `-- migrate: out-of-order` to it
    "#);
    assert!(place.call(&["status"]).starts_with("exit: 0"));
}

#[test]
fn json_holds_the_same() {
    let place = Place::new(&FILES[..1]);
    place.call(&["run"]);
    place.write("migrations/0002_two.sql", "");
    check!(place, ["status", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "status",
      "current": 1,
      "holder": null,
      "migrations": [
        {
          "applied_at": "2026-01-31T09:30:00Z",
          "applied_by": "postgres",
          "checksum_matches": true,
          "done": null,
          "file": "migrations/0001_one.sql",
          "ms": [n],
          "name": "one",
          "note": null,
          "recorded_name": null,
          "reversible": false,
          "reverting": false,
          "state": "applied",
          "version": 1
        },
        {
          "applied_at": null,
          "applied_by": null,
          "checksum_matches": null,
          "done": null,
          "file": "migrations/0002_two.sql",
          "ms": null,
          "name": "two",
          "note": null,
          "recorded_name": null,
          "reversible": false,
          "reverting": false,
          "state": "pending",
          "version": 2
        }
      ],
      "ok": true,
      "other_histories": [],
      "pending": 1,
      "table": "\"public\".\"schema_migrations\"",
      "table_exists": true,
      "up_to_date": false
    }
    "#);
}

#[test]
fn colours_are_for_those_who_ask() {
    let place = Place::new(&FILES[..1]);
    check!(place, ["status", "--color", "always"], @"exit: 0\n----- stdout\n\u{1b}[2mversion  name  state    applied at  by  took  checksum\u{1b}[0m\n\u{1b}[1m\u{1b}[33m1        one   pending  -           -   -     -\u{1b}[0m\n0 applied, 1 pending\n\"public\".\"schema_migrations\" does not exist yet: the first run creates it");
}

#[test]
fn a_directory_below_finds_the_migrations_above() {
    let place = Place::new(&FILES[..1]);
    place.write("src/deep/x", "");
    insta::assert_snapshot!(place.call_in("src/deep", &["run"]), @"
    exit: 0
    ----- stdout
    applied ../../migrations/0001_one.sql in [n] ms
    applied 1 migration
    ");
}

#[test]
fn no_directory_says_what_to_do() {
    let place = Place::new(&[]);
    check!(place, ["status"], @"
    exit: 2
    ----- stderr
    error: the directory `migrations` does not exist
      = help: create it with a first migration: `migrate create create users`
      = help: if it is elsewhere, name it with `--dir` or the variable MIGRATE_DIR
    ");
    check!(place, ["status", "--dir", "sql/up"], @"
    exit: 2
    ----- stderr
    error: the directory `sql/up` does not exist
      = help: create it with a first migration: `migrate create create users`
      = help: if it is elsewhere, name it with `--dir` or the variable MIGRATE_DIR
    ");
}

#[test]
fn a_directory_named_in_a_dotenv_file_is_relative_to_that_file() {
    let place = Place::new(&[]);
    place.write("db/sql/0001_a.sql", "CREATE TABLE a ();\n");
    place.write(".env", "MIGRATE_DIR=db/sql\n");
    place.write("db/sql/below/x.txt", "");
    check!(place, ["check"], @"
    exit: 0
    ----- stdout
    ok: 1 file, no problems found
    ");
    insta::assert_snapshot!(place.call_in("db", &["check"]), @"
    exit: 0
    ----- stdout
    ok: 1 file, no problems found
    ");
    let mut set = place.command(&["check"]);
    set.current_dir(place.path().join("db"))
        .env("MIGRATE_DIR", "sql");
    insta::assert_snapshot!(place.show(&set.output().unwrap()), @"
    exit: 0
    ----- stdout
    ok: 1 file, no problems found
    ");
}

#[test]
fn a_missing_file_that_was_renumbered_is_not_to_be_forgotten() {
    let place = Place::new(&[
        ("0001_a.sql", "CREATE TABLE a ();\n"),
        ("0002_b.sql", "CREATE TABLE b ();\n"),
    ]);
    place.call(&["run"]);
    place.remove("migrations/0001_a.sql");
    place.write("migrations/0003_a.sql", "CREATE TABLE a ();\n");
    let printed = place.call(&["status"]);
    let advice = "1 a: applied, but its file is missing; migrations/0003_a.sql has its name: if it was renumbered, `migrate repair --renumber 1 3`;";
    assert!(printed.contains(advice), "{printed}");
    assert!(
        place
            .call(&["repair", "--renumber", "1", "3"])
            .starts_with("exit: 0")
    );
    assert!(
        place
            .call(&["status", "--exit-code"])
            .starts_with("exit: 0")
    );
}

#[test]
fn a_revert_that_was_interrupted_is_not_resumed_by_a_run() {
    let place = Place::new(&[
        ("1_a.sql", "CREATE TABLE a (id int);\n"),
        (
            "1_a.down.sql",
            "-- migrate: no-transaction\nALTER TABLE a ADD COLUMN b int;\nDROP TABLE nowhere;\n",
        ),
    ]);
    place.write("migrate.toml", "[lint]\nallow = ['unknown-name']\n");
    place.call(&["run"]);
    place.call(&["revert"]);
    let shown = place.call(&["status"]);
    assert!(
        shown.contains(
            "its revert was interrupted, and no run goes past it: `migrate revert` resumes it"
        ),
        "{shown}"
    );
    assert!(place.call(&["run"]).starts_with("exit: 1"));
    let repaired = place.call(&["repair", "--applied", "1"]);
    assert!(
        repaired.contains("half-done revert (1 statement) "),
        "{repaired}"
    );
}
