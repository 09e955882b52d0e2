//! Lets what is gone on one side wait before it is removed on the other: it may come back.
//!
//! A row stands for a linked record that a run has missed, from then on until it is there again, or
//! is removed, or is no longer to be. What waits is counted as held.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::direction::Direction;
use super::error::Error;
use super::mapping::Fault;
use super::sync::Sync;
use super::syncs::Part;
use crate::audit::{Code, Event};
use crate::base::{Actor, Cursor, SyncId};
use crate::store::{Batch, Collection, Json, Scan, Snapshot, Store, prefix};

/// The records that were missed, by sync and key.
pub(crate) struct Quarantined;

impl Collection for Quarantined {
    const NAME: &'static str = "quarantine";
    type Key = (SyncId, String);
    type Value = Absent;
}

/// A record that was missed on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    /// The remote record that is or was linked with it.
    pub remote_id: String,
    /// When a run has missed it first.
    pub since: Timestamp,
}

impl Json for Absent {}

/// Records wait a year at most.
pub(crate) const MOST_HOURS: u32 = 8_760;
/// So many rows are written at once.
const ROWS: usize = 5_000;

/// Errs when records of a sync that goes this way cannot wait so many hours.
pub(crate) fn check(direction: Direction, hours: u32) -> Result<u32, Error> {
    let message = if hours > MOST_HOURS {
        format!("is 0 to {MOST_HOURS} hours")
    } else if hours > 0 && direction == Direction::TwoWay {
        "a two-way sync settles at once what one side has deleted".to_owned()
    } else {
        return Ok(hours);
    };
    Err(Error::Invalid(vec![Fault {
        path: "quarantine_hours".into(),
        message,
    }]))
}

/// What a run knows of the records that its sync has missed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quarantine {
    hours: u32,
    now: Timestamp,
    known: HashMap<String, Absent>,
    /// Those of them that have come back: one that goes again begins to wait anew.
    back: HashSet<String>,
}

/// What a run has found out about the records that are missed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Roll {
    /// How many wait.
    pub(crate) waiting: u64,
    /// Those that were not missed before, by key.
    fresh: Vec<(String, String)>,
    /// Those that were, and still are.
    still: HashSet<String>,
}

impl Quarantine {
    /// What is known at a moment of a sync whose records wait so many hours.
    pub(crate) fn load(
        moment: &Snapshot,
        (sync, hours): (SyncId, u32),
        now: Timestamp,
    ) -> Result<Self, Error> {
        let mut known = HashMap::new();
        if hours > 0 {
            let scan = Scan::prefix(prefix(&sync), usize::MAX);
            moment.walk::<Quarantined>(&scan, |_, row| {
                known.insert(row.key.1, row.value);
                Ok(ControlFlow::Continue(()))
            })?;
        }
        let back = HashSet::new();
        Ok(Self {
            hours,
            now,
            known,
            back,
        })
    }

    /// Takes note of what has come back, as far as a run has found that out.
    pub(crate) fn note_back(&mut self, roll: &Roll) {
        let is_missed = |key: &&String| roll.still.contains(*key);
        let back = self.known.keys().filter(|key| !is_missed(key));
        self.back = back.cloned().collect();
    }

    /// How a record was missed before.
    pub(crate) fn absent(&self, key: &str) -> Option<&Absent> {
        self.known.get(key)
    }

    /// Whether a record was missed before.
    pub(crate) fn holds(&self, key: &str) -> bool {
        self.known.contains_key(key)
    }

    /// Until when a record waits that is missed now, and since when; none when it waits no longer.
    pub(crate) fn waits(&self, key: &str, remote_id: &str) -> Option<(Timestamp, Timestamp)> {
        let known = self.known.get(key);
        let known = known.filter(|missed| missed.remote_id == remote_id);
        let known = known.filter(|_| !self.back.contains(key));
        let since = known.map_or(self.now, |missed| missed.since);
        let due = due(since, self.hours);
        (due > self.now).then_some((since, due))
    }

    /// Notes in `roll` that a record is missed; whether it waits.
    pub(crate) fn miss(&self, roll: &mut Roll, key: &str, remote_id: &str) -> bool {
        if self.hours == 0 {
            return false;
        }
        let waits = self.waits(key, remote_id).is_some();
        roll.waiting += u64::from(waits);
        match self.known.get(key) {
            Some(missed) if missed.remote_id == remote_id => {
                roll.still.insert(key.to_owned());
            }
            _ => roll.fresh.push((key.to_owned(), remote_id.to_owned())),
        }
        waits
    }

    /// Notes in `roll` that a record which a run has found to wait before a stop waits on.
    pub(crate) fn stay(roll: &mut Roll, key: String) {
        roll.waiting += 1;
        roll.still.insert(key);
    }

    /// The batches that keep what a run has found out: what is missed first begins to wait, and what
    /// is there again, or is nobody's business any more, is let out.
    pub(crate) fn settle(&self, sync: SyncId, roll: &Roll) -> Vec<Batch> {
        let since = self.now;
        let fresh = roll.fresh.iter().map(|(key, remote_id)| {
            let remote_id = remote_id.clone();
            (key, Some(Absent { remote_id, since }))
        });
        let replaced: HashSet<&String> = roll.fresh.iter().map(|(key, _)| key).collect();
        let back = self.known.keys();
        let back = back.filter(|key| !roll.still.contains(*key) && !replaced.contains(key));
        let rows: Vec<_> = fresh.chain(back.map(|key| (key, None))).collect();
        let batch = |rows: &[(&String, Option<Absent>)]| {
            let mut batch = Batch::bookkeeping();
            for (key, missed) in rows {
                let key = (sync, (*key).clone());
                match missed {
                    Some(missed) => batch.put::<Quarantined>(&key, missed),
                    None => batch.discard::<Quarantined>(&key),
                };
            }
            batch
        };
        rows.chunks(ROWS).map(batch).collect()
    }
}

