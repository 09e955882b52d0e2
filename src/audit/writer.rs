//! Appends to the log: groups of lines, each group with one write and one sync.
//!
//! After a write or sync that failed nothing behind the last durable line is trusted, whole lines
//! included: the bytes stay where they are, and the next try begins a new segment whose first
//! line names them (file, offset, length, SHA-256) and carries the chain on from the last durable
//! line. The same happens at start when a crash has left a torn line.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::Error;
use super::chain::{Hash, NO_HASH, Place, write_line};
use super::code::Code;
use super::disk::{Disk, Tail};
use super::event::Event;
use super::keys::Keys;
use super::log::Settings;
use super::recover::{Announced, Found, find, find_announced, voids};
use super::seal::{Checkpoint, KeyBox, Signer, opening_message};
use super::segment::{Opening, SegmentName, Void};
use crate::base::{Act, Actor, Clock, SecretBytes};

/// A failing disk is tried again at most this often, as each try may leave a file behind.
const BETWEEN_TRIES: Duration = Duration::from_secs(1);
const DAY_MS: i64 = 86_400_000;

/// The one writer of a log.
pub(super) struct Writer {
    disk: Arc<dyn Disk>,
    keybox: Arc<dyn KeyBox>,
    clock: Clock,
    settings: Settings,
    log: String,
    keys: Keys,
    /// Whether the key file still holds the key of a segment that has ended.
    keys_stale: bool,
    signer: Signer,
    segment: Option<Current>,
    /// The last durable line.
    seq: u64,
    hash: Hash,
    /// Whether there may be bytes behind the last durable line.
    torn: bool,
    tried_in_vain: Option<(Duration, io::ErrorKind)>,
    unsigned_lines: u64,
    signed_at: Duration,
    announced: Announced,
}

/// The segment that is written to.
struct Current {
    name: SegmentName,
    /// None when it could not be opened for writing yet, as after a start on a read-only disk.
    tail: Option<Box<dyn Tail>>,
    length: u64,
    day: i64,
}

impl Writer {
    /// Finds the end of the log. Writes nothing: a full disk does not keep the appliance down.
    pub(super) fn open(
        disk: Arc<dyn Disk>,
        keybox: Arc<dyn KeyBox>,
        clock: Clock,
        settings: Settings,
    ) -> Result<Self, Error> {
        let saved = Keys::load(disk.as_ref(), keybox.as_ref())?;
        let found = find(disk.as_ref())?;
        let mut keys = match (saved, &found) {
            (Some(keys), _) => keys,
            (None, None) => Keys::fresh(),
            (None, Some(found)) => return Err(Error::KeyForeign(found.name.clone())),
        };
        let keys_stale = keys.next.is_some();
        if let Some(found) = &found
            && !keys.settle_on(&found.public_key)
        {
            return Err(Error::KeyForeign(found.name.clone()));
        }
        let signer = Signer::new(&keys.current);
        let mut writer = Self {
            log: signer.public().log(),
            disk,
            keybox,
            signed_at: clock.elapsed(),
            clock,
            settings,
            keys,
            keys_stale,
            signer,
            segment: None,
            seq: 0,
            hash: NO_HASH,
            torn: false,
            tried_in_vain: None,
            unsigned_lines: 0,
            announced: Announced::default(),
        };
        if let Some(found) = found {
            writer.go_on_from(found);
        }
        Ok(writer)
    }

    /// Goes on where the log ends. One that can be read and not be written holds up nothing: it is
    /// taken up by the first write that can.
    fn go_on_from(&mut self, found: Found) {
        let taken = self.take_up(&found.name, found.length);
        if let Err(error) = &taken {
            self.tried_in_vain = Some((self.clock.elapsed(), error.kind()));
        }
        let (tail, torn) = taken.map_or((None, true), |(tail, torn)| (Some(tail), torn));
        self.log = found.log;
        self.seq = found.seq;
        self.hash = found.hash;
        self.announced = found.announced;
        self.torn = torn;
        self.segment = Some(Current {
            name: found.name,
            tail,
            length: found.length,
            day: found.opened_ms.div_euclid(DAY_MS),
        });
    }

    /// The tail of a segment whose last line that holds ends at `length`, with what it holds made
    /// durable, and whether anything lies behind that line.
    fn take_up(&self, name: &SegmentName, length: u64) -> io::Result<(Box<dyn Tail>, bool)> {
        let mut tail = self.disk.append_to(name)?;
        tail.sync()?;
        let behind = voids(self.disk.as_ref(), Some((name, length)))?;
        Ok((tail, !behind.is_empty()))
    }

    /// Number of the last durable line.
    pub(super) fn seq(&self) -> u64 {
        self.seq
    }

