//! Deals with the records whose remote ones are gone: only after the table was read to its end.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::super::super::counts::Fate;
use super::super::super::direction::{Gone, Pulling};
use super::super::super::error::Error;
use super::super::super::job::Fallen;
use super::super::super::link::{Links, UNKNOWN};
use super::super::super::past::Past;
use super::super::super::quarantine::{Quarantine, Quarantined, Roll, told as waiting};
use super::super::super::tide::Tides;
use super::super::super::tie::{Tie, Ties};
use super::super::Pass;
use super::super::ledger::Ledger;
use super::super::mark::mark;
use super::desk::{Bench, Desk};
use super::judge::{Act, Deleted, Judged, stamp};
use super::seen::Seen;
use crate::base::SyncId;
use crate::datasets::{self, Unread};
use crate::store::{Batch, Key as _, Scan, Snapshot, prefix};

/// So many are dealt with at once.
const AT_ONCE: usize = 500;
/// A batch that met another write is tried so often.
const TRIES: usize = 10;
/// Why a record stays that somebody has changed.
const CHANGED: &str =
    "held: its remote record is gone, and it was changed here since; delete it here, or keep it";

/// A tie whose remote record is gone, with its id.
pub(super) type Loose = (String, Tie);

/// Some of them, and the remote id after which there are more.
type Stretch = (Arc<[Loose]>, Option<String>);

/// How many ties there are.
#[derive(Default)]
struct Gones {
    /// All of them.
    linked: u64,
    /// Those whose remote records are gone.
    gone: u64,
    /// Those of them whose records would be deleted if nothing held them.
    doomed: u64,
    /// Those whose records would be once they have waited.
    roll: Roll,
}

/// What becomes of what is gone is decided once, and again after a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    First,
    Again,
}

