//! What is kept of hooks.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::{DatasetId, HookId, UserId};
use crate::datasets::{self, Deed};
use crate::store::{Collection, Entry, Index, Json, OnDelete, Reference};
use crate::vault::{Context, Sealed};

/// The hooks, under their owners.
pub(crate) struct Rows;

/// An address is told of the same deeds of a dataset once.
pub(super) static BY_ADDRESS: Index = Index {
    name: "hook.address",
    unique: true,
};

impl Collection for Rows {
    const NAME: &'static str = "hook";
    const INDEXES: &'static [&'static Index] = &[&BY_ADDRESS];
    const REFERS: bool = true;
    type Key = (UserId, HookId);
    type Value = Stored;

    fn entries((owner, _): &Self::Key, hook: &Stored) -> Vec<Entry> {
        vec![Entry::new(&BY_ADDRESS, &hook.place(*owner))]
    }

    /// A dataset is not deleted while others are told of it, unless they are told no more.
    fn references((owner, _): &Self::Key, hook: &Stored) -> Vec<Reference> {
        let dataset = (*owner, hook.dataset);
        vec![Reference::to::<datasets::Rows>(&dataset, OnDelete::Refuse)]
    }

    fn label(_key: &Self::Key, hook: &Stored) -> String {
        format!("{} ({})", hook.called(), hook.deed.name())
    }
}

/// One hook as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// What its maker calls it; may be empty.
    pub(super) name: String,
    pub(super) dataset: DatasetId,
    pub(super) deed: Deed,
    /// The host of its address.
    pub(super) host: String,
    /// The SHA-256 of its address, in hexadecimal digits.
    pub(super) print: String,
    pub(super) address: Sealed,
    /// What its deliveries are signed with.
    pub(super) key: Sealed,
    pub(super) created_at: Timestamp,
    /// When somebody began to deliver to it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tried_at: Option<Timestamp>,
    /// How much was delivered.
    #[serde(default)]
    pub(super) delivered: u64,
    /// When something was delivered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) delivered_at: Option<Timestamp>,
    /// The key of the record that was told last: the next turn goes on behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) told_to: Option<String>,
    /// New things that were refused since the last one that was taken.
    #[serde(default)]
    pub(super) refused: u32,
    /// How it fails; none while it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) trouble: Option<Trouble>,
    /// Since when nothing is sent to it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) stopped_at: Option<Timestamp>,
}

impl Json for Stored {}

/// How a hook fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// When it began.
    pub since: Timestamp,
    /// Tries in vain since then.
    pub tries: u32,
    /// What came of the last one.
    pub told: String,
    /// When it is tried again.
    pub next_at: Timestamp,
}

impl Stored {
    /// Where it stands in the index of addresses.
    pub(super) fn place(&self, owner: UserId) -> (UserId, DatasetId, String) {
        place(owner, self.dataset, self.deed, &self.print)
    }

    /// What people know it by.
    pub(super) fn called(&self) -> &str {
        if self.name.is_empty() {
            return &self.host;
        }
        &self.name
    }
}

pub(super) fn place(
    owner: UserId,
    dataset: DatasetId,
    deed: Deed,
    print: &str,
) -> (UserId, DatasetId, String) {
    (owner, dataset, format!("{}:{print}", deed.name()))
}

/// The one place that one of a hook's secrets is sealed for.
pub(super) fn home<'a>((owner, id): &'a (UserId, HookId), field: &'static str) -> Context<'a> {
    Context {
        kind: Rows::NAME,
        record: id.as_bytes(),
        field,
        owner: owner.as_bytes(),
    }
}
