//! The records of a dataset that a user has picked.

use poem::Body;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{Binary, Json, Response};
use poem_openapi::types::Example;
use poem_openapi::{Object, OpenApi};

use super::records::{RecordList, sent};
use super::{Done, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::DatasetId;
use crate::datasets::{Datasets, Format, MANY, MOST_SELECTED, Picked, Picking};
use crate::http::page::Pages;
use crate::http::written::Written;
use crate::http::{ApiError, Caller};

pub(super) struct Resource {
    datasets: Datasets,
    pages: Pages,
}

/// The caller's selection in a dataset.
#[derive(Object)]
#[oai(rename = "Selection", example)]
struct SelectionView {
    /// How many records the caller has picked.
    records: u64,
    /// How many they can pick at most.
    most: u64,
}

/// One part of the keys that the caller has picked.
#[derive(Object)]
#[oai(rename = "SelectedKeys", skip_serializing_if_is_none)]
struct KeyList {
    /// In their order.
    keys: Vec<String>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// What is to be changed of a selection.
#[derive(Object)]
#[oai(rename = "SelectionChange", deny_unknown_fields, example)]
struct ChangeView {
    /// The keys of records to pick.
    #[oai(default, validator(max_items = 10_000))]
    add: Vec<String>,
    /// The keys of records to let go; a key that stands in both lists is let go.
    #[oai(default, validator(max_items = 10_000))]
    remove: Vec<String>,
}

/// The records that are to be picked, and no others.
#[derive(Object)]
#[oai(rename = "NewSelection", deny_unknown_fields, example)]
struct NewSelection {
    /// Their keys.
    #[oai(validator(max_items = 10_000))]
    keys: Vec<String>,
}

/// Which records are to be picked, as in the list of records; without both, all are.
#[derive(Object)]
#[oai(
    rename = "SelectionQuery",
    deny_unknown_fields,
    example,
    skip_serializing_if_is_none
)]
struct Matching {
    /// Conditions joined by `and`, such as `state = "CA" and latitude > 30`.
    filter: Option<String>,
    /// A text that stands in the key or in a textual field, in any case of letters.
    q: Option<String>,
    /// Whether records that were picked before and do not match are let go.
    #[oai(default)]
    replace: bool,
}

/// Keys of which is asked whether they are picked.
#[derive(Object)]
#[oai(rename = "SelectionLookup", deny_unknown_fields, example)]
struct Lookup {
    /// The keys: 1 to 500.
    #[oai(validator(min_items = 1, max_items = 500))]
    keys: Vec<String>,
}

/// Which of some keys the caller has picked.
#[derive(Object)]
#[oai(rename = "SelectionFound")]
struct Found {
    /// Those that are, in the order in which they were asked for.
    selected: Vec<String>,
}

/// What became of a selection.
#[derive(Object)]
#[oai(rename = "SelectionChanged")]
struct ChangedView {
    /// How many records the caller has picked now.
    records: u64,
    /// How many were picked by this change.
    added: u64,
    /// How many were let go by it.
    removed: u64,
    /// The keys that were to be picked and have no record.
    missing: Vec<String>,
}

