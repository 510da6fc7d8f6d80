//! What happens while a run goes on, for an observer.

use std::fmt;
use std::time::Duration;

use crate::other_history::OtherHistory;
use crate::other_session::{OtherSession, blocked_by};

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
    /// The history table was made, and another migration tool keeps a history in the same database.
    #[non_exhaustive]
    OtherHistory {
        /// Whose it is, and in which table.
        history: &'a OtherHistory,
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
    /// Several quick migrations are about to run, in one message, each in its own transaction. [`Event::Applied`] names
    /// each of them once the message is answered.
    #[non_exhaustive]
    BatchStarted {
        /// The version of the first.
        first: i64,
        /// The version of the last.
        last: i64,
        /// The file of the first.
        first_file: &'a str,
        /// The file of the last.
        last_file: &'a str,
        /// How many they are.
        count: usize,
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
    /// The server, or a proxy before it, refused a message because it holds several statements. From now on each statement
    /// is a message of its own ([`Runner::one_statement_per_message`](crate::Runner::one_statement_per_message)).
    OneStatementPerMessage,
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
        /// The session most likely in the way: the one with the strongest lock on something that the file names, otherwise the
        /// oldest open transaction that holds a lock.
        blocker: Option<&'a OtherSession>,
        /// A lock that it holds on something that the file names, e.g. `ACCESS SHARE on "public"."users"`; None where no such
        /// lock is known.
        lock: Option<&'a str>,
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
        /// How long it took, retries and the pauses before them included.
        duration: Duration,
        /// How often it was tried; 1 unless locks were in the way.
        attempts: u32,
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

impl<'a> Event<'a> {
    /// For `migrate-adopt`, which waits for the tables of other tools.
    #[doc(hidden)]
    pub fn table_locked(
        holder: Option<&'a OtherSession>,
        waited: Duration,
        delay: Duration,
    ) -> Self {
        Self::TableLocked {
            holder,
            waited,
            delay,
        }
    }
}

/// How long it has waited, once that is more than a moment.
fn so_far(f: &mut fmt::Formatter<'_>, waited: Duration) -> fmt::Result {
    if waited < Duration::from_secs(1) {
        return Ok(());
    }
    write!(f, " ({waited:.1?} so far)")
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { holder, waited, .. } => {
                write!(f, "waiting for another instance to apply migrations")?;
                if let Some(holder) = holder {
                    write!(f, ": {holder}")?;
                }
                so_far(f, *waited)
            }
            Self::TableLocked { holder, waited, .. } => {
                write!(f, "waiting for the history table, which is locked")?;
                if let Some(holder) = holder {
                    write!(f, " by {holder}")?;
                }
                so_far(f, *waited)
            }
            Self::HistoryMoved { waited, .. } => {
                f.write_str("the history has changed since it was read; reading it again")?;
                so_far(f, *waited)
            }
            Self::OtherHistory { history } => write!(
                f,
                "{history}: if it has applied these migrations, adopt it instead of running them again: `migrate adopt --from {}`",
                history.tool
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
            Self::BatchStarted {
                first_file,
                last_file,
                ..
            } => write!(f, "applying {first_file} to {last_file}"),
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
            Self::OneStatementPerMessage => f.write_str(
                "several statements in one message were refused; sending each in a message of its own",
            ),
            Self::Retried {
                file,
                reason,
                blocker,
                lock,
                attempt,
                delay,
                ..
            } => {
                write!(
                    f,
                    "{file}: {reason}; attempt {attempt} failed, retrying in {delay:.1?}"
                )?;
                let Some(blocker) = blocker else {
                    return Ok(());
                };
                f.write_str("; blocked by ")?;
                blocked_by(f, blocker, *lock)
            }
            Self::Applied {
                file,
                duration,
                attempts,
                ..
            } => {
                write!(f, "applied {file} in {duration:.1?}")?;
                write_attempts(f, *attempts)
            }
            Self::Reverted { file, duration, .. } => {
                write!(f, "reverted with {file} in {duration:.1?}")
            }
        }
    }
}

/// Why a migration took longer than its work, where it did.
pub(crate) fn write_attempts(f: &mut fmt::Formatter<'_>, attempts: u32) -> fmt::Result {
    if attempts > 1 {
        write!(f, " ({attempts} attempts)")?;
    }
    Ok(())
}

/// Which waits are logged. An observer hears of every one, several in the first second; a log holds the first, then one
/// every few seconds, as a rolling start is nothing special.
#[cfg(feature = "tracing")]
#[derive(Debug, Default)]
pub(crate) struct WaitLog {
    last: Option<std::time::Instant>,
}

#[cfg(feature = "tracing")]
impl WaitLog {
    const INTERVAL: Duration = Duration::from_secs(10);

    /// Whether an event that happens `now` is logged.
    pub(crate) fn admits(&mut self, event: &Event<'_>, now: std::time::Instant) -> bool {
        if !event.is_wait() {
            return true;
        }
        let due = self
            .last
            .is_none_or(|last| now.saturating_duration_since(last) >= Self::INTERVAL);
        if due {
            self.last = Some(now);
        }
        due
    }
}

#[cfg(feature = "tracing")]
impl Event<'_> {
    fn is_wait(&self) -> bool {
        matches!(
            self,
            Self::Waiting { .. } | Self::TableLocked { .. } | Self::HistoryMoved { .. }
        )
    }
}

/// The same, for subscribers of the `tracing` crate. Waiting for another instance is part of a rolling start; what keeps
/// a migration from its locks, was left behind by a run that died, or says that the migrations may have run already, is a
/// warning.
#[cfg(feature = "tracing")]
pub(crate) fn trace(event: &Event<'_>) {
    match event {
        Event::Retried { .. }
        | Event::BrokeLock { .. }
        | Event::DroppedInvalidIndex { .. }
        | Event::OtherHistory { .. } => {
            tracing::warn!(target: "migrate", "{event}");
        }
        Event::Statement { .. } => tracing::debug!(target: "migrate", "{event}"),
        Event::Waiting { .. }
        | Event::TableLocked { .. }
        | Event::HistoryMoved { .. }
        | Event::OneStatementPerMessage
        | Event::Started { .. }
        | Event::BatchStarted { .. }
        | Event::Applied { .. }
        | Event::Reverted { .. } => {
            tracing::info!(target: "migrate", "{event}");
        }
    }
}

#[cfg(all(test, feature = "tracing"))]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Event, WaitLog};

    #[test]
    fn a_wait_is_logged_once_and_then_every_ten_seconds() {
        let start = Instant::now();
        let wait = Event::HistoryMoved {
            waited: Duration::ZERO,
            delay: Duration::ZERO,
        };
        let mut log = WaitLog::default();
        let logged: Vec<u64> = (0..250)
            .map(|tenth| tenth * 100)
            .filter(|after| log.admits(&wait, start + Duration::from_millis(*after)))
            .collect();
        assert_eq!(logged, [0, 10_000, 20_000]);
        let applied = Event::Reverted {
            version: 1,
            file: "1_a.sql",
            duration: Duration::ZERO,
        };
        assert!(log.admits(&applied, start) && log.admits(&applied, start));
    }
}
