//! Shows how a site fares.

use poem_openapi::{Enum, Object};

use super::cost::AdvertisingView;
use super::view::VisitorIdsView;
use crate::analytics::{Against, Dimension, Line, Overview, Period, Report, Site, Table, Totals};
use crate::feeds::FeedCosts;
use crate::http::Moment;

/// What some days are held against.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "Comparison", rename_all = "snake_case")]
pub(super) enum AgainstView {
    /// As many days right before.
    #[default]
    Previous,
    /// The same days a year before. The 29th of February is held against the 28th.
    Year,
    /// The same days of the week a year before: 364 days, so that Mondays are held against Mondays.
    YearByWeekday,
    /// Nothing.
    None,
}

impl From<AgainstView> for Against {
    fn from(view: AgainstView) -> Self {
        match view {
            AgainstView::Previous => Self::Previous,
            AgainstView::Year => Self::Year,
            AgainstView::YearByWeekday => Self::YearByWeekday,
            AgainstView::None => Self::Nothing,
        }
    }
}

impl From<Against> for AgainstView {
    fn from(against: Against) -> Self {
        match against {
            Against::Previous => Self::Previous,
            Against::Year => Self::Year,
            Against::YearByWeekday => Self::YearByWeekday,
            Against::Nothing => Self::None,
        }
    }
}

/// What happened, added up. Rates are absent where nothing could have happened.
#[derive(Object)]
#[oai(rename = "SiteTotals", skip_serializing_if_is_none)]
pub(super) struct TotalsView {
    /// Events of every name.
    events: u64,
    /// Events called `page_view`.
    views: u64,
    /// A visit ends after 30 minutes without an event, and at midnight.
    visits: u64,
    /// Everybody counted once. With daily ids, once a day.
    visitors: u64,
    /// The share of visits with one event.
    bounce_rate: Option<f64>,
    /// How long visits last on average, from their first to their last event, in seconds.
    visit_seconds: Option<f64>,
    /// Events called `lead` or `purchase`.
    conversions: u64,
    /// Events called `purchase`.
    purchases: u64,
    /// Conversions by visits; more than 1 where visits have several.
    conversion_rate: Option<f64>,
    /// What purchases were worth, in the site's currency.
    revenue: String,
    /// The same by purchases, rounded to the currency.
    average_order_value: Option<String>,
}

/// What some days are held against.
#[derive(Object)]
#[oai(rename = "SiteBefore")]
pub(super) struct BeforeView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// What happened then.
    totals: TotalsView,
}

/// What happened on a day.
#[derive(Object)]
#[oai(rename = "SiteDay")]
pub(super) struct DayView {
    /// The day, at the site.
    day: String,
    /// Events called `page_view`.
    views: u64,
    /// Visits that began on the day.
    visits: u64,
    /// Everybody counted once.
    visitors: u64,
    /// Events called `lead` or `purchase`.
    conversions: u64,
    /// What purchases were worth.
    revenue: String,
}

/// What happened within an hour.
#[derive(Object)]
#[oai(rename = "SiteHour")]
pub(super) struct HourView {
    /// When it begins, at the site.
    hour: String,
    /// Events called `page_view`.
    views: u64,
    /// Visits that began in it.
    visits: u64,
    /// Everybody counted once.
    visitors: u64,
    /// Events called `lead` or `purchase`.
    conversions: u64,
    /// What purchases were worth.
    revenue: String,
}

/// What happened with one value of a dimension.
#[derive(Object)]
#[oai(rename = "SiteLine", skip_serializing_if_is_none)]
struct LineView {
    /// The value; empty where there was none.
    value: String,
    /// Events of every name.
    events: u64,
    /// Events called `page_view`.
    views: u64,
    /// Visits.
    visits: u64,
    /// Everybody counted once: they do not add up over lines.
    visitors: u64,
    /// The share of visits with one event.
    bounce_rate: Option<f64>,
    /// Events called `lead` or `purchase`.
    conversions: u64,
    /// What purchases were worth.
    revenue: String,
}

/// The values of a dimension.
#[derive(Object)]
#[oai(rename = "SiteTable")]
pub(super) struct TableView {
    /// How many values there are.
    total: u64,
    /// The best 50 of them: by views for pages, else by visits.
    lines: Vec<LineView>,
}

