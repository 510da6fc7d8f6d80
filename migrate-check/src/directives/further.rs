//! Directives below the first statement.

use super::piece::Piece;
use super::{ALLOW, Allow, Directives, Form, Reader, comments, dbmate, is_of_word};
use crate::diagnostics::{Diagnostic, Span};
use crate::settings::RuleNames;

/// Where a comment below the leading ones stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// It is none: it lies in a string.
    Text,
    /// Between two statements, above this one.
    Above(Span),
    /// Within a statement, or behind the last.
    Nowhere,
}

/// Reads the directives below the first statement: `allow` right above a statement holds for that. All
/// others have no effect there. `locate` says where the byte at an offset is.
pub(crate) fn read_further(
    file: &str,
    text: &str,
    rules: &RuleNames,
    directives: &mut Directives,
    locate: impl Fn(usize) -> Place,
) -> Vec<Diagnostic> {
    let found = comments::further(text, directives.end, |comment| {
        Form::of(comment, file).is_some_and(|form| !matches!(form, Form::Foreign(_)))
    });
    let mut problems = Vec::new();
    for comment in found {
        let place = locate(comment.span().start);
        if place == Place::Text {
            continue;
        }
        let said = match Form::of(comment, file) {
            Some(Form::Directive(said)) => Some(said),
            _ => None,
        };
        match (said, place) {
            (Some(said), _) if matches!(said.text, "up" | "down") => {
                problems.push(dbmate(said, file));
            }
            (Some(said), Place::Above(statement))
                if is_allow(said) && comments::has_line_of_its_own(text, comment) =>
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
            (said, _) => problems.push(misplaced(file, comment, said.is_some_and(is_allow))),
        }
    }
    problems
}

fn is_allow(said: Piece<'_>) -> bool {
    said.split_while(is_of_word).0.text == ALLOW
}

fn misplaced(file: &str, comment: Piece<'_>, is_allow: bool) -> Diagnostic {
    let (message, help) = if is_allow {
        (
            "an `allow` that stands above no statement has no effect",
            "move it to a line of its own above the statement it is meant for, or to the top of the file",
        )
    } else {
        (
            "a directive below the first statement has no effect",
            "move it to the top of the file, before the first statement, on a line of its own",
        )
    };
    Diagnostic::error("misplaced-directive", file, message)
        .at(comment.trim().span())
        .help(help)
}
