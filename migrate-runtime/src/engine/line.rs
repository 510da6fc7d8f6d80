//! The session as the engine holds it: whatever ends a run, no transaction and no lock stays behind.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use crate::session::{Failure, Reply, Session};

/// A session, and what has to be cleaned up on it.
pub(super) struct Line<'s, S: Session> {
    session: &'s mut S,
    /// A transaction of ours may be open.
    open: bool,
    /// The lock of ours that the session may hold: the statement that gives it back.
    unlock: Option<String>,
}

impl<'s, S: Session> Line<'s, S> {
    pub(super) fn new(session: &'s mut S) -> Self {
        Self {
            session,
            open: false,
            unlock: None,
        }
    }

    /// Sends a message that opens no transaction.
    pub(super) async fn send(&mut self, sql: &str) -> Result<Reply, Failure> {
        self.session.send(sql).await
    }

    /// Sends a message that opens a transaction and ends it; ends it here if the message fails.
    pub(super) async fn transact(&mut self, sql: &str) -> Result<Reply, Failure> {
        let sent = self.open(sql).await;
        match &sent {
            // Even an error that leaves no transaction open (a syntax error is found before anything
            // runs) costs only a warning here.
            Err(failure) if failure.database.is_some() => self.roll_back().await,
            // It is committed; or the connection is broken, and the server rolls back by itself.
            _ => self.open = false,
        }
        sent
    }

    /// Sends a message that leaves a transaction open, until [`roll_back`](Self::roll_back).
    pub(super) async fn open(&mut self, sql: &str) -> Result<Reply, Failure> {
        self.open = true;
        self.session.send(sql).await
    }

    /// Ends an open transaction. Its own failure never hides what made it necessary.
    pub(super) async fn roll_back(&mut self) {
        let _ = self.roll_back_and("ROLLBACK").await;
    }

    /// [`roll_back`](Self::roll_back) with a message of the caller's that starts with `ROLLBACK`.
    pub(super) async fn roll_back_and(&mut self, sql: &str) -> Result<Reply, Failure> {
        let sent = self.session.send(sql).await;
        self.open = false;
        sent
    }

    /// From now on the session may hold the lock that `unlock` gives back.
    pub(super) fn may_hold_lock(&mut self, unlock: String) {
        self.unlock = Some(unlock);
    }

    /// Sends what gives the lock back; if that fails, once more without whatever else it does.
    pub(super) async fn release(&mut self, sql: &str) -> Result<(), Failure> {
        let sent = self.session.send(sql).await;
        if sent
            .as_ref()
            .is_err_and(|failure| failure.database.is_some())
            && let Some(unlock) = &self.unlock
        {
            let again = format!("ROLLBACK;{unlock}");
            let _ = self.session.send(&again).await;
        }
        self.open = false;
        self.unlock = None;
        sent.map(|_| ())
    }

    pub(super) async fn sleep(&mut self, duration: Duration) {
        self.session.sleep(duration).await;
    }
}

impl<S: Session> Drop for Line<'_, S> {
    /// Reached with something to clean up only when the caller dropped the run half-way, or unwinds
    /// through it. The message leaves with the first poll; nobody waits for its answer, and the
    /// server takes it up when it is done with the one before.
    fn drop(&mut self) {
        if !self.open && self.unlock.is_none() {
            return;
        }
        let mut sql = "ROLLBACK".to_owned();
        if let Some(unlock) = self.unlock.take() {
            sql = format!("{sql};{unlock}");
        }
        let mut last = pin!(self.session.send(&sql));
        let _ = last.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}
