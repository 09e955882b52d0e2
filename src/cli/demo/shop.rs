//! Invents a year of a shop: visits that have their weekdays, seasons, campaigns and whims.
//!
//! The same day gives the same year: it is drawn from a seed, and nothing of it ever happened.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// Days that are invented, the present one included.
const DAYS: i32 = 366;
const SEED: u64 = 0x57E1_6B81_D6E5_5EED;
/// Those who come again.
const REGULARS: u64 = 4_000;

pub(super) const HEAD: &str = "name,id,at,visitor,url,referrer,value,currency,user_agent\n";

/// The way on which somebody comes.
struct Source {
    /// What the address of the first page says.
    query: &'static str,
    referrer: &'static str,
    /// How many of a thousand visits come so.
    visits: u64,
    /// How many of a thousand of those buy.
    buyers: u64,
}

const SOURCES: [Source; 9] = [
    source("", "", 230, 32),
    source("", "https://www.google.com/", 310, 21),
    source(
        "?gclid=sample&utm_campaign=brand",
        "https://www.google.com/",
        120,
        38,
    ),
    source(
        "?utm_source=newsletter&utm_medium=email&utm_campaign=monthly",
        "",
        90,
        55,
    ),
    source(
        "?utm_source=facebook&utm_medium=paid_social&utm_campaign=spring",
        "https://www.facebook.com/",
        80,
        12,
    ),
    source("", "https://www.instagram.com/", 60, 8),
    source("", "https://blog.example/", 50, 17),
    source(
        "?utm_source=partner&utm_medium=affiliate",
        "https://deals.example/",
        40,
        41,
    ),
    source("", "https://duckduckgo.com/", 20, 25),
];

const PAGES: [&str; 10] = [
    "/",
    "/",
    "/shoes",
    "/shoes/trail",
    "/shoes/road",
    "/jackets",
    "/sale",
    "/guides/sizes",
    "/about",
    "/help",
];

const BROWSERS: [&str; 5] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0",
    "Mozilla/5.0 (Android 15; Mobile; rv:144.0) Gecko/144.0 Firefox/144.0",
    "Mozilla/5.0 (Android 15; Tablet; rv:145.0) Gecko/145.0 Firefox/145.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
];

/// Of a thousand visits, how many begin in each hour.
const HOURS: [u64; 24] = [
    9, 5, 3, 2, 3, 6, 14, 28, 42, 50, 54, 56, 58, 54, 52, 52, 55, 60, 68, 78, 86, 80, 56, 29,
];

const fn source(query: &'static str, referrer: &'static str, visits: u64, buyers: u64) -> Source {
    Source {
        query,
        referrer,
        visits,
        buyers,
    }
}

/// Chance that is the same each time (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// One of `many`.
    fn of(&mut self, many: u64) -> u64 {
        self.next() % many
    }

    /// One of some texts.
    fn one(&mut self, texts: &[&'static str]) -> &'static str {
        let place = self.of(texts.len() as u64);
        texts[usize::try_from(place).unwrap_or(0)]
    }

    /// The place of the share, of a thousand, that is hit.
    fn share(&mut self, shares: impl Iterator<Item = u64>) -> usize {
        let mut left = self.of(1_000);
        for (place, share) in shares.enumerate() {
            match left.checked_sub(share) {
                Some(rest) => left = rest,
                None => return place,
            }
        }
        0
    }
}

/// The events up to now as CSV, in the order of their days.
pub(super) fn year(now: Timestamp, zone: &TimeZone) -> String {
    let today = now.to_zoned(zone.clone()).date();
    let mut file = HEAD.to_owned();
    for ago in (0..DAYS).rev() {
        let day = today.saturating_sub(ago.days());
        let midnight = day
            .to_zoned(zone.clone())
            .map(|midnight| midnight.timestamp());
        let Ok(midnight) = midnight else { continue };
        let mut visits = Visits {
            day,
            midnight,
            now,
            dice: Dice(
                SEED ^ u64::from(day.day_of_year().unsigned_abs()) << 32
                    ^ u64::from(day.year().unsigned_abs()),
            ),
            file: &mut file,
        };
        for visit in 0..visits.count(ago) {
            visits.invent(visit);
        }
    }
    file
}

/// Somebody who visits the shop.
struct Person {
    visitor: String,
    /// Of the day.
    second: u64,
    agent: &'static str,
}

/// The visits of one day.
struct Visits<'a> {
    day: Date,
    midnight: Timestamp,
    now: Timestamp,
    dice: Dice,
    file: &'a mut String,
}

