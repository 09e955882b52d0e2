//! Remembers what was answered out of the events, for as long as it stays true.
//!
//! An answer rests on the days up to the last that was asked for. While none of them has changed,
//! and nothing waits for one, it is given again to whoever may ask.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ask::{
    Attributed, Attribution, Cohort, Cohorts, Filter, Funnel, Gathered, Goals, Inquiry, Journeys,
    Path, Reached, Target, Travelled,
};
use super::day::{Day, Days};
use super::error::damaged;
use super::horizon::Horizon;
use super::query::Question;
use super::row::{DayRows, Heads, Tails};
use crate::analytics::number::SiteNumber;
use crate::store::{Error, Key as _, Scan, Version, prefix};

/// So many lines are remembered of each kind of question and its answers: some megabytes.
const MOST: usize = 10_000;
/// So many bytes are as much as a line.
pub(super) const LINE: usize = 200;

/// What an answer rests on: as long as it is the same, so is the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ground {
    /// So many days with events.
    pub(super) days: u64,
    /// The batch that changed one of them last.
    pub(super) latest: Version,
    pub(super) horizon: Horizon,
}

/// What is asked of a site.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Asked<Q> {
    pub(super) site: SiteNumber,
    pub(super) days: Days,
    pub(super) question: Q,
}

/// The answers to one kind of question, the one used longest ago first.
pub(super) struct Known<Q, A> {
    entries: Mutex<VecDeque<Entry<Q, A>>>,
    /// So many lines have room.
    room: usize,
}

struct Entry<Q, A> {
    asked: Asked<Q>,
    ground: Ground,
    answer: A,
}

/// How much there is to remember of a question or an answer.
pub(super) trait Lines {
    /// So many lines, each of some hundred bytes.
    fn lines(&self) -> usize;
}

impl<Q, A> Default for Known<Q, A> {
    fn default() -> Self {
        Self::with_room(MOST)
    }
}

impl<Q, A> Known<Q, A> {
    /// One that remembers so many lines.
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            entries: Mutex::default(),
            room,
        }
    }
}

impl<Q: PartialEq + Lines, A: Lines + Clone> Known<Q, A> {
    fn open(&self) -> MutexGuard<'_, VecDeque<Entry<Q, A>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was answered, if it rests on the same ground still.
    pub(super) fn find(&self, asked: &Asked<Q>, ground: Ground) -> Option<A> {
        let mut entries = self.open();
        let place = entries.iter().position(|entry| entry.asked == *asked)?;
        let entry = entries.remove(place)?;
        if entry.ground != ground {
            return None;
        }
        let answer = entry.answer.clone();
        entries.push_back(entry);
        Some(answer)
    }

    /// Remembers an answer; those used longest ago make room.
    pub(super) fn keep(&self, asked: Asked<Q>, ground: Ground, answer: A) {
        let mut entries = self.open();
        entries.retain(|entry| entry.asked != asked);
        let mut room = self
            .room
            .saturating_sub(asked.question.lines() + answer.lines());
        if room == 0 {
            return;
        }
        entries.push_back(Entry {
            asked,
            ground,
            answer,
        });
        let newest = entries.iter().rev().skip(1);
        let stay = newest.take_while(|entry| {
            let lines = entry.asked.question.lines() + entry.answer.lines();
            let fits = lines <= room;
            room = room.saturating_sub(lines);
            fits
        });
        let stay = stay.count() + 1;
        let gone = entries.len() - stay;
        entries.drain(..gone);
    }

    /// Forgets what was answered about a site.
    pub(super) fn forget(&self, site: SiteNumber) {
        self.open().retain(|entry| entry.asked.site != site);
    }
}

impl Question<'_> {
    /// What an answer to it rests on; nothing as long as one of its days, or of those before, has
    /// events that are not counted.
    pub(super) fn ground(&self) -> Result<Option<Ground>, Error> {
        let Some(head) = self.snapshot.get::<Heads>(&self.site)? else {
            return Ok(None);
        };
        let mut waits = head.value.uncounted.range(..=self.last()).next().is_some();
        self.snapshot
            .glance_all::<Tails>(&prefix(&self.site), |mut place, _| {
                let day = Day::read(&mut place).map_err(|_bad| damaged("a waiting row's key"))?;
                waits |= day <= self.last();
                Ok(ControlFlow::Break(()))
            })?;
        if waits {
            return Ok(None);
        }
        let rows = Scan::prefix(prefix(&self.site), usize::MAX)
            .to(prefix(&(self.site, self.last().next())));
        let (mut days, mut latest) = (0, Version(0));
        self.snapshot.walk::<DayRows>(&rows, |_, row| {
            days += 1;
            latest = latest.max(row.version);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Some(Ground {
            days,
            latest,
            horizon: self.horizon,
        }))
    }
}

