//! What goes into a template.

use migrate_runtime::Migrations;

use crate::digest::Digest;

/// Rows that tests start with: a text of SQL that runs after the migrations.
#[derive(Debug, Clone)]
pub(crate) struct Fixture {
    pub(crate) name: String,
    pub(crate) sql: String,
}

/// What goes into a template.
#[derive(Debug)]
pub(crate) struct Recipe {
    pub(crate) set: Migrations,
    pub(crate) fixtures: Vec<Fixture>,
    pub(crate) digest: Digest,
}

impl Recipe {
    pub(crate) fn new(set: Migrations, fixtures: Vec<Fixture>) -> Self {
        let texts = fixtures.iter().map(|fixture| fixture.sql.as_str());
        Self {
            digest: Digest::of(&set, texts),
            set,
            fixtures,
        }
    }

    /// The same without fixtures; None if there are none.
    pub(crate) fn base(&self) -> Option<Self> {
        (!self.fixtures.is_empty()).then(|| Self::new(self.set.clone(), Vec::new()))
    }
}
