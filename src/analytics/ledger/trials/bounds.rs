//! What has bounds: how long anybody waits, and how many texts are told apart.

use std::time::Duration;

use super::super::block::Text;
use super::super::names;
use super::disk::PlayedDisk;
use super::*;
use crate::store::Batch;

#[test]
fn whoever_waits_is_told_when_the_appliance_goes_down() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let event = view(1, noon(), 1);
        // Somebody else who never gets to know what became of it.
        ledger.0.waiting.claim(SITE, &[event.id]);
        let zone = berlin();
        let mut sent = std::pin::pin!(ledger.append(SITE, &zone, vec![event]));
        assert!(futures_util::poll!(&mut sent).is_pending());
        tokio::task::yield_now().await;
        ledger.0.tasks.stop().await;
        assert!(matches!(sent.await, Err(Error::Stopped)));
    });
}

#[test]
fn texts_that_are_too_many_are_told_as_one_and_known_ones_as_before() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let seen = |number: u64, page: &str| Event {
            page: page.into(),
            source: page.into(),
            ..view(number, noon() + Duration::from_secs(number), number)
        };
        let first = vec![seen(1, "/known")];
        ledger.append(SITE, &berlin(), first).await.unwrap();
        ledger.fold_all().await.unwrap();
        let head = store.get::<Heads>(&SITE).unwrap().unwrap();
        let mut full = head.value.clone();
        assert_eq!(full.words_of[Text::Page as usize], 1);
        full.words_of[Text::Page as usize] = names::MOST - 1;
        let mut batch = Batch::bookkeeping();
        batch.replace::<Heads>(&SITE, &full, head.version);
        store.commit(batch).await.unwrap();
        let more = ["/last", "/a", "/b", "/known"];
        let more = (2..).zip(more).map(|(number, page)| seen(number, page));
        let more = more.collect::<Vec<_>>();
        ledger.append(SITE, &berlin(), more).await.unwrap();
        let range = days("2026-10-25", "2026-10-25");
        for _ in 0..2 {
            let told = ledger.overview(SITE, &berlin(), range).await.unwrap();
            let pages = told.table(Dimension::Page).lines.iter();
            let mut pages: Vec<_> = pages
                .map(|line| (&*line.value, line.totals.views))
                .collect();
            pages.sort_unstable();
            assert_eq!(pages, [("(other)", 2), ("/known", 2), ("/last", 1)]);
            assert_eq!(
                told.table(Dimension::Source).total,
                4,
                "another column has room"
            );
            ledger.fold_all().await.unwrap();
        }
        assert_eq!(ledger.rebuild(SITE, &berlin()).await.unwrap().differed, 0);
    });
}
