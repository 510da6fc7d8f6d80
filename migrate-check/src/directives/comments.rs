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
            let end = at + line_length(trimmed);
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

/// How much of `text` belongs to its first line. To PostgreSQL a carriage return ends a comment as
/// well as a line feed does. Searches for single characters are quick even in a debug build.
fn line_length(text: &str) -> usize {
    let length = text.find('\n').unwrap_or(text.len());
    let line = text.get(..length).unwrap_or_default();
    line.find('\r').unwrap_or(length)
}

/// The length of the comment that begins `text`; comments nest.
fn block_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let slash = rest.find('/')?;
        let (before, from) = rest.split_at_checked(slash)?;
        if before.ends_with('*') {
            depth -= 1;
            at += slash + 1;
            if depth == 0 {
                return Some(at);
            }
        } else if from.starts_with("/*") {
            depth += 1;
            at += slash + 2;
        } else {
            at += slash + 1;
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
    let mut at = from;
    // The first newline behind `at`: where lines end with a carriage return alone, it may be far away.
    let mut newline = 0;
    while let Some(dash) = text.get(at..).and_then(|rest| rest.find('-')) {
        at += dash + 1;
        let Some(behind) = text.get(at..).and_then(|rest| rest.strip_prefix('-')) else {
            continue;
        };
        at += 1;
        if newline < at {
            newline = at + behind.find('\n').unwrap_or(behind.len());
        }
        let line = text.get(at..newline).unwrap_or_default();
        let comment = Piece::of(text, at..at + line.find('\r').unwrap_or(line.len()));
        if is_directive(comment) {
            found.push(comment);
            at = comment.span().end;
        }
    }
    found
}

/// Whether nothing but white space stands before the comment on its line. `comment` is what follows `--`.
pub(super) fn has_line_of_its_own(text: &str, comment: Piece<'_>) -> bool {
    let before = text.get(..comment.span().start).unwrap_or_default();
    let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
    line.trim() == "--"
}

#[cfg(test)]
mod tests {
    use super::{Leading, further, leading};

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
        assert_eq!(comments("/*/ */ x"), (vec!["/ "], 7));
        assert_eq!(comments("/***/ x"), (vec!["*"], 6));
        assert_eq!(comments("/* */* */"), (vec![" "], 5));
        assert_eq!(comments("--a\rDROP TABLE t"), (vec!["a"], 4));
    }

    #[test]
    fn a_comment_that_is_never_closed_reaches_to_the_end() {
        assert_eq!(comments("-- a\n/* b /* c */ d"), (vec![" a"], 19));
        assert_eq!(comments("/*/"), (vec![], 3));
    }

    #[test]
    fn further_comments_end_with_their_lines() {
        let text = "a --b\rc --d\re\n--f\n -- g";
        let found = further(text, 0, |_| true);
        let found: Vec<&str> = found.into_iter().map(|comment| comment.text).collect();
        assert_eq!(found, ["b", "d", "f", " g"]);
    }
}
