//! Holds a run while it is executed: a claim that others can see, and a lease that runs out.
//!
//! A store is opened by one process at a time, which holds all claims; those of a process that is
//! gone are taken over at the next start, at once. Within the process a lease is kept alive by
//! whatever the run does. One that does nothing any more is dropped and claimed anew, and what the
//! dropped execution still wanted to commit is void: its batches demand its own claim.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::board::Run;
use super::runs::Active;
use super::syncs::Syncs;
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, RunId};
use crate::jobs;
use crate::store::{Batch, Collection, Json, Version};

/// Who executes a run: the row's version tells one claim from another.
pub(crate) struct Claims;

impl Collection for Claims {
    const NAME: &'static str = "run_claim";
    type Key = RunId;
    type Value = Claim;
}

/// When a run was claimed last.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Claim {
    pub(crate) at: Timestamp,
}

impl Json for Claim {}

/// The right to commit what an execution has come to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    run: RunId,
    version: Version,
}

impl Held {
    /// The claim of `run` that was committed as `version`.
    pub(crate) fn new(run: RunId, version: Version) -> Self {
        Self { run, version }
    }

    /// The batch, void as soon as somebody else has claimed the run.
    pub(crate) fn guard(&self, mut batch: Batch) -> Batch {
        batch.require::<Claims>(&self.run, self.version);
        batch
    }
}

impl Syncs {
    /// Whether a run waits until its provider lets it go on.
    pub fn waits(&self, run: &Active) -> bool {
        let shown = self.board.look(run.run);
        is_waiting(shown.as_ref(), self.services.clock.now())
    }

    /// Returns when the execution of `run` has done nothing for as long as its lease lasts: it is
    /// to be dropped, and the run to be claimed anew.
    pub async fn lapsed(&self, run: &Active) {
        let clock = &self.services.clock;
        let waiting = |shown: &Option<Run>| is_waiting(shown.as_ref(), clock.now());
        jobs::lapsed(clock, || self.board.look(run.run), waiting).await;
        self.broke(run, "STOPPED_MOVING");
    }

    /// Tells the book that a run ended, or is begun anew, by a fault of the appliance's own.
    pub(super) fn broke(&self, run: &Active, code: &'static str) {
        let event = Event::new(Code::JobFailed, &Actor::system())
            .detail("run", run.run.to_string())
            .status(Outcome::failed(code));
        self.record(event);
    }
}

fn is_waiting(shown: Option<&Run>, now: Timestamp) -> bool {
    let until = shown.and_then(|run| run.pulse.waiting_until);
    until.is_some_and(|until| until > now)
}
