//! Directives below the first statement: only `allow` and `alone` have an effect there, directly above a statement.

use super::fragment::Fragment;
use super::{
    ALLOW, ALONE, Allow, Alone, Directives, Form, Reader, comments, foreign, is_of_word, unsent,
};
use crate::diagnostics::{Diagnostic, Span};
use crate::settings::RuleNames;

/// Where a comment after the first statement begins is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a string: it is not a comment.
    Text,
    /// Directly above this statement.
    Above(Span),
    /// Inside a statement, or after the last one.
    Nowhere,
}

/// Reads the directives below the first statement. `allow` and `alone` directly above a statement apply to that statement;
/// all others have no effect there and are reported. `locate` returns the place of a byte offset.
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
                if of_statement(directive).is_some()
                    && comments::has_line_of_its_own(text, comment) =>
            {
                let mut reader = Reader {
                    file,
                    rules,
                    read: Directives::default(),
                    problems: Vec::new(),
                };
                reader.line(comment);
                directives.unsent.extend(unsent::line(text, comment));
                problems.append(&mut reader.problems);
                let allows = reader.read.allows.into_iter();
                directives.allows.extend(allows.map(|allow| Allow {
                    statement: Some(statement.clone()),
                    ..allow
                }));
                let alone = reader.read.alone.into_iter();
                directives.alone.extend(alone.map(|alone| Alone {
                    statement: Some(statement.clone()),
                    ..alone
                }));
            }
            (directive, _) => {
                problems.push(misplaced(file, comment, directive.and_then(of_statement)));
            }
        }
    }
    problems
}

/// The directive's name, if it can apply to a single statement.
fn of_statement(directive: Fragment<'_>) -> Option<&'static str> {
    let name = directive.split_while(is_of_word).0.text;
    [ALLOW, ALONE].into_iter().find(|known| *known == name)
}

fn misplaced(file: &str, comment: Fragment<'_>, of_statement: Option<&str>) -> Diagnostic {
    let (message, help) = match of_statement {
        Some(ALONE) => (
            "`alone` has no effect here: it is not on a line of its own above a statement",
            "move it to the line above the statement that it is meant for",
        ),
        Some(_) => (
            "`allow` has no effect here: it is not on a line of its own above a statement",
            "move it to the line above the statement that it is meant for, or to the top of the file",
        ),
        None => (
            "a directive below the first statement has no effect",
            "move it to a line of its own above the first statement",
        ),
    };
    Diagnostic::error("misplaced-directive", file, message)
        .at(comment.trim().span())
        .help(help)
}
