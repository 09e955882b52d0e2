//! Remembers what a run has done to each remote record, so that it can be undone.
//!
//! A row holds what was settled together, as outcomes do: a run over a million records must not
//! leave a million rows behind.

use serde::{Deserialize, Serialize};

use super::counts::Fate;
use super::link::{Content, Hash, Link, UNKNOWN};
use super::parts::{put, take};
use crate::base::{RunId, UserId};
use crate::fields::content_hash;
use crate::store::{self, Collection};

/// What runs remember: the run, and the number of the block in the order of settling. Runs are
/// told apart by ids that grow with time, so that the oldest come first.
pub(crate) struct Memories;

impl Collection for Memories {
    const NAME: &'static str = "memory";
    type Key = (RunId, u32);
    type Value = Block;
}

/// How much a run remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// It has written nothing, or was executed before runs remembered anything.
    #[default]
    Nothing,
    /// Everything that it wrote.
    Kept {
        /// How many records.
        records: u64,
        /// How many bytes.
        bytes: u64,
    },
    /// It wrote more than is remembered of one run, and so nothing is.
    TooMuch,
}

impl Memory {
    /// What it comes to with so many records and bytes more.
    pub(crate) fn with(self, more: (u64, u64), most_bytes: u64) -> Self {
        let (records, bytes) = match self {
            Self::Nothing => more,
            Self::Kept { records, bytes } => (records + more.0, bytes + more.1),
            Self::TooMuch => return Self::TooMuch,
        };
        if bytes > most_bytes {
            return Self::TooMuch;
        }
        Self::Kept { records, bytes }
    }
}

/// What was done to one remote record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    /// The record's key.
    pub(crate) key: String,
    /// What was done: it was created, changed, matched or deleted.
    pub(crate) fate: Fate,
    /// The remote record.
    pub(crate) remote_id: String,
    /// The fingerprint of what it held then; zeros when it was deleted.
    pub(crate) left: Hash,
    /// What it was before.
    pub(crate) was: Was,
}

impl Deed {
    /// What a run has done to a record in all that has done this to it before a stop, and `then`
    /// after it, in the fields behind `mark`. What somebody has changed in between is nothing that
    /// the run could take back, and then nobody knows what it was before.
    pub(crate) fn then(self, then: Self, mark: &Hash) -> Self {
        let held = |cells: &Vec<u8>| content_hash(&[&mark[..], cells].concat()).0;
        let follows = then.was.cells.as_ref().map(held) == Some(self.left);
        let again = then.was.cells.is_some() && then.was.cells == self.was.cells;
        match (self.fate, then.fate) {
            (Fate::Deleted, Fate::Deleted) if self.was.cells.is_some() => self,
            (Fate::Deleted, Fate::Deleted) => then,
            (Fate::Created, Fate::Created) if self.remote_id == then.remote_id => then,
            // It did the same once more, and that changed nothing.
            _ if self.left == then.left && self.left != UNKNOWN => self,
            _ if again => then,
            (Fate::Created, Fate::Deleted) if follows => Self {
                left: UNKNOWN,
                ..self
            },
            (Fate::Created, _) if follows => Self {
                left: then.left,
                ..self
            },
            _ if follows => Self {
                was: self.was,
                ..then
            },
            _ => Self {
                fate: Fate::Changed,
                was: Was::default(),
                ..then
            },
        }
    }
}

/// What a record was before a run wrote it, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Was {
    /// What the provider held: canonical cells, each ended by a zero byte.
    pub(crate) cells: Option<Vec<u8>>,
    /// What was sent when it was agreed; zeros when it was not.
    pub(crate) sent: Hash,
    /// Where that came from; zeros when that is not known.
    pub(crate) source: Hash,
    /// Whether the sync had made the remote record.
    pub(crate) ours: bool,
}

