//! One sync, opened by its owner: changes it, deletes it, queues its runs.

use std::ops::ControlFlow;

use jiff::Timestamp;

use super::board::Run;
use super::definition::{Approval, Definition, Definitions};
use super::direction::PullingChange;
use super::drift::{Drift, Drifted};
use super::error::Error;
use super::extent::{Extent, limits};
use super::job::{BY_SYNC, Job, Runs, Starter, Task};
use super::mapping::{Way, Wish, check};
use super::meeting::{MeetingChange, Ways};
use super::priority::Priority;
use super::purge::{Purge, Purges};
use super::quarantine;
use super::removal::Deletes;
use super::resend::Resend;
use super::syncs::{Syncs, Target, checked_name};
use super::trouble::Trouble;
use super::wake::watchable;
use crate::audit::{Code, Event};
use crate::base::{Actor, Clock, Party, RunId, Scope, SyncId, UserId};
use crate::connections::WatchView;
use crate::store::{Batch, Row, Scan, prefix};

/// An opened sync.
#[derive(Clone)]
pub struct Sync {
    syncs: Syncs,
    row: Stored,
}

#[derive(Clone)]
struct Stored {
    owner: UserId,
    id: SyncId,
    definition: Definition,
    version: crate::store::Version,
}

/// What is to be changed of a sync; what is none stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The name.
    pub name: Option<String>,
    /// The pairs of fields.
    pub pairs: Option<Vec<(String, String)>>,
    /// The remote field that holds the key.
    pub remote_key_field_id: Option<String>,
    /// Whether the provider may convert values.
    pub typecast: Option<bool>,
    /// Whether runs need a plan that somebody has approved.
    pub approval: Option<Approval>,
    /// What becomes of deliveries that had no answer.
    pub resend: Option<Resend>,
    /// What a pull does about records that are gone at the provider.
    pub pulling: PullingChange,
    /// How a two-way sync settles what both sides have changed.
    pub meeting: MeetingChange,
    /// Which way fields go in a two-way sync; they come with the pairs.
    pub ways: Ways,
    /// Which of the dataset's records it writes.
    pub scope: Option<Extent>,
    /// What becomes of remote records that are no longer wanted.
    pub deletes: Option<Deletes>,
    /// So many hours a record must have been missing on one side before it is removed on the other.
    pub quarantine_hours: Option<u32>,
    /// What becomes of it when the table's fields change.
    pub drift: Option<Drift>,
    /// Whether it also runs when its provider tells that the base has changed.
    pub run_on_change: Option<bool>,
    /// How soon its runs are taken up among others that wait.
    pub priority: Option<Priority>,
    /// Remote fields that new pairs go without because they are lost: they are offered once they
    /// are good again.
    pub lost: Vec<String>,
}

/// What people want to know of a sync beside its definition.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview {
    /// The dataset's name.
    pub dataset: String,
    /// Whether the sync's owner may use the dataset; another may have shared it.
    pub dataset_available: bool,
    /// The connection's name.
    pub connection: String,
    /// The connection's provider.
    pub provider: String,
    /// The run that was asked for last.
    pub last_run: Option<Run>,
    /// Whether its records are delivered to where nothing can be read.
    pub delivers: bool,
    /// How it fails, when it does so time after time.
    pub failing: Option<Trouble>,
    /// How its mapping and its table have grown apart.
    pub drifted: Option<Drifted>,
    /// How its base is watched, when it waits for changes.
    pub watch: Option<WatchView>,
}

impl Sync {
    pub(super) fn new(syncs: Syncs, row: Row<Definitions>) -> Self {
        let (owner, id) = row.key;
        Self {
            syncs,
            row: Stored {
                owner,
                id,
                definition: row.value,
                version: row.version,
            },
        }
    }

    /// The batch that changed its definition last.
    pub fn version(&self) -> crate::store::Version {
        self.row.version
    }

    /// Its id.
    pub fn id(&self) -> SyncId {
        self.row.id
    }

    /// What it is.
    pub fn definition(&self) -> &Definition {
        &self.row.definition
    }

