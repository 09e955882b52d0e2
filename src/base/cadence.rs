//! Tells when something is due again: every hour, day or week, or by a cron pattern, in a time zone.

use std::collections::BTreeSet;
use std::fmt::{Display, Formatter, Result as Shown};
use std::str::FromStr;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// When something is due, again and again, to the minute.
///
/// Clocks that change are met as by cron: a time of day that is skipped is due when the gap ends,
/// one that comes twice is due once, and what is due every hour or minute goes on through both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cadence {
    when: When,
    /// The zone's name in the IANA database.
    zone: String,
}

/// How often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Every hour at this minute, 0 to 59.
    Hour(u8),
    /// Every day.
    Day(TimeOfDay),
    /// On some days of the week.
    Week(BTreeSet<Weekday>, TimeOfDay),
    /// By a pattern of five fields: minute, hour, day of the month, month, day of the week.
    Cron(String),
}

/// An hour and a minute, written `06:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "everybody knows them")]
pub enum Weekday {
    Monday = 1,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// What is wrong with a cadence, and which part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct BadCadence {
    /// `minute`, `at`, `days`, `cron` or `zone`.
    pub part: &'static str,
    /// What is wrong, and what would be right.
    pub what: String,
}

impl Cadence {
    /// Errs when the parts are out of range, when the zone is unknown, and when it is never due.
    pub fn new(when: When, zone: &str) -> Result<Self, BadCadence> {
        let bad = |part, what| Err(BadCadence { part, what });
        if let When::Hour(minute @ 60..) = when {
            return bad(
                "minute",
                format!("{minute} is no minute; there are 0 to 59"),
            );
        }
        if matches!(&when, When::Week(days, _) if days.is_empty()) {
            return bad("days", "name at least one day of the week".into());
        }
        let zone = zone.trim();
        let found = TimeZone::get(zone).ok();
        // The database has names without case; the one that is kept is the database's own.
        let Some(zone) = found.as_ref().and_then(TimeZone::iana_name) else {
            let what =
                format!("{zone:?} is no time zone; one is called Europe/Berlin, another UTC");
            return bad("zone", what);
        };
        let cadence = Self {
            when,
            zone: zone.to_owned(),
        };
        match cadence.pattern() {
            Err(error) => bad("cron", misread(&cadence.when.to_string(), &error)),
            Ok(_) if cadence.after(Timestamp::UNIX_EPOCH).is_none() => {
                bad("cron", "it is never due".into())
            }
            Ok(_) => Ok(cadence),
        }
    }

    /// How often.
    pub fn when(&self) -> &When {
        &self.when
    }

    /// The zone's name in the IANA database.
    pub fn zone(&self) -> &str {
        &self.zone
    }

    /// The first time after `at`; none when there is none any more.
    pub fn after(&self, at: Timestamp) -> Option<Timestamp> {
        let pattern = self.pattern().ok()?;
        let zone = TimeZone::get(&self.zone).ok()?;
        let at = at.to_zoned(zone);
        let next = pattern.find_next_occurrence(&at, false).ok()?;
        Some(next.timestamp())
    }

    /// The times after `at`, the next one first.
    pub fn upcoming(&self, at: Timestamp) -> impl Iterator<Item = Timestamp> + use<> {
        // The pattern is read once, however many times are wanted of it.
        let known = self.pattern().ok().zip(TimeZone::get(&self.zone).ok());
        let next = move |at: Timestamp| {
            let (pattern, zone) = known.as_ref()?;
            let at = at.to_zoned(zone.clone());
            let next = pattern.find_next_occurrence(&at, false).ok()?;
            Some(next.timestamp())
        };
        std::iter::successors(next(at), move |last| next(*last))
    }

    /// A moment as the clocks in the zone show it.
    pub fn local(&self, at: Timestamp) -> Zoned {
        let zone = TimeZone::get(&self.zone).unwrap_or(TimeZone::UTC);
        at.to_zoned(zone)
    }

    fn pattern(&self) -> Result<Cron, CronError> {
        parse(&self.when.to_string())
    }
}

fn parse(pattern: &str) -> Result<Cron, CronError> {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    parser.parse(pattern)
}

/// The fields of a pattern with what each may be.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0 to 59"),
    ("hour", "0 to 23"),
    ("day of the month", "1 to 31"),
    ("month", "1 to 12 or JAN to DEC"),
    ("day of the week", "0 to 7 or SUN to SAT"),
];

/// Which field of a pattern is wrong: the parser speaks of positions in a field that it does not
/// name.
fn misread(pattern: &str, error: &CronError) -> String {
    let fields: Vec<&str> = pattern.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        let number = fields.len();
        return format!("it has {number} of the five fields, which look like 30 6 * * 1-5");
    }
    let alone = |at: usize| {
        let mut all = ["*"; FIELDS.len()];
        all[at] = fields[at];
        parse(&all.join(" ")).is_err()
    };
    match (0..FIELDS.len()).find(|at| alone(*at)) {
        Some(at) => {
            let ((name, range), found) = (FIELDS[at], fields[at]);
            format!("the {name} {found:?} cannot be read; it is {range}, or *, as in 30 6 * * 1-5")
        }
        None => format!("it cannot be read: {error}"),
    }
}

impl Display for When {
    /// As a pattern for cron.
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        match self {
            Self::Hour(minute) => write!(f, "{minute} * * * *"),
            Self::Day(at) => write!(f, "{} {} * * *", at.minute, at.hour),
            Self::Week(days, at) => {
                let days: Vec<_> = days.iter().map(|day| (*day as u8).to_string()).collect();
                write!(f, "{} {} * * {}", at.minute, at.hour, days.join(","))
            }
            Self::Cron(pattern) => f.write_str(pattern),
        }
    }
}

