//! The figures that are told.

use jiff::{Timestamp, civil};

/// What happened, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) events: u64,
    /// Events called `page_view`.
    pub(crate) views: u64,
    /// A visit ends after 30 minutes without an event, and at midnight.
    pub(crate) visits: u64,
    /// How many there were, each counted once over the whole stretch.
    pub(crate) visitors: u64,
    /// Visits with one event.
    pub(crate) bounces: u64,
    /// From each event to the next one of the visit, in milliseconds.
    pub(crate) engaged_ms: u64,
    /// Events called `lead` or `purchase`.
    pub(crate) conversions: u64,
    /// Events called `purchase`.
    pub(crate) purchases: u64,
    /// What purchases were worth, in millionths of the site's currency.
    pub(crate) revenue_micros: i64,
}

impl Totals {
    /// Adds what can be added; visitors cannot.
    pub(super) fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.views += other.views;
        self.visits += other.visits;
        self.bounces += other.bounces;
        self.engaged_ms += other.engaged_ms;
        self.conversions += other.conversions;
        self.purchases += other.purchases;
        self.revenue_micros = self.revenue_micros.saturating_add(other.revenue_micros);
    }
}

/// What visits and events are told apart by.
///
/// The first seven belong to a visit, and are those of its first event. Pages and names belong to
/// each event: a visit counts for every page that it came to, once, and the time until its next
/// event for the page that it was spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Dimension {
    Channel,
    Source,
    Medium,
    Campaign,
    Referrer,
    Device,
    LandingPage,
    Page,
    EventName,
}

impl Dimension {
    /// Every one, in the order in which they are stored.
    pub(crate) const ALL: [Self; 9] = [
        Self::Channel,
        Self::Source,
        Self::Medium,
        Self::Campaign,
        Self::Referrer,
        Self::Device,
        Self::LandingPage,
        Self::Page,
        Self::EventName,
    ];
}

/// What is known of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overview {
    pub(crate) totals: Totals,
    /// Every day, those without events too.
    pub(crate) days: Vec<(civil::Date, Totals)>,
    /// Every hour of the day, by when it begins, where only one day was asked for. A visit counts in
    /// the hour in which it began, with all its time; events count in their own.
    pub(crate) hours: Option<Vec<(Timestamp, Totals)>>,
    /// One for each dimension, in the order of [`Dimension::ALL`].
    pub(crate) tables: [Table; 9],
}

impl Overview {
    /// What is told of one dimension.
    pub(crate) fn table(&self, dimension: Dimension) -> &Table {
        &self.tables[dimension as usize]
    }
}

/// A dimension's values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Table {
    /// How many values there are.
    pub(crate) total: u64,
    /// The best of them by visits, or by views where pages are told apart; then by events, and by
    /// which was there first.
    pub(crate) lines: Vec<Line>,
}

/// One value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Empty where there was none.
    pub(crate) value: Box<str>,
    pub(crate) totals: Totals,
}

/// What became of events that were sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Appended {
    /// So many are new and kept.
    pub(crate) kept: u32,
    /// So many were known by their ids, and are not kept again.
    pub(crate) doubled: u32,
}

/// What a rebuild has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rebuilt {
    /// So many days were counted anew from their events.
    pub(crate) days: u32,
    /// So many days and months differed from what was stored.
    pub(crate) differed: u32,
}
