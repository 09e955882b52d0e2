//! Drives an import: pieces of the file in, chunks of records out.

use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};

use super::intake::{Chunk, Intake, shown};
use super::reader::{Format, Refusal};
use super::settle::{Ledger, settle};
use super::spool::{Spool, Unspool, discard};
use super::state::{Import, ImportState, Imports};
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, Hex, ImportId, chain};
use crate::datasets::draft::Draft;
use crate::datasets::keep::Abandoned;
use crate::datasets::row::Rows;
use crate::datasets::{Access, Dataset, Error};
use crate::fields::Fields;
use crate::store::{self, Batch};

/// So much of a file is read at a time: some thousand rows, which one commit takes.
const PIECE: usize = 1 << 20;
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
        let mut job = Job::begin(dataset, options, by).await?;
        let pieces = Pieces::new(file, Intake::new(&job.dataset.shape, format), &job.dataset);
        let outcome = if strict {
            job.all_or_nothing(pieces).await
        } else {
            job.stream(pieces).await
        };
        job.end(outcome, by).await
    }
}

/// A file that is read while earlier chunks of it are committed.
struct Pieces<S> {
    file: S,
    intake: Option<Intake>,
    dataset: Dataset,
    ended: bool,
    /// Why nothing more can be read, told after what stood before it.
    refusal: Option<Refusal>,
}

impl<S: Stream<Item = io::Result<Bytes>> + Send + Unpin> Pieces<S> {
    fn new(file: S, intake: Intake, dataset: &Dataset) -> Self {
        Self {
            file,
            intake: Some(intake),
            dataset: dataset.clone(),
            ended: false,
            refusal: None,
        }
    }

    /// What the next piece of the file comes to; none after its end.
    async fn next(&mut self) -> Result<Option<Chunk>, Refusal> {
        let Some(mut intake) = self.intake.take() else {
            return self.refusal.take().map_or(Ok(None), Err);
        };
        let piece = self.piece().await?;
        let ended = self.ended;
        let work = move || {
            let mut chunk = intake.push(&piece);
            if ended && chunk.refusal.is_none() {
                chunk.add(intake.finish());
            }
            (intake, chunk)
        };
        let (intake, mut chunk) = self.dataset.datasets.0.blocking.run(work).await;
        self.refusal = chunk.refusal.take();
        self.intake = (!ended && self.refusal.is_none()).then_some(intake);
        Ok(Some(chunk))
    }

    async fn piece(&mut self) -> Result<Vec<u8>, Refusal> {
        let mut piece = Vec::with_capacity(PIECE + (64 << 10));
        while piece.len() < PIECE {
            if let Some(bytes) = self.file.next().await {
                piece.extend_from_slice(&bytes.map_err(|_cut| Refusal::Upload)?);
            } else {
                self.ended = true;
                break;
            }
        }
        Ok(piece)
    }
}

/// An import in progress.
pub(in crate::datasets) struct Job {
    dataset: Dataset,
    ledger: Ledger,
    unfinished: Option<Abandoned>,
}

