//! The operations for asynchronous clients of every kind.

use std::future::Future;
use std::ops::DerefMut;

use crate::error::{Error, Kind};
use crate::foreign_history::{AdoptOutcome, ForeignHistory};
use crate::migrations::Migrations;
use crate::plan::Plan;
use crate::repair::{Repair, Repaired};
use crate::report::{BaselineReport, RevertReport, RunReport};
use crate::runner::{Revert, Runner};
use crate::session::{Session, SessionError};
use crate::status::Status;
use crate::tenants::{Tenants, TenantsReport};

/// What the operations for asynchronous clients take: a client by `&mut`, or a pool by `&`.
///
/// | feature | what it takes |
/// |---|---|
/// | `tokio-postgres` | `&mut tokio_postgres::Client` |
/// | `sqlx` | `&mut PgConnection`, `&mut PoolConnection<Postgres>`, `&PgPool`, all of sqlx 0.9 |
/// | `sqlx-0_8` | the same, of sqlx 0.8 |
///
/// A connection that a pool has lent and that is none of these dereferences to one: `&mut **connection`.
///
/// Implement it for a reference to a client or a pool of your own that is a [`Session`], or lends one.
#[diagnostic::on_unimplemented(
    message = "migrations cannot run on a `{Self}`",
    label = "not an asynchronous client that this crate knows",
    note = "for `&mut tokio_postgres::Client` enable the feature `tokio-postgres` of migrate-runtime",
    note = "for `&PgPool`, `&mut PoolConnection<Postgres>` and `&mut PgConnection` enable the feature `sqlx`, or `sqlx-0_8` for sqlx 0.8",
    note = "a connection of another pool is dereferenced to its client: `&mut **connection`",
    note = "a `postgres::Client` blocks: call the method without `_async`"
)]
pub trait AsyncClient: Send {
    /// The connection that an operation uses.
    type Session: Session;

    /// The connection: the client itself, or one that the pool lends.
    ///
    /// # Errors
    ///
    /// The pool has no connection to lend.
    fn session(self) -> impl Future<Output = Result<Self::Session, SessionError>> + Send;
}

async fn session<C: AsyncClient>(client: C) -> Result<C::Session, Error> {
    client.session().await.map_err(|failure| {
        Error::new(Kind::Connection {
            doing: "get a connection from the pool".to_owned(),
            whole: true,
            source: failure.source,
        })
    })
}

impl Migrations {
    /// Brings the database up to date with the default options, for an [asynchronous client](AsyncClient).
    /// [`Runner::run_async`] is the same with options, and documents what it sends and how it can fail.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] says what was refused or failed, [`Error::report`] what was applied before.
    pub async fn run_async(&self, client: impl AsyncClient) -> Result<RunReport, Error> {
        self.runner().run_async(client).await
    }
}

