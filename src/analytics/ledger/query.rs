//! Answers what some days came to: from the rollups of whole months and of the days beside them,
//! and for days that wait to be folded from their events.
//!
//! Visitors are exact: where a value's visitors of two stretches may be the same ones, the sets are
//! united; where their numbers cannot meet, they are added up.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};
use roaring::RoaringBitmap;

use super::day::{Day, Days, HOUR, Month, Span};
use super::error::damaged;
use super::fold;
use super::horizon::Horizon;
use super::names::Names;
use super::pieces;
use super::row::{DayRow, DayRows, Heads, Part, Sheets, Tails};
use super::sheet::{unseal_crowds, walk};
use super::totals::{Overview, Totals};
use super::united::Closed;
use crate::analytics::number::SiteNumber;
use crate::store::{Error, Key as _, Row, Scan, Snapshot, prefix};

/// What is asked, of what, at which moment.
pub(super) struct Question<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) site: SiteNumber,
    pub(super) zone: &'a TimeZone,
    pub(super) days: Days,
    /// What the site keeps.
    pub(super) horizon: Horizon,
    /// The day that it is there.
    pub(super) today: Day,
}

/// A stretch of the days that are asked for.
pub(super) enum Stretch<'a> {
    Stored {
        lines: Vec<u8>,
        crowds: Part,
    },
    /// A day with events that wait.
    Counted(&'a Counted),
}

/// What is known of each of the days that are asked for.
pub(super) struct Rows {
    stored: BTreeMap<Day, Row<DayRows>>,
    /// Those with events that wait, as they come to with them.
    counted: BTreeMap<Day, Counted>,
}

/// What a day comes to with the events that wait.
pub(super) struct Counted {
    totals: Totals,
    hours: Vec<Totals>,
    lines: Vec<u8>,
    crowds: Vec<u8>,
}

impl Rows {
    /// The first day that has events that wait.
    pub(super) fn first_waiting(&self) -> Option<Day> {
        self.counted.keys().next().copied()
    }

    /// Those up to a day that are stored.
    pub(super) fn until(&self, day: Day) -> impl Iterator<Item = &Row<DayRows>> {
        self.stored.range(..=day).map(|(_, row)| row)
    }

    /// What a day came to, and each of its hours.
    fn of(&self, day: Day) -> Option<(Totals, &[Totals])> {
        let stored = self.stored.get(&day).map(|row| &row.value);
        match self.counted.get(&day) {
            Some(counted) => Some((counted.totals, &counted.hours)),
            None => stored.map(|row| (row.totals, row.hours.as_slice())),
        }
    }
}

