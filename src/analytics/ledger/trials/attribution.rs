//! Conversions are divided as one would divide them by hand, path by path, with broken numbers.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;

use super::disk::PlayedDisk;
use super::model::{self, Model as Kept};
use super::plain::{picked, value};
use super::reports::{RANGES, filled, filter};
use super::*;

const DAY_MS: i64 = 86_400_000;

/// Conversions and what they brought, by value and model.
type Shares = BTreeMap<String, [(f64, f64); 7]>;

/// A visit: its value, whether it came directly, and when it began.
#[derive(Clone)]
struct Visit {
    value: String,
    is_direct: bool,
    at: i64,
    is_asked: bool,
    /// When it had conversions, and what they brought.
    gains: Vec<(i64, i64)>,
    is_used: bool,
}

/// The visits of every visitor in the order of time.
fn visits(kept: &Kept, days: Days, wish: &Attribution) -> Vec<Vec<Visit>> {
    let first = days
        .first
        .saturating_sub((i64::from(wish.lookback_days) + 2).days());
    let wider = Days { first, ..days };
    let mut by_visitor: BTreeMap<u64, Vec<Visit>> = BTreeMap::new();
    for events in picked(kept, wider, &wish.filters) {
        let begun = &events[0];
        let date = berlin().to_datetime(model::at(begun.at)).date();
        let is_goal = |event: &&Event| match wish.goal {
            Goal::All => ["lead", "purchase"].contains(&&*event.name),
            Goal::Leads => &*event.name == "lead",
            Goal::Purchases => &*event.name == "purchase",
        };
        let is_asked = date >= days.first;
        let worth = |event: &Event| match &*event.name {
            "purchase" => event.value.unwrap_or(0),
            _ => 0,
        };
        let gains = events.iter().filter(is_goal).filter(|_| is_asked);
        by_visitor.entry(begun.visitor).or_default().push(Visit {
            value: value(wish.facet, begun),
            is_direct: begun.channel == Channel::Direct,
            at: begun.at,
            is_asked,
            gains: gains.map(|event| (event.at, worth(event))).collect(),
            is_used: false,
        });
    }
    let mut all: Vec<Vec<Visit>> = by_visitor.into_values().collect();
    for visits in &mut all {
        visits.sort_by_key(|visit| visit.at);
    }
    all
}

/// The paths of conversions with what each brought, and the values of those that led to nothing.
type Paths = (Vec<(Vec<Visit>, f64)>, Vec<Vec<String>>);

fn paths(all: &mut [Vec<Visit>], wish: &Attribution) -> Paths {
    let (mut gained, mut lost) = (Vec::new(), Vec::new());
    for visits in all {
        for own in 0..visits.len() {
            for (at, micros) in visits[own].gains.clone() {
                let earliest = at - i64::from(wish.lookback_days) * DAY_MS;
                let mut path = Vec::new();
                for (place, visit) in visits[..=own].iter_mut().enumerate() {
                    if place == own || visit.at >= earliest {
                        visit.is_used = true;
                        path.push(visit.clone());
                    }
                }
                gained.push((path, float(micros)));
            }
        }
        for run in visits.chunk_by(|one, next| one.is_used == next.is_used) {
            let asked = run.iter().filter(|visit| visit.is_asked && !visit.is_used);
            let values: Vec<String> = asked.map(|visit| visit.value.clone()).collect();
            if !values.is_empty() {
                lost.push(values);
            }
        }
    }
    (gained, lost)
}

#[expect(clippy::cast_precision_loss, reason = "what is tried has few digits")]
fn float(number: i64) -> f64 {
    number as f64
}

/// Walks all paths' steps on until next to nothing is on its way; without one value.
fn converting(gained: &[Vec<String>], lost: &[Vec<String>], without: Option<&str>) -> f64 {
    let mut steps: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (paths, end) in [(gained, "=conversion"), (lost, "=nothing")] {
        for path in paths {
            let mut from = "=start";
            for to in path.iter().map(String::as_str).chain([end]) {
                steps.entry(from).or_default().push(to);
                from = to;
            }
        }
    }
    let mut here = BTreeMap::from([("=start", 1.0)]);
    let mut converted = 0.0;
    if steps.is_empty() {
        return converted;
    }
    while here.values().sum::<f64>() > 1e-13 {
        let mut next: BTreeMap<&str, f64> = BTreeMap::new();
        for (from, share) in here {
            let ways = &steps[from];
            let each = share / float(i64::try_from(ways.len()).unwrap());
            for to in ways {
                match *to {
                    "=conversion" => converted += each,
                    "=nothing" => {}
                    to if Some(to) == without => {}
                    to => *next.entry(to).or_default() += each,
                }
            }
        }
        here = next;
    }
    converted
}

/// How the visits of a path share, by every model but the last.
fn weights(path: &[Visit], wish: &Attribution) -> [Vec<f64>; 6] {
    let many = path.len();
    let one = |chosen: usize| {
        let weigh = |place| if place == chosen { 1.0 } else { 0.0 };
        (0..many).map(weigh).collect::<Vec<f64>>()
    };
    let other = (0..many).rev().find(|place| !path[*place].is_direct);
    let half_life = f64::from(wish.half_life_days) * float(DAY_MS);
    let age = |visit: &Visit| float(path[many - 1].at - visit.at);
    let decayed = path
        .iter()
        .map(|visit| 0.5_f64.powf(age(visit) / half_life));
    let position = match many {
        1 => vec![1.0],
        2 => vec![0.5, 0.5],
        _ => {
            let between = 0.2 / float(i64::try_from(many).unwrap() - 2);
            let mut shares = vec![between; many];
            shares[0] = 0.4;
            shares[many - 1] = 0.4;
            shares
        }
    };
    [
        one(0),
        one(many - 1),
        one(other.unwrap_or(many - 1)),
        vec![1.0; many],
        decayed.collect(),
        position,
    ]
}

