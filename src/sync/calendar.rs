//! Shows on which days syncs have run, and on which they will.

use std::ops::ControlFlow;
use std::time::Duration;

use jiff::Timestamp;

use super::board::Run;
use super::definition::Definitions;
use super::error::Error;
use super::job::{Runs, Task};
use super::schedule::{Schedules, Timetable};
use super::syncs::Syncs;
use crate::audit::{Code, Event};
use crate::base::{Actor, RunId, Scope, SyncId, UserId};
use crate::store::{Key, Scan, Snapshot, prefix};

/// So many jobs are looked at.
const MOST_RUNS: usize = 2_000;
/// So many times are shown, of all syncs together.
const MOST_TIMES: usize = 10_000;
/// So many of one: two months of a sync that runs every hour.
const MOST_OF_ONE: usize = 1_500;

/// What has run, and what is to run.
pub struct Calendar {
    /// The last one asked for first; the jobs that make plans are none.
    pub runs: Vec<Run>,
    /// Whether there are more, before these.
    pub runs_left_off: bool,
    /// The syncs that have a schedule, in the order in which they were made.
    pub planned: Vec<Planned>,
}

/// When a sync is to run by itself.
pub struct Planned {
    /// The sync.
    pub sync: SyncId,
    /// Its name.
    pub name: String,
    /// The zone of its schedule.
    pub zone: String,
    /// Whether the schedule rests, so that there are no times.
    pub paused: bool,
    /// The times, the next one first; the first lies in the past while a run is waited for.
    pub times: Vec<Timestamp>,
    /// Whether there are more, after these.
    pub times_left_off: bool,
}

/// From when, until when.
type Span = (Timestamp, Timestamp);

impl Syncs {
    /// What of the owner's syncs was asked for in a span of time, and what is to run in it by a
    /// schedule. A schedule's past times are not shown again: they are runs, or were missed.
    pub async fn calendar(&self, scope: &Scope, span: Span, by: &Actor) -> Result<Calendar, Error> {
        let (syncs, owner) = (self.clone(), scope.owner());
        let look = move || {
            let moment = syncs.services.store.snapshot()?;
            let (runs, runs_left_off) = syncs.run_in(&moment, owner, span)?;
            Ok::<_, Error>(Calendar {
                runs,
                runs_left_off,
                planned: syncs.planned_in(&moment, owner, span)?,
            })
        };
        let calendar = self.services.blocking.run(look).await?;
        let seen = Event::new(Code::SyncsRead, by);
        self.record(seen.count("runs", calendar.runs.len() as u64));
        Ok(calendar)
    }

    fn run_in(
        &self,
        moment: &Snapshot,
        owner: UserId,
        (from, to): Span,
    ) -> Result<(Vec<Run>, bool), Error> {
        let place = |at| (owner, RunId::first_at(at)).bytes();
        let all = Scan::prefix(prefix(&owner), usize::MAX);
        let scan = all.from(place(from)).to(place(to)).backwards();
        let (mut runs, mut seen) = (Vec::new(), 0);
        moment.walk::<Runs>(&scan, |_, row| {
            seen += 1;
            if seen > MOST_RUNS {
                return Ok(ControlFlow::Break(()));
            }
            if !matches!(row.value.task, Task::Plan(_)) {
                runs.push(self.shown(Run::kept(row.key.1, row.value)));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((runs, seen > MOST_RUNS))
    }

    fn planned_in(
        &self,
        moment: &Snapshot,
        owner: UserId,
        span: Span,
    ) -> Result<Vec<Planned>, Error> {
        let mut rows = Vec::new();
        let all = Scan::prefix(prefix(&owner), usize::MAX);
        moment.walk::<Schedules>(&all, |_, row| {
            rows.push(row);
            Ok(ControlFlow::Continue(()))
        })?;
        // Each has its share, or one that runs every minute would leave nothing to the others.
        let share = MOST_TIMES.checked_div(rows.len()).unwrap_or_default();
        let share = share.clamp(1, MOST_OF_ONE);
        let now = self.services.clock.now();
        let mut planned = Vec::new();
        for row in rows {
            let Some(sync) = moment.get::<Definitions>(&row.key)? else {
                continue;
            };
            let (times, times_left_off) = times_in(&row.value, now, span, share);
            let schedule = row.value.schedule;
            planned.push(Planned {
                sync: row.key.1,
                name: sync.value.name,
                zone: schedule.cadence.zone().to_owned(),
                paused: schedule.paused,
                times,
                times_left_off,
            });
        }
        Ok(planned)
    }
}

/// The times of a schedule in a span, the first `most` of them, and whether there are more.
fn times_in(
    timetable: &Timetable,
    now: Timestamp,
    (from, to): Span,
    most: usize,
) -> (Vec<Timestamp>, bool) {
    let rests = timetable.schedule.paused;
    let Some(next) = timetable.next.filter(|_| !rests) else {
        return (Vec::new(), false);
    };
    let due = (from..to).contains(&next).then_some(next);
    // What is due at the very beginning belongs to the span.
    let before = from.checked_sub(Duration::from_secs(1)).unwrap_or(from);
    let later = timetable
        .schedule
        .cadence
        .upcoming(next.max(now).max(before));
    let later = later.skip_while(|at| *at < from).take_while(|at| *at < to);
    let mut times: Vec<_> = due.into_iter().chain(later).take(most + 1).collect();
    let left_off = times.len() > most;
    times.truncate(most);
    (times, left_off)
}

#[cfg(test)]
mod tests {
    use super::super::schedule::{Missed, Schedule};
    use super::*;
    use crate::base::{Cadence, Clock, When};

    const NOON: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn hours(n: i64) -> jiff::SignedDuration {
        jiff::SignedDuration::from_hours(n)
    }

    fn hourly() -> Timetable {
        let schedule = Schedule {
            cadence: Cadence::new(When::Hour(0), "UTC").unwrap(),
            missed: Missed::Once,
            paused: false,
        };
        Timetable::new(
            schedule,
            SyncId::new(&Clock::system()),
            NOON,
            Duration::ZERO,
        )
    }

    #[test]
    fn a_span_holds_its_beginning_and_not_its_end_and_nothing_that_is_past() {
        let times = |now, from, to| times_in(&hourly(), now, (from, to), 9).0;
        let (one, two) = (NOON + hours(1), NOON + hours(2));
        assert_eq!(times(NOON, NOON - hours(5), two), [one]);
        assert_eq!(times(NOON, one, NOON + hours(3)), [one, two]);
        assert_eq!(times(NOON, two, NOON + hours(3)), [two]);
        assert!(times(NOON, NOON - hours(5), one).is_empty());
        // The first hour has come and is waited for; the second has passed meanwhile.
        let now = NOON + hours(2) + jiff::SignedDuration::from_mins(30);
        assert_eq!(times(now, NOON, NOON + hours(4)), [one, NOON + hours(3)]);
    }

    #[test]
    fn what_is_too_much_is_left_off_at_the_end() {
        let span = (NOON, NOON + hours(100));
        let (times, left_off) = times_in(&hourly(), NOON, span, 2);
        assert_eq!((times.len(), left_off), (2, true));
        let (times, left_off) = times_in(&hourly(), NOON, span, 99);
        assert_eq!((times.len(), left_off), (99, false));
    }
}
