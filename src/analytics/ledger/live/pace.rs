//! How much happens within a stretch of time.

use super::super::rollup::Kind;

/// What can be added up of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pace {
    /// Events of every name.
    pub(crate) events: u64,
    /// Events called `page_view`.
    pub(crate) views: u64,
    /// Events called `lead` or `purchase`.
    pub(crate) conversions: u64,
}

impl Pace {
    pub(super) fn of(kind: Kind) -> Self {
        Self {
            events: 1,
            views: u64::from(kind == Kind::View),
            conversions: u64::from(is_conversion(kind)),
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.events += other.events;
        self.views += other.views;
        self.conversions += other.conversions;
    }
}

pub(super) fn is_conversion(kind: Kind) -> bool {
    matches!(kind, Kind::Lead | Kind::Purchase)
}
