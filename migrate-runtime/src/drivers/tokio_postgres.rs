//! The asynchronous client of the `tokio-postgres` crate.

use std::future::{Future, poll_fn};
use std::ops::DerefMut;
use std::pin::pin;
use std::time::Duration;

use futures_core::Stream;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::{database_error, value};
use crate::error::Error;
use crate::foreign_history::{AdoptOutcome, ForeignHistory};
use crate::migrations::Migrations;
use crate::plan::Plan;
use crate::repair::{Repair, Repaired};
use crate::report::{BaselineReport, RevertReport, RunReport};
use crate::runner::{Revert, Runner};
use crate::session::{Reply, Session, SessionError};
use crate::status::Status;
use crate::tenants::{Tenants, TenantsReport};

impl Session for Client {
    async fn send(&mut self, sql: &str) -> Result<Reply, SessionError> {
        let mut completed = 0;
        let mut reply = Reply::default();
        // A stream, not the collected answer: an error then still tells how many statements came before it.
        let stream = self.simple_query_raw(sql).await;
        let mut stream = pin!(stream.map_err(|error| failure(error, 0))?);
        while let Some(message) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
            match message.map_err(|error| failure(error, completed))? {
                SimpleQueryMessage::Row(row) => {
                    let text = |column| value(&row.try_get::<usize>(column));
                    reply.push_row((0..row.len()).map(text).collect());
                }
                SimpleQueryMessage::CommandComplete(_) => completed += 1,
                _ => {}
            }
        }
        Ok(reply)
    }

    fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
        tokio::time::sleep(duration)
    }
}

fn failure(error: tokio_postgres::Error, completed: usize) -> SessionError {
    SessionError {
        database: error
            .as_db_error()
            .map(|error| Box::new(database_error!(tokio_postgres, error))),
        completed: Some(completed),
        source: Box::new(error),
    }
}

impl Migrations {
    /// Brings the database up to date with the default options, for a `tokio_postgres::Client`.
    /// [`Runner::run_async`] is the same with options, and documents what it sends and how it can fail.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] says what was refused or failed, [`Error::report`] what was applied before.
    pub async fn run_async(&self, client: &mut Client) -> Result<RunReport, Error> {
        self.runner().run_async(client).await
    }
}

impl Runner<'_> {
    /// Brings the database up to date: applies what is pending.
    ///
    /// For a `tokio_postgres::Client`.
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
    pub async fn run_async(&mut self, client: &mut Client) -> Result<RunReport, Error> {
        self.run_with(client).await
    }

    /// Says what a run would do, without writing anything.
    ///
    /// For a `tokio_postgres::Client`.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history.
    ///
    /// # Errors
    ///
    /// What a run would refuse before it applies anything.
    pub async fn plan_async(&mut self, client: &mut Client) -> Result<Plan, Error> {
        self.plan_with(client).await
    }

    /// Lists the state of every migration of the set and the history, without writing or refusing anything.
    ///
    /// For a `tokio_postgres::Client`.
    ///
    /// # SQL
    ///
    /// One message: a `SELECT` of the history and one of `pg_locks`.
    ///
    /// # Errors
    ///
    /// The history cannot be read.
    pub async fn status_async(&mut self, client: &mut Client) -> Result<Status, Error> {
        self.status_with(client).await
    }

    /// Records every migration up to `version` as applied without running it, for a database that existed before its
    /// migrations were tracked. Migrations that have a row keep it.
    ///
    /// For a `tokio_postgres::Client`.
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
        client: &mut Client,
        version: i64,
    ) -> Result<BaselineReport, Error> {
        self.baseline_with(client, version).await
    }

    /// Reverts applied migrations with their down files, newest first. Not for the start of a program.
    ///
    /// For a `tokio_postgres::Client`.
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
        client: &mut Client,
        which: Revert,
    ) -> Result<RevertReport, Error> {
        self.revert_with(client, which).await
    }

    /// Corrects the history and changes nothing else: after a deliberate edit, or for an interrupted migration that was
    /// finished or undone by hand. Each changed row keeps a note.
    ///
    /// For a `tokio_postgres::Client`.
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
        client: &mut Client,
        what: &Repair,
    ) -> Result<Vec<Repaired>, Error> {
        self.repair_with(client, what).await
    }

    /// Adopts another tool's history: records what it has applied, without running it. The crate `migrate-adopt` reads the
    /// other tool's table and calls this.
    ///
    /// For a `tokio_postgres::Client`.
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
        client: &mut Client,
        history: &ForeignHistory,
    ) -> Result<AdoptOutcome, Error> {
        self.adopt_with(client, history).await
    }
}

impl Tenants<'_> {
    /// Brings every tenant up to date; the clients work side by side within this future.
    ///
    /// Takes clients or what dereferences to one: `&mut [Client]`, or a vector of a pool's connections. See
    /// [`run_with`](Tenants::run_with) for what it sends.
    pub async fn run_async<I>(&self, clients: I) -> TenantsReport
    where
        I: IntoIterator,
        I::Item: DerefMut<Target = Client> + Send,
    {
        self.run_with(clients).await
    }
}
