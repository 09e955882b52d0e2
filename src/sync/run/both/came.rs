//! Finds out what came of writes that a stop has cut short, for the run whose writes they were: it
//! remembers them like the rest of what it did, so that they can be undone.
//!
//! A group is announced with the run that writes it. Whatever job comes next, be it that run as it
//! goes on, another one or a plan, looks at each record of it there, and adds to what that run
//! remembers in the batch that closes the announcement. What cannot be told stays open.

use std::collections::HashMap;

use jiff::Timestamp;

use super::super::super::counts::Fate;
use super::super::super::error::Error;
use super::super::super::intent::{Intent, Look};
use super::super::super::job::Runs;
use super::super::super::letter::Known;
use super::super::super::link::{Content, Hash, Link, Links, UNKNOWN};
use super::super::super::memory::{self, Deed, Memory, Was};
use super::super::Pass;
use super::super::batch::Load;
use super::super::content::{bears, fingerprint};
use super::super::ledger::Ledger;
use super::super::readback::Found;
use super::super::reading::Stretch;
use super::super::source::Source;
use super::base::{Base, DIGITS, LEFT, Now, There, joined};
use super::known::fits;
use crate::base::RunId;
use crate::providers::Held;
use crate::store::Batch;

/// A record that was announced, and what was to be done to it there.
struct Perhaps {
    key: String,
    remote_id: String,
    did: Did,
}

enum Did {
    /// It was made, and looked so; whether it is ours for all that can be known.
    Made(Look, bool),
    /// It was written, and what was written looked so; with the record as it is here, if it is.
    Wrote(Link, Look, Option<Now>),
    Removed(Link),
}

