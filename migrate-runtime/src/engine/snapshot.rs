//! Reading the history: one message, and what it found.

use std::time::Instant;

use super::history::History;
use super::sql::tag;
use super::wait::read_holder;
use super::{Engine, Obstacle, sql};
use crate::error::{Error, Kind};
use crate::other_session::OtherSession;
use crate::session::Reply;

/// The history at one moment, and what the same message found out about the session.
#[derive(Default)]
pub(super) struct HistorySnapshot {
    /// None where there is no table yet.
    pub(super) history: Option<History>,
    /// The history is exactly the set, all applied as embedded; its rows were not asked for then.
    pub(super) current: bool,
    pub(super) open_transaction: bool,
    /// Who holds the lock, where that was asked.
    pub(super) holder: Option<OtherSession>,
    /// Whether the session that holds it has been silent for long.
    pub(super) abandoned: bool,
}

impl Engine<'_, '_> {
    /// Reads what a run must know of the history: the one message of a run with nothing to do. Where the history is
    /// not exactly a set of many, that takes a second one.
    pub(super) async fn read_snapshot(&mut self) -> Result<Box<HistorySnapshot>, Error> {
        if let Some(all) = self.set.summary()
            && all.count >= sql::MANY
            && self.options.target.is_none()
            && let Ok(reply) = self
                .session
                .ask(&sql::is_up_to_date(self.table, &all))
                .await
        {
            let open_transaction = self.leave_open(&reply).await;
            if reply
                .tagged(tag::CURRENT)
                .next()
                .is_some_and(|row| row.flag(0))
            {
                return Ok(Box::new(HistorySnapshot {
                    history: Some(History::default()),
                    current: true,
                    open_transaction,
                    holder: None,
                    abandoned: false,
                }));
            }
        }
        // If something is wrong with the table, reading its rows says what.
        self.read_history().await
    }

    /// Reads the history.
    pub(super) fn read_history(
        &mut self,
    ) -> impl Future<Output = Result<Box<HistorySnapshot>, Error>> {
        self.read(sql::read_history(self.table))
    }

    /// Of a history without rows, for an operation that may end without writing it: makes sure that it is not a
    /// partitioned table, which has no rows of its own. Each message that writes the history asks that itself.
    pub(super) async fn refuse_partitioned(
        &mut self,
        snapshot: &HistorySnapshot,
    ) -> Result<(), Error> {
        let rows = snapshot.history.as_ref().map(History::rows);
        if !snapshot.current && rows.is_some_and(<[_]>::is_empty) {
            self.ask_history(&sql::readable(self.table)).await?;
        }
        Ok(())
    }

    /// [`read_history`](Self::read_history), and who holds the lock.
    pub(super) fn read_history_and_lock(
        &mut self,
    ) -> impl Future<Output = Result<Box<HistorySnapshot>, Error>> {
        self.read(sql::read_history_and_lock(self.table))
    }

    async fn read(&mut self, sql: String) -> Result<Box<HistorySnapshot>, Error> {
        let Some(reply) = self.ask_history(&sql).await? else {
            return Ok(Box::default());
        };
        self.tell_of_switch();
        let open_transaction = self.leave_open(&reply).await;
        // A client that loses rows would have everything applied again.
        if reply.tagged(tag::SESSION).next().is_none() {
            let table = self.table.to_string();
            let reason = "the session did not return the rows of the message".to_owned();
            return Err(Error::new(Kind::Unreadable { table, reason }));
        }
        let history = self.history(&reply)?;
        self.reads(&reply);
        self.seen = history.newest();
        let holder = reply.tagged(tag::HOLDER).next();
        Ok(Box::new(HistorySnapshot {
            history: Some(history),
            current: false,
            open_transaction,
            holder: holder.and_then(read_holder),
            abandoned: holder.is_some_and(|row| row.flag(4)),
        }))
    }

    /// Sends a message that reads the history; None where there is no table yet. While the table is locked,
    /// asks again.
    pub(super) async fn ask_history(&mut self, sql: &str) -> Result<Option<Reply>, Error> {
        loop {
            let started = Instant::now();
            let sent = self.session.ask(sql).await;
            self.batch_size.set_round_trip(started.elapsed());
            match sent {
                Ok(reply) => return Ok(Some(reply)),
                Err(failure) if failure.code() == "3F000" => {
                    return self.without_schema().map(|()| None);
                }
                // Neither the table nor its schema need be there.
                Err(failure) if failure.code() == "42P01" => return Ok(None),
                Err(failure) if failure.code() == "55P03" => self.pause(Obstacle::Table).await?,
                Err(failure) => return Err(self.unreadable(failure).await),
            }
        }
    }

    /// The schema of the history is not there: an error where a run does not make it.
    pub(super) fn without_schema(&self) -> Result<(), Error> {
        // Every database begins with it. Where it is gone, that was a decision; a new one would have other rights.
        if self.table.schema() == "public" && !self.set.is_empty() {
            let schema = self.table.schema().to_owned();
            return Err(Error::new(Kind::NoSchema { schema }));
        }
        Ok(())
    }

    /// Whether the connection had an open transaction when it was asked; then that gets its settings back.
    pub(super) async fn leave_open(&mut self, reply: &Reply) -> bool {
        let Some(row) = reply.tagged(tag::SESSION).next() else {
            return false;
        };
        // Where each statement is a message, its time says nothing.
        let open = self.session.is_in_transaction();
        if !open.unwrap_or_else(|| row.text(0) != row.text(1)) {
            return false;
        }
        if let (Some(lock_timeout), Some(row_security)) = (row.text(7), row.text(8)) {
            let undo = sql::undo(lock_timeout, row_security);
            let _ = self.session.send(&undo).await;
        }
        true
    }

    /// Takes note of how the session reads SQL, and how long a statement may take in it.
    pub(super) fn reads(&mut self, reply: &Reply) {
        let row = reply.tagged(tag::SESSION).next();
        self.reading = row.and_then(sql::reads_otherwise);
        if row.is_some_and(sql::is_hurried) {
            self.session.begin_ahead();
        }
        if self.session.begins_ahead() || self.session.sends_singly() || self.reading.is_some() {
            self.batch_size.one_by_one();
        }
    }

    pub(super) fn history(&self, reply: &Reply) -> Result<History, Error> {
        History::read(reply.tagged(tag::ROW)).map_err(|reason| {
            let table = self.table.to_string();
            Error::new(Kind::Unreadable { table, reason })
        })
    }
}
