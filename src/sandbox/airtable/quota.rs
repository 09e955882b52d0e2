//! How many calls a second the vendor takes, and how long it sulks after one too many.
use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// The vendor's limits. Changed through the sandbox's control API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Calls per second that one base takes; 0 takes any number (Airtable Web API, "Rate limits": 5).
    pub per_base: u32,
    /// Calls per second that all bases together take from one token; 0 takes any number.
    pub per_token: u32,
    /// For how long a base answers 429 after one call too many.
    pub penalty_seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_base: 5,
            per_token: 50,
            penalty_seconds: 30,
        }
    }
}

impl Limits {
    /// Takes calls as fast as they come.
    pub fn off() -> Self {
        Self {
            per_base: 0,
            per_token: 0,
            ..Self::default()
        }
    }
}

/// Whether a call is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Taken,
    Refused,
}

/// The calls of the last second, by base and by token.
#[derive(Default)]
pub(crate) struct Quotas {
    bases: HashMap<String, Meter>,
    tokens: HashMap<String, Meter>,
}

impl Quotas {
    /// Decides on a call that arrived at `now` and counts it if it is taken.
    pub(crate) fn admit(
        &mut self,
        limits: &Limits,
        base: Option<&str>,
        token: &str,
        now: Timestamp,
    ) -> Admission {
        let penalty = SignedDuration::from_secs(limits.penalty_seconds.into());
        let by_token = meter(&mut self.tokens, token).admit(limits.per_token, penalty, now);
        let by_base = base.map_or(Admission::Taken, |base| {
            meter(&mut self.bases, base).admit(limits.per_base, penalty, now)
        });
        match (by_token, by_base) {
            (Admission::Taken, Admission::Taken) => Admission::Taken,
            _ => Admission::Refused,
        }
    }

    /// Opens the penalty of a base, as a 429 of the vendor's own does.
    pub(crate) fn punish(&mut self, limits: &Limits, base: &str, now: Timestamp) {
        let penalty = SignedDuration::from_secs(limits.penalty_seconds.into());
        meter(&mut self.bases, base).closed_until = Some(now + penalty);
    }

    /// The most calls that any base saw arrive within one second, refused ones included.
    pub(crate) fn greatest_rate(&self) -> u32 {
        self.bases
            .values()
            .map(|meter| meter.greatest)
            .max()
            .unwrap_or(0)
    }
}

fn meter<'a>(meters: &'a mut HashMap<String, Meter>, key: &str) -> &'a mut Meter {
    if !meters.contains_key(key) {
        meters.insert(key.to_owned(), Meter::default());
    }
    meters.get_mut(key).expect("it was just put there")
}

/// A sliding second, stricter than counting by the clock's own seconds: a burst across a
/// second's edge is seen.
#[derive(Default)]
struct Meter {
    taken: VecDeque<Timestamp>,
    arrived: VecDeque<Timestamp>,
    closed_until: Option<Timestamp>,
    greatest: u32,
}

impl Meter {
    fn admit(&mut self, per_second: u32, penalty: SignedDuration, now: Timestamp) -> Admission {
        self.measure(now);
        if self.closed_until.is_some_and(|until| now < until) {
            return Admission::Refused;
        }
        forget_before(&mut self.taken, now);
        if per_second > 0 && self.taken.len() >= per_second as usize {
            self.closed_until = Some(now + penalty);
            return Admission::Refused;
        }
        self.taken.push_back(now);
        Admission::Taken
    }

    fn measure(&mut self, now: Timestamp) {
        forget_before(&mut self.arrived, now);
        self.arrived.push_back(now);
        let rate = u32::try_from(self.arrived.len()).unwrap_or(u32::MAX);
        self.greatest = self.greatest.max(rate);
    }
}

/// Drops what lies a second or more before `now`.
fn forget_before(times: &mut VecDeque<Timestamp>, now: Timestamp) {
    let edge = now - SignedDuration::from_secs(1);
    while times.front().is_some_and(|at| *at <= edge) {
        times.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn call(quotas: &mut Quotas, ms: i64) -> Admission {
        quotas.admit(&Limits::default(), Some("app"), "pat", at(ms))
    }

    #[test]
    fn five_calls_a_second_are_taken_and_the_sixth_is_not() {
        let mut quotas = Quotas::default();
        for ms in [0, 1, 2, 3, 4] {
            assert_eq!(call(&mut quotas, ms), Admission::Taken);
        }
        assert_eq!(call(&mut quotas, 999), Admission::Refused);
    }

    #[test]
    fn a_steady_five_a_second_is_never_refused() {
        let mut quotas = Quotas::default();
        for step in 0..1_000 {
            assert_eq!(call(&mut quotas, step * 200), Admission::Taken);
        }
        assert_eq!(quotas.greatest_rate(), 5);
    }

    #[test]
    fn after_one_too_many_the_base_stays_closed_for_thirty_seconds() {
        let mut quotas = Quotas::default();
        for ms in 0..6 {
            call(&mut quotas, ms);
        }
        assert_eq!(call(&mut quotas, 30_004), Admission::Refused);
        assert_eq!(call(&mut quotas, 30_005), Admission::Taken);
    }

    #[test]
    fn a_call_within_the_penalty_does_not_lengthen_it() {
        let mut quotas = Quotas::default();
        for ms in 0..6 {
            call(&mut quotas, ms);
        }
        call(&mut quotas, 20_000);
        assert_eq!(call(&mut quotas, 30_005), Admission::Taken);
    }

    #[test]
    fn each_base_has_its_own_allowance() {
        let mut quotas = Quotas::default();
        for ms in 0..6 {
            call(&mut quotas, ms);
        }
        let other = quotas.admit(&Limits::default(), Some("app2"), "pat", at(7));
        assert_eq!(other, Admission::Taken);
    }

    #[test]
    fn with_the_limit_off_any_number_is_taken() {
        let mut quotas = Quotas::default();
        for _ in 0..1_000 {
            let taken = quotas.admit(&Limits::off(), Some("app"), "pat", at(0));
            assert_eq!(taken, Admission::Taken);
        }
    }
}
