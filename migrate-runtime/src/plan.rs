//! What [`plan`](crate::Runner::plan) returns.

use std::fmt;

use crate::report::Unknown;

/// What a run would do now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// What would be applied, in order.
    pub pending: Vec<Pending>,
    /// How many migrations of the set are applied already.
    pub current: usize,
    /// Applied by a newer program than this one.
    pub ahead: Vec<Unknown>,
}

/// One migration that a run would apply.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pending {
    /// Its version.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Its file, e.g. `migrations/0002_users.sql`.
    pub file: String,
    /// Whether it runs in a transaction.
    pub transactional: bool,
    /// How many of its statements are done already, by a run that was interrupted.
    pub done: usize,
    /// Its statements.
    pub statements: Vec<String>,
}

impl Plan {
    pub(crate) fn of(plan: &crate::engine::Plan<'_>) -> Self {
        let pending = plan.steps.iter().map(|step| Pending {
            version: step.migration.version,
            name: step.migration.name.to_owned(),
            file: step.migration.up.path(),
            transactional: step.migration.up.transactional,
            done: step.resume.unwrap_or_default(),
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
        write!(
            f,
            "{} pending, {} applied",
            self.pending.len(),
            self.current
        )
    }
}
