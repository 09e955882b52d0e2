//! Makes a plan: finds out what a run would do with every record, and writes that down.

use std::sync::Arc;

use super::super::counts::{Counts, Fate};
use super::super::error::Error;
use super::super::link::{Link, UNKNOWN};
use super::super::pairs::Pair;
use super::super::plan::{Block, Blocks, ById, ByKey, Change, Held, Made, Ways};
use super::Pass;
use super::content::{marked, spell};
use super::decide::{Decision, Here, There, decide, vanishing, vanishing_unknown};
use super::ledger::Ledger;
use super::reading::Reader;
use crate::base::{Hex, PlanId};
use crate::datasets::Unread;
use crate::jobs::Phase;
use crate::providers::Records;
use crate::store::{self, Snapshot};

/// What people should know of a record that is to be removed.
const GONE: &str = "it is not there any more";
pub(super) const EDITED: &str = "it was changed there since the sync wrote it";

/// So many records are looked at in one go.
const STRETCH: usize = 5_000;

/// How a plan is to be made.
#[derive(Clone, Copy)]
pub(super) struct Making {
    pub(super) plan: PlanId,
    /// Whether the remote records are read first.
    pub(super) read_first: bool,
}

/// What decides about records. Clones share it.
#[derive(Clone)]
struct Planner {
    reader: Reader,
    records: Arc<dyn Records>,
    making: Making,
}

/// What a stretch of the dataset comes to.
#[derive(Default)]
pub(super) struct Drafted {
    /// With the last key of each.
    blocks: Vec<(String, Block)>,
    /// The one that is not full yet.
    block: Block,
    pub(super) counts: Counts,
    /// The records that cannot be written: fate, key and reason.
    problems: Vec<(Fate, String, String)>,
    /// The last key.
    pub(super) upto: Option<String>,
    /// Whether the dataset has no more.
    ended: bool,
}

impl Pass<'_> {
    /// Makes a plan, from the beginning whatever came before: it shows one time. `None` when the
    /// job is to stop.
    pub(super) async fn make_plan(
        &self,
        ledger: &mut Ledger,
        records: Arc<dyn Records>,
        making: Making,
    ) -> Result<Option<Made>, Error> {
        if making.read_first {
            self.enter(Phase::Listing);
            if self
                .list(making.plan, |row| spell(&row.cells))
                .await?
                .is_none()
            {
                return Ok(None);
            }
        }
        self.enter(Phase::Planning);
        let planner = Planner {
            reader: self.reader.clone(),
            records,
            making,
        };
        let mut content = [0; 32];
        let mut after: Option<String> = None;
        loop {
            if self.line.halt.is_cancelled() {
                return Ok(None);
            }
            let (planner, from) = (planner.clone(), after.take());
            let draft = move || planner.draft(from.as_deref());
            let drafted = self.blocking.run(draft).await?;
            if !self.fields_stay()? {
                return Ok(None);
            }
            self.write_down(ledger, making.plan, &drafted, &mut content)
                .await?;
            after = drafted.upto;
            if drafted.ended {
                let calls = self.calls(&ledger.job.counts);
                return Ok(Some(self.made(&ledger.job.counts, calls, &content)));
            }
        }
    }

    /// Keeps what a stretch has come to, and shows it.
    pub(super) async fn write_down(
        &self,
        ledger: &mut Ledger,
        plan: PlanId,
        drafted: &Drafted,
        content: &mut [u8; 32],
    ) -> Result<(), Error> {
        let mut batch = store::Batch::bookkeeping();
        for (key, block) in &drafted.blocks {
            *content = block.digest(content);
            batch.put::<Blocks>(&(plan, key.clone()), block);
        }
        ledger.job.counts += drafted.counts;
        for (fate, key, reason) in &drafted.problems {
            ledger.job.count(*fate, key, reason);
        }
        let now = self.line.clock.now();
        self.line.live.send_modify(|run| {
            let done = ledger.job.counts.read.saturating_sub(run.job.counts.read);
            run.job.counts = ledger.job.counts;
            run.job.problems = ledger.job.problems.clone();
            run.pulse.beat(done, now);
        });
        if !batch.is_empty() {
            self.commit(batch).await?;
        }
        Ok(())
    }

    /// How many calls the writes of a push take.
    pub(super) fn calls(&self, counts: &Counts) -> u64 {
        let writes = counts.created + counts.changed + counts.matched;
        let records = &self.line.records;
        let rows = u64::try_from(records.rows_per_call().max(1)).unwrap_or(u64::MAX);
        let keys = u64::try_from(records.keys_per_call().max(1)).unwrap_or(u64::MAX);
        let sought = if records.matches_by_key() {
            0
        } else {
            (counts.created + counts.matched).div_ceil(keys)
        };
        // What is deleted is looked at before. One more looks at the table's fields, where there are
        // any to look at.
        let look = u64::from(!records.delivers());
        writes.div_ceil(rows) + 2 * counts.deleted.div_ceil(rows) + sought + look
    }

    /// What a plan has come to.
    pub(super) fn made(&self, counts: &Counts, calls: u64, content: &[u8; 32]) -> Made {
        let records = &self.line.records;
        let pace = records.calls_per_second();
        Made {
            counts: *counts,
            calls,
            seconds: pace.map(|pace| calls.div_ceil(u64::from(pace.get()))),
            columns: self.fit.columns(),
            content: Hex(content).to_string(),
            mapping: self.fit.mapping_digest(),
            schema: self.fit.schema_digest(),
            both: None,
        }
    }
}

