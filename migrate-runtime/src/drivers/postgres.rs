//! The blocking client of the `postgres` crate.

use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use postgres::{Client, SimpleQueryMessage};

use super::{database_error, value};
use crate::error::Error;
use crate::migrations::Migrations;
use crate::plan::Plan;
use crate::repair::{Repair, Repaired};
use crate::report::Report;
use crate::runner::{Revert, Runner};
use crate::session::{Failure, Reply, Session};
use crate::status::Status;
use crate::tenants::{Tenants, TenantsReport};

impl Session for Client {
    fn send(&mut self, sql: &str) -> impl Future<Output = Result<Reply, Failure>> + Send {
        ready(ask(self, sql))
    }

    fn sleep(&mut self, duration: Duration) -> impl Future<Output = ()> + Send {
        thread::sleep(duration);
        ready(())
    }
}

/// Kept in one piece: the engine sends in many places, and each of them would get a copy of its own.
#[inline(never)]
fn ask(client: &mut Client, sql: &str) -> Result<Reply, Failure> {
    client.simple_query(sql).map(reply).map_err(failure)
}

fn reply(messages: Vec<SimpleQueryMessage>) -> Reply {
    let mut reply = Reply::default();
    for message in messages {
        match message {
            SimpleQueryMessage::RowDescription(_) => reply.start_rows(),
            SimpleQueryMessage::Row(row) => {
                let text = |column| value(&row.try_get::<usize>(column));
                reply.push_row((0..row.len()).map(text).collect());
            }
            _ => {}
        }
    }
    reply
}

fn failure(error: postgres::Error) -> Failure {
    Failure {
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
    /// Brings the database up to date, with every default: [`Runner::run`].
    ///
    /// # Errors
    ///
    /// See [`Runner::run_over`].
    pub fn run(&self, client: &mut Client) -> Result<Report, Error> {
        self.runner().run(client)
    }
}

impl Runner<'_> {
    /// [`run_over`](Runner::run_over) a `postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::run_over`].
    pub fn run(&mut self, client: &mut Client) -> Result<Report, Error> {
        now(self.run_over(client))
    }

    /// [`plan_over`](Runner::plan_over) a `postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::plan_over`].
    pub fn plan(&mut self, client: &mut Client) -> Result<Plan, Error> {
        now(self.plan_over(client))
    }

    /// [`status_over`](Runner::status_over) a `postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::status_over`].
    pub fn status(&mut self, client: &mut Client) -> Result<Status, Error> {
        now(self.status_over(client))
    }

    /// [`baseline_over`](Runner::baseline_over) a `postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::baseline_over`].
    pub fn baseline(&mut self, client: &mut Client, version: i64) -> Result<Report, Error> {
        now(self.baseline_over(client, version))
    }

    /// [`revert_over`](Runner::revert_over) a `postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::revert_over`].
    pub fn revert(&mut self, client: &mut Client, which: Revert) -> Result<Report, Error> {
        now(self.revert_over(client, which))
    }

    /// [`repair_over`](Runner::repair_over) a `postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::repair_over`].
    pub fn repair(&mut self, client: &mut Client, what: &Repair) -> Result<Vec<Repaired>, Error> {
        now(self.repair_over(client, what))
    }
}

impl Tenants<'_> {
    /// Brings every tenant up to date, with one thread for each client.
    pub fn run(&self, clients: &mut [Client]) -> TenantsReport {
        let work = now(self.begin(clients.first_mut()));
        thread::scope(|scope| {
            for client in clients {
                scope.spawn(|| now(work.serve(client)));
            }
        });
        work.finish()
    }
}
