//! The options, and the operations that any [`Session`] can be given to.

use std::time::Duration;

use crate::engine::{Engine, Observer};
use crate::error::Error;
use crate::event::Event;
use crate::migrations::Migrations;
use crate::plan::Plan;
use crate::policy::{Options, Policy};
use crate::repair::{Repair, Repaired};
use crate::report::Report;
use crate::session::{AnySession, Session};
use crate::status::Status;
use crate::stop::Stop;
use crate::table::Table;
use crate::takeover::Takeover;
use crate::tenants::Tenants;

/// Options for a set of migrations, and the operations.
///
/// Each operation comes three times: on a `postgres::Client`, as `…_async` on a
/// `tokio_postgres::Client`, and as `…_over` any [`Session`]. The clients are borrowed, so whatever
/// dereferences to one (a pooled connection) will do.
///
/// ```no_run
/// # use migrate_runtime as migrate;
/// # static MIGRATIONS: migrate::Migrations = migrate::Migrations::empty();
/// # #[cfg(feature = "postgres")]
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// let mut client = postgres::Client::connect("host=localhost user=app", postgres::NoTls)?;
/// let report = MIGRATIONS
///     .runner()
///     .lock_timeout(Duration::from_millis(500))
///     .wait(Duration::from_secs(60))
///     .observer(|event| eprintln!("{event}"))
///     .run(&mut client)?;
/// println!("{report}");
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "postgres"))]
/// # fn main() {}
/// ```
#[must_use = "a runner does nothing until an operation is called"]
pub struct Runner<'a> {
    set: &'a Migrations,
    table: Table,
    options: Options,
    observer: Observer<'a>,
}

/// What [`revert`](Runner::revert) takes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revert {
    /// The newest applied migrations, that many.
    Last(usize),
    /// Every migration newer than this version; 0 for all of them.
    To(i64),
}

impl Migrations {
    /// Options and operations for this set.
    pub fn runner(&self) -> Runner<'_> {
        Runner {
            set: self,
            table: self.table().clone(),
            options: Options::default(),
            observer: None,
        }
    }
}

impl<'a> Runner<'a> {
    /// Stops after this version. Newer migrations stay pending.
    pub fn target(mut self, version: i64) -> Self {
        self.options.target = Some(version);
        self
    }

    /// What to do about an applied migration whose file was edited since. Default: refuse.
    pub fn drift(mut self, policy: Policy) -> Self {
        self.options.drift = policy;
        self
    }

    /// What to do about an applied migration that the set, which holds newer ones, does not hold.
    /// Default: refuse.
    pub fn missing(mut self, policy: Policy) -> Self {
        self.options.missing = policy;
        self
    }

    /// What to do about applied migrations newer than the newest of the set. Default: allow, so that
    /// the old program still starts during a rolling deployment or after going back to it.
    pub fn ahead(mut self, policy: Policy) -> Self {
        self.options.ahead = policy;
        self
    }

    /// What to do about a pending migration older than the newest applied one. Default: refuse,
    /// unless its file says `-- migrate: out-of-order`.
    pub fn out_of_order(mut self, policy: Policy) -> Self {
        self.options.out_of_order = policy;
        self
    }

    /// What a program with debug assertions does when the directory it was compiled from has changed
    /// since. Default: refuse. A release build does not look.
    pub fn stale(mut self, policy: Policy) -> Self {
        self.options.stale = policy;
        self
    }

    /// Keeps the history in this table instead of the one the set was embedded with.
    pub fn table(mut self, table: Table) -> Self {
        self.table = table;
        self
    }

