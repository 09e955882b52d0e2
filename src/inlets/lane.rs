//! Lets what comes in for one dataset go in one after the other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::base::DatasetId;

/// One lane for each dataset that something comes in for: senders who do not know of each other
/// would only ever lose races against each other.
#[derive(Default)]
pub(super) struct Lanes(Mutex<HashMap<DatasetId, Arc<tokio::sync::Mutex<()>>>>);

impl Lanes {
    /// Returns when nobody else is in the lane.
    pub(super) async fn enter(&self, id: DatasetId) -> OwnedMutexGuard<()> {
        let lane = {
            let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            lanes.retain(|other, lane| *other == id || Arc::strong_count(lane) > 1);
            Arc::clone(lanes.entry(id).or_default())
        };
        lane.lock_owned().await
    }
}
