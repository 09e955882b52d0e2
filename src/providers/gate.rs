//! Holds calls back to the vendor's pace, for everybody in this process who shares a quota.
//!
//! Who comes first goes first, call by call: somebody with many calls to make stands in line anew
//! with each, and so keeps somebody with few waiting for no more than the calls that stand there.

use std::collections::{HashMap, VecDeque};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;
use tokio::sync::{Notify, Semaphore};

use super::headers::Skew;
use super::learnt::{Learnt, Limit, Met, Standing};
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

/// Whether a limit that was met is still there is tried so often.
const PROBED_EVERY: Duration = Duration::from_mins(15);
/// No vendor wants to be left alone for longer: a later time is one of a clock that was wrong.
const LONGEST_HOLD: Duration = Duration::from_hours(24);

/// The pace of all calls to one vendor: each base has a quota of its own, whoever calls it.
#[derive(Debug)]
pub struct Gate {
    clock: Clock,
    pace: Pace,
    lanes: Mutex<HashMap<String, Lane>>,
    /// How long calls to each base have waited that were let through and not sent yet.
    waited: Mutex<HashMap<String, VecDeque<Duration>>>,
    /// Told when something is learnt that is to be kept.
    learnt: Arc<Notify>,
    /// How the vendor's clock stood to ours when it last told the time.
    skew: Mutex<Skew>,
}

/// The calls to one base.
#[derive(Debug)]
struct Lane {
    pacer: Pacer,
    /// Who waits for a turn, in the order of coming: the first alone looks at the pacer.
    line: Arc<Semaphore>,
    met: Vec<Met>,
    /// Whether more is known than what was kept.
    changed: bool,
}

impl Gate {
    /// A gate through which nothing has gone yet.
    pub fn new(clock: Clock, pace: Pace) -> Self {
        Self {
            clock,
            pace,
            lanes: Mutex::default(),
            waited: Mutex::default(),
            learnt: Arc::default(),
            skew: Mutex::default(),
        }
    }

    /// The same gate, which tells `learnt` when something is learnt.
    #[must_use]
    pub fn telling(self, learnt: &Arc<Notify>) -> Self {
        let learnt = Arc::clone(learnt);
        Self { learnt, ..self }
    }

    /// Takes in what time it was at the vendor while it answered a call that `took` so long, if it
    /// says so.
    pub fn hear_time(&self, headers: &HeaderMap, took: Duration) {
        if let Some(skew) = Skew::told(headers, took, self.clock.now()) {
            *self.skew.lock().unwrap_or_else(PoisonError::into_inner) = skew;
        }
    }

