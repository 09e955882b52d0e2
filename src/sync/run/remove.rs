//! Removes remote records that are no longer wanted, until each one's end is known.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::error::Error;
use super::super::job::Task;
use super::super::link::Hash;
use super::super::memory::Was;
use super::super::quarantine::Quarantine;
use super::super::removal::{Brake, Cause, Deletes};
use super::super::survey::Survey;
use super::Pass;
use super::batch::Batch;
use super::content::{fingerprint, spell};
use super::group::{Done, End, Returned};
use super::ledger::Ledger;
use super::undo::Looked;
use super::verdict::{Verdict, verdict};
use crate::providers::{Held, Patience, Removal};

/// A remote record that is to be removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unwanted {
    pub(super) key: String,
    pub(super) remote_id: String,
    /// The fingerprint of what it has to hold, if that is known: anything else is somebody's work.
    pub(super) agreed: Option<Hash>,
    /// What was known of it.
    pub(super) was: Was,
    /// Whether a call that may have removed it was made, and its answer never came.
    pub(super) tried: bool,
}

/// What becomes of linked records that are no longer wanted.
#[derive(Debug)]
pub(super) struct Removing {
    pub(super) deletes: Deletes,
    /// In which way; none where nothing is removed.
    pub(super) how: Option<Removal>,
    brake: Option<Brake>,
    shared: HashSet<String>,
    /// How many may still be removed: what comes to be unwanted while the run goes on is held back
    /// like what was before.
    left: AtomicU64,
    /// A record that the sync takes: as long as there is one, the source is not empty.
    witness: Mutex<Option<String>>,
}

impl Removing {
    /// What a run may remove that has removed `removed` before; a plan that somebody has approved
    /// has no bounds but those of an empty source.
    pub(super) fn new(
        deletes: Deletes,
        survey: &Survey,
        (brake, removed): (Option<Brake>, u64),
        approved: bool,
    ) -> Self {
        let linked = survey.standing.linked + removed;
        let share = linked * u64::from(deletes.most_percent) / 100;
        let most = u64::from(deletes.most_records).min(share);
        let left = if approved {
            u64::MAX
        } else {
            most.saturating_sub(removed)
        };
        Self {
            deletes,
            how: deletes.policy.removal(),
            brake,
            shared: survey.shared.clone(),
            left: AtomicU64::new(left),
            witness: Mutex::default(),
        }
    }

    /// For a run that undoes another: it removes what that one has made, and nothing else.
    pub(super) fn undoing(deletes: Deletes, how: Removal) -> Self {
        let removing = Self::new(deletes, &Survey::default(), (None, 0), true);
        Self {
            how: Some(how),
            ..removing
        }
    }

    fn witness(&self) -> MutexGuard<'_, Option<String>> {
        self.witness.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the record under `key` is not removed; none when it is, and then it counts.
    pub(super) fn held(&self, key: &str) -> Option<Hold> {
        if let Some(brake) = self.brake {
            return Some(Hold::Brake(brake.cause));
        }
        if self.shared.contains(key) {
            return Some(Hold::Shared);
        }
        let one_less = |left: u64| left.checked_sub(1);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        taken.is_err().then_some(Hold::Brake(Cause::TooMany))
    }
}

/// Why a record that is not wanted is not removed there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// None is in this run.
    Brake(Cause),
    /// It is another's too.
    Shared,
    /// It is not what the sync has left there.
    Edited,
}

impl Hold {
    /// In words.
    pub(super) const fn told(self) -> &'static str {
        match self {
            Self::Brake(cause) => cause.told(),
            Self::Shared => SHARED,
            Self::Edited => EDITED,
        }
    }
}

/// Why a record is not removed that is another's too.
const SHARED: &str = "held back: another record is linked to the same remote record, whose key a \
                      colleague has changed";

/// Why a record is not removed that is not what the sync has left there.
const EDITED: &str = "held back: it is not as the sync left it there, or the mapping was changed \
                      since; ask for a plan that reads the table first, look at it there and \
                      approve it";

/// Why a record that was to be removed there is left alone.
pub(super) const WANTED_AGAIN: &str = "moved: the record was made again here meanwhile";

