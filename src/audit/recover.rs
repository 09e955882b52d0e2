//! Finds where the log ends after whatever has happened to the process or the machine.

use std::io;

use sha2::{Digest as _, Sha256};

use super::Error;
use super::chain::{Hash, Links};
use super::code::Code;
use super::disk::Segments;
use super::lines::Lines;
use super::seal::PublicKey;
use super::segment::{FirstLine, SegmentName, Void};
use crate::base::Hex;

/// The newest segment that was begun, up to its last line that holds.
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

    /// The numbers of the lines whose batches are above `committed`.
    pub(super) fn above(&self, committed: u64) -> Vec<u64> {
        let void = self.open.iter().filter(|(commit, _)| *commit > committed);
        void.map(|(_, seq)| *seq).collect()
    }
}

/// The end of the log; `None` when no segment was ever begun.
pub(super) fn find(disk: &dyn Segments) -> Result<Option<Found>, Error> {
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

/// Reads a segment up to the first line that does not hold; `None` when already its first does
/// not.
fn walk(disk: &dyn Segments, name: &SegmentName) -> io::Result<Option<Found>> {
    let mut lines = Lines::new(disk.read(name, 0)?, 0);
    let Some(mut found) = begin(&mut lines, name)? else {
        return Ok(None);
    };
    let key_id = found.public_key.id();
    while let Some(line) = lines.next()? {
        let next = Links::read(line.bytes).filter(|links| {
            line.whole
                && links.seq == found.seq + 1
                && links.prev == found.hash
                && links.log == found.log.as_bytes()
                && links.key_id == key_id.as_bytes()
                && links.hold(line.bytes)
        });
        let Some(next) = next else { break };
        found.seq = next.seq;
        found.hash = next.hash;
        found.length = line.end;
        match next.commit {
            Some(commit) => found.announced.note(commit, next.seq),
            None if closes(line.bytes) => found.announced.close(),
            None => {}
        }
    }
    Ok(Some(found))
}

/// Whether a line is the one that tells which announced acts were not committed.
fn closes(line: &[u8]) -> bool {
    let code = format!("\"event_code\":\"{}\"", Code::ActNotCommitted);
    std::str::from_utf8(line).is_ok_and(|line| line.contains(&code))
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
    use super::*;

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
}
