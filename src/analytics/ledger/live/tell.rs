//! Makes figures of the last day's events.

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use super::marks::Marks;
use super::pace::{Pace, is_conversion};
use super::shelf::Shelf;
use super::{Active, Conversion, HERE_MINUTES, HOURS, Live, MINUTES, MOST_LINES, Moment, Ranking};
use crate::analytics::event::Channel;
use crate::analytics::ledger::day::HOUR;
use crate::analytics::ledger::rollup::{Hit, Kind, goes_on};
use crate::analytics::ledger::row::Heads;
use crate::analytics::ledger::totals::Dimension;
use crate::store::Error;

const MINUTE: i64 = 60_000;
/// So many full blocks are read for where visits began, about: a site with a million events an hour
/// is answered as fast as others, and its longest visits by the earliest of their events that was
/// read.
const MOST_OPENED: usize = 32;

/// The stretches that are told of.
struct Window {
    /// When the first of the minutes begins.
    active: i64,
    /// The same of those minutes whose visitors are here now.
    here: i64,
    /// When the first of the hours begins.
    hours: i64,
}

impl Window {
    fn of(moment: &Moment<'_>) -> Self {
        let back = |steps: usize| whole(steps) - 1;
        let minute = moment.now - moment.now.rem_euclid(MINUTE);
        let local = moment.zone.to_offset(stamp(moment.now)).seconds();
        let into_hour = (moment.now + i64::from(local) * 1000).rem_euclid(HOUR);
        Self {
            active: minute - back(MINUTES) * MINUTE,
            here: minute - back(HERE_MINUTES) * MINUTE,
            hours: moment.now - into_hour - back(HOURS) * HOUR,
        }
    }
}

fn whole(steps: usize) -> i64 {
    i64::try_from(steps).unwrap_or(i64::MAX)
}

/// What goes on at a site.
pub(in super::super) fn tell(moment: &Moment<'_>, marks: &Marks) -> Result<Live, Error> {
    let head = moment.snapshot.get::<Heads>(&moment.site)?;
    let head = head.map(|row| row.value).unwrap_or_default();
    let window = Window::of(moment);
    let mut shelf = Shelf::open(moment, &head, marks)?;
    let hours = hours(&shelf, &window);
    let converted: u64 = hours.iter().map(|(_, pace)| pace.conversions).sum();
    let wanted = usize::try_from(converted).map_or(MOST_LINES, |many| many.min(MOST_LINES));
    let (mut reach, mut back) = (window.active, whole(MINUTES) * MINUTE);
    loop {
        shelf.reach(reach)?;
        let enough = is_settled(&shelf, (reach, &window), wanted);
        if enough || reach <= shelf.earliest() || shelf.opened >= MOST_OPENED {
            break;
        }
        reach = (window.active - back).max(shelf.earliest());
        back *= 2;
    }
    let mut live = Live {
        hours,
        conversions: conversions(&shelf, &window)?,
        ..active(&shelf, &window)?
    };
    live.minutes = minutes(&shelf, &window);
    Ok(live)
}

/// Whether it is known how every visit began that is told of, and enough conversions were read.
fn is_settled(shelf: &Shelf<'_>, (reach, window): (i64, &Window), wanted: usize) -> bool {
    let begins = |visit: &[Hit]| {
        let first = visit.first().map_or(i64::MAX, |first| first.at);
        !goes_on(first.saturating_sub(reach)) || shelf.begins(first) >= reach
    };
    let mut found = Vec::new();
    for visit in shelf.visits() {
        let sure = begins(visit);
        if is_active(visit, window) && !sure {
            return false;
        }
        let converting = visit.iter().filter(|hit| is_conversion(hit.kind));
        let since = reach.max(window.hours);
        let read = converting.filter(|hit| hit.at >= since);
        found.extend(read.map(|hit| (Reverse(hit.at), sure)));
    }
    found.sort_unstable();
    found.len() >= wanted && found.iter().take(wanted).all(|(_, sure)| *sure)
}

fn is_active(visit: &[Hit], window: &Window) -> bool {
    visit.last().is_some_and(|last| last.at >= window.active)
}

fn minutes(shelf: &Shelf<'_>, window: &Window) -> Vec<(Timestamp, Pace)> {
    let mut minutes = steps(window.active, MINUTE, MINUTES);
    for hit in shelf.visits().flatten() {
        if let Some(pace) = step(&mut minutes, hit.at - window.active, MINUTE) {
            pace.add(Pace::of(hit.kind));
        }
    }
    minutes
}

fn hours(shelf: &Shelf<'_>, window: &Window) -> Vec<(Timestamp, Pace)> {
    let mut hours = steps(window.hours, HOUR, HOURS);
    for (at, pace) in &shelf.quarters {
        if let Some(hour) = step(&mut hours, at - window.hours, HOUR) {
            hour.add(*pace);
        }
    }
    hours
}

