//! The session as the engine holds it: however a run ends, it leaves no open transaction and no lock.

use std::task::{Context, Waker};
use std::time::Duration;

use super::sql::{self, POOLED, read_committed};
use crate::session::{AnySession, Boxed, Reply, Sent, SessionError};

/// `query_canceled`: by a `statement_timeout`, or by somebody.
pub(super) const CUT_OFF: &str = "57014";

/// How often a message of ours that was cut off is sent again.
const ATTEMPTS: usize = 20;

/// A session, and what has to be cleaned up on it.
pub(super) struct SessionGuard<'s> {
    session: &'s mut dyn AnySession,
    /// A transaction of the engine may be open.
    open: bool,
    /// The session may hold the migration lock: the statement that releases it.
    unlock: Option<String>,
    /// What gives back all that the session has lent, the lock included.
    restore: Option<String>,
    /// The start of a transaction goes ahead of the rest, in a message of its own.
    ahead: bool,
    /// How long the server lets the session be silent; known from the first sleep on.
    patience: Option<Duration>,
}

impl<'s> SessionGuard<'s> {
    pub(super) fn new(session: &'s mut dyn AnySession) -> Self {
        Self {
            session,
            open: false,
            unlock: None,
            restore: None,
            ahead: false,
            patience: None,
        }
    }

    /// Sends a message that opens no transaction.
    pub(super) fn send<'l>(&'l mut self, sql: &'l str) -> Boxed<'l, Sent> {
        self.session.send_boxed(sql)
    }

    /// Sends queries of the engine, which need no more than read committed and take next to no time. Under a serializable
    /// default a standby refuses any, and any other server may; a short `statement_timeout` may cut them off.
    pub(super) async fn ask(&mut self, sql: &str) -> Sent {
        let mut sent = self.send(sql).await;
        for _ in 0..ATTEMPTS {
            match &sent {
                Err(failure) if matches!(failure.code(), "0A000" | "40001" | CUT_OFF) => {
                    self.ahead |= failure.code() == CUT_OFF;
                    sent = self.transact(&read_committed(sql)).await;
                }
                _ => break,
            }
        }
        sent
    }

    /// Sends a message that opens a transaction and ends it; ends it here if the message fails.
    pub(super) fn transact<'l>(&'l mut self, sql: &'l str) -> impl Future<Output = Sent> + 'l {
        self.open_and_end(sql, None)
    }

