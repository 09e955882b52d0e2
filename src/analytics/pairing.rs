//! Which of the days before each day, week and month is held against.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::ledger::Facet;
use super::period::Period;

/// Some days, and those that they are held against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pairing {
    days: Period,
    before: Period,
}

impl Pairing {
    pub(super) fn of(days: Period, before: Period) -> Self {
        Self { days, before }
    }

    /// The day that one is held against: the one at the same place, so many days before. Only where
    /// a 29th of February lies among one of both alone, it is the same date a year before, which for
    /// that day is the 28th: so that all other days stand beside their own.
    pub(super) fn day(self, day: Date) -> Date {
        if self.days.days() == self.before.days() {
            return day.saturating_sub(Span::new().days(self.apart()));
        }
        day.saturating_sub(1.year())
    }

    /// Whether all that a dimension tells apart has a counterpart. A week has one where whole weeks
    /// lie between, a month where it is a year, a weekday where both have as many of it.
    pub(super) fn fits(self, facet: Facet) -> bool {
        match facet {
            Facet::Week => self.days.days() == self.before.days() && self.apart() % 7 == 0,
            Facet::Month => self.before == self.days.year_before(),
            Facet::Weekday => {
                let alike = self.days.days() == self.before.days();
                alike && (self.days.days() % 7 == 0 || self.apart() % 7 == 0)
            }
            _ => true,
        }
    }

    /// The counterpart of a value; itself where it says nothing of dates.
    pub(super) fn value(self, facet: Facet, value: &str) -> String {
        let day = match facet {
            Facet::Day | Facet::Week => value.parse().ok(),
            Facet::Month => format!("{value}-01").parse::<Date>().ok(),
            _ => None,
        };
        match (facet, day) {
            (Facet::Month, Some(day)) => {
                let before = day.saturating_sub(1.year());
                before.strftime("%Y-%m").to_string()
            }
            (_, Some(day)) => self.day(day).to_string(),
            (_, None) => value.to_owned(),
        }
    }

    /// How many days lie between both beginnings.
    fn apart(self) -> i64 {
        let span = self.before.first.until(self.days.first);
        span.map_or(0, |span| i64::from(span.get_days()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(first: &str, last: &str) -> Period {
        Period {
            first: first.parse().unwrap(),
            last: last.parse().unwrap(),
        }
    }

    fn beside(days: Period, before: Period, day: &str) -> String {
        let pairing = Pairing::of(days, before);
        pairing.day(day.parse().unwrap()).to_string()
    }

    #[test]
    fn a_day_stands_beside_the_one_at_its_place() {
        let days = period("2026-11-01", "2026-11-10");
        assert_eq!(beside(days, days.before(), "2026-11-03"), "2026-10-24");
        assert_eq!(
            beside(days, days.weeks_before(), "2026-11-03"),
            "2025-11-04"
        );
        assert_eq!(beside(days, days.year_before(), "2026-11-03"), "2025-11-03");
    }

    #[test]
    fn over_a_leap_day_each_day_stands_beside_its_own_date() {
        let leap = period("2024-02-20", "2024-03-10");
        for (day, before) in [
            ("2024-02-28", "2023-02-28"),
            ("2024-02-29", "2023-02-28"),
            ("2024-03-01", "2023-03-01"),
        ] {
            assert_eq!(beside(leap, leap.year_before(), day), before, "{day}");
        }
        let after = period("2025-02-20", "2025-03-10");
        for (day, before) in [("2025-02-28", "2024-02-28"), ("2025-03-01", "2024-03-01")] {
            assert_eq!(beside(after, after.year_before(), day), before, "{day}");
        }
        // With 52 weeks between, a leap day is a day as any other.
        assert_eq!(
            beside(leap, leap.weeks_before(), "2024-02-29"),
            "2023-03-02"
        );
        let only = period("2024-02-29", "2024-03-01");
        assert_eq!(beside(only, only.year_before(), "2024-02-29"), "2023-02-28");
        assert_eq!(beside(only, only.year_before(), "2024-03-01"), "2023-03-01");
    }

    #[test]
    fn a_week_has_a_counterpart_over_whole_weeks_and_a_month_over_a_year() {
        let days = period("2026-11-01", "2026-11-28");
        let odd = period("2026-11-01", "2026-11-30");
        for (days, before, facet, value, counterpart) in [
            (
                days,
                days.before(),
                Facet::Week,
                "2026-11-02",
                Some("2026-10-05"),
            ),
            (odd, odd.before(), Facet::Week, "2026-11-02", None),
            (
                odd,
                odd.weeks_before(),
                Facet::Week,
                "2026-11-02",
                Some("2025-11-03"),
            ),
            (odd, odd.year_before(), Facet::Week, "2026-11-02", None),
            (
                odd,
                odd.year_before(),
                Facet::Month,
                "2026-11",
                Some("2025-11"),
            ),
            (odd, odd.weeks_before(), Facet::Month, "2026-11", None),
            (odd, odd.before(), Facet::Month, "2026-11", None),
            (
                odd,
                odd.before(),
                Facet::Day,
                "2026-11-01",
                Some("2026-10-02"),
            ),
            (odd, odd.before(), Facet::Weekday, "monday", None),
            (
                days,
                days.before(),
                Facet::Weekday,
                "monday",
                Some("monday"),
            ),
            (
                odd,
                odd.weeks_before(),
                Facet::Weekday,
                "monday",
                Some("monday"),
            ),
            (odd, odd.year_before(), Facet::Source, "2026", Some("2026")),
        ] {
            let pairing = Pairing::of(days, before);
            let told = pairing.fits(facet).then(|| pairing.value(facet, value));
            assert_eq!(told.as_deref(), counterpart, "{facet:?} {before:?}");
        }
    }
}
