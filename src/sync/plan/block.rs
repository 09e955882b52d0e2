//! Keeps what a plan lists, many records to a row: a plan over a million records must not leave a
//! million rows behind.

use sha2::{Digest as _, Sha256};

use super::super::counts::Fate;
use super::super::link::Hash;
use super::super::parts::{self, take, take_text};
use crate::base::PlanId;
use crate::store::{self, Collection};

/// What is to become of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The record's key.
    pub key: String,
    /// What a run would make of it.
    pub fate: Fate,
    /// The provider's id of it, where that is known.
    pub remote_id: Option<String>,
    /// Why, where that needs saying.
    pub reason: Option<String>,
    /// The fields that would change.
    pub fields: Vec<Difference>,
    /// What becomes of it on either side, if both are written to.
    pub ways: Ways,
    /// The fingerprint of what would be sent: if the record's is another, it has moved since.
    pub(crate) sent: Hash,
}

/// What the plan of a sync that goes both ways says of a record besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// What becomes of it here: it is created, changed or deleted; by an undo, held as well.
    pub here: Option<Fate>,
    /// The same at the provider.
    pub there: Option<Fate>,
    /// Whether both sides have changed it, and then who says which of them is right.
    pub dispute: Option<Dispute>,
}

impl Ways {
    /// Whether anything becomes of it on a side.
    pub fn writes(self, side: Side) -> bool {
        match side {
            Side::Here => self.here.is_some(),
            Side::There => self.there.is_some(),
        }
    }
}

/// One of the two that a sync goes between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The dataset.
    Here,
    /// The provider.
    There,
}

/// Who decides about a record that both sides have changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dispute {
    /// Somebody is to be asked: it waits in the inbox of conflicts.
    Asked,
    /// The sync's rules, or somebody who has decided about it in the inbox.
    Settled,
}

/// What would change in one field, in words; long texts are cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field's place among the plan's columns.
    pub column: u16,
    /// On which side, if both are written to.
    pub side: Option<Side>,
    /// What the provider holds.
    pub before: Before,
    /// What it would hold; none for an empty cell.
    pub after: Option<String>,
}

/// What the provider holds before a run, as far as that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Nobody has read it.
    Unknown,
    /// This, or nothing.
    Held(Option<String>),
}

/// What the plans list: the plan's id, and the last key of a block.
///
/// Blocks follow each other in the order of keys, so that the one which holds the next key after
/// another is found at once.
pub(crate) struct Blocks;

impl Collection for Blocks {
    const NAME: &'static str = "plan_block";
    type Key = (PlanId, String);
    type Value = Block;
}

/// Some records of a plan.
///
/// One byte in which bit `n` says that fate `n` occurs, then for each record its length (four
/// bytes, as all numbers big-endian), its fate, what it would send as a fingerprint, key, remote id
/// and reason, the number of its fields (two bytes), and for each of these its column (two bytes),
/// a byte of flags, and before and after where the flags say so. A text has its length before it as
/// four bytes; a remote id or reason that is not there is empty. Of a sync that goes both ways three
/// bytes follow: what becomes of the record here and there, and who decides about it; each zero for
/// nothing, or the number of a fate and one more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block(Vec<u8>);

const HEAD: usize = 1;
const BEFORE_KNOWN: u8 = 1;
const BEFORE: u8 = 2;
const AFTER: u8 = 4;
const HERE: u8 = 8;
const THERE: u8 = 16;

impl Default for Block {
    fn default() -> Self {
        Self(vec![0])
    }
}

impl Block {
    /// From this size on the next record begins another block.
    pub(crate) const FULL: usize = 256 * 1024;

