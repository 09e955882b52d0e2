//! Reads one page of the lines that are wanted, within a budget.

use std::io;
use std::ops::{ControlFlow, Range, RangeInclusive};

use jiff::Timestamp;
use serde_json::value::RawValue;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::block::{Blocks, numbered, offset_of};
use super::filter::Filter;
use super::plan::{Plan, time_of};
use super::span::{Span, Times, span_of};
use crate::audit::Error;
use crate::audit::chain::Links;
use crate::audit::disk::Segments;
use crate::base::RequestId;

/// A request may take as long as this, as an import does; its last line comes at its end.
const LONGEST_REQUEST_MS: i64 = 24 * 3_600_000;
const MINUTE_MS: i64 = 60_000;

/// Which lines are wanted, and how much may be read for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// What a line must be.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// Only lines behind this number, in that order.
    pub after: Option<u64>,
    /// At most so many; at least 1.
    pub limit: usize,
    /// After so many bytes the page ends, however short it is.
    pub most_bytes: u64,
}

/// In which order lines come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    Newest,
    /// The oldest first.
    Oldest,
}

/// Lines in the order asked for.
#[derive(Debug, Default)]
pub struct Page {
    /// The lines as they stand in the log.
    pub items: Vec<Box<RawValue>>,
    /// The number to go on behind; `None` at the end.
    pub next: Option<u64>,
    /// How far was looked; `None` when there was nothing to look at.
    pub scanned_to: Option<Mark>,
    /// How many lines the looking has passed, those of skipped segments included.
    pub scanned_lines: u64,
    /// How many bytes were read for it.
    pub scanned_bytes: u64,
}

/// A line's place and moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The line's number.
    pub sequence: u64,
    /// When its act was.
    pub time: Timestamp,
}

/// Reads a page; `newest` is the number of the last durable line. Ends early when `stop` is
/// cancelled: nobody waits for the page any more.
pub(in crate::audit) fn read(
    disk: &dyn Segments,
    times: &Times,
    query: &Query,
    newest: u64,
    stop: &CancellationToken,
) -> Result<Page, Error> {
    let spans = span_of(disk, newest)?;
    let time = time_asked(&query.filter);
    let live = match &time {
        Some(wanted) => times.overlap(disk, &spans, wanted)?,
        None => vec![true; spans.len()],
    };
    let lines = lines_asked(query, newest);
    let mut search = Search {
        disk,
        plan: Plan::new(&query.filter),
        query,
        stop,
        page: Page::default(),
        passed: None,
    };
    let parts = spans.iter().zip(live);
    let end = match query.order {
        Order::Newest => search.through(parts.rev(), &lines),
        Order::Oldest => search.through(parts, &lines),
    }?;
    let mut page = search.page;
    let last = match query.order {
        Order::Newest => lines.start,
        Order::Oldest => lines.end - 1,
    };
    let to = match end {
        ControlFlow::Break(at) => at,
        ControlFlow::Continue(()) => last,
    };
    page.next = (end.is_break() && to != last).then_some(to);
    page.scanned_lines = match query.order {
        _ if lines.is_empty() => 0,
        Order::Newest => lines.end - to,
        Order::Oldest => to + 1 - lines.start,
    };
    page.scanned_to = search
        .passed
        .filter(|_| !lines.is_empty())
        .map(|mark| Mark {
            sequence: to,
            ..mark
        });
    Ok(page)
}

/// The numbers of the lines that may be wanted, by what is asked of them alone.
fn lines_asked(query: &Query, newest: u64) -> Range<u64> {
    let Filter {
        first_line,
        last_line,
        ..
    } = query.filter;
    let first = first_line.unwrap_or(1).max(1);
    let end = last_line.unwrap_or(newest).min(newest).saturating_add(1);
    let (first, end) = match (query.order, query.after) {
        (_, None) => (first, end),
        (Order::Newest, Some(after)) => (first, end.min(after)),
        (Order::Oldest, Some(after)) => (first.max(after.saturating_add(1)), end),
    };
    first.min(end)..end
}

/// The moments of the lines that may be wanted. The id of a request tells when it came.
fn time_asked(filter: &Filter) -> Option<RangeInclusive<i64>> {
    let at = |moment: Timestamp| moment.as_millisecond();
    let request = filter.request.and_then(begun);
    let from = filter.from.map(at);
    let to = filter.to.map(at);
    let low = from.max(request.map(|begun| begun - MINUTE_MS));
    let high = request.map(|begun| begun + LONGEST_REQUEST_MS);
    let high = [to, high].into_iter().flatten().min();
    if low.is_none() && high.is_none() {
        return None;
    }
    Some(low.unwrap_or(i64::MIN)..=high.unwrap_or(i64::MAX))
}

/// When a request came, which its id holds (UUID version 7).
fn begun(request: RequestId) -> Option<i64> {
    let time = Uuid::from_bytes(*request.as_bytes()).get_timestamp()?;
    let (seconds, nanoseconds) = time.to_unix();
    let seconds = i64::try_from(seconds).ok()?;
    Some(seconds * 1000 + i64::from(nanoseconds / 1_000_000))
}

