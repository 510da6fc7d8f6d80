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
    /// What gives back all that the session has lent, the lock included.
    restore: Option<String>,
}

impl<'s, S: Session> Line<'s, S> {
    pub(super) fn new(session: &'s mut S) -> Self {
        Self {
            session,
            open: false,
            unlock: None,
            restore: None,
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

    /// [`transact`](Self::transact) for a message of several transactions; if it fails, `count` asks how
    /// many of them are committed.
    pub(super) async fn transact_counted(
        &mut self,
        sql: &str,
        count: &str,
    ) -> Result<Reply, (Failure, Option<Reply>)> {
        match self.open(sql).await {
            Ok(reply) => {
                self.open = false;
                Ok(reply)
            }
            Err(failure) if failure.database.is_some() => {
                let counted = self.roll_back_and(&format!("ROLLBACK;{count}")).await;
                Err((failure, counted.ok()))
            }
            Err(failure) => {
                self.open = false;
                Err((failure, None))
            }
        }
    }

    /// [`transact`](Self::transact) for the message that takes the session's lock. If it fails, the lock
    /// goes back in the message that ends the transaction: behind a pooler the next one may meet another
    /// server connection. Unless it was `another_s` lock.
    pub(super) async fn begin_journal(
        &mut self,
        sql: &str,
        unlock: &str,
        another_s: impl Fn(&Failure) -> bool,
    ) -> Result<Reply, Failure> {
        let sent = self.open(sql).await;
        match &sent {
            Err(failure) if another_s(failure) => self.roll_back().await,
            Err(failure) if failure.database.is_some() => {
                let _ = self.roll_back_and(&format!("ROLLBACK;{unlock}")).await;
            }
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

    /// From now on the session needs `restore`, which gives the lock back as well.
    pub(super) fn must_be_restored(&mut self, restore: String) {
        self.restore = Some(restore);
    }

    /// The lock was not taken, or it is given back already.
    pub(super) fn holds_nothing(&mut self) {
        self.unlock = None;
        self.restore = None;
    }

    /// Gives the lock back and restores the session; if that fails, gives the lock back.
    pub(super) async fn release(&mut self) -> Result<(), Failure> {
        let restore = self.restore.clone().unwrap_or_default();
        let sent = self.session.send(&restore).await;
        if let Err(failure) = &sent
            && failure.database.is_some()
            && let Some(unlock) = &self.unlock
        {
            let again = format!("ROLLBACK;{unlock}");
            let _ = self.session.send(&again).await;
        }
        self.open = false;
        self.holds_nothing();
        sent.map(|_| ())
    }

    pub(super) async fn sleep(&mut self, duration: Duration) {
        self.session.sleep(duration).await;
    }
}

impl<S: Session> Drop for Line<'_, S> {
    /// Reached with something to clean up only when the caller dropped the run half-way, or unwinds
    /// through it. A message leaves with its first poll; nobody waits for its answer, and the server
    /// takes it up when it is done with the one before.
    fn drop(&mut self) {
        if !self.open && self.unlock.is_none() {
            return;
        }
        let end = match self.unlock.take() {
            Some(unlock) => format!("ROLLBACK;{unlock}"),
            None => "ROLLBACK".to_owned(),
        };
        // The second ends what the first may leave open if it fails.
        for sql in self.restore.take().into_iter().chain([end]) {
            let mut last = pin!(self.session.send(&sql));
            let _ = last.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}
