//! Makes the plan of an undo of both ways: looks at each record that the run wrote, here and there.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use super::super::super::super::counts::Fate;
use super::super::super::super::error::Error;
use super::super::super::super::intent::Intents;
use super::super::super::super::link::UNKNOWN;
use super::super::super::super::memory::{Deed, Memories};
use super::super::super::super::plan::{BothWays, Change, Difference, Made, Side, Ways};
use super::super::super::Pass;
use super::super::super::ledger::Ledger;
use super::super::super::mark::key_mark;
use super::super::super::undo::remapped;
use crate::base::{PlanId, RunId};
use crate::jobs::Phase;
use crate::store::{Scan, prefix};

/// Why a record is left alone of which nobody can tell whether there is one.
const UNSURE: &str = "held back: nobody can tell whether the run has made it there";
/// The same of one that may be one of several.
const SEVERAL: &str = "several records there have its key";

impl Pass<'_> {
    /// Makes the plan, from the beginning whatever came before. `None` when the job is to stop.
    pub(in super::super::super) async fn plan_undo_both(
        &self,
        ledger: &mut Ledger,
        (plan, run): (PlanId, RunId),
    ) -> Result<Option<Made>, Error> {
        self.enter(Phase::Planning);
        let mut both = BothWays::default();
        let here = |change: Change| {
            let change = on(Side::Here, change);
            both.add(change.ways);
            change
        };
        let here = self.look_back_here(ledger, (plan, run), here);
        if here.await?.is_none() {
            return Ok(None);
        }
        if self
            .look_back_there(ledger, (plan, run), &mut both)
            .await?
            .is_none()
        {
            return Ok(None);
        }
        let unsure = self.unsure_of(run)?;
        for change in &unsure {
            both.add(change.ways);
        }
        self.foretell_changes(ledger, plan, &unsure).await?;
        let content = self.assemble(plan).await?;
        let calls = self.calls(&both.there);
        let made = self.made(&ledger.job.counts, calls, &content);
        let both = Some(both);
        Ok(Some(Made { both, ..made }))
    }

    /// Lists what undoing what a run did there comes to. `None` when the job is to stop.
    async fn look_back_there(
        &self,
        ledger: &mut Ledger,
        (plan, run): (PlanId, RunId),
        both: &mut BothWays,
    ) -> Result<Option<()>, Error> {
        let twice = self.done_twice(run).await?;
        let mut told = HashSet::new();
        let mut after = None;
        while let Some((number, block)) = self.remembered(run, after)? {
            if self.line.halt.is_cancelled() {
                return Ok(None);
            }
            if block.mark() != self.fit.mark {
                self.line.fail(remapped().into());
                return Ok(None);
            }
            let deeds = block.deeds()?.into_iter();
            let whole = deeds.filter_map(|deed| match twice.get(&deed.key) {
                Some(whole) => told.insert(deed.key).then(|| whole.clone()),
                None => Some(deed),
            });
            let deeds: Vec<Deed> = whole.collect();
            let Some(changes) = self.look_back(&deeds).await else {
                return Ok(None);
            };
            let changes = changes.into_iter().zip(&deeds);
            let changes = changes.map(|(change, deed)| change.unwrap_or_else(|| alike(deed)));
            let changes: Vec<Change> = changes.map(|change| on(Side::There, change)).collect();
            for change in &changes {
                both.add(change.ways);
            }
            self.foretell_changes(ledger, plan, &changes).await?;
            after = Some(number);
        }
        Ok(Some(()))
    }

    /// What a run has done to a record before a stop and after it, by the keys of such records.
    pub(super) async fn done_twice(&self, run: RunId) -> Result<HashMap<String, Deed>, Error> {
        let (store, mark) = (self.store.clone(), self.fit.mark);
        let twice = move || {
            let moment = store.snapshot()?;
            let (mut once, mut twice) = (HashSet::new(), HashMap::<String, Option<Deed>>::new());
            let scan = Scan::prefix(prefix(&run), usize::MAX);
            moment.walk::<Memories>(&scan, |_, row| {
                for deed in row.value.deeds()? {
                    if !once.insert(key_mark(&deed.key)) {
                        twice.insert(deed.key, None);
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            drop(once);
            if twice.is_empty() {
                return Ok(HashMap::new());
            }
            moment.walk::<Memories>(&scan, |_, row| {
                for deed in row.value.deeds()? {
                    if let Some(whole) = twice.get_mut(&deed.key) {
                        *whole = Some(match whole.take() {
                            Some(first) => first.then(deed, &mark),
                            None => deed,
                        });
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            let whole = |(key, deed): (String, Option<Deed>)| Some((key, deed?));
            Ok(twice.into_iter().filter_map(whole).collect())
        };
        self.blocking.run(twice).await
    }

    /// The records of which nobody can tell whether a run has made them there.
    fn unsure_of(&self, run: RunId) -> Result<Vec<Change>, Error> {
        let open = Scan::prefix(prefix(&self.sync), usize::MAX);
        let mut unsure = Vec::new();
        self.store.snapshot()?.walk::<Intents>(&open, |_, row| {
            if row.value.run == Some(run) {
                unsure.extend(row.value.keys);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let told = |key: String| {
            let why = self
                .reader
                .doubtful
                .get(&key)
                .map_or(SEVERAL, String::as_str);
            let change = Change {
                reason: Some(format!("{UNSURE}: {why}")),
                ..nothing(&key, "", Fate::Held)
            };
            on(Side::There, change)
        };
        Ok(unsure.into_iter().map(told).collect())
    }
}

/// What a plan lists of one side.
fn on(side: Side, change: Change) -> Change {
    let fate = Some(change.fate).filter(|fate| *fate != Fate::Unchanged);
    let ways = match side {
        Side::Here => Ways {
            here: fate,
            ..Ways::default()
        },
        Side::There => Ways {
            there: fate,
            ..Ways::default()
        },
    };
    let of_side = |field: Difference| Difference {
        side: Some(side),
        ..field
    };
    let fields = change.fields.into_iter().map(of_side).collect();
    Change {
        fields,
        ways,
        ..change
    }
}

/// Of a deed nothing is left to be taken back.
fn alike(deed: &Deed) -> Change {
    nothing(&deed.key, &deed.remote_id, Fate::Unchanged)
}

fn nothing(key: &str, remote_id: &str, fate: Fate) -> Change {
    Change {
        key: key.to_owned(),
        fate,
        remote_id: Some(remote_id.to_owned()).filter(|id| !id.is_empty()),
        reason: None,
        fields: Vec::new(),
        ways: Ways::default(),
        sent: UNKNOWN,
    }
}
