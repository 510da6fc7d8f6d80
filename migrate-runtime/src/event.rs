//! What happens while a run goes on, for an observer.

use std::fmt;
use std::time::Duration;

use crate::timestamp::Timestamp;

/// Something that a run has just done or is about to do.
///
/// Given by reference to the closure of [`Runner::observer`](crate::Runner::observer). Displays as one
/// line of text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another instance is applying migrations; this one reads the history again after `delay`.
    #[non_exhaustive]
    Waiting {
        /// Its session, if the server names it.
        holder: Option<&'a OtherSession>,
        /// How long this run has waited so far.
        waited: Duration,
        /// How long it sleeps now.
        delay: Duration,
    },
    /// The history table is locked by another session; this run reads it again after `delay`.
    #[non_exhaustive]
    TableLocked {
        /// Who it is, where the server tells.
        holder: Option<&'a OtherSession>,
        /// How long this run has waited so far.
        waited: Duration,
        /// How long it sleeps now.
        delay: Duration,
    },
    /// The history was not what had just been read; this run reads it again after `delay`.
    #[non_exhaustive]
    HistoryMoved {
        /// How long this run has waited so far.
        waited: Duration,
        /// How long it sleeps now.
        delay: Duration,
    },
    /// A migration is about to run.
    #[non_exhaustive]
    Started {
        /// The migration's version.
        version: i64,
        /// Its file, e.g. `migrations/0002_users.sql`.
        file: &'a str,
        /// How many statements of a `no-transaction` file an interrupted run had completed; 0 otherwise.
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
    /// An invalid index, left by an interrupted `CREATE INDEX CONCURRENTLY`, was dropped; it is built again.
    #[non_exhaustive]
    DroppedInvalidIndex {
        /// The migration's version.
        version: i64,
        /// The index, quoted as SQL.
        index: &'a str,
    },
    /// A session held the lock in the middle of a `no-transaction` file and had been silent for a long time. It was
    /// terminated, and the run resumes the file.
    #[non_exhaustive]
    BrokeLock {
        /// The session that was terminated.
        holder: &'a OtherSession,
    },
    /// A migration was rolled back because of a lock timeout, a deadlock or a serialization failure. It is tried
    /// again after `delay`.
    #[non_exhaustive]
    Retried {
        /// The migration's version.
        version: i64,
        /// Its file.
        file: &'a str,
        /// The server's message.
        reason: &'a str,
        /// The session most likely in the way: the oldest open transaction that holds a lock.
        blocker: Option<&'a OtherSession>,
        /// Which attempt failed, counted from 1.
        attempt: u32,
        /// How long the run sleeps now.
        delay: Duration,
    },
    /// A migration is applied and committed.
    #[non_exhaustive]
    Applied {
        /// The migration's version.
        version: i64,
        /// Its file.
        file: &'a str,
        /// How long it took, retries included.
        duration: Duration,
    },
    /// A migration is reverted and its history row is deleted.
    #[non_exhaustive]
    Reverted {
        /// The migration's version.
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
pub struct OtherSession {
    /// The process id of its server process.
    pub pid: i32,
    /// Its role; empty if this role may not see it.
    pub user: String,
    /// Its `application_name`; may be empty.
    pub application: String,
    /// The start of its transaction, or of its connection if it has none open; None if this role may not see it.
    pub since: Option<Timestamp>,
}

impl fmt::Display for OtherSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pid {}", self.pid)?;
        let mut open = " (";
        for (name, value) in [("role", &self.user), ("application", &self.application)] {
            if !value.is_empty() {
                write!(f, "{open}{name} {value}")?;
                open = ", ";
            }
        }
        if let Some(since) = &self.since {
            write!(f, "{open}open since {since}")?;
            open = ", ";
        }
        f.write_str(if open == ", " { ")" } else { "" })
    }
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { holder, waited, .. } => {
                write!(f, "waiting for another instance to apply migrations")?;
                if let Some(holder) = holder {
                    write!(f, ": {holder}")?;
                }
                write!(f, " ({waited:.1?} so far)")
            }
            Self::TableLocked { holder, waited, .. } => {
                write!(f, "waiting for the history table, which is locked")?;
                if let Some(holder) = holder {
                    write!(f, " by {holder}")?;
                }
                write!(f, " ({waited:.1?} so far)")
            }
            Self::HistoryMoved { waited, .. } => write!(
                f,
                "the history has changed since it was read; reading it again ({waited:.1?} so far)"
            ),
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
                    "dropped the invalid index {index} that an interrupted run left"
                )
            }
            Self::BrokeLock { holder } => {
                write!(
                    f,
                    "terminated a silent session that held the migration lock: {holder}"
                )
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
                    "{file}: {reason}; attempt {attempt} failed, retrying in {delay:.1?}"
                )?;
                blocker.map_or(Ok(()), |blocker| write!(f, "; blocked by {blocker}"))
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
        | Event::TableLocked { .. }
        | Event::HistoryMoved { .. }
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
