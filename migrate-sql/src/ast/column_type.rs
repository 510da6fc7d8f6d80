//! The type of a column, as far as its text shows it.

use std::borrow::Cow;

use super::source::Source;
use crate::grammar::Node;
use crate::scanner::TokenKind;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ColumnType {
    /// In PostgreSQL's shortest spelling, e.g. `varchar` or `timestamptz`; lower case.
    pub name: Cow<'static, str>,
    /// The numbers in parentheses.
    pub modifiers: Vec<i64>,
    /// Whether it is an array.
    pub is_array: bool,
}

impl ColumnType {
    /// Of a `Typename`.
    pub(super) fn read(source: Source<'_>, node: Node<'_>) -> Self {
        let tokens = source.words(node);
        // Most types are one word, and most of those need no string of their own.
        if let [token] = tokens
            && let TokenKind::Keyword(keyword) = token.kind
        {
            return Self {
                name: Cow::Borrowed(shorten(keyword.text()).unwrap_or(keyword.text())),
                modifiers: Vec::new(),
                is_array: false,
            };
        }
        let mut words: Vec<String> = Vec::new();
        let mut modifiers = Vec::new();
        let mut is_array = false;
        for token in tokens {
            let text = source.text.get(token.range()).unwrap_or_default();
            match token.kind {
                // What comes before a dot is a schema, such as that of an extension.
                TokenKind::Char(b'.') => words.clear(),
                TokenKind::Char(b'[') => is_array = true,
                TokenKind::Integer if !is_array => modifiers.extend(text.parse::<i64>()),
                TokenKind::Keyword(keyword) if keyword.text() == "array" => is_array = true,
                TokenKind::Keyword(keyword) if keyword.text() == "setof" => {}
                TokenKind::Keyword(keyword) => words.push(keyword.text().to_owned()),
                TokenKind::Ident => words.push(if text.starts_with('"') {
                    text.trim_matches('"').to_owned()
                } else {
                    text.to_ascii_lowercase()
                }),
                _ => {}
            }
        }
        let name = words.join(" ");
        Self {
            name: shorten(&name).map_or(Cow::Owned(name), Cow::Borrowed),
            modifiers,
            is_array,
        }
    }

    /// Whether it is an integer with a sequence as its default.
    pub fn is_serial(&self) -> bool {
        matches!(
            &*self.name,
            "serial" | "serial2" | "serial4" | "serial8" | "smallserial" | "bigserial"
        )
    }

    /// Whether PostgreSQL takes the stored values of this type for those of `new` as they are, so that
    /// neither the rows nor the indexes are rewritten.
    pub fn becomes_for_free(&self, new: &Self) -> bool {
        if self == new {
            return true;
        }
        if self.is_array || new.is_array {
            // Only a modifier that is left out costs nothing there.
            return self.is_array == new.is_array
                && self.name == new.name
                && new.modifiers.is_empty();
        }
        let (old_modifier, modifier) = (self.modifiers.first(), new.modifiers.first());
        match (&*self.name, &*new.name) {
            ("varchar" | "text" | "citext", "text" | "citext") | ("cidr", "inet") => true,
            ("text" | "citext", "varchar") => new.modifiers.is_empty(),
            ("varchar", "varchar") | ("varbit", "varbit") => match (old_modifier, modifier) {
                (_, None) => true,
                (Some(old), Some(new)) => old <= new,
                (None, Some(_)) => false,
            },
            (
                "timestamp" | "timestamptz" | "time" | "timetz" | "interval",
                "timestamp" | "timestamptz" | "time" | "timetz" | "interval",
            ) if self.name == new.name => {
                let digits = |modifier: Option<&i64>| modifier.copied().unwrap_or(MOST_DIGITS);
                digits(old_modifier) <= digits(modifier)
            }
            ("numeric", "numeric") => {
                let scale = |modifiers: &[i64]| modifiers.get(1).copied().unwrap_or(0);
                match (old_modifier, modifier) {
                    (_, None) => true,
                    (Some(old), Some(wider)) => {
                        old <= wider && scale(&self.modifiers) == scale(&new.modifiers)
                    }
                    (None, Some(_)) => false,
                }
            }
            // Of an extension's type: its length is checked, if at all, only where one is given.
            ("vector" | "halfvec" | "sparsevec", _) => {
                self.name == new.name && new.modifiers.is_empty()
            }
            _ => false,
        }
    }

    /// Whether the indexes of a column have to be built again although its rows stay as they are: the two types
    /// compare differently.
    pub fn compares_otherwise(&self, new: &Self) -> bool {
        (self.name == "citext") != (new.name == "citext")
    }
}

/// The digits of a second that are kept where none are asked for.
const MOST_DIGITS: i64 = 6;

/// The short name of a type that has two.
fn shorten(name: &str) -> Option<&'static str> {
    match name {
        "character varying" | "char varying" => Some("varchar"),
        "character" | "char" => Some("bpchar"),
        "bit varying" => Some("varbit"),
        "int" | "integer" => Some("int4"),
        "bigint" => Some("int8"),
        "smallint" => Some("int2"),
        "decimal" | "dec" => Some("numeric"),
        "bool" => Some("boolean"),
        "timestamp with time zone" => Some("timestamptz"),
        "timestamp without time zone" => Some("timestamp"),
        "time with time zone" => Some("timetz"),
        "time without time zone" => Some("time"),
        _ => None,
    }
}
