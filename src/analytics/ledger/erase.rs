//! Takes one visitor out of everything that is kept of a site.
//!
//! Where its events are kept they go, and their day is counted anew without them. Where only the
//! sums are left, the figures stay and its number leaves the sets of visitors. In the end nobody
//! knows any more which number was whose. A crash in between leaves a visitor that is still known,
//! so that whoever asks again goes on.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::civil::Date;

use super::Inner;
use super::block::{self, Wanted};
use super::day::Day;
use super::error::damaged;
use super::fold::{self, read_block};
use super::months;
use super::names::Names;
use super::pieces;
use super::row::{Blocks, DayRow, DayRows, Head, Heads, Part, Sheets};
use super::sheet::{Sheet, unseal_crowds, walk};
use super::waiting::Counting;
use crate::analytics::number::SiteNumber;
use crate::store::{self, Batch, Key as _, Row, Scan, Snapshot, prefix};

/// Where a visitor was found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Erased {
    /// So many events, of those that are kept.
    pub(crate) events: u64,
    /// So many days.
    pub(crate) days: u64,
    /// So many of them have no events any more: the visitor is one of their number.
    pub(crate) days_of_sums: u64,
    /// The first and the last of the days.
    pub(crate) span: Option<(Date, Date)>,
}

impl Erased {
    fn add(&mut self, there: &There) {
        self.events += there.events.unwrap_or(0);
        self.days += 1;
        self.days_of_sums += u64::from(there.events.is_none());
        let date = there.day.date();
        let (first, last) = self.span.unwrap_or((date, date));
        self.span = Some((first.min(date), last.max(date)));
    }
}

/// A day on which a visitor was there.
struct There {
    day: Day,
    /// With so many events; none where events are gone.
    events: Option<u64>,
}

/// All days are gone through so often for what came in meanwhile. What comes in even then stays, and
/// nobody knows any more whose it was.
const ROUNDS: u32 = 3;

/// What is to be done next.
enum Step {
    /// Nobody knows the visitor.
    Unknown,
    /// These days are to be counted before.
    Count(BTreeSet<Day>),
    /// The batch takes it out of a day.
    Day(There, Batch),
    /// It is on no later day.
    Seen,
    /// It is on no day, and the batch forgets its number.
    Out(Batch),
}

impl Inner {
    /// Where a visitor was, of what is folded.
    pub(super) async fn find(
        self: Arc<Self>,
        site: SiteNumber,
        visitor: u64,
    ) -> Result<Option<Erased>, super::Error> {
        self.fold_waiting(site).await?;
        let inner = Arc::clone(&self);
        let find = move || find(&inner.store.snapshot()?, (site, visitor));
        Ok(self.blocking.run(find).await?)
    }

    /// Takes a visitor out; `act` makes the batch that tells of what was found. Nothing where nobody
    /// knows it.
    pub(super) async fn erase(
        self: Arc<Self>,
        site: SiteNumber,
        visitor: u64,
        act: impl Fn(&Erased) -> Batch + Clone + Send + 'static,
    ) -> Result<Option<Erased>, super::Error> {
        let (mut erased, mut from) = (Erased::default(), Day::earliest());
        let mut rounds = 0;
        self.fold_waiting(site).await?;
        loop {
            let (inner, act) = (Arc::clone(&self), act.clone());
            let next = move || {
                let out = || act(&erased);
                let place = (from, rounds == ROUNDS);
                next(&inner.store.snapshot()?, (site, visitor), place, &out)
            };
            let (there, batch) = match self.blocking.run(next).await? {
                Step::Unknown => return Ok(None),
                Step::Count(days) => {
                    for day in days {
                        self.fold(site, day, Counting::Now).await?;
                    }
                    continue;
                }
                Step::Seen => {
                    // What came in meanwhile may be earlier: once more from the beginning.
                    self.fold_waiting(site).await?;
                    from = Day::earliest();
                    rounds += 1;
                    continue;
                }
                Step::Day(there, batch) => (Some(there), batch),
                Step::Out(batch) => (None, batch),
            };
            match self.store.commit(batch).await {
                // Something was folded meanwhile.
                Err(store::Error::Conflict(_)) => continue,
                outcome => drop(outcome?),
            }
            self.marks.forget(site);
            self.answers.forget(site);
            let Some(there) = there else {
                return Ok(Some(erased));
            };
            erased.add(&there);
            from = there.day.next();
        }
    }

