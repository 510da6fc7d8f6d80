//! What an operation did.

use std::fmt;
use std::time::Duration;

use crate::event::write_attempts;
use crate::migrations::Migration;

/// What [`run`](crate::Runner::run) did.
///
/// Displays as a line for each migration that was applied, and a last line that sums up: `applied 2 migrations`, or
/// `up to date (4 migrations)`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunReport {
    /// The migrations that this run applied, in order.
    pub applied: Vec<AppliedMigration>,
    /// How many migrations of the set were applied before this run.
    pub current: usize,
    /// Applied by a newer release of this program, and left alone.
    pub ahead: Vec<UnknownMigration>,
    /// Recorded as applied but missing from the set; only where that is allowed.
    pub missing: Vec<UnknownMigration>,
    /// Versions whose embedded text is not the text that was applied; only where that is allowed.
    pub drifted: Vec<i64>,
}

/// One migration that a run applied.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppliedMigration {
    /// The number its file name starts with.
    pub version: i64,
    /// What the file is called after the version, e.g. `users`.
    pub name: String,
    /// The file that ran, e.g. `migrations/0002_users.sql`.
    pub file: String,
    /// From the first message that carried it to its commit, with all attempts and the pauses between them. Of several
    /// that shared a message or a transaction, the server's clock says how long each took.
    pub duration: Duration,
    /// How often it was tried; 1 unless locks were in the way.
    pub attempts: u32,
}

/// What [`revert`](crate::Runner::revert) did.
///
/// Displays as a line for each migration that was reverted, and a last line that sums up: `reverted 2 migrations`, or
/// `nothing to revert`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevertReport {
    /// The migrations that were reverted, newest first.
    pub reverted: Vec<RevertedMigration>,
}

/// One migration that was reverted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevertedMigration {
    /// The number its file name starts with.
    pub version: i64,
    /// What the file is called after the version, e.g. `users`.
    pub name: String,
    /// The down file that ran, e.g. `migrations/0002_users.down.sql`.
    pub file: String,
    /// From the first message that carried it to its commit, retries included.
    pub duration: Duration,
    /// How often it was tried; 1 unless locks were in the way.
    pub attempts: u32,
}

/// What [`baseline`](crate::Runner::baseline) did.
///
/// Displays as one line: `recorded 3 migrations as applied, without running them`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BaselineReport {
    /// The migrations that are recorded now.
    pub recorded: Vec<RecordedMigration>,
    /// How many rows the history held before.
    pub known: usize,
}

/// One migration that a baseline recorded without running it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedMigration {
    /// The number its file name starts with.
    pub version: i64,
    /// What the file is called after the version, e.g. `users`.
    pub name: String,
    /// Its file, e.g. `migrations/0002_users.sql`.
    pub file: String,
}

/// A history row of which the set holds no migration.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownMigration {
    /// The version that is recorded.
    pub version: i64,
    /// The name that is recorded.
    pub name: String,
}

impl RecordedMigration {
    pub(crate) fn of(migration: &Migration<'_>) -> Self {
        Self {
            version: migration.version,
            name: migration.name.to_owned(),
            file: migration.up.path(),
        }
    }
}

impl RunReport {
    /// Whether there was nothing to apply.
    pub fn is_noop(&self) -> bool {
        self.applied.is_empty()
    }
}

impl RevertReport {
    /// Whether there was nothing to revert.
    pub fn is_noop(&self) -> bool {
        self.reverted.is_empty()
    }
}

impl BaselineReport {
    /// Whether everything was recorded before.
    pub fn is_noop(&self) -> bool {
        self.recorded.is_empty()
    }
}

/// `1 migration`, `2 migrations`.
pub(crate) fn count(migrations: usize) -> String {
    let plural = if migrations == 1 { "" } else { "s" };
    format!("{migrations} migration{plural}")
}

