//! Makes, finds and lists syncs.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::board::{Board, Run};
use super::cancel::{Cancels, Stops};
use super::claim::Claims;
use super::conflict::Conflicts;
use super::definition::{Approval, BY_NAME, Definition, Definitions, Named};
use super::direction::{Direction, Pulling, PullingChange};
use super::drift::{Drift, Drifts};
use super::error::Error;
use super::extent::{Extent, limits};
use super::intent::Intents;
use super::job::{Runs, Task};
use super::lender::Lender;
use super::letter::DeadLetters;
use super::link::Links;
use super::mapping::{Fault, Way, Wish, check};
use super::meeting::{Meeting, MeetingChange};
use super::memory::Memories;
use super::outcome::Outcomes;
use super::past::Pasts;
use super::plan::{Blocks, ById, ByKey, Plans};
use super::priority::Priority;
use super::proposal::{Proposal, propose};
use super::purge::Purges;
use super::quarantine::{self, Quarantined};
use super::removal::Deletes;
use super::resend::Resend;
use super::schedule::Schedules;
use super::sync::Sync;
use super::tide::Tides;
use super::tie::Ties;
use super::trouble::Troubles;
use super::unfiled::Unfiled;
use super::wake::{Wakes, watchable};
use crate::audit::{Code, Event, Log};
use crate::base::{
    Actor, Blocking, Clock, ConnectionId, Cursor, DatasetId, Nudge, RunId, Scope, SyncId,
};
use crate::config;
use crate::connections::{Connection, Connections};
use crate::datasets::Datasets;
use crate::providers::RemoteTable;
use crate::store::{self, Batch, Scan, Store, Table, prefix};

/// What syncs are built upon.
#[derive(Clone)]
pub struct Services {
    /// Where they are kept.
    pub store: Store,
    /// Where records come from.
    pub datasets: Datasets,
    /// Through which accounts they go.
    pub connections: Connections,
    /// The book.
    pub log: Log,
    /// The time.
    pub clock: Clock,
    /// Where long reads happen.
    pub blocking: Blocking,
    /// Rung when a run is queued.
    pub nudge: Nudge,
    /// How long things are kept.
    pub settings: Settings,
}

/// How long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Runs and plans that have ended.
    pub keep_ended: Duration,
    /// How long a plan can be approved.
    pub plan_validity: Duration,
    /// Runs of a schedule begin up to so long after their time.
    pub jitter: Duration,
    /// A pull of changes reads what was changed up to so long before the last one, once more.
    pub pull_overlap: Duration,
    /// What a run has done, so that it can be undone.
    pub undo_for: Duration,
    /// How many bytes of that are kept of one run.
    pub undo_bytes: u64,
    /// At least so long lies between two runs of a sync that changes at its provider ask for.
    pub change_pause: Duration,
    /// A sync fails, as the book says it, once so many of its jobs have failed one after the other.
    pub failing_after: u32,
}

impl From<&config::Sync> for Settings {
    fn from(settings: &config::Sync) -> Self {
        Self {
            keep_ended: settings.keep_ended,
            plan_validity: settings.plan_validity,
            jitter: settings.schedule_jitter,
            pull_overlap: settings.pull_overlap,
            undo_for: settings.undo_for,
            undo_bytes: u64::from(settings.undo_megabytes) * 1_000_000,
            change_pause: settings.change_pause,
            failing_after: settings.failing_after,
        }
    }
}

/// Every sync. Clones share them.
#[derive(Clone)]
pub struct Syncs {
    pub(super) services: Arc<Services>,
    pub(super) board: Board,
    pub(super) stops: Stops,
}

/// A table at the end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The dataset.
    pub dataset: DatasetId,
    /// The connection.
    pub connection: ConnectionId,
    /// The provider's id of the base.
    pub base: String,
    /// The provider's id of the table.
    pub table: String,
}

