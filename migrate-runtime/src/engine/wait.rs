//! Waiting for another starter: look, sleep, look again; never blocked on the server.

use std::time::Instant;

use super::backoff::Backoff;
use super::{Engine, Look, Row, State, message};
use crate::error::{Error, Kind};
use crate::event::Event;
use crate::session::Session;

impl<S: Session> Engine<'_, '_, S> {
    /// Sleeps until nobody holds the lock or nothing is left to do, whichever comes first. The
    /// history comes with every look, so a starter that others have overtaken never needs the lock.
    pub(super) async fn wait(&mut self) -> Result<Look, Error> {
        let started = *self.waiting_since.get_or_insert_with(Instant::now);
        let mut backoff = Backoff::polling();
        let mut slept = false;
        let mut broken = false;
        loop {
            self.refuse_stopped()?;
            let look = self.poll().await?;
            let finished =
                look.history.is_some() && self.judge(&look).is_ok_and(|plan| plan.steps.is_empty());
            if look.abandoned && !broken {
                broken = self.break_lock(&look).await;
            }
            // Even a lock that is free again is approached after a sleep only: a herd spreads out.
            if finished || (slept && look.holder.is_none()) {
                return Ok(look);
            }
            let waited = started.elapsed();
            if waited >= self.options.wait {
                return Err(self.error(Kind::Locked {
                    holder: look.holder,
                    waited,
                }));
            }
            let delay = backoff.delay();
            self.emit(&Event::Waiting {
                holder: look.holder.as_ref(),
                waited,
                delay,
            });
            self.line.sleep(delay).await;
            slept = true;
        }
    }

    /// Ends the operation where its caller has asked for that.
    pub(super) fn refuse_stopped(&self) -> Result<(), Error> {
        if self.options.stop.is_requested() {
            return Err(self.error(Kind::Stopped));
        }
        Ok(())
    }

    /// A journal is open, and the session that holds the lock has not been heard of for long: its client
    /// is dead without the server's knowing, or a pooler keeps the connection of a client that is gone.
    /// Ending the session makes sure that it cannot come back; what it had done is in the journal.
    async fn break_lock(&mut self, look: &Look) -> bool {
        let half_done = |row: &Row| matches!(row.state, State::Running | State::Reverting);
        let history = look.history.as_ref();
        if !history.is_some_and(|history| history.rows().iter().any(half_done)) {
            return false;
        }
        // The role may not be allowed to; then whoever waits too long is told the process.
        let asked = self.line.send(&message::break_lock(self.table)).await;
        if let Some(holder) = &look.holder
            && asked.is_ok_and(|reply| reply.rows(0).iter().any(|row| row.flag(0)))
        {
            self.emit(&Event::BrokeLock { holder });
        }
        true
    }
}
