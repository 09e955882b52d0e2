//! Writes and removes single records.

use jiff::Timestamp;

use super::draft::{Draft, Shape};
use super::error::{FaultReason, RecordFault};
use super::feed::Deed;
use super::record::{Envelope, Records};
use super::row::{Rows, records};
use super::share::Access;
use super::{Dataset, Error, Record};
use crate::audit::{Code, Event};
use crate::base::{Actor, Precondition};
use crate::fields::{Fields, Members, Value, parse};
use crate::store::{self, Batch};

/// A write of this process's own making that met another one is tried so often.
const TRIES: usize = 3;

/// What becomes of the fields that a write does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// They become absent.
    Replace,
    /// They stay as they are; the record must be there.
    Merge,
}

/// A record to be written.
#[derive(Clone, Copy, Debug)]
pub struct Write<'a> {
    /// Its key.
    pub key: &'a str,
    /// A JSON object of fields, in which the key field may be left out.
    pub body: &'a [u8],
    /// What becomes of the fields that it does not name.
    pub mode: Mode,
    /// The state in which the record must be.
    pub only_if: &'a Precondition,
}

impl Dataset {
    /// Writes a record. In [`Mode::Replace`] one that is not there is created.
    pub async fn write(&self, what: Write<'_>, by: &Actor) -> Result<Record, Error> {
        let _gate = self.datasets.0.gates.records(self.id).await;
        for _ in 0..TRIES {
            let dataset = self.again()?;
            dataset.demand(Access::Edit)?;
            if let Some(record) = dataset.try_write(what, by).await? {
                return Ok(record);
            }
        }
        Err(Error::Changed)
    }

    /// Removes the record under `key`, if it is in the state that is asked for.
    pub async fn remove(&self, key: &str, only_if: &Precondition, by: &Actor) -> Result<(), Error> {
        let parts = &self.datasets.0;
        for _ in 0..TRIES {
            let dataset = self.again()?;
            dataset.demand(Access::Edit)?;
            let record = dataset.record(key)?;
            let record = record.ok_or_else(|| Error::UnknownRecord(key.to_owned()))?;
            if !only_if.holds(Some(record.version.0)) {
                return Err(Error::Precondition);
            }
            let event = Event::new(Code::RecordDeleted, by)
                .resource("record", key, "", record.version.0)
                .entity("dataset", self.id, self.name());
            let mut batch = Batch::new(dataset.told(event, by).build(&parts.clock));
            dataset.hold(&mut batch);
            batch.require::<Rows>(&dataset.row_key(), dataset.version);
            dataset.tell(&mut batch, Deed::Deleted, key, parts.now());
            batch.delete::<Records>(&(self.id, key.to_owned()), record.version);
            batch.add(&records(self.id), -1);
            match parts.store.commit(batch).await {
                Err(store::Error::Conflict(_)) => {}
                outcome => {
                    outcome?;
                    dataset.ring_watchers();
                    return Ok(());
                }
            }
        }
        Err(Error::Changed)
    }

    /// Writes once; none when something moved meanwhile.
    async fn try_write(&self, what: Write<'_>, by: &Actor) -> Result<Option<Record>, Error> {
        let Write {
            key, body, mode, ..
        } = what;
        let before = self.record(key)?;
        let base = match (mode, &before) {
            (Mode::Replace, _) => Fields::empty(self.schema()),
            (Mode::Merge, Some(record)) => record.fields.clone(),
            (Mode::Merge, None) => return Err(Error::UnknownRecord(key.to_owned())),
        };
        if !what
            .only_if
            .holds(before.as_ref().map(|record| record.version.0))
        {
            return Err(not_as_asked(what.only_if, key));
        }
        let (fields, draft) = merged(&self.shape, key, base, body)?;
        if let Some(same) = before.as_ref().filter(|record| record.hash == draft.hash) {
            return Ok(Some(same.clone()));
        }
        let now = self.datasets.0.now();
        let created_at = before.as_ref().map_or(now, |record| record.created_at);
        let batch = self.written(&draft, before.as_ref(), now, by);
        let version = match self.datasets.0.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => return Ok(None),
            outcome => outcome?,
        };
        self.ring_watchers();
        Ok(Some(Record {
            key: draft.key,
            fields,
            hash: draft.hash,
            version,
            created_at,
            updated_at: now,
        }))
    }

    fn written(&self, draft: &Draft, before: Option<&Record>, now: Timestamp, by: &Actor) -> Batch {
        let parts = &self.datasets.0;
        let code = match before {
            Some(_) => Code::RecordUpdated,
            None => Code::RecordCreated,
        };
        let event = Event::new(code, by)
            .entity("record", &draft.key, "")
            .entity("dataset", self.id, self.name());
        let mut batch = Batch::new(self.told(event, by).build(&parts.clock));
        batch.require::<Rows>(&self.row_key(), self.version);
        self.hold(&mut batch);
        let key = (self.id, draft.key.clone());
        if let Some(record) = before {
            let envelope = Envelope::new(draft, record.created_at, now);
            batch.replace::<Records>(&key, &envelope, record.version);
            self.tell(&mut batch, Deed::Changed, &draft.key, now);
        } else {
            batch.insert::<Records>(&key, &Envelope::new(draft, now, now));
            self.tell(&mut batch, Deed::Created, &draft.key, now);
            batch.add(&records(self.id), 1);
        }
        batch
    }
}

