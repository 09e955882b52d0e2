//! Makes syncs due when a provider tells that their base has changed, and queues their runs.
//!
//! What a provider tells is that there is something to be read; what is true is what is read. So
//! however often it tells, a sync is due once, and a run of it that is under way is waited for. It
//! stays due until a run gets through. What the provider fails to tell, the next scheduled run finds.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::definition::{Approval, BY_WATCHED, Definition, Definitions};
use super::direction::Direction;
use super::error::Error;
use super::job::{ACTIVE, Runs};
use super::mapping::Fault;
use super::owed::Wake;
use super::plan::{OPEN, Plans};
use super::sync::Sync;
use super::syncs::Syncs;
use super::timetable::{MayRun, fired};
use crate::audit::{Code, Event, Outcome};
use crate::base::metrics::PINGS;
use crate::base::{Actor, RunId, Scope, SyncId, UserId, chain};
use crate::connections::{self, Change, Connection, Heard, Place, Via};
use crate::store::{self, Batch, Collection, Entry, Index, OnDelete, Reference, Row, Scan, prefix};

/// A write that loses a race is tried again so often.
pub(super) const TRIES: u32 = 3;

/// When syncs are due because of what a provider has told, each under its sync.
pub(crate) struct Wakes;

/// Those that are due, by when.
static BY_DUE: Index = Index {
    name: "sync_wake.due",
    unique: true,
};

impl Collection for Wakes {
    const NAME: &'static str = "sync_wake";
    const INDEXES: &'static [&'static Index] = &[&BY_DUE];
    const REFERS: bool = true;
    type Key = (UserId, SyncId);
    type Value = Wake;

    fn entries((owner, sync): &Self::Key, wake: &Wake) -> Vec<Entry> {
        let due = wake.due_at.into_iter();
        due.map(|at| Entry::new(&BY_DUE, &(at, *owner, *sync)))
            .collect()
    }

    fn references(key: &Self::Key, _: &Wake) -> Vec<Reference> {
        vec![Reference::to::<Definitions>(key, OnDelete::Cascade)]
    }

    fn label((_, sync): &Self::Key, _: &Wake) -> String {
        format!("changes told to {sync}")
    }
}

impl Definition {
    /// The base that has to be watched for it.
    pub(super) fn watched(&self, owner: UserId) -> Option<Place> {
        let base = || (owner, self.connection, self.base.id.clone());
        self.run_on_change.then(base)
    }
}

/// Errs when a sync cannot be run by what changes at its provider.
pub(super) fn watchable(direction: Direction, connection: &Connection) -> Result<(), Error> {
    let fault = |message: String| {
        Error::Invalid(vec![Fault {
            path: "run_on_change".into(),
            message,
        }])
    };
    if direction == Direction::Push {
        let message = "a push reads nothing at the provider, whatever changes there";
        return Err(fault(message.to_owned()));
    }
    connection
        .watchable()
        .map_err(|reason| fault(reason.to_string()))
}

impl Sync {
    /// Adds to `batch` that it runs no more when its base has changed; whether it did.
    pub(super) fn no_longer_wakes(&self, batch: &mut Batch) -> Result<bool, Error> {
        if !self.definition().run_on_change {
            return Ok(false);
        }
        let fresh = Definition {
            run_on_change: false,
            ..self.definition().clone()
        };
        batch.replace::<Definitions>(&self.key(), &fresh, self.version());
        let wake = self.syncs().services.store.get::<Wakes>(&self.key())?;
        if let Some(row) = wake {
            batch.delete::<Wakes>(&row.key, row.version);
        }
        Ok(true)
    }
}

impl Syncs {
    /// Has watched what syncs wait for whose owners may run them, and no more: what nobody may act
    /// upon needs not be told. Says when to look again.
    pub async fn keep_watches(
        &self,
        may_run: MayRun<'_>,
        stop: &CancellationToken,
    ) -> Result<Option<Timestamp>, Error> {
        let mut wanted = BTreeSet::new();
        let moment = self.services.store.snapshot()?;
        let all = Scan::all(usize::MAX).by(&BY_WATCHED);
        moment.walk::<Definitions>(&all, |_, row| {
            wanted.extend(row.value.watched(row.key.0));
            Ok(ControlFlow::Continue(()))
        })?;
        drop(moment);
        let owners: BTreeSet<UserId> = wanted.iter().map(|(owner, ..)| *owner).collect();
        let idle: BTreeSet<UserId> = owners
            .into_iter()
            .filter(|owner| !may_run(*owner))
            .collect();
        wanted.retain(|(owner, ..)| !idle.contains(owner));
        let connections = &self.services.connections;
        let (next, begun) = connections.keep_watches(wanted, stop).await?;
        for heard in begun {
            self.hear(&heard, &Actor::system()).await?;
        }
        Ok(next)
    }

