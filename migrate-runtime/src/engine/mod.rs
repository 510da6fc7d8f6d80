//! The engine, written once for every client: look at the history, judge it, apply what is pending.
//!
//! Exactly-once rests on the history row, inserted first in the migration's own transaction. The advisory lock around it
//! only keeps starters from getting in each other's way, and lasts no longer than the transaction; between two migrations
//! another starter may step in, and this one goes on from what it finds then.

mod adopt;
mod apply;
mod backoff;
mod baseline;
mod burst;
mod history;
mod journal;
mod line;
mod locate;
mod lookup;
mod message;
mod plan;
mod repair;
mod revert;
mod stand;
mod status;
mod tenants;
mod wait;

use crate::error::{Error, Kind, Shape};
use std::mem;
use std::time::Instant;

use crate::event::{Event, Holder};
use crate::migrations::Migrations;
use crate::policy::{Options, Policy};
use crate::report::{Report, RevertReport, RevertedMigration};
use crate::session::{AnySession, Failure, Reply, Row as ReplyRow};
use crate::stale;
use crate::table::Table;
use crate::text;
use crate::timestamp::Timestamp;

use burst::Pace;
use history::History;
pub(crate) use history::{Row, State};
use line::Line;
use message::Schema;
pub(crate) use plan::{Plan, plan, plan_current};
pub(crate) use tenants::current_tenants;

/// The closure that is told what happens.
pub(crate) type Observer<'o> = Option<Box<dyn FnMut(&Event<'_>) + Send + 'o>>;

/// One operation on one session.
pub(crate) struct Engine<'e, 'o> {
    line: Line<'e>,
    set: &'e Migrations,
    table: &'e Table,
    options: &'e Options,
    observer: &'e mut Observer<'o>,
    report: Report,
    reverted: Vec<RevertedMigration>,
    /// Since when this run has been waiting for others without applying anything itself.
    waiting_since: Option<Instant>,
    /// The newest version when the history was read last.
    seen: Option<i64>,
    pace: Pace,
    /// The session reads SQL otherwise than the build did: what sets that again, for after a file that has set it too.
    reading: Option<String>,
    /// The migration that the observer was told of last.
    announced: Option<i64>,
}

/// How an attempt at one migration ended, if not with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Done and recorded.
    Done,
    /// Another session holds the lock.
    Busy,
    /// The history has changed since it was read.
    Moved,
}

/// What a look at the database found.
#[derive(Default)]
struct Look {
    /// None where there is no table yet.
    history: Option<History>,
    /// The history is exactly the set, all applied as embedded; its rows were not asked for then.
    current: bool,
    open_transaction: bool,
    /// Who holds the lock, where that was asked.
    holder: Option<Holder>,
    /// Whether whoever holds it has not been heard of for long.
    abandoned: bool,
}

impl<'e, 'o> Engine<'e, 'o> {
    pub(crate) fn new(
        session: &'e mut dyn AnySession,
        set: &'e Migrations,
        table: &'e Table,
        options: &'e Options,
        observer: &'e mut Observer<'o>,
    ) -> Result<Self, Error> {
        let engine = Self {
            line: Line::new(session),
            set,
            table,
            options,
            observer,
            report: Report::default(),
            reverted: Vec::new(),
            waiting_since: None,
            seen: None,
            pace: Pace::new(),
            reading: None,
            announced: None,
        };
        match table.problem() {
            Some(problem) => Err(Error::new(Kind::BadTable { problem })),
            None => Ok(engine),
        }
    }

    /// Brings the database up to date.
    pub(crate) async fn run(&mut self) -> Result<(), Error> {
        self.refuse_stale()?;
        let mut look = self.compare().await?;
        let mut waited = false;
        loop {
            let outcome = match self.judge(&look) {
                // What looks half-done may be in somebody's hands at this moment.
                Err(error) if error.is_interrupted() && !waited => {
                    waited = true;
                    if self.poll().await?.holder.is_none() {
                        return Err(error);
                    }
                    Outcome::Busy
                }
                judged => {
                    waited = false;
                    let mut plan = judged?;
                    self.take_over(&mut plan);
                    if plan.steps.is_empty() {
                        return Ok(());
                    }
                    if look.open_transaction {
                        return Err(Error::new(Kind::OpenTransaction));
                    }
                    let missing = look.history.is_none();
                    let history = look.history.take().unwrap_or_default();
                    self.apply_steps(&plan, history, missing).await?
                }
            };
            look = match outcome {
                Outcome::Done => return Ok(()),
                Outcome::Busy => self.wait().await?,
                Outcome::Moved => self.look().await?,
            };
        }
    }

