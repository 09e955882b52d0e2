//! How syncs are shown.

use poem_openapi::types::Example;
use poem_openapi::{Enum, Object};

use super::drift::{DriftView, DriftedView};
use super::meeting::{ConflictPolicyView, FieldDirectionView};
use super::priority::PriorityView;
use super::watch::WatchView;
use crate::base::{ConnectionId, DatasetId, SyncId};
use crate::http::api::runs::{DirectionView, FailureView, RunView};
use crate::http::{ApiError, Moment};
use crate::sync::{
    Approval, Deletes, Direction, Extent, FieldWay, Gone, Named, Pair, Policy, Resend, Sync,
    Trouble,
};

/// A sync.
#[derive(Object)]
#[oai(rename = "Sync", skip_serializing_if_is_none)]
pub(super) struct SyncView {
    /// The sync's id.
    id: SyncId,
    /// What its owner calls it.
    name: String,
    /// Which way records go.
    direction: DirectionView,
    /// Who is right about a field that both sides have changed; two-way syncs only.
    conflicts: Option<ConflictPolicyView>,
    /// What was edited at the provider so many seconds ago or less waits for the next run; two-way
    /// syncs only.
    wait_seconds: Option<u32>,
    /// How many conflicts nobody has solved; two-way syncs only.
    conflicts_open: Option<u64>,
    /// What becomes of records here whose remote ones are gone; not for pushes.
    gone: Option<GoneView>,
    /// If more records would be deleted here in one run, none is; not for pushes.
    gone_most: Option<u32>,
    /// The same in percent of the records that the sync has linked; not for pushes.
    gone_percent: Option<u8>,
    /// For so many hours after a run has read the whole table, runs read what was changed there and
    /// nothing else; 0 when each run reads all of it; pulls only.
    full_every_hours: Option<u32>,
    /// The dataset whose records they are.
    dataset: DatasetName,
    /// Through which account they go.
    connection: ConnectionName,
    /// The base that holds the table.
    base: RemoteName,
    /// The table at the provider.
    table: RemoteName,
    /// Which field belongs to which; the dataset's key field comes first.
    mapping: Vec<MappedField>,
    /// The remote field that holds the key.
    remote_key_field_id: String,
    /// Whether the provider may convert values and add missing options of a select field.
    typecast: bool,
    /// Whether runs need a plan that somebody has approved.
    approval: ApprovalView,
    /// Which of the dataset's records it takes.
    scope: ScopeView,
    /// What becomes of remote records whose record here is gone, or is none that the sync takes.
    deletes: DeletesView,
    /// So many hours a record must have been missing on one side before it is removed on the other.
    quarantine_hours: u32,
    /// What becomes of it when mapped fields of the table are lost, or others are new.
    drift: DriftView,
    /// How mapping and table have grown apart, as the last run found.
    drifted: Option<DriftedView>,
    /// What becomes of deliveries whose answer was lost; hooks only.
    resend_unknown: Option<ResendView>,
    /// Whether it also runs when the provider tells that the base has changed; not for pushes.
    run_on_change: Option<bool>,
    /// How the provider is asked to tell so; absent until that has begun.
    watch: Option<WatchView>,
    /// How soon its runs are taken up when more wait than can be executed.
    priority: PriorityView,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// The run that was asked for last.
    last_run: Option<RunView>,
    /// When it runs next by itself.
    next_run_at: Option<Moment>,
    /// How it fails, while it does so time after time (`sync.failing_after`).
    failing: Option<FailingView>,
    /// Rises with every change of the sync, not with its runs; in quotes it is the `ETag`.
    version: u64,
}

/// What becomes of a record here whose remote one is gone.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SyncGone", rename_all = "snake_case")]
pub(super) enum GoneView {
    /// It stays. A pull no longer links it to anything; a two-way sync does not make it there again
    /// until it is changed here.
    Keep,
    /// It is deleted, if nobody has changed it here; by a pull only if the sync has created it.
    Delete,
}

/// Whether the runs of a sync need a plan that somebody has approved.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "SyncApproval", rename_all = "snake_case")]
pub(super) enum ApprovalView {
    /// A run plans as it goes.
    #[default]
    Never,
    /// Nothing is written but what is in an approved plan.
    Always,
}

/// What becomes of remote records whose record here is gone, or is none that the sync takes.
#[derive(Object)]
#[oai(rename = "SyncDeletes", deny_unknown_fields, example)]
pub(super) struct DeletesView {
    /// What is done to them. A connection says which of these its provider knows.
    policy: PolicyView,
    /// Whether that goes for records too that were there before, and that the sync has met by their
    /// key.
    #[oai(default)]
    matched: bool,
    /// A run that would remove more than so many removes none; a plan that is approved may.
    #[oai(default = "most_records", validator(minimum(value = "1")))]
    most_records: u32,
    /// A run that would remove more than so many in a hundred of the linked records removes none; a
    /// plan that is approved may.
    #[oai(
        default = "most_percent",
        validator(minimum(value = "1"), maximum(value = "100"))
    )]
    most_percent: u8,
}

