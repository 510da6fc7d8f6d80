//! A session without a server.

use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use migrate_runtime::{Migrations, Reply, Session, SessionError};

/// Answers the first message with a history, and all others with success.
#[derive(Debug)]
pub(crate) struct Scripted {
    history: Option<Reply>,
}

impl Scripted {
    /// A history in which everything of the set is applied.
    pub(crate) fn current(set: &Migrations) -> Self {
        let mut history = Self::empty_history();
        for migration in set.iter() {
            history.push_row(vec![
                Some(migration.version().to_string()),
                Some(migration.name().to_owned()),
                Some(format!("\\x{}", migration.up().checksum())),
                Some("applied".to_owned()),
                Some("0".to_owned()),
                None,
                Some("row".to_owned()),
            ]);
        }
        Self {
            history: Some(history),
        }
    }

    /// A history without rows.
    pub(crate) fn empty() -> Self {
        Self {
            history: Some(Self::empty_history()),
        }
    }

    /// What a read of the history answers first: when the transaction and when the message began, which are the same
    /// because no transaction is open. Then the rows of the history, of which there are none yet.
    fn empty_history() -> Reply {
        let mut history = Reply::default();
        let row = ["now", "now", "session"].map(|value| Some(value.to_owned()));
        history.push_row(row.to_vec());
        history
    }

    /// Runs the set; how many it has applied.
    pub(crate) fn run(mut self, set: &Migrations) -> Option<usize> {
        let mut runner = set.runner();
        let mut run = pin!(runner.run_with(&mut self));
        let mut context = Context::from_waker(Waker::noop());
        match run.as_mut().poll(&mut context) {
            Poll::Ready(Ok(report)) => Some(report.applied.len()),
            _ => None,
        }
    }
}

impl Session for Scripted {
    fn send(&mut self, _: &str) -> impl Future<Output = Result<Reply, SessionError>> + Send {
        ready(Ok(self.history.take().unwrap_or_default()))
    }

    fn sleep(&mut self, _: Duration) -> impl Future<Output = ()> + Send {
        ready(())
    }
}
