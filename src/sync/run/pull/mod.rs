//! Brings a remote table's records into the dataset, and what it takes for plans of that.
//!
//! ```text
//! read page after page ─▶ judge each row against its tie and the record here ─▶ settle
//! ```
//!
//! Pages are read ahead while rows are settled, so that the provider does not forget its listing.
//! The records of some pages are committed together with their ties, outcomes, counts and the
//! place of the next page; a crash at any moment leaves all of that or nothing. A listing that has
//! to begin anew passes over what was settled before: each remote record is settled once by its
//! id. The ties of many pages are filed together, before anything but the pages asks for them.
//! Only a table that was read to its end tells what is gone there.

mod desk;
mod filing;
mod fill;
mod follow;
mod gone;
mod judge;
mod overlay;
mod pages;
mod plan;
mod planned;
mod preview;
mod restore;
mod roster;
mod seen;
mod settle;
mod undo;

use super::super::counts::Fate;
use super::super::error::Error;
use super::super::job::Task;
use super::Pass;
use super::ledger::Ledger;
use crate::jobs::Phase;

pub(super) use fill::told;
pub(super) use settle::tally;

use desk::Desk;

/// What stands in a record's way when a plan is carried out.
const MOVED: &str = "moved: the record was changed here or at the provider after the plan was made";
/// Why one is left alone that the plan has left alone.
const LEFT: &str = "held: the plan leaves it alone, and says why";
/// The same of one that is no longer there.
const VANISHED: &str = "moved: the remote record was deleted meanwhile";

impl Pass<'_> {
    /// Brings what a task wants into the dataset, until it is done or the run is to stop.
    pub(super) async fn pull(&self, ledger: &mut Ledger, task: Task) -> Result<(), Error> {
        self.enter(Phase::Writing);
        let mut desk = Desk::open(self, ledger.id, task).await?;
        self.begin(ledger, task)?;
        let reading = ledger.job.reading.get_or_insert_default();
        if !reading.ended {
            desk.learn(self).await?;
            let (sender, pages) = pages::channel();
            let from = (reading.since, reading.after.clone());
            let reading = self.read_pages(from, sender);
            let settling = self.settle_pages(ledger, &mut desk, pages);
            tokio::try_join!(reading, settling)?;
        }
        let ended = ledger
            .job
            .reading
            .as_ref()
            .is_some_and(|reading| reading.ended);
        if !ended || self.line.halt.is_cancelled() {
            return Ok(());
        }
        match task {
            Task::Execute(plan) => self.settle_planned(ledger, &mut desk, plan).await,
            Task::Retry(run) => self.settle_left(ledger, &mut desk, run).await,
            Task::Push | Task::Pull | Task::Both | Task::Plan(_) => {
                self.end_pull(ledger, &mut desk).await
            }
        }
    }

    /// Deals with what is gone and what is no longer refused, if the whole table was read, and
    /// remembers how far the run has come.
    async fn end_pull(&self, ledger: &mut Ledger, desk: &mut Desk) -> Result<(), Error> {
        if ledger.job.changes_since().is_none() {
            self.settle_gone(ledger, desk).await?;
            if self.line.halt.is_cancelled() {
                return Ok(());
            }
            self.settle_letters(ledger).await?;
        }
        self.remember(&ledger.job).await
    }
}

/// Whether a fate changes the dataset.
fn is_write(fate: Fate) -> bool {
    matches!(
        fate,
        Fate::Created | Fate::Changed | Fate::Matched | Fate::Deleted
    )
}
