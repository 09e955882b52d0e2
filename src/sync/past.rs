//! Remembers what each record here was before a run wrote it, so that the run can be undone.
//!
//! [`super::memory`] does the same of remote records. A row holds what was settled together; of a
//! record that was created it holds little more than its key.

use super::counts::Fate;
use super::link::Hash;
use super::parts::{put, take};
use super::tie::Tie;
use crate::base::{RunId, UserId};
use crate::fields::{Fields, Schema};
use crate::store::{self, Collection, Value as _};

/// What runs remember of records here: the run, and the number of the block in the order of
/// settling.
pub(crate) struct Pasts;

impl Collection for Pasts {
    const NAME: &'static str = "past";
    type Key = (RunId, u32);
    type Value = Block;
}

/// What was done to one record here, and what it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    /// The key under which the run has left it, or from which it was deleted.
    pub(crate) key: String,
    /// What was done: it was created, changed, matched or deleted.
    pub(crate) fate: Fate,
    /// The remote record that it belongs to.
    pub(crate) remote_id: String,
    /// The fingerprint of the whole record as the run has left it; zeros when it was deleted.
    pub(crate) left: Hash,
    /// Its key before, if that was another.
    pub(crate) former: Option<String>,
    /// What the sync knew of it before; none when it belonged to no remote record.
    pub(crate) tie: Option<Tie>,
    /// The fields that the run has changed as they were, in the canonical form: those that were
    /// absent are left out. All fields of a record that was deleted.
    pub(crate) before: Vec<u8>,
    /// The same fields as the run has left them.
    pub(crate) after: Vec<u8>,
}

/// The fields that differ, as they were and as they are.
pub(crate) fn changed(schema: &Schema, old: &Fields, new: &Fields) -> (Vec<u8>, Vec<u8>) {
    let spelt = |fields: &Fields| {
        let mut out = Vec::new();
        fields.write_some(schema, &mut out, |at| old.at(at) != new.at(at));
        out
    };
    (spelt(old), spelt(new))
}

/// What was settled together.
///
/// The run's owner (16 bytes) and the fingerprint of what belongs to what in the mapping (16), then
/// for each record its fate, flags, the fingerprint of what was left, key and remote id, and as far
/// as the flags say so the former key, the tie, and both sets of fields; each with its length
/// before it as four bytes (big-endian).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block(Vec<u8>);

const OWNER: usize = 16;
const HEAD: usize = 32;
const FORMER: u8 = 1;
const TIE: u8 = 2;
const FIELDS: u8 = 4;
/// The shape in which ties are kept.
const SHAPE: u8 = 1;

impl Block {
    /// An empty block of a run of `owner` whose mapping has the fingerprint `mark`.
    pub(crate) fn new(owner: UserId, mark: &Hash) -> Self {
        let mut bytes = Vec::with_capacity(4096);
        bytes.extend_from_slice(owner.as_bytes());
        bytes.extend_from_slice(mark);
        Self(bytes)
    }

    /// Adds a record.
    pub(crate) fn push(&mut self, past: &Past) {
        let flag = |is: bool, bit: u8| if is { bit } else { 0 };
        let fields = !(past.before.is_empty() && past.after.is_empty());
        let tie = past.tie.as_ref().map(|tie| {
            let mut bytes = Vec::new();
            tie.encode(&mut bytes);
            bytes
        });
        let flags =
            flag(past.former.is_some(), FORMER) | flag(tie.is_some(), TIE) | flag(fields, FIELDS);
        self.0.extend_from_slice(&[past.fate as u8, flags]);
        self.0.extend_from_slice(&past.left);
        put(&mut self.0, past.key.as_bytes());
        put(&mut self.0, past.remote_id.as_bytes());
        if let Some(former) = &past.former {
            put(&mut self.0, former.as_bytes());
        }
        if let Some(tie) = &tie {
            put(&mut self.0, tie);
        }
        if fields {
            put(&mut self.0, &past.before);
            put(&mut self.0, &past.after);
        }
    }

    /// How many bytes it has.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The run's owner.
    pub(crate) fn owner(&self) -> Option<UserId> {
        self.0.first_chunk().map(|bytes| UserId::from_bytes(*bytes))
    }

    /// The fingerprint of the mapping.
    pub(crate) fn mark(&self) -> &[u8] {
        &self.0[OWNER..HEAD]
    }

