//! Removes what belonged to deleted syncs, a little at a time.

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::intent::Intents;
use super::job::{BY_SYNC, Runs};
use super::letter::DeadLetters;
use super::link::Links;
use super::outcome::Outcomes;
use super::syncs::Syncs;
use crate::base::{RunId, SyncId, UserId};
use crate::store::{Batch, Collection, Json, Scan, prefix};

/// The deleted syncs whose links and runs are still there.
pub(crate) struct Purges;

impl Collection for Purges {
    const NAME: &'static str = "sync_purge";
    type Key = SyncId;
    type Value = Purge;
}

/// Whose sync it was.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Purge {
    pub(crate) owner: UserId,
}

impl Json for Purge {}

/// Rows of one kind that are removed at once, so that others get their turn with the store.
const ROWS: usize = 5_000;

impl Syncs {
    /// Removes what belonged to deleted syncs, until nothing is left or `stop` is told.
    pub async fn purge(&self, stop: &CancellationToken) -> Result<(), Error> {
        for purge in self.services.store.scan::<Purges>(&Scan::all(ROWS))?.rows {
            while !stop.is_cancelled() && self.purge_some(purge.key, purge.value.owner).await? {}
        }
        Ok(())
    }

    /// Removes some of what belonged to a sync; `false` when it was the last.
    async fn purge_some(&self, sync: SyncId, owner: UserId) -> Result<bool, Error> {
        let store = &self.services.store;
        let mut batch = Batch::bookkeeping();
        let of_sync = prefix(&sync);
        let run = store.scan::<Runs>(&Scan::prefix(of_sync.clone(), 1).by(&BY_SYNC))?;
        let run = run.rows.first().map(|row| row.key.1);
        let outcomes = |run: RunId| Scan::prefix(prefix(&run), 1);
        if !store
            .scan::<Links>(&Scan::prefix(of_sync.clone(), 1))?
            .rows
            .is_empty()
        {
            batch.clear::<Links>(of_sync, ROWS);
        } else if !store
            .scan::<Intents>(&Scan::prefix(of_sync.clone(), 1))?
            .rows
            .is_empty()
        {
            batch.clear::<Intents>(of_sync, ROWS);
        } else if !store
            .scan::<DeadLetters>(&Scan::prefix(of_sync.clone(), 1))?
            .rows
            .is_empty()
        {
            batch.clear::<DeadLetters>(of_sync, ROWS);
        } else if let Some(run) = run
            && !store.scan::<Outcomes>(&outcomes(run))?.rows.is_empty()
        {
            // A block holds the outcomes of up to some thousand records.
            batch.clear::<Outcomes>(prefix(&run), ROWS / 100);
        } else if let Some(run) = run {
            batch.discard::<Runs>(&(owner, run));
        } else {
            batch.discard::<Purges>(&sync);
            store.commit(batch).await?;
            return Ok(false);
        }
        store.commit(batch).await?;
        Ok(true)
    }
}
