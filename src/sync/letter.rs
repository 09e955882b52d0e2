//! Keeps the records that a provider did not take, until one of them is written after all.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::link::{Content, Link, Links, UNKNOWN};
use super::mapping::Fault;
use super::problem::cut;
use super::sync::Sync;
use super::syncs::Part;
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, Hex, RunId, SyncId};
use crate::store::{Batch, Collection, Json, Row, Scan, Snapshot, prefix};

/// The dead letters of a sync by the record's key.
pub(crate) struct DeadLetters;

impl Collection for DeadLetters {
    const NAME: &'static str = "dead_letter";
    type Key = (SyncId, String);
    type Value = DeadLetter;
}

/// A record that the provider did not take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// Why it was not taken the last time.
    pub reason: String,
    /// How many runs have tried it.
    pub attempts: u32,
    /// When it was refused first.
    pub first_at: Timestamp,
    /// When it was refused last.
    pub last_at: Timestamp,
    /// The run that tried it last.
    pub run: RunId,
    /// What was sent; long texts are cut.
    pub payload: Vec<Cell>,
    /// The delivery of which nobody can tell whether it arrived, if that is what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<InDoubt>,
}

impl Json for DeadLetter {}

/// A delivery of which nobody can tell whether it arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InDoubt {
    /// The id that it bears however often it is sent.
    pub id: String,
    /// The fingerprint of its content, in hexadecimal digits.
    pub(crate) sent: String,
    /// Whether somebody wants it sent again.
    pub resend: bool,
}

/// One cell of what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The dataset's field.
    pub field: String,
    /// The remote field's id.
    pub remote_field_id: String,
    /// The remote field's name.
    pub remote_field_name: String,
    /// The value in words; none for an empty cell.
    pub value: Option<String>,
}

/// Some of a sync's dead letters.
pub struct LettersPage {
    /// With the record's key, in the order of keys.
    pub letters: Vec<(String, DeadLetter)>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

/// A sync has no more dead letters than this: who has broken a whole table needs the first of
/// them, and finds the rest among the run's outcomes.
const MOST: usize = 10_000;
/// So many are deleted at once.
const AT_ONCE: usize = 1_000;

/// What a run knows of the dead letters of its sync, so that a record that is written costs a
/// look-up in memory and no more.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known(HashMap<String, Earlier>);

#[derive(Clone, Debug)]
struct Earlier {
    attempts: u32,
    first_at: Timestamp,
    run: RunId,
    /// A refusal says nothing of a delivery that was sent before.
    delivery: Option<InDoubt>,
}

impl Known {
    /// The dead letters of `sync`.
    pub(crate) fn load(store: &Snapshot, sync: SyncId) -> Result<Self, Error> {
        let mut known = HashMap::new();
        let scan = Scan::prefix(prefix(&sync), usize::MAX);
        store.walk::<DeadLetters>(&scan, |_, row| {
            let DeadLetter {
                attempts,
                first_at,
                delivery,
                run,
                ..
            } = row.value;
            let earlier = Earlier {
                attempts,
                first_at,
                run,
                delivery,
            };
            known.insert(row.key.1, earlier);
            Ok(std::ops::ControlFlow::Continue(()))
        })?;
        Ok(Self(known))
    }

    /// Adds to `batch` that a run could not write a record: why, and what it sent.
    pub(crate) fn refused(
        &mut self,
        batch: &mut Batch,
        (sync, key): (SyncId, &str),
        at: (RunId, Timestamp),
        (reason, payload): (&str, Vec<Cell>),
    ) {
        let earlier = self.0.get(key);
        if earlier.is_none() && self.0.len() >= MOST {
            return;
        }
        let delivery = earlier.and_then(|earlier| earlier.delivery.clone());
        self.keep(batch, (sync, key), at, (reason, payload, delivery));
    }

    /// Adds to `batch` that nobody can tell whether a delivery arrived. There is room for each: one
    /// that was forgotten would be sent again by itself.
    pub(crate) fn in_doubt(
        &mut self,
        batch: &mut Batch,
        place: (SyncId, &str),
        at: (RunId, Timestamp),
        (reason, payload, delivery): (&str, Vec<Cell>, InDoubt),
    ) {
        self.keep(batch, place, at, (reason, payload, Some(delivery)));
    }

