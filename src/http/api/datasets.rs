//! Tables of records.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::Any;
use poem_openapi::{Object, OpenApi};
use serde_json::Value;

use super::imports::ProblemView;
use super::{DependentList, Done, Made, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::DatasetId;
use crate::datasets::{Access, Change, Dataset, Datasets, Format, New, PREVIEW_BYTES, preview};
use crate::fields::{Field, FieldType, MAX_FIELDS};
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, File, Moment};
use crate::sync::Syncs;

pub(super) struct Resource {
    datasets: Datasets,
    syncs: Syncs,
    pages: Pages,
}

/// One field of a schema.
#[derive(Object)]
#[oai(rename = "Field", deny_unknown_fields, skip_serializing_if_is_none)]
struct FieldView {
    /// The name: 1 to 120 characters, no other field's in any case of letters.
    name: String,
    /// What the field holds.
    #[oai(rename = "type")]
    kind: FieldType,
    /// Whether every record must have it.
    #[oai(default)]
    required: bool,
    /// Whether records can be found and sorted by it without looking at all of them.
    #[oai(default)]
    indexed: bool,
    /// What a choice may be; absent for anything.
    #[oai(validator(max_items = 1000))]
    choices: Option<Vec<String>>,
}

/// A dataset.
#[derive(Object)]
#[oai(rename = "Dataset", skip_serializing_if_is_none)]
struct DatasetView {
    /// The dataset's id.
    id: DatasetId,
    /// What people call it.
    name: String,
    /// The field that tells records apart.
    key_field: String,
    /// The fields in order.
    fields: Vec<FieldView>,
    /// How far the caller may go: `owner`, or as far as it is shared with them.
    access: Access,
    /// The address of its owner, when it is shared with the caller.
    shared_by: Option<String>,
    /// How many records it has.
    records: u64,
    /// When it was created.
    created_at: Moment,
    /// When its name or fields were last changed.
    updated_at: Moment,
    /// Rises with every change of its name or fields; in quotes it is the `ETag`.
    version: u64,
}

