//! The name of a table, an index, a type: with a schema or without.

use std::fmt;

use crate::scanner::{Reader, TokenKind, quote, scan};

/// A name as it is written, in the form in which PostgreSQL stores it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectName {
    /// Its schema; none where `search_path` decides.
    pub schema: Option<String>,
    /// Its own name.
    pub name: String,
}

impl ObjectName {
    /// Reads a qualified name; a database before the schema is left out.
    pub(super) fn read(rest: &mut Reader<'_>) -> Option<Self> {
        let mut name = rest.name()?;
        let mut schema = None;
        while rest.accept_char(b'.') {
            schema = Some(name);
            name = rest.name()?;
        }
        Some(Self { schema, name })
    }

    /// Whether both names may mean the same object: a name without a schema means any.
    pub fn may_be(&self, other: &Self) -> bool {
        self.name == other.name
            && (self.schema.is_none() || other.schema.is_none() || self.schema == other.schema)
    }

    /// The name as SQL, quoted only where it has to be.
    pub fn to_sql(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", spell_name(schema), spell_name(&self.name)),
            None => spell_name(&self.name),
        }
    }
}

/// A name as SQL, quoted only where it has to be.
pub fn spell_name(name: &str) -> String {
    let is_plain = name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    let is_word = || {
        let scan = scan(name);
        matches!(scan.tokens.as_slice(), [token] if token.kind == TokenKind::Ident)
    };
    if is_plain && is_word() {
        name.to_owned()
    } else {
        quote(name)
    }
}

/// As PostgreSQL's messages have it: without quotes.
impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::spell_name;

    #[test]
    fn a_name_is_quoted_only_where_it_has_to_be() {
        assert_eq!(spell_name("users_2"), "users_2");
        assert_eq!(spell_name("Users"), "\"Users\"");
        assert_eq!(spell_name("order"), "\"order\"");
        assert_eq!(spell_name("1st"), "\"1st\"");
        assert_eq!(spell_name("a b"), "\"a b\"");
    }
}
