//! Telling the history what only a person can know.

use std::fmt;

/// What [`repair`](crate::Runner::repair) changes in the history. It never runs a migration's SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// These applied migrations were edited on purpose, and what they did to the database is still what
    /// their files say: the checksums of the embedded files replace the recorded ones. Others that are
    /// edited stay refused.
    Accept(Vec<i64>),
    /// This half-done migration has been finished by hand, or its half-done revert undone: it counts as
    /// applied, with the text that is embedded.
    Applied(i64),
    /// What this half-done migration did has been undone by hand, or its half-done revert finished: it
    /// counts as not applied, and the next run starts it from its first statement.
    Retry(i64),
}

/// One history row that a repair has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// The migration's version.
    pub version: i64,
    /// Its file, e.g. `migrations/0002_users.sql`.
    pub file: String,
    /// What was written into the row's `note`, with when and by whom; `status` shows it.
    pub note: String,
}

impl fmt::Display for Repaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.note)
    }
}
