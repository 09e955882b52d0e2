//! Writes what was judged: records, ties, outcomes, counts and the next page's place in one batch.

use std::sync::Arc;

use jiff::Timestamp;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::link::Links;
use super::super::super::outcome::{Block, Outcomes};
use super::super::super::past::Past;
use super::super::super::quarantine::Quarantined;
use super::super::super::tide::Tides;
use super::super::super::tie::Ties;
use super::super::Pass;
use super::super::ledger::Ledger;
use super::super::listing::broken;
use super::desk::{Desk, Filing, Fresh};
use super::filing;
use super::judge::{Act, Halt, Judged, Written};
use super::overlay::Overlay;
use super::pages::{Leaves, next};
use super::seen::Wanted;
use super::{MOVED, is_write};
use crate::audit::Event;
use crate::datasets::{self, Unread};
use crate::store::Batch;

/// A batch that met another write is tried so often: somebody may be editing the very records.
const TRIES: usize = 10;
/// So many dead letters are discarded at once.
const LETTERS: usize = 500;

impl Pass<'_> {
    /// Settles pages as they come, until the last of them or until the run is to stop.
    pub(super) async fn settle_pages(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        mut leaves: Leaves,
    ) -> Result<(), Error> {
        desk.filing = Filing::Later;
        while let Some(leaf) = next(&mut leaves).await {
            let rows: Arc<[Fresh]> = desk.fresh(leaf.rows).into();
            let mut from = 0;
            loop {
                let place = (Arc::clone(&rows), from);
                let Some(done) = self
                    .settle_some(ledger, desk, place, leaf.next.as_deref())
                    .await?
                else {
                    return Ok(());
                };
                from += done;
                if from == rows.len() {
                    break;
                }
            }
        }
        desk.filing = Filing::AtOnce;
        self.file_all().await
    }

    /// Settles rows from a place on, and gives how many; `None` when the run is to stop.
    async fn settle_some(
        &self,
        ledger: &mut Ledger,
        desk: &mut Desk,
        (rows, from): (Arc<[Fresh]>, usize),
        place: Option<&str>,
    ) -> Result<Option<usize>, Error> {
        for _ in 0..TRIES {
            let entry = desk.dataset.enter().await;
            let (bench, all) = (desk.bench(self, false), Arc::clone(&rows));
            let judge = move || bench.judge(&all[from..], &mut Overlay::default());
            let Some(judged) = self.readable(self.blocking.run(judge).await)? else {
                return Ok(None);
            };
            let judged = desk.held_against(judged);
            let done = judged.len();
            let mut next = ledger.clone();
            let reading = next.job.reading.get_or_insert_default();
            if from + done == rows.len() {
                reading.after = place.map(str::to_owned);
                reading.ended = place.is_none();
            }
            if self.commit_judged(ledger, next, desk, &judged).await? {
                self.tied(desk, &judged).await?;
                return Ok(Some(done));
            }
            drop(entry);
            if !desk.look_again(self)? {
                return Ok(None);
            }
        }
        Err(datasets::Error::Changed.into())
    }

    /// What was judged; none when the run fails, since a row could not be read.
    pub(super) fn readable<T>(&self, judged: Result<T, Halt>) -> Result<Option<T>, Error> {
        match judged {
            Ok(judged) => Ok(Some(judged)),
            Err(Halt::Ours(error)) => Err(error),
            Err(Halt::Unreadable(error)) => {
                self.line.fail(broken(error));
                Ok(None)
            }
        }
    }

    /// Commits what was judged; `false` when somebody has changed one of the records meanwhile.
    pub(super) async fn commit_judged(
        &self,
        ledger: &mut Ledger,
        mut next: Ledger,
        desk: &mut Desk,
        judged: &[Judged],
    ) -> Result<bool, Error> {
        let now = self.line.clock.now();
        next.count_calls(&self.line.live.borrow().job);
        let batch = self.batch_of(&mut next, desk, judged, now)?;
        if self.commit_unless_moved(batch).await?.is_none() {
            return Ok(false);
        }
        *ledger = next;
        desk.note_rivals(judged);
        for judged in judged {
            desk.seen.settle(judged.mark);
        }
        desk.correct(|roster| {
            for judged in judged.iter().filter(|judged| judged.takes_key()) {
                roster.give(&judged.key);
            }
        });
        self.line.live.send_modify(|run| {
            run.job.counts = ledger.job.counts;
            run.job.problems = ledger.job.problems.clone();
            run.pulse.beat(judged.len() as u64, now);
        });
        Ok(true)
    }

    /// Discards the dead letters of earlier runs, once all of the table was met: what they are
    /// about is no longer there, or has another key, or was accepted.
    pub(in super::super) async fn settle_letters(&self, ledger: &mut Ledger) -> Result<(), Error> {
        for keys in ledger.letters.not_of(ledger.id).chunks(LETTERS) {
            let mut batch = Batch::bookkeeping();
            for key in keys {
                ledger.letters.settled(&mut batch, self.sync, key);
            }
            self.commit(batch).await?;
        }
        Ok(())
    }

    fn batch_of(
        &self,
        ledger: &mut Ledger,
        desk: &Desk,
        judged: &[Judged],
        now: Timestamp,
    ) -> Result<Batch, Error> {
        let mut block = Block::new(now);
        for one in judged {
            let told = (
                one.key.as_str(),
                one.remote_id.as_str(),
                one.reason.as_str(),
            );
            ledger.enter(&mut block, one.fate, told);
            if one.is_contested() {
                ledger.job.reading.get_or_insert_default().contested = true;
            }
        }
        let sealed = (!block.is_empty()).then(|| ledger.job.seal(&block));
        let mut batch = if judged.iter().any(|one| one.past().is_some()) {
            let event = self.book.writing(&desk.dataset);
            let event = tally(event, judged.iter().map(|one| one.fate))
                .detail("outcomes_sha256", ledger.job.digest.as_str());
            Batch::new(self.book.act(event))
        } else {
            Batch::bookkeeping()
        };
        desk.dataset.hold_whole(&mut batch);
        let mut more = 0;
        for one in judged {
            more += self.add(&mut batch, ledger, desk, (one, now))?;
        }
        desk.dataset.grow(&mut batch, more);
        let later = sealed.filter(|_| desk.filing == Filing::Later);
        let later = later.map(|number| (ledger.id, number));
        filing::tie(&mut batch, (self.sync, later), judged);
        if let Some(number) = sealed {
            batch.put::<Outcomes>(&(ledger.id, number), &block);
            let pasts: Vec<&Past> = judged.iter().filter_map(Judged::past).collect();
            ledger.remember_here(&mut batch, (number, &self.fit), &pasts);
        }
        if ledger.job.undoes.is_some() {
            // What was not changed there since is written again only by one that reads all of it.
            batch.discard::<Tides>(&self.sync);
        }
        ledger.put(&mut batch);
        // Remote ids come in any order.
        batch.sort();
        Ok(batch)
    }

    /// Adds what one judgement means, and gives how many records there are more.
    fn add(
        &self,
        batch: &mut Batch,
        ledger: &mut Ledger,
        desk: &Desk,
        (judged, now): (&Judged, Timestamp),
    ) -> Result<i64, Error> {
        let sync = self.sync;
        let key = &judged.key;
        self.let_out(batch, desk, judged);
        if let Some((letter, run)) = desk.wanted.letter(&judged.remote_id)
            && (letter != key || judged.fate != Fate::Refused)
        {
            // It is gone, or is about another key now.
            ledger.letters.settled_of(batch, (sync, letter), run);
        }
        match &judged.act {
            Act::Letter(cells) => {
                let why = (judged.reason.as_str(), self.fit.payload(cells));
                let (letters, run) = (&mut ledger.letters, ledger.id);
                letters.refused(batch, (sync, key), (run, now), why);
                return Ok(0);
            }
            Act::Nothing if judged.fate == Fate::Held => return Ok(0),
            // What an undo takes back is not what was refused.
            Act::Restore(_) => {}
            Act::Nothing | Act::Noted(_) | Act::Tied(..) | Act::Write(_) | Act::Delete(..) => {
                ledger.letters.settled(batch, sync, key);
                ledger.letters.settled(batch, sync, &judged.remote_id);
            }
        }
        Ok(match &judged.act {
            Act::Tied(tied) => {
                batch.put::<Links>(&(sync, key.clone()), &tied.1);
                0
            }
            Act::Write(written) => {
                batch.put::<Links>(&(sync, key.clone()), &written.link);
                self.write_record(batch, desk, written, now)
            }
            Act::Delete(deleted) => {
                batch.discard::<Ties>(&(sync, judged.remote_id.clone()));
                batch.discard::<Links>(&(sync, key.clone()));
                desk.dataset.take_out(batch, key, deleted.version);
                -1
            }
            Act::Restore(restored) => {
                let becomes = (judged.remote_id.as_str(), restored.as_ref());
                self.restore(batch, (desk, ledger.job.direction), becomes, now)?
            }
            Act::Nothing | Act::Noted(_) | Act::Letter(_) => 0,
        })
    }

    /// Lets out what waited and is there again, or gone for good.
    fn let_out(&self, batch: &mut Batch, desk: &Desk, judged: &Judged) {
        let (place, quarantine) = (|key: &str| (self.sync, key.to_owned()), &desk.quarantine);
        let Act::Restore(restored) = &judged.act else {
            // An undo that finds nothing to do learns nothing of what is there.
            let learns = judged.fate != Fate::Held && !self.reader.undoes();
            if learns && quarantine.holds(&judged.key) {
                batch.discard::<Quarantined>(&place(&judged.key));
            }
            return;
        };
        // Nor does one that gives a record back what it was: it waits on, whatever its key is then.
        let Some(was) = restored.here.as_ref().map(Unread::key) else {
            return;
        };
        let Some(absent) = quarantine.absent(was) else {
            return;
        };
        match &restored.put {
            Some(put) if put.key() == was => {}
            Some(put) => {
                batch.put::<Quarantined>(&place(put.key()), absent);
                batch.discard::<Quarantined>(&place(was));
            }
            None => {
                batch.discard::<Quarantined>(&place(was));
            }
        }
    }

    fn write_record(
        &self,
        batch: &mut Batch,
        desk: &Desk,
        written: &Written,
        now: Timestamp,
    ) -> i64 {
        let Written {
            brought,
            before,
            former,
            ..
        } = written;
        desk.dataset.put(batch, brought, before.as_ref(), now);
        let mut more = i64::from(before.is_none());
        if let Some((key, record)) = former {
            batch.discard::<Links>(&(self.sync, key.clone()));
            if let Some(record) = record {
                desk.dataset.take_out(batch, key, record.version());
                more -= 1;
            }
        }
        more
    }
}

/// Counts what is done to the dataset.
pub(in super::super) fn tally(event: Event, met: impl Iterator<Item = Fate>) -> Event {
    let met: Vec<Fate> = met.collect();
    let count = |fate| met.iter().filter(|one| **one == fate).count() as u64;
    let fates = Fate::ALL.into_iter().filter(|fate| is_write(*fate));
    fates.fold(event, |event, fate| match count(fate) {
        0 => event,
        records => event.count(fate.name(), records),
    })
}

impl Desk {
    /// Holds judgements against what a plan foretells: nothing else is written.
    pub(super) fn held_against(&self, judged: Vec<Judged>) -> Vec<Judged> {
        let held = judged
            .into_iter()
            .map(|one| held_against(&self.wanted, one));
        held.collect()
    }
}

fn held_against(wanted: &Wanted, mut judged: Judged) -> Judged {
    let Some(planned) = wanted.planned(&judged.remote_id) else {
        return judged;
    };
    let foretold = planned.stamp == judged.stamp && planned.fate == judged.fate;
    if !foretold {
        judged.key.clone_from(&planned.key);
        judged.fate = Fate::Held;
        MOVED.clone_into(&mut judged.reason);
        judged.act = Act::Nothing;
    }
    judged
}
