//! What goes on now, as one would count it by hand.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use jiff::SignedDuration;

use super::super::live::{Conversion, HERE_MINUTES, HOURS, MINUTES, Pace, Ranking};
use super::disk::PlayedDisk;
use super::model::{Model, at, visits};
use super::*;

const MINUTE: i64 = 60_000;

/// By value: how many visitors, and how many views.
type Lines = BTreeMap<String, (u64, u64)>;

fn is_conversion(event: &Event) -> bool {
    ["lead", "purchase"].contains(&&*event.name)
}

fn pace(events: &[&Event], from: i64, to: i64) -> Pace {
    let within = events.iter().filter(|event| (from..to).contains(&event.at));
    let mut pace = Pace::default();
    for event in within {
        pace.events += 1;
        pace.views += u64::from(&*event.name == "page_view");
        pace.conversions += u64::from(is_conversion(event));
    }
    pace
}

fn steps(events: &[&Event], from: i64, each: i64, many: usize) -> Vec<(Timestamp, Pace)> {
    let starts = (0_i64..).map(|place| from + place * each);
    let told = starts.map(|from| (at(from), pace(events, from, from + each)));
    told.take(many).collect()
}

fn lines(events: &[(String, &Event)]) -> Lines {
    let mut lines = Lines::new();
    let mut met = HashSet::new();
    for (value, event) in events {
        let line = lines.entry(value.clone()).or_default();
        line.0 += u64::from(met.insert((value.clone(), event.visitor)));
        line.1 += u64::from(&*event.name == "page_view");
    }
    lines
}

/// Holds a list against all lines that there are: it has the best of them.
fn assert_best(told: &Ranking, mut lines: Lines) {
    assert_eq!(told.total, lines.len() as u64);
    let mut least = (u64::MAX, u64::MAX);
    for line in &told.lines {
        let figures = (line.visitors, line.views);
        assert_eq!(lines.remove(&*line.value), Some(figures), "{told:?}");
        assert!(figures <= least, "{told:?}");
        least = figures;
    }
    assert!(lines.is_empty() || told.lines.len() == 10);
    assert!(lines.values().all(|figures| *figures <= least));
}

fn assert_is_what_goes_on(told: &Live, model: &Model, now: Timestamp) {
    let range = Days {
        first: berlin()
            .to_datetime(now - SignedDuration::from_hours(24))
            .date(),
        last: berlin().to_datetime(now).date(),
    };
    let now = now.as_millisecond();
    let days = model.by_day(&berlin(), range).into_values();
    let happened = |events: Vec<Event>| events.into_iter().filter(|one| one.at <= now);
    let visits: Vec<Vec<Event>> = days
        .flat_map(|events| visits(&happened(events).collect::<Vec<_>>()))
        .collect();
    let events: Vec<&Event> = visits.iter().flatten().collect();
    let minute = now - now % MINUTE;
    let since = minute - before(MINUTES) * MINUTE;
    let hour = now - now % (60 * MINUTE) - before(HOURS) * 60 * MINUTE;
    assert_eq!(told.minutes, steps(&events, since, MINUTE, MINUTES));
    assert_eq!(told.hours, steps(&events, hour, 60 * MINUTE, HOURS));
    let visitors = |since: i64| {
        let recent = events.iter().filter(|event| event.at >= since);
        recent
            .map(|event| event.visitor)
            .collect::<HashSet<_>>()
            .len() as u64
    };
    let here = minute - before(HERE_MINUTES) * MINUTE;
    assert_eq!(told.here, visitors(here));
    assert_eq!(told.active, visitors(since));
    let recent = |value: fn(&Event, &Event) -> Box<str>| {
        let of_visit = |visit: &Vec<Event>| {
            let recent = visit.iter().filter(|event| event.at >= since);
            let told = recent.map(|event| (value(&visit[0], event).to_string(), event.id));
            told.collect::<Vec<_>>()
        };
        let all: Vec<_> = visits.iter().flat_map(of_visit).collect();
        let of_id = |id| *events.iter().find(|event| event.id == id).unwrap();
        lines(
            &all.into_iter()
                .map(|(value, id)| (value, of_id(id)))
                .collect::<Vec<_>>(),
        )
    };
    assert_best(&told.pages, recent(|_, event| event.page.clone()));
    assert_best(
        &told.channels,
        recent(|first, _| first.channel.name().into()),
    );
    assert_best(&told.sources, recent(|first, _| first.source.clone()));
    assert_best(&told.campaigns, recent(|first, _| first.campaign.clone()));
    assert_eq!(told.conversions, conversions(&visits, hour));
}

