//! Correcting the history after a deliberate edit or an interruption.

use std::fmt;

/// What [`repair`](crate::Runner::repair) changes in the history. It never runs a migration's SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// These applied migrations were edited deliberately, and the database needs no change: the checksums of the
    /// embedded files replace the recorded ones. Other edited migrations stay refused. Of a file that was only renamed,
    /// the new name is recorded.
    AcceptChecksums(Vec<i64>),
    /// All effects of this interrupted migration are in the database, because it was finished by hand or its
    /// revert was undone. It counts as applied, with the text that is embedded. This takes back a
    /// [`MarkPending`](Self::MarkPending) and a [`Forget`](Self::Forget), too.
    MarkApplied(i64),
    /// No effect of this interrupted migration is left, because it was undone by hand or its revert was finished.
    /// It counts as pending, and the next run starts it from its first statement.
    MarkPending(i64),
    /// These migrations are recorded, are not part of the set, and never will be again: their branch was dropped, or
    /// they were squashed. They count as not applied from now on. Their rows stay, with the reason as note, and
    /// [`status`](crate::Runner::status) shows them as [`Forgotten`](crate::MigrationState::Forgotten). A half-done
    /// one can be forgotten too. Whatever it did to the database stays as it is.
    Forget {
        /// The recorded versions.
        versions: Vec<i64>,
        /// Why, for those who read the history later.
        reason: String,
    },
    /// The file that was applied as version `from` has the version `to` now, with the same text.
    Renumber {
        /// The recorded version.
        from: i64,
        /// The version of the file.
        to: i64,
    },
}

/// One history row that a repair has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Repaired {
    /// The migration's version.
    pub version: i64,
    /// What the file is called after the version, e.g. `users`.
    pub name: String,
    /// Its file, e.g. `migrations/0002_users.sql`; None where the set does not hold it.
    pub file: Option<String>,
    /// What the row's `note` says now: the change, its time and its role. `status` returns it.
    pub note: String,
}

impl fmt::Display for Repaired {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{file}: {}", self.note),
            None => write!(f, "{} {}: {}", self.version, self.name, self.note),
        }
    }
}
