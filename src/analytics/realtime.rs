//! Tells what goes on at a site at this moment.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::Error;
use super::arrivals::Counts;
use super::ledger::Live;
use super::number::SiteNumber;
use super::service::Ground;
use super::site::Site;
use crate::audit::Code;
use crate::base::{Actor, Party};

/// The book is told so often of one who keeps looking: a page that refreshes itself all day is one
/// act an hour.
const TOLD_EVERY: Duration = Duration::from_hours(1);

/// What goes on at a site.
pub(crate) struct RealTime {
    pub(crate) live: Live,
    /// What came in within the last hour.
    pub(crate) lately: Counts,
    /// Since when that is known.
    pub(crate) counted_since: Timestamp,
    /// When an event came in last, to the minute.
    pub(crate) last_event_at: Option<Timestamp>,
    /// When this was known.
    pub(crate) known_at: Timestamp,
}

/// Who has been looking, at what, and when the book was told, by the clock that never goes back.
#[derive(Default)]
pub(super) struct Watchers(Mutex<Vec<(SiteNumber, Party, Duration)>>);

impl Watchers {
    /// Whether the book is to be told of somebody.
    fn is_new(&self, site: SiteNumber, by: &Actor, now: Duration) -> bool {
        let mut watchers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watchers.retain(|(.., told)| now.saturating_sub(*told) < TOLD_EVERY);
        let known = watchers
            .iter()
            .any(|(of, party, _)| *of == site && *party == by.party);
        if !known {
            watchers.push((site, by.party.clone(), now));
        }
        !known
    }
}

impl Site {
    /// What goes on at the site.
    pub(crate) async fn realtime(&self, by: &Actor) -> Result<RealTime, Error> {
        let parts = &self.all.0;
        let known_at = parts.now();
        let live = parts.ledger.live(self.number(), self.zone()).await?;
        let (lately, counted_since) = parts.arrivals.lately(self.number(), known_at);
        self.note_watched(&live, by);
        Ok(RealTime {
            live,
            lately,
            counted_since,
            last_event_at: self.last_event_at()?,
            known_at,
        })
    }

    fn note_watched(&self, live: &Live, by: &Actor) {
        let parts: &Ground = &self.all.0;
        if !parts
            .watchers
            .is_new(self.number(), by, parts.clock.elapsed())
        {
            return;
        }
        let event = self
            .event(Code::AnalyticsRead, by)
            .detail("report", "real_time")
            .count("visitors", live.active);
        parts.log.record(event.build(&parts.clock));
    }
}