impl Visits<'_> {
    /// How many there are: fewer at weekends, more before Christmas and from month to month.
    fn count(&mut self, ago: i32) -> u64 {
        let weekday = [100, 104, 106, 103, 98, 78, 84]
            [usize::from(self.day.weekday().to_monday_zero_offset().unsigned_abs())];
        let season = match self.day.month() {
            11 | 12 => 145,
            1 | 2 => 85,
            7 | 8 => 92,
            _ => 100,
        };
        let grown = 60 + u64::from((DAYS - ago).unsigned_abs()) / 6;
        let whim = 85 + self.dice.of(31);
        grown * weekday * season * whim / 1_000_000
    }

    fn invent(&mut self, visit: u64) {
        let source = &SOURCES[self.dice.share(SOURCES.iter().map(|source| source.visits))];
        let hour = self.dice.share(HOURS.into_iter());
        let mut person = Person {
            visitor: match self.dice.of(10) {
                0..4 => format!("regular-{}", self.dice.of(REGULARS)),
                _ => format!("{}-{visit}", self.day),
            },
            second: u64::try_from(hour).unwrap_or(0) * 3_600 + self.dice.of(3_600),
            agent: self.dice.one(&BROWSERS),
        };
        let pages = 1 + self.dice.of(3) * self.dice.of(3) + self.dice.of(2);
        for page in 0..pages {
            let path = self.dice.one(&PAGES);
            let event = format!("page_view,{}-{visit}-{page}", self.day);
            match page {
                0 => {
                    let url = format!("{path}{}", source.query);
                    self.write(&event, &person, [&url, source.referrer, ","]);
                }
                _ => self.write(&event, &person, [path, "", ","]),
            }
            person.second += 8 + self.dice.of(90);
        }
        let value = format!("{}.90,EUR", 29 + 10 * self.dice.of(14));
        let (name, path, value) = match self.dice.of(1_000) {
            chance if chance < source.buyers => ("purchase", "/thanks", value.as_str()),
            chance if chance < source.buyers + 25 => ("lead", "/newsletter", ","),
            chance if chance < source.buyers + 160 => ("click", "/shoes/trail", ","),
            _ => return,
        };
        let event = format!("{name},{}-{visit}-{name}", self.day);
        self.write(&event, &person, [path, "", value]);
    }

    /// Writes an event, if it has happened by now.
    fn write(&mut self, event: &str, person: &Person, [url, referrer, value]: [&str; 3]) {
        let at = self.midnight + i64::try_from(person.second).unwrap_or(0).seconds();
        if at > self.now {
            return;
        }
        let Person { visitor, agent, .. } = person;
        let row = format!(
            "{event},{at},{visitor},https://shop.example{url},{referrer},{value},{agent}\n"
        );
        self.file.push_str(&row);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_moment_gives_the_same_year_of_days_that_all_have_visits() {
        let now = "2026-11-27T18:00:00Z".parse().unwrap();
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let file = year(now, &zone);
        assert_eq!(file, year(now, &zone));
        let rows: Vec<Vec<&str>> = file
            .lines()
            .skip(1)
            .map(|row| row.split(',').collect())
            .collect();
        let columns = HEAD.split(',').count();
        assert!(
            rows.iter().all(|row| row.len() == columns),
            "a row has another number of cells"
        );
        let ids: HashSet<&str> = rows.iter().map(|row| row[1]).collect();
        assert_eq!(ids.len(), rows.len(), "an id came twice");
        let time = |row: &[&str]| row[2].parse::<Timestamp>().unwrap();
        assert!(
            rows.iter().all(|row| time(row) <= now),
            "something is yet to happen"
        );
        let days: HashSet<Date> = rows
            .iter()
            .map(|row| time(row).to_zoned(zone.clone()).date())
            .collect();
        assert!(days.len() >= 366, "{} days", days.len());
        for name in ["page_view", "purchase", "lead", "click"] {
            assert!(rows.iter().any(|row| row[0] == name), "{name}");
        }
    }
}