impl FromStr for TimeOfDay {
    type Err = BadCadence;

    fn from_str(text: &str) -> Result<Self, BadCadence> {
        let number = |part: &str, least: usize| {
            let digits =
                (least..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<u8>().ok()).flatten()
        };
        let parts = text.trim().split_once(':');
        let read = parts.and_then(|(hour, minute)| Some((number(hour, 1)?, number(minute, 2)?)));
        match read {
            Some((hour @ 0..=23, minute @ 0..=59)) => Ok(Self { hour, minute }),
            _ => Err(BadCadence {
                part: "at",
                what: format!(
                    "{text:?} is no time of day; one is written 06:30, the last is 23:59"
                ),
            }),
        }
    }
}

impl Display for TimeOfDay {
    fn fmt(&self, f: &mut Formatter<'_>) -> Shown {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl Weekday {
    /// All of them, in the order of the week.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// Its name, in English and in small letters.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Tuesday => "tuesday",
            Self::Wednesday => "wednesday",
            Self::Thursday => "thursday",
            Self::Friday => "friday",
            Self::Saturday => "saturday",
            Self::Sunday => "sunday",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> TimeOfDay {
        text.parse().unwrap()
    }

    /// The next times after `from`, as the clocks in the zone show them.
    fn next(when: When, zone: &str, from: &str, count: usize) -> Vec<String> {
        let cadence = Cadence::new(when, zone).unwrap();
        let times = cadence.upcoming(from.parse().unwrap()).take(count);
        times
            .map(|at| cadence.local(at).strftime("%m-%d %H:%M %:z").to_string())
            .collect()
    }

    #[test]
    fn each_kind_is_due_when_it_says() {
        let from = "2027-01-15T11:07:30Z"; // a Friday
        let hour = next(When::Hour(5), "UTC", from, 2);
        assert_eq!(hour, ["01-15 12:05 +00:00", "01-15 13:05 +00:00"]);
        let day = next(When::Day(at("6:30")), "Europe/Berlin", from, 2);
        assert_eq!(day, ["01-16 06:30 +01:00", "01-17 06:30 +01:00"]);
        let days = [Weekday::Monday, Weekday::Sunday].into();
        let week = next(When::Week(days, at("23:59")), "Asia/Kolkata", from, 3);
        assert_eq!(
            week,
            [
                "01-17 23:59 +05:30",
                "01-18 23:59 +05:30",
                "01-24 23:59 +05:30"
            ]
        );
        let cron = next(When::Cron("*/20 9-10 * * 1-5".into()), "UTC", from, 2);
        assert_eq!(cron, ["01-18 09:00 +00:00", "01-18 09:20 +00:00"]);
    }

    #[test]
    fn the_field_of_a_pattern_that_is_wrong_is_named() {
        for (pattern, told) in [
            ("61 6 * * *", "the minute \"61\" cannot"),
            ("0 25 * * *", "the hour \"25\" cannot"),
            ("0 6 * 13 *", "the month \"13\" cannot"),
            ("0 6 * * 1-9", "the day of the week \"1-9\" cannot"),
            ("0 6 * *", "it has 4 of the five fields"),
        ] {
            let error = Cadence::new(When::Cron(pattern.into()), "UTC").unwrap_err();
            assert!(error.what.starts_with(told), "{pattern}: {}", error.what);
        }
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_due_when_the_gap_ends() {
        let day = When::Day(at("02:30"));
        let times = next(day, "Europe/Berlin", "2027-03-27T12:00:00Z", 2);
        assert_eq!(times, ["03-28 03:00 +02:00", "03-29 02:30 +02:00"]);
    }

    #[test]
    fn a_time_that_comes_twice_is_due_once() {
        let day = When::Day(at("02:30"));
        let times = next(day, "Europe/Berlin", "2027-10-30T12:00:00Z", 2);
        assert_eq!(times, ["10-31 02:30 +02:00", "11-01 02:30 +01:00"]);
    }

    #[test]
    fn days_have_23_25_and_24_hours() {
        for (from, hours) in [
            ("2027-03-27T23:00:00Z", 23),
            ("2027-10-30T22:00:00Z", 25),
            ("2027-06-01T22:00:00Z", 24),
        ] {
            let hourly = Cadence::new(When::Hour(0), "Europe/Berlin").unwrap();
            let from = from.parse().unwrap();
            let midnight = hourly
                .local(from)
                .tomorrow()
                .unwrap()
                .start_of_day()
                .unwrap();
            let due = hourly
                .upcoming(from)
                .take_while(|at| *at <= midnight.timestamp());
            assert_eq!(due.count(), hours, "{from}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused_with_its_part() {
        let utc = |when| Cadence::new(when, "UTC").unwrap_err();
        assert_eq!(utc(When::Hour(60)).part, "minute");
        assert_eq!(utc(When::Week(BTreeSet::new(), at("1:00"))).part, "days");
        for pattern in [
            "",
            "* * * *",
            "* * * * * *",
            "61 * * * *",
            "soon",
            "0 0 30 2 *",
        ] {
            assert_eq!(utc(When::Cron(pattern.into())).part, "cron", "{pattern}");
        }
        for zone in ["", "Berlin", "Mars/Olympus"] {
            assert_eq!(
                Cadence::new(When::Hour(0), zone).unwrap_err().part,
                "zone",
                "{zone}"
            );
        }
        for time in ["24:00", "6", "6:5", "06:60", "-1:00", "06:30:00"] {
            assert!(time.parse::<TimeOfDay>().is_err(), "{time}");
        }
    }

    #[test]
    fn a_zone_is_kept_as_the_database_spells_it() {
        let cadence = Cadence::new(When::Hour(0), "europe/berlin").unwrap();
        assert_eq!(cadence.zone(), "Europe/Berlin");
    }
}
