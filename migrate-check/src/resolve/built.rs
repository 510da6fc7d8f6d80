//! Text that a function builds and runs, as far as it can be read: its literals, with a mark where a value goes.
//!
//! The marks are characters of names, so that `team_%s` is one name of which the beginning is known.

use migrate_sql::scanner::{Token, TokenKind, literal_value};

use super::cursor::Cursor;
use super::routine::ident;

/// Stands for a value that is one name: `%I`, `quote_ident(…)`.
const NAME: char = '\u{f8fe}';

/// Stands for any value.
const ANY: char = '\u{f8ff}';

/// Whether a value goes into this part of a text.
pub(super) fn has_value(text: &str) -> bool {
    text.contains([NAME, ANY])
}

/// Whether a value that may be more than one name goes into this part of a text.
pub(super) fn has_any(text: &str) -> bool {
    text.contains(ANY)
}

/// What a name begins with, if a value makes the rest of it.
pub(super) fn known_start(name: &str) -> Option<&str> {
    let end = name.find([NAME, ANY])?;
    name.get(..end)
}

/// The text that an expression builds; none where not even its first word is known.
pub(super) fn read(text: &str, tokens: &[Token]) -> Option<String> {
    let mut built = String::new();
    let is_joined =
        |token: &Token| token.kind == TokenKind::Operator && text.get(token.range()) == Some("||");
    for part in split_outside(tokens, is_joined) {
        read_part(text, part, &mut built);
    }
    let is_known = !has_value(built.trim_start().get(..1).unwrap_or_default())
        && built
            .trim_start()
            .starts_with(|first: char| first.is_ascii());
    is_known.then_some(built)
}

/// The parts between some tokens outside brackets.
fn split_outside(tokens: &[Token], is_between: impl Fn(&Token) -> bool) -> Vec<&[Token]> {
    let mut depth = 0_usize;
    tokens
        .split(|token| {
            match token.kind {
                TokenKind::Char(b'(' | b'[') => depth += 1,
                TokenKind::Char(b')' | b']') => depth = depth.saturating_sub(1),
                _ => {}
            }
            depth == 0 && is_between(token)
        })
        .collect()
}

fn read_part(text: &str, tokens: &[Token], built: &mut String) {
    if let [only] = tokens
        && let Some(literal) = literal_value(text, only)
    {
        built.push_str(&literal);
        return;
    }
    let mut rest = Cursor::new(text, tokens);
    let function = rest.name().map(|name| name.name);
    let arguments = rest.brackets().filter(|_| rest.is_done());
    match (function.as_deref(), arguments) {
        (Some("format"), Some(arguments)) => match pattern(arguments) {
            Some(pattern) => fill(&pattern, built),
            None => built.push(ANY),
        },
        (Some("quote_ident"), Some(_)) => built.push(NAME),
        (Some("quote_literal" | "quote_nullable"), Some(_)) => built.push_str("''"),
        _ => built.push(ANY),
    }
}

/// The first argument of `format`, if it is known.
fn pattern(arguments: Cursor<'_>) -> Option<String> {
    let first = arguments.split().into_iter().next()?;
    let mut pattern = String::new();
    for token in first.tokens {
        if token.kind == TokenKind::Operator {
            continue;
        }
        // A parameter of the function, or a variable.
        if ident(first.text, token).is_some() {
            return None;
        }
        pattern.push_str(&literal_value(first.text, token)?);
    }
    Some(pattern)
}

/// Puts marks where `format` puts values.
fn fill(pattern: &str, built: &mut String) {
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            built.push(character);
            continue;
        }
        for character in characters.by_ref() {
            match character {
                '%' => built.push('%'),
                'I' => built.push(NAME),
                'L' => built.push_str("''"),
                '0'..='9' | '$' | '-' | '*' => continue,
                _ => built.push(ANY),
            }
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use migrate_sql::scanner::scan;

    use super::{ANY, NAME, read};

    #[test]
    fn a_value_leaves_a_mark_and_the_literals_around_it_stay() {
        let cases = [
            ("'DROP TABLE a'", Some("DROP TABLE a".to_owned())),
            ("'DROP TABLE a_' || n", Some(format!("DROP TABLE a_{ANY}"))),
            (
                "format('ALTER TABLE %1$I ADD %s, %L 5%%', a, b, c || d)",
                Some(format!("ALTER TABLE {NAME} ADD {ANY}, '' 5%")),
            ),
            (
                "'DROP VIEW ' || quote_ident(v) || ';'",
                Some(format!("DROP VIEW {NAME};")),
            ),
            ("v || ' TABLE a'", None),
            ("format(v, 1)", None),
        ];
        for (expression, expected) in cases {
            let tokens = scan(expression).tokens;
            assert_eq!(read(expression, &tokens), expected, "{expression}");
        }
    }
}
