//! What tests wait for, what is ready, and what is to be dropped.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::Error;
use crate::digest::Digest;
use crate::hub::{Fate, Lease};
use crate::name::Name;
use crate::promise::Delivery;
use crate::recipe::Recipe;

/// All of this process's databases. The lock on it is never held while the server is asked.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) stocks: Vec<Stock>,
    pub(crate) retired: VecDeque<(Name, Fate)>,
    /// How many databases tests have.
    pub(crate) lent: usize,
    /// How many workers are at work.
    pub(crate) busy: usize,
    /// What earlier runs have left was listed.
    pub(crate) swept: bool,
    /// Something was lent, retired or made since the process last had nothing.
    pub(crate) dirty: bool,
    /// A worker hands over what is left; the others wait.
    pub(crate) settling: bool,
}

/// One template, for this process.
#[derive(Debug)]
pub(crate) struct Stock {
    pub(crate) recipe: Arc<Recipe>,
    pub(crate) stage: Stage,
    /// Clones that no test has had yet.
    pub(crate) ready: Vec<Name>,
    pub(crate) waiting: VecDeque<Delivery<Result<Lease, Error>>>,
    /// How many clones are being made.
    pub(crate) making: usize,
    /// How many of its clones tests have.
    pub(crate) lent: usize,
    /// Other processes may have left clones.
    pub(crate) spares: bool,
    /// The last clone made ahead failed: until a test asks, no more of them.
    pub(crate) paused: bool,
}

/// Whether clones can be made.
#[derive(Debug)]
pub(crate) enum Stage {
    Unknown,
    Preparing,
    Ready,
    /// It cannot be made, and will not be made by this process.
    Failed(Error),
}

impl State {
    pub(crate) fn stock(&mut self, recipe: Arc<Recipe>) -> &mut Stock {
        self.dirty = true;
        let found = self
            .stocks
            .iter()
            .position(|stock| stock.recipe.digest == recipe.digest);
        let place = found.unwrap_or_else(|| {
            self.stocks.push(Stock {
                recipe,
                stage: Stage::Unknown,
                ready: Vec::new(),
                waiting: VecDeque::new(),
                making: 0,
                lent: 0,
                spares: true,
                paused: false,
            });
            self.stocks.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "it was found or pushed there")]
        &mut self.stocks[place]
    }

    pub(crate) fn find(&mut self, digest: &Digest) -> Option<&mut Stock> {
        let mut stocks = self.stocks.iter_mut();
        stocks.find(|stock| stock.recipe.digest == *digest)
    }

    pub(crate) fn give_back(&mut self, name: Name, fate: Fate) {
        if let Name::Clone(digest, ..) = &name
            && let Some(stock) = self.find(digest)
        {
            stock.lent = stock.lent.saturating_sub(1);
        }
        self.retired.push_back((name, fate));
    }

    /// No test has a database or waits for one.
    pub(crate) fn is_idle(&self) -> bool {
        self.lent == 0 && self.stocks.iter().all(|stock| stock.waiting.is_empty())
    }

    /// No test has a database or waits for one, and not everything is put away yet.
    pub(crate) fn is_settling(&self) -> bool {
        self.is_idle() && self.dirty
    }
}

impl Stock {
    pub(crate) fn failure(&self) -> Option<Error> {
        match &self.stage {
            Stage::Failed(error) => Some(error.clone()),
            _ => None,
        }
    }

    pub(crate) fn take_ready(&mut self) -> Option<Name> {
        let name = self.ready.pop()?;
        self.lent += 1;
        Some(name)
    }

    pub(crate) fn wait(&mut self, delivery: Delivery<Result<Lease, Error>>) {
        self.paused = false;
        self.waiting.push_back(delivery);
    }

    /// The first test that still waits.
    pub(crate) fn next_waiting(&mut self) -> Option<Delivery<Result<Lease, Error>>> {
        while let Some(delivery) = self.waiting.pop_front() {
            if delivery.is_wanted() {
                return Some(delivery);
            }
        }
        None
    }
}
