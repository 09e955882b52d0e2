//! Files that are brought into a dataset.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::Tag;
use crate::app::App;
use crate::auth::Permission;
use crate::base::{DatasetId, ImportId};
use crate::datasets::{Datasets, Format, Import, Options, Problem};
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, File, Moment};
use crate::jobs::{Phase, State};

pub(super) struct Resource {
    datasets: Datasets,
    pages: Pages,
}

/// Where an import stands.
#[derive(Enum)]
#[oai(rename = "ImportState", rename_all = "snake_case")]
enum StateView {
    /// The file is being read or applied.
    Running,
    /// Everything that could be imported has been.
    Done,
    /// It broke off, or nothing was imported because something was wrong.
    Failed,
    /// It was called off. Of a strict one nothing was kept, of any other what had gone in before.
    Cancelled,
}

/// What a running import is busy with.
#[derive(Enum)]
#[oai(rename = "ImportPhase", rename_all = "snake_case")]
enum PhaseView {
    /// It reads the file; a strict one writes nothing meanwhile. It can be cancelled.
    Reading,
    /// The whole file of a strict one was accepted and is being written.
    Writing,
}

/// An import of a file. `read` is the sum of the four counts after it, unless it is strict and
/// was not carried through: it has then written nothing.
#[derive(Object)]
#[oai(rename = "Import", skip_serializing_if_is_none)]
struct ImportView {
    /// The import's id.
    id: ImportId,
    /// Where it stands.
    state: StateView,
    /// What it is busy with, while it is running.
    phase: Option<PhaseView>,
    /// The file's name.
    file_name: Option<String>,
    /// How the file is written.
    format: Format,
    /// Whether it is all or nothing.
    strict: bool,
    /// Rows read.
    read: u64,
    /// Records that were new.
    created: u64,
    /// Records that were there with other content.
    changed: u64,
    /// Records that were there with the same content.
    unchanged: u64,
    /// Rows that were not taken.
    refused: u64,
    /// The first 20 problems.
    problems: Vec<ProblemView>,
    /// How many problems there are.
    problems_total: u64,
    /// When it began.
    started_at: Moment,
    /// When it ended.
    finished_at: Option<Moment>,
    /// Why it failed.
    failure: Option<String>,
    /// The same for programs, such as `rows_refused` or `upload_broke_off`.
    failure_code: Option<String>,
}

/// Something that is wrong with a file.
#[derive(Object)]
#[oai(rename = "ImportProblem", skip_serializing_if_is_none)]
pub(super) struct ProblemView {
    /// The line where the row begins, counted from 1.
    line: u64,
    /// In CSV the cell, in JSON the character, counted from 1.
    column: Option<u64>,
    /// The field.
    field: Option<String>,
    /// The value, cut at 200 characters.
    value: Option<String>,
    /// What is wrong.
    reason: String,
}

/// One part of the list of imports.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ImportList {
    /// The newest first.
    items: Vec<ImportView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// One part of the list of problems.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ProblemList {
    /// In the order of the file; the first 10,000 are kept.
    items: Vec<ProblemView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

#[OpenApi(tag = "Tag::Imports")]
impl Resource {
    /// Imports a file of any size into a dataset.
    ///
    /// Rows whose keys are there are changed, others are created. Rows that cannot be taken are
    /// told with line, column and reason while the others go in; a strict import takes all rows or
    /// none, and is answered with an import that failed when anything is wrong. A file of which
    /// nothing can be read is refused with `import_refused`.
    #[oai(
        path = "/datasets/:id/imports",
        method = "post",
        operation_id = "importFile"
    )]
    async fn create(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        id: Path<DatasetId>,
        /// How the file is written.
        format: Query<Format>,
        /// Whether one bad row keeps all of it out.
        #[oai(default)]
        strict: Query<bool>,
        /// What the file is called.
        file_name: Query<Option<String>>,
        body: File,
    ) -> Result<Json<ImportView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let options = Options {
            format: format.0,
            strict: strict.0,
            file_name: file_name.0,
        };
        let dataset = self.datasets.open(&scope, id.0)?;
        let file = Box::pin(body.0.into_bytes_stream());
        let import = Box::pin(dataset.import(file, options, &by)).await?;
        Ok(Json(import.into()))
    }

    /// Lists a dataset's imports.
    #[oai(
        path = "/datasets/:id/imports",
        method = "get",
        operation_id = "listImports"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<ImportList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let (imports, next) = dataset.imports(page.limit, page.after.as_ref(), &by)?;
        Ok(Json(ImportList {
            items: imports.into_iter().map(ImportView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shows an import.
    #[oai(
        path = "/datasets/:id/imports/:import",
        method = "get",
        operation_id = "getImport"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        /// The import's id.
        import: Path<ImportId>,
    ) -> Result<Json<ImportView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        Ok(Json(dataset.import_of(import.0, &by)?.into()))
    }

    /// Cancels an import.
    ///
    /// Its file is not read any further. Of a strict import nothing is kept, and one whose whole
    /// file has been accepted cannot be cancelled any more; of any other stays what had gone in.
    /// The request of the import is answered too. One that has been cancelled already is shown as
    /// it is.
    #[oai(
        path = "/datasets/:id/imports/:import/cancel",
        method = "post",
        operation_id = "cancelImport"
    )]
    async fn cancel(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        id: Path<DatasetId>,
        /// The import's id.
        import: Path<ImportId>,
    ) -> Result<Json<ImportView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        Ok(Json(dataset.cancel_import(import.0, &by).await?.into()))
    }

    /// Lists what was wrong with a file.
    #[oai(
        path = "/datasets/:id/imports/:import/problems",
        method = "get",
        operation_id = "listImportProblems"
    )]
    async fn problems(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        /// The import's id.
        import: Path<ImportId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<ProblemList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let (problems, next) = dataset.problems(import.0, page.limit, page.after.as_ref(), &by)?;
        Ok(Json(ProblemList {
            items: problems.into_iter().map(ProblemView::from).collect(),
            next: next.map(|cursor| cursor.encode()),
        }))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let datasets = app.datasets.clone();
        Self { datasets, pages }
    }
}

impl From<Import> for ImportView {
    fn from(import: Import) -> Self {
        let (state, phase, failure) = match import.state() {
            State::Queued => (StateView::Running, None, None),
            State::Running(Phase::Writing) => (StateView::Running, Some(PhaseView::Writing), None),
            State::Running(_) => (StateView::Running, Some(PhaseView::Reading), None),
            State::Done => (StateView::Done, None, None),
            State::Failed(failure) => (StateView::Failed, None, Some(failure)),
            State::Cancelled => (StateView::Cancelled, None, None),
        };
        let failure = failure
            .map(|failure| (failure.message, failure.code))
            .unzip();
        Self {
            id: import.id,
            state,
            phase,
            file_name: import.file_name,
            format: import.format,
            strict: import.strict,
            read: import.read,
            created: import.created,
            changed: import.changed,
            unchanged: import.unchanged,
            refused: import.refused,
            problems: import.problems.into_iter().map(ProblemView::from).collect(),
            problems_total: import.problems_total,
            started_at: import.started_at.into(),
            finished_at: import.finished_at.map(Moment),
            failure: failure.0,
            failure_code: failure.1,
        }
    }
}

impl From<Problem> for ProblemView {
    fn from(problem: Problem) -> Self {
        Self {
            line: problem.line,
            column: problem.column,
            field: problem.field,
            value: problem.value,
            reason: problem.reason,
        }
    }
}
