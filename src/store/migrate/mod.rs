//! Brings a store of another schema to the one that is wanted, a step at a time, up or down.

mod failures;

use super::Error;
use super::backend::{Backend, META, Transaction};

/// The schema that this version reads and writes.
pub(super) const SCHEMA: u32 = 2;

/// The way from each schema to the next; the first step leads from 1 to 2.
pub(super) const STEPS: &[Step] = &[Step {
    up: failures::up,
    down: failures::down,
}];

pub(super) const KEY: &[u8] = b"schema";

/// From which schema to which the store went, until the book has been told.
const UNTOLD: &[u8] = b"migrated";

/// That a store was brought to another schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The schema that it had.
    pub from: u32,
    /// The schema that it has.
    pub to: u32,
}

/// One step, either way. Each runs in a transaction of its own with the number it leads to, so
/// that a kill leaves the store at one side or the other.
pub(super) struct Step {
    pub(super) up: fn(&mut dyn Transaction) -> Result<(), Error>,
    pub(super) down: fn(&mut dyn Transaction) -> Result<(), Error>,
}

/// Takes the store to schema `wanted`. An empty store gets it at once.
///
/// Errs when the store is of a schema that `steps` do not reach: a newer version wrote it.
pub(super) fn migrate(backend: &dyn Backend, steps: &[Step], wanted: u32) -> Result<(), Error> {
    let known = 1 + u32::try_from(steps.len()).expect("a few steps");
    let mut at = match backend.view()?.get(META, KEY)? {
        None => return backend.write(&mut |tx| note(tx, wanted)),
        Some(bytes) => number(bytes)?,
    };
    if at > known {
        return Err(Error::Newer { found: at, known });
    }
    if at != wanted {
        backend.check_room_to_migrate()?;
    }
    while at != wanted {
        let (step, next) = if at < wanted {
            (steps[at as usize - 1].up, at + 1)
        } else {
            (steps[at as usize - 2].down, at - 1)
        };
        tracing::info!(
            from = at,
            to = next,
            "the store goes from schema {at} to {next}"
        );
        backend.write(&mut |tx| {
            step(tx)?;
            let from = untold(tx.get(META, UNTOLD)?)?.map_or(at, |told| told.from);
            let told = [from.to_be_bytes(), next.to_be_bytes()].concat();
            tx.put(META, UNTOLD, &told)?;
            note(tx, next)
        })?;
        at = next;
    }
    Ok(())
}

/// Tells what the book does not know yet, if anything, and notes that it was told. It stands in the
/// store with the step itself, so that a kill between the two loses nothing.
pub(super) fn tell<E: From<Error>>(
    backend: &dyn Backend,
    tell: impl FnOnce(Migration) -> Result<(), E>,
) -> Result<Option<Migration>, E> {
    let stored = backend.view()?.get(META, UNTOLD)?;
    let Some(migration) = untold(stored)? else {
        return Ok(None);
    };
    tell(migration)?;
    backend.write(&mut |tx| tx.delete(META, UNTOLD).map(drop))?;
    Ok(Some(migration))
}

fn untold(stored: Option<Vec<u8>>) -> Result<Option<Migration>, Error> {
    let Some(bytes) = stored else { return Ok(None) };
    let (from, to) = bytes.split_at_checked(4).unwrap_or_default();
    Ok(Some(Migration {
        from: number(from.to_vec())?,
        to: number(to.to_vec())?,
    }))
}

/// Reads a schema's number as it is stored.
pub(super) fn number(bytes: Vec<u8>) -> Result<u32, Error> {
    let bytes = bytes
        .try_into()
        .map_err(|_length| Error::Damaged("the schema's number".into()))?;
    Ok(u32::from_be_bytes(bytes))
}

fn note(tx: &mut dyn Transaction, schema: u32) -> Result<(), Error> {
    tx.put(META, KEY, &schema.to_be_bytes()).map(drop)
}

#[cfg(test)]
pub(super) mod tests {
    use std::ops::ControlFlow;

    use super::super::backend::Range;
    use super::super::disk::Disk;
    use super::super::redb::Redb;
    use super::*;

    const TWO_STEPS: &[Step] = &[
        Step {
            up: |tx| tx.put("colour", b"a", b"red").map(drop),
            down: |tx| tx.delete("colour", b"a").map(drop),
        },
        Step {
            up: |tx| tx.put("colour", b"a", b"#f00").map(drop),
            down: |tx| tx.put("colour", b"a", b"red").map(drop),
        },
    ];

    pub(in crate::store) fn backend(folder: &tempfile::TempDir) -> Redb {
        Redb::open(&Disk::File(folder.path().join("store.redb")), 1 << 20).unwrap()
    }

    /// How many pairs a table holds.
    pub(in crate::store) fn count(backend: &Redb, table: &str) -> usize {
        let mut pairs = 0;
        let view = backend.view().unwrap();
        view.scan(table, &Range::prefix(&[]), &mut |_, _| {
            pairs += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
        pairs
    }

    #[test]
    fn what_the_book_is_to_be_told_lasts_until_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let backend = backend(&folder);
        migrate(&backend, &[], 1).unwrap();
        let tell = |can| {
            let told = move |_| if can { Ok(()) } else { Err(Error::Full) };
            super::tell(&backend, told)
        };
        assert_eq!(tell(true).unwrap(), None);
        migrate(&backend, TWO_STEPS, 3).unwrap();
        assert!(tell(false).is_err());
        let migration = Migration { from: 1, to: 3 };
        assert_eq!(tell(true).unwrap(), Some(migration));
        assert_eq!(tell(true).unwrap(), None);
    }

    fn colour(backend: &Redb) -> Option<Vec<u8>> {
        backend.view().unwrap().get("colour", b"a").unwrap()
    }

    #[test]
    fn a_store_goes_up_and_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let backend = backend(&folder);
        migrate(&backend, &[], 1).unwrap();
        migrate(&backend, TWO_STEPS, 3).unwrap();
        assert_eq!(colour(&backend).as_deref(), Some(b"#f00".as_slice()));
        migrate(&backend, TWO_STEPS, 1).unwrap();
        assert_eq!(colour(&backend), None);
    }

    #[test]
    fn a_step_that_fails_leaves_the_store_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let backend = backend(&folder);
        migrate(&backend, &[], 1).unwrap();
        let failing: fn(&mut dyn Transaction) -> Result<(), Error> = |tx| {
            tx.put("colour", b"a", b"blue")?;
            Err(Error::Full)
        };
        let steps = [Step {
            up: failing,
            down: failing,
        }];
        assert!(migrate(&backend, &steps, 2).is_err());
        assert_eq!(colour(&backend), None);
        migrate(&backend, TWO_STEPS, 2).unwrap();
        assert_eq!(colour(&backend).as_deref(), Some(b"red".as_slice()));
    }

    #[test]
    fn a_newer_store_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let backend = backend(&folder);
        migrate(&backend, TWO_STEPS, 3).unwrap();
        let refused = migrate(&backend, &[], 1);
        assert!(matches!(refused, Err(Error::Newer { found: 3, known: 1 })));
    }
}
