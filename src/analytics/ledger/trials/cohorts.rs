//! Who comes again is who one would find by hand, visitor by visitor.

use std::collections::{BTreeMap, BTreeSet};

use super::disk::PlayedDisk;
use super::model::{Model, at, visits};
use super::plain::{picks, value};
use super::reports::{RANGES, filled, filter};
use super::*;

fn wish() -> impl Strategy<Value = Cohorts> {
    let lengths = prop::sample::select(vec![Length::Week, Length::Month]);
    let filters = prop::collection::vec(filter(), 0..2);
    (lengths, filters).prop_map(|(length, filters)| Cohorts {
        length,
        filters,
        week_starts: 6,
    })
}

/// The day that a period begins with.
fn begin(event: &Event, length: Length) -> civil::Date {
    let first = match length {
        Length::Week => value(Facet::Week, event),
        Length::Month => value(Facet::Month, event) + "-01",
    };
    first.parse().unwrap()
}

type Cells = BTreeMap<(civil::Date, civil::Date), (BTreeSet<u64>, i64)>;

/// By cohort and period, who was there and what they brought.
fn by_hand(model: &Model, asked: Days, wish: &Cohorts) -> Cells {
    let whole = days("2026-10-01", "2026-11-30");
    let mut of_visitors: BTreeMap<u64, Vec<Vec<Event>>> = BTreeMap::new();
    for (_, events) in model.by_day(&berlin(), whole) {
        for visit in visits(&events) {
            of_visitors.entry(visit[0].visitor).or_default().push(visit);
        }
    }
    let mut cells = Cells::new();
    for (visitor, mut visits) in of_visitors {
        visits.sort_by_key(|visit| visit[0].at);
        let date = |visit: &[Event]| berlin().to_datetime(at(visit[0].at)).date();
        let first = date(&visits[0]);
        let is_picked = wish.filters.iter().all(|filter| picks(filter, &visits[0]));
        if first < asked.first || !is_picked {
            continue;
        }
        let cohort = begin(&visits[0][0], wish.length);
        for visit in visits.iter().filter(|visit| date(visit) <= asked.last) {
            let period = begin(&visit[0], wish.length);
            let cell = cells.entry((cohort, period)).or_default();
            cell.0.insert(visitor);
            let sales = visit.iter().filter(|event| &*event.name == "purchase");
            cell.1 += sales.filter_map(|event| event.value).sum::<i64>();
        }
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn who_comes_again_is_who_is_found_by_hand(
        events in prop::collection::vec(event(), 1..60),
        folds in prop::collection::vec(any::<bool>(), 1..9),
        wishes in prop::collection::vec(wish(), 1..4),
    ) {
        run(async {
            let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let (ledger, model) = filled(&store, &clock, &events, &folds).await;
            for wish in wishes {
                for (first, last) in RANGES {
                    let (zone, days) = (berlin(), days(first, last));
                    let told = ledger.return_of((SITE, &zone), days, wish.clone()).await.unwrap();
                    let mut expected = by_hand(&model, days, &wish);
                    let begun: Vec<civil::Date> = told.iter().map(|cohort| cohort.begun).collect();
                    for (place, cohort) in told.iter().enumerate() {
                        prop_assert_eq!(cohort.periods.len(), begun.len() - place);
                        for (later, returned) in cohort.periods.iter().enumerate() {
                            let cell = (cohort.begun, begun[place + later]);
                            let (visitors, micros) = expected.remove(&cell).unwrap_or_default();
                            let expected = Returned {
                                visitors: visitors.len() as u64,
                                revenue_micros: micros,
                            };
                            prop_assert_eq!(*returned, expected, "{:?} {:?}", wish, cell);
                        }
                    }
                    prop_assert!(expected.is_empty(), "{:?}", expected);
                }
            }
            Ok(())
        })?;
    }
}
