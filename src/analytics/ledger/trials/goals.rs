//! How often goals are reached is how often one would find them by hand.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::PlayedDisk;
use super::model::{Model, at};
use super::plain::{is_target, picked};
use super::reports::{RANGES, filled, target};
use super::*;

/// Every event of every visit, one after the other.
fn by_hand(model: &Model, days: Days, target: &Target) -> Completed {
    let mut completed = Completed::default();
    let mut visitors = BTreeSet::new();
    let mut of_days = BTreeMap::new();
    for visit in picked(model, days, &[]) {
        let found = visit
            .iter()
            .filter(|event| is_target(target, event, &visit));
        let found: Vec<&Event> = found.collect();
        completed.visits += u64::from(!found.is_empty());
        for event in found {
            completed.completions += 1;
            completed.without_value += u64::from(event.value.is_none());
            completed.value_micros += event.value.unwrap_or(0);
            visitors.insert(event.visitor);
            let day = berlin().to_datetime(at(event.at)).date();
            *of_days.entry(day).or_default() += 1;
        }
    }
    completed.visitors = visitors.len() as u64;
    completed.days = of_days.into_iter().collect();
    completed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_goal_is_reached_as_often_as_by_hand(
        events in prop::collection::vec(event(), 1..60),
        folds in prop::collection::vec(any::<bool>(), 1..9),
        // More than are looked at together.
        targets in prop::collection::vec(target(), 1..40),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let (ledger, model) = filled(&store, &clock, &events, &folds).await;
            for (first, last) in RANGES {
                let (zone, days) = (berlin(), days(first, last));
                let goals = Goals { targets: targets.clone(), week_starts: 6 };
                let told = ledger.reach((SITE, &zone), days, goals).await.unwrap();
                let overview = ledger.overview(SITE, &zone, days).await.unwrap();
                prop_assert_eq!(told.visits, overview.totals.visits);
                prop_assert_eq!(told.visitors, overview.totals.visitors);
                prop_assert_eq!(told.goals.len(), targets.len());
                for (goal, target) in told.goals.iter().zip(&targets) {
                    prop_assert_eq!(goal, &by_hand(&model, days, target), "{:?}", target);
                    prop_assert!(goal.visitors <= told.visitors && goal.visits <= told.visits);
                }
            }
            Ok(())
        })?;
    }
}
