//! Removes runs and plans that ended long ago, a little at a time.

use std::ops::ControlFlow;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::definition::Definitions;
use super::error::Error;
use super::job::{BY_SYNC, Runs};
use super::plan::{BY_SYNC as OF_SYNC, Plans};
use super::syncs::Syncs;
use crate::audit::{Code, Event};
use crate::base::{Actor, PlanId, RunId, SyncId, UserId};
use crate::store::{Batch, Scan, prefix};

/// So many of a sync's runs are removed before another's turn.
const MOST: usize = 1_000;

/// What is old among a sync's runs and plans.
#[derive(Default)]
struct Old {
    runs: Vec<RunId>,
    plans: Vec<PlanId>,
}

impl Syncs {
    /// Removes the runs and plans of every sync that ended longer ago than the settings say; the
    /// last run of each stays. Stops early when `stop` is told.
    pub async fn sweep(&self, stop: &CancellationToken) -> Result<(), Error> {
        self.forget_expired(stop).await?;
        let keep = self.services.settings.keep_ended;
        let Ok(before) = self.services.clock.now().checked_sub(keep) else {
            return Ok(()); // longer than there has been time
        };
        let mut syncs = Vec::new();
        let moment = self.services.store.snapshot()?;
        moment.walk::<Definitions>(&Scan::all(usize::MAX), |_, row| {
            syncs.push((row.key, row.value.name));
            Ok(ControlFlow::Continue(()))
        })?;
        drop(moment);
        for ((owner, sync), name) in syncs {
            if stop.is_cancelled() {
                break;
            }
            let old = self.old(sync, before)?;
            if !old.runs.is_empty() || !old.plans.is_empty() {
                self.sweep_sync((owner, sync), &name, old).await?;
            }
        }
        Ok(())
    }

    async fn sweep_sync(
        &self,
        (owner, sync): (UserId, SyncId),
        name: &str,
        old: Old,
    ) -> Result<(), Error> {
        let act = Event::new(Code::RunsSwept, &Actor::system())
            .entity("sync", sync, name)
            .count("runs", old.runs.len() as u64)
            .count("plans", old.plans.len() as u64);
        let act = Batch::new(act.build(&self.services.clock));
        self.services.store.commit(act).await?;
        for run in old.runs {
            self.remove_run(owner, run).await?;
        }
        for plan in old.plans {
            self.remove_plan(owner, plan).await?;
        }
        Ok(())
    }

    /// The runs and plans of a sync that ended before a time. They lie in the order in which they
    /// were asked for, and what was asked for later ended later.
    fn old(&self, sync: SyncId, before: Timestamp) -> Result<Old, Error> {
        let moment = self.services.store.snapshot()?;
        let of_sync = |index| Scan::prefix(prefix(&sync), usize::MAX).by(index);
        let mut old = Old::default();
        let mut newer = false;
        moment.walk::<Runs>(&of_sync(&BY_SYNC), |_, row| {
            newer = row.value.finished_at.is_none_or(|end| end >= before);
            if newer || old.runs.len() == MOST {
                return Ok(ControlFlow::Break(()));
            }
            old.runs.push(row.key.1);
            Ok(ControlFlow::Continue(()))
        })?;
        if !newer && old.runs.len() < MOST {
            old.runs.pop(); // the last run that there is
        }
        moment.walk::<Plans>(&of_sync(&OF_SYNC), |_, row| {
            let plan = row.value;
            // One that still waits for approval is too old for that long since.
            let open = plan.state.open() && plan.expires_at.is_none_or(|end| end >= before);
            if open || plan.queued_at >= before || old.plans.len() == MOST {
                return Ok(ControlFlow::Break(()));
            }
            old.plans.push(row.key.1);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(old)
    }
}
