//! Tests of rules are data: this SQL in, these findings out.

use std::fmt::Write as _;

use super::{Rule, Subject};
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
    let analysis = analyse(sql);
    let found = (rule.check)(&Subject {
        file: "f.sql",
        text: sql,
        analysis: &analysis,
        transaction,
        settings,
    });
    let shown: Vec<String> = found
        .iter()
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
        .collect();
    assert_eq!(shown, expected, "{sql}");
}
