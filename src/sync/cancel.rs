//! Calls runs off: one that waits at once, one that is under way after the calls in flight.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::board::Run;
use super::error::Error;
use super::job::{Job, Runs};
use super::syncs::Syncs;
use crate::audit::{Code, Event};
use crate::base::{Actor, RunId, Scope};
use crate::jobs::{Ending, State};
use crate::store::{Batch, Collection, Json, Row};

/// The runs that somebody has called off while they were under way: a run that was killed before
/// it could end does so at its next claim.
pub(crate) struct Cancels;

impl Collection for Cancels {
    const NAME: &'static str = "run_cancel";
    type Key = RunId;
    type Value = Cancel;
}

/// When a run was called off.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Cancel {
    at: Timestamp,
}

impl Json for Cancel {}

/// What tells the runs that are being executed here that they are called off.
#[derive(Clone, Default)]
pub(crate) struct Stops(Arc<Mutex<HashMap<RunId, CancellationToken>>>);

impl Stops {
    /// What `run` listens to, from now until [`Stops::forget`].
    pub(crate) fn listen(&self, run: RunId) -> CancellationToken {
        let mut stops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stops.entry(run).or_default().clone()
    }

    /// The run is no longer executed here.
    pub(crate) fn forget(&self, run: RunId) {
        let mut stops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stops.remove(&run);
    }

    fn tell(&self, run: RunId) {
        let stops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stop) = stops.get(&run) {
            stop.cancel();
        }
    }
}

/// Tries before a run that keeps moving is left alone.
const TRIES: usize = 3;

impl Syncs {
    /// Calls a run off, and gives it as it is then. What it had written stays; its next run goes
    /// on from there.
    ///
    /// Errs when it has come to another end.
    pub async fn cancel(&self, scope: &Scope, id: RunId, by: &Actor) -> Result<Run, Error> {
        for _ in 0..TRIES {
            let row = self.job_row(scope, id)?;
            match &row.value.state {
                State::Queued => match self.cancel_queued(row, by).await {
                    Err(Error::Moved) => {} // it has just been claimed
                    outcome => return outcome,
                },
                State::Running(_) => return self.cancel_running(id, row.value, by).await,
                State::Cancelled => return Ok(Run::kept(id, row.value)),
                State::Done | State::Failed(_) => return Err(Error::Ended(id)),
            }
        }
        Err(Error::Moved)
    }

    async fn cancel_queued(&self, row: Row<Runs>, by: &Actor) -> Result<Run, Error> {
        let (id, mut job) = (row.key.1, row.value);
        job.end(Some(Ending::Cancelled), self.services.clock.now())
            .map_err(|_ended| Error::Ended(id))?;
        let act = Event::new(Code::RunCancelled, by)
            .entity("run", id, &job.sync_name)
            .entity("sync", job.sync, &job.sync_name)
            .count("records", 0);
        let mut batch = Batch::new(act.build(&self.services.clock));
        batch.replace::<Runs>(&row.key, &job, row.version);
        self.close_plan(&mut batch, row.key.0, &job, None)?;
        self.commit(batch, &job.sync_name).await?;
        let run = Run::kept(id, job);
        self.board.take_down(run.clone());
        Ok(run)
    }

    async fn cancel_running(&self, id: RunId, job: Job, by: &Actor) -> Result<Run, Error> {
        let act = Event::new(Code::RunCancelRequested, by)
            .entity("run", id, &job.sync_name)
            .entity("sync", job.sync, &job.sync_name);
        let mut batch = Batch::new(act.build(&self.services.clock));
        let at = self.services.clock.now();
        batch.put::<Cancels>(&id, &Cancel { at });
        self.services.store.commit(batch).await?;
        self.stops.tell(id);
        Ok(self.shown(Run::kept(id, job)))
    }
}
