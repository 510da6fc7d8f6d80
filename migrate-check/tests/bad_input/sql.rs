//! SQL that no migration may hold: that what the rules find reaches the user.

use insta::assert_snapshot;
use migrate_check::{Settings, StatementKind, TableName};

use crate::fixture::{Crate, problems_after, problems_in};

#[test]
fn a_string_without_an_end_is_refused() {
    assert_snapshot!(problems_in("CREATE TABLE t (\n  a text DEFAULT 'x\n);\n"), @"
    migrations/0001_a.sql:2:18: unterminated quoted string
      |
    2 |   a text DEFAULT 'x
      |                  ^ begins here
      |
      = help: close it with `'`; a quote inside a string is written twice: `'it''s'`
      = rule: lexical-error
    ");
}

#[test]
fn a_quoted_identifier_without_an_end_is_refused() {
    assert_snapshot!(problems_in("CREATE TABLE \"t;\n"), @r#"
    migrations/0001_a.sql:1:14: unterminated quoted identifier
      |
    1 | CREATE TABLE "t;
      |              ^ begins here
      |
      = help: close it with `"`; a string is written in `'`
      = rule: lexical-error
    "#);
}

#[test]
fn a_dollar_quote_without_an_end_is_refused() {
    assert_snapshot!(problems_in("SELECT 'ä'; DO $body$ BEGIN END $Body$;\n"), @"
    migrations/0001_a.sql:1:16: unterminated dollar-quoted string
      |
    1 | SELECT 'ä'; DO $body$ BEGIN END $Body$;
      |                ^^^^^^ begins here
      |
      = help: close it with `$body$`; `$Body$` is another tag
      = rule: lexical-error
    ");
}

#[test]
fn a_comment_without_an_end_is_refused() {
    assert_snapshot!(problems_in("SELECT 1;\n/* /* */\nSELECT 2;"), @"
    migrations/0001_a.sql:2:1: unterminated /* comment
      |
    2 | /* /* */
      | ^^ begins here
      |
      = help: close it with `*/`; comments nest, so each `/*` inside it needs a `*/` of its own
      = rule: lexical-error
    ");
    assert_snapshot!(problems_in("/* never closed\n-- migrate: no-transaction\n"), @"
    migrations/0001_a.sql:1:1: unterminated /* comment
      |
    1 | /* never closed
      | ^^ begins here
      |
      = help: close it with `*/`; comments nest, so each `/*` inside it needs a `*/` of its own
      = rule: lexical-error
    ");
}

#[test]
fn a_commit_in_the_middle_is_refused() {
    assert_snapshot!(problems_in("CREATE TABLE a ();\nCOMMIT;\nCREATE TABLE b ();\n"), @"
    migrations/0001_a.sql:2:1: `COMMIT` in a file that already runs in a transaction
      |
    2 | COMMIT;
      | ^^^^^^
      |
      = help: remove it: migrate runs the file in a transaction, and commits it together with its row in the history
      = rule: transaction-control
    ");
}

#[test]
fn a_statement_that_needs_no_transaction_is_refused_in_one() {
    assert_snapshot!(problems_after("CREATE TABLE t (a int);", "CREATE INDEX CONCURRENTLY i ON t (a);"), @"
    migrations/0001_a.sql:1:1: `CREATE INDEX CONCURRENTLY` cannot run in a transaction
      |
    1 | CREATE INDEX CONCURRENTLY i ON t (a);
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: begin the file with `-- migrate: no-transaction`
      = rule: needs-no-transaction; if it is right as it is, say why above the statement: `-- migrate: allow(needs-no-transaction) <reason>`
    ");
}

#[test]
fn a_misspelt_no_transaction_is_one_error() {
    let text = "-- migrate: no-transction\nVACUUM;";
    let loaded = Crate::with(&[("0001_a.sql", text)]).load();
    let rules: Vec<&str> = loaded.diagnostics.iter().map(|found| found.rule).collect();
    assert_eq!(rules, ["unknown-directive"]);
}

#[test]
fn copy_from_stdin_and_psql_commands_are_refused() {
    assert_snapshot!(problems_after("CREATE TABLE t ();", "COPY t FROM STDIN;\n1\t2\n\\.\n\\echo done\n"), @r"
    migrations/0001_a.sql:1:1: `COPY … FROM STDIN` waits for rows that a migration cannot send
      |
    1 | COPY t FROM STDIN;
      | ^^^^^^^^^^^^^^^^^
      |
      = help: write the rows as `INSERT … VALUES`; `pg_dump --inserts` does
      = rule: copy-from-stdin
    migrations/0001_a.sql:4:1: `\echo` is a command of psql, not SQL
      |
    4 | \echo done
      | ^^^^^
      |
      = help: remove it: a migration is sent to the server, which knows only SQL
      = rule: psql-command
    ");
}

#[test]
fn the_history_table_may_not_be_named() {
    let package = Crate::with(&[("0001_a.sql", "LOCK TABLE history.applied;")]);
    let settings = Settings {
        table: TableName {
            schema: "history".to_owned(),
            name: "applied".to_owned(),
        },
        ..Settings::default()
    };
    assert_snapshot!(package.problems_of("migrations", &settings), @r#"
    migrations/0001_a.sql:1:12: names the history table "history.applied"
      |
    1 | LOCK TABLE history.applied;
      |            ^^^^^^^^^^^^^^^ migrate creates and writes this table itself
      |
      = help: remove the statement
      = help: if this is a table of your own, give the history table another name: `table = "…"` in `embed_migrations!`
      = help: if it is intended, allow it: `-- migrate: allow(own-history-table) <reason>`
      = rule: own-history-table
    "#);
    let own = "CREATE SCHEMA history; CREATE TABLE history.applied (); LOCK TABLE history.applied;";
    assert_snapshot!(problems_in(own), @"");
}

#[test]
fn a_finding_can_be_allowed_with_a_reason() {
    let text = "-- migrate: allow(needs-no-transaction) its slot has gone\nDROP SUBSCRIPTION s;";
    assert_snapshot!(problems_in(text), @"");
}

#[test]
fn a_finding_without_which_nothing_works_cannot_be_allowed() {
    assert_snapshot!(problems_in("-- migrate: allow(lexical-error) so it is\nSELECT 'x"), @"
    migrations/0001_a.sql:1:19: `lexical-error` cannot be allowed
      |
    1 | -- migrate: allow(lexical-error) so it is
      |                   ^^^^^^^^^^^^^
      |
      = help: fix the statement: it would fail when the migration runs
    migrations/0001_a.sql:2:8: unterminated quoted string
      |
    2 | SELECT 'x
      |        ^ begins here
      |
      = help: close it with `'`; a quote inside a string is written twice: `'it''s'`
      = rule: lexical-error
    ");
}

#[test]
fn an_allow_whose_statement_has_gone_is_a_warning() {
    assert_snapshot!(problems_in("-- migrate: allow(needs-no-transaction) x\nSELECT 1"), @"
    migrations/0001_a.sql:1:19: nothing in this file needs `allow(needs-no-transaction)`
      |
    1 | -- migrate: allow(needs-no-transaction) x
      |                   ^^^^^^^^^^^^^^^^^^^^
      |
      = help: delete the directive
    ");
}

#[test]
fn statements_reach_the_migration_with_their_place_and_kind() {
    let text = "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a) ;\n\nVACUUM t";
    let before = ("0000_before.sql", "CREATE TABLE t (a int);");
    let loaded = Crate::with(&[before, ("0001_a.sql", text)]).load();
    assert_eq!(loaded.diagnostics, []);
    let statements = &loaded.migrations[1].up.statements;
    let texts: Vec<&str> = statements
        .iter()
        .map(|found| &text[found.range.clone()])
        .collect();
    assert_eq!(texts, ["CREATE INDEX CONCURRENTLY i ON t (a)", "VACUUM t"]);
    assert_eq!(statements[1].kind, StatementKind::Repeatable);
}
