//! Stopping a run between two migrations, for programs that are asked to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A request to stop, shared between a run and whoever may ask it to, such as a signal handler.
///
/// A run that is given one ([`Runner::stop`](crate::Runner::stop)) finishes the migration that it is
/// applying, and those that are under way in the same message, and ends with an error before the next;
/// so does one that waits for others or for locks.
///
/// ```
/// # use migrate_runtime as migrate;
/// let stop = migrate::Stop::new();
/// let handler = stop.clone();
/// std::thread::spawn(move || handler.request()).join().unwrap();
/// assert!(stop.is_requested());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Not requested yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every run that shares it to stop. There is no way back.
    pub fn request(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody has asked.
    pub fn is_requested(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl PartialEq for Stop {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Stop {}
