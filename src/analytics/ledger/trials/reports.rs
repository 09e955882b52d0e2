//! Whatever is asked, the fast way comes to the same as counting by hand.

use std::collections::BTreeMap;

use super::disk::PlayedDisk;
use super::model::{Model, unordered};
use super::*;

pub(super) fn filter_of(facets: Vec<Facet>) -> impl Strategy<Value = Filter> {
    let values = prop::sample::select(vec![
        "",
        "/",
        "/a",
        "/b?c",
        "b",
        "page_view",
        "click",
        "purchase",
        "lead",
        "google",
        "goo",
        "cpc",
        "autumn",
        "example.org",
        "direct",
        "desktop",
        "gclid",
        "12",
        "2",
        "sunday",
        "2026-10-25",
        "2026-10",
        "2026",
    ]);
    let operators = prop::sample::select(vec![
        Operator::Is,
        Operator::IsNot,
        Operator::Contains,
        Operator::NotContains,
        Operator::StartsWith,
    ]);
    let values = prop::collection::vec(values.prop_map(Box::from), 1..4);
    (prop::sample::select(facets), operators, values).prop_map(|(facet, operator, values)| Filter {
        facet,
        operator,
        values,
    })
}

pub(super) fn filter() -> impl Strategy<Value = Filter> {
    filter_of(Facet::ALL.to_vec())
}

fn inquiry() -> impl Strategy<Value = Inquiry> {
    let facets = prop::sample::subsequence(Facet::ALL.to_vec(), 0..4).prop_shuffle();
    let filters = prop::collection::vec(filter(), 0..3);
    let reached = prop::option::of(target());
    (facets, filters, reached).prop_map(|(facets, filters, reached)| Inquiry {
        facets,
        filters,
        reached,
        crowding: Crowding::Counted,
        week_starts: 6,
    })
}

/// An event that is looked for, in some visits.
pub(super) fn target() -> impl Strategy<Value = Target> {
    let of_events = vec![Facet::Page, Facet::Event, Facet::Hour];
    let event = prop::collection::vec(filter_of(of_events), 1..3);
    let visit = prop::collection::vec(filter(), 0..2);
    (event, visit).prop_map(|(event, visit)| Target { event, visit })
}

fn path() -> impl Strategy<Value = Path> {
    let steps = prop::collection::vec(target(), 2..5);
    let filters = prop::collection::vec(filter(), 0..2);
    (steps, filters, 1..6000_i64).prop_map(|(steps, filters, minutes)| Path {
        steps,
        filters,
        within_ms: minutes * 60_000,
        week_starts: 6,
    })
}

/// The rows by their values, of which each must be there once.
fn by_values(gathered: &Gathered) -> BTreeMap<Vec<String>, Figures> {
    let mut rows = BTreeMap::new();
    for row in &gathered.rows {
        let values = row.cells.iter().map(|cell| cell.text.to_string()).collect();
        assert!(
            rows.insert(values, row.figures).is_none(),
            "{row:?} comes twice"
        );
    }
    rows
}

pub(super) const RANGES: [(&str, &str); 3] = [
    ("2026-10-25", "2026-10-25"),
    ("2026-10-01", "2026-11-15"),
    ("2026-10-24", "2026-10-26"),
];

