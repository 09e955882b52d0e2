//! Brings into the dataset what was changed there, and settles what needs no writing there.

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::job::Task;
use super::super::super::link::Links;
use super::super::super::memory::{Deed, Memory};
use super::super::super::outcome::{Block, Outcomes};
use super::super::super::pairs::{Pair, Pairs};
use super::super::super::past::Past;
use super::super::Pass;
use super::super::ledger::Ledger;
use super::super::mark::{key_mark, mark};
use super::super::pull::tally;
use super::hall::{Ground, Hall, Met, Rules};
use super::judge::Judge;
use super::ruling::{InboxAct, LinkAct, RecordAct, Ruling};
use crate::base::PlanId;
use crate::datasets;
use crate::store::{self, Batch};

/// So many records are settled at once.
const AT_ONCE: usize = 500;
/// A batch that met another write is tried so often: somebody may be editing the very records.
const TRIES: usize = 10;

/// Which records come next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Records and links after a key.
    Pairs(Option<String>),
    /// Rows that have met no record, after a remote id.
    Strays(Option<String>),
    /// What a plan lists and neither side has any more, after a key.
    Vanished(PlanId, Option<String>),
    Over,
}

impl Pass<'_> {
    /// Settles what can be without writing there, and gives what it has met. `None` when the run is
    /// to stop.
    pub(super) async fn bring(
        &self,
        ledger: &mut Ledger,
        rules: Rules,
        listing: PlanId,
    ) -> Result<Option<Met>, Error> {
        let mut hall = self.open_hall(ledger, rules, listing).await?;
        ledger.job.reading.get_or_insert_default().gone = Some(hall.fallen.clone());
        if let Some(batch) = hall.inbox.count_right() {
            self.commit(batch).await?;
        }
        let mut turn = Turn::Pairs(None);
        while turn != Turn::Over {
            if self.line.halt.is_cancelled() {
                return Ok(None);
            }
            match self.settle_turn(ledger, &mut hall, &turn).await? {
                Some(next) => turn = next,
                None => return Ok(None),
            }
        }
        self.close_stale(&hall).await?;
        Ok(Some(hall.met))
    }

    /// Finds out what both sides have.
    pub(super) async fn open_hall(
        &self,
        ledger: &Ledger,
        rules: Rules,
        listing: PlanId,
    ) -> Result<Hall, Error> {
        let ground = Ground {
            store: self.store.clone(),
            sync: self.sync,
            dataset: self.reader.dataset.clone(),
            within: self.reader.pairs.within.clone(),
            pulling: self.pulling,
            decided: ledger
                .job
                .reading
                .as_ref()
                .and_then(|read| read.gone.clone()),
            deleted: ledger.job.counts.deleted,
        };
        let run = ledger.id;
        let open = move || Hall::open(ground, (run, rules), listing);
        self.blocking.run(open).await
    }

    /// Settles the next records, and gives whose turn it is then; `None` when the run is to stop.
    async fn settle_turn(
        &self,
        ledger: &mut Ledger,
        hall: &mut Hall,
        turn: &Turn,
    ) -> Result<Option<Turn>, Error> {
        for _ in 0..TRIES {
            let entry = hall.dataset.enter().await;
            let (rulings, next) = self.judge_turn(hall, turn)?;
            let rulings = self.as_foretold(hall, rulings)?;
            if self.commit_rulings(ledger, hall, &rulings).await? {
                return Ok(Some(next));
            }
            drop(entry);
            match self.renewed(&hall.dataset)? {
                Some(dataset) => hall.dataset = dataset,
                None => return Ok(None),
            }
            let keys = rulings.iter().map(|ruling| &ruling.key);
            hall.inbox.renew(&self.store.snapshot()?, keys)?;
        }
        Err(datasets::Error::Changed.into())
    }

    /// Judges the next records, and gives whose turn it is then.
    pub(super) fn judge_turn(
        &self,
        hall: &mut Hall,
        turn: &Turn,
    ) -> Result<(Vec<Ruling>, Turn), Error> {
        match turn {
            Turn::Pairs(after) => self.judge_pairs(hall, after.as_deref()),
            Turn::Strays(after) => self.judge_strays(hall, after.as_deref()),
            Turn::Vanished(plan, after) => self.judge_vanished(hall, (*plan, after.as_ref())),
            Turn::Over => Ok((Vec::new(), Turn::Over)),
        }
    }

    fn judge_pairs(&self, hall: &Hall, after: Option<&str>) -> Result<(Vec<Ruling>, Turn), Error> {
        let pairs = Pairs {
            orphans: true,
            dataset: hall.dataset.clone(),
            ..self.reader.pairs.clone()
        };
        let some = pairs.next(after, AT_ONCE)?;
        let moment = self.store.snapshot()?;
        let judge = self.judge(hall, &moment);
        let mut rulings = Vec::new();
        for pair in some.pairs {
            let key = match &pair {
                Pair::Record(record, _) => record.key().to_owned(),
                Pair::Orphan(key, _) | Pair::Aside(key, ..) => key.clone(),
            };
            if !hall.met.awaits(&key) {
                continue;
            }
            let ruling = match pair {
                Pair::Record(record, link) => judge.pair(record, link)?,
                Pair::Orphan(key, link) => judge.gone_here(&key, &link)?,
                Pair::Aside(key, record, link) => Some(judge.aside(&key, record, &link)?),
            };
            let settled = || Ruling::of(&key, "", None, "").closed();
            let ruling = ruling.or_else(|| hall.inbox.has(&key).then(settled));
            rulings.extend(ruling.map(|ruling| judge.leaving(ruling)).transpose()?);
        }
        let next = match some.upto {
            Some(upto) if !some.ended => Turn::Pairs(Some(upto)),
            _ => Turn::Strays(None),
        };
        Ok((rulings, next))
    }

    fn judge_strays(
        &self,
        hall: &mut Hall,
        after: Option<&str>,
    ) -> Result<(Vec<Ruling>, Turn), Error> {
        let moment = self.store.snapshot()?;
        let rows = hall.rows.after(&moment, after, AT_ONCE)?;
        let next = match rows.last() {
            Some(last) if rows.len() == AT_ONCE => Turn::Strays(Some(last.id.clone())),
            _ => match hall.rules.task {
                Task::Execute(plan) => Turn::Vanished(plan, None),
                _ => Turn::Over,
            },
        };
        let mut rulings = Vec::new();
        // What a plan imagines is not in the store.
        if !matches!(hall.rules.task, Task::Plan(_)) {
            hall.claimed.clear();
        }
        for row in rows {
            let id = mark(&row.id);
            let stray = !hall.linked.contains(&id) && !hall.taken.contains(&id);
            if !stray || !hall.met.awaits_row(&row.id) {
                continue;
            }
            let judge = self.judge(hall, &moment);
            let ruling = judge.stray(row)?;
            let ruling = ruling.map(|ruling| judge.leaving(ruling)).transpose()?;
            if let Some(ruling) = ruling {
                if ruling.writes() {
                    hall.claimed.insert(key_mark(&ruling.key));
                }
                rulings.push(ruling);
            }
        }
        Ok((rulings, next))
    }

    fn judge<'j>(&'j self, hall: &'j Hall, moment: &'j store::Snapshot) -> Judge<'j> {
        Judge {
            sync: self.sync,
            fit: &self.fit,
            moment,
            hall,
            removing: &self.reader.removing,
            doubtful: &self.reader.doubtful,
            again: &self.reader.again,
            now: self.line.clock.now(),
        }
    }

    /// Commits what was decided; `false` when somebody has changed one of the records meanwhile.
    async fn commit_rulings(
        &self,
        ledger: &mut Ledger,
        hall: &mut Hall,
        rulings: &[Ruling],
    ) -> Result<bool, Error> {
        if rulings.is_empty() {
            return Ok(true);
        }
        let mut next = ledger.clone();
        next.count_calls(&self.line.live.borrow().job);
        let batch = self.batch_of_rulings(&mut next, hall, rulings)?;
        let Some(version) = self.commit_unless_moved(batch).await? else {
            return Ok(false);
        };
        *ledger = next;
        let mut found = 0;
        for ruling in rulings {
            if ruling.fate.is_some() {
                hall.met.settle(&ruling.key, &ruling.remote_id);
            }
            match &ruling.link {
                LinkAct::Drop => {
                    hall.linked.remove(&mark(&ruling.remote_id));
                }
                LinkAct::Put(link) => {
                    hall.taken.insert(mark(&link.remote_id));
                }
                LinkAct::Leave => {}
            }
            let is_new = !hall.inbox.has(&ruling.key);
            found += u64::from(is_new && matches!(ruling.inbox, InboxAct::Keep(_)));
            hall.inbox.acted(&ruling.key, &ruling.inbox, version);
        }
        self.book.conflicts_found(found);
        let done = rulings.iter().filter(|one| one.fate.is_some()).count();
        let now = self.line.clock.now();
        self.line.live.send_modify(|run| {
            run.job.counts = ledger.job.counts;
            run.job.problems = ledger.job.problems.clone();
            run.pulse.beat(done as u64, now);
        });
        Ok(true)
    }

    fn batch_of_rulings(
        &self,
        ledger: &mut Ledger,
        hall: &Hall,
        rulings: &[Ruling],
    ) -> Result<Batch, Error> {
        let now = self.line.clock.now();
        let mut block = Block::new(now);
        for one in rulings {
            if let Some(fate) = one.fate {
                ledger.enter(&mut block, fate, (&one.key, &one.remote_id, &one.reason));
            }
        }
        let sealed = (!block.is_empty()).then(|| ledger.job.seal(&block));
        let mut batch = if rulings.iter().any(Ruling::writes) {
            let event = self.book.writing(&hall.dataset);
            let fates = rulings.iter().filter(|one| one.writes());
            // What is yet to be written there as well is changed here already.
            let fates = fates.map(|one| one.fate.unwrap_or(Fate::Changed));
            let event = tally(event, fates).detail("outcomes_sha256", ledger.job.digest.as_str());
            Batch::new(self.book.act(event))
        } else {
            Batch::bookkeeping()
        };
        hall.dataset.hold_whole(&mut batch);
        let more = rulings
            .iter()
            .map(|one| self.add_ruling(&mut batch, ledger, (hall, one)))
            .sum();
        hall.dataset.grow(&mut batch, more);
        if let Some(number) = sealed {
            batch.put::<Outcomes>(&(ledger.id, number), &block);
        }
        self.remember_rulings(&mut batch, ledger, (hall, rulings))?;
        ledger.put(&mut batch);
        Ok(batch)
    }

    /// Keeps what records here were before, and what has turned up there, so that the run can be
    /// undone.
    fn remember_rulings(
        &self,
        batch: &mut Batch,
        ledger: &mut Ledger,
        (hall, rulings): (&Hall, &[Ruling]),
    ) -> Result<(), Error> {
        if ledger.remembers == 0 || ledger.job.memory == Memory::TooMuch {
            return Ok(());
        }
        let deeds: Vec<Deed> = rulings.iter().filter_map(Ruling::deed).collect();
        self.remember_there(batch, ledger, &deeds);
        let moment = self.store.snapshot()?;
        let mut pasts = Vec::new();
        for ruling in rulings.iter().filter(|one| one.writes()) {
            pasts.extend(ruling.past(&hall.dataset, &moment)?);
        }
        if !pasts.is_empty() {
            let number = ledger.number_of_memory(0);
            let pasts: Vec<&Past> = pasts.iter().collect();
            ledger.remember_here(batch, (number, &self.fit), &pasts);
        }
        Ok(())
    }

    /// Adds what one ruling means, and gives how many records there are more.
    fn add_ruling(
        &self,
        batch: &mut Batch,
        ledger: &mut Ledger,
        (hall, ruling): (&Hall, &Ruling),
    ) -> i64 {
        let (sync, now) = (self.sync, self.line.clock.now());
        let place = (sync, ruling.key.clone());
        match (&ruling.letter, ruling.fate) {
            (Some(cells), _) => {
                let why = (ruling.reason.as_str(), self.fit.payload(cells));
                let (letters, run) = (&mut ledger.letters, ledger.id);
                letters.refused(batch, (sync, &ruling.key), (run, now), why);
            }
            (None, Some(fate)) if fate != Fate::Held => {
                ledger.letters.settled(batch, sync, &ruling.key);
                ledger.letters.settled(batch, sync, &ruling.remote_id);
            }
            (None, _) => {}
        }
        match &ruling.link {
            LinkAct::Leave => {}
            LinkAct::Put(link) => {
                batch.put::<Links>(&place, link);
            }
            LinkAct::Drop => {
                batch.discard::<Links>(&place);
            }
        }
        hall.inbox.act(batch, &ruling.key, &ruling.inbox);
        match &ruling.record {
            RecordAct::Leave => 0,
            RecordAct::Put(put) => {
                let (brought, before) = put.as_ref();
                hall.dataset.put(batch, brought, before.as_ref(), now);
                i64::from(before.is_none())
            }
            RecordAct::Delete(version) => {
                hall.dataset.take_out(batch, &ruling.key, *version);
                -1
            }
        }
    }

    /// Takes conflicts out of the inbox whose records are on neither side any more, or are not taken.
    async fn close_stale(&self, hall: &Hall) -> Result<(), Error> {
        let moment = self.store.snapshot()?;
        let mut batch = Batch::bookkeeping();
        for key in hall.inbox.keys() {
            let linked = moment.get::<Links>(&(self.sync, key.clone()))?.is_some();
            if !linked && !hall.takes(&moment, key)? {
                hall.inbox.act(&mut batch, key, &InboxAct::Close);
            }
        }
        if batch.is_empty() {
            return Ok(());
        }
        // If somebody is at it, it can wait for the next run.
        self.commit_unless_moved(batch).await.map(drop)
    }
}
