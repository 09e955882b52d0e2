//! Shows what a link shows of a site: its maker's choice of the overview.

use poem_openapi::Object;

use super::cost::AdvertisingView;
use super::overview::{BeforeView, DayView, HourView, TableView, TotalsView, days, hours};
use super::view::VisitorIdsView;
use crate::analytics::Dimension;
use crate::http::Moment;
use crate::links::{Opened, Section};

/// What a link shows of a site. Sections that its maker did not choose are absent.
#[derive(Object)]
#[oai(rename = "SharedOverview", skip_serializing_if_is_none)]
pub(super) struct SharedView {
    /// What the link is called.
    name: String,
    /// What the site is called.
    site: String,
    /// When the link ends; absent while that is open.
    ends_at: Option<Moment>,
    /// The first of the days.
    from: String,
    /// The last of them.
    to: String,
    /// Of days before this one, what they came to is kept no longer, and told as nothing; absent
    /// where all of them are kept.
    sums_from: Option<String>,
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
    /// What advertising cost; absent where the link does not show it, and where nothing is known.
    advertising: Option<AdvertisingView>,
    /// What it is held against; absent for nothing.
    before: Option<BeforeView>,
    /// Every day, those without events too.
    days: Option<Vec<DayView>>,
    /// What each of them is held against, in their order.
    days_before: Option<Vec<DayView>>,
    /// Every hour, where it shows one day.
    hours: Option<Vec<HourView>>,
    /// By the kind of way on which visits came.
    channels: Option<TableView>,
    /// By where they came from.
    sources: Option<TableView>,
    /// By which means.
    mediums: Option<TableView>,
    /// By campaign.
    campaigns: Option<TableView>,
    /// By the page on which they began.
    landing_pages: Option<TableView>,
    /// By every page that they came to.
    pages: Option<TableView>,
    /// By the host that led to the site.
    referrers: Option<TableView>,
    /// By device.
    devices: Option<TableView>,
    /// By the names of events.
    event_names: Option<TableView>,
}

impl SharedView {
    pub(super) fn of(opened: &Opened) -> Self {
        let Opened {
            link,
            site,
            report,
            costs,
            ..
        } = opened;
        let overview = &report.overview;
        let table = |section, dimension| {
            let table = || TableView::of(site, overview.table(dimension));
            link.shows(section).then(table)
        };
        let before = report.before.as_ref();
        let trend = link.shows(Section::Trend).then_some(overview);
        let days_before = trend.and_then(|_| report.days_before());
        let by_hour = trend.and_then(|overview| overview.hours.as_deref());
        Self {
            name: link.name().to_owned(),
            site: site.name().to_owned(),
            ends_at: link.ends_at().map(Into::into),
            from: report.period.first.to_string(),
            to: report.period.last.to_string(),
            sums_from: opened.sums_from.map(|day| day.to_string()),
            time_zone: site.time_zone().to_owned(),
            currency: site.currency().to_owned(),
            visitor_ids: site.visitor_ids().into(),
            known_at: report.known_at.into(),
            totals: TotalsView::of(site, &overview.totals),
            advertising: AdvertisingView::of(site, costs, &overview.totals),
            before: before.map(|before| BeforeView::of(site, before)),
            days: trend.map(|overview| days(site, &overview.days)),
            days_before: days_before.map(|list| days(site, &list)),
            hours: by_hour.map(|list| hours(site, list)),
            channels: table(Section::Channels, Dimension::Channel),
            sources: table(Section::Sources, Dimension::Source),
            mediums: table(Section::Mediums, Dimension::Medium),
            campaigns: table(Section::Campaigns, Dimension::Campaign),
            landing_pages: table(Section::LandingPages, Dimension::LandingPage),
            pages: table(Section::Pages, Dimension::Page),
            referrers: table(Section::Referrers, Dimension::Referrer),
            devices: table(Section::Devices, Dimension::Device),
            event_names: table(Section::EventNames, Dimension::EventName),
        }
    }
}