impl Was {
    /// What a linked record was, in the fields behind `mark`.
    pub(crate) fn of(link: &Link, mark: &Hash) -> Self {
        let (sent, echo) = match link.content {
            Content::Agreed { sent, echo } => (sent, Some(echo)),
            Content::Found { .. } => (UNKNOWN, None),
        };
        let held = content_hash(&[&mark[..], &link.cells].concat()).0;
        let known = !link.cells.is_empty() && echo == Some(held);
        Self {
            cells: known.then(|| link.cells.clone()),
            sent,
            source: link.source,
            ours: link.ours,
        }
    }
}

/// Deeds that were settled together.
///
/// The run's owner (16 bytes) and the fingerprint of the fields that were written (16), then for
/// each deed its fate, flags, the three fingerprints, and key, remote id and cells, each with its
/// length before it as four bytes (big-endian).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block(Vec<u8>);

const OWNER: usize = 16;
const HEAD: usize = 32;
const KNOWN: u8 = 1;
const OURS: u8 = 2;

impl Block {
    /// An empty block of a run of `owner` that writes the fields behind `mark`.
    pub(crate) fn new(owner: UserId, mark: &Hash) -> Self {
        let mut bytes = Vec::with_capacity(4096);
        bytes.extend_from_slice(owner.as_bytes());
        bytes.extend_from_slice(mark);
        Self(bytes)
    }

    /// Adds a deed.
    pub(crate) fn push(&mut self, deed: &Deed) {
        let Deed { was, .. } = deed;
        let known = if was.cells.is_some() { KNOWN } else { 0 };
        let ours = if was.ours { OURS } else { 0 };
        self.0.extend_from_slice(&[deed.fate as u8, known | ours]);
        for hash in [&deed.left, &was.sent, &was.source] {
            self.0.extend_from_slice(hash);
        }
        let cells = was.cells.as_deref().unwrap_or_default();
        for part in [deed.key.as_bytes(), deed.remote_id.as_bytes(), cells] {
            put(&mut self.0, part);
        }
    }

    /// Whether no deed is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() == HEAD
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The run's owner.
    pub(crate) fn owner(&self) -> Option<UserId> {
        self.0.first_chunk().map(|bytes| UserId::from_bytes(*bytes))
    }

    /// The fingerprint of the fields that were written.
    pub(crate) fn mark(&self) -> &[u8] {
        &self.0[OWNER..HEAD]
    }