    /// Adds a record.
    pub(crate) fn push(&mut self, change: &Change) {
        let out = &mut self.0;
        out[0] |= bit(change.fate);
        let start = out.len();
        out.extend_from_slice(&[0; 4]);
        out.push(change.fate as u8);
        out.extend_from_slice(&change.sent);
        put(out, &change.key);
        put(out, change.remote_id.as_deref().unwrap_or_default());
        put(out, change.reason.as_deref().unwrap_or_default());
        let fields = u16::try_from(change.fields.len()).unwrap_or(u16::MAX);
        out.extend_from_slice(&fields.to_be_bytes());
        for field in change.fields.iter().take(usize::from(fields)) {
            push_field(out, field);
        }
        if change.ways != Ways::default() {
            out.extend_from_slice(&change.ways.bytes());
        }
        let length = u32::try_from(out.len() - start - 4).unwrap_or(u32::MAX);
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// Whether a record with this fate is in it.
    pub(crate) fn holds(&self, fate: Fate) -> bool {
        self.0[0] & bit(fate) != 0
    }

    /// Whether no record is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.len() == HEAD
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The records in the order in which they were added, each not yet taken apart.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Result<Entry<'_>, store::Error>> + '_ {
        let mut rest = self.0.get(HEAD..).unwrap_or_default();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let entry = take(&mut rest).map(Entry).ok_or_else(damaged);
            if entry.is_err() {
                rest = &[];
            }
            Some(entry)
        })
    }

    /// The digest of a plan's blocks up to this one, which follows those that `before` stands for.
    pub(crate) fn digest(&self, before: &[u8; 32]) -> [u8; 32] {
        let hash = Sha256::new().chain_update(before).chain_update(&self.0);
        hash.finalize().into()
    }
}

/// A record of a block that has not been taken apart.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a>(&'a [u8]);

