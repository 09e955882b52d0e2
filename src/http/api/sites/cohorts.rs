//! Shows who comes again, by when they first came.

use poem_openapi::{Enum, Object};

use super::overview::share;
use super::report::FilterView;
use super::view::VisitorIdsView;
use super::word::words;
use crate::analytics::{AskedCohorts, Cohort, Gauged, Last, Later, Length, Site};
use crate::base::KeptId;
use crate::http::Moment;

words! {
    /// How long a period is.
    #[derive(Default)]
    LengthView as "CohortPeriod" for Length {
        /// A week, which begins as the site's weeks do.
        #[default]
        Week,
        /// A calendar month.
        Month,
    }
}

/// Which visitors are to be looked at.
#[derive(Object)]
#[oai(rename = "CohortsQuery", deny_unknown_fields)]
pub(super) struct CohortsQuery {
    /// A day of the first week or month, such as `2026-11-01`: all of that is told of. 27 days
    /// before the last without it.
    #[oai(validator(max_length = 40))]
    pub(super) from: Option<String>,
    /// The last day; the present one at the site without it.
    #[oai(validator(max_length = 40))]
    pub(super) to: Option<String>,
    /// By what visitors are told apart: the week or the month of their first visit.
    #[oai(default)]
    period: LengthView,
    /// A segment of the site: its filters pick first visits, too.
    segment: Option<KeptId>,
    /// Whose first visit every filter picks belongs to a cohort; 20 at most, with the segment's. Whatever they do then
    /// counts.
    #[oai(default, validator(max_items = 100))]
    filters: Vec<FilterView>,
}

/// Who of a cohort was there in a period.
#[derive(Object)]
#[oai(rename = "CohortReturn", skip_serializing_if_is_none)]
struct ReturnView {
    /// How many of them.
    visitors: u64,
    /// Their share of the cohort; absent of nobody.
    share: Option<f64>,
    /// What they brought.
    revenue: String,
}

/// Visitors who first came in the same period.
#[derive(Object)]
#[oai(rename = "SiteCohort", skip_serializing_if_is_none)]
struct CohortView {
    /// The day that the period begins with.
    begun: String,
    /// How many there are.
    visitors: u64,
    /// What they brought on all days that are told of.
    revenue: String,
    /// The same by their number, rounded to the currency; absent of nobody.
    revenue_per_visitor: Option<String>,
    /// Their first period, and each that has begun since.
    returns: Vec<ReturnView>,
}

/// Who came again so many periods later, of all cohorts for which all of that period was counted.
#[derive(Object)]
#[oai(rename = "CohortAverage", skip_serializing_if_is_none)]
struct AverageView {
    /// Of how many cohorts that is.
    cohorts: u64,
    /// How many came again.
    visitors: u64,
    /// Their share of these cohorts.
    share: Option<f64>,
    /// What they brought in the period.
    revenue: String,
    /// The same by the number of all who belong to these cohorts, rounded to the currency.
    revenue_per_visitor: Option<String>,
}

/// Who comes again.
#[derive(Object)]
#[oai(rename = "SiteCohorts")]
pub(super) struct CohortsView {
    /// The first of the days: that with which the first week or month begins.
    from: String,
    /// The last of them.
    to: String,
    /// When this was known.
    known_at: Moment,
    /// The currency of every amount.
    currency: String,
    /// How visitors are told apart. With daily ids nobody is known again on another day, so that
    /// whoever comes is new.
    visitor_ids: VisitorIdsView,
    /// Whether all of the last week or month is over and counted.
    complete: bool,
    /// By the week or month of the first visit, the oldest first.
    cohorts: Vec<CohortView>,
    /// All of them together, by how many periods later.
    average: Vec<AverageView>,
}

impl From<CohortsQuery> for AskedCohorts {
    fn from(query: CohortsQuery) -> Self {
        Self {
            length: query.period.into(),
            segment: query.segment,
            filters: query.filters.into_iter().map(Into::into).collect(),
        }
    }
}

impl CohortView {
    fn of(site: &Site, cohort: &Cohort) -> Self {
        let visitors = cohort.size();
        let returns = cohort.periods.iter().map(|returned| ReturnView {
            visitors: returned.visitors,
            share: share(returned.visitors, visitors),
            revenue: site.money(returned.revenue_micros),
        });
        let micros = cohort.revenue_micros();
        Self {
            begun: cohort.begun.to_string(),
            visitors,
            revenue: site.money(micros),
            revenue_per_visitor: site.average(micros, visitors),
            returns: returns.collect(),
        }
    }
}

impl AverageView {
    fn of(site: &Site, later: &Later) -> Self {
        Self {
            cohorts: later.cohorts,
            visitors: later.returned.visitors,
            share: share(later.returned.visitors, later.of),
            revenue: site.money(later.returned.revenue_micros),
            revenue_per_visitor: site.average(later.returned.revenue_micros, later.of),
        }
    }
}

impl CohortsView {
    pub(super) fn of(site: &Site, gauged: &Gauged) -> Self {
        let cohorts = gauged.cohorts.iter();
        let average = gauged.later();
        Self {
            from: gauged.period.first.to_string(),
            to: gauged.period.last.to_string(),
            known_at: gauged.known_at.into(),
            currency: site.currency().to_owned(),
            visitor_ids: site.visitor_ids().into(),
            complete: gauged.last == Last::Whole,
            cohorts: cohorts.map(|cohort| CohortView::of(site, cohort)).collect(),
            average: average
                .iter()
                .map(|later| AverageView::of(site, later))
                .collect(),
        }
    }
}