    pub(super) async fn fold_waiting(
        self: &Arc<Self>,
        site: SiteNumber,
    ) -> Result<(), store::Error> {
        let head = self.store.get::<Heads>(&site)?;
        let mut days = head.map(|row| row.value.uncounted).unwrap_or_default();
        days.extend(self.waiting.days(site));
        for day in days {
            self.fold(site, day, Counting::Now).await?;
        }
        Ok(())
    }
}

/// Where a visitor was; nothing where nobody knows it.
fn find(
    snapshot: &Snapshot,
    (site, visitor): (SiteNumber, u64),
) -> Result<Option<Erased>, store::Error> {
    let Some(head) = snapshot.get::<Heads>(&site)? else {
        return Ok(None);
    };
    let names = Names::new(snapshot, site, &head.value);
    let Some(number) = names.visitor(visitor)? else {
        return Ok(None);
    };
    let search = Search {
        snapshot,
        site,
        head: &head,
        number,
    };
    let (mut erased, mut from) = (Erased::default(), Day::earliest());
    while let Some(row) = search.next_day(from)? {
        let day = row.span.day;
        let mut events = search.has_events(day).then_some(0);
        if let Some(events) = &mut events {
            for block in 0..row.blocks.len() {
                *events += search.events_in(day, block)?;
            }
        }
        erased.add(&There { day, events });
        from = day.next();
    }
    Ok(Some(erased))
}

/// What is to be done next, from a day on.
fn next(
    snapshot: &Snapshot,
    (site, visitor): (SiteNumber, u64),
    (from, is_last): (Day, bool),
    out: &impl Fn() -> Batch,
) -> Result<Step, store::Error> {
    let Some(head) = snapshot.get::<Heads>(&site)? else {
        return Ok(Step::Unknown);
    };
    if !head.value.uncounted.is_empty() {
        return Ok(Step::Count(head.value.uncounted));
    }
    let names = Names::new(snapshot, site, &head.value);
    let Some(number) = names.visitor(visitor)? else {
        return Ok(Step::Unknown);
    };
    let search = Search {
        snapshot,
        site,
        head: &head,
        number,
    };
    let day = if is_last {
        None
    } else {
        search.next_day(from)?
    };
    match day {
        Some(row) => search.without(row),
        None if from > Day::earliest() => Ok(Step::Seen),
        None => {
            let (mut batch, mut after) = (out(), head.value.clone());
            names.forget_visitor(visitor, &mut batch, &mut after)?;
            batch.replace::<Heads>(&site, &after, head.version);
            Ok(Step::Out(batch))
        }
    }
}

/// A look for a visitor's number.
struct Search<'a> {
    snapshot: &'a Snapshot,
    site: SiteNumber,
    head: &'a Row<Heads>,
    number: u32,
}