#[OpenApi(tag = "Tag::Records")]
impl Resource {
    /// Shows how many records the caller has picked.
    ///
    /// Everybody who may see a dataset has a selection of their own in it, which nobody else sees.
    /// A record that is deleted leaves every selection with that.
    #[oai(
        path = "/datasets/:id/selection",
        method = "get",
        operation_id = "getSelection"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
    ) -> Result<Json<SelectionView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        dataset.note_read(&by);
        Ok(Json(SelectionView {
            records: dataset.selected().await?,
            most: MOST_SELECTED as u64,
        }))
    }

    /// Lists the keys that the caller has picked.
    #[oai(
        path = "/datasets/:id/selection/keys",
        method = "get",
        operation_id = "listSelectedKeys"
    )]
    async fn keys(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<KeyList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let (keys, next) = dataset.selected_keys(page.limit, page.after.as_ref(), &by)?;
        let next = next.map(|cursor| cursor.encode());
        Ok(Json(KeyList { keys, next }))
    }

    /// Lists the records that the caller has picked, in the order of their keys.
    #[oai(
        path = "/datasets/:id/selection/records",
        method = "get",
        operation_id = "listSelectedRecords"
    )]
    async fn records(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
        /// Only these fields, by their names joined with commas; `key` and the times are always
        /// there. Empty for the keys alone.
        fields: Query<Option<String>>,
    ) -> Result<Written<RecordList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let dataset = self.datasets.open(&scope, id.0)?;
        let chosen = dataset.select(fields.0.as_deref())?;
        let found = dataset.selected_records(page.limit, page.after, &by);
        Ok(RecordList::written(
            dataset.schema(),
            &chosen,
            &found.await?,
        ))
    }

    /// Tells which of some records the caller has picked.
    #[oai(
        path = "/datasets/:id/selection/lookup",
        method = "post",
        operation_id = "lookUpSelection"
    )]
    async fn look_up(
        &self,
        #[oai(scope = "Permission::DatasetRead")] caller: Caller,
        id: Path<DatasetId>,
        body: Json<Lookup>,
    ) -> Result<Json<Found>, ApiError> {
        let (by, scope) = caller.owner()?;
        let dataset = self.datasets.open(&scope, id.0)?;
        dataset.note_read(&by);
        let selected = dataset.selected_among(body.0.keys).await?;
        Ok(Json(Found { selected }))
    }

    /// Picks records, and lets go of some.
    ///
    /// The change is made as a whole or, where more than 10,000 records would be picked, not at
    /// all. Keys without a record are named in the answer and left out.
    #[oai(
        path = "/datasets/:id/selection",
        method = "patch",
        operation_id = "changeSelection"
    )]
    async fn change(
        &self,
        #[oai(scope = "Permission::DatasetSelect")] caller: Caller,
        id: Path<DatasetId>,
        body: Json<ChangeView>,
    ) -> Result<Json<ChangedView>, ApiError> {
        let ChangeView { add, remove } = body.0;
        self.pick(caller, id.0, Picking::Change { add, remove })
            .await
    }

    /// Picks records in the place of all that were.
    #[oai(
        path = "/datasets/:id/selection",
        method = "put",
        operation_id = "replaceSelection"
    )]
    async fn replace(
        &self,
        #[oai(scope = "Permission::DatasetSelect")] caller: Caller,
        id: Path<DatasetId>,
        body: Json<NewSelection>,
    ) -> Result<Json<ChangedView>, ApiError> {
        self.pick(caller, id.0, Picking::Replace(body.0.keys)).await
    }

    /// Picks every record that matches now.
    ///
    /// A record that comes to match later is not picked by that: a sync that is to go by a
    /// condition has a filter of its own.
    #[oai(
        path = "/datasets/:id/selection/matching",
        method = "post",
        operation_id = "selectMatching"
    )]
    async fn matching(
        &self,
        #[oai(scope = "Permission::DatasetSelect")] caller: Caller,
        id: Path<DatasetId>,
        body: Json<Matching>,
    ) -> Result<Json<ChangedView>, ApiError> {
        let Matching { filter, q, replace } = body.0;
        let what = Picking::Matching {
            filter,
            text: q,
            alone: replace,
        };
        self.pick(caller, id.0, what).await
    }

    /// Lets go of all records that the caller has picked.
    #[oai(
        path = "/datasets/:id/selection",
        method = "delete",
        operation_id = "clearSelection"
    )]
    async fn clear(
        &self,
        #[oai(scope = "Permission::DatasetSelect")] caller: Caller,
        id: Path<DatasetId>,
    ) -> Result<Done, ApiError> {
        self.pick(caller, id.0, Picking::Clear).await?;
        Ok(Done::Done)
    }

    /// Exports the records that the caller has picked as a file.
    ///
    /// As for all records: those of one moment, in the order of their keys.
    #[oai(
        path = "/datasets/:id/selection/export",
        method = "get",
        operation_id = "exportSelection"
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
        Ok(sent(dataset.export_selected(format.0, chosen, &by).await?))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let datasets = app.datasets.clone();
        Self { datasets, pages }
    }

    async fn pick(
        &self,
        caller: Caller,
        id: DatasetId,
        what: Picking,
    ) -> Result<Json<ChangedView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let picked = self.datasets.open(&scope, id)?.pick(what, &by).await?;
        Ok(Json(picked.into()))
    }
}

impl From<Picked> for ChangedView {
    fn from(picked: Picked) -> Self {
        Self {
            records: picked.records,
            added: picked.added,
            removed: picked.removed,
            missing: picked.missing,
        }
    }
}

impl Example for SelectionView {
    fn example() -> Self {
        Self {
            records: 12,
            most: MOST_SELECTED as u64,
        }
    }
}

impl Example for ChangeView {
    fn example() -> Self {
        Self {
            add: ["00M", "00R"].map(str::to_owned).into(),
            remove: vec!["00V".to_owned()],
        }
    }
}

impl Example for NewSelection {
    fn example() -> Self {
        Self {
            keys: ["00M", "00R"].map(str::to_owned).into(),
        }
    }
}

impl Example for Matching {
    fn example() -> Self {
        Self {
            filter: Some("state = \"CA\"".to_owned()),
            q: None,
            replace: false,
        }
    }
}

impl Example for Lookup {
    fn example() -> Self {
        Self {
            keys: ["00M", "00R"].map(str::to_owned).into(),
        }
    }
}

const _: () = assert!(
    MANY == 500 && MOST_SELECTED == 10_000,
    "the validators above name the numbers"
);
