//! Lets events and sums go that a site does not keep any longer.
//!
//! Two marks in the site's head say from which day on events are kept, and from which day on sums
//! are. Once a mark has moved nobody reads what lies before it, and nothing is added there; what
//! lies there is removed a stretch at a time, by whoever comes after a crash too.

use std::ops::ControlFlow;
use std::sync::Arc;

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::Inner;
use super::day::Day;
use super::error::damaged;
use super::months;
use super::row::{Blocks, DayRows, Head, Heads, Part, Sheets};
use super::waiting::Counting;
use crate::analytics::number::SiteNumber;
use crate::store::{self, Batch, Collection, Key as _, Scan, Snapshot, prefix};

/// So many rows are removed in one commit, so that others get their turn.
const AT_ONCE: usize = 500;

/// The first days of which a site keeps the events and the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Horizon {
    pub(super) events: Day,
    pub(super) sums: Day,
}

/// Everything is kept.
impl Default for Horizon {
    fn default() -> Self {
        let earliest = Day::earliest();
        Self {
            events: earliest,
            sums: earliest,
        }
    }
}

/// What a site is to keep: the first days, or everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Retained {
    pub(crate) events: Option<civil::Date>,
    /// No later than that of the events.
    pub(crate) sums: Option<civil::Date>,
}

/// How many days lose something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Expired {
    /// Their events, which the sums outlast.
    pub(crate) events_days: u64,
    /// Their sums.
    pub(crate) sums_days: u64,
}

impl Horizon {
    /// What is kept from here on, if that is less than before.
    fn moved(self, retained: Retained) -> Self {
        let later = |mark: Day, first: Option<civil::Date>| {
            first.map_or(mark, |first| mark.max(Day::of(first)))
        };
        let sums = later(self.sums, retained.sums);
        Self {
            events: later(self.events, retained.events).max(sums),
            sums,
        }
    }

    /// The same as dates; none where everything is kept.
    pub(super) fn told(self) -> Retained {
        let date = |day: Day| (day > Day::earliest()).then(|| day.date());
        Retained {
            events: date(self.events),
            sums: date(self.sums),
        }
    }
}

/// What is kept of a site.
pub(super) fn of(snapshot: &Snapshot, site: SiteNumber) -> Result<Horizon, store::Error> {
    let head = snapshot.get::<Heads>(&site)?;
    Ok(head.map(|row| row.value.horizon).unwrap_or_default())
}

impl Inner {
    /// Keeps no more of a site than is said; `act` makes the batch that tells of what goes. Gives
    /// what went, if anything did.
    pub(super) async fn expire(
        self: Arc<Self>,
        site: SiteNumber,
        retained: Retained,
        act: impl Fn(Expired) -> Batch + Send,
    ) -> Result<Option<Expired>, super::Error> {
        let expired = loop {
            self.count_before(site, retained).await?;
            let moved = advance(&self.store.snapshot()?, site, retained)?;
            let Some((expired, head, version)) = moved else {
                break None;
            };
            let mut batch = act(expired);
            batch.replace::<Heads>(&site, &head, version);
            let month = head.horizon.sums.month();
            if month.first() < head.horizon.sums {
                months::remove(&mut batch, site, month);
            }
            match self.store.commit(batch).await {
                // It was folded meanwhile: once more.
                Err(store::Error::Conflict(_)) => {}
                outcome => {
                    outcome?;
                    break Some(expired);
                }
            }
        };
        self.clear_before(site).await?;
        Ok(expired)
    }

    /// Folds and counts what is about to go, so that the sums tell of all of it.
    async fn count_before(
        self: &Arc<Self>,
        site: SiteNumber,
        retained: Retained,
    ) -> Result<(), store::Error> {
        let Some(first) = retained.events.map(Day::of) else {
            return Ok(());
        };
        let head = self.store.get::<Heads>(&site)?;
        let mut days = head.map(|row| row.value.uncounted).unwrap_or_default();
        days.extend(self.waiting.days(site));
        for day in days.range(..first) {
            self.fold(site, *day, Counting::Now).await?;
        }
        Ok(())
    }

    /// Removes what lies before the marks.
    async fn clear_before(&self, site: SiteNumber) -> Result<(), store::Error> {
        while let Some(batch) = first_before(&self.store.snapshot()?, site)? {
            self.store.commit(batch).await?;
        }
        Ok(())
    }
}

/// The site's head once the marks have moved to what is to be kept, and what goes then; nothing
/// where there is nothing to go.
fn advance(
    snapshot: &Snapshot,
    site: SiteNumber,
    retained: Retained,
) -> Result<Option<(Expired, Head, store::Version)>, store::Error> {
    let Some(row) = snapshot.get::<Heads>(&site)? else {
        return Ok(None);
    };
    let mut head = row.value;
    let (before, after) = (head.horizon, head.horizon.moved(retained));
    let mut expired = Expired::default();
    let days = Scan::prefix(prefix(&site), usize::MAX).to((site, after.events).bytes());
    snapshot.walk::<DayRows>(&days, |_, row| {
        let day = row.key.1;
        expired.events_days += u64::from(day >= before.events);
        expired.sums_days += u64::from(day >= before.sums && day < after.sums);
        Ok(ControlFlow::Continue(()))
    })?;
    // One that came in just now and is yet to be counted goes with the next round.
    let uncounted = head.uncounted.range(..after.events).next().is_some();
    if uncounted || expired == Expired::default() {
        return Ok(None);
    }
    head.horizon = after;
    Ok(Some((expired, head, row.version)))
}

/// The batch that removes the first rows before the marks; nothing where there are none.
fn first_before(snapshot: &Snapshot, site: SiteNumber) -> Result<Option<Batch>, store::Error> {
    let horizon = of(snapshot, site)?;
    let mut batch = Batch::bookkeeping();
    if let Some(day) = first::<Blocks>(snapshot, &prefix(&site))?
        && day < horizon.events
    {
        batch.clear::<Blocks>(prefix(&(site, day)), AT_ONCE);
        return Ok(Some(batch));
    }
    for kind in Part::KINDS {
        let Some(day) = first::<Sheets>(snapshot, &prefix(&(site, kind)))? else {
            continue;
        };
        if Part::last_of(kind, day) < horizon.sums {
            batch.clear::<Sheets>(prefix(&(site, kind, day)), AT_ONCE);
            return Ok(Some(batch));
        }
    }
    if let Some(day) = first::<DayRows>(snapshot, &prefix(&site))?
        && day < horizon.sums
    {
        batch.clear::<DayRows>(prefix(&(site, day)), AT_ONCE);
        return Ok(Some(batch));
    }
    Ok(None)
}

/// The day of the first row under a prefix.
fn first<C: Collection>(snapshot: &Snapshot, under: &[u8]) -> Result<Option<Day>, store::Error> {
    let mut first = None;
    snapshot.glance_all::<C>(under, |mut place, _| {
        let day = Day::read(&mut place).map_err(|_bad| damaged("a row's key"))?;
        first = Some(day);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(first)
}
