//! Reads one segment from its first line to its last.

use std::cmp::Ordering;
use std::io;

use serde::Deserialize;

use super::Depth;
use super::fault::{Fault, Finding};
use super::heads::Head;
use crate::audit::chain::{Hash, Links, NO_HASH};
use crate::audit::code::Code;
use crate::audit::disk::Segments;
use crate::audit::lines::{Line, Lines};
use crate::audit::seal::Checkpoint;
use crate::base::Hex;

/// Of one segment, so many findings are named; the rest is counted.
const NAMED: usize = 16;

/// What a walk has found.
#[derive(Debug, Default)]
pub(super) struct Walked {
    pub(super) lines: u64,
    pub(super) bytes: u64,
    pub(super) seq: u64,
    pub(super) hash: Hash,
    /// The hash of the line that was asked for.
    pub(super) asked: Option<Hash>,
    pub(super) findings: Vec<Finding>,
    pub(super) unnamed: u64,
}

/// Walks through the part of a segment that belongs to the log. `asked` is the number of a line
/// whose hash is wanted.
pub(super) fn walk(
    disk: &dyn Segments,
    head: &Head,
    asked: Option<u64>,
    depth: Depth,
) -> io::Result<Walked> {
    let mut lines = Lines::new(disk.read(&head.name, 0)?, 0);
    let mut walk = Walk {
        head,
        key_id: head.public_key().map(|key| key.id()),
        depth,
        expected: None,
        walked: Walked::default(),
    };
    while walk.walked.bytes < head.end
        && let Some(line) = lines.next()?
    {
        walk.take(&line);
        if asked == Some(walk.walked.seq) {
            walk.walked.asked = Some(walk.walked.hash);
        }
    }
    Ok(walk.walked)
}

struct Walk<'a> {
    head: &'a Head,
    key_id: Option<String>,
    depth: Depth,
    expected: Option<Expected>,
    walked: Walked,
}

/// What the next line must say of its place.
#[derive(Clone, Copy)]
struct Expected {
    seq: u64,
    /// Unknown after a line that was altered.
    prev: Option<Hash>,
}

impl Walk<'_> {
    fn take(&mut self, line: &Line<'_>) {
        self.walked.lines += 1;
        self.walked.bytes = line.end;
        let links = Links::read(line.bytes);
        let fault = self.judge(line, links.as_ref());
        let altered = matches!(fault, Some(Fault::Torn | Fault::NotALine | Fault::Changed));
        let seq = self.expected.map(|expected| expected.seq);
        let seq = seq.or(links.map(|links| links.seq));
        if let Some(fault) = fault {
            self.name(fault, seq);
        }
        if let Some(links) = links.filter(|_| !altered) {
            self.walked.seq = links.seq;
            self.walked.hash = links.hash;
        } else if let Some(seq) = seq {
            // Whatever the line was, it took a number; its hash is lost.
            self.walked.seq = seq;
            self.walked.hash = NO_HASH;
        }
        self.expected = seq.map(|_| Expected {
            seq: self.walked.seq + 1,
            prev: (!altered).then_some(self.walked.hash),
        });
    }

    fn judge(&self, line: &Line<'_>, links: Option<&Links<'_>>) -> Option<Fault> {
        if !line.whole {
            return Some(Fault::Torn);
        }
        let Some(links) = links else {
            return Some(Fault::NotALine);
        };
        if !links.hold(line.bytes) {
            return Some(Fault::Changed);
        }
        if let Some(misplaced) = self.expected.and_then(|place| place.misses(links)) {
            return Some(misplaced);
        }
        if self.foreign(links) {
            return Some(Fault::Foreign);
        }
        if self.checkpoint_fails(line.bytes, links) {
            return Some(Fault::CheckpointLine);
        }
        (self.depth == Depth::Json && !is_json(line.bytes, links)).then_some(Fault::NotJson)
    }

    fn foreign(&self, links: &Links<'_>) -> bool {
        let other_key = |id: &String| id.as_bytes() != links.key_id;
        self.key_id.as_ref().is_some_and(other_key) || links.log != self.head.log.as_bytes()
    }

    /// Whether the line is a checkpoint that this segment's key has not signed, or that is not of
    /// the line before.
    fn checkpoint_fails(&self, line: &[u8], links: &Links<'_>) -> bool {
        if !is_lifecycle(line) {
            return false;
        }
        let Ok(event) = serde_json::from_slice::<LifecycleEvent>(line) else {
            return true;
        };
        if event.metadata.event_code != Code::Checkpoint.row().text {
            return false;
        }
        let own_key = self.head.public_key();
        !event.unmapped.checkpoint.is_some_and(|checkpoint| {
            checkpoint.holds()
                && own_key.is_none_or(|key| key == checkpoint.key)
                && checkpoint.log.as_bytes() == links.log
                && checkpoint.seq + 1 == links.seq
                && checkpoint.hash == Hex(&links.prev).to_string()
        })
    }

    fn name(&mut self, what: Fault, seq: Option<u64>) {
        if self.walked.findings.len() == NAMED {
            self.walked.unnamed += 1;
            return;
        }
        self.walked.findings.push(Finding {
            file: self.head.name.clone(),
            line: self.walked.lines,
            seq,
            what,
        });
    }
}

impl Expected {
    /// How a line that says this of itself is out of place.
    fn misses(self, links: &Links<'_>) -> Option<Fault> {
        match links.seq.cmp(&self.seq) {
            Ordering::Greater => Some(Fault::Missing(self.seq, links.seq)),
            Ordering::Less => Some(Fault::Again(self.seq, links.seq)),
            Ordering::Equal => {
                let other = |prev| prev != links.prev;
                self.prev.is_some_and(other).then_some(Fault::Unlinked)
            }
        }
    }
}

/// Whether a line is of the class that checkpoints are of; members stand in a fixed order, so
/// that its beginning tells.
fn is_lifecycle(line: &[u8]) -> bool {
    const CLASS: &[u8] = b"\"class_uid\":6002,";
    let beginning = &line[..line.len().min(72)];
    beginning.windows(CLASS.len()).any(|part| part == CLASS)
}

#[derive(Deserialize)]
struct LifecycleEvent {
    metadata: Coded,
    unmapped: Signed,
}

#[derive(Deserialize)]
struct Coded {
    event_code: String,
}

#[derive(Deserialize)]
struct Signed {
    checkpoint: Option<Checkpoint>,
}

/// Whether a line is JSON that gives its number where readers look for it.
fn is_json(line: &[u8], links: &Links<'_>) -> bool {
    serde_json::from_slice::<serde_json::Value>(line)
        .is_ok_and(|event| event["metadata"]["sequence"] == links.seq)
}
