//! Lets another part of the appliance write records with a batch of its own, so that what it keeps
//! beside them stands or falls with them.

use std::ops::ControlFlow;

use jiff::Timestamp;
use tokio::sync::OwnedRwLockReadGuard;

use super::draft::Draft;
use super::error::RecordFault;
use super::feed::Deed;
use super::record::{Envelope, Records};
use super::row::{Rows, records};
use super::share::Access;
use super::write::merged;
use super::{Dataset, Error, Unread};
use crate::audit::{Code, Event};
use crate::base::Actor;
use crate::fields::{ContentHash, Fields, Schema};
use crate::store::{self, Batch, Snapshot, Version, prefix};

/// A record that can be kept.
#[derive(Debug)]
pub struct Brought {
    draft: Draft,
}

/// Who holds it writes records; the dataset's fields stay as they are meanwhile.
pub struct Entry {
    _gate: OwnedRwLockReadGuard<()>,
}

impl Brought {
    /// Its key.
    pub fn key(&self) -> &str {
        &self.draft.key
    }

    /// The fingerprint of its content.
    pub fn hash(&self) -> ContentHash {
        self.draft.hash
    }

    /// Its values, in the order of the dataset's schema.
    pub fn fields(&self, schema: &Schema) -> Result<Fields, Error> {
        let fields = Fields::stored(schema, &self.draft.json);
        fields.map_err(|error| store::Error::Damaged(error.to_string()).into())
    }
}

impl Dataset {
    /// The dataset as it is now, for whoever writes into it; errs when they may not.
    pub fn to_write(&self) -> Result<Self, Error> {
        let dataset = self.again()?;
        dataset.demand(Access::Edit)?;
        Ok(dataset)
    }

    /// Whether its records are made of the same fields as those of `other`.
    pub fn is_shaped_like(&self, other: &Self) -> bool {
        self.key_field() == other.key_field() && self.definition.fields == other.definition.fields
    }

    /// Lets in one who writes records.
    pub async fn enter(&self) -> Entry {
        Entry {
            _gate: self.datasets.0.gates.records(self.id).await,
        }
    }

    /// The record under `key` at a moment.
    pub fn unread(&self, moment: &Snapshot, key: &str) -> Result<Option<Unread>, Error> {
        let row = moment.get::<Records>(&(self.id, key.to_owned()))?;
        Ok(row.map(Unread::of))
    }

    /// The fingerprint of the record under `key` at a moment: all that is wanted of most when many
    /// are compared.
    pub fn hash_at(&self, moment: &Snapshot, key: &str) -> Result<Option<ContentHash>, Error> {
        let place = (self.id, key.to_owned());
        Ok(moment.glance::<Records, _>(&place, Envelope::hash_of)?)
    }

    /// Whether it has no record at a moment.
    pub fn is_empty(&self, moment: &Snapshot) -> Result<bool, Error> {
        let mut empty = true;
        moment.glance_all::<Records>(&prefix(&self.id), |_, _| {
            empty = false;
            Ok(ControlFlow::Break(()))
        })?;
        Ok(empty)
    }

    /// Checks what is to become a record; errs with everything that is wrong with it.
    pub fn brought(&self, fields: &Fields) -> Result<Brought, Vec<RecordFault>> {
        let draft = self.shape.draft(fields)?;
        Ok(Brought { draft })
    }

    /// What is to become the record under `key` when the values of a JSON object are given: those of
    /// the one that was read `before`, if there is one, with these over them.
    pub fn merge(&self, before: Option<&Unread>, key: &str, body: &[u8]) -> Result<Brought, Error> {
        let base = match before {
            Some(before) => before.fields(self.schema())?,
            None => Fields::empty(self.schema()),
        };
        let (_, draft) = merged(&self.shape, key, base, body)?;
        Ok(Brought { draft })
    }

    /// Begins the event of a batch that writes records.
    pub fn writing(&self, by: &Actor) -> Event {
        self.event(Code::RecordsWritten, by)
    }

    /// Lets a batch pass only while the dataset's fields, and the leave to write, are as they are.
    pub fn hold_whole(&self, batch: &mut Batch) {
        batch.require::<Rows>(&self.row_key(), self.version);
        self.hold(batch);
    }

    /// Adds a record to a batch: a new one, or in the place of the one that was read `before`.
    pub fn put(
        &self,
        batch: &mut Batch,
        brought: &Brought,
        before: Option<&Unread>,
        now: Timestamp,
    ) {
        let key = (self.id, brought.draft.key.clone());
        if let Some(before) = before {
            let envelope = Envelope::new(&brought.draft, before.created_at(), now);
            batch.replace::<Records>(&key, &envelope, before.version());
            self.tell(batch, Deed::Changed, brought.key(), now);
        } else {
            batch.insert::<Records>(&key, &Envelope::new(&brought.draft, now, now));
            self.tell(batch, Deed::Created, brought.key(), now);
        }
    }

    /// Removes the record under `key`, as it was read at `version`, in a batch.
    pub fn take_out(&self, batch: &mut Batch, key: &str, version: Version) {
        batch.delete::<Records>(&(self.id, key.to_owned()), version);
        self.tell(batch, Deed::Deleted, key, self.datasets.0.now());
    }

    /// Tells the dataset how many records a batch makes more than it takes.
    pub fn grow(&self, batch: &mut Batch, by: i64) {
        if by != 0 {
            batch.add(&records(self.id), by);
        }
    }
}
