//! Lets a record in.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;

use super::row::{Arrivals, Arrived, Rows, Signing, Stored, place};
use super::service::fingerprint;
use super::{Error, Inlet};
use crate::audit::{Code, Outcome};
use crate::base::signature::{Signed, check};
use crate::base::{Actor, Hex, InletId, Scope, UserId};
use crate::datasets::{Brought, Unread};
use crate::store::{self, Batch, Bytes, Row, Version};

/// An id is known for so long.
pub(super) const KNOWN: SignedDuration = SignedDuration::from_hours(24);
/// When something came in last is noted to the minute.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// A write that loses a race is tried again so often: others may be writing the same record by
/// another way.
const TRIES: u32 = 10;

/// What comes in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Arrival<'a> {
    /// One JSON object.
    pub body: &'a [u8],
    /// What tells it from others: the same id is let in once.
    pub id: Option<&'a str>,
    /// When it was signed, in seconds since 1970.
    pub timestamp: Option<&'a str>,
    /// Its signatures.
    pub signatures: Option<&'a str>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The record's key.
    pub key: String,
    /// What was done with the record.
    pub written: Written,
    /// Whether it had come in before under its id, and nothing was done.
    pub again: bool,
}

/// What was done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is new.
    Created,
    /// It has changed.
    Changed,
    /// It was so already.
    Unchanged,
}

impl Written {
    /// Its word in answers and in the book.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }

    /// What it is to bring this in the place of what was there.
    fn of(before: Option<&Unread>, brought: &Brought) -> Self {
        match before {
            None => Self::Created,
            Some(before) if before.hash() == brought.hash() => Self::Unchanged,
            Some(_) => Self::Changed,
        }
    }

    fn named(word: &str) -> Self {
        let all = [Self::Created, Self::Changed, Self::Unchanged];
        let found = all.into_iter().find(|one| one.name() == word);
        found.unwrap_or(Self::Unchanged)
    }
}

/// The place of an id, and what came in under it.
struct Slip {
    place: (InletId, Bytes),
    /// The version of what lies there.
    version: Option<Version>,
    /// What that is, while it is known.
    known: Option<Arrived>,
}

impl Slip {
    /// Notes what has come in under the id, and what was done with it.
    fn put(
        &self,
        batch: &mut Batch,
        (at, body): (Timestamp, String),
        (key, written): (&str, Written),
    ) {
        let arrived = Arrived {
            at,
            body,
            key: key.to_owned(),
            word: written.name().to_owned(),
        };
        match self.version {
            Some(version) => batch.replace::<Arrivals>(&self.place, &arrived, version),
            None => batch.insert::<Arrivals>(&self.place, &arrived),
        };
    }
}

impl Inlet {
    /// Whose it is: they must be allowed to write datasets for anything to come in.
    pub fn owner(&self) -> UserId {
        self.key.0
    }

    /// Lets a record in: creates it, or changes the values that are given.
    pub async fn take(&self, arrival: Arrival<'_>, by: &Actor) -> Result<Entered, Error> {
        if let Err(error) = self.check_signature(arrival) {
            let refused = Outcome::failed("INLET_REFUSED");
            let event = self.event(Code::InletRefused, by);
            let event = event.comment(&error.to_string()).status(refused);
            self.all.0.log.record(event.build(&self.all.0.clock));
            return Err(error);
        }
        let _lane = self.all.1.enter(self.stored.dataset).await;
        for _ in 0..TRIES {
            if let Some(entered) = self.try_take(arrival, by).await? {
                return Ok(entered);
            }
        }
        Err(Error::Changed)
    }

    fn check_signature(&self, arrival: Arrival<'_>) -> Result<(), Error> {
        let Some(signatures) = arrival.signatures else {
            return match self.stored.signing {
                Signing::Optional => Ok(()),
                Signing::Required => Err(Error::BadSignature(
                    "it has to be signed: send webhook-id, webhook-timestamp and webhook-signature",
                )),
            };
        };
        let (Some(id), Some(timestamp)) = (arrival.id, arrival.timestamp) else {
            return Err(Error::BadSignature(
                "a signature needs webhook-id and webhook-timestamp beside it",
            ));
        };
        let parts = &self.all.0;
        let key = parts.vault.open(&place(&self.key), &self.stored.key);
        let key = key.map_err(Error::Sealed)?;
        let signed = Signed {
            id,
            timestamp,
            signatures,
        };
        let checked = check(&key, signed, arrival.body, parts.clock.now());
        checked.map_err(|bad| Error::BadSignature(bad.0))
    }

