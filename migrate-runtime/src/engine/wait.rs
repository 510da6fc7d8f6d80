//! Waiting for another starter: look, sleep, look again; never blocked on the server.

use std::time::Instant;

use super::backoff::Backoff;
use super::{Engine, Look};
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
        loop {
            let look = self.poll().await?;
            let finished = look
                .history
                .as_ref()
                .is_some_and(|history| self.judge(history).is_ok_and(|plan| plan.steps.is_empty()));
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
}
