//! Makes the plan of a run that goes both ways: what either side would get of the other.
//!
//! Both sides are judged as a run judges them, by the same rules and in the same order. What a run
//! commits and then builds on is imagined instead; nothing is written on either side, and no
//! conflict comes into the inbox.

use std::mem;
use std::sync::Arc;

use jiff::Timestamp;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::plan::{BothWays, Change, Made};
use super::super::Pass;
use super::super::ledger::Ledger;
use super::super::reading::MOST_READ;
use super::super::source::Place;
use super::bring::Turn;
use super::hall::{Hall, Rules};
use super::listing_of;
use super::outlook::decided;
use crate::base::PlanId;
use crate::jobs::Phase;

impl Pass<'_> {
    /// Makes the plan. `wrote` is when the provider was last written to. `None` when the job is to
    /// stop.
    pub(in super::super) async fn plan_both(
        &mut self,
        ledger: &mut Ledger,
        (rules, plan): (Rules, PlanId),
        wrote: Option<Timestamp>,
    ) -> Result<Option<Made>, Error> {
        let listing = listing_of(ledger.id);
        if self.list_settled(listing, wrote).await?.is_none() {
            return Ok(None);
        }
        self.enter(Phase::Planning);
        let mut hall = self.open_hall(ledger, rules, listing).await?;
        let mut both = BothWays::default();
        let mut turn = Turn::Pairs(None);
        while turn != Turn::Over {
            if self.line.halt.is_cancelled() {
                return Ok(None);
            }
            let (changes, next) = self.foretell_turn(&mut hall, &turn)?;
            self.foretell_both(ledger, (plan, &mut both), &changes)
                .await?;
            turn = next;
        }
        self.reader.met = Arc::new(mem::take(&mut hall.met));
        if self
            .foretell_rest(ledger, &hall, (plan, &mut both))
            .await?
            .is_none()
        {
            return Ok(None);
        }
        let content = self.assemble(plan).await?;
        // What a run of it reads, this job has read as well.
        let calls = self.line.live.borrow().job.calls + self.calls(&both.there);
        let made = self.made(&ledger.job.counts, calls, &content);
        let both = Some(both);
        Ok(Some(Made { both, ..made }))
    }

    /// What the next records come to.
    fn foretell_turn(&self, hall: &mut Hall, turn: &Turn) -> Result<(Vec<Change>, Turn), Error> {
        let (rulings, next) = self.judge_turn(hall, turn)?;
        let moment = self.store.snapshot()?;
        let mut changes = Vec::new();
        for ruling in rulings {
            let seer = self.seer(hall, &moment);
            let change = seer.ruled(&ruling)?.map(|change| {
                // A row whose link was dropped is met once more.
                let who = hall.met.who(&change.key);
                decided(change, who)
            });
            hall.imagine(&ruling, change.is_some());
            changes.extend(change);
        }
        Ok((changes, next))
    }

    /// What is left to be written there, once all that is there was met. `None` when the job is to
    /// stop.
    async fn foretell_rest(
        &self,
        ledger: &mut Ledger,
        hall: &Hall,
        (plan, both): (PlanId, &mut BothWays),
    ) -> Result<Option<()>, Error> {
        let mut after = Place::default();
        loop {
            if self.line.halt.is_cancelled() {
                return Ok(None);
            }
            let (reader, from) = (self.reader.clone(), after.clone());
            let read = move || reader.read_both(&from, MOST_READ);
            let stretch = self.blocking.run(read).await?;
            if !self.fields_stay()? {
                return Ok(None);
            }
            after = stretch.upto.clone();
            let ended = stretch.ended;
            let moment = self.store.snapshot()?;
            let met = &self.reader.met;
            let changes = self.seer(hall, &moment).rest(stretch, |key| met.who(key))?;
            self.foretell_both(ledger, (plan, both), &changes).await?;
            if ended {
                return Ok(Some(()));
            }
        }
    }

    /// Keeps what was foretold, and counts it.
    async fn foretell_both(
        &self,
        ledger: &mut Ledger,
        (plan, both): (PlanId, &mut BothWays),
        changes: &[Change],
    ) -> Result<(), Error> {
        let listed = changes.iter().filter(|one| one.fate != Fate::Unchanged);
        listed.for_each(|one| both.add(one.ways));
        self.foretell_changes(ledger, plan, changes).await
    }
}
