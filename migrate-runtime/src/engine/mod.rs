//! The engine, written once for every client: read the history, compare it with the set, apply what is pending.
//!
//! Exactly-once rests on the history row, inserted first in the migration's own transaction. The advisory lock around it
//! only reduces contention between instances, and lasts no longer than the transaction; between two migrations another
//! instance may take it, and this one continues with the history that it finds then.

mod adopt;
mod apply;
mod backoff;
mod baseline;
mod batch;
mod blocker;
mod cut_off;
mod history;
mod identity;
mod inspect;
mod journal;
mod locate;
mod other_history;
mod outside;
mod plan;
mod progress;
mod recovery;
mod repair;
mod revert;
mod session_guard;
mod singly;
mod snapshot;
mod sql;
mod status;
mod taken;
mod tenants;
mod wait;

use crate::error::{Error, Kind};
use std::mem;
use std::time::Instant;

use crate::event::Event;
use crate::migrations::Migrations;
use crate::other_history::OtherHistory;
use crate::policy::{Options, Policy};
use crate::report::{RevertReport, RevertedMigration, RunReport};
use crate::session::{AnySession, SessionError};
use crate::stale;
use crate::table::HistoryTable;

use backoff::Backoff;
use batch::BatchSize;
use cut_off::CUT_OFF;
use history::History;
pub(crate) use history::{Row, State};
pub(crate) use plan::{Plan, plan, plan_current};
use session_guard::SessionGuard;
use snapshot::HistorySnapshot;
pub(crate) use sql::FOREIGN;
use sql::Schema;
pub(crate) use tenants::current_tenants;

/// The closure that is told what happens.
pub(crate) type Observer<'o> = Option<Box<dyn FnMut(&Event<'_>) + Send + 'o>>;

/// One operation on one session.
pub(crate) struct Engine<'e, 'o> {
    session: SessionGuard<'e>,
    set: &'e Migrations,
    table: &'e HistoryTable,
    options: &'e Options,
    observer: &'e mut Observer<'o>,
    report: RunReport,
    reverted: Vec<RevertedMigration>,
    /// Since when this run has been waiting for others without applying anything itself.
    waiting_since: Option<Instant>,
    /// How long the next of these waits is.
    backoff: Backoff,
    /// Whether the history has changed since it was read, with nothing applied in between.
    moved: bool,
    /// The newest version when the history was read last.
    seen: Option<i64>,
    batch_size: BatchSize,
    /// What was found beside the history table when it was made.
    others: Vec<OtherHistory>,
    /// The session reads SQL otherwise than the build did: what sets that again, for after a file that has set it too.
    reading: Option<String>,
    /// The migration that the observer was told of last.
    announced: Option<i64>,
    #[cfg(feature = "tracing")]
    wait_log: crate::event::WaitLog,
}

/// How an attempt at one migration ended, if not with an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Done and recorded.
    Done,
    /// Another session holds the lock.
    LockHeld,
    /// The history has changed since it was read.
    HistoryChanged,
}

/// What keeps a run from going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    /// The history table is locked.
    Table,
    /// The history is not the one that was read.
    HistoryChanged,
}

impl<'e, 'o> Engine<'e, 'o> {
    pub(crate) fn new(
        session: &'e mut dyn AnySession,
        set: &'e Migrations,
        table: &'e HistoryTable,
        options: &'e Options,
        observer: &'e mut Observer<'o>,
    ) -> Result<Self, Error> {
        let engine = Self {
            session: SessionGuard::new(session, options.one_statement_per_message),
            set,
            table,
            options,
            observer,
            report: RunReport::default(),
            reverted: Vec::new(),
            waiting_since: None,
            backoff: Backoff::polling(),
            moved: false,
            seen: None,
            batch_size: BatchSize::new(),
            others: Vec::new(),
            reading: None,
            announced: None,
            #[cfg(feature = "tracing")]
            wait_log: crate::event::WaitLog::default(),
        };
        match table.problem() {
            Some(problem) => Err(Error::new(Kind::BadTable { problem })),
            None => Ok(engine),
        }
    }

    /// Brings the database up to date.
    pub(crate) async fn run(&mut self) -> Result<(), Error> {
        self.refuse_stale()?;
        let mut snapshot = self.read_snapshot().await?;
        loop {
            let mut plan = match self.judge(&snapshot) {
                Ok(plan) => plan,
                Err(error) => {
                    snapshot = self
                        .unless_in_hand(error, snapshot.history.as_ref())
                        .await?;
                    continue;
                }
            };
            self.copy_into_report(&mut plan);
            if plan.steps.is_empty() {
                return Ok(());
            }
            if snapshot.open_transaction {
                return Err(Error::new(Kind::OpenTransaction { error: None }));
            }
            let missing = snapshot.history.is_none();
            let history = snapshot.history.take().unwrap_or_default();
            let is_empty = history.rows().is_empty();
            let outcome = match self.apply_steps(&plan, history, missing).await {
                Err(error) if is_empty => return Err(self.began_empty(error).await),
                applied => applied?,
            };
            if outcome == Outcome::Done {
                return Ok(());
            }
            snapshot = self.again(outcome).await?;
        }
    }

