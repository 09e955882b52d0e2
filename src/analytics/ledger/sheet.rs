//! What a day or a month came to: a line for each value of each dimension, with its visitors.

use roaring::RoaringBitmap;

use super::crowd::{self, Outline};
use super::packed::{Reader, put, put_signed, seal, unseal};
use super::totals::{Dimension, Totals};
use crate::store::Error;

const WHAT: &str = "a rollup";
const FORM: u8 = 1;

/// What a stretch of time came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sheet {
    pub(super) all: Entry,
    /// By dimension, in rising order of the values.
    pub(super) lines: [Vec<Entry>; 9],
}

/// A line: what one value came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entry {
    /// The number of the text, or of the channel or device.
    pub(super) value: u32,
    /// Their visitors are those of `visitors`.
    pub(super) totals: Totals,
    pub(super) visitors: RoaringBitmap,
}

/// A line as it is stored, beside the others but without its visitors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stored {
    pub(super) value: u32,
    pub(super) totals: Totals,
    pub(super) outline: Outline,
    /// Where its visitors lie among those of all lines.
    pub(super) at: usize,
    pub(super) length: usize,
}

impl Stored {
    /// The line's visitors, out of those of all lines.
    pub(super) fn visitors(&self, crowds: &[u8]) -> Result<RoaringBitmap, Error> {
        let bytes = crowds.get(self.at..self.at + self.length);
        let bytes = bytes.ok_or_else(|| super::error::damaged(WHAT))?;
        crowd::decode(bytes, self.outline, WHAT)
    }
}

impl Sheet {
    /// The lines, and apart from them their visitors.
    pub(super) fn encode(mut self) -> (Vec<u8>, Vec<u8>) {
        let (mut lines, mut crowds) = (vec![FORM], Vec::new());
        let base = self.all.visitors.min().unwrap_or(0);
        put(&mut lines, u64::from(base));
        put_entry(&mut lines, &mut crowds, &mut self.all, base);
        for entries in &mut self.lines {
            put(&mut lines, entries.len() as u64);
            let mut before = 0;
            for entry in entries {
                put(&mut lines, u64::from(entry.value - before));
                before = entry.value;
                put_entry(&mut lines, &mut crowds, entry, base);
            }
        }
        (seal(lines), seal(crowds))
    }

    /// Reads what [`Sheet::encode`] has written.
    pub(super) fn decode(lines: &[u8], crowds: &[u8]) -> Result<Self, Error> {
        let crowds = unseal_crowds(crowds)?;
        let mut sheet = Self::default();
        walk(lines, &mut |dimension, stored| {
            let entry = Entry {
                value: stored.value,
                totals: stored.totals,
                visitors: stored.visitors(crowds)?,
            };
            match dimension {
                None => sheet.all = entry,
                Some(dimension) => sheet.lines[dimension as usize].push(entry),
            }
            Ok(())
        })?;
        Ok(sheet)
    }

    /// Shows every line, the one of everything first.
    pub(super) fn each_mut(&mut self, see: &mut impl FnMut(&mut Entry)) {
        see(&mut self.all);
        self.lines.iter_mut().flatten().for_each(see);
    }

    /// What two stretches came to together.
    pub(super) fn merge(&mut self, other: Self) {
        self.all.merge(other.all);
        for (mine, others) in self.lines.iter_mut().zip(other.lines) {
            let mut merged = Vec::with_capacity(mine.len().max(others.len()));
            let mut left = std::mem::take(mine).into_iter().peekable();
            for theirs in others {
                while let Some(before) = left.next_if(|entry| entry.value < theirs.value) {
                    merged.push(before);
                }
                match left.next_if(|entry| entry.value == theirs.value) {
                    Some(mut same) => {
                        same.merge(theirs);
                        merged.push(same);
                    }
                    None => merged.push(theirs),
                }
            }
            merged.extend(left);
            *mine = merged;
        }
    }
}

impl Entry {
    pub(super) fn merge(&mut self, other: Self) {
        self.totals.add(&other.totals);
        self.visitors |= other.visitors;
        self.totals.visitors = self.visitors.len();
    }
}