    /// What a run has done, however it ended.
    pub(crate) fn report(self, ended: Result<(), Error>) -> Result<Report, Error> {
        match ended {
            Ok(()) => Ok(self.report),
            Err(error) => Err(error.after(self.report)),
        }
    }

    /// What a revert has done, however it ended.
    pub(crate) fn revert_report(self, ended: Result<(), Error>) -> Result<RevertReport, Error> {
        let reverted = self.reverted;
        match ended {
            Ok(()) => Ok(RevertReport { reverted }),
            Err(error) => Err(error.after_reverting(reverted)),
        }
    }

    /// What a run would do.
    pub(crate) async fn plan(mut self) -> Result<crate::plan::Plan, Error> {
        self.refuse_stale()?;
        let look = self.compare().await?;
        let plan = self.judge(&look)?;
        Ok(crate::plan::Plan::of(&plan))
    }

    /// Reads what a run must know of the history: the one message of a run with nothing to do. Where the history is
    /// not exactly a set of many, that takes a second one.
    async fn compare(&mut self) -> Result<Box<Look>, Error> {
        if let Some(all) = self.set.summary()
            && all.count >= message::MANY
            && self.options.target.is_none()
            && let Ok(reply) = self.line.ask(&message::compare(self.table, &all)).await
            && reply.rows(0).first().is_some_and(|row| row.flag(0))
        {
            return Ok(Box::new(Look {
                history: Some(History::default()),
                current: true,
                open_transaction: is_open(&reply),
                holder: None,
                abandoned: false,
            }));
        }
        // Whatever is wrong with the table, a proper look says.
        self.look().await
    }

    /// Reads the history.
    fn look(&mut self) -> impl Future<Output = Result<Box<Look>, Error>> {
        self.read(message::look(self.table))
    }

    /// [`look`](Self::look), and who holds the lock.
    fn poll(&mut self) -> impl Future<Output = Result<Box<Look>, Error>> {
        self.read(message::poll(self.table))
    }

    async fn read(&mut self, sql: String) -> Result<Box<Look>, Error> {
        let started = Instant::now();
        let sent = self.line.ask(&sql).await;
        self.pace.looked(started.elapsed());
        let reply = match sent {
            Ok(reply) => reply,
            // Neither the table nor its schema need be there.
            Err(failure) if matches!(failure.code(), "42P01" | "3F000") => {
                return Ok(Box::default());
            }
            Err(failure) => return Err(self.unreadable(failure).await),
        };
        let history = self.history(reply.rows(0))?;
        self.reads(reply.rows(1));
        self.seen = history.newest();
        Ok(Box::new(Look {
            history: Some(history),
            current: false,
            open_transaction: is_open(&reply),
            holder: reply.rows(2).first().and_then(read_holder),
            abandoned: reply.rows(2).first().is_some_and(|row| row.flag(4)),
        }))
    }

    /// Why the history cannot be read: no right to, or a table of another shape.
    async fn unreadable(&mut self, failure: Box<Failure>) -> Error {
        let foreign = matches!(failure.code(), "42703" | "42883" | "42804" | "42P10");
        if foreign {
            let sql = message::shape(self.table);
            if let Ok(reply) = self.line.send(&sql).await {
                let mut columns = Vec::new();
                for row in reply.rows(0) {
                    if let (Some(name), Some(kind)) = (row.text(0), row.text(1)) {
                        columns.push(format!("{name} {kind}"));
                    }
                }
                return Error::new(Kind::ForeignTable {
                    table: self.table.to_string(),
                    shape: Shape { columns },
                });
            }
        }
        refused(format!("read the history table {}", self.table), failure)
    }

