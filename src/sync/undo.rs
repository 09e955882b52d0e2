//! Asks for the undoing of a run, and says what stands in its way.

use std::fmt::{Display, Formatter, Result as Shown};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::direction::Direction;
use super::error::Error;
use super::intent::Intent;
use super::job::{ACTIVE, Job, Runs, Task};
use super::memory::{self, Memories, Memory};
use super::past::{self, Pasts};
use super::plan::{Plan, Plans};
use super::survey::Survey;
use super::syncs::Syncs;
use crate::base::{Actor, PlanId, RunId, Scope, UserId};
use crate::store::{Batch, Collection, Key as _, Scan};

/// Which way a run works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// It writes what is new or has changed.
    Onward,
    /// It takes back what another has done.
    Back,
}

impl Job {
    /// Which way it works.
    pub(super) fn course(&self) -> Course {
        match self.undoes {
            Some(_) => Course::Back,
            None => Course::Onward,
        }
    }
}

impl Intent {
    /// Which way the run works that has announced it.
    pub(super) fn course(&self) -> Course {
        if self.undoes {
            Course::Back
        } else {
            Course::Onward
        }
    }
}

/// Why a run cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoUndo {
    /// It has not ended.
    NotEnded,
    /// It has written nothing, or was executed before runs could be undone.
    Nothing,
    /// It has written more than is remembered of one run.
    TooMuch,
    /// It ended too long ago.
    Expired,
    /// Another run has undone it.
    Undone(RunId),
}

/// In words that complete "the run cannot be undone: …".
impl Display for NoUndo {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        f.write_str(match self {
            Self::NotEnded => "it has not ended; wait for its end, or cancel it",
            Self::Nothing => {
                "it has written nothing that is remembered; what was delivered to a hook cannot be \
                 taken back"
            }
            Self::TooMuch => {
                "it has written more than is remembered of one run; the setting sync.undo_megabytes \
                 says how much that is"
            }
            Self::Expired => {
                "what it wrote is no longer remembered; the setting sync.undo_for says for how long \
                 that is"
            }
            Self::Undone(_) => "it was undone already; to have it back, undo the run that undid it",
        })
    }
}

impl Job {
    /// What stands in the way of undoing it at the time `now`; none when nothing does.
    pub fn no_undo(&self, now: Timestamp) -> Option<NoUndo> {
        if !self.state.ended() {
            return Some(NoUndo::NotEnded);
        }
        if let Some(run) = self.undone_by {
            return Some(NoUndo::Undone(run));
        }
        match self.memory {
            Memory::Nothing => Some(NoUndo::Nothing),
            Memory::TooMuch => Some(NoUndo::TooMuch),
            Memory::Kept { .. } => {
                let until = self.undo_until;
                until
                    .is_none_or(|until| until < now)
                    .then_some(NoUndo::Expired)
            }
        }
    }
}

impl Syncs {
    /// Asks for a plan that undoes a run: a job looks at every record that the run wrote, and lists
    /// what would be taken back. A plan that waits for approval makes room for it.
    ///
    /// Errs when the run cannot be undone, and while a job of its sync has not ended.
    pub async fn undo(
        &self,
        scope: &Scope,
        id: RunId,
        by: &Actor,
    ) -> Result<(PlanId, Plan), Error> {
        let job = self.job(scope, id)?;
        let sync = self.open(scope, job.sync)?;
        if let Some(why) = job.no_undo(self.services.clock.now()) {
            return Err(Error::NotUndoable(id, why));
        }
        // What a pull wrote is here.
        let read_first = job.direction != Direction::Pull;
        sync.plan_for(read_first, Some(id), by).await
    }

    /// The run that a job undoes, or finds out how to.
    pub(super) fn undone_in(&self, owner: UserId, task: Task) -> Result<Option<RunId>, Error> {
        let (Task::Plan(plan) | Task::Execute(plan)) = task else {
            return Ok(None);
        };
        let plan = self.services.store.get::<Plans>(&(owner, plan))?;
        Ok(plan.and_then(|row| row.value.undoes))
    }

