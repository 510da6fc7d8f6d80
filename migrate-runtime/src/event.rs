//! What happens while a run goes on, for an observer.

use std::fmt;
use std::time::Duration;

/// Something that a run has just done or is about to do.
///
/// Given by reference to the closure of [`Runner::observer`](crate::Runner::observer). Displays as one
/// line of text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another program is applying migrations; this one looks again after `delay`.
    #[non_exhaustive]
    Waiting {
        /// Who it is, where the server tells.
        holder: Option<&'a Holder>,
        /// How long this run has waited so far.
        waited: Duration,
        /// How long it sleeps now.
        delay: Duration,
    },
    /// A migration is about to run.
    #[non_exhaustive]
    Started {
        /// Its version.
        version: i64,
        /// Its file, e.g. `migrations/0002_users.sql`.
        file: &'a str,
        /// The statements of a `no-transaction` file that an interrupted run had finished; 0 otherwise.
        resumed_at: usize,
    },
    /// A statement of a `no-transaction` file is about to run.
    #[non_exhaustive]
    Statement {
        /// The migration's version.
        version: i64,
        /// Which statement, counted from 1.
        number: usize,
        /// Out of how many.
        of: usize,
        /// Its text.
        sql: &'a str,
    },
    /// An invalid index, left by an interrupted `CREATE INDEX CONCURRENTLY`, was dropped to be built again.
    #[non_exhaustive]
    DroppedInvalidIndex {
        /// The migration's version.
        version: i64,
        /// The index, quoted as SQL.
        index: &'a str,
    },
    /// The session that held the lock had not been heard of for long, with a `no-transaction` file half
    /// done; it was ended, and the run goes on from the journal.
    #[non_exhaustive]
    BrokeLock {
        /// Who it was.
        holder: &'a Holder,
    },
    /// A migration could not get its locks, or met a deadlock or a serialization failure, and was
    /// rolled back; it is tried again after `delay`.
    #[non_exhaustive]
    Retried {
        /// The migration's version.
        version: i64,
        /// Its file.
        file: &'a str,
        /// What the server said.
        reason: &'a str,
        /// The session most likely in the way: the oldest open transaction that holds a lock.
        blocker: Option<&'a Holder>,
        /// Which attempt failed, counted from 1.
        attempt: u32,
        /// How long the run sleeps now.
        delay: Duration,
    },
    /// A migration is applied and committed.
    #[non_exhaustive]
    Applied {
        /// Its version.
        version: i64,
        /// Its file.
        file: &'a str,
        /// How long it took, retries included.
        duration: Duration,
    },
    /// A migration is reverted and its history row gone.
    #[non_exhaustive]
    Reverted {
        /// Its version.
        version: i64,
        /// The down file.
        file: &'a str,
        /// How long it took.
        duration: Duration,
    },
}

/// Another session of the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Holder {
    /// The process id of its server process.
    pub pid: i32,
    /// Its role; empty where this role may not see it.
    pub user: String,
    /// Its `application_name`; may be empty.
    pub application: String,
    /// Since when its transaction, or else its connection, is open: UTC, ISO 8601.
    pub since: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if !self.user.is_empty() {
            write!(f, " of {}", self.user)?;
        }
        if !self.application.is_empty() {
            write!(f, " ({})", self.application)?;
        }
        if !self.since.is_empty() {
            write!(f, " since {}", self.since)?;
        }
        Ok(())
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { holder, waited, .. } => {
                write!(f, "waiting for another program to apply migrations")?;
                if let Some(holder) = holder {
                    write!(f, ": {holder}")?;
                }
                write!(f, " ({waited:.1?} so far)")
            }
            Self::Started {
                file,
                resumed_at: 0,
                ..
            } => write!(f, "applying {file}"),
            Self::Started {
                file, resumed_at, ..
            } => {
                write!(f, "resuming {file} after statement {resumed_at}")
            }
            Self::Statement {
                number, of, sql, ..
            } => {
                let line = sql.lines().next().unwrap_or_default();
                write!(f, "statement {number} of {of}: {line}")
            }
            Self::DroppedInvalidIndex { index, .. } => {
                write!(
                    f,
                    "dropped the invalid index {index}, left by an interrupted run"
                )
            }
            Self::BrokeLock { holder } => {
                write!(f, "ended a silent session that held the lock: {holder}")
            }
            Self::Retried {
                file,
                reason,
                blocker,
                attempt,
                delay,
                ..
            } => {
                write!(
                    f,
                    "{file}: {reason}; attempt {attempt}, next in {delay:.1?}"
                )?;
                blocker.map_or(Ok(()), |blocker| write!(f, "; in the way: {blocker}"))
            }
            Self::Applied { file, duration, .. } => write!(f, "applied {file} in {duration:.1?}"),
            Self::Reverted { file, duration, .. } => {
                write!(f, "reverted with {file} in {duration:.1?}")
            }
        }
    }
}

/// The same, for subscribers of the `tracing` crate: waiting and retrying are warnings.
#[cfg(feature = "tracing")]
pub(crate) fn trace(event: &Event<'_>) {
    match event {
        Event::Waiting { .. }
        | Event::Retried { .. }
        | Event::BrokeLock { .. }
        | Event::DroppedInvalidIndex { .. } => {
            tracing::warn!(target: "migrate", "{event}");
        }
        Event::Statement { .. } => tracing::debug!(target: "migrate", "{event}"),
        Event::Started { .. } | Event::Applied { .. } | Event::Reverted { .. } => {
            tracing::info!(target: "migrate", "{event}");
        }
    }
}
