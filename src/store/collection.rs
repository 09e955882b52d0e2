//! Declares a kind of row: its key, its value, its indexes and what it refers to.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::key::Key;
use super::{Error, Version};

/// One kind of row. The names are part of the stored form and never change.
pub trait Collection: Sized + 'static {
    /// The collection's name.
    const NAME: &'static str;
    /// The version of the value's shape, stored with each row.
    const SHAPE: u8 = 1;
    /// The indexes that [`Collection::entries`] may name.
    const INDEXES: &'static [&'static Index] = &[];
    /// Whether [`Collection::references`] ever gives any.
    const REFERS: bool = false;
    /// The primary key.
    type Key: Key;
    /// The row's content.
    type Value: Value;

    /// The index entries of a row.
    fn entries(_key: &Self::Key, _value: &Self::Value) -> Vec<Entry> {
        Vec::new()
    }

    /// The rows that a row refers to: they must exist, and what their deletion does.
    fn references(_key: &Self::Key, _value: &Self::Value) -> Vec<Reference> {
        Vec::new()
    }

    /// What people call a row, for the list of what stands in a deletion's way.
    fn label(_key: &Self::Key, _value: &Self::Value) -> String {
        String::new()
    }
}

/// A second way to find rows.
#[derive(Debug, PartialEq, Eq)]
pub struct Index {
    /// The name, with the collection's before it: `user.email`.
    pub name: &'static str,
    /// Whether a key may occur once only.
    pub unique: bool,
}

/// One row's place in an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The index.
    pub index: &'static Index,
    /// The key's bytes.
    pub key: Vec<u8>,
}

impl Entry {
    /// The entry of a row under `key`.
    pub fn new(index: &'static Index, key: &impl Key) -> Self {
        Self {
            index,
            key: key.bytes(),
        }
    }
}

/// That a row needs another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name of the collection it points into.
    pub target: &'static str,
    /// The key of the row it points to.
    pub key: Vec<u8>,
    /// What happens to the referring row when the other is deleted.
    pub on_delete: OnDelete,
}

impl Reference {
    /// Refers to the row of `C` under `key`.
    pub fn to<C: Collection>(key: &C::Key, on_delete: OnDelete) -> Self {
        Self {
            target: C::NAME,
            key: key.bytes(),
            on_delete,
        }
    }
}

/// What the deletion of a row does to those that refer to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDelete {
    /// The deletion is refused and names them, unless the batch asks to cascade.
    Refuse,
    /// They are deleted with it.
    Cascade,
}

/// A row's content, as bytes and back.
pub trait Value: Sized + Send + 'static {
    /// Appends the bytes.
    fn encode(&self, out: &mut Vec<u8>);
    /// Reads the bytes, which a row of shape `shape` holds.
    fn decode(shape: u8, bytes: &[u8]) -> Result<Self, Error>;
}

/// Content that is kept as JSON: easy to look at, and new optional members need no migration.
pub trait Json: Serialize + DeserializeOwned + Send + 'static {}

impl<T: Json> Value for T {
    fn encode(&self, out: &mut Vec<u8>) {
        serde_json::to_writer(out, self)
            .expect("our own types have text keys and no failing parts");
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, Error> {
        serde_json::from_slice(bytes).map_err(|error| Error::Damaged(error.to_string()))
    }
}

/// Content that is kept as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw(pub Vec<u8>);

impl Value for Raw {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, Error> {
        Ok(Self(bytes.to_vec()))
    }
}

/// A row as it was read.
pub struct Row<C: Collection> {
    /// Its key.
    pub key: C::Key,
    /// Its content.
    pub value: C::Value,
    /// The batch that wrote it last.
    pub version: Version,
}
