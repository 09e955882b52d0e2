//! Tells how a site fares on some days, beside how it did before.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::ledger::{Overview, Totals};
use super::pairing::Pairing;
use super::period::Period;
use super::site::Site;
use super::{Error, currency, money};
use crate::base::Actor;

/// What some days are held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// As many days right before.
    #[default]
    Previous,
    /// The same days a year before.
    Year,
    /// The same days of the week a year before: 52 weeks.
    YearByWeekday,
    /// Nothing.
    Nothing,
}

impl Against {
    /// The days that those of a period are held against.
    pub(super) fn of(self, period: Period) -> Option<Period> {
        match self {
            Self::Previous => Some(period.before()),
            Self::Year => Some(period.year_before()),
            Self::YearByWeekday => Some(period.weeks_before()),
            Self::Nothing => None,
        }
    }
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

impl Report {
    /// What each of the days is held against, one for each, in their order.
    pub(crate) fn days_before(&self) -> Option<Vec<(Date, Totals)>> {
        let (period, before) = self.before.as_ref()?;
        let pairing = Pairing::of(self.period, *period);
        let of = |(day, _): &(Date, Totals)| {
            let day = pairing.day(*day);
            let place = before.days.binary_search_by_key(&day, |(day, _)| *day);
            place.map_or((day, Totals::default()), |place| before.days[place])
        };
        Some(self.overview.days.iter().map(of).collect())
    }
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
        let report = self.whole_overview(period, against).await?;
        self.note_asked(period, ("events", report.overview.totals.events), by);
        Ok(report)
    }

    /// The same without a word in the book: whoever takes it away has [`Site::note_exported`] tell
    /// it.
    pub(crate) async fn whole_overview(
        &self,
        period: Period,
        against: Against,
    ) -> Result<Report, Error> {
        let known_at = self.all.0.now();
        let overview = self.days(period).await?;
        // What the site keeps no longer, nothing is held against.
        let (_, kept) = self.left()?;
        let before = against.of(period);
        let before = before.filter(|before| kept.is_none_or(|kept| kept <= before.first));
        let before = match before {
            Some(before) => Some((before, self.days(before).await?)),
            None => None,
        };
        Ok(Report {
            period,
            overview,
            before,
            known_at,
        })
    }

    async fn days(&self, period: Period) -> Result<Overview, Error> {
        let ledger = &self.all.0.ledger;
        let told = ledger.overview(self.number(), self.zone(), period.into());
        Ok(told.await?)
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

    /// How many decimals amounts in its currency have.
    pub(crate) fn decimals(&self) -> usize {
        currency::decimals(self.currency())
    }

    /// An amount in another currency, such as that of an ad account.
    pub(crate) fn money_in(&self, micros: i64, currency: &str) -> String {
        money::show(micros, currency)
    }

    /// What each of a number brought on average; none for none.
    pub(crate) fn average(&self, micros: i64, number: u64) -> Option<String> {
        money::average(micros, number, self.currency())
    }
}
