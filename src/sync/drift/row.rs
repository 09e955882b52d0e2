//! What is kept of a drift until somebody, or the table, has put an end to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::definition::Definitions;
use crate::base::{SyncId, UserId};
use crate::store::{Collection, Json, OnDelete, Reference};

/// The syncs whose mapping and table have grown apart.
pub(crate) struct Drifts;

impl Collection for Drifts {
    const NAME: &'static str = "sync_drift";
    const REFERS: bool = true;
    type Key = (UserId, SyncId);
    type Value = Drifted;

    fn references(key: &Self::Key, _: &Drifted) -> Vec<Reference> {
        vec![Reference::to::<Definitions>(key, OnDelete::Cascade)]
    }

    fn label((_, sync): &Self::Key, _: &Drifted) -> String {
        format!("drift of {sync}")
    }
}

/// How a sync's mapping and its table have grown apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drifted {
    /// When a run found that it is as it is now.
    pub since: Timestamp,
    /// What differs.
    pub found: Findings,
    /// Whether runs fail until somebody has acted.
    pub stops: bool,
    /// Whether the schedule rests because of it.
    pub rests: bool,
}

impl Json for Drifted {}

/// What differs between a mapping and a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// Why the field that holds the key cannot be used; none while it can.
    pub key: Option<String>,
    /// The mapped fields that are lost.
    pub lost: Vec<Lost>,
    /// What might be mapped as well.
    pub offers: Vec<Offer>,
}

/// A mapped field that can no longer be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The dataset's field.
    pub field: String,
    /// The remote field's id.
    pub remote_field_id: String,
    /// The remote field's name when it was last looked at.
    pub remote_field_name: String,
    /// Why.
    pub reason: String,
}

/// A pair of fields that might be mapped as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The dataset's field.
    pub field: String,
    /// The remote field's id.
    pub remote_field_id: String,
    /// The remote field's name.
    pub remote_field_name: String,
}
