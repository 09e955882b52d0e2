//! Keeps when a sync is to run by itself, and decides what a time that has come, or was missed,
//! asks for.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::definition::Definitions;
use super::owed::Upshot;
use crate::base::{Cadence, SyncId, UserId};
use crate::store::{Collection, Entry, Index, Json, OnDelete, Reference};

/// The schedules, each under its sync.
pub(crate) struct Schedules;

/// The schedules that wait for a time, by it.
pub(crate) static BY_DUE: Index = Index {
    name: "sync_schedule.due",
    unique: true,
};

impl Collection for Schedules {
    const NAME: &'static str = "sync_schedule";
    const INDEXES: &'static [&'static Index] = &[&BY_DUE];
    const REFERS: bool = true;
    type Key = (UserId, SyncId);
    type Value = Timetable;

    fn entries((owner, sync): &Self::Key, timetable: &Timetable) -> Vec<Entry> {
        let waits = timetable.wakes_at.filter(|_| !timetable.schedule.paused);
        waits
            .map(|at| Entry::new(&BY_DUE, &(at, *owner, *sync)))
            .into_iter()
            .collect()
    }

    fn references(key: &Self::Key, _: &Timetable) -> Vec<Reference> {
        vec![Reference::to::<Definitions>(key, OnDelete::Cascade)]
    }

    fn label((_, sync): &Self::Key, _: &Timetable) -> String {
        format!("schedule of {sync}")
    }
}

/// When a sync is to run by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// When.
    pub cadence: Cadence,
    /// What becomes of times at which the appliance did not run, or an earlier run was under way.
    pub missed: Missed,
    /// Whether it rests for now.
    pub paused: bool,
}

/// What becomes of missed times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// Nothing: the next run is at the next time.
    Skip,
    /// One run makes up for all of them.
    #[default]
    Once,
    /// One run each, one after the other.
    All,
}

impl Missed {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Skip, Self::Once, Self::All];

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// Its name in the API and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Once => "once",
            Self::All => "all",
        }
    }
}

/// A schedule as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Timetable {
    pub(crate) schedule: Schedule,
    /// The next time that nothing was done for yet; none when there is none any more.
    pub(crate) next: Option<Timestamp>,
    /// When it is looked at: a little after `next`, so that many do not begin in one second.
    pub(crate) wakes_at: Option<Timestamp>,
    /// That its last run did not get through to the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retry: Option<Retry>,
}

impl Json for Timetable {}

/// A run by schedule that did not get through is tried again before the next time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Retry {
    /// When; none once that run is queued.
    pub(crate) at: Option<Timestamp>,
    /// How many runs in a row did not get through.
    tries: usize,
}

/// So many minutes after a run that did not get through it is tried again; then the next time is
/// waited for.
const AGAIN_AFTER: [u64; 5] = [2, 5, 15, 30, 60];

/// Whether a run of a sync is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    /// None is.
    Idle,
    /// One is.
    Running,
}

/// What is to be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Nothing: a run of the sync is under way, and this comes after it.
    Wait,
    /// A run for the time `of`; the next time is `then`.
    Run {
        of: Timestamp,
        then: Option<Timestamp>,
    },
    /// Nothing but to look at the time `then`.
    Pass { then: Option<Timestamp> },
}

/// A time that is so long past was missed.
const GRACE: Duration = Duration::from_mins(5);

impl Timetable {
    /// Waits for the first time after `now`.
    pub(super) fn new(schedule: Schedule, sync: SyncId, now: Timestamp, jitter: Duration) -> Self {
        let next = schedule.cadence.after(now);
        Self {
            wakes_at: next.map(|next| spread(next, sync, jitter)),
            schedule,
            next,
            retry: None,
        }
    }

    /// What is to be done at `now`.
    pub(super) fn step(&self, now: Timestamp, busy: Busy) -> Step {
        let again = self.retry.as_ref().and_then(|retry| retry.at);
        if let Some(of) = again.filter(|at| *at <= now)
            && self.next.is_none_or(|next| next > now)
        {
            let then = self.next;
            return match busy {
                Busy::Running => Step::Wait,
                Busy::Idle => Step::Run { of, then },
            };
        }
        let Some(next) = self.next else {
            return Step::Pass { then: None };
        };
        let cadence = &self.schedule.cadence;
        let missed_before = now.saturating_sub(GRACE).unwrap_or(Timestamp::MIN);
        let of = match self.schedule.missed {
            // What was missed is passed over, up to a time that has just come.
            Missed::Skip if next < missed_before => match cadence.after(missed_before) {
                Some(just) if just <= now => just,
                then => return Step::Pass { then },
            },
            Missed::Skip | Missed::Once | Missed::All => next,
        };
        if busy == Busy::Running {
            return Step::Wait;
        }
        let then = match self.schedule.missed {
            Missed::All => cadence.after(of),
            Missed::Skip | Missed::Once => cadence.after(now.max(of)),
        };
        Step::Run { of, then }
    }

    /// Waits for the time `then`.
    pub(super) fn moved(self, then: Option<Timestamp>, sync: SyncId, jitter: Duration) -> Self {
        let goes_on = self.retry.filter(|_| then == self.next);
        Self {
            retry: goes_on.map(|retry| Retry { at: None, ..retry }),
            next: then,
            wakes_at: then.map(|then| spread(then, sync, jitter)),
            ..self
        }
    }

