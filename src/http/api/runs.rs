//! Executions of syncs, and how they get on.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::BoxStream;
use jiff::Timestamp;
use poem::web::sse::Event;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::{EventStream, Json};
use poem_openapi::types::ToJSON as _;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi};

use super::Tag;
use crate::app::App;
use crate::auth::Permission;
use crate::base::{Clock, RunId, SyncId, UserId};
use crate::http::page::{Page, Pages};
use crate::http::{ApiError, Caller, Moment};
use crate::limits::{Key, Limits, Policy};
use crate::sync::{
    Counts, Failure, Fate, Outcome, Part, Phase, Problem, Run, Starter, State, Syncs,
};

/// A stream without news says so often, or proxies close it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

pub(super) struct Resource {
    syncs: Syncs,
    limits: Limits,
    clock: Clock,
    pages: Pages,
}

/// Where a run stands.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RunState", rename_all = "snake_case")]
enum StateView {
    /// It waits for its turn.
    Queued,
    /// It is being executed.
    Running,
    /// It is being executed, and the provider asked to be left alone for a while.
    Waiting,
    /// It was carried through; single records may have been refused.
    Done,
    /// It ended before its end. What it had written stays.
    Failed,
}

/// What a run is busy with.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RunPhase", rename_all = "snake_case")]
enum PhaseView {
    /// It reads the remote table's fields.
    Reading,
    /// It finds out what became of writes whose answer never came.
    Settling,
    /// It writes records.
    Writing,
}

/// What became of one record.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RunOutcomeState", rename_all = "snake_case")]
enum FateView {
    /// It was made at the provider.
    Created,
    /// It was brought up to date at the provider.
    Changed,
    /// It was found at the provider by its key, and written.
    Matched,
    /// It was left alone: nothing mapped has changed.
    Unchanged,
    /// The provider does not take it.
    Refused,
    /// It was possibly written: finding out would risk a second copy.
    Unknown,
}

/// A run of a sync.
#[derive(Object)]
#[oai(rename = "Run", skip_serializing_if_is_none)]
pub(super) struct RunView {
    /// The run's id.
    id: RunId,
    /// The sync that it executes.
    sync_id: SyncId,
    /// The sync's name when the run was asked for.
    sync_name: String,
    /// Where it stands.
    state: StateView,
    /// What it is busy with, while it is running or waiting.
    phase: Option<PhaseView>,
    /// When it was asked for.
    queued_at: Moment,
    /// When it began.
    started_at: Option<Moment>,
    /// When it ended.
    finished_at: Option<Moment>,
    /// Who asked for it.
    by: Option<StarterView>,
    /// The records of the dataset when it began.
    total: Option<u64>,
    /// What became of the records so far.
    counts: CountsView,
    /// Calls to the provider.
    calls: u64,
    /// Those of them that the provider refused because there were too many.
    calls_refused_by_vendor: u64,
    /// Records a second, as a moving average.
    rate_per_second: Option<f64>,
    /// How long it will still take, as far as that can be told.
    remaining_seconds: Option<u64>,
    /// Until when the provider wants to be left alone.
    waiting_until: Option<Moment>,
    /// Why it failed.
    failure: Option<FailureView>,
    /// Why records were refused, each reason once; the first 20.
    problems: Vec<ProblemView>,
}

/// Who asked for a run.
#[derive(Object)]
#[oai(rename = "RunStarter")]
struct StarterView {
    /// The user's id.
    id: UserId,
    /// The user's name at that time.
    name: String,
}

/// What became of a run's records; `read` is the sum of the others.
#[derive(Object)]
#[oai(rename = "RunCounts")]
struct CountsView {
    /// Records looked at.
    read: u64,
    /// Made at the provider.
    created: u64,
    /// Brought up to date at the provider.
    changed: u64,
    /// Found at the provider by their key, and written.
    matched: u64,
    /// Left alone: nothing mapped has changed.
    unchanged: u64,
    /// Not acceptable to the provider.
    refused: u64,
    /// Possibly written: finding out would risk a second copy.
    unknown: u64,
}

