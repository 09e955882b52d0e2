//! Settles what was wanted of a pull and did not come with the pages.

use std::ops::ControlFlow;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::outcome::Outcomes;
use super::super::super::plan::Blocks;
use super::super::Pass;
use super::super::ledger::Ledger;
use super::desk::{Bench, Desk};
use super::judge::{Act, Judged, stamp};
use super::seen::mark;
use super::{MOVED, VANISHED};
use crate::base::{PlanId, RunId};
use crate::datasets;
use crate::store::{Scan, prefix};

/// So many are settled at once.
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

impl Pass<'_> {
    /// Settles the rest of a plan: what it deletes, and what is no longer there.
    pub(super) async fn settle_planned(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        plan: PlanId,
    ) -> Result<(), Error> {
        let mut missing = Vec::new();
        let all = Scan::prefix(prefix(&plan), usize::MAX);
        self.store.snapshot()?.walk::<Blocks>(&all, |_, row| {
            for entry in row.value.entries() {
                let change = entry?.read()?;
                let remote_id = change.remote_id.unwrap_or_default();
                if !desk.seen.is_settled(&mark(&remote_id)) {
                    missing.push(Missing {
                        remote_id,
                        key: change.key,
                        fate: change.fate,
                        stamp: change.sent,
                    });
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        self.settle_missing(ledger, desk, missing).await
    }

    /// Settles what another run has left and what is no longer there.
    pub(super) async fn settle_left(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        run: RunId,
    ) -> Result<(), Error> {
        let mut missing = Vec::new();
        let all = Scan::prefix(prefix(&run), usize::MAX);
        self.store.snapshot()?.walk::<Outcomes>(&all, |_, row| {
            for outcome in row.value.records() {
                let outcome = outcome?;
                let remote_id = outcome.remote_id.unwrap_or_default();
                if outcome.fate == Fate::Refused && !desk.seen.is_settled(&mark(&remote_id)) {
                    missing.push(Missing {
                        remote_id,
                        key: outcome.key,
                        fate: Fate::Held,
                        stamp: [0; 16],
                    });
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        self.settle_missing(ledger, desk, missing).await
    }

    async fn settle_missing(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        missing: Vec<Missing>,
    ) -> Result<(), Error> {
        for some in missing.chunks(AT_ONCE) {
            if self.line.halt.is_cancelled() || !self.settle_part(ledger, desk, some).await? {
                break;
            }
        }
        Ok(())
    }

    /// Settles some of them; `false` when the run is to stop.
    async fn settle_part(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        missing: &[Missing],
    ) -> Result<bool, Error> {
        for _ in 0..TRIES {
            let entry = desk.dataset.enter().await;
            let bench = desk.bench(self, false);
            let judged = missing.iter().map(|one| bench.settle(one));
            let judged: Vec<Judged> = judged.collect::<Result<_, _>>()?;
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

impl Bench {
    /// Deletes what a plan deletes, if it is as it was then; anything else has gone meanwhile.
    fn settle(&self, missing: &Missing) -> Result<Judged, Error> {
        let judged = |fate, reason: &str, act| Judged {
            remote_id: missing.remote_id.clone(),
            key: missing.key.clone(),
            fate,
            reason: reason.to_owned(),
            stamp: missing.stamp,
            fields: Vec::new(),
            act,
        };
        if missing.fate != Fate::Deleted {
            return Ok(judged(Fate::Held, VANISHED, Act::Nothing));
        }
        let moment = self.store.snapshot()?;
        let here = self.dataset.unread(&moment, &missing.key)?;
        let same = |version| (stamp(&[0; 16], Some(version)) == missing.stamp).then_some(());
        Ok(match here {
            Some(here) if same(here.hash()).is_some() => {
                judged(Fate::Deleted, "", Act::Delete(here.version()))
            }
            _ => judged(Fate::Held, MOVED, Act::Nothing),
        })
    }
}
