//! Tests of rules are data: this SQL in, these findings out.

use std::fmt::Write as _;

use super::{Rule, Subject};
use crate::grammar::parse;
use crate::migration::Transaction;
use crate::position::Position;
use crate::settings::Settings;
use crate::sql::analyse;

/// Checks what `rule` finds in `sql`: a line each, with its place.
#[track_caller]
pub(super) fn check(rule: Rule, transaction: Transaction, sql: &str, expected: &[&str]) {
    check_with(rule, transaction, &Settings::default(), sql, expected);
}

/// The same, with settings.
#[track_caller]
pub(super) fn check_with(
    rule: Rule,
    transaction: Transaction,
    settings: &Settings,
    sql: &str,
    expected: &[&str],
) {
    let shown = find_with(rule, transaction, settings, sql);
    assert_eq!(shown, expected, "{sql}");
}

/// What `rule` finds in `sql`, a line each.
pub(super) fn find(rule: Rule, sql: &str) -> Vec<String> {
    find_with(rule, Transaction::Single, &Settings::default(), sql)
}

fn find_with(rule: Rule, transaction: Transaction, settings: &Settings, sql: &str) -> Vec<String> {
    let analysis = analyse(sql);
    let parsed = parse(sql, &analysis.tokens, &analysis.faults);
    let found = (rule.check)(&Subject {
        file: "f.sql",
        text: sql,
        analysis: &analysis,
        parsed: &parsed,
        transaction,
        settings,
    });
    let lines = found.iter();
    lines
        .map(|finding| {
            assert_eq!(finding.rule, rule.id);
            let span = finding.span.clone().unwrap();
            assert!(sql.get(span.clone()).is_some());
            let mut line = format!("{}: {}", Position::of(sql, span.start), finding.message);
            for help in &finding.help {
                write!(line, " | {help}").unwrap();
            }
            line
        })
        .collect()
}
