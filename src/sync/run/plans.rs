//! Makes plans, and carries out those that were approved.

use std::sync::Arc;

use super::super::direction::Direction;
use super::super::error::Error;
use super::super::job::Task;
use super::super::plan::{Plan, Plans};
use super::Pass;
use super::ledger::Ledger;
use super::planned::outdated;
use super::planning::Making;
use super::start::Claimed;
use crate::base::{PlanId, RunId};
use crate::providers::Records;

impl Claimed<'_> {
    pub(super) async fn make_plan(
        &self,
        mut pass: Pass<'_>,
        ledger: &mut Ledger,
        records: Arc<dyn Records>,
        plan: PlanId,
    ) -> Result<(), Error> {
        let kept = self.kept_plan(plan)?;
        self.syncs.clear_plan(plan).await?;
        if pass.settle(ledger).await?.is_some() {
            pass.tell_notes(ledger);
            let read_first = kept.read_first && !records.delivers();
            let making = Making { plan, read_first };
            ledger.made = match self.undoes {
                Some(run) => pass.plan_undo(ledger, (plan, run)).await?,
                None => pass.make_plan(ledger, records, making).await?,
            };
        }
        Ok(())
    }

    /// Makes a plan of a pull or of what undoes one, from the beginning whatever came before.
    pub(super) async fn make_pull_plan(
        &self,
        pass: Pass<'_>,
        ledger: &mut Ledger,
        plan: PlanId,
    ) -> Result<(), Error> {
        self.syncs.clear_plan(plan).await?;
        ledger.made = match self.undoes {
            Some(run) => pass.plan_undo_here(ledger, (plan, run)).await?,
            None => pass.plan_pull(ledger, plan).await?,
        };
        Ok(())
    }

    /// Makes a plan of both ways, from the beginning whatever came before.
    pub(super) async fn make_both_plan(
        &self,
        mut pass: Pass<'_>,
        ledger: &mut Ledger,
        plan: PlanId,
    ) -> Result<(), Error> {
        self.syncs.clear_plan(plan).await?;
        if self.ready_to_meet(&mut pass, ledger).await?.is_some() {
            ledger.made = if let Some(run) = self.undoes {
                pass.plan_undo_both(ledger, (plan, run)).await?
            } else {
                let wrote = self.wrote(&ledger.job)?;
                let rules = self.rules(Task::Plan(plan));
                pass.plan_both(ledger, (rules, plan), wrote).await?
            };
        }
        Ok(())
    }

    pub(super) async fn execute_plan(
        &self,
        pass: Pass<'_>,
        ledger: &mut Ledger,
        plan: PlanId,
    ) -> Result<(), Error> {
        let kept = self.kept_plan(plan)?;
        let reader = pass.reader.clone();
        let check = move || reader.outdated(plan, &kept);
        if let Some(failure) = self.syncs.services.blocking.run(check).await? {
            pass.line.fail(failure.into());
            return Ok(());
        }
        if let Some(run) = self.undoes {
            let known = pass.past(run, None)?.is_some() || pass.remembered(run, None)?.is_some();
            if !known {
                let why = "what the run wrote that it undoes is no longer remembered";
                pass.line.fail(outdated(why).into());
                return Ok(());
            }
            return self.undo(pass, ledger, (plan, run)).await;
        }
        match self.sync.direction {
            Direction::Push => pass.write_changes(ledger).await,
            Direction::Pull => pass.pull(ledger, Task::Execute(plan)).await,
            Direction::TwoWay => self.meet(pass, ledger, Task::Execute(plan)).await,
        }
    }

    async fn undo(
        &self,
        mut pass: Pass<'_>,
        ledger: &mut Ledger,
        (plan, run): (PlanId, RunId),
    ) -> Result<(), Error> {
        match self.sync.direction {
            Direction::Push => pass.write_changes(ledger).await,
            Direction::Pull => pass.undo_here(ledger, (plan, run)).await,
            Direction::TwoWay => {
                let Some(next) = self.ready_to_meet(&mut pass, ledger).await? else {
                    return Ok(());
                };
                pass.undo_both(ledger, (plan, run), next).await
            }
        }
    }

    fn kept_plan(&self, id: PlanId) -> Result<Plan, Error> {
        let place = (self.active.owner, id);
        let kept = self.syncs.services.store.get::<Plans>(&place)?;
        Ok(kept.ok_or(Error::UnknownPlan(id))?.value)
    }
}
