//! Where comments are: those a file begins with, and whole lines further down.

use super::piece::Piece;

/// A comment in front of a file's first statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leading<'t> {
    /// What follows `--`, to the end of the line.
    Line(Piece<'t>),
    /// What stands between `/*` and `*/`.
    Block(Piece<'t>),
}

/// The comments before the first token, and where they end.
pub(super) fn leading(text: &str) -> (Vec<Leading<'_>>, usize) {
    let mut comments = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start_matches(is_space);
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("--") {
            let end = at + trimmed.find(is_line_end).unwrap_or(trimmed.len());
            comments.push(Leading::Line(Piece::of(text, at + 2..end)));
            at = end;
        } else if trimmed.starts_with("/*") {
            // One that is never closed is the scanner's to report.
            let Some(length) = block_length(trimmed) else {
                return (comments, text.len());
            };
            comments.push(Leading::Block(Piece::of(text, at + 2..at + length - 2)));
            at += length;
        } else {
            return (comments, at);
        }
    }
}

/// What the scanner takes for white space.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{B}' | '\u{C}')
}

/// To PostgreSQL a carriage return ends a comment as well as a line feed does.
fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r')
}

/// The length of the comment that begins `text`; comments nest.
fn block_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let next = at + rest.find(['*', '/'])?;
        let ahead = text.get(next..)?;
        if ahead.starts_with("/*") {
            depth += 1;
            at = next + 2;
        } else if ahead.starts_with("*/") {
            depth -= 1;
            at = next + 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at = next + 1;
        }
    }
}

/// Every `--` from `from` on that `is_directive` takes for a directive by what follows it on its line.
/// It need not be a comment: it may stand inside a string.
pub(super) fn further<'t>(
    text: &'t str,
    from: usize,
    is_directive: impl Fn(Piece<'t>) -> bool,
) -> Vec<Piece<'t>> {
    let mut found = Vec::new();
    let mut line_start = from;
    for line in text
        .get(from..)
        .unwrap_or_default()
        .split_inclusive(is_line_end)
    {
        let mut at = 0;
        while let Some(dashes) = line.get(at..).and_then(|rest| rest.find("--")) {
            at += dashes + 2;
            let end = line_start + line.trim_end_matches(is_line_end).len();
            let comment = Piece::of(text, line_start + at..end);
            if is_directive(comment) {
                found.push(comment);
                break;
            }
        }
        line_start += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Leading, leading};

    fn comments(text: &str) -> (Vec<&str>, usize) {
        let (comments, end) = leading(text);
        let texts = comments.into_iter().map(|comment| match comment {
            Leading::Line(piece) | Leading::Block(piece) => {
                assert_eq!(text.get(piece.span()), Some(piece.text));
                piece.text
            }
        });
        (texts.collect(), end)
    }

    #[test]
    fn the_leading_comments_end_at_the_first_token() {
        assert_eq!(comments(""), (vec![], 0));
        assert_eq!(comments("SELECT 1 -- a"), (vec![], 0));
        assert_eq!(comments("--a\n\n  --b\nx -- c"), (vec!["a", "b"], 11));
        assert_eq!(comments("/* a */\n-- b"), (vec![" a ", " b"], 12));
        assert_eq!(comments("/* a /* b */ c */ x"), (vec![" a /* b */ c "], 18));
        assert_eq!(comments("/**/-x"), (vec![""], 4));
        assert_eq!(comments("--a\rDROP TABLE t"), (vec!["a"], 4));
    }

    #[test]
    fn a_comment_that_is_never_closed_reaches_to_the_end() {
        assert_eq!(comments("-- a\n/* b /* c */ d"), (vec![" a"], 19));
        assert_eq!(comments("/*/"), (vec![], 3));
    }
}