impl Job {
    /// Puts the import into the store, as an act.
    async fn begin(dataset: Dataset, options: Options, by: &Actor) -> Result<Self, Error> {
        let parts = Arc::clone(&dataset.datasets.0);
        let import = Import {
            id: ImportId::new(&parts.clock),
            state: ImportState::Running,
            file_name: options.file_name.as_deref().map(shown),
            format: options.format,
            strict: options.strict,
            read: 0,
            created: 0,
            changed: 0,
            unchanged: 0,
            refused: 0,
            problems: Vec::new(),
            problems_total: 0,
            started_at: parts.now(),
            finished_at: None,
            failure: None,
            owner: dataset.owner,
            applied: None,
            digesting: None,
        };
        let job = Self::resume(dataset, import);
        let mut batch = Batch::new(job.event(Code::ImportStarted, by).build(&parts.clock));
        batch.require::<Rows>(&job.dataset.row_key(), job.dataset.version);
        job.dataset.hold(&mut batch);
        batch.insert::<Imports>(&(job.dataset.id, job.ledger.import.id), &job.ledger.import);
        parts.store.commit(batch).await?;
        Ok(job)
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
        }
    }

    /// Writes each chunk while the next one is read.
    async fn stream<S>(&mut self, mut pieces: Pieces<S>) -> Result<(), Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let mut waiting = Chunk::default();
        loop {
            let (settled, next) = tokio::join!(self.settle(waiting), pieces.next());
            settled?;
            match next? {
                Some(chunk) => waiting = chunk,
                None => return Ok(()),
            }
        }
    }

    /// Checks the whole file before anything is written.
    async fn all_or_nothing<S>(&mut self, mut pieces: Pieces<S>) -> Result<(), Error>
    where
        S: Stream<Item = io::Result<Bytes>> + Send + Unpin,
    {
        let parts = Arc::clone(&self.dataset.datasets.0);
        let (folder, id) = (parts.settings.spool.clone(), self.ledger.import.id);
        let create = move || Spool::create(&folder, id);
        let mut spool = parts.blocking.run(create).await.map_err(Error::Spool)?;
        while let Some(chunk) = pieces.next().await? {
            self.note(&chunk).await?;
            let write = move || spool.write(&chunk.drafts).map(|()| spool);
            spool = parts.blocking.run(write).await.map_err(Error::Spool)?;
        }
        if self.ledger.import.problems_total > 0 {
            return Ok(());
        }
        let path = parts
            .blocking
            .run(|| spool.seal())
            .await
            .map_err(Error::Spool)?;
        self.ledger.import.state = ImportState::Applying;
        self.ledger.import.applied = Some(0);
        self.note(&Chunk::default()).await?;
        // All of it is accepted: from here on it is the owner's to have, whole.
        self.dataset = self.dataset.of_owner();
        self.apply(&path).await
    }

    /// Applies a sealed spool from where an earlier process came to. Whatever happens to this one,
    /// the next goes on, so that in the end all of it is there.
    pub(in crate::datasets) async fn apply(&mut self, path: &Path) -> Result<(), Error> {
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
                return Ok(());
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

    /// Puts the end into the store and the book, and gives the import as it then is.
    pub(in crate::datasets) async fn end(
        mut self,
        outcome: Result<(), Error>,
        by: &Actor,
    ) -> Result<Import, Error> {
        let parts = Arc::clone(&self.dataset.datasets.0);
        let import = &mut self.ledger.import;
        let touched = import.created + import.changed + import.unchanged > 0;
        let failure = match &outcome {
            Ok(()) if import.strict && import.problems_total > 0 => Some(format!(
                "{} problems; nothing was imported",
                import.problems_total
            )),
            Ok(()) => None,
            Err(error) => Some(chain(error).to_string()),
        };
        let lost =
            matches!(&outcome, Err(Error::Spool(io)) if io.kind() == io::ErrorKind::NotFound);
        let goes_on = import.state == ImportState::Applying && outcome.is_err() && !lost;
        if goes_on {
            // The spool is kept: the import is taken up again until all of it is there.
            return Err(outcome.err().unwrap_or(Error::Changed));
        }
        import.state = match failure {
            None => ImportState::Done,
            Some(_) => ImportState::Failed,
        };
        import.failure = failure;
        import.finished_at = Some(parts.now());
        import.applied = None;
        import.digesting = None;
        let spool = Spool::path(&parts.settings.spool, import.id);
        self.put_end(by).await?;
        self.unfinished = None;
        // Last: an import that was applied and whose end is not written down is taken up again,
        // and needs it. One that stays behind is removed at the next start.
        discard(&spool).map_err(Error::Spool)?;
        match outcome {
            Err(Error::Refused(_)) if touched => {}
            Err(error) => return Err(error),
            Ok(()) => {}
        }
        Ok(self.ledger.import.clone())
    }

    async fn put_end(&self, by: &Actor) -> Result<(), Error> {
        let parts = &self.dataset.datasets.0;
        // A dataset that was deleted meanwhile takes its imports along.
        let dataset = match self.dataset.of_owner().again() {
            Err(Error::UnknownDataset(_)) => return Ok(()),
            dataset => dataset?,
        };
        let import = &self.ledger.import;
        let event = match &import.failure {
            None => self.event(Code::ImportFinished, by),
            Some(failure) => self.event(Code::ImportFailed, by).status(Outcome::Failure {
                code: "IMPORT_FAILED",
                detail: failure.clone(),
            }),
        };
        let event = event
            .count("read", import.read)
            .count("created", import.created)
            .count("changed", import.changed)
            .count("unchanged", import.unchanged)
            .count("refused", import.refused)
            .detail("outcomes_sha256", Hex(&self.ledger.digest()).to_string());
        let mut batch = Batch::new(event.build(&parts.clock));
        batch.require::<Rows>(&dataset.row_key(), dataset.version);
        batch.put::<Imports>(&(dataset.id, import.id), import);
        parts.store.commit(batch).await?;
        Ok(())
    }

    fn event(&self, code: Code, by: &Actor) -> Event {
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
