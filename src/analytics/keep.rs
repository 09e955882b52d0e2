//! Keeps house: tells the book what came in, destroys the keys of days that are over, and forgets
//! the events of sites that are gone, also of those that an earlier process left.

use std::time::Duration;

use tracing::error;

use super::Error;
use super::row::{Days, Purges, Seen};
use super::service::{Analytics, Ground};
use super::tally::EVERY;
use crate::base::{Tasks, chain};
use crate::store::{Batch, Scan, prefix};

/// So many rows are removed in one commit, so that others get their turn.
const AT_ONCE: usize = 2_000;
/// The keys of days are looked at so often at least, however the clock is set meanwhile.
const LOOK: Duration = Duration::from_mins(1);

impl Analytics {
    /// Starts the tasks that keep house.
    pub fn start(&self, tasks: &Tasks) {
        let (sites, stop) = (self.clone(), tasks.stopping());
        self.0.ledger.start();
        tasks.start(async move {
            let turn = async || {
                loop {
                    if let Err(cause) = sites.tidy().await {
                        let cause = chain(&cause).to_string();
                        error!(cause, "sites could not be tidied up; trying again");
                    }
                    let clock = &sites.0.clock;
                    tokio::select! {
                        () = clock.sleep(LOOK) => {}
                        () = sites.0.bell.heard() => {}
                    }
                }
            };
            stop.run_until_cancelled(turn()).await;
            sites.0.tasks.stop().await;
            sites.0.tell(Duration::ZERO);
        });
    }

    /// Does all that is to be done now.
    pub async fn tidy(&self) -> Result<(), Error> {
        self.0.tell(EVERY);
        self.0.forget_days().await?;
        self.0.purge().await
    }
}

impl Ground {
    /// Forgets what is left of sites that were deleted.
    async fn purge(&self) -> Result<(), Error> {
        for row in self.store.scan::<Purges>(&Scan::all(usize::MAX))?.rows {
            let number = row.key;
            self.ledger.forget(number).await?;
            let mut batch = Batch::bookkeeping();
            batch.clear::<Days>(prefix(&number), AT_ONCE);
            batch.discard::<Seen>(&number);
            // Unless something came in meanwhile and it is to be forgotten again.
            batch.delete::<Purges>(&number, row.version);
            self.store.commit(batch).await?;
        }
        Ok(())
    }
}
