//! Gives events back as they are kept: day after day, a block at a time.

use std::sync::Arc;

use jiff::civil::Date;

use super::Inner;
use super::block::Wanted;
use super::day::{Day, Days};
use super::error::Error;
use super::fold;
use super::horizon;
use super::row::DayRows;
use crate::analytics::event::Event;
use crate::analytics::number::SiteNumber;
use crate::store::{self, Key as _, Scan, Snapshot, prefix};

/// Events as they were at one moment.
pub(crate) struct Reading {
    snapshot: Snapshot,
    site: SiteNumber,
    /// Each block, by its day and place.
    blocks: std::vec::IntoIter<(Day, usize)>,
}

/// Some events of a day; their visitors are the site's own numbers.
pub(crate) struct Portion {
    pub(crate) day: Date,
    pub(crate) events: Vec<Event>,
}

impl Inner {
    /// Opens the events of some days, those included that came before this was called. Errs with
    /// `Gone` when some of the days have none any more.
    pub(super) async fn read(
        self: Arc<Self>,
        site: SiteNumber,
        days: Days,
    ) -> Result<Reading, Error> {
        // Whoever waits has no number yet.
        self.fold_waiting(site).await?;
        let inner = Arc::clone(&self);
        let open = move || Reading::open(inner.store.snapshot()?, site, days);
        self.blocking.run(open).await
    }
}

impl Reading {
    fn open(snapshot: Snapshot, site: SiteNumber, days: Days) -> Result<Self, Error> {
        let (first, last) = (Day::of(days.first), Day::of(days.last));
        let kept = horizon::of(&snapshot, site)?.events;
        if first < kept {
            return Err(Error::Gone(kept.date()));
        }
        let rows = Scan::prefix(prefix(&site), usize::MAX)
            .from((site, first).bytes())
            .to((site, last.next()).bytes());
        let rows = snapshot.scan::<DayRows>(&rows)?.rows;
        let blocks: Vec<(Day, usize)> = rows
            .iter()
            .flat_map(|row| (0..row.value.blocks.len()).map(|block| (row.key.1, block)))
            .collect();
        Ok(Self {
            snapshot,
            site,
            blocks: blocks.into_iter(),
        })
    }

    /// The next of them, day by day; those of a day in no order. None at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Portion>, store::Error> {
        let Some((day, block)) = self.blocks.next() else {
            return Ok(None);
        };
        let columns = fold::read_block(&self.snapshot, (self.site, day), block, Wanted::ALL)?;
        Ok(Some(Portion {
            day: day.date(),
            events: columns.events()?,
        }))
    }
}
