//! What a database starts with.

use std::fmt;

/// Rows that tests start with: a text of SQL that runs after the migrations.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) sql: String,
}

/// What is in a template before the fixtures.
#[derive(Debug, Clone)]
pub(crate) enum Start {
    /// All migrations of the set.
    Newest,
    /// Those up to this version.
    Version(i64),
    /// What this text leaves: a database of an earlier release, dumped.
    Dump(Fixture),
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest => f.write_str("a database with all migrations"),
            Self::Version(version) => write!(f, "a database at version {version}"),
            Self::Dump(dump) => write!(f, "the database that {} is a dump of", dump.name),
        }
    }
}
