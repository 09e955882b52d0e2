//! Keeps house: finishes what was begun, after a restart and in the background.

use std::ops::ControlFlow;
use std::sync::PoisonError;
use std::time::Duration;

use tracing::{error, info};

use super::draft::Draft;
use super::error::Error;
use super::import::{Import, ImportState, Imports, Job, Problems, Refusal, Spool};
use super::record::{Envelope, Records};
use super::row::{Definition, Purge, Purges, Rewrite, Rewrites, Rows, records};
use super::{Dataset, Datasets};
use crate::base::{Actor, DatasetId, ImportId, Scope, Tasks, UserId, chain};
use crate::fields::Fields;
use crate::store::{self, Batch, Scan, prefix};

/// So many rows are removed or written anew in one commit, so that others get their turn.
const AT_ONCE: usize = 2_000;
/// What failed is tried again so much later.
const AGAIN: Duration = Duration::from_secs(30);

/// An import that nobody drives any more.
#[derive(Clone, Copy, Debug)]
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
        let mut left = Vec::new();
        let moment = self.0.store.snapshot()?;
        moment.walk::<Imports>(&Scan::all(usize::MAX), |_, row| {
            if matches!(
                row.value.state,
                ImportState::Running | ImportState::Applying
            ) {
                left.push(Abandoned {
                    owner: row.value.owner,
                    dataset: row.key.0,
                    import: row.key.1,
                });
            }
            Ok(ControlFlow::Continue(()))
        })?;
        drop(moment);
        self.abandoned().extend(left);
        self.tidy().await
    }

    /// Does all that is to be done now: abandoned imports, deleted datasets, new indexes.
    pub async fn tidy(&self) -> Result<(), Error> {
        while let Some(abandoned) = self.next_abandoned() {
            self.take_up(abandoned).await?;
        }
        for purge in self.0.store.scan::<Purges>(&Scan::all(usize::MAX))?.rows {
            self.purge(purge.key, &purge.value).await?;
        }
        for rewrite in self.0.store.scan::<Rewrites>(&Scan::all(usize::MAX))?.rows {
            self.rewrite(rewrite.key, rewrite.value).await?;
        }
        Ok(())
    }

    fn abandoned(&self) -> std::sync::MutexGuard<'_, Vec<Abandoned>> {
        self.0
            .abandoned
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn next_abandoned(&self) -> Option<Abandoned> {
        self.abandoned().pop()
    }

    /// Goes on with an import that was being applied, and ends any other as failed.
    async fn take_up(&self, one: Abandoned) -> Result<(), Error> {
        let row = self.0.store.get::<Imports>(&(one.dataset, one.import))?;
        let Some(import) = row.map(|row| row.value) else {
            return Ok(());
        };
        let dataset = match self.open(&Scope::owned_by(one.owner), one.dataset) {
            // Its deletion takes the import along.
            Err(Error::UnknownDataset(_)) => return Ok(()),
            dataset => dataset?,
        };
        let _gate = self.0.gates.records(one.dataset).await;
        let by = Actor::system();
        let outcome = match import.state {
            ImportState::Done | ImportState::Failed => return Ok(()),
            ImportState::Running => {
                let cut = Err(Error::Refused(Refusal::Upload));
                Job::resume(dataset, import).end(cut, &by).await
            }
            ImportState::Applying => self.apply(dataset, import, &by).await,
        };
        match outcome {
            Ok(_) | Err(Error::Refused(_)) => Ok(()),
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
        while !self
            .0
            .store
            .scan::<Records>(&Scan::prefix(prefix(&(id,)), 1))?
            .rows
            .is_empty()
        {
            let mut batch = Batch::bookkeeping();
            batch.clear::<Records>(prefix(&(id,)), AT_ONCE);
            self.0.store.commit(batch).await?;
        }
        let imports = Scan::prefix(prefix(&(id,)), usize::MAX);
        for import in self.0.store.scan::<Imports>(&imports)?.rows {
            let problems = prefix(&(import.key.1,));
            while !self
                .0
                .store
                .scan::<Problems>(&Scan::prefix(problems.clone(), 1))?
                .rows
                .is_empty()
            {
                let mut batch = Batch::bookkeeping();
                batch.clear::<Problems>(problems.clone(), AT_ONCE);
                self.0.store.commit(batch).await?;
            }
        }
        let mut batch = Batch::bookkeeping();
        batch.clear::<Imports>(prefix(&(id,)), usize::MAX);
        batch.discard::<Rewrites>(&id);
        batch.add(&records(id), -self.0.store.count(&records(id))?);
        batch.discard::<Purges>(&id);
        self.0.store.commit(batch).await?;
        info!(dataset.id = %id, since = %purge.since, "the records of a deleted dataset are gone");
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
