//! Finds comments: those before the first statement, and candidates further down.

use super::fragment::Fragment;

/// A comment in front of a file's first statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leading<'t> {
    /// The text after `--`, to the end of the line.
    Line(Fragment<'t>),
    /// The text between `/*` and `*/`.
    Block(Fragment<'t>),
}

/// The comments before the first token, and where they end.
pub(super) fn leading(text: &str) -> (Vec<Leading<'_>>, usize) {
    let mut comments = Vec::new();
    let mut ends = LineEnds::of(text);
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let trimmed = rest.trim_start_matches(is_space);
        at += rest.len() - trimmed.len();
        if trimmed.starts_with("--") {
            let end = ends.after(at);
            comments.push(Leading::Line(Fragment::of(text, at + 2..end)));
            at = end;
        } else if trimmed.starts_with("/*") {
            // The scanner reports one that is never closed.
            let Some(length) = block_length(trimmed) else {
                return (comments, text.len());
            };
            comments.push(Leading::Block(Fragment::of(text, at + 2..at + length - 2)));
            at += length;
        } else {
            return (comments, at);
        }
    }
}

/// Where lines end. To PostgreSQL a carriage return ends a comment as well as a line feed does.
///
/// Each of the two is searched for once and remembered, because the other kind, or another comment in the same
/// line, asks for it again: in a file whose lines end with a carriage return alone, the next line feed may be
/// megabytes away.
struct LineEnds<'t> {
    text: &'t str,
    line_feed: Option<usize>,
    carriage_return: Option<usize>,
}

impl<'t> LineEnds<'t> {
    fn of(text: &'t str) -> Self {
        Self {
            text,
            line_feed: None,
            carriage_return: None,
        }
    }

    /// The end of the line that `at` is in. No later call may ask for an earlier place.
    fn after(&mut self, at: usize) -> usize {
        let next = |known: &mut Option<usize>, end: char| match *known {
            Some(known) if known >= at => known,
            _ => {
                let rest = self.text.get(at..).unwrap_or_default();
                // Searches for single characters are quick even in a debug build.
                *known.insert(at + rest.find(end).unwrap_or(rest.len()))
            }
        };
        let line_feed = next(&mut self.line_feed, '\n');
        line_feed.min(next(&mut self.carriage_return, '\r'))
    }
}

/// Whether the scanner treats it as white space.
fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{B}' | '\u{C}')
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

/// Every `--` after `from` whose rest of the line `is_directive` accepts. It need not be a comment: it may be
/// inside a string.
///
/// A line of a seed file may be megabytes long and hold any number of `--` in its strings, so `is_directive` must
/// not read a line to its end to say no.
pub(super) fn below<'t>(
    text: &'t str,
    from: usize,
    is_directive: impl Fn(Fragment<'t>) -> bool,
) -> Vec<Fragment<'t>> {
    let mut found = Vec::new();
    let mut ends = LineEnds::of(text);
    let mut at = from;
    while let Some(dash) = text.get(at..).and_then(|rest| rest.find('-')) {
        at += dash + 1;
        if !text.get(at..).is_some_and(|rest| rest.starts_with('-')) {
            continue;
        }
        at += 1;
        let comment = Fragment::of(text, at..ends.after(at));
        if is_directive(comment) {
            found.push(comment);
            at = comment.span().end;
        }
    }
    found
}

/// Whether the comment has only white space before it on its line. `comment` is the text after `--`.
pub(super) fn has_line_of_its_own(text: &str, comment: Fragment<'_>) -> bool {
    let before = text.get(..comment.span().start).unwrap_or_default();
    let line = before.rsplit(['\n', '\r']).next().unwrap_or_default();
    line.trim() == "--"
}

#[cfg(test)]
mod tests {
    use super::{Leading, below, leading};

    fn comments(text: &str) -> (Vec<&str>, usize) {
        let (comments, end) = leading(text);
        let texts = comments.into_iter().map(|comment| match comment {
            Leading::Line(comment) | Leading::Block(comment) => {
                assert_eq!(text.get(comment.span()), Some(comment.text));
                comment.text
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
    fn comments_further_down_end_with_their_lines() {
        let text = "a --b\rc --d\re\n--f\n -- g";
        let found = below(text, 0, |_| true);
        let found: Vec<&str> = found.into_iter().map(|comment| comment.text).collect();
        assert_eq!(found, ["b", "d", "f", " g"]);
    }
}