    /// Returns when what is to be watched may be another.
    pub async fn watches_rung(&self) {
        self.services.connections.watches_rung().await;
    }

    /// Takes in that a provider has told of a change: every sync that waits for it is due, once the
    /// pause since its last such run is over.
    pub async fn hear(&self, heard: &Heard, by: &Actor) -> Result<(), Error> {
        for _ in 0..TRIES {
            match self.try_hear(heard, by).await {
                Err(Error::Moved) => {}
                outcome => return outcome,
            }
        }
        Err(Error::Moved)
    }

    async fn try_hear(&self, heard: &Heard, by: &Actor) -> Result<(), Error> {
        let (store, clock) = (&self.services.store, &self.services.clock);
        let times = (clock.now(), self.services.settings.change_pause);
        let mut due = Vec::new();
        for key in self.waiting(heard)? {
            let kept = store.get::<Wakes>(&key)?;
            let under_way = self.begun(key.1)?;
            let wake = Wake::told(kept.as_ref().map(|row| &row.value), times, under_way);
            if let Some(wake) = wake {
                due.push((key, wake, kept.map(|row| row.version)));
            }
        }
        let mut batch = if due.is_empty() {
            Batch::bookkeeping()
        } else {
            let event = Event::new(Code::ChangeReported, by).entity(
                "connection",
                heard.connection.0,
                &heard.connection.1,
            );
            let event = match &heard.change {
                Change::Base(base) => event.detail("base", base.as_str()),
                Change::Table(table) => event.detail("table", table.as_str()),
                Change::Anything => event,
            };
            let begins = begins(&heard.via);
            let event = if begins {
                event.detail("begun", true)
            } else {
                event
            };
            let event = event.count("syncs", due.len() as u64);
            Batch::new(event.build(clock))
        };
        self.services.connections.note_heard(heard, &mut batch)?;
        for (key, wake, version) in &due {
            match version {
                Some(version) => batch.replace::<Wakes>(key, wake, *version),
                None => batch.insert::<Wakes>(key, wake),
            };
        }
        if !batch.is_empty() {
            self.commit(batch, "").await?;
        }
        let outcome = if due.is_empty() { "coalesced" } else { "heard" };
        if !begins(&heard.via) {
            PINGS.add([outcome.into()], 1);
        }
        if !due.is_empty() {
            self.services.nudge.ring();
        }
        Ok(())
    }