    /// The timetable after a run that was due has ended so at `now`; none when it stays as it is.
    pub(super) fn after_run(
        &self,
        upshot: Upshot,
        now: Timestamp,
        (sync, jitter): (SyncId, Duration),
    ) -> Option<Self> {
        let tries = self.retry.as_ref().map_or(0, |retry| retry.tries);
        let wait = AGAIN_AFTER.get(tries).filter(|_| upshot == Upshot::InVain);
        let at = wait.and_then(|minutes| now.checked_add(Duration::from_mins(*minutes)).ok());
        let at = at.filter(|at| self.next.is_none_or(|next| *at < next));
        if at.is_none() && self.retry.is_none() {
            return None;
        }
        let due = self.next.map(|next| spread(next, sync, jitter));
        let tries = tries + 1;
        Some(Self {
            wakes_at: at.into_iter().chain(due).min(),
            retry: at.map(|at| Retry {
                at: Some(at),
                tries,
            }),
            ..self.clone()
        })
    }
}

/// A moment after `at`, less than `most` later and always as much for the same sync.
fn spread(at: Timestamp, sync: SyncId, most: Duration) -> Timestamp {
    let last = sync.as_bytes().last_chunk::<4>().copied();
    let share = f64::from(u32::from_be_bytes(last.unwrap_or_default())) / f64::from(u32::MAX);
    let later = most.mul_f64(share * 0.999);
    at.checked_add(later).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Clock, When};

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn hours(n: i64) -> jiff::SignedDuration {
        jiff::SignedDuration::from_hours(n)
    }

    /// An hourly timetable whose next time is noon.
    fn hourly(missed: Missed) -> Timetable {
        let schedule = Schedule {
            cadence: Cadence::new(When::Hour(0), "UTC").unwrap(),
            missed,
            paused: false,
        };
        let sync = SyncId::new(&Clock::system());
        let before = NOON - hours(1);
        let timetable = Timetable::new(schedule, sync, before, Duration::ZERO);
        assert_eq!(timetable.next, Some(NOON));
        timetable
    }

    #[test]
    fn a_time_that_has_come_is_run_whatever_is_done_about_missed_ones() {
        for missed in [Missed::Skip, Missed::Once, Missed::All] {
            let step = hourly(missed).step(NOON + hours(0), Busy::Idle);
            let then = Some(NOON + hours(1));
            assert_eq!(step, Step::Run { of: NOON, then }, "{missed:?}");
        }
    }

    /// A daily sync met an outage of two minutes and came a day late.
    #[test]
    fn a_run_that_did_not_get_through_is_tried_again_before_the_next_time() {
        let place = (SyncId::new(&Clock::system()), Duration::ZERO);
        let mut timetable = hourly(Missed::Once);
        let mut now = NOON;
        let mut waits = Vec::new();
        let Step::Run { then, .. } = timetable.step(now, Busy::Idle) else {
            panic!("it is due");
        };
        timetable = timetable.moved(then, place.0, place.1);
        while let Some(failed) = timetable.after_run(Upshot::InVain, now, place)
            && let Some(at) = failed.retry.as_ref().and_then(|retry| retry.at)
        {
            waits.push(at.duration_since(now).as_mins());
            assert_eq!(failed.wakes_at, Some(at));
            assert_eq!(failed.step(at, Busy::Running), Step::Wait);
            assert_eq!(failed.step(at, Busy::Idle), Step::Run { of: at, then });
            timetable = failed.moved(then, place.0, place.1);
            now = at;
        }
        // The next one would come after the next time.
        assert_eq!(waits, [2, 5, 15, 30]);
        let well = timetable.after_run(Upshot::Through, now, place).unwrap();
        assert_eq!((well.retry.clone(), well.wakes_at), (None, then));
        assert_eq!(well.after_run(Upshot::Through, now, place), None);
    }

    #[test]
    fn times_that_were_missed_are_skipped_made_up_for_once_or_all_run() {
        let now = NOON + hours(3) + jiff::SignedDuration::from_mins(30);
        let later = |n| Some(NOON + hours(n));
        for (missed, expected) in [
            (Missed::Skip, Step::Pass { then: later(4) }),
            (
                Missed::Once,
                Step::Run {
                    of: NOON,
                    then: later(4),
                },
            ),
            (
                Missed::All,
                Step::Run {
                    of: NOON,
                    then: later(1),
                },
            ),
        ] {
            assert_eq!(hourly(missed).step(now, Busy::Idle), expected, "{missed:?}");
        }
    }

    #[test]
    fn a_time_that_has_just_come_is_run_although_others_were_missed() {
        let now = NOON + hours(3) + jiff::SignedDuration::from_mins(1);
        let (of, then) = (NOON + hours(3), Some(NOON + hours(4)));
        assert_eq!(
            hourly(Missed::Skip).step(now, Busy::Idle),
            Step::Run { of, then }
        );
    }

    #[test]
    fn a_run_that_is_under_way_is_waited_for_and_not_doubled() {
        assert_eq!(hourly(Missed::Once).step(NOON, Busy::Running), Step::Wait);
        let long_after = NOON + hours(2) + jiff::SignedDuration::from_mins(30);
        let then = Some(NOON + hours(3));
        assert_eq!(
            hourly(Missed::Skip).step(long_after, Busy::Running),
            Step::Pass { then }
        );
    }

    #[test]
    fn a_thousand_syncs_do_not_begin_in_one_second() {
        let clock = Clock::system();
        let minute = Duration::from_mins(1);
        let mut seconds = std::collections::BTreeMap::<i64, u32>::new();
        for _ in 0..1_000 {
            let at = spread(NOON, SyncId::new(&clock), minute);
            assert!(at >= NOON && at < NOON + minute);
            *seconds.entry(at.as_second()).or_default() += 1;
        }
        assert!(seconds.values().all(|begun| *begun < 60), "{seconds:?}");
    }
}