/// A sync that is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct New {
    /// What its owner calls it: 1 to 120 characters, no other sync's in any case of letters.
    pub name: String,
    /// Which way records go.
    pub direction: Direction,
    /// What a pull does about records that are gone at the provider.
    pub pulling: PullingChange,
    /// How a two-way sync settles what both sides have changed.
    pub meeting: MeetingChange,
    /// What it joins.
    pub target: Target,
    /// Which field goes where.
    pub wish: Wish,
    /// Whether the provider may convert values and add missing options.
    pub typecast: bool,
    /// Whether runs need a plan that somebody has approved.
    pub approval: Approval,
    /// Which of the dataset's records it writes.
    pub scope: Extent,
    /// What becomes of remote records that are no longer wanted.
    pub deletes: Deletes,
    /// What becomes of it when the table's fields change.
    pub drift: Drift,
    /// So many hours a record must have been missing on one side before it is removed on the other.
    pub quarantine_hours: u32,
    /// What becomes of deliveries that had no answer; deliveries alone have such a rule.
    pub resend: Option<Resend>,
    /// Whether it also runs when its provider tells that the base has changed.
    pub run_on_change: bool,
    /// How soon its runs are taken up among others that wait.
    pub priority: Priority,
}

/// Some of an owner's syncs.
pub struct SyncsPage {
    /// In the order in which they were made.
    pub syncs: Vec<Sync>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// At most so many items.
    pub limit: usize,
    /// Where the part before it ended; none for the beginning.
    pub after: Option<Cursor>,
}

/// The collections of this module, for the store's registry.
pub fn tables() -> [Table; 24] {
    [
        Table::of::<Definitions>(),
        Table::of::<Runs>(),
        Table::of::<Links>(),
        Table::of::<Ties>(),
        Table::of::<Unfiled>(),
        Table::of::<Tides>(),
        Table::of::<Intents>(),
        Table::of::<Outcomes>(),
        Table::of::<Purges>(),
        Table::of::<Cancels>(),
        Table::of::<Claims>(),
        Table::of::<DeadLetters>(),
        Table::of::<Schedules>(),
        Table::of::<Troubles>(),
        Table::of::<Drifts>(),
        Table::of::<Plans>(),
        Table::of::<Blocks>(),
        Table::of::<ById>(),
        Table::of::<ByKey>(),
        Table::of::<Conflicts>(),
        Table::of::<Memories>(),
        Table::of::<Pasts>(),
        Table::of::<Wakes>(),
        Table::of::<Quarantined>(),
    ]
}

impl Syncs {
    /// Syncs over what they are built upon.
    pub fn new(services: Services) -> Self {
        Self {
            services: Arc::new(services),
            board: Board::default(),
            stops: Stops::default(),
        }
    }

    /// Proposes how the fields of a dataset might belong to those of a table.
    pub async fn propose(
        &self,
        scope: &Scope,
        (target, direction): (&Target, Direction),
        by: &Actor,
    ) -> Result<Proposal, Error> {
        let dataset = self.services.datasets.open(scope, target.dataset)?;
        dataset.demand(direction.needs())?;
        self.demand_records(scope, (target.connection, direction))?;
        let (_, table) = self.table(scope, target, by).await?;
        let (schema, key) = (dataset.schema(), dataset.key_field());
        Ok(propose(schema, key, &table, direction))
    }

