//! What goes on by itself: folds what waits, and counts months that are over.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tracing::{error, warn};

use super::Inner;
use super::day::Day;
use super::fold;
use super::months;
use super::row::Heads;
use super::waiting::{Counting, Due, rest};
use crate::analytics::number::SiteNumber;
use crate::base::chain;
use crate::store::{self, Scan};

/// Months that are over are looked for so often: until they are counted, a year that was just brought
/// is told of day by day.
const MONTHS_EVERY: Duration = Duration::from_mins(1);

impl Inner {
    /// Folds what waits, until the appliance goes down.
    pub(super) async fn keep_folding(self: Arc<Self>) {
        let stop = self.tasks.stopping();
        while !stop.is_cancelled() {
            let now = self.clock.now();
            let pause = match self.waiting.due(now) {
                Due::Now(site, day, counting) => {
                    if let Err(error) = self.fold(site, day, counting).await {
                        error!(site = site.0, error = %chain(&error), "events were not folded");
                        self.waiting.failed(site, now);
                    }
                    continue;
                }
                Due::At(at) => at,
                Due::Nothing => Timestamp::MAX,
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = self.clock.sleep_until(pause) => {}
                () = self.nudge.heard() => {}
            }
        }
    }

    /// Folds what waits for a day.
    pub(super) async fn fold(
        self: &Arc<Self>,
        site: SiteNumber,
        day: Day,
        counting: Counting,
    ) -> Result<(), store::Error> {
        let begun = self.clock.elapsed();
        loop {
            let (inner, now) = (Arc::clone(self), self.clock.now());
            let fold = move || fold::fold(&inner.store.snapshot()?, (site, day), counting, now);
            let Some(fold) = self.blocking.run(fold).await? else {
                self.waiting.folded((site, day), None, counting);
                return Ok(());
            };
            match self.store.commit(fold.batch).await {
                // Somebody else has folded, rebuilt or forgotten in the meantime.
                Err(store::Error::Conflict(_)) => {}
                outcome => {
                    outcome?;
                    self.waiting.folded((site, day), Some(&fold.ids), counting);
                    // A day that nothing has come for is counted this once, and not time and again.
                    if counting == Counting::Now && !fold.ids.is_empty() {
                        let took = self.clock.elapsed().saturating_sub(begun);
                        let until = self.clock.after(rest(took, fold.bytes));
                        self.waiting.rest((site, day), self.clock.now(), until);
                    }
                    return Ok(());
                }
            }
        }
    }

    /// Counts months that are over, until the appliance goes down.
    pub(super) async fn keep_months(self: Arc<Self>) {
        let stop = self.tasks.stopping();
        loop {
            if let Err(error) = self.count_months().await {
                warn!(error = %chain(&error), "a month of events was not counted");
            }
            let pause = self.clock.sleep(MONTHS_EVERY);
            if stop.run_until_cancelled(pause).await.is_none() {
                return;
            }
        }
    }

    /// Counts the months of all sites that are over and not counted.
    pub(super) async fn count_months(self: &Arc<Self>) -> Result<(), store::Error> {
        let sites = self.store.scan::<Heads>(&Scan::all(usize::MAX))?.rows;
        for site in sites.into_iter().map(|row| row.key) {
            while !self.tasks.stopping().is_cancelled() {
                let (inner, now) = (Arc::clone(self), self.clock.now());
                let count = move || {
                    let snapshot = inner.store.snapshot()?;
                    match months::uncounted(&snapshot, site, now)? {
                        Some(month) => months::write(&snapshot, site, month),
                        None => Ok(None),
                    }
                };
                let Some(batch) = self.blocking.run(count).await? else {
                    break;
                };
                match self.store.commit(batch).await {
                    Ok(_) => {}
                    // It was folded meanwhile; that goes first.
                    Err(store::Error::Conflict(_)) => break,
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }
}
