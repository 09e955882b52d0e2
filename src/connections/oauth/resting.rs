//! Which connections' providers are left alone for a while.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::renewal::Key;

/// Until when each is. What is over is swept when the next one begins.
#[derive(Default)]
pub(super) struct Resting(Mutex<HashMap<Key, Timestamp>>);

impl Resting {
    /// Leaves the provider of the connection at `key` alone until then.
    pub(super) fn rest(&self, key: Key, until: Timestamp, now: Timestamp) {
        let mut all = self.all();
        all.retain(|_, until| now < *until);
        all.insert(key, until);
    }

    /// Whether it is left alone.
    pub(super) fn rests(&self, key: &Key, now: Timestamp) -> bool {
        self.all().get(key).is_some_and(|until| now < *until)
    }

    /// Lets it be asked again at once.
    pub(super) fn wake(&self, key: &Key) {
        self.all().remove(key);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Key, Timestamp>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Clock, ConnectionId, UserId};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn key() -> Key {
        let clock = Clock::system();
        (UserId::new(&clock), ConnectionId::new(&clock))
    }

    #[test]
    fn one_rests_until_its_time_or_until_it_is_woken() {
        let (resting, one, other) = (Resting::default(), key(), key());
        resting.rest(one, at(30), at(0));
        assert!(resting.rests(&one, at(29)) && !resting.rests(&one, at(30)));
        assert!(!resting.rests(&other, at(0)));
        resting.wake(&one);
        assert!(!resting.rests(&one, at(0)));
    }

    /// Every connection whose desk was ever in trouble stayed in memory for ever.
    #[test]
    fn those_whose_time_is_over_are_forgotten() {
        let resting = Resting::default();
        for second in 0..1000 {
            resting.rest(key(), at(second + 30), at(second));
        }
        assert_eq!(resting.all().len(), 30);
    }
}