    /// The segment that is written to, and where its last durable line ends.
    pub(super) fn newest_segment(&self) -> Option<(SegmentName, u64)> {
        let segment = self.segment.as_ref()?;
        Some((segment.name.clone(), segment.length))
    }

    /// Errs as the last try to write did.
    pub(super) fn check(&self) -> io::Result<()> {
        match self.tried_in_vain {
            Some((_, kind)) => Err(kind.into()),
            None => Ok(()),
        }
    }

    /// Signs the last durable line.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        let now = self.clock.now();
        Checkpoint::sign(&self.signer, &self.log, self.seq, &self.hash, now)
    }

    /// Appends one line for each act and returns after all of them are durable.
    ///
    /// When it errs, none of them is part of the log.
    pub(super) fn append(&mut self, acts: &[(Option<u64>, &Act)]) -> io::Result<()> {
        let now = self.clock.elapsed();
        if let Some((at, kind)) = self.tried_in_vain
            && now < at + BETWEEN_TRIES
        {
            return Err(kind.into());
        }
        let done = self.begin_segment_if_due().and_then(|()| self.write(acts));
        self.tried_in_vain = done.as_ref().err().map(|error| (now, error.kind()));
        done
    }

    /// Appends a signed checkpoint when enough lines or time have passed since the last.
    pub(super) fn sign_if_due(&mut self) -> io::Result<()> {
        if self.signature_due(0) {
            self.append(&[])?;
        }
        Ok(())
    }

    /// Appends a signed checkpoint unless nothing was written since the last.
    pub(super) fn sign(&mut self) -> io::Result<()> {
        if self.unsigned_lines > 0 {
            self.unsigned_lines = self.settings.checkpoint_lines;
            self.append(&[])?;
        }
        Ok(())
    }

    /// Writes down which announced acts the store, whose last batch is `committed`, has not
    /// committed; gives the greatest batch number that any line announces.
    pub(super) fn reconcile(&mut self, committed: u64) -> io::Result<u64> {
        if self.announced.may_lack(committed) {
            self.announced = find_announced(self.disk.as_ref()).map_err(io::Error::other)?;
        }
        let void = self.announced.above(committed);
        if !void.is_empty() {
            let act = Event::new(Code::ActNotCommitted, &Actor::system())
                .count("acts", void.len() as u64)
                .part("committed", committed.into())
                .part("void_lines", void.into())
                .build(&self.clock);
            self.append(&[(None, &act)])?;
        }
        self.announced.close();
        Ok(self.announced.greatest)
    }

    fn signature_due(&self, more: u64) -> bool {
        let lines = self.unsigned_lines + more;
        lines >= self.settings.checkpoint_lines
            || lines > 0 && self.clock.elapsed() >= self.signed_at + self.settings.checkpoint_every
    }

    fn write(&mut self, acts: &[(Option<u64>, &Act)]) -> io::Result<()> {
        let signs = self.signature_due(acts.len() as u64);
        let mut group = Group::after(self.seq, self.hash);
        for (commit, act) in acts {
            group.add(self, act, *commit);
        }
        if signs {
            let signature = self.signature_of(&group);
            group.add(self, &signature, None);
        }
        let Some(segment) = &mut self.segment else {
            return Err(io::ErrorKind::NotFound.into());
        };
        let tail = segment.tail.as_mut().ok_or(io::ErrorKind::NotFound)?;
        self.torn = true;
        tail.append(group.text.as_bytes())?;
        tail.sync()?;
        self.torn = false;
        segment.length += group.text.len() as u64;
        self.note_announced(acts);
        self.seq = group.seq;
        self.hash = group.hash;
        self.unsigned_lines += acts.len() as u64;
        if signs {
            self.unsigned_lines = 0;
            self.signed_at = self.clock.elapsed();
        }
        Ok(())
    }

    /// Only the newest group can be without its commit: the store asks for the next one after it
    /// has settled the last.
    fn note_announced(&mut self, acts: &[(Option<u64>, &Act)]) {
        if acts.iter().any(|(commit, _)| commit.is_some()) {
            self.announced.close();
        }
        for ((commit, _), seq) in acts.iter().zip(self.seq + 1..) {
            if let Some(commit) = commit {
                self.announced.note(*commit, seq);
            }
        }
    }

    /// The event that signs the last line of `group`.
    fn signature_of(&self, group: &Group) -> Act {
        let now = self.clock.now();
        let checkpoint = Checkpoint::sign(&self.signer, &self.log, group.seq, &group.hash, now);
        Event::new(Code::Checkpoint, &Actor::system())
            .part("checkpoint", json!(checkpoint))
            .build(&self.clock)
    }

    /// Opens the segment that a start could only read.
    fn take_up_again(&mut self) -> io::Result<()> {
        let Some(mut segment) = self.segment.take_if(|segment| segment.tail.is_none()) else {
            return Ok(());
        };
        let taken = self.take_up(&segment.name, segment.length);
        let taken = taken.map(|(tail, torn)| {
            segment.tail = Some(tail);
            self.torn = torn;
        });
        self.segment = Some(segment);
        taken
    }

    fn begin_segment_if_due(&mut self) -> io::Result<()> {
        self.take_up_again()?;
        if self.keys_stale {
            self.forget_old_key()?;
        }
        let today = self.clock.now().as_millisecond().div_euclid(DAY_MS);
        let due = self.segment.as_ref().is_none_or(|segment| {
            segment.length >= self.settings.segment_bytes || segment.day < today
        });
        if due || self.torn {
            self.begin_segment(today)?;
        }
        Ok(())
    }

    /// Begins a segment with a new key; the very first one has the root key, which signs itself.
    fn begin_segment(&mut self, day: i64) -> io::Result<()> {
        let last = self.segment.as_ref().map(|s| (&s.name, s.length));
        let void = voids(self.disk.as_ref(), last)?;
        for void in &void {
            // What is named must be there after a power cut too.
            self.disk.append_to(&void.file)?.sync()?;
        }
        let previous = self.segment.as_ref().map(|segment| segment.name.clone());
        let key = self.key_of_next_segment(previous.is_none())?;
        let signer = Signer::new(&key);
        let name = self.free_name()?;
        let mut group = Group::after(self.seq, self.hash);
        let opening = self.opening(previous, &signer, void);
        group.add_signed_by(self, &opening, None, &signer.key_id);
        let mut tail = self.disk.append_to(&name)?;
        tail.append(group.text.as_bytes())?;
        tail.sync()?;
        self.segment = Some(Current {
            name,
            tail: Some(tail),
            length: group.text.len() as u64,
            day,
        });
        self.torn = false;
        self.seq = group.seq;
        self.hash = group.hash;
        self.unsigned_lines += 1;
        self.signer = signer;
        self.keys = Keys {
            current: key,
            next: None,
        };
        self.keys_stale = true;
        self.forget_old_key()
    }

    fn opening(&self, previous: Option<SegmentName>, signer: &Signer, void: Vec<Void>) -> Act {
        let code = if void.is_empty() {
            Code::SegmentOpened
        } else {
            Code::LogRecovered
        };
        let mut opening = Opening {
            previous,
            public_key: signer.public(),
            void,
            signature: String::new(),
        };
        let message = opening_message(&self.log, self.seq + 1, &self.hash, &opening);
        opening.signature = self.signer.sign(&message);
        Event::new(code, &Actor::system())
            .part("segment", json!(opening))
            .build(&self.clock)
    }

    /// A key that is in the key file already, so that no kill can lose it once it is in use.
    fn key_of_next_segment(&mut self, first: bool) -> io::Result<SecretBytes<32>> {
        if first {
            self.keys.save(self.disk.as_ref(), self.keybox.as_ref())?;
            return Ok(self.keys.current.clone());
        }
        if let Some(next) = &self.keys.next {
            return Ok(next.clone());
        }
        let next = SecretBytes::random();
        self.keys.next = Some(next.clone());
        let saved = self.keys.save(self.disk.as_ref(), self.keybox.as_ref());
        if saved.is_err() {
            self.keys.next = None;
        }
        saved.map(|()| next)
    }

    fn forget_old_key(&mut self) -> io::Result<()> {
        self.keys.save(self.disk.as_ref(), self.keybox.as_ref())?;
        self.keys_stale = false;
        Ok(())
    }

    /// The name of the next segment: one that no earlier try has left bytes under.
    fn free_name(&self) -> io::Result<SegmentName> {
        let mut name = SegmentName {
            first: self.seq + 1,
            attempt: 0,
        };
        while self.disk.length(&name)?.is_some_and(|length| length > 0) {
            name.attempt += 1;
        }
        Ok(name)
    }
}

/// Lines that are written at once.
struct Group {
    text: String,
    seq: u64,
    hash: Hash,
}

impl Group {
    fn after(seq: u64, hash: Hash) -> Self {
        Self {
            text: String::new(),
            seq,
            hash,
        }
    }

    fn add(&mut self, writer: &Writer, act: &Act, commit: Option<u64>) {
        self.add_signed_by(writer, act, commit, &writer.signer.key_id);
    }

    fn add_signed_by(&mut self, writer: &Writer, act: &Act, commit: Option<u64>, key_id: &str) {
        self.seq += 1;
        let place = Place {
            log: &writer.log,
            seq: self.seq,
            commit,
            prev: self.hash,
            key_id,
            logged_ms: writer.clock.now().as_millisecond(),
            mono_ns: writer.clock.elapsed().as_nanos(),
        };
        self.hash = write_line(&mut self.text, act, &place);
    }
}
