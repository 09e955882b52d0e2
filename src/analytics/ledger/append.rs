//! Keeps events: what is new among them, durably, before anybody is told so.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::tz::TimeZone;
use tracing::warn;

use super::Inner;
use super::block;
use super::day::{Day, Span};
use super::error::Error;
use super::fold;
use super::horizon;
use super::row::{Heads, Tail, Tails};
use super::runs;
use super::totals::Appended;
use super::waiting::Claim;
use crate::analytics::event::Event;
use crate::analytics::number::SiteNumber;
use crate::base::chain;
use crate::store::{self, Batch, Snapshot};

/// What the disk has not told is asked again so much later.
const AGAIN: Duration = Duration::from_secs(1);

/// An id's length, and that of its entry in a run.
pub(super) const ID: usize = 16;

/// How long ids are remembered for events to be told as doubled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// For eight days: events are taken that are seven days old.
    Lately,
    /// As long as the events are there, which takes reading those of their days.
    Whole,
}

/// Events of a site that are to be kept.
pub(super) struct Arrival {
    pub(super) site: SiteNumber,
    pub(super) memory: Memory,
    pub(super) zone: TimeZone,
    pub(super) events: Vec<Event>,
}

/// What is to be committed.
struct Prepared {
    batch: Batch,
    /// The keys of the rows.
    rows: Vec<(SiteNumber, Day, u64)>,
    kept: Vec<(Day, [u8; ID])>,
    /// Those that turned out to be known.
    known: Vec<[u8; ID]>,
}