impl Pass<'_> {
    /// Looks over records and links anew once what was open is settled: what was found to be linked
    /// by that may be unwanted, and is no less to be removed than what was linked before.
    pub(super) async fn survey_again(&mut self, ledger: &mut Ledger) -> Result<(), Error> {
        let pairs = self.reader.pairs.clone();
        if !pairs.orphans {
            return Ok(());
        }
        let deletes = self.reader.removing.deletes;
        let (place, now) = ((self.sync, self.quarantine_hours), self.line.clock.now());
        let survey = move || {
            let quarantine = Quarantine::load(&pairs.store.snapshot()?, place, now)?;
            pairs.survey(deletes, quarantine)
        };
        let survey = self.blocking.run(survey).await?;
        let job = &mut ledger.job;
        let standing = job.put_brake(&survey, deletes);
        if matches!(job.task, Task::Push | Task::Plan(_)) {
            job.total = Some(standing.wanted + standing.unwanted + survey.roll.waiting);
        }
        let (brake, total, quarantined) = (job.brake, job.total, job.quarantined);
        self.line.live.send_modify(|run| {
            (run.job.brake, run.job.total) = (brake, total);
            run.job.quarantined = quarantined;
        });
        let approved = matches!(job.task, Task::Plan(_) | Task::Execute(_));
        let so_far = (brake, job.counts.deleted);
        self.reader.removing = Arc::new(Removing::new(deletes, &survey, so_far, approved));
        self.reader.quarantine = survey.quarantine;
        self.roll = survey.roll;
        self.enroll().await
    }

    /// Keeps which records are missed here, and since when.
    pub(super) async fn enroll(&self) -> Result<(), Error> {
        for batch in self.reader.quarantine.settle(self.sync, &self.roll) {
            self.commit(batch).await?;
        }
        Ok(())
    }

    /// Removes a batch's records and says how each ended.
    ///
    /// To remove what is gone already is no trouble, so that it needs no intent: after a crash the
    /// links tell what is still to be removed, and it is removed again.
    pub(super) async fn remove(&self, batch: Batch, how: Removal) -> Result<Returned, Error> {
        let mut todo = VecDeque::from([batch.unwanted]);
        let mut done = Vec::new();
        let mut patience = Patience::default();
        while let Some(records) = todo.pop_front() {
            let records = self.still_unwanted(records, &mut done).await?;
            let records = self.untouched(records, &mut done).await;
            if records.is_empty() {
                continue;
            }
            if self.line.admit().await.is_none() {
                done.extend(records.into_iter().map(Unwanted::left));
                continue;
            }
            // Its turn may have been long in coming.
            let records = self.still_unwanted(records, &mut done).await?;
            if records.is_empty() {
                continue;
            }
            let ids: Vec<&str> = records.iter().map(|one| one.remote_id.as_str()).collect();
            let answer = self.line.records.remove(&self.fit.layout, &ids, how).await;
            let Err(error) = answer else {
                patience = Patience::default();
                done.extend(records.into_iter().map(Unwanted::removed));
                continue;
            };
            let next = verdict(&error, records.len(), true);
            let mut records = records;
            for record in &mut records {
                record.tried = true;
            }
            if self.line.bear(error, &next, &mut patience).await {
                follow(next, records, &mut todo, &mut done);
            } else {
                done.extend(records.into_iter().map(Unwanted::left));
            }
        }
        self.show(&done);
        let group = batch.group;
        Ok(Returned { group, done })
    }

    /// Those of the records that are still not wanted; the others are left alone. A dataset that
    /// cannot be read removes nothing, nor does one with other fields, nor one that was emptied.
    async fn still_unwanted(
        &self,
        records: Vec<Unwanted>,
        done: &mut Vec<Done>,
    ) -> Result<Vec<Unwanted>, Error> {
        // An undo takes back what was made, whether it is wanted or not.
        if records.is_empty() || self.reader.undoes() {
            return Ok(records);
        }
        let emptied = self.is_emptied().await?;
        let mut unwanted = Vec::with_capacity(records.len());
        for record in records {
            if self.reader.pairs.spares(&record.key)? {
                done.push(record.held(WANTED_AGAIN));
            } else if emptied {
                done.push(record.held(Hold::Brake(Cause::EmptySource).told()));
            } else {
                unwanted.push(record);
            }
        }
        if !self.fields_stay()? {
            let left = unwanted.drain(..).map(Unwanted::left);
            done.extend(left);
        }
        Ok(unwanted)
    }

    /// Whether no record is left that the sync takes, be it that somebody has emptied the dataset
    /// or the selection since the run began.
    async fn is_emptied(&self) -> Result<bool, Error> {
        let (pairs, removing) = (self.reader.pairs.clone(), Arc::clone(&self.reader.removing));
        let known = removing.witness().clone();
        if let Some(known) = known
            && pairs.wanted(&known)?.is_some()
        {
            return Ok(false);
        }
        let first = self.blocking.run(move || pairs.first()).await?;
        let emptied = first.is_none();
        *removing.witness() = first;
        Ok(emptied)
    }

    /// Those of the records that hold what the sync has left there. What somebody has changed since
    /// is left alone, and what is gone needs no removal.
    async fn untouched(&self, records: Vec<Unwanted>, done: &mut Vec<Done>) -> Vec<Unwanted> {
        if records.is_empty() {
            return records;
        }
        let Some(looked) = self.look_over(&records).await else {
            done.extend(records.into_iter().map(Unwanted::left));
            return Vec::new();
        };
        let looked: HashMap<&str, &Looked> = looked
            .iter()
            .map(|one| (one.held.id.as_str(), one))
            .collect();
        let mut untouched = Vec::with_capacity(records.len());
        for mut record in records {
            match looked.get(record.remote_id.as_str()) {
                // An execution that was killed may have removed it, and could not say so.
                None if record.tried || self.resumed => done.push(record.removed()),
                None => done.push(record.gone()),
                Some(one) if !self.is_as_left(&record, &one.held) => {
                    done.push(record.held(Hold::Edited.told()));
                }
                Some(Looked {
                    work: Some(work), ..
                }) => done.push(record.held(work)),
                Some(one) => {
                    record.was.cells = Some(spell(&one.held.cells));
                    untouched.push(record);
                }
            }
        }
        untouched
    }

    /// The records as they are there now. What an undo takes back nobody has said is not wanted, and
    /// so the work of others in it counts.
    async fn look_over(&self, records: &[Unwanted]) -> Option<Vec<Looked>> {
        let ids: Vec<String> = records.iter().map(|one| one.remote_id.clone()).collect();
        if self.reader.undoes() {
            return self.look_closely(&ids).await;
        }
        let held = self.look(&ids).await?.into_iter();
        Some(held.map(|held| Looked { held, work: None }).collect())
    }

    /// Whether a row holds what it has to. What that is nobody knows of one that was found after
    /// its answer was lost, and never written since.
    fn is_as_left(&self, record: &Unwanted, held: &Held) -> bool {
        record.agreed == Some(fingerprint(&self.fit.mark, &held.cells))
    }
}

