//! The records of a dataset.

use poem::Body;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Binary, Json, Response};
use poem_openapi::{Object, OpenApi};
use serde_json::{Map, Value};

use super::{Done, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::DatasetId;
use crate::datasets::{Datasets, Format, Mode, Query as Wanted, Record};
use crate::fields::Schema;
use crate::http::page::Pages;
use crate::http::{ApiError, Caller, Members, Moment};

pub(super) struct Resource {
    datasets: Datasets,
    pages: Pages,
}

/// A record.
#[derive(Object)]
#[oai(rename = "Record")]
struct RecordView {
    /// The value of the key field, as a text.
    key: String,
    /// The values by the fields' names; absent ones are left out.
    fields: Members,
    /// Rises with every change.
    version: u64,
    /// When the record was created.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
}

/// One part of the records.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RecordList {
    /// In the order that was asked for.
    items: Vec<RecordView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
    /// How many records were looked at, when it was more than are shown.
    scanned: Option<u64>,
}

#[OpenApi(tag = "Tag::Records")]
impl Resource {
    /// Finds records.
    ///
    /// The key, the time of the last change and indexed fields are found at once; anything else is
    /// found by looking at up to 100,000 records, beyond which the answer is `scan_too_large`.
    #[oai(
        path = "/datasets/:id/records",
        method = "get",
        operation_id = "listRecords"
    )]
    async fn list(
        &self,
        caller: Caller,
        id: Path<DatasetId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
        /// A field's name, `key`, `created_at` or `updated_at`; with `-` before it the last first.
        sort: Query<Option<String>>,
        /// Conditions joined by `and`, such as `state = "CA" and latitude > 30`; the comparisons
        /// are `= != < <= > >= ~` (contains) and `^=` (begins with).
        filter: Query<Option<String>>,
        /// A text that stands in the key or in a textual field, in any case of letters.
        q: Query<Option<String>>,
    ) -> Result<Json<RecordList>, ApiError> {
        let (by, scope) = caller.require(Permission::DatasetRead)?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let wanted = Wanted {
            limit: page.limit,
            after: page.after,
            sort: sort.0.filter(|sort| !sort.is_empty()),
            filter: filter.0,
            text: q.0,
        };
        let dataset = self.datasets.open(&scope, id.0)?;
        let found = dataset.page(&wanted, &by).await?;
        let more = found.scanned > found.records.len() as u64;
        let items = found.records.into_iter();
        Ok(Json(RecordList {
            items: items
                .map(|record| RecordView::of(dataset.schema(), record))
                .collect(),
            next: found.next.map(|cursor| cursor.encode()),
            scanned: more.then_some(found.scanned),
        }))
    }

    /// Shows a record.
    #[oai(
        path = "/datasets/:id/records/:key",
        method = "get",
        operation_id = "getRecord"
    )]
    async fn show(
        &self,
        caller: Caller,
        id: Path<DatasetId>,
        /// The record's key.
        key: Path<String>,
    ) -> Result<Json<RecordView>, ApiError> {
        let (by, scope) = caller.require(Permission::DatasetRead)?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let record = dataset.get(&key.0, &by)?;
        Ok(Json(RecordView::of(dataset.schema(), record)))
    }

    /// Writes a record; fields that are left away become absent.
    ///
    /// A record that is not there is created.
    #[oai(
        path = "/datasets/:id/records/:key",
        method = "put",
        operation_id = "putRecord"
    )]
    async fn put(
        &self,
        caller: Caller,
        id: Path<DatasetId>,
        /// The record's key.
        key: Path<String>,
        body: Json<Members>,
    ) -> Result<Json<RecordView>, ApiError> {
        self.write(caller, id.0, &key.0, body.0, Mode::Replace)
            .await
    }

    /// Changes some fields of a record; null makes one absent.
    #[oai(
        path = "/datasets/:id/records/:key",
        method = "patch",
        operation_id = "updateRecord"
    )]
    async fn update(
        &self,
        caller: Caller,
        id: Path<DatasetId>,
        /// The record's key.
        key: Path<String>,
        body: Json<Members>,
    ) -> Result<Json<RecordView>, ApiError> {
        self.write(caller, id.0, &key.0, body.0, Mode::Merge).await
    }

    /// Deletes a record.
    #[oai(
        path = "/datasets/:id/records/:key",
        method = "delete",
        operation_id = "deleteRecord"
    )]
    async fn delete(
        &self,
        caller: Caller,
        id: Path<DatasetId>,
        /// The record's key.
        key: Path<String>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.require(Permission::DatasetWrite)?;
        self.datasets
            .open(&scope, id.0)?
            .remove(&key.0, &by)
            .await?;
        Ok(Done::Done)
    }

    /// Exports all records as a file.
    ///
    /// The records are those of one moment, in the order of their keys. In CSV a text that a
    /// spreadsheet would take for a formula has a `'` before it, which an import takes away again.
    #[oai(
        path = "/datasets/:id/export",
        method = "get",
        operation_id = "exportRecords"
    )]
    async fn export(
        &self,
        caller: Caller,
        id: Path<DatasetId>,
        /// How the file is written.
        format: Query<Format>,
    ) -> Result<Response<Binary<Body>>, ApiError> {
        let (by, scope) = caller.require(Permission::DatasetRead)?;
        let export = self.datasets.open(&scope, id.0)?.export(format.0, &by)?;
        let disposition = format!("attachment; filename=\"{}\"", export.file_name);
        let kind = export.format.media_type();
        let body = Body::from_bytes_stream(export.into_stream());
        Ok(Response::new(Binary(body))
            .header("content-disposition", disposition)
            .header("content-type", kind))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let datasets = app.datasets.clone();
        Self { datasets, pages }
    }

    async fn write(
        &self,
        caller: Caller,
        id: DatasetId,
        key: &str,
        Members(members): Members,
        mode: Mode,
    ) -> Result<Json<RecordView>, ApiError> {
        let (by, scope) = caller.require(Permission::DatasetWrite)?;
        let dataset = self.datasets.open(&scope, id)?;
        let body = Value::Object(members).to_string();
        let record = dataset.write(key, body.as_bytes(), mode, &by).await?;
        Ok(Json(RecordView::of(dataset.schema(), record)))
    }
}

impl RecordView {
    fn of(schema: &Schema, record: Record) -> Self {
        let fields = schema.fields().iter().zip(record.fields.iter());
        let present =
            fields.filter_map(|(field, value)| Some((field.name.clone(), value?.to_json())));
        Self {
            fields: Members(present.collect::<Map<_, _>>()),
            key: record.key,
            version: record.version.0,
            created_at: record.created_at.into(),
            updated_at: record.updated_at.into(),
        }
    }
}
