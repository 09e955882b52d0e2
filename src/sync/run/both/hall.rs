//! Knows what a run that goes both ways has met so far, and by what rules.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::super::super::counts::Fate;
use super::super::super::direction::Pulling;
use super::super::super::error::Error;
use super::super::super::extent::Within;
use super::super::super::job::{Fallen, Task};
use super::super::super::link::Links;
use super::super::super::meeting;
use super::super::super::outcome::Outcomes;
use super::super::mark::{Mark, key_mark, mark};
use super::foretold::{Foretold, Imagined};
use super::gone::{felled_again, foreseen};
use super::inbox::Inbox;
use super::left_by;
use super::rows::Rows;
use crate::base::{PlanId, RunId, SyncId, UserId};
use crate::datasets::Dataset;
use crate::store::{Scan, Snapshot, Store, prefix};

/// By what rules two sides meet.
#[derive(Clone, Debug)]
pub(in super::super) struct Rules {
    pub(in super::super) meeting: meeting::Meeting,
    pub(in super::super) owner: UserId,
    pub(in super::super) task: Task,
}

/// What a run has settled, and what it is about.
#[derive(Debug, Default)]
pub(in super::super) struct Met {
    /// The marks of the keys and of the remote ids.
    settled: HashSet<Mark>,
    /// The marks of those that are meant; none for all.
    only: Option<HashSet<Mark>>,
    /// What a plan says of them, if one is carried out.
    pub(super) foretold: Option<Foretold>,
    /// What a plan that is being made has done so far with records and links.
    pub(super) imagined: Imagined,
}

impl Met {
    /// Whether the record of a key is yet to be dealt with.
    pub(super) fn awaits(&self, key: &str) -> bool {
        self.has_left(key_mark(key))
    }

    /// Whether a remote record is yet to be dealt with.
    pub(super) fn awaits_row(&self, remote_id: &str) -> bool {
        self.has_left(mark(remote_id))
    }

    /// Whether the link of a key is dropped, if a plan only imagines that.
    pub(super) fn is_parted(&self, key: &str) -> bool {
        let parted = &self.imagined.parted;
        !parted.is_empty() && parted.contains_key(&key_mark(key))
    }

    /// Whether the record of a key is deleted, if a plan only imagines that.
    pub(super) fn is_deleted(&self, key: &str) -> bool {
        let deleted = &self.imagined.deleted;
        !deleted.is_empty() && deleted.contains(&key_mark(key))
    }

    /// Who has decided that the link of a key is dropped.
    pub(super) fn who(&self, key: &str) -> Option<String> {
        self.imagined.parted.get(&key_mark(key))?.clone()
    }

    /// Whether the record of a key was dealt with in this run.
    pub(super) fn has_settled(&self, key: &str) -> bool {
        self.settled.contains(&key_mark(key))
    }

    fn has_left(&self, mark: Mark) -> bool {
        let meant = self.only.as_ref().is_none_or(|only| only.contains(&mark));
        meant && !self.settled.contains(&mark)
    }

    /// Takes note that a record is settled, and its remote one.
    pub(super) fn settle(&mut self, key: &str, remote_id: &str) {
        self.settled.insert(key_mark(key));
        if !remote_id.is_empty() {
            self.settled.insert(mark(remote_id));
        }
    }

    fn load(moment: &Snapshot, run: RunId, task: Task) -> Result<Self, Error> {
        let mut met = Self::default();
        if let Task::Execute(plan) = task {
            let (foretold, only) = Foretold::load(moment, plan)?;
            (met.foretold, met.only) = (Some(foretold), Some(only));
        }
        let scan = |run: RunId| Scan::prefix(prefix(&run), usize::MAX);
        moment.walk::<Outcomes>(&scan(run), |_, row| {
            for outcome in row.value.records() {
                let outcome = outcome?;
                met.settle(
                    &outcome.key,
                    outcome.remote_id.as_deref().unwrap_or_default(),
                );
            }
            Ok(ControlFlow::Continue(()))
        })?;
        if let Some(left) = left_by(task) {
            let mut only = HashSet::new();
            moment.walk::<Outcomes>(&scan(left), |_, row| {
                for outcome in row.value.records() {
                    let outcome = outcome?;
                    if matches!(outcome.fate, Fate::Refused | Fate::Unknown) {
                        only.insert(key_mark(&outcome.key));
                        only.extend(outcome.remote_id.as_deref().map(mark));
                    }
                }
                Ok(ControlFlow::Continue(()))
            })?;
            met.only = Some(only);
        }
        Ok(met)
    }
}

