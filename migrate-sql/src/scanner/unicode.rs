//! `U&"…"` and `U&'…'`: names and literals whose characters may be given by number. The scanner finds
//! their end; their escapes are judged here, because the escape character comes after them.

use super::fault::{Fault, FaultKind};
use super::keyword::Keyword;
use super::token::{Token, TokenKind};

/// Judges every `U&` name and literal among `tokens`.
pub(crate) fn check(text: &str, tokens: &[Token], faults: &mut Vec<Fault>) {
    for (at, token) in tokens.iter().enumerate() {
        if !matches!(
            token.kind,
            TokenKind::UnicodeIdent | TokenKind::UnicodeString
        ) {
            continue;
        }
        let following = tokens.get(at + 1..).unwrap_or_default();
        let source = text.get(token.range()).unwrap_or_default();
        let judged = escape_of(text, following).and_then(|escape| {
            decode(source, escape).map_err(|(kind, offset)| Fault {
                kind,
                span: token.start + offset..token.end,
            })
        });
        // A literal without an end has been reported already. It reaches to the end of the text, so
        // only for the last token are the faults looked through.
        let is_last = at + 1 == tokens.len();
        let is_open = is_last && faults.iter().any(|fault| fault.span.start == token.start);
        if let (Err(fault), false) = (judged, is_open) {
            faults.push(fault);
        }
    }
    faults.sort_by_key(|fault| fault.span.start);
}

/// The escape character that the tokens after a `U&` token name, or the backslash.
fn escape_of(text: &str, following: &[Token]) -> Result<char, Fault> {
    let [uescape, rest @ ..] = following else {
        return Ok('\\');
    };
    if !uescape.is(Keyword::Uescape) {
        return Ok('\\');
    }
    let Some(literal) = rest.first().filter(|next| next.kind == TokenKind::String) else {
        return Err(Fault {
            kind: FaultKind::UescapeWithoutString,
            span: rest.first().unwrap_or(uescape).range(),
        });
    };
    let value = super::literal::value(text, literal).unwrap_or_default();
    let mut chars = value.chars();
    match (chars.next(), chars.next()) {
        (Some(escape), None) if can_escape(escape) => Ok(escape),
        _ => Err(Fault {
            kind: FaultKind::InvalidEscapeCharacter,
            span: literal.range(),
        }),
    }
}

/// Whether `UESCAPE` may name it.
const fn can_escape(char: char) -> bool {
    char.is_ascii()
        && !char.is_ascii_hexdigit()
        && !matches!(
            char,
            '+' | '\'' | '"' | ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c'
        )
}

/// The characters of `U&"…"` or `U&'…'`; else what is wrong, and at which byte of it.
pub(super) fn decode(source: &str, escape: char) -> Result<String, (FaultKind, usize)> {
    let quote = source.chars().nth(2).unwrap_or('"');
    let mut value = String::new();
    // The first half of a surrogate pair, still without its second.
    let mut half: Option<u32> = None;
    let inside = source
        .get(3..source.len().saturating_sub(1))
        .unwrap_or_default();
    let mut at = 0;
    while let Some(char) = inside.get(at..).and_then(|rest| rest.chars().next()) {
        let start = at;
        at += char.len_utf8();
        let rest = inside.get(at..).unwrap_or_default();
        let code = if char == escape && !rest.starts_with(escape) {
            let (code, length) =
                read_escape(rest).ok_or((FaultKind::InvalidUnicodeEscape, start + 3))?;
            at += length;
            code
        } else {
            if char == escape {
                at += char.len_utf8();
            } else if char == quote {
                if rest.starts_with(quote) {
                    at += 1;
                } else {
                    // The seam of a literal that goes on in a later line.
                    at += seam(rest);
                    continue;
                }
            }
            u32::from(char)
        };
        let code = match (half.take(), code) {
            (None, 0xd800..=0xdbff) => {
                half = Some(code);
                continue;
            }
            (Some(first), 0xdc00..=0xdfff) => 0x10000 + ((first & 0x3ff) << 10) + (code & 0x3ff),
            (Some(_), _) | (None, 0xdc00..=0xdfff) => {
                return Err((FaultKind::InvalidSurrogatePair, start + 3));
            }
            (None, _) => code,
        };
        match char::from_u32(code) {
            Some(char) if code > 0 => value.push(char),
            _ => return Err((FaultKind::InvalidUnicodeValue, start + 3)),
        }
    }
    match half {
        None => Ok(value),
        Some(_) => Err((FaultKind::InvalidSurrogatePair, at + 3)),
    }
}

