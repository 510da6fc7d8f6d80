//! A thread that works for the tests.

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, PoisonError};

use crate::Error;
use crate::hub::copying::{copy, is, remove, remove_template, rename};
use crate::hub::job::Job;
use crate::hub::preparing::{Maker, prepare};
use crate::hub::stock::Stage;
use crate::hub::sweeping::{leftovers, spares};
use crate::hub::{Fate, Hub};
use crate::maintenance::Maintenance;
use crate::name::Name;
use crate::recipe::Recipe;

thread_local! {
    /// A worker drops a database that came too late for its test, and must not wait for itself.
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

pub(crate) fn is_worker() -> bool {
    IS_WORKER.get()
}

/// Until the process ends.
pub(crate) fn work(hub: &Arc<Hub>, mut session: Maintenance) {
    IS_WORKER.set(true);
    loop {
        let job = {
            let mut state = hub.state();
            loop {
                if let Some(job) = state.next_job(hub.limit) {
                    break job;
                }
                state = hub
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
        };
        hub.perform(job, &mut session);
        hub.state().busy -= 1;
        hub.changed.notify_all();
    }
}

impl Hub {
    fn perform(self: &Arc<Self>, job: Job, session: &mut Maintenance) {
        match job {
            Job::Prepare(recipe) => {
                let maker = Maker {
                    owner: self.owner,
                    strategy: self.strategy,
                };
                let ended = self.show().and_then(|()| prepare(session, &recipe, maker));
                self.prepared(&recipe, ended);
            }
            Job::Copy { recipe, spares } => {
                self.copied(&recipe, self.copy(session, &recipe, spares));
            }
            Job::Retire(name, fate) => retire(session, &name, fate),
            Job::Sweep => {
                let found = leftovers(session, self.owner).unwrap_or_default();
                let mut state = self.state();
                let found = found.into_iter().map(|name| (name, Fate::Drop));
                state.retired.extend(found);
            }
            Job::Settle(ready) => {
                self.settle(session, ready);
                let mut state = self.state();
                state.settling = false;
                for stock in &mut state.stocks {
                    stock.spares = true;
                }
                // A test may have asked for a database in the meantime.
                state.dirty = !state.is_idle();
            }
        }
    }

    fn show(&self) -> Result<(), Error> {
        let mut presence = self.presence.lock().unwrap_or_else(PoisonError::into_inner);
        presence.show()
    }

    fn prepared(&self, recipe: &Recipe, ended: Result<(), Error>) {
        let mut refused = Vec::new();
        let mut state = self.state();
        if let Some(stock) = state.find(&recipe.digest) {
            match ended {
                Ok(()) => stock.stage = Stage::Ready,
                Err(error) => {
                    refused.extend(stock.waiting.drain(..).map(|test| (test, error.clone())));
                    stock.stage = Stage::Failed(error);
                }
            }
        }
        drop(state);
        for (test, error) in refused {
            test.deliver(Err(error));
        }
    }

    /// A new clone, or one that another process has left.
    fn copy(
        &self,
        session: &mut Maintenance,
        recipe: &Recipe,
        look_for_spares: bool,
    ) -> Result<Name, postgres::Error> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // The lock may have been given back when the process had no database.
        let _ = self.show();
        let template = Name::Template(recipe.digest.clone());
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = Name::Clone(recipe.digest.clone(), self.owner, number);
        if look_for_spares {
            for spare in spares(session, &template)? {
                // If not, another process was faster.
                if rename(session, &spare, &name).is_ok() {
                    return Ok(name);
                }
            }
            if let Some(stock) = self.state().find(&recipe.digest) {
                stock.spares = false;
            }
        }
        copy(session, &template, &name, self.strategy)?;
        Ok(name)
    }

    fn copied(self: &Arc<Self>, recipe: &Recipe, ended: Result<Name, postgres::Error>) {
        let mut state = self.state();
        let Some(stock) = state.find(&recipe.digest) else {
            return;
        };
        stock.making -= 1;
        match ended {
            Ok(name) => {
                if let Some(test) = stock.next_waiting() {
                    stock.lent += 1;
                    state.lent += 1;
                    drop(state);
                    test.deliver(Ok(self.lend(name)));
                } else {
                    stock.ready.push(name);
                }
            }
            // The template was dropped by hand, or by a process that took it for an old one.
            Err(error) if is(&error, "3D000") => stock.stage = Stage::Unknown,
            Err(error) => {
                stock.paused = true;
                if let Some(test) = stock.next_waiting() {
                    stock.paused = false;
                    drop(state);
                    test.deliver(Err(Error::of_server("cannot copy a template", &error)));
                }
            }
        }
    }

    /// Leaves the unused clones to the other processes, and to the next run. Then drops what is too many of them, and what
    /// processes that ended at the same moment have left.
    fn settle(&self, session: &mut Maintenance, ready: Vec<Name>) {
        for name in ready {
            if !leave(session, &name) {
                let _ = remove(session, &name);
            }
        }
        let mut presence = self.presence.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = presence.hide();
        drop(presence);
        for name in leftovers(session, self.owner).unwrap_or_default() {
            retire(session, &name, Fate::Drop);
        }
    }
}

fn leave(session: &mut Maintenance, name: &Name) -> bool {
    let Name::Clone(digest, owner, number) = name else {
        return false;
    };
    let spare = Name::Spare(digest.clone(), *owner, *number);
    rename(session, name, &spare).is_ok()
}

/// A database that cannot be dropped now will be by a later run.
fn retire(session: &mut Maintenance, name: &Name, fate: Fate) {
    match fate {
        Fate::Keep(test) => {
            let rows = session.rows("SELECT pg_catalog.date_part('epoch', now())::bigint");
            let now = rows.ok().and_then(|rows| rows.into_iter().flatten().next());
            let now = now.and_then(|now| now.parse().ok()).unwrap_or_default();
            let kept = Name::kept(now, &test);
            // Sessions of the test would keep it from being renamed; they are done.
            let end = format!(
                "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = '{name}'"
            );
            let _ = session.rows(&end);
            let shown = if rename(session, name, &kept).is_ok() {
                &kept
            } else {
                name
            };
            crate::notice::say(format_args!("kept the database {shown} of the test {test}"));
        }
        Fate::Drop => {
            let _ = match name {
                Name::Template(_) => remove_template(session, name),
                _ => remove(session, name),
            };
        }
    }
}
