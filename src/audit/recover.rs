//! Finds where the log ends after whatever has happened to the process or the machine.

use std::io;

use sha2::{Digest as _, Sha256};

use super::Error;
use super::chain::{Hash, Links};
use super::code::Code;
use super::disk::Segments;
use super::lines::{Line, Lines};
use super::seal::PublicKey;
use super::segment::{FirstLine, SegmentName, Void};
use crate::base::Hex;

/// Of a long segment that ends well, only so many bytes at its end are read. What was done to the
/// rest an auditor finds; a start that took it for a torn end would throw good lines away.
const TAIL: u64 = if cfg!(test) { 4 << 10 } else { 4 << 20 };

/// The newest segment that was begun, up to its last line that holds.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) name: SegmentName,
    pub(super) public_key: PublicKey,
    pub(super) log: String,
    pub(super) opened_ms: i64,
    /// Where the line after the last one that holds would begin.
    pub(super) length: u64,
    pub(super) seq: u64,
    pub(super) hash: Hash,
    pub(super) announced: Announced,
}

/// The batches that lines have announced to the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Announced {
    /// Batch and line number, rising in both, of what may not have been committed.
    pub(super) open: Vec<(u64, u64)>,
    /// The greatest batch number of all.
    pub(super) greatest: u64,
    /// Whether a line has closed what was open before it.
    closed: bool,
    /// Whether there are lines before these that were not read.
    partial: bool,
}

impl Announced {
    /// Takes note that line `seq` announces batch `commit`.
    pub(super) fn note(&mut self, commit: u64, seq: u64) {
        self.open.push((commit, seq));
        self.greatest = self.greatest.max(commit);
    }

    /// Takes note that everything announced so far is settled.
    pub(super) fn close(&mut self) {
        self.open.clear();
        self.closed = true;
    }

    /// Adds what an older segment announced.
    fn add_older(&mut self, older: Self) {
        self.greatest = self.greatest.max(older.greatest);
        if !self.closed {
            self.open.splice(..0, older.open);
        }
    }

    /// Whether lines that were not read may have announced batches above `committed`: those that
    /// were read hold none that is committed, and numbers rise from line to line.
    pub(super) fn may_lack(&self, committed: u64) -> bool {
        let first = self.open.first().map(|(commit, _)| *commit);
        self.partial && !self.closed && first.is_none_or(|first| first > committed)
    }

    /// The numbers of the lines whose batches are above `committed`.
    pub(super) fn above(&self, committed: u64) -> Vec<u64> {
        let void = self.open.iter().filter(|(commit, _)| *commit > committed);
        void.map(|(_, seq)| *seq).collect()
    }
}

/// The end of the log; `None` when no segment was ever begun.
pub(super) fn find(disk: &dyn Segments) -> Result<Option<Found>, Error> {
    find_by(disk, walk_end)
}

/// All that was announced, however far back; empty when no segment was ever begun.
pub(super) fn find_announced(disk: &dyn Segments) -> Result<Announced, Error> {
    let found = find_by(disk, walk)?;
    Ok(found.map(|found| found.announced).unwrap_or_default())
}

type Walk = fn(&dyn Segments, &SegmentName) -> io::Result<Option<Found>>;

fn find_by(disk: &dyn Segments, walk: Walk) -> Result<Option<Found>, Error> {
    let names = disk.names().map_err(Error::List)?;
    let mut newest: Option<Found> = None;
    for name in names.into_iter().rev() {
        let found = walk(disk, &name).map_err(|error| Error::Segment(name, error))?;
        let Some(found) = found else { continue };
        match &mut newest {
            None => newest = Some(found),
            Some(newest) => newest.announced.add_older(found.announced),
        }
        // What may be open is the last group that announced anything, however old it is.
        if newest.as_ref().is_some_and(|n| n.announced.greatest > 0) {
            break;
        }
    }
    Ok(newest)
}

/// As [`walk`] does; of a long segment whose end holds and announces something, that end is all
/// that is read.
fn walk_end(disk: &dyn Segments, name: &SegmentName) -> io::Result<Option<Found>> {
    let length = disk.length(name)?.unwrap_or_default();
    if length < 2 * TAIL {
        return walk(disk, name);
    }
    let Some(first) = begin(&mut Lines::new(disk.read(name, 0)?, 0), name)? else {
        return Ok(None);
    };
    let from = length - TAIL;
    let mut lines = Lines::new(disk.read(name, from)?, from);
    lines.next()?; // the rest of a line, most likely
    let mut end = first;
    end.announced.partial = true;
    let anchored = match lines.next()? {
        Some(line) => Links::read(line.bytes)
            .filter(|links| end.is_ours(&line, links))
            .map(|links| end.take(&line, &links)),
        None => None,
    };
    if anchored.is_some() {
        end.follow(&mut lines)?;
        if end.length == length && end.announced.greatest > 0 {
            return Ok(Some(end));
        }
    }
    walk(disk, name)
}

/// Reads a segment up to the first line that does not hold; `None` when already its first does
/// not.
fn walk(disk: &dyn Segments, name: &SegmentName) -> io::Result<Option<Found>> {
    let mut lines = Lines::new(disk.read(name, 0)?, 0);
    let Some(mut found) = begin(&mut lines, name)? else {
        return Ok(None);
    };
    found.follow(&mut lines)?;
    Ok(Some(found))
}

