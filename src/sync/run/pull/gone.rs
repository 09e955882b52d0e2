//! Deals with the records whose remote ones are gone: only after the table was read to its end.

use std::ops::ControlFlow;

use super::super::super::counts::Fate;
use super::super::super::direction::{Gone, Pulling};
use super::super::super::error::Error;
use super::super::super::job::Fallen;
use super::super::super::link::Links;
use super::super::super::tie::{Tie, Ties};
use super::super::Pass;
use super::super::ledger::Ledger;
use super::desk::{Bench, Desk};
use super::judge::{Act, Judged, stamp};
use super::seen::{Seen, mark};
use crate::datasets;
use crate::store::{Batch, Scan, prefix};

/// So many are dealt with at once.
const AT_ONCE: usize = 500;
/// A batch that met another write is tried so often.
const TRIES: usize = 10;
/// Why a record stays that somebody has changed.
const CHANGED: &str =
    "held: its remote record is gone, and it was changed here since; delete it here, or keep it";

/// A tie whose remote record is gone, with its id.
pub(super) type Loose = (String, Tie);

impl Pass<'_> {
    /// Keeps, deletes or holds what is gone, as the sync's rules say.
    pub(super) async fn settle_gone(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
    ) -> Result<(), Error> {
        let (linked, mut gone) = self.loose(desk)?;
        if gone.is_empty() {
            return Ok(());
        }
        let reading = ledger.job.reading.get_or_insert_default();
        if reading.gone.is_none() {
            let ours = gone.iter().filter(|(_, tie)| tie.ours).count();
            let counts = (ours as u64, linked, desk.seen.count());
            reading.gone = Some(fallen(self.pulling, counts));
        }
        while !gone.is_empty() && !self.line.halt.is_cancelled() {
            let some: Vec<Loose> = gone.drain(..gone.len().min(AT_ONCE)).collect();
            if !self.settle_loose(ledger, desk, &some).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// How many ties there are, and those whose remote records the table has not shown.
    pub(super) fn loose(&self, desk: &Desk) -> Result<(u64, Vec<Loose>), Error> {
        let (mut linked, mut gone) = (0, Vec::new());
        let all = Scan::prefix(prefix(&self.sync), usize::MAX);
        self.store.snapshot()?.walk::<Ties>(&all, |_, row| {
            linked += 1;
            let id = row.key.1;
            if !desk.seen.holds(&mark(&id)) {
                gone.push((id, row.value));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((linked, gone))
    }

    /// Deals with some of them; `false` when the run is to stop.
    async fn settle_loose(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        gone: &[Loose],
    ) -> Result<bool, Error> {
        let reading = ledger.job.reading.as_ref();
        let fallen = reading.and_then(|reading| reading.gone.clone());
        let fallen = fallen.unwrap_or(Fallen::Kept);
        for _ in 0..TRIES {
            let entry = desk.dataset.enter().await;
            let bench = desk.bench(self, false);
            let (mut judged, mut forgotten) = (Vec::new(), Vec::new());
            for loose in gone {
                match bench.rule(loose, &fallen)? {
                    Some(one) => judged.push(one),
                    None => forgotten.push(loose),
                }
            }
            if self
                .commit_judged(ledger, ledger.clone(), desk, &judged)
                .await?
            {
                self.forget(&forgotten).await?;
                return Ok(true);
            }
            drop(entry);
            if !desk.look_again(self)? {
                return Ok(false);
            }
        }
        Err(datasets::Error::Changed.into())
    }

    /// Lets records that are gone at the provider be records of the dataset's own.
    async fn forget(&self, gone: &[&Loose]) -> Result<(), Error> {
        if gone.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::bookkeeping();
        for (id, tie) in gone {
            batch.discard::<Ties>(&(self.sync, id.clone()));
            batch.discard::<Links>(&(self.sync, tie.key.clone()));
        }
        self.commit(batch).await?;
        Ok(())
    }
}

/// What becomes of records that are gone: so many of the sync's own, of so many linked ones, while
/// the table has shown so many.
fn fallen(rules: Pulling, (ours, linked, listed): (u64, u64, u64)) -> Fallen {
    match (rules.gone, rules.brake(ours, linked, listed)) {
        (Gone::Keep, _) => Fallen::Kept,
        (Gone::Delete, None) => Fallen::Deleted,
        (Gone::Delete, Some(reason)) => Fallen::Held(reason),
    }
}

impl Bench {
    /// What becomes of a record that is gone at the provider; `None` when it is to be forgotten.
    pub(super) fn rule(&self, (id, tie): &Loose, fallen: &Fallen) -> Result<Option<Judged>, Error> {
        if !tie.ours || *fallen == Fallen::Kept {
            return Ok(None);
        }
        let moment = self.store.snapshot()?;
        let Some(here) = self.dataset.unread(&moment, &tie.key)? else {
            return Ok(None); // it is gone here too
        };
        let (fate, reason, act) = match fallen {
            Fallen::Held(reason) => (Fate::Held, reason.as_str(), Act::Nothing),
            _ if tie.is_touched(&self.fit.source(here.hash()), here.hash()) => {
                (Fate::Held, CHANGED, Act::Nothing)
            }
            _ => (Fate::Deleted, "", Act::Delete(here.version())),
        };
        Ok(Some(Judged {
            remote_id: id.clone(),
            key: tie.key.clone(),
            fate,
            reason: reason.to_owned(),
            stamp: stamp(&[0; 16], Some(here.hash())),
            fields: Vec::new(),
            act,
        }))
    }
}

/// What a plan is to list of what is gone: everything that may be deleted, whatever its number, for
/// somebody is to look at it; but nothing while the table is empty.
pub(super) fn foreseen(rules: Pulling, seen: &Seen) -> Fallen {
    let unbraked = Pulling {
        most: u32::MAX,
        percent: 100,
        ..rules
    };
    fallen(unbraked, (0, 0, seen.count()))
}
