//! Remembers what is about to be created at a provider, until it is known what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::base::SyncId;
use crate::store::{Collection, Json};

/// The open intents of a sync, numbered in the order in which they were made.
///
/// Only what is not linked yet needs one: writing a linked record again by its remote id changes
/// nothing, creating one again might make a second.
pub(crate) struct Intents;

impl Collection for Intents {
    const NAME: &'static str = "intent";
    type Key = (SyncId, u64);
    type Value = Intent;
}

/// Some records that are about to be created, or found by their key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Intent {
    /// When it was committed: what the provider created before is not ours.
    pub(crate) at: Timestamp,
    /// Their keys.
    pub(crate) keys: Vec<String>,
}

impl Json for Intent {}