/// So many stretches from a moment on, in which nothing has happened yet.
fn steps(from: i64, each: i64, many: usize) -> Vec<(Timestamp, Pace)> {
    let starts = (0_i64..).map(|place| stamp(from + place * each));
    starts.take(many).map(|at| (at, Pace::default())).collect()
}

/// The one that lies so long after the first begins.
fn step(steps: &mut [(Timestamp, Pace)], after: i64, each: i64) -> Option<&mut Pace> {
    let place = usize::try_from(after.div_euclid(each)).ok()?;
    steps.get_mut(place).map(|(_, pace)| pace)
}

/// Who is there, where, and how they came; the rest is left empty.
fn active(shelf: &Shelf<'_>, window: &Window) -> Result<Live, Error> {
    let (mut here, mut everybody) = (Crowd::default(), Crowd::default());
    let mut came: [Lines; 3] = Default::default();
    let mut pages = Lines::default();
    for visit in shelf.visits().filter(|visit| is_active(visit, window)) {
        let [first, ..] = visit else { continue };
        let from = visit.partition_point(|hit| hit.at < window.active);
        let recent = &visit[from..];
        everybody.meet(first.visitor);
        if visit.last().is_some_and(|last| last.at >= window.here) {
            here.meet(first.visitor);
        }
        let views = |hits: &[Hit]| hits.iter().filter(|hit| hit.kind == Kind::View).count() as u64;
        for (lines, dimension) in came.iter_mut().zip(CAME) {
            lines.add(
                first.values[dimension as usize],
                first.visitor,
                views(recent),
            );
        }
        for hit in recent {
            let page = hit.values[Dimension::Page as usize];
            pages.add(page, hit.visitor, views(std::slice::from_ref(hit)));
        }
    }
    let text = |number: u32| shelf.names.text(number);
    let [channels, sources, campaigns] = came;
    Ok(Live {
        here: here.many,
        active: everybody.many,
        pages: pages.ranking(text)?,
        channels: channels.ranking(|number| Ok(channel(number).name().into()))?,
        sources: sources.ranking(text)?,
        campaigns: campaigns.ranking(text)?,
        minutes: Vec::new(),
        hours: Vec::new(),
        conversions: Vec::new(),
    })
}

/// What tells how a visit came.
const CAME: [Dimension; 3] = [Dimension::Channel, Dimension::Source, Dimension::Campaign];

/// The latest conversions of the hours.
fn conversions(shelf: &Shelf<'_>, window: &Window) -> Result<Vec<Conversion>, Error> {
    let mut found: Vec<(&Hit, &Hit)> = Vec::new();
    for visit in shelf.visits() {
        let hits = visit.iter().filter(|hit| is_conversion(hit.kind));
        let hits = hits.filter(|hit| hit.at >= window.hours);
        found.extend(hits.filter_map(|hit| Some((hit, visit.first()?))));
    }
    found.sort_unstable_by_key(|(hit, _)| (Reverse(hit.at), hit.id));
    let told = found.into_iter().take(MOST_LINES).map(|(hit, first)| {
        Ok(Conversion {
            at: stamp(hit.at),
            event: shelf
                .names
                .text(hit.values[Dimension::EventName as usize])?,
            value_micros: (hit.value != 0).then_some(hit.value),
            channel: channel(first.values[Dimension::Channel as usize]),
            landing_page: shelf
                .names
                .text(first.values[Dimension::LandingPage as usize])?,
        })
    });
    told.collect()
}

/// Visitors who come by in rising order, each counted once.
#[derive(Default)]
struct Crowd {
    many: u64,
    last: Option<u32>,
}

impl Crowd {
    fn meet(&mut self, visitor: u32) {
        self.many += u64::from(self.last != Some(visitor));
        self.last = Some(visitor);
    }
}

/// What comes together of each value.
#[derive(Default)]
struct Lines(HashMap<u32, (Crowd, u64)>);

impl Lines {
    fn add(&mut self, value: u32, visitor: u32, views: u64) {
        let (crowd, seen) = self.0.entry(value).or_default();
        crowd.meet(visitor);
        *seen += views;
    }

    fn ranking(self, text: impl Fn(u32) -> Result<Box<str>, Error>) -> Result<Ranking, Error> {
        let total = self.0.len() as u64;
        let lines = self.0.into_iter();
        let mut lines: Vec<_> = lines
            .map(|(value, (crowd, views))| (crowd.many, views, value))
            .collect();
        lines.sort_unstable_by_key(|(visitors, views, value)| {
            (Reverse(*visitors), Reverse(*views), *value)
        });
        let lines = lines.into_iter().take(MOST_LINES);
        let lines = lines.map(|(visitors, views, value)| {
            Ok(Active {
                value: text(value)?,
                visitors,
                views,
            })
        });
        Ok(Ranking {
            total,
            lines: lines.collect::<Result<_, Error>>()?,
        })
    }
}

fn channel(number: u32) -> Channel {
    let number = u8::try_from(number).ok();
    number.and_then(Channel::of_number).unwrap_or_default()
}

fn stamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}
