//! How plans are shown.

use poem_openapi::{Enum, Object};

use crate::base::{PlanId, RunId, SyncId};
use crate::http::Moment;
use crate::http::api::runs::{CountsView, DirectionView, FailureView, FateView, StarterView};
use crate::http::api::syncs::ScopeView;
use crate::sync::{
    Before, BothWays, Column, Counts, Difference, Dispute, Made, Plan, PlanState, PlannedChange,
    Side,
};

/// Where a plan stands.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "PlanState", rename_all = "snake_case")]
pub(super) enum StateView {
    /// A job finds out what a run would do.
    Making,
    /// It waits for somebody's approval.
    Ready,
    /// It was approved, and its run is queued or under way.
    Approved,
    /// Its run has ended.
    Executed,
    /// Something came after it: another plan, another run, or other fields.
    Superseded,
    /// It could not be made.
    Failed,
}

/// A plan: what a run of a sync would do.
#[derive(Object)]
#[oai(rename = "Plan", skip_serializing_if_is_none)]
pub(super) struct PlanView {
    /// The plan's id.
    id: PlanId,
    /// The sync that it is for.
    sync_id: SyncId,
    /// The sync's name when the plan was asked for.
    sync_name: String,
    /// Which way the records of its sync go.
    direction: DirectionView,
    /// Where it stands.
    state: StateView,
    /// Whether the remote records are read first. It then compares with what is really there;
    /// otherwise with what was last agreed.
    read_first: bool,
    /// Which records it is about, as the sync said when it was asked for.
    scope: ScopeView,
    /// The run that it would undo, if that is what it is about.
    undoes: Option<RunId>,
    /// The job that makes it; it is shown, followed and cancelled like a run.
    job_id: RunId,
    /// Who asked for it.
    by: Option<StarterView>,
    /// When it was asked for.
    queued_at: Moment,
    /// When it was whole.
    made_at: Option<Moment>,
    /// Until when it can be approved.
    expires_at: Option<Moment>,
    /// What a run would make of the records.
    counts: Option<CountsView>,
    /// What would become of either side, if the sync goes both ways.
    both: Option<BothView>,
    /// How many calls that takes.
    calls: Option<u64>,
    /// How many seconds that takes at the provider's pace; absent when it takes calls as they come.
    seconds: Option<u64>,
    /// SHA-256 over everything that it lists, its mapping and the remote fields; the audit log has
    /// it with the making and with the approval.
    hash: Option<String>,
    /// Who approved it.
    approved_by: Option<StarterView>,
    /// When it was approved.
    approved_at: Option<Moment>,
    /// The run that carries it out.
    run_id: Option<RunId>,
    /// Why it could not be made.
    failure: Option<FailureView>,
}

/// What the run of a plan would make of the two sides of a sync. A record that is written on both
/// sides counts on both.
#[derive(Object)]
#[oai(rename = "PlannedBoth")]
struct BothView {
    /// In the dataset.
    here: SideCountsView,
    /// At the provider.
    there: SideCountsView,
    /// Records that both sides have changed, and that would wait in the inbox of conflicts.
    conflicts_asked: u64,
    /// The same that the sync's rules decide about, or somebody has decided about in the inbox.
    conflicts_settled: u64,
}

/// How many records of one side would be written.
#[derive(Object)]
#[oai(rename = "PlannedSide")]
struct SideCountsView {
    /// Records that would be created.
    created: u64,
    /// Records that would be changed.
    changed: u64,
    /// Records that would be deleted.
    deleted: u64,
}

/// One of the two sides of a sync.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "SyncSide", rename_all = "snake_case")]
pub(super) enum SideView {
    /// The dataset.
    Here,
    /// The provider.
    There,
}

/// Who decides about a record that both sides have changed.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "PlannedConflict", rename_all = "snake_case")]
pub(super) enum DisputeView {
    /// Somebody is to be asked: the run would let it wait in the inbox of conflicts.
    Asked,
    /// The sync's rule, or somebody in the inbox; the reason says which, and who is right.
    Settled,
}

/// One part of the list of plans.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct PlanList {
    /// The last one asked for first.
    pub(super) items: Vec<PlanView>,
    /// Where the next part begins; absent at the end.
    pub(super) next: Option<String>,
}

/// What a run would do with one record.
#[derive(Object)]
#[oai(rename = "PlannedChange", skip_serializing_if_is_none)]
pub(super) struct ChangeView {
    /// The record's key.
    key: String,
    /// What a run would make of it.
    fate: FateView,
    /// The provider's id of it, where that is known.
    remote_id: Option<String>,
    /// Why, where that needs saying.
    reason: Option<String>,
    /// What would become of it in the dataset, if the sync goes both ways: created, changed or
    /// deleted, or held where that is not undone; absent for nothing.
    here: Option<FateView>,
    /// The same at the provider.
    there: Option<FateView>,
    /// Who decides about it, if both sides have changed it.
    conflict: Option<DisputeView>,
    /// The fields that would change, in the order of the mapping.
    fields: Vec<DifferenceView>,
}

