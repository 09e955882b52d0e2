//! Keeps what was begun until the person comes back. In memory alone: whoever began before a
//! restart begins anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::authorization::Aim;
use crate::base::{Secret, UserId};
use crate::providers::oauth::Verifier;
use crate::providers::{Endpoint, Kind};

/// A person has so long at the provider's page.
pub(super) const LASTS: Duration = Duration::from_mins(10);
/// So many may be begun at a time by one user; the oldest gives way.
const MOST: usize = 10;

/// One person on their way to a provider and back.
#[derive(Debug)]
pub(super) struct Wait {
    /// Known to this appliance and to the one browser that was sent off.
    pub(super) state: Secret,
    pub(super) verifier: Verifier,
    pub(super) provider: Kind,
    pub(super) endpoint: Endpoint,
    pub(super) aim: Aim,
    /// Where the provider was told to send them back to.
    pub(super) back: String,
    /// The session or token that began it, by its id.
    pub(super) holder: String,
    pub(super) ends_at: Timestamp,
}

/// All that was begun, by user.
#[derive(Default)]
pub(in crate::connections) struct Waiting(Mutex<HashMap<UserId, Vec<Wait>>>);

impl Waiting {
    pub(super) fn put(&self, owner: UserId, wait: Wait, now: Timestamp) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, waits| {
            waits.retain(|wait| now < wait.ends_at);
            !waits.is_empty()
        });
        let own = all.entry(owner).or_default();
        if own.len() == MOST {
            own.remove(0);
        }
        own.push(wait);
    }

    /// Takes what `owner` began under this state, which is good once, whatever comes of it. All of
    /// the owner's are compared, each in constant time.
    pub(super) fn take(&self, owner: UserId, state: &str, now: Timestamp) -> Option<Wait> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.get_mut(&owner)?;
        let mut place = None;
        for (at, wait) in own.iter().enumerate() {
            if wait.state.matches(state) {
                place = Some(at);
            }
        }
        let wait = own.remove(place?);
        (now < wait.ends_at).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;

    fn wait(state: &str, second: i64) -> Wait {
        Wait {
            state: Secret::new(state),
            verifier: Verifier::random(),
            provider: Kind::Airtable,
            endpoint: Endpoint::Sandbox,
            aim: Aim::Create("A".to_owned()),
            back: String::new(),
            holder: String::new(),
            ends_at: at(second),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn user() -> UserId {
        UserId::new(&Clock::system())
    }

    #[test]
    fn a_state_is_good_once_for_its_owner_and_until_its_end() {
        let (waiting, ada, eve) = (Waiting::default(), user(), user());
        waiting.put(ada, wait("one", 10), at(0));
        waiting.put(ada, wait("two", 10), at(0));
        assert!(waiting.take(eve, "one", at(1)).is_none());
        assert!(waiting.take(ada, "on", at(1)).is_none());
        assert!(waiting.take(ada, "one", at(1)).is_some());
        assert!(waiting.take(ada, "one", at(1)).is_none());
        assert!(waiting.take(ada, "two", at(10)).is_none());
        assert!(waiting.take(ada, "two", at(1)).is_none());
    }

    #[test]
    fn the_oldest_gives_way_when_too_many_wait() {
        let (waiting, ada) = (Waiting::default(), user());
        for number in 0..=MOST {
            waiting.put(ada, wait(&number.to_string(), 10), at(0));
        }
        assert!(waiting.take(ada, "0", at(1)).is_none());
        assert!(waiting.take(ada, "1", at(1)).is_some());
    }
}
