//! Agreements between a dataset and a remote table.

use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::runs::RunView;
use super::{Done, Made, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{ConnectionId, DatasetId, SyncId};
use crate::http::page::Pages;
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};
use crate::sync::{self, Approval, Change, Named, New, Overview, Pair, Syncs, Target, Wish};

pub(super) struct Resource {
    syncs: Syncs,
    pages: Pages,
}

/// A sync.
#[derive(Object)]
#[oai(rename = "Sync", skip_serializing_if_is_none)]
struct SyncView {
    /// The sync's id.
    id: SyncId,
    /// What its owner calls it.
    name: String,
    /// Where records come from.
    dataset: DatasetName,
    /// Through which account they go.
    connection: ConnectionName,
    /// The base that they go to.
    base: RemoteName,
    /// The table that they go to.
    table: RemoteName,
    /// Which field goes where; the dataset's key field comes first.
    mapping: Vec<MappedField>,
    /// The remote field that holds the key.
    remote_key_field_id: String,
    /// Whether the provider may convert values and add missing options of a select field.
    typecast: bool,
    /// Whether runs need a plan that somebody has approved.
    approval: ApprovalView,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// The run that was asked for last.
    last_run: Option<RunView>,
    /// Rises with every change of the sync, not with its runs; in quotes it is the `ETag`.
    version: u64,
}

/// Whether the runs of a sync need a plan that somebody has approved.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "SyncApproval", rename_all = "snake_case")]
enum ApprovalView {
    /// A run plans as it goes.
    #[default]
    Never,
    /// Nothing is written but what is in an approved plan.
    Always,
}

/// A dataset by its name.
#[derive(Object)]
struct DatasetName {
    /// The dataset's id.
    id: DatasetId,
    /// What its owner calls it.
    name: String,
}

/// A connection by its name.
#[derive(Object)]
struct ConnectionName {
    /// The connection's id.
    id: ConnectionId,
    /// What its owner calls it.
    name: String,
    /// The provider, such as `airtable`.
    provider: String,
}

/// Something at a provider by its name.
#[derive(Object)]
struct RemoteName {
    /// The provider's id of it.
    id: String,
    /// Its name when it was last looked at.
    name: String,
}

/// A field of the dataset and the remote field that it fills.
#[derive(Object)]
struct MappedField {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// The remote field's name when it was last looked at.
    remote_field_name: String,
    /// The remote field's type in the provider's word.
    remote_type: String,
}

/// One part of the list of syncs.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct SyncList {
    /// In the order in which they were made.
    items: Vec<SyncView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// A field of the dataset and the remote field that it is to fill.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct FieldPair {
    /// The dataset's field.
    #[oai(validator(max_length = 120))]
    field: String,
    /// The remote field's id.
    #[oai(validator(max_length = 100))]
    remote_field_id: String,
}

/// A sync to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewSync {
    /// What to call it: 1 to 120 characters, no other sync's name in any case.
    #[oai(validator(max_length = 200))]
    name: String,
    /// The dataset whose records are written.
    dataset_id: DatasetId,
    /// The connection through which they are written.
    connection_id: ConnectionId,
    /// The provider's id of the base.
    #[oai(validator(max_length = 100))]
    base_id: String,
    /// The provider's id of the table.
    #[oai(validator(max_length = 100))]
    table_id: String,
    /// Which field goes where. The key field may be left out.
    #[oai(validator(max_items = 500))]
    mapping: Vec<FieldPair>,
    /// The remote field that holds the key: writable, text or a number.
    #[oai(validator(max_length = 100))]
    remote_key_field_id: String,
    /// Whether the provider may convert values and add missing options of a select field.
    #[oai(default)]
    typecast: bool,
    /// Whether runs need a plan that somebody has approved.
    #[oai(default)]
    approval: ApprovalView,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct SyncChange {
    /// What to call it.
    #[oai(validator(max_length = 200))]
    name: Option<String>,
    /// Which field goes where.
    #[oai(validator(max_items = 500))]
    mapping: Option<Vec<FieldPair>>,
    /// The remote field that holds the key.
    #[oai(validator(max_length = 100))]
    remote_key_field_id: Option<String>,
    /// Whether the provider may convert values and add missing options.
    typecast: Option<bool>,
    /// Whether runs need a plan that somebody has approved.
    approval: Option<ApprovalView>,
}

