//! The words of reports: dimensions, metrics and operators.

use poem_openapi::Enum;

use crate::analytics::{Channel, Facet, Metric, Operator};

/// Writes an enumeration of the API `for` the one that it stands for, member by member; `with` it,
/// where either is told by the other.
macro_rules! words {
    ($(#[$doc:meta])* $view:ident as $name:literal for $of:ident { $($(#[$each:meta])* $member:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Enum)]
        #[oai(rename = $name, rename_all = "snake_case")]
        pub(super) enum $view { $($(#[$each])* $member,)+ }

        impl From<$view> for $of {
            fn from(view: $view) -> Self {
                match view { $($view::$member => Self::$member,)+ }
            }
        }
    };
    ($(#[$doc:meta])* $view:ident as $name:literal with $of:ident { $($(#[$each:meta])* $member:ident,)+ }) => {
        words! { $(#[$doc])* $view as $name for $of { $($(#[$each])* $member,)+ } }

        impl From<$of> for $view {
            fn from(of: $of) -> Self {
                match of { $($of::$member => Self::$member,)+ }
            }
        }
    };
}
pub(super) use words;

words! {
    /// What rows are told apart by. `hour`, `page` and `event` belong to events; all others to
    /// visits, and are those of a visit's first event.
    DimensionView as "ReportDimension" with Facet {
        /// The day at the site, such as `2026-11-27`.
        Day,
        /// The first day of the week.
        Week,
        /// The month, such as `2026-11`.
        Month,
        /// `monday` to `sunday`.
        Weekday,
        /// The hour that the site's clocks show, 0 to 23.
        Hour,
        /// The kind of way on which a visit came.
        Channel,
        /// Where it came from.
        Source,
        /// By which means.
        Medium,
        /// Through which campaign.
        Campaign,
        /// For which words.
        Term,
        /// Through which of several texts or pictures.
        Content,
        /// The page on which it began.
        LandingPage,
        /// Every page that it came to.
        Page,
        /// The host that led to the site.
        Referrer,
        /// On what kind of device.
        Device,
        /// The names of its events.
        Event,
        /// Whose click it was.
        ClickId,
    }
}

words! {
    /// What is measured.
    MetricView as "ReportMetric" with Metric {
        /// Events of every name.
        Events,
        /// Events called `page_view`.
        Views,
        /// Visits.
        Visits,
        /// Everybody counted once.
        Visitors,
        /// The share of visits with one event.
        BounceRate,
        /// How long visits last on average.
        VisitSeconds,
        /// Events called `lead` or `purchase`.
        Conversions,
        /// Events called `lead`.
        Leads,
        /// Events called `purchase`.
        Purchases,
        /// What purchases were worth.
        Revenue,
        /// Conversions by visits.
        ConversionRate,
        /// Revenue by purchases.
        AverageOrderValue,
        /// Events called `click`.
        Clicks,
        /// Visits that began there.
        Entries,
        /// Visits that ended there.
        Exits,
        /// The time until the next event of the visit, by views.
        TimeOnPageSeconds,
    }
}

words! {
    /// How a value is held against those of a filter. Letters count in their case.
    OperatorView as "FilterOperator" with Operator {
        /// It is one of them.
        Is,
        /// What `is` does not pick.
        IsNot,
        /// It has one of them in it.
        Contains,
        /// What `contains` does not pick.
        NotContains,
        /// It begins with one of them.
        StartsWith,
    }
}

words! {
    /// The kind of way on which somebody came, after the default channel groups of Google Analytics.
    ChannelView as "Channel" with Channel {
        /// No rule fits.
        Unassigned,
        /// By the address itself, as far as anybody knows.
        Direct,
        /// An advertisement that runs on several networks.
        CrossNetwork,
        /// An advertisement at a marketplace.
        PaidShopping,
        /// An advertisement at a search engine.
        PaidSearch,
        /// An advertisement at a social network.
        PaidSocial,
        /// An advertisement at a video site.
        PaidVideo,
        /// A picture on somebody's page.
        Display,
        /// Another advertisement.
        PaidOther,
        /// A marketplace.
        OrganicShopping,
        /// A social network.
        OrganicSocial,
        /// A video site.
        OrganicVideo,
        /// A search engine.
        OrganicSearch,
        /// A link on somebody's page.
        Referral,
        /// A mail.
        Email,
        /// A partner who is paid for what comes of it.
        Affiliates,
        /// Something to be heard.
        Audio,
        /// A text message.
        Sms,
        /// A notification on a telephone.
        MobilePush,
    }
}
