//! Reads the first line of every segment: who comes after whom, under which key, and which bytes
//! are torn.

use std::io;

use super::fault::{Fault, Finding};
use crate::audit::Error;
use crate::audit::chain::Hash;
use crate::audit::disk::Segments;
use crate::audit::lines::Lines;
use crate::audit::recover::digest;
use crate::audit::seal::PublicKey;
use crate::audit::segment::{FirstLine, Opening, SegmentName, Void};
use crate::base::Hex;

/// What a segment says of itself in its first line.
pub(super) struct Head {
    pub(super) name: SegmentName,
    /// `None` when the first line is none that opens a segment.
    pub(super) opened: Option<Opened>,
    /// The log that the segments are of.
    pub(super) log: String,
    /// Where the segment's part of the log ends; behind it are torn bytes.
    pub(super) end: u64,
}

/// A first line that holds by itself.
pub(super) struct Opened {
    pub(super) opening: Opening,
    pub(super) log: String,
    pub(super) seq: u64,
    pub(super) prev: Hash,
}

impl Head {
    pub(super) fn public_key(&self) -> Option<PublicKey> {
        self.opened.as_ref().map(|opened| opened.opening.public_key)
    }
}

impl Opened {
    pub(super) fn signed_by(&self, key: &PublicKey) -> bool {
        self.opening.signed_by(key, &self.log, self.seq, &self.prev)
    }
}

/// The segments of a log in order, and the torn bytes between them.
pub(super) struct Heads {
    pub(super) live: Vec<Head>,
    /// Torn bytes, each with the segment that names them.
    pub(super) voids: Vec<(Void, SegmentName)>,
}

impl Heads {
    pub(super) fn read(disk: &dyn Segments) -> Result<Self, Error> {
        let names = disk.names().map_err(Error::List)?;
        let mut live = Vec::new();
        for name in names {
            let head = head(disk, &name).map_err(|error| Error::Segment(name, error))?;
            live.extend(head);
        }
        let voids = trusted_voids(&live);
        live.retain(|head| {
            let all_of_it = |(void, _): &(Void, _)| void.offset == 0 && void.file == head.name;
            !voids.iter().any(all_of_it)
        });
        let log = live
            .iter()
            .find_map(|head| Some(head.opened.as_ref()?.log.clone()))
            .unwrap_or_default();
        for head in &mut live {
            let torn = voids.iter().find(|(void, _)| void.file == head.name);
            head.end = torn.map_or(u64::MAX, |(void, _)| void.offset);
            head.log.clone_from(&log);
        }
        Ok(Self { live, voids })
    }

    /// Torn bytes that are not as they were found.
    pub(super) fn altered_voids(&self, disk: &dyn Segments) -> Result<Vec<Finding>, Error> {
        let mut altered = Vec::new();
        for (void, named_by) in &self.voids {
            let found = disk.read(&void.file, void.offset).and_then(digest);
            let (length, sha256) = match found {
                Err(error) if error.kind() == io::ErrorKind::NotFound => (0, [0; 32]),
                found => found.map_err(|error| Error::Segment(void.file.clone(), error))?,
            };
            if length != void.length || Hex(&sha256).to_string() != void.sha256 {
                altered.push(Finding {
                    file: void.file.clone(),
                    line: 1,
                    seq: None,
                    what: Fault::VoidChanged(named_by.clone()),
                });
            }
        }
        Ok(altered)
    }
}

/// `None` when the segment is empty: it was made, and nothing was written to it.
fn head(disk: &dyn Segments, name: &SegmentName) -> io::Result<Option<Head>> {
    let mut lines = Lines::new(disk.read(name, 0)?, 0);
    let Some(line) = lines.next()? else {
        return Ok(None);
    };
    let first = line.whole.then(|| FirstLine::read(line.bytes)).flatten();
    Ok(Some(Head {
        name: name.clone(),
        opened: first.map(|first| Opened {
            log: String::from_utf8_lossy(first.links.log).into_owned(),
            seq: first.links.seq,
            prev: first.links.prev,
            opening: first.opening,
        }),
        log: String::new(),
        end: u64::MAX,
    }))
}

/// The torn bytes named by openings that the key before them has signed: nobody else may say that
/// a part of a file is none of the log.
fn trusted_voids(heads: &[Head]) -> Vec<(Void, SegmentName)> {
    let mut voids = Vec::new();
    for head in heads {
        let Some(opened) = &head.opened else { continue };
        let signer = match &opened.opening.previous {
            None => Some(opened.opening.public_key),
            Some(previous) => heads
                .iter()
                .find(|head| head.name == *previous)
                .and_then(Head::public_key),
        };
        if signer.is_some_and(|key| opened.signed_by(&key)) {
            let named = opened.opening.void.iter().cloned();
            voids.extend(named.map(|void| (void, head.name.clone())));
        }
    }
    voids
}