/// When a record is due that has been missed since a time.
pub fn due(since: Timestamp, hours: u32) -> Timestamp {
    let wait = SignedDuration::from_hours(i64::from(hours));
    since.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// Why a record is left alone that waits.
pub(crate) fn told(gone: &str, (since, due): (Timestamp, Timestamp)) -> String {
    format!("quarantined: it is gone {gone} since {since:.0}, and is removed after {due:.0}")
}

/// Some of the records that wait.
#[derive(Default)]
pub struct QuarantinePage {
    /// In the order of keys.
    pub absent: Vec<(String, Absent)>,
    /// How many there are.
    pub total: u64,
    /// Where the next page begins.
    pub next: Option<Cursor>,
}

impl Sync {
    /// Lists the records that wait before they are removed: none where nothing is to wait.
    pub async fn quarantined(&self, part: &Part, by: &Actor) -> Result<QuarantinePage, Error> {
        if !self.definition().quarantines() {
            return Ok(QuarantinePage::default());
        }
        let services = &self.syncs().services;
        let all = || prefix(&self.id());
        let scan = Scan::prefix(all(), part.limit).after(part.after.as_ref());
        let page = services.store.scan::<Quarantined>(&scan)?;
        let (store, all) = (services.store.clone(), all());
        let count = move || count(&store, all);
        let total = services.blocking.run(count).await?;
        let seen =
            Event::new(Code::SyncsRead, by).entity("sync", self.id(), &self.definition().name);
        self.syncs()
            .record(seen.count("quarantined", page.rows.len() as u64));
        Ok(QuarantinePage {
            absent: page
                .rows
                .into_iter()
                .map(|row| (row.key.1, row.value))
                .collect(),
            total,
            next: page.next,
        })
    }
}

fn count(store: &Store, of_sync: Vec<u8>) -> Result<u64, Error> {
    let mut total = 0;
    let scan = Scan::prefix(of_sync, usize::MAX);
    store.snapshot()?.walk::<Quarantined>(&scan, |_, _row| {
        total += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn quarantine(hours: u32, known: &[(&str, &str, i64)]) -> Quarantine {
        let missed = |remote: &str, ago| Absent {
            remote_id: remote.into(),
            since: NOW - SignedDuration::from_hours(ago),
        };
        let known = known.iter();
        Quarantine {
            hours,
            now: NOW,
            back: HashSet::new(),
            known: known
                .map(|(key, remote, ago)| ((*key).to_owned(), missed(remote, *ago)))
                .collect(),
        }
    }

    #[test]
    fn a_record_waits_its_hours_from_the_first_time_that_it_was_missed() {
        let known = quarantine(
            24,
            &[("a", "recA", 23), ("b", "recB", 24), ("c", "recOld", 90)],
        );
        for (key, remote, waits) in [
            ("a", "recA", true),
            ("b", "recB", false),
            ("c", "recC", true),
            ("d", "recD", true),
        ] {
            assert_eq!(known.waits(key, remote).is_some(), waits, "{key}");
        }
        assert!(quarantine(0, &[]).waits("a", "recA").is_none());
    }

    #[test]
    fn what_is_there_again_is_let_out_and_what_is_missed_first_comes_in() {
        let known = quarantine(24, &[("a", "recA", 1), ("b", "recB", 30), ("c", "recC", 2)]);
        let mut roll = Roll::default();
        assert!(known.miss(&mut roll, "a", "recA"));
        assert!(!known.miss(&mut roll, "b", "recB"));
        assert!(known.miss(&mut roll, "d", "recD"));
        assert_eq!(
            (roll.waiting, roll.fresh.len(), roll.still.len()),
            (2, 1, 2)
        );
        assert_eq!(known.settle(SyncId::from_bytes([7; 16]), &roll).len(), 1);
        let none = quarantine(0, &[]);
        let mut roll = Roll::default();
        assert!(!none.miss(&mut roll, "a", "recA"));
        assert!(none.settle(SyncId::from_bytes([7; 16]), &roll).is_empty());
    }

    #[test]
    fn what_has_come_back_and_goes_again_waits_anew() {
        let mut known = quarantine(24, &[("a", "recA", 30), ("b", "recB", 30)]);
        let mut roll = Roll::default();
        assert!(!known.miss(&mut roll, "b", "recB"));
        known.note_back(&roll);
        assert_eq!(known.waits("a", "recA").map(|(since, _)| since), Some(NOW));
        assert!(known.waits("b", "recB").is_none());
    }

    #[test]
    fn no_record_waits_longer_than_a_year() {
        let push = |hours| check(Direction::Push, hours);
        assert!(push(0).is_ok() && push(MOST_HOURS).is_ok());
        assert!(push(MOST_HOURS + 1).is_err());
        assert!(check(Direction::TwoWay, 0).is_ok() && check(Direction::TwoWay, 1).is_err());
    }
}