    /// Makes the history table and reads it; or says that another starter is at work.
    async fn create(&mut self) -> Result<Result<History, Outcome>, Error> {
        // An open transaction of the caller's shows by itself: the look before has failed in it.
        let exists = message::create(self.table, Schema::Exists);
        let mut sent = self.line.transact(&exists).await;
        if sent
            .as_ref()
            .is_err_and(|failure| failure.code() == "3F000")
        {
            let missing = message::create(self.table, Schema::Missing);
            sent = self.line.transact(&missing).await;
        }
        match sent {
            // Another set, with another lock, has made the same schema meanwhile.
            Err(failure) if failure.code() == "23505" && !is_about(self.table, &failure) => {
                Ok(Err(Outcome::Moved))
            }
            Ok(reply) => {
                self.reads(reply.last_rows());
                self.history(reply.rows(1)).map(Ok)
            }
            Err(failure) => signal(self.table, &failure).map(Err).ok_or_else(|| {
                let doing = format!("create the history table {}", self.table);
                refused(doing, failure)
            }),
        }
    }

    /// Takes note of how the session reads SQL.
    fn reads(&mut self, rows: &[ReplyRow]) {
        self.reading = rows.first().and_then(message::reads_otherwise);
        if self.reading.is_some() {
            self.pace.slow_down();
        }
    }

    fn history(&self, rows: &[ReplyRow]) -> Result<History, Error> {
        History::read(rows).map_err(|reason| {
            let table = self.table.to_string();
            Error::new(Kind::Unreadable { table, reason })
        })
    }

    fn judge(&self, look: &Look) -> Result<Plan<'e>, Error> {
        let none = History::default();
        let history = look.history.as_ref().unwrap_or(&none);
        match self.set.summary() {
            Some(all) if look.current => Ok(plan_current(&all)),
            _ => plan(self.set, history, self.options).map_err(Error::new),
        }
    }

    /// The report's view of what was there before.
    fn take_over(&mut self, plan: &mut Plan<'_>) {
        self.report.current = plan.current.saturating_sub(self.report.applied.len());
        self.report.ahead = mem::take(&mut plan.ahead);
        self.report.missing = mem::take(&mut plan.missing);
        self.report.drifted = mem::take(&mut plan.drifted);
    }

    fn refuse_stale(&self) -> Result<(), Error> {
        // A set knows its directory in debug builds only; in others, the comparison need not be there at all.
        if !cfg!(debug_assertions) || self.options.stale == Policy::Allow {
            return Ok(());
        }
        let differences = stale::differences(self.set);
        if differences.is_empty() {
            return Ok(());
        }
        Err(Error::new(Kind::Stale {
            directory: self.set.directory().to_owned(),
            differences,
        }))
    }

    fn emit(&mut self, event: &Event<'_>) {
        #[cfg(feature = "tracing")]
        crate::event::trace(event);
        if let Some(observer) = self.observer {
            observer(event);
        }
    }
}

/// A message of our own that failed.
#[expect(clippy::boxed_local, reason = "whoever has a failure has it in a box")]
fn refused(doing: String, failure: Box<Failure>) -> Error {
    let lost = failure.is_connection();
    let Some(error) = failure.database.filter(|_| !lost) else {
        return Error::new(Kind::Connection {
            doing,
            whole: true,
            source: failure.source,
        });
    };
    Error::new(match error.code.as_str() {
        "42501" => Kind::Denied { doing, error },
        // A standby refuses READ WRITE with "feature not supported".
        "25006" | "0A000" => Kind::ReadOnly { error },
        "25001" | "25P02" => Kind::OpenTransaction,
        _ => Kind::Database { doing, error },
    })
}

/// Of a look: whether the connection had an open transaction.
fn is_open(reply: &Reply) -> bool {
    (reply.rows(1).first()).is_some_and(|times| times.text(0) != times.text(1))
}

/// What an assertion of ours says, if that is what failed.
fn signal(table: &Table, failure: &Failure) -> Option<Outcome> {
    if failure.asserts(message::BUSY) {
        Some(Outcome::Busy)
    } else if failure.asserts(message::MOVED)
        || failure.code() == "23505" && is_about(table, failure)
    {
        Some(Outcome::Moved)
    } else {
        None
    }
}

fn is_about(table: &Table, failure: &Failure) -> bool {
    failure.database.as_deref().is_some_and(|error| {
        error.schema.as_deref() == Some(table.schema())
            && error.table.as_deref() == Some(table.name())
    })
}

fn read_holder(row: &ReplyRow) -> Option<Holder> {
    let text = |column| text::owned(row.text(column)).unwrap_or_default();
    Some(Holder {
        pid: row.number(0)?,
        user: text(1),
        application: text(2),
        since: text::owned(row.text(3)).map(Timestamp::new),
    })
}
