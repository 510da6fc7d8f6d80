//! Suppression: takes away the findings that a file allows.

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

/// A rule, where something of it begins, and where that ends: in order, because a file may have thousands of findings and
/// of `allow`s.
type Places<'p> = Vec<(&'p str, Option<usize>, usize)>;

/// Where each rule found something.
struct Found<'p>(Places<'p>);

impl<'p> Found<'p> {
    fn of(problems: &'p [Diagnostic]) -> Self {
        let place = |problem: &'p Diagnostic| {
            let start = problem.span.as_ref().map(|span| span.start);
            (problem.rule, start, 0)
        };
        Self(in_order(problems.iter().map(place).collect()))
    }

    /// Whether there is anything that `allow` permits.
    fn has(&self, allow: &Allow) -> bool {
        let rule = allow.rule.as_str();
        let begin = allow.statement.as_ref().map(|statement| statement.start);
        let first = self.0.partition_point(|place| *place < (rule, begin, 0));
        let found = self.0.get(first).filter(|place| place.0 == rule);
        found.is_some_and(|(_, start, _)| match &allow.statement {
            None => true,
            Some(statement) => start.is_some_and(|start| start <= statement.end),
        })
    }
}

/// What a file allows: the statements at which it does, or none for all of the file.
struct Permitted<'a>(Places<'a>);

impl<'a> Permitted<'a> {
    fn by(allows: &[&'a Allow]) -> Self {
        let place = |allow: &&'a Allow| {
            let statement = allow.statement.as_ref();
            (
                allow.rule.as_str(),
                statement.map(|statement| statement.start),
                statement.map_or(0, |statement| statement.end),
            )
        };
        Self(in_order(allows.iter().map(place).collect()))
    }

    fn has(&self, problem: &Diagnostic) -> bool {
        // The last that is not after it.
        let last = |start: Option<usize>| {
            let until = (problem.rule, start, usize::MAX);
            let next = self.0.partition_point(|place| *place <= until);
            let last = next.checked_sub(1).and_then(|last| self.0.get(last));
            last.filter(|place| place.0 == problem.rule)
        };
        let at = |span: &Span| {
            let last = last(Some(span.start));
            last.is_some_and(|(_, start, end)| start.is_some() && span.start <= *end)
        };
        last(None).is_some() || problem.span.as_ref().is_some_and(at)
    }
}

fn in_order(mut places: Places<'_>) -> Places<'_> {
    places.sort_unstable();
    places
}
