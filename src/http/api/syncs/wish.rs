//! What somebody wants of a sync, and what is proposed to them.

use poem_openapi::Object;

use super::drift::DriftView;
use super::meeting::{ConflictPolicyView, FieldDirectionView};
use super::priority::PriorityView;
use super::view::{ApprovalView, DeletesView, GoneView, ResendView, ScopeView};
use crate::base::{ConnectionId, DatasetId};
use crate::http::api::runs::DirectionView;
use crate::http::{ApiError, Members};
use crate::sync::{
    Approval, Change, ConflictPolicy, Deletes, Direction, Drift, Extent, FieldWay, Gone,
    MeetingChange, New, Previewed, Priority, Proposal, PullingChange, Resend, Target, Ways, Wish,
};

/// A field of the dataset and the remote field that it is to fill, or to be filled from.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct FieldPair {
    /// The dataset's field.
    #[oai(validator(max_length = 120))]
    field: String,
    /// The remote field's id.
    #[oai(validator(max_length = 100))]
    remote_field_id: String,
    /// Which way it goes in a two-way sync (both when left out). The key has none of its own.
    direction: Option<FieldDirectionView>,
}

/// A sync to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct NewSync {
    /// What to call it: 1 to 120 characters, no other sync's name in any case.
    #[oai(validator(max_length = 200))]
    name: String,
    /// Which way records go. It stays: for the other way make another sync.
    #[oai(default)]
    direction: DirectionView,
    /// Who is right about a field that both sides have changed; two-way syncs only (ask when left
    /// out).
    conflicts: Option<ConflictPolicyView>,
    /// What was edited at the provider so many seconds ago or less waits for the next run: it may be
    /// half typed. Two-way syncs only (30 when left out); 0 waits for nothing.
    #[oai(validator(maximum(value = "86400")))]
    wait_seconds: Option<u32>,
    /// What becomes of records here whose remote ones are gone. A push has no such rule.
    gone: Option<GoneView>,
    /// If more records would be deleted here in one run, none is, and a plan must be approved (100 when left out).
    gone_most: Option<u32>,
    /// The same in percent of the records that the sync has linked (20 when left out).
    #[oai(validator(maximum(value = "100")))]
    gone_percent: Option<u8>,
    /// For so many hours after a run of a pull has read the whole table, runs read what was changed
    /// there and nothing else: what was deleted, what formulas give and edits here are seen when
    /// all of it is read again. 0 (when left out): each run reads all of it.
    #[oai(validator(maximum(value = "8760")))]
    full_every_hours: Option<u32>,
    /// The dataset whose records are written, or written into.
    dataset_id: DatasetId,
    /// The connection through which they go.
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
    /// The remote field that holds the key: text or a number, and for a push writable.
    #[oai(validator(max_length = 100))]
    remote_key_field_id: String,
    /// Whether the provider may convert values and add missing options of a select field.
    #[oai(default)]
    typecast: bool,
    /// Whether runs need a plan that somebody has approved.
    #[oai(default)]
    approval: ApprovalView,
    /// Which of the dataset's records are taken; a pull brings all rows.
    #[oai(default)]
    scope: ScopeView,
    /// What becomes of remote records that are no longer wanted.
    #[oai(default)]
    deletes: DeletesView,
    /// So many hours a record must have been missing on one side before it is removed on the other,
    /// where the sync removes what is gone; 0 (when left out): the next run removes it. Not for
    /// two-way syncs.
    #[oai(default, validator(maximum(value = "8760")))]
    quarantine_hours: u32,
    /// What becomes of it when mapped fields of the table are lost, or others are new.
    #[oai(default)]
    drift: DriftView,
    /// What becomes of deliveries to a hook whose answer was lost (`never` when left out). Other
    /// syncs have no such rule.
    resend_unknown: Option<ResendView>,
    /// Whether it also runs when the provider tells that the base has changed; pulls and two-way
    /// syncs at Airtable only.
    #[oai(default)]
    run_on_change: bool,
    /// How soon its runs are taken up when more wait than can be executed.
    #[oai(default)]
    priority: PriorityView,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct SyncChange {
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
    /// Who is right about a field that both sides have changed; two-way syncs only.
    conflicts: Option<ConflictPolicyView>,
    /// What was edited at the provider so many seconds ago or less waits for the next run; two-way
    /// syncs only.
    #[oai(validator(maximum(value = "86400")))]
    wait_seconds: Option<u32>,
    /// What becomes of deliveries to a hook whose answer was lost. Other syncs have no such rule.
    resend_unknown: Option<ResendView>,
    /// What becomes of records here whose remote ones are gone. A push has no such rule.
    gone: Option<GoneView>,
    /// If more records would be deleted here in one run, none is, and a plan must be approved.
    gone_most: Option<u32>,
    /// The same in percent of the records that the sync has linked.
    #[oai(validator(maximum(value = "100")))]
    gone_percent: Option<u8>,
    /// For so many hours after a run of a pull has read the whole table, runs read what was changed
    /// there and nothing else. 0: each run reads all of it.
    #[oai(validator(maximum(value = "8760")))]
    full_every_hours: Option<u32>,
    /// Which of the dataset's records are taken; a pull brings all rows.
    scope: Option<ScopeView>,
    /// What becomes of remote records that are no longer wanted.
    deletes: Option<DeletesView>,
    /// So many hours a record must have been missing on one side before it is removed on the other.
    /// With 0 the next run removes what waits.
    #[oai(validator(maximum(value = "8760")))]
    quarantine_hours: Option<u32>,
    /// What becomes of it when mapped fields of the table are lost, or others are new. A schedule
    /// that rests because of that goes on.
    drift: Option<DriftView>,
    /// Whether it also runs when the provider tells that the base has changed; pulls and two-way
    /// syncs at Airtable only.
    run_on_change: Option<bool>,
    /// How soon its runs are taken up when more wait than can be executed.
    priority: Option<PriorityView>,
}

