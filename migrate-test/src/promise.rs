//! A value that another thread will deliver, for threads and for futures alike.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

/// The receiver's half.
pub(crate) struct Promise<T>(Arc<Place<T>>);

/// The half of the thread that delivers.
pub(crate) struct Delivery<T>(Arc<Place<T>>);

struct Place<T> {
    inner: Mutex<Inner<T>>,
    arrived: Condvar,
}

struct Inner<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

pub(crate) fn promise<T>() -> (Promise<T>, Delivery<T>) {
    let place = Arc::new(Place {
        inner: Mutex::new(Inner {
            value: None,
            waker: None,
        }),
        arrived: Condvar::new(),
    });
    (Promise(place.clone()), Delivery(place))
}

impl<T> Delivery<T> {
    /// A receiver that is gone lets the value drop.
    pub(crate) fn deliver(self, value: T) {
        let mut inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.value = Some(value);
        let waker = inner.waker.take();
        drop(inner);
        self.0.arrived.notify_one();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Whether the receiver is still there.
    pub(crate) fn is_wanted(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }
}

impl<T> Promise<T> {
    /// Blocks the thread.
    pub(crate) fn wait(self) -> T {
        let mut inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(value) = inner.value.take() {
                return value;
            }
            inner = self
                .0
                .arrived
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<T> Future for Promise<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut inner = self.0.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = inner.value.take() {
            return Poll::Ready(value);
        }
        inner.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

impl<T> fmt::Debug for Delivery<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Delivery")
    }
}
