//! Says how long to wait before trying again.

use std::time::Duration;

use rand::RngExt as _;

/// Exponential waiting with full jitter: the n-th wait is drawn from zero to `first * 2^n`.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The greatest first wait.
    pub first: Duration,
    /// The greatest wait of all.
    pub most: Duration,
}

impl Backoff {
    /// The wait before try `attempt + 1`, where `attempt` counts the failures so far from zero.
    pub fn wait(&self, attempt: u32, rng: &mut impl rand::Rng) -> Duration {
        let ceiling = self
            .first
            .saturating_mul(1 << attempt.min(20))
            .min(self.most);
        ceiling.mul_f64(rng.random::<f64>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_never_pass_the_most() {
        let backoff = Backoff {
            first: Duration::from_millis(100),
            most: Duration::from_secs(5),
        };
        let mut rng = rand::rng();
        for attempt in 0..64 {
            let ceiling = Duration::from_millis(100 << attempt.min(6)).min(backoff.most);
            assert!(backoff.wait(attempt, &mut rng) <= ceiling);
        }
    }
}
