//! When syncs run by themselves.

use poem_openapi::param::{Header, Path};
use poem_openapi::payload::Json;
use poem_openapi::{Enum, Object, OpenApi};

use super::{Done, Tag};
use crate::app::App;
use crate::auth::Permission;
use crate::base::{BadCadence, Cadence, Clock, SyncId, TimeOfDay, Weekday, When};
use crate::http::tag::{self, Tagged};
use crate::http::{ApiError, Caller, Moment};
use crate::sync::{Missed, Schedule, Scheduled, Syncs, UNSET};

/// So many times to come are shown.
const SHOWN: usize = 10;

pub(super) struct Resource {
    syncs: Syncs,
    clock: Clock,
}

/// When a sync is to run by itself. `minute`, `at`, `days` and `cron` belong to some of `every`.
#[derive(Object)]
#[oai(rename = "NewSchedule", deny_unknown_fields)]
struct NewSchedule {
    /// How often.
    every: Every,
    /// With `hour`: at which minute, 0 to 59.
    minute: Option<u8>,
    /// With `day` and `week`: when on that day, such as `06:30`.
    #[oai(validator(max_length = 10))]
    at: Option<String>,
    /// With `week`: on which days.
    #[oai(validator(max_items = 7))]
    days: Option<Vec<Weekday>>,
    /// With `cron`: a pattern of five fields (minute, hour, day of the month, month, day of the
    /// week), such as `30 6 * * 1-5`.
    #[oai(validator(max_length = 200))]
    cron: Option<String>,
    /// Where the clocks stand that are meant: a name of the IANA database, such as `Europe/Berlin`.
    #[oai(validator(max_length = 100))]
    zone: String,
    /// What becomes of times at which the appliance was off or a run was under way: nothing
    /// (`skip`), one run for all of them (`once`), or one run for each (`all`).
    #[oai(default)]
    missed: Missed,
    /// Whether it rests for now.
    #[oai(default)]
    paused: bool,
}

/// How often a sync runs by itself.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ScheduleEvery", rename_all = "snake_case")]
enum Every {
    /// Every hour.
    Hour,
    /// Every day.
    Day,
    /// On some days of the week.
    Week,
    /// By a pattern for cron.
    Cron,
}

/// How often a sync runs by itself, or that it does not.
#[derive(Clone, Copy, Enum)]
#[oai(rename = "ScheduleKind", rename_all = "snake_case")]
enum KindView {
    /// Only when somebody asks for it: no schedule is set.
    Manual,
    /// Every hour.
    Hour,
    /// Every day.
    Day,
    /// On some days of the week.
    Week,
    /// By a pattern for cron.
    Cron,
}

/// When a sync runs by itself.
#[derive(Object)]
#[oai(rename = "Schedule", skip_serializing_if_is_none)]
struct ScheduleView {
    /// How often; `manual` while no schedule is set.
    every: KindView,
    /// With `hour`: at which minute.
    minute: Option<u8>,
    /// With `day` and `week`: when on that day.
    at: Option<String>,
    /// With `week`: on which days.
    days: Option<Vec<Weekday>>,
    /// With `cron`: the pattern.
    cron: Option<String>,
    /// The time zone; absent with `manual`.
    zone: Option<String>,
    /// What becomes of missed times; absent with `manual`, which misses none.
    missed: Option<Missed>,
    /// Whether it rests for now.
    paused: bool,
    /// The next time that nothing was done for yet; it lies in the past while a run is waited for.
    next_at: Option<Moment>,
    /// When a run that did not get through to its provider is tried again before that; absent when
    /// none is.
    #[oai(skip_serializing_if_is_none)]
    retry_at: Option<Moment>,
    /// The next ten times; none while it rests, and with `manual`.
    upcoming: Vec<UpcomingView>,
    /// Rises with every change, and with every time that has come; 0 with `manual`. In quotes it is
    /// the `ETag`.
    version: u64,
}

