//! What can be done with runs.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use poem::web::sse::Event;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{EventStream, Json};
use poem_openapi::types::ToJSON as _;
use poem_openapi::{ApiResponse, OpenApi};

use super::starts::Starts;
use super::view::{FateView, OutcomeList, OutcomeView, RunList, RunView};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{Clock, RunId, SyncId};
use crate::http::api::Tag;
use crate::http::page::{Page, Pages};
use crate::http::{ApiError, Caller};
use crate::sync::{Fate, Part, Run, Syncs};

/// A stream without news says so often, or proxies close it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(crate) struct Resource {
    syncs: Syncs,
    starts: Starts,
    clock: Clock,
    pages: Pages,
}

/// The answer of an operation that is carried out later.
#[derive(ApiResponse)]
pub(crate) enum Accepted {
    /// The run is queued.
    #[oai(status = 202)]
    Accepted(Json<RunView>),
}

#[OpenApi(tag = "Tag::Runs")]
impl Resource {
    /// Queues a run of a sync.
    ///
    /// A sync has one run at a time. Follow it by its stream.
    #[oai(path = "/syncs/:id/runs", method = "post", operation_id = "startRun")]
    async fn start(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<SyncId>,
    ) -> Result<Accepted, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        self.starts.take(&sync, &scope, &by)?;
        let run = sync.queue(&by).await?;
        Ok(Accepted::Accepted(Json(self.view(&run))))
    }

    /// Lists one's own runs.
    ///
    /// The jobs that make plans are not among them.
    #[oai(path = "/runs", method = "get", operation_id = "listRuns")]
    async fn list(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        /// Only runs of this sync.
        sync_id: Query<Option<SyncId>>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<RunList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let runs = self.syncs.runs(&scope, sync_id.0, &page.into(), &by)?;
        Ok(Json(RunList {
            items: runs.runs.iter().map(|run| self.view(run)).collect(),
            next: runs.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shows a run.
    #[oai(path = "/runs/:id", method = "get", operation_id = "getRun")]
    async fn show(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<RunId>,
    ) -> Result<Json<RunView>, ApiError> {
        let (by, scope) = caller.owner()?;
        Ok(Json(self.view(&self.syncs.run(&scope, id.0, &by)?)))
    }

    /// Cancels a run.
    ///
    /// One that waits ends at once; one that is under way ends when the calls in flight have been
    /// answered. What it had written stays. A run that has been cancelled already is shown as it is.
    #[oai(path = "/runs/:id/cancel", method = "post", operation_id = "cancelRun")]
    async fn cancel(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<RunId>,
    ) -> Result<Json<RunView>, ApiError> {
        let (by, scope) = caller.owner()?;
        Ok(Json(
            self.view(&self.syncs.cancel(&scope, id.0, &by).await?),
        ))
    }

    /// Tries again what a run has left.
    ///
    /// Queues a run over the records alone that were refused in this one, or stayed unknown; each
    /// is written as it is now. The run must have ended.
    #[oai(path = "/runs/:id/retry", method = "post", operation_id = "retryRun")]
    async fn retry(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<RunId>,
    ) -> Result<Accepted, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.of_run(&scope, id.0)?;
        self.starts.take(&sync, &scope, &by)?;
        let run = sync.retry(id.0, &by).await?;
        Ok(Accepted::Accepted(Json(self.view(&run))))
    }

    /// Lists what became of a run's records.
    #[oai(
        path = "/runs/:id/outcomes",
        method = "get",
        operation_id = "listRunOutcomes"
    )]
    async fn outcomes(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<RunId>,
        /// Only records with this outcome, such as `refused`.
        state: Query<Option<FateView>>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<OutcomeList>, ApiError> {
        let (by, scope) = caller.owner()?;
        let fate = state.0.map(Fate::from);
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let outcomes = self
            .syncs
            .outcomes(&scope, (id.0, fate), &page.into(), &by)?;
        Ok(Json(OutcomeList {
            items: outcomes
                .outcomes
                .into_iter()
                .map(OutcomeView::from)
                .collect(),
            next: outcomes.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Follows a run.
    ///
    /// Each event `run` holds the run as `getRun` shows it: the first at once, then at most four a
    /// second, the last in an end state; then the stream ends.
    #[oai(path = "/runs/:id/stream", method = "get", operation_id = "followRun")]
    async fn follow(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<RunId>,
    ) -> Result<EventStream<BoxStream<'static, RunView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let clock = self.clock.clone();
        let runs = self.syncs.follow(&scope, id.0, &by)?;
        let views = runs.map(move |run| RunView::of(&run, clock.now())).boxed();
        let events = EventStream::new(views).keep_alive(KEEP_ALIVE);
        Ok(events.to_event(|run| Event::message(run.to_json_string()).event_type("run")))
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

    fn view(&self, run: &Run) -> RunView {
        RunView::of(run, self.clock.now())
    }
}

impl From<Page> for Part {
    fn from(Page { limit, after }: Page) -> Self {
        Self { limit, after }
    }
}