/// How many steps lie before the last of so many.
fn before(steps: usize) -> i64 {
    i64::try_from(steps).unwrap() - 1
}

/// The latest conversions of visits since a moment.
fn conversions(visits: &[Vec<Event>], since: i64) -> Vec<Conversion> {
    let mut converted: Vec<(&Event, &Event)> = visits
        .iter()
        .flat_map(|visit| visit.iter().map(move |event| (event, &visit[0])))
        .filter(|(event, _)| is_conversion(event) && event.at >= since)
        .collect();
    converted.sort_by_key(|(event, _)| (std::cmp::Reverse(event.at), event.id));
    let converted = converted
        .into_iter()
        .take(10)
        .map(|(event, first)| Conversion {
            at: at(event.at),
            event: event.name.clone(),
            value_micros: event.value.filter(|value| *value != 0),
            channel: first.channel,
            landing_page: first.page.clone(),
        });
    converted.collect()
}

proptest! {
    #[test]
    fn what_goes_on_is_what_the_events_of_the_last_day_say(
        batches in prop::collection::vec(prop::collection::vec(event(), 1..40), 1..5),
        folds in 0..5_usize,
        later in 0..100_i64,
    ) {
        run(async {
            // The clocks are set back within the day, and events are about half an hour ahead.
            let now = noon() + SignedDuration::from_mins(later * 7 - 240);
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(now));
            let store = store(&disk.disk()).unwrap();
            let ledger = ledger(&store, &clock);
            let mut model = Model::default();
            for (nth, batch) in batches.into_iter().enumerate() {
                model.append(&batch);
                ledger.append(SITE, &berlin(), batch).await.unwrap();
                if nth < folds {
                    ledger.fold_all().await.unwrap();
                }
            }
            let told = ledger.live(SITE, &berlin()).await.unwrap();
            assert_is_what_goes_on(&told, &model, now);
        });
    }
}

#[test]
fn full_blocks_are_read_once_and_forgotten_when_the_day_is_over() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let ago = |seconds: u64| noon() - SignedDuration::from_secs(seconds.cast_signed());
        // Somebody who came hours ago through a campaign and is still here, among many others.
        let stays = |nth: u64| {
            let first = nth == 20;
            Event {
                source: if first { "letter" } else { "" }.into(),
                channel: if first {
                    Channel::Email
                } else {
                    Channel::Direct
                },
                name: if nth == 0 { "lead" } else { "page_view" }.into(),
                ..view(1_000_000 + nth, ago(nth * 900), 1)
            }
        };
        let passes = |nth: u64| view(nth, ago(nth), 2 + nth / 3);
        let mut events: Vec<Event> = (0..40_000).map(passes).collect();
        events.extend((0..=20).map(stays));
        let mut model = Model::default();
        model.append(&events);
        ledger.append(SITE, &berlin(), events).await.unwrap();
        ledger.fold_all().await.unwrap();
        for _ in 0..3 {
            let told = ledger.live(SITE, &berlin()).await.unwrap();
            assert_is_what_goes_on(&told, &model, noon());
            assert_eq!(told.conversions[0].channel, Channel::Email);
            assert_eq!(ledger.0.marks.many(), 2);
        }
        let told = ledger.live(SITE, &berlin()).await.unwrap();
        let restarted = self::ledger(&store, &clock);
        assert_eq!(restarted.live(SITE, &berlin()).await.unwrap(), told);
        clock.advance(Duration::from_hours(48));
        let told = ledger.live(SITE, &berlin()).await.unwrap();
        assert_eq!((told.active, told.hours[0].1), (0, Pace::default()));
        assert_eq!(ledger.0.marks.many(), 0);
    });
}

#[test]
fn a_site_that_is_forgotten_is_remembered_nowhere() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let event = |nth: u64| view(nth, noon() - SignedDuration::from_secs(1), nth);
        let events: Vec<Event> = (0..16_384).map(event).collect();
        ledger.append(SITE, &berlin(), events).await.unwrap();
        ledger.fold_all().await.unwrap();
        ledger.live(SITE, &berlin()).await.unwrap();
        assert_eq!(ledger.0.marks.many(), 1);
        ledger.forget(SITE).await.unwrap();
        assert_eq!(ledger.0.marks.many(), 0);
        assert_eq!(ledger.live(SITE, &berlin()).await.unwrap().active, 0);
    });
}
