//! Keeps the records that a provider did not take, until one of them is written after all.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::problem::cut;
use super::sync::Sync;
use super::syncs::Part;
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, RunId, SyncId};
use crate::store::{Batch, Collection, Json, Scan, Snapshot, prefix};

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
}

impl Json for DeadLetter {}

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

#[derive(Clone, Copy, Debug)]
struct Earlier {
    attempts: u32,
    first_at: Timestamp,
    run: RunId,
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
                run,
                ..
            } = row.value;
            let earlier = Earlier {
                attempts,
                first_at,
                run,
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
        (run, now): (RunId, Timestamp),
        (reason, payload): (&str, Vec<Cell>),
    ) {
        let earlier = self.0.get(key).copied();
        if earlier.is_none() && self.0.len() >= MOST {
            return;
        }
        let (before, first_at) =
            earlier.map_or((0, now), |earlier| (earlier.attempts, earlier.first_at));
        let attempts = before.saturating_add(1);
        let fresh = Earlier {
            attempts,
            first_at,
            run,
        };
        self.0.insert(key.to_owned(), fresh);
        let letter = DeadLetter {
            reason: cut(reason).to_owned(),
            attempts,
            first_at,
            last_at: now,
            run,
            payload,
        };
        batch.put::<DeadLetters>(&(sync, key.to_owned()), &letter);
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
    /// tries it again.
    pub async fn discard_letter(&self, key: &str, by: &Actor) -> Result<(), Error> {
        let place = (self.id(), key.to_owned());
        let row = self.syncs().services.store.get::<DeadLetters>(&place)?;
        let row = row.ok_or(Error::UnknownLetter)?;
        let act = self
            .discarded(by)
            .resource("record", key, "", row.version.0);
        let mut batch = Batch::new(act.count("dead_letters", 1).build(self.clock()));
        batch.delete::<DeadLetters>(&place, row.version);
        self.syncs().commit(batch, &self.definition().name).await
    }

    /// Discards all dead letters of the sync, and gives their number.
    pub async fn discard_letters(&self, by: &Actor) -> Result<u64, Error> {
        let store = &self.syncs().services.store;
        let mut discarded = 0;
        loop {
            let scan = Scan::prefix(prefix(&self.id()), AT_ONCE);
            let found = store.scan::<DeadLetters>(&scan)?.rows.len();
            if found == 0 {
                return Ok(discarded);
            }
            let act = self.discarded(by).count("dead_letters", found as u64);
            let mut batch = Batch::new(act.build(self.clock()));
            batch.clear::<DeadLetters>(prefix(&self.id()), found);
            store.commit(batch).await?;
            discarded += found as u64;
        }
    }

    fn discarded(&self, by: &Actor) -> Event {
        let name = &self.definition().name;
        Event::new(Code::DeadLettersDiscarded, by).entity("sync", self.id(), name)
    }
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