impl Runner<'_> {
    /// Brings the database up to date: applies what is pending.
    ///
    /// For an [asynchronous client](AsyncClient).
    ///
    /// Dropping the future stops the operation: a migration whose message has been sent still commits or fails on the
    /// server, and neither a lock nor an open transaction is left.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history; if nothing is pending, that is all. Otherwise one message for each migration, and one
    /// for several of them while they are quick ([`run_with`](Runner::run_with) has the details).
    ///
    /// # Locking
    ///
    /// An advisory lock, held by each migration's transaction. Another instance waits and never blocks on the server.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] says what was refused or failed, [`Error::report`] what was applied before. A migration that
    /// fails leaves nothing behind, except the completed statements of a `no-transaction` file.
    pub async fn run_async(&mut self, client: impl AsyncClient) -> Result<RunReport, Error> {
        self.run_with(&mut session(client).await?).await
    }

    /// Says what a run would do, without writing anything.
    ///
    /// For an [asynchronous client](AsyncClient).
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history.
    ///
    /// # Errors
    ///
    /// What a run would refuse before it applies anything.
    pub async fn plan_async(&mut self, client: impl AsyncClient) -> Result<Plan, Error> {
        self.plan_with(&mut session(client).await?).await
    }

    /// Lists the state of every migration of the set and the history, without writing or refusing anything.
    ///
    /// For an [asynchronous client](AsyncClient).
    ///
    /// # SQL
    ///
    /// One message: a `SELECT` of the history and one of `pg_locks`.
    ///
    /// # Errors
    ///
    /// The history cannot be read.
    pub async fn status_async(&mut self, client: impl AsyncClient) -> Result<Status, Error> {
        self.status_with(&mut session(client).await?).await
    }

    /// Records every migration up to `version` as applied without running it, for a database that existed before its
    /// migrations were tracked. Migrations that have a row keep it.
    ///
    /// For an [asynchronous client](AsyncClient).
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history, and one transaction that inserts all rows, under the advisory lock of a run.
    ///
    /// # Errors
    ///
    /// The set does not hold the version, a migration is half-applied, or the role may not create or write the table.
    /// Nothing is recorded then.
    pub async fn baseline_async(
        &mut self,
        client: impl AsyncClient,
        version: i64,
    ) -> Result<BaselineReport, Error> {
        self.baseline_with(&mut session(client).await?, version)
            .await
    }

    /// Reverts applied migrations with their down files, newest first. Not for the start of a program.
    ///
    /// For an [asynchronous client](AsyncClient).
    ///
    /// Dropping the future stops the operation: a migration whose message has been sent still commits or fails on the
    /// server, and neither a lock nor an open transaction is left.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history, and one message for each migration: its down file and the removal of its history
    /// row in one transaction, under the advisory lock of a run.
    ///
    /// # Errors
    ///
    /// Before anything runs: a migration without a down file, or one that the set does not hold. Later, a down file that
    /// fails. [`Error::reverted`] says what was reverted before.
    pub async fn revert_async(
        &mut self,
        client: impl AsyncClient,
        which: Revert,
    ) -> Result<RevertReport, Error> {
        self.revert_with(&mut session(client).await?, which).await
    }

    /// Corrects the history and changes nothing else: after a deliberate edit, or for an interrupted migration that was
    /// finished or undone by hand. Each changed row keeps a note.
    ///
    /// For an [asynchronous client](AsyncClient).
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history, and one transaction that updates the rows, under the advisory lock of a run.
    ///
    /// # Errors
    ///
    /// The set does not hold the version, or the row is not in the state that is to be repaired. Nothing is changed then.
    pub async fn repair_async(
        &mut self,
        client: impl AsyncClient,
        what: &Repair,
    ) -> Result<Vec<Repaired>, Error> {
        self.repair_with(&mut session(client).await?, what).await
    }

    /// Adopts another tool's history: records what it has applied, without running it. The crate `migrate-adopt` reads the
    /// other tool's table and calls this.
    ///
    /// For an [asynchronous client](AsyncClient).
    ///
    /// # SQL
    ///
    /// One transaction under the advisory lock of a run, with `SHARE` on the other tool's table.
    ///
    /// # Errors
    ///
    /// The set does not hold a version, or the role may not create or write the table, or lock or rename the other
    /// one. Nothing is recorded then.
    pub async fn adopt_async(
        &mut self,
        client: impl AsyncClient,
        history: &ForeignHistory,
    ) -> Result<AdoptOutcome, Error> {
        self.adopt_with(&mut session(client).await?, history).await
    }
}

impl Tenants<'_> {
    /// Brings every tenant up to date; the clients work side by side within this future.
    ///
    /// Takes what dereferences to a client: `&mut [Client]`, or a vector of a pool's connections. See
    /// [`run_with`](Tenants::run_with) for what it sends.
    pub async fn run_async<S, I>(&self, clients: I) -> TenantsReport
    where
        S: Session,
        for<'c> &'c mut S: AsyncClient,
        I: IntoIterator,
        I::Item: DerefMut<Target = S> + Send,
    {
        self.run_with(clients).await
    }
}
