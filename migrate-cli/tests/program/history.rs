//! `migrate revert`, `baseline` and `repair`.

use crate::place::{Place, check};

const FILES: [(&str, &str); 4] = [
    ("0001_one.sql", "CREATE TABLE one ();\n"),
    ("0002_two.sql", "CREATE TABLE two ();\n"),
    ("0002_two.down.sql", "DROP TABLE two;\n"),
    ("0003_three.sql", "CREATE TABLE three ();\n"),
];
const THREE_DOWN: &str = "DROP TABLE three;\n";

#[test]
fn the_newest_is_reverted_and_what_has_no_down_file_is_not() {
    let place = Place::new(&FILES);
    place.call(&["run"]);
    check!(place, ["revert"], @r"
    exit: 1
    ----- stderr
    error: 3 three cannot be reverted: it has no down file
      = help: add a down file for it, or revert only what is newer
    ");
    place.write("migrations/0003_three.down.sql", THREE_DOWN);
    check!(place, ["revert"], @"
    exit: 0
    ----- stdout
    reverted with migrations/0003_three.down.sql in [n] ms
    reverted 1 migration
    ");
    check!(place, ["revert", "--to", "1", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "revert",
      "ok": true,
      "reverted": [
        {
          "attempts": 1,
          "file": "migrations/0002_two.down.sql",
          "ms": [n],
          "name": "two",
          "version": 2
        }
      ]
    }
    "#);
    check!(place, ["revert", "--to", "1"], @"
    exit: 0
    ----- stdout
    nothing to revert
    ");
    check!(place, ["revert", "--last", "1"], @r"
    exit: 1
    ----- stderr
    error: 1 one cannot be reverted: it has no down file
      = help: add a down file for it, or revert only what is newer
    ");
    check!(place, ["revert", "--last", "1", "--to", "1"], @"
    exit: 2
    ----- stderr
    error: the argument '--last <N>' cannot be used with '--to <VERSION>'

    Usage: migrate revert --last <N>

    For more information, try '--help'.
    ");
    check!(place, ["run"], @"
    exit: 0
    ----- stdout
    applied migrations/0002_two.sql in [n] ms
    applied migrations/0003_three.sql in [n] ms
    applied 2 migrations
    ");
}

#[test]
fn a_down_file_that_fails_leaves_all_as_it_was() {
    let place = Place::new(&FILES);
    place.write("migrations/0003_three.down.sql", "DROP TABLE tree;\n");
    place.write("migrate.toml", "[lint]\nallow = ['unknown-name']\n");
    place.call(&["run"]);
    check!(place, ["revert"], @r#"
    exit: 1
    ----- stderr
    error: migrations/0003_three.down.sql:1:1: table "tree" does not exist
      |
    1 | DROP TABLE tree;
      | ^
      = sqlstate: 42P01
      = note: nothing of this migration was kept
    "#);
    assert!(
        place
            .call(&["status", "--exit-code"])
            .starts_with("exit: 0")
    );
}

#[test]
fn a_baseline_records_without_running() {
    let place = Place::new(&FILES);
    check!(place, ["baseline", "2"], @"
    exit: 0
    ----- stdout
    recorded migrations/0001_one.sql as applied without running it
    recorded migrations/0002_two.sql as applied without running it
    recorded 2 migrations
    ");
    check!(place, ["status"], @"
    exit: 0
    ----- stdout
    version  name   state     applied at            by        took  checksum
    1        one    baseline  2026-01-31T09:30:00Z  postgres  -     ok
    2        two    baseline  2026-01-31T09:30:00Z  postgres  -     ok
    3        three  pending   -                     -         -     -
    2 applied, 1 pending
    ");
    check!(place, ["baseline", "2", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "baseline",
      "ok": true,
      "recorded": []
    }
    "#);
    check!(place, ["baseline", "9"], @r"
    exit: 1
    ----- stderr
    error: there is no migration with version 9
      = help: choose a version from 1 to 3 that has a file
    ");
    check!(place, ["baseline", "two"], @"
    exit: 2
    ----- stderr
    error: invalid value 'two' for '<VERSION>': invalid digit found in string

    For more information, try '--help'.
    ");
}

#[test]
fn a_deliberate_edit_is_accepted_by_version() {
    let place = Place::new(&FILES);
    place.call(&["run"]);
    place.write(
        "migrations/0001_one.sql",
        "-- the first\nCREATE TABLE one ();\n",
    );
    assert!(place.call(&["run"]).starts_with("exit: 1"));
    let repaired = place.call(&["repair", "--accept", "1"]);
    assert!(
        repaired.starts_with("exit: 0\n----- stdout\nmigrations/0001_one.sql: "),
        "{repaired}"
    );
    assert!(place.call(&["run"]).starts_with("exit: 0"));
    check!(place, ["repair"], @"
    exit: 2
    ----- stderr
    error: the following required arguments were not provided:
      <--accept <VERSION>...|--applied <VERSION>|--retry <VERSION>|--forget <VERSION>...|--renumber <FROM> <TO>>

    Usage: migrate repair <--accept <VERSION>...|--applied <VERSION>|--retry <VERSION>|--forget <VERSION>...|--renumber <FROM> <TO>>

    For more information, try '--help'.
    ");
    check!(place, ["repair", "--retry", "2"], @r"
    exit: 1
    ----- stderr
    error: version 2 cannot be repaired: it is not half-done
      = help: run `migrate status` to list what is applied
    ");
}

#[test]
fn a_file_that_is_gone_is_forgotten_with_a_reason() {
    let place = Place::new(&FILES);
    place.call(&["run"]);
    place.remove("migrations/0002_two.sql");
    place.remove("migrations/0002_two.down.sql");
    check!(place, ["repair", "--forget", "2"], @r"
    exit: 2
    ----- stderr
    error: the following required arguments were not provided:
      --reason <TEXT>

    Usage: migrate repair --reason <TEXT> <--accept <VERSION>...|--applied <VERSION>|--retry <VERSION>|--forget <VERSION>...|--renumber <FROM> <TO>>

    For more information, try '--help'.
    ");
    let forgotten = place.call(&["repair", "--forget", "2", "--reason", "branch dropped"]);
    assert!(
        forgotten.starts_with("exit: 0\n----- stdout\n2 two: forgotten: branch dropped ("),
        "{forgotten}"
    );
    assert!(place.call(&["run"]).starts_with("exit: 0"));
    let status = place.call(&["status", "--exit-code"]);
    assert!(
        status.starts_with("exit: 0") && status.contains("2 two: forgotten: branch dropped ("),
        "{status}"
    );
}

#[test]
fn a_file_with_a_new_number_is_told_how_to_record_it() {
    let place = Place::new(&[("0001_one.sql", "CREATE TABLE one ();\n")]);
    place.call(&["run"]);
    place.remove("migrations/0001_one.sql");
    place.write("migrations/0001_users.sql", "CREATE TABLE users ();\n");
    place.write("migrations/0002_one.sql", "CREATE TABLE one ();\n");
    check!(place, ["run"], @r#"
    exit: 1
    ----- stderr
    error: migrations/0001_users.sql has a version that the history table "public"."schema_migrations" records for another migration: 1 one, recorded at 2026-01-31T09:30:00Z
      = help: migrations/0002_one.sql has the text that was applied as version 1: if it was renumbered, run `migrate repair --renumber 1 2`
      = help: if another program records its migrations there, keep this history in another table: `--schema` and `--table`, or `schema` and `table` in migrate.toml
      = help: if the file is a new migration, rename it to a version above 2
      = help: if the file is the recorded migration under another name, restore its name and its text
    "#);
    let status = place.call(&["status"]);
    assert!(
        status.contains("1        users  version taken  ")
            && status.contains("0 applied, 1 pending, 1 with a version that is taken")
            && status.contains(
                "migrations/0001_users.sql: the history records 1 one instead, so this file has never run"
            ),
        "{status}"
    );
    let renumbered = place.call(&["repair", "--renumber", "1", "2"]);
    assert!(
        renumbered.starts_with(
            "exit: 0\n----- stdout\nmigrations/0002_one.sql: renumbered from 1 to 2 ("
        ),
        "{renumbered}"
    );
    assert!(
        place
            .call(&["run", "--allow", "out-of-order"])
            .starts_with("exit: 0")
    );
}

#[test]
fn a_dry_run_of_revert_names_what_it_would_revert_and_changes_nothing() {
    let place = Place::new(&[
        ("1_a.sql", "CREATE TABLE a ();\n"),
        ("2_b.sql", "CREATE TABLE b ();\n"),
        ("2_b.down.sql", "DROP TABLE b;\n"),
        ("3_c.sql", "CREATE TABLE c ();\n"),
        ("3_c.down.sql", "DROP TABLE c;\n"),
    ]);
    check!(place, ["revert", "--dry-run"], @"
    exit: 0
    ----- stdout
    nothing to revert
    ");
    place.call(&["run", "--to", "3"]);
    check!(place, ["revert", "--dry-run"], @"
    exit: 0
    ----- stdout
    would revert 3 c with migrations/3_c.down.sql
    ");
    check!(place, ["revert", "--dry-run", "--to", "1", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "revert",
      "dry_run": true,
      "ok": true,
      "reverted": [],
      "would_revert": [
        {
          "file": "migrations/3_c.down.sql",
          "name": "c",
          "version": 3
        },
        {
          "file": "migrations/2_b.down.sql",
          "name": "b",
          "version": 2
        }
      ]
    }
    "#);
    check!(place, ["revert", "--dry-run", "--last", "3"], @"
    exit: 1
    ----- stderr
    error: migration 1 a has no down file, so nothing would be reverted
      = help: revert the newer ones only: `migrate revert --to 1`
    ");
    assert_eq!(
        place.database.value("SELECT to_regclass('c') IS NOT NULL"),
        "t"
    );
    // What it says comes true, and so does its advice.
    check!(place, ["revert", "--to", "1"], @"
    exit: 0
    ----- stdout
    reverted with migrations/3_c.down.sql in [n] ms
    reverted with migrations/2_b.down.sql in [n] ms
    reverted 2 migrations
    ");
    check!(place, ["revert", "--dry-run"], @"
    exit: 1
    ----- stderr
    error: migration 1 a has no down file, so nothing would be reverted
    ");
}
