//! Meters one policy with governor's cell algorithm (GCRA).

use std::time::Duration;

use governor::middleware::{NoOpMiddleware, StateInformationMiddleware};
use governor::{Quota, RateLimiter};

use crate::base::Clock;
use crate::config::Rate;

use super::tally::{Elapsed, Tallies};
use super::{Key, Policy};

/// Where a key stands with a policy, for the answer's headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The policy.
    pub policy: Policy,
    /// How much it allows.
    pub rate: Rate,
    /// How many more calls are possible at once.
    pub remaining: u32,
    /// When the whole burst is there again, from now.
    pub whole_in: Duration,
}

/// A call that is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the limit {} of {} is used up", .standing.policy.name(), .standing.rate)]
pub struct Refused {
    /// Where the key stands.
    pub standing: Standing,
    /// When one more call is possible, from now.
    pub retry_after: Duration,
    /// Whether this is the first refusal for as long as a burst takes to come back.
    pub(super) opens_window: bool,
}

type Governor = RateLimiter<Key, Tallies, Elapsed, StateInformationMiddleware>;

#[derive(Debug)]
pub(super) struct Meter {
    policy: Policy,
    rate: Rate,
    governor: Governor,
    tallies: Tallies,
    clock: Clock,
}

impl Meter {
    pub(super) fn new(policy: Policy, rate: Rate, clock: &Clock) -> Self {
        let tallies = Tallies::default();
        let quota = Quota::with_period(cost(rate))
            .expect("a rate has a time above zero")
            .allow_burst(rate.burst);
        let governor: RateLimiter<_, _, _, NoOpMiddleware<_>> =
            RateLimiter::new(quota, tallies.clone(), Elapsed(clock.clone()));
        Self {
            policy,
            rate,
            governor: governor.with_middleware(),
            tallies,
            clock: clock.clone(),
        }
    }

    pub(super) fn take(&self, key: Key) -> Result<Standing, Refused> {
        match self.governor.check_key(&key) {
            Ok(state) => Ok(self.standing(state.remaining_burst_capacity())),
            Err(not_until) => {
                let now = self.clock.elapsed();
                let retry_after = not_until.wait_time_from(now.into());
                // One unit comes back long before the burst does: a caller that goes on regardless
                // would open a window with each of them.
                let until = now + retry_after.max(self.rate.per);
                Err(Refused {
                    standing: self.standing(0),
                    retry_after,
                    opens_window: self.tallies.opens_window(key, now, until),
                })
            }
        }
    }

    pub(super) fn allows(&self) -> (Policy, Rate) {
        (self.policy, self.rate)
    }

    /// Where a key stands, without taking anything.
    pub(super) fn look(&self, key: Key) -> Standing {
        let whole_at = self.tallies.whole_at(&key).unwrap_or_default();
        let missing = whole_at.saturating_sub(self.clock.elapsed());
        let used = missing.as_nanos().div_ceil(cost(self.rate).as_nanos());
        let used = u32::try_from(used).unwrap_or(u32::MAX);
        Standing {
            policy: self.policy,
            rate: self.rate,
            remaining: self.rate.burst.get().saturating_sub(used),
            whole_in: missing,
        }
    }

    pub(super) fn give_back(&self, key: Key) {
        self.tallies.give_back(&key, cost(self.rate));
    }

    pub(super) fn sweep(&self) {
        self.tallies.sweep(self.clock.elapsed());
    }

    /// How many keys are remembered.
    pub(super) fn known(&self) -> usize {
        self.tallies.len()
    }

    fn standing(&self, remaining: u32) -> Standing {
        Standing {
            policy: self.policy,
            rate: self.rate,
            remaining,
            whole_in: cost(self.rate) * (self.rate.burst.get().saturating_sub(remaining)),
        }
    }
}

/// The time after which one unit comes back.
fn cost(rate: Rate) -> Duration {
    (rate.per / rate.burst.get()).max(Duration::from_nanos(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn meter(rate: &str) -> (Meter, Clock) {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let rate = Rate::parse(rate).unwrap();
        (Meter::new(Policy::Authentication, rate, &clock), clock)
    }

    fn caller() -> Key {
        Key::of("192.0.2.1".parse().unwrap())
    }

    #[test]
    fn a_burst_passes_and_one_comes_back_each_part_of_the_time() {
        let (meter, clock) = meter("5 / 5 minutes");
        for remaining in (0..5).rev() {
            assert_eq!(meter.take(caller()).unwrap().remaining, remaining);
        }
        let refused = meter.take(caller()).unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_mins(1));
        clock.advance(refused.retry_after);
        assert_eq!(meter.take(caller()).unwrap().remaining, 0);
        assert!(meter.take(caller()).is_err());
    }

    #[test]
    fn a_window_is_announced_once() {
        let (meter, clock) = meter("1 / minute");
        meter.take(caller()).unwrap();
        let opens = |meter: &Meter| meter.take(caller()).unwrap_err().opens_window;
        assert!(opens(&meter));
        assert!(!opens(&meter));
        clock.advance(Duration::from_mins(1));
        meter.take(caller()).unwrap();
        assert!(opens(&meter));
    }

    #[test]
    fn a_caller_that_goes_on_regardless_opens_one_window_a_burst() {
        let (meter, clock) = meter("600 / minute");
        let mut opened = 0;
        for _ in 0..1200 {
            // Ten calls for each unit that comes back.
            for _ in 0..10 {
                let refused = meter.take(caller()).err();
                opened += usize::from(refused.is_some_and(|refused| refused.opens_window));
            }
            clock.advance(Duration::from_millis(100));
        }
        assert_eq!(opened, 2);
    }

    #[test]
    fn looking_tells_the_same_as_the_last_call_and_takes_nothing() {
        let (meter, clock) = meter("5 / 5 minutes");
        let whole = meter.look(caller());
        assert_eq!((whole.remaining, whole.whole_in), (5, Duration::ZERO));
        for _ in 0..5 {
            let taken = meter.take(caller()).unwrap();
            assert_eq!(meter.look(caller()), taken);
        }
        clock.advance(Duration::from_secs(90));
        let later = meter.look(caller());
        assert_eq!((later.remaining, later.whole_in.as_secs()), (1, 210));
    }

    #[test]
    fn what_is_given_back_can_be_used_again() {
        let (meter, _clock) = meter("1 / minute");
        for _ in 0..100 {
            meter.take(caller()).unwrap();
            meter.give_back(caller());
        }
    }

    #[test]
    fn one_caller_does_not_use_up_what_another_has() {
        let (meter, _clock) = meter("1 / minute");
        meter.take(caller()).unwrap();
        meter.take(Key::of("192.0.2.2".parse().unwrap())).unwrap();
    }

    #[test]
    fn keys_whose_burst_is_whole_are_forgotten() {
        let (meter, clock) = meter("2 / minute");
        meter.take(caller()).unwrap();
        meter.sweep();
        assert_eq!(meter.tallies.len(), 1);
        clock.advance(Duration::from_mins(1));
        meter.sweep();
        assert_eq!(meter.tallies.len(), 0);
    }
}
