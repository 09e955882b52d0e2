//! Applies a batch inside a transaction: preconditions, indexes, references, counters.

use std::ops::ControlFlow;

use super::Version;
use super::backend::{COUNTERS, REFERENCES, Range, Transaction, stamp, unwrap};
use super::batch::{Batch, Expect, Op};
use super::collection::{Entry, OnDelete};
use super::error::{Dependent, Error};
use super::references::{Referrer, reference_key, referrers_prefix};
use super::registry::{Links, Registry, Table};
use super::undo::Undo;

/// Applies `batch` under `version`, wholly or not at all.
pub(super) fn apply(
    tx: &mut dyn Transaction,
    registry: &Registry,
    batch: &mut Batch,
    version: Version,
) -> Result<(), Error> {
    let mut undo = Undo::new(tx);
    match apply_ops(&mut undo, registry, batch, version) {
        Ok(()) => Ok(()),
        Err(error) => undo.roll_back().and(Err(error)),
    }
}

fn apply_ops(
    tx: &mut dyn Transaction,
    registry: &Registry,
    batch: &mut Batch,
    version: Version,
) -> Result<(), Error> {
    for op in &mut batch.ops {
        match op {
            Op::Put {
                table,
                key,
                row,
                links,
                expect,
            } => {
                stamp(row, version);
                let old = tx.put(table.name, key, row)?;
                if *expect != Expect::AbsentOrSame || !same(old.as_deref(), row)? {
                    met(table, old.as_deref(), *expect)?;
                }
                link(tx, table, key, links, old.as_deref())?;
            }
            Op::Delete {
                table,
                key,
                expect,
                cascade,
            } => {
                let old = tx.get(table.name, key)?;
                met(table, old.as_deref(), *expect)?;
                let Some(old) = old else { continue };
                delete(tx, registry, table, key, &old, *cascade)?;
            }
            Op::Clear {
                table,
                prefix,
                most,
            } => clear(tx, table, prefix, *most)?,
            Op::Add { counter, by } => add(tx, &counter.0, *by)?,
            Op::Check { table, key, expect } => {
                met(table, tx.get(table.name, key)?.as_deref(), *expect)?;
            }
        }
    }
    Ok(())
}

/// Whether a row has the content of another, whatever their versions.
fn same(old: Option<&[u8]>, row: &[u8]) -> Result<bool, Error> {
    match old {
        Some(old) => Ok(unwrap(old)?.2 == unwrap(row)?.2),
        None => Ok(false),
    }
}

/// Errs unless the row that was there is the one that the batch expected.
fn met(table: &Table, old: Option<&[u8]>, expect: Expect) -> Result<(), Error> {
    let holds = match (expect, old) {
        (Expect::Anything, _) | (Expect::Absent | Expect::AbsentOrSame, None) => true,
        (Expect::At(version), Some(row)) => unwrap(row)?.0 == version,
        (Expect::Absent | Expect::AbsentOrSame, Some(_)) | (Expect::At(_), None) => false,
    };
    if holds {
        Ok(())
    } else {
        Err(Error::Conflict(table.name))
    }
}

/// Brings index entries and references from those of the `old` row to the `fresh` ones.
fn link(
    tx: &mut dyn Transaction,
    table: &Table,
    key: &[u8],
    fresh: &Links,
    old: Option<&[u8]>,
) -> Result<(), Error> {
    let stale = match old {
        Some(old) if table.indexed || table.refers => (table.links)(key, old)?,
        _ => Links::default(),
    };
    for entry in stale
        .entries
        .iter()
        .filter(|entry| !fresh.entries.contains(entry))
    {
        tx.delete(entry.index.name, &place(entry, key))?;
    }
    for entry in fresh
        .entries
        .iter()
        .filter(|entry| !stale.entries.contains(entry))
    {
        let taken = tx.put(entry.index.name, &place(entry, key), key)?;
        if entry.index.unique && taken.is_some() {
            return Err(Error::Taken(entry.index.name));
        }
    }
    for gone in stale
        .references
        .iter()
        .filter(|old| !fresh.references.contains(old))
    {
        tx.delete(REFERENCES, &reference_key(gone, table, key))?;
    }
    for reference in fresh
        .references
        .iter()
        .filter(|new| !stale.references.contains(new))
    {
        if tx.get(reference.target, &reference.key)?.is_none() {
            return Err(Error::Dangling(reference.target));
        }
        let cascade = u8::from(reference.on_delete == OnDelete::Cascade);
        tx.put(
            REFERENCES,
            &reference_key(reference, table, key),
            &[cascade],
        )?;
    }
    Ok(())
}