impl Inner {
    /// Keeps what is new. It must be carried through, even if nobody waits for it any more.
    pub(super) async fn append(self: Arc<Self>, mut arrival: Arrival) -> Result<Appended, Error> {
        let sent = arrival.events.len();
        let site = arrival.site;
        let ids: Vec<[u8; ID]> = arrival.events.iter().map(|event| event.id).collect();
        let mine = self.claim(site, &ids).await?;
        let claimed: Vec<[u8; ID]> = of_mine(&ids, &mine);
        let inner = Arc::clone(&self);
        let prepare = move || {
            let mut mine = mine.into_iter();
            arrival.events.retain(|_| mine.next().unwrap_or(false));
            inner.prepare(arrival)
        };
        let prepared = self.blocking.run(prepare).await;
        let prepared = prepared.inspect_err(|_| self.waiting.release(site, claimed))?;
        self.waiting.release(site, prepared.known);
        let kept = prepared.kept;
        if kept.is_empty() {
            return Ok(outcome(sent, 0));
        }
        let committed = match self.store.commit(prepared.batch).await {
            Ok(_) => Ok(true),
            Err(error) => self.settle(error, site, prepared.rows, &kept).await,
        };
        match committed {
            Ok(_) => {
                let many = kept.len();
                self.waiting.keep(site, kept, self.clock.now());
                self.nudge.ring();
                Ok(outcome(sent, many))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Claims the ids that are new, once nobody else is about to write one of them; errs with
    /// `Stopped` where that does not come to pass before the appliance goes down.
    async fn claim(&self, site: SiteNumber, ids: &[[u8; ID]]) -> Result<Vec<bool>, Error> {
        let mut moved = self.waiting.moved();
        let stop = self.tasks.stopping();
        loop {
            moved.mark_unchanged();
            match self.waiting.claim(site, ids) {
                Claim::Mine(mine) => return Ok(mine),
                Claim::Stuck => return Err(stuck().into()),
                Claim::Wait => {
                    self.nudge.ring();
                    // The sender lives as long as `self`.
                    let wait = moved.changed();
                    if stop.run_until_cancelled(wait).await.is_none() {
                        return Err(Error::Stopped);
                    }
                }
            }
        }
    }

    /// Drops what the store knows, and writes the rest in rows, one for each day.
    fn prepare(&self, arrival: Arrival) -> Result<Prepared, store::Error> {
        let Arrival {
            site,
            memory,
            zone,
            mut events,
        } = arrival;
        let snapshot = self.store.snapshot()?;
        // What the site keeps no longer since the sender was let in is not kept again either.
        let kept = horizon::of(&snapshot, site)?.events;
        if kept > Day::earliest() {
            events.retain(|event| Span::at(&zone, event.at).day >= kept);
        }
        let mut known = known(&snapshot, site, &events)?;
        if memory == Memory::Whole {
            known.extend(stored(&snapshot, (site, &zone), &events)?);
        }
        events.retain(|event| !known.contains(&event.id));
        events.sort_by(|one, other| (one.at, &one.id).cmp(&(other.at, &other.id)));
        let mut batch = Batch::bookkeeping();
        let (mut rows, mut kept) = (Vec::new(), Vec::with_capacity(events.len()));
        let mut rest = events.as_slice();
        while let [first, ..] = rest {
            let span = Span::at(&zone, first.at);
            let many = rest.partition_point(|event| event.at < span.to);
            let (today, later) = rest.split_at(many);
            for events in today.chunks(block::MOST) {
                let row = (
                    site,
                    span.day,
                    self.sequence.fetch_add(1, Ordering::Relaxed),
                );
                let block = block::encode(events);
                batch.insert::<Tails>(&row, &Tail { span, block });
                rows.push(row);
            }
            kept.extend(today.iter().map(|event| (span.day, event.id)));
            rest = later;
        }
        Ok(Prepared {
            batch,
            rows,
            kept,
            known: known.into_iter().collect(),
        })
    }

    /// After an error nobody knows whether a commit has reached the disk. The rows tell, as soon as
    /// it can be read; until then nobody else may write their events.
    async fn settle(
        self: &Arc<Self>,
        error: store::Error,
        site: SiteNumber,
        rows: Vec<(SiteNumber, Day, u64)>,
        kept: &[(Day, [u8; ID])],
    ) -> Result<bool, store::Error> {
        match self.is_there(&rows) {
            Ok(true) => Ok(true),
            Ok(false) => {
                self.waiting.release(site, kept.iter().map(|(_, id)| *id));
                Err(error)
            }
            Err(_) => {
                let (inner, kept) = (Arc::clone(self), kept.to_vec());
                self.tasks
                    .start(async move { inner.settle_later(site, rows, kept).await });
                Err(error)
            }
        }
    }

    /// Asks until it is known. What is not known when the appliance goes down stays claimed, lest
    /// it be kept twice: the next process finds it in the store, or does not.
    async fn settle_later(
        self: Arc<Self>,
        site: SiteNumber,
        rows: Vec<(SiteNumber, Day, u64)>,
        kept: Vec<(Day, [u8; ID])>,
    ) {
        let stop = self.tasks.stopping();
        while stop
            .run_until_cancelled(self.clock.sleep(AGAIN))
            .await
            .is_some()
        {
            match self.is_there(&rows) {
                Ok(true) => {
                    self.waiting.keep(site, kept, self.clock.now());
                    return self.nudge.ring();
                }
                Ok(false) => {
                    let ids = kept.into_iter().map(|(_, id)| id);
                    return self.waiting.release(site, ids);
                }
                Err(error) => {
                    warn!(error = %chain(&error), "it is not known yet whether events were kept");
                }
            }
        }
    }

    /// Whether rows were written; they are, all or none.
    fn is_there(&self, rows: &[(SiteNumber, Day, u64)]) -> Result<bool, store::Error> {
        let snapshot = self.store.snapshot()?;
        match rows.first() {
            Some(row) => Ok(snapshot.glance::<Tails, _>(row, |_| Ok(()))?.is_some()),
            None => Ok(false),
        }
    }
}

/// The ids that were folded already, of the last days. The claim comes before this look into the
/// store: what is folded meanwhile was waiting then.
fn known(
    snapshot: &Snapshot,
    site: SiteNumber,
    events: &[Event],
) -> Result<HashSet<[u8; ID]>, store::Error> {
    let mut known = HashSet::new();
    if let Some(head) = snapshot.get::<Heads>(&site)? {
        let mut ids: Vec<[u8; ID]> = events.iter().map(|event| event.id).collect();
        ids.sort_unstable();
        runs::look_up(
            snapshot,
            site,
            &head.value.ids,
            &ids,
            &mut |_, id: &[u8; ID]| {
                known.insert(*id);
            },
        )?;
    }
    Ok(known)
}

/// Those of the ids that events have which are there on the same days.
fn stored(
    snapshot: &Snapshot,
    (site, zone): (SiteNumber, &TimeZone),
    events: &[Event],
) -> Result<HashSet<[u8; ID]>, store::Error> {
    let ids: HashSet<[u8; ID]> = events.iter().map(|event| event.id).collect();
    let mut times: Vec<i64> = events.iter().map(|event| event.at).collect();
    times.sort_unstable();
    let (mut known, mut rest) = (HashSet::new(), times.as_slice());
    while let [first, ..] = rest {
        let span = Span::at(zone, *first);
        fold::each_ids(snapshot, (site, span.day), |stored| {
            known.extend(stored.iter().filter(|id| ids.contains(*id)));
        })?;
        rest = &rest[rest.partition_point(|at| *at < span.to)..];
    }
    Ok(known)
}

fn of_mine(ids: &[[u8; ID]], mine: &[bool]) -> Vec<[u8; ID]> {
    let both = ids.iter().zip(mine);
    both.filter(|(_, mine)| **mine).map(|(id, _)| *id).collect()
}

fn stuck() -> store::Error {
    let cause = "too many events of the site wait, and they cannot be folded";
    store::Error::Unavailable(std::io::Error::other(cause))
}

fn outcome(sent: usize, kept: usize) -> Appended {
    let number = |many: usize| u32::try_from(many).unwrap_or(u32::MAX);
    Appended {
        kept: number(kept),
        doubled: number(sent - kept),
    }
}
