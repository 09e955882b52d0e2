//! Makes the plan of an undo: looks at each record that the run wrote, as it is there now.

use std::collections::HashMap;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::memory::{Block, Deed, Memories};
use super::super::super::plan::{Change, Made};
use super::super::Pass;
use super::super::content::spell;
use super::super::ledger::Ledger;
use super::super::planning::Drafted;
use super::decide::{Now, undone};
use crate::base::{PlanId, RunId};
use crate::jobs::{Failure, Phase};
use crate::providers::Held;
use crate::store::{Key as _, Scan, prefix};

impl Pass<'_> {
    /// Makes the plan, from the beginning whatever came before. `None` when the job is to stop.
    pub(in super::super) async fn plan_undo(
        &self,
        ledger: &mut Ledger,
        (plan, run): (PlanId, RunId),
    ) -> Result<Option<Made>, Error> {
        self.enter(Phase::Planning);
        let mut content = [0; 32];
        let mut after = None;
        loop {
            if self.line.halt.is_cancelled() {
                return Ok(None);
            }
            let Some((number, block)) = self.remembered(run, after)? else {
                let calls = self.calls(&ledger.job.counts);
                return Ok(Some(self.made(&ledger.job.counts, calls, &content)));
            };
            if block.mark() != self.fit.mark {
                self.line.fail(remapped().into());
                return Ok(None);
            }
            let Some(drafted) = self.draft_undo(block.deeds()?).await? else {
                return Ok(None);
            };
            self.write_down(ledger, plan, &drafted, &mut content)
                .await?;
            after = Some(number);
        }
    }

    /// The next of what a run remembers, with its number.
    pub(in super::super) fn remembered(
        &self,
        run: RunId,
        after: Option<u32>,
    ) -> Result<Option<(u32, Block)>, Error> {
        let first = after.map_or(0, |number| number + 1);
        let scan = Scan::prefix(prefix(&run), 1).from((run, first).bytes());
        let next = self.store.scan::<Memories>(&scan)?.rows.into_iter().next();
        Ok(next.map(|row| (row.key.1, row.value)))
    }

    /// What undoing some deeds comes to; `None` when the job is to stop.
    async fn draft_undo(&self, deeds: Vec<Deed>) -> Result<Option<Drafted>, Error> {
        let Some(changes) = self.look_back(&deeds).await else {
            return Ok(None);
        };
        let mut drafted = Drafted::default();
        for (deed, change) in deeds.into_iter().zip(changes) {
            match change {
                Some(change) => drafted.list(change),
                None => drafted.counts.add(Fate::Unchanged),
            }
            drafted.upto = Some(deed.key);
        }
        drafted.close();
        Ok(Some(drafted))
    }

    /// What undoing each of some deeds comes to, none where nothing is left of it; `None` when the
    /// job is to stop.
    pub(in super::super) async fn look_back(&self, deeds: &[Deed]) -> Option<Vec<Option<Change>>> {
        let ids = |of: fn(Fate) -> bool| -> Vec<String> {
            let deeds = deeds.iter().filter(|deed| of(deed.fate));
            deeds.map(|deed| deed.remote_id.clone()).collect()
        };
        let made = ids(|fate| fate == Fate::Created);
        let made = self.look_closely(&made).await?;
        let written = ids(|fate| !matches!(fate, Fate::Created | Fate::Deleted));
        let written = self.look(&written).await?;
        let deleted = deeds.iter().filter(|deed| deed.fate == Fate::Deleted);
        let keys: Vec<String> = deleted.map(|deed| deed.key.clone()).collect();
        let held = self.held_under(&keys).await?;
        let rows = made.iter().map(|looked| &looked.held).chain(&written);
        let there: HashMap<&str, Vec<u8>> = rows
            .map(|row| (row.id.as_str(), spell(&row.cells)))
            .collect();
        let work = made.iter();
        let work = work.filter_map(|one| Some((one.held.id.as_str(), one.work.as_deref()?)));
        let work: HashMap<&str, &str> = work.collect();
        let restores = self.line.records.restores();
        let change = |deed: &Deed| {
            if is_back(deed, held.get(&deed.key)) {
                return None;
            }
            let now = Now {
                cells: there.get(deed.remote_id.as_str()).map(Vec::as_slice),
                work: work.get(deed.remote_id.as_str()).copied(),
                key_taken: held.contains_key(&deed.key),
                restores,
            };
            undone(deed, &self.fit.mark, now)
        };
        Some(deeds.iter().map(change).collect())
    }
}

/// Whether what a run has deleted there is there again as it was: an undo that was called off may
/// have brought it back.
fn is_back(deed: &Deed, held: Option<&Vec<Held>>) -> bool {
    let Some([one]) = held.map(Vec::as_slice) else {
        return false;
    };
    deed.fate == Fate::Deleted && deed.was.cells.as_ref() == Some(&spell(&one.cells))
}

/// Why a run cannot be undone whose cells are no longer those of the mapping.
pub(in super::super) fn remapped() -> Failure {
    Failure {
        code: "mapping_moved".into(),
        message: "The sync writes other fields than it did in the run that is to be undone. \
                  Nothing was written; give it the mapping that it had then, and ask again."
            .into(),
    }
}