/// What the values of filters take up.
fn lines_of<'a>(filters: impl IntoIterator<Item = &'a Filter>) -> usize {
    let values = filters.into_iter().flat_map(|filter| &filter.values);
    values.map(|value| value.len() + 16).sum::<usize>() / LINE
}

impl Lines for Inquiry {
    fn lines(&self) -> usize {
        let reached = self.reached.iter().flat_map(Target::filters);
        lines_of(self.filters.iter().chain(reached))
    }
}

impl Lines for Path {
    fn lines(&self) -> usize {
        let steps = self.steps.iter().flat_map(Target::filters);
        lines_of(steps.chain(&self.filters))
    }
}

impl Lines for Goals {
    fn lines(&self) -> usize {
        lines_of(self.targets.iter().flat_map(Target::filters))
    }
}

impl Lines for Attribution {
    fn lines(&self) -> usize {
        lines_of(&self.filters)
    }
}

impl Lines for Journeys {
    fn lines(&self) -> usize {
        lines_of(&self.filters)
    }
}

impl Lines for Cohorts {
    fn lines(&self) -> usize {
        lines_of(&self.filters)
    }
}

impl Lines for Gathered {
    fn lines(&self) -> usize {
        let texts = self.rows.iter().flat_map(|row| &row.cells);
        let texts: usize = texts.map(|cell| cell.text.len()).sum();
        self.rows.len() + texts / LINE + 1
    }
}

impl Lines for Funnel {
    fn lines(&self) -> usize {
        self.stages.len() + 1
    }
}

impl Lines for Reached {
    fn lines(&self) -> usize {
        let days = self.goals.iter().map(|goal| goal.days.len());
        days.sum::<usize>() / 8 + self.goals.len() + 1
    }
}

impl Lines for Attributed {
    fn lines(&self) -> usize {
        self.claims.len() + 1
    }
}

impl Lines for Travelled {
    fn lines(&self) -> usize {
        let texts = self.ways.iter().flat_map(|way| &way.steps);
        let texts: usize = texts.map(|step| step.len()).sum();
        self.ways.len() + texts / LINE + 1
    }
}

impl Lines for Vec<Cohort> {
    fn lines(&self) -> usize {
        let periods = self.iter().map(|cohort| cohort.periods.len());
        periods.sum::<usize>() / 8 + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    struct Told(usize);

    impl Lines for Told {
        fn lines(&self) -> usize {
            self.0
        }
    }

    impl Lines for u8 {
        fn lines(&self) -> usize {
            0
        }
    }

    fn asked(question: u8) -> Asked<u8> {
        let day = jiff::civil::date(2026, 11, 28);
        Asked {
            site: SiteNumber(1),
            days: Days {
                first: day,
                last: day,
            },
            question,
        }
    }

    fn ground(latest: u64) -> Ground {
        Ground {
            days: 1,
            latest: Version(latest),
            horizon: Horizon::default(),
        }
    }

    #[test]
    fn an_answer_is_known_until_its_ground_changes() {
        let known = Known::default();
        known.keep(asked(1), ground(5), Told(3));
        assert_eq!(known.find(&asked(1), ground(5)), Some(Told(3)));
        assert_eq!(known.find(&asked(2), ground(5)), None);
        assert_eq!(known.find(&asked(1), ground(6)), None);
        assert_eq!(known.find(&asked(1), ground(5)), None, "it is out of date");
    }

    #[test]
    fn what_was_used_longest_ago_makes_room() {
        let known = Known::default();
        known.keep(asked(1), ground(5), Told(MOST / 2 - 1));
        known.keep(asked(2), ground(5), Told(MOST / 2 - 1));
        assert!(known.find(&asked(1), ground(5)).is_some());
        known.keep(asked(3), ground(5), Told(10));
        assert!(known.find(&asked(1), ground(5)).is_some());
        assert_eq!(known.find(&asked(2), ground(5)), None);
        known.keep(asked(4), ground(5), Told(MOST));
        assert_eq!(known.find(&asked(4), ground(5)), None, "too long by itself");
        known.forget(SiteNumber(1));
        assert_eq!(known.find(&asked(3), ground(5)), None);
    }
}
