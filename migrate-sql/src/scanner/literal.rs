//! What a string literal stands for.

use std::borrow::Cow;

use super::token::{Token, TokenKind};

/// The value of a `'…'`, `E'…'` or `$tag$…$tag$`. None for any other token.
///
/// Of the escapes of `E'…'` those that matter to the words inside are undone (`\n`, `\'`, `\\`);
/// characters given by number become a space, since no statement's words are written so.
pub fn value<'a>(text: &'a str, token: &Token) -> Option<Cow<'a, str>> {
    if token.kind != TokenKind::String {
        return None;
    }
    let source = text.get(token.range())?;
    if source.starts_with('$') {
        let tag = source.get(1..)?.find('$')? + 2;
        return Some(Cow::Borrowed(source.get(tag..source.len() - tag)?));
    }
    let escapes = !source.starts_with('\'');
    let inside = source
        .get(if escapes { 2 } else { 1 }..)?
        .strip_suffix('\'')?;
    if !escapes && !inside.contains('\'') {
        return Some(Cow::Borrowed(inside));
    }
    Some(Cow::Owned(unquote(inside, escapes)))
}

/// Undoes doubled quotes, the seams of literals that go on in a later line and, in `E'…'`, escapes.
fn unquote(inside: &str, escapes: bool) -> String {
    let mut value = String::with_capacity(inside.len());
    let mut chars = inside.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\'' if chars.peek() == Some(&'\'') => {
                chars.next();
                value.push('\'');
            }
            '\'' => skip_seam(&mut chars),
            '\\' if escapes => match chars.next() {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some('0'..='9' | 'x' | 'u' | 'U' | 'b' | 'f') | None => value.push(' '),
                Some(other) => value.push(other),
            },
            _ => value.push(char),
        }
    }
    value
}

/// Moves over what separates two parts of one literal: blanks and line comments, then a quote.
fn skip_seam(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    while let Some(char) = chars.next() {
        match char {
            '\'' => return,
            '-' => while chars.next_if(|char| !matches!(char, '\n' | '\r')).is_some() {},
            _ => {}
        }
    }
}

/// Text between quotes, with doubled quotes made single.
pub(super) fn undouble(inside: &str, quote: char) -> String {
    let double: String = [quote, quote].iter().collect();
    inside.replace(&double, quote.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests {
    use super::value;
    use crate::scanner::scan;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let scan = scan(text);
        assert_eq!(scan.tokens.len(), 1);
        assert_eq!(value(text, &scan.tokens[0]).as_deref(), Some(expected));
    }

    #[test]
    fn literals_stand_for_their_contents() {
        check("'a'", "a");
        check("''", "");
        check("'it''s'", "it's");
        check("'a\\b'", "a\\b");
        check("$$a $x$ b$$", "a $x$ b");
        check("$é$'$é$", "'");
        check("e'a\\'b\\\\''c\\nd'", "a'b\\'c\nd");
    }

    #[test]
    fn literals_that_go_on_in_a_later_line_are_one() {
        check("'a'\n'b'", "ab");
        check("'a' -- it's\n\t'b''c'", "ab'c");
    }
}
