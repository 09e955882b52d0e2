//! What is stored of a dataset itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::feed::Watch;
use crate::base::{DatasetId, UserId};
use crate::fields::Field;
use crate::store::{Collection, Counter, Entry, Index, Json};

/// Datasets, each under its owner.
pub struct Rows;

/// A dataset as it is stored.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Definition {
    /// What people call it: no other dataset of the owner has it in any case of letters.
    pub name: String,
    /// The field that tells records apart.
    pub key_field: String,
    /// The schema's fields in order.
    pub fields: Vec<Field>,
    /// Where the indexed fields stand in the index of fields.
    pub(super) slots: Vec<Slot>,
    /// The number that the next slot gets: none is used twice.
    pub(super) next_slot: u32,
    /// Who is told what becomes of its records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) watches: Vec<Watch>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When its name or fields were last changed.
    pub updated_at: Timestamp,
}

/// One indexed field's part of the index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(
    clippy::struct_field_names,
    reason = "a slot's number is called slot in the stored form"
)]
pub(super) struct Slot {
    pub(super) field: String,
    pub(super) slot: u32,
    /// Whether every record has its entry: a slot that came later fills up by and by.
    pub(super) ready: bool,
}

impl Json for Definition {}

/// An owner's datasets by name, in lower case.
pub(super) static BY_NAME: Index = Index {
    name: "dataset.name",
    unique: true,
};

impl Collection for Rows {
    const NAME: &'static str = "dataset";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME];
    type Key = (UserId, DatasetId);
    type Value = Definition;

    fn entries((owner, _): &Self::Key, row: &Definition) -> Vec<Entry> {
        vec![Entry::new(&BY_NAME, &(*owner, row.name.to_lowercase()))]
    }

    fn label(_key: &Self::Key, row: &Definition) -> String {
        row.name.clone()
    }
}

/// Datasets whose records must all be written anew, and the last key that has been.
pub(super) struct Rewrites;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Rewrite {
    pub(super) owner: UserId,
    pub(super) after: Option<String>,
}

impl Json for Rewrite {}

impl Collection for Rewrites {
    const NAME: &'static str = "dataset_rewrite";
    type Key = DatasetId;
    type Value = Rewrite;
}

/// Datasets that were deleted, whose records have yet to go.
pub(super) struct Purges;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Purge {
    pub(super) since: Timestamp,
}

impl Json for Purge {}

impl Collection for Purges {
    const NAME: &'static str = "dataset_purge";
    type Key = DatasetId;
    type Value = Purge;
}

/// How many records a dataset has.
pub(super) fn records(id: DatasetId) -> Counter {
    Counter::new("records", &id)
}
