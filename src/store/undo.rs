//! Takes back what a refused batch has already written, so that the others of its group go on.

use super::Error;
use super::backend::{Range, Transaction, Visit};

/// A transaction that remembers what it overwrote.
pub(super) struct Undo<'a> {
    tx: &'a mut dyn Transaction,
    before: Vec<Before>,
    /// The keys, one behind the other.
    keys: Vec<u8>,
}

/// What a key of a table held.
struct Before {
    table: &'static str,
    key: std::ops::Range<usize>,
    value: Option<Vec<u8>>,
}

impl<'a> Undo<'a> {
    pub(super) fn new(tx: &'a mut dyn Transaction) -> Self {
        Self {
            tx,
            before: Vec::new(),
            keys: Vec::new(),
        }
    }

    fn note(&mut self, table: &'static str, key: &[u8], value: Option<Vec<u8>>) {
        let from = self.keys.len();
        self.keys.extend_from_slice(key);
        self.before.push(Before {
            table,
            key: from..self.keys.len(),
            value,
        });
    }

    /// Puts everything back, newest first.
    pub(super) fn roll_back(self) -> Result<(), Error> {
        for Before { table, key, value } in self.before.into_iter().rev() {
            let key = &self.keys[key];
            match value {
                Some(value) => self.tx.put(table, key, &value)?,
                None => self.tx.delete(table, key)?,
            };
        }
        Ok(())
    }
}

impl Transaction for Undo<'_> {
    fn get(&mut self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        self.tx.get(table, key)
    }

    fn put(
        &mut self,
        table: &'static str,
        key: &[u8],
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        let old = self.tx.put(table, key, value)?;
        self.note(table, key, old.clone());
        Ok(old)
    }

    fn delete(&mut self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let old = self.tx.delete(table, key)?;
        self.note(table, key, old.clone());
        Ok(old)
    }

    fn scan(
        &mut self,
        table: &'static str,
        range: &Range,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        self.tx.scan(table, range, visit)
    }
}