    /// [`transact`](Self::transact) for the message that takes the session's lock. If it fails, the lock
    /// goes back in the message that ends the transaction: with a pooler the next one may meet another
    /// server connection. Unless it is another client's lock.
    pub(super) fn begin_journal<'l>(
        &'l mut self,
        sql: &'l str,
        unlock: &'l str,
    ) -> impl Future<Output = Sent> + 'l {
        self.open_and_end(sql, Some(unlock))
    }

    async fn open_and_end(&mut self, sql: &str, unlock: Option<&str>) -> Sent {
        let sent = self.open(sql).await;
        match &sent {
            // Even an error that leaves no transaction open (a syntax error is found before anything
            // runs) costs only a warning here.
            Err(failure) if failure.database.is_some() => {
                let unlock = unlock.filter(|_| !failure.asserts(POOLED));
                let end = unlock.map(|unlock| format!("ROLLBACK;{unlock}"));
                let _ = self.roll_back(end.as_deref().unwrap_or("ROLLBACK")).await;
            }
            // It is committed; or the connection is broken, and the server rolls back by itself.
            _ => self.open = false,
        }
        sent
    }

    /// [`transact`](Self::transact) for a message of several transactions; if it fails, `count` asks how
    /// many of them are committed, and `forget` takes back what the message had prepared.
    pub(super) async fn transact_counted(
        &mut self,
        sql: &str,
        count: &str,
        forget: &str,
    ) -> Result<Reply, (Box<SessionError>, Option<Reply>)> {
        match self.open(sql).await {
            Ok(reply) => {
                self.open = false;
                Ok(reply)
            }
            Err(failure) if failure.database.is_some() => {
                // One message: with a pooler the next one may meet another server connection, and what
                // is prepared would stay on this one.
                let all = format!("ROLLBACK;{count};{forget}");
                let counted = match self.roll_back(&all).await {
                    // What was never prepared, or a file has forgotten already, cannot be forgotten; then the
                    // count is as it was.
                    Err(failed) if failed.database.is_some() => {
                        self.roll_back(&format!("ROLLBACK;{count}")).await
                    }
                    counted => counted,
                };
                Err((failure, counted.ok()))
            }
            Err(failure) => {
                self.open = false;
                Err((failure, None))
            }
        }
    }

    /// From now on the start of each transaction goes ahead of the rest: the session's `statement_timeout` is too short
    /// for a message that is long.
    pub(super) fn begin_ahead(&mut self) {
        self.ahead = true;
    }

    pub(super) fn begins_ahead(&self) -> bool {
        self.ahead
    }

    /// Sends a message that leaves a transaction open, until [`roll_back`](Self::roll_back).
    pub(super) async fn open(&mut self, sql: &str) -> Sent {
        if self.ahead
            && let Some(within) = sql::within(sql)
        {
            self.begin(&sql::begin_ahead()).await?;
            return self.session.send_boxed(&within).await;
        }
        self.open = true;
        self.session.send_boxed(sql).await
    }

    /// Sends the start of a transaction, which lifts the session's limits. Even that can take longer than they allow; nothing
    /// has happened then.
    pub(super) async fn begin(&mut self, sql: &str) -> Sent {
        self.open = true;
        let mut sent = self.session.send_boxed(sql).await;
        for _ in 0..ATTEMPTS {
            match &sent {
                Err(failure) if matches!(failure.code(), CUT_OFF | "25P02") => {
                    let _ = self.roll_back("ROLLBACK").await;
                    self.open = true;
                    sent = self.session.send_boxed(sql).await;
                }
                _ => break,
            }
        }
        sent
    }

    /// Ends an open transaction with a message that starts with `ROLLBACK`. Its own failure never hides
    /// what made it necessary.
    pub(super) async fn roll_back(&mut self, sql: &str) -> Sent {
        let sent = self.session.send_boxed(sql).await;
        self.open = false;
        sent
    }

    /// From now on the session may hold the lock that `unlock` gives back.
    pub(super) fn may_hold_lock(&mut self, unlock: String) {
        self.unlock = Some(unlock);
    }

    /// From now on the session needs `restore`, outside a transaction; it gives the lock back as well.
    pub(super) fn must_be_restored(&mut self, restore: String) {
        self.restore = Some(restore);
    }

    /// The lock was not taken, or it is given back already.
    pub(super) fn holds_nothing(&mut self) {
        self.unlock = None;
        self.restore = None;
    }

    /// Gives the lock back and restores the session; if that fails, gives the lock back.
    pub(super) async fn release(&mut self) -> Result<(), Box<SessionError>> {
        let restore = self.rolled_back(self.restore.clone().unwrap_or_default());
        let sent = self.session.send_boxed(&restore).await;
        if let Err(failure) = &sent
            && failure.database.is_some()
            && let Some(unlock) = &self.unlock
        {
            let again = format!("ROLLBACK;{unlock}");
            let _ = self.session.send_boxed(&again).await;
        }
        self.open = false;
        self.holds_nothing();
        sent.map(|_| ())
    }

    /// Waits. Where the server ends sessions that say nothing, it is told in between that we are there.
    pub(super) async fn sleep(&mut self, duration: Duration) {
        if self.patience.is_none() {
            let asked = self.ask(&sql::patience()).await.ok();
            let limit = asked.and_then(|reply| reply.rows(0).first()?.number(0));
            let limit = limit.filter(|limit| *limit > 0).map(Duration::from_millis);
            self.patience = Some(limit.unwrap_or(Duration::MAX));
        }
        let patience = self.patience.unwrap_or(Duration::MAX) / 3;
        let mut left = duration;
        while left > patience {
            self.session.sleep_boxed(patience).await;
            let _ = self.session.send_boxed("SELECT 1").await;
            left = left.saturating_sub(patience.max(Duration::from_millis(1)));
        }
        self.session.sleep_boxed(left).await;
    }

    /// A message that ends the open transaction first, if there may be one.
    fn rolled_back(&self, sql: String) -> String {
        if self.open {
            format!("ROLLBACK;{sql}")
        } else {
            sql
        }
    }

    /// Sends a message and does not wait for what comes of it.
    #[inline(never)]
    fn say(&mut self, sql: &str) {
        let mut last = self.session.send_boxed(sql);
        let _ = last.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
}

impl Drop for SessionGuard<'_> {
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
        if let Some(restore) = self.restore.take() {
            let restore = self.rolled_back(restore);
            self.say(&restore);
        }
        self.say(&end);
    }
}
