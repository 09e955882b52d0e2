//! The records of a dataset.

use std::io::Write as _;

use poem::Body;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::{Binary, Json, Response};
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

use super::{Done, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{DatasetId, Precondition};
use crate::datasets::{Datasets, Export, Format, Mode, Query as Wanted, Record, RecordPage, Write};
use crate::fields::{Schema, Selection};
use crate::http::page::Pages;
use crate::http::tag::{self, Seen, Tagged};
use crate::http::written::Written;
use crate::http::{ApiError, Caller, Members, Moment};

pub(super) struct Resource {
    datasets: Datasets,
    pages: Pages,
}

/// A record.
#[derive(Debug, Object)]
#[oai(rename = "Record")]
pub(super) struct RecordView {
    /// The value of the key field, as a text.
    key: String,
    /// The values by the fields' names; absent ones are left out.
    fields: Members,
    /// Rises with every change; in quotes it is the `ETag`.
    version: u64,
    /// When the record was created.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
}

/// One part of the records.
#[derive(Debug, Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct RecordList {
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
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
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
        /// Only these fields, by their names joined with commas; `key` and the times are always
        /// there. Empty for the keys alone.
        fields: Query<Option<String>>,
    ) -> Result<Written<RecordList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let wanted = Wanted {
            limit: page.limit,
            after: page.after,
            sort: sort.0.filter(|sort| !sort.is_empty()),
            filter: filter.0,
            text: q.0,
        };
        let dataset = self.datasets.open(&scope, id.0)?;
        let chosen = dataset.select(fields.0.as_deref())?;
        let found = dataset.page(&wanted, &by).await?;
        Ok(RecordList::written(dataset.schema(), &chosen, &found))
    }

    /// Shows a record.
    ///
    /// The `ETag` is that of the whole record, whichever fields are shown.
    #[oai(
        path = "/datasets/:id/records/:key",
        method = "get",
        operation_id = "getRecord"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        /// The record's key.
        key: Path<String>,
        /// Only these fields, by their names joined with commas. Empty for none.
        fields: Query<Option<String>>,
        #[oai(name = "If-None-Match")] if_none_match: Header<Option<String>>,
    ) -> Result<Seen<Written<RecordView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let chosen = dataset.select(fields.0.as_deref())?;
        let record = dataset.get(&key.0, &by)?;
        let (version, known) = (record.version.0, if_none_match.0.as_deref());
        let view = || RecordView::written(dataset.schema(), &chosen, &record);
        Ok(Seen::at(version, known, view))
    }

    /// Writes a record; fields that are left away become absent.
    ///
    /// A record that is not there is created. `If-Match` guards against overwriting what somebody
    /// else wrote meanwhile, `If-None-Match: *` against overwriting anything.
    #[oai(
        path = "/datasets/:id/records/:key",
        method = "put",
        operation_id = "putRecord"
    )]
    async fn put(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        id: Path<DatasetId>,
        /// The record's key.
        key: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        /// `*` when the record must not be there yet.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
        body: Json<Members>,
    ) -> Result<Tagged<Written<RecordView>>, ApiError> {
        let (present, absent) = (if_match.0.as_deref(), if_none_match.0.as_deref());
        let only_if = tag::if_match_or_absent(present, absent)?;
        let how = (Mode::Replace, only_if);
        self.write(caller, id.0, &key.0, body.0, how).await
    }

    /// Changes some fields of a record; null makes one absent.
    #[oai(
        path = "/datasets/:id/records/:key",
        method = "patch",
        operation_id = "updateRecord"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        id: Path<DatasetId>,
        /// The record's key.
        key: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<Members>,
    ) -> Result<Tagged<Written<RecordView>>, ApiError> {
        let how = (Mode::Merge, tag::if_match(if_match.0.as_deref()));
        self.write(caller, id.0, &key.0, body.0, how).await
    }

    /// Deletes a record.
    #[oai(
        path = "/datasets/:id/records/:key",
        method = "delete",
        operation_id = "deleteRecord"
    )]
    async fn delete(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        id: Path<DatasetId>,
        /// The record's key.
        key: Path<String>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        self.datasets
            .open(&scope, id.0)?
            .remove(&key.0, &tag::if_match(if_match.0.as_deref()), &by)
            .await?;
        Ok(Done::Done)
    }

    /// Exports all records as a file.
    ///
    /// The records are those of one moment, in the order of their keys. In CSV a text that a
    /// spreadsheet would take for a formula has a `'` before it, which an import takes away again.
    ///
    /// Whoever takes longer than nine minutes to fetch it gets an answer that breaks off: such a
    /// file is better made in the background (`POST /datasets/{id}/exports`).
    #[oai(
        path = "/datasets/:id/export",
        method = "get",
        operation_id = "exportRecords"
    )]
    async fn export(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        /// How the file is written.
        format: Query<Format>,
        /// Only these fields, by their names joined with commas; the key field is always there.
        fields: Query<Option<String>>,
    ) -> Result<Response<Binary<Body>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let chosen = dataset.select(fields.0.as_deref())?;
        Ok(sent(dataset.export(format.0, chosen, &by)?))
    }
}

