//! Whatever the order and however often events come, the figures are those of the events.

use std::time::Duration;

use super::disk::PlayedDisk;
use super::model::{Model, unordered};
use super::*;

/// What may happen to a ledger.
#[derive(Clone, Debug)]
enum Happening {
    /// These of the events come, by their places.
    Append(Vec<prop::sample::Index>),
    Fold,
    FoldOne(prop::sample::Index, bool),
    Restart,
    Rebuild,
    /// The visitor of one of the events wants to be forgotten.
    Erase(prop::sample::Index),
    Later(u64),
    /// Somebody asks for one of the ranges: what was counted for them is remembered.
    Ask(usize),
}

fn happening() -> impl Strategy<Value = Happening> {
    let places = prop::collection::vec(any::<prop::sample::Index>(), 1..12);
    prop_oneof![
        6 => places.prop_map(Happening::Append),
        2 => Just(Happening::Fold),
        3 => any::<(prop::sample::Index, bool)>()
            .prop_map(|(place, count)| Happening::FoldOne(place, count)),
        1 => Just(Happening::Restart),
        1 => Just(Happening::Rebuild),
        1 => any::<prop::sample::Index>().prop_map(Happening::Erase),
        1 => (0..40_u64).prop_map(Happening::Later),
        3 => (0..RANGES.len()).prop_map(Happening::Ask),
    ]
}

const RANGES: [(&str, &str); 5] = [
    ("2026-10-25", "2026-10-25"),
    ("2026-10-24", "2026-10-24"),
    ("2026-10-01", "2026-10-31"),
    ("2026-09-15", "2026-11-14"),
    ("2026-10-26", "2026-10-28"),
];

/// Asserts that an overview is what the events come to.
async fn assert_tells(ledger: &Ledger, model: &Model, (first, last): (&str, &str)) {
    let days = days(first, last);
    let told = ledger.overview(SITE, &berlin(), days).await.unwrap();
    assert_eq!(unordered(told), unordered(model.overview(&berlin(), days)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_figures_are_those_of_the_events(
        events in prop::collection::vec(event(), 1..60),
        happenings in prop::collection::vec(happening(), 1..30),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let mut ledger = ledger(&store, &clock);
            let mut model = Model::default();
            for happening in happenings {
                match happening {
                    Happening::Append(places) => {
                        let sent: Vec<Event> =
                            places.iter().map(|place| place.get(&events).clone()).collect();
                        let kept = model.append(&sent);
                        let appended = ledger.append(SITE, &berlin(), sent.clone()).await.unwrap();
                        prop_assert_eq!(appended.kept, kept);
                        prop_assert_eq!(appended.doubled as usize, sent.len() - kept as usize);
                    }
                    Happening::Fold => ledger.fold_all().await.unwrap(),
                    Happening::FoldOne(place, count) => {
                        let days = ledger.0.waiting.days(SITE);
                        if !days.is_empty() {
                            let counting = if count { Counting::Now } else { Counting::Later };
                            ledger.0.fold(SITE, *place.get(&days), counting).await.unwrap();
                        }
                    }
                    Happening::Restart => ledger = super::ledger(&store, &clock),
                    Happening::Rebuild => {
                        let rebuilt = ledger.rebuild(SITE, &berlin()).await.unwrap();
                        prop_assert_eq!(rebuilt.differed, 0);
                    }
                    Happening::Erase(place) => {
                        let visitor = place.get(&events).visitor;
                        let found = ledger.find(SITE, visitor).await.unwrap();
                        let act = |_: &Erased| Batch::bookkeeping();
                        let erased = ledger.erase(SITE, visitor, act).await.unwrap();
                        prop_assert_eq!(found, erased);
                        let events = erased.map_or(0, |erased| erased.events);
                        prop_assert_eq!(events, model.erase(visitor));
                        prop_assert_eq!(ledger.find(SITE, visitor).await.unwrap(), None);
                    }
                    // Months settle, and ids are still known.
                    Happening::Later(hours) => {
                        clock.advance(Duration::from_hours(hours / 6));
                        ledger.0.count_months().await.unwrap();
                    }
                    Happening::Ask(range) => assert_tells(&ledger, &model, RANGES[range]).await,
                }
            }
            for range in RANGES {
                assert_tells(&ledger, &model, range).await;
            }
            Ok(())
        })?;
    }
}

