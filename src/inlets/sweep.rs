//! Forgets the ids of what came in long ago.
//!
//! No arrival does so on its way: those of different inlets would get into each other's way.

use std::time::Duration;

use tracing::warn;

use super::entry::KNOWN;
use super::row::{Arrivals, BY_TIME};
use super::{Error, Inlets};
use crate::base::{Tasks, chain};
use crate::store::{self, Batch, Scan, prefix};

const SWEPT_EVERY: Duration = Duration::from_mins(15);
const SWEPT_AT_ONCE: usize = 500;

impl Inlets {
    /// Starts forgetting, in the background, the ids that may be used again.
    pub fn start(&self, tasks: &Tasks) {
        let (inlets, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            let wait = || inlets.0.clock.sleep(SWEPT_EVERY);
            while stop.run_until_cancelled(wait()).await.is_some() {
                if let Err(error) = inlets.sweep().await {
                    warn!(error = %chain(&error), "old ids of what came in were not forgotten");
                }
            }
        });
    }

    /// Forgets the ids that may be used again, and says how many.
    pub async fn sweep(&self) -> Result<usize, Error> {
        let (parts, mut forgotten) = (&self.0, 0);
        loop {
            let old = Scan::all(SWEPT_AT_ONCE)
                .by(&BY_TIME)
                .to(prefix(&(parts.now() - KNOWN)));
            let rows = parts.store.scan::<Arrivals>(&old)?.rows;
            if rows.is_empty() {
                return Ok(forgotten);
            }
            let mut batch = Batch::bookkeeping();
            for row in &rows {
                batch.delete::<Arrivals>(&row.key, row.version);
            }
            match parts.store.commit(batch).await {
                // Somebody has just used one of the ids again, which is young now.
                Err(store::Error::Conflict(_)) => continue,
                outcome => drop(outcome?),
            }
            forgotten += rows.len();
        }
    }
}
