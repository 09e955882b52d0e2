//! What the rest of the appliance holds: the log that takes acts.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::Error;
use super::code::Code;
use super::disk::{Disk, OwnFolder};
use super::event::Event;
use super::read::{Page, Query, Times, read};
use super::seal::{Checkpoint, KeyBox};
use super::standing::{Checking, Frozen};
use super::writer::Writer;
use crate::base::metrics::{AUDIT_DURATION, AUDIT_EVENTS, AUDIT_FAILURES, AUDIT_LOST};
use crate::base::{Act, Actor, Blocking, Clock, Witness, WitnessError};

/// While the log cannot be written, this many reads and refusals are kept; more are counted.
const KEPT: usize = 4096;
/// How often what [`Log::record`] took is made durable.
const FLUSH_EVERY: Duration = Duration::from_millis(500);

/// Where the log lies and when it begins a segment or signs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of the segments; made when missing.
    pub folder: PathBuf,
    /// The file of the sealed signing key; outside the folder, as the folder may be copied away.
    pub key_file: PathBuf,
    /// A segment that has this many bytes is followed by another; so is that of a past day (UTC).
    pub segment_bytes: u64,
    /// A checkpoint is written at the latest after this many lines ...
    pub checkpoint_lines: u64,
    /// ... or, when there are any, after this time.
    pub checkpoint_every: Duration,
}

impl Settings {
    /// The usual settings for a log in `folder`, whose sealed key is kept in `key_file`.
    pub fn new(folder: impl Into<PathBuf>, key_file: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            key_file: key_file.into(),
            segment_bytes: 64 << 20,
            checkpoint_lines: 1000,
            checkpoint_every: Duration::from_mins(1),
        }
    }
}

/// The audit log. Clones share it.
#[derive(Clone)]
pub struct Log(Arc<Shared>);

struct Shared {
    disk: Arc<dyn Disk>,
    clock: Clock,
    waiting: Mutex<Waiting>,
    writer: Mutex<Writer>,
    times: Times,
    checking: Checking,
}

/// What was recorded and is not in the log yet.
#[derive(Default)]
struct Waiting {
    acts: VecDeque<Act>,
    lost: u64,
}

impl Log {
    /// Opens the log in the folder, which no other process may hold, and finds its end.
    ///
    /// `keybox` seals the private keys of the log's segments on disk.
    pub fn open(settings: Settings, keybox: Arc<dyn KeyBox>, clock: Clock) -> Result<Self, Error> {
        let disk = OwnFolder::open(&settings.folder, &settings.key_file).map_err(|error| {
            let folder = settings.folder.clone();
            match error.kind() {
                io::ErrorKind::WouldBlock => Error::Busy(folder),
                _ => Error::Folder(folder, error),
            }
        })?;
        Self::open_on(Arc::new(disk), keybox, clock, settings)
    }

    /// Opens the log on any disk, as [`Log::open`] does in a folder.
    pub fn open_on(
        disk: Arc<dyn Disk>,
        keybox: Arc<dyn KeyBox>,
        clock: Clock,
        settings: Settings,
    ) -> Result<Self, Error> {
        let writer = Writer::open(Arc::clone(&disk), keybox, clock.clone(), settings)?;
        Ok(Self(Arc::new(Shared {
            disk,
            clock,
            waiting: Mutex::default(),
            writer: Mutex::new(writer),
            times: Times::default(),
            checking: Checking::default(),
        })))
    }

    /// Takes an act that changes nothing: a read, a refusal, a failed sign-in. Never waits.
    ///
    /// It is durable within a second while [`Log::keep`] runs, or with the next change. While the
    /// log cannot be written, some thousands are kept and the rest is counted; the count gets a
    /// line of its own.
    pub fn record(&self, act: Act) {
        let mut waiting = self.waiting();
        if waiting.acts.len() < KEPT {
            waiting.acts.push_back(act);
        } else {
            waiting.lost += 1;
            AUDIT_LOST.add([], 1);
        }
    }

    /// Writes an act that belongs to no change of the store, such as a start or a stop, and gives
    /// its line's number after it is durable.
    pub fn append(&self, act: &Act) -> Result<u64, WitnessError> {
        self.write(&[(None, act)])
    }

    /// Errs when the log could not be written the last time it was tried, which [`Log::flush`]
    /// does until it can.
    pub fn check(&self) -> Result<(), WitnessError> {
        Ok(self.writer().check()?)
    }