/// What would change in one field. Values are in words, and cut at 500 characters.
#[derive(Object)]
#[oai(rename = "PlannedField", skip_serializing_if_is_none)]
pub(super) struct DifferenceView {
    /// The dataset's field.
    field: String,
    /// The remote field's id.
    remote_field_id: String,
    /// The remote field's name.
    remote_field_name: String,
    /// On which side, if the sync goes both ways.
    side: Option<SideView>,
    /// Whether it is known what is held at the end that is written to.
    before_known: bool,
    /// What is held there: at the provider, or for a pull here; absent for an empty cell, and while
    /// that is not known.
    before: Option<String>,
    /// What would be held; absent for an empty cell.
    after: Option<String>,
}

/// One part of what a plan lists.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct PlannedChangeList {
    /// In the order of keys.
    pub(super) items: Vec<ChangeView>,
    /// Where the next part begins; absent at the end. A part may be short, or even empty, and yet
    /// not the last: no call looks at more than 100,000 records.
    pub(super) next: Option<String>,
}

/// What kind of plan is wanted.
#[derive(Default, Object)]
#[oai(deny_unknown_fields)]
pub(super) struct NewPlan {
    /// Whether to read the remote records first. That is done anyway while nothing was agreed yet
    /// and when records come from there, and never where there is nothing to read, as with a hook.
    #[oai(default)]
    pub(super) read_first: bool,
}

impl From<(PlanId, Plan)> for PlanView {
    fn from((id, plan): (PlanId, Plan)) -> Self {
        let (state, failure) = match &plan.state {
            PlanState::Making => (StateView::Making, None),
            PlanState::Ready => (StateView::Ready, None),
            PlanState::Approved => (StateView::Approved, None),
            PlanState::Executed => (StateView::Executed, None),
            PlanState::Superseded => (StateView::Superseded, None),
            PlanState::Failed(failure) => (StateView::Failed, Some(failure)),
        };
        let made = plan.made.as_ref();
        Self {
            id,
            sync_id: plan.sync,
            direction: plan.direction.into(),
            state,
            read_first: plan.read_first,
            scope: plan.scope.into(),
            undoes: plan.undoes,
            job_id: plan.job,
            by: plan.by.as_ref().map(StarterView::from),
            queued_at: plan.queued_at.into(),
            made_at: plan.made_at.map(Moment),
            expires_at: plan.expires_at.map(Moment),
            counts: made.map(|made| made.counts.into()),
            both: made.and_then(|made| made.both.map(BothView::from)),
            calls: made.map(|made| made.calls),
            seconds: made.and_then(|made| made.seconds),
            hash: made.map(Made::hash),
            approved_by: plan.approved_by.as_ref().map(StarterView::from),
            approved_at: plan.approved_at.map(Moment),
            run_id: plan.run,
            failure: failure.map(FailureView::from),
            sync_name: plan.sync_name,
        }
    }
}

impl ChangeView {
    pub(super) fn of(change: PlannedChange, columns: &[Column]) -> Self {
        let mut fields = change.fields;
        let place = |field: &Difference| columns.get(usize::from(field.column)).map(|c| c.place);
        fields.sort_by_key(place);
        let named = fields.into_iter().filter_map(|field| {
            let column = columns.get(usize::from(field.column))?;
            Some(DifferenceView::of(field, column))
        });
        Self {
            key: change.key,
            fate: change.fate.into(),
            remote_id: change.remote_id,
            reason: change.reason,
            here: change.ways.here.map(FateView::from),
            there: change.ways.there.map(FateView::from),
            conflict: change.ways.dispute.map(DisputeView::from),
            fields: named.collect(),
        }
    }
}

impl DifferenceView {
    fn of(difference: Difference, column: &Column) -> Self {
        let (before_known, before) = match difference.before {
            Before::Unknown => (false, None),
            Before::Held(held) => (true, held),
        };
        Self {
            field: column.field.clone(),
            remote_field_id: column.remote_field_id.clone(),
            remote_field_name: column.remote_field_name.clone(),
            side: difference.side.map(SideView::from),
            before_known,
            before,
            after: difference.after,
        }
    }
}

impl From<BothWays> for BothView {
    fn from(both: BothWays) -> Self {
        Self {
            here: both.here.into(),
            there: both.there.into(),
            conflicts_asked: both.asked,
            conflicts_settled: both.settled,
        }
    }
}

impl From<Counts> for SideCountsView {
    fn from(counts: Counts) -> Self {
        Self {
            created: counts.created,
            changed: counts.changed,
            deleted: counts.deleted,
        }
    }
}

impl From<Side> for SideView {
    fn from(side: Side) -> Self {
        match side {
            Side::Here => Self::Here,
            Side::There => Self::There,
        }
    }
}

impl From<SideView> for Side {
    fn from(side: SideView) -> Self {
        match side {
            SideView::Here => Self::Here,
            SideView::There => Self::There,
        }
    }
}

impl From<Dispute> for DisputeView {
    fn from(dispute: Dispute) -> Self {
        match dispute {
            Dispute::Asked => Self::Asked,
            Dispute::Settled => Self::Settled,
        }
    }
}

impl From<DisputeView> for Dispute {
    fn from(dispute: DisputeView) -> Self {
        match dispute {
            DisputeView::Asked => Self::Asked,
            DisputeView::Settled => Self::Settled,
        }
    }
}
