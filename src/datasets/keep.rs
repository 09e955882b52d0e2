//! Keeps house: finishes what was begun, after a restart and in the background.

use std::collections::BTreeSet;
use std::io;
use std::ops::ControlFlow;
use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use tracing::{error, info, warn};

use super::draft::Draft;
use super::error::Error;
use super::import::{
    Destination, Import, Importers, Imports, Job, Problems, Refusal, Spool, discard,
};
use super::record::{Envelope, Records};
use super::row::{Definition, Purge, Purges, Rewrite, Rewrites, Rows, records};
use super::selection::Picks;
use super::{Dataset, Datasets};
use crate::base::{Actor, DatasetId, ImportId, Scope, Tasks, UserId, chain};
use crate::fields::Fields;
use crate::jobs::{Phase, State};
use crate::store::{self, Batch, Collection, Scan, prefix};

/// So many rows are removed or written anew in one commit, so that others get their turn.
const AT_ONCE: usize = 2_000;
/// What failed is tried again so much later.
const AGAIN: Duration = Duration::from_secs(30);

/// An import that nobody drives any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Abandoned {
    pub(super) owner: UserId,
    pub(super) dataset: DatasetId,
    pub(super) import: ImportId,
}

impl Datasets {
    /// Starts the task that keeps house, first with what an earlier process left.
    pub fn start(&self, tasks: &Tasks) {
        let (datasets, stop) = (self.clone(), tasks.stopping());
        tasks.start(async move {
            stop.run_until_cancelled(datasets.keep()).await;
        });
    }

    async fn keep(&self) {
        let mut recovered = false;
        loop {
            let outcome = if recovered {
                self.tidy().await
            } else {
                self.recover().await
            };
            match outcome {
                Ok(()) => {
                    recovered = true;
                    self.0.bell.heard().await;
                }
                Err(cause) => {
                    let cause = chain(&cause).to_string();
                    error!(cause, "datasets could not be tidied up; trying again");
                    self.0.clock.sleep_until(self.0.clock.after(AGAIN)).await;
                }
            }
        }
    }

