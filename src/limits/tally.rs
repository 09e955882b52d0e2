//! Keeps one number for each key: when its burst will be whole again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::clock::Clock as GovernorClock;
use governor::nanos::Nanos;
use governor::state::StateStore;

use crate::base::Clock;

use super::Key;

/// Our clock, for governor: time since the start, which no step of the wall clock moves.
#[derive(Clone, Debug)]
pub(super) struct Elapsed(pub(super) Clock);

impl GovernorClock for Elapsed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

/// What is remembered of one key.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// When the burst is whole again (the "theoretical arrival time" of the cell algorithm).
    whole_at: Duration,
    /// Until when refusals belong to a window that was announced already.
    announced_until: Duration,
}

/// The tallies of one policy, shared between governor, which advances them, and those who give
/// back or sweep.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies(Arc<Mutex<HashMap<Key, Tally>>>);

impl Tallies {
    /// Gives one unit of `cost` back.
    pub(super) fn give_back(&self, key: &Key, cost: Duration) {
        if let Some(tally) = self.lock().get_mut(key) {
            tally.whole_at = tally.whole_at.saturating_sub(cost);
        }
    }

    /// When the burst of `key` is whole again; nothing when it is.
    pub(super) fn whole_at(&self, key: &Key) -> Option<Duration> {
        self.lock().get(key).map(|tally| tally.whole_at)
    }

    /// Whether a refusal at `now` opens a window, which then lasts until `until`.
    pub(super) fn opens_window(&self, key: Key, now: Duration, until: Duration) -> bool {
        let mut tallies = self.lock();
        let tally = tallies.entry(key).or_default();
        let opens = tally.announced_until <= now;
        if opens {
            tally.announced_until = until;
        }
        opens
    }

    /// Forgets the keys whose burst is whole: they are like new.
    pub(super) fn sweep(&self, now: Duration) {
        let mut tallies = self.lock();
        tallies.retain(|_, tally| tally.whole_at > now || tally.announced_until > now);
        tallies.shrink_to_fit();
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Tally>> {
        // A panic elsewhere leaves whole numbers behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StateStore for Tallies {
    type Key = Key;

    fn measure_and_replace<T, F, E>(&self, key: &Key, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut tallies = self.lock();
        let known = tallies.get(key).map(|tally| tally.whole_at.into());
        let (outcome, whole_at) = decide(known)?;
        tallies.entry(*key).or_default().whole_at = whole_at.into();
        Ok(outcome)
    }
}