/// A time to come.
#[derive(Object)]
#[oai(rename = "UpcomingTime")]
struct UpcomingView {
    /// The time.
    at: Moment,
    /// As the clocks in the schedule's zone show it then, with their distance from UTC.
    local: String,
}

/// The times to come of a schedule that is yet to be set.
#[derive(Object)]
struct SchedulePreview {
    /// The next ten.
    items: Vec<UpcomingView>,
}

#[OpenApi(tag = "Tag::Syncs")]
impl Resource {
    /// Shows the next ten times of a schedule, without setting it.
    #[oai(
        path = "/syncs/schedule-preview",
        method = "post",
        operation_id = "previewSchedule"
    )]
    async fn preview(
        &self,
        #[oai(scope = "Permission::SyncRead")] _caller: Caller,
        body: Json<NewSchedule>,
    ) -> Result<Json<SchedulePreview>, ApiError> {
        let schedule = Schedule::try_from(body.0)?;
        let items = upcoming(&schedule.cadence, &self.clock);
        Ok(Json(SchedulePreview { items }))
    }

    /// Shows when a sync runs by itself.
    ///
    /// One that runs only when somebody asks for it is `manual`. `If-Match` with the `ETag` of that
    /// answer, or `If-None-Match: *`, sets a schedule only while there is none.
    #[oai(
        path = "/syncs/:id/schedule",
        method = "get",
        operation_id = "getSchedule"
    )]
    async fn show(
        &self,
        #[oai(scope = "Permission::SyncRead")] caller: Caller,
        id: Path<SyncId>,
    ) -> Result<Tagged<Json<ScheduleView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.read(&scope, id.0, &by)?;
        let scheduled = sync.schedule()?;
        Ok(scheduled.map_or_else(manual, |scheduled| self.tagged(scheduled)))
    }

    /// Sets when a sync runs by itself.
    ///
    /// Times are counted from now on. Runs of a schedule do not count against the limits on
    /// starts; they wait for each other and for their provider instead.
    #[oai(
        path = "/syncs/:id/schedule",
        method = "put",
        operation_id = "setSchedule"
    )]
    async fn set(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<SyncId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
        /// `*` when the sync must have no schedule yet.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
        body: Json<NewSchedule>,
    ) -> Result<Tagged<Json<ScheduleView>>, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        let (present, absent) = (if_match.0.as_deref(), if_none_match.0.as_deref());
        let asked = tag::if_match_or_absent(present, absent)?;
        let schedule = body.0.try_into()?;
        let scheduled = sync.set_schedule(schedule, &asked, &by).await?;
        Ok(self.tagged(scheduled))
    }

    /// Lets a sync run only when somebody asks for it.
    ///
    /// One that has no schedule answers `not_found`.
    #[oai(
        path = "/syncs/:id/schedule",
        method = "delete",
        operation_id = "removeSchedule"
    )]
    async fn remove(
        &self,
        #[oai(scope = "Permission::SyncRun")] caller: Caller,
        id: Path<SyncId>,
        #[oai(name = "If-Match")] if_match: Header<Option<String>>,
    ) -> Result<Done, ApiError> {
        let (by, scope) = caller.owner()?;
        let sync = self.syncs.open(&scope, id.0)?;
        let asked = tag::if_match(if_match.0.as_deref());
        sync.remove_schedule(&asked, &by).await?;
        Ok(Done::Done)
    }
}

impl Resource {
    pub(super) fn new(app: &App) -> Self {
        Self {
            syncs: app.syncs.clone(),
            clock: app.clock.clone(),
        }
    }

