//! Which connections' providers are left alone for a while.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::renewal::Key;

/// Until when each is, and why. What is over is swept when the next one begins.
#[derive(Default)]
pub(super) struct Resting(Mutex<HashMap<Key, (Timestamp, String)>>);

impl Resting {
    /// Leaves the provider of the connection at `key` alone until then, for the trouble `told`.
    pub(super) fn rest(&self, key: Key, (until, told): (Timestamp, &str), now: Timestamp) {
        let mut all = self.all();
        all.retain(|_, (until, _)| now < *until);
        all.insert(key, (until, told.to_owned()));
    }

    /// Why it is left alone; none when it is not.
    pub(super) fn rests(&self, key: &Key, now: Timestamp) -> Option<String> {
        let all = self.all();
        let (_, told) = all.get(key).filter(|(until, _)| now < *until)?;
        Some(told.clone())
    }

    /// Lets it be asked again at once.
    pub(super) fn wake(&self, key: &Key) {
        self.all().remove(key);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Key, (Timestamp, String)>> {
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
        resting.rest(one, (at(30), "busy"), at(0));
        assert_eq!(resting.rests(&one, at(29)).as_deref(), Some("busy"));
        assert_eq!(resting.rests(&one, at(30)), None);
        assert_eq!(resting.rests(&other, at(0)), None);
        resting.wake(&one);
        assert_eq!(resting.rests(&one, at(0)), None);
    }

    /// Every connection whose desk was ever in trouble stayed in memory for ever.
    #[test]
    fn those_whose_time_is_over_are_forgotten() {
        let resting = Resting::default();
        for second in 0..1000 {
            resting.rest(key(), (at(second + 30), "busy"), at(second));
        }
        assert_eq!(resting.all().len(), 30);
    }
}
