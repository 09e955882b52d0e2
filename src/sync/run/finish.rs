//! Ends a run: in the store, in the book, for its plan, and for those who watch.

use tracing::{info, warn};

use super::super::board::Run;
use super::super::cancel::Cancels;
use super::super::claim::Claims;
use super::super::counts::Fate;
use super::super::definition::Approval;
use super::super::direction::Direction;
use super::super::error::Error;
use super::super::job::{Job, Task};
use super::super::memory::Memory;
use super::super::owed::Upshot;
use super::super::plan::Made;
use super::both::listing_of;
use super::ledger::Ledger;
use super::start::Claimed;
use crate::audit::{Code, Event, Outcome};
use crate::base::metrics::{JOBS_ENDED, RECORDS, RUNS};
use crate::base::{Act, Scope, chain};
use crate::jobs::{Ending, State};
use crate::providers;
use crate::store::Batch;

impl Claimed<'_> {
    /// Lets the connection's status learn what the run met. The run's own end matters more: a
    /// status that cannot be kept is only logged.
    pub(super) async fn tell_connection(&self, error: &providers::Error) {
        let Some(credential) = self.credential.get() else {
            return; // nobody was called
        };
        let scope = Scope::owned_by(self.active.owner);
        let connections = &self.syncs.services.connections;
        let told = connections.met_trouble(&scope, (self.sync.connection, *credential), error);
        if let Err(error) = told.await {
            warn!(error = %chain(&error), "a connection's status was not kept");
        }
    }

    /// The same for a run whose calls were accepted: one note for all of them.
    async fn tell_of_success(&self, job: &Job) {
        let Some(credential) = self.credential.get().filter(|_| was_accepted(job)) else {
            return;
        };
        let scope = Scope::owned_by(self.active.owner);
        let connections = &self.syncs.services.connections;
        let told = connections.was_accepted(&scope, (self.sync.connection, *credential));
        if let Err(error) = told.await {
            warn!(error = %chain(&error), "a connection's status was not kept");
        }
    }

    /// Ends the run in the store, in the book and for those who watch.
    pub(super) async fn end(
        &self,
        mut ledger: Ledger,
        ending: Option<Ending>,
    ) -> Result<(), Error> {
        let now = self.syncs.services.clock.now();
        ledger.count_calls(&self.live.borrow().job);
        if ledger.job.end(ending, now).is_err() {
            return Ok(()); // it has ended already
        }
        let (settings, memory) = (&self.syncs.services.settings, ledger.job.memory);
        if matches!(memory, Memory::Kept { .. }) {
            ledger.job.undo_until = now.checked_add(settings.undo_for).ok();
        }
        let made = ledger.made.take();
        if self.sync.direction == Direction::TwoWay {
            self.syncs.clear_staged(listing_of(self.active.run)).await?;
        }
        match (ledger.job.task, &made) {
            (Task::Plan(plan), Some(_)) => self.syncs.clear_staged(plan).await?,
            (Task::Plan(plan), None) => self.syncs.clear_plan(plan).await?,
            (Task::Push | Task::Pull | Task::Both | Task::Retry(_) | Task::Execute(_), _) => {}
        }
        if let Some(upshot) = self.upshot(&ledger.job) {
            let key = (self.active.owner, self.sync_id);
            let ends = (self.active.run, upshot);
            self.syncs.settle_told(key, ends).await;
        }
        let ended = Batch::new(self.ended(&ledger.job, made.as_ref()));
        let mut batch = self.claim.guard(ended);
        let owner = self.active.owner;
        let (syncs, job) = (self.syncs, &ledger.job);
        syncs.count_end(&mut batch, owner, job, made.as_ref())?;
        syncs.close_plan(&mut batch, owner, job, made)?;
        syncs.close_undo(&mut batch, (owner, self.active.run), job)?;
        batch.discard::<Cancels>(&self.active.run);
        batch.discard::<Claims>(&self.active.run);
        ledger.put(&mut batch);
        self.syncs.services.store.commit(batch).await?;
        let run = Run::kept(self.active.run, ledger.job);
        self.tell_of_success(&run.job).await;
        self.syncs.plan_retry(owner, &run.job).await;
        measure(&run.job);
        log(&run);
        self.syncs.board.take_down(run);
        Ok(())
    }

    /// Whether the run has read all that its provider may have told of: where nothing is written
    /// without leave, a plan has. None when it came through and was to read less.
    fn upshot(&self, job: &Job) -> Option<Upshot> {
        let reads = match job.task {
            Task::Push | Task::Pull | Task::Both => true,
            Task::Plan(_) => self.sync.approval == Approval::Always && self.undoes.is_none(),
            Task::Retry(_) | Task::Execute(_) => false,
        };
        match (&job.state, reads) {
            (State::Done, true) => Some(Upshot::Through),
            (State::Done, false) => None,
            _ => Some(Upshot::InVain),
        }
    }

    /// The event of a run's end: how many records met which fate, and the digest of the outcomes.
    fn ended(&self, job: &Job, made: Option<&Made>) -> Act {
        let plan = match job.task {
            Task::Plan(plan) | Task::Execute(plan) => Some(plan),
            Task::Push | Task::Pull | Task::Both | Task::Retry(_) => None,
        };
        let planning = matches!(job.task, Task::Plan(_));
        let (code, outcome) = match &job.state {
            State::Failed(failure) => (
                if planning {
                    Code::PlanFailed
                } else {
                    Code::RunFailed
                },
                Outcome::Failure {
                    code: "RUN_FAILED",
                    detail: failure.message.clone(),
                },
            ),
            State::Cancelled => (Code::RunCancelled, Outcome::Success),
            State::Queued | State::Running(_) | State::Done => {
                let code = if planning {
                    Code::PlanMade
                } else {
                    Code::RunFinished
                };
                (code, Outcome::Success)
            }
        };
        let mut event = Event::new(code, &self.by)
            .entity("run", self.active.run, &job.sync_name)
            .entity("sync", job.sync, &job.sync_name)
            .count("calls", job.calls)
            .count("calls_refused", job.calls_refused)
            .count("records", job.counts.read)
            .detail("outcomes_sha256", job.digest.as_str())
            .status(outcome);
        if job.quarantined > 0 {
            event = event.count("quarantined", job.quarantined);
        }
        if let Some(since) = job.changes_since() {
            event = event.detail("changes_since", since.to_string());
        }
        if let Some(plan) = plan {
            event = event.entity("plan", plan, &job.sync_name);
        }
        if let Some(undone) = job.undoes {
            event = event.detail("undoes", undone.to_string());
        }
        if let Some(made) = made {
            event = event.detail("plan_sha256", made.hash());
        }
        for fate in Fate::ALL {
            event = event.count(fate.name(), job.counts.of(fate));
        }
        event.build(&self.syncs.services.clock)
    }
}