    /// Makes a sync. Errs with everything that is wrong with its mapping.
    pub async fn create(&self, scope: &Scope, new: New, by: &Actor) -> Result<Sync, Error> {
        let name = checked_name(&new.name)?;
        let dataset = self.services.datasets.open(scope, new.target.dataset)?;
        dataset.demand(new.direction.needs())?;
        let connections = &self.services.connections;
        let connection = connections.open(scope, new.target.connection)?;
        let (pulling, meeting) = rules(&new, &connection)?;
        self.demand_way(scope, &new)?;
        let (base, table) = self.table(scope, &new.target, by).await?;
        let (schema, key) = (dataset.schema(), dataset.key_field());
        let way = Way {
            direction: new.direction,
            typecast: new.typecast,
        };
        let mapping = check(&new.wish, schema, key, &table, way).map_err(Error::Invalid)?;
        let asked = (&new.scope, new.deletes);
        limits(new.direction, asked, &dataset, connection.provider()).map_err(Error::Invalid)?;
        let now = self.services.clock.now();
        let sync = Definition {
            name,
            direction: new.direction,
            pulling,
            meeting,
            dataset: new.target.dataset,
            connection: new.target.connection,
            base,
            known_fields: Some(table.field_ids()),
            table: Named::of(table),
            mapping,
            formerly: Vec::new(),
            drift: new.drift,
            remote_key_field_id: new.wish.remote_key_field_id,
            typecast: new.typecast,
            lender: Lender::of(&dataset),
            approval: new.approval,
            quarantine_hours: quarantine::check(new.direction, new.quarantine_hours)?,
            scope: new.scope,
            deletes: new.deletes,
            resend: new.resend.unwrap_or_default(),
            run_on_change: new.run_on_change,
            priority: new.priority,
            created_at: now,
            updated_at: now,
        };
        let id = SyncId::new(&self.services.clock);
        let act = created(&sync, id, by)
            .entity("dataset", sync.dataset, dataset.name())
            .entity("connection", sync.connection, connection.name())
            .build(&self.services.clock);
        let mut batch = Batch::new(act);
        dataset.hold(&mut batch);
        batch.insert::<Definitions>(&(scope.owner(), id), &sync);
        self.commit(batch, &sync.name).await?;
        connections.ring_watches();
        let made = self.open(scope, id)?;
        made.join_watch(by).await;
        Ok(made)
    }

    /// Errs unless the connection can do what a new sync asks of it.
    fn demand_way(&self, scope: &Scope, new: &New) -> Result<(), Error> {
        let connection = new.target.connection;
        self.demand_records(scope, (connection, new.direction))?;
        match new.resend {
            Some(_) => self.demand_deliveries(scope, connection),
            None => Ok(()),
        }
    }

    /// Opens a sync. Another owner's answers exactly like one that does not exist.
    pub fn open(&self, scope: &Scope, id: SyncId) -> Result<Sync, Error> {
        let row = self
            .services
            .store
            .get::<Definitions>(&(scope.owner(), id))?;
        let row = row.ok_or(Error::UnknownSync(id))?;
        Ok(Sync::new(self.clone(), row))
    }

    /// Opens the sync that a run executes.
    pub fn of_run(&self, scope: &Scope, run: RunId) -> Result<Sync, Error> {
        self.open(scope, self.job(scope, run)?.sync)
    }

    /// Opens a sync for somebody who wants to see it.
    pub fn read(&self, scope: &Scope, id: SyncId, by: &Actor) -> Result<Sync, Error> {
        let sync = self.open(scope, id)?;
        let seen = Event::new(Code::SyncsRead, by);
        self.record(seen.entity("sync", id, &sync.definition().name));
        Ok(sync)
    }

    /// Lists the owner's syncs.
    pub fn list(&self, scope: &Scope, part: &Part, by: &Actor) -> Result<SyncsPage, Error> {
        let scan = Scan::prefix(prefix(&scope.owner()), part.limit).after(part.after.as_ref());
        let page = self.services.store.scan::<Definitions>(&scan)?;
        self.record(Event::new(Code::SyncsRead, by).count("syncs", page.rows.len() as u64));
        let open = |row| Sync::new(self.clone(), row);
        Ok(SyncsPage {
            syncs: page.rows.into_iter().map(open).collect(),
            next: page.next,
        })
    }

    /// Takes a read down for the book.
    pub(super) fn record(&self, event: Event) {
        self.services.log.record(event.build(&self.services.clock));
    }

