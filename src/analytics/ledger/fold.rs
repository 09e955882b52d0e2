//! Folds what waits into its day: blocks, what the day came to, and the names that are new, in one
//! batch that removes the waiting rows. After a crash they wait still, or are folded: nothing is
//! counted twice.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::append::ID;
use super::block::{self, Columns};
use super::day::{Day, Span};
use super::error::damaged;
use super::months;
use super::names::{Names, News};
use super::pieces;
use super::rollup::{self, Count, Hit};
use super::row::{Blocks, DayRow, DayRows, Head, Heads, Part, Sheets, Tails};
use super::runs;
use crate::analytics::event::Event;
use crate::analytics::number::SiteNumber;
use crate::store::{Batch, Error, Row, Scan, Snapshot, prefix};

/// Ids are known for so many days and the one on which they were folded: events are taken that are
/// seven days old.
const IDS_KEPT_DAYS: i32 = 8;

/// A fold that is to be committed.
pub(super) struct Fold {
    pub(super) batch: Batch,
    /// The ids of the events that were folded.
    pub(super) ids: Vec<[u8; ID]>,
    /// About how many bytes are written.
    pub(super) bytes: usize,
}

/// A day with the events that wait for it.
pub(super) struct Opened {
    span: Span,
    /// How many events each block holds that stays as it is.
    full: Vec<u32>,
    /// The events behind those, in the order of their times.
    open: Vec<Event>,
    tails: Vec<Row<Tails>>,
    ids: Vec<[u8; ID]>,
}

/// What waits for a day, put into the site's blocks; nothing when nothing waits.
pub(super) fn fold(
    snapshot: &Snapshot,
    (site, day): (SiteNumber, Day),
    now: Timestamp,
) -> Result<Option<Fold>, Error> {
    let row = snapshot.get::<Heads>(&site)?;
    let head = row
        .as_ref()
        .map(|row| row.value.clone())
        .unwrap_or_default();
    let mut names = Names::new(snapshot, site, &head);
    let Some(opened) = open(snapshot, (site, day), &mut names)? else {
        return Ok(None);
    };
    let count = opened.count(snapshot, site, &mut names)?;
    let news = names.news();
    let mut fold = Fold {
        batch: Batch::bookkeeping(),
        ids: opened.ids.clone(),
        bytes: 0,
    };
    fold.write_day(site, opened, count);
    let mut head = head.clone();
    fold.write_names(snapshot, site, news, &mut head)?;
    fold.write_ids(snapshot, site, &mut head, now)?;
    match row {
        Some(row) => fold.batch.replace::<Heads>(&site, &head, row.version),
        None => fold.batch.insert::<Heads>(&site, &head),
    };
    Ok(Some(fold))
}

/// Opens a day for the events that wait for it; their visitors get numbers.
pub(super) fn open(
    snapshot: &Snapshot,
    (site, day): (SiteNumber, Day),
    names: &mut Names<'_>,
) -> Result<Option<Opened>, Error> {
    let tails = snapshot
        .scan::<Tails>(&Scan::prefix(prefix(&(site, day)), usize::MAX))?
        .rows;
    let Some(first) = tails.first() else {
        return Ok(None);
    };
    let span = first.value.span;
    let mut open = Vec::new();
    for tail in &tails {
        open.append(&mut block::decode(&tail.value.block)?.events()?);
    }
    let ids = open.iter().map(|event| event.id).collect();
    names.number_visitors(&mut open)?;
    let day_row = snapshot.get::<DayRows>(&(site, day))?;
    let mut full = day_row.map_or_else(Vec::new, |row| row.value.blocks);
    if full
        .last()
        .is_some_and(|events| (*events as usize) < block::MOST)
    {
        full.pop();
        let last = read_block(snapshot, site, day, full.len())?;
        open.append(&mut last.events()?);
    }
    open.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok(Some(Opened {
        span,
        full,
        open,
        tails,
        ids,
    }))
}

