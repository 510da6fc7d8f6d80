//! The asynchronous client of the `tokio-postgres` crate.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::time::Duration;

use futures_core::Stream;
use tokio_postgres::{Client, SimpleQueryMessage};

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
    async fn send(&mut self, sql: &str) -> Result<Reply, Failure> {
        let mut completed = 0;
        let mut reply = Reply::default();
        // A stream, not the collected answer: an error then still tells how many statements came before it.
        let stream = self.simple_query_raw(sql).await;
        let mut stream = pin!(stream.map_err(|error| failure(error, 0))?);
        while let Some(message) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
            match message.map_err(|error| failure(error, completed))? {
                SimpleQueryMessage::RowDescription(_) => reply.start_rows(),
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

fn failure(error: tokio_postgres::Error, completed: usize) -> Failure {
    Failure {
        database: error
            .as_db_error()
            .map(|error| Box::new(database_error!(tokio_postgres, error))),
        completed: Some(completed),
        source: Box::new(error),
    }
}

impl Migrations {
    /// Brings the database up to date, with every default: [`Runner::run_async`].
    ///
    /// # Errors
    ///
    /// See [`Runner::run_over`].
    pub async fn run_async(&self, client: &mut Client) -> Result<Report, Error> {
        self.runner().run_async(client).await
    }
}

impl Runner<'_> {
    /// [`run_over`](Runner::run_over) a `tokio_postgres::Client`.
    ///
    /// Dropping the future stops the run: a migration whose message has been sent still commits or
    /// fails on the server, and neither a lock nor an open transaction stays behind.
    ///
    /// # Errors
    ///
    /// See [`Runner::run_over`].
    pub async fn run_async(&mut self, client: &mut Client) -> Result<Report, Error> {
        self.run_over(client).await
    }

    /// [`plan_over`](Runner::plan_over) a `tokio_postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::plan_over`].
    pub async fn plan_async(&mut self, client: &mut Client) -> Result<Plan, Error> {
        self.plan_over(client).await
    }

    /// [`status_over`](Runner::status_over) a `tokio_postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::status_over`].
    pub async fn status_async(&mut self, client: &mut Client) -> Result<Status, Error> {
        self.status_over(client).await
    }

    /// [`baseline_over`](Runner::baseline_over) a `tokio_postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::baseline_over`].
    pub async fn baseline_async(
        &mut self,
        client: &mut Client,
        version: i64,
    ) -> Result<Report, Error> {
        self.baseline_over(client, version).await
    }

    /// [`revert_over`](Runner::revert_over) a `tokio_postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::revert_over`].
    pub async fn revert_async(
        &mut self,
        client: &mut Client,
        which: Revert,
    ) -> Result<Report, Error> {
        self.revert_over(client, which).await
    }

    /// [`repair_over`](Runner::repair_over) a `tokio_postgres::Client`.
    ///
    /// # Errors
    ///
    /// See [`Runner::repair_over`].
    pub async fn repair_async(
        &mut self,
        client: &mut Client,
        what: &Repair,
    ) -> Result<Vec<Repaired>, Error> {
        self.repair_over(client, what).await
    }
}

impl Tenants<'_> {
    /// Brings every tenant up to date; the clients work side by side within this future.
    pub async fn run_async(&self, clients: &mut [Client]) -> TenantsReport {
        self.run_over(clients).await
    }
}
