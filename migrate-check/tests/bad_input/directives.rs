//! Comments that a program reads.

use std::time::Duration;

use insta::assert_snapshot;
use migrate_check::{Migration, Transaction};

use crate::fixture::{Crate, problems, problems_after, problems_in};

fn migration(text: &str) -> Migration {
    let mut loaded = Crate::with(&[("0001_a.sql", text)]).load();
    assert_eq!(loaded.diagnostics, [], "{text}");
    loaded.migrations.remove(0)
}

#[test]
fn directives_are_read_from_the_leading_comments() {
    let found = migration(
        "-- Copyright\n/* licence */\n\n  --migrate:no-transaction\n-- more\n\
         --  migrate : out-of-order  \n-- migrate: lock-timeout 10s\n\
         -- migrate: flush\n\nSELECT 1;",
    );
    assert_eq!(found.up.transaction, Transaction::None);
    assert!(found.out_of_order && found.up.flush);
    assert_eq!(found.up.lock_timeout, Some(Duration::from_secs(10)));
}

#[test]
fn without_directives_a_file_is_one_transaction_in_order() {
    let found = migration("-- no transaction is needed\n-- migrate users to accounts\nSELECT 1;");
    assert_eq!(found.up.transaction, Transaction::Single);
    assert!(!found.out_of_order && !found.up.flush);
    assert_eq!(found.up.lock_timeout, None);
}

#[test]
fn the_directive_of_sqlx_is_understood() {
    for text in [
        "-- no-transaction\nSELECT 1;",
        "--no-transaction because of the index",
    ] {
        assert_eq!(migration(text).up.transaction, Transaction::None, "{text}");
    }
}

#[test]
fn prose_that_mentions_migrating_is_no_directive() {
    migration("-- Migrate: users to accounts\n-- migrates: x\n-- immigrate: y\nSELECT 1;");
}

#[test]
fn a_down_file_has_directives_of_its_own() {
    let loaded = Crate::with(&[
        ("0001_a.sql", "SELECT 1"),
        ("0001_a.down.sql", "-- migrate: no-transaction"),
    ])
    .load();
    assert_eq!(loaded.diagnostics, []);
    let down = loaded.migrations[0].down.as_ref().expect("a down file");
    assert_eq!(loaded.migrations[0].up.transaction, Transaction::Single);
    assert_eq!(down.transaction, Transaction::None);
}

