//! Directives below the first statement: only `allow` has an effect there, directly above a statement.

use super::fragment::Fragment;
use super::{ALLOW, Allow, Directives, Form, Reader, comments, foreign, is_of_word};
use crate::diagnostics::{Diagnostic, Span};
use crate::settings::RuleNames;

/// Where a comment below the leading ones stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is no comment: it lies in a string.
    Text,
    /// Between two statements, above this one.
    Above(Span),
    /// Within a statement, or after the last.
    Nowhere,
}

/// Reads the directives below the first statement: `allow` directly above a statement holds for that one. All
/// others have no effect there. `locate` says where the byte at an offset is.
pub(crate) fn read_statement_level(
    file: &str,
    text: &str,
    rules: &RuleNames,
    directives: &mut Directives,
    locate: impl Fn(usize) -> Place,
) -> Vec<Diagnostic> {
    let found = comments::below(text, directives.end, |comment| {
        Form::of(comment).is_some_and(|form| !matches!(form, Form::Foreign(..)))
    });
    let mut problems = Vec::new();
    for comment in found {
        let place = locate(comment.span().start);
        if place == Place::Text {
            continue;
        }
        let directive = match Form::of(comment) {
            Some(Form::Directive(directive)) => Some(directive),
            _ => None,
        };
        match (directive, place) {
            (Some(mark), _) if matches!(mark.text, "up" | "down") => {
                problems.push(foreign(file, mark, "dbmate"));
            }
            (Some(directive), Place::Above(statement))
                if is_allow(directive) && comments::has_line_of_its_own(text, comment) =>
            {
                let mut reader = Reader {
                    file,
                    rules,
                    read: Directives::default(),
                    problems: Vec::new(),
                };
                reader.line(comment);
                problems.append(&mut reader.problems);
                let allows = reader.read.allows.into_iter();
                directives.allows.extend(allows.map(|allow| Allow {
                    statement: Some(statement.clone()),
                    ..allow
                }));
            }
            (directive, _) => {
                problems.push(misplaced(file, comment, directive.is_some_and(is_allow)));
            }
        }
    }
    problems
}

fn is_allow(directive: Fragment<'_>) -> bool {
    directive.split_while(is_of_word).0.text == ALLOW
}

fn misplaced(file: &str, comment: Fragment<'_>, is_allow: bool) -> Diagnostic {
    let (message, help) = if is_allow {
        (
            "`allow` has no effect here: it is not on a line of its own above a statement",
            "move it to the line above the statement that it is meant for, or to the top of the file",
        )
    } else {
        (
            "a directive below the first statement has no effect",
            "move it to a line of its own above the first statement",
        )
    };
    Diagnostic::error("misplaced-directive", file, message)
        .at(comment.trim().span())
        .help(help)
}
