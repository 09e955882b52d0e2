//! Damaged rows give an error, never a wrong figure and never a panic.

use std::time::Duration;

use super::super::block;
use super::super::sheet::Sheet;
use super::*;

proptest! {
    #[test]
    fn events_come_back_from_their_block(
        events in prop::collection::vec(event(), 0..80),
        rising: bool,
    ) {
        let mut events = events;
        if rising {
            for (place, event) in (0_u64..).zip(&mut events) {
                event.id[..6].copy_from_slice(&((1 << 30) | (place * 7)).to_be_bytes()[2..]);
            }
        }
        let block = block::encode(&events);
        prop_assert_eq!(block::decode(&block).unwrap().events().unwrap(), events);
    }

    #[test]
    fn a_block_with_any_bit_changed_is_an_error(
        events in prop::collection::vec(event(), 1..40),
        at: prop::sample::Index,
        bit in 0..8_u8,
        cut: prop::sample::Index,
    ) {
        let block = block::encode(&events);
        prop_assert!(block::decode(&block[..cut.index(block.len())]).is_err());
        let mut changed = block;
        let at = at.index(changed.len());
        changed[at] ^= 1 << bit;
        prop_assert!(block::decode(&changed).is_err());
    }

    /// The seal holds, what it seals does not: nobody may panic at that either.
    #[test]
    fn sealed_nonsense_is_an_error_or_harmless(
        events in prop::collection::vec(event(), 1..40),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut block = block::encode(&events);
        block.truncate(block.len() - 4);
        for (at, byte) in &changes {
            let at = at.index(block.len());
            block[at] = *byte;
        }
        if let Ok(columns) = block::decode(&packed::seal(block.clone())) {
            drop(columns.events());
        }
        let sealed = packed::seal(block);
        drop(Sheet::decode(&sealed, &sealed));
    }
}

#[test]
fn a_damaged_row_of_the_store_is_an_error() {
    use super::super::row::{Blocks, DayRows, Sheets};
    use crate::store::{Batch, Key as _, Raw};
    run(async {
        let (disk, clock) = (super::disk::PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let events = (0..50).map(|number| view(number, noon(), number)).collect();
        ledger.append(SITE, &berlin(), events).await.unwrap();
        ledger.fold_all().await.unwrap();
        let range = days("2026-10-25", "2026-10-25");
        let row = store.scan::<Sheets>(&Scan::all(1)).unwrap().rows.remove(0);
        let mut bytes = row.value.0.clone();
        bytes[7] ^= 1;
        let mut batch = Batch::bookkeeping();
        batch.put::<Sheets>(&row.key, &Raw(bytes));
        store.commit(batch).await.unwrap();
        assert!(ledger.overview(SITE, &berlin(), range).await.is_err());
        let rebuilt = ledger.rebuild(SITE, &berlin()).await.unwrap();
        assert_eq!(
            rebuilt,
            Rebuilt {
                days: 1,
                differed: 1
            }
        );
        assert_eq!(
            ledger
                .overview(SITE, &berlin(), range)
                .await
                .unwrap()
                .totals
                .events,
            50
        );
        let row = store.scan::<Blocks>(&Scan::all(1)).unwrap().rows.remove(0);
        let mut bytes = row.value.0.clone();
        bytes[70] ^= 1;
        let mut batch = Batch::bookkeeping();
        batch.put::<Blocks>(&row.key, &Raw(bytes));
        store.commit(batch).await.unwrap();
        assert!(ledger.rebuild(SITE, &berlin()).await.is_err());
        ledger
            .append(SITE, &berlin(), vec![view(99, noon(), 1)])
            .await
            .unwrap();
        assert!(ledger.overview(SITE, &berlin(), range).await.is_err());
        assert!(ledger.fold_all().await.is_err());
        assert!(
            !store
                .scan::<DayRows>(&Scan::all(1))
                .unwrap()
                .rows
                .is_empty()
        );
        assert!(!SITE.bytes().is_empty());
    });
}

/// A ledger with two months that are counted, the first of which is damaged.
async fn with_a_damaged_month(store: &Store, clock: &Clock) -> Ledger {
    use super::super::row::{Part, Sheets};
    use crate::store::{Batch, Raw};
    let ledger = ledger(store, clock);
    let events = (0..40).map(|number: u64| {
        let at = noon() - Duration::from_hours(number * 17);
        view(number, at, number % 5)
    });
    let events = events.collect();
    ledger.append(SITE, &berlin(), events).await.unwrap();
    ledger.fold_all().await.unwrap();
    clock.advance(Duration::from_hours(24 * 30));
    ledger.0.count_months().await.unwrap();
    let rows = store.scan::<Sheets>(&Scan::all(usize::MAX)).unwrap().rows;
    let month = |row: &store::Row<Sheets>| row.key.1 == Part::MONTH_LINES;
    let row = rows.into_iter().find(month).unwrap();
    let mut bytes = row.value.0.clone();
    bytes[7] ^= 1;
    let mut batch = Batch::bookkeeping();
    batch.put::<Sheets>(&row.key, &Raw(bytes));
    store.commit(batch).await.unwrap();
    ledger
}

#[test]
fn a_damaged_month_is_told_and_mended() {
    run(async {
        let (disk, clock) = (super::disk::PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = with_a_damaged_month(&store, &clock).await;
        let range = days("2026-09-01", "2026-10-31");
        assert!(ledger.overview(SITE, &berlin(), range).await.is_err());
        let rebuilt = ledger.rebuild(SITE, &berlin()).await.unwrap();
        assert_eq!(rebuilt.differed, 1);
        let told = ledger.overview(SITE, &berlin(), range).await.unwrap();
        assert_eq!(told.totals.events, 40);
        let counted = months::counted(&store.snapshot().unwrap(), SITE).unwrap();
        assert_eq!(counted.len(), 2);
        assert_eq!(ledger.rebuild(SITE, &berlin()).await.unwrap().differed, 0);
    });
}

#[test]
fn what_is_folded_during_a_rebuild_is_no_failure_of_it() {
    for steps in 0..160 {
        run(async {
            let (disk, clock) = (super::disk::PlayedDisk::default(), Clock::manual(noon()));
            let store = store(&disk.disk()).unwrap();
            let ledger = with_a_damaged_month(&store, &clock).await;
            let zone = berlin();
            let meanwhile = async {
                for _ in 0..steps {
                    tokio::task::yield_now().await;
                }
                let late = vec![view(99, noon(), 77)];
                ledger.append(SITE, &zone, late).await.unwrap();
                ledger.fold_all().await.unwrap();
            };
            let proof = ledger.rebuild(SITE, &zone);
            let (rebuilt, ()) = futures_util::future::join(proof, meanwhile).await;
            assert_eq!(rebuilt.unwrap().differed, 1, "step {steps}");
        });
    }
}
