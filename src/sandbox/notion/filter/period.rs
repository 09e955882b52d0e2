//! Stretches of time that conditions compare with.
use jiff::{SignedDuration, Span, Timestamp, Zoned, civil::Weekday, tz::TimeZone};

use crate::sandbox::notion::value::parse_when;

/// From a moment on until before another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

impl Period {
    /// The day, or the millisecond, that a text names.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let when = parse_when(text, None)?;
        let length = if when.is_day {
            SignedDuration::from_hours(24)
        } else {
            SignedDuration::from_millis(1)
        };
        Some(Self {
            from: when.at,
            until: when.at.checked_add(length).ok()?,
        })
    }

    /// The stretch that one of the vendor's words means at `now`, in UTC.
    pub(crate) fn named(word: &str, now: Timestamp) -> Option<Self> {
        let now = now.to_zoned(TimeZone::UTC);
        let today = now.start_of_day().ok()?;
        let reach = |from: &Zoned, until: &Zoned| Self {
            from: from.timestamp(),
            until: until.timestamp(),
        };
        let away = |span: Span| now.checked_add(span).ok();
        let period = match word {
            "this_week" => {
                let monday = if today.weekday() == Weekday::Monday {
                    today
                } else {
                    today.nth_weekday(-1, Weekday::Monday).ok()?
                };
                reach(&monday, &monday.checked_add(Span::new().weeks(1)).ok()?)
            }
            "past_week" => reach(&away(Span::new().weeks(-1))?, &now),
            "past_month" => reach(&away(Span::new().months(-1))?, &now),
            "past_year" => reach(&away(Span::new().years(-1))?, &now),
            "next_week" => reach(&now, &away(Span::new().weeks(1))?),
            "next_month" => reach(&now, &away(Span::new().months(1))?),
            "next_year" => reach(&now, &away(Span::new().years(1))?),
            _ => return None,
        };
        Some(period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_lasts_until_the_next_one_begins() {
        let day = Period::read("2026-03-01").unwrap();
        assert_eq!(
            (day.from, day.until),
            (at("2026-03-01T00:00:00Z"), at("2026-03-02T00:00:00Z"))
        );
        assert_eq!(Period::read("soon"), None);
    }

    #[test]
    fn this_week_begins_on_its_monday() {
        let monday = at("2026-11-23T00:00:00Z");
        for now in [
            "2026-11-23T00:00:00Z",
            "2026-11-26T12:00:00Z",
            "2026-11-29T23:59:59Z",
        ] {
            assert_eq!(
                Period::named("this_week", at(now)).unwrap().from,
                monday,
                "{now}"
            );
        }
    }
}
