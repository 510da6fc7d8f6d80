//! The type of a column, as far as its text shows it.

use std::borrow::Cow;

use super::object_name::spell_name;
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
                modifiers: modifiers_of_none(keyword.text()),
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
        if modifiers.is_empty() {
            modifiers = modifiers_of_none(&name);
        }
        Self {
            name: shorten(&name).map_or(Cow::Owned(name), Cow::Borrowed),
            modifiers,
            is_array,
        }
    }

    /// Whether it is an integer with a sequence as its default.
    pub fn is_serial(&self) -> bool {
        self.integer_of_serial().is_some()
    }

    /// The integer that it is, if it is one with a sequence as its default.
    pub fn integer_of_serial(&self) -> Option<&'static str> {
        match &*self.name {
            "serial2" | "smallserial" => Some("smallint"),
            "serial" | "serial4" => Some("integer"),
            "serial8" | "bigserial" => Some("bigint"),
            _ => None,
        }
    }

    /// As a statement names it, where its schema is on the search path.
    pub fn to_sql(&self) -> String {
        let is_plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b' '
        };
        let mut sql = if self.name.bytes().all(is_plain) {
            self.name.clone().into_owned()
        } else {
            spell_name(&self.name)
        };
        if !self.modifiers.is_empty() {
            let modifiers: Vec<String> = self.modifiers.iter().map(i64::to_string).collect();
            sql = format!("{sql}({})", modifiers.join(", "));
        }
        if self.is_array {
            sql.push_str("[]");
        }
        sql
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
            ("varchar" | "text" | "citext" | "xml", "text" | "citext") | ("cidr", "inet") => true,
            ("text" | "citext" | "xml", "varchar")
            | ("varchar" | "text" | "bpchar", "bpchar")
            | ("bit", "varbit") => new.modifiers.is_empty(),
            (old, new) if is_object_number(old) && is_object_number(new) => true,
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
        comparison(&self.name) != comparison(&new.name)
    }

    /// Whether it is a type of PostgreSQL's own, or of an extension, and no domain.
    pub fn is_builtin(&self) -> bool {
        BUILTIN.contains(&&*self.name) || is_object_number(&self.name)
    }
}

/// Types that no file creates, as far as columns have them: those of PostgreSQL and of common extensions.
const BUILTIN: [&str; 60] = [
    "bit",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "cidr",
    "circle",
    "citext",
    "cube",
    "date",
    "datemultirange",
    "double precision",
    "float",
    "real",
    "daterange",
    "float4",
    "float8",
    "geography",
    "geometry",
    "halfvec",
    "hstore",
    "inet",
    "int2",
    "int4range",
    "int8",
    "int8range",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "ltree",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "numrange",
    "path",
    "pg_lsn",
    "point",
    "polygon",
    "sparsevec",
    "text",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "tsquery",
    "tsrange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "uuid",
    "varbit",
    "varchar",
    "vector",
    "xid",
    "xml",
];

/// Whether the values of a type are stored as those of `int4` and `oid`.
fn is_object_number(name: &str) -> bool {
    matches!(name, "int4" | "oid") || is_registered(name)
}

/// Whether a type shows an `oid` as the name of what it stands for.
fn is_registered(name: &str) -> bool {
    let rest = name.strip_prefix("reg").unwrap_or_default();
    matches!(
        rest,
        "class"
            | "collation"
            | "config"
            | "database"
            | "dictionary"
            | "namespace"
            | "oper"
            | "operator"
            | "proc"
            | "procedure"
            | "role"
            | "type"
    )
}

/// What the values of a type are sorted by in an index, where types that share their values differ.
fn comparison(name: &str) -> &str {
    match name {
        "varchar" | "xml" => "text",
        "cidr" => "inet",
        name if is_registered(name) => "oid",
        name => name,
    }
}

/// The modifiers that a type has where none are given.
fn modifiers_of_none(name: &str) -> Vec<i64> {
    if matches!(name, "char" | "character") {
        vec![1]
    } else {
        Vec::new()
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
