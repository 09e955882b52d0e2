//! Hands out a site's events, as they are kept.

use std::time::Duration;

use super::ledger::{Portion, Reading};
use super::period::Period;
use super::site::Site;
use super::{Error, money};
use crate::audit::{Code, Outcome};
use crate::base::Actor;
use crate::datasets::Access;

/// A moment of the store is not held longer than this: pages that it needs cannot be used again.
const HOLD: Duration = Duration::from_mins(9);

/// The events of some days on their way out.
pub(crate) struct Takeout {
    site: Site,
    period: Period,
    reading: Reading,
    begun: Duration,
}

/// What somebody was handed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Handed {
    pub(crate) format: &'static str,
    pub(crate) events: u64,
    pub(crate) bytes: u64,
    /// Over those bytes, in hexadecimal digits.
    pub(crate) sha256: String,
    /// Whether that was all of it.
    pub(crate) whole: bool,
}

impl Site {
    /// Opens the events of some days. Errs with `NotAllowed` for those whom the site is only shown
    /// to: they see what visitors come to, and none of them alone.
    pub(crate) async fn take_out(&self, period: Period) -> Result<Takeout, Error> {
        self.demand(Access::Edit)?;
        let parts = &self.all.0;
        Ok(Takeout {
            site: self.clone(),
            period,
            reading: parts.ledger.read(self.number(), period.into()).await?,
            begun: parts.clock.elapsed(),
        })
    }
}

impl Takeout {
    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    pub(crate) fn period(&self) -> Period {
        self.period
    }

    /// Errs once whoever takes the events may do so no longer, and when they take longer than a
    /// moment is held.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.site.still(Access::Edit)?;
        if self.site.all.0.clock.elapsed() >= self.begun + HOLD {
            return Err(Error::TookTooLong);
        }
        Ok(())
    }

    /// The next events.
    pub(crate) fn next(&mut self) -> Result<Option<Portion>, Error> {
        Ok(self.reading.next()?)
    }

    /// An amount of the site's currency.
    pub(crate) fn amount(&self, micros: i64) -> String {
        money::show(micros, self.site.currency())
    }

    /// Puts into the book what was handed out.
    pub(crate) fn note(&self, handed: &Handed, by: &Actor) {
        let parts = &self.site.all.0;
        let event = self
            .site
            .event(Code::EventsExported, by)
            .detail("format", handed.format)
            .detail("from", self.period.first.to_string())
            .detail("to", self.period.last.to_string())
            .detail("sha256", handed.sha256.as_str())
            .count("events", handed.events)
            .count("bytes", handed.bytes);
        let event = if handed.whole {
            event
        } else {
            event.status(Outcome::failed("BROKE_OFF"))
        };
        parts.log.record(event.build(&parts.clock));
    }
}
