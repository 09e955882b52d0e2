//! Folds what waits into its day: blocks, what the day came to, and the names that are new, in one
//! batch that removes the waiting rows. After a crash they wait still, or are folded: nothing is
//! counted twice.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::append::ID;
use super::block::{self, Column, Columns, Wanted};
use super::day::{Day, Span};
use super::error::damaged;
use super::months;
use super::names::Names;
use super::pieces;
use super::rollup::{self, Count};
use super::row::{Blocks, DayRow, DayRows, Head, Heads, Part, Sheets, Tails};
use super::runs;
use super::waiting::Counting;
use crate::analytics::event::Event;
use crate::analytics::number::SiteNumber;
use crate::store::{Batch, Error, Row, Scan, Snapshot, prefix};

/// Ids are known for so many days and the one on which they were folded: events are taken that are
/// seven days old.
const IDS_KEPT_DAYS: i32 = 8;

/// So many events are counted in one pass, about.
const AT_ONCE: usize = 1 << 18;

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
    /// What is stored of the day.
    row: Option<DayRow>,
}

/// What waits for a day, put into the site's blocks; nothing when nothing waits.
pub(super) fn fold(
    snapshot: &Snapshot,
    (site, day): (SiteNumber, Day),
    counting: Counting,
    now: Timestamp,
) -> Result<Option<Fold>, Error> {
    let row = snapshot.get::<Heads>(&site)?;
    let head = row.as_ref().map(|row| row.value.clone());
    let head = head.unwrap_or_default();
    if day < head.horizon.events {
        return drop_waiting(snapshot, (site, day));
    }
    let mut names = Names::new(snapshot, site, &head);
    let Some(opened) = open(snapshot, (site, day), &mut names)? else {
        return Ok(None);
    };
    let count = match counting {
        Counting::Now => Some(opened.count(snapshot, site, &mut names)?),
        Counting::Later => None,
    };
    let news = names.news();
    let mut fold = Fold {
        batch: Batch::bookkeeping(),
        ids: opened.ids.clone(),
        bytes: 0,
    };
    let mut head = head.clone();
    match counting {
        Counting::Now => head.uncounted.remove(&day),
        Counting::Later => head.uncounted.insert(day),
    };
    fold.write_day(site, opened, count);
    news.write(snapshot, &mut fold.batch, site, &mut head)?;
    fold.write_ids(snapshot, site, &mut head, now)?;
    match row {
        Some(row) => fold.batch.replace::<Heads>(&site, &head, row.version),
        None => fold.batch.insert::<Heads>(&site, &head),
    };
    Ok(Some(fold))
}

/// Gives up what waits for a day whose events are gone: it came in just when they went.
fn drop_waiting(
    snapshot: &Snapshot,
    (site, day): (SiteNumber, Day),
) -> Result<Option<Fold>, Error> {
    let tails = Scan::prefix(prefix(&(site, day)), usize::MAX);
    let tails = snapshot.scan::<Tails>(&tails)?.rows;
    if tails.is_empty() {
        return Ok(None);
    }
    let (mut batch, mut ids) = (Batch::bookkeeping(), Vec::new());
    for tail in tails {
        ids.append(&mut block::decode(&tail.value.block)?.ids);
        batch.delete::<Tails>(&tail.key, tail.version);
    }
    Ok(Some(Fold {
        batch,
        ids,
        bytes: 0,
    }))
}

/// Opens a day for the events that wait for it, whose visitors get numbers; nothing when none wait
/// and all are counted.
pub(super) fn open(
    snapshot: &Snapshot,
    (site, day): (SiteNumber, Day),
    names: &mut Names<'_>,
) -> Result<Option<Opened>, Error> {
    let tails = Scan::prefix(prefix(&(site, day)), usize::MAX);
    let tails = snapshot.scan::<Tails>(&tails)?.rows;
    let row = snapshot.get::<DayRows>(&(site, day))?;
    let row = row.map(|row| row.value);
    let mut full = row.as_ref().map_or_else(Vec::new, |row| row.blocks.clone());
    let (span, mut open) = match (tails.first(), &row) {
        (Some(first), _) => (first.value.span, Vec::new()),
        (None, Some(row)) if names.is_uncounted(day) => (row.span, Vec::new()),
        (None, _) => return Ok(None),
    };
    for tail in &tails {
        open.append(&mut block::decode(&tail.value.block)?.events()?);
    }
    let ids = open.iter().map(|event| event.id).collect();
    names.number_visitors(&mut open)?;
    let room = |events: &u32| (*events as usize) < block::MOST;
    if !open.is_empty() && full.last().is_some_and(room) {
        full.pop();
        let last = read_block(snapshot, (site, day), full.len(), Wanted::ALL)?;
        open.append(&mut last.events()?);
    }
    open.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
    Ok(Some(Opened {
        span,
        full,
        open,
        tails,
        ids,
        row,
    }))
}

