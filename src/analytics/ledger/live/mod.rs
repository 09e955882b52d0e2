//! Tells what goes on at a site at this moment, out of the events of the last day.
//!
//! Nothing is counted on the side while events come in, so there is nothing that a crash or a late
//! event could make wrong: every answer is read from what is stored. It is cheap because a block that
//! is full never changes: `marks` remembers when its events happened and how many there were, so
//! that `shelf` reads only the blocks that reach into the last half hour, and those before them in
//! which a visit that goes on began. `tell` makes figures of them.

mod marks;
mod pace;
mod shelf;
mod tell;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(super) use marks::Marks;
pub(crate) use pace::Pace;
pub(super) use tell::tell;

use crate::analytics::event::Channel;
use crate::analytics::number::SiteNumber;
use crate::store::Snapshot;

/// So many minutes are told one by one, the present one included.
pub(crate) const MINUTES: usize = 30;
/// So many hours.
pub(crate) const HOURS: usize = 24;
/// Visitors of so many minutes are the ones who are here now.
pub(crate) const HERE_MINUTES: usize = 5;
/// So many lines of each list, and so many conversions.
pub(super) const MOST_LINES: usize = 10;

/// The site that is looked at, and when.
pub(super) struct Moment<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) site: SiteNumber,
    pub(super) zone: &'a TimeZone,
    /// In milliseconds since 1970.
    pub(super) now: i64,
}

/// What goes on at a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Live {
    /// How many visitors there were in the last [`HERE_MINUTES`].
    pub(crate) here: u64,
    /// How many in the last [`MINUTES`]: the active ones.
    pub(crate) active: u64,
    /// What happened in each minute, by when it begins; the last is the present one.
    pub(crate) minutes: Vec<(Timestamp, Pace)>,
    /// The same by hours of the site's clocks.
    pub(crate) hours: Vec<(Timestamp, Pace)>,
    /// Where active visitors were within the minutes.
    pub(crate) pages: Ranking,
    /// The ways on which their visits came, as the three that follow.
    pub(crate) channels: Ranking,
    pub(crate) sources: Ranking,
    pub(crate) campaigns: Ranking,
    /// Those of the hours, the latest first.
    pub(crate) conversions: Vec<Conversion>,
}

/// The values that have most active visitors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranking {
    /// How many values there are.
    pub(crate) total: u64,
    /// The best [`MOST_LINES`]: by visitors, then by views.
    pub(crate) lines: Vec<Active>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Active {
    /// Empty where there is none.
    pub(crate) value: Box<str>,
    pub(crate) visitors: u64,
    /// Within the minutes.
    pub(crate) views: u64,
}

/// A lead or a purchase. Nothing tells who it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conversion {
    pub(crate) at: Timestamp,
    /// The event's name.
    pub(crate) event: Box<str>,
    /// What it was worth, in millionths of the site's currency; none for nothing.
    pub(crate) value_micros: Option<i64>,
    /// The way on which the visit came.
    pub(crate) channel: Channel,
    /// The page on which it began.
    pub(crate) landing_page: Box<str>,
}
