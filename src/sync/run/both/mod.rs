//! Lets a dataset and a remote table meet: what either side has changed comes to the other.
//!
//! ```text
//! settle ─▶ list the table ─▶ judge each record with what both last agreed on
//!                               ├─▶ bring: records here, links, conflicts, outcomes in one batch
//!                               └─▶ send: what is left is written there by the pipeline of a push
//! ```
//!
//! A link of a two-way sync holds what both sides held when they last agreed: the provider's cells as
//! it answered them, and ours as they then were. So a value that the provider rounds or trims is no
//! change of anybody's, and what we wrote does not come back. Both are canonical and as they are:
//! some 200 bytes for a record of ten short fields.
//!
//! A field that one side has changed takes that side's value, one that both have changed to the
//! same is agreed, and over one that both have changed differently the sync's policy decides. If it
//! is to ask, the record waits in the inbox, all of it, until somebody has solved the conflict or
//! it is none any more. What is decided in favour of this side is noted in the link before it is
//! written there ([`PENDING`]): from then on it is a change of ours alone, and a crash loses nothing.
//! What is written is announced, and should a run stop before it is settled, the link remembers what
//! that looked like: what then stands there so is ours, however the record here has changed since.
//!
//! What is brought is settled with the record in one batch. What is sent touches the changed cells
//! alone, is looked at once more before its group is announced, and is left to the next run if it
//! is not as it was listed: between that look and the write nobody can do better, for no vendor
//! takes a condition with a write. Each record is settled once: a run that goes on after a crash
//! lists the table again and passes over what it had settled.
//!
//! A row that is gone there, or a record that is gone here, follows the sync's rules if the other
//! side is as it was agreed; if it was edited, both have changed, and the policy decides. Where
//! nobody knows what was agreed on, such as when two records meet by their key, an empty value
//! gives way to one that is not, and everything else that differs is a conflict.

mod alias;
mod base;
mod bring;
mod came;
mod dispute;
mod foretold;
mod gone;
mod hall;
mod inbox;
mod judge;
mod known;
mod look;
mod merge;
mod outlook;
mod plan;
mod rows;
mod ruling;
mod scope;
mod send;
mod stray;
mod undo;

use std::sync::Arc;

use jiff::Timestamp;

use super::super::error::Error;
use super::super::job::Task;
use super::Pass;
use super::ledger::Ledger;
use super::source::Source;
use crate::base::{PlanId, RunId};
use crate::jobs::Phase;

pub(super) use base::{look_of_written, perhaps_written};
pub(super) use hall::{Met, Rules};
pub(super) use look::Meeting;

use base::PENDING;

impl Pass<'_> {
    /// Brings what was changed there, then writes there what was changed here. `wrote` is when the
    /// provider was last written to, as far as is known: a list that lags behind must not be taken
    /// for what people have done.
    pub(super) async fn meet(
        &mut self,
        ledger: &mut Ledger,
        (rules, next): (Rules, u64),
        wrote: Option<Timestamp>,
    ) -> Result<(), Error> {
        let whole = rules.task == Task::Both;
        let listing = listing_of(ledger.id);
        if self.list_settled(listing, wrote).await?.is_none() {
            return Ok(());
        }
        self.enter(Phase::Writing);
        let Some(met) = self.bring(ledger, rules, listing).await? else {
            return Ok(());
        };
        self.reader.met = Arc::new(met);
        self.reader.source = Source::Both;
        ledger.job.checkpoint = None;
        self.push(ledger, next).await?;
        if whole && !self.line.halt.is_cancelled() {
            self.settle_letters(ledger).await?;
        }
        Ok(())
    }

    /// Lists the table once it shows what was written to it. `None` when the run is to stop.
    async fn list_settled(
        &self,
        listing: PlanId,
        wrote: Option<Timestamp>,
    ) -> Result<Option<()>, Error> {
        self.enter(Phase::Listing);
        if let Some(wrote) = wrote
            && !self.until_settled(wrote).await
        {
            return Ok(None);
        }
        self.list(listing, rows::pack).await
    }
}

/// Under what a run keeps the rows of the table: there is no plan of that id.
pub(super) fn listing_of(run: RunId) -> PlanId {
    PlanId::from_bytes(*run.as_bytes())
}

/// The run whose records alone are meant, if it is not all of them.
fn left_by(task: Task) -> Option<RunId> {
    match task {
        Task::Retry(run) => Some(run),
        Task::Push | Task::Pull | Task::Both | Task::Plan(_) | Task::Execute(_) => None,
    }
}