/// The visitors of all lines, once their seal is checked.
pub(super) fn unseal_crowds(sealed: &[u8]) -> Result<&[u8], Error> {
    unseal(sealed, WHAT)
}

/// Shows each line, first the one of everything, then those of the dimensions in their order.
pub(super) fn walk(
    sealed: &[u8],
    see: &mut impl FnMut(Option<Dimension>, Stored) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut lines = Reader::new(unseal(sealed, WHAT)?, WHAT);
    if lines.byte()? != FORM {
        return Err(lines.damaged());
    }
    let base = lines.small()?;
    let mut at = 0;
    see(None, read_entry(&mut lines, 0, base, &mut at)?)?;
    for dimension in Dimension::ALL {
        let mut value = 0_u32;
        for _ in 0..lines.count()? {
            let step = lines.small()?;
            value = value.checked_add(step).ok_or_else(|| lines.damaged())?;
            see(
                Some(dimension),
                read_entry(&mut lines, value, base, &mut at)?,
            )?;
        }
    }
    lines.end()
}

fn put_entry(lines: &mut Vec<u8>, crowds: &mut Vec<u8>, entry: &mut Entry, base: u32) {
    put_totals(lines, &entry.totals);
    let outline = Outline::of(&entry.visitors);
    put(lines, outline.count);
    if outline.count > 0 {
        put(lines, u64::from(outline.least - base));
    }
    if outline.count > 1 {
        put(lines, u64::from(outline.greatest - outline.least));
    }
    if !outline.tells_all() {
        let before = crowds.len();
        crowd::encode(crowds, &mut entry.visitors);
        put(lines, (crowds.len() - before) as u64);
    }
}

fn read_entry(
    lines: &mut Reader<'_>,
    value: u32,
    base: u32,
    at: &mut usize,
) -> Result<Stored, Error> {
    let mut totals = read_totals(lines)?;
    let mut outline = Outline {
        count: lines.number()?,
        ..Outline::default()
    };
    if outline.count > 0 {
        let least = base.checked_add(lines.small()?);
        outline.least = least.ok_or_else(|| lines.damaged())?;
        outline.greatest = outline.least;
    }
    if outline.count > 1 {
        let greatest = outline.least.checked_add(lines.small()?);
        outline.greatest = greatest.ok_or_else(|| lines.damaged())?;
    }
    let length = if outline.tells_all() {
        0
    } else {
        lines.small()?
    };
    totals.visitors = outline.count;
    let stored = Stored {
        value,
        totals,
        outline,
        at: *at,
        length,
    };
    *at = at.checked_add(length).ok_or_else(|| lines.damaged())?;
    Ok(stored)
}

/// Appends totals but for their visitors: which of them there are, then those.
pub(super) fn put_totals(out: &mut Vec<u8>, totals: &Totals) {
    let numbers = [
        totals.events,
        totals.views,
        totals.visits,
        totals.bounces,
        totals.engaged_ms,
        totals.conversions,
        totals.purchases,
    ];
    let there = numbers.iter().enumerate();
    let mut mask = there.fold(0, |mask, (bit, number)| {
        mask | (u8::from(*number > 0) << bit)
    });
    mask |= u8::from(totals.revenue_micros != 0) << 7;
    out.push(mask);
    for number in numbers.into_iter().filter(|number| *number > 0) {
        put(out, number);
    }
    if totals.revenue_micros != 0 {
        put_signed(out, totals.revenue_micros);
    }
}

/// Reads what [`put_totals`] has written.
pub(super) fn read_totals(lines: &mut Reader<'_>) -> Result<Totals, Error> {
    let mask = lines.byte()?;
    let mut number = |bit: u8| {
        if mask & (1 << bit) == 0 {
            Ok(0)
        } else {
            lines.number()
        }
    };
    let mut totals = Totals {
        events: number(0)?,
        views: number(1)?,
        visits: number(2)?,
        bounces: number(3)?,
        engaged_ms: number(4)?,
        conversions: number(5)?,
        purchases: number(6)?,
        ..Totals::default()
    };
    if mask & (1 << 7) != 0 {
        totals.revenue_micros = lines.signed()?;
    }
    Ok(totals)
}
