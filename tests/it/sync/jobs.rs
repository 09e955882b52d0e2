//! Cancelling, trying again what was refused, and counts that add up whatever happens.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use weighbridge::base::{Actor, Party, Scope};

use super::crash::break_off;
use super::{Yard, counts, id, text};

impl Yard {
    pub(super) async fn cancel(&self, run: &str) -> Value {
        let path = format!("/runs/{run}/cancel");
        self.member.post(&path, json!({})).await.expect(200)
    }

    pub(super) async fn letters(&self, sync: &str) -> Vec<Value> {
        self.all(&format!("/syncs/{sync}/dead-letters")).await
    }

    pub(super) async fn retry(&self, run: &Value) -> Value {
        self.advance(Duration::from_mins(5));
        let path = format!("/runs/{}/retry", id(run));
        let retry = self.member.post(&path, json!({})).await.expect(202);
        self.fly(self.server.app.scheduler.idle()).await.unwrap();
        self.shown(&id(&retry)).await
    }
}

#[tokio::test]
async fn a_run_that_waits_is_cancelled_at_once() {
    let yard = Yard::unhurried().await;
    yard.tasks.stop().await;
    yard.bring(0..20, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    let shown = yard.cancel(&run).await;
    assert_eq!(shown["state"], "cancelled", "{shown}");
    assert!(shown["finished_at"].is_string());
    assert!(yard.server.app.syncs.active().unwrap().is_empty());
    assert_eq!(yard.server.count_in_book("run_cancelled"), 1);
    // Asked again, it is as it was; and its sync can run.
    assert_eq!(yard.cancel(&run).await["state"], "cancelled");
    yard.queue(&sync).await;
}

#[tokio::test]
async fn a_run_under_way_is_cancelled_after_the_calls_in_flight() {
    let yard = Yard::paced().await;
    yard.bring(0..1000, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    let cancelling = async {
        while counts(&yard.shown(&run).await)["created"] < 200 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        yard.cancel(&run).await;
        yard.server.app.scheduler.idle().await.unwrap();
    };
    yard.fly(cancelling).await;
    let shown = yard.shown(&run).await;
    assert_eq!(shown["state"], "cancelled", "{shown}");
    let created = counts(&shown)["created"];
    assert!((200..900).contains(&created), "{shown}");
    yard.assert_counted(&shown).await;
    assert_eq!(yard.vendor.records().await.len() as u64, created);
    assert_eq!(yard.server.count_in_book("run_cancel_requested"), 1);
    assert_eq!(yard.server.count_in_book("run_cancelled"), 1);
    let next = yard.run(&sync).await;
    assert_eq!(counts(&next)["unchanged"], created, "{next}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_run_that_has_ended_cannot_be_cancelled() {
    let yard = Yard::unhurried().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    let path = format!("/runs/{}/cancel", id(&run));
    let refused = yard.member.post(&path, json!({})).await;
    refused.problem(409, "conflict");
}

#[tokio::test]
async fn a_run_that_was_killed_after_it_was_cancelled_does_nothing_more() {
    let yard = Yard::unhurried().await;
    yard.tasks.stop().await;
    yard.bring(0..400, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    break_off(&yard, Duration::from_millis(30)).await;
    yard.cancel(&run).await;
    let writes = yard.vendor.writes().await;
    break_off(&yard, Duration::from_mins(1)).await;
    let shown = yard.shown(&run).await;
    assert_eq!(shown["state"], "cancelled", "{shown}");
    assert_eq!(yard.vendor.writes().await, writes);
    yard.assert_counted(&shown).await;
}

/// Three records that the vendor refuses, among others.
async fn refused(yard: &Yard) -> (String, Value) {
    yard.bring(0..40, "Airport").await;
    for key in ["K0003", "K0017", "K0031"] {
        yard.write(key, json!({"name": key, "state": "Atlantis"}))
            .await;
    }
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 3, "{run}");
    (sync, run)
}

#[tokio::test]
async fn what_was_refused_is_tried_again_and_nothing_else() {
    let yard = Yard::unhurried().await;
    let (_, run) = refused(&yard).await;
    yard.write("K0003", json!({"name": "Mended", "state": "CA"}))
        .await;
    yard.write("K0004", json!({"name": "Not asked for"})).await;
    let path = format!("/datasets/{}/records/K0017", yard.dataset);
    yard.member.delete(&path).await.expect(204);
    let retry = yard.retry(&run).await;
    let counts = counts(&retry);
    assert_eq!((counts["read"], counts["created"]), (3, 1), "{retry}");
    assert_eq!((counts["refused"], counts["held"]), (1, 1), "{retry}");
    assert_eq!(retry["kind"], "retry");
    assert_eq!(retry["retry_of"], run["id"]);
    assert_eq!(retry["total"], 3);
    yard.assert_counted(&retry).await;
    let untouched = yard.vendor.record("K0004").await;
    assert_eq!(untouched["fields"]["Name"], "Airport 4");
    // What is left of it can be tried again in turn.
    yard.write("K0031", json!({"name": "Mended", "state": "CA"}))
        .await;
    let last = yard.retry(&retry).await;
    assert_eq!(super::counts(&last)["created"], 1, "{last}");
    let path = format!("/runs/{}/retry", id(&last));
    let nothing = yard.member.post(&path, json!({})).await;
    nothing.problem(409, "conflict");
}

#[tokio::test]
async fn a_refused_record_is_a_dead_letter_until_it_is_written() {
    let yard = Yard::unhurried().await;
    let (sync, first) = refused(&yard).await;
    let second = yard.run(&sync).await;
    let letters = yard.letters(&sync).await;
    let keys: Vec<_> = letters.iter().map(|letter| text(&letter["key"])).collect();
    assert_eq!(keys, ["K0003", "K0017", "K0031"]);
    let letter = &letters[0];
    assert_eq!(letter["attempts"], 2, "{letter}");
    assert!(text(&letter["reason"]).contains("Atlantis"), "{letter}");
    assert_eq!(letter["run_id"], second["id"]);
    assert!(letter["first_at"].as_str() < second["queued_at"].as_str());
    assert!(letter["first_at"].as_str() > first["queued_at"].as_str());
    let sent = letter["payload"].as_array().unwrap().iter();
    let state = sent.clone().find(|cell| cell["field"] == "state").unwrap();
    assert_eq!(state["value"], "Atlantis");
    yard.write("K0017", json!({"name": "Mended", "state": "CA"}))
        .await;
    yard.run(&sync).await;
    let left = yard.letters(&sync).await;
    assert_eq!(left.len(), 2, "{left:?}");
}

#[tokio::test]
async fn dead_letters_are_discarded_one_by_one_or_all_together() {
    let yard = Yard::unhurried().await;
    let (sync, _) = refused(&yard).await;
    let all = format!("/syncs/{sync}/dead-letters");
    let one = format!("{all}/K0003");
    let measured = crate::metrics::scrape(&yard.member).await;
    assert_eq!(measured["weighbridge_dead_letters{of=\"syncs\"}"], 3);
    yard.member.delete(&one).await.expect(204);
    yard.member.delete(&one).await.problem(404, "not_found");
    assert_eq!(yard.letters(&sync).await.len(), 2);
    yard.member.delete(&all).await.expect(204);
    assert!(yard.letters(&sync).await.is_empty());
    assert_eq!(yard.server.count_in_book("dead_letters_discarded"), 2);
}

/// Kills, cancels, faults and a revoked token in an order of chance.
async fn adds_up(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let yard = Yard::unhurried().await;
    yard.tasks.stop().await;
    yard.bring(0..300, "Airport").await;
    for number in 0..10 {
        let key = format!("K{:04}", number * 29);
        yard.write(&key, json!({"name": key, "state": "Atlantis"}))
            .await;
    }
    let sync = yard.sync().await;
    for _ in 0..4 {
        yard.advance(Duration::from_mins(5));
        yard.vendor.heal().await;
        for fault in ["lost_answer", "cut", "server_error"] {
            let order = json!({"probability": 0.1, "seed": dice.random_range(0..1_000_000)});
            yard.vendor.fault(fault, order).await;
        }
        if dice.random_bool(0.4) {
            let after = dice.random_range(0..25);
            let order = json!({"after": after, "times": 100_000});
            yard.vendor.fault("unauthorized", order).await;
        }
        let run = yard.queue(&sync).await;
        for _ in 0..dice.random_range(0..3) {
            break_off(&yard, Duration::from_millis(dice.random_range(1..100))).await;
        }
        if dice.random_bool(0.5) && yard.shown(&run).await["finished_at"].is_null() {
            yard.cancel(&run).await;
        }
        break_off(&yard, Duration::from_mins(1)).await;
        let shown = yard.shown(&run).await;
        assert!(shown["finished_at"].is_string(), "seed {seed}: {shown}");
        yard.assert_counted(&shown).await;
    }
}

#[tokio::test]
async fn the_counts_add_up_however_runs_end() {
    for seed in 0..4 {
        adds_up(seed).await;
    }
}

/// Found by the simulation: nobody rang for it, and it waited for the next start.
#[tokio::test]
async fn a_run_is_executed_though_whoever_asked_for_it_has_gone_away() {
    let yard = Yard::unhurried().await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    let me = yard.member.get("/auth/session").await.expect(200)["user"].clone();
    let party = Party::User {
        id: id(&me).parse().unwrap(),
        email: text(&me["email"]),
        session: None,
        token: None,
    };
    let by = Actor {
        party,
        origin: None,
    };
    let syncs = &yard.server.app.syncs;
    let opened = syncs.open(&Scope::of(&by).unwrap(), sync.parse().unwrap());
    let opened = opened.unwrap();
    let mut asking = Box::pin(opened.queue(&by));
    assert!(futures_util::poll!(&mut asking).is_pending());
    drop(asking);
    let done = async {
        while yard.vendor.records().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    yard.fly(done).await;
}
