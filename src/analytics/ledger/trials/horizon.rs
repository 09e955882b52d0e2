//! What a site keeps no longer is gone, and nothing else is; a visitor who is taken out is nowhere.

use std::time::Duration;

use super::disk::PlayedDisk;
use super::*;
use crate::analytics::ledger::row::{Blocks, DayRows, Sheets};
use crate::store::Collection;

/// So many days before the day of `noon`, at noon.
fn days_ago(days: i64) -> Timestamp {
    noon() - jiff::SignedDuration::from_hours(days * 24)
}

fn date(days: i64) -> civil::Date {
    berlin().to_datetime(days_ago(days)).date()
}

/// A ledger with a visit a day on the last 90 days: of a visitor of each day, and of one of all.
async fn filled() -> (Store, Clock, Ledger) {
    let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
    let store = store(&disk.disk()).unwrap();
    let ledger = ledger(&store, &clock);
    let of_day = |day: u64| {
        let at = days_ago(i64::try_from(day).unwrap());
        [view(day * 2, at, 1_000 + day), view(day * 2 + 1, at, 7)]
    };
    let events = (0..90).flat_map(of_day).collect();
    ledger.bring(SITE, &berlin(), events).await.unwrap();
    ledger.fold_all().await.unwrap();
    ledger.0.count_months().await.unwrap();
    (store, clock, ledger)
}

fn silent(_: Expired) -> Batch {
    Batch::bookkeeping()
}

fn kept(events: i64, sums: Option<i64>) -> Retained {
    Retained {
        events: Some(date(events)),
        sums: sums.map(date),
    }
}

/// How many rows a collection has.
fn rows<C: Collection>(store: &Store) -> usize {
    store.scan::<C>(&Scan::all(usize::MAX)).unwrap().rows.len()
}

fn everything() -> Days {
    Days {
        first: date(200),
        last: date(0),
    }
}

fn by_pages() -> Inquiry {
    Inquiry {
        facets: vec![Facet::Page],
        filters: Vec::new(),
        reached: None,
        crowding: Crowding::Counted,
        week_starts: 0,
    }
}

#[test]
fn events_go_and_what_they_came_to_stays() {
    run(async {
        let (store, _, ledger) = filled().await;
        let zone = berlin();
        let before = ledger.overview(SITE, &zone, everything()).await.unwrap();
        let expired = ledger.expire(SITE, kept(40, None), silent).await.unwrap();
        let gone = Expired {
            events_days: 49,
            sums_days: 0,
        };
        assert_eq!(expired, Some(gone));
        assert_eq!(rows::<Blocks>(&store), 41);
        assert_eq!(
            ledger.overview(SITE, &zone, everything()).await.unwrap(),
            before
        );
        let rebuilt = ledger.rebuild(SITE, &zone).await.unwrap();
        assert_eq!(rebuilt.days, 41, "of those that have events");
        assert_eq!(rebuilt.differed, 0);
        let days = Days {
            first: date(40),
            last: date(0),
        };
        let told = ledger.gather((SITE, &zone), days, by_pages()).await;
        assert_eq!(told.unwrap().all.totals.events, 82);
        let days = Days {
            first: date(41),
            ..days
        };
        let told = ledger.gather((SITE, &zone), days, by_pages()).await;
        assert!(matches!(told, Err(Error::Gone(first)) if first == date(40)));
        let again = ledger.expire(SITE, kept(40, None), silent).await.unwrap();
        assert_eq!(again, None, "it went before");
        let wider = ledger.expire(SITE, kept(80, None), silent).await.unwrap();
        assert_eq!(wider, None, "what is gone does not come back");
    });
}

#[test]
fn sums_go_too_and_no_month_tells_of_them() {
    run(async {
        let (store, clock, ledger) = filled().await;
        let zone = berlin();
        let gone = ledger.expire(SITE, kept(35, Some(40)), silent).await;
        let gone = gone.unwrap().unwrap();
        assert_eq!((gone.events_days, gone.sums_days), (54, 49));
        assert_eq!(rows::<DayRows>(&store), 41);
        let told = ledger.overview(SITE, &zone, everything()).await.unwrap();
        assert_eq!(told.totals.events, 82);
        assert_eq!(told.totals.visitors, 42);
        clock.advance(Duration::from_hours(24));
        ledger.0.count_months().await.unwrap();
        let after = ledger.overview(SITE, &zone, everything()).await.unwrap();
        assert_eq!(after, told);
        assert_eq!(ledger.rebuild(SITE, &zone).await.unwrap().differed, 0);
        // Nothing is left in between: two parts of each day, and of the months that are whole.
        let months = rows::<Sheets>(&store) - 2 * 41;
        assert_eq!(months, 0, "September has lost days, October is not over");
    });
}

#[test]
fn what_comes_in_for_days_that_are_gone_is_given_up() {
    run(async {
        let (store, clock, ledger) = filled().await;
        let late = view(9_999, days_ago(60), 5);
        ledger.bring(SITE, &berlin(), vec![late]).await.unwrap();
        // Another process lets them go, which does not know that the event waits.
        let other = super::ledger(&store, &clock);
        other.0.waiting.forget(SITE);
        let expired = other.expire(SITE, kept(40, None), silent).await.unwrap();
        assert!(expired.is_some());
        ledger.fold_all().await.unwrap();
        let told = ledger.overview(SITE, &berlin(), everything()).await;
        assert_eq!(told.unwrap().totals.events, 180);
        assert!(ledger.0.waiting.days(SITE).is_empty());
    });
}

#[test]
fn what_a_crash_has_left_goes_the_next_time() {
    run(async {
        let (store, clock, ledger) = filled().await;
        // As far as the mark alone.
        let mut row = store.get::<Heads>(&SITE).unwrap().unwrap();
        row.value.horizon.events = super::super::day::Day::of(date(40));
        let mut batch = Batch::bookkeeping();
        batch.replace::<Heads>(&SITE, &row.value, row.version);
        store.commit(batch).await.unwrap();
        drop(ledger);
        let ledger = super::ledger(&store, &clock);
        assert_eq!(rows::<Blocks>(&store), 90);
        ledger.expire(SITE, kept(40, None), silent).await.unwrap();
        assert_eq!(rows::<Blocks>(&store), 41);
    });
}

#[test]
fn a_visitor_is_taken_out_of_events_and_of_sums() {
    run(async {
        let (_, _, ledger) = filled().await;
        let zone = berlin();
        ledger.expire(SITE, kept(40, None), silent).await.unwrap();
        let act = |_: &Erased| Batch::bookkeeping();
        let erased = ledger.erase(SITE, 7, act).await.unwrap().unwrap();
        assert_eq!(erased.events, 41);
        assert_eq!((erased.days, erased.days_of_sums), (90, 49));
        assert_eq!(erased.span, Some((date(89), date(0))));
        let told = ledger.overview(SITE, &zone, everything()).await.unwrap();
        assert_eq!(told.totals.visitors, 90, "one of each day");
        assert_eq!(told.totals.events, 41 + 2 * 49, "sums stay what they were");
        assert_eq!(ledger.rebuild(SITE, &zone).await.unwrap().differed, 0);
        assert_eq!(ledger.erase(SITE, 7, act).await.unwrap(), None);
        // Whoever comes again is somebody else.
        let again = view(5_000, noon(), 7);
        ledger.append(SITE, &zone, vec![again]).await.unwrap();
        let found = ledger.find(SITE, 7).await.unwrap().unwrap();
        assert_eq!((found.events, found.days), (1, 1));
    });
}
