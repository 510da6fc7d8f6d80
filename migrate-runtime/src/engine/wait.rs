//! Waits for another instance: check, sleep, check again; never blocks on the server.

use std::mem;
use std::time::{Duration, Instant};

use super::backoff::Backoff;
use super::history::History;
use super::{Engine, HistorySnapshot, Obstacle, Outcome, Row, State, sql};
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::other_session::OtherSession;
use crate::session::Row as ReplyRow;
use crate::table::HistoryTable;
use crate::text;
use crate::timestamp::Timestamp;

/// How often to ask which session holds the lock; that costs the server more than the other checks.
const ASK: Duration = Duration::from_secs(1);

impl Engine<'_, '_> {
    /// Reads the history again, after an attempt that was not [done](Outcome::Done).
    pub(super) async fn again(&mut self, outcome: Outcome) -> Result<Box<HistorySnapshot>, Error> {
        if outcome == Outcome::LockHeld {
            return self.wait().await;
        }
        // Once is normal between instances. If it continues, a proxy may be reading from a replica that lags.
        if mem::replace(&mut self.moved, true) {
            self.pause(Obstacle::HistoryChanged).await?;
        }
        self.read_history().await
    }

    /// This run has applied something, so it is not stuck.
    pub(super) fn gets_on(&mut self) {
        self.waiting_since = None;
        self.moved = false;
        self.backoff = Backoff::polling();
    }

    /// What is half-done may be in the hands of another session at this moment: then waits for that. Otherwise
    /// returns the `error`, if the history is still the one that was judged.
    pub(super) async fn unless_in_hand(
        &mut self,
        error: Error,
        judged: Option<&History>,
    ) -> Result<Box<HistorySnapshot>, Error> {
        if !error.is_interrupted() {
            return Err(self.dated(error).await);
        }
        let snapshot = self.read_history_and_lock().await?;
        if snapshot.holder.is_some() {
            return self.wait().await;
        }
        if snapshot.history.as_ref() == judged {
            return Err(error);
        }
        Ok(snapshot)
    }

    /// Sleeps once, and says why; an error where this run has waited long enough.
    pub(super) async fn pause(&mut self, obstacle: Obstacle) -> Result<(), Error> {
        self.refuse_stopped()?;
        let waited = self
            .waiting_since
            .get_or_insert_with(Instant::now)
            .elapsed();
        let is_over = waited >= self.options.wait;
        let holder = match obstacle {
            Obstacle::Table => self.holder().await,
            Obstacle::HistoryChanged => None,
        };
        if is_over {
            let table = self.table.to_string();
            return Err(Error::new(match obstacle {
                Obstacle::Table => Kind::TableLocked {
                    table,
                    holder,
                    waited,
                },
                Obstacle::HistoryChanged => Kind::Unsettled { table, waited },
            }));
        }
        let delay = self
            .backoff
            .delay()
            .min(self.options.wait.saturating_sub(waited));
        self.emit(&match obstacle {
            Obstacle::Table => Event::TableLocked {
                holder: holder.as_ref(),
                waited,
                delay,
            },
            Obstacle::HistoryChanged => Event::HistoryMoved { waited, delay },
        });
        self.session.sleep(delay).await;
        Ok(())
    }

    /// Who holds the lock, or one on the table that is in the way.
    pub(super) async fn holder(&mut self) -> Option<OtherSession> {
        self.other_session(&sql::holder(self.table)).await
    }

    /// Who keeps another tool's table.
    pub(super) async fn writer(&mut self, table: &HistoryTable) -> Option<OtherSession> {
        self.other_session(&sql::writer(table)).await
    }

    async fn other_session(&mut self, sql: &str) -> Option<OtherSession> {
        let reply = self.session.ask(sql).await.ok()?;
        reply.rows().first().and_then(read_holder)
    }