#[test]
fn a_month_that_is_over_is_answered_whole_and_counts_what_is_late() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let mut model = Model::default();
        for number in 0..40 {
            let at = noon() - Duration::from_hours(number * 17);
            let events = vec![view(number, at, number % 5)];
            model.append(&events);
            ledger.append(SITE, &berlin(), events).await.unwrap();
        }
        ledger.fold_all().await.unwrap();
        clock.advance(Duration::from_hours(24 * 30));
        ledger.0.count_months().await.unwrap();
        let counted = |store: &Store| {
            months::counted(&store.snapshot().unwrap(), SITE)
                .unwrap()
                .len()
        };
        assert_eq!(counted(&store), 2);
        let late = vec![view(99, noon(), 77)];
        for folded in [false, true] {
            let range = days("2026-09-01", "2026-11-30");
            let told = ledger.overview(SITE, &berlin(), range).await.unwrap();
            assert_eq!(unordered(told), unordered(model.overview(&berlin(), range)));
            if folded {
                ledger.fold_all().await.unwrap();
                assert_eq!(counted(&store), 1, "the month has changed");
            } else {
                model.append(&late);
                ledger.append(SITE, &berlin(), late.clone()).await.unwrap();
            }
        }
        let range = days("2026-09-01", "2026-11-30");
        let told = ledger.overview(SITE, &berlin(), range).await.unwrap();
        assert_eq!(unordered(told), unordered(model.overview(&berlin(), range)));
    });
}

#[test]
fn a_page_that_overtakes_hundreds_of_others_has_its_visitors_counted_once() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let mut model = Model::default();
        let range = days("2026-10-01", "2026-10-26");
        // The best fifty are shown, each as it is.
        let assert_shown = async |ledger: &Ledger, model: &Model| {
            let told = ledger.overview(SITE, &berlin(), range).await.unwrap();
            let expected = model.overview(&berlin(), range);
            assert_eq!(told.totals, expected.totals);
            for (told, expected) in told.tables.iter().zip(&expected.tables) {
                assert_eq!(told.total, expected.total);
                for line in &told.lines {
                    assert!(expected.lines.contains(line), "{line:?}");
                }
            }
            told.table(Dimension::Page).lines[0].value.to_string()
        };
        let at = |days: u64| noon() - Duration::from_hours(days * 24);
        let page = |number: u64, days, visitor, page: u64| Event {
            page: format!("/{page}").into(),
            ..view(number, at(days), visitor)
        };
        // Each page but the last is seen twice on each of two days, the last once.
        let mut events = vec![page(1, 3, 7, 299), page(2, 2, 5, 299)];
        for number in 0..299 {
            for (nth, days) in [3, 3, 2, 2].into_iter().enumerate() {
                let id = 10 + number * 4 + nth as u64;
                events.push(page(id, days, number % 20, number));
            }
        }
        model.append(&events);
        ledger.append(SITE, &berlin(), events).await.unwrap();
        ledger.fold_all().await.unwrap();
        assert_ne!(assert_shown(&ledger, &model).await, "/299");
        // Now it becomes the most seen, by one of those among others.
        let today: Vec<Event> = (0..30)
            .map(|number| page(5_000 + number, 0, 7 + number % 3, 299))
            .collect();
        model.append(&today);
        ledger.append(SITE, &berlin(), today).await.unwrap();
        for _ in 0..2 {
            assert_eq!(assert_shown(&ledger, &model).await, "/299");
            ledger.fold_all().await.unwrap();
        }
    });
}

#[test]
fn what_is_late_changes_its_day_alone() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        for number in 0..30 {
            let at = noon() - Duration::from_hours(number * 5);
            ledger
                .append(SITE, &berlin(), vec![view(number, at, number % 3)])
                .await
                .unwrap();
        }
        ledger.fold_all().await.unwrap();
        let range = days("2026-10-15", "2026-10-26");
        let before = ledger.overview(SITE, &berlin(), range).await.unwrap();
        let late = noon() - Duration::from_hours(48);
        ledger
            .append(SITE, &berlin(), vec![view(77, late, 9)])
            .await
            .unwrap();
        for _ in 0..2 {
            let after = ledger.overview(SITE, &berlin(), range).await.unwrap();
            for (one, other) in before.days.iter().zip(&after.days) {
                let late = one.0 == civil::date(2026, 10, 23);
                assert_eq!(one != other, late, "{}", one.0);
            }
            ledger.fold_all().await.unwrap();
        }
    });
}

