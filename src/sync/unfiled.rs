//! Keeps the ties that were made together, until they are filed under their remote ids.
//!
//! A remote table shows its records in an order of its own: written where they belong, each tie of a
//! large pull lies in another page of the store, and each of its batches would write most of these
//! pages anew. So a batch writes its ties one behind the other, in one row; some ten thousands are
//! then filed at once, in the order of their places. Whoever works on a sync files what is left
//! before anything else, so that nobody finds a tie missing.

use super::parts::{put, take};
use super::tie::Tie;
use crate::base::{RunId, SyncId};
use crate::store::{self, Collection, Value as _};

/// The ties that are not filed: the sync's, by the run and the number of its block of outcomes.
pub(crate) struct Unfiled;

impl Collection for Unfiled {
    const NAME: &'static str = "tie_unfiled";
    type Key = (SyncId, RunId, u32);
    type Value = Sheaf;
}

/// Ties with the provider's ids of their remote records.
///
/// For each the id and the tie as it is stored, either with its length before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sheaf(Vec<u8>);

impl Sheaf {
    /// Adds a tie.
    pub(crate) fn push(&mut self, remote_id: &str, tie: &Tie) {
        put(&mut self.0, remote_id.as_bytes());
        let mut bytes = Vec::with_capacity(128);
        tie.encode(&mut bytes);
        put(&mut self.0, &bytes);
    }

    /// Puts the ties of another one behind those that it has.
    pub(crate) fn append(&mut self, stored: &[u8]) {
        self.0.extend_from_slice(stored);
    }

    /// The ties in the order of their remote ids, each of them yet to be read.
    pub(crate) fn sorted(&self) -> Result<Vec<Entry<'_>>, store::Error> {
        let mut entries = Vec::new();
        let mut rest = self.0.as_slice();
        while !rest.is_empty() {
            let entry = Entry::take(&mut rest);
            entries.push(entry.ok_or_else(|| store::Error::Damaged("unfiled ties".into()))?);
        }
        entries.sort_by_key(|entry| entry.remote_id);
        Ok(entries)
    }
}

/// One tie of a sheaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry<'a> {
    /// The provider's id of its remote record.
    pub(crate) remote_id: &'a str,
    stored: &'a [u8],
}

impl<'a> Entry<'a> {
    fn take(rest: &mut &'a [u8]) -> Option<Self> {
        let remote_id = std::str::from_utf8(take(rest)?).ok()?;
        let stored = take(rest)?;
        Some(Self { remote_id, stored })
    }

    /// The tie.
    pub(crate) fn tie(&self) -> Result<Tie, store::Error> {
        Tie::decode(Unfiled::SHAPE, self.stored)
    }
}

impl store::Value for Sheaf {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0);
    }

    fn decode(_shape: u8, bytes: &[u8]) -> Result<Self, store::Error> {
        Ok(Self(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tie(key: &str) -> Tie {
        Tie {
            key: key.into(),
            echo: [1; 16],
            source: [2; 16],
            content: None,
            text: Some([3; 16]),
            ours: true,
            touched: false,
        }
    }

    #[test]
    fn ties_of_many_sheaves_come_back_in_the_order_of_their_remote_ids() {
        let (mut all, mut other) = (Sheaf::default(), Sheaf::default());
        all.push("recB", &tie("CDG"));
        other.push("recC", &tie("ärger"));
        other.push("recA", &tie("LHR"));
        all.append(&other.0);
        let entries = all.sorted().unwrap();
        let read = entries
            .iter()
            .map(|entry| (entry.remote_id, entry.tie().unwrap()));
        let wanted = [("recA", "LHR"), ("recB", "CDG"), ("recC", "ärger")];
        let wanted = wanted.map(|(id, key)| (id, tie(key)));
        assert_eq!(read.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn a_sheaf_that_was_cut_is_damaged() {
        let mut sheaf = Sheaf::default();
        sheaf.push("recB", &tie("CDG"));
        for length in 1..sheaf.0.len() {
            let cut = Sheaf(sheaf.0[..length].to_vec());
            assert!(cut.sorted().is_err(), "{length}");
        }
    }
}