/// A dataset and a table for which a mapping is wanted.
#[derive(Object)]
#[oai(deny_unknown_fields)]
#[expect(
    clippy::struct_field_names,
    reason = "the members' names are the API's"
)]
struct SyncTarget {
    /// The dataset.
    dataset_id: DatasetId,
    /// The connection.
    connection_id: ConnectionId,
    /// The provider's id of the base.
    #[oai(validator(max_length = 100))]
    base_id: String,
    /// The provider's id of the table.
    #[oai(validator(max_length = 100))]
    table_id: String,
}

/// A mapping to begin with.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct MappingProposal {
    /// The pairs, in the order of the dataset's fields.
    mapping: Vec<ProposedPair>,
    /// The remote field for the key, if one can hold it.
    remote_key_field_id: Option<String>,
    /// The dataset's fields that have no counterpart.
    unmapped_fields: Vec<String>,
    /// What should be known before agreeing.
    problems: Vec<String>,
}

/// Where a field might go, and why.
#[derive(Object)]
struct ProposedPair {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// Why these two: `same name`, `like name`, `primary field` or `same kind`.
    reason: String,
}

#[OpenApi(tag = "Tag::Syncs")]
impl Resource {
    /// Lists one's own syncs.
    #[oai(path = "/syncs", method = "get", operation_id = "listSyncs")]
    async fn list(
        &self,
        caller: Caller,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<SyncList>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncRead)?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let listed = self.syncs.list(&scope, &page.into(), &by)?;
        let views = listed.syncs.iter().map(view);
        Ok(Json(SyncList {
            items: views.collect::<Result<_, _>>()?,
            next: listed.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Makes a sync.
    ///
    /// The table is looked at, and everything that is wrong with the mapping is told at once.
    #[oai(path = "/syncs", method = "post", operation_id = "createSync")]
    async fn create(
        &self,
        caller: Caller,
        body: Json<NewSync>,
    ) -> Result<Made<SyncView>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncWrite)?;
        let sync = self.syncs.create(&scope, body.0.into(), &by).await?;
        Ok(Made::Made(Json(view(&sync)?)))
    }

    /// Proposes a mapping.
    ///
    /// Fields are paired by name, likeness of name, and kind; nothing is kept.
    #[oai(
        path = "/syncs/proposal",
        method = "post",
        operation_id = "proposeMapping"
    )]
    async fn propose(
        &self,
        caller: Caller,
        body: Json<SyncTarget>,
    ) -> Result<Json<MappingProposal>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncWrite)?;
        let proposal = self.syncs.propose(&scope, &body.0.into(), &by).await?;
        Ok(Json(proposal.into()))
    }

    /// Shows a sync.
    #[oai(path = "/syncs/:id", method = "get", operation_id = "getSync")]
    async fn show(
        &self,
        caller: Caller,
        id: Path<SyncId>,
    ) -> Result<Tagged<Json<SyncView>>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncRead)?;
        let sync = self.syncs.read(&scope, id.0, &by)?;
        Ok(Tagged::at(sync.version().0, Json(view(&sync)?)))
    }

    /// Changes a sync.
    ///
    /// A new mapping is looked at with the table as it is now. The next run writes what it changes.
    #[oai(path = "/syncs/:id", method = "patch", operation_id = "updateSync")]
    async fn update(
        &self,
        caller: Caller,
        id: Path<SyncId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        body: Json<SyncChange>,
    ) -> Result<Tagged<Json<SyncView>>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncWrite)?;
        let sync = self.syncs.open(&scope, id.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), sync.version().0)?;
        let sync = sync.change(body.0.into(), &by).await?;
        Ok(Tagged::at(sync.version().0, Json(view(&sync)?)))
    }

    /// Deletes a sync with its runs and links.
    ///
    /// The remote table stays as it is. Waits for no run: one that has not ended is in the way.
    #[oai(path = "/syncs/:id", method = "delete", operation_id = "deleteSync")]
    async fn delete(
        &self,
        caller: Caller,
        id: Path<SyncId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.require(Permission::SyncWrite)?;
        let sync = self.syncs.open(&scope, id.0)?;
        tag::demand(&tag::if_match(if_match.0.as_deref()), sync.version().0)?;
        sync.delete(&by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        let syncs = app.syncs.clone();
        Self { syncs, pages }
    }
}

