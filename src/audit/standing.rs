//! Tells how the log stands, and has it checked while it is being written.

use std::io::{self, Read};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::Error;
use super::code::Code;
use super::disk::Segments;
use super::event::{Event, Outcome};
use super::log::Log;
use super::read::{CodePattern, Filter, Order, Query, span_of};
use super::seal::Checkpoint;
use super::segment::SegmentName;
use super::verify::{Finding, Options, Report, verify_on};
use crate::base::{Actor, chain};

/// Of what is wrong, so much is told; the check at the machine names the rest.
const NAMED: usize = 16;
/// The newest checkpoint and verdict are looked for in so many bytes.
const LOOKED_AT: u64 = 32 << 20;

/// How far the log goes and what is known of it.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The newest durable line, signed now.
    pub newest: Checkpoint,
    /// How many segments there are.
    pub segments: u64,
    /// How many bytes they hold.
    pub bytes: u64,
    /// When the first line was written.
    pub first_time: Option<Timestamp>,
    /// When the newest segment was opened or its last line was written.
    pub last_time: Option<Timestamp>,
    /// The newest checkpoint that stands in the log itself.
    pub signed: Option<Checkpoint>,
    /// The check that is under way.
    pub checking: Option<Progress>,
    /// What the last check that came to its end has found.
    pub verdict: Option<Verdict>,
}

/// How far a check has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When it began.
    pub begun_at: Timestamp,
    /// Up to which line it goes.
    pub sequence: u64,
    /// How many bytes it has read ...
    pub read_bytes: u64,
    /// ... of how many.
    pub bytes: u64,
}

/// What a check has found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// When it ended.
    pub time: Timestamp,
    /// Up to which line it went.
    pub sequence: u64,
    /// That line's hash, as the appliance has it and the files must.
    pub hash: String,
    /// How many segments were read.
    pub segments: u64,
    /// How many lines.
    pub lines: u64,
    /// How many bytes.
    pub bytes: u64,
    /// What is wrong, the first place first; at most 16 places.
    pub findings: Vec<Place>,
    /// How many places more.
    pub more: u64,
    /// Why the files could not be read to their end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The segment's file.
    pub file: String,
    /// The line in it, counted from 1.
    pub line: u64,
    /// The line's number in the log, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// What is wrong.
    pub what: String,
}

/// The check of one log: one at a time.
#[derive(Default)]
pub(super) struct Checking {
    state: Mutex<State>,
    /// Cancelled when the log is closed.
    pub(super) stop: CancellationToken,
}

#[derive(Default)]
struct State {
    running: Option<Running>,
    verdict: Option<Verdict>,
    /// Whether the log was searched for an earlier verdict.
    looked: bool,
}

struct Running {
    begun_at: Timestamp,
    frozen: Frozen,
}

/// A check that has been claimed and not made yet.
#[must_use]
pub struct Check {
    log: Log,
    frozen: Frozen,
}

impl Log {
    /// How the log stands. Reads the beginnings and ends of some segments.
    pub fn standing(&self) -> Result<Standing, Error> {
        let newest = self.checkpoint();
        let disk = self.disk();
        let spans = span_of(disk, newest.seq)?;
        let mut bytes = 0;
        for span in &spans {
            let length = disk.length(&span.name);
            let length = length.map_err(|error| Error::Segment(span.name.clone(), error))?;
            bytes += length.unwrap_or_default();
        }
        let time = |at: usize| {
            let span = spans.get(at)?;
            let written = self.times().of(disk, span, at + 1 == spans.len());
            Some(written)
        };
        let first = time(0).transpose()?.map(|written| written.first);
        let last = spans.len().checked_sub(1).and_then(time).transpose()?;
        let moment = |ms: i64| Timestamp::from_millisecond(ms).ok();
        Ok(Standing {
            segments: spans.len() as u64,
            bytes,
            first_time: first.and_then(moment),
            last_time: last.and_then(|written| moment(written.last)),
            signed: self.newest_part(&[Code::Checkpoint], "checkpoint")?,
            checking: self.checking().progress(),
            verdict: self.verdict()?,
            newest,
        })
    }

    /// Claims the check of everything written so far; `None` while another one is under way.
    pub fn begin_check(&self) -> Option<Check> {
        let frozen = self.frozen();
        let mut state = self.checking().state();
        if state.running.is_some() {
            return None;
        }
        state.running = Some(Running {
            begun_at: self.clock().now(),
            frozen: frozen.clone(),
        });
        drop(state);
        Some(Check {
            log: self.clone(),
            frozen,
        })
    }

    /// The last verdict: that of this process, or the one that the log tells of.
    fn verdict(&self) -> Result<Option<Verdict>, Error> {
        {
            let state = self.checking().state();
            if state.verdict.is_some() || state.looked {
                return Ok(state.verdict.clone());
            }
        }
        let found = self.newest_part(&[Code::LogVerified, Code::LogBroken], "verdict")?;
        let mut state = self.checking().state();
        state.looked = true;
        if state.verdict.is_none() {
            state.verdict = found;
        }
        Ok(state.verdict.clone())
    }

    /// The part `name` of the newest line with one of `codes`, if it is near the end.
    fn newest_part<T: for<'a> Deserialize<'a>>(
        &self,
        codes: &[Code],
        name: &str,
    ) -> Result<Option<T>, Error> {
        let query = Query {
            filter: Filter {
                codes: codes.iter().copied().map(CodePattern::One).collect(),
                ..Filter::default()
            },
            order: Order::Newest,
            after: None,
            limit: 1,
            most_bytes: LOOKED_AT,
        };
        let page = self.read(&query, &CancellationToken::new())?;
        let line = page.items.first();
        let line = line.and_then(|line| serde_json::from_str::<serde_json::Value>(line.get()).ok());
        let part = line.map(|mut line| line["unmapped"][name].take());
        Ok(part.and_then(|part| serde_json::from_value(part).ok()))
    }
}