    /// How long a migration waits for each of its locks before it is rolled back and tried again; zero
    /// for no limit. Default: 2 s. Everybody else who wants the table queues behind a waiting
    /// migration for that long. Rounded down to milliseconds; a file may set its own.
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = timeout;
        self
    }

    /// How often a migration is tried again after a lock timeout, a deadlock or a serialization
    /// failure, with growing pauses of 0.1 to 5 s. Default: 10.
    pub fn retries(mut self, retries: u32) -> Self {
        self.options.retries = retries;
        self
    }

    /// How long one statement of a migration may run; zero for no limit, whatever the role or the
    /// database has set. Default: zero.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.options.statement_timeout = timeout;
        self
    }

    /// How long to wait while another program applies migrations. Default: 5 minutes.
    pub fn wait(mut self, limit: Duration) -> Self {
        self.options.wait = limit;
        self
    }

    /// Applies everything pending in one transaction: all of it or nothing. Not for sets with a
    /// `no-transaction` file; PostgreSQL keeps a lock for every table until the end, and its
    /// `max_locks_per_transaction` is met at about 2,000 tables with default settings.
    pub fn single_transaction(mut self) -> Self {
        self.options.single_transaction = true;
        self
    }

    /// Stops between two migrations as soon as `stop` is requested: the migration under way is
    /// finished, then the operation ends with an error for which
    /// [`is_stopped`](Error::is_stopped) holds.
    pub fn stop(mut self, stop: &Stop) -> Self {
        self.options.stop = stop.clone();
        self
    }

    /// Calls `observer` with everything that happens, as it happens.
    pub fn observer(mut self, observer: impl FnMut(&Event<'_>) + Send + 'a) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Applies the set to each of these schemas instead, with a history in each. The history's schema
    /// that was set before is not used; its name is.
    pub fn tenants<I>(self, schemas: I) -> Tenants<'a>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let schemas = schemas.into_iter().map(Into::into).collect();
        Tenants::new(self.set, self.table, self.options, self.observer, schemas)
    }

    /// Brings the database up to date.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history; if nothing is pending, that is all. Otherwise one message for each
    /// migration, with its history row, its SQL and `COMMIT` in it. Migrations that follow quick ones (50 ms)
    /// share a message, each still in a transaction of its own: four, then sixteen, up to 64 of them or 256 KiB. A
    /// `no-transaction` file takes one message for each of its statements, or four for one that refuses a transaction.
    ///
    /// # Locking
    ///
    /// An advisory lock, for as long as each migration's transaction lasts. Another starter sleeps
    /// and looks again; it never blocks on the server.
    ///
    /// # Errors
    ///
    /// Whatever [`Error`] describes. What was applied before is in [`Error::report`].
    pub async fn run_over<S: Session>(&mut self, session: &mut S) -> Result<Report, Error> {
        let mut engine = self.engine(session)?;
        let ended = engine.run().await;
        engine.report(ended)
    }

    /// Says what a run would do, without writing anything.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history.
    ///
    /// # Errors
    ///
    /// What a run would refuse before it applies anything.
    pub async fn plan_over<S: Session>(&mut self, session: &mut S) -> Result<Plan, Error> {
        self.engine(session)?.plan().await
    }

    /// Says how every migration stands, without writing or refusing anything.
    ///
    /// # SQL
    ///
    /// One message: a `SELECT` of the history and one of `pg_locks`.
    ///
    /// # Errors
    ///
    /// Only what keeps the history from being read.
    pub async fn status_over<S: Session>(&mut self, session: &mut S) -> Result<Status, Error> {
        self.engine(session)?.status().await
    }

    /// Records every migration up to `version` as applied without running it, for a database that
    /// was made before it was tracked. Rows that are there stay as they are.
    ///
    /// # Errors
    ///
    /// An unknown version, a migration that is half-done, no right to create or write the table.
    pub async fn baseline_over<S: Session>(
        &mut self,
        session: &mut S,
        version: i64,
    ) -> Result<Report, Error> {
        let mut engine = self.engine(session)?;
        let ended = engine.baseline(version).await;
        engine.report(ended)
    }

    /// Reverts applied migrations with their down files, newest first, each in its own transaction
    /// together with the removal of its history row. Nothing that starts up should call this.
    ///
    /// # Errors
    ///
    /// Before anything runs: a migration without a down file, or one that the set does not hold.
    pub async fn revert_over<S: Session>(
        &mut self,
        session: &mut S,
        which: Revert,
    ) -> Result<Report, Error> {
        let mut engine = self.engine(session)?;
        let ended = engine.revert(which).await;
        engine.report(ended)
    }

    /// Changes what the history says, and nothing else: for an edit that is deliberate, or a migration
    /// that was begun and cannot be finished without a person. Each changed row keeps a note of it.
    ///
    /// # SQL
    ///
    /// A look at the history, and one transaction under the lock of a run: all changes or none.
    ///
    /// # Errors
    ///
    /// A version that the set does not hold or that has no row, one that is half-done where an applied
    /// one is meant, and the other way round. Nothing is changed then.
    pub async fn repair_over<S: Session>(
        &mut self,
        session: &mut S,
        what: &Repair,
    ) -> Result<Vec<Repaired>, Error> {
        self.engine(session)?.repair(what).await
    }

    /// Records what another tool has applied, without running it: in one transaction, under the lock.
    /// Returns false, and records nothing, where the other tool's table has changed since it was read.
    ///
    /// This is the writing half only. What the tool's table says, and whether the files are still those
    /// that it applied, is the business of the crate `migrate-adopt`.
    ///
    /// # Errors
    ///
    /// A version that the set does not hold, no right to create or write the table, to lock or rename
    /// the other one.
    pub async fn take_over<S: Session>(
        &mut self,
        session: &mut S,
        what: &Takeover,
    ) -> Result<bool, Error> {
        self.engine(session)?.adopt(what).await
    }

    fn engine<'e>(&'e mut self, session: &'e mut dyn AnySession) -> Result<Engine<'e, 'a>, Error> {
        let Self {
            set,
            table,
            options,
            observer,
        } = self;
        Engine::new(session, set, table, options, observer)
    }
}

impl std::fmt::Debug for Runner<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner")
            .field("table", &self.table)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
