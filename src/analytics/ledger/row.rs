//! What the ledger stores, all of it under a site's number.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::block::Text;
use super::day::{Day, Month, Span};
use super::horizon::Horizon;
use super::packed::{Reader, put, put_signed, seal, unseal};
use super::pieces::Pieced;
use super::runs::Run;
use super::sheet::{put_totals, read_totals};
use super::totals::Totals;
use crate::analytics::number::SiteNumber;
use crate::store::{Collection, Error, Json, Raw, Table, Value};

/// The collections, for the store's registry.
pub(crate) fn tables() -> [Table; 8] {
    [
        Table::of::<Heads>(),
        Table::of::<Tails>(),
        Table::of::<Blocks>(),
        Table::of::<DayRows>(),
        Table::of::<Sheets>(),
        Table::of::<Runs>(),
        Table::of::<Words>(),
        Table::of::<WordNumbers>(),
    ]
}

/// What is known of a site's rows as a whole. Whoever changes what was folded replaces it, so that
/// of two who do so at the same time one fails.
pub(super) struct Heads;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) next_visitor: u32,
    /// The number 0 is the empty text's.
    pub(super) words: u32,
    /// How many of them each column of texts has.
    #[serde(default)]
    pub(super) words_of: [u32; Text::ALL.len()],
    pub(super) next_run: u32,
    /// Ids that were folded, kept by the day on which they were.
    pub(super) ids: Vec<Run>,
    /// Visitors and their numbers.
    pub(super) visitors: Vec<Run>,
    /// Days with blocks that are not counted.
    pub(super) uncounted: BTreeSet<Day>,
    /// What lies before is gone.
    #[serde(default)]
    pub(super) horizon: Horizon,
}

impl Json for Head {}

impl Collection for Heads {
    const NAME: &'static str = "event.head";
    type Key = SiteNumber;
    type Value = Head;
}

/// Events that wait to be folded, by day, in the order in which they came.
pub(super) struct Tails;

impl Collection for Tails {
    const NAME: &'static str = "event.waiting";
    type Key = (SiteNumber, Day, u64);
    type Value = Tail;
}

#[derive(Clone, Debug)]
pub(super) struct Tail {
    pub(super) span: Span,
    /// The events, as `block` writes them.
    pub(super) block: Vec<u8>,
}

impl Value for Tail {
    fn encode(&self, out: &mut Vec<u8>) {
        put_span(out, &self.span);
        out.extend_from_slice(&self.block);
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes, "a waiting row");
        let span = read_span(&mut reader)?;
        let block = reader.rest().to_vec();
        Ok(Self { span, block })
    }
}

/// The blocks of a day, in pieces.
pub(super) struct Blocks;

impl Collection for Blocks {
    const NAME: &'static str = "event.block";
    type Key = (SiteNumber, Day, u32, u32);
    type Value = Raw;
}

impl Pieced for Blocks {
    type Whole = (SiteNumber, Day, u32);
    fn key((site, day, block): &Self::Whole, piece: u32) -> Self::Key {
        (*site, *day, *block, piece)
    }
}

/// What is known of a day as a whole.
pub(super) struct DayRows;