    /// The names of what it joins, and its last run.
    pub fn overview(&self) -> Result<Overview, Error> {
        let services = &self.syncs.services;
        let (scope, sync) = (self.scope(), &self.row.definition);
        let connection = services.connections.open(&scope, sync.connection)?;
        let (dataset, dataset_available) = match self.syncs.dataset_of(&scope, sync) {
            Ok(dataset) => (dataset.name().to_owned(), true),
            Err(Error::DatasetUnavailable(name)) => (name, false),
            Err(error) => return Err(error),
        };
        Ok(Overview {
            dataset,
            dataset_available,
            connection: connection.name().to_owned(),
            provider: connection.provider().to_string(),
            delivers: !connection.provider().shows_records(),
            last_run: self.last_run()?,
            failing: self.failing()?,
            drifted: self.drifted()?.map(|row| row.value),
            watch: match sync.watched(self.row.owner) {
                Some(place) => services.connections.watch_of(&place)?,
                None => None,
            },
        })
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.syncs.services.clock.now()
    }

    /// The run that was asked for last; the jobs that make plans are none.
    fn last_run(&self) -> Result<Option<Run>, Error> {
        let scan = Scan::prefix(prefix(&self.row.id), usize::MAX)
            .by(&BY_SYNC)
            .backwards();
        let mut last = None;
        let moment = self.syncs.services.store.snapshot()?;
        moment.walk::<Runs>(&scan, |_, row| {
            Ok(if matches!(row.value.task, Task::Plan(_)) {
                ControlFlow::Continue(())
            } else {
                last = Some(self.syncs.shown(Run::kept(row.key.1, row.value)));
                ControlFlow::Break(())
            })
        })?;
        Ok(last)
    }

    /// Changes it. A new mapping is looked at with the table as it is now.
    pub async fn change(self, change: Change, by: &Actor) -> Result<Self, Error> {
        let mut fresh = self.row.definition.clone();
        if let Some(name) = &change.name {
            fresh.name = checked_name(name)?;
        }
        fresh.approval = change.approval.unwrap_or(fresh.approval);
        fresh.typecast = change.typecast.unwrap_or(fresh.typecast);
        fresh.drift = change.drift.unwrap_or(fresh.drift);
        fresh.priority = change.priority.unwrap_or(fresh.priority);
        self.switch(&mut fresh, &change)?;
        if let Some(resend) = change.resend {
            self.syncs
                .demand_deliveries(&self.scope(), fresh.connection)?;
            fresh.resend = resend;
        }
        let pulling = change.pulling.apply(fresh.direction, fresh.pulling);
        fresh.pulling = pulling.map_err(Error::Invalid)?;
        let meeting = change.meeting.apply(fresh.direction, &fresh.meeting);
        fresh.meeting = meeting.map_err(Error::Invalid)?;
        self.limit(&mut fresh, &change)?;
        let hours = change.quarantine_hours.unwrap_or(fresh.quarantine_hours);
        fresh.quarantine_hours = quarantine::check(fresh.direction, hours)?;
        let remapped = change.pairs.is_some()
            || change.remote_key_field_id.is_some()
            || fresh.typecast != self.row.definition.typecast;
        let switched = change.run_on_change.is_some();
        let joins = fresh.run_on_change && !self.row.definition.run_on_change;
        let ends_drift = remapped || change.drift.is_some();
        if remapped {
            self.remap(&mut fresh, change, by).await?;
        }
        fresh.updated_at = self.syncs.services.clock.now();
        let act = self.changed(&fresh, remapped, by);
        let mut batch = Batch::new(act.build(&self.syncs.services.clock));
        let key = (self.row.owner, self.row.id);
        batch.replace::<Definitions>(&key, &fresh, self.row.version);
        if ends_drift {
            self.end_drift(&mut batch)?;
        }
        if !self.row.definition.quarantines() {
            // What a crash has left of an earlier time, when nobody looked after it since.
            self.syncs.let_all_out(self.row.id).await?;
        }
        self.syncs.commit(batch, &fresh.name).await?;
        if !fresh.quarantines() {
            self.syncs.let_all_out(self.row.id).await?;
        }
        self.syncs.services.nudge.ring();
        let changed = self.syncs.open(&self.scope(), self.row.id)?;
        if joins {
            changed.join_watch(by).await;
        }
        if switched {
            changed.look_at_watch().await?;
            self.syncs.services.connections.ring_watches();
        }
        Ok(changed)
    }

