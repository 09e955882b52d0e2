//! Keeps what became of each record of a run, many to a row: a run of a million records must not
//! leave a million rows behind.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::counts::Fate;
use super::parts::{put, take_text};
use crate::base::RunId;
use crate::store::{self, Collection};

/// What became of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The record's key.
    pub key: String,
    /// What became of it.
    pub fate: Fate,
    /// Why, where that needs saying.
    pub reason: Option<String>,
    /// The provider's id of it, where that is known.
    pub remote_id: Option<String>,
    /// When that was settled.
    pub at: Timestamp,
}

/// The outcomes of a run: its id, and the number of the block in the order of settling.
pub(crate) struct Outcomes;

impl Collection for Outcomes {
    const NAME: &'static str = "outcome";
    type Key = (RunId, u32);
    type Value = Block;
}

/// The outcomes that were settled together.
///
/// Eight bytes of time (milliseconds, big-endian), one in which bit `n` says that fate `n` occurs,
/// then for each record: its fate, and key, remote id and reason, each with its length before it
/// as four bytes (big-endian). A remote id or reason that is not there is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block(Vec<u8>);

const HEAD: usize = 9;

impl Block {
    /// An empty block of what was settled at `at`.
    pub(crate) fn new(at: Timestamp) -> Self {
        let mut bytes = Vec::with_capacity(HEAD + 4096);
        bytes.extend_from_slice(&at.as_millisecond().to_be_bytes());
        bytes.push(0);
        Self(bytes)
    }

    /// Adds a record.
    pub(crate) fn push(&mut self, fate: Fate, key: &str, remote_id: &str, reason: &str) {
        self.0[HEAD - 1] |= bit(fate);
        self.0.push(fate as u8);
        for text in [key, remote_id, reason] {
            put(&mut self.0, text.as_bytes());
        }
    }

    /// Whether a record with this fate is in it.
    pub(crate) fn holds(&self, fate: Fate) -> bool {
        self.0[HEAD - 1] & bit(fate) != 0
    }

    /// Whether no record is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() == HEAD
    }

    /// The records in the order in which they were added.
    pub(crate) fn records(&self) -> impl Iterator<Item = Result<Outcome, store::Error>> + '_ {
        let (at, mut rest) = self.open();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let read = read(&mut rest, at).ok_or_else(damaged);
            if read.is_err() {
                rest = &[];
            }
            Some(read)
        })
    }

    /// The digest of a run's blocks up to this one, which follows those that `before` stands for.
    pub(crate) fn digest(&self, before: &[u8; 32]) -> [u8; 32] {
        Sha256::new()
            .chain_update(before)
            .chain_update(&self.0)
            .finalize()
            .into()
    }

    fn open(&self) -> (Timestamp, &[u8]) {
        let (head, rest) = self.0.split_at(HEAD);
        let millisecond = head
            .first_chunk()
            .map_or(0, |time| i64::from_be_bytes(*time));
        let at = Timestamp::from_millisecond(millisecond).unwrap_or(Timestamp::UNIX_EPOCH);
        (at, rest)
    }
}

impl store::Value for Block {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, store::Error> {
        if bytes.len() < HEAD {
            return Err(damaged());
        }
        Ok(Self(bytes.to_vec()))
    }
}

fn bit(fate: Fate) -> u8 {
    1 << fate as u8
}

fn read(rest: &mut &[u8], at: Timestamp) -> Option<Outcome> {
    let (fate, after) = rest.split_first()?;
    *rest = after;
    let fate = *Fate::ALL.get(usize::from(*fate))?;
    let mut text = || take_text(rest);
    let (key, remote_id, reason) = (text()?, text()?, text()?);
    Some(Outcome {
        key,
        fate,
        reason: Some(reason).filter(|text| !text.is_empty()),
        remote_id: Some(remote_id).filter(|text| !text.is_empty()),
        at,
    })
}

fn damaged() -> store::Error {
    store::Error::Damaged("a block of outcomes".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Value as _;

    fn block() -> Block {
        let mut block = Block::new(Timestamp::from_millisecond(1_790_000_000_123).unwrap());
        block.push(Fate::Created, "LHR", "recA", "");
        block.push(Fate::Refused, "ärger\0", "", "no such option");
        block
    }

    #[test]
    fn outcomes_come_back_as_they_were_settled() {
        let mut bytes = Vec::new();
        block().encode(&mut bytes);
        let read: Vec<_> = Block::decode(1, &bytes)
            .unwrap()
            .records()
            .map(Result::unwrap)
            .collect();
        assert_eq!(read[0].key, "LHR");
        assert_eq!(read[0].remote_id.as_deref(), Some("recA"));
        assert_eq!(read[0].reason, None);
        assert_eq!(read[1].key, "ärger\0");
        assert_eq!(read[1].reason.as_deref(), Some("no such option"));
        assert_eq!(read[1].at.as_millisecond(), 1_790_000_000_123);
    }

    #[test]
    fn a_block_says_which_fates_are_in_it() {
        assert!(block().holds(Fate::Refused));
        assert!(!block().holds(Fate::Unknown));
    }

    #[test]
    fn a_block_that_was_cut_is_an_error_and_no_loop() {
        let Block(mut bytes) = block();
        bytes.truncate(bytes.len() - 3);
        let read: Vec<_> = Block(bytes).records().collect();
        assert!(read[0].is_ok());
        assert!(read[1].is_err());
        assert_eq!(read.len(), 2);
    }

    #[test]
    fn the_digest_depends_on_every_block_before() {
        let alone = block().digest(&[0; 32]);
        assert_ne!(alone, block().digest(&alone));
    }
}
