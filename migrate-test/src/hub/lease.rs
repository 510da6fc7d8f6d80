//! A clone in the hands of a test.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::hub::{Fate, Hub};
use crate::name::Name;
use crate::server::Server;

/// Goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Lease {
    hub: Arc<Hub>,
    name: Name,
    failed: AtomicBool,
    test: Mutex<Option<String>>,
}

/// Which databases are kept: `failed` or nothing.
const KEEP: &str = "MIGRATE_TEST_KEEP";

impl Lease {
    pub(crate) fn new(hub: Arc<Hub>, name: Name) -> Self {
        Self {
            hub,
            name,
            failed: AtomicBool::new(false),
            test: Mutex::new(None),
        }
    }

    pub(crate) fn name(&self) -> &Name {
        &self.name
    }

    pub(crate) fn server(&self) -> &Server {
        &self.hub.server
    }

    pub(crate) fn mark_failed(&self) {
        self.failed.store(true, Ordering::Relaxed);
    }

    /// By this name a kept database is found.
    pub(crate) fn name_test(&self, test: Option<&str>) {
        let mut name = self.test.lock().unwrap_or_else(PoisonError::into_inner);
        *name = test.map(str::to_owned);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let failed = *self.failed.get_mut() || thread::panicking();
        let keep = failed && std::env::var_os(KEEP).is_some_and(|value| value == "failed");
        let fate = if keep {
            let test = self.test.get_mut().unwrap_or_else(PoisonError::into_inner);
            Fate::Keep(test.take().unwrap_or_else(|| "unnamed".to_owned()))
        } else {
            Fate::Drop
        };
        self.hub.give_back(self.name.clone(), fate);
    }
}