    /// How many syncs and runs an owner has.
    pub fn counts(&self, scope: &Scope) -> Result<(u64, u64), Error> {
        let moment = self.services.store.snapshot()?;
        let all = Scan::prefix(prefix(&scope.owner()), usize::MAX);
        let mut counts = (0, 0);
        moment.walk::<Definitions>(&all, |_, _| {
            counts.0 += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        moment.walk::<Runs>(&all, |_, row| {
            counts.1 += u64::from(!matches!(row.value.task, Task::Plan(_)));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(counts)
    }

    /// Errs when records are to come from where there are none.
    pub(super) fn demand_records(
        &self,
        scope: &Scope,
        (connection, direction): (ConnectionId, Direction),
    ) -> Result<(), Error> {
        let connection = self.services.connections.open(scope, connection)?;
        if !connection.provider().takes_records() {
            return Err(Error::Invalid(vec![Fault {
                path: "connection_id".into(),
                message: "this provider has no records; a site's feed reads its figures".into(),
            }]));
        }
        if direction == Direction::Push || connection.provider().shows_records() {
            return Ok(());
        }
        Err(Error::Invalid(vec![Fault {
            path: "direction".into(),
            message: "a hook takes records and gives none: push to it".into(),
        }]))
    }

    /// Errs where nothing is delivered, so that no delivery is ever in doubt.
    pub(super) fn demand_deliveries(
        &self,
        scope: &Scope,
        connection: ConnectionId,
    ) -> Result<(), Error> {
        let connection = self.services.connections.open(scope, connection)?;
        if !connection.provider().shows_records() {
            return Ok(());
        }
        Err(Error::Invalid(vec![Fault {
            path: "resend_unknown".into(),
            message: "only deliveries to a hook can stay unknown for good".into(),
        }]))
    }

    /// The base and the table that a sync goes to, as they are now.
    pub(super) async fn table(
        &self,
        scope: &Scope,
        target: &Target,
        by: &Actor,
    ) -> Result<(Named, RemoteTable), Error> {
        let connections = &self.services.connections;
        let connection = connections.open(scope, target.connection)?;
        let tables = connection.tables(by, &target.base).await?;
        let table = tables.into_iter().find(|table| table.id == target.table);
        let table = table.ok_or_else(|| Error::UnknownTable(target.table.clone()))?;
        let bases = connection.bases(by).await?;
        let base = bases.into_iter().find(|base| base.id == target.base);
        let name = base.map_or_else(|| target.base.clone(), |base| base.name);
        let base = Named {
            id: target.base.clone(),
            name,
        };
        Ok((base, table))
    }

    /// Commits a change of a sync called `name`.
    pub(super) async fn commit(&self, batch: Batch, name: &str) -> Result<(), Error> {
        match self.services.store.commit(batch).await {
            Ok(_version) => Ok(()),
            Err(store::Error::Taken(index)) if index == BY_NAME.name => {
                Err(Error::NameTaken(name.to_owned()))
            }
            Err(store::Error::Taken(_)) => Err(Error::Busy),
            Err(store::Error::Conflict(_)) => Err(Error::Moved),
            Err(error) => Err(error.into()),
        }
    }

    /// The run as it is now: what is kept, or how it gets on.
    pub(super) fn shown(&self, kept: Run) -> Run {
        match self.board.look(kept.id) {
            Some(live) if !kept.job.state.ended() => live,
            _ => kept,
        }
    }
}

/// The rules that a sync of its direction has.
fn rules(new: &New, connection: &Connection) -> Result<(Pulling, Meeting), Error> {
    if new.run_on_change {
        watchable(new.direction, connection)?;
    }
    let pulling = new.pulling.apply(new.direction, Pulling::default());
    let meeting = new.meeting.apply(new.direction, &Meeting::default());
    let meeting = Meeting {
        ways: new.wish.ways.clone(),
        ..meeting.map_err(Error::Invalid)?
    };
    Ok((pulling.map_err(Error::Invalid)?, meeting))
}

/// Begins the event of a sync that was made.
fn created(sync: &Definition, id: SyncId, by: &Actor) -> Event {
    Event::new(Code::SyncCreated, by)
        .entity("sync", id, &sync.name)
        .detail("direction", sync.direction.name())
        .detail("conflicts", sync.meeting.policy.name())
        .detail("scope", sync.scope.name())
        .detail("deletes", sync.deletes.policy.name())
        .detail("drift", sync.drift.name())
        .detail("full_every_hours", sync.pulling.full_every_hours)
        .detail("quarantine_hours", sync.quarantine_hours)
        .detail("resend_unknown", sync.resend.name())
        .detail("run_on_change", sync.run_on_change)
        .detail("priority", sync.priority.name())
}

/// A sync's name, without blanks at its ends.
pub(super) fn checked_name(name: &str) -> Result<String, Error> {
    let name = name.trim();
    if (1..=120).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        return Ok(name.to_owned());
    }
    Err(Error::Invalid(vec![Fault {
        path: "name".into(),
        message: "a name has 1 to 120 characters and no control characters".into(),
    }]))
}