    /// The deeds in the order of their keys.
    pub(crate) fn deeds(&self) -> Result<Vec<Deed>, store::Error> {
        let mut rest = &self.0[HEAD..];
        let mut deeds = Vec::new();
        while !rest.is_empty() {
            deeds.push(read(&mut rest).ok_or_else(damaged)?);
        }
        deeds.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(deeds)
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

fn read(rest: &mut &[u8]) -> Option<Deed> {
    let ([fate, flags], after) = rest.split_first_chunk::<2>()?;
    *rest = after;
    let fate = *Fate::ALL.get(usize::from(*fate))?;
    let mut hash = || {
        let (hash, after) = rest.split_first_chunk::<16>()?;
        *rest = after;
        Some(*hash)
    };
    let (left, sent, source) = (hash()?, hash()?, hash()?);
    let mut part = || take(rest).map(<[u8]>::to_vec);
    let (key, remote_id, cells) = (part()?, part()?, part()?);
    Some(Deed {
        key: String::from_utf8(key).ok()?,
        fate,
        remote_id: String::from_utf8(remote_id).ok()?,
        left,
        was: Was {
            cells: (flags & KNOWN != 0).then_some(cells),
            sent,
            source,
            ours: flags & OURS != 0,
        },
    })
}

fn damaged() -> store::Error {
    store::Error::Damaged("what a run remembers".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;
    use crate::store::Value as _;

    fn deed(key: &str, cells: Option<&[u8]>) -> Deed {
        Deed {
            key: key.into(),
            fate: Fate::Changed,
            remote_id: "recA".into(),
            left: [1; 16],
            was: Was {
                cells: cells.map(<[u8]>::to_vec),
                sent: [2; 16],
                source: [3; 16],
                ours: cells.is_some(),
            },
        }
    }

    fn block(deeds: &[Deed]) -> Block {
        let mut block = Block::new(UserId::new(&Clock::system()), &[9; 16]);
        for deed in deeds {
            block.push(deed);
        }
        block
    }

    #[test]
    fn deeds_come_back_in_the_order_of_their_keys() {
        let kept = [deed("b", Some(b"\"x\"\0\0")), deed("a", None)];
        let mut bytes = Vec::new();
        block(&kept).encode(&mut bytes);
        let read = Block::decode(1, &bytes).unwrap();
        assert_eq!(read.mark(), [9; 16]);
        let [b, a] = kept;
        assert_eq!(read.deeds().unwrap(), [a, b]);
    }

    #[test]
    fn nothing_that_was_known_to_be_empty_is_taken_for_unknown() {
        let kept = deed("a", Some(b""));
        let read = block(std::slice::from_ref(&kept)).deeds().unwrap();
        assert_eq!(read, [kept]);
    }

    #[test]
    fn a_block_that_was_cut_is_an_error() {
        let Block(mut bytes) = block(&[deed("a", None)]);
        bytes.pop();
        assert!(Block(bytes).deeds().is_err());
        assert!(Block::decode(1, &[0; 7]).is_err());
    }

    #[test]
    fn what_was_done_before_a_stop_and_after_it_is_one_deed() {
        use Fate::{Changed, Created, Deleted};
        const MARK: Hash = [9; 16];
        let hash = |cells: &str| content_hash(&[&MARK[..], cells.as_bytes()].concat()).0;
        let did = |fate, left: &str, before: Option<&str>| Deed {
            fate,
            left: if left.is_empty() { UNKNOWN } else { hash(left) },
            was: Was {
                cells: before.map(|cells| cells.as_bytes().to_vec()),
                ..Was::default()
            },
            ..deed("a", None)
        };
        let once = did(Fate::Changed, "b", Some("a"));
        let both = |first: &Deed, then| first.clone().then(then, &MARK);
        // It went on from where it was, or did the same again.
        let whole = did(Changed, "c", Some("a"));
        assert_eq!(both(&once, did(Changed, "c", Some("b"))), whole);
        assert_eq!(both(&once, did(Changed, "b", Some("b"))), once);
        assert_eq!(both(&once, did(Changed, "c", Some("a"))), whole);
        let gone = did(Deleted, "", Some("a"));
        assert_eq!(both(&once, did(Deleted, "", Some("b"))), gone);
        assert_eq!(both(&gone, did(Deleted, "", None)), gone);
        // What it made it has made, however often it was written.
        let made = did(Created, "b", None);
        let written = both(&made, did(Changed, "c", Some("b")));
        assert_eq!(written, did(Created, "c", None));
        assert_eq!(both(&made, did(Created, "b", None)), made);
        let nothing = both(&made, did(Deleted, "", Some("b")));
        assert_eq!((nothing.fate, nothing.left), (Created, UNKNOWN));
        // Somebody has changed it in between.
        for first in [&once, &made] {
            let told = both(first, did(Changed, "d", Some("theirs")));
            assert_eq!((told.fate, told.was.cells), (Changed, None));
        }
    }

    #[test]
    fn a_run_remembers_all_that_it_wrote_or_nothing() {
        let some = Memory::Nothing.with((2, 60), 100);
        let kept = |records, bytes| Memory::Kept { records, bytes };
        assert_eq!(some, kept(2, 60));
        assert_eq!(some.with((1, 40), 100), kept(3, 100));
        let full = some.with((1, 41), 100);
        assert_eq!(full, Memory::TooMuch);
        assert_eq!(full.with((1, 1), 100), Memory::TooMuch);
    }
}