impl Pass<'_> {
    /// The announcement of a group, with what is to be told of it where both sides count, and where
    /// a push is undone: a record is removed there that is still wanted, and linked.
    pub(in super::super) fn announcing(&self, intent: Intent, stretch: &Stretch) -> Intent {
        let undoes = match self.reader.source {
            Source::Dataset | Source::Run(_) | Source::Plan(_) => return intent,
            Source::Undo(..) if stretch.unwanted.is_empty() => return intent,
            Source::Both | Source::Undo(..) => false,
            Source::UndoBoth(..) => true,
        };
        let written = stretch.loads.iter().filter_map(Load::announce_written);
        let removing = stretch.unwanted.iter().map(|one| one.key.clone());
        Intent {
            written: written.collect(),
            removing: removing.collect(),
            run: Some(self.line.live.borrow().id),
            undoes,
            ..intent
        }
    }

    /// Links a record with the remote one that is about to be brought back from the trash: should
    /// the undo end before it has said so, it is not to be taken for a colleague's, nor made again
    /// where somebody gives it another key.
    pub(in super::super) fn link_revived(
        &self,
        batch: &mut Batch,
        load: &Load,
    ) -> Result<(), Error> {
        let Some(id) = &load.row.id else {
            return Ok(());
        };
        let place = (self.sync, load.key.clone());
        let link = self.store.get::<Links>(&place)?.map(|row| row.value);
        if link.is_some_and(|link| link.remote_id == *id) {
            return Ok(()); // it knows more
        }
        // Where both sides count, nobody has asked to have here what an undo brings back there.
        let both = load.meeting.is_some();
        let (found, look) = (Content::Found { made: both }, load.announce().look);
        let link = Link {
            apart: both,
            ..Link::found(id.clone(), found, look, load.ours)
        };
        batch.put::<Links>(&place, &link);
        Ok(())
    }

    /// What a run has done there to the records that it had announced, as far as that shows now.
    /// `None` when this one is to stop.
    pub(in super::super) async fn came_of(
        &self,
        intent: &Intent,
        (looked, tried): (&[(Load, Found)], Timestamp),
    ) -> Result<Option<Vec<Deed>>, Error> {
        if intent.run.is_none() {
            return Ok(Some(Vec::new()));
        }
        let announced = self.perhaps(intent, looked)?;
        if announced.is_empty() {
            return Ok(Some(Vec::new()));
        }
        // What was looked for has been waited for.
        if looked.is_empty() && !self.until_settled(tried).await {
            return Ok(None);
        }
        let ids = announced.iter().map(|one| one.remote_id.clone());
        let Some(rows) = self.look(&ids.collect::<Vec<_>>()).await else {
            return Ok(None);
        };
        let rows: HashMap<&str, &Held> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
        let came = |one: &Perhaps| self.came(one, rows.get(one.remote_id.as_str()).copied());
        Ok(Some(announced.iter().filter_map(came).collect()))
    }

    /// What an intent has announced, as far as it is linked or was found.
    fn perhaps(&self, intent: &Intent, looked: &[(Load, Found)]) -> Result<Vec<Perhaps>, Error> {
        let made = looked.iter().filter_map(|(load, found)| {
            let made = *found == Found::Held && load.fate == Fate::Created;
            let remote_id = load.row.id.clone().filter(|_| made)?;
            let look = load.announced.clone().unwrap_or_default();
            Some(Perhaps {
                key: load.key.clone(),
                remote_id,
                did: Did::Made(look, load.ours),
            })
        });
        let mut perhaps: Vec<Perhaps> = made.collect();
        let mut linked = |key: &String, did: &dyn Fn(Link) -> Did| {
            let link = self.store.get::<Links>(&(self.sync, key.clone()))?;
            perhaps.extend(link.map(|link| Perhaps {
                key: key.clone(),
                remote_id: link.value.remote_id.clone(),
                did: did(link.value),
            }));
            Ok::<_, Error>(())
        };
        for record in &intent.written {
            let here = self.reader.dataset.record(&record.key)?;
            let here = here.map(|record| Now::of(self.fit.cells(&record.fields)));
            let wrote = |link| Did::Wrote(link, record.look.clone(), here.clone());
            linked(&record.key, &wrote)?;
        }
        for key in &intent.removing {
            linked(key, &Did::Removed)?;
        }
        Ok(perhaps)
    }

    /// What was done to one of them; none when nothing was.
    fn came(&self, one: &Perhaps, row: Option<&Held>) -> Option<Deed> {
        let (fate, left, was) = match (&one.did, row) {
            (Did::Made(look, ours), Some(row)) => self.made_there(look, (row, *ours)),
            // It was brought back from the trash.
            (Did::Wrote(link, look, _), Some(row)) if link.apart => {
                self.made_there(look, (row, true))
            }
            (Did::Wrote(link, look, here), Some(row)) => {
                self.wrote_there(link, (look, here.as_ref()), row)?
            }
            (Did::Removed(link), None) => (Fate::Deleted, UNKNOWN, Was::of(link, &self.fit.mark)),
            (Did::Made(..) | Did::Wrote(..), None) | (Did::Removed(_), Some(_)) => return None,
        };
        Some(Deed {
            key: one.key.clone(),
            fate,
            remote_id: one.remote_id.clone(),
            left,
            was,
        })
    }

    /// A record that was made there, and is as it was made unless somebody has edited it since.
    fn made_there(&self, look: &Look, (row, ours): (&Held, bool)) -> (Fate, Hash, Was) {
        let held = fingerprint(&self.fit.mark, &row.cells);
        let (fate, left) = match (ours, bears(look, &row.cells)) {
            // It may be a colleague's.
            (false, _) => (Fate::Matched, held),
            (true, false) => (Fate::Created, UNKNOWN),
            (true, true) => (Fate::Created, held),
        };
        (fate, left, Was::default())
    }

    /// A record that was written there: what was written is there, and was not before.
    fn wrote_there(
        &self,
        link: &Link,
        (look, here): (&Look, Option<&Now>),
        row: &Held,
    ) -> Option<(Fate, Hash, Was)> {
        let schema = self.reader.dataset.schema();
        let now = Now::of(row.cells.clone());
        let fits = fits(&self.fit, schema, &row.cells);
        let there = There {
            now: &now,
            fits: &fits,
            fields: &self.fit.layout.fields,
        };
        let looks = look.0.as_bytes().chunks(DIGITS).enumerate();
        let written = looks.filter(|(at, look)| {
            *look != LEFT && *at < now.cells.len() && there.came_of(look, here, *at)
        });
        let written: Vec<usize> = written.map(|(at, _)| at).collect();
        let base = Base::of(link, self.fit.frame()).filter(Base::is_whole);
        let before = base.map(|base| {
            let mut before = now.cells.clone();
            for at in &written {
                before[*at].clone_from(&base.there[*at]);
            }
            before
        });
        if written.is_empty() || before.as_ref() == Some(&now.cells) {
            return None;
        }
        let was = Was {
            cells: before.map(joined),
            ours: link.ours,
            ..Was::default()
        };
        let left = fingerprint(&self.fit.mark, &row.cells);
        Some((link.fate(), left, was))
    }

    /// Adds to a batch that a run remembers some deeds more.
    pub(in super::super) fn credit(
        &self,
        batch: &mut Batch,
        ledger: &mut Ledger,
        (run, deeds): (Option<RunId>, &[Deed]),
    ) -> Result<(), Error> {
        let Some(run) = run.filter(|_| !deeds.is_empty()) else {
            return Ok(());
        };
        if run == ledger.id {
            ledger.count_calls(&self.line.live.borrow().job);
            self.remember_there(batch, ledger, deeds);
            ledger.put(batch);
            return Ok(());
        }
        let Some(row) = self.store.get::<Runs>(&(ledger.owner, run))? else {
            return Ok(());
        };
        let mut its = Ledger {
            id: run,
            job: row.value,
            letters: Known::default(),
            made: None,
            ..*ledger
        };
        self.remember_there(batch, &mut its, deeds);
        if let (Memory::Kept { .. }, None) = (its.job.memory, its.job.undo_until) {
            let ended = its.job.finished_at;
            its.job.undo_until = ended.and_then(|at| at.checked_add(its.undo_for).ok());
        }
        its.put(batch);
        Ok(())
    }

    /// Adds to a batch what a run remembers of records there beside its groups.
    pub(super) fn remember_there(&self, batch: &mut Batch, ledger: &mut Ledger, deeds: &[Deed]) {
        let mut block = memory::Block::new(ledger.owner, &self.fit.mark);
        for deed in deeds {
            block.push(deed);
        }
        if !deeds.is_empty() {
            ledger.remember(batch, 0, (&block, deeds.len() as u64));
        }
    }
}
