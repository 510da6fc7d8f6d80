//! Stopping a run between two migrations, for programs that are asked to end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Asks operations to stop, e.g. from a signal handler. Clones share one request.
///
/// An operation that has it ([`Runner::stop`](crate::Runner::stop)) finishes the migration under way and ends with
/// [`ErrorKind::Stopped`](crate::ErrorKind::Stopped) before the next one. Of quick migrations that share a message, those
/// that begin within the message's first 0.2 s are finished, too. So does an operation that waits for another instance or for locks.
///
/// ```
/// let token = migrate_runtime::StopToken::new();
/// let handler = token.clone();
/// std::thread::spawn(move || handler.stop()).join().unwrap();
/// assert!(token.is_stopped());
/// ```
#[derive(Debug, Clone, Default)]
pub struct StopToken(Arc<AtomicBool>);

impl StopToken {
    /// A token that has not been stopped.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every operation that shares this token to stop. This cannot be undone.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether [`stop`](StopToken::stop) was called.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The engine's word for it.
    pub(crate) fn is_requested(&self) -> bool {
        self.is_stopped()
    }
}

impl PartialEq for StopToken {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for StopToken {}