/// How a site fares on some days.
#[derive(Object)]
#[oai(rename = "SiteOverview", skip_serializing_if_is_none)]
pub(super) struct OverviewView {
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// The zone in which they begin.
    time_zone: String,
    /// The currency of every amount.
    currency: String,
    /// How visitors are told apart.
    visitor_ids: VisitorIdsView,
    /// When this was known.
    known_at: Moment,
    /// What happened.
    totals: TotalsView,
    /// What advertising cost; absent where the site has no feed of figures.
    advertising: Option<AdvertisingView>,
    /// What it is held against; absent for nothing.
    before: Option<BeforeView>,
    /// Every day, those without events too.
    days: Vec<DayView>,
    /// What each of them is held against, in their order. Against a year with a 29th of February
    /// that day stands beside none, and counts in the totals alone.
    days_before: Option<Vec<DayView>>,
    /// Every hour, where one day is asked for: 23 or 25 where the clocks are changed.
    hours: Option<Vec<HourView>>,
    /// By the kind of way on which visits came.
    channels: TableView,
    /// By where they came from.
    sources: TableView,
    /// By which means.
    mediums: TableView,
    /// By campaign.
    campaigns: TableView,
    /// By the page on which they began.
    landing_pages: TableView,
    /// By every page that they came to.
    pages: TableView,
    /// By the host that led to the site.
    referrers: TableView,
    /// By device.
    devices: TableView,
    /// By the names of events.
    event_names: TableView,
}

/// A share; none of nothing.
#[expect(clippy::cast_precision_loss, reason = "a rate is told to a few digits")]
pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl TotalsView {
    pub(super) fn of(site: &Site, totals: &Totals) -> Self {
        let seconds = share(totals.engaged_ms, totals.visits);
        Self {
            events: totals.events,
            views: totals.views,
            visits: totals.visits,
            visitors: totals.visitors,
            bounce_rate: share(totals.bounces, totals.visits),
            visit_seconds: seconds.map(|millis| millis / 1000.0),
            conversions: totals.conversions,
            purchases: totals.purchases,
            conversion_rate: share(totals.conversions, totals.visits),
            revenue: site.money(totals.revenue_micros),
            average_order_value: site.average(totals.revenue_micros, totals.purchases),
        }
    }
}

impl BeforeView {
    pub(super) fn of(site: &Site, (period, overview): &(Period, Overview)) -> Self {
        Self {
            from: period.first.to_string(),
            to: period.last.to_string(),
            totals: TotalsView::of(site, &overview.totals),
        }
    }
}

pub(super) fn days(site: &Site, days: &[(jiff::civil::Date, Totals)]) -> Vec<DayView> {
    let day = |(day, totals): &(jiff::civil::Date, Totals)| DayView {
        day: day.to_string(),
        views: totals.views,
        visits: totals.visits,
        visitors: totals.visitors,
        conversions: totals.conversions,
        revenue: site.money(totals.revenue_micros),
    };
    days.iter().map(day).collect()
}

pub(super) fn hours(site: &Site, hours: &[(jiff::Timestamp, Totals)]) -> Vec<HourView> {
    let hour = |(hour, totals): &(jiff::Timestamp, Totals)| HourView {
        hour: site.hour(*hour),
        views: totals.views,
        visits: totals.visits,
        visitors: totals.visitors,
        conversions: totals.conversions,
        revenue: site.money(totals.revenue_micros),
    };
    hours.iter().map(hour).collect()
}

impl LineView {
    fn of(site: &Site, line: &Line) -> Self {
        let totals = &line.totals;
        Self {
            value: line.value.to_string(),
            events: totals.events,
            views: totals.views,
            visits: totals.visits,
            visitors: totals.visitors,
            bounce_rate: share(totals.bounces, totals.visits),
            conversions: totals.conversions,
            revenue: site.money(totals.revenue_micros),
        }
    }
}

impl TableView {
    pub(super) fn of(site: &Site, table: &Table) -> Self {
        let lines = table.lines.iter().map(|line| LineView::of(site, line));
        Self {
            total: table.total,
            lines: lines.collect(),
        }
    }
}

impl OverviewView {
    pub(super) fn of(site: &Site, report: &Report, costs: &[FeedCosts]) -> Self {
        let overview = &report.overview;
        let table = |dimension| TableView::of(site, overview.table(dimension));
        let before = report.before.as_ref();
        Self {
            from: report.period.first.to_string(),
            to: report.period.last.to_string(),
            time_zone: site.time_zone().to_owned(),
            currency: site.currency().to_owned(),
            visitor_ids: site.visitor_ids().into(),
            known_at: report.known_at.into(),
            totals: TotalsView::of(site, &overview.totals),
            advertising: AdvertisingView::of(site, costs, &overview.totals),
            before: before.map(|before| BeforeView::of(site, before)),
            days: days(site, &overview.days),
            days_before: report.days_before().map(|list| days(site, &list)),
            hours: overview.hours.as_deref().map(|list| hours(site, list)),
            channels: table(Dimension::Channel),
            sources: table(Dimension::Source),
            mediums: table(Dimension::Medium),
            campaigns: table(Dimension::Campaign),
            landing_pages: table(Dimension::LandingPage),
            pages: table(Dimension::Page),
            referrers: table(Dimension::Referrer),
            devices: table(Dimension::Device),
            event_names: table(Dimension::EventName),
        }
    }
}
