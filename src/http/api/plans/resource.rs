//! What can be done with plans.

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use super::view::{
    ChangeView, DisputeView, NewPlan, PlanList, PlanView, PlannedChangeList, SideView,
};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{Clock, PlanId, RunId, SyncId};
use crate::http::api::Tag;
use crate::http::api::runs::{Accepted, FateView, RunView, Starts};
use crate::http::page::Pages;
use crate::http::{ApiError, Caller};
use crate::sync::{Syncs, Wanted};

pub(crate) struct Resource {
    syncs: Syncs,
    starts: Starts,
    clock: Clock,
    pages: Pages,
}

/// The answer of an operation whose plan comes later.
#[derive(ApiResponse)]
enum Planned {
    /// The plan is being made.
    #[oai(status = 202)]
    Accepted(Json<PlanView>),
}

#[OpenApi(tag = "Tag::Plans")]
impl Resource {
    /// Asks for a plan of a sync.
    ///
    /// A job finds out what a run would do with every record of the dataset, field by field, and
    /// writes nothing at the provider. Of a sync that goes both ways it tells what either side would
    /// get of the other, and which records both have changed, with who decides about them; nothing
    /// is written on either side, and no conflict comes into the inbox. A plan of the sync that still waits for approval is
    /// superseded by it.
    #[oai(path = "/syncs/:id/plans", method = "post", operation_id = "startPlan")]
    async fn start(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<SyncId>,
        body: Json<NewPlan>,
    ) -> Result<Planned, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        self.starts.take(&sync, &scope, &by)?;
        let plan = sync.plan(body.0.read_first, &by).await?;
        Ok(Planned::Accepted(Json(plan.into())))
    }

    /// Asks for a plan that undoes a run.
    ///
    /// A job looks at every record that the run wrote, as it is now: at the provider; in the dataset,
    /// if the run was a pull; on either side, if it went both ways. It lists what would be taken
    /// back, field by field: what the run changed gets what it held before, what it created is
    /// removed, and what it removed is brought back or made anew. What was changed since the run
    /// wrote it is left alone, and listed as held; in the dataset field by field. The run of the
    /// plan, once that is approved, lets the sync's schedule rest, for the next run would write the
    /// same again; it can be undone itself. After the undo of a run that went both ways, both sides
    /// agree to differ in what was taken back: the next run leaves that alone until somebody edits
    /// it.
    ///
    /// Errs with `conflict` when the run has not ended, has written nothing, or nothing that is
    /// remembered, or was undone already.
    #[oai(path = "/runs/:id/undo", method = "post", operation_id = "undoRun")]
    async fn undo(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<RunId>,
    ) -> Result<Planned, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.of_run(&scope, id.0)?;
        self.starts.take(&sync, &scope, &by)?;
        let plan = self.syncs.undo(&scope, id.0, &by).await?;
        Ok(Planned::Accepted(Json(plan.into())))
    }

    /// Lists the plans of a sync.
    #[oai(path = "/syncs/:id/plans", method = "get", operation_id = "listPlans")]
    async fn list(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<SyncId>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<PlanList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let plans = self.syncs.open(&scope, id.0)?.plans(&page.into(), &by)?;
        Ok(Json(PlanList {
            items: plans.plans.into_iter().map(PlanView::from).collect(),
            next: plans.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shows a plan.
    #[oai(path = "/plans/:id", method = "get", operation_id = "getPlan")]
    async fn show(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<PlanId>,
    ) -> Result<Json<PlanView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let plan = self.syncs.plan(&scope, id.0, &by)?;
        Ok(Json((id.0, plan).into()))
    }

    /// Lists what a plan would do with records.
    ///
    /// Unchanged records are counted and not listed.
    #[oai(
        path = "/plans/:id/changes",
        method = "get",
        operation_id = "listPlannedChanges"
    )]
    async fn changes(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<PlanId>,
        /// Only records with this fate, such as `refused`.
        fate: Query<Option<FateView>>,
        /// Only records that hold this text in their key, reason, remote id or fields, in any case
        /// of letters.
        #[oai(validator(max_length = 200))]
        q: Query<Option<String>>,
        /// Only records that would be written on this side, of a sync that goes both ways.
        side: Query<Option<SideView>>,
        /// Only records that both sides have changed, and about which it is decided so.
        conflict: Query<Option<DisputeView>>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<PlannedChangeList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let wanted = Wanted {
            fate: fate.0.map(Into::into),
            text: q.0.filter(|text| !text.is_empty()),
            side: side.0.map(Into::into),
            dispute: conflict.0.map(Into::into),
        };
        let listed = self.syncs.changes(&scope, (id.0, wanted), page.into(), &by);
        let (plan, changes) = listed.await?;
        let columns = plan.made.map(|made| made.columns).unwrap_or_default();
        let views = changes.changes.into_iter();
        Ok(Json(PlannedChangeList {
            items: views
                .map(|change| ChangeView::of(change, &columns))
                .collect(),
            next: changes.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Approves a plan and queues its run.
    ///
    /// The run makes no write that is not in the plan. A record that was changed here since, or, if
    /// records come from there too, at the provider, is held back; if the mapping or the remote fields were changed, the run stops before its first
    /// write.
    #[oai(
        path = "/plans/:id/runs",
        method = "post",
        operation_id = "approvePlan"
    )]
    async fn approve(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<PlanId>,
    ) -> Result<Accepted, ApiError> {
        let (by, scope) = caller.owner()?;
        let plan = self.syncs.plan(&scope, id.0, &by)?;
        let sync = self.syncs.open(&scope, plan.sync)?;
        self.starts.take(&sync, &scope, &by)?;
        let run = self.syncs.approve(&scope, id.0, &by).await?;
        let view = RunView::of(&run, self.clock.now());
        Ok(Accepted::Accepted(Json(view)))
    }
}

impl Resource {
    pub(crate) fn new(app: &App, pages: Pages) -> Self {
        Self {
            syncs: app.syncs.clone(),
            starts: Starts::new(app),
            clock: app.clock.clone(),
            pages,
        }
    }
}