/// The answer that sends a file.
pub(super) fn sent(export: Export) -> Response<Binary<Body>> {
    let disposition = format!("attachment; filename=\"{}\"", export.file_name);
    let kind = export.format.media_type();
    let body = Body::from_bytes_stream(export.into_stream());
    Response::new(Binary(body))
        .header("content-disposition", disposition)
        .header("content-type", kind)
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
        (mode, only_if): (Mode, Precondition),
    ) -> Result<Tagged<Written<RecordView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id)?;
        let is_field = |name: &str| dataset.schema().fields().iter().any(|one| one.name == name);
        // As a record is shown; whoever sends it back so would be told of an unknown field alone.
        if members.get("fields").is_some_and(Value::is_object) && !is_field("fields") {
            let told = "is not wanted here: the body is the values themselves, such as \
                        {\"name\": \"Thigpen\"}, and names no key, version or time";
            return Err(ApiError::invalid("fields", told));
        }
        let body = Value::Object(members).to_string();
        let what = Write {
            key,
            body: body.as_bytes(),
            mode,
            only_if: &only_if,
        };
        let record = dataset.write(what, &by).await?;
        let view = RecordView::written(dataset.schema(), &Selection::default(), &record);
        Ok(Tagged::at(record.version.0, view))
    }
}

// Records are many and hold much: their JSON is written at once, without a tree of values. A test
// holds it to the shape that the API document shows.

impl RecordList {
    pub(super) fn written(schema: &Schema, chosen: &Selection, page: &RecordPage) -> Written<Self> {
        let mut out = Vec::with_capacity(64 + page.records.len() * 512);
        out.extend_from_slice(b"{\"items\":");
        RecordView::write_all(schema, chosen, &page.records, &mut out);
        if let Some(next) = &page.next {
            out.extend_from_slice(b",\"next\":");
            text(&mut out, &next.encode());
        }
        if page.scanned > page.records.len() as u64 {
            out.extend_from_slice(b",\"scanned\":");
            out.extend_from_slice(page.scanned.to_string().as_bytes());
        }
        out.push(b'}');
        Written::new(out)
    }
}

impl RecordView {
    fn written(schema: &Schema, chosen: &Selection, record: &Record) -> Written<Self> {
        let mut out = Vec::with_capacity(512);
        Self::write(schema, chosen, record, &mut out);
        Written::new(out)
    }

    /// Appends a list of records.
    pub(super) fn write_all(
        schema: &Schema,
        chosen: &Selection,
        records: &[Record],
        out: &mut Vec<u8>,
    ) {
        out.push(b'[');
        for (at, record) in records.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            Self::write(schema, chosen, record, out);
        }
        out.push(b']');
    }

    fn write(schema: &Schema, chosen: &Selection, record: &Record, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"key\":");
        text(out, &record.key);
        out.extend_from_slice(b",\"fields\":");
        chosen.write(schema, &record.fields, out);
        let (created, updated) = (Moment(record.created_at), Moment(record.updated_at));
        write!(
            out,
            ",\"version\":{},\"created_at\":\"{created}\",\"updated_at\":\"{updated}\"}}",
            record.version.0
        )
        .expect("memory takes every byte");
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("memory takes every byte");
}

#[cfg(test)]
mod tests {
    use poem_openapi::types::{ParseFromJSON as _, ToJSON as _};

    use super::*;
    use crate::base::Cursor;
    use crate::fields::{Field, FieldType};

    fn schema() -> Schema {
        let kinds = [FieldType::Text, FieldType::Number, FieldType::Json];
        let fields = kinds.map(|kind| Field::new(format!("a \"{}\"", kind.name()), kind));
        Schema::new(fields.into()).unwrap()
    }

    fn record(schema: &Schema) -> Record {
        let json = br#"{"a \"text\"":"x\"\n\u2028","a \"json\"":{"b":[1.5,null]}}"#;
        Record::sample(schema, "K \"1\"\\", json)
    }

    #[test]
    fn what_is_written_has_the_shape_that_is_described() {
        let schema = schema();
        let record = record(&schema);
        for (next, scanned) in [(None, 1), (Some(Cursor(vec![1, 2])), 9)] {
            let page = RecordPage {
                records: vec![record.clone(), record.clone()],
                next,
                scanned,
            };
            let written = RecordList::written(&schema, &Selection::default(), &page).into_bytes();
            let read: Value = serde_json::from_slice(&written).unwrap();
            let list = RecordList::parse_from_json(Some(read.clone())).unwrap();
            assert_eq!(list.to_json(), Some(read));
            assert_eq!(list.items[1].key, record.key);
            assert_eq!(list.next.is_some(), page.next.is_some());
            assert_eq!(list.scanned, (scanned > 2).then_some(scanned));
        }
    }

    #[test]
    fn absent_fields_are_left_out() {
        let schema = schema();
        let written =
            RecordView::written(&schema, &Selection::default(), &record(&schema)).into_bytes();
        let read: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(read["fields"].as_object().unwrap().len(), 2);
        assert_eq!(read["created_at"], "1970-01-01T00:00:00.000Z");
    }
}
