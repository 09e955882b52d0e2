//! Gathers visits and events into the rows of a report.

use std::sync::Arc;

use super::super::query::Question;
use super::super::rollup::{Kind, of_one};
use super::super::row::Heads;
use super::super::totals::Totals;
use super::Inquiry;
use super::facet::{Facet, Reach};
use super::filter::{Demand, Sieve};
use super::groups::{Figures, Groups};
use super::leaf::{Beat, Leaf};
use super::scan::{Scan, Share};
use super::target::Aim;
use crate::analytics::ledger::Error;

/// Each dimension of a row has so many bits for its number.
const BITS: usize = 24;

/// Whether visitors are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Crowding {
    Counted,
    Ignored,
}

/// Everything that a report has, in no order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Gathered {
    pub(crate) all: Figures,
    pub(crate) rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// One for each dimension.
    pub(crate) cells: Vec<Cell>,
    pub(crate) figures: Figures,
}

/// A dimension's value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cell {
    /// Where it comes among others in time; 0 where that says nothing.
    pub(crate) order: u32,
    /// Empty where there is none.
    pub(crate) text: Arc<str>,
}

/// Looks at the events of the days that are asked for.
pub(in super::super) fn gather(
    question: &Question<'_>,
    inquiry: &Inquiry,
) -> Result<Gathered, Error> {
    let head = question.snapshot.get::<Heads>(&question.site)?;
    let head = head.map(|row| row.value).unwrap_or_default();
    let mut sieve = Sieve::default();
    let demand = sieve.add(&inquiry.filters);
    let reached = inquiry.reached.as_ref();
    let reached = reached.map(|target| Aim::of(target, &mut sieve));
    let facets = (inquiry.facets.as_slice(), inquiry.week_starts);
    let mut scan = Scan::new(question, &head, sieve, facets);
    let mut tally = Tally::new(inquiry, (demand, reached))?;
    scan.each_day(Share::ALL, &mut |leaf| tally.add_day(leaf))?;
    let mut finished = tally.groups.finish();
    let all = finished
        .next()
        .map_or_else(Figures::default, |(_, all)| all);
    let cell = |(place, facet): (usize, &Facet), key: u128| {
        let number = (key >> (place * BITS)) & ((1 << BITS) - 1);
        let number = u32::try_from(number).unwrap_or(0);
        Cell {
            order: if facet.is_of_time() { number } else { 0 },
            text: scan.word(*facet, number),
        }
    };
    let rows = finished.map(|(key, figures)| Row {
        cells: inquiry
            .facets
            .iter()
            .enumerate()
            .map(|facet| cell(facet, key))
            .collect(),
        figures,
    });
    let rows = if inquiry.facets.is_empty() {
        Vec::new()
    } else {
        rows.collect()
    };
    Ok(Gathered { all, rows })
}

/// What is counted so far. The first of the groups is everything.
struct Tally<'a> {
    inquiry: &'a Inquiry,
    demand: Demand,
    reached: Option<Aim>,
    /// Whether a dimension divides the events of visits.
    reach: Reach,
    groups: Groups,
    /// How many visits were counted.
    visits: u64,
}

/// No row's: its highest bits are not used by any.
const EVERYTHING: u128 = u128::MAX;

impl<'a> Tally<'a> {
    fn new(inquiry: &'a Inquiry, (demand, reached): (Demand, Option<Aim>)) -> Result<Self, Error> {
        let mut facets = inquiry.facets.iter();
        let divides = facets.any(|facet| facet.reach() == Reach::Event);
        let mut groups = Groups::default();
        groups.place(EVERYTHING)?;
        Ok(Self {
            inquiry,
            demand,
            reached,
            reach: if divides { Reach::Event } else { Reach::Visit },
            groups,
            visits: 0,
        })
    }

    fn add_day(&mut self, leaf: &Leaf) -> Result<(), Error> {
        let of_day = |facet: &Facet| facet.of_day(leaf.day(), self.inquiry.week_starts);
        let of_day: Vec<u32> = self.inquiry.facets.iter().map(of_day).collect();
        for visit in leaf.visits() {
            if !self.demand.is_nothing() {
                let (first, any) = leaf.bits_of_visit(visit);
                if !self.demand.picks(first, any) {
                    continue;
                }
            }
            if self.reached.is_some_and(|aim| !aim.is_in(leaf, visit)) {
                continue;
            }
            self.add(leaf, visit, &of_day)?;
        }
        Ok(())
    }

    fn add(&mut self, leaf: &Leaf, visit: &[Beat], of_day: &[u32]) -> Result<(), Error> {
        let [first, ..] = visit else { return Ok(()) };
        self.visits += 1;
        let mut whole = Figures::default();
        for (nth, beat) in visit.iter().enumerate() {
            let single = figures_of(leaf, visit, nth);
            whole.add(&single);
            if self.reach == Reach::Event {
                let key = self.key(leaf, (*first, *beat), of_day);
                let place = self.groups.place(key)?;
                let group = self.groups.at(place);
                group.figures.add(&single);
                if group.visit != self.visits {
                    group.visit = self.visits;
                    group.figures.totals.add(&of_visit(visit));
                }
                self.meet(place, *beat)?;
            }
        }
        whole.totals.add(&of_visit(visit));
        self.groups.at(0).figures.add(&whole);
        self.meet(0, *first)?;
        if self.reach == Reach::Visit && !of_day.is_empty() {
            let key = self.key(leaf, (*first, *first), of_day);
            let place = self.groups.place(key)?;
            self.groups.at(place).figures.add(&whole);
            self.meet(place, *first)?;
        }
        Ok(())
    }

    fn meet(&mut self, place: usize, beat: Beat) -> Result<(), Error> {
        match self.inquiry.crowding {
            Crowding::Counted => self.groups.meet(place, beat.visitor()),
            Crowding::Ignored => Ok(()),
        }
    }

    /// The numbers of a row in one: those of visits are their first event's.
    fn key(&self, leaf: &Leaf, (first, beat): (Beat, Beat), of_day: &[u32]) -> u128 {
        let mut key = 0;
        for (place, facet) in self.inquiry.facets.iter().enumerate() {
            let event = match facet.reach() {
                Reach::Visit => first,
                Reach::Event => beat,
            };
            let number = match facet.strip().place() {
                Some(strip) => leaf.strips[strip][event.place()],
                None => of_day[place],
            };
            key |= u128::from(number) << (place * BITS);
        }
        key
    }
}

/// What one event of a visit adds.
fn figures_of(leaf: &Leaf, visit: &[Beat], nth: usize) -> Figures {
    let beat = visit[nth];
    let kind = leaf.kinds[beat.place()];
    let next = visit.get(nth + 1).copied().unwrap_or(beat);
    let engaged = next.ms().abs_diff(beat.ms());
    Figures {
        totals: of_one(kind, leaf.values[beat.place()], engaged),
        clicks: u64::from(kind == Kind::Click),
        entries: u64::from(nth == 0),
        exits: u64::from(nth + 1 == visit.len()),
    }
}

/// What the visit adds to each row that it belongs to.
fn of_visit(visit: &[Beat]) -> Totals {
    Totals {
        visits: 1,
        bounces: u64::from(visit.len() == 1),
        ..Totals::default()
    }
}