#[test]
fn an_id_is_known_for_eight_days_and_then_forgotten() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let sent = || vec![view(1, noon(), 1)];
        let kept = |appended: Appended| appended.kept;
        assert_eq!(
            kept(ledger.append(SITE, &berlin(), sent()).await.unwrap()),
            1
        );
        ledger.fold_all().await.unwrap();
        for (hours, known) in [(1, true), (24 * 8, true), (24 * 2, false)] {
            clock.advance(Duration::from_hours(hours));
            let other = vec![view(100 + hours, clock.now(), 1)];
            ledger.append(SITE, &berlin(), other).await.unwrap();
            ledger.fold_all().await.unwrap();
            let appended = ledger.append(SITE, &berlin(), sent()).await.unwrap();
            assert_eq!(kept(appended) == 0, known, "{hours} hours later");
        }
    });
}

#[test]
fn a_table_shows_the_best_fifty_and_says_how_many_there_are() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let mut events = Vec::new();
        for page in 0..70_u64 {
            for visitor in 0..=page {
                let number = events.len() as u64;
                let page = format!("/{page}").into();
                events.push(Event {
                    page,
                    ..view(number, noon(), number * 1000 + visitor)
                });
            }
        }
        ledger.append(SITE, &berlin(), events).await.unwrap();
        let told = ledger
            .overview(SITE, &berlin(), days("2026-10-25", "2026-10-25"))
            .await
            .unwrap();
        for dimension in [Dimension::Page, Dimension::LandingPage] {
            let table = told.table(dimension);
            assert_eq!((table.total, table.lines.len()), (70, 50));
            let values: Vec<&str> = table.lines.iter().map(|line| &*line.value).collect();
            assert_eq!((values[0], values[49]), ("/69", "/20"));
        }
    });
}

#[test]
fn a_site_that_is_forgotten_leaves_nothing_and_touches_no_other() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let other = SiteNumber(8);
        for site in [SITE, other] {
            for number in 0..3 {
                ledger
                    .append(site, &berlin(), vec![view(number, noon(), number)])
                    .await
                    .unwrap();
                ledger.fold_all().await.unwrap();
            }
        }
        let range = days("2026-10-25", "2026-10-25");
        let before = ledger.overview(other, &berlin(), range).await.unwrap();
        ledger
            .append(SITE, &berlin(), vec![view(9, noon(), 9)])
            .await
            .unwrap();
        ledger.forget(SITE).await.unwrap();
        let nothing = ledger.overview(SITE, &berlin(), range).await.unwrap();
        assert_eq!(nothing.totals, Totals::default());
        assert_eq!(
            ledger.overview(other, &berlin(), range).await.unwrap(),
            before
        );
        let again = ledger
            .append(SITE, &berlin(), vec![view(9, noon(), 9)])
            .await
            .unwrap();
        assert_eq!(again.kept, 1, "its ids are forgotten too");
    });
}

#[tokio::test]
async fn what_waits_is_folded_by_itself() {
    let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
    let store = store(&disk.disk()).unwrap();
    let ledger = ledger(&store, &clock);
    ledger.start();
    let mut moved = ledger.0.waiting.moved();
    let many = (0..1_000)
        .map(|number| view(number, noon(), number))
        .collect();
    ledger.append(SITE, &berlin(), many).await.unwrap();
    while !ledger.0.waiting.days(SITE).is_empty() {
        moved.changed().await.unwrap();
    }
    ledger
        .append(SITE, &berlin(), vec![view(5_000, noon(), 1)])
        .await
        .unwrap();
    while !ledger.0.waiting.days(SITE).is_empty() {
        tokio::task::yield_now().await;
        clock.advance(Duration::from_secs(1));
    }
    ledger.0.tasks.stop().await;
}
