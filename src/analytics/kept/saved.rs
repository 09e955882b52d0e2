//! Saved reports: questions that have a name.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use serde::{Deserialize, Serialize};

use super::kind::Kind;
use crate::analytics::Error;
use crate::analytics::ledger::{Facet, Filter};
use crate::analytics::metric::Metric;
use crate::analytics::overview::Against;
use crate::analytics::period::Period;
use crate::analytics::question::{Asked, BadQuestion};
use crate::analytics::report::Answer;
use crate::analytics::service::checked_name;
use crate::analytics::site::Site;
use crate::audit::Event;
use crate::base::{Actor, KeptId};
use crate::store::Index;

/// So many rows of a saved report are told.
const ROWS: u32 = 1000;

/// A question that is asked again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SavedReport {
    pub(crate) name: String,
    pub(crate) question: SavedQuestion,
}

/// What a saved report is to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SavedQuestion {
    pub(crate) days: SavedDays,
    pub(crate) against: Against,
    pub(crate) dimensions: Vec<Facet>,
    pub(crate) metrics: Vec<Metric>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) segment: Option<KeptId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) filters: Vec<Filter>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) goal: Option<KeptId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sort: Option<String>,
}

/// The days of a saved report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SavedDays {
    /// Those that a word means on the day on which it is opened.
    Range(Range),
    /// Always the same.
    Days { from: String, to: String },
}

/// Days that a word means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Range {
    Today,
    Yesterday,
    Last7Days,
    #[default]
    Last28Days,
    Last90Days,
    ThisMonth,
    LastMonth,
    ThisYear,
}

/// A name is its site's once.
static BY_NAME: Index = Index {
    name: "site_report.name",
    unique: true,
};

impl Kind for SavedReport {
    const COLLECTION: &'static str = "site_report";
    const INDEXES: &'static [&'static Index] = &[&BY_NAME];
    const MOST: usize = 100;
    const WORD: &'static str = "saved report";

    fn name(&self) -> &str {
        &self.name
    }

    fn checked(self, site: &Site) -> Result<Self, Error> {
        let name = checked_name(&self.name)?;
        let sound = self.question.check(site);
        sound.map_err(|error| Error::Below("query".to_owned(), Box::new(error)))?;
        Ok(Self { name, ..self })
    }

    fn noted(event: Event, id: KeptId, name: &str) -> Event {
        event.entity("site_report", id, name)
    }
}

impl SavedQuestion {
    fn check(&self, site: &Site) -> Result<(), Error> {
        self.asked().check()?;
        site.filters_with(self.segment, &self.filters)?;
        site.reached(self.goal)?;
        self.days.on(site.today())?;
        Ok(())
    }

    fn asked(&self) -> Asked {
        Asked {
            dimensions: self.dimensions.clone(),
            metrics: self.metrics.clone(),
            segment: self.segment,
            filters: self.filters.clone(),
            goal: self.goal,
            sort: self.sort.clone(),
            limit: ROWS,
            offset: 0,
        }
    }
}

impl SavedDays {
    /// The days that are meant on a day of the site.
    fn on(&self, today: Date) -> Result<Period, Error> {
        match self {
            Self::Range(range) => Ok(range.on(today)),
            Self::Days { from, to } => {
                let read = Period::read(Some(from), Some(to), today);
                Ok(read.map_err(BadQuestion::Days)?)
            }
        }
    }
}

impl Range {
    /// The days that it means on one.
    pub(crate) fn on(self, today: Date) -> Period {
        let back = |days: i64| today.saturating_sub(Span::new().days(days));
        let month = today.first_of_month();
        let (first, last) = match self {
            Self::Today => (today, today),
            Self::Yesterday => (back(1), back(1)),
            Self::Last7Days => (back(6), today),
            Self::Last28Days => (back(27), today),
            Self::Last90Days => (back(89), today),
            Self::ThisMonth => (month, today),
            Self::LastMonth => {
                let before = month.saturating_sub(1.month());
                (before, before.last_of_month())
            }
            Self::ThisYear => (today.first_of_year(), today),
        };
        Period { first, last }
    }
}

impl Site {
    /// What a saved report tells now.
    pub(crate) async fn answer_saved(
        &self,
        report: &SavedReport,
        by: &Actor,
    ) -> Result<Answer, Error> {
        let question = &report.question;
        let days = question.days.on(self.today())?;
        self.report((days, question.against), question.asked(), by)
            .await
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_word_means_other_days_on_another_day() {
        let today = date(2026, 3, 1);
        for (range, first, last) in [
            (Range::Today, today, today),
            (Range::Yesterday, date(2026, 2, 28), date(2026, 2, 28)),
            (Range::Last7Days, date(2026, 2, 23), today),
            (Range::Last28Days, date(2026, 2, 2), today),
            (Range::Last90Days, date(2025, 12, 2), today),
            (Range::ThisMonth, today, today),
            (Range::LastMonth, date(2026, 2, 1), date(2026, 2, 28)),
            (Range::ThisYear, date(2026, 1, 1), today),
        ] {
            assert_eq!(range.on(today), Period { first, last }, "{range:?}");
        }
    }
}
