//! Shows what goes on at a site at this moment.

use poem_openapi::Object;

use super::super::events::ReasonView;
use super::view::VisitorIdsView;
use crate::analytics::{Counts, Pace, Ranking, RealTime, Site};
use crate::http::Moment;

/// What happened within a minute.
#[derive(Object)]
#[oai(rename = "LiveMinute")]
struct MinuteView {
    /// When it begins.
    at: Moment,
    /// Events of every name.
    events: u64,
    /// Events called `page_view`.
    views: u64,
    /// Events called `lead` or `purchase`.
    conversions: u64,
}

/// What happened within an hour.
#[derive(Object)]
#[oai(rename = "LiveHour")]
struct HourView {
    /// When it begins, at the site.
    hour: String,
    /// Events of every name.
    events: u64,
    /// Events called `page_view`.
    views: u64,
    /// Events called `lead` or `purchase`.
    conversions: u64,
}

/// How many active visitors have one value.
#[derive(Object)]
#[oai(rename = "LiveLine")]
struct LineView {
    /// The value; empty where there is none.
    value: String,
    /// Everybody counted once: they do not add up over pages.
    visitors: u64,
    /// Their `page_view` events of the last 30 minutes.
    views: u64,
}

/// The values that active visitors have.
#[derive(Object)]
#[oai(rename = "LiveTable")]
struct TableView {
    /// How many values there are.
    total: u64,
    /// The best 10 of them: by visitors, then by views.
    lines: Vec<LineView>,
}

/// A lead or a purchase. Nothing tells who it was.
#[derive(Object)]
#[oai(rename = "LiveConversion", skip_serializing_if_is_none)]
struct ConversionView {
    /// When it happened.
    at: Moment,
    /// The event's name.
    event: String,
    /// What it was worth, in the site's currency; absent for nothing.
    value: Option<String>,
    /// The kind of way on which the visit came.
    channel: String,
    /// The page on which the visit began; empty for none.
    landing_page: String,
}

/// How many events were not counted for one reason.
#[derive(Object)]
#[oai(rename = "LiveRefusal")]
struct RefusalView {
    /// Why.
    code: ReasonView,
    /// How many.
    count: u64,
}

/// What came in within the last hour, by keys of the site.
#[derive(Object)]
#[oai(rename = "SiteFeed", skip_serializing_if_is_none)]
struct FeedView {
    /// When an event came in last, to the minute; absent while none did.
    last_event_at: Option<Moment>,
    /// Since when the counts are known: an hour, or since the server was started.
    counted_since: Moment,
    /// So many events were counted.
    accepted: u64,
    /// So many were counted before, by their ids.
    doubled: u64,
    /// Those that were not counted, by reason, most first.
    refused: Vec<RefusalView>,
}

/// What goes on at a site now. A visitor is active for 30 minutes, the present one included.
#[derive(Object)]
#[oai(rename = "SiteRealTime", skip_serializing_if_is_none)]
pub(super) struct RealTimeView {
    /// When this was known.
    known_at: Moment,
    /// The zone of its clocks.
    time_zone: String,
    /// The currency of every amount.
    currency: String,
    /// How visitors are told apart.
    visitor_ids: VisitorIdsView,
    /// Visitors with an event in the last 5 minutes.
    visitors_5_minutes: u64,
    /// Visitors with one in the last 30: the active ones.
    visitors_30_minutes: u64,
    /// The last 30 minutes; the last is the present one, which is not over.
    minutes: Vec<MinuteView>,
    /// The last 24 hours of the site's clocks, likewise.
    hours: Vec<HourView>,
    /// The pages of the last 30 minutes.
    pages: TableView,
    /// By the kind of way on which active visits came.
    channels: TableView,
    /// By where they came from.
    sources: TableView,
    /// By campaign.
    campaigns: TableView,
    /// The latest 10 conversions of those hours, the latest first.
    conversions: Vec<ConversionView>,
    /// What feeds the site.
    feed: FeedView,
}

impl MinuteView {
    fn of((at, pace): &(jiff::Timestamp, Pace)) -> Self {
        Self {
            at: (*at).into(),
            events: pace.events,
            views: pace.views,
            conversions: pace.conversions,
        }
    }
}

impl HourView {
    fn of(site: &Site, (at, pace): &(jiff::Timestamp, Pace)) -> Self {
        Self {
            hour: site.hour(*at),
            events: pace.events,
            views: pace.views,
            conversions: pace.conversions,
        }
    }
}

impl From<&Ranking> for TableView {
    fn from(ranking: &Ranking) -> Self {
        let lines = ranking.lines.iter().map(|line| LineView {
            value: line.value.to_string(),
            visitors: line.visitors,
            views: line.views,
        });
        Self {
            total: ranking.total,
            lines: lines.collect(),
        }
    }
}

impl FeedView {
    fn of(told: &RealTime) -> Self {
        let lately: &Counts = &told.lately;
        let refused = lately.refused().into_iter();
        let refused = refused.map(|(reason, count)| RefusalView {
            code: reason.into(),
            count,
        });
        Self {
            last_event_at: told.last_event_at.map(Moment),
            counted_since: told.counted_since.into(),
            accepted: lately.accepted,
            doubled: lately.doubled,
            refused: refused.collect(),
        }
    }
}

impl RealTimeView {
    pub(super) fn of(site: &Site, told: &RealTime) -> Self {
        let live = &told.live;
        let conversions = live.conversions.iter().map(|one| ConversionView {
            at: one.at.into(),
            event: one.event.to_string(),
            value: one.value_micros.map(|micros| site.money(micros)),
            channel: one.channel.name().to_owned(),
            landing_page: one.landing_page.to_string(),
        });
        Self {
            known_at: told.known_at.into(),
            time_zone: site.time_zone().to_owned(),
            currency: site.currency().to_owned(),
            visitor_ids: site.visitor_ids().into(),
            visitors_5_minutes: live.here,
            visitors_30_minutes: live.active,
            minutes: live.minutes.iter().map(MinuteView::of).collect(),
            hours: live
                .hours
                .iter()
                .map(|hour| HourView::of(site, hour))
                .collect(),
            pages: (&live.pages).into(),
            channels: (&live.channels).into(),
            sources: (&live.sources).into(),
            campaigns: (&live.campaigns).into(),
            conversions: conversions.collect(),
            feed: FeedView::of(told),
        }
    }
}
