//! Shows what a site's visits and events come to, by any of their dimensions.

use poem_openapi::Object;

use super::overview::AgainstView;
use super::view::VisitorIdsView;
use super::word::{DimensionView, MetricView, OperatorView};
use crate::analytics::{Answer, AnswerRow, Asked, Figures, Filter, Metric, Period, Ratio, Site};
use crate::base::KeptId;
use crate::http::{ApiError, Moment};

/// A condition on a dimension.
#[derive(Object)]
#[oai(rename = "ReportFilter", deny_unknown_fields)]
pub(super) struct FilterView {
    /// What it looks at.
    dimension: DimensionView,
    /// How.
    operator: OperatorView,
    /// 1 to 50 of at most 500 bytes each, one of which is enough; an empty text stands for what is
    /// not there.
    #[oai(validator(max_items = 1000))]
    values: Vec<String>,
}

/// What a report is to tell.
#[derive(Object)]
#[oai(rename = "ReportQuery", deny_unknown_fields)]
pub(super) struct ReportQuery {
    /// The first day, such as `2026-11-01`; 27 days before the last without it.
    #[oai(validator(max_length = 40))]
    pub(super) from: Option<String>,
    /// The last day; the present one at the site without it.
    #[oai(validator(max_length = 40))]
    pub(super) to: Option<String>,
    /// What the days are held against.
    #[oai(default)]
    pub(super) compare: AgainstView,
    /// What rows are told apart by: 5 at most, each once. Without any there are totals alone.
    #[oai(default, validator(max_items = 100))]
    dimensions: Vec<DimensionView>,
    /// What is measured: at least one, each once.
    #[oai(validator(max_items = 100))]
    metrics: Vec<MetricView>,
    /// A segment of the site: its filters pick visits, too.
    segment: Option<KeptId>,
    /// Which visits count: those that every filter picks; 20 at most, with those of the segment. A
    /// filter on what belongs to
    /// events picks the visits that have an event of it.
    #[oai(default, validator(max_items = 100))]
    filters: Vec<FilterView>,
    /// A goal of the site: of the visits that count, those alone in which it was reached.
    goal: Option<KeptId>,
    /// The order of the rows: a metric or a dimension that is asked for, after `-` the greatest
    /// first. Without it the first metric, the greatest first.
    #[oai(validator(max_length = 40))]
    sort: Option<String>,
    /// So many rows at most: 1 to 1000.
    #[oai(default = "hundred")]
    limit: u32,
    /// So many rows are left out before.
    #[oai(default)]
    offset: u32,
}

fn hundred() -> u32 {
    100
}

/// The figures that were asked for. Rates are absent where nothing could have happened.
#[derive(Default, Object)]
#[oai(rename = "ReportMetrics", skip_serializing_if_is_none)]
struct MetricsView {
    /// Events of every name.
    events: Option<u64>,
    /// Events called `page_view`.
    views: Option<u64>,
    /// Visits. One that has events of several rows counts in each of these.
    visits: Option<u64>,
    /// Everybody counted once: they do not add up over rows. With daily ids, once a day.
    visitors: Option<u64>,
    /// The share of visits with one event.
    bounce_rate: Option<f64>,
    /// How long visits last on average, in seconds.
    visit_seconds: Option<f64>,
    /// Events called `lead` or `purchase`.
    conversions: Option<u64>,
    /// Events called `lead`.
    leads: Option<u64>,
    /// Events called `purchase`.
    purchases: Option<u64>,
    /// What purchases were worth, in the site's currency.
    revenue: Option<String>,
    /// Conversions by visits; more than 1 where visits have several.
    conversion_rate: Option<f64>,
    /// Revenue by purchases, rounded to the currency.
    average_order_value: Option<String>,
    /// Events called `click`.
    clicks: Option<u64>,
    /// Visits whose first event is among them.
    entries: Option<u64>,
    /// Visits whose last event is.
    exits: Option<u64>,
    /// The time until the next event of the visit, by views, in seconds.
    time_on_page_seconds: Option<f64>,
}

/// The days that others are held against.
#[derive(Object)]
#[oai(rename = "ReportBefore")]
struct BeforeView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
}

/// A row of a report.
#[derive(Object)]
#[oai(rename = "ReportRow", skip_serializing_if_is_none)]
struct RowView {
    /// One for each dimension, in the order in which they were asked for; empty where there was
    /// none.
    values: Vec<String>,
    /// What happened.
    metrics: MetricsView,
    /// What happened before with the same values, for a day on the day that it is held against.
    /// Absent where a week, a month or a weekday has no counterpart.
    before: Option<MetricsView>,
}