    /// How the vendor's clock stood to ours when it last told the time; alike before it has.
    pub fn skew(&self) -> Skew {
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many calls a second go to one base; none for as many as anybody likes.
    pub fn calls_per_second(&self) -> Option<NonZeroU32> {
        self.per_second()
    }

    /// Returns when it is one's turn to make one call to `base`, which then counts as made.
    pub async fn admit(&self, base: &str) {
        let came = self.clock.elapsed();
        let line = self.lane(base, |lane| Arc::clone(&lane.line));
        // It is never closed. Who goes away leaves the line.
        let first = line.acquire().await;
        while let Turn::Not(until) = self.turn(base) {
            let wait = until.saturating_sub(self.clock.elapsed());
            self.clock.sleep(wait).await;
        }
        drop(first);
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

    /// Takes in how long a call to `base` took.
    pub fn answered(&self, base: &str, took: Duration) {
        self.lane(base, |lane| lane.pacer.answered(took));
    }

    /// Until when the vendor wants to be left alone at `base`; none when it does not.
    pub fn held_until(&self, base: &str) -> Option<Timestamp> {
        let now = self.clock.elapsed();
        let held = self.lane(base, |lane| lane.pacer.held());
        let wait = held.checked_sub(now).filter(|wait| !wait.is_zero());
        wait.map(|wait| self.clock.after(wait))
    }

    /// Takes in that the vendor refused a call to `base` because there were too many. Gives the
    /// time until which all calls to it now wait.
    pub fn refused(&self, base: &str, penalty: Duration) -> Timestamp {
        let now = self.clock.elapsed();
        let until = self.learn(base, |lane| lane.pacer.refused(now, penalty));
        self.clock.after(until.saturating_sub(now))
    }

    /// Takes in that the vendor wants to be left alone for reasons of its own. Gives the time until
    /// which all calls to `base` now wait.
    pub fn hold(&self, base: &str, span: Duration) -> Timestamp {
        let now = self.clock.elapsed();
        let until = self.learn(base, |lane| lane.pacer.hold(now, span));
        self.clock.after(until.saturating_sub(now))
    }

    /// Takes in that a limit of `base` is met which does not pass by waiting for a while. Whoever
    /// asks by [`Gate::limited`] is told so until it is time to try it again.
    pub fn met(&self, base: &str, limit: Limit, told: &str) {
        let until = self.clock.after(PROBED_EVERY);
        self.learn(base, |lane| {
            lane.met.retain(|met| met.limit != limit);
            let told = told.to_owned();
            lane.met.push(Met { limit, told, until });
        });
    }

    /// What the vendor said when a limit of `base` was met, while it is not tried again yet.
    pub fn limited(&self, base: &str, limit: Limit) -> Option<String> {
        let now = self.clock.now();
        let lanes = self.lanes();
        let mut met = lanes.get(base)?.met.iter();
        let met = met.find(|met| met.limit == limit && now < met.until)?;
        Some(met.told.clone())
    }

    /// Lets every limit that was met be tried again at once.
    pub fn try_limits(&self) {
        let mut lanes = self.lanes();
        let limited = lanes.values_mut().filter(|lane| !lane.met.is_empty());
        for lane in limited {
            lane.met.clear();
            lane.changed = true;
        }
        self.learnt.notify_one();
    }

    /// The bases that calls have gone to, or that something was learnt of.
    pub fn bases(&self) -> Vec<String> {
        self.lanes().keys().cloned().collect()
    }

    /// Forgets a base that nobody calls any more.
    pub fn forget(&self, base: &str) {
        self.lanes().remove(base);
        self.waits().remove(base);
    }

    /// How the calls to `base` go out now.
    pub fn standing(&self, base: &str) -> Standing {
        let nominal = self.per_second();
        let lanes = self.lanes();
        let lane = lanes.get(base);
        let learnt = lane.map(|lane| self.learnt_of(lane)).unwrap_or_default();
        let usual = nominal.map(|calls| Pacer::new(calls).rate());
        Standing {
            rate: nominal.and(lane.map(|lane| lane.pacer.rate()).or(usual)),
            nominal: usual,
            held_until: learnt.held_until,
            met: learnt.met,
        }
    }

    /// Takes up what was learnt of `base` before.
    pub fn recall(&self, base: &str, learnt: &Learnt) {
        let now = self.clock.elapsed();
        let latest = self.clock.after(LONGEST_HOLD);
        let left = learnt.held_until.map(|until| until.min(latest));
        let left = left.map(|until| until.duration_since(self.clock.now()));
        let left = left.and_then(|left| Duration::try_from(left).ok());
        self.lane(base, |lane| {
            lane.pacer
                .stretch(Duration::from_millis(learnt.stretched_ms));
            if let Some(left) = left {
                lane.pacer.hold(now, left);
            }
            let met = learnt.met.iter().filter(|met| met.until <= latest);
            lane.met = met.cloned().collect();
        });
        if self.lane(base, |lane| self.learnt_of(lane)) == Learnt::default() {
            // It is over: what was kept of it can go.
            self.note_changed(base);
        }
    }

    /// What was learnt since this was asked last, by base.
    pub fn take_changed(&self) -> Vec<(String, Learnt)> {
        let mut lanes = self.lanes();
        let changed = lanes.iter_mut().filter(|(_, lane)| lane.changed);
        let changed = changed.map(|(base, lane)| {
            lane.changed = false;
            (base.clone(), self.learnt_of(lane))
        });
        changed.collect()
    }

    /// Takes in that what was learnt of `base` could not be kept.
    pub fn note_changed(&self, base: &str) {
        self.learn(base, |_| ());
    }

    fn learnt_of(&self, lane: &Lane) -> Learnt {
        let held = lane.pacer.held().checked_sub(self.clock.elapsed());
        let held = held.filter(|left| !left.is_zero());
        let now = self.clock.now();
        let met = lane.met.iter().filter(|met| now < met.until);
        Learnt {
            stretched_ms: u64::try_from(lane.pacer.stretched().as_millis()).unwrap_or(u64::MAX),
            held_until: held.map(|left| self.clock.after(left)),
            met: met.cloned().collect(),
        }
    }

    /// What somebody does with a lane who has learnt something.
    fn learn<T>(&self, base: &str, act: impl FnOnce(&mut Lane) -> T) -> T {
        let done = self.lane(base, |lane| {
            lane.changed = true;
            act(lane)
        });
        self.learnt.notify_one();
        done
    }

    /// What somebody does with the lane of a base.
    fn lane<T>(&self, base: &str, act: impl FnOnce(&mut Lane) -> T) -> T {
        let mut lanes = self.lanes();
        if let Some(lane) = lanes.get_mut(base) {
            return act(lane);
        }
        let per_second = self.per_second().unwrap_or(NonZeroU32::MAX);
        let lane = lanes.entry(base.to_owned()).or_insert_with(|| Lane {
            pacer: Pacer::new(per_second),
            line: Arc::new(Semaphore::new(1)),
            met: Vec::new(),
            changed: false,
        });
        act(lane)
    }

    fn turn(&self, base: &str) -> Turn {
        let now = self.clock.elapsed();
        let paced = self.per_second().is_some();
        self.lane(base, |lane| {
            if paced {
                return lane.pacer.turn(now);
            }
            let held = lane.pacer.held();
            if held > now {
                Turn::Not(held)
            } else {
                Turn::Now
            }
        })
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

    fn lanes(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use http::header::DATE;
    use jiff::SignedDuration;

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

    /// A record that somebody had made a moment before was taken for ours where the vendor's clock
    /// was ahead.
    #[test]
    fn it_is_told_by_how_much_the_vendors_clock_is_wrong_at_least_and_at_most() {
        let (gate, clock) = gate(five());
        assert_eq!(gate.skew(), Skew::default());
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Thu, 01 Jan 1970 00:00:08 GMT".parse().unwrap());
        clock.advance(Duration::from_millis(600));
        gate.hear_time(&headers, Duration::from_millis(300));
        let (least, most) = (-8_700, -7_400);
        let [least, most] = [least, most].map(SignedDuration::from_millis);
        assert_eq!(gate.skew(), Skew { least, most });
        gate.hear_time(&HeaderMap::new(), Duration::ZERO);
        assert_eq!(gate.skew(), Skew { least, most }, "it was not told again");
    }

    #[tokio::test]
    async fn of_a_base_that_nobody_calls_any_more_nothing_is_kept() {
        let (gate, _clock) = gate(five());
        gate.admit("app1").await;
        assert!(gate.admit("app1").now_or_never().is_none());
        gate.admit("app2").await;
        gate.forget("app1");
        assert_eq!(gate.bases(), ["app2"]);
        assert!(!gate.waits().contains_key("app1"));
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

    /// Moves the clock on until `work` is done.
    async fn carry_through(clock: &Clock, work: impl Future<Output = ()>) {
        let mut work = std::pin::pin!(work);
        while futures_util::poll!(&mut work).is_pending() {
            // A task that never lets go is given no turn by the runtime either.
            tokio::task::yield_now().await;
            let Some(next) = clock.next_wake() else {
                continue; // somebody has just been handed the turn, and waits for nothing
            };
            clock.advance(next.duration_since(clock.now()).try_into().unwrap());
        }
    }

    /// Whoever woke up first took the turn, and a large run could keep a small one waiting for ever.
    #[tokio::test]
    async fn a_run_of_ten_calls_does_not_wait_for_one_of_a_hundred_thousand() {
        const LARGE: usize = 8;
        let (gate, clock) = gate(five());
        let turns = Mutex::new(String::new());
        let call = async |who: char| {
            gate.admit("app1").await;
            turns.lock().unwrap().push(who);
        };
        // It makes eight calls at a time, and comes for the next turn as soon as it had one.
        let large = (0..LARGE).map(|_| async {
            for _ in 0..100 {
                call('l').await;
            }
        });
        let large = futures_util::future::join_all(large);
        let small = async {
            for _ in 0..10 {
                call('s').await;
            }
        };
        carry_through(&clock, async {
            futures_util::join!(large, small);
        })
        .await;
        let turns = turns.into_inner().unwrap();
        let longest = turns.split_inclusive('s').take(10).map(str::len).max();
        // Those that stood in line before it, one that may come back first, and itself.
        assert!(longest.is_some_and(|calls| calls <= LARGE + 2), "{turns}");
    }

    #[tokio::test]
    async fn what_was_learnt_is_taken_up_by_the_next_gate() {
        for pace in [five(), Pace::Free] {
            let (before, clock) = gate(pace);
            before.admit("app1").await;
            before.refused("app1", Duration::from_mins(5));
            before.met("app1", Limit::Calls, "used up");
            let [(base, learnt)] = &before.take_changed()[..] else {
                panic!("not one base")
            };
            assert_eq!(before.take_changed(), []);
            // The process is gone for a minute, and the next one's clock begins anew.
            let later = Clock::manual(clock.after(Duration::from_mins(1)));
            let after = Gate::new(later.clone(), pace);
            after.recall(base, learnt);
            assert_eq!(after.take_changed(), [], "that is known already");
            assert_eq!(
                after.limited("app1", Limit::Calls).as_deref(),
                Some("used up")
            );
            let stood = after.standing("app1");
            assert_eq!(stood.held_until, Some(clock.after(Duration::from_mins(5))));
            assert_eq!(stood.rate.is_some_and(|rate| rate < 4.93), pace == five());
            later.advance(Duration::from_millis(239_999));
            assert!(after.admit("app1").now_or_never().is_none());
            later.advance(Duration::from_millis(1));
            assert!(after.admit("app1").now_or_never().is_some());
        }
    }

    #[tokio::test]
    async fn a_hold_that_a_wrong_clock_has_written_ends_within_a_day() {
        let (gate, clock) = gate(five());
        let learnt = Learnt {
            held_until: Some(clock.after(Duration::from_hours(9999))),
            ..Learnt::default()
        };
        gate.recall("app1", &learnt);
        clock.advance(LONGEST_HOLD);
        assert!(gate.admit("app1").now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_limit_that_was_met_is_tried_again_after_a_while_or_when_somebody_asks() {
        let (gate, clock) = gate(five());
        gate.met("app1", Limit::Room, "full");
        assert_eq!(gate.limited("app1", Limit::Calls), None);
        assert_eq!(gate.limited("app2", Limit::Room), None);
        assert_eq!(gate.limited("app1", Limit::Room).as_deref(), Some("full"));
        clock.advance(PROBED_EVERY);
        assert_eq!(gate.limited("app1", Limit::Room), None);
        gate.met("app1", Limit::Room, "full");
        gate.try_limits();
        assert_eq!(gate.limited("app1", Limit::Room), None);
    }
}
