//! What a check has found, for people and for machines.

use std::fmt::{Display, Formatter, Result as Shown};

use serde::Serialize;

use super::fault::{Fault, Finding};
use super::heads::{Head, Heads, Opened};
use super::walk::Walked;
use super::{Extent, Options};
use crate::audit::seal::{Checkpoint, PublicKey};
use crate::audit::segment::SegmentName;
use crate::base::{Hex, counted};

/// What a check has found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Segments that belong to the log.
    pub segments: u64,
    /// Lines in them.
    pub lines: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// The first segment's public key.
    pub first_key: Option<PublicKey>,
    /// The number of the last line.
    pub last_seq: u64,
    /// The hash of the last line.
    pub last_hash: String,
    /// What is wrong, the first place first.
    pub findings: Vec<Finding>,
    /// How much more is wrong than is named.
    pub more_findings: u64,
    /// What the reader must know about what could and could not be checked.
    pub notes: Vec<String>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn holds(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn new(
        heads: &Heads,
        walked: &[Walked],
        voids: Vec<Finding>,
        options: &Options,
    ) -> Self {
        let mut report = Self::default();
        for (index, (head, walked_here)) in heads.live.iter().zip(walked).enumerate() {
            let before = index.checked_sub(1).map(|i| (&heads.live[i], &walked[i]));
            report.add_segment(before, head, walked_here, options);
        }
        report.findings.extend(voids);
        match (heads.live.last(), walked.last()) {
            (Some(head), Some(last)) => {
                report.last_seq = last.seq;
                report.last_hash = Hex(&last.hash).to_string();
                if let Some(checkpoint) = &options.checkpoint {
                    report.add_checkpoint(checkpoint, head, last, &(heads, walked));
                }
            }
            _ => report.add(&first_name(), 1, Fault::SegmentMissing(first_name())),
        }
        report.add_notes(heads, options);
        report
    }

    fn add_segment(
        &mut self,
        before: Option<(&Head, &Walked)>,
        head: &Head,
        walked: &Walked,
        options: &Options,
    ) {
        self.segments += 1;
        self.lines += walked.lines;
        self.bytes += walked.bytes;
        self.more_findings += walked.unnamed;
        let fault = match (&head.opened, before) {
            (Some(opened), _) if opened.seq != head.name.first => Some(Fault::Misnamed(opened.seq)),
            (Some(_), None) if options.extent == Extent::Newest => None,
            (Some(opened), None) => {
                self.first_key = head.public_key();
                root_fault(opened, options)
            }
            (Some(opened), Some(before)) => link_fault(opened, before),
            // A first line that does not even hold is among what the walk has found.
            (None, _) if walked.findings.first().is_some_and(|f| f.line == 1) => None,
            (None, _) => Some(Fault::NoOpening),
        };
        if let Some(fault) = fault {
            self.add(&head.name, 1, fault);
        }
        self.findings.extend(walked.findings.iter().cloned());
    }

    fn add(&mut self, file: &SegmentName, line: u64, what: Fault) {
        let seq = (line > 0).then(|| file.first + line - 1);
        self.findings.push(Finding {
            file: file.clone(),
            line,
            seq,
            what,
        });
    }

    fn add_checkpoint(
        &mut self,
        checkpoint: &Checkpoint,
        last: &Head,
        end: &Walked,
        (heads, walked): &(&Heads, &[Walked]),
    ) {
        if checkpoint.log != last.log || !checkpoint.holds() {
            return self.add(&last.name, end.lines, Fault::ForeignCheckpoint);
        }
        if checkpoint.seq > end.seq {
            return self.add(&last.name, end.lines, Fault::Cut(checkpoint.seq));
        }
        let of_segment = heads.live.iter().zip(*walked).rev();
        let mut of_segment = of_segment.skip_while(|(head, _)| head.name.first > checkpoint.seq);
        let Some((head, walked)) = of_segment.next() else {
            return; // of a log without a line
        };
        let line = checkpoint.seq - head.name.first + 1;
        if head.public_key().is_some_and(|key| key != checkpoint.key) {
            self.add(&head.name, line, Fault::ForeignCheckpoint);
        } else if walked.asked.map(|hash| Hex(&hash).to_string()).as_ref() != Some(&checkpoint.hash)
        {
            self.add(&head.name, line, Fault::Rewritten);
        }
    }

    fn add_notes(&mut self, heads: &Heads, options: &Options) {
        let first_key = self
            .first_key
            .map(|key| key.to_string())
            .unwrap_or_default();
        if options.first_key.is_none() {
            self.notes.push(format!(
                "No first key was given: that this is the log of your appliance is taken from \
                 its own first line, whose key is {first_key}."
            ));
        }
        self.notes.push(match &options.checkpoint {
            None => "No checkpoint kept elsewhere was given: that the newest lines were cut off, \
                     or those of the newest segment written anew with a stolen key, cannot be \
                     seen."
                .to_owned(),
            Some(checkpoint) => format!(
                "The checkpoint given vouches for everything up to line {}, signed {}; what came \
                 later could have been cut off unseen.",
                checkpoint.seq, checkpoint.time
            ),
        });
        self.notes
            .extend(heads.voids.iter().map(|(void, named_by)| {
            format!(
                "{}: {} bytes from offset {} were torn or left by a failed write and are no part \
                 of the log; {named_by} names them.",
                void.file, void.length, void.offset
            )
        }));
    }
}

fn first_name() -> SegmentName {
    SegmentName {
        first: 1,
        attempt: 0,
    }
}

/// What is wrong with the beginning of the log.
fn root_fault(opened: &Opened, options: &Options) -> Option<Fault> {
    let key = opened.opening.public_key;
    if opened.opening.previous.is_some() || opened.seq != 1 {
        Some(Fault::NoBeginning)
    } else if !opened.signed_by(&key) {
        Some(Fault::Signature)
    } else if options.first_key.is_some_and(|given| given != key) {
        Some(Fault::FirstKey)
    } else {
        None
    }
}

/// What is wrong between a segment and the one before.
fn link_fault(opened: &Opened, (before, walked): (&Head, &Walked)) -> Option<Fault> {
    if opened.opening.previous.as_ref() != Some(&before.name) {
        let missing = opened.opening.previous.clone();
        return Some(missing.map_or(Fault::Signature, Fault::SegmentMissing));
    }
    let expected = walked.seq + 1;
    if opened.seq > expected {
        return Some(Fault::Missing(expected, opened.seq));
    }
    if opened.seq < expected {
        return Some(Fault::Again(expected, opened.seq));
    }
    if opened.prev != walked.hash {
        return Some(Fault::Unlinked);
    }
    let key = before.public_key()?;
    (!opened.signed_by(&key)).then_some(Fault::Signature)
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        match self.findings.first() {
            None => writeln!(f, "The audit log holds.")?,
            Some(first) => writeln!(f, "THE AUDIT LOG DOES NOT HOLD. First: {first}")?,
        }
        writeln!(
            f,
            "{}, {}, {}; the last line is number {} with hash {}.",
            counted(self.segments, "segment"),
            counted(self.lines, "line"),
            counted(self.bytes, "byte"),
            self.last_seq,
            self.last_hash
        )?;
        for finding in self.findings.iter().skip(1) {
            writeln!(f, "Also: {finding}")?;
        }
        if self.more_findings > 0 {
            writeln!(f, "And {} more.", counted(self.more_findings, "place"))?;
        }
        for note in &self.notes {
            writeln!(f, "Note: {note}")?;
        }
        Ok(())
    }
}