/// Whether the provider has accepted a call of a run that was carried through. One that was asked
/// and left every record unknown has answered nothing.
fn was_accepted(job: &Job) -> bool {
    let counts = &job.counts;
    let answered = counts.unknown == 0 || counts.unknown < counts.read;
    matches!(job.state, State::Done) && job.calls > job.calls_refused && answered
}

fn measure(job: &Job) {
    let (task, trigger) = (
        match job.task {
            Task::Push => "push",
            Task::Pull => "pull",
            Task::Both => "two_way",
            Task::Retry(_) => "retry",
            Task::Plan(_) => "plan",
            Task::Execute(_) => "execute",
        },
        if job.by.is_some() { "user" } else { "schedule" },
    );
    let state = job.state.word();
    RUNS.add([task.into(), trigger.into(), state.into()], 1);
    let planning = matches!(job.task, Task::Plan(_));
    let kind = if planning { "plan" } else { "run" };
    JOBS_ENDED.add([kind.into(), state.into()], 1);
    // What a plan counts, a run has yet to settle.
    if !planning {
        for fate in Fate::ALL {
            RECORDS.add([fate.name().into()], job.counts.of(fate));
        }
    }
}

fn log(run: &Run) {
    let (id, counts) = (run.id, &run.job.counts);
    let (read, refused) = (counts.read, counts.refused + counts.unknown);
    let elapsed = run.job.finished_at.zip(run.job.started_at);
    let elapsed_ms = elapsed.map_or(0, |(end, start)| end.duration_since(start).as_millis());
    if let State::Failed(failure) = &run.job.state {
        warn!(
            run.id = %id, read, refused, calls = run.job.calls, elapsed_ms, code = %failure.code,
            "run {id} failed: {}", failure.message
        );
    } else {
        info!(
            run.id = %id, read, refused, calls = run.job.calls, elapsed_ms,
            "run {id} settled {read} records"
        );
    }
}