fn by_hand(kept: &Kept, days: Days, wish: &Attribution) -> (usize, Shares, BTreeMap<String, f64>) {
    let (gained, lost) = paths(&mut visits(kept, days, wish), wish);
    let values = |path: &[Visit]| path.iter().map(|visit| visit.value.clone()).collect();
    let led: Vec<Vec<String>> = gained.iter().map(|(path, _)| values(path)).collect();
    let names: BTreeSet<&String> = led.iter().flatten().collect();
    let all = converting(&led, &lost, None);
    let effect = |name: &String| 1.0 - converting(&led, &lost, Some(name)) / all;
    let effects = names.iter().map(|name| ((*name).clone(), effect(name)));
    let effects: BTreeMap<String, f64> = effects.collect();
    let mut shares = Shares::new();
    let mut give = |value: &str, model: usize, share: f64, micros: f64| {
        let credit = &mut shares.entry(value.to_owned()).or_default()[model];
        credit.0 += share;
        credit.1 += share * micros;
    };
    for (path, micros) in &gained {
        for (model, weights) in weights(path, wish).iter().enumerate() {
            let sum: f64 = weights.iter().sum();
            for (visit, weight) in path.iter().zip(weights) {
                give(&visit.value, model, weight / sum, *micros);
            }
        }
        let set: BTreeSet<&str> = path.iter().map(|visit| &*visit.value).collect();
        let sum: f64 = set.iter().map(|value| effects[*value]).sum();
        for value in set {
            give(value, 6, effects[value] / sum, *micros);
        }
    }
    (gained.len(), shares, effects)
}

fn wish() -> impl Strategy<Value = Attribution> {
    let facets = prop::sample::select(vec![
        Facet::Channel,
        Facet::Source,
        Facet::Medium,
        Facet::Campaign,
        Facet::LandingPage,
    ]);
    let goals = prop::sample::select(vec![Goal::All, Goal::Leads, Goal::Purchases]);
    let filters = prop::collection::vec(filter(), 0..2);
    (facets, goals, 1..7_u16, 1..9_u16, filters).prop_map(
        |(facet, goal, lookback_days, half_life_days, filters)| Attribution {
            facet,
            goal,
            lookback_days,
            half_life_days,
            filters,
            week_starts: 6,
        },
    )
}

#[expect(clippy::cast_precision_loss, reason = "it is held against such")]
fn micros(parts: i128) -> f64 {
    (parts as f64) / (PARTS as f64)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn conversions_are_divided_as_by_hand_and_shares_add_up(
        events in prop::collection::vec(event(), 1..60),
        folds in prop::collection::vec(any::<bool>(), 1..9),
        wishes in prop::collection::vec(wish(), 1..5),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let (ledger, kept) = filled(&store, &clock, &events, &folds).await;
            for wish in wishes {
                for (first, last) in RANGES {
                    let (zone, days) = (berlin(), days(first, last));
                    let told = ledger.attribute((SITE, &zone), days, wish.clone()).await.unwrap();
                    let (conversions, shares, effects) = by_hand(&kept, days, &wish);
                    prop_assert_eq!(told.conversions, conversions as u64);
                    prop_assert_eq!(told.claims.len(), shares.len(), "{:?}", wish);
                    for (claim, (value, shares)) in told.claims.iter().zip(&shares) {
                        prop_assert_eq!(&*claim.value, value);
                        let effect = claim.effect.unwrap();
                        prop_assert!((effect - effects[value]).abs() < 1e-9, "{:?}", claim);
                        for (credit, (count, worth)) in claim.credits.iter().zip(shares) {
                            let off = micros(credit.conversions) / 1e6 - count;
                            prop_assert!(off.abs() < 1e-7, "{} {:?} {:?}", off, claim, shares);
                            let off = micros(credit.revenue) - worth;
                            prop_assert!(off.abs() < 1.0, "{} {:?} {:?}", off, claim, shares);
                        }
                    }
                    for model in Model::ALL {
                        let credits = told.claims.iter().map(|claim| claim.credits[model as usize]);
                        let (counts, worths): (Vec<i128>, Vec<i128>) =
                            credits.map(|one| (one.conversions, one.revenue)).unzip();
                        let all = i128::from(told.conversions) * 1_000_000 * PARTS;
                        prop_assert_eq!(counts.iter().sum::<i128>(), all, "{:?}", model);
                        let all = i128::from(told.revenue_micros) * PARTS;
                        prop_assert_eq!(worths.iter().sum::<i128>(), all, "{:?}", model);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn of_paths_with_one_visit_all_models_say_the_same(
        events in prop::collection::vec(event(), 1..60),
        folds in prop::collection::vec(any::<bool>(), 1..9),
        wish in wish(),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let apart = (0_u64..).zip(events).map(|(visitor, event)| Event { visitor, ..event });
            let apart: Vec<Event> = apart.collect();
            let (ledger, _) = filled(&store, &clock, &apart, &folds).await;
            let (zone, days) = (berlin(), days("2026-10-01", "2026-11-15"));
            let told = ledger.attribute((SITE, &zone), days, wish).await.unwrap();
            prop_assert_eq!(told.single, told.conversions);
            for claim in told.claims {
                prop_assert_eq!(claim.credits, [claim.credits[0]; 7]);
            }
            Ok(())
        })?;
    }
}
