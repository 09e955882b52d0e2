//! Reads which days are asked for.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

/// So many days are told of when nobody says which.
const UNASKED: i64 = 28;
/// So many at most.
const MOST: i64 = 366;
/// A year of whole weeks has so many days.
const YEAR_OF_WEEKS: i64 = 364;
/// So many years back they may begin.
const YEARS: i64 = 2;

/// Days of a site's zone, the first and the last among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

/// Why days cannot be asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPeriod {
    /// A text is none.
    #[error("{0}: it is no day; one is written 2026-11-27")]
    NoDay(&'static str),
    /// The end lies before the beginning.
    #[error("to: {last} is before {first}, with which from begins")]
    Backwards {
        /// The beginning.
        first: Date,
        /// The end.
        last: Date,
    },
    /// There are too many.
    #[error("to: {0} days are asked for, and 366 at most can be")]
    TooLong(i64),
    /// They begin too long ago.
    #[error(
        "from: {first} is more than 2 years back; {earliest} is the first day that can be asked for"
    )]
    TooEarly {
        /// The beginning.
        first: Date,
        /// The first day that would do.
        earliest: Date,
    },
    /// They are yet to come.
    #[error("{name}: {day} is yet to come; it is {today} at the site")]
    InFuture {
        /// Which of both.
        name: &'static str,
        /// The day.
        day: Date,
        /// The day that it is.
        today: Date,
    },
}

impl BadPeriod {
    /// Which of both days is not acceptable.
    pub fn path(&self) -> &'static str {
        match self {
            Self::NoDay(name) | Self::InFuture { name, .. } => name,
            Self::Backwards { .. } | Self::TooLong(_) => "to",
            Self::TooEarly { .. } => "from",
        }
    }

    /// Why, without saying which.
    pub fn reason(&self) -> String {
        let told = self.to_string();
        let reason = told.split_once(": ").map(|(_, reason)| reason.to_owned());
        reason.unwrap_or(told)
    }
}

impl Period {
    /// The days that two texts ask for, of which none lies behind `today`.
    pub fn read(from: Option<&str>, to: Option<&str>, today: Date) -> Result<Self, BadPeriod> {
        let last = day("to", to)?.unwrap_or(today);
        let first = match day("from", from)? {
            Some(first) => first,
            None => moved(last, 1 - UNASKED),
        };
        for (name, day) in [("from", first), ("to", last)] {
            if day > today {
                return Err(BadPeriod::InFuture { name, day, today });
            }
        }
        if last < first {
            return Err(BadPeriod::Backwards { first, last });
        }
        let period = Self { first, last };
        if period.days() > MOST {
            return Err(BadPeriod::TooLong(period.days()));
        }
        let earliest = today.saturating_sub(YEARS.years());
        if first < earliest {
            return Err(BadPeriod::TooEarly { first, earliest });
        }
        Ok(period)
    }

    /// How many there are.
    pub fn days(self) -> i64 {
        let span = self.first.until(self.last);
        span.map_or(0, |span| i64::from(span.get_days())) + 1
    }

    /// As many days, right before these.
    #[must_use]
    pub fn before(self) -> Self {
        let by = -self.days();
        Self {
            first: moved(self.first, by),
            last: moved(self.last, by),
        }
    }

    /// The same days of the week a year before: 52 weeks.
    #[must_use]
    pub fn weeks_before(self) -> Self {
        Self {
            first: moved(self.first, -YEAR_OF_WEEKS),
            last: moved(self.last, -YEAR_OF_WEEKS),
        }
    }

    /// The same days a year before; the last day of February stands for the 29th.
    #[must_use]
    pub fn year_before(self) -> Self {
        Self {
            first: self.first.saturating_sub(1.year()),
            last: self.last.saturating_sub(1.year()),
        }
    }
}

fn moved(day: Date, by: i64) -> Date {
    day.saturating_add(Span::new().days(by))
}

fn day(name: &'static str, given: Option<&str>) -> Result<Option<Date>, BadPeriod> {
    let Some(given) = given else {
        return Ok(None);
    };
    let day = given.parse::<Date>().ok();
    // One day has one spelling.
    let day = day.filter(|day| day.to_string() == given);
    day.map(Some).ok_or(BadPeriod::NoDay(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 27);

    fn read(from: &str, to: &str) -> Result<Period, BadPeriod> {
        let given = |text: &'static str| (!text.is_empty()).then_some(text);
        let (from, to) = (from.to_owned().leak(), to.to_owned().leak());
        Period::read(given(from), given(to), TODAY)
    }

    #[test]
    fn the_last_28_days_are_told_of_when_nobody_says_which() {
        for (from, to, first, last) in [
            ("", "", "2026-10-31", "2026-11-27"),
            ("2026-11-01", "", "2026-11-01", "2026-11-27"),
            ("", "2026-11-10", "2026-10-14", "2026-11-10"),
            ("2026-11-27", "2026-11-27", "2026-11-27", "2026-11-27"),
            ("2024-11-27", "2025-11-27", "2024-11-27", "2025-11-27"),
        ] {
            let period = read(from, to).unwrap();
            assert_eq!(
                (period.first.to_string(), period.last.to_string()),
                (first.into(), last.into())
            );
        }
    }

    #[test]
    fn each_rule_has_its_own_words() {
        for (from, to, word) in [
            ("2026-11-31", "", "from: it is no day"),
            ("", "27.11.2026", "to: it is no day"),
            ("", "2026-11-27T00:00", "to: it is no day"),
            ("2026-11-02", "2026-11-01", "is before"),
            ("2025-11-26", "2026-11-27", "367 days"),
            ("2024-11-26", "2024-12-01", "2 years"),
            (
                "2026-11-28",
                "2026-11-28",
                "from: 2026-11-28 is yet to come",
            ),
            ("2026-11-01", "2026-11-28", "to: 2026-11-28 is yet to come"),
        ] {
            let told = read(from, to).unwrap_err().to_string();
            assert!(told.contains(word), "{from} {to}: {told}");
        }
    }

    #[test]
    fn what_it_is_compared_with_is_as_long_or_a_year_before() {
        let period = read("2026-11-01", "2026-11-27").unwrap();
        assert_eq!(period.before(), read_any("2026-10-05", "2026-10-31"));
        assert_eq!(period.year_before(), read_any("2025-11-01", "2025-11-27"));
        assert_eq!(period.weeks_before(), read_any("2025-11-02", "2025-11-28"));
        let leap = read_any("2024-02-29", "2024-02-29");
        assert_eq!(leap.year_before(), read_any("2023-02-28", "2023-02-28"));
    }

    fn read_any(first: &str, last: &str) -> Period {
        Period {
            first: first.parse().unwrap(),
            last: last.parse().unwrap(),
        }
    }
}