/// What to say of a record that is not in the state which was asked for.
pub(super) fn not_as_asked(asked: &Precondition, key: &str) -> Error {
    match asked {
        Precondition::Absent => Error::Exists(key.to_owned()),
        Precondition::None | Precondition::Present | Precondition::At(_) => Error::Precondition,
    }
}

/// The values of `body` over those of `base`, checked.
pub(super) fn merged(
    shape: &Shape,
    key: &str,
    base: Fields,
    body: &[u8],
) -> Result<(Fields, Draft), Error> {
    let given = shape.schema.read(body);
    let given = given.map_err(|error| Error::BadJson(error.to_string()))?;
    let mut faults = refused(&given);
    let mut fields = base;
    for &at in &given.present {
        fields.set(at, given.fields.at(at).cloned());
    }
    let key_field = &shape.schema.fields()[shape.key_at];
    match parse(key_field, key) {
        Ok(Some(value)) => {
            let named = fields.at(shape.key_at).map(Value::spelling);
            if value.spelling() != key || named.is_some_and(|named| named != key) {
                faults.push(RecordFault::of(&key_field.name, FaultReason::KeyMoved));
            }
            fields.set(shape.key_at, Some(value));
        }
        Ok(None) => {}
        Err(misfit) => faults.push(RecordFault::of(&key_field.name, misfit)),
    }
    if !faults.is_empty() {
        return Err(Error::BadRecord(faults));
    }
    let draft = shape.draft(&fields).map_err(Error::BadRecord)?;
    Ok((fields, draft))
}

/// What of an object's members cannot be taken.
pub(super) fn refused(given: &Members) -> Vec<RecordFault> {
    let misfits = given.faults.iter().map(|fault| RecordFault {
        value: fault.value.clone(),
        ..RecordFault::of(&fault.field, fault.misfit.clone())
    });
    let unknown = given.unknown.iter();
    let unknown = unknown.map(|name| RecordFault::of(name, FaultReason::Unknown));
    let doubled = given.doubled.iter();
    let doubled = doubled.map(|name| RecordFault::of(name, FaultReason::Doubled));
    misfits.chain(unknown).chain(doubled).collect()
}

#[cfg(test)]
mod tests {
    use super::super::draft::tests::airports;
    use super::*;

    fn written(key: &str, base: &str, body: &str) -> Result<String, Error> {
        let shape = Shape::new(&airports()).unwrap();
        let base = shape.schema.read(base.as_bytes()).unwrap().fields;
        let (_, draft) = merged(&shape, key, base, body.as_bytes())?;
        Ok(String::from_utf8(draft.json).unwrap())
    }

    #[test]
    fn a_merge_keeps_what_it_does_not_name_and_clears_what_it_names_null() {
        let base = r#"{"iata":"00M","name":"Thigpen","state":"MS","latitude":31.9}"#;
        let merged = written("00M", base, r#"{"state":null,"latitude":32}"#).unwrap();
        assert_eq!(merged, r#"{"iata":"00M","name":"Thigpen","latitude":32}"#);
    }

    #[test]
    fn the_key_comes_from_the_address_and_cannot_be_moved() {
        let written = |body| written("00M", "{}", body);
        assert_eq!(
            written(r#"{"name":"x"}"#).unwrap(),
            r#"{"iata":"00M","name":"x"}"#
        );
        let Err(Error::BadRecord(faults)) = written(r#"{"iata":"00R","name":"x"}"#) else {
            panic!("the key was moved")
        };
        assert_eq!(faults[0].reason, FaultReason::KeyMoved);
    }

    #[test]
    fn every_fault_of_a_body_is_told() {
        let body = r#"{"latitude":"north","town":1,"name":"a","name":"b"}"#;
        let Err(Error::BadRecord(faults)) = written("00M", "{}", body) else {
            panic!("the body passed")
        };
        assert_eq!(faults.len(), 3);
    }
}
