//! What is written in a dollar-quoted string, such as the body of a function or of a `DO`.

use std::ops::Range;

use super::{Token, scan};

/// The tokens of such a string, at their places in `text`; none where it is quoted in another way, so that its text is not
/// that of the file, or where a token in it is malformed.
pub fn scan_dollar_quoted(text: &str, string: Range<usize>) -> Option<Vec<Token>> {
    let quoted = text.get(string.clone())?;
    let tag = quoted.strip_prefix('$')?.find('$')? + 2;
    let start = string.start + tag;
    let scanned = scan(text.get(start..string.end.checked_sub(tag)?)?);
    if !scanned.faults.is_empty() {
        return None;
    }
    let tokens = scanned.tokens.into_iter().map(|token| Token {
        start: token.start + start,
        end: token.end + start,
        ..token
    });
    Some(tokens.collect())
}
