//! What goes into a template.

use std::fmt;

use migrate_runtime::Migrations;

use crate::digest::Digest;

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

/// What goes into a template.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub(crate) set: Migrations,
    pub(crate) start: Start,
    pub(crate) fixtures: Vec<Fixture>,
    pub(crate) digest: Digest,
}

impl Recipe {
    pub(crate) fn new(set: Migrations, start: Start, fixtures: Vec<Fixture>) -> Self {
        let texts = fixtures.iter().map(|fixture| fixture.sql.as_str());
        Self {
            digest: Digest::of(&set, &start, texts),
            set,
            start,
            fixtures,
        }
    }

    /// The same without fixtures; None if there are none.
    pub(crate) fn base(&self) -> Option<Self> {
        let differs = !self.fixtures.is_empty();
        differs.then(|| Self::new(self.set.clone(), self.start.clone(), Vec::new()))
    }
}
