//! Keeps who refers to whom: one row for each reference, under the row that it points to.

use std::ops::ControlFlow;

use super::backend::{REFERENCES, Range, View};
use super::collection::Reference;
use super::error::{Dependent, Error};
use super::key::{Bytes, Key as _};
use super::registry::{Registry, Table};

/// A list of dependents names no more than so many: it is for people.
const MOST_NAMED: usize = 1_000;

/// One row that refers to another.
pub(super) struct Referrer {
    pub(super) table: Table,
    pub(super) key: Vec<u8>,
    /// Whether it goes when the other goes.
    pub(super) cascade: bool,
}

impl Referrer {
    /// Reads the part of a reference's key that names its source, and its flags.
    pub(super) fn read(
        mut source: &[u8],
        flags: &[u8],
        registry: &Registry,
    ) -> Result<Self, Error> {
        let (name, Bytes(key)) =
            <(String, Bytes)>::read(&mut source).map_err(|bad| Error::Damaged(bad.to_string()))?;
        let table = registry.get(&name);
        let table = table.ok_or_else(|| Error::Damaged(format!("unknown collection {name}")))?;
        Ok(Self {
            table,
            key,
            cascade: flags == [1],
        })
    }
}

/// The key under which a reference of a row of `source` is kept.
pub(super) fn reference_key(reference: &Reference, source: &Table, key: &[u8]) -> Vec<u8> {
    let mut place = referrers_prefix(reference.target, &reference.key);
    (source.name.to_owned(), Bytes(key.to_vec())).write(&mut place);
    place
}

/// What the keys of all references to one row begin with.
pub(super) fn referrers_prefix(target: &str, key: &[u8]) -> Vec<u8> {
    (target.to_owned(), Bytes(key.to_vec())).bytes()
}

/// All rows that need the one under `key`, those that need these, and so on; each named once.
pub(super) fn dependents(
    view: &dyn View,
    registry: &Registry,
    target: &'static str,
    key: &[u8],
) -> Result<Vec<Dependent>, Error> {
    let mut found: Vec<Dependent> = Vec::new();
    let mut open = vec![(target, key.to_vec())];
    while let Some((target, key)) = open.pop() {
        for referrer in referrers(view, registry, target, &key)? {
            let known =
                |one: &Dependent| one.collection == referrer.table.name && one.key == referrer.key;
            if found.iter().any(known) {
                continue;
            }
            if found.len() == MOST_NAMED {
                return Ok(found);
            }
            let Some(row) = view.get(referrer.table.name, &referrer.key)? else {
                continue;
            };
            let label = (referrer.table.label)(&referrer.key, &row)?;
            open.push((referrer.table.name, referrer.key.clone()));
            found.push(Dependent {
                collection: referrer.table.name,
                key: referrer.key,
                label,
            });
        }
    }
    Ok(found)
}

fn referrers(
    view: &dyn View,
    registry: &Registry,
    target: &str,
    key: &[u8],
) -> Result<Vec<Referrer>, Error> {
    let prefix = referrers_prefix(target, key);
    let mut found = Vec::new();
    view.scan(REFERENCES, &Range::prefix(&prefix), &mut |place, flags| {
        found.push(Referrer::read(&place[prefix.len()..], flags, registry));
        ControlFlow::Continue(())
    })?;
    found.into_iter().collect()
}