impl Collection for DayRows {
    const NAME: &'static str = "event.day";
    type Key = (SiteNumber, Day);
    type Value = DayRow;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DayRow {
    pub(super) span: Span,
    /// How many events each block holds; only the last takes more.
    pub(super) blocks: Vec<u32>,
    pub(super) totals: Totals,
    pub(super) hours: Vec<Totals>,
}

impl Value for DayRow {
    fn encode(&self, out: &mut Vec<u8>) {
        let mut row = Vec::with_capacity(64 + self.hours.len() * 16);
        put_span(&mut row, &self.span);
        put(&mut row, self.blocks.len() as u64);
        for events in &self.blocks {
            put(&mut row, u64::from(*events));
        }
        put(&mut row, self.hours.len() as u64);
        for totals in std::iter::once(&self.totals).chain(&self.hours) {
            put_totals(&mut row, totals);
            put(&mut row, totals.visitors);
        }
        out.extend_from_slice(&seal(row));
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, Error> {
        const WHAT: &str = "a day";
        let mut reader = Reader::new(unseal(bytes, WHAT)?, WHAT);
        let span = read_span(&mut reader)?;
        let blocks = (0..reader.count()?)
            .map(|_| reader.small())
            .collect::<Result<_, _>>()?;
        let hours = reader.count()?;
        let totals = |reader: &mut Reader<'_>| {
            let totals = read_totals(reader)?;
            let visitors = reader.number()?;
            Ok::<_, Error>(Totals { visitors, ..totals })
        };
        let row = Self {
            span,
            blocks,
            totals: totals(&mut reader)?,
            hours: (0..hours)
                .map(|_| totals(&mut reader))
                .collect::<Result<_, _>>()?,
        };
        reader.end()?;
        Ok(row)
    }
}

/// What days and months came to, in pieces.
pub(super) struct Sheets;

/// A part of what a day or a month came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    DayLines(Day),
    DayCrowds(Day),
    MonthLines(Month),
    MonthCrowds(Month),
}

impl Part {
    pub(super) const MONTH_LINES: u8 = 2;
    /// How keys name what parts are of: the lines and the visitors of days and of months.
    pub(super) const KINDS: [u8; 4] = [0, 1, Self::MONTH_LINES, 3];

    /// The last day that a part tells of, by its key.
    pub(super) fn last_of(kind: u8, first: Day) -> Day {
        if kind < Self::MONTH_LINES {
            first
        } else {
            first.month().last()
        }
    }
}

impl Collection for Sheets {
    const NAME: &'static str = "event.rollup";
    type Key = (SiteNumber, u8, Day, u32);
    type Value = Raw;
}

impl Pieced for Sheets {
    type Whole = (SiteNumber, Part);
    fn key((site, part): &Self::Whole, piece: u32) -> Self::Key {
        let (kind, period) = match part {
            Part::DayLines(day) => (0, *day),
            Part::DayCrowds(day) => (1, *day),
            Part::MonthLines(month) => (Part::MONTH_LINES, month.first()),
            Part::MonthCrowds(month) => (3, month.first()),
        };
        (*site, kind, period, piece)
    }
}

/// Sorted runs of ids and of visitors: a site's run, its fences, and then its chunks.
pub(super) struct Runs;

impl Collection for Runs {
    const NAME: &'static str = "event.run";
    type Key = (SiteNumber, u32, u32);
    type Value = Raw;
}

/// Texts by their numbers.
pub(super) struct Words;

impl Collection for Words {
    const NAME: &'static str = "event.word";
    type Key = (SiteNumber, u32);
    type Value = Raw;
}

/// The numbers of texts, apart for each column of them.
pub(super) struct WordNumbers;

impl Collection for WordNumbers {
    const NAME: &'static str = "event.word_number";
    type Key = (SiteNumber, u8, String);
    type Value = Number;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number(pub(super) u32);

impl Value for Number {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_be_bytes());
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, Error> {
        let bytes = bytes.try_into();
        let bytes = bytes.map_err(|_length| super::error::damaged("a text's number"))?;
        Ok(Self(u32::from_be_bytes(bytes)))
    }
}

fn put_span(out: &mut Vec<u8>, span: &Span) {
    let mut bytes = Vec::with_capacity(24);
    put_signed(&mut bytes, i64::from(span.day.0));
    put_signed(&mut bytes, span.from);
    put_signed(&mut bytes, span.to.wrapping_sub(span.from));
    let bytes = seal(bytes);
    put(out, bytes.len() as u64);
    out.extend_from_slice(&bytes);
}

fn read_span(reader: &mut Reader<'_>) -> Result<Span, Error> {
    const WHAT: &str = "a day's span";
    let mut bytes = Reader::new(unseal(reader.bytes()?, WHAT)?, WHAT);
    let day = i32::try_from(bytes.signed()?).map_err(|_too_far| bytes.damaged())?;
    let from = bytes.signed()?;
    let to = from.wrapping_add(bytes.signed()?);
    Ok(Span {
        day: Day(day),
        from,
        to,
    })
}
