//! The session as the engine holds it: however a run ends, it leaves no open transaction and no lock.

use std::mem;
use std::time::Duration;

use super::cut_off::{ATTEMPTS, CUT_OFF};
use super::singly::{Singly, Text, refuses_several};
use super::sql::{self, Message, POOLED, read_committed};
use crate::session::{AnySession, Boxed, Reply, Sent, SessionError};

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
    /// Each statement is a message of its own.
    singly: Option<Singly>,
    /// That this was chosen here has not been told of yet.
    switched: bool,
}

impl<'s> SessionGuard<'s> {
    /// `singly`: the caller wants each statement to be a message of its own; otherwise that is found out.
    pub(super) fn new(session: &'s mut dyn AnySession, singly: bool) -> Self {
        Self {
            session,
            open: false,
            unlock: None,
            restore: None,
            ahead: false,
            patience: None,
            singly: singly.then(Singly::default),
            switched: false,
        }
    }

    pub(super) fn sends_singly(&self) -> bool {
        self.singly.is_some()
    }

    /// Whether it has turned out since the last call that each statement has to be a message of its own.
    pub(super) fn has_switched(&mut self) -> bool {
        mem::take(&mut self.switched)
    }

    /// Whether the connection had an open transaction when the operation began; None where the messages themselves say so.
    pub(super) fn is_in_transaction(&self) -> Option<bool> {
        self.singly.as_ref().map(Singly::is_in_transaction)
    }

    /// Sends a message of several statements, or these one by one where that has to be.
    fn deliver<'l>(&'l mut self, text: Text<'l>) -> Boxed<'l, Sent> {
        Box::pin(async move {
            if self.singly.is_none() {
                let sent = self.session.send_boxed(text.sql).await;
                match &sent {
                    Err(failure) if refuses_several(failure) => {}
                    _ => return sent,
                }
                self.singly = Some(Singly::default());
                self.switched = true;
                if text.begins() {
                    self.session.send_boxed("ROLLBACK").await?;
                } else if self.open {
                    // What has begun the transaction has to be sent again, too.
                    return sent;
                }
            }
            let Some(singly) = &mut self.singly else {
                return Ok(Reply::default());
            };
            if !text.ends() {
                singly.find(self.session).await?;
            }
            // Between two messages a transaction is open that has to end with this operation.
            let open = self.open;
            self.open |= !singly.is_in_transaction();
            let mut sent = singly.send(self.session, text).await;
            for _ in 0..ATTEMPTS {
                // Until the second statement has lifted it, a short `statement_timeout` may cut off even this.
                let is_cut_off = sent.as_ref().is_err_and(|failure| {
                    failure.code() == CUT_OFF && failure.completed.is_none_or(|done| done < 2)
                });
                if !is_cut_off || !text.begins() {
                    break;
                }
                let _ = singly.send(self.session, Text::ours("ROLLBACK")).await;
                sent = singly.send(self.session, text).await;
            }
            if !singly.is_inside() {
                self.open = open;
            }
            sent
        })
    }

    /// Sends a single statement that opens no transaction.
    pub(super) fn send<'l>(&'l mut self, sql: &'l str) -> Boxed<'l, Sent> {
        self.session.send_boxed(sql)
    }

