//! Undoes a pull: what it wrote here is looked at as it is now, listed, and then taken back.
//!
//! ```text
//! what the run remembers ─▶ look here ─▶ plan ─▶ (somebody approves) ─▶ look again ─▶ write
//! ```
//!
//! The last that was written is taken back first, so that a key that changed hands is free again
//! when its former record comes back to it. What was remembered together is taken back together,
//! in one batch with its outcomes and the place to go on from: a crash leaves nothing half done.
//! Nothing is read or written at the provider, but for the table's fields.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::super::direction::Direction;
use super::super::super::error::Error;
use super::super::super::job::Task;
use super::super::super::link::Links;
use super::super::super::past::{Block, Past, Pasts};
use super::super::super::plan::{Change, Made};
use super::super::super::tie::{Tie, Ties};
use super::super::Pass;
use super::super::ledger::Ledger;
use super::super::mark::{Mark, key_mark, mark};
use super::super::undo::remapped;
use super::desk::{Bench, Desk};
use super::judge::{Act, Judged, Restored};
use crate::base::{PlanId, RunId};
use crate::datasets;
use crate::jobs::Phase;
use crate::store::{Batch, Key as _, Scan, prefix};

/// A batch that met another write is tried so often.
const TRIES: usize = 10;

impl Pass<'_> {
    /// Makes the plan, from the beginning whatever came before. `None` when the job is to stop.
    pub(in super::super) async fn plan_undo_here(
        &self,
        ledger: &mut Ledger,
        (plan, run): (PlanId, RunId),
    ) -> Result<Option<Made>, Error> {
        self.enter(Phase::Planning);
        let here = self.look_back_here(ledger, (plan, run), |change| change);
        if here.await?.is_none() {
            return Ok(None);
        }
        let content = self.assemble(plan).await?;
        Ok(Some(self.made(&ledger.job.counts, 0, &content)))
    }

    /// Lists what undoing what a run did here comes to, as `told`. `None` when the job is to stop.
    pub(in super::super) async fn look_back_here(
        &self,
        ledger: &mut Ledger,
        (plan, run): (PlanId, RunId),
        mut told: impl FnMut(Change) -> Change,
    ) -> Result<Option<()>, Error> {
        let desk = Desk::open(self, ledger.id, Task::Plan(plan)).await?;
        let mut freed = HashSet::new();
        let mut before = None;
        while let Some((number, block)) = self.past(run, before)? {
            if self.line.halt.is_cancelled() {
                return Ok(None);
            }
            if block.mark() != self.fit.pairing {
                self.line.fail(remapped().into());
                return Ok(None);
            }
            let (bench, pasts) = (desk.bench(self, true), block.pasts()?);
            let look = move || {
                let judged = bench.undo(&pasts, &freed)?;
                freed.extend(judged.iter().filter_map(Judged::frees));
                Ok::<_, Error>((judged, freed))
            };
            let judged;
            (judged, freed) = self.blocking.run(look).await?;
            let changes = judged.iter().map(|one| told(one.change()));
            let changes: Vec<Change> = changes.collect();
            self.foretell_changes(ledger, plan, &changes).await?;
            before = Some(number);
        }
        Ok(Some(()))
    }

    /// Takes back what a plan lists, until that is done or the run is to stop.
    pub(in super::super) async fn undo_here(
        &self,
        ledger: &mut Ledger,
        (plan, run): (PlanId, RunId),
    ) -> Result<(), Error> {
        self.enter(Phase::Writing);
        let mut desk = Desk::open(self, ledger.id, Task::Execute(plan)).await?;
        while !self.line.halt.is_cancelled() {
            let reading = ledger.job.reading.get_or_insert_default();
            let before = reading.after.as_ref().and_then(|after| after.parse().ok());
            let Some((number, block)) = self.past(run, before)? else {
                return Ok(());
            };
            let mut pasts = block.pasts()?;
            pasts.retain(|past| desk.wanted.has(&mark(&past.remote_id)));
            if pasts.is_empty() {
                reading.after = Some(number.to_string());
            } else if !self
                .settle_pasts(ledger, &mut desk, (number, pasts.into()))
                .await?
            {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The last of what a run remembers of records here, before the block of a number.
    pub(in super::super) fn past(
        &self,
        run: RunId,
        before: Option<u32>,
    ) -> Result<Option<(u32, Block)>, Error> {
        let scan = Scan::prefix(prefix(&run), 1).backwards();
        let scan = match before {
            Some(number) => scan.to((run, number).bytes()),
            None => scan,
        };
        let last = self.store.scan::<Pasts>(&scan)?.rows.into_iter().next();
        Ok(last.map(|row| (row.key.1, row.value)))
    }

    /// Takes back what was remembered together; `false` when the run is to stop.
    async fn settle_pasts(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        (number, pasts): (u32, Arc<[Past]>),
    ) -> Result<bool, Error> {
        for _ in 0..TRIES {
            let entry = desk.dataset.enter().await;
            let (bench, pasts) = (desk.bench(self, false), Arc::clone(&pasts));
            let look = move || bench.undo(&pasts, &HashSet::new());
            let judged = self.blocking.run(look).await?;
            let judged = desk.held_against(judged);
            let mut next = ledger.clone();
            let reading = next.job.reading.get_or_insert_default();
            reading.after = Some(number.to_string());
            if self.commit_judged(ledger, next, desk, &judged).await? {
                return Ok(true);
            }
            drop(entry);
            if !desk.look_again(self)? {
                return Ok(false);
            }
        }
        Err(datasets::Error::Changed.into())
    }

    /// Adds to a batch that a record becomes what it was, and gives how many there are more.
    pub(super) fn restore(
        &self,
        batch: &mut Batch,
        (desk, direction): (&Desk, Direction),
        (remote_id, restored): (&str, &Restored),
        now: Timestamp,
    ) -> Result<i64, Error> {
        let Restored { put, here, tie, .. } = restored;
        if direction == Direction::TwoWay {
            let becomes = (remote_id, put.as_ref(), here.as_ref());
            self.agree_to_differ(batch, &desk.dataset, becomes)?;
        } else {
            self.retie(batch, remote_id, (here.as_ref(), tie.as_ref()));
        }
        let same =
            |here: &&datasets::Unread| put.as_ref().is_some_and(|put| put.key() == here.key());
        let replaced = here.as_ref().filter(same);
        let mut more = 0;
        if let Some(put) = put {
            desk.dataset.put(batch, put, replaced, now);
            more += i64::from(replaced.is_none());
        }
        if let (Some(here), None) = (here, replaced) {
            desk.dataset.take_out(batch, here.key(), here.version());
            more -= 1;
        }
        Ok(more)
    }

    /// Adds to a batch which remote record a record belongs to again.
    fn retie(
        &self,
        batch: &mut Batch,
        remote_id: &str,
        (here, tie): (Option<&datasets::Unread>, Option<&Tie>),
    ) {
        let place = (self.sync, remote_id.to_owned());
        let key = tie.map(|tie| tie.key.as_str());
        if let Some(here) = here.filter(|here| key != Some(here.key())) {
            batch.discard::<Links>(&(self.sync, here.key().to_owned()));
        }
        if let Some(tie) = tie {
            batch.put::<Ties>(&place, tie);
            batch.put::<Links>(&(self.sync, tie.key.clone()), &tie.link(remote_id));
        } else {
            batch.discard::<Ties>(&place);
        }
    }
}

impl Bench {
    /// What undoing some deeds comes to, in the order in which they were done.
    fn undo(&self, pasts: &[Past], freed: &HashSet<Mark>) -> Result<Vec<Judged>, Error> {
        let moment = self.store.snapshot()?;
        let judge = self.judge_at(&moment);
        pasts.iter().map(|past| judge.undo(past, freed)).collect()
    }
}

impl Judged {
    /// The key that an undo frees.
    fn frees(&self) -> Option<Mark> {
        let Act::Restore(restored) = &self.act else {
            return None;
        };
        let here = restored.here.as_ref()?;
        let stays = restored
            .put
            .as_ref()
            .is_some_and(|put| put.key() == here.key());
        (!stays).then(|| key_mark(here.key()))
    }
}
