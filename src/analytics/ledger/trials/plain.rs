//! Reports and funnels as one would count them by hand: visit by visit, row by row.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Model, at, totals, visits};
use super::*;

/// What an event is told apart by.
pub(super) fn value(facet: Facet, event: &Event) -> String {
    let shown = at(event.at).to_zoned(berlin());
    let date = shown.date();
    match facet {
        Facet::Day => date.to_string(),
        Facet::Week => {
            let mut day = date;
            while day.weekday() != civil::Weekday::Sunday {
                day = day.yesterday().unwrap();
            }
            day.to_string()
        }
        Facet::Month => date.strftime("%Y-%m").to_string(),
        Facet::Weekday => date.strftime("%A").to_string().to_lowercase(),
        Facet::Hour => shown.hour().to_string(),
        Facet::Channel => event.channel.name().into(),
        Facet::Source => event.source.to_string(),
        Facet::Medium => event.medium.to_string(),
        Facet::Campaign => event.campaign.to_string(),
        Facet::Term => event.term.to_string(),
        Facet::Content => event.content.to_string(),
        Facet::LandingPage | Facet::Page => event.page.to_string(),
        Facet::Referrer => event.referrer.to_string(),
        Facet::Device => event.device.name().into(),
        Facet::Event => event.name.to_string(),
        Facet::ClickId if event.click_id == ClickId::None => String::new(),
        Facet::ClickId => event.click_id.name().into(),
    }
}

fn fits(filter: &Filter, event: &Event) -> bool {
    let value = value(filter.facet, event);
    filter.values.iter().any(|wanted| match filter.operator {
        Operator::Is | Operator::IsNot => *value == **wanted,
        Operator::Contains | Operator::NotContains => value.contains(&**wanted),
        Operator::StartsWith => value.starts_with(&**wanted),
    })
}

pub(super) fn picks(filter: &Filter, visit: &[Event]) -> bool {
    let fits = match filter.facet.reach() {
        Reach::Visit => fits(filter, &visit[0]),
        Reach::Event => visit.iter().any(|event| fits(filter, event)),
    };
    fits != matches!(filter.operator, Operator::IsNot | Operator::NotContains)
}

/// The visits that every filter picks, day by day.
pub(super) fn picked(model: &Model, days: Days, filters: &[Filter]) -> Vec<Vec<Event>> {
    let by_day = model.by_day(&berlin(), days).into_values();
    let visits = by_day.flat_map(|events| visits(&events));
    let is_picked = |visit: &Vec<Event>| filters.iter().all(|filter| picks(filter, visit));
    visits.filter(is_picked).collect()
}

/// Whether an event of a visit is the one that is looked for.
pub(super) fn is_target(target: &Target, event: &Event, visit: &[Event]) -> bool {
    let alone = std::slice::from_ref(event);
    let visit = target.visit.iter().all(|filter| picks(filter, visit));
    visit && target.event.iter().all(|filter| picks(filter, alone))
}

fn figures(visits: &[Vec<Event>], of: impl Fn(&Event) -> bool) -> Figures {
    let events = visits.iter().flatten().filter(|event| of(event));
    let begun = visits.iter().filter(|visit| of(&visit[0]));
    let ended = visits.iter().filter(|visit| of(visit.last().unwrap()));
    Figures {
        totals: totals(visits, &of),
        clicks: events.filter(|event| &*event.name == "click").count() as u64,
        entries: begun.count() as u64,
        exits: ended.count() as u64,
    }
}

/// The totals, and the rows by their values.
pub(super) fn report(
    model: &Model,
    days: Days,
    inquiry: &Inquiry,
) -> (Figures, BTreeMap<Vec<String>, Figures>) {
    let mut visits = picked(model, days, &inquiry.filters);
    if let Some(target) = &inquiry.reached {
        visits.retain(|visit| visit.iter().any(|event| is_target(target, event, visit)));
    }
    let (of_visits, of_events): (Vec<Facet>, Vec<Facet>) = inquiry
        .facets
        .iter()
        .partition(|facet| facet.reach() == Reach::Visit);
    let values = |facets: &[Facet], event: &Event| -> Vec<String> {
        facets.iter().map(|facet| value(*facet, event)).collect()
    };
    let mut rows = BTreeMap::new();
    let firsts: BTreeSet<Vec<String>> = visits
        .iter()
        .map(|visit| values(&of_visits, &visit[0]))
        .collect();
    for first in firsts {
        let alike = visits
            .iter()
            .filter(|visit| values(&of_visits, &visit[0]) == first);
        let alike: Vec<Vec<Event>> = alike.cloned().collect();
        let seconds: BTreeSet<Vec<String>> = alike
            .iter()
            .flatten()
            .map(|event| values(&of_events, event))
            .collect();
        for second in seconds {
            let (mut one, mut other) = (first.iter(), second.iter());
            let row = inquiry.facets.iter().map(|facet| match facet.reach() {
                Reach::Visit => one.next().unwrap().clone(),
                Reach::Event => other.next().unwrap().clone(),
            });
            let figures = figures(&alike, |event| values(&of_events, event) == second);
            rows.insert(row.collect(), figures);
        }
    }
    if inquiry.facets.is_empty() {
        rows.clear();
    }
    (figures(&visits, |_| true), rows)
}

/// How many visitors come to each step, and what those bring who come to the last.
pub(super) fn funnel(model: &Model, days: Days, path: &Path) -> (Vec<u64>, i64) {
    let visits = picked(model, days, &path.filters);
    let mut of_visitors: BTreeMap<u64, Vec<(&Event, &[Event])>> = BTreeMap::new();
    for visit in &visits {
        let events = of_visitors.entry(visit[0].visitor).or_default();
        events.extend(visit.iter().map(|event| (event, visit.as_slice())));
    }
    let (mut visitors, mut revenue) = (vec![0; path.steps.len()], 0);
    for events in of_visitors.values_mut() {
        events.sort_by_key(|(event, _)| (event.at, event.id));
        let furthest = furthest(events, path, None);
        for step in &mut visitors[..furthest] {
            *step += 1;
        }
        if furthest == path.steps.len() {
            let sales = events
                .iter()
                .filter(|(event, _)| &*event.name == "purchase");
            revenue += sales.filter_map(|(event, _)| event.value).sum::<i64>();
        }
    }
    (visitors, revenue)
}

/// The most steps that can be taken with events in their order, each with its visit, however they
/// are chosen. `so_far` is when the first was taken, and how many were.
fn furthest(events: &[(&Event, &[Event])], path: &Path, so_far: Option<(i64, usize)>) -> usize {
    let taken = so_far.map_or(0, |(_, taken)| taken);
    let Some(step) = path.steps.get(taken) else {
        return taken;
    };
    let mut best = taken;
    for (place, (event, visit)) in events.iter().enumerate() {
        let begun = so_far.map_or(event.at, |(begun, _)| begun);
        if is_target(step, event, visit) && event.at - begun <= path.within_ms {
            let on = furthest(&events[place + 1..], path, Some((begun, taken + 1)));
            best = best.max(on);
        }
    }
    best
}