    /// What is in it, in the order in which it was done.
    pub(crate) fn pasts(&self) -> Result<Vec<Past>, store::Error> {
        let mut rest = &self.0[HEAD..];
        let mut pasts = Vec::new();
        while !rest.is_empty() {
            pasts.push(read(&mut rest).ok_or_else(damaged)?);
        }
        Ok(pasts)
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

fn read(rest: &mut &[u8]) -> Option<Past> {
    let ([fate, flags], after) = rest.split_first_chunk::<2>()?;
    let (left, after) = after.split_first_chunk::<16>()?;
    *rest = after;
    let mut part = || take(rest).map(<[u8]>::to_vec);
    let (key, remote_id) = (part()?, part()?);
    let former = match flags & FORMER {
        0 => None,
        _ => Some(String::from_utf8(part()?).ok()?),
    };
    let tie = match flags & TIE {
        0 => None,
        _ => Some(Tie::decode(SHAPE, &part()?).ok()?),
    };
    let (before, after) = match flags & FIELDS {
        0 => (Vec::new(), Vec::new()),
        _ => (part()?, part()?),
    };
    Some(Past {
        key: String::from_utf8(key).ok()?,
        fate: *Fate::ALL.get(usize::from(*fate))?,
        remote_id: String::from_utf8(remote_id).ok()?,
        left: *left,
        former,
        tie,
        before,
        after,
    })
}

fn damaged() -> store::Error {
    store::Error::Damaged("what a run remembers of records here".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;
    use crate::fields::{ContentHash, Field, FieldType, Value};

    fn created() -> Past {
        Past {
            key: "LHR".into(),
            fate: Fate::Created,
            remote_id: "recAAAAAAAAAAAAAA".into(),
            left: [1; 16],
            former: None,
            tie: None,
            before: Vec::new(),
            after: Vec::new(),
        }
    }

    fn changed_whole() -> Past {
        let tie = Tie {
            key: "LHX".into(),
            echo: [2; 16],
            source: [3; 16],
            content: Some(ContentHash([4; 16])),
            text: Some([5; 16]),
            ours: true,
            touched: true,
        };
        Past {
            fate: Fate::Changed,
            former: Some("LHX".into()),
            tie: Some(tie),
            before: b"{\"code\":\"LHX\"}".to_vec(),
            after: b"{\"code\":\"LHR\"}".to_vec(),
            ..created()
        }
    }

    fn block(pasts: &[Past]) -> Block {
        let mut block = Block::new(UserId::new(&Clock::system()), &[9; 16]);
        for past in pasts {
            block.push(past);
        }
        block
    }

    #[test]
    fn what_was_done_comes_back_in_its_order() {
        let kept = [changed_whole(), created()];
        let mut bytes = Vec::new();
        block(&kept).encode(&mut bytes);
        let read = Block::decode(1, &bytes).unwrap();
        assert_eq!(read.mark(), [9; 16]);
        assert_eq!(read.pasts().unwrap(), kept);
    }

    #[test]
    fn of_a_created_record_little_more_than_its_key_is_kept() {
        let one = block(&[created()]).len() - HEAD;
        let names = created().key.len() + created().remote_id.len();
        assert!(one <= names + 26, "{one} bytes");
    }

    #[test]
    fn a_block_that_was_cut_is_an_error() {
        let Block(mut bytes) = block(&[changed_whole()]);
        bytes.pop();
        assert!(Block(bytes).pasts().is_err());
        assert!(Block::decode(1, &[0; 7]).is_err());
    }

    #[test]
    fn only_what_differs_is_kept_of_a_change() {
        let names = ["a", "b", "c", "d"];
        let fields = names.map(|name| Field::new(name, FieldType::Text));
        let schema = Schema::new(fields.to_vec()).unwrap();
        let of = |texts: [&str; 4]| {
            let mut fields = Fields::empty(&schema);
            for (at, text) in texts.into_iter().enumerate() {
                fields.set(at, Value::text(text));
            }
            fields
        };
        let (before, after) = changed(&schema, &of(["1", "2", "", "4"]), &of(["1", "x", "3", ""]));
        assert_eq!(before, br#"{"b":"2","d":"4"}"#);
        assert_eq!(after, br#"{"b":"x","c":"3"}"#);
    }
}
