//! Drives an import: pieces of the file in, chunks of records out.

use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use futures_util::Stream;

use super::intake::{Chunk, Intake};
use super::pieces::{Next, Pieces};
use super::reader::Format;
use super::settle::{Ledger, settle};
use super::spool::{Spool, Unspool};
use super::state::{Destination, Import, Importers, Imports};
use super::stop::{Listening, Stop};
use crate::audit::{Code, Event};
use crate::base::{Actor, ImportId};
use crate::datasets::draft::Draft;
use crate::datasets::keep::Abandoned;
use crate::datasets::row::Rows;
use crate::datasets::{Access, Dataset, Error};
use crate::fields::Fields;
use crate::jobs::{Impossible, Phase, Step};
use crate::store::{self, Batch};

/// So many spooled drafts are applied in one commit.
const APPLIED_AT_ONCE: usize = 4_000;
/// A chunk that meets other writers is tried so often.
const TRIES: usize = 5;

/// How a file is to be imported.
#[derive(Clone, Debug)]
pub struct Options {
    /// How it is written.
    pub format: Format,
    /// Whether one bad row keeps all of it out.
    pub strict: bool,
    /// What the file is called.
    pub file_name: Option<String>,
}

impl Dataset {
    /// Imports a file: rows whose keys are there are changed, others are created.
    ///
    /// Bad rows are counted and told in the import's problems. A strict import writes nothing
    /// before the whole file has been checked, and gives a failed import when anything is wrong.
    /// Errs with `Refused` when nothing at all could be read.
    pub async fn import(
        &self,
        file: impl Stream<Item = io::Result<Bytes>> + Send + Unpin,
        options: Options,
        by: &Actor,
    ) -> Result<Import, Error> {
        let _gate = self.datasets.0.gates.records(self.id).await;
        let format = options.format;
        let strict = options.strict;
        let dataset = self.again()?;
        dataset.demand(Access::Edit)?;
        let (mut job, stop) = Job::begin(dataset, options, by).await?;
        let intake = Intake::new(&job.dataset.shape, format);
        let pieces = Pieces::new(file, intake, &job.dataset, stop);
        let outcome = if strict {
            job.all_or_nothing(pieces).await
        } else {
            job.stream(pieces).await
        };
        job.end(outcome, by).await
    }
}

/// An import in progress.
pub(in crate::datasets) struct Job {
    pub(super) dataset: Dataset,
    pub(super) ledger: Ledger,
    pub(super) unfinished: Option<Abandoned>,
    /// By which it can be called off, as long as that is possible.
    listening: Option<Listening>,
}

/// How an import comes out that nothing went wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::datasets) enum Came {
    /// It got through its file.
    Through,
    /// Somebody has called it off.
    CalledOff,
}

impl Job {
    /// Puts the import into the store, as an act, and gives what calls it off.
    async fn begin(
        dataset: Dataset,
        options: Options,
        by: &Actor,
    ) -> Result<(Self, Arc<Stop>), Error> {
        let parts = Arc::clone(&dataset.datasets.0);
        let id = ImportId::new(&parts.clock);
        let mut import = Import::queued(id, &options, dataset.owner, parts.now());
        import.by = by.user();
        import
            .take(Step::Claim)
            .map_err(|Impossible| Error::Changed)?;
        let (listening, stop) = parts.stops.listen(id);
        let mut job = Self::resume(dataset, import);
        job.listening = Some(listening);
        let import = &job.ledger.import;
        let mut batch = Batch::new(job.event(Code::ImportStarted, by).build(&parts.clock));
        batch.require::<Rows>(&job.dataset.row_key(), job.dataset.version);
        job.dataset.hold(&mut batch);
        batch.insert::<Imports>(&(job.dataset.id, id), import);
        let dataset = job.dataset.id;
        batch.insert::<Importers>(&(import.importer(), id), &Destination { dataset });
        parts.store.commit(batch).await?;
        Ok((job, stop))
    }

    /// Takes an import up that was begun before.
    pub(in crate::datasets) fn resume(dataset: Dataset, import: Import) -> Self {
        Self {
            unfinished: Some(Abandoned {
                owner: import.owner,
                dataset: dataset.id,
                import: import.id,
            }),
            ledger: Ledger::new(import),
            dataset,
            listening: None,
        }
    }

