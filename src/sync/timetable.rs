//! Sets schedules, shows them, and queues the runs whose time has come.

use std::ops::ControlFlow;

use jiff::Timestamp;
use tracing::{info, warn};

use super::definition::Approval;
use super::error::Error;
use super::job::{ACTIVE, Job, Runs, Task};
use super::owed::Upshot;
use super::plan::{OPEN, Plans};
use super::schedule::{BY_DUE, Busy, Schedule, Schedules, Step, Timetable};
use super::sync::Sync;
use super::syncs::Syncs;
use crate::audit::{Code, Event, Outcome};
use crate::base::{Actor, Precondition, Scope, SyncId, UserId, chain};
use crate::jobs::{Failure, State};
use crate::store::{self, Batch, Collection, Index, Row, Scan, Version};

/// A schedule and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The schedule.
    pub schedule: Schedule,
    /// The next time that nothing was done for yet: it lies in the past while an earlier run is
    /// waited for, and is none while the schedule rests.
    pub next: Option<Timestamp>,
    /// When a run that did not get through to its provider is tried again before that.
    pub retry: Option<Timestamp>,
    /// The batch that wrote it last.
    pub version: Version,
}

/// The version of the schedule of a sync that has none: no batch has this number.
pub const UNSET: u64 = 0;

/// Why a run fails that did not get through.
pub(super) const UNAVAILABLE: &str = "provider_unavailable";

/// Whether the owner of a sync may still run it.
pub type MayRun<'a> = &'a (dyn Fn(UserId) -> bool + std::marker::Sync);

impl Sync {
    /// When it runs by itself; none when it does not.
    pub fn schedule(&self) -> Result<Option<Scheduled>, Error> {
        let kept = self.timetable()?;
        Ok(kept.map(|row| Scheduled {
            next: row.value.next.filter(|_| !row.value.schedule.paused),
            retry: row.value.retry.and_then(|retry| retry.at),
            schedule: row.value.schedule,
            version: row.version,
        }))
    }

    /// Sets when it runs by itself, from now on, if its schedule is as `asked`.
    pub async fn set_schedule(
        &self,
        schedule: Schedule,
        asked: &Precondition,
        by: &Actor,
    ) -> Result<Scheduled, Error> {
        let kept = self.timetable()?.map(|row| row.version);
        if !is_as_asked(asked, kept) {
            return Err(Error::Precondition);
        }
        let cadence = &schedule.cadence;
        let act = Event::new(Code::ScheduleSet, by)
            .entity("sync", self.id(), &self.definition().name)
            .detail("cron", cadence.when().to_string())
            .detail("zone", cadence.zone())
            .detail("missed", schedule.missed.name())
            .detail("paused", schedule.paused);
        let now = self.clock().now();
        let timetable = Timetable::new(schedule, self.id(), now, self.syncs().jitter());
        let mut batch = Batch::new(act.build(self.clock()));
        self.hold(&mut batch);
        match kept {
            Some(version) => batch.replace::<Schedules>(&self.key(), &timetable, version),
            None => batch.insert::<Schedules>(&self.key(), &timetable),
        };
        self.own_rest(&mut batch)?;
        self.syncs().commit(batch, "").await?;
        self.syncs().services.nudge.ring();
        self.schedule()?.ok_or(Error::Moved)
    }

    /// Lets it run only when somebody asks for it, if its schedule is as `asked`.
    pub async fn remove_schedule(&self, asked: &Precondition, by: &Actor) -> Result<(), Error> {
        let row = self.timetable()?.ok_or(Error::NoSchedule)?;
        if !asked.holds(Some(row.version.0)) {
            return Err(Error::Precondition);
        }
        let act = Event::new(Code::ScheduleRemoved, by).entity(
            "sync",
            self.id(),
            &self.definition().name,
        );
        let mut batch = Batch::new(act.build(self.clock()));
        batch.delete::<Schedules>(&row.key, row.version);
        self.own_rest(&mut batch)?;
        self.syncs().commit(batch, "").await
    }

    /// Its schedule, made to rest; none when it has none, or one that rests already.
    pub(super) fn rested(&self) -> Result<Option<Row<Schedules>>, Error> {
        let awake = self.timetable()?.filter(|row| !row.value.schedule.paused);
        Ok(awake.map(|mut row| {
            row.value.schedule.paused = true;
            row
        }))
    }

