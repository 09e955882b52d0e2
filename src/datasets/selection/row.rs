//! What is stored of a selection: one row for each record that is picked.

use super::super::record::Records;
use crate::base::{DatasetId, UserId};
use crate::store::{Collection, OnDelete, Raw, Reference};

/// The records that users have picked, by dataset and user in the order of the records' keys.
///
/// Each needs its record: what is deleted is picked no more, in the same batch.
pub(in super::super) struct Picks;

impl Collection for Picks {
    const NAME: &'static str = "selection";
    const REFERS: bool = true;
    type Key = (DatasetId, UserId, String);
    type Value = Raw;

    fn references((dataset, _, key): &Self::Key, _: &Raw) -> Vec<Reference> {
        let record = (*dataset, key.clone());
        vec![Reference::to::<Records>(&record, OnDelete::Cascade)]
    }
}
