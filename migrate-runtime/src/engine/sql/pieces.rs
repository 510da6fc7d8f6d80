//! Where the statements of one of our messages begin and end.
//!
//! Needed only where each travels in a message of its own. The statements of files are known from the build; ours hold
//! quoted names and texts, and in one place the definition of an index as its file has it.

use std::ops::Range;

/// The statements of `sql` without their semicolons, as ranges of bytes; empty ones are left out.
pub(crate) fn pieces(sql: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(rest) = sql.as_bytes().get(at..).filter(|rest| !rest.is_empty()) {
        if rest.first() == Some(&b';') {
            push(&mut found, sql, start..at);
            start = at + 1;
        }
        at += length(sql, at, rest);
    }
    push(&mut found, sql, start..sql.len());
    found
}

fn push(found: &mut Vec<Range<usize>>, sql: &str, range: Range<usize>) {
    let text = sql.get(range.clone()).unwrap_or_default();
    let trimmed = text.trim();
    if !trimmed.is_empty() {
        let start = range.start + (text.len() - text.trim_start().len());
        found.push(start..start + trimmed.len());
    }
}

/// How many bytes to go on: one, or the whole of what may hold a semicolon.
fn length(sql: &str, at: usize, rest: &[u8]) -> usize {
    let before = |back: usize| at.checked_sub(back).and_then(|at| sql.as_bytes().get(at));
    let is_word = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 128..))
    };
    match rest {
        [b'\'', ..] => {
            let escapes = matches!(before(1), Some(b'E' | b'e')) && !is_word(before(2));
            quoted(rest, b'\'', escapes)
        }
        [b'"', ..] => quoted(rest, b'"', false),
        [b'-', b'-', ..] => until(rest, 2, b"\n"),
        [b'/', b'*', ..] => comment(rest),
        [b'$', ..] if !is_word(before(1)) => match tag(rest) {
            Some(tag) => until(rest, tag.len(), tag),
            None => 1,
        },
        _ => 1,
    }
}

/// Through the closing quote. A doubled one ends this and begins another.
fn quoted(rest: &[u8], quote: u8, escapes: bool) -> usize {
    let mut at = 1;
    while let Some(byte) = rest.get(at) {
        at += 1;
        if *byte == quote {
            if rest.get(at) != Some(&quote) {
                break;
            }
            at += 1;
        } else if *byte == b'\\' && escapes {
            at += 1;
        }
    }
    at.min(rest.len())
}

/// `$tag$`, if that is what begins here.
fn tag(rest: &[u8]) -> Option<&[u8]> {
    let word = rest.get(1..)?;
    let is_tag = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | 128..);
    let length = word.iter().take_while(|byte| is_tag(byte)).count();
    let is_parameter = word.first().is_some_and(u8::is_ascii_digit);
    let ends = word.get(length) == Some(&b'$') && !is_parameter;
    rest.get(..length + 2).filter(|_| ends)
}

/// Through the first `end` from `from` on.
fn until(rest: &[u8], from: usize, end: &[u8]) -> usize {
    let found =
        (from..rest.len()).find(|at| rest.get(*at..).is_some_and(|rest| rest.starts_with(end)));
    found.map_or(rest.len(), |at| at + end.len())
}

/// Comments nest.
fn comment(rest: &[u8]) -> usize {
    let (mut at, mut depth) = (2, 1);
    while depth > 0 && at < rest.len() {
        match rest.get(at..at + 2) {
            Some(b"/*") => (at, depth) = (at + 2, depth + 1),
            Some(b"*/") => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::pieces;
    use crate::table::{HistoryTable, Literal};

    fn texts(sql: &str) -> Vec<&str> {
        pieces(sql).into_iter().map(|piece| &sql[piece]).collect()
    }

    #[test]
    fn statements_end_at_semicolons_outside_quotes_and_comments() {
        assert_eq!(
            texts("BEGIN;SELECT 'a;''b', \"c;\"\"d\" ; ;\nCOMMIT"),
            ["BEGIN", "SELECT 'a;''b', \"c;\"\"d\"", "COMMIT"]
        );
        assert_eq!(
            texts(r"SELECT E'\';', '\';SELECT 2"),
            [r"SELECT E'\';', '\'", "SELECT 2"]
        );
        assert_eq!(
            texts("SELECT $1 -- ;\n, $a$;$b$;$a$, 'ü' /* ; /* ; */ ; */;SELECT x$y$z;SELECT 2"),
            [
                "SELECT $1 -- ;\n, $a$;$b$;$a$, 'ü' /* ; /* ; */ ; */",
                "SELECT x$y$z",
                "SELECT 2"
            ]
        );
        assert_eq!(texts("; ;\n"), [""; 0]);
        for broken in [
            "SELECT 'a",
            "SELECT E'\\",
            "SELECT $a$;",
            "/* ; /*",
            "SELECT $",
            "-- ;",
        ] {
            assert_eq!(texts(broken), [broken]);
        }
    }

    #[test]
    fn hostile_names_and_texts_stay_in_one_piece() {
        let table = HistoryTable::new(r#"a"; DROP TABLE x; --"#, r"b'; $$").unwrap();
        let sql = format!("LOCK TABLE {table};SELECT {}", Literal(r"it's \'; done"));
        assert_eq!(pieces(&sql).len(), 2);
    }
}
