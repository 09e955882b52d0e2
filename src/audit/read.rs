//! Pages through the log without holding more of it than one page.

use std::io;
use std::path::Path;

use serde_json::value::RawValue;

use super::Error;
use super::chain::Links;
use super::code::Code;
use super::disk::{Folder, Segments};
use super::lines::Lines;
use super::seal::PublicKey;
use super::segment::{FirstLine, SegmentName};

/// One call reads at most this much; a page may then be short, and `next` leads on.
const BYTES_PER_CALL: u64 = 64 << 20;

/// Which lines are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Query {
    /// From where, and in which direction.
    pub from: From,
    /// Only lines with this code.
    pub code: Option<Code>,
    /// At most so many; at least 1.
    pub limit: usize,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// The newest line, going back.
    Newest,
    /// The line before this number, going back.
    Before(u64),
    /// The line after this number, going on.
    After(u64),
}

/// Lines in the order asked for.
#[derive(Debug)]
pub struct Page {
    /// The lines as they stand in the log.
    pub items: Vec<Box<RawValue>>,
    /// The number to go on from, before or after as asked for; `None` at the end.
    pub next: Option<u64>,
}

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

/// Reads a page; `newest` is the number of the last durable line.
pub(super) fn read(disk: &dyn Segments, query: &Query, newest: u64) -> Result<Page, Error> {
    let spans = spans(disk, newest)?;
    match query.from {
        From::Newest => back(disk, &spans, query, newest + 1),
        From::Before(seq) => back(disk, &spans, query, seq.min(newest + 1)),
        From::After(seq) => on(disk, &spans, query, seq.saturating_add(1)),
    }
}

/// The lines `first..end` of a segment.
#[derive(Debug, PartialEq, Eq)]
struct Span {
    name: SegmentName,
    first: u64,
    end: u64,
}

/// Which lines of which segment are part of the log: what a failed write left behind has the
/// number of a line of the segment after it, or of none yet.
fn spans(disk: &dyn Segments, newest: u64) -> Result<Vec<Span>, Error> {
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
/// has its first line is the one that the log goes on in.
fn live(disk: &dyn Segments, names: Vec<SegmentName>) -> Result<Vec<SegmentName>, Error> {
    let mut live: Vec<SegmentName> = Vec::with_capacity(names.len());
    for name in names {
        let Some(earlier) = live.pop_if(|earlier| earlier.first == name.first) else {
            live.push(name);
            continue;
        };
        let opened = opening_key(disk, &name);
        let opened = opened.map_err(|error| Error::Segment(name.clone(), error))?;
        live.push(if opened.is_some() { name } else { earlier });
    }
    Ok(live)
}

/// Lines found, and how much was read for them.
#[derive(Default)]
struct Found {
    lines: Vec<(u64, Box<RawValue>)>,
    bytes: u64,
}

fn on(disk: &dyn Segments, spans: &[Span], query: &Query, from: u64) -> Result<Page, Error> {
    let mut found = Found::default();
    for span in spans.iter().filter(|span| span.end > from) {
        let range = from.max(span.first)..span.end;
        let done = gather(disk, &span.name, range, query, &mut found);
        let stopped = done.map_err(|error| Error::Segment(span.name.clone(), error))?;
        if let Some(seq) = stopped {
            return Ok(page(found.lines, Some(seq)));
        }
    }
    Ok(page(found.lines, None))
}

/// Goes back window by window, each of which is read forwards.
fn back(disk: &dyn Segments, spans: &[Span], query: &Query, before: u64) -> Result<Page, Error> {
    let window = query.code.map_or(query.limit as u64, |_| 2048).max(1);
    let mut items = Vec::new();
    let mut bytes = 0;
    for span in spans.iter().rev().filter(|span| span.first < before) {
        let mut end = before.min(span.end);
        while end > span.first {
            let start = end.saturating_sub(window).max(span.first);
            let mut found = Found::default();
            let unlimited = Query {
                limit: usize::MAX,
                ..*query
            };
            gather(disk, &span.name, start..end, &unlimited, &mut found)
                .map_err(|error| Error::Segment(span.name.clone(), error))?;
            bytes += found.bytes;
            items.extend(found.lines.into_iter().rev());
            end = start;
            if items.len() >= query.limit || bytes >= BYTES_PER_CALL {
                let next = items
                    .get(query.limit.saturating_sub(1))
                    .map_or(end, |(seq, _)| *seq);
                items.truncate(query.limit);
                return Ok(page(items, (next > 1).then_some(next)));
            }
        }
    }
    Ok(page(items, None))
}

fn page(lines: Vec<(u64, Box<RawValue>)>, next: Option<u64>) -> Page {
    Page {
        items: lines.into_iter().map(|(_, line)| line).collect(),
        next,
    }
}

/// Adds the lines of `range` that are wanted; gives the number of the last line looked at when
/// the page is full or enough was read.
fn gather(
    disk: &dyn Segments,
    name: &SegmentName,
    range: std::ops::Range<u64>,
    query: &Query,
    found: &mut Found,
) -> io::Result<Option<u64>> {
    let wanted = query.code.map(|code| format!("\"event_code\":\"{code}\","));
    let offset = offset_near(disk, name, range.start)?;
    let mut lines = Lines::new(disk.read(name, offset)?, offset);
    let mut begin = offset;
    while let Some(line) = lines.next()? {
        found.bytes += line.end - begin;
        begin = line.end;
        let Some(seq) = Links::read(line.bytes).map(|links| links.seq) else {
            continue; // the rest of a line that `offset` fell into
        };
        if seq >= range.end {
            break;
        }
        let text = std::str::from_utf8(line.bytes).unwrap_or_default();
        let matches = wanted.as_ref().is_none_or(|code| text.contains(code));
        if seq >= range.start && matches {
            let json = RawValue::from_string(text.to_owned());
            found.lines.extend(json.ok().map(|json| (seq, json)));
        }
        if found.lines.len() >= query.limit || found.bytes >= BYTES_PER_CALL {
            return Ok(Some(seq));
        }
    }
    Ok(None)
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
            .and_then(|line| Links::read(line.bytes).map(|l| l.seq));
        match next {
            Some(next) if next <= seq => low = middle,
            _ => high = middle,
        }
    }
    Ok(low)
}
