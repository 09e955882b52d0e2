//! Ways are those that one would find by hand, visit by visit.

use std::collections::BTreeMap;

use super::disk::PlayedDisk;
use super::plain::{picked, value};
use super::reports::{RANGES, filled, filter};
use super::*;

fn wish() -> impl Strategy<Value = Journeys> {
    let facets = prop::sample::select(vec![Facet::Page, Facet::Event]);
    let directions = prop::sample::select(vec![Direction::Onward, Direction::Back]);
    let anchors = prop::option::of(prop::sample::select(vec!["/", "/a", "click", "lead"]));
    let filters = prop::collection::vec(filter(), 0..2);
    (facets, directions, anchors, 1..5_usize, filters).prop_map(
        |(facet, direction, anchor, steps, filters)| Journeys {
            facet,
            direction,
            anchor: anchor.map(Box::from),
            steps,
            most: 500,
            filters,
            week_starts: 6,
        },
    )
}

/// The whole way of a visit.
fn way(visit: &[Event], wish: &Journeys) -> Vec<String> {
    let mut values: Vec<String> = visit.iter().map(|event| value(wish.facet, event)).collect();
    if wish.direction == Direction::Back {
        values.reverse();
    }
    if let Some(anchor) = &wish.anchor {
        let begin = values.iter().position(|value| **value == **anchor);
        values.drain(..begin.unwrap_or(values.len()));
    }
    values.retain(|value| !value.is_empty());
    values.dedup();
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn ways_are_those_that_are_found_by_hand(
        events in prop::collection::vec(event(), 1..60),
        folds in prop::collection::vec(any::<bool>(), 1..9),
        wishes in prop::collection::vec(wish(), 1..6),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let (ledger, model) = filled(&store, &clock, &events, &folds).await;
            for wish in wishes {
                for (first, last) in RANGES {
                    let (zone, days) = (berlin(), days(first, last));
                    let told = ledger.travel((SITE, &zone), days, wish.clone()).await.unwrap();
                    let ways = picked(&model, days, &wish.filters);
                    let ways: Vec<Vec<String>> =
                        ways.iter().map(|visit| way(visit, &wish)).collect();
                    let mut expected: BTreeMap<Vec<String>, (u64, u64)> = BTreeMap::new();
                    for way in &ways {
                        for depth in 1..=way.len().min(wish.steps) {
                            let count = expected.entry(way[..depth].to_vec()).or_default();
                            count.0 += 1;
                            count.1 += u64::from(depth == way.len());
                        }
                    }
                    let some = ways.iter().filter(|way| !way.is_empty()).count();
                    prop_assert_eq!(told.visits, some as u64);
                    let told: BTreeMap<Vec<String>, (u64, u64)> = told.ways.into_iter().map(|way| {
                        let steps = way.steps.iter().map(ToString::to_string).collect();
                        (steps, (way.visits, way.ended))
                    }).collect();
                    prop_assert_eq!(told, expected, "{:?}", wish);
                }
            }
            Ok(())
        })?;
    }
}
