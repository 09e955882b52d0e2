//! Keeps house: tells the book what came in, destroys the keys of days that are over, lets go what
//! sites keep no longer, and forgets the events of sites that are gone, also of those that an earlier
//! process left.

use std::collections::BTreeSet;
use std::time::Duration;

use tracing::error;

use super::row::{Purge, Purges, Seen, Sites};
use super::service::{Analytics, Ground};
use super::tally::EVERY;
use super::{Error, retention};
use crate::base::{Tasks, chain};
use crate::store::{Batch, Scan};

/// The keys of days are looked at so often at least, however the clock is set meanwhile.
const LOOK: Duration = Duration::from_mins(1);

impl Analytics {
    /// Starts the tasks that keep house.
    pub fn start(&self, tasks: &Tasks) {
        self.0.ledger.start();
        let (sites, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            stop.run_until_cancelled(sites.0.keep_purging()).await;
            sites.0.tasks.stop().await;
            sites.0.tell(Duration::ZERO);
        });
        // Apart from the other, which may take long: a key lives no longer for that.
        let (sites, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            stop.run_until_cancelled(sites.0.keep_forgetting_days())
                .await;
        });
        let (sites, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            stop.run_until_cancelled(sites.0.keep_expiring()).await;
        });
    }

    /// Does all that is to be done now.
    pub async fn tidy(&self) -> Result<(), Error> {
        self.0.tell(EVERY);
        self.0.forget_days().await?;
        self.0.purge().await?;
        self.0.expire().await
    }

    /// Looks for events whose site is gone, which an earlier process was kept from forgetting, and
    /// has them forgotten with the next [`Analytics::tidy`].
    pub async fn find_strays(&self) -> Result<(), Error> {
        self.0.find_strays().await
    }
}

impl Ground {
    async fn keep_purging(&self) {
        tell_failed(self.find_strays().await);
        loop {
            self.tell(EVERY);
            tell_failed(self.purge().await);
            tokio::select! {
                () = self.clock.sleep(LOOK) => {}
                () = self.bell.heard() => {}
            }
        }
    }

    async fn keep_forgetting_days(&self) {
        loop {
            tell_failed(self.forget_days().await);
            self.clock.sleep(LOOK).await;
        }
    }

    async fn keep_expiring(&self) {
        loop {
            tell_failed(self.expire().await);
            tokio::select! {
                () = self.clock.sleep(retention::EVERY) => {}
                () = self.expiring.heard() => {}
            }
        }
    }

    async fn find_strays(&self) -> Result<(), Error> {
        // In this order: a site is there before its first event.
        let numbers = self.ledger.sites()?;
        let sites = self.store.scan::<Sites>(&Scan::all(usize::MAX))?.rows;
        let there: BTreeSet<_> = sites.iter().map(|row| row.value.number).collect();
        let mut batch = Batch::bookkeeping();
        let since = self.clock.now();
        for number in numbers.difference(&there) {
            batch.put::<Purges>(number, &Purge { since });
        }
        if !batch.is_empty() {
            self.store.commit(batch).await?;
        }
        Ok(())
    }

    /// Forgets what is left of sites that were deleted.
    async fn purge(&self) -> Result<(), Error> {
        for row in self.store.scan::<Purges>(&Scan::all(usize::MAX))?.rows {
            let number = row.key;
            self.ledger.forget(number).await?;
            self.forget_days_of(number).await?;
            let mut batch = Batch::bookkeeping();
            batch.discard::<Seen>(&number);
            // Unless something came in meanwhile and it is to be forgotten again.
            batch.delete::<Purges>(&number, row.version);
            self.store.commit(batch).await?;
        }
        Ok(())
    }
}

fn tell_failed(outcome: Result<(), Error>) {
    if let Err(cause) = outcome {
        let cause = chain(&cause).to_string();
        error!(cause, "sites could not be tidied up; trying again");
    }
}
