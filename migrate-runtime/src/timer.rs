//! Waiting on any runtime, or none: sqlx works with several, and has no timer for others.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// Ready at a time. A thread sleeps until then; the engine waits for seconds at most, and seldom.
#[derive(Debug)]
pub(crate) struct Timer {
    until: Instant,
    waker: Option<Arc<Mutex<Waker>>>,
}

impl Timer {
    pub(crate) fn new(duration: Duration) -> Self {
        // Beyond what a clock can hold is for ever; a year is.
        let longest = Duration::from_secs(365 * 24 * 60 * 60);
        Self {
            until: Instant::now() + duration.min(longest),
            waker: None,
        }
    }
}

impl Future for Timer {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Poll::Ready(());
        }
        if let Some(waker) = &self.waker {
            context.waker().clone_into(&mut lock(waker));
            return Poll::Pending;
        }
        let waker = Arc::new(Mutex::new(context.waker().clone()));
        self.waker = Some(Arc::clone(&waker));
        let sleep = move || {
            thread::sleep(left);
            lock(&waker).wake_by_ref();
        };
        let name = "migrate timer".to_owned();
        if thread::Builder::new().name(name).spawn(sleep).is_err() {
            // No thread to be had: better to block this one than not to wait.
            thread::sleep(left);
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

/// A poisoned lock is safe to use: all that is done with it is to replace what it holds.
fn lock(waker: &Mutex<Waker>) -> std::sync::MutexGuard<'_, Waker> {
    waker.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Timer;
    use std::pin::pin;
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};
    use std::thread::{self, Thread};
    use std::time::{Duration, Instant};

    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    #[test]
    fn it_wakes_the_task_that_polled_it_last_and_not_before_its_time() {
        let begun = Instant::now();
        let mut timer = pin!(Timer::new(Duration::from_millis(20)));
        let first = timer.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(first, Poll::Pending);
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        while timer
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
        {
            thread::park();
        }
        assert!(begun.elapsed() >= Duration::from_millis(20));
    }
}