/// A ledger with events of which some are folded and some wait, and the same counted by hand.
/// Each event comes twice.
pub(super) async fn filled(
    store: &Store,
    clock: &Clock,
    events: &[Event],
    folds: &[bool],
) -> (Ledger, Model) {
    let ledger = ledger(store, clock);
    let mut model = Model::default();
    for (part, fold) in events.chunks(9).zip(folds.iter().cycle()) {
        for _ in 0..2 {
            model.append(part);
            ledger.append(SITE, &berlin(), part.to_vec()).await.unwrap();
        }
        if *fold {
            ledger.fold_all().await.unwrap();
        }
    }
    (ledger, model)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_report_is_what_counting_by_hand_comes_to(
        events in prop::collection::vec(event(), 1..60),
        folds in prop::collection::vec(any::<bool>(), 1..9),
        inquiries in prop::collection::vec(inquiry(), 1..6),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let (ledger, model) = filled(&store, &clock, &events, &folds).await;
            for inquiry in inquiries {
                for (first, last) in RANGES {
                    let (zone, days) = (berlin(), days(first, last));
                    let told = ledger.gather((SITE, &zone), days, inquiry.clone()).await.unwrap();
                    let (all, rows) = plain::report(&model, days, &inquiry);
                    prop_assert_eq!(told.all, all, "{:?}", inquiry);
                    prop_assert_eq!(by_values(&told), rows, "{:?}", inquiry);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_funnel_is_what_following_by_hand_comes_to_and_falls(
        events in prop::collection::vec(event(), 1..50),
        folds in prop::collection::vec(any::<bool>(), 1..9),
        paths in prop::collection::vec(path(), 1..6),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let (ledger, model) = filled(&store, &clock, &events, &folds).await;
            for path in paths {
                for (first, last) in RANGES {
                    let (zone, days) = (berlin(), days(first, last));
                    let told = ledger.follow((SITE, &zone), days, path.clone()).await.unwrap();
                    let visitors: Vec<u64> =
                        told.stages.iter().map(|stage| stage.visitors).collect();
                    prop_assert!(visitors.is_sorted_by(|one, next| one >= next));
                    let (expected, revenue) = plain::funnel(&model, days, &path);
                    prop_assert_eq!(visitors, expected, "{:?}", path);
                    prop_assert_eq!(told.revenue_micros, revenue, "{:?}", path);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_report_by_one_dimension_is_the_overviews_table(
        events in prop::collection::vec(event(), 1..60),
        folds in prop::collection::vec(any::<bool>(), 1..9),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let (ledger, _) = filled(&store, &clock, &events, &folds).await;
            let (zone, days) = (berlin(), days("2026-10-01", "2026-11-15"));
            let overview = unordered(ledger.overview(SITE, &zone, days).await.unwrap());
            for (dimension, facet) in Dimension::ALL.into_iter().zip([
                Facet::Channel, Facet::Source, Facet::Medium, Facet::Campaign, Facet::Referrer,
                Facet::Device, Facet::LandingPage, Facet::Page, Facet::Event,
            ]) {
                let inquiry = Inquiry {
                    facets: vec![facet],
                    filters: Vec::new(),
                    reached: None,
                    crowding: Crowding::Counted,
                    week_starts: 0,
                };
                let told = ledger.gather((SITE, &zone), days, inquiry).await.unwrap();
                prop_assert_eq!(told.all.totals, overview.totals);
                let lines = by_values(&told).into_iter().map(|(mut values, figures)| Line {
                    value: values.remove(0).into(),
                    totals: figures.totals,
                });
                let lines: Vec<Line> = lines.collect();
                prop_assert_eq!(&lines, &overview.table(dimension).lines);
            }
            Ok(())
        })?;
    }

    #[test]
    fn parts_add_up_to_the_whole(
        events in prop::collection::vec(event(), 1..60),
        folds in prop::collection::vec(any::<bool>(), 1..9),
        filter in filter(),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let (ledger, _) = filled(&store, &clock, &events, &folds).await;
            let (zone, days) = (berlin(), days("2026-10-01", "2026-11-15"));
            let ask = async |filters: Vec<Filter>| {
                let inquiry = Inquiry {
                    facets: vec![Facet::Device, Facet::Weekday],
                    filters,
                    reached: None,
                    crowding: Crowding::Counted,
                    week_starts: 0,
                };
                ledger.gather((SITE, &zone), days, inquiry).await.unwrap()
            };
            let without_visitors = |figures: &Figures| Totals { visitors: 0, ..figures.totals };
            let sum = |parts: &[Figures]| {
                let mut sum = Totals::default();
                for part in parts {
                    sum.add(&without_visitors(part));
                }
                sum
            };
            let whole = ask(Vec::new()).await;
            let rows: Vec<Figures> = whole.rows.iter().map(|row| row.figures).collect();
            prop_assert_eq!(sum(&rows), without_visitors(&whole.all));
            let (is, is_not) = match filter.operator {
                Operator::Is | Operator::IsNot => (Operator::Is, Operator::IsNot),
                _ => (Operator::Contains, Operator::NotContains),
            };
            let of = |operator| vec![Filter { operator, ..filter.clone() }];
            let (picked, others) = (ask(of(is)).await, ask(of(is_not)).await);
            prop_assert_eq!(sum(&[picked.all, others.all]), without_visitors(&whole.all));
            Ok(())
        })?;
    }
}