    /// The syncs that wait for what has changed.
    fn waiting(&self, heard: &Heard) -> Result<Vec<(UserId, SyncId)>, Error> {
        if let Via::Joining(sync) = heard.via {
            return Ok(vec![(heard.owner, sync)]);
        }
        let mut waiting = Vec::new();
        let through = prefix(&(heard.owner, heard.connection.0));
        let scan = Scan::prefix(through, usize::MAX).by(&BY_WATCHED);
        let moment = self.services.store.snapshot()?;
        moment.walk::<Definitions>(&scan, |_, row| {
            let Definition { base, table, .. } = &row.value;
            if heard.change.concerns(&base.id, &table.id) {
                waiting.push(row.key);
            }
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(waiting)
    }

    /// The job of a sync that is under way and had begun by now.
    fn begun(&self, sync: SyncId) -> Result<Option<RunId>, Error> {
        let active = self.services.store.find::<Runs>(&ACTIVE, &sync)?;
        let begun = active.filter(|row| row.value.started_at.is_some());
        Ok(begun.map(|row| row.key.1))
    }

    /// Queues the runs of syncs that are due because of what providers have told, and says when the
    /// next one is. As with schedules, one that cannot be queued keeps no other from it.
    pub(super) async fn fire_woken(
        &self,
        now: Timestamp,
        may_run: MayRun<'_>,
    ) -> Result<Option<Timestamp>, Error> {
        let (due, next) = self.due::<Wakes>((&BY_DUE, now), |kept| kept.due_at)?;
        for row in due {
            let id = row.key.1;
            fired(id, self.fire_one_woken(row, now, may_run).await);
        }
        Ok(next)
    }

    async fn fire_one_woken(
        &self,
        row: Row<Wakes>,
        now: Timestamp,
        may_run: MayRun<'_>,
    ) -> Result<(), Error> {
        let (owner, id) = row.key;
        let sync = self.open(&Scope::owned_by(owner), id)?;
        let store = &self.services.store;
        if store.find::<Runs>(&ACTIVE, &id)?.is_some() {
            return Ok(()); // its end rings
        }
        if !sync.definition().run_on_change {
            return self.settle(&row, now, None).await;
        }
        let open = store.find::<Plans>(&OPEN, &id)?;
        let approved = sync.definition().approval == Approval::Always;
        let heeded = |plan: &Row<Plans>| approved || plan.value.undoes.is_some();
        let unheeded = if !may_run(owner) {
            Some("OWNER_MAY_NOT_RUN")
        } else if sync.drifted()?.is_some_and(|kept| kept.value.stops) {
            Some("DRIFTED")
        } else if open.as_ref().is_some_and(heeded) {
            // Whoever has a plan before them is not to find another in its place.
            Some("PLAN_WAITS")
        } else {
            None
        };
        if let Some(why) = unheeded {
            return self.unheeded(&sync, &row, now, why).await;
        }
        let begun = match sync.definition().approval {
            Approval::Never => self.begin_woken(&sync, &row, now).await,
            Approval::Always => match sync.plan(false, &Actor::system()).await {
                Ok(_plan) => self.keep(&row, &self.woken(&row, now), None).await,
                Err(error) => Err(error),
            },
        };
        match begun {
            Err(Error::DatasetUnavailable(_)) => {
                self.unheeded(&sync, &row, now, "DATASET_UNAVAILABLE").await
            }
            begun => begun,
        }
    }

    /// Queues a run and moves on when the next one is due, together.
    async fn begin_woken(
        &self,
        sync: &Sync,
        row: &Row<Wakes>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let task = sync.definition().direction.task();
        let (run, mut batch) = sync.queueing(task, &Actor::system(), None)?;
        batch.replace::<Wakes>(&row.key, &self.woken(row, now), row.version);
        self.commit(batch, &sync.definition().name).await?;
        info!(run.id = %run.id, sync.id = %sync.id(), "run {} was queued because its base has changed", run.id);
        self.services.nudge.ring();
        Ok(())
    }

    async fn unheeded(
        &self,
        sync: &Sync,
        row: &Row<Wakes>,
        now: Timestamp,
        why: &'static str,
    ) -> Result<(), Error> {
        let act = Event::new(Code::ChangeUnheeded, &Actor::system())
            .entity("sync", sync.id(), &sync.definition().name)
            .status(Outcome::failed(why));
        self.settle(row, now, Some(act)).await
    }

    /// What is kept of a sync whose run was queued at `now`.
    fn woken(&self, row: &Row<Wakes>, now: Timestamp) -> Wake {
        let times = (now, self.services.settings.change_pause);
        row.value.begun(times, &mut rand::rng())
    }

    async fn settle(
        &self,
        row: &Row<Wakes>,
        now: Timestamp,
        act: Option<Event>,
    ) -> Result<(), Error> {
        self.keep(row, &Wake::settled(now), act).await
    }

    /// Keeps what is owed to a sync, and says in the book what was done about it, if anything was.
    pub(super) async fn keep(
        &self,
        row: &Row<Wakes>,
        fresh: &Wake,
        act: Option<Event>,
    ) -> Result<(), Error> {
        let mut batch = act.map_or_else(Batch::bookkeeping, |act| {
            Batch::new(act.build(&self.services.clock))
        });
        batch.replace::<Wakes>(&row.key, fresh, row.version);
        match self.services.store.commit(batch).await {
            Ok(_version) => {
                self.services.nudge.ring();
                Ok(())
            }
            Err(store::Error::Conflict(_)) => Err(Error::Moved),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether no provider has told of it: somebody begins to wait for what changes.
fn begins(via: &Via) -> bool {
    matches!(via, Via::Beginning | Via::Joining(_))
}

impl Sync {
    /// Makes a sync due that has begun to wait for changes of a base that others wait for already.
    /// What is there it reads with the next run anyway: what goes wrong here is only logged.
    pub(super) async fn join_watch(&self, by: &Actor) {
        if let Err(error) = self.try_join_watch(by).await {
            warn!(sync.id = %self.id(), error = %chain(&error), "sync {} is not due at once, though its base is watched", self.id());
        }
    }

    async fn try_join_watch(&self, by: &Actor) -> Result<(), Error> {
        let Some(place) = self.definition().watched(self.owner()) else {
            return Ok(());
        };
        let connections = &self.syncs().services.connections;
        match connections.joined(&place, self.id())? {
            Some(heard) => self.syncs().hear(&heard, by).await,
            None => Ok(()),
        }
    }

    /// Has the base of a sync that waits for changes looked at at once, whatever went wrong before.
    pub(super) async fn look_at_watch(&self) -> Result<(), connections::Error> {
        match self.definition().watched(self.owner()) {
            Some(place) => self.syncs().services.connections.look_again(&place).await,
            None => Ok(()),
        }
    }
}
