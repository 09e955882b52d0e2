//! Ends a run whose dataset is out of reach before anything is done for it.

use super::super::board::Run;
use super::super::cancel::Cancels;
use super::super::claim::Claims;
use super::super::error::Error;
use super::super::job::{Job, Runs, Task};
use super::super::lender::unavailable;
use super::super::{Active, Syncs};
use crate::audit::{Code, Event, Outcome};
use crate::base::Actor;
use crate::jobs::Ending;
use crate::store::{self, Batch, Version};

impl Syncs {
    /// Ends a run that was just claimed, and whose dataset is called `name`.
    pub(super) async fn refuse(
        &self,
        active: &Active,
        (mut job, version): (Job, Version),
        name: &str,
        by: &Actor,
    ) -> Result<(), Error> {
        let failure = unavailable(name);
        let clock = &self.services.clock;
        let code = match job.task {
            Task::Plan(_) => Code::PlanFailed,
            Task::Push | Task::Pull | Task::Both | Task::Retry(_) | Task::Execute(_) => {
                Code::RunFailed
            }
        };
        let act = Event::new(code, by)
            .entity("run", active.run, &job.sync_name)
            .entity("sync", job.sync, &job.sync_name)
            .status(Outcome::Failure {
                code: "RUN_FAILED",
                detail: failure.message.clone(),
            })
            .build(clock);
        if job.end(Some(Ending::Failed(failure)), clock.now()).is_err() {
            return Ok(()); // it has ended already
        }
        let mut batch = Batch::new(act);
        self.count_end(&mut batch, active.owner, &job, None)?;
        self.close_plan(&mut batch, active.owner, &job, None)?;
        batch.discard::<Cancels>(&active.run);
        batch.discard::<Claims>(&active.run);
        batch.replace::<Runs>(&(active.owner, active.run), &job, version);
        match self.services.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => return Ok(()), // it has just been called off
            outcome => outcome?,
        };
        self.board.take_down(Run::kept(active.run, job));
        self.stops.forget(active.run);
        Ok(())
    }
}