    /// Writes each chunk while the next one is read.
    async fn stream<S>(&mut self, mut pieces: Pieces<S>) -> Result<Came, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let mut waiting = Chunk::default();
        loop {
            let (settled, next) = tokio::join!(self.settle(waiting), pieces.next());
            settled?;
            match next? {
                Next::Chunk(chunk) => waiting = chunk,
                Next::End => return Ok(Came::Through),
                Next::CalledOff => return Ok(Came::CalledOff),
            }
        }
    }

    /// Checks the whole file before anything is written.
    async fn all_or_nothing<S>(&mut self, mut pieces: Pieces<S>) -> Result<Came, Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let parts = Arc::clone(&self.dataset.datasets.0);
        let (folder, id) = (parts.settings.spool.clone(), self.ledger.import.id);
        let create = move || Spool::create(&folder, id);
        let mut spool = parts.blocking.run(create).await.map_err(Error::Spool)?;
        loop {
            let chunk = match pieces.next().await? {
                Next::Chunk(chunk) => chunk,
                Next::End => break,
                Next::CalledOff => return Ok(Came::CalledOff),
            };
            self.note(&chunk).await?;
            let write = move || spool.write(&chunk.drafts).map(|()| spool);
            spool = parts.blocking.run(write).await.map_err(Error::Spool)?;
        }
        if self.ledger.import.problems_total > 0 {
            return Ok(Came::Through);
        }
        let path = parts
            .blocking
            .run(|| spool.seal())
            .await
            .map_err(Error::Spool)?;
        let import = &mut self.ledger.import;
        let entered = import.take(Step::Enter(Phase::Writing));
        entered.map_err(|Impossible| Error::Changed)?;
        import.applied = Some(0);
        self.note(&Chunk::default()).await?;
        // All of it is accepted: from here on it is the owner's to have, whole, and nobody's to
        // call off.
        self.listening = None;
        self.dataset = self.dataset.of_owner();
        self.apply(&path).await
    }

    /// Applies a sealed spool from where an earlier process came to. Whatever happens to this one,
    /// the next goes on, so that in the end all of it is there.
    pub(in crate::datasets) async fn apply(&mut self, path: &Path) -> Result<Came, Error> {
        let blocking = self.dataset.datasets.0.blocking;
        let at = self.ledger.import.applied.unwrap_or(0);
        let mut spool = Unspool::open(path, at).map_err(Error::Spool)?;
        loop {
            let shape = self.dataset.shape.clone();
            let work = move || {
                let spooled = spool.read(APPLIED_AT_ONCE)?;
                let drafts = spooled.into_iter().map(|one| {
                    let fields = Fields::stored(&shape.schema, &one.json)?;
                    Ok(shape.redraft(&one.key, &fields))
                });
                let drafts = drafts.collect::<io::Result<Vec<Draft>>>()?;
                io::Result::Ok((spool, drafts))
            };
            let (back, drafts) = blocking.run(work).await.map_err(Error::Spool)?;
            if drafts.is_empty() {
                return Ok(Came::Through);
            }
            spool = back;
            self.ledger.import.applied = Some(spool.at());
            let chunk = Chunk {
                drafts,
                ..Chunk::default()
            };
            self.settle(chunk).await?;
        }
    }

    /// Notes a chunk's rows and problems without writing its records.
    async fn note(&mut self, chunk: &Chunk) -> Result<(), Error> {
        let mut batch = Batch::bookkeeping();
        self.dataset.hold(&mut batch);
        self.ledger.keep_problems(chunk, &mut batch);
        self.ledger.note(chunk);
        batch.put::<Imports>(
            &(self.dataset.id, self.ledger.import.id),
            &self.ledger.import,
        );
        match self.dataset.datasets.0.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => {
                self.dataset.still(Access::Edit)?;
                Err(Error::Changed)
            }
            outcome => Ok(outcome.map(drop)?),
        }
    }

    /// Brings the dataset to a chunk's drafts.
    async fn settle(&mut self, chunk: Chunk) -> Result<(), Error> {
        if chunk.read == 0 && chunk.drafts.is_empty() && chunk.problems.is_empty() {
            return Ok(());
        }
        let parts = Arc::clone(&self.dataset.datasets.0);
        let chunk = Arc::new(chunk);
        for _ in 0..TRIES {
            let mut ledger = self.ledger.clone();
            let (dataset, chunk, store) = (
                self.dataset.clone(),
                Arc::clone(&chunk),
                parts.store.clone(),
            );
            let now = parts.now();
            let work = move || {
                let mut batch = Batch::bookkeeping();
                ledger.keep_problems(&chunk, &mut batch);
                ledger.note(&chunk);
                settle(
                    &dataset,
                    &store.snapshot()?,
                    &chunk,
                    now,
                    &mut ledger,
                    &mut batch,
                )?;
                Ok::<_, Error>((batch, ledger))
            };
            let (batch, ledger) = parts.blocking.run(work).await?;
            match parts.store.commit(batch).await {
                // Somebody wrote one of the records, renamed the dataset or shares it otherwise: look
                // again.
                Err(store::Error::Conflict(_)) => {
                    self.dataset = self.dataset.again()?;
                    self.dataset.demand(Access::Edit)?;
                }
                outcome => {
                    outcome?;
                    self.ledger = ledger;
                    return Ok(());
                }
            }
        }
        Err(Error::Changed)
    }

    /// Who has called it off.
    pub(super) fn caller_off(&self) -> Option<&Actor> {
        self.listening.as_ref().and_then(Listening::by)
    }

    pub(super) fn event(&self, code: Code, by: &Actor) -> Event {
        let import = &self.ledger.import;
        let name = import.file_name.as_deref().unwrap_or_default();
        let event = Event::new(code, by)
            .entity("import", import.id, name)
            .entity("dataset", self.dataset.id, self.dataset.name())
            .detail("strict", import.strict);
        self.dataset.told(event, by)
    }
}

/// An import whose caller has gone away is ended by the one who keeps house.
impl Drop for Job {
    fn drop(&mut self) {
        if let Some(unfinished) = self.unfinished.take() {
            let parts = &self.dataset.datasets.0;
            let mut abandoned = parts
                .abandoned
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            abandoned.insert(unfinished);
            drop(abandoned);
            parts.bell.ring();
        }
    }
}
