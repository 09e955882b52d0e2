//! Remembers what waits to be folded: the ids, so that no event is kept twice, and how many events
//! each day has.
//!
//! An id is claimed before its event is written, and stays until the event is folded; by then the
//! store's runs know it. Whoever finds an id claimed by another waits for what becomes of it.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::day::Day;
use crate::analytics::number::SiteNumber;

/// So many events of a day are folded at once, ...
const MANY: usize = 1_000;
/// ... and fewer when they have waited so long.
const LONG: SignedDuration = SignedDuration::from_secs(3);
/// While so many wait in all, nothing new is taken.
const MOST: usize = 200_000;
/// While half as many do, no site rests.
const HEAVY: usize = MOST / 2;

/// What waits, at all sites.
pub(super) struct Waiting {
    sites: Mutex<HashMap<SiteNumber, Site>>,
    /// Tells that claims were settled, or events folded.
    moved: watch::Sender<()>,
}

#[derive(Default)]
struct Site {
    ids: HashMap<[u8; 16], Standing>,
    days: BTreeMap<Day, Pile>,
    /// Its folds rest until then.
    rests_until: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is being written.
    Claimed,
    /// It is written and waits.
    Kept,
}

#[derive(Clone, Copy, Debug)]
struct Pile {
    events: usize,
    since: Timestamp,
}

/// What became of a claim.
pub(super) enum Claim {
    /// Which of the ids are new, as far as memory goes; these are claimed.
    Mine(Vec<bool>),
    /// One of the ids is claimed by another, or too much waits.
    Wait,
}

/// What is to be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Now(SiteNumber, Day),
    At(Timestamp),
    Nothing,
}

impl Default for Waiting {
    fn default() -> Self {
        Self {
            sites: Mutex::default(),
            moved: watch::Sender::new(()),
        }
    }
}

impl Waiting {
    fn sites(&self) -> MutexGuard<'_, HashMap<SiteNumber, Site>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes when claims are settled or events folded; to be taken before a claim that may have
    /// to wait.
    pub(super) fn moved(&self) -> watch::Receiver<()> {
        self.moved.subscribe()
    }

    /// Claims the ids that are new, all or none.
    pub(super) fn claim(&self, site: SiteNumber, ids: &[[u8; 16]]) -> Claim {
        let mut sites = self.sites();
        if waiting(&sites) >= MOST {
            return Claim::Wait;
        }
        let site = sites.entry(site).or_default();
        if ids
            .iter()
            .any(|id| site.ids.get(id) == Some(&Standing::Claimed))
        {
            return Claim::Wait;
        }
        let mut claim = |id: &[u8; 16]| match site.ids.entry(*id) {
            Entry::Vacant(place) => {
                place.insert(Standing::Claimed);
                true
            }
            Entry::Occupied(_) => false,
        };
        Claim::Mine(ids.iter().map(&mut claim).collect())
    }

    /// Gives up claims on what was not written, or need not be.
    pub(super) fn release(&self, site: SiteNumber, ids: impl IntoIterator<Item = [u8; 16]>) {
        if let Some(site) = self.sites().get_mut(&site) {
            for id in ids {
                site.ids.remove(&id);
            }
        }
        self.moved.send_replace(());
    }

    /// Notes that the events of claims are written. Those that were folded in the meantime wait no
    /// more.
    pub(super) fn keep(
        &self,
        site: SiteNumber,
        kept: impl IntoIterator<Item = (Day, [u8; 16])>,
        now: Timestamp,
    ) {
        let mut sites = self.sites();
        let site = sites.entry(site).or_default();
        for (day, id) in kept {
            if let Some(standing) = site.ids.get_mut(&id) {
                *standing = Standing::Kept;
                let since = now;
                let pile = site.days.entry(day).or_insert(Pile { events: 0, since });
                pile.events += 1;
            }
        }
        drop(sites);
        self.moved.send_replace(());
    }

