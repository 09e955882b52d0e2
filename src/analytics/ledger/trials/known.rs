//! What was answered before is given again, and never once it is no longer so.

use super::disk::PlayedDisk;
use super::*;
use crate::analytics::ledger::row::Blocks;

fn inquiry(facet: Facet) -> Inquiry {
    Inquiry {
        facets: vec![facet],
        filters: Vec::new(),
        reached: None,
        crowding: Crowding::Counted,
        week_starts: 0,
    }
}

async fn events(ledger: &Ledger, facet: Facet) -> Result<u64, Error> {
    let days = days("2026-10-20", "2026-10-25");
    let told = ledger.gather((SITE, &berlin()), days, inquiry(facet)).await;
    told.map(|told| told.all.totals.events)
}

async fn take(ledger: &Ledger, number: u64, visitor: u64) {
    let event = view(number, noon(), visitor);
    ledger.append(SITE, &berlin(), vec![event]).await.unwrap();
}

#[test]
fn an_answer_is_given_as_long_as_no_day_has_changed() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        take(&ledger, 1, 1).await;
        assert_eq!(events(&ledger, Facet::Page).await.unwrap(), 1);
        take(&ledger, 2, 2).await;
        assert_eq!(events(&ledger, Facet::Page).await.unwrap(), 2, "one waits");
        ledger.fold_all().await.unwrap();
        assert_eq!(events(&ledger, Facet::Page).await.unwrap(), 2);
        take(&ledger, 3, 2).await;
        ledger.fold_all().await.unwrap();
        assert_eq!(events(&ledger, Facet::Page).await.unwrap(), 3);
        let act = |_: &Erased| Batch::bookkeeping();
        ledger.erase(SITE, 2, act).await.unwrap();
        assert_eq!(events(&ledger, Facet::Page).await.unwrap(), 1);
        // Nobody looks into the events for it any more.
        let mut batch = Batch::bookkeeping();
        batch.clear::<Blocks>(Vec::new(), usize::MAX);
        store.commit(batch).await.unwrap();
        assert_eq!(events(&ledger, Facet::Page).await.unwrap(), 1);
        assert!(events(&ledger, Facet::Source).await.is_err());
    });
}
