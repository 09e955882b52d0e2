//! Remembers how signing in went under an address, and decides when to try again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::store::{Bytes, Collection, Json};

/// Failures that cost nothing but themselves.
const FREE: u32 = 5;
/// What the next one costs; each further one twice as much, up to `LONGEST`.
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_hours(1);
/// So many failures in a row, and the address waits for somebody who manages users
/// (NIST SP 800-63B-4 allows a hundred).
const MOST: u32 = 100;

/// One for each address that was tried, whether a user has it or not: telling them apart would
/// take another time. Keyed by the SHA-256 of the folded address.
pub(super) struct Histories;

impl Collection for Histories {
    const NAME: &'static str = "sign_in";
    type Key = Bytes;
    type Value = History;
}

/// How signing in went under one address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    /// Failures since the last success.
    pub(super) failures: u32,
    /// When the last of them was.
    pub(super) failed_at: Option<Timestamp>,
    /// When it last went well.
    pub(super) succeeded_at: Option<Timestamp>,
}

impl Json for History {}

impl History {
    /// Whether no attempt is allowed at `now`.
    ///
    /// When the clock was set back past the last failure, the wait begins anew from `now`'s side:
    /// it never lasts longer than it would have.
    pub(super) fn is_held_back(&self, now: Timestamp) -> bool {
        if self.failures >= MOST {
            return true;
        }
        let (Some(failed_at), Some(wait)) = (self.failed_at, wait(self.failures)) else {
            return false;
        };
        let passed = now.duration_since(failed_at);
        passed.abs() < wait
    }

    /// One more failure.
    #[must_use]
    pub(super) fn failed(self, now: Timestamp) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            failed_at: Some(now),
            ..self
        }
    }

    /// Went well.
    pub(super) fn succeeded(now: Timestamp) -> Self {
        Self {
            failures: 0,
            failed_at: None,
            succeeded_at: Some(now),
        }
    }

    /// Allowed to try again, by somebody who manages users.
    #[must_use]
    pub(super) fn forgiven(self) -> Self {
        Self {
            failures: 0,
            failed_at: None,
            ..self
        }
    }
}

/// How long to wait after so many failures.
fn wait(failures: u32) -> Option<SignedDuration> {
    let doublings = failures.checked_sub(FREE)?;
    let wait = FIRST.saturating_mul(1 << doublings.min(20)).min(LONGEST);
    SignedDuration::try_from(wait).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn after(failures: u32) -> History {
        (0..failures).fold(History::default(), |history, _| history.failed(NOON))
    }

    fn in_seconds(seconds: i64) -> Timestamp {
        NOON + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn each_failure_past_the_free_ones_doubles_the_wait() {
        for (failures, seconds) in [(5, 30), (6, 60), (7, 120), (12, 3600), (99, 3600)] {
            let history = after(failures);
            assert!(history.is_held_back(in_seconds(seconds - 1)), "{failures}");
            assert!(!history.is_held_back(in_seconds(seconds)), "{failures}");
        }
        assert!(!after(4).is_held_back(NOON));
    }

    #[test]
    fn a_hundred_failures_close_the_way_for_good() {
        assert!(after(100).is_held_back(in_seconds(1 << 30)));
        assert!(!after(100).forgiven().is_held_back(NOON));
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_hold_anybody_for_days() {
        assert!(after(5).is_held_back(in_seconds(-10)));
        assert!(!after(5).is_held_back(in_seconds(-86_400)));
    }

    #[test]
    fn success_forgets_the_failures() {
        assert!(!History::succeeded(NOON).is_held_back(NOON));
    }
}
