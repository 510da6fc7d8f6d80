//! Messages that read: with their own settings, and sent again while a table is locked.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use migrate_runtime::{
    Event, HistoryTable, OtherSession, Reply, Session, SessionError, StopToken, Timestamp,
};

use crate::error::Error;

/// The caller's closure for events.
pub(crate) type Observer<'a> = Arc<dyn Fn(&Event<'_>) + Send + Sync + 'a>;

/// The `lock_timeout` of a message that reads, in milliseconds.
const PATIENCE: u32 = 100;

/// The pause before the message is sent again.
const PAUSE: Duration = Duration::from_millis(200);

/// How often a message is sent again if the session's `statement_timeout` ends it before the message has set that to 0.
const ATTEMPTS: usize = 20;

/// How to wait.
#[derive(Clone)]
pub(crate) struct Waiting<'a> {
    pub(crate) limit: Duration,
    pub(crate) stop: StopToken,
    pub(crate) observer: Option<Observer<'a>>,
}

impl Waiting<'_> {
    /// Sends queries, and sends them again while one of `tables` is locked. `doing` is their purpose, for errors.
    pub(crate) async fn read<S: Session>(
        &self,
        session: &mut S,
        queries: &str,
        doing: &str,
        tables: &[HistoryTable],
    ) -> Result<Reply, Error> {
        let sql = pinned(queries);
        let started = Instant::now();
        let mut attempts = 0;
        loop {
            let failure = match send(session, &sql, doing).await {
                Ok(reply) => return Ok(reply),
                Err(failure) => failure,
            };
            match code(&failure) {
                Some("57014") if attempts < ATTEMPTS => attempts += 1,
                Some("55P03") => self.pause(session, tables, started).await?,
                _ => return Err(failure),
            }
        }
    }

    async fn pause<S: Session>(
        &self,
        session: &mut S,
        tables: &[HistoryTable],
        started: Instant,
    ) -> Result<(), Error> {
        if self.stop.is_stopped() {
            return Err(Error::Stopped);
        }
        let asked = send(session, &pinned(&locks(tables)), "list the locks").await;
        let found = asked
            .ok()
            .and_then(|reply| reply.values().next().map(in_the_way));
        let waited = started.elapsed();
        if waited >= self.limit {
            let (table, holder) = found.unzip();
            let first = tables.first().map(ToString::to_string);
            return Err(Error::TableLocked {
                table: table.or(first).unwrap_or_default(),
                holder,
                waited,
            });
        }
        let delay = PAUSE.min(self.limit.saturating_sub(waited));
        if let Some(observer) = &self.observer {
            let holder = found.as_ref().map(|(_, holder)| holder);
            observer(&Event::table_locked(holder, waited, delay));
        }
        session.sleep(delay).await;
        Ok(())
    }
}

impl fmt::Debug for Waiting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting")
            .field("limit", &self.limit)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

/// A transaction that cannot write. Its names and operators are PostgreSQL's own, regardless of the session's
/// `search_path`; it does not wait for a safe snapshot, waits only briefly for a lock, and fails where row-level
/// security would hide rows.
fn pinned(queries: &str) -> String {
    format!(
        "BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;SET LOCAL statement_timeout TO 0;\
         SET LOCAL lock_timeout TO {PATIENCE};SET LOCAL row_security TO off;\
         SET LOCAL search_path TO pg_catalog, pg_temp;{queries};COMMIT"
    )
}

/// Sends a message; if it fails, ends the transaction that it may have left open.
pub(crate) async fn send<S: Session>(
    session: &mut S,
    sql: &str,
    doing: &str,
) -> Result<Reply, Error> {
    let failure = match session.send(sql).await {
        Ok(reply) => return Ok(reply),
        Err(failure) => failure,
    };
    let SessionError {
        database, source, ..
    } = failure;
    let Some(error) = database else {
        return Err(Error::Connection { source });
    };
    // A failed ROLLBACK must not hide the first error.
    let _ = session.send("ROLLBACK").await;
    let doing = doing.to_owned();
    Err(Error::Database { doing, error })
}

fn code(error: &Error) -> Option<&str> {
    match error {
        Error::Database { error, .. } => Some(&error.code),
        _ => None,
    }
}

/// The session that holds ACCESS EXCLUSIVE on one of the tables, or waits for it: a waiting one blocks readers too.
fn locks(tables: &[HistoryTable]) -> String {
    let names = tables.iter().map(|table| {
        let name = table.to_string().replace('\'', "''");
        format!("to_regclass('{name}')::oid")
    });
    let names: Vec<String> = names.collect();
    format!(
        "SELECT format('%I.%I', n.nspname, c.relname), s.pid, s.usename, s.application_name, \
         to_char(timezone('UTC', coalesce(s.xact_start, s.backend_start)), 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
         FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid JOIN pg_class c ON c.oid = l.relation \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
         AND l.relation IN ({}) AND l.mode = 'AccessExclusiveLock' AND l.pid <> pg_backend_pid() \
         ORDER BY l.granted DESC LIMIT 1",
        names.join(",")
    )
}

fn in_the_way(row: &[Option<String>]) -> (String, OtherSession) {
    let text = |column: usize| row.get(column).cloned().flatten();
    let mut session = OtherSession::default();
    session.pid = text(1).and_then(|pid| pid.parse().ok()).unwrap_or_default();
    session.user = text(2).unwrap_or_default();
    session.application = text(3).unwrap_or_default();
    session.since = text(4).map(Timestamp::new);
    (text(0).unwrap_or_default(), session)
}
