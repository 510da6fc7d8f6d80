//! `migrate check`, `plan`, `rules` and what packagers want.

use crate::place::{Place, check};

#[test]
fn good_files_are_few_words() {
    let place = Place::new(&[("1_one.sql", "CREATE TABLE one ();\n")]);
    check!(place, ["check"], @"
    exit: 0
    ----- stdout
    ok: 1 file, no problems found
    ");
    check!(place, ["check", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "check",
      "errors": 0,
      "findings": [],
      "migrations": 1,
      "ok": true,
      "warnings": 0
    }
    "#);
}

#[test]
fn every_mistake_is_shown_in_one_go() {
    let place = Place::new(&[
        ("0001_one.sql", "CREATE TABEL one ();\n"),
        ("0002_two.sql", "BEGIN;\nCREATE TABLE two ();\nCOMMIT;\n"),
        ("0002_second.sql", "-- migrate: no-transactoin\nSELECT 1;\n"),
    ]);
    check!(place, ["check"], @r#"
    exit: 1
    ----- stdout
    error: migrations/0001_one.sql:1:8: syntax error at or near "TABEL"
      |
    1 | CREATE TABEL one ();
      |        ^^^^^
      |
      = help: did you mean `TABLE` instead of `TABEL`?
      = rule: syntax; if it is right as it is, say why above the statement: `-- migrate: allow(syntax) <reason>`

    error: migrations/0002_second.sql:1:13: unknown directive `no-transactoin`
      |
    1 | -- migrate: no-transactoin
      |             ^^^^^^^^^^^^^^
      |
      = help: did you mean `no-transaction`?
      = help: use `no-transaction`, `out-of-order`, `lock-timeout <time>`, `flush`, `allow(<rule>) <reason>` or `alone`

    error: migrations/0002_two.sql: version 2 is also the version of `0002_second.sql`
     |
     = help: renumber whichever of the two has not been applied anywhere

    error: migrations/0002_two.sql:1:1: `BEGIN` in a file that already runs in a transaction
      |
    1 | BEGIN;
      | ^^^^^
      |
      = help: remove it: migrate runs the file in a transaction, and commits it together with its row in the history
      = rule: transaction-control

    error: migrations/0002_two.sql:3:1: `COMMIT` in a file that already runs in a transaction
      |
    3 | COMMIT;
      | ^^^^^^
      |
      = help: remove it: migrate runs the file in a transaction, and commits it together with its row in the history
      = rule: transaction-control

    5 errors, 0 warnings in 3 files
    "#);
}

#[test]
fn findings_are_data_too() {
    let place = Place::new(&[("0001_one.sql", "VACUUM;\n")]);
    check!(place, ["check", "--format", "json"], @r#"
    exit: 1
    ----- stdout
    {
      "command": "check",
      "errors": 1,
      "findings": [
        {
          "column": 1,
          "file": "migrations/0001_one.sql",
          "help": [
            "begin the file with `-- migrate: no-transaction`"
          ],
          "line": 1,
          "message": "`VACUUM` cannot run in a transaction",
          "rule": "needs-no-transaction",
          "severity": "error"
        }
      ],
      "migrations": 1,
      "ok": false,
      "warnings": 0
    }
    "#);
}

#[test]
fn a_plan_shows_statements_with_their_lines() {
    let place = Place::new(&[
        ("0001_one.sql", "CREATE TABLE one ();\n"),
        (
            "0002_two.sql",
            "-- migrate: no-transaction\n\nCREATE INDEX CONCURRENTLY a ON one ((1));\nDROP INDEX CONCURRENTLY\n  IF EXISTS b;\n",
        ),
    ]);
    check!(place, ["plan"], @"
    exit: 0
    ----- stdout
    migrations/0001_one.sql
        1 | CREATE TABLE one ()

    migrations/0002_two.sql  one statement at a time, without a transaction
        3 | CREATE INDEX CONCURRENTLY a ON one ((1))
        4 | DROP INDEX CONCURRENTLY
          |   IF EXISTS b

    2 pending, 0 applied
    ");
    check!(place, ["plan", "--to", "1", "--format", "json"], @r#"
    exit: 0
    ----- stdout
    {
      "command": "plan",
      "current": 0,
      "ok": true,
      "other_histories": [],
      "pending": [
        {
          "file": "migrations/0001_one.sql",
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
    place.call(&["run"]);
    check!(place, ["plan"], @"
    exit: 0
    ----- stdout
    0 pending, 2 applied
    ");
}

#[test]
fn a_plan_says_what_each_statement_locks_against_others() {
    let place = Place::new(&[(
        "0001_orders.sql",
        "-- migrate: allow(drop-column) nobody reads it\nALTER TABLE orders DROP COLUMN note;\nSELECT 1;\n",
    )]);
    place.write("base.sql", "CREATE TABLE orders (note text);\n");
    place.write("migrate.toml", "assume = 'base.sql'\n");
    check!(place, ["plan"], @"
    exit: 0
    ----- stdout
    migrations/0001_orders.sql
        2 | ALTER TABLE orders DROP COLUMN note
          = takes ACCESS EXCLUSIVE on orders
        3 | SELECT 1

    1 pending, 0 applied
    ");
}

#[test]
fn rules_explain_themselves() {
    let place = Place::new(&[]);
    let list = place.call(&["rules"]);
    assert!(list.contains("transaction-control"), "{list}");
    let one = place.call(&["rules", "transaction-control"]);
    assert!(
        one.starts_with("exit: 0") && one.contains("```sql"),
        "{one}"
    );
    check!(place, ["rules", "transaction-contorl"], @"
    exit: 2
    ----- stderr
    error: there is no rule `transaction-contorl`
      = help: did you mean `transaction-control`?
    ");
}

#[test]
fn shells_and_packagers_get_what_they_want() {
    let place = Place::new(&[]);
    for shell in ["bash", "zsh", "fish"] {
        let script = place.call(&["completions", shell]);
        assert!(
            script.starts_with("exit: 0") && script.contains("baseline"),
            "{script}"
        );
    }
    let page = place.call(&["man"]);
    assert!(
        page.contains(".TH migrate 1") && page.contains("revert"),
        "{page}"
    );
}

#[test]
fn cargo_runs_it_as_a_subcommand() {
    let place = Place::new(&[("1_one.sql", "")]);
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-migrate"));
    command.args(["migrate", "check"]).current_dir(place.path());
    insta::assert_snapshot!(place.show(&command.output().unwrap()), @"
    exit: 0
    ----- stdout
    ok: 1 file, no problems found
    ");
    command.args(["--nosuch"]);
    insta::assert_snapshot!(place.show(&command.output().unwrap()), @"
    exit: 2
    ----- stderr
    error: unexpected argument '--nosuch' found

    Usage: cargo migrate check [OPTIONS]

    For more information, try '--help'.
    ");
}

#[test]
fn denied_warnings_are_given_as_the_reason() {
    let place = Place::new(&[
        ("1_a.sql", "CREATE TABLE a (id int);\n"),
        ("2_b.sql", "ALTER TABLE a RENAME TO b;\n"),
    ]);
    check!(place, ["check", "--deny-warnings"], @r#"
    exit: 1
    ----- stdout
    warning: migrations/2_b.sql:1:1: renames "a", which the deployed release may use
      |
    1 | ALTER TABLE a RENAME TO b;
      | ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add one of the new name, let the application use both, and drop the old one in a later release
      = rule: rename; if it is meant, say why above the statement: `-- migrate: allow(rename) <reason>`

    0 errors, 1 warning in 2 files
    ----- stderr
    error: 1 warning, and `--deny-warnings` treats warnings as errors
    "#);
}

#[test]
fn the_old_name_of_start_after_works_with_a_note() {
    let place = Place::new(&[
        ("1_a.sql", "CREATE TABLE a (id int);\n"),
        ("2_b.sql", "ALTER TABLE a RENAME TO b;\n"),
    ]);
    check!(place, ["check", "--start-after", "2"], @"
    exit: 0
    ----- stdout
    ok: 2 files, no problems found
    ");
    check!(place, ["check", "--since", "2"], @"
    exit: 0
    ----- stdout
    ok: 2 files, no problems found
    ----- stderr
    note: `--since` is now called `--start-after`
    ");
}

#[test]
fn a_rule_can_be_denied_for_one_call() {
    let place = Place::new(&[
        ("1_a.sql", "CREATE TABLE a (id int);\n"),
        ("2_b.sql", "DROP TABLE a;\n"),
    ]);
    for (arguments, ending) in [
        (vec!["check"], "0 errors, 1 warning in 2 files"),
        (
            vec!["check", "--deny", "drop-table,set-not-null"],
            "1 error, 0 warnings in 2 files",
        ),
        (vec!["check", "--allow", "drop-table"], "no problems found"),
    ] {
        let shown = place.call(&arguments);
        assert!(shown.contains(ending), "{arguments:?}: {shown}");
    }
    check!(place, ["check", "--deny", "drop-tabel"], @"
    exit: 2
    ----- stderr
    error: unknown rule `drop-tabel`
      = help: did you mean `drop-table`?
    ");
}

#[test]
fn roles_that_the_files_leave_on_the_server_are_named() {
    let place = Place::new(&[]);
    let role = format!("left_by_{}", place.database.name());
    place.write("migrations/1_role.sql", &format!("CREATE ROLE {role};\n"));
    let first = place.call(&["check", "--scratch"]);
    let told = "note: roles belong to the whole server, and these are new there: \"left_by_[database]\"; \
                remove them with `DROP ROLE \"left_by_[database]\"`";
    assert!(first.contains(told), "{first}");
    let drop = format!("DROP ROLE \"{role}\"");
    let second = place.call(&["check", "--scratch"]);
    assert!(
        second.contains("already exists") && !second.contains("are new there"),
        "{second}"
    );
    place.database.execute(&drop);
    assert!(place.call(&["check", "--scratch"]).starts_with("exit: 0"));
    place.database.execute(&drop);
}
