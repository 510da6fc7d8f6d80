//! Tests of rules are data: this SQL in, these findings out.

use std::fmt::Write as _;

use migrate_sql::ast::statements;
use migrate_sql::grammar::parse;
use migrate_sql::splitter::analyse;

use super::{ParsedFile, Rule, Selection};
use crate::catalog::Catalog;
use crate::diagnostics::Diagnostic;
use crate::diagnostics::Position;
use crate::files::Direction;
use crate::migration::{Behaviour, Transaction};
use crate::resolve::{self, Resolver};
use crate::settings::{Level, Settings};

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

/// What `rule` finds in `sql`, the text of a file that runs after others.
pub(super) fn find_after(rule: Rule, before: &[&str], sql: &str) -> Vec<String> {
    let settings = Settings::default();
    show(
        rule,
        sql,
        &find_in(rule, Transaction::Single, &settings, before, sql),
    )
}

/// What `rule` finds in a down file.
pub(super) fn find_down(rule: Rule, sql: &str) -> Vec<String> {
    let mut catalog = Catalog::default();
    let mut found = find_file(
        Transaction::Single,
        &Settings::default(),
        Direction::Down,
        sql,
        &mut catalog,
        &mut Resolver::default(),
    );
    found.retain(|finding| finding.rule == rule.id);
    show(rule, sql, &found)
}

fn find_with(rule: Rule, transaction: Transaction, settings: &Settings, sql: &str) -> Vec<String> {
    show(rule, sql, &find_in(rule, transaction, settings, &[], sql))
}

fn show(rule: Rule, sql: &str, found: &[Diagnostic]) -> Vec<String> {
    let lines = found.iter();
    lines
        .map(|finding| {
            assert_eq!(finding.rule, rule.id);
            let span = finding.span.clone().unwrap();
            assert!(sql.get(span.clone()).is_some());
            let mut line = format!("{}: {}", Position::of(sql, span.start), finding.message);
            for help in finding.advice() {
                write!(line, " | {help}").unwrap();
            }
            line
        })
        .collect()
}

/// What `rule` finds in `sql`, after files that made something.
fn find_in(
    rule: Rule,
    transaction: Transaction,
    settings: &Settings,
    before: &[&str],
    sql: &str,
) -> Vec<Diagnostic> {
    let mut settings = settings.clone();
    if rule.level_in(&settings.lint) == Level::Allow {
        settings.lint.set(rule.id, Level::Warn);
    }
    let mut found = find_all(transaction, &settings, before, sql);
    found.retain(|finding| finding.rule == rule.id);
    found
}

/// What `rule` finds in an example of the documentation; its directives count.
pub(super) fn find_example(rule: Rule, before: &[&str], sql: &str) -> Vec<Diagnostic> {
    let transaction = if sql.contains("-- migrate: no-transaction") {
        Transaction::None
    } else {
        Transaction::Single
    };
    let mut found = find_in(rule, transaction, &Settings::default(), before, sql);
    if sql.contains(&format!("-- migrate: allow({})", rule.id)) {
        found.clear();
    }
    found
}

/// What all rules find.
pub(crate) fn find_all(
    transaction: Transaction,
    settings: &Settings,
    before: &[&str],
    sql: &str,
) -> Vec<Diagnostic> {
    let mut catalog = Catalog::default();
    let mut resolver = Resolver::default();
    let mut found = Vec::new();
    for text in before.iter().copied().chain([sql]) {
        let up = Direction::Up;
        found = find_file(transaction, settings, up, text, &mut catalog, &mut resolver);
    }
    found
}

fn find_file(
    transaction: Transaction,
    settings: &Settings,
    direction: Direction,
    text: &str,
    catalog: &mut Catalog,
    resolver: &mut Resolver,
) -> Vec<Diagnostic> {
    let analysis = analyse(text);
    let parsed = parse(text, &analysis.tokens, &analysis.faults);
    let behaviour = Behaviour::of(text, &analysis);
    let statements = statements(text, &analysis.tokens, &parsed);
    let file = ParsedFile {
        name: "f.sql",
        text,
        analysis: &analysis,
        parsed: &parsed,
        statements: &statements,
        behaviour: &behaviour,
        transaction,
        settings,
        version: Some(1),
        direction,
    };
    let mut found = super::check(&file, Selection::of(settings), catalog).findings;
    resolver.read(&resolve::File {
        name: file.name,
        text,
        tokens: &analysis.tokens,
        parsed: &parsed,
        direction,
        version: file.version,
        offset: 0,
        is_quiet: false,
    });
    let of_all = std::mem::take(&mut resolver.problems);
    found.extend(super::with_levels(of_all, settings));
    found.sort_by_key(|finding| finding.span.as_ref().map(|span| span.start));
    found
}