    /// Notes what an earlier process has left.
    pub(super) fn found(
        &self,
        site: SiteNumber,
        left: impl IntoIterator<Item = (Day, [u8; 16])> + Clone,
        now: Timestamp,
    ) {
        let ids = left
            .clone()
            .into_iter()
            .map(|(_, id)| (id, Standing::Claimed));
        self.sites().entry(site).or_default().ids.extend(ids);
        self.keep(site, left, now);
    }

    /// Notes that events were folded, and lets the site rest.
    pub(super) fn folded(
        &self,
        (site, day): (SiteNumber, Day),
        ids: &[[u8; 16]],
        rests_until: Timestamp,
    ) {
        let mut sites = self.sites();
        if let Some(of_site) = sites.get_mut(&site) {
            let mut kept = 0;
            for id in ids {
                kept += usize::from(of_site.ids.remove(id) == Some(Standing::Kept));
            }
            if let Some(pile) = of_site.days.get_mut(&day) {
                pile.events = pile.events.saturating_sub(kept);
                // What came meanwhile has come by now at the latest.
                if pile.events == 0 || ids.is_empty() {
                    of_site.days.remove(&day);
                }
            }
            of_site.rests_until = rests_until;
            if of_site.ids.is_empty() && of_site.days.is_empty() && rests_until == Timestamp::MIN {
                sites.remove(&site);
            }
        }
        drop(sites);
        self.moved.send_replace(());
    }

    /// Forgets a site; what is being written there is still claimed.
    pub(super) fn forget(&self, site: SiteNumber) {
        if let Some(site) = self.sites().get_mut(&site) {
            site.days.clear();
            site.ids
                .retain(|_, standing| *standing == Standing::Claimed);
        }
        self.moved.send_replace(());
    }

    /// The days of a site that wait.
    pub(super) fn days(&self, site: SiteNumber) -> Vec<Day> {
        let sites = self.sites();
        sites
            .get(&site)
            .map_or_else(Vec::new, |site| site.days.keys().copied().collect())
    }

    /// What is to be folded next.
    pub(super) fn due(&self, now: Timestamp) -> Due {
        let sites = self.sites();
        let heavy = waiting(&sites) >= HEAVY;
        let piles = sites.iter().flat_map(|(number, site)| {
            let of_site = move |(day, pile): (&Day, &Pile)| {
                let at = if pile.events >= MANY {
                    site.rests_until
                } else {
                    site.rests_until
                        .max(pile.since.saturating_add(LONG).unwrap_or(Timestamp::MAX))
                };
                (at, std::cmp::Reverse(pile.events), *number, *day)
            };
            site.days.iter().map(of_site)
        });
        if heavy {
            let most = piles.min_by_key(|(_, events, ..)| *events);
            return most.map_or(Due::Nothing, |(.., site, day)| Due::Now(site, day));
        }
        match piles.min_by_key(|(at, events, ..)| (*at, *events)) {
            None => Due::Nothing,
            Some((at, _, site, day)) if at <= now => Due::Now(site, day),
            Some((at, ..)) => Due::At(at),
        }
    }
}

fn waiting(sites: &HashMap<SiteNumber, Site>) -> usize {
    let piles = sites.values().flat_map(|site| site.days.values());
    piles.map(|pile| pile.events).sum()
}

/// How long the folds of a site rest after one: the longer, the more work it was, so that folding
/// takes a small part of a processor and of what a disk can bear.
pub(super) fn rest(took: Duration, written: usize) -> Duration {
    const BYTES_PER_SECOND: f64 = 32_768.0;
    const LONGEST: Duration = Duration::from_mins(5);
    #[expect(clippy::cast_precision_loss, reason = "it is rounded anyway")]
    let writing = Duration::from_secs_f64(written as f64 / BYTES_PER_SECOND);
    (took * 20).max(writing).min(LONGEST)
}
