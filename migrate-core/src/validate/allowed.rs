//! Takes away the findings that a file allows.

use super::order::TIMESTAMP_LENGTH;
use crate::diagnostic::Diagnostic;
use crate::directive::{Allow, RuleNames};
use crate::rules::RULES;

/// What an `allow` may name: findings about a file that are a matter of judgement.
pub(super) fn names() -> RuleNames {
    let ids = |allowable: bool| {
        let rules = RULES.iter().filter(move |rule| rule.allowable == allowable);
        rules.map(|rule| rule.id)
    };
    RuleNames {
        allowable: ids(true).chain([TIMESTAMP_LENGTH]).collect(),
        fixed: ids(false).collect(),
    }
}

/// Removes from `problems` what `allows` of the same file permit, and complains of each one that
/// permits nothing: the statement it was written for has gone, and the next one should not profit.
pub(super) fn apply(file: &str, allows: &[&Allow], problems: &mut Vec<Diagnostic>) {
    let is_about =
        |problem: &Diagnostic, allow: &Allow| problem.file == file && problem.rule == allow.rule;
    let unused: Vec<&Allow> = allows
        .iter()
        .copied()
        .filter(|allow| !problems.iter().any(|problem| is_about(problem, allow)))
        .collect();
    problems.retain(|problem| !allows.iter().any(|allow| is_about(problem, allow)));
    // Where something is wrong with the file, not every rule may have come to speak.
    if problems.iter().any(|problem| problem.file == file) {
        return;
    }
    problems.extend(unused.into_iter().map(|allow| {
        Diagnostic::warning(
            "unused-allow",
            file,
            format!("nothing in this file needs `allow({})`", allow.rule),
        )
        .at(allow.span.clone())
        .help("delete the directive")
    }));
}