    /// Sleeps until no instance is migrating or nothing is pending, whichever comes first. Another instance releases the
    /// lock between migrations, so a growing history also counts as activity. An instance that finds everything
    /// applied never needs the lock.
    pub(super) async fn wait(&mut self) -> Result<Box<HistorySnapshot>, Error> {
        let started = *self.waiting_since.get_or_insert_with(Instant::now);
        let observed = self.observer.is_some() || cfg!(feature = "tracing");
        let mut ask = started.elapsed() + if observed { Duration::ZERO } else { ASK };
        let mut backoff = Backoff::polling();
        let mut newest = self.seen;
        let (mut since, mut then) = (started.elapsed(), self.ahead_of(newest));
        let mut holder: Option<OtherSession> = None;
        let mut broken = false;
        loop {
            self.refuse_stopped()?;
            let waited = started.elapsed();
            let is_over = waited >= self.options.wait;
            if waited >= ask || is_over {
                let snapshot = self.read_history_and_lock().await?;
                if snapshot.abandoned && !broken {
                    broken = self.break_lock(&snapshot).await;
                }
                holder = snapshot.holder;
                // Before the first run there is no table to read, and with it no holder.
                if holder.is_none() {
                    holder = self.holder().await;
                }
                ask = waited + ASK;
            }
            if is_over {
                return Err(Error::new(Kind::Locked { holder, waited }));
            }
            let ahead = self.ahead_of(newest);
            let delay = match expected(waited.saturating_sub(since), then, ahead) {
                Some(expected) => backoff.delay_within(expected),
                None => backoff.delay(),
            };
            (since, then) = (waited, ahead);
            self.emit(&Event::Waiting {
                holder: holder.as_ref(),
                waited,
                delay,
            });
            // Sleep even if the lock is free now, so that many waiting instances spread out.
            self.session.sleep(delay).await;
            let now = self.newest().await;
            let is_idle = now == newest && !self.is_held().await;
            newest = now;
            if is_idle || self.may_be_finished(newest) {
                let snapshot = self.read_history().await?;
                if is_idle
                    || self
                        .judge(&snapshot)
                        .is_ok_and(|plan| plan.steps.is_empty())
                {
                    return Ok(snapshot);
                }
            }
        }
    }

    /// The newest version of the history: next to nothing to ask for. None where there is none, or where
    /// it cannot be read; reading the rows says why.
    async fn newest(&mut self) -> Option<i64> {
        let reply = self.session.ask(&sql::newest(self.table)).await.ok()?;
        reply.tagged(sql::tag::NEWEST).next()?.number(0)
    }

    /// Whether another session holds the lock.
    pub(super) async fn is_held(&mut self) -> bool {
        let reply = self.session.ask(&sql::held(self.table)).await;
        reply.is_ok_and(|reply| reply.rows().first().is_some_and(|row| row.flag(0)))
    }

    /// How many migrations of the set the history has not come to.
    fn ahead_of(&self, newest: Option<i64>) -> u32 {
        let ahead = self
            .set
            .iter()
            .filter(|migration| Some(migration.version) > newest);
        u32::try_from(ahead.count()).unwrap_or(u32::MAX)
    }

    /// Whether the history reaches as far as this run wants to go.
    fn may_be_finished(&self, newest: Option<i64>) -> bool {
        let last = self.set.summary().map(|all| all.newest);
        newest >= self.options.target.or(last)
    }

    /// Ends the operation where its caller has asked for that.
    pub(super) fn refuse_stopped(&self) -> Result<(), Error> {
        if self.options.stop.is_requested() {
            return Err(Error::new(Kind::Stopped));
        }
        Ok(())
    }

    /// A journal is open, and the session that holds the lock has not been heard of for long: its client
    /// is dead without the server's knowing, or a pooler keeps the connection of a client that is gone.
    /// Ending the session makes sure that it cannot come back; what it had done is in the journal.
    async fn break_lock(&mut self, snapshot: &HistorySnapshot) -> bool {
        let half_done = |row: &Row| matches!(row.state, State::Running | State::Reverting);
        let history = snapshot.history.as_ref();
        if !history.is_some_and(|history| history.rows().iter().any(half_done)) {
            return false;
        }
        // The role may not be allowed to; then the timeout's error names the process.
        let asked = self.session.ask(&sql::break_lock(self.table)).await;
        if let Some(holder) = &snapshot.holder
            && asked.is_ok_and(|reply| reply.rows().iter().any(|row| row.flag(0)))
        {
            self.emit(&Event::BrokeLock { holder });
        }
        true
    }
}

/// Estimates when the other instance finishes: the remaining migrations times the average time of one so far.
fn expected(took: Duration, then: u32, now: u32) -> Option<Duration> {
    let done = then.checked_sub(now).filter(|done| *done > 0)?;
    Some((took / done).saturating_mul(now))
}

pub(super) fn read_holder(row: &ReplyRow) -> Option<OtherSession> {
    let text = |column| text::owned(row.text(column)).unwrap_or_default();
    Some(OtherSession {
        pid: row.number(0)?,
        user: text(1),
        application: text(2),
        since: text::owned(row.text(3)).map(Timestamp::new),
    })
}

#[cfg(test)]
mod tests {
    use super::expected;
    use std::time::Duration;

    #[test]
    fn the_rest_is_expected_to_take_as_long_as_the_migrations_so_far() {
        let took = Duration::from_secs(6);
        assert_eq!(expected(took, 10, 7), Some(Duration::from_secs(14)));
        assert_eq!(expected(took, 10, 0), Some(Duration::ZERO));
        assert_eq!(expected(took, 10, 10), None);
        // A history that was reverted in between.
        assert_eq!(expected(took, 7, 10), None);
        assert_eq!(expected(Duration::MAX, 2, 1), Some(Duration::MAX));
    }
}
