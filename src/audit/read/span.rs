//! Knows which lines of which segment are part of the log, and when they were written.

use std::collections::HashMap;
use std::io;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;

use super::block::{Blocks, numbered, offset_of};
use super::plan::time_of;
use crate::audit::Error;
use crate::audit::disk::{Folder, Segments};
use crate::audit::lines::Lines;
use crate::audit::seal::PublicKey;
use crate::audit::segment::{FirstLine, SegmentName};

/// An act is dated before it is written, and clocks are set: lines are looked for so much beside
/// the time in which their segment was written.
const SLACK_MS: i64 = 10 * 60_000;

/// The first segment's public key, which an auditor is given once and checks everything with;
/// `None` when the folder holds no log.
pub fn first_key(folder: &Path) -> Result<Option<PublicKey>, Error> {
    let disk = Folder::new(folder);
    let names = disk.names().map_err(Error::List)?;
    let first = names.first().map_or(0, |name| name.first);
    // A first try may have been cut short: the log begins with the first that was not.
    for name in names.iter().filter(|name| name.first == first) {
        let opened = opening_key(&disk, name);
        if let Some(key) = opened.map_err(|error| Error::Segment(name.clone(), error))? {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

fn opening_key(disk: &dyn Segments, name: &SegmentName) -> io::Result<Option<PublicKey>> {
    let mut lines = Lines::new(disk.read(name, 0)?, 0);
    let line = lines.next()?;
    let first = line.and_then(|line| FirstLine::read(line.bytes).map(|l| l.opening.public_key));
    Ok(first)
}

/// The lines `first..end` of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Span {
    pub(in crate::audit) name: SegmentName,
    pub(in crate::audit) first: u64,
    pub(super) end: u64,
}

/// Which lines of which segment are part of the log: what a failed write left behind has the
/// number of a line of the segment after it, or of none yet.
pub(in crate::audit) fn span_of(disk: &dyn Segments, newest: u64) -> Result<Vec<Span>, Error> {
    let names = live(disk, disk.names().map_err(Error::List)?)?;
    let ends = names.iter().skip(1).map(|next| next.first);
    let ends = ends.chain(std::iter::once(u64::MAX));
    let spans = names.iter().zip(ends).map(|(name, end)| Span {
        name: name.clone(),
        first: name.first,
        end: end.min(newest + 1),
    });
    Ok(spans.filter(|span| span.first < span.end).collect())
}

/// Leaves out segments that could not be begun: where there were several tries, the last that
/// has its first line is the one that the log goes on in, and behind one without, be it empty or
/// room that was taken and never written, it goes on in the segment before.
fn live(disk: &dyn Segments, names: Vec<SegmentName>) -> Result<Vec<SegmentName>, Error> {
    let mut live: Vec<SegmentName> = Vec::with_capacity(names.len());
    for name in names {
        let fault = |error| Error::Segment(name.clone(), error);
        if disk.length(&name).map_err(fault)?.unwrap_or_default() == 0 {
            continue;
        }
        let begun = opening_key(disk, &name).map_err(fault)?.is_some();
        let tried = live.pop_if(|earlier| earlier.first == name.first);
        match (tried, live.last()) {
            (Some(tried), _) if !begun => live.push(tried),
            (None, Some(before))
                if !begun && goes_on(disk, before, name.first).map_err(fault)? => {}
            _ => live.push(name),
        }
    }
    Ok(live)
}

/// Whether a segment has the line of a number, or one behind it.
fn goes_on(disk: &dyn Segments, name: &SegmentName, seq: u64) -> io::Result<bool> {
    let length = disk.length(name)?.unwrap_or_default();
    Ok(offset_of(disk, name, seq)? < length)
}

/// When a segment's first and last lines were, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::audit) struct Written {
    pub(in crate::audit) first: i64,
    pub(in crate::audit) last: i64,
}

/// When segments were written: those that have ended are read once.
#[derive(Default)]
pub(in crate::audit) struct Times(Mutex<HashMap<SegmentName, Written>>);

impl Times {
    /// When the lines of a span were written. The last span of a log is still being written.
    pub(in crate::audit) fn of(
        &self,
        disk: &dyn Segments,
        span: &Span,
        is_last: bool,
    ) -> Result<Written, Error> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(written) = known().get(&span.name).filter(|_| !is_last) {
            return Ok(*written);
        }
        let written = written(disk, span);
        let written = written.map_err(|error| Error::Segment(span.name.clone(), error))?;
        if !is_last {
            known().insert(span.name.clone(), written);
        }
        Ok(written)
    }

    /// For each span, whether it may hold acts of the time `wanted`.
    ///
    /// An act that waited, as for a disk that was full, is older than its segment, and never
    /// older than the end of the segment before: what waits is written with the first line that
    /// can be.
    pub(super) fn overlap(
        &self,
        disk: &dyn Segments,
        spans: &[Span],
        wanted: &RangeInclusive<i64>,
    ) -> Result<Vec<bool>, Error> {
        let mut before = None;
        let mut overlap = Vec::with_capacity(spans.len());
        for (at, span) in spans.iter().enumerate() {
            let is_last = at + 1 == spans.len();
            let written = self.of(disk, span, is_last)?;
            let Written { first, last } = written;
            let low = before.unwrap_or(first).min(first).min(last) - SLACK_MS;
            let high = first.max(last) + SLACK_MS;
            overlap.push(low <= *wanted.end() && high >= *wanted.start());
            before = Some(last);
        }
        Ok(overlap)
    }
}

fn written(disk: &dyn Segments, span: &Span) -> io::Result<Written> {
    let length = disk.length(&span.name)?.unwrap_or_default();
    let mut blocks = Blocks::new(disk, &span.name);
    let (block, _) = blocks.after(0, length)?;
    let first = block.split(|byte| *byte == b'\n').next().and_then(time_of);
    let end = offset_of(disk, &span.name, span.end)?;
    let mut blocks = Blocks::new(disk, &span.name);
    let (block, _) = blocks.before(end)?;
    let last = numbered(block).next_back();
    let last = last.and_then(|(_, line)| logged_at(line));
    let first = first.or(last).unwrap_or_default();
    Ok(Written {
        first,
        last: last.unwrap_or(first),
    })
}

/// When a line was written, by the wall clock.
pub(in crate::audit) fn logged_at(line: &[u8]) -> Option<i64> {
    #[derive(Deserialize)]
    struct Line {
        metadata: Metadata,
    }
    #[derive(Deserialize)]
    struct Metadata {
        logged_time: i64,
    }
    let line: Line = serde_json::from_slice(line).ok()?;
    Some(line.metadata.logged_time)
}