fn view(sync: &sync::Sync) -> Result<SyncView, ApiError> {
    let Overview {
        dataset,
        connection,
        provider,
        last_run,
    } = sync.overview()?;
    let kept = sync.definition().clone();
    Ok(SyncView {
        id: sync.id(),
        name: kept.name,
        dataset: DatasetName {
            id: kept.dataset,
            name: dataset,
        },
        connection: ConnectionName {
            id: kept.connection,
            name: connection,
            provider,
        },
        base: kept.base.into(),
        table: kept.table.into(),
        mapping: kept.mapping.into_iter().map(MappedField::from).collect(),
        remote_key_field_id: kept.remote_key_field_id,
        typecast: kept.typecast,
        approval: kept.approval.into(),
        created_at: kept.created_at.into(),
        updated_at: kept.updated_at.into(),
        last_run: last_run.map(|run| RunView::of(&run, sync.now())),
        version: sync.version().0,
    })
}

impl From<Named> for RemoteName {
    fn from(Named { id, name }: Named) -> Self {
        Self { id, name }
    }
}

impl From<Pair> for MappedField {
    fn from(pair: Pair) -> Self {
        Self {
            field: pair.field,
            remote_field_id: pair.remote_field_id,
            remote_field_name: pair.remote_field_name,
            remote_type: pair.remote_type,
        }
    }
}

impl From<FieldPair> for (String, String) {
    fn from(pair: FieldPair) -> Self {
        (pair.field, pair.remote_field_id)
    }
}

impl From<NewSync> for New {
    fn from(new: NewSync) -> Self {
        Self {
            name: new.name,
            target: Target {
                dataset: new.dataset_id,
                connection: new.connection_id,
                base: new.base_id,
                table: new.table_id,
            },
            wish: Wish {
                pairs: new.mapping.into_iter().map(Into::into).collect(),
                remote_key_field_id: new.remote_key_field_id,
            },
            typecast: new.typecast,
            approval: new.approval.into(),
        }
    }
}

impl From<SyncChange> for Change {
    fn from(change: SyncChange) -> Self {
        let pairs = change.mapping;
        Self {
            name: change.name,
            pairs: pairs.map(|pairs| pairs.into_iter().map(Into::into).collect()),
            remote_key_field_id: change.remote_key_field_id,
            typecast: change.typecast,
            approval: change.approval.map(Approval::from),
        }
    }
}

impl From<Approval> for ApprovalView {
    fn from(approval: Approval) -> Self {
        match approval {
            Approval::Never => Self::Never,
            Approval::Always => Self::Always,
        }
    }
}

impl From<ApprovalView> for Approval {
    fn from(approval: ApprovalView) -> Self {
        match approval {
            ApprovalView::Never => Self::Never,
            ApprovalView::Always => Self::Always,
        }
    }
}

impl From<SyncTarget> for Target {
    fn from(target: SyncTarget) -> Self {
        Self {
            dataset: target.dataset_id,
            connection: target.connection_id,
            base: target.base_id,
            table: target.table_id,
        }
    }
}

impl From<sync::Proposal> for MappingProposal {
    fn from(proposal: sync::Proposal) -> Self {
        let pairs = proposal.pairs.into_iter().map(|pair| ProposedPair {
            field: pair.field,
            remote_field_id: pair.remote_field_id,
            reason: pair.reason.name().to_owned(),
        });
        Self {
            mapping: pairs.collect(),
            remote_key_field_id: proposal.remote_key_field_id,
            unmapped_fields: proposal.unmapped,
            problems: proposal.problems,
        }
    }
}
