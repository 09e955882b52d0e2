//! How many calls the vendor takes: so many a second in the long run, a budget for each window,
//! and a budget that all integrations of the workspace share.
use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};

use super::{knobs::NotionLimits, refusal::Refusal};

const SECOND_MS: i64 = 1_000;

/// The calls that were taken, by token and from all of them.
#[derive(Default)]
pub(crate) struct Quotas {
    tokens: HashMap<String, Meter>,
    workspace: Window,
    /// The workspace is closed to everybody until then.
    closed_until: Option<Timestamp>,
    /// The calls of the last second, refused ones included.
    arrived: VecDeque<Timestamp>,
    greatest: u32,
}

/// One token's calls.
struct Meter {
    /// Calls that may still come at once, in thousandths.
    left: i64,
    filled: Timestamp,
    window: Window,
    /// Told to stay away until then.
    closed_until: Option<Timestamp>,
}

/// The calls since a window began.
#[derive(Default)]
struct Window {
    began: Option<Timestamp>,
    taken: u32,
}

impl Quotas {
    /// Decides on a call that arrived at `now`, and counts it if it is taken.
    pub(crate) fn admit(
        &mut self,
        limits: &NotionLimits,
        token: &str,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        self.measure(now);
        if let Some(until) = self.closed_until.filter(|until| now < *until) {
            return Err(refused(until, now, "workspace"));
        }
        let meter = self
            .tokens
            .entry(token.to_owned())
            .or_insert_with(|| Meter::full(limits, now));
        meter.admit(limits, now)?;
        let window = SignedDuration::from_secs(limits.window_seconds.into());
        if self
            .workspace
            .take(limits.per_workspace, window, now)
            .is_err()
        {
            let pause = SignedDuration::from_secs(limits.workspace_pause_seconds.into());
            self.closed_until = Some(now + pause);
            return Err(refused(now + pause, now, "workspace"));
        }
        Ok(())
    }

    /// Tells a token to stay away, as a 429 of the vendor's own does.
    pub(crate) fn punish(
        &mut self,
        limits: &NotionLimits,
        token: &str,
        seconds: u32,
        now: Timestamp,
    ) {
        let meter = self
            .tokens
            .entry(token.to_owned())
            .or_insert_with(|| Meter::full(limits, now));
        meter.closed_until = Some(now + SignedDuration::from_secs(seconds.into()));
    }

    /// The most calls that arrived within one second.
    pub(crate) fn greatest_rate(&self) -> u32 {
        self.greatest
    }

    fn measure(&mut self, now: Timestamp) {
        let edge = now - SignedDuration::from_millis(SECOND_MS);
        while self.arrived.front().is_some_and(|at| *at <= edge) {
            self.arrived.pop_front();
        }
        self.arrived.push_back(now);
        let rate = u32::try_from(self.arrived.len()).unwrap_or(u32::MAX);
        self.greatest = self.greatest.max(rate);
    }
}

impl Meter {
    fn full(limits: &NotionLimits, now: Timestamp) -> Self {
        Self {
            left: capacity(limits),
            filled: now,
            window: Window::default(),
            closed_until: None,
        }
    }

    fn admit(&mut self, limits: &NotionLimits, now: Timestamp) -> Result<(), Refusal> {
        if let Some(until) = self.closed_until.filter(|until| now < *until) {
            return Err(refused(until, now, "connection"));
        }
        let window = SignedDuration::from_secs(limits.window_seconds.into());
        if limits.per_second > 0 {
            let passed = i64::try_from(now.duration_since(self.filled).as_millis()).unwrap_or(0);
            let gained = passed.max(0).saturating_mul(limits.per_second.into());
            self.left = self.left.saturating_add(gained).min(capacity(limits));
            self.filled = now;
            if self.left < SECOND_MS {
                return Err(refused(
                    now + SignedDuration::from_millis(SECOND_MS),
                    now,
                    "connection",
                ));
            }
        }
        self.window
            .take(limits.per_window, window, now)
            .map_err(|ends| refused(ends, now, "connection"))?;
        if limits.per_second > 0 {
            self.left -= SECOND_MS;
        }
        Ok(())
    }
}