fn most_records() -> u32 {
    Deletes::default().most_records
}

fn most_percent() -> u8 {
    Deletes::default().most_percent
}

/// What is done to remote records that are no longer wanted.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SyncDeletePolicy", rename_all = "snake_case")]
enum PolicyView {
    /// They stay as they are.
    Ignore,
    /// They are put where the provider can bring them back from.
    Archive,
    /// They are deleted.
    Delete,
}

impl Default for DeletesView {
    fn default() -> Self {
        Deletes::default().into()
    }
}

impl Example for DeletesView {
    fn example() -> Self {
        let policy = Policy::Delete;
        let example = Deletes {
            policy,
            ..Deletes::default()
        };
        example.into()
    }
}

impl From<Deletes> for DeletesView {
    fn from(deletes: Deletes) -> Self {
        Self {
            policy: match deletes.policy {
                Policy::Ignore => PolicyView::Ignore,
                Policy::Archive => PolicyView::Archive,
                Policy::Delete => PolicyView::Delete,
            },
            matched: deletes.matched,
            most_records: deletes.most_records,
            most_percent: deletes.most_percent,
        }
    }
}

impl From<DeletesView> for Deletes {
    fn from(view: DeletesView) -> Self {
        Self {
            policy: match view.policy {
                PolicyView::Ignore => Policy::Ignore,
                PolicyView::Archive => Policy::Archive,
                PolicyView::Delete => Policy::Delete,
            },
            matched: view.matched,
            most_records: view.most_records,
            most_percent: view.most_percent,
        }
    }
}

/// Which of the dataset's records a push or a two-way sync takes. What a two-way sync no longer takes
/// is left alone on both sides; a record that is made there comes in if a filter takes it, and never
/// under a selection.
#[derive(Clone, Object)]
#[oai(
    rename = "SyncScope",
    deny_unknown_fields,
    skip_serializing_if_is_none,
    example
)]
pub(crate) struct ScopeView {
    /// How they are told apart.
    kind: ScopeKind,
    /// With the kind `filter`: conditions joined by `and`, as in the list of records.
    #[oai(validator(max_length = 4000))]
    filter: Option<String>,
}

/// How the records that a sync takes are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename = "SyncScopeKind", rename_all = "snake_case")]
enum ScopeKind {
    /// All of the dataset.
    All,
    /// Those that pass a filter when a run comes to them.
    Filter,
    /// Those that the sync's owner has picked.
    Selection,
}

impl Default for ScopeView {
    fn default() -> Self {
        Extent::All.into()
    }
}

impl Example for ScopeView {
    fn example() -> Self {
        Extent::Filter("state = CA".to_owned()).into()
    }
}

/// What becomes of a delivery of which nobody can tell whether it arrived.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SyncResend", rename_all = "snake_case")]
pub(super) enum ResendView {
    /// It stays unknown until somebody decides: nothing arrives twice.
    Never,
    /// It is sent again under the same id until it is answered: some arrive twice.
    Always,
}

/// A dataset by its name.
#[derive(Object)]
pub(super) struct DatasetName {
    /// The dataset's id.
    id: DatasetId,
    /// What its owner calls it.
    name: String,
    /// Whether the sync's owner may use it; false once another shares it no more.
    available: bool,
}

/// A connection by its name.
#[derive(Object)]
pub(super) struct ConnectionName {
    /// The connection's id.
    id: ConnectionId,
    /// What its owner calls it.
    name: String,
    /// The provider, such as `airtable`.
    provider: String,
}

/// Something at a provider by its name.
#[derive(Object)]
pub(super) struct RemoteName {
    /// The provider's id of it.
    id: String,
    /// Its name when it was last looked at.
    name: String,
}

/// A field of the dataset and the remote field that it fills, or is filled from.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct MappedField {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// The remote field's name when it was last looked at.
    remote_field_name: String,
    /// The remote field's type in the provider's word.
    remote_type: String,
    /// Which way it goes; two-way syncs only.
    direction: Option<FieldDirectionView>,
}

/// How a sync fails.
#[derive(Object)]
#[oai(rename = "SyncFailing")]
pub(super) struct FailingView {
    /// When the first of its failures was.
    since: Moment,
    /// How many of its runs and plans have failed since, none coming through.
    failures: u32,
    /// Why the last of them failed.
    last: FailureView,
}

/// One part of the list of syncs.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct SyncList {
    /// In the order in which they were made.
    pub(super) items: Vec<SyncView>,
    /// Where the next part begins; absent at the end.
    pub(super) next: Option<String>,
}

