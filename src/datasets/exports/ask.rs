//! Asks for exports, shows them, calls them off and deletes them: each only the one who asked.

use super::file;
use super::row::{BY_DATASET, ExportJob, Exports};
use crate::audit::Code;
use crate::base::metrics::JOBS_ENDED;
use crate::base::{Actor, Cursor, ExportId};
use crate::datasets::row::Rows;
use crate::datasets::share::Access;
use crate::datasets::{Dataset, Error, Format};
use crate::fields::Selection;
use crate::jobs::{Ending, State};
use crate::store::{self, Batch, Row, Scan, prefix};

/// Somebody's exports of a dataset.
pub struct ExportsPage {
    /// The last one asked for first.
    pub exports: Vec<(ExportId, ExportJob)>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// What is wanted of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How it is written.
    pub format: Format,
    /// The names of the fields; none for all. The key is there in any case.
    pub fields: Option<Vec<String>>,
}

/// So many exports of one user are kept, those that have not ended among them: their files share
/// the disk with everybody's. Of those that are asked for in one moment a few more may slip through.
pub(in crate::datasets) const MOST_EXPORTS: usize = 20;

/// Tries before an export that keeps moving is left alone.
const TRIES: usize = 3;

impl Dataset {
    /// Asks for a file with its records, which the scheduler makes.
    ///
    /// Errs with `TooManyExports` while 20 of the asker's are kept.
    pub async fn ask_export(
        &self,
        asked: Asked,
        by: &Actor,
    ) -> Result<(ExportId, ExportJob), Error> {
        self.demand(Access::View)?;
        Selection::named(self.schema(), asked.fields.as_deref()).map_err(Error::UnknownFields)?;
        let parts = &self.datasets.0;
        let kept = Scan::prefix(prefix(&(self.reader.owner(),)), MOST_EXPORTS);
        if parts.store.scan::<Exports>(&kept)?.rows.len() == MOST_EXPORTS {
            return Err(Error::TooManyExports);
        }
        let id = ExportId::new(&parts.clock);
        let export = ExportJob {
            dataset: self.id,
            owner: self.owner,
            name: self.name().to_owned(),
            email: by
                .person()
                .map_or_else(String::new, |(_, email)| email.to_owned()),
            format: asked.format,
            fields: asked.fields,
            state: State::Queued,
            queued_at: parts.now(),
            started_at: None,
            finished_at: None,
            total: None,
            records: 0,
            bytes: 0,
            sha256: None,
            attempt: 0,
        };
        let key = (self.reader.owner(), id);
        let act = export.event(Code::ExportQueued, key, by);
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.require::<Rows>(&self.row_key(), self.version);
        self.hold(&mut batch);
        batch.insert::<Exports>(&key, &export);
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => return Err(Error::Changed),
            outcome => outcome?,
        };
        parts.nudge.ring();
        Ok((id, export))
    }

    /// One page of one's own exports of this dataset.
    pub fn exports(
        &self,
        limit: usize,
        after: Option<&Cursor>,
        by: &Actor,
    ) -> Result<ExportsPage, Error> {
        self.note_read(by);
        let scan = Scan::prefix(prefix(&(self.reader.owner(), self.id)), limit);
        let scan = scan.by(&BY_DATASET).backwards().after(after);
        let page = self.datasets.0.store.scan::<Exports>(&scan)?;
        let shown = |row: Row<Exports>| (row.key.1, self.shown(row.key.1, row.value));
        Ok(ExportsPage {
            exports: page.rows.into_iter().map(shown).collect(),
            next: page.next,
        })
    }

    /// One of one's own exports of this dataset, as it is now.
    pub fn export_of(&self, id: ExportId, by: &Actor) -> Result<ExportJob, Error> {
        self.note_read(by);
        Ok(self.shown(id, self.export_row(id)?.value))
    }

    /// Calls an export off, and gives it as it is then. Errs with `Ended` when it has come to
    /// another end.
    pub async fn cancel_export(&self, id: ExportId, by: &Actor) -> Result<ExportJob, Error> {
        let parts = &self.datasets.0;
        for _ in 0..TRIES {
            let row = self.export_row(id)?;
            let mut export = row.value;
            if export.state == State::Cancelled {
                return Ok(export);
            }
            let ended = export.end(Some(Ending::Cancelled), parts.now());
            ended.map_err(|_ended| Error::Ended)?;
            let act = export.event(Code::ExportCancelled, row.key, by);
            let mut batch = Batch::new(act.build(&parts.clock));
            batch.replace::<Exports>(&row.key, &export, row.version);
            match parts.store.commit(batch).await {
                // It has just been taken up, or has ended.
                Err(store::Error::Conflict(_)) => {}
                outcome => {
                    outcome?;
                    // Whoever makes it removes its file.
                    parts.exports.call_off(id);
                    JOBS_ENDED.add(["export".into(), export.state.word().into()], 1);
                    return Ok(export);
                }
            }
        }
        Err(Error::Changed)
    }

    /// Deletes an export that has ended, with its file.
    pub async fn delete_export(&self, id: ExportId, by: &Actor) -> Result<(), Error> {
        let row = self.export_row(id)?;
        if !row.value.state.ended() {
            return Err(Error::NotEnded);
        }
        let parts = &self.datasets.0;
        let act = row.value.event(Code::ExportDeleted, row.key, by);
        let mut batch = Batch::new(act.build(&parts.clock));
        batch.delete::<Exports>(&row.key, row.version);
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => return Err(Error::Changed),
            outcome => outcome?,
        };
        // One that a kill leaves behind is swept.
        let (folder, name) = (parts.settings.exports.clone(), (id, row.value.attempt));
        let discard = move || file::discard(&folder, name);
        parts.blocking.run(discard).await.map_err(Error::Spool)
    }

    /// An export of this dataset that whoever has opened it asked for.
    pub(super) fn export_row(&self, id: ExportId) -> Result<Row<Exports>, Error> {
        let key = (self.reader.owner(), id);
        let row = self.datasets.0.store.get::<Exports>(&key)?;
        let row = row.filter(|row| row.value.dataset == self.id);
        row.ok_or(Error::UnknownExport(id))
    }

    fn shown(&self, id: ExportId, export: ExportJob) -> ExportJob {
        self.datasets.0.exports.shown(id, export)
    }
}