    /// Ends or goes on with the imports that an earlier process left, then tidies up.
    pub async fn recover(&self) -> Result<(), Error> {
        let mut left = BTreeSet::new();
        let mut unlisted = Batch::bookkeeping();
        let moment = self.0.store.snapshot()?;
        moment.walk::<Imports>(&Scan::all(usize::MAX), |_, row| {
            let (dataset, import) = row.key;
            if !row.value.state().ended() {
                left.insert(Abandoned {
                    owner: row.value.owner,
                    dataset,
                    import,
                });
            }
            // Versions before this list kept none.
            let listed = (row.value.importer(), import);
            if row.value.by.is_none() && moment.get::<Importers>(&listed)?.is_none() {
                unlisted.put::<Importers>(&listed, &Destination { dataset });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        drop(moment);
        if !unlisted.is_empty() {
            self.0.store.commit(unlisted).await?;
        }
        self.abandoned().append(&mut left);
        self.tidy().await?;
        self.sweep_spools()
    }

    /// Does all that is to be done now: abandoned imports, deleted datasets, new indexes.
    ///
    /// An import that cannot be taken up keeps nothing else waiting, and is told in the end.
    pub async fn tidy(&self) -> Result<(), Error> {
        let abandoned = std::mem::take(&mut *self.abandoned());
        let mut outcome = Ok(());
        for one in abandoned {
            if let Err(error) = self.take_up(one).await {
                self.abandoned().insert(one);
                outcome = Err(error);
            }
        }
        let purges = self.0.store.scan::<Purges>(&Scan::all(usize::MAX))?.rows;
        if !purges.is_empty() {
            // The exports have gone with their dataset; their files lie there still. What cannot
            // be removed now is swept later.
            if let Err(error) = self.sweep_export_files().await {
                warn!(error = %chain(&error), "files of exports that are gone are still there");
            }
        }
        for purge in purges {
            self.purge(purge.key, &purge.value).await?;
        }
        for rewrite in self.0.store.scan::<Rewrites>(&Scan::all(usize::MAX))?.rows {
            self.rewrite(rewrite.key, rewrite.value).await?;
        }
        outcome
    }

    fn abandoned(&self) -> MutexGuard<'_, BTreeSet<Abandoned>> {
        self.0
            .abandoned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes the spools of imports that have ended: a kill came between.
    fn sweep_spools(&self) -> Result<(), Error> {
        let spools = Spool::all(&self.0.settings.spool).map_err(Error::Spool)?;
        if spools.is_empty() {
            return Ok(());
        }
        // Read after the folder was: what was spooled meanwhile is of an import that has begun.
        let mut under_way = BTreeSet::new();
        let moment = self.0.store.snapshot()?;
        moment.walk::<Imports>(&Scan::all(usize::MAX), |_, row| {
            if !row.value.state().ended() {
                under_way.insert(row.key.1);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for (import, path) in spools {
            if !under_way.contains(&import) {
                discard(&path).map_err(Error::Spool)?;
            }
        }
        Ok(())
    }

    /// Goes on with an import that was being applied, and ends any other as failed.
    async fn take_up(&self, one: Abandoned) -> Result<(), Error> {
        let dataset = match self.open(&Scope::owned_by(one.owner), one.dataset) {
            // Its deletion takes the import along.
            Err(Error::UnknownDataset(_)) => return Ok(()),
            dataset => dataset?,
        };
        let _gate = self.0.gates.records(one.dataset).await;
        // Only now: one that has just begun looks abandoned until it has ended.
        let row = self.0.store.get::<Imports>(&(one.dataset, one.import))?;
        let Some(import) = row.map(|row| row.value) else {
            return Ok(());
        };
        let by = Actor::system();
        let outcome = match import.state() {
            State::Done | State::Failed(_) | State::Cancelled => return Ok(()),
            State::Running(Phase::Writing) => self.apply(dataset, import, &by).await,
            State::Queued | State::Running(_) => {
                let cut = Err(Error::Refused(Refusal::Upload));
                Job::resume(dataset, import).end(cut, &by).await
            }
        };
        match outcome {
            Ok(_) | Err(Error::Refused(_)) => Ok(()),
            // It has ended as failed: what was kept aside of it is gone.
            Err(Error::Spool(error)) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn apply(&self, dataset: Dataset, import: Import, by: &Actor) -> Result<Import, Error> {
        let path = Spool::path(&self.0.settings.spool, import.id);
        let mut job = Job::resume(dataset, import);
        let outcome = job.apply(&path).await;
        job.end(outcome, by).await
    }

    /// Removes what a deleted dataset left.
    async fn purge(&self, id: DatasetId, purge: &Purge) -> Result<(), Error> {
        // What is picked needs its records: it goes first.
        self.clear_all::<Picks>(prefix(&(id,))).await?;
        self.clear_all::<Records>(prefix(&(id,))).await?;
        let imports = Scan::prefix(prefix(&(id,)), usize::MAX);
        let mut listed = Vec::new();
        for import in self.0.store.scan::<Imports>(&imports)?.rows {
            listed.push((import.value.importer(), import.key.1));
            self.clear_all::<Problems>(prefix(&(import.key.1,))).await?;
        }
        let mut batch = Batch::bookkeeping();
        batch.clear::<Imports>(prefix(&(id,)), usize::MAX);
        for import in &listed {
            batch.discard::<Importers>(import);
        }
        batch.discard::<Rewrites>(&id);
        batch.add(&records(id), -self.0.store.count(&records(id))?);
        batch.discard::<Purges>(&id);
        self.0.store.commit(batch).await?;
        info!(dataset.id = %id, since = %purge.since, "the records of a deleted dataset are gone");
        Ok(())
    }

    /// Removes all rows whose keys begin with `prefix`, some at a time.
    pub(super) async fn clear_all<C: Collection>(&self, prefix: Vec<u8>) -> Result<(), Error> {
        let first = Scan::prefix(prefix.clone(), 1);
        while !self.0.store.scan::<C>(&first)?.rows.is_empty() {
            let mut batch = Batch::bookkeeping();
            batch.clear::<C>(prefix.clone(), AT_ONCE);
            self.0.store.commit(batch).await?;
        }
        Ok(())
    }

    /// Writes a dataset's records anew under its schema as it is now, chunk by chunk.
    async fn rewrite(&self, id: DatasetId, mut rewrite: Rewrite) -> Result<(), Error> {
        loop {
            let dataset = match self.open(&Scope::owned_by(rewrite.owner), id) {
                Err(Error::UnknownDataset(_)) => return Ok(()),
                dataset => dataset?,
            };
            let (after, chunk) = (rewrite.after.clone(), dataset.clone());
            let work = move || chunk.rewritten(after.as_deref());
            let (mut batch, last) = self.0.blocking.run(work).await?;
            batch.require::<Rows>(&dataset.row_key(), dataset.version);
            match &last {
                Some(_) => {
                    rewrite.after.clone_from(&last);
                    batch.put::<Rewrites>(&id, &rewrite);
                }
                None => dataset.complete_slots(&mut batch),
            }
            match self.0.store.commit(batch).await {
                // Somebody wrote one of the records or altered the dataset again: look again,
                // from the start if it was altered.
                Err(store::Error::Conflict(_)) => {
                    let Some(row) = self.0.store.get::<Rewrites>(&id)? else {
                        return Ok(());
                    };
                    rewrite = row.value;
                }
                outcome => {
                    outcome?;
                    if last.is_none() {
                        return Ok(());
                    }
                }
            }
        }
    }
}

impl Dataset {
    /// A batch that writes the next records anew where that changes them, and the last one's key;
    /// none when there are no more.
    fn rewritten(&self, after: Option<&str>) -> Result<(Batch, Option<String>), Error> {
        let mut batch = Batch::bookkeeping();
        let mut last = None;
        let mut count = 0;
        let moment = self.datasets.0.store.snapshot()?;
        moment.walk::<Records>(&self.records_after(after), |_, row| {
            if count == AT_ONCE {
                return Ok(ControlFlow::Break(()));
            }
            count += 1;
            let fields = Fields::stored(self.schema(), row.value.json());
            let fields = fields.map_err(|error| store::Error::Damaged(error.to_string()))?;
            let draft: Draft = self.shape.redraft(&row.key.1, &fields);
            let (created, updated) = (row.value.created_at(), row.value.updated_at());
            let envelope = Envelope::new(&draft, created, updated);
            batch.replace::<Records>(&row.key, &envelope, row.version);
            last = Some(row.key.1);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok((batch, last))
    }

    /// Adds to `batch` that every record has its index entries.
    fn complete_slots(&self, batch: &mut Batch) {
        let mut definition = Definition::clone(&self.definition);
        for slot in &mut definition.slots {
            slot.ready = true;
        }
        batch.replace::<Rows>(&self.row_key(), &definition, self.version);
        batch.discard::<Rewrites>(&self.id);
    }
}