/// One part of the list of datasets.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct DatasetList {
    /// In the order of their creation.
    items: Vec<DatasetView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A dataset to be created.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewDataset {
    /// What people call it: no other dataset of the owner has the name in any case of letters.
    #[oai(validator(max_length = 200))]
    name: String,
    /// The field that tells records apart.
    #[oai(validator(max_length = 200))]
    key_field: String,
    /// The fields in order.
    #[oai(validator(max_items = 500))]
    fields: Vec<FieldView>,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct DatasetChange {
    /// Another name.
    #[oai(validator(max_length = 200))]
    name: Option<String>,
    /// All fields, in order. One that is missing is dropped with its values.
    #[oai(validator(max_items = 500))]
    fields: Option<Vec<FieldView>>,
}

/// What the beginning of a file suggests.
#[derive(Object)]
#[oai(rename = "Preview")]
struct PreviewView {
    /// The fields, in the file's order.
    fields: Vec<FieldView>,
    /// The first rows, by the fields' names; 20 at most.
    rows: Vec<Any<Value>>,
    /// The fields that tell every row from the others, the likeliest first.
    key_candidates: Vec<String>,
    /// What is wrong with the rows that were looked at.
    problems: Vec<ProblemView>,
}

#[OpenApi(tag = "Tag::Datasets")]
impl Resource {
    /// Lists the caller's datasets, and those that others share with them.
    #[oai(path = "/datasets", method = "get", operation_id = "listDatasets")]
    async fn list(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<DatasetList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let (datasets, next) = self
            .datasets
            .list(&scope, page.limit, page.after.as_ref(), &by)?;
        let items = datasets.iter().map(DatasetView::of);
        Ok(Json(DatasetList {
            items: items.collect::<Result<_, _>>()?,
            next: next.map(|cursor| cursor.encode()),
        }))
    }

    /// Creates an empty dataset.
    #[oai(path = "/datasets", method = "post", operation_id = "createDataset")]
    async fn create(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        body: Json<NewDataset>,
    ) -> Result<Made<DatasetView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let new = New {
            name: body.0.name,
            key_field: body.0.key_field,
            fields: body.0.fields.into_iter().map(Field::from).collect(),
        };
        let dataset = self.datasets.create(&scope, new, &by).await?;
        Ok(Made::Made(Json(DatasetView::of(&dataset)?)))
    }

    /// Looks at the beginning of a file and proposes a schema for it.
    ///
    /// The first 256 KiB of the body are looked at; nothing is kept.
    #[oai(
        path = "/datasets/preview",
        method = "post",
        operation_id = "previewFile"
    )]
    async fn preview(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        /// How the file is written.
        format: Query<Format>,
        body: File,
    ) -> Result<Json<PreviewView>, ApiError> {
        caller.owner()?;
        let bytes = body.0.into_bytes().await.map_err(poem::Error::from)?;
        let beginning = &bytes[..bytes.len().min(PREVIEW_BYTES)];
        let found = preview(format.0, beginning).map_err(crate::datasets::Error::from)?;
        Ok(Json(PreviewView {
            fields: found.fields.into_iter().map(FieldView::from).collect(),
            rows: found
                .rows
                .into_iter()
                .map(|row| Any(Value::Object(row)))
                .collect(),
            key_candidates: found.key_candidates,
            problems: found.problems.into_iter().map(ProblemView::from).collect(),
        }))
    }

    /// Shows a dataset.
    #[oai(path = "/datasets/:id", method = "get", operation_id = "getDataset")]
    async fn show(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
    ) -> Result<Tagged<Json<DatasetView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        dataset.note_read(&by);
        let view = DatasetView::of(&dataset)?;
        Ok(Tagged::at(view.version, Json(view)))
    }

    /// Renames a dataset or changes its fields.
    ///
    /// Every record must fit the new fields. A new index answers queries as soon as the records
    /// have been gone through in the background.
    #[oai(
        path = "/datasets/:id",
        method = "patch",
        operation_id = "updateDataset"
    )]
    async fn update(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        id: Path<DatasetId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<DatasetChange>,
    ) -> Result<Tagged<Json<DatasetView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let fields = body.0.fields;
        let change = Change {
            name: body.0.name,
            fields: fields.map(|fields| fields.into_iter().map(Field::from).collect()),
        };
        let dataset = self.datasets.open(&scope, id.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), dataset.version().0)?;
        let view = DatasetView::of(&dataset.alter(change, &by).await?)?;
        Ok(Tagged::at(view.version, Json(view)))
    }

    /// Deletes a dataset with its records.
    ///
    /// Refused with `referenced` while syncs need it, unless `cascade` is true: they go with it.
    #[oai(
        path = "/datasets/:id",
        method = "delete",
        operation_id = "deleteDataset"
    )]
    async fn delete(
        &self,
        #[oai(scope = "Permission::DatasetWrite")] caller: Caller,
        id: Path<DatasetId>,
        /// Whether what needs the dataset is deleted with it.
        #[oai(default)]
        cascade: Query<bool>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), dataset.version().0)?;
        if cascade.0 {
            dataset.delete_all(&by).await?;
        } else {
            dataset.delete(&by).await?;
        }
        Ok(Done::Done)
    }

    /// Lists what needs a dataset.
    ///
    /// Its owner sees their own syncs and those whom it is shared with; somebody whom it is shared
    /// with sees their own syncs, which do nothing once they have it no more.
    #[oai(
        path = "/datasets/:id/dependents",
        method = "get",
        operation_id = "listDatasetDependents"
    )]
    async fn dependents(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
    ) -> Result<Json<DependentList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        if dataset.access() == Access::Owner {
            return Ok(Json(dataset.dependents(&by)?.iter().collect()));
        }
        dataset.note_read(&by);
        let borrowers = self.syncs.borrowers(id.0)?.into_iter();
        let own = borrowers.filter(|borrower| borrower.user == scope.owner());
        Ok(Json(own.collect()))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        Self {
            datasets: app.datasets.clone(),
            syncs: app.syncs.clone(),
            pages,
        }
    }
}

impl DatasetView {
    fn of(dataset: &Dataset) -> Result<Self, ApiError> {
        let definition = dataset.definition();
        let fields = definition.fields.iter().cloned();
        Ok(Self {
            id: dataset.id(),
            name: definition.name.clone(),
            key_field: definition.key_field.clone(),
            fields: fields.map(FieldView::from).collect(),
            access: dataset.access(),
            shared_by: dataset.shared_by().map(str::to_owned),
            records: dataset.count()?,
            created_at: definition.created_at.into(),
            updated_at: definition.updated_at.into(),
            version: dataset.version().0,
        })
    }
}

impl From<Field> for FieldView {
    fn from(field: Field) -> Self {
        Self {
            name: field.name,
            kind: field.kind,
            required: field.required,
            indexed: field.indexed,
            choices: Some(field.choices).filter(|choices| !choices.is_empty()),
        }
    }
}

impl From<FieldView> for Field {
    fn from(view: FieldView) -> Self {
        Self {
            name: view.name,
            kind: view.kind,
            required: view.required,
            indexed: view.indexed,
            choices: view.choices.unwrap_or_default(),
        }
    }
}

const _: () = assert!(MAX_FIELDS == 500, "the validators above name the number");
