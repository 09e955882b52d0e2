//! How runs are shown.

use jiff::Timestamp;
use poem_openapi::{Enum, Object};

use crate::base::{PlanId, RunId, SyncId, UserId};
use crate::http::Moment;
use crate::jobs::{Failure, Phase, State};
use crate::sync::{
    Brake, Cause, Counts, Direction, Fate, Memory, Outcome, Problem, Run, Starter, Task,
};

/// Where a run stands.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RunState", rename_all = "snake_case")]
pub(super) enum StateView {
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
    /// It was called off before its end. What it had written stays.
    Cancelled,
}

/// What a run is to do.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RunKind", rename_all = "snake_case")]
pub(super) enum KindView {
    /// It goes through the dataset and writes what is new or has changed.
    Push,
    /// It goes through the remote table and brings what is new or has changed into the dataset.
    Pull,
    /// It goes through both and brings what is new or has changed on either side to the other.
    TwoWay,
    /// It writes what was refused in another run, or stayed unknown, and nothing else.
    Retry,
    /// It finds out what a run would do, for a plan, and writes nothing.
    Plan,
    /// It writes what is in a plan, and nothing else.
    Execute,
    /// It takes back what another run wrote, as far as a plan lists it.
    Undo,
}

/// Which way the records of a sync go.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "SyncDirection", rename_all = "snake_case")]
pub(crate) enum DirectionView {
    /// From the dataset to the remote table.
    #[default]
    Push,
    /// From the remote table into the dataset.
    Pull,
    /// Both: what either side has changed comes to the other.
    TwoWay,
}

/// What a run is busy with.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RunPhase", rename_all = "snake_case")]
pub(super) enum PhaseView {
    /// It reads the remote table's fields.
    Reading,
    /// It finds out what became of writes whose answer never came.
    Settling,
    /// It reads the remote table's records, so that a plan knows them.
    Listing,
    /// It finds out what a run would do.
    Planning,
    /// It writes records.
    Writing,
}

/// What became of one record.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RunOutcomeState", rename_all = "snake_case")]
pub(crate) enum FateView {
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
    /// It was left alone, because it is no longer what was to be written, or held back.
    Held,
    /// A pull found it gone at the provider and deleted it here, or a push wants it no longer and removed it there.
    Deleted,
}

/// A run of a sync.
#[derive(Object)]
#[oai(rename = "Run", skip_serializing_if_is_none)]
pub(crate) struct RunView {
    /// The run's id.
    pub(super) id: RunId,
    /// The sync that it executes.
    pub(super) sync_id: SyncId,
    /// The sync's name when the run was asked for.
    pub(super) sync_name: String,
    /// What it is to do.
    pub(super) kind: KindView,
    /// Which way the records of its sync go.
    direction: DirectionView,
    /// The run whose refused and unknown records it tries again.
    retry_of: Option<RunId>,
    /// The plan that it makes or carries out.
    plan_id: Option<PlanId>,
    /// The run that it undoes.
    undoes: Option<RunId>,
    /// The run that has undone all of it.
    undone_by: Option<RunId>,
    /// Until when it can be undone; absent when it cannot be.
    undo_until: Option<Moment>,
    /// Whether it wrote more than is remembered of one run, so that it cannot be undone.
    too_large_to_undo: bool,
    /// Where it stands.
    pub(super) state: StateView,
    /// What it is busy with, while it is running or waiting.
    phase: Option<PhaseView>,
    /// When it was asked for.
    pub(super) queued_at: Moment,
    /// When it began.
    pub(super) started_at: Option<Moment>,
    /// When it ended.
    pub(super) finished_at: Option<Moment>,
    /// Who asked for it.
    pub(super) by: Option<StarterView>,
    /// A pull that reads what has changed, and nothing else, reads what was changed at this time or
    /// later; absent when it reads the whole table.
    changes_since: Option<Moment>,
    /// The records that it has to look at, as counted when it began.
    total: Option<u64>,
    /// What became of the records so far.
    pub(super) counts: CountsView,
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
    /// That it removes nothing at the provider, and why.
    deletions_held: Option<BrakeView>,
    /// How many of the records that it held back wait, missed on one side, before they are removed
    /// on the other.
    quarantined: u64,
}

/// That a run removes nothing, and why.
#[derive(Object)]
#[oai(rename = "RunDeletionsHeld")]
pub(crate) struct BrakeView {
    /// Why.
    cause: CauseView,
    /// How many records it would have removed.
    records: u64,
    /// How many records were linked to a remote one.
    linked: u64,
}

/// Why a run removes nothing.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "RunDeletionsHeldCause", rename_all = "snake_case")]
enum CauseView {
    /// It would be more than the sync allows at once: a plan has to be approved.
    TooMany,
    /// No record is left that the sync takes, which is taken for a mistake.
    EmptySource,
}

