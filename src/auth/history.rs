//! Remembers how signing in went under an address, and decides when to try again.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::sign_in::fingerprint;
use super::{Error, Ledger};
use crate::store::{self, Batch, Bytes, Collection, Entry, Index, Json};

/// Failures that cost nothing but themselves.
const FREE: u32 = 5;
/// What the next one costs; each further one twice as much, up to `LONGEST`.
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_hours(1);
/// So many failures in a row, and the address waits for somebody who manages users
/// (NIST SP 800-63B-4 allows a hundred).
const MOST: u32 = 100;

/// What nobody has added to for so long is forgotten, where it is no user's: the longest wait has
/// been over for weeks.
pub(super) const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Addresses with failures, by when the last one was. The store's schema 2 brought it.
pub(super) static BY_FAILURE: Index = Index {
    name: "sign_in.failed_at",
    unique: false,
};

/// One for each address that was tried, whether a user has it or not: telling them apart would
/// take another time. Keyed by the SHA-256 of the folded address.
pub(super) struct Histories;

impl Collection for Histories {
    const NAME: &'static str = "sign_in";
    const INDEXES: &'static [&'static Index] = &[&BY_FAILURE];
    type Key = Bytes;
    type Value = History;

    fn entries(_key: &Bytes, value: &History) -> Vec<Entry> {
        let entry = value.failed_at.map(|at| Entry::new(&BY_FAILURE, &at));
        entry.into_iter().collect()
    }
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
    /// How long no attempt is allowed from `now` on; at least so long when it takes somebody who
    /// manages users to end it. None when one is allowed.
    ///
    /// When the clock was set back past the last failure, the wait begins anew from `now`'s side:
    /// it never lasts longer than it would have.
    pub(super) fn held_back_for(&self, now: Timestamp) -> Option<Duration> {
        if self.failures >= MOST {
            return Some(LONGEST);
        }
        let passed = now.duration_since(self.failed_at?).unsigned_abs();
        wait(self.failures)?
            .checked_sub(passed)
            .filter(|left| !left.is_zero())
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

    /// Whether nothing is lost when it is forgotten, once it is old and no user's. One that is
    /// closed for good stays closed.
    pub(super) fn may_be_forgotten(&self) -> bool {
        self.failures < MOST
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
fn wait(failures: u32) -> Option<Duration> {
    let doublings = failures.checked_sub(FREE)?;
    Some(FIRST.saturating_mul(1 << doublings.min(20)).min(LONGEST))
}

/// How often an attempt is begun anew because another one of the same address came between.
const TRIES: u32 = 3;

/// Counts a failure ahead of an attempt, unless the address is held back; says for how long it is.
///
/// Counted before the password is looked at, many attempts at once are no more tries than one
/// after another.
pub(super) async fn count(ledger: &Ledger, email: &str) -> Result<Option<Duration>, Error> {
    let key = fingerprint(email);
    for _ in 0..TRIES {
        let row = ledger.store.get::<Histories>(&key)?;
        let history = row.as_ref().map(|row| row.value).unwrap_or_default();
        let now = ledger.clock.now();
        let held_back = history.held_back_for(now);
        let next = if held_back.is_some() {
            history
        } else {
            history.failed(now)
        };
        let mut batch = Batch::bookkeeping();
        match &row {
            Some(row) => batch.replace::<Histories>(&key, &next, row.version),
            None => batch.insert::<Histories>(&key, &next),
        };
        match ledger.store.commit(batch).await {
            Ok(_) => return Ok(held_back),
            Err(store::Error::Conflict(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // So many attempts at once are nobody's who knows the password.
    Ok(Some(FIRST))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

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
            assert!(
                history.held_back_for(in_seconds(seconds - 1)).is_some(),
                "{failures}"
            );
            assert!(
                history.held_back_for(in_seconds(seconds)).is_none(),
                "{failures}"
            );
        }
        assert!(after(4).held_back_for(NOON).is_none());
    }

    #[test]
    fn a_hundred_failures_close_the_way_for_good() {
        assert!(after(100).held_back_for(in_seconds(1 << 30)).is_some());
        assert!(after(100).forgiven().held_back_for(NOON).is_none());
    }

    #[test]
    fn a_clock_that_was_set_back_does_not_hold_anybody_for_days() {
        assert!(after(5).held_back_for(in_seconds(-10)).is_some());
        assert!(after(5).held_back_for(in_seconds(-86_400)).is_none());
    }

    #[test]
    fn success_forgets_the_failures() {
        assert!(History::succeeded(NOON).held_back_for(NOON).is_none());
    }
}
