//! What a run may do and what it refuses: the options of a [`Runner`](crate::Runner), as data.

use std::time::Duration;

use crate::stop::StopToken;

/// Whether a condition that is usually a mistake stops the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// Stop before the first statement, with an error that names every case.
    Refuse,
    /// Continue, and list every case in the report.
    Allow,
}

/// All options of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) target: Option<i64>,
    pub(crate) drift: Policy,
    pub(crate) missing: Policy,
    pub(crate) ahead: Policy,
    pub(crate) out_of_order: Policy,
    pub(crate) stale: Policy,
    pub(crate) lock_timeout: Duration,
    pub(crate) statement_timeout: Duration,
    pub(crate) retries: u32,
    pub(crate) wait: Duration,
    pub(crate) single_transaction: bool,
    pub(crate) one_statement_per_message: bool,
    pub(crate) one_flush_per_migration: bool,
    /// The `search_path` of the migrations, where it is not the session's.
    pub(crate) search_path: Option<String>,
    pub(crate) stop: StopToken,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            target: None,
            drift: Policy::Refuse,
            missing: Policy::Refuse,
            ahead: Policy::Allow,
            out_of_order: Policy::Refuse,
            stale: Policy::Refuse,
            // Other sessions queue for the table while a migration waits for a lock, and stall as long. Below PostgreSQL's
            // default deadlock_timeout of 1 s the migration gives up first, so no query of the application is ended
            // as the victim of a deadlock with it.
            lock_timeout: Duration::from_millis(800),
            statement_timeout: Duration::ZERO,
            // With the pauses between them about half a minute.
            retries: 12,
            // Longer than most start-up probes allow; a herd on a slow migration is through by then.
            wait: Duration::from_secs(300),
            single_transaction: false,
            one_statement_per_message: false,
            one_flush_per_migration: false,
            search_path: None,
            stop: StopToken::new(),
        }
    }
}
