//! Takes away the findings that a file allows.

use super::order::TIMESTAMP_LENGTH;
use crate::diagnostics::{Diagnostic, Severity};
use crate::directives::Allow;
use crate::lint;
use crate::settings::{RuleNames, Settings};

/// What an `allow` may name: findings about a file that are a matter of judgement.
pub(super) fn names() -> RuleNames {
    let mut names = lint::names();
    names.allowable.push(TIMESTAMP_LENGTH);
    names
}

/// Removes from a file's `problems` what its `allows` permit, and complains of each one that permits
/// nothing: the statement it was written for has gone, and the next one should not profit.
pub(super) fn apply(
    file: &str,
    allows: &[&Allow],
    version: Option<i64>,
    settings: &Settings,
    problems: &mut Vec<Diagnostic>,
) {
    let permits = |allow: &Allow, problem: &Diagnostic| {
        problem.rule == allow.rule
            && match (&allow.statement, &problem.span) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(statement), Some(span)) => {
                    statement.start <= span.start && span.start <= statement.end
                }
            }
    };
    // One that permits what the whole file may do does not need to stand at a statement as well.
    let unused: Vec<&Allow> = allows
        .iter()
        .copied()
        .filter(|allow| !problems.iter().any(|problem| permits(allow, problem)))
        .filter(|allow| lint::is_applied(&allow.rule, version, settings))
        .collect();
    problems.retain(|problem| !allows.iter().any(|allow| permits(allow, problem)));
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
