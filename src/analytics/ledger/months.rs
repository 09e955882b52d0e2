//! Counts whole months, once nothing comes late any more, so that a year takes few rows.

use std::ops::ControlFlow;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::day::{Day, Month};
use super::error::damaged;
use super::pieces;
use super::row::{DayRows, Heads, Part, Sheets};
use super::sheet::Sheet;
use crate::analytics::number::SiteNumber;
use crate::store::{Batch, Error, Key as _, Scan, Snapshot, prefix};

/// Events are taken that are seven days old, by the site's clock; one day more is on the safe side
/// of every zone.
const SETTLED_DAYS: i32 = 9;

/// Whether a month is over and nothing comes late to it but what is brought in from elsewhere.
pub(super) fn is_settled(month: Month, now: Timestamp) -> bool {
    let today = Day::of(TimeZone::UTC.to_datetime(now).date());
    month.last().0 + SETTLED_DAYS < today.0
}

/// The first month of a site that is settled and not counted, though all its days are.
pub(super) fn uncounted(
    snapshot: &Snapshot,
    site: SiteNumber,
    now: Timestamp,
) -> Result<Option<Month>, Error> {
    let Some(head) = snapshot.get::<Heads>(&site)? else {
        return Ok(None);
    };
    let open: Vec<Month> = head.value.uncounted.iter().map(|day| day.month()).collect();
    let mut from = prefix(&site);
    loop {
        let scan = Scan::prefix(prefix(&site), 1).from(from);
        let Some(row) = snapshot.scan::<DayRows>(&scan)?.rows.pop() else {
            return Ok(None);
        };
        let month = row.key.1.month();
        if !is_settled(month, now) {
            return Ok(None);
        }
        let lines = Part::MonthLines(month);
        let whole = month.first() >= head.value.horizon.sums;
        if whole && !open.contains(&month) && !pieces::is_there::<Sheets>(snapshot, &(site, lines))?
        {
            return Ok(Some(month));
        }
        from = (site, month.last().next()).bytes();
    }
}

/// What a month comes to by its days.
pub(super) fn count(snapshot: &Snapshot, site: SiteNumber, month: Month) -> Result<Sheet, Error> {
    let mut sheet = Sheet::default();
    let days = Scan::prefix(prefix(&site), usize::MAX)
        .from((site, month.first()).bytes())
        .to((site, month.last().next()).bytes());
    for row in snapshot.scan::<DayRows>(&days)?.rows {
        let day = row.key.1;
        let part = |part| {
            let bytes = pieces::get::<Sheets>(snapshot, &(site, part))?;
            bytes.ok_or_else(|| damaged("a missing rollup"))
        };
        let lines = part(Part::DayLines(day))?;
        sheet.merge(Sheet::decode(&lines, &part(Part::DayCrowds(day))?)?);
    }
    Ok(sheet)
}

/// The batch that keeps what a month came to, unless one of its days changes meanwhile.
pub(super) fn write(
    snapshot: &Snapshot,
    site: SiteNumber,
    month: Month,
) -> Result<Option<Batch>, Error> {
    let Some(head) = snapshot.get::<Heads>(&site)? else {
        return Ok(None);
    };
    let (lines, crowds) = count(snapshot, site, month)?.encode();
    let mut batch = Batch::bookkeeping();
    batch.require::<Heads>(&site, head.version);
    pieces::put::<Sheets>(&mut batch, &(site, Part::MonthLines(month)), &lines);
    pieces::put::<Sheets>(&mut batch, &(site, Part::MonthCrowds(month)), &crowds);
    Ok(Some(batch))
}

/// The months that are counted.
pub(super) fn counted(snapshot: &Snapshot, site: SiteNumber) -> Result<Vec<Month>, Error> {
    let mut months = Vec::new();
    let all = prefix(&(site, Part::MONTH_LINES));
    snapshot.glance_all::<Sheets>(&all, |mut place, _| {
        let first = Day::read(&mut place).map_err(|_bad| damaged("a rollup's key"))?;
        if months.last() != Some(&first.month()) {
            months.push(first.month());
        }
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(months)
}

/// Removes what a month came to: one of its days has changed.
pub(super) fn remove(batch: &mut Batch, site: SiteNumber, month: Month) {
    pieces::remove::<Sheets>(batch, &(site, Part::MonthLines(month)));
    pieces::remove::<Sheets>(batch, &(site, Part::MonthCrowds(month)));
}
