//! Days of a site's zone: when they begin and end, and what they are called in keys.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, civil};

use crate::store::{BadKey, Key};

/// Days in a row, the first and the last included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Days {
    pub(crate) first: civil::Date,
    pub(crate) last: civil::Date,
}

/// A day, counted from the first of 1970.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub(super) struct Day(pub(super) i32);

/// A calendar month, counted from January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Month(pub(super) i32);

/// When a day begins and ends, in milliseconds since 1970: 24 hours apart but where the clocks are
/// changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) day: Day,
    pub(super) from: i64,
    pub(super) to: i64,
}

const EPOCH: civil::Date = civil::date(1970, 1, 1);
pub(super) const HOUR: i64 = 3_600_000;
/// No day has more hours: where the date line was moved, one was lived through twice.
const MOST_HOURS: i64 = 50;

impl Day {
    pub(super) fn of(date: civil::Date) -> Self {
        let days = date.duration_since(EPOCH).as_hours() / 24;
        Self(i32::try_from(days).expect("the calendar has fewer days"))
    }

    /// The first of all.
    pub(super) fn earliest() -> Self {
        Self::of(civil::Date::MIN)
    }

    pub(super) fn date(self) -> civil::Date {
        EPOCH.saturating_add(i64::from(self.0).days())
    }

    pub(super) fn month(self) -> Month {
        let date = self.date();
        Month(i32::from(date.year()) * 12 + i32::from(date.month()) - 1)
    }

    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

impl Month {
    /// Its first day.
    pub(super) fn first(self) -> Day {
        let year = i16::try_from(self.0.div_euclid(12)).unwrap_or(i16::MAX);
        let month = i8::try_from(self.0.rem_euclid(12) + 1).unwrap_or(1);
        Day::of(civil::Date::new(year, month, 1).unwrap_or(civil::Date::MAX))
    }

    /// Its last day.
    pub(super) fn last(self) -> Day {
        Day(Self(self.0 + 1).first().0 - 1)
    }
}

impl Span {
    /// The day of a date.
    pub(super) fn of(zone: &TimeZone, date: civil::Date) -> Self {
        let tomorrow = date.saturating_add(1.day());
        Self {
            day: Day::of(date),
            from: start(zone, date),
            to: start(zone, tomorrow),
        }
    }

    /// The day that holds a moment.
    pub(super) fn at(zone: &TimeZone, at: i64) -> Self {
        let moment = Timestamp::from_millisecond(at).unwrap_or(if at < 0 {
            Timestamp::MIN
        } else {
            Timestamp::MAX
        });
        let mut span = Self::of(zone, zone.to_datetime(moment).date());
        // A clock that is set back across midnight shows a date again that is over.
        while at >= span.to && span.day.date() < civil::Date::MAX {
            span = Self::of(zone, span.day.next().date());
        }
        while at < span.from && span.day.date() > civil::Date::MIN {
            span = Self::of(zone, Day(span.day.0 - 1).date());
        }
        span
    }

    /// How many hours it has; the last may be cut short.
    pub(super) fn hours(&self) -> usize {
        let hours = (self.to - self.from + HOUR - 1) / HOUR;
        usize::try_from(hours.clamp(0, MOST_HOURS)).unwrap_or(0)
    }

    /// In which of its hours a moment lies.
    pub(super) fn hour(&self, at: i64) -> usize {
        let hour = usize::try_from((at - self.from) / HOUR).unwrap_or(0);
        hour.min(self.hours().saturating_sub(1))
    }
}

/// The first moment of a date.
fn start(zone: &TimeZone, date: civil::Date) -> i64 {
    let midnight = date.to_zoned(zone.clone());
    midnight.map_or(i64::MAX, |midnight| midnight.timestamp().as_millisecond())
}

/// As 32 bits whose order is the order of the days.
fn ordered(number: i32) -> u32 {
    number.cast_unsigned() ^ (1 << 31)
}

impl Key for Day {
    fn write(&self, out: &mut Vec<u8>) {
        ordered(self.0).write(out);
    }

    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        u32::read(bytes).map(|bits| Self((bits ^ (1 << 31)).cast_signed()))
    }
}

impl Key for Month {
    fn write(&self, out: &mut Vec<u8>) {
        ordered(self.0).write(out);
    }

    fn read(bytes: &mut &[u8]) -> Result<Self, BadKey> {
        u32::read(bytes).map(|bits| Self((bits ^ (1 << 31)).cast_signed()))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn a_day_has_23_25_or_24_hours() {
        for (name, day, hours) in [
            ("Europe/Berlin", date(2026, 3, 29), 23),
            ("Europe/Berlin", date(2026, 10, 25), 25),
            ("Europe/Berlin", date(2026, 10, 26), 24),
            ("America/Santiago", date(2026, 9, 6), 23), // midnight itself is skipped
            ("UTC", date(2026, 3, 29), 24),
        ] {
            assert_eq!(Span::of(&zone(name), day).hours(), hours, "{name} {day}");
        }
    }

    #[test]
    fn months_hold_their_days() {
        let february = Day::of(date(2028, 2, 14)).month();
        assert_eq!(february.first().date(), date(2028, 2, 1));
        assert_eq!(february.last().date(), date(2028, 2, 29));
        assert_eq!(Day::of(date(1969, 12, 31)), Day(-1));
    }

    proptest! {
        #[test]
        fn every_moment_lies_in_one_day(
            at in 0..4_000_000_000_000_i64,
            name in prop::sample::select(vec![
                "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu",
                "America/St_Johns", "Pacific/Apia", "UTC",
            ]),
        ) {
            let zone = zone(name);
            let span = Span::at(&zone, at);
            prop_assert!((span.from..span.to).contains(&at));
            prop_assert_eq!(span, Span::of(&zone, span.day.date()));
            prop_assert!(span.hour(at) < span.hours());
        }

        #[test]
        fn the_order_of_keys_is_the_order_of_days(a: i32, b: i32) {
            prop_assert_eq!(a.cmp(&b), Day(a).bytes().cmp(&Day(b).bytes()));
            prop_assert_eq!(Day::read(&mut Day(a).bytes().as_slice()), Ok(Day(a)));
        }
    }
}
