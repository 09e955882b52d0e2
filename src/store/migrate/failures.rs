//! From schema 1 to 2: failed sign-ins get an index by the time of the last one.
//!
//! Anybody can make addresses up and fail under them, and nothing could find the old ones without
//! reading all. The rows stay as they are.

use std::ops::ControlFlow;

use jiff::Timestamp;
use serde::Deserialize;

use crate::store::Error;
use crate::store::backend::{Range, Transaction, unwrap};
use crate::store::key::Key as _;

const ROWS: &str = "sign_in";
const INDEX: &str = "sign_in.failed_at";
/// So many rows are held in memory at once. They go into one transaction all the same: the writes
/// are some eighty bytes each, and the backend lays down on the disk what exceeds its cache.
const CHUNK: usize = 10_000;

/// What this step must know of a row. The shape is frozen here, whatever becomes of the type.
#[derive(Deserialize)]
struct History {
    failed_at: Option<Timestamp>,
}

/// Makes the index.
pub(super) fn up(tx: &mut dyn Transaction) -> Result<(), Error> {
    let mut done = 0;
    let mut from = Vec::new();
    loop {
        let chunk = pairs(tx, ROWS, &from)?;
        for (key, row) in &chunk {
            let (_, _, content) = unwrap(row)?;
            let history: History = serde_json::from_slice(content)
                .map_err(|error| Error::Damaged(error.to_string()))?;
            if let Some(at) = history.failed_at {
                let mut place = at.bytes();
                place.extend_from_slice(key);
                tx.put(INDEX, &place, key)?;
            }
        }
        done += chunk.len();
        match chunk.into_iter().next_back() {
            Some((last, _)) => from = after(last),
            None => return Ok(()),
        }
        tracing::info!(
            rows = done,
            "{done} histories of signing in have their index"
        );
    }
}

/// Removes the index.
pub(super) fn down(tx: &mut dyn Transaction) -> Result<(), Error> {
    loop {
        let chunk = pairs(tx, INDEX, &[])?;
        if chunk.is_empty() {
            return Ok(());
        }
        for (place, _) in chunk {
            tx.delete(INDEX, &place)?;
        }
    }
}

/// A key and what lies under it.
type Pair = (Vec<u8>, Vec<u8>);

/// The next pairs of a table, from a key on.
fn pairs(tx: &mut dyn Transaction, table: &'static str, from: &[u8]) -> Result<Vec<Pair>, Error> {
    let range = Range {
        from: from.to_vec(),
        to: None,
        backwards: false,
    };
    let mut found = Vec::new();
    tx.scan(table, &range, &mut |key, value| {
        found.push((key.to_vec(), value.to_vec()));
        if found.len() < CHUNK {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    })?;
    Ok(found)
}

/// The least key past this one.
fn after(mut key: Vec<u8>) -> Vec<u8> {
    key.push(0);
    key
}

#[cfg(test)]
mod tests {
    use super::super::tests::{backend, count};
    use super::*;
    use crate::store::backend::{Backend as _, header};

    fn row(failed_at: &str) -> Vec<u8> {
        let mut row = header(1);
        let content = format!("{{\"failures\":1,\"failed_at\":{failed_at},\"succeeded_at\":null}}");
        row.extend_from_slice(content.as_bytes());
        row
    }

    #[test]
    fn more_rows_than_one_chunk_get_their_entries_and_lose_them_again() {
        let folder = tempfile::tempdir().unwrap();
        let backend = backend(&folder);
        let rows = CHUNK + CHUNK / 2;
        let fill = &mut |tx: &mut dyn Transaction| {
            for number in 0..rows {
                let failed = number % 3 != 0;
                let at = if failed {
                    "\"2026-01-02T03:04:05Z\""
                } else {
                    "null"
                };
                tx.put(ROWS, &(number as u64).bytes(), &row(at))?;
            }
            Ok(())
        };
        backend.write(fill).unwrap();
        backend.write(&mut |tx| up(tx)).unwrap();
        assert_eq!(count(&backend, INDEX), rows - rows / 3);
        backend.write(&mut |tx| down(tx)).unwrap();
        assert_eq!((count(&backend, INDEX), count(&backend, ROWS)), (0, rows));
    }
}
