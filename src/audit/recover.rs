//! Finds where the log ends after whatever has happened to the process or the machine.

use std::io;

use sha2::{Digest as _, Sha256};

use super::Error;
use super::chain::{Hash, Links};
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
    /// Batch and line number of what may not have been committed, rising.
    pub(super) announced: Announced,
}

/// The batches that lines announced: batch number and line number of each, rising in both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Announced(pub(super) Vec<(u64, u64)>);

impl Announced {
    /// Takes note of a line. A batch number that is not above those before it means that those
    /// were not committed, and that this has been written down already.
    pub(super) fn note(&mut self, commit: u64, seq: u64) {
        while self
            .0
            .last()
            .is_some_and(|(announced, _)| *announced > commit)
        {
            self.0.pop();
        }
        self.0.push((commit, seq));
    }

    /// The numbers of the lines whose batches are above `committed`.
    pub(super) fn above(&self, committed: u64) -> Vec<u64> {
        let void = self.0.iter().filter(|(commit, _)| *commit > committed);
        void.map(|(_, seq)| *seq).collect()
    }
}

/// The end of the log; `None` when no segment was ever begun.
pub(super) fn find(disk: &dyn Segments) -> Result<Option<Found>, Error> {
    let names = disk
        .names()
        .map_err(|error| Error::Folder("itself".into(), error))?;
    let mut newest: Option<Found> = None;
    for name in names.into_iter().rev() {
        let found = walk(disk, &name).map_err(|error| Error::Segment(name, error))?;
        let Some(found) = found else { continue };
        match &mut newest {
            None => newest = Some(found),
            // The newest segment announced nothing yet: what its elder announced may be open.
            Some(newest) => newest.announced = found.announced,
        }
        if newest.as_ref().is_some_and(|n| !n.announced.0.is_empty()) {
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
        let links = Links::read(line.bytes).filter(|links| {
            line.whole
                && links.seq == found.seq + 1
                && links.prev == found.hash
                && links.log == found.log.as_bytes()
                && links.key_id == key_id.as_bytes()
                && links.hold(line.bytes)
        });
        let Some(links) = links else { break };
        found.seq = links.seq;
        found.hash = links.hash;
        found.length = line.end;
        if let Some(commit) = links.commit {
            found.announced.note(commit, links.seq);
        }
    }
    Ok(Some(found))
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
    fn a_batch_number_that_comes_again_voids_its_first_announcement() {
        let mut announced = Announced::default();
        for (commit, seq) in [(6, 1), (7, 2), (7, 3), (8, 4)] {
            announced.note(commit, seq);
        }
        assert_eq!(announced.above(6), [2, 3, 4]);
        announced.note(6, 5); // the line that closes 7 and 8
        assert_eq!(announced.above(6), [0; 0]);
        announced.note(7, 6);
        assert_eq!(announced.above(6), [6]);
    }
}