    /// Lets its schedule go on from now.
    pub(super) fn wake(&self, batch: &mut Batch) -> Result<(), Error> {
        let Some(row) = self.timetable()? else {
            return Ok(()); // it was removed meanwhile
        };
        let mut schedule = row.value.schedule;
        schedule.paused = false;
        let (now, jitter) = (self.clock().now(), self.syncs().jitter());
        let timetable = Timetable::new(schedule, self.id(), now, jitter);
        batch.replace::<Schedules>(&row.key, &timetable, row.version);
        Ok(())
    }

    fn timetable(&self) -> Result<Option<Row<Schedules>>, Error> {
        Ok(self.syncs().services.store.get::<Schedules>(&self.key())?)
    }
}

/// Whether a schedule at `kept` is as `asked`. One that is not set can be asked for as that.
fn is_as_asked(asked: &Precondition, kept: Option<Version>) -> bool {
    let is_unset = || matches!(asked, Precondition::At(versions) if versions.contains(&UNSET));
    asked.holds(kept.map(|version| version.0)) || kept.is_none() && is_unset()
}

/// Tells that a run that was due could not be queued: it waits for the next look.
pub(super) fn fired(id: SyncId, outcome: Result<(), Error>) {
    match outcome {
        // Somebody has changed or deleted it meanwhile, and has rung.
        Err(Error::Moved | Error::Busy | Error::UnknownSync(_)) | Ok(()) => {}
        Err(error) => {
            warn!(sync.id = %id, error = %chain(&error), "a run of sync {id} that is due waits for the next look");
        }
    }
}

