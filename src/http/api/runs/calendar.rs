//! On which days syncs have run, and on which they will.

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

use super::view::{KindView, RunView, StateView};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{Clock, RunId, SyncId};
use crate::http::api::Tag;
use crate::http::{ApiError, Caller, Code, Moment};
use crate::sync::{Calendar, Planned, Syncs};

/// So many days are shown at once.
const MOST_DAYS: i64 = 62;

pub(crate) struct Resource {
    syncs: Syncs,
    clock: Clock,
}

/// What has run, and what is to run by itself.
#[derive(Object)]
#[oai(rename = "Calendar")]
struct CalendarView {
    /// From when, included.
    from: Moment,
    /// Until when, not included.
    to: Moment,
    /// The runs that were asked for in that time, the last one first.
    runs: Vec<CalendarRun>,
    /// Whether there were more: only the last 2,000 jobs are looked at.
    runs_left_off: bool,
    /// The syncs that have a schedule, in the order in which they were made.
    schedules: Vec<CalendarSchedule>,
}

/// A run, in a line.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct CalendarRun {
    /// The run's id.
    id: RunId,
    /// The sync that it executes.
    sync_id: SyncId,
    /// The sync's name when the run was asked for.
    sync_name: String,
    /// What it is to do.
    kind: KindView,
    /// Where it stands.
    state: StateView,
    /// Whether a schedule asked for it, and no person.
    by_schedule: bool,
    /// When it was asked for.
    queued_at: Moment,
    /// When it began.
    started_at: Option<Moment>,
    /// When it ended.
    finished_at: Option<Moment>,
    /// Records that were not acceptable to the provider, or may have been written.
    open: u64,
}

/// When a sync is to run by itself.
#[derive(Object)]
struct CalendarSchedule {
    /// The sync's id.
    sync_id: SyncId,
    /// The sync's name.
    sync_name: String,
    /// The schedule's time zone.
    zone: String,
    /// Whether it rests, so that there are no times.
    paused: bool,
    /// The times to come in that span, the next one first; the first may have come already and
    /// wait for its run. Clocks that change are met as the schedule meets them.
    times: Vec<Moment>,
    /// Whether there are more: 1,500 are shown of one sync at most, and 10,000 of all.
    times_left_off: bool,
}

#[OpenApi(tag = "Tag::Runs")]
impl Resource {
    /// Shows when one's syncs have run and will run.
    ///
    /// Of the past there are runs, of the future the times of schedules, over 62 days at most:
    /// `?from=2027-03-01T00:00:00Z&to=2027-04-01T00:00:00Z`. A schedule's times that have passed
    /// without a run are not shown; the book has them.
    #[oai(path = "/calendar", method = "get", operation_id = "getCalendar")]
    async fn show(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        /// From this moment on (RFC 3339).
        from: Query<Moment>,
        /// Until this moment, which is no part of it (RFC 3339).
        to: Query<Moment>,
    ) -> Result<Json<CalendarView>, ApiError> {
        let (by, scope) = caller.owner()?;
        let span = checked(from.0, to.0)?;
        let calendar = self.syncs.calendar(&scope, span, &by).await?;
        let now = self.clock.now();
        let Calendar {
            runs,
            runs_left_off,
            planned,
        } = calendar;
        let runs = runs.iter().map(|run| RunView::of(run, now).into());
        Ok(Json(CalendarView {
            from: from.0,
            to: to.0,
            runs: runs.collect(),
            runs_left_off,
            schedules: planned.into_iter().map(CalendarSchedule::from).collect(),
        }))
    }
}

impl Resource {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            syncs: app.syncs.clone(),
            clock: app.clock.clone(),
        }
    }
}

/// Errs with `bad_query` on a span that goes back in time, or is too long.
fn checked(
    Moment(from): Moment,
    Moment(to): Moment,
) -> Result<(jiff::Timestamp, jiff::Timestamp), ApiError> {
    let bad = |detail: String| Err(ApiError::new(Code::BadQuery, detail));
    let span = to.duration_since(from);
    if !span.is_positive() {
        return bad("to: must lie after from".to_owned());
    }
    if span > jiff::SignedDuration::from_hours(24 * MOST_DAYS) {
        return bad(format!("to: lies more than {MOST_DAYS} days after from"));
    }
    Ok((from, to))
}

impl From<RunView> for CalendarRun {
    fn from(run: RunView) -> Self {
        Self {
            id: run.id,
            sync_id: run.sync_id,
            sync_name: run.sync_name,
            kind: run.kind,
            state: run.state,
            by_schedule: run.by.is_none(),
            queued_at: run.queued_at,
            started_at: run.started_at,
            finished_at: run.finished_at,
            open: run.counts.refused + run.counts.unknown,
        }
    }
}

impl From<Planned> for CalendarSchedule {
    fn from(planned: Planned) -> Self {
        Self {
            sync_id: planned.sync,
            sync_name: planned.name,
            zone: planned.zone,
            paused: planned.paused,
            times: planned.times.into_iter().map(Moment).collect(),
            times_left_off: planned.times_left_off,
        }
    }
}