    /// Makes durable what was recorded. A log that could not be written is tried again even when
    /// nothing was.
    pub fn flush(&self) -> Result<(), WitnessError> {
        let idle = {
            let waiting = self.waiting();
            waiting.acts.is_empty() && waiting.lost == 0
        };
        if idle && self.check().is_ok() {
            Ok(self.writer().sign_if_due()?)
        } else {
            self.write(&[]).map(drop)
        }
    }

    /// Makes durable what was recorded, and signs it: the last thing before the process ends.
    pub fn close(&self) -> Result<(), WitnessError> {
        self.0.checking.stop.cancel();
        self.flush()?;
        Ok(self.writer().sign()?)
    }

    /// Flushes twice a second until `stop`.
    pub async fn keep(self, blocking: Blocking, stop: CancellationToken) {
        let pause = || self.0.clock.sleep(FLUSH_EVERY);
        let mut down = false;
        while stop.run_until_cancelled(pause()).await.is_some() {
            let log = self.clone();
            let flushed = blocking.run(move || log.flush()).await;
            match (&flushed, down) {
                (Err(error), false) => {
                    let cause = crate::base::chain(error);
                    tracing::error!("nothing can be changed: {cause}");
                }
                (Ok(()), true) => tracing::info!("the audit log can be written again"),
                _ => {}
            }
            down = flushed.is_err();
        }
    }

    /// Signs the newest durable line.
    pub fn checkpoint(&self) -> Checkpoint {
        self.writer().checkpoint()
    }

    /// Reads a page of lines, exactly as they stand in the log. Ends early when `stop` is
    /// cancelled.
    pub fn read(&self, query: &Query, stop: &CancellationToken) -> Result<Page, Error> {
        let newest = self.writer().seq();
        read(self.0.disk.as_ref(), &self.0.times, query, newest, stop)
    }

    pub(super) fn disk(&self) -> &dyn Disk {
        self.0.disk.as_ref()
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(super) fn times(&self) -> &Times {
        &self.0.times
    }

    pub(super) fn checking(&self) -> &Checking {
        &self.0.checking
    }

    /// The log up to its newest durable line.
    pub(super) fn frozen(&self) -> Frozen {
        let (newest, end) = {
            let writer = self.writer();
            (writer.newest_segment(), writer.checkpoint())
        };
        let disk = Arc::clone(&self.0.disk);
        Frozen::new(disk, newest, end, &self.0.checking.stop)
    }

    /// Writes what was recorded, then `acts`; gives the number of the last line.
    fn write(&self, acts: &[(Option<u64>, &Act)]) -> Result<u64, WitnessError> {
        let mut writer = self.writer();
        let waiting = std::mem::take(&mut *self.waiting());
        let lost = (waiting.lost > 0).then(|| {
            Event::new(Code::ActsLost, &Actor::system())
                .count("acts", waiting.lost)
                .build(&self.0.clock)
        });
        let recorded = waiting.acts.iter().chain(&lost).map(|act| (None, act));
        let group: Vec<_> = recorded.chain(acts.iter().copied()).collect();
        let (before, begun) = (writer.seq(), Instant::now());
        let written = writer.append(&group);
        AUDIT_EVENTS.add([], writer.seq() - before);
        if written.is_err() {
            AUDIT_FAILURES.add([], 1);
            self.waiting().put_back(waiting);
        }
        written?;
        AUDIT_DURATION.took([], begun.elapsed());
        Ok(writer.seq())
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn writer(&self) -> MutexGuard<'_, Writer> {
        self.0.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Puts `older` acts back in front, as far as there is room.
    fn put_back(&mut self, mut older: Self) {
        older.lost += self.lost;
        for act in self.acts.drain(..) {
            if older.acts.len() < KEPT {
                older.acts.push_back(act);
            } else {
                older.lost += 1;
            }
        }
        *self = older;
    }
}

impl Witness for Log {
    fn attest(&self, commits: &[(u64, &Act)]) -> Result<u64, WitnessError> {
        let acts: Vec<_> = commits.iter().map(|(n, act)| (Some(*n), *act)).collect();
        self.write(&acts)
    }

    fn reconcile(&self, committed: u64) -> Result<u64, WitnessError> {
        Ok(self.writer().reconcile(committed)?)
    }

    fn reopened(&self) {
        self.record(Event::new(Code::StoreReopened, &Actor::system()).build(&self.0.clock));
    }
}
