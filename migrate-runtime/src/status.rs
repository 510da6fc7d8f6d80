//! What [`status`](crate::Runner::status) returns.

use std::fmt;

use crate::event::Holder;

/// The set and the history, side by side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The history table, quoted as SQL.
    pub table: String,
    /// Whether that table is there yet.
    pub table_exists: bool,
    /// Every migration that the set or the history knows, in order of version.
    pub entries: Vec<Entry>,
    /// Who is applying migrations at this moment.
    pub holder: Option<Holder>,
}

/// One migration of the set or the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Its file, e.g. `migrations/0002_users.sql`; None where the set does not hold it.
    pub file: Option<String>,
    /// How it stands.
    pub condition: Condition,
    /// When it was applied: UTC, ISO 8601, e.g. `2026-01-31T09:30:00Z`.
    pub applied_at: Option<String>,
    /// The role that applied it.
    pub applied_by: Option<String>,
    /// How long it took, in milliseconds.
    pub milliseconds: Option<u64>,
    /// Whether the recorded checksum is that of the embedded text.
    pub checksum_matches: Option<bool>,
    /// Whether it has a down file.
    pub reversible: bool,
    /// What was recorded about it besides, e.g. by a repair.
    pub note: Option<String>,
}

/// How a migration stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// Not applied; the next run applies it.
    #[default]
    Pending,
    /// Applied by a run.
    Applied,
    /// Recorded as applied without having been run.
    Baseline,
    /// Applied, and its file has been edited since.
    Drifted,
    /// Applied, older than the newest of the set, and not part of the set.
    Missing,
    /// Applied by a newer program than this one.
    Ahead,
    /// Pending, and older than the newest applied one.
    OutOfOrder,
    /// Begun and not finished, or running at this moment.
    Interrupted {
        /// Statements that are done.
        done: usize,
        /// Statements that there are.
        of: usize,
    },
}

impl Status {
    /// Whether a run would have nothing to do and nothing to refuse.
    pub fn is_current(&self) -> bool {
        self.entries.iter().all(|entry| {
            matches!(
                entry.condition,
                Condition::Applied | Condition::Baseline | Condition::Ahead
            )
        })
    }

    /// How many migrations a run would apply.
    pub fn pending(&self) -> usize {
        let pending = |entry: &&Entry| entry.condition == Condition::Pending;
        self.entries.iter().filter(pending).count()
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Applied => "applied",
            Self::Baseline => "baseline",
            Self::Drifted => "drifted",
            Self::Missing => "missing",
            Self::Ahead => "ahead",
            Self::OutOfOrder => "out of order",
            Self::Interrupted { done, of } => {
                return write!(f, "interrupted at {done} of {of}");
            }
        })
    }
}
