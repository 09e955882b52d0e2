//! Forgets a site that is deleted, a stretch at a time, so that others get their turn.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::Inner;
use super::error::Error;
use super::row::{Blocks, DayRows, Heads, Runs, Sheets, Tails, WordNumbers, Words};
use crate::analytics::number::SiteNumber;
use crate::store::{self, Batch, Collection, prefix};

/// So many rows are removed in one commit.
const AT_ONCE: usize = 500;

impl Inner {
    /// Removes everything of a site. What is being folded for it is given up: its rows are gone.
    pub(super) async fn forget(self: Arc<Self>, site: SiteNumber) -> Result<(), Error> {
        self.waiting.forget(site);
        self.marks.forget(site);
        self.answers.forget(site);
        self.clear::<Tails>(site).await?;
        self.clear::<Heads>(site).await?;
        self.clear::<DayRows>(site).await?;
        self.clear::<Sheets>(site).await?;
        self.clear::<Blocks>(site).await?;
        self.clear::<Runs>(site).await?;
        self.clear::<Words>(site).await?;
        self.clear::<WordNumbers>(site).await?;
        Ok(())
    }

    async fn clear<C: Collection>(&self, site: SiteNumber) -> Result<(), store::Error> {
        loop {
            let mut any = false;
            self.store
                .snapshot()?
                .glance_all::<C>(&prefix(&site), |_, _| {
                    any = true;
                    Ok(ControlFlow::Break(()))
                })?;
            if !any {
                return Ok(());
            }
            let mut batch = Batch::bookkeeping();
            batch.clear::<C>(prefix(&site), AT_ONCE);
            self.store.commit(batch).await?;
        }
    }
}
