//! Remembers what waits to be folded: the ids, so that no event is kept twice, and how many events
//! each day has.
//!
//! An id is claimed before its event is written, and stays until the event is folded; by then the
//! store's runs know it. Whoever finds an id claimed by another waits for what becomes of it.

use std::cmp::Reverse;
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
/// So many are folded even while their site rests, though not counted.
const PRESSING: usize = 16_384;
/// While so many events of a site wait, nothing new is taken from it.
const MOST: usize = 65_536;
/// What failed is tried again so much later.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

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
    /// Days that were counted lately are not counted again until then.
    rests: BTreeMap<Day, Timestamp>,
    /// A fold has failed, and none is tried until then.
    failed_until: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It is being written.
    Claimed,
    /// It is written and waits.
    Kept,
}

/// What a day waits for.
#[derive(Clone, Copy, Debug)]
struct Pile {
    events: usize,
    since: Timestamp,
    /// It has blocks that are not counted.
    uncounted: bool,
}

/// What a fold does with the day that it adds to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    /// It counts the day.
    Now,
    /// It leaves that for later: a day that is long takes long to count.
    Later,
}

/// What became of a claim.
pub(super) enum Claim {
    /// Which of the ids are new, as far as memory goes; these are claimed.
    Mine(Vec<bool>),
    /// One of the ids is claimed by another, or too much waits.
    Wait,
    /// Too much waits and cannot be folded.
    Stuck,
}

/// What is to be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Now(SiteNumber, Day, Counting),
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
        let site = sites.entry(site).or_default();
        if site.events() >= MOST {
            return match site.failed_until {
                Some(_) => Claim::Stuck,
                None => Claim::Wait,
            };
        }
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
                let pile = site.days.entry(day).or_insert(Pile::new(now));
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

    /// Notes what an earlier process has left uncounted.
    pub(super) fn found_uncounted(&self, site: SiteNumber, day: Day, now: Timestamp) {
        let mut sites = self.sites();
        let days = &mut sites.entry(site).or_default().days;
        days.entry(day).or_insert(Pile::new(now)).uncounted = true;
    }

    /// Notes that events were folded, and counted or not; none when nothing waited in the store.
    pub(super) fn folded(
        &self,
        (site, day): (SiteNumber, Day),
        ids: Option<&[[u8; 16]]>,
        counting: Counting,
    ) {
        if let Some(site) = self.sites().get_mut(&site) {
            site.failed_until = None;
            let mut kept = 0;
            for id in ids.unwrap_or_default() {
                kept += usize::from(site.ids.remove(id) == Some(Standing::Kept));
            }
            if let Some(pile) = site.days.get_mut(&day) {
                pile.events = if ids.is_none() {
                    0
                } else {
                    pile.events.saturating_sub(kept)
                };
                pile.uncounted = ids.is_some() && counting == Counting::Later;
                if pile.events == 0 && !pile.uncounted {
                    site.days.remove(&day);
                }
            }
        }
        self.moved.send_replace(());
    }

    /// Lets a day of a site rest. Others are counted meanwhile: a year that was brought has each of
    /// its days counted once.
    pub(super) fn rest(&self, (site, day): (SiteNumber, Day), now: Timestamp, until: Timestamp) {
        if let Some(site) = self.sites().get_mut(&site) {
            site.rests.retain(|_, until| *until > now);
            site.rests.insert(day, until);
        }
    }

    /// Notes that a fold has failed.
    pub(super) fn failed(&self, site: SiteNumber, now: Timestamp) {
        if let Some(site) = self.sites().get_mut(&site) {
            site.failed_until = Some(later(now, AGAIN));
        }
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

    /// The sites that have such days.
    pub(super) fn sites_with_days(&self) -> Vec<SiteNumber> {
        let sites = self.sites();
        let waiting = sites.iter().filter(|(_, site)| !site.days.is_empty());
        waiting.map(|(number, _)| *number).collect()
    }

    /// What is to be folded next.
    pub(super) fn due(&self, now: Timestamp) -> Due {
        let sites = self.sites();
        let piles = sites.iter().flat_map(|(number, site)| {
            let total = site.events();
            site.days.iter().map(move |(day, pile)| {
                let (at, counting) = site.due(*day, pile, total);
                (at, pile.events, Due::Now(*number, *day, counting))
            })
        });
        match piles.min_by_key(|(at, events, _)| (*at, Reverse(*events))) {
            None => Due::Nothing,
            Some((at, _, due)) if at <= now => due,
            Some((at, ..)) => Due::At(at),
        }
    }
}

impl Site {
    /// How many events wait.
    fn events(&self) -> usize {
        self.days.values().map(|pile| pile.events).sum()
    }

    /// When a pile is to be folded, of so many events in all, and whether to count it then.
    fn due(&self, day: Day, pile: &Pile, total: usize) -> (Timestamp, Counting) {
        let failed = self.failed_until.unwrap_or(Timestamp::MIN);
        let presses = pile.events >= PRESSING || total >= MOST / 2;
        if presses && pile.events > 0 {
            return (failed, Counting::Later);
        }
        // Nothing comes any more: what is left is to be counted once, and each overview would count it.
        if total == 0 {
            return (failed.max(pile.since), Counting::Now);
        }
        let ready = if pile.events >= MANY || pile.uncounted {
            pile.since
        } else {
            later(pile.since, LONG)
        };
        let rested = self.rests.get(&day).copied().unwrap_or(Timestamp::MIN);
        (ready.max(rested).max(failed), Counting::Now)
    }
}

impl Pile {
    fn new(since: Timestamp) -> Self {
        Self {
            events: 0,
            since,
            uncounted: false,
        }
    }
}

fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// How long a site rests after it was counted: the longer, the more work it was, so that counting
/// takes a small part of a processor and of what a disk can bear.
pub(super) fn rest(took: Duration, written: usize) -> Duration {
    const BYTES_PER_SECOND: u32 = 32_768;
    const LONGEST: Duration = Duration::from_mins(5);
    let written = u32::try_from(written).unwrap_or(u32::MAX);
    let writing = Duration::from_secs(1) * written / BYTES_PER_SECOND;
    (took * 20).max(writing).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_left_uncounted_are_counted_as_soon_as_nothing_comes_however_long_a_site_rests() {
        let (waiting, site) = (Waiting::default(), SiteNumber(1));
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        let (day, other) = (Day(20_000), Day(20_001));
        waiting.found_uncounted(site, day, now);
        let until = later(now, SignedDuration::from_mins(5));
        waiting.rest((site, day), now, until);
        assert_eq!(waiting.due(now), Due::Now(site, day, Counting::Now));
        // While events come, it rests, and another day is counted meanwhile.
        waiting.found(site, [(other, [7; 16])], now);
        assert_eq!(waiting.due(now), Due::At(later(now, LONG)));
        let then = later(now, LONG);
        assert_eq!(waiting.due(then), Due::Now(site, other, Counting::Now));
    }
}