/// The number after an escape character, `XXXX` or `+XXXXXX`, and its length.
fn read_escape(rest: &str) -> Option<(u32, usize)> {
    let (digits, length) = match rest.strip_prefix('+') {
        Some(digits) => (digits.get(..6)?, 7),
        None => (rest.get(..4)?, 4),
    };
    // `from_str_radix` would take a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((u32::from_str_radix(digits, 16).ok()?, length))
}

/// How long the blanks and line comments are that join two parts of one literal, with the quote.
fn seam(rest: &str) -> usize {
    let mut at = 0;
    loop {
        let left = rest.get(at..).unwrap_or_default();
        if left.starts_with("--") {
            at += left.find(['\n', '\r']).unwrap_or(left.len());
        } else if left.starts_with('\'') || left.is_empty() {
            return at + usize::from(!left.is_empty());
        } else {
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decode;
    use crate::splitter::analyse;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &str)]) {
        let faults = analyse(text).faults;
        let found: Vec<(usize, &str)> = faults
            .iter()
            .map(|fault| (fault.span.start, fault.kind.message()))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn escapes_stand_for_characters() {
        for (source, value) in [
            (r#"U&"d\0061t\+000061""#, "data"),
            (r"U&'\\''a'", r"\'a"),
            (r"U&'\d83d\de00'", "😀"),
            (r#"U&"a""b""#, "a\"b"),
            ("U&'a' -- '\n 'b'", "ab"),
        ] {
            assert_eq!(decode(source, '\\').as_deref(), Ok(value));
        }
        assert_eq!(decode(r"U&'!0061\'", '!').as_deref(), Ok(r"a\"));
    }

    #[test]
    fn malformed_escapes_are_faults_where_they_stand() {
        check(r"SELECT U&'a\12'", &[(11, "invalid Unicode escape")]);
        check(r"SELECT U&'\+12345'", &[(10, "invalid Unicode escape")]);
        check(
            r"SELECT U&'\+110000'",
            &[(10, "invalid Unicode escape value")],
        );
        check(r"SELECT U&'\0000'", &[(10, "invalid Unicode escape value")]);
        check(
            r"SELECT U&'\d83d'",
            &[(15, "invalid Unicode surrogate pair")],
        );
        check(
            r"SELECT U&'\d83dx'",
            &[(15, "invalid Unicode surrogate pair")],
        );
        check(
            r"SELECT U&'\de00'",
            &[(10, "invalid Unicode surrogate pair")],
        );
        check(r"SELECT U&'é\ü'", &[(12, "invalid Unicode escape")]);
    }

    #[test]
    fn the_escape_character_is_judged() {
        check(r"SELECT U&'!0061' UESCAPE '!', U&'\0061'", &[]);
        check(r"SELECT U&'\x' uescape '!'", &[]);
        let message = "invalid Unicode escape character";
        for bad in ["'+'", "'a'", "'\"'", "' '", "''", "'!!'", "'é'", "''''"] {
            check(&format!("SELECT U&'' UESCAPE {bad}"), &[(20, message)]);
        }
        let message = "UESCAPE must be followed by a simple string literal";
        check("SELECT U&'' UESCAPE 1", &[(20, message)]);
        check("SELECT U&'' UESCAPE", &[(12, message)]);
    }

    #[test]
    fn one_without_an_end_is_one_fault() {
        check(r"SELECT U&'\1", &[(7, "unterminated quoted string")]);
    }
}
