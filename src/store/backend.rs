//! What a backend must do: hold bytes in key order, show a moment, commit many writes at once.

use std::ops::ControlFlow;

use super::{Error, Version};

/// The rows of counters.
pub(super) const COUNTERS: &str = "counters";
/// Who refers to whom, keyed by the row referred to.
pub(super) const REFERENCES: &str = "references";
/// The store's own facts.
pub(super) const META: &str = "meta";

/// Holds tables of bytes.
pub(super) trait Backend: Send + Sync {
    /// The store as it is now.
    fn view(&self) -> Result<Box<dyn View>, Error>;

    /// Errs when a write would be refused before it is tried, for want of room.
    fn check_room(&self) -> Result<(), Error>;

    /// The same when something else of so many bytes is to be written beside it.
    fn check_room_beside(&self, bytes: u64) -> Result<(), Error>;

    /// Errs when there is no room for a whole second copy of what is there, which no migration
    /// exceeds.
    fn check_room_to_migrate(&self) -> Result<(), Error>;

    /// Whether the backend has opened itself again since this was last asked.
    fn reopened(&self) -> bool;

    /// Runs `work` in a transaction: durable when it gives `Ok`, without effect when it errs.
    ///
    /// After an I/O error the backend opens itself again at the next call; whether the commit
    /// took place is then to be read from the store.
    fn write(
        &self,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), Error>,
    ) -> Result<(), Error>;
}

/// Sees each pair of a scan, until it breaks.
pub(super) type Visit<'a> = dyn FnMut(&[u8], &[u8]) -> ControlFlow<()> + 'a;

/// A stretch of keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    /// The first key, included.
    pub(super) from: Vec<u8>,
    /// The key after the last; `None` for no end.
    pub(super) to: Option<Vec<u8>>,
    /// From the last to the first.
    pub(super) backwards: bool,
}

/// A moment of the store.
pub(super) trait View: Send {
    /// Shows the value under a key to `see`, where it lies; nothing when there is none.
    fn look(&self, table: &str, key: &[u8], see: &mut dyn FnMut(&[u8])) -> Result<(), Error>;

    fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let mut value = None;
        self.look(table, key, &mut |bytes| value = Some(bytes.to_vec()))?;
        Ok(value)
    }

    fn scan(&self, table: &str, range: &Range, visit: &mut Visit<'_>) -> Result<(), Error>;
}

/// A transaction: it sees its own writes.
pub(super) trait Transaction {
    fn get(&mut self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;
    /// Puts a pair and gives what was there before.
    fn put(
        &mut self,
        table: &'static str,
        key: &[u8],
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, Error>;
    /// Deletes a pair and gives what was there before.
    fn delete(&mut self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, Error>;
    fn scan(
        &mut self,
        table: &'static str,
        range: &Range,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error>;
}

/// A stored row: eight bytes of version (big-endian), one of shape, then the content.
pub(super) const HEADER: usize = 9;

/// The header of a row whose version is not yet known.
pub(super) fn header(shape: u8) -> Vec<u8> {
    let mut row = Vec::with_capacity(HEADER + 256);
    row.extend_from_slice(&[0; 8]);
    row.push(shape);
    row
}

/// Writes the version into a row's header.
pub(super) fn stamp(row: &mut [u8], version: Version) {
    row[..8].copy_from_slice(&version.0.to_be_bytes());
}

/// Takes a stored row apart.
pub(super) fn unwrap(row: &[u8]) -> Result<(Version, u8, &[u8]), Error> {
    let (version, rest) = row
        .split_first_chunk::<8>()
        .ok_or_else(|| Error::Damaged("a row is too short".into()))?;
    let (shape, content) = rest
        .split_first()
        .ok_or_else(|| Error::Damaged("a row is too short".into()))?;
    Ok((Version(u64::from_be_bytes(*version)), *shape, content))
}

impl Range {
    /// All keys that begin with `prefix`.
    pub(super) fn prefix(prefix: &[u8]) -> Self {
        Self {
            from: prefix.to_vec(),
            to: after_prefix(prefix),
            backwards: false,
        }
    }
}

/// The first key past all those that begin with `prefix`.
pub(super) fn after_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != 0xFF)?;
    let mut end = prefix[..=last].to_vec();
    end[last] += 1;
    Some(end)
}
