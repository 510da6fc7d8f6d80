//! How long to sleep between attempts: growing, bounded, and different in every instance.

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
    /// Between checks of a lock that another session holds.
    pub(super) fn polling() -> Self {
        Self::new(Duration::from_millis(20), 50, Duration::from_secs(1))
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
        let delay = self.next;
        self.next = (self.next * (100 + self.growth) / 100).min(self.limit);
        self.spread(delay, 50)
    }

    /// [`delay`](Self::delay), but no longer than what is waited for is `expected` to take.
    pub(super) fn delay_within(&mut self, expected: Duration) -> Duration {
        let expected = self.spread(expected.clamp(Duration::from_millis(5), self.limit), 15);
        self.delay().min(expected)
    }

    /// So many percent shorter to so many longer.
    fn spread(&mut self, delay: Duration, percent: u32) -> Duration {
        // xorshift64: any odd start visits all values.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let random = u32::try_from(self.random % u64::from(2 * percent + 1)).unwrap_or_default();
        delay * (100 - percent + random) / 100
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
        assert!(delays[0] >= Duration::from_millis(10) && delays[0] <= Duration::from_millis(30));
        assert!(delays[22..].iter().all(|delay| {
            (Duration::from_millis(500)..=Duration::from_millis(1500)).contains(delay)
        }));
    }

    #[test]
    fn a_sleep_is_no_longer_than_the_rest_is_expected_to_take() {
        let mut backoff = Backoff::polling();
        for _ in 0..20 {
            backoff.delay();
        }
        let delay = backoff.delay_within(Duration::from_millis(40));
        assert!((Duration::from_millis(34)..=Duration::from_millis(46)).contains(&delay));
        let delay = backoff.delay_within(Duration::ZERO);
        assert!((Duration::from_millis(4)..=Duration::from_millis(6)).contains(&delay));
        let delay = backoff.delay_within(Duration::MAX);
        assert!(delay <= Duration::from_millis(1500));
    }

    #[test]
    fn two_instances_sleep_differently() {
        let draw = || {
            let mut backoff = Backoff::retrying();
            (0..8).map(move |_| backoff.delay()).collect::<Vec<_>>()
        };
        assert_ne!(draw(), draw());
    }
}
