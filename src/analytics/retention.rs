//! Lets go what sites keep no longer: how long that is, each site says itself.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::Error;
use super::ledger::{Expired, Retained};
use super::row::{Sites, Stored};
use super::service::Ground;
use super::site::Site;
use crate::audit::{Code, Event};
use crate::base::{Actor, SiteId};
use crate::store::{Batch, Scan};

/// Sites are looked at so often: what is to go went at midnight.
pub(super) const EVERY: Duration = Duration::from_hours(1);
/// Late events are taken for seven days, and the present month is looked at every day.
const LEAST_DAYS: u16 = 30;
const MOST_DAYS: u16 = 3_660;

/// How long a site keeps what came in, in days before the present one; for ever where it does not
/// say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// Events: 30 to 3,660 days. Reports, funnels and all else that looks at single visits reach as
    /// far back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events_days: Option<u16>,
    /// Sums: as long as the events at least. The overview reaches as far back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sums_days: Option<u16>,
}

impl Retention {
    /// The same, if it can be.
    pub(super) fn checked(self) -> Result<Self, Error> {
        let within =
            |days: Option<u16>| days.is_none_or(|days| (LEAST_DAYS..=MOST_DAYS).contains(&days));
        if !within(self.events_days) {
            return Err(Error::BadRetention("events_days", "30 to 3660 days"));
        }
        if !within(self.sums_days) {
            return Err(Error::BadRetention("sums_days", "30 to 3660 days"));
        }
        match (self.events_days, self.sums_days) {
            (Some(events), Some(sums)) if sums < events => Err(Error::BadRetention(
                "sums_days",
                "no fewer days than events",
            )),
            (None, Some(_)) => Err(Error::BadRetention(
                "sums_days",
                "for ever, as long as events are",
            )),
            _ => Ok(self),
        }
    }

    /// What is kept on a day.
    pub(super) fn on(self, today: Date) -> Retained {
        let first =
            |days: Option<u16>| days.map(|days| today.saturating_sub(i64::from(days).days()));
        Retained {
            events: first(self.events_days),
            sums: first(self.sums_days),
        }
    }
}

impl Ground {
    /// Lets go what sites keep no longer. One where that fails keeps no other from it.
    pub(super) async fn expire(&self) -> Result<(), Error> {
        let mut outcome = Ok(());
        for row in self.store.scan::<Sites>(&Scan::all(usize::MAX))?.rows {
            let gone = self.expire_of(row.key.1, row.value).await;
            if let (Err(error), Ok(())) = (gone, &outcome) {
                outcome = Err(error);
            }
        }
        outcome
    }

    async fn expire_of(&self, id: SiteId, site: Stored) -> Result<(), Error> {
        let everything = Retained::default();
        // What was begun is carried through, also where everything is to be kept by now.
        if site.retention == Retention::default()
            && self.ledger.retained(site.number)? == everything
        {
            return Ok(());
        }
        let zone = TimeZone::get(&site.time_zone);
        let zone = zone.map_err(|_gone| Error::BadZone(site.time_zone.clone()))?;
        let today = self.clock.now().to_zoned(zone).date();
        let (number, retained) = (site.number, site.retention.on(today));
        let clock = self.clock.clone();
        let act = move |expired| Batch::new(told(id, &site, expired).build(&clock));
        self.ledger.expire(number, retained, act).await?;
        Ok(())
    }
}

/// What the book is told.
fn told(id: SiteId, site: &Stored, expired: Expired) -> Event {
    Event::new(Code::SiteExpired, &Actor::system())
        .entity("site", id, &site.name)
        .count("events_days", expired.events_days)
        .count("sums_days", expired.sums_days)
}

impl Site {
    /// How long it keeps what came in.
    pub fn retention(&self) -> Retention {
        self.opened.stored.retention
    }

    /// The first days of which events and sums are left, where earlier ones are gone.
    pub fn left(&self) -> Result<(Option<Date>, Option<Date>), Error> {
        let left = self.all.0.ledger.retained(self.number())?;
        Ok((left.events, left.sums))
    }

    /// Since when events of the past can be brought; always where everything is kept.
    pub(super) fn kept_since(&self, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let today = now.to_zoned(self.zone().clone()).date();
        let (left, _) = self.left()?;
        let first = self.retention().on(today).events.max(left);
        let begins = first.and_then(|first| first.to_zoned(self.zone().clone()).ok());
        Ok(begins.map(|begins| begins.timestamp()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retention(events_days: Option<u16>, sums_days: Option<u16>) -> Retention {
        Retention {
            events_days,
            sums_days,
        }
    }

    #[test]
    fn sums_outlast_their_events() {
        for (events, sums, fits) in [
            (None, None, true),
            (Some(30), None, true),
            (Some(400), Some(400), true),
            (Some(400), Some(399), false),
            (Some(29), None, false),
            (Some(3_661), None, false),
            (Some(30), Some(4_000), false),
            (None, Some(400), false),
        ] {
            let checked = retention(events, sums).checked();
            assert_eq!(checked.is_ok(), fits, "{events:?} {sums:?}");
        }
    }

    #[test]
    fn so_many_days_are_kept_and_the_present_one() {
        let on = retention(Some(30), None).on(Date::constant(2026, 11, 28));
        assert_eq!(on.events, Some(Date::constant(2026, 10, 29)));
        assert_eq!(on.sums, None);
    }
}
