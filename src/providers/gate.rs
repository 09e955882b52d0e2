//! Holds calls back to the vendor's pace, for everybody in this process who shares a quota.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::pace::{Pacer, Turn};
use crate::base::Clock;

/// How many calls a vendor takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// So many in every second, to one base.
    PerSecond(NonZeroU32),
    /// As many as anybody likes.
    Free,
}

impl Pace {
    /// So many calls in every second; 0 for as many as anybody likes.
    pub fn per_second(calls: u32) -> Self {
        NonZeroU32::new(calls).map_or(Self::Free, Self::PerSecond)
    }
}

/// So many calls to one base have had their turn and are not sent yet, at most.
const MOST_WAITS: usize = 64;

/// The pace of all calls to one vendor: each base has a quota of its own, whoever calls it.
#[derive(Debug)]
pub struct Gate {
    clock: Clock,
    pace: Pace,
    lanes: Mutex<HashMap<String, Pacer>>,
    /// How long calls to each base have waited that were let through and not sent yet.
    waited: Mutex<HashMap<String, VecDeque<Duration>>>,
}

impl Gate {
    /// A gate through which nothing has gone yet.
    pub fn new(clock: Clock, pace: Pace) -> Self {
        Self {
            clock,
            pace,
            lanes: Mutex::default(),
            waited: Mutex::default(),
        }
    }

    /// How many calls a second go to one base; none for as many as anybody likes.
    pub fn calls_per_second(&self) -> Option<NonZeroU32> {
        self.per_second()
    }

    /// Returns when it is one's turn to make one call to `base`, which then counts as made.
    pub async fn admit(&self, base: &str) {
        let came = self.clock.elapsed();
        while let Turn::Not(until) = self.turn(base) {
            let wait = until.saturating_sub(self.clock.elapsed());
            self.clock.sleep(wait).await;
        }
        let waited = self.clock.elapsed().saturating_sub(came);
        let mut waits = self.waits();
        let those = waits.entry(base.to_owned()).or_default();
        // A caller that goes away after its turn sends nothing, and leaves its wait here.
        if those.len() == MOST_WAITS {
            those.pop_front();
        }
        those.push_back(waited);
    }

    /// For how long the call to `base` that goes out now has waited: calls go out in the order of
    /// their turns.
    pub fn take_waited(&self, base: &str) -> Duration {
        let mut waits = self.waits();
        let first = waits.get_mut(base).and_then(VecDeque::pop_front);
        first.unwrap_or_default()
    }

    /// Takes in that the vendor refused a call to `base` because there were too many. Gives the
    /// time until which all calls to it now wait.
    pub fn refused(&self, base: &str, penalty: Duration) -> Timestamp {
        let now = self.clock.elapsed();
        let until = self.lane(base, |pacer| pacer.refused(now, penalty));
        self.clock.after(until.saturating_sub(now))
    }

    /// Takes in that the vendor wants to be left alone for reasons of its own. Gives the time until
    /// which all calls to `base` now wait.
    pub fn hold(&self, base: &str, span: Duration) -> Timestamp {
        let now = self.clock.elapsed();
        let until = self.lane(base, |pacer| pacer.hold(now, span));
        self.clock.after(until.saturating_sub(now))
    }

    /// What somebody does with the pacer of a base.
    fn lane<T>(&self, base: &str, act: impl FnOnce(&mut Pacer) -> T) -> T {
        let per_second = self.per_second().unwrap_or(NonZeroU32::MAX);
        let mut lanes = self.lanes();
        let lane = lanes.entry(base.to_owned());
        act(lane.or_insert_with(|| Pacer::new(per_second)))
    }

    fn turn(&self, base: &str) -> Turn {
        let now = self.clock.elapsed();
        let mut lanes = self.lanes();
        let Some(per_second) = self.per_second() else {
            let held = lanes.get(base).map(Pacer::held);
            return held.filter(|held| *held > now).map_or(Turn::Now, Turn::Not);
        };
        if let Some(lane) = lanes.get_mut(base) {
            return lane.turn(now);
        }
        let lane = lanes.entry(base.to_owned());
        lane.or_insert_with(|| Pacer::new(per_second)).turn(now)
    }

    fn per_second(&self) -> Option<NonZeroU32> {
        match self.pace {
            Pace::PerSecond(calls) => Some(calls),
            Pace::Free => None,
        }
    }

    fn waits(&self) -> MutexGuard<'_, HashMap<String, VecDeque<Duration>>> {
        self.waited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Pacer>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    const PENALTY: Duration = Duration::from_secs(30);

    fn gate(pace: Pace) -> (Gate, Clock) {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        (Gate::new(clock.clone(), pace), clock)
    }

    fn five() -> Pace {
        Pace::per_second(5)
    }

    #[tokio::test]
    async fn callers_of_one_base_share_its_quota_and_others_do_not_wait() {
        let (gate, clock) = gate(five());
        gate.admit("app1").await;
        assert!(gate.admit("app1").now_or_never().is_none());
        assert!(gate.admit("app2").now_or_never().is_some());
        clock.advance(Duration::from_millis(202));
        assert!(gate.admit("app1").now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_refused_base_is_left_alone_for_the_penalty() {
        for pace in [five(), Pace::Free] {
            let (gate, clock) = gate(pace);
            gate.admit("app1").await;
            let until = gate.refused("app1", PENALTY);
            assert_eq!(until, clock.after(PENALTY));
            clock.advance(Duration::from_millis(29_999));
            assert!(gate.admit("app1").now_or_never().is_none());
            clock.advance(Duration::from_millis(1));
            assert!(gate.admit("app1").now_or_never().is_some());
        }
    }

    #[tokio::test]
    async fn each_call_is_told_its_own_wait() {
        let (gate, clock) = gate(five());
        gate.admit("app1").await;
        let mut second = std::pin::pin!(gate.admit("app1"));
        assert!(second.as_mut().now_or_never().is_none());
        clock.advance(Duration::from_millis(300));
        second.await;
        assert_eq!(gate.take_waited("app1"), Duration::ZERO);
        assert_eq!(gate.take_waited("app1"), Duration::from_millis(300));
        assert_eq!(gate.take_waited("app1"), Duration::ZERO);
    }

    #[tokio::test]
    async fn who_stops_waiting_has_taken_no_turn() {
        let (gate, clock) = gate(five());
        gate.admit("app1").await;
        assert!(gate.admit("app1").now_or_never().is_none());
        clock.advance(Duration::from_millis(202));
        assert!(gate.admit("app1").now_or_never().is_some());
    }
}