impl Opened {
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// What the day comes to with the events that wait.
    pub(super) fn count(
        &self,
        snapshot: &Snapshot,
        site: SiteNumber,
        names: &mut Names<'_>,
    ) -> Result<Count, Error> {
        let mut hits = Vec::new();
        for block in 0..self.full.len() {
            let columns = read_block(snapshot, site, self.span.day, block)?;
            names.hits(&columns, &mut hits)?;
        }
        for events in self.open.chunks(block::MOST) {
            names.hits(&Columns::of(events), &mut hits)?;
        }
        Ok(rollup::count(&mut hits, &self.span))
    }
}

/// What a day comes to by its blocks, of which there are so many.
pub(super) fn recount(
    snapshot: &Snapshot,
    site: SiteNumber,
    (span, blocks): (&Span, usize),
    names: &mut Names<'_>,
) -> Result<Count, Error> {
    let mut hits: Vec<Hit> = Vec::new();
    for block in 0..blocks {
        let columns = read_block(snapshot, site, span.day, block)?;
        names.hits(&columns, &mut hits)?;
    }
    Ok(rollup::count(&mut hits, span))
}

fn read_block(
    snapshot: &Snapshot,
    site: SiteNumber,
    day: Day,
    block: usize,
) -> Result<Columns, Error> {
    let missing = || damaged("a missing block");
    let number = u32::try_from(block).map_err(|_too_many| missing())?;
    let bytes = pieces::get::<Blocks>(snapshot, &(site, day, number))?;
    block::decode(&bytes.ok_or_else(missing)?)
}

impl Fold {
    fn write_day(&mut self, site: SiteNumber, opened: Opened, count: Count) {
        let day = opened.span.day;
        for tail in opened.tails {
            self.batch.delete::<Tails>(&tail.key, tail.version);
        }
        let mut row = DayRow {
            span: opened.span,
            blocks: opened.full,
            totals: count.sheet.all.totals,
            hours: count.hours.clone(),
        };
        for events in opened.open.chunks(block::MOST) {
            let number = u32::try_from(row.blocks.len()).unwrap_or(u32::MAX);
            let bytes = block::encode(events);
            self.bytes += bytes.len();
            pieces::put::<Blocks>(&mut self.batch, &(site, day, number), &bytes);
            row.blocks
                .push(u32::try_from(events.len()).unwrap_or(u32::MAX));
        }
        self.bytes += write_count(&mut self.batch, site, &row, count);
        months::remove(&mut self.batch, site, day.month());
    }

    fn write_names(
        &mut self,
        snapshot: &Snapshot,
        site: SiteNumber,
        news: News,
        head: &mut Head,
    ) -> Result<(), Error> {
        news.write(snapshot, &mut self.batch, site, head)
    }

    /// Adds the ids to those of the day of the fold, and drops those that are known long enough.
    fn write_ids(
        &mut self,
        snapshot: &Snapshot,
        site: SiteNumber,
        head: &mut Head,
        now: Timestamp,
    ) -> Result<(), Error> {
        let today = Day::of(TimeZone::UTC.to_datetime(now).date()).0;
        let old = |run: &runs::Run| run.group < today - IDS_KEPT_DAYS;
        for run in head.ids.extract_if(.., |run| old(run)) {
            runs::remove(&mut self.batch, site, run);
        }
        let mut ids = self.ids.clone();
        ids.sort_unstable();
        runs::add::<ID, ID>((snapshot, &mut self.batch), site, head.ids(), today, ids)
    }
}

/// Puts what a day came to; gives the number of bytes.
pub(super) fn write_count(
    batch: &mut Batch,
    site: SiteNumber,
    row: &DayRow,
    count: Count,
) -> usize {
    let day = row.span.day;
    batch.put::<DayRows>(&(site, day), row);
    let (lines, crowds) = count.sheet.encode();
    pieces::put::<Sheets>(batch, &(site, Part::DayLines(day)), &lines);
    pieces::put::<Sheets>(batch, &(site, Part::DayCrowds(day)), &crowds);
    lines.len() + crowds.len()
}
