//! Removes what belonged to deleted syncs, a little at a time.

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::cancel::Cancels;
use super::claim::Claims;
use super::conflict::{self, Conflicts};
use super::error::Error;
use super::intent::Intents;
use super::job::{BY_SYNC, Runs};
use super::letter::DeadLetters;
use super::link::Links;
use super::memory::Memories;
use super::outcome::Outcomes;
use super::past::Pasts;
use super::plan::{BY_SYNC as OF_SYNC, Plans};
use super::quarantine::Quarantined;
use super::syncs::Syncs;
use super::tide::Tides;
use super::tie::Ties;
use super::unfiled::Unfiled;
use crate::base::{PlanId, RunId, SyncId, UserId};
use crate::store::{Batch, Collection, Json, Row, Scan, prefix};

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
/// A block holds the outcomes of up to some thousand records.
const BLOCKS: usize = 50;

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
        if let Some(run) = self.first::<Runs>(&Scan::prefix(prefix(&sync), 1).by(&BY_SYNC))? {
            self.remove_run(owner, run.key.1).await?;
            return Ok(true);
        }
        if let Some(plan) = self.first::<Plans>(&Scan::prefix(prefix(&sync), 1).by(&OF_SYNC))? {
            self.remove_plan(owner, plan.key.1).await?;
            return Ok(true);
        }
        let mut batch = Batch::bookkeeping();
        let of_sync = || prefix(&sync);
        if self.first::<Links>(&Scan::prefix(of_sync(), 1))?.is_some() {
            batch.clear::<Links>(of_sync(), ROWS);
        } else if self.first::<Ties>(&Scan::prefix(of_sync(), 1))?.is_some() {
            batch.clear::<Ties>(of_sync(), ROWS);
        } else if self
            .first::<Unfiled>(&Scan::prefix(of_sync(), 1))?
            .is_some()
        {
            batch.clear::<Unfiled>(of_sync(), BLOCKS);
        } else if self
            .first::<Intents>(&Scan::prefix(of_sync(), 1))?
            .is_some()
        {
            batch.clear::<Intents>(of_sync(), ROWS);
        } else if self
            .first::<DeadLetters>(&Scan::prefix(of_sync(), 1))?
            .is_some()
        {
            batch.clear::<DeadLetters>(of_sync(), ROWS);
        } else if self
            .first::<Conflicts>(&Scan::prefix(prefix(&(owner, sync)), 1))?
            .is_some()
        {
            batch.clear::<Conflicts>(prefix(&(owner, sync)), ROWS);
        } else if self
            .first::<Quarantined>(&Scan::prefix(of_sync(), 1))?
            .is_some()
        {
            batch.clear::<Quarantined>(of_sync(), ROWS);
        } else {
            let unsolved = conflict::unsolved((owner, sync));
            batch.add(&unsolved, -store.count(&unsolved)?);
            batch.discard::<Tides>(&sync);
            batch.discard::<Purges>(&sync);
            store.commit(batch).await?;
            return Ok(false);
        }
        store.commit(batch).await?;
        Ok(true)
    }

    /// Removes a run that has ended, with everything that it left.
    pub(super) async fn remove_run(&self, owner: UserId, run: RunId) -> Result<(), Error> {
        let store = &self.services.store;
        let outcomes = || prefix(&run);
        while self
            .first::<Outcomes>(&Scan::prefix(outcomes(), 1))?
            .is_some()
        {
            let mut batch = Batch::bookkeeping();
            batch.clear::<Outcomes>(outcomes(), BLOCKS);
            store.commit(batch).await?;
        }
        self.forget(run).await?;
        let mut batch = Batch::bookkeeping();
        batch.discard::<Cancels>(&run);
        batch.discard::<Claims>(&run);
        batch.discard::<Runs>(&(owner, run));
        store.commit(batch).await?;
        Ok(())
    }

    /// Removes what a run remembers of what it wrote.
    pub(super) async fn forget(&self, run: RunId) -> Result<(), Error> {
        self.forget_all::<Memories>(run).await?;
        self.forget_all::<Pasts>(run).await
    }

    /// Lets everything out that waits before it is removed.
    pub(super) async fn let_all_out(&self, sync: SyncId) -> Result<(), Error> {
        let of_sync = || prefix(&sync);
        while self
            .first::<Quarantined>(&Scan::prefix(of_sync(), 1))?
            .is_some()
        {
            let mut batch = Batch::bookkeeping();
            batch.clear::<Quarantined>(of_sync(), ROWS);
            self.services.store.commit(batch).await?;
        }
        Ok(())
    }

    async fn forget_all<C: Collection>(&self, run: RunId) -> Result<(), Error> {
        let of_run = || prefix(&run);
        while self.first::<C>(&Scan::prefix(of_run(), 1))?.is_some() {
            let mut batch = Batch::bookkeeping();
            batch.clear::<C>(of_run(), BLOCKS);
            self.services.store.commit(batch).await?;
        }
        Ok(())
    }

    /// Removes a plan with everything that it lists.
    pub(super) async fn remove_plan(&self, owner: UserId, plan: PlanId) -> Result<(), Error> {
        self.clear_plan(plan).await?;
        let mut batch = Batch::bookkeeping();
        batch.discard::<Plans>(&(owner, plan));
        self.services.store.commit(batch).await?;
        Ok(())
    }

    fn first<C: Collection>(&self, scan: &Scan) -> Result<Option<Row<C>>, Error> {
        Ok(self.services.store.scan::<C>(scan)?.rows.into_iter().next())
    }
}