impl Check {
    /// Reads everything, remembers the verdict and writes it down. Gives nothing when the log was
    /// closed meanwhile.
    pub fn run(self, by: &Actor) -> Option<Verdict> {
        let options = Options {
            checkpoint: Some(self.frozen.end.clone()),
            threads: Some(1),
            ..Options::default()
        };
        let report = verify_on(&self.frozen, &options);
        if self.frozen.stop.is_cancelled() {
            return None;
        }
        let verdict = self.judged(report);
        self.log.checking().state().verdict = Some(verdict.clone());
        self.log.record(self.told(&verdict, by));
        Some(verdict)
    }

    fn judged(&self, report: Result<Report, Error>) -> Verdict {
        let (report, unread) = match report {
            Ok(report) => (report, None),
            Err(error) => (Report::default(), Some(chain(&error).to_string())),
        };
        let named = report.findings.iter().take(NAMED);
        Verdict {
            time: self.log.clock().now(),
            sequence: self.frozen.end.seq,
            hash: self.frozen.end.hash.clone(),
            segments: report.segments,
            lines: report.lines,
            bytes: report.bytes,
            findings: named.map(Place::of).collect(),
            more: report.more_findings + report.findings.len().saturating_sub(NAMED) as u64,
            unread,
        }
    }

    fn told(&self, verdict: &Verdict, by: &Actor) -> crate::base::Act {
        let code = if verdict.is_intact() {
            Code::LogVerified
        } else {
            Code::LogBroken
        };
        let mut event = Event::new(code, by).count("lines", verdict.lines);
        if let Some(unread) = &verdict.unread {
            event = event.status(Outcome::Failure {
                code: "UNREADABLE",
                detail: unread.clone(),
            });
        } else if let Some(first) = verdict.findings.first() {
            event = event.status(Outcome::Failure {
                code: "ALTERED",
                detail: format!("{} line {}: {}", first.file, first.line, first.what),
            });
        }
        let part = serde_json::to_value(verdict).unwrap_or_default();
        event.part("verdict", part).build(self.log.clock())
    }
}

impl Drop for Check {
    fn drop(&mut self) {
        self.log.checking().state().running = None;
    }
}

impl Verdict {
    /// Whether everything was read and nothing is wrong.
    pub fn is_intact(&self) -> bool {
        self.findings.is_empty() && self.unread.is_none()
    }
}

impl Place {
    fn of(finding: &Finding) -> Self {
        Self {
            file: finding.file.to_string(),
            line: finding.line,
            sequence: finding.seq,
            what: finding.what.to_string(),
        }
    }
}

impl Checking {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn progress(&self) -> Option<Progress> {
        let state = self.state();
        let running = state.running.as_ref()?;
        let frozen = &running.frozen;
        Some(Progress {
            begun_at: running.begun_at,
            sequence: frozen.end.seq,
            read_bytes: frozen.read.load(Ordering::Relaxed).min(frozen.bytes),
            bytes: frozen.bytes,
        })
    }
}

/// The segments as they were at one moment, while the newest of them is written on.
#[derive(Clone)]
pub(super) struct Frozen {
    disk: Arc<dyn super::disk::Disk>,
    /// The newest segment, and how long it was.
    newest: Option<(SegmentName, u64)>,
    end: Checkpoint,
    bytes: u64,
    read: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Frozen {
    pub(super) fn new(
        disk: Arc<dyn super::disk::Disk>,
        newest: Option<(SegmentName, u64)>,
        end: Checkpoint,
        stop: &CancellationToken,
    ) -> Self {
        let mut frozen = Self {
            disk,
            newest,
            end,
            bytes: 0,
            read: Arc::default(),
            stop: stop.clone(),
        };
        let names = frozen.names().unwrap_or_default();
        let lengths = names.iter().filter_map(|name| frozen.length(name).ok()?);
        frozen.bytes = lengths.sum();
        frozen
    }
}

impl Segments for Frozen {
    fn names(&self) -> io::Result<Vec<SegmentName>> {
        let mut names = self.disk.names()?;
        names.retain(|name| {
            self.newest
                .as_ref()
                .is_some_and(|(newest, _)| name <= newest)
        });
        Ok(names)
    }

    fn read(&self, name: &SegmentName, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let source = self.disk.read(name, offset)?;
        let most = match &self.newest {
            Some((newest, length)) if newest == name => length.saturating_sub(offset),
            _ => u64::MAX,
        };
        Ok(Box::new(Counted {
            source: source.take(most),
            read: Arc::clone(&self.read),
            stop: self.stop.clone(),
        }))
    }

    fn length(&self, name: &SegmentName) -> io::Result<Option<u64>> {
        let length = self.disk.length(name)?;
        Ok(match &self.newest {
            Some((newest, most)) if newest == name => length.map(|length| length.min(*most)),
            _ => length,
        })
    }
}

/// Counts what is read, and ends when nobody waits for it.
struct Counted {
    source: io::Take<Box<dyn Read + Send>>,
    read: Arc<AtomicU64>,
    stop: CancellationToken,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.is_cancelled() {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
        let read = self.source.read(buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