    fn tagged(&self, scheduled: Scheduled) -> Tagged<Json<ScheduleView>> {
        let version = scheduled.version.0;
        let Schedule {
            cadence,
            missed,
            paused,
        } = scheduled.schedule;
        let upcoming = if paused {
            Vec::new()
        } else {
            upcoming(&cadence, &self.clock)
        };
        let (every, minute, at, days, cron) = match cadence.when().clone() {
            When::Hour(minute) => (KindView::Hour, Some(minute), None, None, None),
            When::Day(at) => (KindView::Day, None, Some(at.to_string()), None, None),
            When::Week(days, at) => {
                let days = days.into_iter().collect();
                (KindView::Week, None, Some(at.to_string()), Some(days), None)
            }
            When::Cron(pattern) => (KindView::Cron, None, None, None, Some(pattern)),
        };
        let view = ScheduleView {
            every,
            minute,
            at,
            days,
            cron,
            zone: Some(cadence.zone().to_owned()),
            missed: Some(missed),
            paused,
            next_at: scheduled.next.map(Moment),
            retry_at: scheduled.retry.map(Moment),
            upcoming,
            version,
        };
        Tagged::at(version, Json(view))
    }
}

/// A sync that has no schedule.
fn manual() -> Tagged<Json<ScheduleView>> {
    let view = ScheduleView {
        every: KindView::Manual,
        minute: None,
        at: None,
        days: None,
        cron: None,
        zone: None,
        missed: None,
        paused: false,
        next_at: None,
        retry_at: None,
        upcoming: Vec::new(),
        version: UNSET,
    };
    Tagged::at(UNSET, Json(view))
}

fn upcoming(cadence: &Cadence, clock: &Clock) -> Vec<UpcomingView> {
    let times = cadence.upcoming(clock.now()).take(SHOWN);
    let shown = times.map(|at| UpcomingView {
        at: Moment(at),
        local: cadence.local(at).strftime("%Y-%m-%d %H:%M %:z").to_string(),
    });
    shown.collect()
}

impl TryFrom<NewSchedule> for Schedule {
    type Error = ApiError;

    fn try_from(new: NewSchedule) -> Result<Self, ApiError> {
        new.check_members()?;
        let missing = |part, what: &str| ApiError::invalid(part, what.to_owned());
        let at = || -> Result<TimeOfDay, ApiError> {
            let at = new.at.as_deref();
            let at = at.ok_or_else(|| missing("at", "say when on that day, such as 06:30"))?;
            at.parse().map_err(bad)
        };
        let when = match new.every {
            Every::Hour => When::Hour(new.minute.unwrap_or_default()),
            Every::Day => When::Day(at()?),
            Every::Week => {
                let days = new.days.clone().unwrap_or_default();
                When::Week(days.into_iter().collect(), at()?)
            }
            Every::Cron => {
                let pattern = new.cron.clone();
                When::Cron(
                    pattern
                        .ok_or_else(|| missing("cron", "give a pattern, such as 30 6 * * 1-5"))?,
                )
            }
        };
        Ok(Self {
            cadence: Cadence::new(when, &new.zone).map_err(bad)?,
            missed: new.missed,
            paused: new.paused,
        })
    }
}

impl NewSchedule {
    /// Errs on members that belong to another `every`: they would be read by nobody.
    fn check_members(&self) -> Result<(), ApiError> {
        let given = [
            ("minute", self.minute.is_some()),
            ("at", self.at.is_some()),
            ("days", self.days.is_some()),
            ("cron", self.cron.is_some()),
        ];
        let (every, belonging): (_, &[&str]) = match self.every {
            Every::Hour => ("hour", &["minute"]),
            Every::Day => ("day", &["at"]),
            Every::Week => ("week", &["at", "days"]),
            Every::Cron => ("cron", &["cron"]),
        };
        match given
            .iter()
            .find(|(name, given)| *given && !belonging.contains(name))
        {
            Some((name, _)) => {
                let what = format!(
                    "does not go with every = {every:?}, which takes {}",
                    belonging.join(" and ")
                );
                Err(ApiError::invalid(*name, what))
            }
            None => Ok(()),
        }
    }
}

fn bad(BadCadence { part, what }: BadCadence) -> ApiError {
    ApiError::invalid(part, what)
}