/// Who asked for a run.
#[derive(Object)]
#[oai(rename = "RunStarter")]
pub(crate) struct StarterView {
    /// The user's id.
    id: UserId,
    /// The user's name at that time.
    name: String,
}

/// What became of a run's records; `read` is the sum of the others.
#[derive(Object)]
#[oai(rename = "RunCounts")]
pub(crate) struct CountsView {
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
    pub(super) refused: u64,
    /// Possibly written: finding out would risk a second copy.
    pub(super) unknown: u64,
    /// Left alone, because they are no longer what was to be written, or held back.
    held: u64,
    /// Deleted here by a pull, since they are gone at the provider; removed there by a push that no longer wants them.
    deleted: u64,
}

/// Why a run failed.
#[derive(Object)]
#[oai(rename = "RunFailure")]
pub(crate) struct FailureView {
    /// The kind of failure for programs, such as `unauthorised`.
    code: String,
    /// What happened and what to do.
    message: String,
}

/// A reason for which records were refused.
#[derive(Object)]
#[oai(rename = "RunProblem")]
pub(super) struct ProblemView {
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
pub(super) struct RunList {
    /// The last one asked for first.
    pub(super) items: Vec<RunView>,
    /// Where the next part begins; absent at the end.
    pub(super) next: Option<String>,
}

/// What became of one record.
#[derive(Object)]
#[oai(rename = "RunOutcome", skip_serializing_if_is_none)]
pub(super) struct OutcomeView {
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
pub(super) struct OutcomeList {
    /// In the order in which they were settled.
    pub(super) items: Vec<OutcomeView>,
    /// Where the next part begins; absent at the end.
    pub(super) next: Option<String>,
}

impl RunView {
    /// The view of a run at the time `now`.
    pub(crate) fn of(run: &Run, now: Timestamp) -> Self {
        let Run { id, job, pulse } = run;
        let waiting = pulse.waiting_until.filter(|until| *until > now);
        let (state, phase, failure) = match &job.state {
            State::Queued => (StateView::Queued, None, None),
            State::Running(phase) if waiting.is_some() => (StateView::Waiting, Some(*phase), None),
            State::Running(phase) => (StateView::Running, Some(*phase), None),
            State::Done => (StateView::Done, None, None),
            State::Failed(failure) => (StateView::Failed, None, Some(failure)),
            State::Cancelled => (StateView::Cancelled, None, None),
        };
        let (kind, retry_of, plan_id) = match job.task {
            Task::Push => (KindView::Push, None, None),
            Task::Pull => (KindView::Pull, None, None),
            Task::Both => (KindView::TwoWay, None, None),
            Task::Retry(run) => (KindView::Retry, Some(run), None),
            Task::Plan(plan) => (KindView::Plan, None, Some(plan)),
            Task::Execute(plan) if job.undoes.is_some() => (KindView::Undo, None, Some(plan)),
            Task::Execute(plan) => (KindView::Execute, None, Some(plan)),
        };
        Self {
            id: *id,
            sync_id: job.sync,
            sync_name: job.sync_name.clone(),
            kind,
            direction: job.direction.into(),
            retry_of,
            plan_id,
            undoes: job.undoes,
            undone_by: job.undone_by,
            undo_until: match job.no_undo(now) {
                None => job.undo_until.map(Moment),
                Some(_) => None,
            },
            too_large_to_undo: job.memory == Memory::TooMuch,
            state,
            phase: phase.map(PhaseView::from),
            queued_at: job.queued_at.into(),
            started_at: job.started_at.map(Moment),
            finished_at: job.finished_at.map(Moment),
            by: job.by.as_ref().map(StarterView::from),
            changes_since: job.changes_since().map(Moment),
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
            deletions_held: job.brake.map(BrakeView::from),
            quarantined: job.quarantined,
        }
    }
}

impl From<Direction> for DirectionView {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Push => Self::Push,
            Direction::Pull => Self::Pull,
            Direction::TwoWay => Self::TwoWay,
        }
    }
}

impl From<DirectionView> for Direction {
    fn from(direction: DirectionView) -> Self {
        match direction {
            DirectionView::Push => Self::Push,
            DirectionView::Pull => Self::Pull,
            DirectionView::TwoWay => Self::TwoWay,
        }
    }
}

impl From<Phase> for PhaseView {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Reading => Self::Reading,
            Phase::Settling => Self::Settling,
            Phase::Listing => Self::Listing,
            Phase::Planning => Self::Planning,
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
            Fate::Held => Self::Held,
            Fate::Deleted => Self::Deleted,
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
            FateView::Held => Self::Held,
            FateView::Deleted => Self::Deleted,
        }
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
            held: counts.held,
            deleted: counts.deleted,
        }
    }
}

impl From<Brake> for BrakeView {
    fn from(brake: Brake) -> Self {
        Self {
            cause: match brake.cause {
                Cause::TooMany => CauseView::TooMany,
                Cause::EmptySource => CauseView::EmptySource,
            },
            records: brake.records,
            linked: brake.linked,
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