impl fmt::Display for RunReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for applied in &self.applied {
            write!(f, "applied {} in {:.1?}", applied.file, applied.duration)?;
            write_attempts(f, applied.attempts)?;
            f.write_str("\n")?;
        }
        match self.applied.len() {
            0 => write!(f, "up to date ({})", count(self.current))?,
            applied => write!(f, "applied {}", count(applied))?,
        }
        if let Some(newest) = self.ahead.last() {
            write!(
                f,
                "; the database is ahead by {} (newest: {newest})",
                count(self.ahead.len())
            )?;
        }
        if !self.missing.is_empty() {
            write!(f, "; allowed: {} without a file", count(self.missing.len()))?;
        }
        if !self.drifted.is_empty() {
            write!(
                f,
                "; allowed: {} edited after being applied",
                count(self.drifted.len())
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for RevertReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for reverted in &self.reverted {
            writeln!(
                f,
                "reverted {} {} with {} in {:.1?}",
                reverted.version, reverted.name, reverted.file, reverted.duration
            )?;
        }
        match self.reverted.len() {
            0 => f.write_str("nothing to revert"),
            reverted => write!(f, "reverted {}", count(reverted)),
        }
    }
}

impl fmt::Display for BaselineReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.recorded.len() {
            0 => write!(
                f,
                "nothing to record ({} in the history)",
                count(self.known)
            ),
            1 => f.write_str("recorded 1 migration as applied, without running it"),
            some => write!(
                f,
                "recorded {} as applied, without running them",
                count(some)
            ),
        }
    }
}

impl fmt::Display for UnknownMigration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.version)?;
        if !self.name.is_empty() {
            write!(f, " {}", self.name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        AppliedMigration, BaselineReport, RevertReport, RevertedMigration, RunReport,
        UnknownMigration,
    };

    fn run(applied: usize) -> RunReport {
        let one = |version: usize| AppliedMigration {
            version: i64::try_from(version).unwrap(),
            name: "a".to_owned(),
            file: format!("migrations/{version}_a.sql"),
            duration: Duration::from_millis(3),
            attempts: 1,
        };
        RunReport {
            applied: (1..=applied).map(one).collect(),
            current: 4,
            ..RunReport::default()
        }
    }

    #[test]
    fn a_run_with_nothing_to_do_says_that_it_is_up_to_date() {
        insta::assert_snapshot!(run(0), @"up to date (4 migrations)");
    }

    #[test]
    fn a_run_lists_what_it_applied() {
        insta::assert_snapshot!(run(2), @r"
        applied migrations/1_a.sql in 3.0ms
        applied migrations/2_a.sql in 3.0ms
        applied 2 migrations
        ");
    }

    #[test]
    fn a_run_says_what_it_was_allowed_to_pass() {
        let unknown = |version| UnknownMigration {
            version,
            name: "x".to_owned(),
        };
        let report = RunReport {
            ahead: vec![unknown(8), unknown(9)],
            missing: vec![unknown(2)],
            drifted: vec![1],
            ..run(0)
        };
        insta::assert_snapshot!(report, @"up to date (4 migrations); the database is ahead by 2 migrations (newest: 9 x); allowed: 1 migration without a file; allowed: 1 migration edited after being applied");
    }

    #[test]
    fn a_revert_says_what_it_reverted() {
        insta::assert_snapshot!(RevertReport::default(), @"nothing to revert");
        let reverted = RevertedMigration {
            version: 2,
            name: "users".to_owned(),
            file: "migrations/2_users.down.sql".to_owned(),
            duration: Duration::from_millis(3),
            attempts: 1,
        };
        let report = RevertReport {
            reverted: vec![reverted],
        };
        insta::assert_snapshot!(report, @r"
        reverted 2 users with migrations/2_users.down.sql in 3.0ms
        reverted 1 migration
        ");
    }

    #[test]
    fn a_baseline_says_that_nothing_ran() {
        let report = BaselineReport {
            known: 1,
            ..BaselineReport::default()
        };
        insta::assert_snapshot!(report, @"nothing to record (1 migration in the history)");
    }
}
