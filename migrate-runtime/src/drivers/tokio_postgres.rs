//! The asynchronous client of the `tokio-postgres` crate.

use std::future::{Future, poll_fn, ready};
use std::pin::pin;
use std::time::Duration;

use futures_core::Stream;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::{database_error, value};
use crate::async_client::AsyncClient;
use crate::session::{Reply, Session, SessionError};

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

impl<'c> AsyncClient for &'c mut Client {
    type Session = &'c mut Client;

    fn session(self) -> impl Future<Output = Result<Self::Session, SessionError>> + Send {
        ready(Ok(self))
    }
}
