//! Carries out many changes of records in one batch, under one event.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::draft::Draft;
use super::feed::Deed;
use super::record::{Envelope, Records};
use super::row::{Rows, records};
use super::share::Access;
use super::write::{Mode, merged, not_as_asked};
use super::{Dataset, Error, Record};
use crate::audit::{Code, Event};
use crate::base::{Actor, Hex, Precondition};
use crate::fields::Fields;
use crate::store::{self, Batch, Version};

/// A batch that met another write is tried so often.
const TRIES: usize = 3;
/// At most so many changes or keys at once.
pub const MANY: usize = 500;

/// One change among many.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The record's key.
    pub key: String,
    /// What is done to it.
    pub what: What,
    /// The state in which it must be.
    pub only_if: Precondition,
}

/// What is done to a record.
#[derive(Clone, Debug)]
pub enum What {
    /// It gets these fields, a JSON object.
    Write(Mode, Vec<u8>),
    /// It goes.
    Remove,
}

/// What becomes of the others when one cannot be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Together {
    /// None is.
    AllOrNothing,
    /// They are.
    Each,
}

/// What became of one change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// The record was not there.
    Created(Version),
    /// It was there, and is another now.
    Changed(Version),
    /// It is as it was.
    Unchanged(Version),
    /// It is gone.
    Deleted,
}

/// What became of all of them.
#[derive(Debug)]
pub struct Applied {
    /// In the order of the operations.
    pub fates: Vec<Result<Fate, Error>>,
    /// Whether those that could be carried out were.
    pub carried_out: bool,
}

/// A change that can be carried out, or why it cannot.
type Decision = Result<Step, Error>;

enum Step {
    Insert(Draft),
    Replace(Draft, Timestamp, Version),
    Keep(Version),
    Delete(Version),
}

impl Dataset {
    /// Carries out `operations`, whose keys differ, in one batch.
    ///
    /// Errs when nothing was carried out for a reason of none of them.
    pub async fn apply(
        &self,
        operations: Vec<Operation>,
        together: Together,
        by: &Actor,
    ) -> Result<Applied, Error> {
        let parts = &self.datasets.0;
        let _gate = parts.gates.records(self.id).await;
        let operations = Arc::new(operations);
        for _ in 0..TRIES {
            let dataset = self.again()?;
            dataset.demand(Access::Edit)?;
            let (reader, asked) = (dataset.clone(), Arc::clone(&operations));
            let decide = move || reader.decide_all(&asked);
            let decisions = parts.blocking.run(decide).await?;
            let refused = decisions.iter().any(Result::is_err);
            if refused && together == Together::AllOrNothing {
                return Ok(applied(decisions, Version::default(), false));
            }
            let batch = dataset.batch_of(&operations, &decisions, by);
            if decisions.iter().all(is_idle) {
                return Ok(applied(decisions, Version::default(), true));
            }
            match parts.store.commit(batch).await {
                Err(store::Error::Conflict(_)) => {}
                outcome => {
                    let version = outcome?;
                    dataset.ring_watchers();
                    return Ok(applied(decisions, version, true));
                }
            }
        }
        Err(Error::Changed)
    }

    /// The records under `keys`, in their order; none where there is none.
    pub async fn find(
        &self,
        keys: Vec<String>,
        by: &Actor,
    ) -> Result<Vec<(String, Option<Record>)>, Error> {
        let parts = &self.datasets.0;
        let reader = self.clone();
        let read = move || {
            let found = keys.into_iter().map(|key| {
                let record = reader.record(&key)?;
                Ok((key, record))
            });
            found.collect::<Result<Vec<_>, Error>>()
        };
        let found = parts.blocking.run(read).await?;
        let count = found.iter().filter(|(_, record)| record.is_some()).count();
        let event = self
            .event(Code::RecordsRead, by)
            .count("records", count as u64);
        parts.log.record(event.build(&parts.clock));
        Ok(found)
    }

    /// Errs when the store cannot be read; what is wrong with one operation stands in its place.
    fn decide_all(&self, operations: &[Operation]) -> Result<Vec<Decision>, Error> {
        let decisions = operations.iter().map(|one| match self.decide(one) {
            Err(Error::Store(error)) => Err(Error::Store(error)),
            decision => Ok(decision),
        });
        decisions.collect()
    }