/// What a site's visits and events come to.
#[derive(Object)]
#[oai(rename = "SiteReport", skip_serializing_if_is_none)]
pub(super) struct ReportView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// What they are held against; absent for nothing.
    before: Option<BeforeView>,
    /// When this was known.
    known_at: Moment,
    /// The currency of every amount.
    currency: String,
    /// The zone in which days begin.
    time_zone: String,
    /// How visitors are told apart.
    visitor_ids: VisitorIdsView,
    /// What all visits that count come to.
    totals: MetricsView,
    /// What they came to before.
    totals_before: Option<MetricsView>,
    /// Those that have events, in the order that was asked for.
    rows: Vec<RowView>,
    /// How many rows there are, with those that were left out.
    found: u64,
}

impl From<FilterView> for Filter {
    fn from(view: FilterView) -> Self {
        Self {
            facet: view.dimension.into(),
            operator: view.operator.into(),
            values: view.values.into_iter().map(Box::from).collect(),
        }
    }
}

impl From<&Filter> for FilterView {
    fn from(filter: &Filter) -> Self {
        Self {
            dimension: filter.facet.into(),
            operator: filter.operator.into(),
            values: filter.values.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<ReportQuery> for Asked {
    fn from(query: ReportQuery) -> Self {
        Self {
            dimensions: query.dimensions.into_iter().map(Into::into).collect(),
            metrics: query.metrics.into_iter().map(Into::into).collect(),
            segment: query.segment,
            filters: query.filters.into_iter().map(Into::into).collect(),
            goal: query.goal,
            sort: query.sort,
            limit: query.limit,
            offset: query.offset,
        }
    }
}

impl MetricsView {
    fn of(site: &Site, metrics: &[Metric], figures: &Figures) -> Self {
        let mut view = Self::default();
        for metric in metrics {
            view.set(site, *metric, figures);
        }
        view
    }

    fn set(&mut self, site: &Site, metric: Metric, figures: &Figures) {
        let totals = &figures.totals;
        let ratio = metric.of(figures);
        let count = ratio.map(Ratio::count);
        let rate = ratio.map(Ratio::number);
        match metric {
            Metric::Events => self.events = count,
            Metric::Views => self.views = count,
            Metric::Visits => self.visits = count,
            Metric::Visitors => self.visitors = count,
            Metric::BounceRate => self.bounce_rate = rate,
            Metric::VisitSeconds => self.visit_seconds = rate,
            Metric::Conversions => self.conversions = count,
            Metric::Leads => self.leads = count,
            Metric::Purchases => self.purchases = count,
            Metric::Revenue => self.revenue = Some(site.money(totals.revenue_micros)),
            Metric::ConversionRate => self.conversion_rate = rate,
            Metric::AverageOrderValue => {
                self.average_order_value = site.average(totals.revenue_micros, totals.purchases);
            }
            Metric::Clicks => self.clicks = count,
            Metric::Entries => self.entries = count,
            Metric::Exits => self.exits = count,
            Metric::TimeOnPageSeconds => self.time_on_page_seconds = rate,
        }
    }
}

impl From<Period> for BeforeView {
    fn from(period: Period) -> Self {
        Self {
            from: period.first.to_string(),
            to: period.last.to_string(),
        }
    }
}

impl ReportView {
    pub(super) fn of(site: &Site, metrics: &[Metric], answer: &Answer) -> Self {
        let page = &answer.page;
        let show = |figures: &Figures| MetricsView::of(site, metrics, figures);
        let row = |told: &AnswerRow| RowView {
            values: told
                .row
                .cells
                .iter()
                .map(|cell| cell.text.to_string())
                .collect(),
            metrics: show(&told.row.figures),
            before: told.before.as_ref().map(show),
        };
        let before = page.before.as_ref();
        Self {
            from: answer.period.first.to_string(),
            to: answer.period.last.to_string(),
            before: before.map(|(period, _)| BeforeView::from(*period)),
            known_at: answer.known_at.into(),
            currency: site.currency().to_owned(),
            time_zone: site.time_zone().to_owned(),
            visitor_ids: site.visitor_ids().into(),
            totals: show(&page.all),
            totals_before: before.map(|(_, all)| show(all)),
            rows: page.rows.iter().map(row).collect(),
            found: page.found,
        }
    }
}

/// The days that a body asks for.
pub(super) fn period(
    site: &Site,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<Period, ApiError> {
    let period = Period::read(from, to, site.today());
    period.map_err(|bad| ApiError::invalid(bad.path(), bad.reason()))
}