/// A dataset and a table for which a mapping is wanted.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct SyncTarget {
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
    /// Which way records are to go.
    #[oai(default)]
    direction: DirectionView,
}

/// A pull that is to be looked at before it is made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct PullWish {
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
    /// Which field is filled from where. The key field may be left out.
    #[oai(validator(max_items = 500))]
    mapping: Vec<FieldPair>,
    /// The remote field that holds the key.
    #[oai(validator(max_length = 100))]
    remote_key_field_id: String,
}

/// The first rows of a table as a pull would bring them.
#[derive(Object)]
pub(super) struct PullPreview {
    /// Five at most.
    pub(super) items: Vec<PreviewedRow>,
}

/// A remote row as it would be here.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct PreviewedRow {
    /// The provider's id of it.
    remote_id: String,
    /// The mapped fields that are not empty, by their names in the dataset.
    fields: Members,
    /// Why the dataset would not take it.
    reason: Option<String>,
}

/// A mapping to begin with.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct MappingProposal {
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
pub(super) struct ProposedPair {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// Why these two: `same name`, `like name`, `primary field` or `same kind`.
    reason: String,
}

impl From<FieldPair> for (String, String) {
    fn from(pair: FieldPair) -> Self {
        (pair.field, pair.remote_field_id)
    }
}

/// The fields that go one way alone.
fn ways(pairs: &[FieldPair]) -> Ways {
    let ways = pairs.iter().filter_map(|pair| {
        let way = FieldWay::from(pair.direction?);
        (way != FieldWay::Both).then(|| (pair.field.clone(), way))
    });
    ways.collect()
}

impl TryFrom<NewSync> for New {
    type Error = ApiError;

    fn try_from(new: NewSync) -> Result<Self, ApiError> {
        Ok(Self {
            meeting: MeetingChange {
                policy: new.conflicts.map(ConflictPolicy::from),
                wait_seconds: new.wait_seconds,
            },
            name: new.name,
            direction: new.direction.into(),
            pulling: PullingChange {
                gone: new.gone.map(Gone::from),
                most: new.gone_most,
                percent: new.gone_percent,
                full_every_hours: new.full_every_hours,
            },
            target: Target {
                dataset: new.dataset_id,
                connection: new.connection_id,
                base: new.base_id,
                table: new.table_id,
            },
            wish: Wish {
                ways: ways(&new.mapping),
                pairs: new.mapping.into_iter().map(Into::into).collect(),
                remote_key_field_id: new.remote_key_field_id,
            },
            typecast: new.typecast,
            approval: new.approval.into(),
            scope: new.scope.try_into()?,
            deletes: new.deletes.into(),
            quarantine_hours: new.quarantine_hours,
            drift: new.drift.into(),
            resend: new.resend_unknown.map(Resend::from),
            run_on_change: new.run_on_change,
            priority: new.priority.into(),
        })
    }
}

impl TryFrom<SyncChange> for Change {
    type Error = ApiError;

    fn try_from(change: SyncChange) -> Result<Self, ApiError> {
        let pairs = change.mapping;
        Ok(Self {
            meeting: MeetingChange {
                policy: change.conflicts.map(ConflictPolicy::from),
                wait_seconds: change.wait_seconds,
            },
            ways: pairs.as_deref().map(ways).unwrap_or_default(),
            name: change.name,
            pairs: pairs.map(|pairs| pairs.into_iter().map(Into::into).collect()),
            remote_key_field_id: change.remote_key_field_id,
            typecast: change.typecast,
            approval: change.approval.map(Approval::from),
            resend: change.resend_unknown.map(Resend::from),
            pulling: PullingChange {
                gone: change.gone.map(Gone::from),
                most: change.gone_most,
                percent: change.gone_percent,
                full_every_hours: change.full_every_hours,
            },
            scope: change.scope.map(Extent::try_from).transpose()?,
            deletes: change.deletes.map(Deletes::from),
            quarantine_hours: change.quarantine_hours,
            drift: change.drift.map(Drift::from),
            run_on_change: change.run_on_change,
            priority: change.priority.map(Priority::from),
            lost: Vec::new(),
        })
    }
}

impl From<SyncTarget> for (Target, Direction) {
    fn from(wanted: SyncTarget) -> Self {
        let target = Target {
            dataset: wanted.dataset_id,
            connection: wanted.connection_id,
            base: wanted.base_id,
            table: wanted.table_id,
        };
        (target, wanted.direction.into())
    }
}

impl From<PullWish> for (Target, Wish) {
    fn from(wanted: PullWish) -> Self {
        let target = Target {
            dataset: wanted.dataset_id,
            connection: wanted.connection_id,
            base: wanted.base_id,
            table: wanted.table_id,
        };
        let wish = Wish {
            ways: Ways::new(),
            pairs: wanted.mapping.into_iter().map(Into::into).collect(),
            remote_key_field_id: wanted.remote_key_field_id,
        };
        (target, wish)
    }
}

impl From<Previewed> for PreviewedRow {
    fn from(row: Previewed) -> Self {
        let fields = row.fields.into_iter();
        let fields = fields.map(|(name, value)| (name, value.to_json()));
        Self {
            remote_id: row.remote_id,
            fields: Members(fields.collect()),
            reason: row.reason,
        }
    }
}

impl From<Proposal> for MappingProposal {
    fn from(proposal: Proposal) -> Self {
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
