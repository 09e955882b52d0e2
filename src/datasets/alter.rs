//! Renames, alters and deletes datasets.

use std::ops::ControlFlow;

use super::draft::Shape;
use super::error::{FaultReason, RecordFault};
use super::record::Records;
use super::row::{Definition, Purge, Purges, Rewrite, Rewrites, Rows, Slot};
use super::service::{check, indexed, name};
use super::share::{Access, Shares};
use super::{Dataset, Error};
use crate::audit::{Code, Event};
use crate::base::Actor;
use crate::fields::{Field, Value, parse};
use crate::store::{self, Batch, Scan, prefix};

/// What is to be changed of a dataset; what is left away stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Another name.
    pub name: Option<String>,
    /// Other fields: all of them, in order. One that is missing is dropped with its values.
    pub fields: Option<Vec<Field>>,
}

impl Dataset {
    /// Changes the name or the fields.
    ///
    /// Every record must fit the new fields, or `DoesNotFit` names the first that does not. A new
    /// index answers queries once the records have been written anew in the background. Errs with
    /// `Changed` when the dataset is not as it was opened any more.
    pub async fn alter(&self, change: Change, by: &Actor) -> Result<Self, Error> {
        self.demand(Access::Owner)?;
        let parts = &self.datasets.0;
        let _gate = match change.fields {
            Some(_) => Some(parts.gates.schema(self.id)?),
            None => None,
        };
        let current = self.again()?;
        if current.version != self.version {
            return Err(Error::Changed);
        }
        let mut next = Definition::clone(&current.definition);
        if let Some(given) = &change.name {
            next.name = name(given)?;
        }
        if let Some(fields) = change.fields {
            next.fields = fields;
        }
        let fields_moved = next.fields != current.definition.fields;
        if !fields_moved && next.name == current.definition.name {
            return Ok(current);
        }
        next.updated_at = parts.clock.now();
        let shape = check(&next)?;
        let empty = current.count()? == 0;
        if fields_moved && !empty {
            let (old, shape) = (current.clone(), shape.clone());
            parts.blocking.run(move || old.fits(&shape)).await?;
        }
        next.place_slots(&current.definition, empty);
        let event = Event::new(Code::DatasetUpdated, by)
            .entity("dataset", self.id, &next.name)
            .detail("name", next.name != current.definition.name)
            .detail("fields", fields_moved);
        let mut batch = Batch::new(event.build(&parts.clock));
        batch.replace::<Rows>(&self.row_key(), &next, current.version);
        if fields_moved && !empty {
            batch.put::<Rewrites>(
                &self.id,
                &Rewrite {
                    owner: self.owner,
                    after: None,
                },
            );
        }
        let version = self.datasets.commit(batch, &next.name).await?;
        parts.bell.ring();
        let key = self.row_key();
        Self::of(
            &self.datasets,
            store::Row {
                key,
                value: next,
                version,
            },
        )
    }

    /// Deletes the dataset. Errs with the store's `Referenced` while something needs it.
    pub async fn delete(&self, by: &Actor) -> Result<(), Error> {
        let mut batch = self.deletion(by)?;
        batch.delete::<Rows>(&self.row_key(), self.version);
        self.deleted(batch).await
    }

    /// Deletes the dataset and all that needs it.
    pub async fn delete_all(&self, by: &Actor) -> Result<(), Error> {
        let mut batch = self.deletion(by)?;
        batch.delete_all::<Rows>(&self.row_key(), self.version);
        self.deleted(batch).await
    }

    fn deletion(&self, by: &Actor) -> Result<Batch, Error> {
        self.demand(Access::Owner)?;
        let parts = &self.datasets.0;
        let shares = Scan::prefix(prefix(&(self.id,)), usize::MAX);
        let shares = parts.store.scan::<Shares>(&shares)?.rows.len();
        let event = Event::new(Code::DatasetDeleted, by)
            .entity("dataset", self.id, self.name())
            .count("records", self.count()?)
            .count("shares", shares as u64);
        let mut batch = Batch::new(event.build(&parts.clock));
        let since = parts.clock.now();
        batch.put::<Purges>(&self.id, &Purge { since });
        Ok(batch)
    }

