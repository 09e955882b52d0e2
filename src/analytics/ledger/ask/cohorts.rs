//! Tells who came again: visitors by the week or month of their first visit.
//!
//! A visitor's first visit is the first of all that the site has, also where it lies before the days
//! that are asked for: whoever came before them belongs to none of their cohorts.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use jiff::civil::Date;
use roaring::RoaringBitmap;

use super::super::day::{Day, Days};
use super::super::query::Question;
use super::super::rollup::Kind;
use super::super::row::Heads;
use super::facet::Facet;
use super::filter::{Demand, Filter, Sieve};
use super::groups::Mix;
use super::leaf::Leaf;
use super::scan::Scan;
use crate::analytics::ledger::Error;

/// No event of a site is older.
const EARLIEST: Date = Date::constant(1995, 1, 1);

/// Which visitors are looked at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Cohorts {
    pub(crate) length: Length,
    /// Whose first visit they pick belongs to a cohort.
    pub(crate) filters: Vec<Filter>,
    /// The day that weeks begin with, counted from Monday.
    pub(crate) week_starts: u8,
}

/// How long a period is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Length {
    #[default]
    Week,
    Month,
}

/// Visitors who first came in the same period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cohort {
    /// The day that the period begins with.
    pub(crate) begun: Date,
    /// What they did in their first period, and in each that has begun since.
    pub(crate) periods: Vec<Returned>,
}

/// Who of a cohort was there in a period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Returned {
    pub(crate) visitors: u64,
    pub(crate) revenue_micros: i64,
}

impl Cohorts {
    /// The day that the period begins with in which a day lies.
    pub(crate) fn begin(&self, day: Date) -> Date {
        let facet = match self.length {
            Length::Week => Facet::Week,
            Length::Month => Facet::Month,
        };
        let number = facet.of_day(Day::of(day), self.week_starts);
        i32::try_from(number).map_or(day, |number| Day(number).date())
    }
}

impl Cohort {
    /// How many belong to it.
    pub(crate) fn size(&self) -> u64 {
        self.periods.first().map_or(0, |first| first.visitors)
    }

    /// What they brought in all periods.
    pub(crate) fn revenue_micros(&self) -> i64 {
        let micros = self.periods.iter().map(|period| period.revenue_micros);
        micros.fold(0, i64::saturating_add)
    }
}

impl Returned {
    pub(crate) fn add(&mut self, other: Self) {
        self.visitors += other.visitors;
        self.revenue_micros = self.revenue_micros.saturating_add(other.revenue_micros);
    }
}

/// Looks at the events of the days that are asked for.
pub(in super::super) fn return_of(
    question: &Question<'_>,
    cohorts: &Cohorts,
) -> Result<Vec<Cohort>, Error> {
    let head = question.snapshot.get::<Heads>(&question.site)?;
    let head = head.map(|row| row.value).unwrap_or_default();
    let before = Question {
        days: Days {
            first: EARLIEST,
            last: question.first().date().yesterday().unwrap_or(EARLIEST),
        },
        ..*question
    };
    let mut sieve = Sieve::default();
    let demand = sieve.add(&cohorts.filters);
    let mut scan = Scan::new(question, &head, sieve, (&[], cohorts.week_starts));
    let known = scan.visitors_of(&before)?;
    let mut table = Table::of(question.first(), question.last(), cohorts);
    for share in scan.shares()? {
        let mut met = Met::default();
        scan.each_day(share, &mut |leaf| {
            table.add_day(leaf, (demand, &known), &mut met);
            Ok(())
        })?;
    }
    Ok(table.cohorts)
}

/// The visitors that were met.
type Met = HashMap<u32, Place, BuildHasherDefault<Mix>>;

/// Where a visitor belongs.
#[derive(Clone, Copy)]
struct Place {
    /// Which cohort; none for whoever came before, or whose first visit is not picked.
    cohort: Option<u16>,
    /// The period in which they were seen last.
    last: u16,
}

/// What is counted so far.
struct Table<'a> {
    wish: &'a Cohorts,
    cohorts: Vec<Cohort>,
}

impl<'a> Table<'a> {
    fn of(first: Day, last: Day, wish: &'a Cohorts) -> Self {
        let mut begun: Vec<Date> = Vec::new();
        let mut day = first;
        while day <= last {
            let first_day = wish.begin(day.date());
            if begun.last() != Some(&first_day) {
                begun.push(first_day);
            }
            day = day.next();
        }
        let many = begun.len();
        let cohort = |(place, day): (usize, &Date)| Cohort {
            begun: *day,
            periods: vec![Returned::default(); many - place],
        };
        let cohorts = begun.iter().enumerate().map(cohort).collect();
        Self { wish, cohorts }
    }

    /// Adds the visits of a day. Days come in the order of time.
    fn add_day(&mut self, leaf: &Leaf, (demand, known): (Demand, &RoaringBitmap), met: &mut Met) {
        let begun = self.wish.begin(leaf.day().date());
        let period = self.cohorts.partition_point(|cohort| cohort.begun < begun);
        let period = u16::try_from(period).unwrap_or(u16::MAX);
        for visit in leaf.visits() {
            let [first, ..] = visit else { continue };
            let mut is_new = false;
            let place = met.entry(first.visitor()).or_insert_with(|| {
                let (first_bits, any) = leaf.bits_of_visit(visit);
                let is_picked = demand.picks(first_bits, any);
                is_new = is_picked && !known.contains(first.visitor());
                Place {
                    cohort: is_new.then_some(period),
                    last: period,
                }
            });
            let Some(cohort) = place.cohort else { continue };
            let since = usize::from(period - cohort);
            let returned = &mut self.cohorts[usize::from(cohort)].periods[since];
            if is_new || place.last != period {
                place.last = period;
                returned.visitors += 1;
            }
            let sales = visit.iter().map(|beat| beat.place());
            let sales = sales.filter(|at| leaf.kinds[*at] == Kind::Purchase);
            let sum = &mut returned.revenue_micros;
            *sum = sales.fold(*sum, |sum, at| sum.saturating_add(leaf.values[at]));
        }
    }
}
