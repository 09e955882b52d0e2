//! Opens, lists and creates datasets.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;

use super::dataset::Read;
use super::draft::Shape;
use super::exports::{Exports, Live};
use super::feed::Feed;
use super::gate::Gates;
use super::import::{Importers, Imports, Problems, Stops};
use super::keep::Abandoned;
use super::record::Records;
use super::row::{BY_NAME, Definition, Purges, Rewrites, Rows, Slot, records};
use super::selection::Picks;
use super::share::{BY_USER, Shares};
use super::{Dataset, Error};
use crate::audit::{Code, Event, Log};
use crate::base::{Actor, Blocking, Clock, Cursor, DatasetId, Nudge, Scope};
use crate::fields::{Field, Schema};
use crate::store::{self, Batch, Kept, Key as _, Row, Scan, Snapshot, Store, Table, prefix};

/// Where files lie, and for how long.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Those that wait to be imported as a whole: a folder of the service's own.
    pub spool: PathBuf,
    /// Those of exports: another one.
    pub exports: PathBuf,
    /// How long an export that has ended is kept.
    pub keep_exports: Duration,
}

/// What datasets are built upon.
#[derive(Clone)]
pub struct Services {
    /// Where they are kept.
    pub store: Store,
    /// The book.
    pub log: Log,
    /// The time.
    pub clock: Clock,
    /// Where long work happens.
    pub blocking: Blocking,
    /// Rung when an export is asked for.
    pub nudge: Nudge,
    /// Where files lie, and for how long.
    pub settings: Settings,
}

/// All datasets. Clones share the service.
#[derive(Clone)]
pub struct Datasets(pub(super) Arc<Parts>);

/// What the service works with.
pub(super) struct Parts {
    pub(super) store: Store,
    pub(super) log: Log,
    pub(super) clock: Clock,
    pub(super) blocking: Blocking,
    pub(super) settings: Settings,
    pub(super) gates: Gates,
    /// Selections of a dataset's records are changed one after the other.
    pub(super) picking: Gates,
    /// The datasets that were opened lately.
    read: Kept<Read>,
    /// What calls off the imports whose files are being read.
    pub(super) stops: Stops,
    /// Imports whose callers have gone away.
    pub(super) abandoned: Mutex<BTreeSet<Abandoned>>,
    /// The exports that are being made.
    pub(super) exports: Live,
    /// Rung when an export is asked for.
    pub(super) nudge: Nudge,
    /// Rung when there is something to do in the background.
    pub(super) bell: Nudge,
}