impl Syncs {
    /// The rows that are due at `now`, by an index over the time that `at` gives, and when the next
    /// one is.
    pub(super) fn due<C: Collection>(
        &self,
        (index, now): (&'static Index, Timestamp),
        at: impl Fn(&C::Value) -> Option<Timestamp>,
    ) -> Result<(Vec<Row<C>>, Option<Timestamp>), Error> {
        let (mut due, mut next) = (Vec::new(), None);
        let moment = self.services.store.snapshot()?;
        moment.walk::<C>(&Scan::all(usize::MAX).by(index), |_, row| {
            next = at(&row.value).filter(|at| *at > now);
            Ok(if next.is_some() {
                ControlFlow::Break(())
            } else {
                due.push(row);
                ControlFlow::Continue(())
            })
        })?;
        Ok((due, next))
    }

    /// Queues the runs whose time has come, and says when to look again: at the latest then, and
    /// whenever a run has ended. A sync whose run cannot be queued is told and left for the next
    /// look, so that it keeps no other from running.
    pub async fn fire(&self, may_run: MayRun<'_>) -> Result<Option<Timestamp>, Error> {
        let now = self.services.clock.now();
        let (due, next) = self.due::<Schedules>((&BY_DUE, now), |kept| kept.wakes_at)?;
        for row in due {
            let id = row.key.1;
            fired(id, self.fire_one(row, now, may_run).await);
        }
        let woken = self.fire_woken(now, may_run).await?;
        Ok(next.into_iter().chain(woken).min())
    }

    async fn fire_one(
        &self,
        row: Row<Schedules>,
        now: Timestamp,
        may_run: MayRun<'_>,
    ) -> Result<(), Error> {
        let (owner, id) = row.key;
        let sync = self.open(&Scope::owned_by(owner), id)?;
        let store = &self.services.store;
        let busy = match store.find::<Runs>(&ACTIVE, &id)? {
            Some(_) => Busy::Running,
            None => Busy::Idle,
        };
        let (of, then) = match row.value.step(now, busy) {
            Step::Wait => return Ok(()),
            Step::Pass { then } => return self.pass(&sync, &row, then, "MISSED").await,
            Step::Run { of, then } => (of, then),
        };
        if !may_run(owner) {
            let then = row.value.schedule.cadence.after(now);
            return self.pass(&sync, &row, then, "OWNER_MAY_NOT_RUN").await;
        }
        let begun = match sync.definition().approval {
            Approval::Never => self.begin(&sync, &row, of, then).await,
            // Whoever has a plan before them is not to find another in its place.
            Approval::Always if store.find::<Plans>(&OPEN, &id)?.is_some() => {
                return self.pass(&sync, &row, then, "PLAN_WAITS").await;
            }
            Approval::Always => match sync.plan(false, &Actor::system()).await {
                Ok(_plan) => self.move_on(&row, then, None).await,
                Err(error) => Err(error),
            },
        };
        match begun {
            Err(Error::DatasetUnavailable(_)) => {
                let then = row.value.schedule.cadence.after(now);
                self.pass(&sync, &row, then, "DATASET_UNAVAILABLE").await
            }
            begun => begun,
        }
    }

    /// Queues a run for the time `of` and moves the timetable on, together.
    async fn begin(
        &self,
        sync: &Sync,
        row: &Row<Schedules>,
        of: Timestamp,
        then: Option<Timestamp>,
    ) -> Result<(), Error> {
        let by = Actor::system();
        let (run, mut batch) = sync.queueing(sync.definition().direction.task(), &by, Some(of))?;
        let moved = row.value.clone().moved(then, sync.id(), self.jitter());
        batch.replace::<Schedules>(&row.key, &moved, row.version);
        self.commit(batch, &sync.definition().name).await?;
        info!(run.id = %run.id, sync.id = %sync.id(), %of, "run {} was queued by its schedule", run.id);
        self.services.nudge.ring();
        Ok(())
    }

    /// Has a run that was due tried again soon if it did not get through to its provider. The run's
    /// own end matters more: what cannot be noted is only logged.
    pub(super) async fn plan_retry(&self, owner: UserId, job: &Job) {
        let unavailable = |failure: &Failure| failure.code == UNAVAILABLE;
        let upshot = match &job.state {
            State::Done => Upshot::Through,
            State::Failed(failure) if unavailable(failure) => Upshot::InVain,
            _ => return,
        };
        if job.by.is_some() || matches!(job.task, Task::Plan(_)) {
            return;
        }
        if let Err(error) = self.try_plan_retry((owner, job.sync), upshot).await {
            warn!(sync.id = %job.sync, error = %chain(&error), "when a run of sync {} is tried again was not kept", job.sync);
        }
    }

    async fn try_plan_retry(&self, key: (UserId, SyncId), upshot: Upshot) -> Result<(), Error> {
        let Some(row) = self.services.store.get::<Schedules>(&key)? else {
            return Ok(());
        };
        let (now, place) = (self.services.clock.now(), (key.1, self.jitter()));
        let Some(next) = row.value.after_run(upshot, now, place) else {
            return Ok(());
        };
        let mut batch = Batch::bookkeeping();
        batch.replace::<Schedules>(&key, &next, row.version);
        match self.services.store.commit(batch).await {
            // Somebody has just changed it.
            Ok(_) | Err(store::Error::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Lets times go by without a run, and says so in the book.
    async fn pass(
        &self,
        sync: &Sync,
        row: &Row<Schedules>,
        then: Option<Timestamp>,
        why: &'static str,
    ) -> Result<(), Error> {
        let passed = row.value.next.map(|at| at.to_string());
        let act = Event::new(Code::ScheduleMissed, &Actor::system())
            .entity("sync", sync.id(), &sync.definition().name)
            .detail("first", passed.unwrap_or_default())
            .status(Outcome::failed(why));
        self.move_on(row, then, Some(act)).await
    }

    async fn move_on(
        &self,
        row: &Row<Schedules>,
        then: Option<Timestamp>,
        act: Option<Event>,
    ) -> Result<(), Error> {
        let mut batch = act.map_or_else(Batch::bookkeeping, |act| {
            Batch::new(act.build(&self.services.clock))
        });
        let moved = row.value.clone().moved(then, row.key.1, self.jitter());
        batch.replace::<Schedules>(&row.key, &moved, row.version);
        match self.services.store.commit(batch).await {
            Ok(_version) => {
                self.services.nudge.ring();
                Ok(())
            }
            Err(store::Error::Conflict(_)) => Err(Error::Moved),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn jitter(&self) -> std::time::Duration {
        self.services.settings.jitter
    }
}
