//! Names as PostgreSQL stores them, and back as SQL.

use std::borrow::Cow;

use super::literal::undouble;
use super::token::{Token, TokenKind};
use super::unicode;

/// PostgreSQL cuts longer names, with a notice.
const LONGEST_NAME: usize = 63;

/// The name that a token spells, as PostgreSQL stores it: folded to lower case unless quoted, quotes
/// and escapes undone, cut to what fits. A keyword can be a name, too. None for anything else.
///
/// `escape` is the escape character of a `U&"…"`.
pub fn spell(text: &str, token: &Token, escape: char) -> Option<String> {
    match spelled(text, token, escape)? {
        Cow::Borrowed(name) => Some(name.to_owned()),
        Cow::Owned(name) => Some(name),
    }
}

/// The same, without a copy where the name is written as it is stored.
pub fn spelled<'t>(text: &'t str, token: &Token, escape: char) -> Option<Cow<'t, str>> {
    let source = text.get(token.range())?;
    let mut name = match token.kind {
        TokenKind::Ident if source.as_bytes().first() == Some(&b'"') => {
            undouble(source.strip_prefix('"')?.strip_suffix('"')?, '"')
        }
        TokenKind::Ident if has_upper_case(source) => source.to_ascii_lowercase(),
        TokenKind::Ident if source.len() <= LONGEST_NAME => return Some(Cow::Borrowed(source)),
        TokenKind::Ident => source.to_owned(),
        TokenKind::Keyword(keyword) => return Some(Cow::Borrowed(keyword.text())),
        TokenKind::UnicodeIdent => unicode::decode(source, escape).ok()?,
        _ => return None,
    };
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    Some(Cow::Owned(name))
}

/// Whether anything in a name is folded: every name of a build comes through here.
#[expect(
    clippy::manual_is_ascii_check,
    reason = "it is a call for each byte, without optimisation"
)]
fn has_upper_case(name: &str) -> bool {
    let mut left = name.as_bytes();
    while let [first, rest @ ..] = left {
        if matches!(first, b'A'..=b'Z') {
            return true;
        }
        left = rest;
    }
    false
}

/// A name as SQL: always quoted, so that neither its case nor its being a keyword matters.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A qualified name as SQL.
pub fn quote_qualified(parts: &[String]) -> String {
    let quoted: Vec<String> = parts.iter().map(|part| quote(part)).collect();
    quoted.join(".")
}

#[cfg(test)]
mod tests {
    use super::{quote, spell};
    use crate::scanner::scan;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let token = scan(text).tokens[0];
        assert_eq!(spell(text, &token, '\\').as_deref(), Some(expected));
    }

    #[test]
    fn names_are_folded_unless_quoted() {
        check("Users", "users");
        check("\"Users\"", "Users");
        check("\"a\"\"b\"", "a\"b");
        check("VALUE", "value");
        check("ÄÖ", "ÄÖ");
        check("U&\"d\\0061t\\+000061\"", "data");
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        check(&"x".repeat(70), &"x".repeat(63));
        check(&"é".repeat(40), &"é".repeat(31));
    }

    #[test]
    fn names_are_quoted_so_that_they_come_back() {
        assert_eq!(quote("a\"b"), "\"a\"\"b\"");
    }
}
