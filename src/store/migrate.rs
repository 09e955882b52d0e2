//! Brings a store of another schema to the one that is wanted, a step at a time, up or down.

use super::Error;
use super::backend::{Backend, META, Transaction};

/// The schema that this version reads and writes.
pub(super) const SCHEMA: u32 = 1;

/// The way from each schema to the next; the first step leads from 1 to 2.
pub(super) const STEPS: &[Step] = &[];

pub(super) const KEY: &[u8] = b"schema";

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
    while at != wanted {
        let (step, next) = if at < wanted {
            (steps[at as usize - 1].up, at + 1)
        } else {
            (steps[at as usize - 2].down, at - 1)
        };
        backend.write(&mut |tx| {
            step(tx)?;
            note(tx, next)
        })?;
        at = next;
    }
    Ok(())
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
mod tests {
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

    fn backend(folder: &tempfile::TempDir) -> Redb {
        Redb::open(&Disk::File(folder.path().join("store.redb")), 1 << 20).unwrap()
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
