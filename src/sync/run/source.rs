//! Says where a run's records come from: the dataset itself, or a list that was made before.

use std::ops::ControlFlow;

use super::super::counts::Fate;
use super::super::error::Error;
use super::super::job::Task;
use super::super::link::Links;
use super::super::outcome::Outcomes;
use super::group::Idle;
use super::reading::{Reader, Stretch};
use crate::base::{PlanId, RunId};
use crate::store::{Key as _, Scan, prefix};

/// Where a run's records come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The dataset, all of it.
    Dataset,
    /// What was refused in a run, or stayed unknown.
    Run(RunId),
    /// What is in a plan.
    Plan(PlanId),
    /// The dataset and what is linked, but for what has been settled before the writing began.
    Both,
    /// What is in a plan that undoes a run.
    Undo(PlanId, RunId),
    /// The same there of a run that went both ways.
    UndoBoth(PlanId, RunId),
}

/// How far a run's records are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The last key; `None` at the beginning.
    pub(super) key: Option<String>,
    /// The block of a list in which the next key is looked for, or after it.
    pub(super) block: u32,
}

impl Place {
    /// The place behind a key.
    pub(super) fn after(key: Option<String>) -> Self {
        Self { key, block: 0 }
    }
}

impl From<Task> for Source {
    fn from(task: Task) -> Self {
        match task {
            // A plan is made by looking at the dataset as a push would.
            Task::Push | Task::Pull | Task::Both | Task::Plan(_) => Self::Dataset,
            Task::Retry(run) => Self::Run(run),
            Task::Execute(plan) => Self::Plan(plan),
        }
    }
}

impl Reader {
    /// The records after `after`, until `writes` of them must be written.
    pub(super) fn read(&self, after: &Place, writes: usize) -> Result<Stretch, Error> {
        match self.source {
            Source::Dataset => self.read_dataset(after, writes),
            Source::Run(run) => self.read_left(run, after, writes),
            Source::Plan(plan) => self.read_planned(plan, after, writes),
            Source::Both => self.read_both(after, writes),
            Source::Undo(plan, run) => self.read_undo((plan, run), after, writes),
            Source::UndoBoth(plan, run) => self.read_undo_both((plan, run), after, writes),
        }
    }

    /// Whether a run is undone.
    pub(super) fn undoes(&self) -> bool {
        matches!(self.source, Source::Undo(..) | Source::UndoBoth(..))
    }

    /// The next of the records that `run` has left, as they are now.
    fn read_left(&self, run: RunId, after: &Place, writes: usize) -> Result<Stretch, Error> {
        let (keys, upto) = self.keys_left(run, after, writes)?;
        let mut stretch = Stretch {
            ended: keys.len() < writes,
            upto,
            ..Stretch::default()
        };
        for key in keys {
            match self.pairs.wanted(&key)? {
                Some(record) => {
                    let link = self.store.get::<Links>(&(self.sync, key.clone()))?;
                    let link = link.map(|row| row.value);
                    let source = self.fit.source(record.hash);
                    self.sort(&mut stretch, &key, (&record.fields, source), link);
                }
                None => self.sort_gone(&mut stretch, &key)?,
            }
            stretch.upto.key = Some(key);
        }
        Ok(stretch)
    }

    /// Decides what becomes of a record that was left and is not wanted any more: its removal may be
    /// what was refused.
    fn sort_gone(&self, stretch: &mut Stretch, key: &str) -> Result<(), Error> {
        let link = self.store.get::<Links>(&(self.sync, key.to_owned()))?;
        let counted = link.is_some_and(|row| self.sort_orphan(stretch, key, &row.value));
        if !counted {
            stretch.idle.push(held(key.to_owned(), GONE));
        }
        Ok(())
    }

    /// The next keys that `run` has left, `most` unless they end, and where to look for more.
    ///
    /// A run's blocks follow each other in the order of keys; within one, any order may be.
    fn keys_left(
        &self,
        run: RunId,
        after: &Place,
        most: usize,
    ) -> Result<(Vec<String>, Place), Error> {
        let mut found = Vec::new();
        let mut upto = after.clone();
        let scan = Scan::prefix(prefix(&run), usize::MAX).from((run, after.block).bytes());
        self.store.snapshot()?.walk::<Outcomes>(&scan, |_, row| {
            upto.block = row.key.1;
            let mut keys = Vec::new();
            for outcome in row.value.records() {
                let outcome = outcome?;
                let left = matches!(outcome.fate, Fate::Refused | Fate::Unknown);
                if left && Some(&outcome.key) > after.key.as_ref() {
                    keys.push(outcome.key);
                }
            }
            keys.sort_unstable();
            found.extend(keys);
            Ok(if found.len() < most {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            })
        })?;
        found.truncate(most);
        Ok((found, upto))
    }
}

/// Why a listed record that is no longer there is held.
pub(super) const GONE: &str =
    "moved: the record was deleted here meanwhile, or is none of those that the sync writes";

/// A listed record that is left alone.
pub(super) fn held(key: String, reason: &str) -> Idle {
    Idle {
        key,
        fate: Fate::Held,
        remote_id: String::new(),
        reason: reason.to_owned(),
        cells: Vec::new(),
    }
}
