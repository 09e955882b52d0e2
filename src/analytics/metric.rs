//! What reports measure.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::ledger::Figures;

/// A figure of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Metric {
    Events,
    Views,
    Visits,
    Visitors,
    BounceRate,
    VisitSeconds,
    Conversions,
    Leads,
    Purchases,
    Revenue,
    ConversionRate,
    AverageOrderValue,
    Clicks,
    Entries,
    Exits,
    TimeOnPageSeconds,
}

impl Metric {
    /// Its word in questions and answers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Views => "views",
            Self::Visits => "visits",
            Self::Visitors => "visitors",
            Self::BounceRate => "bounce_rate",
            Self::VisitSeconds => "visit_seconds",
            Self::Conversions => "conversions",
            Self::Leads => "leads",
            Self::Purchases => "purchases",
            Self::Revenue => "revenue",
            Self::ConversionRate => "conversion_rate",
            Self::AverageOrderValue => "average_order_value",
            Self::Clicks => "clicks",
            Self::Entries => "entries",
            Self::Exits => "exits",
            Self::TimeOnPageSeconds => "time_on_page_seconds",
        }
    }

    /// It as a part of a whole, which is 1 for what is no rate; money is in millionths. None where
    /// nothing could have happened.
    pub(crate) fn of(self, figures: &Figures) -> Option<Ratio> {
        let totals = &figures.totals;
        let (part, whole) = match self {
            Self::Events => (totals.events, 1),
            Self::Views => (totals.views, 1),
            Self::Visits => (totals.visits, 1),
            Self::Visitors => (totals.visitors, 1),
            Self::BounceRate => (totals.bounces, totals.visits),
            Self::VisitSeconds => (totals.engaged_ms, totals.visits * 1000),
            Self::Conversions => (totals.conversions, 1),
            Self::Leads => (totals.conversions - totals.purchases, 1),
            Self::Purchases => (totals.purchases, 1),
            Self::Revenue => return Ratio::of(totals.revenue_micros.into(), 1),
            Self::ConversionRate => (totals.conversions, totals.visits),
            Self::AverageOrderValue => {
                return Ratio::of(totals.revenue_micros.into(), totals.purchases);
            }
            Self::Clicks => (figures.clicks, 1),
            Self::Entries => (figures.entries, 1),
            Self::Exits => (figures.exits, 1),
            Self::TimeOnPageSeconds => (totals.engaged_ms, totals.views * 1000),
        };
        Ratio::of(part.into(), whole)
    }
}

/// A part of a whole, exact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ratio {
    part: i128,
    whole: u64,
}

impl Ratio {
    /// A part of a whole; none of nothing.
    pub(crate) fn of(part: i128, whole: u64) -> Option<Self> {
        (whole > 0).then_some(Self { part, whole })
    }

    /// It as a number with a few digits.
    #[expect(clippy::cast_precision_loss, reason = "a rate is told to a few digits")]
    pub(crate) fn number(self) -> f64 {
        self.part as f64 / self.whole as f64
    }

    /// It where it counts something.
    pub(crate) fn count(self) -> u64 {
        u64::try_from(self.part).unwrap_or(0)
    }

    pub(crate) fn cmp(self, other: Self) -> Ordering {
        let (one, other) = (
            self.part.saturating_mul(other.whole.into()),
            other.part.saturating_mul(self.whole.into()),
        );
        one.cmp(&other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analytics::ledger::Totals;

    #[test]
    fn a_rate_is_none_where_nothing_could_have_happened() {
        let nothing = Figures::default();
        for metric in [
            Metric::BounceRate,
            Metric::VisitSeconds,
            Metric::ConversionRate,
            Metric::AverageOrderValue,
            Metric::TimeOnPageSeconds,
        ] {
            assert!(metric.of(&nothing).is_none(), "{}", metric.name());
        }
        assert_eq!(Metric::Revenue.of(&nothing).unwrap().count(), 0);
    }

    #[test]
    fn rates_are_compared_exactly() {
        let rate = |bounces, visits| {
            let totals = Totals {
                visits,
                bounces,
                ..Totals::default()
            };
            let figures = Figures {
                totals,
                ..Figures::default()
            };
            Metric::BounceRate.of(&figures).unwrap()
        };
        assert!(rate(1, 3).cmp(rate(2, 6)).is_eq());
        assert!(rate(1, 3).cmp(rate(333, 1000)).is_gt());
        let (great, greater) = (rate(u64::MAX - 1, u64::MAX), rate(1, 1));
        assert!(great.cmp(greater).is_lt());
    }
}
