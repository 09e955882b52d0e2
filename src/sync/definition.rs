//! Keeps the syncs themselves: which dataset goes where, field by field.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::direction::{Direction, Gone, Pulling};
use super::drift::Drift;
use super::extent::Extent;
use super::lender::{BORROWED, Lender};
use super::meeting::Meeting;
use super::priority::Priority;
use super::removal::Deletes;
use super::resend::Resend;
use crate::base::{ConnectionId, DatasetId, SyncId, UserId};
use crate::connections;
use crate::datasets;
use crate::providers::RemoteTable;
use crate::store::{Collection, Entry, Index, Json, OnDelete, Reference};

/// The syncs by owner and id.
pub(crate) struct Definitions;

/// The syncs that wait for changes, by the base that is watched for them.
pub(crate) static BY_WATCHED: Index = Index {
    name: "sync.watched",
    unique: true,
};

/// An owner's syncs by name, without case.
pub(crate) static BY_NAME: Index = Index {
    name: "sync.name",
    unique: true,
};

impl Collection for Definitions {
    const NAME: &'static str = "sync";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME, &BORROWED, &BY_WATCHED];
    const REFERS: bool = true;
    type Key = (UserId, SyncId);
    type Value = Definition;

    fn entries((owner, id): &Self::Key, sync: &Definition) -> Vec<Entry> {
        let mut entries = vec![Entry::new(&BY_NAME, &(*owner, sync.name.to_lowercase()))];
        if sync.lender.is_some() {
            entries.push(Entry::new(&BORROWED, &(sync.dataset, *owner, *id)));
        }
        if let Some((owner, connection, base)) = sync.watched(*owner) {
            entries.push(Entry::new(&BY_WATCHED, &(owner, connection, base, *id)));
        }
        entries
    }

    /// Neither end can be deleted while a sync joins them; but nobody's sync keeps another from
    /// deleting a dataset of their own.
    fn references((owner, _): &Self::Key, sync: &Definition) -> Vec<Reference> {
        let connection = (*owner, sync.connection);
        let mut needed = vec![Reference::to::<connections::Rows>(
            &connection,
            OnDelete::Refuse,
        )];
        if sync.lender.is_none() {
            let dataset = (*owner, sync.dataset);
            let dataset = Reference::to::<datasets::Rows>(&dataset, OnDelete::Refuse);
            needed.insert(0, dataset);
        }
        needed
    }

    fn label(_key: &Self::Key, sync: &Definition) -> String {
        sync.name.clone()
    }
}

/// One sync as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// What its owner calls it.
    pub name: String,
    /// Which way records go.
    #[serde(default)]
    pub direction: Direction,
    /// What a pull does about records that are gone at the provider.
    #[serde(default)]
    pub pulling: Pulling,
    /// How a two-way sync settles what both sides have changed.
    #[serde(default)]
    pub meeting: Meeting,
    /// The dataset whose records they are.
    pub dataset: DatasetId,
    /// Through which account they go.
    pub connection: ConnectionId,
    /// The base that they go to.
    pub base: Named,
    /// The table that they go to.
    pub table: Named,
    /// Which field goes where; the dataset's key field is among them.
    pub mapping: Vec<Pair>,
    /// The ids of all fields that the table had when the mapping was saved; none for a mapping from
    /// before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_fields: Option<Vec<String>>,
    /// The mappings that a two-way sync had before, the last one last: which field of the dataset
    /// went with which remote field by its id. Something may have been agreed on under them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formerly: Vec<Vec<(String, String)>>,
    /// What becomes of it when the table's fields change.
    #[serde(default)]
    pub drift: Drift,
    /// The remote field that holds the key.
    pub remote_key_field_id: String,
    /// Whether the provider may convert values and add missing options of a select field.
    pub typecast: bool,
    /// Whose dataset it is, when another shares it with the sync's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lender: Option<Lender>,
    /// Whether runs need a plan that somebody has approved.
    #[serde(default)]
    pub approval: Approval,
    /// Which of the dataset's records it takes.
    #[serde(default)]
    pub scope: Extent,
    /// What becomes of remote records that are no longer wanted.
    #[serde(default)]
    pub deletes: Deletes,
    /// So many hours a record must have been missing on one side before it is removed on the other.
    #[serde(default)]
    pub quarantine_hours: u32,
    /// What becomes of deliveries that had no answer.
    #[serde(default)]
    pub resend: Resend,
    /// Whether it also runs when its provider tells that the base has changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub run_on_change: bool,
    /// How soon its runs are taken up among others that wait.
    #[serde(default)]
    pub priority: Priority,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Json for Definition {}

/// So many former mappings are remembered.
const MOST_FORMER: usize = 8;

impl Definition {
    /// Remembers a mapping under which both sides may have agreed on something. Only where both sides
    /// meet does that matter.
    pub(super) fn remember(&mut self, mapping: &[Pair]) {
        if self.direction != Direction::TwoWay {
            return;
        }
        let pairs = mapping.iter();
        let pairs = pairs.map(|pair| (pair.field.clone(), pair.remote_field_id.clone()));
        let pairs: Vec<(String, String)> = pairs.collect();
        self.formerly.retain(|former| *former != pairs);
        self.formerly.push(pairs);
        let over = self.formerly.len().saturating_sub(MOST_FORMER);
        self.formerly.drain(..over);
    }

    /// Whether what is gone on one side waits before a run removes it on the other.
    pub(super) fn quarantines(&self) -> bool {
        let removes = match self.direction {
            Direction::Push => self.deletes.policy.removal().is_some(),
            Direction::Pull => self.pulling.gone == Gone::Delete,
            Direction::TwoWay => false,
        };
        removes && self.quarantine_hours > 0
    }
}

/// Whether the runs of a sync need a plan that somebody has approved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approval {
    /// A run plans as it goes, and is approved by this very setting.
    #[default]
    Never,
    /// Nothing is written but what is in an approved plan.
    Always,
}

impl Approval {
    /// Its word in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Always => "always",
        }
    }
}

/// Something at the provider: its id, and its name when it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The provider's id of it.
    pub id: String,
    /// What people call it.
    pub name: String,
}

impl Named {
    /// A table as it is now.
    pub(super) fn of(table: RemoteTable) -> Self {
        Self {
            id: table.id,
            name: table.name,
        }
    }
}

/// One field of the dataset and the remote field that it fills, or is filled from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    /// The dataset's field by its name.
    pub field: String,
    /// The remote field by its id.
    pub remote_field_id: String,
    /// The remote field's name when it was last looked at.
    pub remote_field_name: String,
    /// The remote field's type when it was last looked at.
    pub remote_type: String,
}