impl Parts {
    /// The time, cut to the millisecond as records keep it.
    pub(super) fn now(&self) -> Timestamp {
        let now = self.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// A dataset to be created.
#[derive(Clone, Debug)]
pub struct New {
    /// What people call it.
    pub name: String,
    /// The field that tells records apart.
    pub key_field: String,
    /// The fields in order.
    pub fields: Vec<Field>,
}

/// The collections of this module, for the store's registry.
pub fn tables() -> [Table; 11] {
    [
        Table::of::<Rows>(),
        Table::of::<Shares>(),
        Table::of::<Records>(),
        Table::of::<Feed>(),
        Table::of::<Imports>(),
        Table::of::<Problems>(),
        Table::of::<Importers>(),
        Table::of::<Exports>(),
        Table::of::<Rewrites>(),
        Table::of::<Purges>(),
        Table::of::<Picks>(),
    ]
}

impl Datasets {
    /// The service over what it is built upon. [`Datasets::start`] finishes what an earlier process
    /// began.
    pub fn new(services: Services) -> Self {
        let Services {
            store,
            log,
            clock,
            blocking,
            nudge,
            settings,
        } = services;
        Self(Arc::new(Parts {
            store,
            log,
            clock,
            blocking,
            settings,
            gates: Gates::default(),
            picking: Gates::default(),
            read: Kept::default(),
            stops: Stops::default(),
            abandoned: Mutex::default(),
            exports: Live::default(),
            nudge,
            bell: Nudge::default(),
        }))
    }

    /// Opens one of the user's own datasets, or one that is shared with them.
    ///
    /// Errs with `UnknownDataset` for an id that does not exist and for another's dataset alike.
    pub fn open(&self, scope: &Scope, id: DatasetId) -> Result<Dataset, Error> {
        let moment = self.0.store.snapshot()?;
        let key = (scope.owner(), id);
        if let Some(read) = moment.get_kept(&key, &self.0.read, Read::of)? {
            return Ok(Dataset::read(self, key, read));
        }
        let share = moment.get::<Shares>(&(id, scope.owner()))?;
        let share = share.ok_or(Error::UnknownDataset(id))?;
        self.open_shared(&moment, share)
    }

    fn open_shared(&self, moment: &Snapshot, share: Row<Shares>) -> Result<Dataset, Error> {
        let (id, reader) = share.key;
        let key = (share.value.owner, id);
        let read = moment.get_kept(&key, &self.0.read, Read::of)?;
        let read = read.ok_or(Error::UnknownDataset(id))?;
        Ok(Dataset {
            reader: Scope::owned_by(reader),
            lent: Some(share.into()),
            ..Dataset::read(self, key, read)
        })
    }

    /// One page of the user's own datasets and of those that are shared with them, in the order of
    /// their creation.
    pub fn list(
        &self,
        scope: &Scope,
        limit: usize,
        after: Option<&Cursor>,
        by: &Actor,
    ) -> Result<(Vec<Dataset>, Option<Cursor>), Error> {
        // The index has keys of the same form, so that one cursor marks a place in both.
        let scan = Scan::prefix(prefix(&(scope.owner(),)), limit).after(after);
        let moment = self.0.store.snapshot()?;
        let own = moment.scan::<Rows>(&scan)?;
        let shared = moment.scan::<Shares>(&scan.by(&BY_USER))?;
        let mut more = own.next.is_some() || shared.next.is_some();
        let own = own.rows.into_iter().map(|row| Dataset::of(self, row));
        let shared = shared.rows.into_iter();
        let shared = shared.map(|share| self.open_shared(&moment, share));
        let mut datasets: Vec<Dataset> = own.chain(shared).collect::<Result<_, _>>()?;
        datasets.sort_by_key(Dataset::id);
        more |= datasets.len() > limit;
        datasets.truncate(limit);
        let last = datasets.last().filter(|_| more);
        let next = last.map(|last| Cursor((scope.owner(), last.id()).bytes()));
        let event = Event::new(Code::DatasetsRead, by).count("datasets", datasets.len() as u64);
        self.0.log.record(event.build(&self.0.clock));
        Ok((datasets, next))
    }

    /// How many datasets and records a user has: their own, and those that are shared with them.
    pub fn counts(&self, scope: &Scope) -> Result<(u64, u64), Error> {
        let moment = self.0.store.snapshot()?;
        let mut counts = (0, 0);
        let all = Scan::prefix(prefix(&(scope.owner(),)), usize::MAX);
        moment.walk::<Rows>(&all, |_, row| {
            let there = moment.count(&records(row.key.1))?;
            counts = (counts.0 + 1, counts.1 + u64::try_from(there).unwrap_or(0));
            Ok(ControlFlow::Continue(()))
        })?;
        moment.walk::<Shares>(&all.by(&BY_USER), |_, row| {
            let there = moment.count(&records(row.key.0))?;
            counts = (counts.0 + 1, counts.1 + u64::try_from(there).unwrap_or(0));
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(counts)
    }

    /// Creates an empty dataset.
    pub async fn create(&self, scope: &Scope, new: New, by: &Actor) -> Result<Dataset, Error> {
        let parts = &self.0;
        let now = parts.clock.now();
        let mut definition = Definition {
            name: name(&new.name)?,
            key_field: new.key_field,
            fields: new.fields,
            slots: Vec::new(),
            next_slot: 0,
            watches: Vec::new(),
            created_at: now,
            updated_at: now,
        };
        check(&definition)?;
        for field in indexed(&definition.fields) {
            definition.slots.push(Slot {
                field,
                slot: definition.next_slot,
                ready: true,
            });
            definition.next_slot += 1;
        }
        let id = DatasetId::new(&parts.clock);
        let event = Event::new(Code::DatasetCreated, by)
            .entity("dataset", id, &definition.name)
            .count("fields", definition.fields.len() as u64);
        let mut batch = Batch::new(event.build(&parts.clock));
        let key = (scope.owner(), id);
        batch.insert::<Rows>(&key, &definition);
        let version = self.commit(batch, &definition.name).await?;
        Dataset::of(
            self,
            store::Row {
                key,
                value: definition,
                version,
            },
        )
    }

    /// Commits a batch that may meet another dataset of the same name.
    pub(super) async fn commit(&self, batch: Batch, name: &str) -> Result<store::Version, Error> {
        match self.0.store.commit(batch).await {
            Err(store::Error::Taken(index)) if index == BY_NAME.name => {
                Err(Error::NameTaken(name.to_owned()))
            }
            Err(store::Error::Conflict(_)) => Err(Error::Changed),
            outcome => Ok(outcome?),
        }
    }
}

/// A dataset's name as it is kept: without space at its ends.
pub(super) fn name(given: &str) -> Result<String, Error> {
    let name = given.trim();
    let printable = !name.chars().any(char::is_control);
    if (1..=120).contains(&name.chars().count()) && printable {
        Ok(name.to_owned())
    } else {
        Err(Error::BadName)
    }
}

/// The schema and the key field together.
pub(super) fn check(definition: &Definition) -> Result<Shape, Error> {
    let schema = Schema::new(definition.fields.clone())?;
    let key = schema.position(&definition.key_field);
    if !key.is_some_and(|at| schema.fields()[at].kind.can_be_key()) {
        return Err(Error::BadKeyField);
    }
    Ok(Shape::new(definition)?)
}

/// The names of the fields that are to be indexed.
pub(super) fn indexed(fields: &[Field]) -> Vec<String> {
    let indexed = fields.iter().filter(|field| field.indexed);
    indexed.map(|field| field.name.clone()).collect()
}