    fn keep(
        &mut self,
        batch: &mut Batch,
        (sync, key): (SyncId, &str),
        (run, now): (RunId, Timestamp),
        (reason, payload, delivery): (&str, Vec<Cell>, Option<InDoubt>),
    ) {
        let (attempts, first_at) = match self.0.get(key) {
            Some(earlier) => (earlier.attempts, earlier.first_at),
            None => (0, now),
        };
        let attempts = attempts.saturating_add(1);
        let earlier = Earlier {
            attempts,
            first_at,
            run,
            delivery: delivery.clone(),
        };
        self.0.insert(key.to_owned(), earlier);
        let letter = DeadLetter {
            reason: cut(reason).to_owned(),
            attempts,
            first_at,
            last_at: now,
            run,
            payload,
            delivery,
        };
        batch.put::<DeadLetters>(&(sync, key.to_owned()), &letter);
    }

    /// The same for a record that was left alone; that settles no delivery that is in doubt.
    pub(crate) fn left_alone(&mut self, batch: &mut Batch, sync: SyncId, key: &str) {
        let earlier = self.0.get(key);
        if earlier.is_some_and(|earlier| earlier.delivery.is_none()) {
            self.settled(batch, sync, key);
        }
    }

    /// Adds to `batch` that a record needs no letter any more.
    pub(crate) fn settled(&mut self, batch: &mut Batch, sync: SyncId, key: &str) {
        if !self.0.is_empty() && self.0.remove(key).is_some() {
            batch.discard::<DeadLetters>(&(sync, key.to_owned()));
        }
    }

    /// The same of a letter that `run` has written, unless another has written it anew since.
    pub(crate) fn settled_of(&mut self, batch: &mut Batch, (sync, key): (SyncId, &str), of: RunId) {
        if self.0.get(key).is_some_and(|earlier| earlier.run == of) {
            self.settled(batch, sync, key);
        }
    }

    /// The letters that `run` has not written: if it has met everything there is, they are about
    /// what is no longer there, or has another key now.
    pub(crate) fn not_of(&self, run: RunId) -> Vec<String> {
        let others = self.0.iter().filter(|(_, earlier)| earlier.run != run);
        others.map(|(key, _)| key.clone()).collect()
    }
}

impl Sync {
    /// Lists the records that the provider did not take and that were not written since.
    ///
    /// They hold values of the dataset's records: errs when it is shared with one no more.
    pub fn dead_letters(&self, part: &Part, by: &Actor) -> Result<LettersPage, Error> {
        self.reaches_dataset()?;
        let scan = Scan::prefix(prefix(&self.id()), part.limit).after(part.after.as_ref());
        let page = self.syncs().services.store.scan::<DeadLetters>(&scan)?;
        let event = Event::new(Code::SyncsRead, by)
            .entity("sync", self.id(), &self.definition().name)
            .count("dead_letters", page.rows.len() as u64);
        self.syncs().record(event);
        let letters = page.rows.into_iter().map(|row| (row.key.1, row.value));
        Ok(LettersPage {
            letters: letters.collect(),
            next: page.next,
        })
    }

    /// Discards the dead letter of one record. The record itself is left as it is: the next run
    /// tries it again. A delivery in doubt is taken for one that arrived.
    pub async fn discard_letter(&self, key: &str, by: &Actor) -> Result<(), Error> {
        let row = self.letter(key)?;
        let taken = row.value.delivery.is_some();
        let act = self
            .discarded(by)
            .resource("record", key, "", row.version.0)
            .count("dead_letters", 1)
            .count("taken_for_delivered", u64::from(taken));
        let mut batch = Batch::new(act.build(self.clock()));
        batch.delete::<DeadLetters>(&row.key, row.version);
        take_for_delivered(&mut batch, row);
        self.syncs().commit(batch, &self.definition().name).await
    }

