//! Lists the collections, for the writer: it keeps indexes and references without knowing types.

use super::collection::{Collection, Entry, Index, Reference, Value};
use super::{Error, Key as _, backend};

/// What the writer must know of one collection.
#[derive(Clone, Copy)]
pub struct Table {
    pub(super) name: &'static str,
    pub(super) indexed: bool,
    pub(super) refers: bool,
    /// Whether its rows neither refer to others nor stand in a unique index.
    pub(super) plain: bool,
    pub(super) links: fn(&[u8], &[u8]) -> Result<Links, Error>,
    pub(super) label: fn(&[u8], &[u8]) -> Result<String, Error>,
}

/// A row's index entries and references.
#[derive(Default)]
pub(super) struct Links {
    pub(super) entries: Vec<Entry>,
    pub(super) references: Vec<Reference>,
}

impl Table {
    /// What the writer must know of `C`.
    pub const fn of<C: Collection>() -> Self {
        Self {
            name: C::NAME,
            indexed: !C::INDEXES.is_empty(),
            refers: C::REFERS,
            plain: !C::REFERS && !has_unique(C::INDEXES),
            links: links_of::<C>,
            label: label_of::<C>,
        }
    }
}

const fn has_unique(indexes: &[&Index]) -> bool {
    let mut at = 0;
    while at < indexes.len() {
        if indexes[at].unique {
            return true;
        }
        at += 1;
    }
    false
}

fn links_of<C: Collection>(key: &[u8], stored: &[u8]) -> Result<Links, Error> {
    let (key, value) = decode::<C>(key, stored)?;
    Ok(Links {
        entries: C::entries(&key, &value),
        references: C::references(&key, &value),
    })
}

fn label_of<C: Collection>(key: &[u8], stored: &[u8]) -> Result<String, Error> {
    let (key, value) = decode::<C>(key, stored)?;
    Ok(C::label(&key, &value))
}

fn decode<C: Collection>(mut key: &[u8], stored: &[u8]) -> Result<(C::Key, C::Value), Error> {
    let (_, shape, payload) = backend::unwrap(stored)?;
    let key = C::Key::read(&mut key).map_err(|bad| Error::Damaged(bad.to_string()))?;
    Ok((key, C::Value::decode(shape, payload)?))
}

/// All collections of the appliance.
#[derive(Clone, Default)]
pub struct Registry(Vec<Table>);

impl Registry {
    /// Adds collections. Each name must be used once.
    #[must_use]
    pub fn with(mut self, tables: impl IntoIterator<Item = Table>) -> Self {
        self.0.extend(tables);
        self
    }

    pub(super) fn get(&self, name: &str) -> Option<Table> {
        self.0.iter().copied().find(|table| table.name == name)
    }
}