#[test]
fn an_unknown_directive_is_refused_with_the_nearest_known_one() {
    assert_snapshot!(problems_in("-- migrate: no-transction\nSELECT 1;"), @"
    migrations/0001_a.sql:1:13: unknown directive `no-transction`
      |
    1 | -- migrate: no-transction
      |             ^^^^^^^^^^^^^
      |
      = help: did you mean `no-transaction`?
      = help: use `no-transaction`, `out-of-order`, `lock-timeout <time>`, `flush`, `allow(<rule>) <reason>` or `alone`
    ");
    assert_snapshot!(problems_in("-- migrate: out_of_order\nSELECT 1;"), @"
    migrations/0001_a.sql:1:13: unknown directive `out_of_order`
      |
    1 | -- migrate: out_of_order
      |             ^^^^^^^^^^^^
      |
      = help: did you mean `out-of-order`?
      = help: use `no-transaction`, `out-of-order`, `lock-timeout <time>`, `flush`, `allow(<rule>) <reason>` or `alone`
    ");
    assert_snapshot!(problems_in("-- migrate: parallel\nSELECT 1;"), @"
    migrations/0001_a.sql:1:13: unknown directive `parallel`
      |
    1 | -- migrate: parallel
      |             ^^^^^^^^
      |
      = help: use `no-transaction`, `out-of-order`, `lock-timeout <time>`, `flush`, `allow(<rule>) <reason>` or `alone`
    ");
    assert_snapshot!(problems_in("-- migrate:\nSELECT 1;"), @"
    migrations/0001_a.sql:1:4: no directive after `migrate:`
      |
    1 | -- migrate:
      |    ^^^^^^^^
      |
      = help: use `no-transaction`, `out-of-order`, `lock-timeout <time>`, `flush`, `allow(<rule>) <reason>` or `alone`
    ");
}

#[test]
fn a_directive_below_the_first_statement_is_refused() {
    assert_snapshot!(problems_in("SELECT 1;\n-- migrate: no-transaction\nSELECT 2;"), @"
    migrations/0001_a.sql:2:4: a directive below the first statement has no effect
      |
    2 | -- migrate: no-transaction
      |    ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: move it to a line of its own above the first statement
    ");
    assert_snapshot!(problems_in("SELECT 1; -- migrate: out-of-order"), @"
    migrations/0001_a.sql:1:14: a directive below the first statement has no effect
      |
    1 | SELECT 1; -- migrate: out-of-order
      |              ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: move it to a line of its own above the first statement
    ");
    assert_snapshot!(problems_in("SELECT 1;\n-- no-transaction\n"), @"
    migrations/0001_a.sql:2:4: a directive below the first statement has no effect
      |
    2 | -- no-transaction
      |    ^^^^^^^^^^^^^^
      |
      = help: move it to a line of its own above the first statement
    ");
}

#[test]
fn what_looks_like_a_directive_in_a_string_is_data() {
    migration("SELECT '\n-- migrate: no-transaction\n', $$\n-- no-transaction\n$$;\n/*\n-- x */");
}

#[test]
fn a_directive_takes_no_remark() {
    assert_snapshot!(problems_in("-- migrate: no-transaction, out-of-order\n"), @"
    migrations/0001_a.sql:1:27: `no-transaction` takes no argument
      |
    1 | -- migrate: no-transaction, out-of-order
      |                           ^^^^^^^^^^^^^^
      |
      = help: move this to a separate comment
    ");
    assert_snapshot!(problems_in("-- migrate: out-of-order (merged late)\n"), @"
    migrations/0001_a.sql:1:26: `out-of-order` takes no argument
      |
    1 | -- migrate: out-of-order (merged late)
      |                          ^^^^^^^^^^^^^
      |
      = help: move this to a separate comment
    ");
}

#[test]
fn a_directive_in_the_wrong_case_is_refused() {
    assert_snapshot!(problems_in("-- MIGRATE: no-transaction\n"), @"
    migrations/0001_a.sql:1:4: `migrate:` is not in lower case
      |
    1 | -- MIGRATE: no-transaction
      |    ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `-- migrate: no-transaction`
    ");
}

#[test]
fn a_directive_in_a_block_comment_is_refused() {
    assert_snapshot!(problems_in("/* migrate: no-transaction */\nSELECT 1;"), @"
    migrations/0001_a.sql:1:13: a directive in a block comment has no effect
      |
    1 | /* migrate: no-transaction */
      |             ^^^^^^^^^^^^^^
      |
      = help: write `-- migrate: no-transaction` on a line of its own
    ");
}

#[test]
fn a_lock_timeout_without_a_sound_time_is_refused() {
    assert_snapshot!(problems_in("-- migrate: lock-timeout\n"), @"
    migrations/0001_a.sql:1:13: the lock timeout is not a number with a unit
      |
    1 | -- migrate: lock-timeout
      |             ^^^^^^^^^^^^
      |
      = help: write a number and its unit, `ms`, `s` or `min`: `-- migrate: lock-timeout 10s`
    ");
    assert_snapshot!(problems_in("-- migrate: lock-timeout 10\n"), @"
    migrations/0001_a.sql:1:26: the lock timeout has no unit
      |
    1 | -- migrate: lock-timeout 10
      |                          ^^
      |
      = help: write a number and its unit, `ms`, `s` or `min`: `-- migrate: lock-timeout 10s`
    ");
    assert_snapshot!(problems_in("-- migrate: lock-timeout 5h\n"), @"
    migrations/0001_a.sql:1:26: the lock timeout has an unknown unit
      |
    1 | -- migrate: lock-timeout 5h
      |                          ^^
      |
      = help: write a number and its unit, `ms`, `s` or `min`: `-- migrate: lock-timeout 10s`
    ");
    assert_snapshot!(problems_in("-- migrate: lock-timeout 0ms\n"), @"
    migrations/0001_a.sql:1:26: a lock timeout of 0 waits without limit
      |
    1 | -- migrate: lock-timeout 0ms
      |                          ^^^
      |
      = help: write a number and its unit, `ms`, `s` or `min`: `-- migrate: lock-timeout 10s`
    ");
    assert_snapshot!(problems_in("-- migrate: lock-timeout 1s\n-- migrate: lock-timeout 2s\n"), @"
    migrations/0001_a.sql:2:26: duplicate `lock-timeout`
      |
    2 | -- migrate: lock-timeout 2s
      |                          ^^
      |
      = help: delete one of the two
    ");
}

#[test]
fn an_allow_of_an_unknown_rule_is_refused_with_the_nearest_known_one() {
    assert_snapshot!(problems_in("-- migrate: allow(timestamp-lenght) so it is\n"), @"
    migrations/0001_a.sql:1:19: unknown rule `timestamp-lenght`
      |
    1 | -- migrate: allow(timestamp-lenght) so it is
      |                   ^^^^^^^^^^^^^^^^
      |
      = help: did you mean `timestamp-length`?
    ");
    assert_snapshot!(problems_in("-- migrate: allow(gravity) so it is\n"), @"
    migrations/0001_a.sql:1:19: unknown rule `gravity`
      |
    1 | -- migrate: allow(gravity) so it is
      |                   ^^^^^^^
      |
      = help: run `migrate rules` for a list of the rules
    ");
}

#[test]
fn an_allow_without_a_reason_or_a_rule_is_refused() {
    assert_snapshot!(problems_in("-- migrate: allow(timestamp-length)\n"), @"
    migrations/0001_a.sql:1:19: `allow` gives no reason
      |
    1 | -- migrate: allow(timestamp-length)
      |                   ^^^^^^^^^^^^^^^^
      |
      = help: say why this is safe: `-- migrate: allow(timestamp-length) <reason>`
    ");
    assert_snapshot!(problems_in("-- migrate: allow timestamp-length it is so\n"), @"
    migrations/0001_a.sql:1:13: `allow` does not name a rule
      |
    1 | -- migrate: allow timestamp-length it is so
      |             ^^^^^
      |
      = help: name it in parentheses: `-- migrate: allow(<rule>) <reason>`
    ");
}

#[test]
fn an_allow_that_matches_nothing_is_a_warning() {
    let text = "-- migrate: allow(timestamp-length) it is so\nSELECT 1;";
    assert_snapshot!(problems_in(text), @"
    migrations/0001_a.sql:1:19: nothing in this file needs `allow(timestamp-length)`
      |
    1 | -- migrate: allow(timestamp-length) it is so
      |                   ^^^^^^^^^^^^^^^^
      |
      = help: delete the directive
    ");
    assert!(!Crate::with(&[("0001_a.sql", text)]).load().has_errors());
}

#[test]
fn out_of_order_and_flush_in_a_down_file_are_refused() {
    let both = "-- migrate: out-of-order\n-- migrate: flush\n";
    assert_snapshot!(problems(&[("1_a.sql", both), ("1_a.down.sql", both)]), @"
    migrations/1_a.down.sql:1:4: `out-of-order` in a down file has no effect
      |
    1 | -- migrate: out-of-order
      |    ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: move it to the file that applies this version
    migrations/1_a.down.sql:2:4: `flush` in a down file has no effect: each migration that is reverted is flushed by itself
      |
    2 | -- migrate: flush
      |    ^^^^^^^^^^^^^^
      |
      = help: delete the directive
    ");
}

#[test]
fn marks_of_tools_that_keep_both_directions_in_one_file_are_refused() {
    // Among files of the usual layout; a directory full of them is recognised as another layout.
    let problems_in = |text| problems(&[("0001_a.sql", text), ("0002_b.sql", "")]);
    assert_snapshot!(problems_in("-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;"), @"
    migrations/0001_a.sql:1:4: `+goose` is a goose marker
      |
    1 | -- +goose Up
      |    ^^^^^^
      |
      = help: delete the markers, and move the statements that revert this migration to `0001_a.down.sql`
    ");
    assert_snapshot!(problems_in("-- +migrate Up\nSELECT 1;"), @"
    migrations/0001_a.sql:1:4: `+migrate` is a sql-migrate marker
      |
    1 | -- +migrate Up
      |    ^^^^^^^^
      |
      = help: delete the markers, and move the statements that revert this migration to `0001_a.down.sql`
    ");
    assert_snapshot!(problems_in("-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELECT 2;"), @"
    migrations/0001_a.sql:1:12: `migrate:up` is a dbmate marker
      |
    1 | -- migrate:up
      |            ^^
      |
      = help: delete the markers, and move the statements that revert this migration to `0001_a.down.sql`
    migrations/0001_a.sql:4:12: `migrate:down` is a dbmate marker
      |
    4 | -- migrate:down
      |            ^^^^
      |
      = help: delete the markers, and move the statements that revert this migration to `0001_a.down.sql`
    ");
}

#[test]
fn an_allow_above_a_statement_holds_for_that_one() {
    let text = "ALTER TABLE t ADD b int;\n\n-- migrate: allow(drop-table) nobody reads it\nDROP TABLE a;\nDROP TABLE b;\n";
    let before = "CREATE TABLE t (); CREATE TABLE a (); CREATE TABLE b ();";
    assert_snapshot!(problems_after(before, text), @r#"
    migrations/0001_a.sql:5:1: drops "b", which the deployed release may use
      |
    5 | DROP TABLE b;
      | ^^^^^^^^^^^^
      |
      = help: once no release uses it, allow it: `-- migrate: allow(drop-table) <reason>`
      = rule: drop-table
    "#);
}

#[test]
fn an_allow_above_a_statement_that_needs_none_is_a_warning() {
    let text =
        "SELECT 1;\n-- migrate: allow(drop-table) nobody reads it\nSELECT 2;\nDROP TABLE a;\n";
    assert_snapshot!(problems_after("CREATE TABLE a ();", text), @r#"
    migrations/0001_a.sql:2:19: nothing in this statement needs `allow(drop-table)`
      |
    2 | -- migrate: allow(drop-table) nobody reads it
      |                   ^^^^^^^^^^
      |
      = help: delete the directive
    migrations/0001_a.sql:4:1: drops "a", which the deployed release may use
      |
    4 | DROP TABLE a;
      | ^^^^^^^^^^^^
      |
      = help: once no release uses it, allow it: `-- migrate: allow(drop-table) <reason>`
      = rule: drop-table
    "#);
}

#[test]
fn an_allow_that_stands_above_no_statement_is_refused() {
    for text in [
        "SELECT 1;\nDROP TABLE a;\n-- migrate: allow(drop-table) nobody reads it\n",
        "SELECT 1;\nDROP TABLE\n-- migrate: allow(drop-table) nobody reads it\na;\n",
        "SELECT 1; -- migrate: allow(drop-table) nobody reads it\nDROP TABLE a;\n",
    ] {
        let found = problems_after("CREATE TABLE a ();", text);
        assert!(
            found.contains(
                "`allow` has no effect here: it is not on a line of its own above a statement"
            ),
            "{text}: {found}"
        );
    }
    let text = "SELECT 1;\n-- migrate: allow(drop-table)\nDROP TABLE a;\n";
    let reasonless = problems_after("CREATE TABLE a ();", text);
    assert!(
        reasonless.contains("`allow` gives no reason"),
        "{reasonless}"
    );
}