    async fn deleted(&self, batch: Batch) -> Result<(), Error> {
        self.datasets.commit(batch, self.name()).await?;
        self.datasets.0.bell.ring();
        Ok(())
    }

    /// Whether all records fit another shape.
    fn fits(&self, shape: &Shape) -> Result<(), Error> {
        let mut misfit: Option<(String, RecordFault)> = None;
        let mut count = 0;
        let moment = self.datasets.0.store.snapshot()?;
        moment.walk::<Records>(&self.records_after(None), |_, row| {
            let key = row.key.1;
            if let Some(fault) = fault(shape, &key, row.value.json()) {
                count += 1;
                misfit.get_or_insert((key, fault));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        match misfit {
            None => Ok(()),
            Some((key, fault)) => Err(Error::DoesNotFit {
                count,
                key,
                field: fault.field.unwrap_or_default(),
                reason: fault.reason,
            }),
        }
    }
}

/// Why a stored record does not fit a shape; dropped fields are no reason.
fn fault(shape: &Shape, key: &str, json: &[u8]) -> Option<RecordFault> {
    let members = shape.schema.read(json).ok()?;
    if let Some(fault) = members.faults.first() {
        return Some(RecordFault::of(&fault.field, fault.misfit.clone()));
    }
    let key_field = &shape.schema.fields()[shape.key_at];
    let same = parse(key_field, key).is_ok_and(|value| {
        value
            .as_ref()
            .map(Value::spelling)
            .is_some_and(|spelling| spelling == key)
    });
    if !same {
        return Some(RecordFault::of(&key_field.name, FaultReason::KeyMoved));
    }
    shape.draft(&members.fields).err()?.into_iter().next()
}

impl Definition {
    /// Gives each indexed field a slot: the one it had, if its type is the same; else a new one,
    /// which is complete at once when there are no records.
    fn place_slots(&mut self, before: &Self, empty: bool) {
        let kind = |definition: &Self, name: &str| {
            let mut fields = definition.fields.iter();
            fields
                .find(|field| field.name == name)
                .map(|field| field.kind)
        };
        let mut slots = Vec::new();
        for name in indexed(&self.fields) {
            let kept = before.slots.iter().find(|slot| slot.field == name);
            let kept = kept.filter(|_| kind(before, &name) == kind(self, &name));
            slots.push(kept.cloned().unwrap_or_else(|| {
                let slot = self.next_slot;
                self.next_slot += 1;
                Slot {
                    field: name,
                    slot,
                    ready: empty,
                }
            }));
        }
        self.slots = slots;
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::tests::airports;
    use super::*;
    use crate::fields::FieldType;

    fn altered(change: impl FnOnce(&mut Vec<Field>)) -> Definition {
        let mut definition = airports();
        change(&mut definition.fields);
        definition.place_slots(&airports(), false);
        definition
    }

    #[test]
    fn a_field_keeps_its_slot_unless_its_type_moves() {
        assert_eq!(altered(|_| {}).slots, airports().slots);
        let moved = altered(|fields| fields[2].kind = FieldType::LongText);
        assert_eq!((moved.slots[0].slot, moved.slots[0].ready), (1, false));
        assert_eq!(altered(|fields| fields[2].indexed = false).slots, []);
    }

    #[test]
    fn what_does_not_fit_another_shape_is_named() {
        let mut definition = airports();
        definition.fields[1].kind = FieldType::Integer;
        let shape = Shape::new(&definition).unwrap();
        let fault = fault(&shape, "00M", br#"{"iata":"00M","name":"Thigpen"}"#).unwrap();
        assert_eq!(fault.field.as_deref(), Some("name"));
        definition.fields.truncate(1);
        let shape = Shape::new(&definition).unwrap();
        assert_eq!(
            super::fault(&shape, "00M", br#"{"iata":"00M","name":"x"}"#),
            None
        );
    }

    #[test]
    fn a_keys_spelling_cannot_be_moved_by_another_type() {
        let mut definition = airports();
        definition.fields[0].kind = FieldType::Integer;
        let shape = Shape::new(&definition).unwrap();
        let fault = fault(&shape, "007", br#"{"iata":"007","name":"x"}"#).unwrap();
        assert_eq!(fault.reason, FaultReason::KeyMoved);
    }
}
