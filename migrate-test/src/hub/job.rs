//! What a worker does next.

use std::sync::Arc;

use crate::hub::Fate;
use crate::hub::stock::{Stage, State};
use crate::name::Name;
use crate::recipe::Recipe;

/// One piece of work; the state already counts it as begun.
#[derive(Debug)]
pub(crate) enum Job {
    Prepare(Arc<Recipe>),
    Copy {
        recipe: Arc<Recipe>,
        spares: bool,
    },
    Retire(Name, Fate),
    /// Lists what earlier runs have left.
    Sweep,
    /// Leaves or drops what is ready: no test of this process has a database.
    Settle(Vec<Name>),
}

/// So many clones are made ahead at most for one template.
const AHEAD: usize = 8;

/// With more clones than that to drop, dropping comes first: they take the server's disk or memory.
const BACKLOG: usize = 16;

impl State {
    /// Tests that wait come first, then clones to come, then what is to be dropped.
    pub(crate) fn next_job(&mut self, limit: usize) -> Option<Job> {
        if self.settling {
            return None;
        }
        let job = self
            .prepare()
            .or_else(|| self.copy_for_waiting(limit))
            .or_else(|| {
                (self.retired.len() > BACKLOG)
                    .then(|| self.retire())
                    .flatten()
            })
            .or_else(|| self.copy_ahead())
            .or_else(|| self.retire())
            .or_else(|| self.sweep())
            .or_else(|| self.settle())?;
        self.busy += 1;
        Some(job)
    }

    fn prepare(&mut self) -> Option<Job> {
        let stock = self
            .stocks
            .iter_mut()
            .find(|stock| matches!(stock.stage, Stage::Unknown) && !stock.waiting.is_empty())?;
        stock.stage = Stage::Preparing;
        Some(Job::Prepare(stock.recipe.clone()))
    }

    fn copy_for_waiting(&mut self, limit: usize) -> Option<Job> {
        let making: usize = self.stocks.iter().map(|stock| stock.making).sum();
        if self.lent + making >= limit {
            return None;
        }
        self.copy(|waiting, _, making| waiting > making)
    }

    /// As many as there are tests at work: each will be followed by another one, most likely.
    fn copy_ahead(&mut self) -> Option<Job> {
        self.copy(|waiting, lent, made| waiting + lent.min(AHEAD) > made)
    }

    fn copy(&mut self, wanted: impl Fn(usize, usize, usize) -> bool) -> Option<Job> {
        let stock = self.stocks.iter_mut().find(|stock| {
            let made = stock.making + stock.ready.len();
            matches!(stock.stage, Stage::Ready)
                && !stock.paused
                && wanted(stock.waiting.len(), stock.lent, made)
        })?;
        stock.making += 1;
        Some(Job::Copy {
            recipe: stock.recipe.clone(),
            spares: stock.spares,
        })
    }

    fn retire(&mut self) -> Option<Job> {
        let (name, fate) = self.retired.pop_front()?;
        Some(Job::Retire(name, fate))
    }

    fn sweep(&mut self) -> Option<Job> {
        let first = self.dirty && !self.swept;
        self.swept |= first;
        first.then_some(Job::Sweep)
    }

    fn settle(&mut self) -> Option<Job> {
        if !self.is_settling() || self.busy > 0 {
            return None;
        }
        self.settling = true;
        let stocks = self.stocks.iter_mut();
        let ready = stocks.flat_map(|stock| stock.ready.drain(..)).collect();
        Some(Job::Settle(ready))
    }
}