/// Why a run failed.
#[derive(Object)]
#[oai(rename = "RunFailure")]
struct FailureView {
    /// The kind of failure for programs, such as `unauthorised`.
    code: String,
    /// What happened and what to do.
    message: String,
}

/// A reason for which records were refused.
#[derive(Object)]
#[oai(rename = "RunProblem")]
struct ProblemView {
    /// The first record that it met.
    key: String,
    /// What stood in the way.
    reason: String,
    /// How many records it met.
    count: u64,
}

/// One part of the list of runs.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct RunList {
    /// The last one asked for first.
    items: Vec<RunView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// What became of one record.
#[derive(Object)]
#[oai(rename = "RunOutcome", skip_serializing_if_is_none)]
struct OutcomeView {
    /// The record's key.
    key: String,
    /// What became of it.
    state: FateView,
    /// Why, where that needs saying.
    reason: Option<String>,
    /// The provider's id of it.
    remote_id: Option<String>,
    /// When it was settled.
    at: Moment,
}

/// One part of the list of outcomes.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct OutcomeList {
    /// In the order in which they were settled.
    items: Vec<OutcomeView>,
    /// Where the next part begins; absent at the end.
    next: Option<String>,
}

/// The answer of an operation that is carried out later.
#[derive(ApiResponse)]
enum Accepted {
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
    async fn start(&self, caller: Caller, id: Path<SyncId>) -> Result<Accepted, ApiError> {
        let (by, scope) = caller.require(Permission::SyncRun)?;
        let sync = self.syncs.open(&scope, id.0)?;
        self.limits
            .take(Policy::SyncStartsAirtable, Key::User(scope.owner()), &by)?;
        let run = sync.queue(&by).await?;
        Ok(Accepted::Accepted(Json(self.view(&run))))
    }

    /// Lists one's own runs.
    #[oai(path = "/runs", method = "get", operation_id = "listRuns")]
    async fn list(
        &self,
        caller: Caller,
        /// Only runs of this sync.
        sync_id: Query<Option<SyncId>>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<RunList>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncRead)?;
        let page = self.pages.read(limit.0, after.0.as_deref())?;
        let runs = self.syncs.runs(&scope, sync_id.0, &page.into(), &by)?;
        Ok(Json(RunList {
            items: runs.runs.iter().map(|run| self.view(run)).collect(),
            next: runs.next.map(|cursor| cursor.encode()),
        }))
    }

    /// Shows a run.
    #[oai(path = "/runs/:id", method = "get", operation_id = "getRun")]
    async fn show(&self, caller: Caller, id: Path<RunId>) -> Result<Json<RunView>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncRead)?;
        Ok(Json(self.view(&self.syncs.run(&scope, id.0, &by)?)))
    }

    /// Lists what became of a run's records.
    #[oai(
        path = "/runs/:id/outcomes",
        method = "get",
        operation_id = "listRunOutcomes"
    )]
    async fn outcomes(
        &self,
        caller: Caller,
        id: Path<RunId>,
        /// Only records with this outcome, such as `refused`.
        state: Query<Option<FateView>>,
        limit: Query<Option<u16>>,
        after: Query<Option<String>>,
    ) -> Result<Json<OutcomeList>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncRead)?;
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
        caller: Caller,
        id: Path<RunId>,
    ) -> Result<EventStream<BoxStream<'static, RunView>>, ApiError> {
        let (by, scope) = caller.require(Permission::SyncRead)?;
        let clock = self.clock.clone();
        let runs = self.syncs.follow(&scope, id.0, &by)?;
        let views = runs.map(move |run| RunView::of(&run, clock.now())).boxed();
        let events = EventStream::new(views).keep_alive(KEEP_ALIVE);
        Ok(events.to_event(|run| Event::message(run.to_json_string()).event_type("run")))
    }
}