impl Planner {
    /// What the records after a key come to.
    fn draft(&self, after: Option<&str>) -> Result<Drafted, Error> {
        let mut drafted = Drafted::default();
        let moment = self.reader.store.snapshot()?;
        let next = self.reader.pairs.next(after, STRETCH)?;
        drafted.ended = next.ended;
        for pair in next.pairs {
            let (key, change) = match pair {
                Pair::Record(record, link) => {
                    let change = self.change(&moment, &record, link.as_ref())?;
                    if change.is_none() {
                        drafted.counts.add(Fate::Unchanged);
                    }
                    (record.into_key(), change)
                }
                Pair::Orphan(key, link) => {
                    let change = self.removal(&moment, &key, &link)?;
                    (key, change)
                }
                Pair::Aside(key, ..) => (key, None),
            };
            if let Some(change) = change {
                drafted.list(change);
            }
            drafted.upto = Some(key);
        }
        drafted.close();
        drafted.upto = drafted.upto.take().max(next.upto);
        Ok(drafted)
    }

    /// What a run would do with one record; `None` when it would leave it as it is.
    fn change(
        &self,
        moment: &Snapshot,
        record: &Unread,
        link: Option<&Link>,
    ) -> Result<Option<Change>, Error> {
        let untouched = |link: &Link| self.reader.is_untouched(record, link);
        if !self.making.read_first && link.is_some_and(untouched) {
            return Ok(None);
        }
        let (fit, key) = (&self.reader.fit, record.key());
        let cells = fit.cells(&self.reader.fields(record)?);
        let spelt = spell(&cells);
        let sent = marked(&fit.mark, &spelt);
        let change = |fate, remote_id, decision: Decision| Change {
            key: key.to_owned(),
            fate,
            remote_id,
            reason: Some(decision.reason).filter(|reason| !reason.is_empty()),
            fields: decision.fields,
            ways: Ways::default(),
            sent,
        };
        if let Some(reason) = self.reader.doubtful.get(key) {
            let decision = Decision {
                fate: Fate::Unknown,
                reason: reason.clone(),
                fields: Vec::new(),
            };
            return Ok(Some(change(Fate::Unknown, None, decision)));
        }
        if let Some(reason) = self.reader.doubt(key, &sent) {
            let decision = Decision {
                fate: Fate::Unknown,
                reason: reason.to_owned(),
                fields: Vec::new(),
            };
            return Ok(Some(change(Fate::Unknown, None, decision)));
        }
        let standing = self.reader.standing(key, link.cloned());
        let link = standing.as_ref();
        let there = self.there(moment, key, link)?;
        // A linked record that is gone there is written as one that was never there.
        let lost = matches!((link, &there), (Some(_), There::Missing));
        let (link, there) = if lost {
            (None, self.under_key(moment, key)?)
        } else {
            (link, there)
        };
        let here = Here {
            mark: &fit.mark,
            sent,
            cells: &spelt,
            misfit: self.records.misfit(&fit.layout, &cells),
        };
        let remote_id = match (&there, link) {
            (There::Held(held), _) => Some(held.remote_id.clone()),
            (_, link) => link.map(|link| link.remote_id.clone()),
        };
        let decision = decide(here, link, &there);
        Ok(decision.map(|decision| change(decision.fate, remote_id, decision)))
    }

