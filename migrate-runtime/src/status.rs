//! What [`status`](crate::Runner::status) returns.

use std::fmt;
use std::time::Duration;

use crate::other_history::OtherHistory;
use crate::other_session::OtherSession;
use crate::timestamp::Timestamp;

/// The set and the history, side by side.
///
/// Displays as a line for each migration, and a last line that sums up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Status {
    /// The history table, quoted as SQL.
    pub table: String,
    /// Whether that table exists.
    pub table_exists: bool,
    /// Every migration that the set or the history knows, in order of version.
    pub entries: Vec<MigrationStatus>,
    /// The session that is applying migrations at this moment.
    pub holder: Option<OtherSession>,
    /// Histories of other tools in this database, while this one has no rows.
    pub other_histories: Vec<OtherHistory>,
}

/// One migration of the set or the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationStatus {
    /// The number its file name starts with.
    pub version: i64,
    /// What the file is called after the version, e.g. `users`.
    pub name: String,
    /// The name in the history, where it is not `name`. If the text is the same, the file was renamed, which needs no
    /// attention.
    pub recorded_name: Option<String>,
    /// Its file, e.g. `migrations/0002_users.sql`; None where the set does not hold it.
    pub file: Option<String>,
    /// Whether it is applied.
    pub state: MigrationState,
    /// When it was applied.
    pub applied_at: Option<Timestamp>,
    /// The role that applied it.
    pub applied_by: Option<String>,
    /// How long it took, to the millisecond.
    pub duration: Option<Duration>,
    /// Whether the recorded checksum is that of the embedded text.
    pub checksum_matches: Option<bool>,
    /// Whether it has a down file.
    pub reversible: bool,
    /// Whether it is its down file that was [interrupted](MigrationState::Interrupted).
    pub reverting: bool,
    /// What a repair or an adoption noted about it.
    pub note: Option<String>,
}

/// Whether a migration is applied, or what is wrong with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MigrationState {
    /// Not applied; the next run applies it.
    #[default]
    Pending,
    /// Applied by a run.
    Applied,
    /// Recorded as applied without being run.
    Baseline,
    /// Applied, and its file has been edited since.
    Drifted,
    /// The history records another migration with this version, so the file has never run.
    VersionTaken,
    /// Applied, older than the newest of the set, and not part of the set.
    Missing,
    /// Recorded, not part of the set, and [forgotten](crate::Repair::Forget): it counts as not applied.
    Forgotten,
    /// Applied by a newer release of this program.
    Ahead,
    /// Pending, and older than the newest applied one.
    OutOfOrder,
    /// Started and not finished; it may be running at this moment.
    Interrupted {
        /// How many statements are complete.
        done: usize,
        /// How many statements the file has.
        of: usize,
    },
}

impl Status {
    /// Whether a run would have nothing to do and nothing to refuse.
    pub fn is_current(&self) -> bool {
        self.entries.iter().all(|entry| {
            matches!(
                entry.state,
                MigrationState::Applied
                    | MigrationState::Baseline
                    | MigrationState::Ahead
                    | MigrationState::Forgotten
            )
        })
    }

    /// How many migrations a run would apply.
    pub fn pending(&self) -> usize {
        let pending = |entry: &&MigrationStatus| entry.state == MigrationState::Pending;
        self.entries.iter().filter(pending).count()
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut applied = 0;
        for entry in &self.entries {
            applied += usize::from(matches!(
                entry.state,
                MigrationState::Applied | MigrationState::Baseline
            ));
            writeln!(f, "{} {}: {}", entry.version, entry.name, entry.state)?;
        }
        let others = self.entries.len() - applied - self.pending();
        write!(f, "{applied} applied, {} pending", self.pending())?;
        match others {
            0 => Ok(()),
            others => write!(f, ", {others} in another state"),
        }
    }
}

impl fmt::Display for MigrationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pending => "pending",
            Self::Applied => "applied",
            Self::Baseline => "baseline",
            Self::Drifted => "drifted",
            Self::VersionTaken => "version taken",
            Self::Missing => "missing",
            Self::Forgotten => "forgotten",
            Self::Ahead => "ahead",
            Self::OutOfOrder => "out of order",
            Self::Interrupted { done, of } => {
                return write!(f, "interrupted at {done} of {of}");
            }
        })
    }
}
