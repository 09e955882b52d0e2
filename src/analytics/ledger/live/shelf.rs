//! The last day's events of a site: what is known of all of them, and those that were read.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::marks::{Mark, Marks, quarter};
use super::pace::Pace;
use super::{HOURS, Moment};
use crate::analytics::ledger::block::{self, Columns, Wanted};
use crate::analytics::ledger::day::{Day, HOUR, Span};
use crate::analytics::ledger::fold::read_block;
use crate::analytics::ledger::names::Names;
use crate::analytics::ledger::rollup::{Hit, goes_on};
use crate::analytics::ledger::row::{DayRows, Head, Tails};
use crate::store::{Error, Scan, prefix};

pub(super) struct Shelf<'a> {
    moment: &'a Moment<'a>,
    pub(super) names: Names<'a>,
    /// The days that the hours lie in, in the order of time.
    days: Vec<Span>,
    /// What happened in each quarter of an hour, whether it was read or not.
    pub(super) quarters: BTreeMap<i64, Pace>,
    /// Full blocks that were not read so far.
    closed: Vec<(Day, usize, Arc<Mark>)>,
    /// How many of them were.
    pub(super) opened: usize,
    /// The events that were read, by visitor and time.
    hits: Vec<Hit>,
}

impl<'a> Shelf<'a> {
    /// Reads what waits and what has room for more, and what is remembered of the rest.
    pub(super) fn open(
        moment: &'a Moment<'a>,
        head: &'a Head,
        marks: &Marks,
    ) -> Result<Self, Error> {
        let mut shelf = Self {
            moment,
            names: Names::new(moment.snapshot, moment.site, head),
            days: days(moment),
            quarters: BTreeMap::new(),
            closed: Vec::new(),
            opened: 0,
            hits: Vec::new(),
        };
        for span in shelf.days.clone() {
            shelf.open_day(span.day, marks)?;
        }
        marks.forget_before(moment.site, shelf.days[0].day);
        Ok(shelf)
    }

    fn open_day(&mut self, day: Day, marks: &Marks) -> Result<(), Error> {
        let Moment { snapshot, site, .. } = *self.moment;
        let tails = Scan::prefix(prefix(&(site, day)), usize::MAX);
        for tail in snapshot.scan::<Tails>(&tails)?.rows {
            let mut events = block::decode(&tail.value.block)?.events()?;
            self.names.number_visitors(&mut events)?;
            self.read(&Columns::of(&events))?;
        }
        let row = snapshot.get::<DayRows>(&(site, day))?;
        let blocks = row.map_or_else(Vec::new, |row| row.value.blocks);
        for (block, events) in blocks.into_iter().enumerate() {
            if (events as usize) < block::MOST {
                self.read(&read_block(snapshot, (site, day), block, Wanted::ALL)?)?;
                continue;
            }
            let mark = marks.of(snapshot, (site, day, block))?;
            if mark.last > self.moment.now {
                // Not all of it has happened yet, by the clocks of whoever sent it.
                self.read(&read_block(snapshot, (site, day), block, Wanted::ALL)?)?;
                continue;
            }
            for (at, pace) in &mark.quarters {
                self.quarters.entry(*at).or_default().add(*pace);
            }
            self.closed.push((day, block, mark));
        }
        Ok(())
    }

    /// Reads events that are counted nowhere so far.
    fn read(&mut self, columns: &Columns) -> Result<(), Error> {
        let from = self.put(columns)?;
        for hit in &self.hits[from..] {
            let pace = self.quarters.entry(quarter(hit.at)).or_default();
            pace.add(Pace::of(hit.kind));
        }
        Ok(())
    }

    /// Puts events to the others; gives where they begin.
    fn put(&mut self, columns: &Columns) -> Result<usize, Error> {
        let (from, now) = (self.hits.len(), self.moment.now);
        self.names.hits(columns, &|_| true, &mut self.hits)?;
        let mut place = 0;
        self.hits.retain(|hit| {
            place += 1;
            place <= from || hit.at <= now
        });
        Ok(from)
    }

    /// Reads the blocks that have events at a moment or after it.
    pub(super) fn reach(&mut self, from: i64) -> Result<(), Error> {
        let place = (self.moment.site, self.moment.snapshot);
        let wanted: Vec<_> = self
            .closed
            .extract_if(.., |(.., mark)| mark.last >= from)
            .collect();
        for (day, block, _) in wanted {
            let (site, snapshot) = place;
            self.put(&read_block(snapshot, (site, day), block, Wanted::ALL)?)?;
            self.opened += 1;
        }
        self.hits.sort_unstable_by(|one, other| {
            (one.visitor, one.at, &one.id).cmp(&(other.visitor, other.at, &other.id))
        });
        Ok(())
    }

    /// The visits of all that was read, by visitor and time. The first may lack their beginnings.
    pub(super) fn visits(&self) -> impl Iterator<Item = &[Hit]> {
        self.hits.chunk_by(|one, next| {
            let same = one.visitor == next.visitor && goes_on(next.at - one.at);
            same && self.begins(one.at) == self.begins(next.at)
        })
    }

    /// When the day begins that a moment lies in.
    pub(super) fn begins(&self, at: i64) -> i64 {
        let day = self.days.iter().rev().find(|span| span.from <= at);
        day.map_or(i64::MIN, |span| span.from)
    }

    /// Before this nothing is ever read.
    pub(super) fn earliest(&self) -> i64 {
        self.days[0].from
    }
}

/// The days that the hours before a moment lie in.
fn days(moment: &Moment<'_>) -> Vec<Span> {
    let hours = i64::try_from(HOURS).unwrap_or(i64::MAX);
    let last = Span::at(moment.zone, moment.now);
    let mut days = vec![Span::at(moment.zone, moment.now - hours * HOUR)];
    while let Some(day) = days.last().filter(|day| day.day < last.day) {
        days.push(Span::of(moment.zone, day.day.next().date()));
    }
    days
}