    /// The event that says what it is from now on.
    fn changed(&self, fresh: &Definition, remapped: bool, by: &Actor) -> Event {
        Event::new(Code::SyncUpdated, by)
            .entity("sync", self.row.id, &fresh.name)
            .detail("mapping_changed", remapped)
            .detail("approval", fresh.approval.name())
            .detail("gone", fresh.pulling.gone.name())
            .detail("conflicts", fresh.meeting.policy.name())
            .detail("scope", fresh.scope.name())
            .detail("deletes", fresh.deletes.policy.name())
            .detail("drift", fresh.drift.name())
            .detail("resend_unknown", fresh.resend.name())
            .detail("full_every_hours", fresh.pulling.full_every_hours)
            .detail("run_on_change", fresh.run_on_change)
            .detail("priority", fresh.priority.name())
            .detail("quarantine_hours", fresh.quarantine_hours)
    }

    /// Takes over whether it runs when its base has changed.
    fn switch(&self, fresh: &mut Definition, change: &Change) -> Result<(), Error> {
        if change.run_on_change == Some(true) {
            let connections = &self.syncs.services.connections;
            let connection = connections.open(&self.scope(), fresh.connection)?;
            watchable(fresh.direction, &connection)?;
        }
        fresh.run_on_change = change.run_on_change.unwrap_or(fresh.run_on_change);
        Ok(())
    }

    /// Takes over which records are written, and what becomes of those no longer wanted.
    fn limit(&self, fresh: &mut Definition, change: &Change) -> Result<(), Error> {
        if change.scope.is_none() && change.deletes.is_none() {
            return Ok(());
        }
        let scope = change.scope.as_ref().unwrap_or(&fresh.scope).clone();
        let deletes = change.deletes.unwrap_or(fresh.deletes);
        let dataset = self.syncs.dataset_of(&self.scope(), fresh)?;
        let connections = &self.syncs.services.connections;
        let provider = connections
            .open(&self.scope(), fresh.connection)?
            .provider();
        limits(fresh.direction, (&scope, deletes), &dataset, provider).map_err(Error::Invalid)?;
        (fresh.scope, fresh.deletes) = (scope, deletes);
        Ok(())
    }

    async fn remap(&self, fresh: &mut Definition, change: Change, by: &Actor) -> Result<(), Error> {
        let target = Target {
            dataset: fresh.dataset,
            connection: fresh.connection,
            base: fresh.base.id.clone(),
            table: fresh.table.id.clone(),
        };
        let scope = self.scope();
        let dataset = self.syncs.dataset_of(&scope, fresh)?;
        let (base, table) = self.syncs.table(&scope, &target, by).await?;
        let kept = || {
            let pairs = fresh.mapping.iter();
            // The key's pair follows from the remote key field, which may be another now.
            let pairs = pairs.filter(|pair| pair.field != dataset.key_field());
            pairs
                .map(|pair| (pair.field.clone(), pair.remote_field_id.clone()))
                .collect()
        };
        let ways = match change.pairs {
            Some(_) => change.ways,
            None => fresh.meeting.ways.clone(),
        };
        let lost = change.lost.clone();
        let wish = Wish {
            ways,
            pairs: change.pairs.unwrap_or_else(kept),
            remote_key_field_id: change
                .remote_key_field_id
                .unwrap_or_else(|| fresh.remote_key_field_id.clone()),
        };
        let (schema, key) = (dataset.schema(), dataset.key_field());
        let way = Way {
            direction: fresh.direction,
            typecast: fresh.typecast,
        };
        let mapping = check(&wish, schema, key, &table, way).map_err(Error::Invalid)?;
        let former = std::mem::replace(&mut fresh.mapping, mapping);
        if former != fresh.mapping {
            fresh.remember(&former);
        }
        let mut known = table.field_ids();
        known.retain(|id| !lost.contains(id));
        fresh.known_fields = Some(known);
        fresh.remote_key_field_id = wish.remote_key_field_id;
        fresh.meeting.ways = wish.ways;
        fresh.base = base;
        fresh.table.name = table.name;
        Ok(())
    }

