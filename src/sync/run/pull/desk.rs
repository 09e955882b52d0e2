//! Holds what rows are judged with while pages come in.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::super::super::direction::Gone;
use super::super::super::error::Error;
use super::super::super::job::Task;
use super::super::super::quarantine::Quarantine;
use super::super::Pass;
use super::super::fit::Fit;
use super::super::mark::{Mark, mark};
use super::judge::{Halt, Judge, Judged, Rival};
use super::overlay::Overlay;
use super::roster::Roster;
use super::seen::{Seen, Wanted};
use crate::base::{Blocking, RunId, SyncId};
use crate::datasets::Dataset;
use crate::providers::{Reading, Sent};
use crate::store::{Snapshot, Store};

/// So many rows are remembered whose keys others have.
const MOST_RIVALS: usize = 20_000;

/// What a pull works with.
pub(super) struct Desk {
    pub(super) seen: Seen,
    pub(super) wanted: Wanted,
    /// The records that were missed before, and until when they wait.
    pub(super) quarantine: Arc<Quarantine>,
    /// What was refused since another has its key: that one with the key and, of all that would
    /// have it, the first.
    pub(super) rivals: BTreeMap<String, (String, String)>,
    /// Whether a page of this listing had a row.
    pub(super) shown: bool,
    /// The dataset as it was when it was looked at last.
    pub(super) dataset: Dataset,
    /// What was known of the remote records before; nothing where no pages are read.
    pub(super) roster: Arc<Roster>,
    /// When the ties are filed that are made.
    pub(super) filing: Filing,
    /// About how many bytes of them wait for that.
    pub(super) unfiled: usize,
    /// Whether what was decided of is compared: with what a plan foretells, or by one that is made.
    stamps: bool,
}

/// When ties are filed under their remote ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filing {
    /// With the batch that makes them.
    AtOnce,
    /// Many together, before anyone asks for them.
    Later,
}

/// A remote row that is to be judged.
pub(super) struct Fresh {
    pub(super) mark: Mark,
    pub(super) row: Sent,
}

/// What judges rows on a thread of its own. Clones share it.
#[derive(Clone)]
pub(super) struct Bench {
    pub(super) sync: SyncId,
    pub(super) store: Store,
    pub(super) fit: Arc<Fit>,
    pub(super) dataset: Dataset,
    pub(super) quarantine: Arc<Quarantine>,
    pub(super) explain: bool,
    pub(super) roster: Arc<Roster>,
    pub(super) stamps: bool,
    /// What reads rows.
    pub(super) reading: Reading,
}

impl Desk {
    /// Finds out what a run is about, and what it has settled before. What a stop has kept from
    /// being filed is filed first.
    pub(super) async fn open(pass: &Pass<'_>, run: RunId, task: Task) -> Result<Self, Error> {
        pass.file_all().await?;
        let store = pass.store.clone();
        let hours = match pass.pulling.gone {
            Gone::Delete => pass.quarantine_hours,
            Gone::Keep => 0,
        };
        let (place, now) = ((pass.sync, hours), pass.line.clock.now());
        let load = move || {
            let moment = store.snapshot()?;
            let wanted = match task {
                Task::Push | Task::Pull | Task::Both | Task::Plan(_) => Wanted::All,
                Task::Retry(of) => Wanted::left(&moment, of)?,
                Task::Execute(plan) => Wanted::of_plan(&moment, plan)?,
            };
            let quarantine = Quarantine::load(&moment, place, now)?;
            Ok::<_, Error>((Seen::load(&moment, run)?, wanted, Arc::new(quarantine)))
        };
        let (seen, wanted, quarantine) = pass.blocking.run(load).await?;
        Ok(Self {
            seen,
            stamps: matches!(task, Task::Execute(_) | Task::Plan(_)),
            wanted,
            quarantine,
            rivals: BTreeMap::new(),
            shown: false,
            dataset: pass.reader.dataset.clone(),
            roster: Arc::default(),
            filing: Filing::AtOnce,
            unfiled: 0,
        })
    }

