//! Reads a segment in blocks of whole lines, forwards or backwards.

use std::io::{self, Read as _};

use crate::audit::chain::Links;
use crate::audit::disk::Segments;
use crate::audit::lines::Lines;
use crate::audit::segment::SegmentName;

/// The first block is small, since most pages are; each one after it is twice as large ...
const FIRST: u64 = 64 << 10;
/// ... up to this.
const LARGEST: u64 = 4 << 20;
/// No line is longer; what is, is passed by.
const LONGEST: u64 = 16 << 20;

/// A place in a segment that reading goes on from.
pub(super) struct Blocks<'a> {
    disk: &'a dyn Segments,
    name: &'a SegmentName,
    size: u64,
    block: Vec<u8>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(disk: &'a dyn Segments, name: &'a SegmentName) -> Self {
        Self {
            disk,
            name,
            size: FIRST,
            block: Vec::new(),
        }
    }

    /// The whole lines that begin at `start`, which is the beginning of one, and end at `end` or
    /// before: their bytes, and where they end. Empty when there are none.
    pub(super) fn after(&mut self, mut start: u64, end: u64) -> io::Result<(&[u8], u64)> {
        while start < end {
            let upto = end.min(start + self.size);
            self.fill(start, upto)?;
            let whole = memchr::memrchr(b'\n', &self.block).map(|at| at + 1);
            if let Some(whole) = whole {
                self.grow(LARGEST);
                return Ok((&self.block[..whole], start + whole as u64));
            }
            if self.block.len() as u64 == self.size && self.size >= LONGEST {
                start = upto;
            } else if upto == end {
                break;
            }
            self.grow(LONGEST);
        }
        Ok((&[], end))
    }

    /// The whole lines that end at `end`, which is the end of one: their bytes, and where they
    /// begin.
    pub(super) fn before(&mut self, mut end: u64) -> io::Result<(&[u8], u64)> {
        while end > 0 {
            let start = end.saturating_sub(self.size);
            self.fill(start, end)?;
            let partial = match start {
                0 => Some(0),
                _ => memchr::memchr(b'\n', &self.block).map(|at| at + 1),
            };
            // A block that holds nothing but the end of one line is read again, larger.
            if let Some(partial) = partial.filter(|partial| *partial < self.block.len()) {
                self.grow(LARGEST);
                return Ok((&self.block[partial..], start + partial as u64));
            }
            if self.size >= LONGEST {
                end = start;
            }
            self.grow(LONGEST);
        }
        Ok((&[], 0))
    }

    fn grow(&mut self, most: u64) {
        self.size = self.size.max((self.size * 2).min(most));
    }

    fn fill(&mut self, start: u64, end: u64) -> io::Result<()> {
        self.block.clear();
        let source = self.disk.read(self.name, start)?;
        source.take(end - start).read_to_end(&mut self.block)?;
        Ok(())
    }
}

/// The lines of a block that are lines of the log, each without its line feed and with its number.
pub(super) fn numbered(block: &[u8]) -> impl DoubleEndedIterator<Item = (u64, &[u8])> {
    let lines = block.split(|byte| *byte == b'\n');
    lines.filter_map(|line| Links::read(line).map(|links| (links.seq, line)))
}

/// Where the first line begins whose number is `seq` or more; the segment's length when there is
/// none.
pub(super) fn offset_of(disk: &dyn Segments, name: &SegmentName, seq: u64) -> io::Result<u64> {
    let mut begin = offset_near(disk, name, seq)?;
    let mut lines = Lines::new(disk.read(name, begin)?, begin);
    while let Some(line) = lines.next()? {
        let found = Links::read(line.bytes).map(|links| links.seq);
        if found.is_some_and(|found| found >= seq) {
            break;
        }
        begin = line.end;
    }
    Ok(begin)
}

/// An offset before line `seq`, and not far: lines rise, so it is found by halving.
fn offset_near(disk: &dyn Segments, name: &SegmentName, seq: u64) -> io::Result<u64> {
    const NEAR: u64 = 64 << 10;
    let (mut low, mut high) = (0, disk.length(name)?.unwrap_or_default());
    while high - low > NEAR {
        let middle = low + (high - low) / 2;
        let mut lines = Lines::new(disk.read(name, middle)?, middle);
        let _rest_of_a_line = lines.next()?.is_some();
        let next = lines
            .next()?
            .and_then(|line| Links::read(line.bytes).map(|links| links.seq));
        match next {
            Some(next) if next < seq => low = middle,
            _ => high = middle,
        }
    }
    Ok(low)
}