    /// Deletes it with its runs and links; the remote table stays as it is.
    ///
    /// Errs while a run of it has not ended.
    pub async fn delete(self, by: &Actor) -> Result<(), Error> {
        let act = Event::new(Code::SyncDeleted, by)
            .entity("sync", self.row.id, &self.row.definition.name)
            .build(&self.syncs.services.clock);
        let mut batch = Batch::new(act);
        batch.delete::<Definitions>(&(self.row.owner, self.row.id), self.row.version);
        let owner = self.row.owner;
        batch.insert::<Purges>(&self.row.id, &Purge { owner });
        match self.syncs.commit(batch, "").await {
            Err(Error::Store(crate::store::Error::Referenced(_))) => Err(Error::Busy),
            outcome => {
                self.syncs.services.nudge.ring();
                self.syncs.services.connections.ring_watches();
                outcome
            }
        }
    }

    /// Queues a run and rings for it. Errs while another has not ended.
    ///
    /// Also errs when runs of the sync need an approved plan.
    pub async fn queue(&self, by: &Actor) -> Result<Run, Error> {
        self.leave_to_write()?;
        self.queue_job(self.row.definition.direction.task(), by)
            .await
    }

    /// Queues a run over what was refused in an ended run of this sync, or stayed unknown, alone.
    pub async fn retry(&self, id: RunId, by: &Actor) -> Result<Run, Error> {
        self.leave_to_write()?;
        let job = self.syncs.job(&self.scope(), id)?;
        if !job.state.ended() {
            return Err(Error::NotEnded(id));
        }
        if job.counts.refused + job.counts.unknown == 0 {
            return Err(Error::NothingLeft(id));
        }
        self.queue_job(Task::Retry(id), by).await
    }

    /// Errs when nothing may be written without a plan that somebody has approved.
    fn leave_to_write(&self) -> Result<(), Error> {
        match self.row.definition.approval {
            Approval::Never => Ok(()),
            Approval::Always => Err(Error::ApprovalRequired),
        }
    }

    async fn queue_job(&self, task: Task, by: &Actor) -> Result<Run, Error> {
        let (run, batch) = self.queueing(task, by, None)?;
        self.syncs.commit(batch, &self.row.definition.name).await?;
        self.syncs.services.nudge.ring();
        Ok(run)
    }

    /// A run, and the batch that queues it; for the time `of` of the schedule, or because somebody
    /// asked for it.
    pub(super) fn queueing(
        &self,
        task: Task,
        by: &Actor,
        of: Option<Timestamp>,
    ) -> Result<(Run, Batch), Error> {
        self.reaches_dataset()?;
        let clock = &self.syncs.services.clock;
        let name = &self.row.definition.name;
        let id = RunId::new(clock);
        let job = Job::queued((self.row.id, name), task, starter(by), clock.now());
        let job = job.going(self.row.definition.direction);
        let mut act = Event::new(Code::RunQueued, by)
            .entity("run", id, name)
            .entity("sync", self.row.id, name);
        if let Task::Retry(of) = task {
            act = act.detail("retry_of", of.to_string());
        }
        if let Some(of) = of {
            act = act.detail("scheduled_for", of.to_string());
        }
        let mut batch = Batch::new(act.build(clock));
        self.syncs.supersede(&mut batch, self.row.id)?;
        batch.insert::<Runs>(&(self.row.owner, id), &job);
        Ok((Run::kept(id, job), batch))
    }

    pub(super) fn key(&self) -> (UserId, SyncId) {
        (self.row.owner, self.row.id)
    }

    /// Lets the batch pass only while the sync is as it was opened.
    pub(super) fn hold(&self, batch: &mut Batch) {
        batch.require::<Definitions>(&self.key(), self.row.version);
    }

    pub(super) fn owner(&self) -> UserId {
        self.row.owner
    }

    pub(super) fn syncs(&self) -> &Syncs {
        &self.syncs
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.syncs.services.clock
    }

    fn scope(&self) -> Scope {
        Scope::owned_by(self.row.owner)
    }
}

/// The person behind an actor, under the name that they had.
pub(super) fn starter(by: &Actor) -> Option<Starter> {
    let (id, name) = match &by.party {
        Party::User { id, email, .. } => (*id, email.clone()),
        Party::Operator { on_behalf_of, .. } => on_behalf_of.clone()?,
        Party::Run { .. } | Party::Anonymous | Party::System => return None,
    };
    Some(Starter { id, name })
}