    /// Learns what is known of the remote records, before their pages come.
    pub(super) async fn learn(&mut self, pass: &Pass<'_>) -> Result<(), Error> {
        let (store, sync, dataset) = (pass.store.clone(), pass.sync, self.dataset.clone());
        let load = move || Roster::load(&store.snapshot()?, sync, &dataset);
        self.roster = Arc::new(pass.blocking.run(load).await?);
        Ok(())
    }

    /// What has changed in the roster, as soon as nobody judges by it.
    pub(super) fn correct(&mut self, change: impl FnOnce(&mut Roster)) {
        match Arc::get_mut(&mut self.roster) {
            Some(roster) => change(roster),
            // It is looked up then.
            None => self.roster = Arc::default(),
        }
    }

    /// What judges rows.
    pub(super) fn bench(&self, pass: &Pass<'_>, explain: bool) -> Bench {
        Bench {
            sync: pass.sync,
            store: pass.store.clone(),
            fit: Arc::clone(&pass.fit),
            dataset: self.dataset.clone(),
            quarantine: Arc::clone(&self.quarantine),
            explain,
            roster: Arc::clone(&self.roster),
            stamps: self.stamps,
            reading: pass.line.records.reading(),
        }
    }

    /// Takes note of rows that were refused since another has their key.
    pub(super) fn note_rivals(&mut self, judged: &[Judged]) {
        for one in judged {
            let Some(Rival { remote_id, key }) = &one.rival else {
                continue;
            };
            // Whoever has doubled a whole table finds the rest in the runs to come.
            if self.rivals.len() < MOST_RIVALS {
                let heir = || (key.clone(), one.remote_id.clone());
                self.rivals.entry(remote_id.clone()).or_insert_with(heir);
            }
        }
    }

    /// Looks at the dataset again after somebody has changed it. `false` when the run cannot go
    /// on, and why is told.
    pub(super) fn look_again(&mut self, pass: &Pass<'_>) -> Result<bool, Error> {
        let renewed = pass.renewed(&self.dataset)?;
        let goes_on = renewed.is_some();
        self.dataset = renewed.unwrap_or_else(|| self.dataset.clone());
        self.correct(Roster::doubt);
        Ok(goes_on)
    }

    /// Has somebody look through the rows that were met, on a thread of its own: there may be
    /// millions.
    pub(super) async fn ask_seen<T: Send + 'static>(
        &mut self,
        blocking: Blocking,
        ask: impl FnOnce(&Seen) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let seen = std::mem::take(&mut self.seen);
        let look = move || (ask(&seen), seen);
        let (told, seen) = blocking.run(look).await;
        self.seen = seen;
        told
    }

    /// Those of some rows that are to be judged: each once, and none that was settled before.
    pub(super) fn fresh(&mut self, rows: Vec<Sent>) -> Vec<Fresh> {
        self.shown |= !rows.is_empty();
        let mut met: HashSet<Mark> = HashSet::with_capacity(rows.len());
        let mut fresh = Vec::with_capacity(rows.len());
        for row in rows {
            let mark = mark(&row.id);
            if self.seen.is_settled(&mark) || !met.insert(mark) {
                continue;
            }
            if self.wanted.has(&mark) {
                fresh.push(Fresh { mark, row });
            } else {
                self.seen.pass(mark);
            }
        }
        fresh
    }
}

impl Bench {
    /// Judges rows in their order, up to the first whose turn comes later.
    pub(super) fn judge(&self, rows: &[Fresh], overlay: &mut Overlay) -> Result<Vec<Judged>, Halt> {
        let moment = self.store.snapshot()?;
        let judge = self.judge_at(&moment);
        let mut done = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(judged) = judge.judge(row, overlay)? else {
                break;
            };
            done.push(judged);
        }
        Ok(done)
    }

    /// Whether every remote record that was known before has been shown, as far as that can be told.
    pub(super) fn has_shown_all(&self, seen: &Seen) -> bool {
        self.roster.was_shown_by(seen)
    }

    /// What decides of rows at a moment.
    pub(super) fn judge_at<'a>(&'a self, moment: &'a Snapshot) -> Judge<'a> {
        Judge {
            sync: self.sync,
            fit: &self.fit,
            dataset: &self.dataset,
            moment,
            roster: &self.roster,
            explain: self.explain,
            stamps: self.stamps,
            reading: self.reading,
        }
    }
}