    /// Finds out how many records a job has to look at that undoes a run. No brake holds it: it
    /// takes back what was written, and nothing else.
    pub(super) fn size_undo(
        &self,
        job: &mut Job,
        (owner, run): (UserId, RunId),
    ) -> Result<Survey, Error> {
        let undone = self.services.store.get::<Runs>(&(owner, run))?;
        job.brake = None;
        job.total = match (job.total, job.task, undone) {
            (None, Task::Plan(_), Some(row)) => match row.value.memory {
                Memory::Kept { records, .. } => Some(records),
                Memory::Nothing | Memory::TooMuch => None,
            },
            (None, task, _) => self.listed(owner, task)?,
            (total, ..) => total,
        };
        Ok(Survey::default())
    }

    /// Adds to `batch` what the end of a run means for the one that it undoes: it is undone once
    /// nothing of it is left, and what it had undone itself is in force again.
    pub(super) fn close_undo(
        &self,
        batch: &mut Batch,
        (owner, id): (UserId, RunId),
        job: &Job,
    ) -> Result<(), Error> {
        let counts = &job.counts;
        let whole = counts.held + counts.refused + counts.unknown == 0;
        let done = matches!(job.state, crate::jobs::State::Done);
        let (Some(undone), true) = (job.undoes, whole && done) else {
            return Ok(());
        };
        let store = &self.services.store;
        let Some(mut row) = store.get::<Runs>(&(owner, undone))? else {
            return Ok(());
        };
        row.value.undone_by = Some(id);
        batch.put::<Runs>(&row.key, &row.value);
        if let Some(first) = row.value.undoes
            && let Some(mut row) = store.get::<Runs>(&(owner, first))?
        {
            row.value.undone_by = None;
            batch.put::<Runs>(&row.key, &row.value);
        }
        Ok(())
    }

    /// Removes what is remembered of runs that can no longer be undone.
    pub(super) async fn forget_expired(&self, stop: &CancellationToken) -> Result<(), Error> {
        let there = self.forget_expired_of::<Memories>(memory::Block::owner, stop);
        let there = there.await?;
        let here = self.forget_expired_of::<Pasts>(past::Block::owner, stop);
        let forgotten = there + here.await?;
        if forgotten > 0 {
            info!(runs = forgotten, "forgot what {forgotten} runs wrote");
        }
        Ok(())
    }

    /// The same of what is remembered there, or here; gives of how many runs.
    async fn forget_expired_of<C: Collection<Key = (RunId, u32)>>(
        &self,
        owner: fn(&C::Value) -> Option<UserId>,
        stop: &CancellationToken,
    ) -> Result<u64, Error> {
        let now = self.services.clock.now();
        let store = &self.services.store;
        let (mut from, mut forgotten) = (Vec::new(), 0_u64);
        while !stop.is_cancelled() {
            let scan = Scan::all(1).from(std::mem::take(&mut from));
            let Some(row) = store.scan::<C>(&scan)?.rows.into_iter().next() else {
                break;
            };
            let (run, _) = row.key;
            let job = match owner(&row.value) {
                Some(owner) => store.get::<Runs>(&(owner, run))?,
                None => None,
            };
            let (expired, sync) = match job {
                Some(row) => (
                    row.value.undo_until.is_some_and(|until| until < now),
                    Some(row.value.sync),
                ),
                None => (true, None),
            };
            // What is just being undone is still needed.
            let busy = match sync {
                Some(sync) => store.find::<Runs>(&ACTIVE, &sync)?.is_some(),
                None => false,
            };
            if expired && !busy {
                self.forget(run).await?;
                forgotten += 1;
            }
            from = (run, u32::MAX).bytes();
        }
        Ok(forgotten)
    }
}