impl Opened {
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// How many events each block holds that stays as it is, and the events behind those.
    pub(super) fn into_events(self) -> (Vec<u32>, Vec<Event>) {
        (self.full, self.open)
    }

    /// What the day comes to with the events that wait.
    pub(super) fn count(
        &self,
        snapshot: &Snapshot,
        site: SiteNumber,
        names: &mut Names<'_>,
    ) -> Result<Count, Error> {
        let blocks = (site, self.full.as_slice());
        count(snapshot, blocks, &self.open, (&self.span, None), names)
    }
}

/// What a day comes to by its blocks and by events behind them, but for one visitor.
///
/// Visitors are counted apart from each other, so a day with very many events is counted in several
/// passes, each for some of its visitors: memory is bounded.
pub(super) fn count(
    snapshot: &Snapshot,
    (site, blocks): (SiteNumber, &[u32]),
    behind: &[Event],
    (span, without): (&Span, Option<u32>),
    names: &mut Names<'_>,
) -> Result<Count, Error> {
    let events = blocks.iter().map(|events| *events as usize).sum::<usize>() + behind.len();
    let passes = u32::try_from(events.div_ceil(AT_ONCE).max(1)).unwrap_or(u32::MAX);
    let mut whole = Count::default();
    for pass in 0..passes {
        let mut hits = Vec::with_capacity((events / passes as usize).min(AT_ONCE));
        let mine = |visitor: u32| visitor % passes == pass && Some(visitor) != without;
        for block in 0..blocks.len() {
            let columns = read_block(snapshot, (site, span.day), block, Wanted::ALL)?;
            names.hits(&columns, &mine, &mut hits)?;
        }
        for events in behind.chunks(block::MOST) {
            names.hits(&Columns::of(events), &mine, &mut hits)?;
        }
        whole.merge(rollup::count(&mut hits, span));
    }
    Ok(whole)
}

/// Shows the ids of the events in each block of a day.
pub(super) fn each_ids(
    snapshot: &Snapshot,
    (site, day): (SiteNumber, Day),
    mut see: impl FnMut(&[[u8; ID]]),
) -> Result<(), Error> {
    let row = snapshot.get::<DayRows>(&(site, day))?;
    let wanted = Wanted::NOTHING.and(Column::Id);
    for block in 0..row.map_or(0, |row| row.value.blocks.len()) {
        see(&read_block(snapshot, (site, day), block, wanted)?.ids);
    }
    Ok(())
}

/// Some columns of a day's block.
pub(super) fn read_block(
    snapshot: &Snapshot,
    (site, day): (SiteNumber, Day),
    block: usize,
    wanted: Wanted,
) -> Result<Columns, Error> {
    let missing = || damaged("a missing block");
    let number = u32::try_from(block).map_err(|_too_many| missing())?;
    let bytes = pieces::get::<Blocks>(snapshot, &(site, day, number))?;
    block::decode_some(&bytes.ok_or_else(missing)?, wanted)
}

impl Fold {
    fn write_day(&mut self, site: SiteNumber, opened: Opened, count: Option<Count>) {
        let day = opened.span.day;
        for tail in opened.tails {
            self.batch.delete::<Tails>(&tail.key, tail.version);
        }
        let stored = opened.row.map(|row| (row.totals, row.hours));
        let (totals, hours) = stored.unwrap_or_default();
        let mut row = DayRow {
            span: opened.span,
            blocks: opened.full,
            totals,
            hours,
        };
        for events in opened.open.chunks(block::MOST) {
            let number = u32::try_from(row.blocks.len()).unwrap_or(u32::MAX);
            let bytes = block::encode(events);
            self.bytes += bytes.len();
            pieces::put::<Blocks>(&mut self.batch, &(site, day, number), &bytes);
            row.blocks
                .push(u32::try_from(events.len()).unwrap_or(u32::MAX));
        }
        months::remove(&mut self.batch, site, day.month());
        match count {
            Some(count) => self.bytes += write_count(&mut self.batch, site, row, count),
            None => drop(self.batch.put::<DayRows>(&(site, day), &row)),
        }
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
pub(super) fn write_count(batch: &mut Batch, site: SiteNumber, row: DayRow, count: Count) -> usize {
    let day = row.span.day;
    let row = DayRow {
        totals: count.sheet.all.totals,
        hours: count.hours,
        ..row
    };
    batch.put::<DayRows>(&(site, day), &row);
    let (lines, crowds) = count.sheet.encode();
    pieces::put::<Sheets>(batch, &(site, Part::DayLines(day)), &lines);
    pieces::put::<Sheets>(batch, &(site, Part::DayCrowds(day)), &crowds);
    lines.len() + crowds.len()
}
