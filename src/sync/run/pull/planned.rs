//! Settles what was wanted of a pull and did not come with the pages.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::super::super::counts::Fate;
use super::super::super::direction::EMPTY;
use super::super::super::error::Error;
use super::super::super::outcome::Outcomes;
use super::super::super::plan::Blocks;
use super::super::super::tie::Ties;
use super::super::Pass;
use super::super::ledger::Ledger;
use super::super::mark::mark;
use super::desk::{Bench, Desk};
use super::gone::deletes;
use super::judge::{Act, Judged, stamp};
use super::seen::Seen;
use super::{LEFT, MOVED, VANISHED};
use crate::base::{PlanId, RunId};
use crate::datasets;
use crate::store::{Key as _, Scan, Snapshot, Store, prefix};

/// So many are settled at once, and some more where a list has more in one place.
const AT_ONCE: usize = 500;
/// A batch that met another write is tried so often.
const TRIES: usize = 10;

/// What was foretold of a record that no page has brought.
struct Missing {
    remote_id: String,
    key: String,
    fate: Fate,
    stamp: [u8; 16],
}

/// Some of them, and the place in their list behind which there may be more.
type Stretch<P> = (Arc<[Missing]>, Option<P>);

impl Pass<'_> {
    /// Settles the rest of a plan: what it deletes, and what is no longer there.
    pub(super) async fn settle_planned(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        plan: PlanId,
    ) -> Result<(), Error> {
        let mut after = None;
        loop {
            let store = self.store.clone();
            let next = move |seen: &Seen| missing_of_plan(&store, seen, (plan, after));
            let (missing, last) = desk.ask_seen(self.blocking, next).await?;
            if !self.settle_missing(ledger, desk, missing).await? || last.is_none() {
                return Ok(());
            }
            after = last;
        }
    }

    /// Settles what another run has left and what is no longer there.
    pub(super) async fn settle_left(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        run: RunId,
    ) -> Result<(), Error> {
        let mut after = None;
        loop {
            let store = self.store.clone();
            let next = move |seen: &Seen| missing_of_run(&store, seen, (run, after));
            let (missing, last) = desk.ask_seen(self.blocking, next).await?;
            if !self.settle_missing(ledger, desk, missing).await? || last.is_none() {
                return Ok(());
            }
            after = last;
        }
    }

    /// Settles some of them; `false` when the run is to stop.
    async fn settle_missing(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        missing: Arc<[Missing]>,
    ) -> Result<bool, Error> {
        if self.line.halt.is_cancelled() {
            return Ok(false);
        }
        if missing.is_empty() {
            return Ok(true);
        }
        for _ in 0..TRIES {
            let entry = desk.dataset.enter().await;
            let (bench, some) = (desk.bench(self, false), Arc::clone(&missing));
            let shown = desk.shown;
            let settle = move || bench.settle(&some, shown);
            let judged = self.blocking.run(settle).await?;
            if self
                .commit_judged(ledger, ledger.clone(), desk, &judged)
                .await?
            {
                return Ok(true);
            }
            drop(entry);
            if !desk.look_again(self)? {
                return Ok(false);
            }
        }
        Err(datasets::Error::Changed.into())
    }
}

/// The next records of a plan, behind its block of that key, that no page has brought.
fn missing_of_plan(
    store: &Store,
    seen: &Seen,
    (plan, after): (PlanId, Option<String>),
) -> Result<Stretch<String>, Error> {
    let (mut missing, mut last) = (Vec::new(), None);
    let all = Scan::prefix(prefix(&plan), usize::MAX);
    let scan = match &after {
        Some(after) => all.from((plan, after.clone()).bytes()),
        None => all,
    };
    store.snapshot()?.walk::<Blocks>(&scan, |_, row| {
        let place = row.key.1;
        if after.as_ref() == Some(&place) {
            return Ok(ControlFlow::Continue(()));
        }
        for entry in row.value.entries() {
            let change = entry?.read()?;
            let remote_id = change.remote_id.unwrap_or_default();
            if !seen.is_settled(&mark(&remote_id)) {
                missing.push(Missing {
                    remote_id,
                    key: change.key,
                    fate: change.fate,
                    stamp: change.sent,
                });
            }
        }
        if missing.len() < AT_ONCE {
            return Ok(ControlFlow::Continue(()));
        }
        last = Some(place);
        Ok(ControlFlow::Break(()))
    })?;
    Ok((missing.into(), last))
}

/// The next records that a run has refused, behind its block of that number, that no page has
/// brought.
fn missing_of_run(
    store: &Store,
    seen: &Seen,
    (run, after): (RunId, Option<u32>),
) -> Result<Stretch<u32>, Error> {
    let (mut missing, mut last) = (Vec::new(), None);
    let from = after.map_or(0, |after| after.saturating_add(1));
    let scan = Scan::prefix(prefix(&run), usize::MAX).from((run, from).bytes());
    store.snapshot()?.walk::<Outcomes>(&scan, |_, row| {
        for outcome in row.value.records() {
            let outcome = outcome?;
            let remote_id = outcome.remote_id.unwrap_or_default();
            if outcome.fate == Fate::Refused && !seen.is_settled(&mark(&remote_id)) {
                missing.push(Missing {
                    remote_id,
                    key: outcome.key,
                    fate: Fate::Held,
                    stamp: [0; 16],
                });
            }
        }
        if missing.len() < AT_ONCE {
            return Ok(ControlFlow::Continue(()));
        }
        last = Some(row.key.1);
        Ok(ControlFlow::Break(()))
    })?;
    Ok((missing.into(), last))
}

impl Bench {
    /// Deletes what a plan deletes, if it is as it was then and the table has shown anything at
    /// all; anything else has gone meanwhile.
    fn settle(&self, missing: &[Missing], shown: bool) -> Result<Vec<Judged>, Error> {
        let moment = self.store.snapshot()?;
        let judged = missing.iter().map(|one| {
            let (fate, reason, act) = match (one.fate, shown) {
                (Fate::Deleted, true) => self.delete(&moment, one)?,
                (Fate::Deleted, false) => (Fate::Held, EMPTY, Act::Nothing),
                (Fate::Held, _) => (Fate::Held, LEFT, Act::Nothing),
                _ => (Fate::Held, VANISHED, Act::Nothing),
            };
            Ok(Judged {
                mark: mark(&one.remote_id),
                remote_id: one.remote_id.clone(),
                key: one.key.clone(),
                fate,
                reason: reason.to_owned(),
                stamp: one.stamp,
                fields: Vec::new(),
                act,
                rival: None,
            })
        });
        judged.collect()
    }

    fn delete(
        &self,
        moment: &Snapshot,
        missing: &Missing,
    ) -> Result<(Fate, &'static str, Act), Error> {
        let here = self.dataset.unread(moment, &missing.key)?;
        let same = here.filter(|here| stamp(&[0; 16], Some(here.hash())) == missing.stamp);
        let tie = moment.get::<Ties>(&(self.sync, missing.remote_id.clone()))?;
        Ok(match same.zip(tie) {
            Some((here, tie)) => {
                let tied = (missing.remote_id.as_str(), &tie.value);
                (Fate::Deleted, "", deletes(&here, tied))
            }
            None => (Fate::Held, MOVED, Act::Nothing),
        })
    }
}
