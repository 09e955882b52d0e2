//! What is stored of a record: a compact envelope that is read only as far as needed.

use jiff::Timestamp;

use super::draft::Draft;
use crate::base::DatasetId;
use crate::fields::{ContentHash, Fields, Schema};
use crate::store::{Bytes, Collection, Entry, Error, Index, Row, Value, Version};

/// The records of all datasets.
pub(super) struct Records;

/// A dataset's records by the time of their last change, in milliseconds.
pub(super) static BY_UPDATE: Index = Index {
    name: "record.updated",
    unique: false,
};

/// A dataset's records by an indexed field's value.
pub(super) static BY_FIELD: Index = Index {
    name: "record.field",
    unique: false,
};

/// A stored record: created and updated (milliseconds, 8 bytes each), content hash (16), number of
/// index entries (2), each with slot (4), length (2) and order key; then the canonical fields.
///
/// The entries are kept with it so that the writer can tell them without the schema.
#[derive(Clone)]
pub(super) struct Envelope(Vec<u8>);

const CREATED: usize = 0;
const UPDATED: usize = 8;
const HASH: usize = 16;
const ENTRIES: usize = 32;
const HEAD: usize = 34;

impl Envelope {
    /// Wraps a draft; times are cut to the millisecond.
    pub(super) fn new(draft: &Draft, created_at: Timestamp, updated_at: Timestamp) -> Self {
        let mut bytes = Vec::with_capacity(HEAD + draft.json.len() + draft.entries.len() * 32);
        bytes.extend_from_slice(&created_at.as_millisecond().to_be_bytes());
        bytes.extend_from_slice(&updated_at.as_millisecond().to_be_bytes());
        bytes.extend_from_slice(&draft.hash.0);
        bytes.extend_from_slice(&short(draft.entries.len()));
        for (slot, key) in &draft.entries {
            bytes.extend_from_slice(&slot.to_be_bytes());
            bytes.extend_from_slice(&short(key.len()));
            bytes.extend_from_slice(key);
        }
        bytes.extend_from_slice(&draft.json);
        Self(bytes)
    }

    pub(super) fn created_at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.number(CREATED)).unwrap_or_default()
    }

    pub(super) fn updated_at(&self) -> Timestamp {
        Timestamp::from_millisecond(self.number(UPDATED)).unwrap_or_default()
    }

    pub(super) fn hash(&self) -> ContentHash {
        let mut hash = [0; 16];
        hash.copy_from_slice(&self.0[HASH..ENTRIES]);
        ContentHash(hash)
    }

    /// The content hash of the envelope that some bytes are.
    pub(super) fn hash_of(bytes: &[u8]) -> Result<ContentHash, Error> {
        let hash = bytes
            .get(HASH..ENTRIES)
            .and_then(|hash| hash.try_into().ok());
        hash.map(ContentHash).ok_or_else(too_short)
    }

    /// The index entries, and the canonical fields after them.
    fn parts(&self) -> (Vec<(u32, &[u8])>, &[u8]) {
        let count = usize::from(u16::from_be_bytes([self.0[ENTRIES], self.0[ENTRIES + 1]]));
        let mut rest = &self.0[HEAD..];
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            let Some((head, tail)) = rest.split_first_chunk::<6>() else {
                break;
            };
            let slot = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
            let length = usize::from(u16::from_be_bytes([head[4], head[5]])).min(tail.len());
            entries.push((slot, &tail[..length]));
            rest = &tail[length..];
        }
        (entries, rest)
    }

    /// The canonical fields.
    pub(super) fn json(&self) -> &[u8] {
        self.parts().1
    }

    fn number(&self, at: usize) -> i64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[at..at + 8]);
        i64::from_be_bytes(bytes)
    }
}

/// There are at most 500 entries, and an order key is far shorter than 64 KiB.
fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

impl Value for Envelope {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() < HEAD {
            return Err(too_short());
        }
        Ok(Self(bytes.to_vec()))
    }
}

fn too_short() -> Error {
    Error::Damaged("a record is too short".into())
}

