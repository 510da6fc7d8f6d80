//! What a run did, and what a database looks like.

use std::fmt;
use std::time::Duration;

use crate::migrations::Migration;

/// What [`run`](crate::Runner::run) did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The migrations that this run applied, in order.
    pub applied: Vec<Applied>,
    /// How many migrations of the set were applied already.
    pub current: usize,
    /// Applied by a newer program than this one, and left alone.
    pub ahead: Vec<Unknown>,
    /// Applied once and no longer part of the set; only where that was allowed.
    pub missing: Vec<Unknown>,
    /// Versions whose embedded text is not the text that was applied; only where that was allowed.
    pub drifted: Vec<i64>,
}

/// One migration that this run applied or reverted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Applied {
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// The file that ran, e.g. `migrations/0002_users.sql`.
    pub file: String,
    /// From the first message that carried it to its commit, retries included.
    pub duration: Duration,
    /// How often it was tried; 1 where nothing stood in its way.
    pub attempts: u32,
}

/// A history row that the set knows nothing of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unknown {
    /// Its version.
    pub version: i64,
    /// Its name as recorded.
    pub name: String,
}

impl Applied {
    /// A migration that a baseline has recorded without running it.
    pub(crate) fn unrun(migration: &Migration<'_>) -> Self {
        Self {
            version: migration.version,
            name: migration.name.to_owned(),
            file: migration.up.path(),
            duration: Duration::ZERO,
            attempts: 0,
        }
    }
}

impl Report {
    /// Whether the database was up to date before this run.
    pub fn is_noop(&self) -> bool {
        self.applied.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for applied in &self.applied {
            writeln!(f, "applied {} in {:.1?}", applied.file, applied.duration)?;
        }
        match (self.applied.len(), self.current) {
            (0, current) => write!(f, "nothing pending, {current} applied before")?,
            (applied, current) => write!(f, "{applied} applied now, {current} before")?,
        }
        if let Some(newest) = self.ahead.last() {
            write!(
                f,
                "; the database is ahead of this program by {} (newest: {newest})",
                self.ahead.len()
            )?;
        }
        if !self.missing.is_empty() {
            write!(
                f,
                "; {} applied migrations are not in this program",
                self.missing.len()
            )?;
        }
        if !self.drifted.is_empty() {
            write!(
                f,
                "; {} were edited after they were applied",
                self.drifted.len()
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version)?;
        if !self.name.is_empty() {
            write!(f, " {}", self.name)?;
        }
        Ok(())
    }
}