    /// What a run would do with a linked record that is no longer wanted; `None` when it would leave
    /// it alone.
    fn removal(&self, moment: &Snapshot, key: &str, link: &Link) -> Result<Option<Change>, Error> {
        let (removing, fit) = (&self.reader.removing, &self.reader.fit);
        if !removing.deletes.concerns(link) {
            return Ok(None);
        }
        let there = self.there(moment, key, Some(link))?;
        let held = self.reader.held_back(key, link);
        let known = || link.echoes(&marked(&fit.mark, &link.cells));
        let mut sent = link.echo().unwrap_or(UNKNOWN);
        let (told, fields) = match there {
            There::Held(there) => {
                sent = marked(&fit.mark, &there.cells);
                let edited = link.echo().is_some_and(|echo| echo != sent);
                (edited.then_some(EDITED), vanishing(&there.cells))
            }
            There::Missing => (Some(GONE), Vec::new()),
            There::NotRead if known() => (None, vanishing(&link.cells)),
            There::NotRead => (None, vanishing_unknown(fit.layout.fields.len())),
        };
        let reason = held.clone().or(told.map(str::to_owned));
        let fate = match held {
            Some(_) => Fate::Held,
            None => Fate::Deleted,
        };
        Ok(Some(Change {
            key: key.to_owned(),
            fate,
            remote_id: Some(link.remote_id.clone()),
            reason,
            fields: if fate == Fate::Held {
                Vec::new()
            } else {
                fields
            },
            ways: Ways::default(),
            sent,
        }))
    }

    /// The record as it was read: the linked one, or the one with its key.
    fn there(&self, moment: &Snapshot, key: &str, link: Option<&Link>) -> Result<There, Error> {
        if !self.making.read_first {
            return Ok(There::NotRead);
        }
        match link {
            Some(link) => self.under_id(moment, &link.remote_id, false),
            None => self.under_key(moment, key),
        }
    }

    fn under_key(&self, moment: &Snapshot, key: &str) -> Result<There, Error> {
        let found = moment.get::<ByKey>(&(self.making.plan, key.to_owned()))?;
        match found {
            Some(row) => self.under_id(moment, &row.value.remote_id, row.value.twice),
            None => Ok(There::Missing),
        }
    }

    fn under_id(&self, moment: &Snapshot, id: &str, twice: bool) -> Result<There, Error> {
        let found = moment.get::<ById>(&(self.making.plan, id.to_owned()))?;
        Ok(found.map_or(There::Missing, |row| {
            There::Held(Held {
                remote_id: id.to_owned(),
                cells: row.value.0,
                twice,
            })
        }))
    }
}

impl Drafted {
    /// Adds a record, in the order of keys.
    pub(super) fn list(&mut self, change: Change) {
        if self.block.len() >= Block::FULL {
            self.close();
        }
        self.block.push(&change);
        self.count(change);
    }

    /// Ends the block that was begun.
    pub(super) fn close(&mut self) {
        if let Some(last) = self.upto.clone()
            && !self.block.is_empty()
        {
            self.blocks.push((last, std::mem::take(&mut self.block)));
        }
    }

    fn count(&mut self, change: Change) {
        match change.fate {
            Fate::Refused | Fate::Unknown => {
                let reason = change.reason.unwrap_or_default();
                self.problems.push((change.fate, change.key, reason));
            }
            fate => self.counts.add(fate),
        }
    }
}
