//! What can be wrong with a log, and where.

use std::fmt::{Display, Formatter, Result as Shown};

use serde::{Serialize, Serializer};

use crate::audit::segment::SegmentName;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The segment.
    pub file: SegmentName,
    /// The line in the segment, counted from 1.
    pub line: u64,
    /// The number that the line should have in the log, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// What is wrong.
    pub what: Fault,
}

impl Display for Finding {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        write!(f, "{} line {}", self.file, self.line)?;
        if let Some(seq) = self.seq {
            write!(f, " (number {seq})")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// What is wrong at a place in the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The line does not end as every line does.
    #[error("this is no line of the log, or no longer")]
    NotALine,
    /// The bytes are not those that were hashed.
    #[error("the line was changed: its hash does not fit its bytes")]
    Changed,
    /// Lines are gone.
    #[error("line {0} should stand here, and line {1} does: lines were removed or moved")]
    Missing(u64, u64),
    /// A line comes again or too late.
    #[error("line {0} should stand here, and line {1} does: a line was doubled or moved")]
    Again(u64, u64),
    /// The line before is not the one that this line was written after.
    #[error("the line was written after another line than the one that stands before it")]
    Unlinked,
    /// The line names another log or key than its segment.
    #[error("the line belongs to another segment or log")]
    Foreign,
    /// The last line has no end, and no recovery record names it.
    #[error("the line was not written to its end, and no later segment names it as torn")]
    Torn,
    /// A checkpoint line does not hold.
    #[error("the checkpoint in this line does not hold")]
    CheckpointLine,
    /// A line that is not JSON or whose numbers differ; only a strict check looks.
    #[error("the line's hash fits, but it is not JSON with the line's own number")]
    NotJson,
    /// The first line does not open a segment.
    #[error("the first line does not open a segment")]
    NoOpening,
    /// The file's name tells another first line than stands in it.
    #[error("the segment begins with line {0}: the file was renamed or exchanged")]
    Misnamed(u64),
    /// The log does not begin here.
    #[error("the log does not begin with this segment: those before it are missing")]
    NoBeginning,
    /// Another segment should come before.
    #[error("segment {0} should come before this one, and does not")]
    SegmentMissing(SegmentName),
    /// The opening is not signed by the key before.
    #[error(
        "the opening is not signed by the key of the segment before: that segment was sealed \
         anew, or this one was exchanged"
    )]
    Signature,
    /// The first segment has another key than the one given.
    #[error("the first segment has another key than the one given")]
    FirstKey,
    /// Torn bytes are not as the recovery record names them.
    #[error("the torn bytes are not those that segment {0} names")]
    VoidChanged(SegmentName),
    /// The log ends before the checkpoint given.
    #[error("the log ends here, before line {0} of the checkpoint given: its tail was cut off")]
    Cut(u64),
    /// The line is not the one that was signed.
    #[error("this is not the line that the checkpoint given has signed: the log was rewritten")]
    Rewritten,
    /// The checkpoint cannot be of this log.
    #[error("the checkpoint given is not signed by this segment's key, or is of another log")]
    ForeignCheckpoint,
}

impl Serialize for Fault {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
