//! Remembers what came in lately, minute by minute: how much was counted, and what was refused why.
//!
//! It is kept in memory alone. A server that starts knows nothing of what came before, and says since
//! when it knows.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::intake::{Reason, Taken};
use super::number::SiteNumber;

/// So many minutes are remembered of each site.
const MINUTES: i64 = 60;

/// What has come in at all sites.
pub(super) struct Arrivals {
    since: Timestamp,
    sites: Mutex<HashMap<SiteNumber, VecDeque<Minute>>>,
}

struct Minute {
    /// Counted from the first of 1970.
    number: i64,
    counts: Counts,
}

/// What became of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) accepted: u64,
    /// Known before, by their ids.
    pub(crate) doubled: u64,
    /// By reason, in the order of [`Reason::ALL`].
    refused: [u64; Reason::ALL.len()],
}

impl Counts {
    fn of(taken: &Taken) -> Self {
        let mut counts = Self {
            accepted: taken.accepted.into(),
            doubled: taken.doubled.into(),
            ..Self::default()
        };
        for fault in &taken.refused {
            counts.refused[fault.reason as usize] += 1;
        }
        counts
    }

    fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.doubled += other.doubled;
        for (mine, theirs) in self.refused.iter_mut().zip(other.refused) {
            *mine += theirs;
        }
    }

    /// How many were refused for each reason that there was, most first.
    pub(crate) fn refused(&self) -> Vec<(Reason, u64)> {
        let all = Reason::ALL.into_iter().zip(self.refused);
        let mut there: Vec<_> = all.filter(|(_, many)| *many > 0).collect();
        there.sort_by_key(|(_, many)| std::cmp::Reverse(*many));
        there
    }
}

impl Arrivals {
    pub(super) fn since(now: Timestamp) -> Self {
        Self {
            since: now,
            sites: Mutex::default(),
        }
    }

    fn sites(&self) -> MutexGuard<'_, HashMap<SiteNumber, VecDeque<Minute>>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what came in with a request.
    pub(super) fn count(&self, site: SiteNumber, taken: &Taken, now: Timestamp) {
        let number = now.as_second().div_euclid(60);
        let mut sites = self.sites();
        let minutes = sites.entry(site).or_default();
        // A clock that is set back begins no minute again.
        if minutes.back().is_none_or(|last| last.number < number) {
            let counts = Counts::default();
            minutes.push_back(Minute { number, counts });
        }
        if let Some(last) = minutes.back_mut() {
            last.counts.add(&Counts::of(taken));
        }
        drop_old(minutes, number);
    }

    /// What came in within the last hour, and since when it is known.
    pub(super) fn lately(&self, site: SiteNumber, now: Timestamp) -> (Counts, Timestamp) {
        let number = now.as_second().div_euclid(60);
        let mut counts = Counts::default();
        let sites = self.sites();
        for minute in sites.get(&site).into_iter().flatten() {
            if minute.number > number - MINUTES {
                counts.add(&minute.counts);
            }
        }
        let first = Timestamp::from_second((number - MINUTES + 1) * 60);
        (counts, first.unwrap_or(now).max(self.since.min(now)))
    }

    /// Forgets sites to which nothing came for an hour.
    pub(super) fn sweep(&self, now: Timestamp) {
        let number = now.as_second().div_euclid(60);
        let mut sites = self.sites();
        sites.retain(|_, minutes| {
            drop_old(minutes, number);
            !minutes.is_empty()
        });
        sites.shrink_to_fit();
    }
}

fn drop_old(minutes: &mut VecDeque<Minute>, number: i64) {
    while minutes
        .front()
        .is_some_and(|first| first.number <= number - MINUTES)
    {
        minutes.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::super::intake::Fault;
    use super::*;

    fn noon() -> Timestamp {
        "2026-11-27T12:00:30Z".parse().unwrap()
    }

    fn later(minutes: i64) -> Timestamp {
        noon() + SignedDuration::from_mins(minutes)
    }

    fn taken(accepted: u32, refused: &[Reason]) -> Taken {
        let fault = |reason: &Reason| Fault {
            index: 0,
            reason: *reason,
            message: String::new(),
        };
        Taken {
            accepted,
            doubled: 0,
            refused: refused.iter().map(fault).collect(),
        }
    }

    #[test]
    fn an_hour_is_remembered_minute_by_minute() {
        let arrivals = Arrivals::since(later(-600));
        let site = SiteNumber(1);
        arrivals.count(site, &taken(1, &[Reason::Bot, Reason::TooOld]), noon());
        arrivals.count(site, &taken(2, &[Reason::TooOld]), later(1));
        for (minutes, accepted) in [(1, 3), (59, 3), (60, 2), (61, 0)] {
            let (counts, since) = arrivals.lately(site, later(minutes));
            assert_eq!(counts.accepted, accepted, "{minutes}");
            let told = later(minutes - 59) - SignedDuration::from_secs(30);
            assert_eq!(since, told, "{minutes}");
        }
        let (counts, _) = arrivals.lately(site, later(1));
        assert_eq!(counts.refused(), [(Reason::TooOld, 2), (Reason::Bot, 1)]);
        assert_eq!(arrivals.lately(SiteNumber(2), noon()).0, Counts::default());
    }

    #[test]
    fn a_server_that_was_just_started_says_so() {
        let arrivals = Arrivals::since(noon());
        assert_eq!(arrivals.lately(SiteNumber(1), later(5)).1, noon());
    }

    #[test]
    fn a_day_of_arrivals_takes_no_more_room_than_an_hour() {
        let arrivals = Arrivals::since(noon());
        for minute in 0..24 * 60 {
            arrivals.count(SiteNumber(1), &taken(1, &[]), later(minute));
            assert!(arrivals.sites()[&SiteNumber(1)].len() <= 60);
        }
        arrivals.sweep(later(24 * 60));
        assert_eq!(arrivals.sites().len(), 1);
        arrivals.sweep(later(26 * 60));
        assert!(arrivals.sites().is_empty());
    }

    #[test]
    fn a_clock_that_is_set_back_loses_nothing() {
        let arrivals = Arrivals::since(noon());
        arrivals.count(SiteNumber(1), &taken(1, &[]), later(3));
        arrivals.count(SiteNumber(1), &taken(1, &[]), noon());
        assert_eq!(arrivals.lately(SiteNumber(1), later(3)).0.accepted, 2);
    }
}