/// What rows and records are judged with.
pub(super) struct Hall {
    pub(super) rules: Rules,
    pub(super) rows: Rows,
    pub(super) met: Met,
    /// The marks of the remote records that are linked.
    pub(super) linked: HashSet<Mark>,
    /// The marks of those that several records are linked to.
    pub(super) shared: HashSet<Mark>,
    /// The marks of those that have met a record here in this run.
    pub(super) taken: HashSet<Mark>,
    /// The marks of the keys that rows without a record have been given in this run.
    pub(super) claimed: HashSet<Mark>,
    /// The dataset as it was when it was looked at last.
    pub(super) dataset: Dataset,
    /// Which of its records the sync takes.
    pub(super) within: Within,
    pub(super) inbox: Inbox,
    /// What becomes of records whose remote ones are gone.
    pub(super) fallen: Fallen,
    pub(super) run: RunId,
}

/// What a hall is opened on. It is walked through whole: not on the runtime.
pub(super) struct Ground {
    pub(super) store: Store,
    pub(super) sync: SyncId,
    pub(super) dataset: Dataset,
    pub(super) within: Within,
    pub(super) pulling: Pulling,
    /// What the run had decided about records that are gone there before it was stopped.
    pub(super) decided: Option<Fallen>,
    /// How many records it has deleted.
    pub(super) deleted: u64,
}

impl Hall {
    /// Whether a record is here, and one that the sync takes.
    pub(super) fn takes(&self, moment: &Snapshot, key: &str) -> Result<bool, Error> {
        let record = self.dataset.unread(moment, key)?;
        let means = |record| self.within.means(&self.dataset, &record);
        Ok(record.map_or(Ok(false), means)?)
    }

    /// Finds out what both sides have, and what was settled before.
    pub(super) fn open(
        ground: Ground,
        (run, rules): (RunId, Rules),
        listing: PlanId,
    ) -> Result<Self, Error> {
        let moment = ground.store.snapshot()?;
        let rows = Rows(listing);
        let mut hall = Self {
            met: Met::load(&moment, run, rules.task)?,
            inbox: Inbox::load(&moment, (rules.owner, ground.sync))?,
            rules,
            rows,
            linked: HashSet::new(),
            shared: HashSet::new(),
            taken: HashSet::new(),
            claimed: HashSet::new(),
            dataset: ground.dataset,
            within: ground.within,
            fallen: Fallen::Kept,
            run,
        };
        let mut gone = Vec::new();
        let mut listed = 0;
        let all = Scan::prefix(prefix(&ground.sync), usize::MAX);
        moment.walk::<Links>(&all, |_, row| {
            let mark = mark(&row.value.remote_id);
            if !hall.linked.insert(mark) {
                hall.shared.insert(mark);
            }
            if !row.value.aside && !row.value.apart {
                gone.push((row.key.1, row.value.remote_id));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        let linked = gone.len() as u64;
        let mut fallen = 0;
        for (key, remote_id) in gone {
            if rows.has(&moment, &remote_id)? {
                listed += 1;
            } else {
                fallen += u64::from(hall.takes(&moment, &key)?);
            }
        }
        // A table with new rows alone is not empty either.
        listed += rows.after(&moment, None, 1)?.len() as u64;
        let counts = (fallen, linked, listed);
        hall.fallen = match hall.rules.task {
            Task::Plan(_) | Task::Execute(_) => foreseen(ground.pulling, counts),
            Task::Push | Task::Pull | Task::Both | Task::Retry(_) => {
                felled_again(ground.decided, ground.pulling, counts, ground.deleted)
            }
        };
        Ok(hall)
    }
}