impl Pass<'_> {
    /// Keeps, deletes or holds what is gone, as the sync's rules say.
    pub(super) async fn settle_gone(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
    ) -> Result<(), Error> {
        self.inherit(desk, Some(&mut *ledger)).await?;
        let deleted = ledger.job.counts.deleted;
        let reading = ledger.job.reading.get_or_insert_default();
        let due = match reading.gone {
            None => Some(Decision::First),
            // Leave to delete does not outlive a stop: what waited may be due by now, and more of it
            // than one run may delete.
            Some(Fallen::Deleted) if self.resumed => Some(Decision::Again),
            Some(_) => None,
        };
        if let Some(decision) = due {
            let (fallen, quarantined) = self.decide_gone(desk, deleted, decision).await?;
            ledger.job.quarantined = quarantined;
            self.line
                .live
                .send_modify(|run| run.job.quarantined = quarantined);
            let Some(fallen) = fallen else {
                return Ok(());
            };
            reading.gone = Some(fallen);
        }
        let mut after = None;
        while !self.line.halt.is_cancelled() {
            let (gone, last) = self.next_loose(desk, after).await?;
            if !gone.is_empty() && !self.settle_loose(ledger, desk, &gone).await? {
                return Ok(());
            }
            if last.is_none() {
                return Ok(());
            }
            after = last;
        }
        Ok(())
    }

    /// Lets rows that were cut and pasted be the records that they were: where what is gone is to
    /// wait, and another row bears the key of one that the table does not show any more, that one
    /// takes its place, and its record waits no longer. What it holds comes with the next run.
    pub(super) async fn inherit(
        &self,
        desk: &mut Desk,
        mut ledger: Option<&mut Ledger>,
    ) -> Result<(), Error> {
        if self.quarantine_hours == 0 || desk.rivals.is_empty() {
            return Ok(());
        }
        let rivals = std::mem::take(&mut desk.rivals);
        let is_gone = |former: &String| !desk.seen.holds(&mark(former));
        let mut rivals = rivals.into_iter().filter(|(former, _)| is_gone(former));
        loop {
            let some: Vec<_> = rivals.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return Ok(());
            }
            let mut batch = Batch::bookkeeping();
            for (former, (key, heir)) in some {
                let tie = self.store.get::<Ties>(&(self.sync, former.clone()))?;
                let Some(tie) = tie.filter(|tie| tie.value.key == key) else {
                    continue;
                };
                // One that is a record here already, and was given this key there, stays that one.
                let place = (self.sync, heir.clone());
                if self.store.get::<Ties>(&place)?.is_some() {
                    continue;
                }
                batch.delete::<Ties>(&tie.key, tie.version);
                batch.put::<Ties>(&place, &tie.value);
                batch.put::<Links>(&(self.sync, key.clone()), &tie.value.link(&heir));
                batch.discard::<Quarantined>(&(self.sync, key));
            }
            if batch.is_empty() {
                continue;
            }
            // The next run is to read what the heirs hold, whenever that was written.
            batch.discard::<Tides>(&self.sync);
            if let Some(ledger) = &mut ledger {
                ledger.job.reading.get_or_insert_default().freed = true;
                ledger.put(&mut batch);
            }
            self.commit(batch).await?;
        }
    }

    /// What becomes of the records that are gone, which depends on how many would be deleted now,
    /// those that the run has `deleted` among them, `None` when none is gone; and how many of them
    /// wait, which is kept.
    pub(super) async fn decide_gone(
        &self,
        desk: &mut Desk,
        deleted: u64,
        decision: Decision,
    ) -> Result<(Option<Fallen>, u64), Error> {
        let bench = desk.bench(self, false);
        let count = move |seen: &Seen| bench.count_gone(seen, decision);
        let Gones {
            linked,
            gone,
            doomed,
            roll,
        } = desk.ask_seen(self.blocking, count).await?;
        for batch in desk.quarantine.settle(self.sync, &roll) {
            self.commit(batch).await?;
        }
        let counts = (doomed + deleted, linked + deleted, desk.seen.count());
        let fallen = (gone > 0).then(|| fallen(self.pulling, counts));
        Ok((fallen, roll.waiting))
    }

    /// The next ties whose remote records the table has not shown.
    pub(super) async fn next_loose(
        &self,
        desk: &mut Desk,
        after: Option<String>,
    ) -> Result<Stretch, Error> {
        let bench = desk.bench(self, false);
        let next = move |seen: &Seen| bench.loose(seen, after);
        desk.ask_seen(self.blocking, next).await
    }

    /// Deals with some of them; `false` when the run is to stop.
    async fn settle_loose(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        gone: &Arc<[Loose]>,
    ) -> Result<bool, Error> {
        let reading = ledger.job.reading.as_ref();
        let fallen = reading.and_then(|reading| reading.gone.clone());
        let fallen = fallen.unwrap_or(Fallen::Kept);
        for _ in 0..TRIES {
            let entry = desk.dataset.enter().await;
            let (bench, all, fallen) = (desk.bench(self, false), Arc::clone(gone), fallen.clone());
            let rule = move || bench.rule(&all, &fallen);
            let (judged, forgotten) = self.blocking.run(rule).await?;
            let mut next = ledger.clone();
            let is_deleted = |one: &Judged| one.fate == Fate::Deleted;
            if !forgotten.is_empty() || judged.iter().any(is_deleted) {
                next.job.reading.get_or_insert_default().freed = true;
            }
            if self.commit_judged(ledger, next, desk, &judged).await? {
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
    async fn forget(&self, gone: &[Loose]) -> Result<(), Error> {
        if gone.is_empty() {
            return Ok(());
        }
        let mut batch = Batch::bookkeeping();
        for (id, tie) in gone {
            batch.discard::<Ties>(&(self.sync, id.clone()));
            batch.discard::<Links>(&(self.sync, tie.key.clone()));
            batch.discard::<Quarantined>(&(self.sync, tie.key.clone()));
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
    fn count_gone(&self, seen: &Seen, decision: Decision) -> Result<Gones, Error> {
        let mut gones = Gones::default();
        // What was tied in this run was shown as well.
        if decision == Decision::First && self.has_shown_all(seen) {
            return Ok(gones);
        }
        let moment = self.store.snapshot()?;
        let mut failed = None;
        // Whether a record waits is told after it is known that it would be deleted.
        let at_once = Self {
            quarantine: Arc::default(),
            ..self.clone()
        };
        moment.walk::<Ties>(&ties(self.sync, None), |_, row| {
            gones.linked += 1;
            let mark = mark(&row.key.1);
            // What was found to wait before a stop is settled as well, and still waits: had it come
            // back, it would have been let out.
            if decision == Decision::Again && seen.is_settled(&mark) {
                let place = (self.sync, row.value.key);
                let missed = moment.get::<Quarantined>(&place)?;
                if missed.is_some_and(|missed| missed.value.remote_id == row.key.1) {
                    Quarantine::stay(&mut gones.roll, place.1);
                }
                return Ok(ControlFlow::Continue(()));
            }
            if seen.holds(&mark) {
                return Ok(ControlFlow::Continue(()));
            }
            gones.gone += 1;
            match at_once.rule_one(&moment, &(row.key.1, row.value), &Fallen::Deleted) {
                Ok(judged) => {
                    if let Some(one) = judged.filter(|one| one.fate == Fate::Deleted) {
                        let roll = &mut gones.roll;
                        let waits = self.quarantine.miss(roll, &one.key, &one.remote_id);
                        gones.doomed += u64::from(!waits);
                    }
                    Ok(ControlFlow::Continue(()))
                }
                Err(error) => {
                    failed = Some(error);
                    Ok(ControlFlow::Break(()))
                }
            }
        })?;
        failed.map_or(Ok(gones), Err)
    }

    /// The next ties after a remote id whose remote records the table has not shown.
    fn loose(&self, seen: &Seen, after: Option<String>) -> Result<Stretch, Error> {
        let mut gone = Vec::new();
        let mut last = None;
        let scan = ties(self.sync, after);
        self.store.snapshot()?.walk::<Ties>(&scan, |_, row| {
            let id = row.key.1;
            if seen.holds(&mark(&id)) {
                return Ok(ControlFlow::Continue(()));
            }
            if gone.len() == AT_ONCE {
                last = gone.last().map(|(id, _): &Loose| id.clone());
                return Ok(ControlFlow::Break(()));
            }
            gone.push((id, row.value));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((gone.into(), last))
    }

    /// What becomes of records that are gone at the provider, and which are to be forgotten.
    pub(super) fn rule(
        &self,
        gone: &[Loose],
        fallen: &Fallen,
    ) -> Result<(Vec<Judged>, Vec<Loose>), Error> {
        let moment = self.store.snapshot()?;
        let (mut judged, mut forgotten) = (Vec::new(), Vec::new());
        for loose in gone {
            match self.rule_one(&moment, loose, fallen)? {
                Some(one) => judged.push(one),
                None => forgotten.push(loose.clone()),
            }
        }
        Ok((judged, forgotten))
    }

    fn rule_one(
        &self,
        moment: &Snapshot,
        (id, tie): &Loose,
        fallen: &Fallen,
    ) -> Result<Option<Judged>, Error> {
        if !tie.ours || *fallen == Fallen::Kept {
            return Ok(None);
        }
        let Some(here) = self.dataset.unread(moment, &tie.key)? else {
            return Ok(None); // it is gone here too
        };
        let touched = tie.is_touched(&self.fit.source(here.hash()), here.hash());
        let waits = self.quarantine.waits(&tie.key, id).filter(|_| !touched);
        let held = |reason: &str| (Fate::Held, reason.to_owned(), Act::Nothing);
        let (fate, reason, act) = match (fallen, waits) {
            (_, Some(wait)) => held(&waiting("at the provider", wait)),
            (Fallen::Held(reason), None) => held(reason),
            _ if touched => held(CHANGED),
            _ => (Fate::Deleted, String::new(), deletes(&here, (id, tie))),
        };
        Ok(Some(Judged {
            mark: mark(id),
            remote_id: id.clone(),
            key: tie.key.clone(),
            fate,
            reason,
            stamp: stamp(&[0; 16], Some(here.hash())),
            fields: Vec::new(),
            act,
            rival: None,
        }))
    }
}

/// The deletion of a record as it was read, with what it takes to have it back.
pub(super) fn deletes(here: &Unread, (remote_id, tie): (&str, &Tie)) -> Act {
    let past = Past {
        key: here.key().to_owned(),
        fate: Fate::Deleted,
        remote_id: remote_id.to_owned(),
        left: UNKNOWN,
        former: None,
        tie: Some(tie.clone()),
        before: here.canonical().to_vec(),
        after: Vec::new(),
    };
    let version = here.version();
    Act::Delete(Box::new(Deleted { version, past }))
}

/// The ties of a sync after that of a remote record.
fn ties(sync: SyncId, after: Option<String>) -> Scan {
    let all = Scan::prefix(prefix(&sync), usize::MAX);
    match after {
        None => all,
        Some(after) => {
            let mut past = (sync, after).bytes();
            past.push(0);
            all.from(past)
        }
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
