//! Chance, all of it from one seed.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// The dice of a seed.
pub(super) struct Dice(pub(super) StdRng);

impl Dice {
    pub(super) fn of(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Whether something of this probability happens.
    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0.random_range(0..end)
    }

    /// A number from `from` to below `end`.
    pub(super) fn between(&mut self, from: u64, end: u64) -> u64 {
        self.0.random_range(from..end)
    }

    /// One of some things; there must be one.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.0.random_range(0..of.len())]
    }
}