/// Does what the verdict says with the records of a removal.
fn follow(
    verdict: Verdict,
    mut records: Vec<Unwanted>,
    todo: &mut VecDeque<Vec<Unwanted>>,
    done: &mut Vec<Done>,
) {
    match verdict {
        // Of a delivery alone nobody can tell: this looks first.
        Verdict::Repeat(_)
        | Verdict::Wait
        | Verdict::Settle
        | Verdict::Doubt(_)
        | Verdict::Fail(_) => {
            todo.push_front(records);
        }
        Verdict::Split => {
            let rest = records.split_off(records.len() / 2);
            todo.push_front(rest);
            todo.push_front(records);
        }
        Verdict::Unlink => done.extend(records.into_iter().map(Unwanted::gone)),
        Verdict::Refuse(reason) | Verdict::NoMore(reason) => {
            let refused = |record: Unwanted| {
                record.ended(End::Refused {
                    reason: reason.clone(),
                    cells: Vec::new(),
                })
            };
            done.extend(records.into_iter().map(refused));
        }
    }
}

impl Unwanted {
    fn ended(self, end: End) -> Done {
        Done { key: self.key, end }
    }

    fn left(self) -> Done {
        self.ended(End::Left { tried: false })
    }

    fn held(self, reason: &str) -> Done {
        let Self { key, remote_id, .. } = self;
        let reason = reason.to_owned();
        let end = End::Moved { remote_id, reason };
        Done { key, end }
    }

    fn removed(self) -> Done {
        let Self {
            key,
            remote_id,
            was,
            ..
        } = self;
        let was = Some(was);
        let end = End::Removed { remote_id, was };
        Done { key, end }
    }

    /// Somebody else has removed it.
    fn gone(self) -> Done {
        let Self { key, remote_id, .. } = self;
        let was = None;
        let end = End::Removed { remote_id, was };
        Done { key, end }
    }
}
