//! Kills at every step of the disk: what was acknowledged is there, once.

use super::disk::PlayedDisk;
use super::model::{Model, unordered};
use super::*;

const RANGE: (&str, &str) = ("2026-10-20", "2026-10-28");

/// Three appends of four events each, and folds between them; gives the places of those that were
/// acknowledged, and whether all was done.
async fn live(ledger: &Ledger) -> (Vec<u64>, bool) {
    let mut acknowledged = Vec::new();
    let mut all = true;
    for round in 0..3 {
        let appended = ledger.append(SITE, &berlin(), batch(round)).await;
        all &= appended.is_ok();
        acknowledged.extend(appended.is_ok().then_some(round));
        all &= ledger.fold_all().await.is_ok();
    }
    (acknowledged, all)
}

fn batch(round: u64) -> Vec<Event> {
    let event = |place: u64| {
        let at = noon() - std::time::Duration::from_hours(place * 11);
        view(round * 4 + place, at, place + round % 2)
    };
    (0..4).map(event).collect()
}

#[test]
fn a_kill_between_any_two_steps_loses_nothing_and_counts_nothing_twice() {
    for steps in 0.. {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let first = store(&disk.disk()).unwrap();
        let (acknowledged, done) = run(async {
            let ledger = ledger(&first, &clock);
            disk.die_after(steps);
            live(&ledger).await
        });
        drop(first);
        disk.revive();
        let second = store(&disk.disk()).unwrap();
        run(async {
            let ledger = ledger(&second, &clock);
            let mut model = Model::default();
            for round in acknowledged {
                model.append(&batch(round));
                let again = ledger.append(SITE, &berlin(), batch(round)).await.unwrap();
                assert_eq!(again.doubled, 4, "step {steps}: round {round} was not kept");
            }
            for round in 0..3 {
                model.append(&batch(round));
                ledger.append(SITE, &berlin(), batch(round)).await.unwrap();
            }
            let range = days(RANGE.0, RANGE.1);
            for _ in 0..2 {
                let told = ledger.overview(SITE, &berlin(), range).await.unwrap();
                let expected = model.overview(&berlin(), range);
                assert_eq!(unordered(told), unordered(expected), "step {steps}");
                ledger.fold_all().await.unwrap();
            }
            let rebuilt = ledger.rebuild(SITE, &berlin()).await.unwrap();
            assert_eq!(rebuilt.differed, 0, "step {steps}");
        });
        if done {
            break;
        }
    }
}

#[test]
fn after_an_error_of_the_disk_what_was_refused_is_taken_when_it_is_sent_again() {
    for steps in 0..40 {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        run(async {
            let ledger = ledger(&store, &clock);
            disk.die_after(steps);
            live(&ledger).await;
            disk.revive();
            let mut model = Model::default();
            for round in 0..3 {
                model.append(&batch(round));
                let zone = berlin();
                let sent = ledger.append(SITE, &zone, batch(round));
                let mut sent = std::pin::pin!(sent);
                // What is not known yet is asked for again every second.
                while futures_util::poll!(&mut sent).is_pending() {
                    tokio::task::yield_now().await;
                    clock.advance(std::time::Duration::from_secs(1));
                }
            }
            let range = days(RANGE.0, RANGE.1);
            for _ in 0..2 {
                let told = ledger.overview(SITE, &berlin(), range).await.unwrap();
                assert_eq!(
                    unordered(told),
                    unordered(model.overview(&berlin(), range)),
                    "{steps}"
                );
                ledger.fold_all().await.unwrap();
            }
        });
    }
}

/// Two who send the same event at the same time: one is told that it was kept, and only one.
#[test]
fn of_two_who_send_the_same_at_once_one_keeps_it() {
    run(async {
        let (disk, clock) = (PlayedDisk::default(), Clock::manual(noon()));
        let store = store(&disk.disk()).unwrap();
        let ledger = ledger(&store, &clock);
        let zone = berlin();
        let sent = (0..8).map(|_| ledger.append(SITE, &zone, batch(0)));
        let kept = futures_util::future::join_all(sent).await;
        let kept: u32 = kept
            .into_iter()
            .map(|appended| appended.unwrap().kept)
            .sum();
        assert_eq!(kept, 4);
    });
}
