//! What [`plan`](crate::Runner::plan) returns.

use std::fmt;

use crate::other_history::OtherHistory;
use crate::report::{UnknownMigration, count};

/// What a run would do now.
///
/// Displays as a line for each pending migration, and a last line that sums up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// What would be applied, in order.
    pub pending: Vec<PendingMigration>,
    /// How many migrations of the set are applied already.
    pub current: usize,
    /// Applied by a newer release of this program.
    pub ahead: Vec<UnknownMigration>,
    /// Histories of other tools in this database, while this one has no rows.
    pub other_histories: Vec<OtherHistory>,
}

/// One migration that a run would apply.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PendingMigration {
    /// The number its file name starts with.
    pub version: i64,
    /// What the file is called after the version, e.g. `users`.
    pub name: String,
    /// Its file, e.g. `migrations/0002_users.sql`.
    pub file: String,
    /// Whether it runs in a transaction.
    pub transactional: bool,
    /// How many of its statements an interrupted run has completed; 0 for any file that is not resumed.
    pub done: usize,
    /// Its statements, without their semicolons.
    pub statements: Vec<String>,
}

impl Plan {
    pub(crate) fn of(plan: &crate::engine::Plan<'_>) -> Self {
        let pending = plan.steps.iter().map(|step| PendingMigration {
            version: step.migration.version,
            name: step.migration.name.to_owned(),
            file: step.migration.up.path(),
            transactional: step.migration.up.transactional,
            done: step.resume.as_ref().map_or(0, |resume| resume.done),
            statements: step
                .migration
                .up
                .statements()
                .map(|one| one.sql.to_owned())
                .collect(),
        });
        Self {
            pending: pending.collect(),
            current: plan.current,
            ahead: plan.ahead.clone(),
            other_histories: Vec::new(),
        }
    }

    /// Whether a run would do nothing.
    pub fn is_noop(&self) -> bool {
        self.pending.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for pending in &self.pending {
            writeln!(f, "would apply {}", pending.file)?;
        }
        match self.pending.len() {
            0 => write!(f, "up to date ({})", count(self.current)),
            pending => write!(f, "{} pending, {} applied", count(pending), self.current),
        }
    }
}