    /// Sends queries of the engine, which need no more than read committed and take next to no time. Under a serializable
    /// default a standby refuses any, and any other server may; a short `statement_timeout` may cut them off.
    pub(super) async fn ask(&mut self, sql: &str) -> Sent {
        let mut sent = self.deliver(Text::ours(sql)).await;
        for _ in 0..ATTEMPTS {
            match &sent {
                Err(failure)
                    if matches!(failure.code(), "40001" | CUT_OFF)
                        || failure.code() == "0A000" && !failure.has_position() =>
                {
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
        self.open_and_end(Text::ours(sql), None)
    }

    /// [`transact`](Self::transact) for a message with a file in it.
    pub(super) fn transact_file<'l>(
        &'l mut self,
        message: &'l Message,
    ) -> impl Future<Output = Sent> + 'l {
        self.open_and_end(Text::of(message), None)
    }

    /// [`transact_file`](Self::transact_file) without the start of the transaction, which [`begin`](Self::begin) has sent:
    /// `sql` is the message with as many bytes of other statements in its place.
    pub(super) fn transact_within<'l>(
        &'l mut self,
        sql: &'l str,
        message: &'l Message,
    ) -> impl Future<Output = Sent> + 'l {
        let pieces = Some(message.pieces.as_slice());
        self.open_and_end(Text { sql, pieces }, None)
    }

    /// [`transact`](Self::transact) for the message that takes the session's lock. If it fails, the lock
    /// goes back in the message that ends the transaction: with a pooler the next one may meet another
    /// server connection. Unless it is another client's lock.
    pub(super) fn begin_journal<'l>(
        &'l mut self,
        sql: &'l str,
        unlock: &'l str,
    ) -> impl Future<Output = Sent> + 'l {
        self.open_and_end(Text::ours(sql), Some(unlock))
    }

    async fn open_and_end(&mut self, text: Text<'_>, unlock: Option<&str>) -> Sent {
        let sent = self.open_text(text).await;
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

    /// [`transact`](Self::transact) for a message of several transactions; if it fails, `settle` makes sure of those that
    /// are committed and says which, and `forget` takes back what the message had prepared.
    pub(super) async fn transact_counted(
        &mut self,
        sql: &str,
        settle: &str,
        forget: &str,
    ) -> Result<Reply, (Box<SessionError>, Option<Reply>)> {
        self.open = true;
        // A batch does not travel in pieces: where it is refused, the next of it travels alone.
        let sent = self.session.send_boxed(sql).await;
        if sent.as_ref().is_err_and(|failure| refuses_several(failure)) {
            self.singly = Some(Singly::default());
            self.switched = true;
        }
        match sent {
            Ok(reply) => {
                self.open = false;
                Ok(reply)
            }
            Err(failure) if failure.database.is_some() => {
                // One message: with a pooler the next one may meet another server connection, and what
                // is prepared would stay on this one.
                let all = format!("ROLLBACK;{settle};{forget}");
                let counted = match self.roll_back(&all).await {
                    // What was never prepared, or a file has forgotten already, cannot be forgotten; then the
                    // count is as it was.
                    Err(failed) if failed.database.is_some() => {
                        self.roll_back(&format!("ROLLBACK;{settle}")).await
                    }
                    counted => counted,
                };
                if counted.is_err() {
                    let _ = self.roll_back("ROLLBACK").await;
                }
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
        self.open_text(Text::ours(sql)).await
    }

    async fn open_text(&mut self, text: Text<'_>) -> Sent {
        if self.ahead
            && self.singly.is_none()
            && let Some(within) = sql::within(text.sql)
        {
            self.begin(&sql::begin_ahead()).await?;
            let sent = self.session.send_boxed(&within).await;
            if !sent.as_ref().is_err_and(|failure| refuses_several(failure)) {
                return sent;
            }
            let _ = self.roll_back("ROLLBACK").await;
            self.singly = Some(Singly::default());
            self.switched = true;
        }
        self.open = true;
        self.deliver(text).await
    }

    /// Sends the start of a transaction, which lifts the session's limits. Even that can take longer than they allow; nothing
    /// has happened then.
    pub(super) async fn begin(&mut self, sql: &str) -> Sent {
        self.open = true;
        let mut sent = self.deliver(Text::ours(sql)).await;
        for _ in 0..ATTEMPTS {
            match &sent {
                Err(failure) if matches!(failure.code(), CUT_OFF | "25P02") => {
                    let _ = self.roll_back("ROLLBACK").await;
                    self.open = true;
                    sent = self.deliver(Text::ours(sql)).await;
                }
                _ => break,
            }
        }
        sent
    }

    /// Ends an open transaction with a message that starts with `ROLLBACK`. Its own failure never hides
    /// what made it necessary.
    pub(super) async fn roll_back(&mut self, sql: &str) -> Sent {
        let sent = self.clean_up(sql).await;
        self.open = false;
        sent
    }

    /// Sends a message that ends a transaction or gives the lock back. The session's own `statement_timeout` is in force
    /// again by then, and a short one may cut off even this; so may another session that cancels it. What it has begun then is ended
    /// before it is sent again.
    async fn clean_up(&mut self, sql: &str) -> Sent {
        let mut sent = self.deliver(Text::ours(sql)).await;
        for _ in 0..ATTEMPTS {
            match &sent {
                Err(failure) if failure.code() == CUT_OFF => {
                    let again = if sql.starts_with("ROLLBACK") {
                        sql.to_owned()
                    } else {
                        format!("ROLLBACK;{sql}")
                    };
                    sent = self.deliver(Text::ours(&again)).await;
                }
                _ => break,
            }
        }
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
        let sent = self.clean_up(&restore).await;
        if let Err(failure) = &sent
            && failure.database.is_some()
            && let Some(unlock) = &self.unlock
        {
            let again = format!("ROLLBACK;{unlock}");
            let _ = self.clean_up(&again).await;
        }
        self.open = false;
        self.holds_nothing();
        sent.map(|_| ())
    }

    /// Waits. Where the server ends sessions that say nothing, it is told in between that we are there.
    pub(super) async fn sleep(&mut self, duration: Duration) {
        if self.patience.is_none() {
            let asked = self.ask(&sql::patience()).await.ok();
            let limit = asked.and_then(|reply| reply.rows().first()?.number(0));
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
        let statements = match self.singly {
            Some(_) => Singly::statements(Text::ours(sql)),
            None => vec![sql],
        };
        for sql in statements {
            self.session.say(sql);
        }
    }
}

impl Drop for SessionGuard<'_> {
    /// Reached with something to clean up only when the caller dropped the run half-way, or unwinds
    /// through it. A last message leaves at once; we do not wait for its answer, and the server
    /// runs it after the previous one.
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
