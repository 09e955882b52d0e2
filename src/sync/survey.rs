//! Looks over records and links before a run removes anything.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::sync::Arc;

use super::definition::Definition;
use super::direction::Direction;
use super::error::Error;
use super::extent::{Extent, Within};
use super::job::{Job, Runs, Task};
use super::link::Links;
use super::pairs::{Pair, Pairs};
use super::plan::Plans;
use super::quarantine::{Quarantine, Roll};
use super::removal::{Cause, Deletes, Standing};
use super::syncs::Syncs;
use crate::base::{SyncId, UserId};
use crate::datasets::Dataset;
use crate::store::{Scan, prefix};

/// So many records are looked at in one go.
const AT_ONCE: usize = 5_000;

/// What a run that may remove records must know of all of them.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub(crate) standing: Standing,
    /// The keys of unwanted records whose remote record another record is linked to as well: a
    /// colleague has given it that one's key.
    pub(crate) shared: HashSet<String>,
    /// The records that were missed before, and until when they wait.
    pub(crate) quarantine: Arc<Quarantine>,
    /// Those that are missed now.
    pub(crate) roll: Roll,
}

impl Syncs {
    /// Finds out how many records a job has to look at and whether it may remove any, and what it
    /// must know for that.
    pub(super) async fn size_up(
        &self,
        job: &mut Job,
        (owner, id): (UserId, SyncId),
        (sync, dataset): (&Definition, &Dataset),
    ) -> Result<Survey, Error> {
        if sync.direction == Direction::Pull {
            // It removes nothing there, and nobody says beforehand how much there is to read.
            job.total = job.total.or(self.listed(owner, job.task)?);
            return Ok(Survey::default());
        }
        let survey = self.survey(id, sync, dataset).await?;
        let standing = job.put_brake(&survey, sync.deletes);
        if job.total.is_none() {
            job.total = match job.task {
                // Nobody says beforehand what is at the provider alone.
                Task::Both => None,
                Task::Plan(_) if sync.direction == Direction::TwoWay => None,
                Task::Push | Task::Plan(_) if sync.deletes.policy.removal().is_some() => {
                    Some(standing.wanted + standing.unwanted + survey.roll.waiting)
                }
                Task::Push | Task::Pull | Task::Plan(_) => self.count(&sync.scope, dataset).await?,
                Task::Execute(_) | Task::Retry(_) => self.listed(owner, job.task)?,
            };
        }
        Ok(survey)
    }

    /// What is known of everything that may be removed; nothing where nothing is, or where the
    /// filter no longer fits.
    async fn survey(
        &self,
        sync: SyncId,
        definition: &Definition,
        dataset: &Dataset,
    ) -> Result<Survey, Error> {
        let deletes = definition.deletes;
        let within = Within::new(&definition.scope, dataset);
        let (Some(_), Ok(within)) = (deletes.policy.removal(), within) else {
            return Ok(Survey::default());
        };
        let pairs = Pairs {
            sync,
            store: self.services.store.clone(),
            dataset: dataset.clone(),
            within,
            orphans: true,
            tells_aside: definition.direction == Direction::TwoWay,
        };
        let (hours, now) = (definition.quarantine_hours, self.services.clock.now());
        let survey = move || {
            let quarantine = Quarantine::load(&pairs.store.snapshot()?, (sync, hours), now)?;
            pairs.survey(deletes, quarantine)
        };
        self.services.blocking.run(survey).await
    }

    /// How many records a sync takes; none when its filter no longer fits.
    async fn count(&self, extent: &Extent, dataset: &Dataset) -> Result<Option<u64>, Error> {
        let Ok(within) = Within::new(extent, dataset) else {
            return Ok(None);
        };
        let dataset = dataset.clone();
        let count = move || within.count(&dataset);
        Ok(Some(self.services.blocking.run(count).await?))
    }

    /// How many records a list has from which a job takes its own.
    pub(super) fn listed(&self, owner: UserId, task: Task) -> Result<Option<u64>, Error> {
        let store = &self.services.store;
        let listed = match task {
            Task::Push | Task::Pull | Task::Both | Task::Plan(_) => None,
            Task::Execute(plan) => {
                let row = store.get::<Plans>(&(owner, plan))?;
                let made = row.and_then(|row| row.value.made);
                Some(made.map_or(0, |made| made.counts.read - made.counts.unchanged))
            }
            Task::Retry(run) => {
                let row = store.get::<Runs>(&(owner, run))?;
                let left = row.map(|row| row.value.counts);
                Some(left.map_or(0, |left| left.refused + left.unknown))
            }
        };
        Ok(listed)
    }
}

impl Job {
    /// Settles whether it may remove what a survey has found, and gives what there was before it
    /// had removed any.
    pub(super) fn put_brake(&mut self, survey: &Survey, deletes: Deletes) -> Standing {
        if matches!(self.task, Task::Push | Task::Plan(_)) {
            self.quarantined = survey.roll.waiting;
        }
        let removed = self.counts.deleted;
        let standing = Standing {
            linked: survey.standing.linked + removed,
            unwanted: survey.standing.unwanted + removed,
            ..survey.standing
        };
        // What a plan lists, and what was approved, may be any number.
        let planned = matches!(self.task, Task::Plan(_) | Task::Execute(_));
        let brake = deletes.brake(standing);
        self.brake = brake.filter(|brake| !planned || brake.cause == Cause::EmptySource);
        standing
    }
}

impl Pairs {
    /// Counts what is wanted, linked and to be removed, now or once it has waited. For blocking
    /// threads.
    pub(crate) fn survey(&self, deletes: Deletes, quarantine: Quarantine) -> Result<Survey, Error> {
        let mut survey = Survey {
            quarantine: Arc::new(quarantine),
            ..Survey::default()
        };
        let mut unwanted: HashMap<String, String> = HashMap::new();
        let mut after: Option<String> = None;
        loop {
            let some = self.next(after.as_deref(), AT_ONCE)?;
            for pair in some.pairs {
                let standing = &mut survey.standing;
                match pair {
                    Pair::Record(_, link) => {
                        standing.wanted += 1;
                        standing.linked += u64::from(link.is_some());
                    }
                    Pair::Orphan(key, link) => {
                        standing.linked += 1;
                        let (quarantine, roll) = (&survey.quarantine, &mut survey.roll);
                        if deletes.concerns(&link) && !quarantine.miss(roll, &key, &link.remote_id)
                        {
                            standing.unwanted += 1;
                            unwanted.insert(link.remote_id, key);
                        }
                    }
                    Pair::Aside(..) => {}
                }
            }
            if some.ended {
                break;
            }
            after = some.upto;
        }
        Arc::make_mut(&mut survey.quarantine).note_back(&survey.roll);
        if !unwanted.is_empty() {
            survey.shared = self.shared(&unwanted)?;
        }
        Ok(survey)
    }

    /// The keys of unwanted records whose remote record a wanted one is linked to.
    fn shared(&self, unwanted: &HashMap<String, String>) -> Result<HashSet<String>, Error> {
        let keys: HashSet<&String> = unwanted.values().collect();
        let mut shared = HashSet::new();
        let scan = Scan::prefix(prefix(&self.sync), usize::MAX);
        self.store.snapshot()?.walk::<Links>(&scan, |_, row| {
            let (_, key) = &row.key;
            if let Some(other) = unwanted.get(&row.value.remote_id)
                && other != key
                && !keys.contains(key)
            {
                shared.insert(other.clone());
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(shared)
    }
}
