//! Shows sites, and reads what is to be made or changed of them.

use poem_openapi::{Enum, Object};

use super::report::FilterView;
use super::share::AccessView;
use super::word::ChannelView;
use crate::analytics::{
    Change, ChannelRule, Error, New, Rebuild, Retention, Site, Traces, VisitorIds, WeekStart,
};
use crate::base::SiteId;
use crate::http::Moment;

/// The day that a week begins with.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "WeekStart", rename_all = "snake_case")]
pub(super) enum WeekStartView {
    /// As most of the world has it.
    #[default]
    Monday,
    /// As around the Gulf.
    Saturday,
    /// As in America.
    Sunday,
}

/// How visitors are told apart.
#[derive(Clone, Copy, Default, Enum)]
#[oai(rename = "VisitorIds", rename_all = "snake_case")]
pub(super) enum VisitorIdsView {
    /// For one day of the site's zone: a visitor is one day's visitor.
    #[default]
    Daily,
    /// For as long as whoever sends events says that it is the same.
    Lasting,
}

/// How long a site keeps what came in, in days before the present one; for ever what is absent.
#[derive(Clone, Copy, Object)]
#[oai(rename = "Retention", deny_unknown_fields, skip_serializing_if_is_none)]
pub(super) struct RetentionView {
    /// Events: 30 to 3,660 days. Reports, funnels and all else that looks at single visits reach as
    /// far back.
    events_days: Option<u16>,
    /// What days came to: up to 3,660 days, and no fewer than events. The overview reaches as far
    /// back.
    sums_days: Option<u16>,
}

/// A site.
#[derive(Object)]
#[oai(rename = "Site", skip_serializing_if_is_none)]
pub(super) struct SiteView {
    /// The site's id.
    id: SiteId,
    /// What people call it.
    name: String,
    /// How far the caller may go with it.
    access: AccessView,
    /// The address of its owner, who shares it; absent for one's own.
    shared_by: Option<String>,
    /// Its domain; what lies below is its own.
    domain: String,
    /// Its currency, by ISO 4217.
    currency: String,
    /// The zone in which its days begin, by the IANA database.
    time_zone: String,
    /// What its weeks begin with.
    week_start: WeekStartView,
    /// How its visitors are told apart.
    visitor_ids: VisitorIdsView,
    /// How long what came in is kept.
    retention: RetentionView,
    /// What sorts visits into channels before the usual rules; the first that fits decides.
    channel_rules: Vec<ChannelRuleView>,
    /// The first day of which events are left, where those of days before have gone.
    events_from: Option<String>,
    /// The same of what days came to.
    sums_from: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// When it was last changed.
    updated_at: Moment,
    /// When an event came in last, to the minute; absent while none did.
    last_event_at: Option<Moment>,
    /// Rises with every change; in quotes it is the `ETag`. The first event changes it, too.
    version: u64,
}

/// One part of the sites.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub(super) struct SiteList {
    /// In the order in which they were made.
    pub(super) items: Vec<SiteView>,
    /// Where the next part begins; absent at the end.
    pub(super) next: Option<String>,
}

/// A site to be made.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct NewSite {
    /// What to call it: 1 to 120 characters, no other site's name in any case.
    #[oai(validator(max_length = 200))]
    name: String,
    /// Its domain, such as `shop.example`; what lies below is its own.
    #[oai(validator(max_length = 300))]
    domain: String,
    /// Its currency, by ISO 4217, such as `EUR`. It cannot be changed once there are events.
    #[oai(validator(max_length = 40))]
    currency: String,
    /// The zone in which its days begin, such as `Europe/Berlin`. It cannot be changed once there
    /// are events.
    #[oai(validator(max_length = 60))]
    time_zone: String,
    /// What its weeks begin with.
    #[oai(default)]
    week_start: WeekStartView,
    /// How its visitors are told apart.
    #[oai(default)]
    visitor_ids: VisitorIdsView,
    /// How long what comes in is kept; for ever without it.
    retention: Option<RetentionView>,
    /// What sorts visits into channels before the usual rules: 50 rules at most.
    #[oai(default, validator(max_items = 1000))]
    channel_rules: Vec<ChannelRuleView>,
}

/// What is to be changed; what is left away stays as it is.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub(super) struct SiteChange {
    /// Another name.
    #[oai(validator(max_length = 200))]
    name: Option<String>,
    /// Another domain.
    #[oai(validator(max_length = 300))]
    domain: Option<String>,
    /// Another currency, before there are events.
    #[oai(validator(max_length = 40))]
    currency: Option<String>,
    /// Another zone, before there are events.
    #[oai(validator(max_length = 60))]
    time_zone: Option<String>,
    /// What weeks begin with.
    week_start: Option<WeekStartView>,
    /// How visitors are told apart from now on.
    visitor_ids: Option<VisitorIdsView>,
    /// How long what came in is kept, as a whole. What is older goes within the hour, and does not
    /// come back.
    retention: Option<RetentionView>,
    /// What sorts visits into channels before the usual rules, as a whole: 50 rules at most. Events
    /// that came in before keep their channels.
    #[oai(validator(max_items = 1000))]
    channel_rules: Option<Vec<ChannelRuleView>>,
}

/// A rule that sorts visits into channels before the usual ones.
#[derive(Object)]
#[oai(rename = "ChannelRule", deny_unknown_fields)]
pub(super) struct ChannelRuleView {
    /// On which channel came whatever all filters pick.
    channel: ChannelView,
    /// 1 to 8 conditions on source, medium, campaign or referrer. Letters count in either case.
    #[oai(validator(max_items = 100))]
    filters: Vec<FilterView>,
}

