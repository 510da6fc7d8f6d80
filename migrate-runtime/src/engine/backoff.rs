//! How long to sleep between attempts: growing, bounded, and different for every starter.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// A growing delay with ±50 % of jitter, so that a herd does not come back as one.
#[derive(Debug)]
pub(super) struct Backoff {
    next: Duration,
    /// By how many percent the next is longer.
    growth: u32,
    limit: Duration,
    random: u64,
}

impl Backoff {
    /// Between looks at a lock that somebody else holds. A look is cheap, and what it has waited so far is what
    /// a starter knows of how long it will take: it sleeps about a quarter of that.
    pub(super) fn polling() -> Self {
        Self::new(Duration::from_millis(10), 25, Duration::from_secs(1))
    }

    /// Between attempts at a migration that could not get its locks.
    pub(super) fn retrying() -> Self {
        Self::new(Duration::from_millis(100), 50, Duration::from_secs(5))
    }

    fn new(first: Duration, growth: u32, limit: Duration) -> Self {
        Self {
            next: first,
            growth,
            limit,
            // The standard library's keys are random for each process and differ for each call.
            random: RandomState::new().build_hasher().finish() | 1,
        }
    }

    pub(super) fn delay(&mut self) -> Duration {
        // xorshift64: any odd start visits all values.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let percent = u32::try_from(50 + self.random % 101).unwrap_or(100);
        let delay = self.next * percent / 100;
        self.next = (self.next * (100 + self.growth) / 100).min(self.limit);
        delay
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;
    use std::time::Duration;

    #[test]
    fn delays_grow_to_the_limit_and_stay_within_half_of_it() {
        let mut backoff = Backoff::polling();
        let delays: Vec<_> = (0..100).map(|_| backoff.delay()).collect();
        assert!(delays[0] >= Duration::from_millis(5) && delays[0] <= Duration::from_millis(15));
        assert!(delays[22..].iter().all(|delay| {
            (Duration::from_millis(500)..=Duration::from_millis(1500)).contains(delay)
        }));
    }

    #[test]
    fn two_starters_sleep_differently() {
        let draw = || {
            let mut backoff = Backoff::retrying();
            (0..8).map(move |_| backoff.delay()).collect::<Vec<_>>()
        };
        assert_ne!(draw(), draw());
    }
}
