//! One dataset that was opened by a scope; everything below it is reached through it.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::draft::Shape;
use super::record::{Records, Unread};
use super::row::{Definition, Rows, records};
use super::share::Lent;
use super::{Datasets, Error, Record};
use crate::audit::{Code, Event};
use crate::base::{Actor, DatasetId, Scope, UserId};
use crate::fields::{Schema, Selection};
use crate::store::{Dependent, Row, Scan, Version, prefix};
use crate::store::{Key as _, Snapshot};

/// An open dataset, as it was when it was opened.
#[derive(Clone)]
pub struct Dataset {
    pub(super) datasets: Datasets,
    /// Whose it is.
    pub(super) owner: UserId,
    /// Who has opened it.
    pub(super) reader: Scope,
    /// The share by which they have; none for its owner.
    pub(super) lent: Option<Lent>,
    pub(super) id: DatasetId,
    pub(super) version: Version,
    pub(super) definition: Arc<Definition>,
    pub(super) shape: Shape,
}

/// What is made of a dataset's row. Clones share it.
#[derive(Clone)]
pub(super) struct Read {
    version: Version,
    definition: Arc<Definition>,
    shape: Shape,
}

impl Read {
    pub(super) fn of(row: Row<Rows>) -> Result<Self, Error> {
        Ok(Self {
            version: row.version,
            shape: Shape::new(&row.value)?,
            definition: Arc::new(row.value),
        })
    }
}

impl Dataset {
    pub(super) fn of(datasets: &Datasets, row: Row<Rows>) -> Result<Self, Error> {
        let key = row.key;
        Ok(Self::read(datasets, key, Read::of(row)?))
    }

    pub(super) fn read(datasets: &Datasets, (owner, id): (UserId, DatasetId), read: Read) -> Self {
        Self {
            datasets: datasets.clone(),
            owner,
            reader: Scope::owned_by(owner),
            lent: None,
            id,
            version: read.version,
            definition: read.definition,
            shape: read.shape,
        }
    }

    /// Its id.
    pub fn id(&self) -> DatasetId {
        self.id
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.definition.name
    }

    /// The field that tells records apart.
    pub fn key_field(&self) -> &str {
        &self.definition.key_field
    }

    /// What its records hold.
    pub fn schema(&self) -> &Schema {
        &self.shape.schema
    }

    /// The fields that are named, joined by commas; all without a text.
    pub fn select(&self, names: Option<&str>) -> Result<Selection, Error> {
        Ok(Selection::read(self.schema(), names)?)
    }

    /// All that is stored of it.
    pub fn definition(&self) -> &Definition {
        &self.definition
    }

    /// The batch that changed its name or fields last.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether its fields are those with which it was opened: its records may be written anew
    /// already when they are not, and read as if what was dropped were empty.
    pub fn has_its_fields(&self) -> Result<bool, Error> {
        let row = self.datasets.0.store.get::<Rows>(&self.row_key())?;
        Ok(row.is_some_and(|row| row.value.fields == self.definition.fields))
    }

    /// How many records it has.
    pub fn count(&self) -> Result<u64, Error> {
        let count = self.datasets.0.store.count(&records(self.id))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// What its deletion would take along or be refused for.
    pub fn dependents(&self, by: &Actor) -> Result<Vec<Dependent>, Error> {
        self.note_read(by);
        Ok(self.datasets.0.store.dependents::<Rows>(&self.row_key())?)
    }

    /// The record under `key`, for a person who reads it.
    pub fn get(&self, key: &str, by: &Actor) -> Result<Record, Error> {
        let record = self.record(key)?;
        let record = record.ok_or_else(|| Error::UnknownRecord(key.to_owned()))?;
        let event = self
            .event(Code::RecordsRead, by)
            .resource("record", key, "", record.version.0)
            .count("records", 1);
        self.datasets
            .0
            .log
            .record(event.build(&self.datasets.0.clock));
        Ok(record)
    }

    /// The record under `key`, for a run or a write, whose own event tells of the reading.
    pub fn record(&self, key: &str) -> Result<Option<Record>, Error> {
        let row = self
            .datasets
            .0
            .store
            .get::<Records>(&(self.id, key.to_owned()))?;
        Ok(row
            .map(|row| Record::read(self.schema(), row))
            .transpose()?)
    }

    /// Shows the records after the key `after` in the order of their keys (by their bytes), as
    /// they are at one moment, until `visit` breaks. For blocking threads; stop within minutes.
    pub fn walk(
        &self,
        after: Option<&str>,
        visit: impl FnMut(Record) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        self.walk_in(&self.datasets.0.store.snapshot()?, after, visit)
    }

    /// The same without reading the fields.
    pub fn walk_unread(
        &self,
        after: Option<&str>,
        mut visit: impl FnMut(Unread) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let moment = self.datasets.0.store.snapshot()?;
        let scan = self.records_after(after);
        moment.walk::<Records>(&scan, |_, row| Ok(visit(Unread::of(row))))?;
        Ok(())
    }

    /// The same in a moment that was taken before.
    pub(super) fn walk_in(
        &self,
        moment: &Snapshot,
        after: Option<&str>,
        mut visit: impl FnMut(Record) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let scan = self.records_after(after);
        moment.walk::<Records>(&scan, |_, row| Ok(visit(Record::read(self.schema(), row)?)))?;
        Ok(())
    }

    /// The scan over its records after a key.
    pub(super) fn records_after(&self, after: Option<&str>) -> Scan {
        let all = Scan::prefix(prefix(&(self.id,)), usize::MAX);
        match after {
            None => all,
            Some(key) => {
                let mut past = (self.id, key.to_owned()).bytes();
                past.push(0);
                all.from(past)
            }
        }
    }

    /// Puts into the book that the definition was looked at.
    pub fn note_read(&self, by: &Actor) {
        let event = Event::new(Code::DatasetsRead, by).resource(
            "dataset",
            self.id,
            self.name(),
            self.version.0,
        );
        let event = self.told(event, by);
        self.datasets
            .0
            .log
            .record(event.build(&self.datasets.0.clock));
    }

    /// The same dataset as it is now, for whoever has opened it.
    pub(super) fn again(&self) -> Result<Self, Error> {
        match self.datasets.open(&self.reader, self.id) {
            Err(Error::UnknownDataset(_)) if self.lent.is_some() => Err(Error::Withdrawn(self.id)),
            outcome => outcome,
        }
    }

    /// The same dataset as its owner has it: what was begun by leave is ended without.
    pub(super) fn of_owner(&self) -> Self {
        Self {
            reader: Scope::owned_by(self.owner),
            lent: None,
            ..self.clone()
        }
    }

    pub(super) fn row_key(&self) -> (UserId, DatasetId) {
        (self.owner, self.id)
    }
}
