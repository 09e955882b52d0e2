//! Makes the files that were asked for: the scheduler alone does.

use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::file::{self, Name, Part, Whole};
use super::live::Place;
use super::row::{ACTIVE, ExportJob, Exports};
use crate::audit::{Code, Event, Outcome};
use crate::base::metrics::JOBS_ENDED;
use crate::base::{Actor, ExportId, Scope, UserId, chain};
use crate::datasets::export::Writer;
use crate::datasets::share::Access;
use crate::datasets::{Datasets, Error};
use crate::fields::Selection;
use crate::jobs::{self, Ending, Failure, State};
use crate::store::{self, Batch, Scan, Version};

/// An export that has not ended, as the scheduler sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueExport {
    /// Who has asked for it.
    pub by: UserId,
    /// The export.
    pub export: ExportId,
}

/// Exports that have not ended are few: starting them is limited.
const MOST_ACTIVE: usize = 100_000;
/// So much is written at a time, before it is asked whether to go on.
const STEP: u64 = 1 << 20;
/// So much room on the disk a file leaves to the store and the book.
const SPARE: u64 = 64 << 20;

/// An export that was taken up.
struct Making<'a> {
    datasets: &'a Datasets,
    key: (UserId, ExportId),
    export: ExportJob,
    version: Version,
    place: Place,
}

/// What the writing of a file comes to.
enum Wrote {
    /// All of it, with so many records.
    All(Whole, u64),
    /// Nothing: the row has ended without it, or somebody else makes it.
    Void,
    /// Nothing: the appliance stops, and it is made at the next start.
    Stopped,
}

impl Datasets {
    /// The exports that have not ended, in the order in which they were asked for.
    pub fn active_exports(&self) -> Result<Vec<DueExport>, Error> {
        let scan = Scan::all(MOST_ACTIVE).by(&ACTIVE);
        let rows = self.0.store.scan::<Exports>(&scan)?.rows.into_iter();
        let due = rows.map(|row| row.key);
        Ok(due.map(|(by, export)| DueExport { by, export }).collect())
    }

    /// Makes an export until it ends or `stop` is told; it is then made anew at the next start.
    ///
    /// Errs for reasons of our own, such as a store that cannot be reached: it is to be made later.
    pub async fn make_export(&self, due: DueExport, stop: &CancellationToken) -> Result<(), Error> {
        let Some(making) = Making::claim(self, due).await? else {
            return Ok(()); // it has ended, or is gone
        };
        let outcome = making.write(stop).await;
        making.settle(outcome).await
    }

    /// Returns when the making of an export has done nothing for as long as its lease lasts: it is
    /// to be dropped, and taken up anew.
    pub async fn export_lapsed(&self, due: DueExport) {
        let look = || self.0.exports.look(due.export);
        jobs::lapsed(&self.0.clock, look, |_| false).await;
        self.export_broke(due, "STOPPED_MOVING");
    }

    /// Ends an export that made the appliance itself break.
    pub async fn give_up_export(&self, due: DueExport) {
        self.export_broke(due, "BROKE");
        let outcome = async {
            match Making::claim(self, due).await? {
                Some(making) => making.end(Err(internal()), &Whole::default(), 0).await,
                None => Ok(()),
            }
        };
        if let Err(error) = outcome.await {
            let id = due.export;
            error!(export.id = %id, error = %chain(&error), "export {id} cannot be ended");
        }
    }

    fn export_broke(&self, due: DueExport, code: &'static str) {
        let event = Event::new(Code::JobFailed, &Actor::system())
            .detail("export", due.export.to_string())
            .status(Outcome::failed(code));
        self.0.log.record(event.build(&self.0.clock));
    }
}