/// The view of a sync as it is now.
pub(super) fn view(sync: &Sync) -> Result<SyncView, ApiError> {
    let told = sync.overview()?;
    let mut kept = sync.definition().clone();
    let ways = std::mem::take(&mut kept.meeting.ways);
    let pulling = (kept.direction != Direction::Push).then_some(kept.pulling);
    let both = kept.direction == Direction::TwoWay;
    let open = both.then(|| sync.conflicts_open()).transpose()?;
    let mapped = |pair: Pair| {
        let way = ways.get(&pair.field).copied().unwrap_or_default();
        MappedField::new(pair, both.then_some(way))
    };
    Ok(SyncView {
        id: sync.id(),
        name: kept.name,
        direction: kept.direction.into(),
        conflicts: both.then(|| kept.meeting.policy.into()),
        wait_seconds: both.then_some(kept.meeting.wait_seconds),
        conflicts_open: open,
        gone: pulling.map(|rules| rules.gone.into()),
        gone_most: pulling.map(|rules| rules.most),
        gone_percent: pulling.map(|rules| rules.percent),
        full_every_hours: pulling.map(|rules| rules.full_every_hours),
        dataset: DatasetName {
            id: kept.dataset,
            name: told.dataset,
            available: told.dataset_available,
        },
        connection: ConnectionName {
            id: kept.connection,
            name: told.connection,
            provider: told.provider,
        },
        base: kept.base.into(),
        table: kept.table.into(),
        mapping: kept.mapping.into_iter().map(mapped).collect(),
        remote_key_field_id: kept.remote_key_field_id,
        typecast: kept.typecast,
        approval: kept.approval.into(),
        scope: kept.scope.into(),
        deletes: kept.deletes.into(),
        quarantine_hours: kept.quarantine_hours,
        drift: kept.drift.into(),
        drifted: told.drifted.map(DriftedView::from),
        resend_unknown: told.delivers.then(|| kept.resend.into()),
        run_on_change: pulling.map(|_| kept.run_on_change),
        watch: told.watch.map(WatchView::from),
        priority: kept.priority.into(),
        created_at: kept.created_at.into(),
        updated_at: kept.updated_at.into(),
        last_run: told.last_run.map(|run| RunView::of(&run, sync.now())),
        next_run_at: sync
            .schedule()?
            .and_then(|kept| kept.retry.or(kept.next))
            .map(Moment),
        failing: told.failing.map(FailingView::from),
        version: sync.version().0,
    })
}

impl From<Trouble> for FailingView {
    fn from(trouble: Trouble) -> Self {
        Self {
            since: trouble.since.into(),
            failures: trouble.failures,
            last: (&trouble.last).into(),
        }
    }
}

impl From<Extent> for ScopeView {
    fn from(extent: Extent) -> Self {
        let (kind, filter) = match extent {
            Extent::All => (ScopeKind::All, None),
            Extent::Filter(filter) => (ScopeKind::Filter, Some(filter)),
            Extent::Selection => (ScopeKind::Selection, None),
        };
        Self { kind, filter }
    }
}

impl TryFrom<ScopeView> for Extent {
    type Error = ApiError;

    /// Errs where the filter is missing, or is there without its kind.
    fn try_from(view: ScopeView) -> Result<Self, ApiError> {
        match (view.kind, view.filter) {
            (ScopeKind::All, None) => Ok(Self::All),
            (ScopeKind::Selection, None) => Ok(Self::Selection),
            (ScopeKind::Filter, Some(filter)) => Ok(Self::Filter(filter)),
            (ScopeKind::Filter, None) => Err(ApiError::invalid("scope.filter", "is missing")),
            (ScopeKind::All | ScopeKind::Selection, Some(_)) => Err(ApiError::invalid(
                "scope.filter",
                "is for the kind filter alone",
            )),
        }
    }
}

impl From<Named> for RemoteName {
    fn from(Named { id, name }: Named) -> Self {
        Self { id, name }
    }
}

impl MappedField {
    fn new(pair: Pair, way: Option<FieldWay>) -> Self {
        Self {
            direction: way.map(FieldDirectionView::from),
            field: pair.field,
            remote_field_id: pair.remote_field_id,
            remote_field_name: pair.remote_field_name,
            remote_type: pair.remote_type,
        }
    }
}

impl From<Gone> for GoneView {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::Keep => Self::Keep,
            Gone::Delete => Self::Delete,
        }
    }
}

impl From<GoneView> for Gone {
    fn from(gone: GoneView) -> Self {
        match gone {
            GoneView::Keep => Self::Keep,
            GoneView::Delete => Self::Delete,
        }
    }
}

impl From<Resend> for ResendView {
    fn from(resend: Resend) -> Self {
        match resend {
            Resend::Never => Self::Never,
            Resend::Always => Self::Always,
        }
    }
}

impl From<ResendView> for Resend {
    fn from(resend: ResendView) -> Self {
        match resend {
            ResendView::Never => Self::Never,
            ResendView::Always => Self::Always,
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
