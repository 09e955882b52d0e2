//! Tells how a site fares on some days, beside how it did before.

use jiff::Timestamp;
use jiff::civil::Date;

use super::ledger::{self, Overview};
use super::period::Period;
use super::site::Site;
use super::{Error, money};
use crate::audit::Code;
use crate::base::Actor;

/// What some days are held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Against {
    /// As many days right before.
    #[default]
    Previous,
    /// The same days a year before.
    Year,
    /// Nothing.
    Nothing,
}

/// How a site fares.
pub(crate) struct Report {
    pub(crate) period: Period,
    pub(crate) overview: Overview,
    /// What it is held against.
    pub(crate) before: Option<(Period, Overview)>,
    /// When this was known.
    pub(crate) known_at: Timestamp,
}

impl Site {
    /// The day that it is at the site.
    pub fn today(&self) -> Date {
        let now = self.all.0.clock.now();
        now.to_zoned(self.zone().clone()).date()
    }

    /// How the site fares on the days of a period.
    pub(crate) async fn overview(
        &self,
        period: Period,
        against: Against,
        by: &Actor,
    ) -> Result<Report, Error> {
        let parts = &self.all.0;
        let known_at = parts.now();
        let before = match against {
            Against::Previous => Some(period.before()),
            Against::Year => Some(period.year_before()),
            Against::Nothing => None,
        };
        let overview = self.days(period).await?;
        let before = match before {
            Some(before) => Some((before, self.days(before).await?)),
            None => None,
        };
        let event = self
            .event(Code::AnalyticsRead, by)
            .detail("from", period.first.to_string())
            .detail("to", period.last.to_string())
            .count("events", overview.totals.events);
        parts.log.record(event.build(&parts.clock));
        Ok(Report {
            period,
            overview,
            before,
            known_at,
        })
    }

    async fn days(&self, period: Period) -> Result<Overview, Error> {
        let days = ledger::Days {
            first: period.first,
            last: period.last,
        };
        let ledger = &self.all.0.ledger;
        Ok(ledger.overview(self.number(), self.zone(), days).await?)
    }

    /// An hour as it is shown, with what the clocks there were ahead of UTC.
    pub(crate) fn hour(&self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone().clone());
        at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// An amount in the site's currency.
    pub(crate) fn money(&self, micros: i64) -> String {
        money::show(micros, self.currency())
    }

    /// What each of a number brought on average; none for none.
    pub(crate) fn average(&self, micros: i64, number: u64) -> Option<String> {
        money::average(micros, number, self.currency())
    }
}