impl Resource {
    pub(super) fn new(app: &App, pages: Pages) -> Self {
        Self {
            syncs: app.syncs.clone(),
            limits: app.limits.clone(),
            clock: app.clock.clone(),
            pages,
        }
    }

    fn view(&self, run: &Run) -> RunView {
        RunView::of(run, self.clock.now())
    }
}

impl RunView {
    /// The view of a run at the time `now`.
    pub(super) fn of(run: &Run, now: Timestamp) -> Self {
        let Run { id, job, pulse } = run;
        let waiting = pulse.waiting_until.filter(|until| *until > now);
        let (state, phase, failure) = match &job.state {
            State::Queued => (StateView::Queued, None, None),
            State::Running(phase) if waiting.is_some() => (StateView::Waiting, Some(*phase), None),
            State::Running(phase) => (StateView::Running, Some(*phase), None),
            State::Done => (StateView::Done, None, None),
            State::Failed(failure) => (StateView::Failed, None, Some(failure)),
        };
        Self {
            id: *id,
            sync_id: job.sync,
            sync_name: job.sync_name.clone(),
            state,
            phase: phase.map(PhaseView::from),
            queued_at: job.queued_at.into(),
            started_at: job.started_at.map(Moment),
            finished_at: job.finished_at.map(Moment),
            by: job.by.as_ref().map(StarterView::from),
            total: job.total,
            counts: job.counts.into(),
            calls: job.calls,
            calls_refused_by_vendor: job.calls_refused,
            rate_per_second: pulse.rate_per_second(),
            remaining_seconds: job
                .left()
                .and_then(|left| pulse.remaining_seconds(left, now)),
            waiting_until: waiting.map(Moment),
            failure: failure.map(FailureView::from),
            problems: job.problems.list().iter().map(ProblemView::from).collect(),
        }
    }
}

impl From<Phase> for PhaseView {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Reading => Self::Reading,
            Phase::Settling => Self::Settling,
            Phase::Writing => Self::Writing,
        }
    }
}

impl From<Fate> for FateView {
    fn from(fate: Fate) -> Self {
        match fate {
            Fate::Created => Self::Created,
            Fate::Changed => Self::Changed,
            Fate::Matched => Self::Matched,
            Fate::Unchanged => Self::Unchanged,
            Fate::Refused => Self::Refused,
            Fate::Unknown => Self::Unknown,
        }
    }
}

impl From<FateView> for Fate {
    fn from(fate: FateView) -> Self {
        match fate {
            FateView::Created => Self::Created,
            FateView::Changed => Self::Changed,
            FateView::Matched => Self::Matched,
            FateView::Unchanged => Self::Unchanged,
            FateView::Refused => Self::Refused,
            FateView::Unknown => Self::Unknown,
        }
    }
}

impl From<Page> for Part {
    fn from(Page { limit, after }: Page) -> Self {
        Self { limit, after }
    }
}

impl From<&Starter> for StarterView {
    fn from(starter: &Starter) -> Self {
        Self {
            id: starter.id,
            name: starter.name.clone(),
        }
    }
}

impl From<Counts> for CountsView {
    fn from(counts: Counts) -> Self {
        Self {
            read: counts.read,
            created: counts.created,
            changed: counts.changed,
            matched: counts.matched,
            unchanged: counts.unchanged,
            refused: counts.refused,
            unknown: counts.unknown,
        }
    }
}

impl From<&Failure> for FailureView {
    fn from(failure: &Failure) -> Self {
        Self {
            code: failure.code.clone(),
            message: failure.message.clone(),
        }
    }
}

impl From<&Problem> for ProblemView {
    fn from(problem: &Problem) -> Self {
        Self {
            key: problem.key.clone(),
            reason: problem.reason.clone(),
            count: problem.count,
        }
    }
}

impl From<Outcome> for OutcomeView {
    fn from(outcome: Outcome) -> Self {
        Self {
            key: outcome.key,
            state: outcome.fate.into(),
            reason: outcome.reason,
            remote_id: outcome.remote_id,
            at: outcome.at.into(),
        }
    }
}
