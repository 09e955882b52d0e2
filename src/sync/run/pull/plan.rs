//! Makes the plan of a pull: what would be created, changed and deleted here, field by field.

use std::ops::ControlFlow;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::job::{Fallen, Task};
use super::super::super::plan::{Block, Blocks, ById, Change, Difference, Made, Ways};
use super::super::Pass;
use super::super::content::spell;
use super::super::decide::differences;
use super::super::ledger::Ledger;
use super::desk::{Bench, Desk};
use super::gone::{Decision, Loose, foreseen};
use super::judge::{Act, Judged};
use super::overlay::Overlay;
use super::pages::{Leaves, channel, next};
use crate::base::PlanId;
use crate::jobs::Phase;
use crate::store::{Batch, Key as _, Raw, Scan, Snapshot, Store, Value as _, prefix};

/// Blocks with the last key of each, and the place where they end.
type Ordered = (Vec<(String, Block)>, Option<String>);

/// So many blocks are committed at once.
const BLOCKS: usize = 8;

impl Pass<'_> {
    /// Makes a plan of a pull. `None` when the job is to stop.
    pub(in crate::sync::run) async fn plan_pull(
        &self,
        ledger: &mut Ledger,
        plan: PlanId,
    ) -> Result<Option<Made>, Error> {
        self.enter(Phase::Listing);
        let mut desk = Desk::open(self, ledger.id, Task::Plan(plan)).await?;
        desk.learn(self).await?;
        let (sender, pages) = channel();
        let reading = self.read_pages((None, None), sender);
        let planning = self.plan_pages(ledger, &mut desk, (plan, pages));
        let ((), ended) = tokio::try_join!(reading, planning)?;
        if !ended || self.line.halt.is_cancelled() {
            return Ok(None);
        }
        self.enter(Phase::Planning);
        self.plan_gone(ledger, &mut desk, plan).await?;
        let content = self.assemble(plan).await?;
        // What a run of it reads, this job has read as well.
        let calls = self.line.live.borrow().job.calls;
        Ok(Some(self.made(&ledger.job.counts, calls, &content)))
    }

    /// Judges pages as they come. `false` when the last of them did not come.
    async fn plan_pages(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        (plan, mut pages): (PlanId, Leaves),
    ) -> Result<bool, Error> {
        let mut overlay = Overlay::default();
        while let Some(leaf) = next(&mut pages).await {
            let rows = desk.fresh(leaf.rows);
            let bench = desk.bench(self, true);
            let judge = move || {
                let judged = bench.judge(&rows, &mut overlay);
                judged.map(|judged| (judged, overlay))
            };
            let Some((judged, after)) = self.readable(self.blocking.run(judge).await)? else {
                return Ok(false);
            };
            overlay = after;
            self.foretell(ledger, plan, &judged).await?;
            desk.note_rivals(&judged);
            for one in judged {
                desk.seen.settle(one.mark);
            }
            if leaf.next.is_none() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Keeps what was judged until all of it can be put in order.
    pub(super) async fn foretell(
        &self,
        ledger: &mut Ledger,
        plan: PlanId,
        judged: &[Judged],
    ) -> Result<(), Error> {
        let changes: Vec<Change> = judged.iter().map(Judged::change).collect();
        self.foretell_changes(ledger, plan, &changes).await
    }

    /// The same of changes.
    pub(in super::super) async fn foretell_changes(
        &self,
        ledger: &mut Ledger,
        plan: PlanId,
        changes: &[Change],
    ) -> Result<(), Error> {
        let mut batch = Batch::bookkeeping();
        for one in changes {
            let reason = one.reason.as_deref().unwrap_or_default();
            ledger.job.count(one.fate, &one.key, reason);
            if one.fate != Fate::Unchanged {
                let mut block = Block::default();
                block.push(one);
                let mut bytes = Vec::new();
                block.encode(&mut bytes);
                let remote_id = one.remote_id.as_deref().unwrap_or_default();
                // An undo of both ways lists a record once for either side.
                let there = if one.ways.there.is_some() { "\0" } else { "" };
                let place = format!("{}\0{remote_id}{there}", one.key);
                batch.put::<ById>(&(plan, place), &Raw(bytes));
            }
        }
        let now = self.line.clock.now();
        self.line.live.send_modify(|run| {
            run.job.counts = ledger.job.counts;
            run.job.problems = ledger.job.problems.clone();
            run.pulse.beat(changes.len() as u64, now);
        });
        if !batch.is_empty() {
            self.commit(batch).await?;
        }
        Ok(())
    }

    /// Foretells what becomes of the records that are gone at the provider.
    async fn plan_gone(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        plan: PlanId,
    ) -> Result<(), Error> {
        // What is missed first begins to wait, whether runs need plans or not.
        if self.quarantine_hours > 0 {
            self.inherit(desk, None).await?;
            self.decide_gone(desk, 0, Decision::First).await?;
        }
        let fallen = foreseen(self.pulling, &desk.seen);
        let mut after = None;
        loop {
            let (gone, last) = self.next_loose(desk, after).await?;
            let (bench, fallen) = (desk.bench(self, true), fallen.clone());
            let rule = move || bench.foresee(&gone, &fallen);
            let judged = self.blocking.run(rule).await?;
            self.foretell(ledger, plan, &judged).await?;
            if last.is_none() || self.line.halt.is_cancelled() {
                return Ok(());
            }
            after = last;
        }
    }

    /// Puts what was foretold in the order of keys, and gives the digest of it.
    pub(in super::super) async fn assemble(&self, plan: PlanId) -> Result<[u8; 32], Error> {
        let mut content = [0; 32];
        let mut after: Option<String> = None;
        loop {
            let (store, from) = (self.store.clone(), after.clone());
            let next = move || next_blocks(&store, plan, from.as_deref());
            let (blocks, last) = self.blocking.run(next).await?;
            if blocks.is_empty() {
                return Ok(content);
            }
            let mut batch = Batch::bookkeeping();
            for (key, block) in &blocks {
                content = block.digest(&content);
                batch.put::<Blocks>(&(plan, key.clone()), block);
            }
            self.commit(batch).await?;
            after = last;
        }
    }
}

/// The next blocks after a place.
fn next_blocks(store: &Store, plan: PlanId, after: Option<&str>) -> Result<Ordered, Error> {
    let (mut blocks, mut last) = (Vec::new(), None);
    let mut block = Block::default();
    let mut upto = String::new();
    let all = Scan::prefix(prefix(&plan), usize::MAX);
    let scan = match after {
        Some(place) => all.from((plan, place.to_owned()).bytes()),
        None => all,
    };
    store.snapshot()?.walk::<ById>(&scan, |_, row| {
        let place = row.key.1;
        if after == Some(place.as_str()) {
            return Ok(ControlFlow::Continue(()));
        }
        for entry in Block::decode(1, &row.value.0)?.entries() {
            let change = entry?.read()?;
            // Records of one key stay together: a block is found by its last one.
            if block.len() >= Block::FULL && change.key != upto {
                blocks.push((std::mem::take(&mut upto), std::mem::take(&mut block)));
                if blocks.len() == BLOCKS {
                    return Ok(ControlFlow::Break(()));
                }
            }
            block.push(&change);
            upto = change.key;
        }
        last = Some(place);
        Ok(ControlFlow::Continue(()))
    })?;
    if !block.is_empty() {
        blocks.push((upto, block));
    }
    Ok((blocks, last))
}

impl Judged {
    /// What a plan lists of it.
    pub(super) fn change(&self) -> Change {
        Change {
            key: self.key.clone(),
            fate: self.fate,
            remote_id: Some(self.remote_id.clone()),
            reason: Some(self.reason.clone()).filter(|reason| !reason.is_empty()),
            fields: self.fields.clone(),
            ways: Ways::default(),
            sent: self.stamp,
        }
    }
}

impl Bench {
    /// What becomes of records that are gone at the provider, with what is lost of each.
    fn foresee(&self, gone: &[Loose], fallen: &Fallen) -> Result<Vec<Judged>, Error> {
        let (mut judged, _forgotten) = self.rule(gone, fallen)?;
        let moment = self.store.snapshot()?;
        for one in &mut judged {
            if matches!(one.act, Act::Delete(_)) {
                one.fields = self.all_of(&moment, &one.key)?;
            }
        }
        Ok(judged)
    }

    /// All mapped fields of a record as they are lost with it.
    fn all_of(&self, moment: &Snapshot, key: &str) -> Result<Vec<Difference>, Error> {
        let Some(here) = self.dataset.unread(moment, key)? else {
            return Ok(Vec::new());
        };
        let fields = here.fields(self.dataset.schema())?;
        let old = spell(&self.fit.cells(&fields));
        let empty = vec![0; self.fit.layout.fields.len()];
        Ok(differences(&empty, &old))
    }
}