struct Search<'a> {
    disk: &'a dyn Segments,
    plan: Plan,
    query: &'a Query,
    stop: &'a CancellationToken,
    page: Page,
    /// The moment of the last line that was passed.
    passed: Option<Mark>,
}

/// Breaks with the number of the last line looked at.
type Step = Result<ControlFlow<u64>, Error>;

impl Search<'_> {
    fn through<'s>(
        &mut self,
        parts: impl Iterator<Item = (&'s Span, bool)>,
        lines: &Range<u64>,
    ) -> Step {
        for (span, is_of_time) in parts {
            let range = lines.start.max(span.first)..lines.end.min(span.end);
            if range.is_empty() || !is_of_time {
                continue;
            }
            let step = match self.query.order {
                Order::Newest => self.back(span, &range),
                Order::Oldest => self.on(span, &range),
            };
            let step = step.map_err(|error| Error::Segment(span.name.clone(), error))?;
            if step.is_break() {
                return Ok(step);
            }
            if self.is_spent() {
                return Ok(ControlFlow::Break(match self.query.order {
                    Order::Newest => range.start,
                    Order::Oldest => range.end - 1,
                }));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn on(&mut self, span: &Span, range: &Range<u64>) -> io::Result<ControlFlow<u64>> {
        let disk = self.disk;
        let mut start = match range.start {
            first if first == span.first => 0,
            first => offset_of(disk, &span.name, first)?,
        };
        let length = disk.length(&span.name)?.unwrap_or_default();
        let mut blocks = Blocks::new(disk, &span.name);
        loop {
            let (block, end) = blocks.after(start, length)?;
            if block.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            self.page.scanned_bytes += end - start;
            start = end;
            let mut rest = block;
            while let Some((line, next)) = self.plan.next(rest) {
                rest = rest.get(next..).unwrap_or_default();
                let Some((seq, text)) = owned(line) else {
                    continue;
                };
                if seq >= range.end {
                    return Ok(ControlFlow::Continue(()));
                }
                if seq >= range.start {
                    self.page.items.push(text);
                    if self.page.items.len() >= self.query.limit {
                        self.pass(line, seq);
                        return Ok(ControlFlow::Break(seq));
                    }
                }
            }
            let Some((last, line)) = numbered(block).next_back() else {
                continue;
            };
            let last = last.min(range.end - 1);
            self.pass(line, last);
            if last + 1 >= range.end {
                return Ok(ControlFlow::Continue(()));
            }
            if self.is_spent() {
                return Ok(ControlFlow::Break(last));
            }
        }
    }

    fn back(&mut self, span: &Span, range: &Range<u64>) -> io::Result<ControlFlow<u64>> {
        let disk = self.disk;
        let mut end = offset_of(disk, &span.name, range.end)?;
        let mut blocks = Blocks::new(disk, &span.name);
        loop {
            let (block, start) = blocks.before(end)?;
            if block.is_empty() {
                return Ok(ControlFlow::Continue(()));
            }
            self.page.scanned_bytes += end - start;
            end = start;
            let mut found = Vec::new();
            if self.plan.takes_all() {
                let newest_first = numbered(block).rev();
                let wanted = newest_first.filter(|(seq, _)| range.contains(seq));
                found.extend(wanted.take(self.room()).map(|(_, line)| line));
            } else {
                let mut rest = block;
                while let Some((line, next)) = self.plan.next(rest) {
                    found.push(line);
                    rest = rest.get(next..).unwrap_or_default();
                }
                found.reverse();
            }
            for line in found {
                let Some((seq, text)) = owned(line) else {
                    continue;
                };
                if !range.contains(&seq) {
                    continue;
                }
                self.page.items.push(text);
                if self.room() == 0 {
                    self.pass(line, seq);
                    return Ok(ControlFlow::Break(seq));
                }
            }
            let Some((first, line)) = numbered(block).next() else {
                continue;
            };
            let first = first.max(range.start);
            self.pass(line, first);
            if first <= range.start {
                return Ok(ControlFlow::Continue(()));
            }
            if self.is_spent() {
                return Ok(ControlFlow::Break(first));
            }
        }
    }

    fn room(&self) -> usize {
        self.query.limit.saturating_sub(self.page.items.len())
    }

    fn is_spent(&self) -> bool {
        self.page.scanned_bytes >= self.query.most_bytes || self.stop.is_cancelled()
    }

    fn pass(&mut self, line: &[u8], sequence: u64) {
        let time = time_of(line).and_then(|ms| Timestamp::from_millisecond(ms).ok());
        self.passed = time.map(|time| Mark { sequence, time }).or(self.passed);
    }
}

/// The line's number and its text.
fn owned(line: &[u8]) -> Option<(u64, Box<RawValue>)> {
    let seq = Links::read(line)?.seq;
    let text = std::str::from_utf8(line).ok()?.to_owned();
    Some((seq, RawValue::from_string(text).ok()?))
}
