//! A plain count of events, one figure at a time, to which the ledger must come.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::ToSpan as _;

use super::*;

/// The events that were kept, by their ids, and the ids of those that were taken out again.
#[derive(Clone, Default)]
pub(super) struct Model(HashMap<[u8; 16], Event>, HashSet<[u8; 16]>);

impl Model {
    /// Keeps what is new, and says how many of them there were.
    pub(super) fn append(&mut self, events: &[Event]) -> u32 {
        let before = self.0.len();
        for event in events.iter().filter(|event| !self.1.contains(&event.id)) {
            self.0.entry(event.id).or_insert_with(|| event.clone());
        }
        u32::try_from(self.0.len() - before).unwrap()
    }

    /// Takes a visitor's events out, and says how many there were.
    pub(super) fn erase(&mut self, visitor: u64) -> u64 {
        let taken = self.0.extract_if(|_, event| event.visitor == visitor);
        let taken: Vec<[u8; 16]> = taken.map(|(id, _)| id).collect();
        self.1.extend(&taken);
        taken.len() as u64
    }

    /// The events of each day.
    pub(super) fn by_day(&self, zone: &TimeZone, days: Days) -> BTreeMap<civil::Date, Vec<Event>> {
        let date = |event: &Event| zone.to_datetime(at(event.at)).date();
        let mut by_day: BTreeMap<civil::Date, Vec<Event>> = BTreeMap::new();
        let mut day = days.first;
        while day <= days.last {
            by_day.insert(day, Vec::new());
            day = day.tomorrow().unwrap();
        }
        for event in self.0.values() {
            if let Some(events) = by_day.get_mut(&date(event)) {
                events.push(event.clone());
            }
        }
        by_day
    }

    pub(super) fn overview(&self, zone: &TimeZone, days: Days) -> Overview {
        let by_day = self.by_day(zone, days);
        let visits: Vec<Vec<Event>> = by_day.values().flat_map(|events| visits(events)).collect();
        Overview {
            totals: totals(&visits, |_| true),
            days: by_day
                .iter()
                .map(|(day, events)| (*day, totals(&self::visits(events), |_| true)))
                .collect(),
            hours: (days.first == days.last).then(|| hours(zone, days.first, &visits)),
            tables: Dimension::ALL.map(|dimension| table(dimension, &visits)),
        }
    }
}

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

/// The visits of one day.
pub(super) fn visits(events: &[Event]) -> Vec<Vec<Event>> {
    let mut of_visitors: HashMap<u64, Vec<Event>> = HashMap::new();
    for event in events {
        of_visitors
            .entry(event.visitor)
            .or_default()
            .push(event.clone());
    }
    let mut visits: Vec<Vec<Event>> = Vec::new();
    for mut events in of_visitors.into_values() {
        events.sort_by_key(|event| (event.at, event.id));
        let mut last = None;
        for event in events {
            if last.is_none_or(|last| event.at - last >= 30 * 60 * 1000) {
                visits.push(Vec::new());
            }
            last = Some(event.at);
            visits.last_mut().unwrap().push(event);
        }
    }
    visits
}

/// What the events come to that `of` is told of, and the visits that have one of them.
pub(super) fn totals(visits: &[Vec<Event>], of: impl Fn(&Event) -> bool) -> Totals {
    let mut totals = Totals::default();
    let mut visitors = HashSet::new();
    for visit in visits.iter().filter(|visit| visit.iter().any(&of)) {
        totals.visits += 1;
        totals.bounces += u64::from(visit.len() == 1);
        for (place, event) in visit.iter().enumerate().filter(|(_, event)| of(event)) {
            visitors.insert(event.visitor);
            totals.events += 1;
            totals.views += u64::from(&*event.name == "page_view");
            totals.conversions += u64::from(["lead", "purchase"].contains(&&*event.name));
            if &*event.name == "purchase" {
                totals.purchases += 1;
                totals.revenue_micros += event.value.unwrap_or(0);
            }
            if let Some(next) = visit.get(place + 1) {
                totals.engaged_ms += u64::try_from(next.at - event.at).unwrap();
            }
        }
    }
    totals.visitors = visitors.len() as u64;
    totals
}

fn hours(zone: &TimeZone, day: civil::Date, visits: &[Vec<Event>]) -> Vec<(Timestamp, Totals)> {
    let midnight = |day: civil::Date| day.to_zoned(zone.clone()).unwrap().timestamp();
    let end = midnight(day.tomorrow().unwrap());
    let mut hours = Vec::new();
    let mut from = midnight(day);
    while from < end {
        let to = from + 1.hour();
        let within = |event: &Event| (from..to).contains(&at(event.at));
        let mut hour = totals(visits, within);
        let begun = visits.iter().filter(|visit| within(&visit[0]));
        let begun: Vec<Vec<Event>> = begun.cloned().collect();
        let of_begun = totals(&begun, |_| true);
        hour.visits = of_begun.visits;
        hour.bounces = of_begun.bounces;
        hour.engaged_ms = of_begun.engaged_ms;
        hours.push((from, hour));
        from = to;
    }
    hours
}

fn table(dimension: Dimension, visits: &[Vec<Event>]) -> Table {
    let value = |event: &Event| -> Box<str> {
        match dimension {
            Dimension::Channel => event.channel.name().into(),
            Dimension::Source => event.source.clone(),
            Dimension::Medium => event.medium.clone(),
            Dimension::Campaign => event.campaign.clone(),
            Dimension::Referrer => event.referrer.clone(),
            Dimension::Device => event.device.name().into(),
            Dimension::LandingPage | Dimension::Page => event.page.clone(),
            Dimension::EventName => event.name.clone(),
        }
    };
    let mut values: HashSet<Box<str>> = HashSet::new();
    let of_visit = !matches!(dimension, Dimension::Page | Dimension::EventName);
    for visit in visits {
        if of_visit {
            values.insert(value(&visit[0]));
        } else {
            values.extend(visit.iter().map(value));
        }
    }
    let line = |of: Box<str>| {
        let totals = if of_visit {
            let of_it = visits.iter().filter(|visit| value(&visit[0]) == of);
            totals(&of_it.cloned().collect::<Vec<_>>(), |_| true)
        } else {
            totals(visits, |event| value(event) == of)
        };
        Line { value: of, totals }
    };
    Table {
        total: values.len() as u64,
        lines: values.into_iter().map(line).collect(),
    }
}

/// Without the order of the lines, which rests on who came first where figures are the same.
pub(super) fn unordered(mut overview: Overview) -> Overview {
    for table in &mut overview.tables {
        table
            .lines
            .sort_by(|one, other| one.value.cmp(&other.value));
    }
    overview
}