    /// Lets the next run send a delivery again of which nobody can tell whether it arrived, under
    /// the same id. Errs when the letter is about a record that was refused.
    pub async fn resend_letter(&self, key: &str, by: &Actor) -> Result<DeadLetter, Error> {
        let row = self.letter(key)?;
        let mut letter = row.value;
        let Some(delivery) = letter.delivery.as_mut() else {
            return Err(Error::Invalid(vec![Fault {
                path: "key".into(),
                message: "this record was refused: the next run tries it again by itself".into(),
            }]));
        };
        delivery.resend = true;
        let act = Event::new(Code::DeliveryResendChosen, by)
            .entity("sync", self.id(), &self.definition().name)
            .resource("record", key, "", row.version.0)
            .detail("delivery_id", delivery.id.as_str());
        let mut batch = Batch::new(act.build(self.clock()));
        batch.replace::<DeadLetters>(&row.key, &letter, row.version);
        self.syncs().commit(batch, &self.definition().name).await?;
        Ok(letter)
    }

    fn letter(&self, key: &str) -> Result<Row<DeadLetters>, Error> {
        let place = (self.id(), key.to_owned());
        let row = self.syncs().services.store.get::<DeadLetters>(&place)?;
        row.ok_or(Error::UnknownLetter)
    }

    /// Discards all dead letters of the sync, and gives their number.
    pub async fn discard_letters(&self, by: &Actor) -> Result<u64, Error> {
        let store = &self.syncs().services.store;
        let mut discarded = 0;
        loop {
            let scan = Scan::prefix(prefix(&self.id()), AT_ONCE);
            let rows = store.scan::<DeadLetters>(&scan)?.rows;
            let found = rows.len() as u64;
            if found == 0 {
                return Ok(discarded);
            }
            let taken = rows.iter().filter(|row| row.value.delivery.is_some());
            let act = self
                .discarded(by)
                .count("dead_letters", found)
                .count("taken_for_delivered", taken.count() as u64);
            let mut batch = Batch::new(act.build(self.clock()));
            for row in rows {
                batch.discard::<DeadLetters>(&row.key);
                take_for_delivered(&mut batch, row);
            }
            store.commit(batch).await?;
            discarded += found;
        }
    }

    fn discarded(&self, by: &Actor) -> Event {
        let name = &self.definition().name;
        Event::new(Code::DeadLettersDiscarded, by).entity("sync", self.id(), name)
    }
}

/// Notes of a delivery in doubt that it arrived; other letters have no such thing.
fn take_for_delivered(batch: &mut Batch, row: Row<DeadLetters>) {
    let Some(delivery) = row.value.delivery else {
        return;
    };
    let Some(sent) = Hex::read(delivery.sent.as_bytes()) else {
        return; // it says nothing that could be held against the record
    };
    let link = Link {
        remote_id: delivery.id,
        content: Content::Agreed { sent, echo: sent },
        source: UNKNOWN,
        cells: Vec::new(),
        here: Vec::new(),
        ours: true,
        aside: false,
        apart: false,
    };
    batch.put::<Links>(&row.key, &link);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;

    fn refuse(known: &mut Known, key: &str, at: i64) -> Batch {
        let clock = Clock::system();
        let mut batch = Batch::bookkeeping();
        let now = Timestamp::from_second(at).unwrap();
        let (sync, run) = (SyncId::new(&clock), RunId::new(&clock));
        known.refused(&mut batch, (sync, key), (run, now), ("no", Vec::new()));
        batch
    }

    #[test]
    fn a_record_refused_again_counts_its_attempts_and_keeps_its_first_time() {
        let mut known = Known::default();
        refuse(&mut known, "a", 1);
        refuse(&mut known, "a", 2);
        let Earlier {
            attempts, first_at, ..
        } = known.0["a"];
        assert_eq!((attempts, first_at.as_second()), (2, 1));
    }

    #[test]
    fn a_flood_of_refusals_is_kept_short() {
        let mut known = Known::default();
        for number in 0..MOST {
            refuse(&mut known, &number.to_string(), 1);
        }
        assert!(refuse(&mut known, "one more", 1).is_empty());
        assert!(!refuse(&mut known, "7", 2).is_empty());
    }

    #[test]
    fn a_record_without_a_letter_costs_no_write() {
        let mut known = Known::default();
        refuse(&mut known, "a", 1);
        let sync = SyncId::new(&Clock::system());
        let mut batch = Batch::bookkeeping();
        known.settled(&mut batch, sync, "b");
        assert!(batch.is_empty());
        known.settled(&mut batch, sync, "a");
        assert!(!batch.is_empty());
    }
}