impl<'a> Making<'a> {
    /// Takes the export up; none when it has ended or is gone.
    async fn claim(datasets: &'a Datasets, due: DueExport) -> Result<Option<Self>, Error> {
        let parts = &datasets.0;
        let key = (due.by, due.export);
        let Some(row) = parts.store.get::<Exports>(&key)? else {
            return Ok(None);
        };
        let mut export = row.value;
        if export.claim(parts.now()).is_err() {
            return Ok(None);
        }
        let dataset = datasets.open(&Scope::owned_by(due.by), export.dataset);
        export.total = dataset.ok().map(|dataset| dataset.count()).transpose()?;
        // Before the commit: who calls it off afterwards is heard.
        let place = parts.exports.place(due.export);
        let mut batch = Batch::bookkeeping();
        batch.replace::<Exports>(&key, &export, row.version);
        let version = match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => return Ok(None), // it has just been called off
            outcome => outcome?,
        };
        Ok(Some(Self {
            datasets,
            key,
            export,
            version,
            place,
        }))
    }

    async fn write(&self, stop: &CancellationToken) -> Result<Wrote, Error> {
        let parts = &self.datasets.0;
        let scope = Scope::owned_by(self.key.0);
        let dataset = self.datasets.open(&scope, self.export.dataset)?;
        dataset.demand(Access::View)?;
        let fields = self.export.fields.as_deref();
        let chosen = Selection::named(dataset.schema(), fields).map_err(Error::UnknownFields)?;
        let mut writer = Writer::of_all(&dataset, self.export.format, chosen);
        let (folder, name) = (parts.settings.exports.clone(), self.name());
        let begin = move || {
            file::discard(&folder, (name.0, name.1 - 1))?;
            Part::create(&folder, name)
        };
        let mut part = parts.blocking.run(begin).await.map_err(Error::Spool)?;
        while !writer.ended {
            if self.place.progress.called_off.is_cancelled() {
                return Ok(Wrote::Void);
            }
            if stop.is_cancelled() {
                return Ok(Wrote::Stopped);
            }
            let store = parts.store.clone();
            let work = move || {
                store.check_room_beside(SPARE)?;
                step(writer, part)
            };
            (writer, part) = parts.blocking.run(work).await?;
            self.place.progress.note(writer.records, part.bytes());
        }
        let records = writer.records;
        let seal = move || part.seal();
        let whole = parts.blocking.run(seal).await.map_err(Error::Spool)?;
        Ok(Wrote::All(whole, records))
    }

    /// Ends the export as its writing came out. What does not count any more is removed first, so
    /// that a full disk has room for the end.
    async fn settle(self, outcome: Result<Wrote, Error>) -> Result<(), Error> {
        if !matches!(outcome, Ok(Wrote::All(..))) {
            self.discard().await;
        }
        match outcome {
            Ok(Wrote::All(whole, records)) => self.end(Ok(()), &whole, records).await,
            Ok(Wrote::Void | Wrote::Stopped) => Ok(()),
            Err(error) => match self.failure(&error) {
                Some(failure) => self.end(Err(failure), &Whole::default(), 0).await,
                None => Err(error),
            },
        }
    }

    /// Puts the end into the store and the book, unless somebody was faster.
    async fn end(
        mut self,
        outcome: Result<(), Failure>,
        whole: &Whole,
        records: u64,
    ) -> Result<(), Error> {
        let parts = &self.datasets.0;
        let export = &mut self.export;
        let ending = outcome.err().map(Ending::Failed);
        export
            .end(ending, parts.now())
            .map_err(|_ended| Error::Ended)?;
        if export.state == State::Done {
            (export.records, export.bytes) = (records, whole.bytes);
            export.sha256 = Some(whole.sha256.clone());
        }
        let mut batch = Batch::new(self.ended().build(&parts.clock));
        batch.replace::<Exports>(&self.key, &self.export, self.version);
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => {
                self.discard().await;
                return Ok(());
            }
            outcome => outcome?,
        };
        let (id, state) = (self.key.1, self.export.state.word());
        JOBS_ENDED.add(["export".into(), state.into()], 1);
        let (records, bytes) = (self.export.records, self.export.bytes);
        info!(export.id = %id, records, bytes, "export {id} ended: {state}");
        Ok(())
    }

    /// The event of its end.
    fn ended(&self) -> Event {
        let event = |code| self.export.event(code, self.key, &Actor::system());
        match &self.export.state {
            State::Failed(failure) => event(Code::ExportFailed).status(Outcome::Failure {
                code: "EXPORT_FAILED",
                detail: failure.message.clone(),
            }),
            State::Queued | State::Running(_) | State::Done | State::Cancelled => {
                event(Code::ExportFinished)
                    .count("records", self.export.records)
                    .count("bytes", self.export.bytes)
                    .detail("sha256", self.export.sha256.clone().unwrap_or_default())
            }
        }
    }

    /// Removes the file; one that cannot be removed now is swept later.
    async fn discard(&self) {
        let (folder, name) = (self.datasets.0.settings.exports.clone(), self.name());
        let discard = move || file::discard(&folder, name);
        if let Err(error) = self.datasets.0.blocking.run(discard).await {
            let id = name.0;
            warn!(export.id = %id, error = %chain(&error), "a part of export {id} is still there");
        }
    }

    fn name(&self) -> Name {
        (self.key.1, self.export.attempt)
    }

    /// Why the export ends for an error; none when it is to be made later.
    fn failure(&self, error: &Error) -> Option<Failure> {
        let (code, message) = match error {
            Error::UnknownDataset(_) | Error::Withdrawn(_) | Error::NotAllowed { .. } => (
                "dataset_unavailable",
                format!(
                    "The dataset {:?} is not shared with you any more, or it was deleted.",
                    self.export.name
                ),
            ),
            Error::UnknownFields(_) => (
                "fields_gone",
                format!("The dataset was changed: {}.", chain(error)),
            ),
            Error::TookTooLong => (
                "took_too_long",
                "Writing the file took longer than the nine minutes for which its records can be \
                 held as they were at one moment, and what was written of it is removed. Export \
                 fewer fields, or try it again when the appliance has less to do."
                    .to_owned(),
            ),
            full if full.is_full() => (
                "storage_full",
                "There is not enough room for the file on the appliance's disk, and what was \
                 written of it is removed. Export fewer fields, or ask whoever runs the appliance \
                 to make room."
                    .to_owned(),
            ),
            Error::Spool(_) => (
                "storage_unavailable",
                format!("The file could not be written: {}.", chain(error)),
            ),
            _ => return None,
        };
        let code = code.to_owned();
        Some(Failure { code, message })
    }
}

/// Writes some more of the file.
fn step(mut writer: Writer, mut part: Part) -> Result<(Writer, Part), Error> {
    let end = part.bytes() + STEP;
    while !writer.ended && part.bytes() < end {
        part.write(&writer.chunk()?).map_err(Error::Spool)?;
    }
    Ok((writer, part))
}

fn internal() -> Failure {
    Failure {
        code: "internal".into(),
        message: "The appliance made a mistake; its log has the cause under the export's id."
            .into(),
    }
}
