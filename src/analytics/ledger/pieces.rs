//! Stores what is long as several rows, whose sizes fill the store's pages.

use std::ops::ControlFlow;

use super::error::damaged;
use crate::store::{Batch, Collection, Error, Key, Raw, Snapshot};

/// redb gives a row that is longer than a page a run of pages of its own, as many as the next power
/// of two (redb design, "Regions").
const PAGE: usize = 4096;
/// So much of them is the key's and redb's.
const ASIDE: usize = 64;
/// The largest run of pages that is used is 2 to this many pages long.
const LARGEST: u32 = 4;

/// Rows of which several are pieces of one whole. The last part of the key is the piece's place.
pub(super) trait Pieced: Collection<Value = Raw> {
    /// The key of the whole.
    type Whole: Copy;
    fn key(whole: &Self::Whole, piece: u32) -> Self::Key;

    /// What the keys of all pieces begin with.
    fn prefix(whole: &Self::Whole) -> Vec<u8> {
        let mut key = Self::key(whole, 0).bytes();
        key.truncate(key.len() - size_of::<u32>());
        key
    }
}

/// Puts a whole in the place of the one that there may be.
pub(super) fn put<C: Pieced>(batch: &mut Batch, whole: &C::Whole, bytes: &[u8]) {
    remove::<C>(batch, whole);
    let mut rest = bytes;
    let mut piece = 0;
    while !rest.is_empty() {
        let (head, tail) = rest.split_at(fitting(rest.len()));
        batch.put::<C>(&C::key(whole, piece), &Raw(head.to_vec()));
        rest = tail;
        piece += 1;
    }
}

/// Removes a whole.
pub(super) fn remove<C: Pieced>(batch: &mut Batch, whole: &C::Whole) {
    batch.clear::<C>(C::prefix(whole), usize::MAX);
}

/// The whole, if there is one.
pub(super) fn get<C: Pieced>(
    snapshot: &Snapshot,
    whole: &C::Whole,
) -> Result<Option<Vec<u8>>, Error> {
    let mut bytes = Vec::with_capacity(PAGE << LARGEST);
    let mut piece = 0_u32;
    snapshot.glance_all::<C>(&C::prefix(whole), |place, content| {
        if place != piece.to_be_bytes() {
            return Err(damaged("a row in pieces"));
        }
        bytes.extend_from_slice(content);
        piece += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok((piece > 0).then_some(bytes))
}

/// Whether there is one.
pub(super) fn is_there<C: Pieced>(snapshot: &Snapshot, whole: &C::Whole) -> Result<bool, Error> {
    let first = snapshot.glance::<C, _>(&C::key(whole, 0), |_| Ok(()))?;
    Ok(first.is_some())
}

/// How much of so many bytes goes into the next piece: what fills a run of pages, and the rest that
/// fills none.
fn fitting(left: usize) -> usize {
    let runs = (0..=LARGEST).rev().map(|order| (PAGE << order) - ASIDE);
    runs.into_iter().find(|run| *run <= left).unwrap_or(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_fill_their_pages() {
        let mut left = 100_000;
        let mut pieces = Vec::new();
        while left > 0 {
            let piece = fitting(left);
            pieces.push(piece);
            left -= piece;
        }
        assert_eq!(pieces, [65_472, 32_704, 1_824]);
    }
}
