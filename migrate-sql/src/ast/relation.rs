//! The name of a table, an index, a type: with a schema or without.

use std::fmt;

/// A name as it was written, in the form in which PostgreSQL stores it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// Where it lies; none where `search_path` decides.
    pub schema: Option<String>,
    /// Its own name.
    pub name: String,
}

impl Relation {
    /// Of the parts of a qualified name; a database in front is left out.
    pub fn of(parts: Vec<String>) -> Option<Self> {
        let mut last_first = parts.into_iter().rev();
        Some(Self {
            name: last_first.next()?,
            schema: last_first.next(),
        })
    }

    /// Whether both names may mean the same thing: a name without a schema means any.
    pub fn may_be(&self, other: &Self) -> bool {
        self.name == other.name
            && (self.schema.is_none() || other.schema.is_none() || self.schema == other.schema)
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}