/// How many calls may come at once, in thousandths.
fn capacity(limits: &NotionLimits) -> i64 {
    i64::from(limits.burst.max(1)) * SECOND_MS
}

impl Window {
    /// Counts a call, or tells when the window ends.
    fn take(&mut self, most: u32, length: SignedDuration, now: Timestamp) -> Result<(), Timestamp> {
        let ends = self.began.map(|began| began + length);
        let ends = match ends {
            Some(ends) if now < ends => ends,
            _ => {
                self.began = Some(now);
                self.taken = 0;
                now + length
            }
        };
        if most > 0 && self.taken >= most {
            return Err(ends);
        }
        self.taken += 1;
        Ok(())
    }
}

/// A refusal until a moment, in whole seconds, one at least.
fn refused(until: Timestamp, now: Timestamp, reason: &'static str) -> Refusal {
    let ms = until.duration_since(now).as_millis().max(1);
    let seconds = u32::try_from((ms + 999) / 1_000).unwrap_or(u32::MAX);
    Refusal::rate_limited(seconds, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    #[test]
    fn three_calls_a_second_are_always_taken() {
        let limits = NotionLimits::default();
        let mut quotas = Quotas::default();
        for call in 0..1_000 {
            assert_eq!(quotas.admit(&limits, "t", at(call * 334)), Ok(()), "{call}");
        }
    }

    #[test]
    fn a_burst_is_taken_and_what_follows_must_wait_a_second() {
        let limits = NotionLimits::default();
        let mut quotas = Quotas::default();
        for _ in 0..30 {
            assert_eq!(quotas.admit(&limits, "t", at(0)), Ok(()));
        }
        assert_eq!(
            quotas.admit(&limits, "t", at(0)),
            Err(Refusal::rate_limited(1, "connection"))
        );
        for _ in 0..3 {
            assert_eq!(quotas.admit(&limits, "t", at(1_000)), Ok(()));
        }
        assert!(quotas.admit(&limits, "t", at(1_000)).is_err());
        assert_eq!(quotas.admit(&limits, "other", at(1_000)), Ok(()));
    }

    #[test]
    fn a_window_that_is_used_up_says_when_the_next_one_begins() {
        let limits = NotionLimits {
            per_second: 0,
            per_window: 5,
            ..NotionLimits::default()
        };
        let mut quotas = Quotas::default();
        for _ in 0..5 {
            assert_eq!(quotas.admit(&limits, "t", at(0)), Ok(()));
        }
        assert_eq!(
            quotas.admit(&limits, "t", at(20_500)),
            Err(Refusal::rate_limited(40, "connection"))
        );
        assert_eq!(quotas.admit(&limits, "t", at(60_000)), Ok(()));
    }

    #[test]
    fn the_workspaces_budget_is_shared_and_closes_it_for_longer_than_a_window() {
        let limits = NotionLimits {
            per_second: 0,
            per_window: 0,
            per_workspace: 2,
            ..NotionLimits::default()
        };
        let mut quotas = Quotas::default();
        assert_eq!(quotas.admit(&limits, "a", at(0)), Ok(()));
        assert_eq!(quotas.admit(&limits, "b", at(0)), Ok(()));
        assert_eq!(
            quotas.admit(&limits, "a", at(0)),
            Err(Refusal::rate_limited(90, "workspace"))
        );
        assert_eq!(
            quotas.admit(&limits, "b", at(60_000)),
            Err(Refusal::rate_limited(30, "workspace"))
        );
        assert_eq!(quotas.admit(&limits, "b", at(90_000)), Ok(()));
    }

    #[test]
    fn with_the_limits_off_any_number_is_taken() {
        let mut quotas = Quotas::default();
        for _ in 0..1_000 {
            assert_eq!(quotas.admit(&NotionLimits::off(), "t", at(0)), Ok(()));
        }
    }
}
