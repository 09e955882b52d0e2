//! Files with the records of a dataset, made in the background.

use poem::Body;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{Binary, Json, Response};
use poem_openapi::types::Example;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use super::{Done, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{DatasetId, ExportId};
use crate::datasets::{Asked, Content, Datasets, ExportJob, Format, Span};
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Moment, range};
use crate::jobs::{Failure, State};

pub(super) struct Resource {
    datasets: Datasets,
    pages: Pages,
}

/// What a file is to hold, and how it is to be written.
#[derive(Object)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none, example)]
struct NewExport {
    /// How the file is written.
    format: Format,
    /// Only these fields, in the order of the dataset; the key field is always there. All without.
    #[oai(validator(max_items = 500))]
    fields: Option<Vec<String>>,
}

/// Where a job stands.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "JobState", rename_all = "snake_case")]
pub(super) enum JobStateView {
    /// It waits for its turn.
    Queued,
    /// It is being executed.
    Running,
    /// It was carried through.
    Done,
    /// It ended before its end.
    Failed,
    /// It was called off before its end.
    Cancelled,
}

impl JobStateView {
    /// Its name.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Why a job failed.
#[derive(Object)]
#[oai(rename = "JobFailure")]
pub(super) struct JobFailureView {
    /// The kind of failure for programs, such as `storage_full`.
    code: String,
    /// What happened and what to do.
    message: String,
}

/// A file with the records of a dataset.
#[derive(Object)]
#[oai(rename = "Export", skip_serializing_if_is_none)]
struct ExportView {
    /// The export's id.
    id: ExportId,
    /// The dataset.
    dataset_id: DatasetId,
    /// Where it stands. Only one that is done has a file.
    state: JobStateView,
    /// How the file is written.
    format: Format,
    /// The fields that were asked for; absent for all.
    fields: Option<Vec<String>>,
    /// What the file is called.
    file_name: String,
    /// The records that the dataset had when the file was begun.
    total: Option<u64>,
    /// The records that have been written.
    records: u64,
    /// The bytes that have been written.
    bytes: u64,
    /// SHA-256 over the file, in hexadecimal digits.
    sha256: Option<String>,
    /// When it was asked for.
    queued_at: Moment,
    /// When it began.
    started_at: Option<Moment>,
    /// When it ended.
    finished_at: Option<Moment>,
    /// When it is deleted, with its file.
    expires_at: Option<Moment>,
    /// Why it failed.
    failure: Option<JobFailureView>,
}

/// One part of the list of exports.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct ExportList {
    /// The last one asked for first.
    items: Vec<ExportView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// The answer of an operation whose file comes later.
#[derive(ApiResponse)]
enum Started {
    /// The export is queued.
    #[oai(status = 202)]
    Accepted(Json<ExportView>),
}

/// The answer with a file.
#[derive(ApiResponse)]
enum FileAnswer {
    /// The whole file.
    #[oai(status = 200)]
    Whole(Binary<Body>),
    /// The part that `Range` names.
    #[oai(status = 206)]
    Part(Binary<Body>),
    /// It is the file that the caller has.
    #[oai(status = 304)]
    Same,
}

#[OpenApi(tag = "Tag::Exports")]
impl Resource {
    /// Starts an export.
    ///
    /// A file with all records, as they are at one moment, is made in the background and kept for
    /// some days (`exports.keep`). In CSV a text that a spreadsheet would take for a formula has a
    /// `'` before it, which an import takes away again.
    #[oai(
        path = "/datasets/:id/exports",
        method = "post",
        operation_id = "startExport"
    )]
    async fn start(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        body: Json<NewExport>,
    ) -> Result<Started, ApiError> {
        let (by, scope) = caller.owner()?;
        let NewExport { format, fields } = body.0;
        let dataset = self.datasets.open(&scope, id.0)?;
        let (id, export) = dataset.ask_export(Asked { format, fields }, &by).await?;
        Ok(Started::Accepted(Json(self.view(id, export))))
    }

    /// Lists one's own exports of a dataset.
    #[oai(
        path = "/datasets/:id/exports",
        method = "get",
        operation_id = "listExports"
    )]
    async fn list(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<ExportList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let page = dataset.exports(page.limit, page.after.as_ref(), &by)?;
        let exports = page.exports.into_iter();
        Ok(Json(ExportList {
            items: exports.map(|(id, export)| self.view(id, export)).collect(),
            next: page.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shows an export.
    #[oai(
        path = "/datasets/:id/exports/:export",
        method = "get",
        operation_id = "getExport"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        /// The export's id.
        export: Path<ExportId>,
    ) -> Result<Json<ExportView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let shown = self.datasets.open(&scope, id.0)?.export_of(export.0, &by)?;
        Ok(Json(self.view(export.0, shown)))
    }

    /// Gives the file of an export that is done.
    ///
    /// The `ETag` names the file's bytes. A `Range` of bytes is given alone; several at once, or
    /// one that there is not, are answered with the whole file.
    #[oai(
        path = "/datasets/:id/exports/:export/content",
        method = "get",
        operation_id = "getExportContent"
    )]
    async fn content(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        /// The export's id.
        export: Path<ExportId>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
        /// The bytes that are wanted, such as `bytes=1000-`.
        #[oai(name = "Range")]
        wanted: Header<Option<String>>,
        /// The `ETag` of the file that `Range` speaks of; another file is given whole.
        #[oai(name = "If-Range")]
        if_range: Header<Option<String>>,
    ) -> Result<Response<FileAnswer>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let content = dataset.export_content(export.0).await?;
        let tag = tag(&content);
        let seen = if_none_match.0.as_deref().unwrap_or_default();
        if seen
            .split(',')
            .any(|seen| seen.trim() == tag || seen.trim() == "*")
        {
            return Ok(Response::new(FileAnswer::Same).header("etag", tag));
        }
        let length = content.export.bytes;
        let named = range::is_same(if_range.0.as_deref(), &tag);
        let part = range::part(wanted.0.as_deref().filter(|_| named), length);
        let span = part.unwrap_or(Span { first: 0, length });
        let name = format!("attachment; filename=\"{}\"", content.export.file_name());
        let kind = content.export.format.media_type();
        let body = Binary(Body::from_bytes_stream(content.into_stream(span, &by)));
        let (answer, place) = match part {
            Some(Span { first, length: of }) => {
                let place = format!("bytes {first}-{}/{length}", first + of - 1);
                (FileAnswer::Part(body), Some(place))
            }
            None => (FileAnswer::Whole(body), None),
        };
        let answer = Response::new(answer)
            .header("content-type", kind)
            .header("content-disposition", name)
            .header("content-length", span.length.to_string())
            .header("accept-ranges", "bytes")
            .header("etag", tag);
        Ok(match place {
            Some(place) => answer.header("content-range", place),
            None => answer,
        })
    }

    /// Cancels an export.
    ///
    /// What was written of its file is removed. One that has been cancelled already is shown as it
    /// is.
    #[oai(
        path = "/datasets/:id/exports/:export/cancel",
        method = "post",
        operation_id = "cancelExport"
    )]
    async fn cancel(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        /// The export's id.
        export: Path<ExportId>,
    ) -> Result<Json<ExportView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let ended = dataset.cancel_export(export.0, &by).await?;
        Ok(Json(self.view(export.0, ended)))
    }

    /// Deletes an export that has ended, with its file.
    #[oai(
        path = "/datasets/:id/exports/:export",
        method = "delete",
        operation_id = "deleteExport"
    )]
    async fn delete(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        /// The export's id.
        export: Path<ExportId>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        dataset.delete_export(export.0, &by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let datasets = app.datasets.clone();
        Self { datasets, pages }
    }

    fn view(&self, id: ExportId, export: ExportJob) -> ExportView {
        let (state, failure) = state(&export.state);
        ExportView {
            id,
            dataset_id: export.dataset,
            state,
            format: export.format,
            file_name: export.file_name(),
            total: export.total,
            records: export.records,
            bytes: export.bytes,
            queued_at: export.queued_at.into(),
            started_at: export.started_at.map(Moment),
            finished_at: export.finished_at.map(Moment),
            expires_at: self.datasets.export_expires(&export).map(Moment),
            failure,
            fields: export.fields,
            sha256: export.sha256,
        }
    }
}

/// The name of a file's bytes.
fn tag(content: &Content) -> String {
    let digest = content.export.sha256.as_deref();
    format!("\"{}\"", digest.unwrap_or_default())
}

/// A job's state, and why it failed.
pub(super) fn state(state: &State) -> (JobStateView, Option<JobFailureView>) {
    match state {
        State::Queued => (JobStateView::Queued, None),
        State::Running(_) => (JobStateView::Running, None),
        State::Done => (JobStateView::Done, None),
        State::Failed(failure) => (JobStateView::Failed, Some(failure.into())),
        State::Cancelled => (JobStateView::Cancelled, None),
    }
}

impl From<&Failure> for JobFailureView {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code.clone(),
            message: failure.message.clone(),
        }
    }
}

impl Example for NewExport {
    fn example() -> Self {
        Self {
            format: Format::Csv,
            fields: Some(["iata", "name"].map(str::to_owned).into()),
        }
    }
}
