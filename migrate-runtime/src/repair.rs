//! Correcting the history after a deliberate edit or an interruption.

use std::fmt;

/// What [`repair`](crate::Runner::repair) changes in the history. It never runs a migration's SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// These applied migrations were edited deliberately, and the database needs no change: the checksums of the
    /// embedded files replace the recorded ones. Other edited migrations stay refused.
    AcceptChecksums(Vec<i64>),
    /// All effects of this interrupted migration are in the database, because it was finished by hand or its
    /// revert was undone. It counts as applied, with the text that is embedded.
    MarkApplied(i64),
    /// No effect of this interrupted migration is left, because it was undone by hand or its revert was finished.
    /// It counts as pending, and the next run starts it from its first statement.
    MarkPending(i64),
}

/// One history row that a repair has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// The migration's version.
    pub version: i64,
    /// Its file, e.g. `migrations/0002_users.sql`.
    pub file: String,
    /// What the row's `note` says now: the change, its time and its role. `status` returns it.
    pub note: String,
}

impl fmt::Display for Repaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.note)
    }
}
