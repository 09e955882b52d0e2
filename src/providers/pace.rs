//! Decides when the next call may go out. Knows no clock: the time is handed in.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

/// What the vendor's window is taken to be longer than a second: calls arrive a little closer
/// together than they were sent. It costs one call in a hundred.
const MARGIN: Duration = Duration::from_millis(10);
/// Each refusal shows that the margin was too small for this way to the vendor.
const LESSON: Duration = Duration::from_millis(5);
/// Beyond this a margin is no answer to refusals, for others use the same quota: nine tenths of it
/// are always used.
const MAX_MARGIN: Duration = Duration::from_millis(110);
/// After so long without a refusal the last lesson is forgotten.
const CALM: Duration = Duration::from_mins(30);

/// The pace of the calls that share one quota.
///
/// No second ever holds more calls than the quota allows, by the times at which they really went
/// out; within it they are spread evenly, so that a burst is never refused for a vendor's own way
/// of counting. One that goes out late does not delay those after it more than the quota asks.
#[derive(Debug)]
pub(super) struct Pacer {
    per_second: NonZeroU32,
    margin: Duration,
    /// When the last calls went out, as many as fit into one window.
    sent: VecDeque<Duration>,
    /// When the next call would go out if all were spread evenly.
    slot: Duration,
    /// Until when no call may go out at all.
    held: Duration,
    /// When it was last refused a call, or forgot a lesson.
    taught: Duration,
    /// The shortest time that a call took, as far as it is remembered.
    fastest: Option<Duration>,
    /// By how much calls may arrive later than they would on the shortest way.
    jitter: Duration,
}

/// Whether a call may go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Now; it counts as sent.
    Now,
    /// Not before this time; nothing is counted.
    Not(Duration),
}

impl Pacer {
    /// A pace of `per_second` calls in every second.
    pub(super) fn new(per_second: NonZeroU32) -> Self {
        Self {
            per_second,
            margin: MARGIN,
            sent: VecDeque::new(),
            slot: Duration::ZERO,
            held: Duration::ZERO,
            taught: Duration::ZERO,
            fastest: None,
            jitter: Duration::ZERO,
        }
    }