impl Collection for Records {
    const NAME: &'static str = "record";
    const INDEXES: &'static [&'static Index] = &[&BY_UPDATE, &BY_FIELD];
    type Key = (DatasetId, String);
    type Value = Envelope;

    fn entries((dataset, _): &Self::Key, record: &Envelope) -> Vec<Entry> {
        let updated = Entry::new(&BY_UPDATE, &(*dataset, record.number(UPDATED)));
        let fields = record
            .parts()
            .0
            .into_iter()
            .map(|(slot, key)| Entry::new(&BY_FIELD, &(*dataset, slot, Bytes(key.to_vec()))));
        std::iter::once(updated).chain(fields).collect()
    }
}

/// A record as it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The key.
    pub key: String,
    /// The values, in the order of the dataset's schema.
    pub fields: Fields,
    /// The fingerprint of the canonical fields.
    pub hash: ContentHash,
    /// The batch that wrote it last.
    pub version: Version,
    /// When it was created, to the millisecond.
    pub created_at: Timestamp,
    /// When it was last changed, to the millisecond.
    pub updated_at: Timestamp,
}

/// A record whose fields are not read yet: its fingerprint alone may tell that nobody needs them.
pub struct Unread {
    key: String,
    envelope: Envelope,
    version: Version,
}

impl Unread {
    pub(super) fn of(row: Row<Records>) -> Self {
        Self {
            key: row.key.1,
            envelope: row.value,
            version: row.version,
        }
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The key alone.
    pub fn into_key(self) -> String {
        self.key
    }

    /// The fingerprint of the canonical fields.
    pub fn hash(&self) -> ContentHash {
        self.envelope.hash()
    }

    /// The canonical fields as they are stored.
    pub fn canonical(&self) -> &[u8] {
        self.envelope.json()
    }

    /// The batch that wrote it last.
    pub fn version(&self) -> Version {
        self.version
    }

    /// When it was created, to the millisecond.
    pub fn created_at(&self) -> Timestamp {
        self.envelope.created_at()
    }

    /// When it was last changed, to the millisecond.
    pub fn updated_at(&self) -> Timestamp {
        self.envelope.updated_at()
    }

    /// The values, in the order of the dataset's schema.
    pub fn fields(&self, schema: &Schema) -> Result<Fields, Error> {
        let fields = Fields::stored(schema, self.envelope.json());
        fields.map_err(|error| Error::Damaged(error.to_string()))
    }
}

impl Record {
    pub(super) fn read(schema: &Schema, row: Row<Records>) -> Result<Self, Error> {
        let fields = Fields::stored(schema, row.value.json());
        Ok(Self {
            fields: fields.map_err(|error| Error::Damaged(error.to_string()))?,
            hash: row.value.hash(),
            version: row.version,
            created_at: row.value.created_at(),
            updated_at: row.value.updated_at(),
            key: row.key.1,
        })
    }
}

#[cfg(test)]
impl Record {
    /// A record with the fields that `json` holds, as if just created in 1970.
    pub(crate) fn sample(schema: &Schema, key: &str, json: &[u8]) -> Self {
        let fields = schema.read(json).unwrap().fields;
        Self {
            key: key.to_owned(),
            hash: fields.hash(schema),
            fields,
            version: Version(7),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;
    use crate::fields::content_hash;

    #[test]
    fn an_envelope_gives_back_what_it_holds() {
        let draft = Draft {
            key: "k".into(),
            json: b"{\"a\":1}".to_vec(),
            hash: content_hash(b"x"),
            entries: vec![(7, b"\x01one".to_vec()), (9, vec![0])],
        };
        let (created, updated) = (Timestamp::UNIX_EPOCH, Timestamp::constant(5, 0));
        let envelope = Envelope::new(&draft, created, updated);
        assert_eq!(envelope.json(), draft.json);
        assert_eq!(envelope.hash(), draft.hash);
        assert_eq!(
            (envelope.created_at(), envelope.updated_at()),
            (created, updated)
        );
        let id = DatasetId::new(&Clock::system());
        let entries = Records::entries(&(id, "k".into()), &envelope);
        assert_eq!(
            entries[1],
            Entry::new(&BY_FIELD, &(id, 7_u32, Bytes(b"\x01one".to_vec())))
        );
        assert_eq!(entries.len(), 3);
    }
}