#[expect(
    clippy::too_many_arguments,
    reason = "it calls itself for the rows that go with this one"
)]
fn delete(
    tx: &mut dyn Transaction,
    registry: &Registry,
    table: &Table,
    key: &[u8],
    old: &[u8],
    cascade: bool,
) -> Result<(), Error> {
    let mut refused = Vec::new();
    for referrer in referrers(tx, registry, table, key)? {
        let Some(row) = tx.get(referrer.table.name, &referrer.key)? else {
            continue;
        };
        if cascade || referrer.cascade {
            delete(tx, registry, &referrer.table, &referrer.key, &row, cascade)?;
        } else {
            let label = (referrer.table.label)(&referrer.key, &row)?;
            refused.push(Dependent {
                collection: referrer.table.name,
                key: referrer.key,
                label,
            });
        }
    }
    if !refused.is_empty() {
        return Err(Error::Referenced(refused));
    }
    unlink(tx, table, key, old)?;
    tx.delete(table.name, key).map(drop)
}

/// Removes a row's index entries and its own references.
fn unlink(tx: &mut dyn Transaction, table: &Table, key: &[u8], old: &[u8]) -> Result<(), Error> {
    if !table.indexed && !table.refers {
        return Ok(());
    }
    let stale = (table.links)(key, old)?;
    for entry in &stale.entries {
        tx.delete(entry.index.name, &place(entry, key))?;
    }
    for reference in &stale.references {
        tx.delete(REFERENCES, &reference_key(reference, table, key))?;
    }
    Ok(())
}

fn clear(tx: &mut dyn Transaction, table: &Table, prefix: &[u8], most: usize) -> Result<(), Error> {
    let mut rows = Vec::new();
    tx.scan(table.name, &Range::prefix(prefix), &mut |key, row| {
        rows.push((key.to_vec(), row.to_vec()));
        if rows.len() < most {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    for (key, row) in rows {
        unlink(tx, table, &key, &row)?;
        tx.delete(table.name, &key)?;
    }
    Ok(())
}

fn add(tx: &mut dyn Transaction, counter: &[u8], by: i64) -> Result<(), Error> {
    let now = match tx.get(COUNTERS, counter)? {
        Some(bytes) => i64::from_be_bytes(
            bytes
                .try_into()
                .map_err(|_length| Error::Damaged("a counter's length".into()))?,
        ),
        None => 0,
    };
    tx.put(COUNTERS, counter, &now.saturating_add(by).to_be_bytes())
        .map(drop)
}

/// The key of an entry: unique ones stand alone, others are told apart by the row's key.
fn place(entry: &Entry, key: &[u8]) -> Vec<u8> {
    let mut place = entry.key.clone();
    if !entry.index.unique {
        place.extend_from_slice(key);
    }
    place
}

fn referrers(
    tx: &mut dyn Transaction,
    registry: &Registry,
    target: &Table,
    key: &[u8],
) -> Result<Vec<Referrer>, Error> {
    let prefix = referrers_prefix(target.name, key);
    let mut found = Vec::new();
    tx.scan(REFERENCES, &Range::prefix(&prefix), &mut |place, flags| {
        found.push(Referrer::read(&place[prefix.len()..], flags, registry));
        ControlFlow::Continue(())
    })?;
    found.into_iter().collect()
}