    /// Asks for a turn at `now`, a time that never goes back.
    pub(super) fn turn(&mut self, now: Duration) -> Turn {
        let opens = self.opens();
        if now < opens {
            return Turn::Not(opens);
        }
        if self.is_full() {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
        self.forget(now);
        let space = self.window() / self.per_second.get();
        // A call that is a little late is caught up with, so that small delays do not add up.
        let is_late = now.saturating_sub(self.slot) <= space / 2;
        self.slot = if is_late { self.slot } else { now } + space;
        Turn::Now
    }

    /// Takes in that the vendor refused a call at `now` because there were too many, and wants to
    /// be left alone for `penalty`. Gives the end of the pause.
    pub(super) fn refused(&mut self, now: Duration, penalty: Duration) -> Duration {
        // The refusals of calls that were under way together teach one lesson.
        self.taught = now;
        if now >= self.held {
            self.margin = (self.margin + LESSON).min(MAX_MARGIN);
        }
        self.hold(now, penalty)
    }

    /// Takes in that the vendor wants to be left alone for `span`, and not because of our calls.
    /// Gives the end of the pause.
    pub(super) fn hold(&mut self, now: Duration, span: Duration) -> Duration {
        self.held = self.held.max(now + span);
        self.held
    }

    /// Takes in how long a call took. What one took longer than the fastest may have been its way
    /// there, and those after it then come as much closer behind it than they were sent.
    pub(super) fn answered(&mut self, took: Duration) {
        // Ways change: the shortest is forgotten by and by.
        let known = self.fastest.map(|fastest| fastest + fastest / 64);
        let fastest = known.map_or(took, |known| known.min(took));
        self.fastest = Some(fastest);
        let late = took.saturating_sub(fastest);
        let faded = self.jitter * 15 / 16;
        self.jitter = faded.max(late).min(MAX_MARGIN);
    }

    /// A way to the vendor that has long been calm is trusted a little more again.
    fn forget(&mut self, now: Duration) {
        if self.margin > MARGIN && now.saturating_sub(self.taught) >= CALM {
            self.margin = self.margin.saturating_sub(LESSON).max(MARGIN);
            self.taught = now;
        }
    }

    /// Until when the vendor wants to be left alone; in the past when it does not.
    pub(super) fn held(&self) -> Duration {
        self.held
    }

    /// By how much more than usual the vendor's second is stretched.
    pub(super) fn stretched(&self) -> Duration {
        self.margin.saturating_sub(MARGIN)
    }

    /// Stretches it by so much, as was learnt before.
    pub(super) fn stretch(&mut self, by: Duration) {
        self.margin = (MARGIN + by).min(MAX_MARGIN);
    }

    /// How many calls go out in a second at most.
    pub(super) fn rate(&self) -> f64 {
        f64::from(self.per_second.get()) / self.window().as_secs_f64()
    }

    /// When the next call may go out.
    fn opens(&self) -> Duration {
        let oldest = self.sent.front().filter(|_| self.is_full());
        let quota = oldest.map_or(Duration::ZERO, |oldest| *oldest + self.window());
        quota.max(self.slot).max(self.held)
    }

    fn is_full(&self) -> bool {
        self.sent.len() >= self.per_second.get() as usize
    }

    fn window(&self) -> Duration {
        Duration::from_secs(1) + self.margin.max(self.jitter)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FIVE: NonZeroU32 = NonZeroU32::new(5).unwrap();

    /// The times at which calls go out when each is asked for as soon as it may be, and wakes up
    /// late by as much as `late` says.
    fn drive(pacer: &mut Pacer, late: impl IntoIterator<Item = Duration>) -> Vec<Duration> {
        let mut now = Duration::from_secs(9);
        let mut sent = Vec::new();
        for late in late {
            loop {
                match pacer.turn(now) {
                    Turn::Now => break,
                    Turn::Not(until) => now = until + late,
                }
            }
            sent.push(now);
        }
        sent
    }

    fn no_second_holds_more_than_five(sent: &[Duration]) -> bool {
        sent.windows(6)
            .all(|six| six[5].abs_diff(six[0]) > Duration::from_secs(1))
    }

    proptest! {
        #[test]
        fn no_second_ever_holds_more_calls_than_allowed(
            late in prop::collection::vec(0u64..900, 1..200)
        ) {
            let late = late.into_iter().map(Duration::from_millis);
            let sent = drive(&mut Pacer::new(FIVE), late);
            prop_assert!(no_second_holds_more_than_five(&sent));
        }

        #[test]
        fn nearly_all_of_the_quota_is_used(late in prop::collection::vec(0u64..3000, 500)) {
            let late = late.into_iter().map(Duration::from_micros);
            let sent = drive(&mut Pacer::new(FIVE), late);
            let took = sent[499].abs_diff(sent[0]);
            let rate = 499.0 / took.as_secs_f64();
            prop_assert!(rate >= 5.0 * 0.98, "{rate} calls a second");
        }

        #[test]
        fn idle_times_are_not_saved_up_for_a_burst(
            gaps in prop::collection::vec(0u64..5000, 1..100)
        ) {
            let mut pacer = Pacer::new(FIVE);
            let mut now = Duration::ZERO;
            let mut sent = Vec::new();
            for gap in gaps {
                now += Duration::from_millis(gap);
                if let Turn::Not(until) = pacer.turn(now) {
                    now = until;
                    assert_eq!(pacer.turn(now), Turn::Now);
                }
                sent.push(now);
            }
            prop_assert!(no_second_holds_more_than_five(&sent));
        }
    }

    #[test]
    fn calls_are_spread_evenly() {
        let sent = drive(&mut Pacer::new(FIVE), [Duration::ZERO; 6]);
        let spaces: Vec<u128> = sent
            .windows(2)
            .map(|two| two[1].abs_diff(two[0]).as_millis())
            .collect();
        assert!(spaces.iter().all(|space| *space == 202), "{spaces:?}");
    }

    #[test]
    fn a_refusal_holds_every_call_for_the_penalty() {
        let mut pacer = Pacer::new(FIVE);
        let start = Duration::from_secs(5);
        assert_eq!(pacer.turn(start), Turn::Now);
        let until = pacer.refused(start, Duration::from_secs(30));
        assert_eq!(until, Duration::from_secs(35));
        assert_eq!(pacer.turn(Duration::from_secs(34)), Turn::Not(until));
        assert_eq!(pacer.turn(until), Turn::Now);
    }

    #[test]
    fn each_refusal_makes_it_more_careful_and_calls_under_way_count_once() {
        let mut pacer = Pacer::new(FIVE);
        let penalty = Duration::from_secs(30);
        pacer.refused(Duration::from_secs(1), penalty);
        pacer.refused(Duration::from_secs(2), penalty);
        assert_eq!(pacer.margin, MARGIN + LESSON);
        for round in 1..1000 {
            pacer.refused(Duration::from_secs(round * 100), penalty);
        }
        assert_eq!(pacer.margin, MAX_MARGIN);
        assert!(pacer.rate() >= 4.5, "{}", pacer.rate());
    }

    /// Two runs on a busy machine met refusals, though the times at which their calls were sent kept
    /// to the quota: some were held up on their way, and came together with those behind them.
    #[test]
    fn calls_that_are_held_up_on_their_way_keep_those_behind_them_back() {
        let mut pacer = Pacer::new(FIVE);
        let ms = Duration::from_millis;
        pacer.answered(ms(20));
        assert_eq!(pacer.window(), ms(1_010));
        pacer.answered(ms(75));
        assert!(pacer.window() >= ms(1_054), "{:?}", pacer.window());
        pacer.answered(ms(4_000));
        assert_eq!(pacer.window(), Duration::from_secs(1) + MAX_MARGIN);
        for _ in 0..50 {
            pacer.answered(ms(20));
        }
        assert_eq!(pacer.window(), ms(1_010));
    }

    #[test]
    fn a_lesson_is_forgotten_after_half_an_hour_without_a_refusal() {
        let mut pacer = Pacer::new(FIVE);
        let second = Duration::from_secs(1);
        pacer.refused(second, second);
        pacer.turn(CALM);
        assert_eq!(pacer.margin, MARGIN + LESSON);
        pacer.turn(second + CALM);
        assert_eq!(pacer.margin, MARGIN);
    }
}
