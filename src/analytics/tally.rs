//! Tells the book what came in: one line for each key and minute, with counts.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::intake::Taken;
use super::key::WriteKey;
use super::service::Ground;
use super::site::Site;
use crate::audit::{Code, Event};
use crate::base::{Actor, WriteKeyId};

/// The book is told so often of one key.
pub(super) const EVERY: Duration = Duration::from_mins(1);

/// What has come in since the book was told last, by the key.
#[derive(Default)]
pub(super) struct Tally(Mutex<HashMap<WriteKeyId, Counts>>);

struct Counts {
    /// Who sent the first; of a visitor not from where.
    event: Event,
    /// When that was, by the clock that never goes back.
    since: Duration,
    accepted: u64,
    doubled: u64,
    refused: u64,
    requests: u64,
}

impl Tally {
    fn open(&self) -> MutexGuard<'_, HashMap<WriteKeyId, Counts>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ground {
    /// Counts what came in with a request.
    pub(super) fn count(&self, (site, key): (&Site, &WriteKey), taken: &Taken, by: &Actor) {
        self.arrivals.count(site.number(), taken, self.clock.now());
        let now = self.clock.elapsed();
        let mut open = self.tally.open();
        let counts = open.entry(key.id()).or_insert_with(|| Counts {
            event: site
                .event(Code::EventsTaken, by)
                .entity("site_key", key.id(), key.name()),
            since: now,
            accepted: 0,
            doubled: 0,
            refused: 0,
            requests: 0,
        });
        counts.accepted += u64::from(taken.accepted);
        counts.doubled += u64::from(taken.doubled);
        counts.refused += taken.refused.len() as u64;
        counts.requests += 1;
    }

    /// Tells the book of every key whose minute is over; of all of them at the end.
    pub(super) fn tell(&self, least: Duration) {
        self.arrivals.sweep(self.clock.now());
        let now = self.clock.elapsed();
        let due: Vec<Counts> = {
            let mut open = self.tally.open();
            let due = open.extract_if(|_, counts| now.saturating_sub(counts.since) >= least);
            due.map(|(_, counts)| counts).collect()
        };
        for counts in due {
            let event = counts
                .event
                .count("accepted", counts.accepted)
                .count("doubled", counts.doubled)
                .count("refused", counts.refused)
                .count("requests", counts.requests);
            self.log.record(event.build(&self.clock));
        }
    }
}
