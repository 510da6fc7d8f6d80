//! The options, and the operations for any [`Session`].

use std::time::Duration;

use crate::engine::{Engine, Observer};
use crate::error::Error;
use crate::event::Event;
use crate::foreign_history::{AdoptOutcome, ForeignHistory};
use crate::migrations::Migrations;
use crate::plan::Plan;
use crate::policy::{Options, Policy};
use crate::repair::{Repair, Repaired};
use crate::report::{BaselineReport, RevertReport, RunReport};
use crate::session::{AnySession, Session};
use crate::status::Status;
use crate::stop::StopToken;
use crate::table::HistoryTable;
use crate::tenants::Tenants;

/// Options for a set of migrations, and the operations.
///
/// Each operation comes three times: for a `postgres::Client` ([`run`](Runner::run)), for
/// [asynchronous clients](crate::AsyncClient) ([`run_async`](Runner::run_async)), and for any [`Session`]
/// ([`run_with`](Runner::run_with)). The client is borrowed: a pooled connection works, because it dereferences to one.
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
///     .wait_timeout(Duration::from_secs(60))
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
    table: HistoryTable,
    options: Options,
    observer: Observer<'a>,
}

/// Which migrations [`revert`](Runner::revert) reverts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revert {
    /// That many of the newest applied migrations.
    Last(usize),
    /// Every applied migration newer than this version, which stays applied.
    To(i64),
    /// Every applied migration.
    All,
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
    /// The newest version to apply. Newer migrations stay pending.
    pub fn target(mut self, version: i64) -> Self {
        self.options.target = Some(version);
        self
    }

    /// An applied migration was edited since. Default: refuse. That is about the text alone: a row with another name too is
    /// [another migration](crate::ErrorKind::VersionTaken), and always refused.
    pub fn drift(mut self, policy: Policy) -> Self {
        self.options.drift = policy;
        self
    }

    /// An applied migration is missing from the set, which holds newer ones. Default: refuse.
    pub fn missing(mut self, policy: Policy) -> Self {
        self.options.missing = policy;
        self
    }

    /// The history holds migrations newer than the newest of the set. Default: allow, so that the old release still
    /// starts during a rolling deployment and after a rollback.
    pub fn ahead(mut self, policy: Policy) -> Self {
        self.options.ahead = policy;
        self
    }

    /// A pending migration is older than the newest applied one. Default: refuse, unless its file says
    /// `-- migrate: out-of-order`.
    pub fn out_of_order(mut self, policy: Policy) -> Self {
        self.options.out_of_order = policy;
        self
    }

    /// The directory has changed since this program was compiled. Default: refuse. Only a build with debug assertions
    /// compares them.
    pub fn stale(mut self, policy: Policy) -> Self {
        self.options.stale = policy;
        self
    }

    /// Keeps the history in this table instead of the one the set was embedded with.
    pub fn table(mut self, table: HistoryTable) -> Self {
        self.table = table;
        self
    }

    /// How long a migration waits for each lock before it is rolled back and tried again; zero for no limit.
    /// Default: 800 ms, less than PostgreSQL's `deadlock_timeout` of 1 s: where a migration and the application wait for
    /// each other, the migration gives up first. Other sessions that need the table queue for that long, too. Rounded
    /// down to milliseconds; a file may set its own (`-- migrate: lock-timeout 10s`).
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.options.lock_timeout = timeout;
        self
    }

    /// How often a migration is retried after a lock timeout, a deadlock or a serialization failure, with growing
    /// pauses of 0.1 to 5 s. Default: 12.
    pub fn retries(mut self, retries: u32) -> Self {
        self.options.retries = retries;
        self
    }

    /// How long one statement of a migration may run; zero for no limit. Default: zero, whatever the role or the
    /// database sets.
    pub fn statement_timeout(mut self, timeout: Duration) -> Self {
        self.options.statement_timeout = timeout;
        self
    }

    /// How long to wait while another instance applies migrations. Default: 5 minutes.
    pub fn wait_timeout(mut self, limit: Duration) -> Self {
        self.options.wait = limit;
        self
    }

    /// Applies everything pending in one transaction: all of it or nothing. Default: false. A set with a pending
    /// `no-transaction` file is refused. PostgreSQL keeps a lock for every table until the end; with its default
    /// `max_locks_per_transaction`, about 2,000 tables fit.
    pub fn single_transaction(mut self, single: bool) -> Self {
        self.options.single_transaction = single;
        self
    }

    /// Sends each statement in a message of its own, for a server or a proxy that refuses several in one. Default: false;
    /// an operation whose message is refused for that reason (SQLSTATE `42601` without a position) goes on like this by itself.
    ///
    /// A migration is still one transaction with its history row. It takes a round trip for each statement and some ten
    /// more, and so does reading the history; the server ends the transaction if it hears nothing from the client for 10 s.
    pub fn one_statement_per_message(mut self, single: bool) -> Self {
        self.options.one_statement_per_message = single;
        self
    }

    /// Waits for the disk after each migration. Default: false; migrations that share a message are on disk, and
    /// [`Event::Applied`] names them, when the last of them is, and a server that crashes before loses both them and their
    /// history rows. A file may ask for its own flush: `-- migrate: flush`.
    pub fn one_flush_per_migration(mut self, single: bool) -> Self {
        self.options.one_flush_per_migration = single;
        self
    }

    /// Ends the operation when `token` is stopped. The migration under way is finished first, with the quick ones that
    /// begin in the same message within 0.2 s; then the operation ends with
    /// [`ErrorKind::Stopped`](crate::ErrorKind::Stopped).
    pub fn stop(mut self, token: &StopToken) -> Self {
        self.options.stop = token.clone();
        self
    }

    /// Calls `observer` with each [`Event`] as it happens.
    pub fn observer(mut self, observer: impl FnMut(&Event<'_>) + Send + 'a) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Applies the set to each of these schemas, with a history in each. Of [`table`](Runner::table), the name is used
    /// and the schema is not.
    pub fn tenants<I>(self, schemas: I) -> Tenants<'a>
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        let schemas = schemas.into_iter().map(Into::into).collect();
        Tenants::new(self.set, self.table, self.options, self.observer, schemas)
    }

    /// Brings the database up to date: applies what is pending.
    ///
    /// This is [`run`](Runner::run) for any [`Session`].
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history; if nothing is pending, that is all. Otherwise one message for each migration,
    /// with its history row, its SQL and `COMMIT`. After a quick one (50 ms), or where more than seven are pending, the next
    /// share a message and a flush, each still in its own transaction: four, then sixteen, up to 128 or 256 KiB. A message that has taken 0.2 s begins
    /// no further one. A `no-transaction` file takes one
    /// message for each statement, or four for a statement that refuses a transaction.
    ///
    /// # Locking
    ///
    /// An advisory lock, held by each migration's transaction, or by the session during a `no-transaction` file. Another
    /// instance sleeps and reads the history again; it never blocks on the server.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`](crate::ErrorKind) but those of a revert and a repair. [`Error::report`] says what was applied
    /// before the error.
    pub async fn run_with<S: Session>(&mut self, session: &mut S) -> Result<RunReport, Error> {
        let mut engine = self.engine(session)?;
        let ended = engine.run().await;
        engine.report(ended)
    }

    /// Says what a run would do, without writing anything.
    ///
    /// This is [`plan`](Runner::plan) for any [`Session`].
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history.
    ///
    /// # Locking
    ///
    /// None.
    ///
    /// # Errors
    ///
    /// What a run would refuse before it applies anything.
    pub async fn plan_with<S: Session>(&mut self, session: &mut S) -> Result<Plan, Error> {
        self.engine(session)?.plan().await
    }

    /// Lists the state of every migration of the set and the history, without writing or refusing anything.
    ///
    /// This is [`status`](Runner::status) for any [`Session`].
    ///
    /// # SQL
    ///
    /// One message: a `SELECT` of the history and one of `pg_locks`.
    ///
    /// # Locking
    ///
    /// None.
    ///
    /// # Errors
    ///
    /// The history cannot be read: [`PermissionDenied`](crate::ErrorKind::PermissionDenied),
    /// [`ForeignTable`](crate::ErrorKind::ForeignTable), [`Connection`](crate::ErrorKind::Connection), ….
    pub async fn status_with<S: Session>(&mut self, session: &mut S) -> Result<Status, Error> {
        self.engine(session)?.status().await
    }

    /// Records every migration up to `version` as applied without running it, for a database that existed before its
    /// migrations were tracked. Migrations that have a row keep it.
    ///
    /// This is [`baseline`](Runner::baseline) for any [`Session`].
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history, and one transaction that creates the history table if needed and inserts all rows.
    ///
    /// # Locking
    ///
    /// The advisory lock of a run, in that transaction.
    ///
    /// # Errors
    ///
    /// [`UnknownVersion`](crate::ErrorKind::UnknownVersion): the set does not hold the version.
    /// [`Interrupted`](crate::ErrorKind::Interrupted): a migration is half-applied. Or the role may not create or write
    /// the table. Nothing is recorded then.
    pub async fn baseline_with<S: Session>(
        &mut self,
        session: &mut S,
        version: i64,
    ) -> Result<BaselineReport, Error> {
        self.engine(session)?.baseline(version).await
    }

    /// Reverts applied migrations with their down files, newest first. Not for the start of a program.
    ///
    /// This is [`revert`](Runner::revert) for any [`Session`].
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history, and one message for each migration: its down file, the removal of its history row,
    /// `COMMIT`. A `no-transaction` down file runs statement by statement.
    ///
    /// # Locking
    ///
    /// The advisory lock of a run, for each migration.
    ///
    /// # Errors
    ///
    /// Before anything runs: [`NoDownFile`](crate::ErrorKind::NoDownFile) or
    /// [`UnknownVersion`](crate::ErrorKind::UnknownVersion) if one of the migrations cannot be reverted. Later
    /// [`MigrationFailed`](crate::ErrorKind::MigrationFailed), or
    /// [`HistoryChanged`](crate::ErrorKind::HistoryChanged) if another instance got in between. [`Error::reverted`] says
    /// what was reverted before the error.
    pub async fn revert_with<S: Session>(
        &mut self,
        session: &mut S,
        which: Revert,
    ) -> Result<RevertReport, Error> {
        let mut engine = self.engine(session)?;
        let ended = engine.revert(which).await;
        engine.revert_report(ended)
    }

    /// Corrects the history and changes nothing else: after a deliberate edit, or for an interrupted migration that
    /// was finished or undone by hand. Each changed row keeps a note.
    ///
    /// This is [`repair`](Runner::repair) for any [`Session`].
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history, and one transaction that updates the rows: all of them or none.
    ///
    /// # Locking
    ///
    /// The advisory lock of a run, in that transaction.
    ///
    /// # Errors
    ///
    /// [`UnknownVersion`](crate::ErrorKind::UnknownVersion), [`NothingToRepair`](crate::ErrorKind::NothingToRepair), or
    /// [`Interrupted`](crate::ErrorKind::Interrupted) where an applied migration is meant. Nothing is changed then.
    pub async fn repair_with<S: Session>(
        &mut self,
        session: &mut S,
        what: &Repair,
    ) -> Result<Vec<Repaired>, Error> {
        self.engine(session)?.repair(what).await
    }

    /// Adopts another tool's history: records what it has applied, without running it.
    ///
    /// This only writes. The crate `migrate-adopt` reads the other tool's table, checks that the files are those it
    /// applied, and calls this.
    ///
    /// # SQL
    ///
    /// One transaction that creates the history table if needed, renames the other table if asked to, and inserts all
    /// rows.
    ///
    /// # Locking
    ///
    /// The advisory lock of a run, and `SHARE` on the other tool's table, in that transaction.
    ///
    /// # Errors
    ///
    /// [`UnknownVersion`](crate::ErrorKind::UnknownVersion): the set does not hold a version. Or the role may not create
    /// or write the table, or lock or rename the other one. Nothing is recorded then.
    pub async fn adopt_with<S: Session>(
        &mut self,
        session: &mut S,
        history: &ForeignHistory,
    ) -> Result<AdoptOutcome, Error> {
        self.engine(session)?.adopt(history).await
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
