//! The blocking client of the `postgres` crate.

use std::future::{Future, ready};
use std::ops::DerefMut;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use postgres::{Client, SimpleQueryMessage};

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
    fn send(&mut self, sql: &str) -> impl Future<Output = Result<Reply, SessionError>> + Send {
        ready(ask(self, sql))
    }

    fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
        thread::sleep(duration);
        ready(())
    }
}

/// Kept in one piece: the engine sends in many places, and each of them would get a copy of its own.
#[inline(never)]
fn ask(client: &mut Client, sql: &str) -> Result<Reply, SessionError> {
    client.simple_query(sql).map(reply).map_err(failure)
}

fn reply(messages: Vec<SimpleQueryMessage>) -> Reply {
    let mut reply = Reply::default();
    for message in messages {
        if let SimpleQueryMessage::Row(row) = message {
            let text = |column| value(&row.try_get::<usize>(column));
            reply.push_row((0..row.len()).map(text).collect());
        }
    }
    reply
}

fn failure(error: postgres::Error) -> SessionError {
    SessionError {
        database: error
            .as_db_error()
            .map(|error| Box::new(database_error!(postgres, error))),
        // `simple_query` returns the error alone, without the statements completed before it.
        completed: None,
        source: Box::new(error),
    }
}

/// Polls a future that never waits: everything in it was done by a blocking client when it returns.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
        {
            return value;
        }
    }
}

impl Migrations {
    /// Brings the database up to date with the default options, for a `postgres::Client`.
    /// [`Runner::run`] is the same with options, and documents what it sends and how it can fail.
    ///
    /// For an asynchronous client, enable its feature and call `run_async`.
    ///
    /// # Errors
    ///
    /// [`Error::kind`] says what was refused or failed, [`Error::report`] what was applied before.
    pub fn run(&self, client: &mut Client) -> Result<RunReport, Error> {
        self.runner().run(client)
    }
}

impl Runner<'_> {
    /// Brings the database up to date: applies what is pending.
    ///
    /// For a `postgres::Client`.
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
    pub fn run(&mut self, client: &mut Client) -> Result<RunReport, Error> {
        now(self.run_with(client))
    }

    /// Says what a run would do, without writing anything.
    ///
    /// For a `postgres::Client`.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history.
    ///
    /// # Errors
    ///
    /// What a run would refuse before it applies anything.
    pub fn plan(&mut self, client: &mut Client) -> Result<Plan, Error> {
        now(self.plan_with(client))
    }

    /// Lists the state of every migration of the set and the history, without writing or refusing anything.
    ///
    /// For a `postgres::Client`.
    ///
    /// # SQL
    ///
    /// One message: a `SELECT` of the history and one of `pg_locks`.
    ///
    /// # Errors
    ///
    /// The history cannot be read.
    pub fn status(&mut self, client: &mut Client) -> Result<Status, Error> {
        now(self.status_with(client))
    }

    /// Records every migration up to `version` as applied without running it, for a database that existed before its
    /// migrations were tracked. Migrations that have a row keep it.
    ///
    /// For a `postgres::Client`.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history, and one transaction that inserts all rows, under the advisory lock of a run.
    ///
    /// # Errors
    ///
    /// The set does not hold the version, a migration is half-applied, or the role may not create or write the table.
    /// Nothing is recorded then.
    pub fn baseline(&mut self, client: &mut Client, version: i64) -> Result<BaselineReport, Error> {
        now(self.baseline_with(client, version))
    }

    /// Reverts applied migrations with their down files, newest first. Not for the start of a program.
    ///
    /// For a `postgres::Client`.
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
    pub fn revert(&mut self, client: &mut Client, which: Revert) -> Result<RevertReport, Error> {
        now(self.revert_with(client, which))
    }

    /// Corrects the history and changes nothing else: after a deliberate edit, or for an interrupted migration that was
    /// finished or undone by hand. Each changed row keeps a note.
    ///
    /// For a `postgres::Client`.
    ///
    /// # SQL
    ///
    /// One `SELECT` of the history, and one transaction that updates the rows, under the advisory lock of a run.
    ///
    /// # Errors
    ///
    /// The set does not hold the version, or the row is not in the state that is to be repaired. Nothing is changed then.
    pub fn repair(&mut self, client: &mut Client, what: &Repair) -> Result<Vec<Repaired>, Error> {
        now(self.repair_with(client, what))
    }

    /// Adopts another tool's history: records what it has applied, without running it. The crate `migrate-adopt` reads the
    /// other tool's table and calls this.
    ///
    /// For a `postgres::Client`.
    ///
    /// # SQL
    ///
    /// One transaction under the advisory lock of a run, with `SHARE` on the other tool's table.
    ///
    /// # Errors
    ///
    /// The set does not hold a version, or the role may not create or write the table, or lock or rename the other
    /// one. Nothing is recorded then.
    pub fn adopt(
        &mut self,
        client: &mut Client,
        history: &ForeignHistory,
    ) -> Result<AdoptOutcome, Error> {
        now(self.adopt_with(client, history))
    }
}

impl Tenants<'_> {
    /// Brings every tenant up to date, with one thread for each client.
    ///
    /// Takes clients or what dereferences to one: `&mut [Client]`, or a vector of a pool's connections. See
    /// [`run_with`](Tenants::run_with) for what it sends.
    pub fn run<I>(&self, clients: I) -> TenantsReport
    where
        I: IntoIterator,
        I::Item: DerefMut<Target = Client> + Send,
    {
        let mut clients: Vec<I::Item> = clients.into_iter().collect();
        let work = now(self.begin(clients.first_mut().map(|client| &mut **client)));
        thread::scope(|scope| {
            for mut client in clients {
                let work = &work;
                scope.spawn(move || now(work.serve(&mut *client)));
            }
        });
        work.finish()
    }
}
