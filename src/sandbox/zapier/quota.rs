//! How many deliveries a hook and its account take.
use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::{Address, ZapierKnobs};

const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The deliveries of the last second by hook, and of the window by account.
#[derive(Default)]
pub(super) struct Quotas {
    hooks: HashMap<Address, VecDeque<Timestamp>>,
    accounts: HashMap<String, Window>,
    greatest_rate: u32,
}

/// A window that began with its first delivery.
struct Window {
    since: Timestamp,
    taken: u32,
}

impl Quotas {
    /// Takes one delivery in, or says how many seconds it comes too early.
    pub(super) fn admit(
        &mut self,
        address: &Address,
        knobs: &ZapierKnobs,
        now: Timestamp,
    ) -> Result<(), u32> {
        let last = self.hooks.entry(address.clone()).or_default();
        while last.front().is_some_and(|at| *at + SECOND <= now) {
            last.pop_front();
        }
        let rate = u32::try_from(last.len()).unwrap_or(u32::MAX);
        if knobs.per_second > 0 && rate >= knobs.per_second {
            return Err(1);
        }
        let span = SignedDuration::from_secs(knobs.window_seconds.into());
        let window = self.accounts.entry(address.account().to_owned());
        let window = window.or_insert(Window {
            since: now,
            taken: 0,
        });
        if window.since + span <= now {
            (window.since, window.taken) = (now, 0);
        }
        if knobs.per_account > 0 && window.taken >= knobs.per_account {
            let left = (window.since + span).duration_since(now).as_secs() + 1;
            return Err(u32::try_from(left).unwrap_or(u32::MAX));
        }
        window.taken += 1;
        last.push_back(now);
        self.greatest_rate = self.greatest_rate.max(rate + 1);
        Ok(())
    }

    /// The most deliveries that a hook took within one second.
    pub(super) fn greatest_rate(&self) -> u32 {
        self.greatest_rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    #[test]
    fn a_hook_takes_so_many_in_any_second_and_another_is_not_held_up() {
        let knobs = ZapierKnobs {
            per_second: 2,
            ..ZapierKnobs::off()
        };
        let (one, other) = ("catch/1/a".parse().unwrap(), "catch/1/b".parse().unwrap());
        let mut quotas = Quotas::default();
        assert_eq!(quotas.admit(&one, &knobs, at(0)), Ok(()));
        assert_eq!(quotas.admit(&one, &knobs, at(900)), Ok(()));
        assert_eq!(quotas.admit(&one, &knobs, at(999)), Err(1));
        assert_eq!(quotas.admit(&other, &knobs, at(999)), Ok(()));
        assert_eq!(quotas.admit(&one, &knobs, at(1_000)), Ok(()));
        assert_eq!(quotas.greatest_rate(), 2);
    }

    #[test]
    fn an_accounts_hooks_share_a_window() {
        let knobs = ZapierKnobs {
            per_account: 1,
            ..ZapierKnobs::off()
        };
        let (one, other) = (
            "catch/1/a".parse().unwrap(),
            "standard/1/b".parse().unwrap(),
        );
        let mut quotas = Quotas::default();
        assert_eq!(quotas.admit(&one, &knobs, at(0)), Ok(()));
        assert_eq!(quotas.admit(&other, &knobs, at(200_000)), Err(101));
        assert_eq!(quotas.admit(&other, &knobs, at(300_000)), Ok(()));
    }
}
