//! Executes a run: the only place that writes to a provider's records.
//!
//! ```text
//! read ─▶ announce ─▶ write, several calls at a time ─▶ gather ─▶ settle
//! ```
//!
//! The records come from the dataset, or are a part of it that was listed before, always in key
//! order, and are cut into groups. A group's intent is committed before the
//! first of its records is sent; when all of them have come back its links, outcomes, counts and
//! the checkpoint are committed together, and the intent is closed. So a crash at any moment leaves
//! an intent that says exactly which records may exist without being linked, and the next claim
//! begins by looking for them.

mod batch;
mod book;
mod both;
mod content;
mod decide;
mod deliveries;
mod doubles;
mod errand;
mod finish;
mod fit;
mod former;
mod group;
mod ledger;
mod line;
mod listing;
mod mark;
mod opens;
mod outfit;
mod pipeline;
mod planned;
mod planning;
mod plans;
mod pull;
mod readback;
mod reading;
mod remove;
mod renew;
mod seek;
mod source;
mod start;
mod unavailable;
mod undo;
mod verdict;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use super::claim::{Claims, Held};
use super::counts::Fate;
use super::direction::Pulling;
use super::error::Error;
use super::quarantine::Roll;
use super::resend::Resend;
use crate::base::{Blocking, SyncId};
use crate::jobs::{Phase, Step};
use crate::store::{self, Batch, Collection as _, Store, Version};

use book::Book;
use deliveries::Doubts;
use group::{Done, End, Group};
use ledger::Ledger;
use line::Line;
use reading::Reader;

pub(super) use fit::Fit;
pub(super) use start::{execute, give_up};

/// One execution of a run, from its claim to its end or to the next stop.
struct Pass<'a> {
    line: Line<'a>,
    store: &'a Store,
    blocking: Blocking,
    claim: Held,
    book: Book<'a>,
    sync: SyncId,
    pulling: Pulling,
    /// How much of what was read before is read once more.
    overlap: Duration,
    fit: Arc<Fit>,
    reader: Reader,
    /// The records that are missed here.
    roll: Roll,
    /// So many hours a record must have been missing before it is removed.
    quarantine_hours: u32,
    /// Whether it only looks, for a plan.
    looks_only: bool,
    /// Whether it goes on after a stop or a kill.
    resumed: bool,
    /// Why the provider takes no more records, once it has said so.
    full: OnceLock<String>,
    /// What becomes of deliveries that had no answer.
    resend: Resend,
    /// How many have had none in a row.
    doubts: Doubts,
    /// The records beyond the checkpoint that are settled already.
    passed: HashSet<String>,
    /// What people should know of some records, by their keys.
    notes: Mutex<Vec<(String, String)>>,
}

impl Pass<'_> {
    /// Commits what the run has come to, while the run is still its own.
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<Version, store::Error>> {
        self.store.commit(self.claim.guard(batch))
    }

    /// The same of what others may have changed meanwhile; none when somebody has, and nothing is
    /// committed. Errs when the run is another's by now.
    async fn commit_unless_moved(&self, batch: Batch) -> Result<Option<Version>, Error> {
        match self.commit(batch).await {
            Err(store::Error::Conflict(of)) if of != Claims::NAME => Ok(None),
            outcome => Ok(outcome.map(Some)?),
        }
    }

    /// Whether the dataset's fields are those that the run began with; fails the run otherwise: what
    /// was read last may lack values, and a filter may have missed records for that.
    fn fields_stay(&self) -> Result<bool, Error> {
        let stay = self.reader.dataset.has_its_fields()?;
        if !stay {
            self.line.fail(renew::reshaped().into());
        }
        Ok(stay)
    }

    /// Has people told of a record what no count of it tells.
    fn note(&self, key: &str, told: &str) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.push((key.to_owned(), told.to_owned()));
    }

    /// Puts what people should know among the run's problems.
    fn tell_notes(&self, ledger: &mut Ledger) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, told) in notes.drain(..) {
            ledger.job.problems.add(&key, &told);
            self.line
                .live
                .send_modify(|run| run.job.problems.add(&key, &told));
        }
    }

    fn enter(&self, phase: Phase) {
        let live = self.line.live;
        live.send_modify(|run| {
            // What is shown may have ended already for those who watch; then it stays so.
            if let Ok(state) = run.job.state.on(Step::Enter(phase)) {
                run.job.state = state;
            }
        });
    }

    /// Shows what has become of some records, before it is settled.
    fn show(&self, done: &[Done]) {
        let now = self.line.clock.now();
        self.line.live.send_modify(|run| {
            for done in done {
                if let Some((fate, reason)) = done.end.told() {
                    run.job.count(fate, &done.key, reason);
                }
            }
            run.pulse.beat(done.len() as u64, now);
        });
    }

    /// Shows what of a group needed no call.
    fn show_idle(&self, group: &Group) {
        let now = self.line.clock.now();
        self.line.live.send_modify(|run| {
            for idle in &group.idle {
                run.job.count(idle.fate, &idle.key, &idle.reason);
            }
            run.pulse.beat(group.idle.len() as u64, now);
        });
    }
}

impl End {
    /// How the record is counted, and why; `None` when it was not tried.
    fn told(&self) -> Option<(Fate, &str)> {
        match self {
            Self::Kept { fate, .. } => Some((*fate, "")),
            Self::Refused { reason, .. } => Some((Fate::Refused, reason)),
            Self::Removed { .. } => Some((Fate::Deleted, "")),
            Self::Moved { reason, .. } => Some((Fate::Held, reason)),
            Self::Unknown { reason } | Self::InDoubt { reason, .. } => {
                Some((Fate::Unknown, reason))
            }
            Self::Left { .. } => None,
        }
    }
}
