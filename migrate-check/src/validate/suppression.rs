//! Suppression: takes away the findings that a file allows.

use std::collections::BTreeMap;

use super::order::TIMESTAMP_LENGTH;
use crate::diagnostics::{Diagnostic, Severity, Span};
use crate::directives::Allow;
use crate::lint;
use crate::settings::{RuleNames, Settings};

/// What an `allow` may name: findings about a file that are a matter of judgement.
pub(super) fn names() -> RuleNames {
    let mut names = lint::names();
    names.allowable.push(TIMESTAMP_LENGTH);
    names
}

/// Removes from a file's `problems` what its `allows` permit, and reports each one that permits
/// nothing: the statement it was written for is gone, and the next one should not profit.
pub(super) fn apply(
    file: &str,
    allows: &[&Allow],
    version: Option<i64>,
    settings: &Settings,
    problems: &mut Vec<Diagnostic>,
) {
    let found = Found::of(problems);
    // An `allow` for the whole file need not be repeated at a statement.
    let unused: Vec<&Allow> = allows
        .iter()
        .copied()
        .filter(|allow| !found.has(allow))
        .filter(|allow| lint::is_applied(&allow.rule, version, settings))
        .collect();
    let permitted = Permitted::by(allows);
    problems.retain(|problem| !permitted.has(problem));
    // Where something is wrong with the file, not every rule may have come to speak.
    let is_wrong = |problem: &Diagnostic| problem.severity == Severity::Error;
    if problems.iter().any(is_wrong) {
        return;
    }
    problems.extend(unused.into_iter().map(|allow| {
        let place = match allow.statement {
            Some(_) => "this statement",
            None => "this file",
        };
        Diagnostic::warning(
            "unused-allow",
            file,
            format!("nothing in {place} needs `allow({})`", allow.rule),
        )
        .at(allow.span.clone())
        .help("delete the directive")
    }));
}

/// Where each rule found something, in order of place: a file may have thousands of findings and of `allow`s.
struct Found<'p>(BTreeMap<&'p str, Vec<Option<usize>>>);

impl<'p> Found<'p> {
    fn of(problems: &'p [Diagnostic]) -> Self {
        let mut places: BTreeMap<&str, Vec<Option<usize>>> = BTreeMap::new();
        for problem in problems {
            let start = problem.span.as_ref().map(|span| span.start);
            places.entry(problem.rule).or_default().push(start);
        }
        for places in places.values_mut() {
            places.sort_unstable();
        }
        Self(places)
    }

    /// Whether there is anything that `allow` permits.
    fn has(&self, allow: &Allow) -> bool {
        let Some(places) = self.0.get(allow.rule.as_str()) else {
            return false;
        };
        allow.statement.as_ref().is_none_or(|statement| {
            let first = places.partition_point(|place| *place < Some(statement.start));
            let place = places.get(first).copied().flatten();
            place.is_some_and(|place| place <= statement.end)
        })
    }
}

/// What a file allows, by rule: all of it, or the statements at which it does, in order of place.
struct Permitted<'a>(BTreeMap<&'a str, (bool, Vec<&'a Span>)>);

impl<'a> Permitted<'a> {
    fn by(allows: &[&'a Allow]) -> Self {
        let mut permitted: BTreeMap<&str, (bool, Vec<&Span>)> = BTreeMap::new();
        for allow in allows {
            let (everywhere, statements) = permitted.entry(allow.rule.as_str()).or_default();
            match &allow.statement {
                None => *everywhere = true,
                Some(statement) => statements.push(statement),
            }
        }
        for (_, statements) in permitted.values_mut() {
            statements.sort_unstable_by_key(|statement| statement.start);
        }
        Self(permitted)
    }

    fn has(&self, problem: &Diagnostic) -> bool {
        let Some((everywhere, statements)) = self.0.get(problem.rule) else {
            return false;
        };
        let at = |span: &Span| {
            let next = statements.partition_point(|statement| statement.start <= span.start);
            let last = next.checked_sub(1).and_then(|last| statements.get(last));
            last.is_some_and(|statement| span.start <= statement.end)
        };
        *everywhere || problem.span.as_ref().is_some_and(at)
    }
}
