//! Names segments and reads what each says of itself in its first line.

use std::fmt::{Display, Formatter, Result as Shown};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::chain::{Hash, Links};
use super::seal::{PublicKey, opening_message};

/// The name of a segment's file: `audit-<number of its first line, 20 digits>.ndjson`.
///
/// When a segment could not be begun, the next try carries on as `….1.ndjson`, `….2.ndjson`:
/// what a failed try has left is never written to again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SegmentName {
    pub(super) first: u64,
    pub(super) attempt: u32,
}

impl Display for SegmentName {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        match self.attempt {
            0 => write!(f, "audit-{:020}.ndjson", self.first),
            n => write!(f, "audit-{:020}.{n}.ndjson", self.first),
        }
    }
}

impl From<SegmentName> for String {
    fn from(name: SegmentName) -> Self {
        name.to_string()
    }
}

/// A file name that is no segment's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a segment of the audit log is called audit-<20 digits>.ndjson")]
pub struct NotASegment;

impl TryFrom<String> for SegmentName {
    type Error = NotASegment;
    fn try_from(text: String) -> Result<Self, NotASegment> {
        text.parse()
    }
}

impl FromStr for SegmentName {
    type Err = NotASegment;
    fn from_str(text: &str) -> Result<Self, NotASegment> {
        let middle = text
            .strip_prefix("audit-")
            .and_then(|rest| rest.strip_suffix(".ndjson"))
            .ok_or(NotASegment)?;
        let (first, attempt) = middle.split_once('.').unwrap_or((middle, "0"));
        let name = Self {
            first: first.parse().ok().ok_or(NotASegment)?,
            attempt: attempt.parse().ok().ok_or(NotASegment)?,
        };
        // One segment has one name.
        (name.to_string() == text)
            .then_some(name)
            .ok_or(NotASegment)
    }
}

/// Bytes that a failed or torn write left at the end of a file. They are no part of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Void {
    /// The file.
    pub file: SegmentName,
    /// Where in it they begin.
    pub offset: u64,
    /// How many they are.
    pub length: u64,
    /// Their SHA-256, when they were found.
    pub sha256: String,
}

/// What the first line of a segment says, under `unmapped.segment`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opening {
    /// The segment before; absent in the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) previous: Option<SegmentName>,
    pub(super) public_key: PublicKey,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) void: Vec<Void>,
    pub(super) signature: String,
}

impl Opening {
    /// Whether `key`, that of the segment before, has signed this opening of a segment of `log`
    /// at line `seq` after the line with hash `prev`.
    pub(super) fn signed_by(&self, key: &PublicKey, log: &str, seq: u64, prev: &Hash) -> bool {
        key.signed(&opening_message(log, seq, prev, self), &self.signature)
    }
}

/// A segment's first line.
pub(super) struct FirstLine<'a> {
    pub(super) opening: Opening,
    pub(super) links: Links<'a>,
    /// When the segment was opened, in milliseconds since 1970.
    pub(super) time_ms: i64,
}

impl<'a> FirstLine<'a> {
    /// Reads a segment's first line, given without its line feed; `None` when it is not one, or
    /// not as it was written. Does not check the signature.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let links = Links::read(line).filter(|links| links.hold(line))?;
        let first: OpeningEvent = serde_json::from_slice(line).ok()?;
        let opening = first.unmapped.segment;
        let own_key = opening.public_key.id().as_bytes() == links.key_id;
        own_key.then_some(Self {
            opening,
            links,
            time_ms: first.time,
        })
    }
}

#[derive(Deserialize)]
struct OpeningEvent {
    time: i64,
    unmapped: Unmapped,
}

#[derive(Deserialize)]
struct Unmapped {
    segment: Opening,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_has_one_name_and_it_comes_back() {
        for (first, attempt) in [(1, 0), (20_000, 0), (20_000, 3)] {
            let name = SegmentName { first, attempt };
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for other in [
            "audit-1.ndjson",
            "audit-00000000000000000001.0.ndjson",
            "audit-00000000000000000001.ndjson.bak",
            "audit.pub",
        ] {
            assert_eq!(other.parse::<SegmentName>(), Err(NotASegment), "{other}");
        }
    }
}
