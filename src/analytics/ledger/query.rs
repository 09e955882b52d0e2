//! Answers what some days came to: from the rollups of whole months and of the days beside them,
//! and for days that wait to be folded from their events.
//!
//! Visitors are exact: where a value's visitors of two stretches may be the same ones, the sets are
//! united; where their numbers cannot meet, they are added up.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
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
use super::rollup::Count;
use super::row::{DayRow, DayRows, Heads, Part, Sheets, Tails};
use super::sheet::{unseal_crowds, walk};
use super::sums::Sums;
use super::totals::{Overview, Totals};
use crate::analytics::number::SiteNumber;
use crate::store::{Error, Key as _, Scan, Snapshot, prefix};

/// What is asked, of what, at which moment.
pub(super) struct Question<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) site: SiteNumber,
    pub(super) zone: &'a TimeZone,
    pub(super) days: Days,
    /// What the site keeps.
    pub(super) horizon: Horizon,
}

/// A stretch of the days that are asked for.
pub(super) enum Stretch {
    Stored {
        lines: Vec<u8>,
        crowds: Part,
    },
    /// A day with events that wait.
    Counted {
        lines: Vec<u8>,
        crowds: Vec<u8>,
    },
}

impl Question<'_> {
    /// What the days came to.
    pub(super) fn answer(&self) -> Result<Overview, Error> {
        let head = self.snapshot.get::<Heads>(&self.site)?;
        let head = head.map(|row| row.value).unwrap_or_default();
        let mut names = Names::new(self.snapshot, self.site, &head);
        let mut counted = self.count_waiting(&mut names)?;
        let mut rows = self.day_rows()?;
        for (day, (span, count)) in &counted {
            let row = DayRow {
                span: *span,
                blocks: Vec::new(),
                totals: count.sheet.all.totals,
                hours: count.hours.clone(),
            };
            rows.insert(*day, row);
        }
        let stretches = self.stretches(&rows, &mut counted)?;
        let mut sums = Sums::new(names.words());
        for stretch in &stretches {
            walk(stretch.lines(), &mut |dimension, line| {
                sums.add(dimension, &line);
                Ok(())
            })?;
        }
        let best = sums.best();
        sums.unite(&best, &stretches, self)?;
        let tables = sums.tables(&best, &names)?;
        Ok(Overview {
            totals: sums.all(),
            days: self.by_day(&rows),
            hours: self.by_hour(&rows),
            tables,
        })
    }

    /// Whoever was there on the days.
    pub(super) fn visitors(&self, names: &mut Names<'_>) -> Result<RoaringBitmap, Error> {
        let mut counted = self.count_waiting(names)?;
        let rows = self.day_rows()?;
        let mut visitors = RoaringBitmap::new();
        self.each_stretch(&rows, &mut counted, &mut |stretch| {
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

    /// Counts the days that wait.
    fn count_waiting(&self, names: &mut Names<'_>) -> Result<HashMap<Day, (Span, Count)>, Error> {
        let mut counted = HashMap::new();
        let mut days = self.waiting_days()?;
        days.extend(names.uncounted(self.first(), self.last()));
        for day in days {
            let place = (self.site, day);
            if let Some(opened) = fold::open(self.snapshot, place, names)? {
                let count = opened.count(self.snapshot, self.site, names)?;
                counted.insert(day, (opened.span(), count));
            }
        }
        Ok(counted)
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

    /// What is stored of the days.
    pub(super) fn day_rows(&self) -> Result<HashMap<Day, DayRow>, Error> {
        let first = self.first().max(self.horizon.sums);
        let scan = Scan::prefix(prefix(&self.site), usize::MAX)
            .from(prefix(&(self.site, first)))
            .to(prefix(&(self.site, self.last().next())));
        let mut rows = HashMap::new();
        self.snapshot.walk::<DayRows>(&scan, |_, row| {
            rows.insert(row.key.1, row.value);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(rows)
    }

    /// Whole months where they were counted as such, and days; in the order of time.
    fn stretches(
        &self,
        rows: &HashMap<Day, DayRow>,
        counted: &mut HashMap<Day, (Span, Count)>,
    ) -> Result<Vec<Stretch>, Error> {
        let mut stretches = Vec::new();
        self.each_stretch(rows, counted, &mut |stretch| {
            stretches.push(stretch);
            Ok(())
        })?;
        Ok(stretches)
    }

    /// The same one after the other: years of them have room in memory.
    fn each_stretch(
        &self,
        rows: &HashMap<Day, DayRow>,
        counted: &mut HashMap<Day, (Span, Count)>,
        see: &mut impl FnMut(Stretch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut day = self.first();
        while day <= self.last() {
            let month = day.month();
            if let Some(whole) = self.whole_month(day, month, counted)? {
                see(whole)?;
                day = month.last().next();
                continue;
            }
            if let Some((_, count)) = counted.remove(&day) {
                let (lines, crowds) = count.sheet.encode();
                see(Stretch::Counted { lines, crowds })?;
            } else if rows.contains_key(&day) {
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
        day: Day,
        month: Month,
        counted: &HashMap<Day, (Span, Count)>,
    ) -> Result<Option<Stretch>, Error> {
        let within = day == month.first() && month.last() <= self.last();
        let within = within && day >= self.horizon.sums;
        if !within || counted.keys().any(|day| day.month() == month) {
            return Ok(None);
        }
        let lines = self.part(Part::MonthLines(month))?;
        let crowds = Part::MonthCrowds(month);
        Ok(lines.map(|lines| Stretch::Stored { lines, crowds }))
    }

    fn part(&self, part: Part) -> Result<Option<Vec<u8>>, Error> {
        pieces::get::<Sheets>(self.snapshot, &(self.site, part))
    }

    fn by_day(&self, rows: &HashMap<Day, DayRow>) -> Vec<(civil::Date, Totals)> {
        let mut days = Vec::new();
        let mut day = self.first();
        while day <= self.last() {
            let totals = rows.get(&day).map(|row| row.totals).unwrap_or_default();
            days.push((day.date(), totals));
            day = day.next();
        }
        days
    }

    fn by_hour(&self, rows: &HashMap<Day, DayRow>) -> Option<Vec<(Timestamp, Totals)>> {
        if self.days.first != self.days.last {
            return None;
        }
        let span = Span::of(self.zone, self.days.first);
        let row = rows.get(&span.day);
        let hour = |hour: usize| {
            let at = span.from + i64::try_from(hour).unwrap_or(0) * HOUR;
            let totals = row.and_then(|row| row.hours.get(hour)).copied();
            let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::MAX);
            (at, totals.unwrap_or_default())
        };
        Some((0..span.hours()).map(hour).collect())
    }
}

impl Stretch {
    /// What it came to, without the visitors.
    pub(super) fn lines(&self) -> &[u8] {
        match self {
            Self::Stored { lines, .. } | Self::Counted { lines, .. } => lines,
        }
    }

    /// The visitors of all its lines.
    pub(super) fn crowds(&self, question: &Question<'_>) -> Result<Cow<'_, [u8]>, Error> {
        match self {
            Self::Counted { crowds, .. } => Ok(Cow::Borrowed(crowds)),
            Self::Stored { crowds, .. } => {
                let bytes = question.part(*crowds)?;
                Ok(Cow::Owned(
                    bytes.ok_or_else(|| damaged("a missing rollup"))?,
                ))
            }
        }
    }
}