    /// Tries once; none when something moved meanwhile.
    async fn try_take(&self, arrival: Arrival<'_>, by: &Actor) -> Result<Option<Entered>, Error> {
        let parts = &self.all.0;
        let row = parts.store.get::<Rows>(&self.key)?;
        // Rotated or revoked since its address was looked up.
        let row = row.filter(|row| row.value.door == self.stored.door);
        let row = row.ok_or(Error::NoAddress)?;
        let scope = Scope::owned_by(self.owner());
        let dataset = parts.datasets.open(&scope, self.stored.dataset)?;
        let _gate = dataset.enter().await;
        let dataset = dataset.to_write()?;
        let content = Hex(&fingerprint(arrival.body)).to_string();
        let mut slip = match arrival.id {
            Some(id) => Some(self.slip(id)?),
            None => None,
        };
        if let Some(before) = slip.as_mut().and_then(|slip| slip.known.take()) {
            return known(before, &content).map(Some);
        }
        let key = key_of(arrival.body, dataset.key_field())?;
        let moment = parts.store.snapshot()?;
        let before = dataset.unread(&moment, &key)?;
        let brought = dataset.merge(before.as_ref(), &key, arrival.body)?;
        let written = Written::of(before.as_ref(), &brought);
        drop(moment);
        let now = parts.now();
        let event = dataset
            .writing(by)
            .entity("inlet", self.id(), &self.stored.name);
        let mut batch = Batch::new(event.count(written.name(), 1).build(&parts.clock));
        dataset.hold_whole(&mut batch);
        if written != Written::Unchanged {
            dataset.put(&mut batch, &brought, before.as_ref(), now);
            dataset.grow(&mut batch, i64::from(written == Written::Created));
        }
        if let Some(slip) = &slip {
            slip.put(&mut batch, (now, content), (&key, written));
        }
        self.note_use(&mut batch, row);
        match parts.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => return Ok(None),
            outcome => outcome?,
        };
        dataset.ring_watchers();
        Ok(Some(Entered {
            key,
            written,
            again: false,
        }))
    }

    /// Looks up what came in under an id.
    fn slip(&self, id: &str) -> Result<Slip, Error> {
        let parts = &self.all.0;
        let place = (self.id(), Bytes(fingerprint(id.as_bytes()).to_vec()));
        let row = parts.store.get::<Arrivals>(&place)?;
        let version = row.as_ref().map(|row| row.version);
        // One that is too old is known no more, whether it was forgotten yet or not.
        let known = row.map(|row| row.value);
        let known = known.filter(|before| !is_too_old(before, parts.now()));
        Ok(Slip {
            place,
            version,
            known,
        })
    }

    /// Notes that the inlet is used.
    fn note_use(&self, batch: &mut Batch, row: Row<Rows>) {
        let now = self.all.0.now();
        let noted = row.value.used_at;
        if noted.is_some_and(|at| now.duration_since(at) < NOTED_EVERY) {
            batch.require::<Rows>(&self.key, row.version);
        } else {
            let used = Stored {
                used_at: Some(now),
                ..row.value
            };
            batch.replace::<Rows>(&self.key, &used, row.version);
        }
    }
}

/// Whether something came in so long ago that its id may be used again.
fn is_too_old(before: &Arrived, now: Timestamp) -> bool {
    now.duration_since(before.at) > KNOWN
}

/// What is said of something that came in before.
fn known(before: Arrived, content: &str) -> Result<Entered, Error> {
    if before.body != content {
        return Err(Error::IdReused);
    }
    Ok(Entered {
        written: Written::named(&before.word),
        key: before.key,
        again: true,
    })
}

/// The key that a body names.
fn key_of(body: &[u8], field: &str) -> Result<String, Error> {
    let body: Json = serde_json::from_slice(body)
        .map_err(|error| Error::BadBody(format!("the body is no JSON: {error}")))?;
    let Json::Object(members) = body else {
        return Err(Error::BadBody("the body has to be one JSON object".into()));
    };
    match members.get(field) {
        Some(Json::String(key)) if !key.is_empty() => Ok(key.clone()),
        Some(Json::Number(key)) => Ok(key.to_string()),
        _ => Err(Error::BadBody(format!(
            "the body has to name the key of the record, {field:?}, as a text or a number"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_names_its_key_or_is_refused() {
        assert_eq!(key_of(br#"{"code":"LHR"}"#, "code").unwrap(), "LHR");
        assert_eq!(key_of(br#"{"code":7}"#, "code").unwrap(), "7");
        for body in [
            "",
            "[]",
            "{}",
            r#"{"code":null}"#,
            r#"{"code":""}"#,
            r#"{"code":["x"]}"#,
        ] {
            assert!(key_of(body.as_bytes(), "code").is_err(), "{body}");
        }
    }

    #[test]
    fn what_was_done_is_remembered_by_its_word() {
        for written in [Written::Created, Written::Changed, Written::Unchanged] {
            assert_eq!(Written::named(written.name()), written);
        }
    }
}