    fn decide(&self, operation: &Operation) -> Decision {
        let Operation { key, what, only_if } = operation;
        let before = self.record(key)?;
        let unknown = || Error::UnknownRecord(key.clone());
        let is_new = matches!(what, What::Write(Mode::Replace, _));
        if before.is_none() && !is_new {
            return Err(unknown());
        }
        if !only_if.holds(before.as_ref().map(|record| record.version.0)) {
            return Err(not_as_asked(only_if, key));
        }
        let (mode, body) = match what {
            What::Write(mode, body) => (*mode, body),
            What::Remove => {
                return before
                    .map(|it| Step::Delete(it.version))
                    .ok_or_else(unknown);
            }
        };
        let base = match (mode, &before) {
            (Mode::Merge, Some(record)) => record.fields.clone(),
            _ => Fields::empty(self.schema()),
        };
        let (_, draft) = merged(&self.shape, key, base, body)?;
        Ok(match before {
            None => Step::Insert(draft),
            Some(record) if record.hash == draft.hash => Step::Keep(record.version),
            Some(record) => Step::Replace(draft, record.created_at, record.version),
        })
    }

    fn batch_of(&self, operations: &[Operation], decisions: &[Decision], by: &Actor) -> Batch {
        let parts = &self.datasets.0;
        let now = parts.now();
        let event = tally(self.event(Code::RecordsWritten, by), operations, decisions);
        let mut batch = Batch::new(event.build(&parts.clock));
        self.hold(&mut batch);
        batch.require::<Rows>(&self.row_key(), self.version);
        let mut more = 0;
        for (operation, decision) in operations.iter().zip(decisions) {
            let key = (self.id, operation.key.clone());
            match decision {
                Ok(Step::Insert(draft)) => {
                    batch.insert::<Records>(&key, &Envelope::new(draft, now, now));
                    self.tell(&mut batch, Deed::Created, &operation.key, now);
                    more += 1;
                }
                Ok(Step::Replace(draft, created_at, version)) => {
                    let envelope = Envelope::new(draft, *created_at, now);
                    batch.replace::<Records>(&key, &envelope, *version);
                    self.tell(&mut batch, Deed::Changed, &operation.key, now);
                }
                Ok(Step::Delete(version)) => {
                    batch.delete::<Records>(&key, *version);
                    self.tell(&mut batch, Deed::Deleted, &operation.key, now);
                    more -= 1;
                }
                Ok(Step::Keep(_)) | Err(_) => {}
            }
        }
        batch.add(&records(self.id), more);
        batch
    }
}

/// Whether a decision changes nothing.
fn is_idle(decision: &Decision) -> bool {
    matches!(decision, Ok(Step::Keep(_)) | Err(_))
}

/// Counts what is done, and takes its digest: of each key, its fate and its content.
fn tally(event: Event, operations: &[Operation], decisions: &[Decision]) -> Event {
    let (mut created, mut changed, mut unchanged, mut deleted, mut refused) = (0, 0, 0, 0, 0);
    let mut digest = Sha256::new();
    for (operation, decision) in operations.iter().zip(decisions) {
        let (count, fate, hash) = match decision {
            Ok(Step::Insert(draft)) => (&mut created, b'c', Some(draft.hash)),
            Ok(Step::Replace(draft, ..)) => (&mut changed, b'u', Some(draft.hash)),
            Ok(Step::Keep(_)) => (&mut unchanged, b's', None),
            Ok(Step::Delete(_)) => (&mut deleted, b'd', None),
            Err(_) => (&mut refused, b'r', None),
        };
        *count += 1;
        digest.update(operation.key.as_bytes());
        digest.update([0, fate]);
        digest.update(hash.map(|hash| hash.0).unwrap_or_default());
    }
    event
        .count("created", created)
        .count("changed", changed)
        .count("unchanged", unchanged)
        .count("deleted", deleted)
        .count("refused", refused)
        .detail(
            "digest",
            Hex(&<[u8; 32]>::from(digest.finalize())).to_string(),
        )
}

fn applied(decisions: Vec<Decision>, version: Version, carried_out: bool) -> Applied {
    let fates = decisions.into_iter().map(|decision| {
        decision.map(|step| match step {
            Step::Insert(_) => Fate::Created(version),
            Step::Replace(..) => Fate::Changed(version),
            Step::Keep(version) => Fate::Unchanged(version),
            Step::Delete(_) => Fate::Deleted,
        })
    });
    Applied {
        fates: fates.collect(),
        carried_out,
    }
}