impl Entry<'_> {
    /// Whether it has this fate.
    pub(crate) fn is(self, fate: Fate) -> bool {
        self.0.first() == Some(&(fate as u8))
    }

    /// Takes it apart.
    pub(crate) fn read(self) -> Result<Change, store::Error> {
        read(self.0).ok_or_else(damaged)
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

fn put(out: &mut Vec<u8>, text: &str) {
    parts::put(out, text.as_bytes());
}

fn push_field(out: &mut Vec<u8>, field: &Difference) {
    let (known, before) = match &field.before {
        Before::Unknown => (0, None),
        Before::Held(before) => (BEFORE_KNOWN, before.as_deref()),
    };
    let side = match field.side {
        None => 0,
        Some(Side::Here) => HERE,
        Some(Side::There) => THERE,
    };
    let texts = [(BEFORE, before), (AFTER, field.after.as_deref())];
    let there = texts.iter().filter(|(_, text)| text.is_some());
    out.extend_from_slice(&field.column.to_be_bytes());
    out.push(there.fold(known | side, |flags, (flag, _)| flags | flag));
    for text in texts.iter().filter_map(|(_, text)| *text) {
        put(out, text);
    }
}

fn number(rest: &mut &[u8]) -> Option<u16> {
    let (number, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(u16::from_be_bytes(*number))
}

fn read(entry: &[u8]) -> Option<Change> {
    let (fate, after) = entry.split_first()?;
    let fate = *Fate::ALL.get(usize::from(*fate))?;
    let (sent, mut rest) = after.split_first_chunk()?;
    let (key, remote_id, reason) = (
        take_text(&mut rest)?,
        take_text(&mut rest)?,
        take_text(&mut rest)?,
    );
    let count = number(&mut rest)?;
    let mut fields = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        fields.push(read_field(&mut rest)?);
    }
    let ways = match rest {
        [] => Ways::default(),
        rest => Ways::read(*rest.first_chunk()?)?,
    };
    Some(Change {
        ways,
        key,
        fate,
        remote_id: Some(remote_id).filter(|text| !text.is_empty()),
        reason: Some(reason).filter(|text| !text.is_empty()),
        fields,
        sent: *sent,
    })
}

fn read_field(rest: &mut &[u8]) -> Option<Difference> {
    let column = number(rest)?;
    let (flags, after) = rest.split_first()?;
    *rest = after;
    let mut part = |flag| match flags & flag {
        0 => Some(None),
        _ => take_text(rest).map(Some),
    };
    let (before, after) = (part(BEFORE)?, part(AFTER)?);
    let known = flags & BEFORE_KNOWN != 0;
    let side = match flags & (HERE | THERE) {
        0 => None,
        HERE => Some(Side::Here),
        THERE => Some(Side::There),
        _ => return None,
    };
    let before = if known {
        Before::Held(before)
    } else {
        Before::Unknown
    };
    Some(Difference {
        column,
        side,
        before,
        after,
    })
}

impl Ways {
    fn bytes(self) -> [u8; 3] {
        let number = |fate: Option<Fate>| fate.map_or(0, |fate| fate as u8 + 1);
        let dispute = match self.dispute {
            None => 0,
            Some(Dispute::Asked) => 1,
            Some(Dispute::Settled) => 2,
        };
        [number(self.here), number(self.there), dispute]
    }

    fn read([here, there, dispute]: [u8; 3]) -> Option<Self> {
        let fate = |number: u8| match number.checked_sub(1) {
            None => Some(None),
            Some(fate) => Fate::ALL.get(usize::from(fate)).copied().map(Some),
        };
        Some(Self {
            here: fate(here)?,
            there: fate(there)?,
            dispute: match dispute {
                0 => None,
                1 => Some(Dispute::Asked),
                2 => Some(Dispute::Settled),
                _ => return None,
            },
        })
    }
}

fn damaged() -> store::Error {
    store::Error::Damaged("a block of a plan".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Value as _;

    fn changes() -> [Change; 3] {
        let field = |column, before, after: Option<&str>| Difference {
            column,
            side: None,
            before,
            after: after.map(str::to_owned),
        };
        [
            Change {
                key: "ärger\0".into(),
                fate: Fate::Changed,
                remote_id: Some("recA".into()),
                reason: None,
                fields: vec![
                    field(0, Before::Held(Some("old".into())), Some("new")),
                    field(3, Before::Held(None), None),
                    field(700, Before::Unknown, Some("new")),
                ],
                ways: Ways::default(),
                sent: [7; 16],
            },
            Change {
                key: "both".into(),
                fate: Fate::Changed,
                remote_id: Some("recB".into()),
                reason: Some("the rules say so".into()),
                fields: vec![
                    Difference {
                        side: Some(Side::Here),
                        ..field(0, Before::Held(Some("old".into())), Some("new"))
                    },
                    Difference {
                        side: Some(Side::There),
                        ..field(1, Before::Held(None), Some("new"))
                    },
                ],
                ways: Ways {
                    here: Some(Fate::Changed),
                    there: Some(Fate::Deleted),
                    dispute: Some(Dispute::Settled),
                },
                sent: [8; 16],
            },
            Change {
                key: "LHR".into(),
                fate: Fate::Refused,
                remote_id: None,
                reason: Some("no such option".into()),
                fields: Vec::new(),
                ways: Ways::default(),
                sent: [0; 16],
            },
        ]
    }

    fn block() -> Block {
        let mut block = Block::default();
        for change in changes() {
            block.push(&change);
        }
        block
    }

    #[test]
    fn what_a_plan_lists_comes_back_as_it_was_written() {
        let mut bytes = Vec::new();
        block().encode(&mut bytes);
        let block = Block::decode(1, &bytes).unwrap();
        let read: Vec<_> = block
            .entries()
            .map(|entry| entry.unwrap().read().unwrap())
            .collect();
        assert_eq!(read, changes());
        assert!(block.holds(Fate::Refused) && !block.holds(Fate::Created));
    }

    #[test]
    fn a_block_that_was_cut_anywhere_is_an_error_and_no_loop() {
        let Block(bytes) = block();
        for length in HEAD + 1..bytes.len() {
            let cut = Block(bytes[..length].to_vec());
            let read: Vec<_> = cut
                .entries()
                .map(|entry| entry.and_then(Entry::read))
                .collect();
            assert!(read.len() <= 3, "cut at {length}");
            let whole = read.iter().filter(|read| read.is_ok()).count();
            assert!(whole < 3, "cut at {length}");
        }
    }

    #[test]
    fn the_digest_depends_on_every_block_before() {
        let alone = block().digest(&[0; 32]);
        assert_ne!(alone, block().digest(&alone));
    }
}