impl Found {
    /// Reads on to the first line that does not hold.
    fn follow(&mut self, lines: &mut Lines) -> io::Result<()> {
        while let Some(line) = lines.next()? {
            let next = Links::read(line.bytes).filter(|links| {
                links.seq == self.seq + 1 && links.prev == self.hash && self.is_ours(&line, links)
            });
            let Some(next) = next else { break };
            self.take(&line, &next);
        }
        Ok(())
    }

    /// Whether a line is whole, as it was written, and of this segment.
    fn is_ours(&self, line: &Line<'_>, links: &Links<'_>) -> bool {
        line.whole
            && links.log == self.log.as_bytes()
            && links.key_id == self.public_key.id().as_bytes()
            && links.hold(line.bytes)
    }

    /// Takes a line for the last one.
    fn take(&mut self, line: &Line<'_>, links: &Links<'_>) {
        self.seq = links.seq;
        self.hash = links.hash;
        self.length = line.end;
        match links.commit {
            Some(commit) => self.announced.note(commit, links.seq),
            None if closes(line.bytes) => self.announced.close(),
            None => {}
        }
    }
}

/// Whether a line is the one that tells which announced acts were not committed.
fn closes(line: &[u8]) -> bool {
    let code = Code::ActNotCommitted.row().text;
    memchr::memmem::find(line, format!("\"event_code\":\"{code}\"").as_bytes()).is_some()
}

fn begin(lines: &mut Lines, name: &SegmentName) -> io::Result<Option<Found>> {
    let Some(line) = lines.next()? else {
        return Ok(None);
    };
    let first =
        FirstLine::read(line.bytes).filter(|first| line.whole && first.links.seq == name.first);
    Ok(first.map(|first| Found {
        name: name.clone(),
        public_key: first.opening.public_key,
        log: String::from_utf8_lossy(first.links.log).into_owned(),
        opened_ms: first.time_ms,
        length: line.end,
        seq: first.links.seq,
        hash: first.links.hash,
        announced: Announced::default(),
    }))
}

/// What lies behind the first `length` bytes of segment `last`, in it and in later files.
pub(super) fn voids(
    disk: &dyn Segments,
    last: Option<(&SegmentName, u64)>,
) -> io::Result<Vec<Void>> {
    let mut voids = Vec::new();
    for file in disk.names()? {
        let offset = match last {
            Some((name, _)) if file < *name => continue,
            Some((name, length)) if file == *name => length,
            _ => 0,
        };
        let (length, sha256) = digest(disk.read(&file, offset)?)?;
        if length > 0 {
            voids.push(Void {
                file,
                offset,
                length,
                sha256: Hex(&sha256).to_string(),
            });
        }
    }
    Ok(voids)
}

/// How many bytes `source` gives, and their SHA-256.
pub(super) fn digest(mut source: impl io::Read) -> io::Result<(u64, Hash)> {
    let mut hasher = Sha256::new();
    let mut length = 0;
    let mut block = vec![0; 64 << 10];
    loop {
        match source.read(&mut block)? {
            0 => return Ok((length, hasher.finalize().into())),
            read => {
                hasher.update(&block[..read]);
                length += read as u64;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::Event;
    use super::super::log::Log;
    use super::super::memory::MemoryDisk;
    use super::*;
    use crate::base::{Actor, Clock, Witness as _};

    #[test]
    fn what_a_line_has_closed_is_open_no_more() {
        let mut announced = Announced::default();
        for (commit, seq) in [(6, 1), (7, 2), (7, 3), (8, 4)] {
            announced.note(commit, seq);
        }
        assert_eq!(announced.above(6), [2, 3, 4]);
        announced.close();
        announced.note(9, 6);
        assert_eq!(announced.above(6), [6]);
        assert_eq!(announced.greatest, 9);
    }

    #[test]
    fn what_an_older_segment_announced_is_open_unless_closed_since() {
        let mut older = Announced::default();
        older.note(7, 2);
        let mut newer = Announced::default();
        newer.add_older(older.clone());
        assert_eq!(newer.above(6), [2]);
        let mut newer = Announced::default();
        newer.close();
        newer.add_older(older);
        assert_eq!((newer.above(6), newer.greatest), (vec![], 7));
    }

    #[test]
    fn the_end_of_a_long_segment_tells_what_all_of_it_would() {
        let (disk, clock) = (MemoryDisk::default(), Clock::system());
        let log = Log::on_memory(&disk, &clock, 1 << 20);
        for commit in 1..=40 {
            let act = Event::new(Code::RecordUpdated, &Actor::system()).build(&clock);
            log.attest(&[(commit, &act)]).unwrap();
        }
        let by = |walk: Walk| find_by(&disk, walk).unwrap().unwrap();
        let (end, whole) = (by(walk_end), by(walk));
        assert_eq!(
            (end.seq, end.hash, end.length),
            (whole.seq, whole.hash, whole.length)
        );
        assert!(end.announced.open.len() < whole.announced.open.len());
        let known = (0..=40).filter(|committed| !end.announced.may_lack(*committed));
        for committed in known {
            let (end, whole) = (&end.announced, &whole.announced);
            assert_eq!(end.above(committed), whole.above(committed));
        }
        assert!(end.announced.may_lack(0));
        assert!(!end.announced.may_lack(39));
    }
}