impl From<&ChannelRule> for ChannelRuleView {
    fn from(rule: &ChannelRule) -> Self {
        Self {
            channel: rule.channel.into(),
            filters: rule.filters.iter().map(FilterView::from).collect(),
        }
    }
}

impl From<ChannelRuleView> for ChannelRule {
    fn from(view: ChannelRuleView) -> Self {
        Self {
            channel: view.channel.into(),
            filters: view.filters.into_iter().map(Into::into).collect(),
        }
    }
}

/// A visitor who is meant.
#[derive(Object)]
#[oai(rename = "VisitorQuery", deny_unknown_fields)]
pub(super) struct VisitorQuery {
    /// The lasting id that their events have in `visitor`, as it was sent.
    #[oai(validator(max_length = 400))]
    pub(super) visitor: String,
}

/// Where a visitor was.
#[derive(Object)]
#[oai(rename = "VisitorTraces", skip_serializing_if_is_none)]
pub(super) struct TracesView {
    /// Whether the site knows the visitor.
    known: bool,
    /// So many events, of those that are kept.
    events: u64,
    /// So many days.
    days: u64,
    /// So many of the days have sums alone, whose events are gone.
    days_of_sums: u64,
    /// The first of the days.
    first_day: Option<String>,
    /// The last of them.
    last_day: Option<String>,
}

impl From<Option<Traces>> for TracesView {
    fn from(found: Option<Traces>) -> Self {
        let traces = found.unwrap_or_default();
        let (first, last) = traces.span.unzip();
        Self {
            known: found.is_some(),
            events: traces.events,
            days: traces.days,
            days_of_sums: traces.days_of_sums,
            first_day: first.map(|day| day.to_string()),
            last_day: last.map(|day| day.to_string()),
        }
    }
}

impl From<Retention> for RetentionView {
    fn from(retention: Retention) -> Self {
        Self {
            events_days: retention.events_days,
            sums_days: retention.sums_days,
        }
    }
}

impl From<RetentionView> for Retention {
    fn from(view: RetentionView) -> Self {
        Self {
            events_days: view.events_days,
            sums_days: view.sums_days,
        }
    }
}

/// What became of a rebuild.
#[derive(Object)]
#[oai(rename = "SiteRebuild")]
pub(super) struct RebuildView {
    /// So many days were counted anew from their events.
    days: u32,
    /// So many of them, and of the months that they make up, had other sums than those that were
    /// kept; they are mended.
    differed: u32,
}

impl SiteView {
    pub(super) fn of(site: &Site) -> Result<Self, Error> {
        let (events_from, sums_from) = site.left()?;
        Ok(Self {
            id: site.id(),
            name: site.name().to_owned(),
            access: site.access().into(),
            shared_by: site.shared_by().map(str::to_owned),
            domain: site.domain().to_owned(),
            currency: site.currency().to_owned(),
            time_zone: site.time_zone().to_owned(),
            week_start: match site.week_start() {
                WeekStart::Monday => WeekStartView::Monday,
                WeekStart::Saturday => WeekStartView::Saturday,
                WeekStart::Sunday => WeekStartView::Sunday,
            },
            visitor_ids: site.visitor_ids().into(),
            retention: site.retention().into(),
            channel_rules: site.channel_rules().iter().map(Into::into).collect(),
            events_from: events_from.map(|day| day.to_string()),
            sums_from: sums_from.map(|day| day.to_string()),
            created_at: site.created_at().into(),
            updated_at: site.updated_at().into(),
            last_event_at: site.last_event_at()?.map(Moment),
            version: site.version().0,
        })
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }
}

impl From<VisitorIds> for VisitorIdsView {
    fn from(ids: VisitorIds) -> Self {
        match ids {
            VisitorIds::Daily => Self::Daily,
            VisitorIds::Lasting => Self::Lasting,
        }
    }
}

impl From<VisitorIdsView> for VisitorIds {
    fn from(view: VisitorIdsView) -> Self {
        match view {
            VisitorIdsView::Daily => Self::Daily,
            VisitorIdsView::Lasting => Self::Lasting,
        }
    }
}

impl From<WeekStartView> for WeekStart {
    fn from(view: WeekStartView) -> Self {
        match view {
            WeekStartView::Monday => Self::Monday,
            WeekStartView::Saturday => Self::Saturday,
            WeekStartView::Sunday => Self::Sunday,
        }
    }
}

impl From<NewSite> for New {
    fn from(view: NewSite) -> Self {
        Self {
            name: view.name,
            domain: view.domain,
            currency: view.currency,
            time_zone: view.time_zone,
            week_start: view.week_start.into(),
            visitor_ids: view.visitor_ids.into(),
            retention: view.retention.map(Into::into).unwrap_or_default(),
            channel_rules: view.channel_rules.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<SiteChange> for Change {
    fn from(view: SiteChange) -> Self {
        Self {
            name: view.name,
            domain: view.domain,
            currency: view.currency,
            time_zone: view.time_zone,
            week_start: view.week_start.map(WeekStart::from),
            visitor_ids: view.visitor_ids.map(VisitorIds::from),
            retention: view.retention.map(Retention::from),
            channel_rules: view
                .channel_rules
                .map(|rules| rules.into_iter().map(Into::into).collect()),
        }
    }
}

impl From<Rebuild> for RebuildView {
    fn from(rebuild: Rebuild) -> Self {
        Self {
            days: rebuild.days,
            differed: rebuild.differed,
        }
    }
}
