//! What goes into a template.

use migrate_runtime::Migrations;

use crate::digest::Digest;
use crate::start::{Fixture, Start};

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