    /// What a run has done, however it ended.
    pub(crate) fn report(self, ended: Result<(), Error>) -> Result<RunReport, Error> {
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
        let snapshot = self.read_snapshot().await?;
        self.refuse_partitioned(&snapshot).await?;
        match self.judge(&snapshot) {
            Ok(plan) => {
                let mut plan = crate::plan::Plan::of(&plan);
                let rows = snapshot.history.as_ref().map_or(&[][..], History::rows);
                if rows.is_empty() && !plan.is_noop() {
                    plan.other_histories = self.other_histories().await;
                }
                Ok(plan)
            }
            Err(error) => Err(self.dated(error).await),
        }
    }

    /// Creates the history table and reads it; or reports that another instance is at work.
    async fn create(&mut self) -> Result<Result<History, Outcome>, Error> {
        // An open transaction of the caller shows by itself: reading the history has failed in it.
        let exists = sql::create(self.table, Schema::Exists, self.set.len());
        let mut sent = self.session.transact(&exists).await;
        if sent
            .as_ref()
            .is_err_and(|failure| failure.code() == CUT_OFF)
        {
            self.session.begin_ahead();
            sent = self.session.transact(&exists).await;
        }
        if sent
            .as_ref()
            .is_err_and(|failure| failure.code() == "3F000")
        {
            self.without_schema()?;
            let missing = sql::create(self.table, Schema::Missing, self.set.len());
            sent = self.session.transact(&missing).await;
        }
        match sent {
            // Another set, with another lock, has created the same schema in the meantime.
            Err(failure) if failure.code() == "23505" && !is_about(self.table, &failure) => {
                Ok(Err(Outcome::HistoryChanged))
            }
            Ok(reply) => {
                self.reads(&reply);
                self.others = other_history::read(&reply);
                self.history(&reply).map(Ok)
            }
            Err(failure) => {
                let Some(outcome) = own_signal(self.table, &failure) else {
                    let doing = format!("create the history table {}", self.table);
                    return Err(self.refused(doing, failure).await);
                };
                Ok(Err(outcome))
            }
        }
    }

    fn judge(&self, snapshot: &HistorySnapshot) -> Result<Plan<'e>, Error> {
        let none = History::default();
        let history = snapshot.history.as_ref().unwrap_or(&none);
        match self.set.summary() {
            Some(all) if snapshot.current => Ok(plan_current(&all)),
            _ => plan(self.set, history, self.options).map_err(Error::new),
        }
    }

    /// The report's view of what was there before.
    fn copy_into_report(&mut self, plan: &mut Plan<'_>) {
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
        self.tell_of_switch();
        #[cfg(feature = "tracing")]
        if self.wait_log.admits(event, Instant::now()) {
            crate::event::trace(event);
        }
        if let Some(observer) = self.observer {
            observer(event);
        }
    }
}

/// A message of our own that failed.
#[expect(clippy::boxed_local, reason = "callers always hold a box")]
fn refused(doing: String, failure: Box<SessionError>) -> Error {
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
        "25001" | "25P02" => Kind::OpenTransaction { error: Some(error) },
        _ => Kind::Database { doing, error },
    })
}

/// The outcome that a failed assertion in the engine's SQL stands for.
fn signal(table: &HistoryTable, failure: &SessionError) -> Option<Outcome> {
    if failure.asserts(sql::BUSY) {
        Some(Outcome::LockHeld)
    } else if failure.asserts(sql::MOVED) || failure.code() == "23505" && is_about(table, failure) {
        Some(Outcome::HistoryChanged)
    } else {
        None
    }
}

/// [`signal`] for a message without a file in it: a lock that it does not get is one on the history.
fn own_signal(table: &HistoryTable, failure: &SessionError) -> Option<Outcome> {
    if failure.code() == "55P03" {
        return Some(Outcome::LockHeld);
    }
    signal(table, failure)
}

fn is_about(table: &HistoryTable, failure: &SessionError) -> bool {
    failure.database.as_deref().is_some_and(|error| {
        error.schema.as_deref() == Some(table.schema())
            && error.table.as_deref() == Some(table.name())
    })
}
