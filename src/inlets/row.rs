//! What is kept of inlets, and of what came in through them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::{DatasetId, InletId, UserId};
use crate::datasets;
use crate::store::{Bytes, Collection, Entry, Index, Json, OnDelete, Reference};
use crate::vault::{Context, Sealed};

/// The inlets, under their owners.
pub(crate) struct Rows;

/// A name is its owner's once.
pub(super) static BY_NAME: Index = Index {
    name: "inlet.name",
    unique: true,
};

impl Collection for Rows {
    const NAME: &'static str = "inlet";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME];
    const REFERS: bool = true;
    type Key = (UserId, InletId);
    type Value = Stored;

    fn entries((owner, _): &Self::Key, inlet: &Stored) -> Vec<Entry> {
        vec![Entry::new(&BY_NAME, &(*owner, inlet.name.to_lowercase()))]
    }

    /// A dataset is not deleted while others may write into it, unless they lose that.
    fn references((owner, _): &Self::Key, inlet: &Stored) -> Vec<Reference> {
        let dataset = (*owner, inlet.dataset);
        vec![Reference::to::<datasets::Rows>(&dataset, OnDelete::Refuse)]
    }

    fn label(_key: &Self::Key, inlet: &Stored) -> String {
        inlet.name.clone()
    }
}

/// Whether what comes in has to be signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// A signature is checked where there is one.
    #[default]
    Optional,
    /// What is not signed is refused.
    Required,
}

impl Signing {
    /// Its word in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

/// One inlet as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(super) name: String,
    pub(super) dataset: DatasetId,
    /// The fingerprint of its address's secret part, in hexadecimal digits.
    pub(super) door: String,
    /// How the secret part begins.
    pub(super) hint: String,
    pub(super) signing: Signing,
    /// What signatures are made with.
    pub(super) key: Sealed,
    pub(super) created_at: Timestamp,
    /// When the address was drawn that it has now.
    pub(super) drawn_at: Timestamp,
    /// When something came in last, to the minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) used_at: Option<Timestamp>,
}

impl Json for Stored {}

/// Which inlet an address leads to, by the SHA-256 of its secret part.
pub(crate) struct Doors;

impl Collection for Doors {
    const NAME: &'static str = "inlet_door";
    const REFERS: bool = true;
    type Key = Bytes;
    type Value = Door;

    fn references(_key: &Bytes, door: &Door) -> Vec<Reference> {
        let inlet = (door.owner, door.inlet);
        vec![Reference::to::<Rows>(&inlet, OnDelete::Cascade)]
    }
}

/// Where an address leads.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Door {
    pub(super) owner: UserId,
    pub(super) inlet: InletId,
}

impl Json for Door {}

/// What came in under an id, by the inlet and the SHA-256 of the id.
pub(crate) struct Arrivals;

/// When it came in.
pub(super) static BY_TIME: Index = Index {
    name: "inlet_arrival.at",
    unique: false,
};

impl Collection for Arrivals {
    const NAME: &'static str = "inlet_arrival";
    const INDEXES: &'static [&'static Index] = &[&BY_TIME];
    type Key = (InletId, Bytes);
    type Value = Arrived;

    fn entries(_key: &Self::Key, arrived: &Arrived) -> Vec<Entry> {
        vec![Entry::new(&BY_TIME, &arrived.at)]
    }
}

/// Something that came in, so that it is answered the same when it comes again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Arrived {
    pub(super) at: Timestamp,
    /// The SHA-256 of its body, in hexadecimal digits.
    pub(super) body: String,
    /// The record's key.
    pub(super) key: String,
    /// What became of it then.
    pub(super) word: String,
}

impl Json for Arrived {}

/// The one place that an inlet's signing secret is sealed for.
pub(super) fn place((owner, id): &(UserId, InletId)) -> Context<'_> {
    Context {
        kind: Rows::NAME,
        record: id.as_bytes(),
        field: "key",
        owner: owner.as_bytes(),
    }
}
