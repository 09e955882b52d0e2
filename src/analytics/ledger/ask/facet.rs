//! What visits and events are told apart by, in reports and by filters.

use std::sync::Arc;

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use super::super::block::{Column, Text};
use super::super::day::Day;
use crate::analytics::event::{Channel, ClickId, Device};

/// A dimension of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Facet {
    Day,
    Week,
    Month,
    Weekday,
    Hour,
    Channel,
    Source,
    Medium,
    Campaign,
    Term,
    Content,
    LandingPage,
    Page,
    Referrer,
    Device,
    Event,
    ClickId,
}

/// What a dimension divides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Visits: what it says of the first event holds for the whole visit.
    Visit,
    /// Events: a visit may have several of its values.
    Event,
}

/// Where a dimension's values are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strip {
    /// All events of a day have the same.
    Day,
    Hour,
    Channel,
    Device,
    Click,
    Text(Text),
}

impl Facet {
    pub(crate) const ALL: [Self; 17] = [
        Self::Day,
        Self::Week,
        Self::Month,
        Self::Weekday,
        Self::Hour,
        Self::Channel,
        Self::Source,
        Self::Medium,
        Self::Campaign,
        Self::Term,
        Self::Content,
        Self::LandingPage,
        Self::Page,
        Self::Referrer,
        Self::Device,
        Self::Event,
        Self::ClickId,
    ];

    /// Its word in questions and answers.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Weekday => "weekday",
            Self::Hour => "hour",
            Self::Channel => "channel",
            Self::Source => "source",
            Self::Medium => "medium",
            Self::Campaign => "campaign",
            Self::Term => "term",
            Self::Content => "content",
            Self::LandingPage => "landing_page",
            Self::Page => "page",
            Self::Referrer => "referrer",
            Self::Device => "device",
            Self::Event => "event",
            Self::ClickId => "click_id",
        }
    }

    pub(crate) const fn reach(self) -> Reach {
        match self {
            Self::Hour | Self::Page | Self::Event => Reach::Event,
            _ => Reach::Visit,
        }
    }

    /// Whether its values follow each other in time.
    pub(super) const fn is_of_time(self) -> bool {
        matches!(
            self,
            Self::Day | Self::Week | Self::Month | Self::Weekday | Self::Hour
        )
    }

    pub(super) const fn strip(self) -> Strip {
        match self {
            Self::Day | Self::Week | Self::Month | Self::Weekday => Strip::Day,
            Self::Hour => Strip::Hour,
            Self::Channel => Strip::Channel,
            Self::Device => Strip::Device,
            Self::ClickId => Strip::Click,
            Self::Source => Strip::Text(Text::Source),
            Self::Medium => Strip::Text(Text::Medium),
            Self::Campaign => Strip::Text(Text::Campaign),
            Self::Term => Strip::Text(Text::Term),
            Self::Content => Strip::Text(Text::Content),
            Self::LandingPage | Self::Page => Strip::Text(Text::Page),
            Self::Referrer => Strip::Text(Text::Referrer),
            Self::Event => Strip::Text(Text::Name),
        }
    }

    /// The number of a day's value; those of days, weeks and months are the days that they begin
    /// with.
    pub(super) fn of_day(self, day: Day, week_starts: u8) -> u32 {
        let weekday = (day.0 + 3).rem_euclid(7); // 1970 began on a Thursday
        let number = match self {
            Self::Week => day.0 - (weekday - i32::from(week_starts)).rem_euclid(7),
            Self::Month => day.month().first().0,
            Self::Weekday => weekday,
            _ => day.0,
        };
        u32::try_from(number).unwrap_or(0)
    }

    /// What a number is called that is no text's; empty for none.
    pub(super) fn told(self, number: u32) -> Arc<str> {
        let byte = u8::try_from(number).unwrap_or(u8::MAX);
        let day = || Day(i32::try_from(number).unwrap_or(0)).date();
        match self {
            Self::Day | Self::Week => day().to_string().into(),
            Self::Month => day().strftime("%Y-%m").to_string().into(),
            Self::Weekday => weekday(byte).into(),
            Self::Channel => Channel::of_number(byte).map_or("", Channel::name).into(),
            Self::Device => Device::of_number(byte).map_or("", Device::name).into(),
            Self::ClickId => match ClickId::of_number(byte) {
                None | Some(ClickId::None) => "".into(),
                Some(click) => click.name().into(),
            },
            _ => number.to_string().into(),
        }
    }
}

impl Strip {
    /// How many there are.
    pub(super) const MANY: usize = 4 + Text::ALL.len();

    /// Its place among those that have a number for each event; none for what a day has.
    pub(super) fn place(self) -> Option<usize> {
        match self {
            Self::Day => None,
            Self::Hour => Some(0),
            Self::Channel => Some(1),
            Self::Device => Some(2),
            Self::Click => Some(3),
            Self::Text(text) => Some(4 + text as usize),
        }
    }

    /// The column of a block that it is read from.
    pub(super) fn column(self) -> Option<Column> {
        match self {
            Self::Day | Self::Hour => None,
            Self::Channel => Some(Column::Channel),
            Self::Device => Some(Column::Device),
            Self::Click => Some(Column::Click),
            Self::Text(text) => Some(Column::Text(text)),
        }
    }

    /// How many numbers it has, where they are no texts.
    pub(super) fn numbers(self) -> usize {
        match self {
            Self::Day | Self::Text(_) => 0,
            Self::Hour => 24,
            Self::Channel => Channel::ALL.len(),
            Self::Device => Device::ALL.len(),
            Self::Click => ClickId::ALL.len(),
        }
    }
}

/// A weekday's word, counted from Monday.
fn weekday(number: u8) -> &'static str {
    let number = i8::try_from(number).unwrap_or(0);
    match Weekday::from_monday_zero_offset(number).unwrap_or(Weekday::Monday) {
        Weekday::Monday => "monday",
        Weekday::Tuesday => "tuesday",
        Weekday::Wednesday => "wednesday",
        Weekday::Thursday => "thursday",
        Weekday::Friday => "friday",
        Weekday::Saturday => "saturday",
        Weekday::Sunday => "sunday",
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_has_its_week_month_and_weekday() {
        let day = Day::of(date(2026, 11, 27)); // a Friday
        let told = |facet: Facet, starts| facet.told(facet.of_day(day, starts)).to_string();
        for (facet, starts, expected) in [
            (Facet::Day, 0, "2026-11-27"),
            (Facet::Week, 0, "2026-11-23"),
            (Facet::Week, 5, "2026-11-21"),
            (Facet::Week, 6, "2026-11-22"),
            (Facet::Month, 0, "2026-11"),
            (Facet::Weekday, 0, "friday"),
        ] {
            assert_eq!(told(facet, starts), expected, "{facet:?} {starts}");
        }
    }

    #[test]
    fn a_week_begins_on_the_very_day_with_which_weeks_begin() {
        for (day, starts) in [(date(2026, 11, 23), 0), (date(2026, 11, 22), 6)] {
            let number = Facet::Week.of_day(Day::of(day), starts);
            assert_eq!(*Facet::Week.told(number), day.to_string());
        }
    }

    #[test]
    fn every_dimension_has_a_word_of_its_own() {
        let mut names = Facet::ALL.map(Facet::name).to_vec();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Facet::ALL.len());
    }
}