impl Question<'_> {
    /// What the days came to.
    pub(super) fn answer(&self, closed: &Closed) -> Result<Overview, Error> {
        let head = self.snapshot.get::<Heads>(&self.site)?;
        let head = head.map(|row| row.value).unwrap_or_default();
        let mut names = Names::new(self.snapshot, self.site, &head);
        let rows = self.rows(&mut names)?;
        let sums = self.unite(closed, &rows, names.words())?;
        Ok(Overview {
            totals: sums.all(),
            days: self.by_day(&rows),
            hours: self.by_hour(&rows),
            tables: sums.tables(&names)?,
        })
    }

    /// Whoever was there on the days.
    pub(super) fn visitors(&self, names: &mut Names<'_>) -> Result<RoaringBitmap, Error> {
        let rows = self.rows(names)?;
        let mut visitors = RoaringBitmap::new();
        self.each_stretch(&rows, (self.first(), self.last()), &mut |stretch| {
            let crowds = stretch.crowds(self)?;
            let crowds = unseal_crowds(&crowds)?;
            walk(stretch.lines(), &mut |dimension, line| {
                if dimension.is_none() {
                    visitors |= line.visitors(crowds)?;
                }
                Ok(())
            })
        })?;
        Ok(visitors)
    }

    pub(super) fn first(&self) -> Day {
        Day::of(self.days.first)
    }

    pub(super) fn last(&self) -> Day {
        Day::of(self.days.last)
    }

    /// What is known of the days, those counted that wait.
    fn rows(&self, names: &mut Names<'_>) -> Result<Rows, Error> {
        let mut rows = Rows {
            stored: self.stored_days()?,
            counted: BTreeMap::new(),
        };
        let mut days = self.waiting_days()?;
        days.extend(names.uncounted(self.first(), self.last()));
        for day in days {
            let place = (self.site, day);
            if let Some(opened) = fold::open(self.snapshot, place, names)? {
                let count = opened.count(self.snapshot, self.site, names)?;
                let totals = count.sheet.all.totals;
                let (lines, crowds) = count.sheet.encode();
                let counted = Counted {
                    totals,
                    hours: count.hours,
                    lines,
                    crowds,
                };
                rows.counted.insert(day, counted);
            }
        }
        Ok(rows)
    }

    /// The days for which events wait.
    pub(super) fn waiting_days(&self) -> Result<BTreeSet<Day>, Error> {
        let mut days = BTreeSet::new();
        self.snapshot
            .glance_all::<Tails>(&prefix(&self.site), |mut place, _| {
                let day = Day::read(&mut place).map_err(|_bad| damaged("a waiting row's key"))?;
                if day > self.last() {
                    return Ok(ControlFlow::Break(()));
                }
                if day >= self.first().max(self.horizon.events) {
                    days.insert(day);
                }
                Ok(ControlFlow::Continue(()))
            })?;
        Ok(days)
    }

    /// What is stored of the days, without its version.
    pub(super) fn day_rows(&self) -> Result<HashMap<Day, DayRow>, Error> {
        let rows = self.stored_days()?.into_iter();
        Ok(rows.map(|(day, row)| (day, row.value)).collect())
    }

    fn stored_days(&self) -> Result<BTreeMap<Day, Row<DayRows>>, Error> {
        let first = self.first().max(self.horizon.sums);
        let scan = Scan::prefix(prefix(&self.site), usize::MAX)
            .from(prefix(&(self.site, first)))
            .to(prefix(&(self.site, self.last().next())));
        let mut rows = BTreeMap::new();
        self.snapshot.walk::<DayRows>(&scan, |_, row| {
            rows.insert(row.key.1, row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Whole months where they were counted as such, and days; in the order of time.
    pub(super) fn stretches<'r>(
        &self,
        rows: &'r Rows,
        days: (Day, Day),
    ) -> Result<Vec<Stretch<'r>>, Error> {
        let mut stretches = Vec::new();
        self.each_stretch(rows, days, &mut |stretch| {
            stretches.push(stretch);
            Ok(())
        })?;
        Ok(stretches)
    }

    /// The same one after the other: years of them have room in memory.
    fn each_stretch<'r>(
        &self,
        rows: &'r Rows,
        (mut day, last): (Day, Day),
        see: &mut impl FnMut(Stretch<'r>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        while day <= last {
            let month = day.month();
            if let Some(whole) = self.whole_month((day, last), month, rows)? {
                see(whole)?;
                day = month.last().next();
                continue;
            }
            if let Some(counted) = rows.counted.get(&day) {
                see(Stretch::Counted(counted))?;
            } else if rows.stored.contains_key(&day) {
                let lines = self.part(Part::DayLines(day))?;
                let lines = lines.ok_or_else(|| damaged("a missing rollup"))?;
                let crowds = Part::DayCrowds(day);
                see(Stretch::Stored { lines, crowds })?;
            }
            day = day.next();
        }
        Ok(())
    }

    fn whole_month(
        &self,
        (day, last): (Day, Day),
        month: Month,
        rows: &Rows,
    ) -> Result<Option<Stretch<'static>>, Error> {
        let within = day == month.first() && month.last() <= last;
        let within = within && day >= self.horizon.sums;
        if !within || rows.counted.keys().any(|day| day.month() == month) {
            return Ok(None);
        }
        let lines = self.part(Part::MonthLines(month))?;
        let crowds = Part::MonthCrowds(month);
        Ok(lines.map(|lines| Stretch::Stored { lines, crowds }))
    }

    fn part(&self, part: Part) -> Result<Option<Vec<u8>>, Error> {
        pieces::get::<Sheets>(self.snapshot, &(self.site, part))
    }

    fn by_day(&self, rows: &Rows) -> Vec<(civil::Date, Totals)> {
        let mut days = Vec::new();
        let mut day = self.first();
        while day <= self.last() {
            let totals = rows.of(day).map(|(totals, _)| totals).unwrap_or_default();
            days.push((day.date(), totals));
            day = day.next();
        }
        days
    }

    fn by_hour(&self, rows: &Rows) -> Option<Vec<(Timestamp, Totals)>> {
        if self.days.first != self.days.last {
            return None;
        }
        let span = Span::of(self.zone, self.days.first);
        let hours = rows.of(span.day).map(|(_, hours)| hours);
        let hour = |hour: usize| {
            let at = span.from + i64::try_from(hour).unwrap_or(0) * HOUR;
            let totals = hours.and_then(|hours| hours.get(hour)).copied();
            let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX);
            (at, totals.unwrap_or_default())
        };
        Some((0..span.hours()).map(hour).collect())
    }
}

impl Stretch<'_> {
    /// What it came to, without the visitors.
    pub(super) fn lines(&self) -> &[u8] {
        match self {
            Self::Stored { lines, .. } => lines,
            Self::Counted(counted) => &counted.lines,
        }
    }

    /// The visitors of all its lines.
    pub(super) fn crowds(&self, question: &Question<'_>) -> Result<Cow<'_, [u8]>, Error> {
        match self {
            Self::Counted(counted) => Ok(Cow::Borrowed(&counted.crowds)),
            Self::Stored { crowds, .. } => {
                let bytes = question.part(*crowds)?;
                Ok(Cow::Owned(
                    bytes.ok_or_else(|| damaged("a missing rollup"))?,
                ))
            }
        }
    }
}
