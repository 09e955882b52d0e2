//! Proves rollups: counts every day anew from its events, and every month from its days.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::Inner;
use super::day::{Day, Span};
use super::error::Error;
use super::fold;
use super::months;
use super::names::Names;
use super::pieces;
use super::row::{DayRow, DayRows, Heads, Part, Sheets};
use super::totals::Rebuilt;
use super::waiting::Counting;
use crate::analytics::number::SiteNumber;
use crate::store::{self, Batch, Key as _, Scan, Snapshot, prefix};

impl Inner {
    /// Folds what waits, counts every day anew, and puts right what differs.
    pub(super) async fn rebuild(
        self: Arc<Self>,
        site: SiteNumber,
        zone: TimeZone,
    ) -> Result<Rebuilt, Error> {
        for day in self.waiting.days(site) {
            self.fold(site, day, Counting::Now).await?;
        }
        let mut rebuilt = Rebuilt::default();
        let mut from = prefix(&site);
        loop {
            let (inner, zone, from_key) = (Arc::clone(&self), zone.clone(), from.clone());
            let prove = move || prove_next(&inner.store.snapshot()?, (site, &zone), from_key);
            let day = match self.blocking.run(prove).await? {
                None => {
                    rebuilt.differed += self.prove_months(site).await?;
                    return Ok(rebuilt);
                }
                Some(Proof::Open(day)) => {
                    self.fold(site, day, Counting::Now).await?;
                    continue;
                }
                Some(Proof::Holds(day)) => day,
                Some(Proof::Differs(day, batch)) => match self.store.commit(batch).await {
                    // It was folded meanwhile: once more.
                    Err(store::Error::Conflict(_)) => continue,
                    outcome => {
                        outcome?;
                        rebuilt.differed += 1;
                        day
                    }
                },
            };
            rebuilt.days += 1;
            from = (site, day.next()).bytes();
        }
    }

    /// Puts right what is stored of months; gives how many differed.
    async fn prove_months(self: &Arc<Self>, site: SiteNumber) -> Result<u32, Error> {
        loop {
            let inner = Arc::clone(self);
            let prove = move || drop_wrong_months(&inner.store.snapshot()?, site);
            let Some((wrong, batch)) = self.blocking.run(prove).await? else {
                return Ok(0);
            };
            match self.store.commit(batch).await {
                // It was folded meanwhile: once more.
                Err(store::Error::Conflict(_)) => {}
                outcome => {
                    outcome?;
                    // What rests on the wrong months is not given again.
                    self.answers.forget(site);
                    self.count_months().await?;
                    return Ok(wrong);
                }
            }
        }
    }
}

/// How a day stands to its events.
enum Proof {
    /// It is not counted since the last of them came.
    Open(Day),
    Holds(Day),
    /// The batch puts it right.
    Differs(Day, Batch),
}

/// Proves the next day from a key on.
fn prove_next(
    snapshot: &Snapshot,
    (site, zone): (SiteNumber, &TimeZone),
    from: Vec<u8>,
) -> Result<Option<Proof>, store::Error> {
    let head = snapshot.get::<Heads>(&site)?;
    // Days whose events are gone have nothing to be counted from.
    let kept = head.as_ref().map(|row| row.value.horizon.events);
    let kept = kept.map(|first| (site, first).bytes()).unwrap_or_default();
    let next = Scan::prefix(prefix(&site), 1).from(from.max(kept));
    let Some(row) = snapshot.scan::<DayRows>(&next)?.rows.pop() else {
        return Ok(None);
    };
    let day = row.key.1;
    let Some(head) = head else {
        return Err(super::error::damaged("a site without its head"));
    };
    if head.value.uncounted.contains(&day) {
        return Ok(Some(Proof::Open(day)));
    }
    let mut names = Names::new(snapshot, site, &head.value);
    let span = Span::of(zone, day.date());
    let blocks = (site, row.value.blocks.as_slice());
    let count = fold::count(snapshot, blocks, &[], (&span, None), &mut names)?;
    let fresh = DayRow {
        span,
        totals: count.sheet.all.totals,
        hours: count.hours.clone(),
        ..row.value.clone()
    };
    let stored = |part| pieces::get::<Sheets>(snapshot, &(site, part));
    let (lines, crowds) = count.sheet.clone().encode();
    let mut batch = Batch::bookkeeping();
    batch.require::<Heads>(&site, head.version);
    let same = fresh == row.value
        && stored(Part::DayLines(day))?.as_ref() == Some(&lines)
        && stored(Part::DayCrowds(day))?.as_ref() == Some(&crowds);
    if same {
        return Ok(Some(Proof::Holds(day)));
    }
    fold::write_count(&mut batch, site, fresh, count);
    months::remove(&mut batch, site, day.month());
    Ok(Some(Proof::Differs(day, batch)))
}

/// Removes what is stored of months where their days do not come to the same, and tells how many
/// there are; they are counted again by and by, and meanwhile answered by their days.
fn drop_wrong_months(
    snapshot: &Snapshot,
    site: SiteNumber,
) -> Result<Option<(u32, Batch)>, store::Error> {
    let Some(head) = snapshot.get::<Heads>(&site)? else {
        return Ok(None);
    };
    let mut batch = Batch::bookkeeping();
    batch.require::<Heads>(&site, head.version);
    let mut wrong = 0;
    let sums = head.value.horizon.sums;
    let counted = months::counted(snapshot, site)?.into_iter();
    for month in counted.filter(|month| month.first() >= sums) {
        let stored = |part| pieces::get::<Sheets>(snapshot, &(site, part));
        let (lines, crowds) = months::count(snapshot, site, month)?.encode();
        let same = stored(Part::MonthLines(month))?.as_ref() == Some(&lines)
            && stored(Part::MonthCrowds(month))?.as_ref() == Some(&crowds);
        if !same {
            wrong += 1;
            months::remove(&mut batch, site, month);
        }
    }
    Ok((wrong > 0).then_some((wrong, batch)))
}