impl Search<'_> {
    fn has_events(&self, day: Day) -> bool {
        day >= self.head.value.horizon.events
    }

    /// The next day on which the visitor was there.
    fn next_day(&self, from: Day) -> Result<Option<DayRow>, store::Error> {
        let from = from.max(self.head.value.horizon.sums);
        let days = Scan::prefix(prefix(&self.site), usize::MAX).from((self.site, from).bytes());
        let (mut found, mut outcome) = (None, Ok(()));
        self.snapshot.walk::<DayRows>(&days, |_, row| {
            match self.was_there(row.key.1) {
                Ok(false) => return Ok(ControlFlow::Continue(())),
                Ok(true) => found = Some(row.value),
                Err(error) => outcome = Err(error),
            }
            Ok(ControlFlow::Break(()))
        })?;
        outcome.map(|()| found)
    }

    fn was_there(&self, day: Day) -> Result<bool, store::Error> {
        let (lines, crowds) = self.sheet(day)?;
        let crowds = unseal_crowds(&crowds)?;
        let mut there = false;
        walk(&lines, &mut |dimension, line| {
            if dimension.is_none() {
                there = line.visitors(crowds)?.contains(self.number);
            }
            Ok(())
        })?;
        Ok(there)
    }

    /// What a day came to: its lines, and their visitors.
    fn sheet(&self, day: Day) -> Result<(Vec<u8>, Vec<u8>), store::Error> {
        let part = |part| {
            let bytes = pieces::get::<Sheets>(self.snapshot, &(self.site, part))?;
            bytes.ok_or_else(|| damaged("a missing rollup"))
        };
        Ok((part(Part::DayLines(day))?, part(Part::DayCrowds(day))?))
    }

    /// How many events of a block are the visitor's.
    fn events_in(&self, day: Day, block: usize) -> Result<u64, store::Error> {
        let columns = read_block(self.snapshot, (self.site, day), block, Wanted::NOTHING)?;
        let mine = |visitor: &&u64| **visitor == u64::from(self.number);
        Ok(columns.visitors.iter().filter(mine).count() as u64)
    }

    /// Takes the visitor out of a day.
    fn without(&self, row: DayRow) -> Result<Step, store::Error> {
        let day = row.span.day;
        let mut batch = Batch::bookkeeping();
        // As it is, but later: whoever folds or counts at the same time begins anew.
        let head: &Head = &self.head.value;
        batch.replace::<Heads>(&self.site, head, self.head.version);
        months::remove(&mut batch, self.site, day.month());
        let events = if self.has_events(day) {
            Some(self.take_events(row, &mut batch)?)
        } else {
            self.take_number(row, &mut batch)?;
            None
        };
        Ok(Step::Day(There { day, events }, batch))
    }

    /// Takes the visitor's events out of a day, and counts it anew.
    fn take_events(&self, mut row: DayRow, batch: &mut Batch) -> Result<u64, store::Error> {
        let (site, day) = (self.site, row.span.day);
        let mut names = Names::new(self.snapshot, site, &self.head.value);
        let blocks = (site, row.blocks.as_slice());
        let count = fold::count(
            self.snapshot,
            blocks,
            &[],
            (&row.span, Some(self.number)),
            &mut names,
        )?;
        let mut taken = 0;
        for (number, left) in (0_u32..).zip(&mut row.blocks) {
            let block = number as usize;
            let mine = self.events_in(day, block)?;
            if mine == 0 {
                continue;
            }
            let columns = read_block(self.snapshot, (site, day), block, Wanted::ALL)?;
            let mut events = columns.events()?;
            events.retain(|event| event.visitor != u64::from(self.number));
            *left = u32::try_from(events.len()).unwrap_or(u32::MAX);
            pieces::put::<Blocks>(batch, &(site, day, number), &block::encode(&events));
            taken += mine;
        }
        fold::write_count(batch, site, row, count);
        Ok(taken)
    }

    /// Takes the visitor's number out of what a day came to.
    fn take_number(&self, mut row: DayRow, batch: &mut Batch) -> Result<(), store::Error> {
        let day = row.span.day;
        let (lines, crowds) = self.sheet(day)?;
        let mut sheet = Sheet::decode(&lines, &crowds)?;
        sheet.each_mut(&mut |entry| {
            entry.visitors.remove(self.number);
            entry.totals.visitors = entry.visitors.len();
        });
        row.totals.visitors = sheet.all.totals.visitors;
        batch.put::<DayRows>(&(self.site, day), &row);
        let (lines, crowds) = sheet.encode();
        pieces::put::<Sheets>(batch, &(self.site, Part::DayLines(day)), &lines);
        pieces::put::<Sheets>(batch, &(self.site, Part::DayCrowds(day)), &crowds);
        Ok(())
    }
}
