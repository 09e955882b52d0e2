//! Kills at any moment, with faults on top: after the next run everything is there once.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use tokio_util::sync::CancellationToken;
use weighbridge::store::Batch;

use super::{Yard, counts};

/// Executes what is due and breaks off after `moment`, wherever it is just then.
pub(super) async fn break_off(yard: &Yard, moment: Duration) {
    let syncs = &yard.server.app.syncs;
    let stop = CancellationToken::new();
    for run in syncs.active().unwrap() {
        let killed = tokio::time::sleep(moment);
        yard.fly(async {
            tokio::select! {
                ended = syncs.execute(&run, &stop) => ended.unwrap(),
                () = killed => {}
            }
        })
        .await;
        // What the killed one had handed to the store's writer is through when this is.
        yard.server
            .app
            .store
            .commit(Batch::bookkeeping())
            .await
            .unwrap();
    }
}

impl Yard {
    /// Lets the vendor fail now and then, in every way.
    pub(super) async fn let_fail(&self, dice: &mut StdRng) {
        for fault in ["lost_answer", "cut", "server_error", "truncated"] {
            let order = json!({"probability": 0.1, "seed": dice.random_range(0..1_000_000)});
            self.vendor.fault(fault, order).await;
        }
    }

    /// Kills what is under way some times, each after so many milliseconds at most.
    pub(super) async fn kill(&self, dice: &mut StdRng, times: usize, most_ms: u64) {
        for _ in 0..times {
            break_off(self, Duration::from_millis(dice.random_range(1..most_ms))).await;
        }
    }

    /// Kills what is under way again and again, then carries it to its end where nothing fails.
    pub(super) async fn survive(&self, dice: &mut StdRng, most_ms: u64) {
        self.kill(dice, 6, most_ms).await;
        self.vendor.heal().await;
        break_off(self, Duration::from_mins(1)).await;
    }
}

/// Lets a run be killed again and again, then carries it to its end.
async fn survives(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let yard = Yard::unhurried().await;
    // The scheduler would execute beside the executions that are to be killed.
    yard.tasks.stop().await;
    yard.bring(0..400, "Airport").await;
    let sync = yard.sync().await;
    yard.let_fail(&mut dice).await;
    let run = yard.queue(&sync).await;
    yard.survive(&mut dice, 120).await;
    let shown = yard.shown(&run).await;
    assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
    assert_eq!(counts(&shown)["read"], 400, "seed {seed}: {shown}");
    assert_eq!(counts(&shown)["created"], 400, "seed {seed}: {shown}");
    yard.assert_counted(&shown).await;
    yard.assert_same().await;
}

#[tokio::test]
async fn killed_at_any_moment_under_faults_a_run_ends_with_every_record_once() {
    for seed in 0..4 {
        survives(seed).await;
    }
}

#[tokio::test]
async fn a_run_that_was_stopped_goes_on_at_the_next_start() {
    let yard = Yard::unhurried().await;
    yard.tasks.stop().await;
    yard.bring(0..300, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    let stop = CancellationToken::new();
    let active = yard.server.app.syncs.active().unwrap();
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(40)).await;
        stop.cancel();
        std::future::pending::<()>().await;
    };
    let execution = yard.fly(async {
        tokio::select! {
            ended = yard.server.app.syncs.execute(&active[0], &stop) => ended,
            () = stopping => unreachable!(),
        }
    });
    execution.await.unwrap();
    assert_eq!(yard.server.count_in_book("run_paused"), 1);
    break_off(&yard, Duration::from_mins(1)).await;
    let shown = yard.shown(&run).await;
    assert_eq!(counts(&shown)["created"], 300, "{shown}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_run_that_is_claimed_again_is_out_of_the_hands_that_had_it() {
    let yard = Yard::unhurried().await;
    yard.tasks.stop().await;
    yard.bring(0..400, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    let syncs = &yard.server.app.syncs;
    let active = syncs.active().unwrap();
    let stop = CancellationToken::new();
    let second = async {
        while yard.shown(&run).await["state"] == "queued" {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        syncs.execute(&active[0], &stop).await
    };
    let both = async { tokio::join!(syncs.execute(&active[0], &stop), second) };
    let (first, second) = yard.fly(both).await;
    assert!(first.is_err(), "it committed after it had lost its claim");
    second.unwrap();
    let shown = yard.shown(&run).await;
    assert_eq!(shown["state"], "done", "{shown}");
    yard.assert_counted(&shown).await;
    yard.assert_same().await;
}

#[tokio::test]
async fn a_run_that_does_nothing_any_more_is_taken_up_again() {
    let yard = Yard::unhurried().await;
    yard.bring(0..100, "Airport").await;
    let sync = yard.sync().await;
    let started = || yard.server.count_in_book("run_started");
    // An answer that nobody waits out: the sandbox's clock stands still.
    let forever = json!({"times": 1, "delay_ms": 60_000});
    yard.vendor.fault("slow", forever).await;
    let run = yard.queue(&sync).await;
    while yard.vendor.writes().await == 0 {
        yard.server.clock.advance(Duration::from_millis(20));
        tokio::task::yield_now().await;
    }
    while started() < 2 {
        yard.server.clock.advance(Duration::from_mins(1));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let shown = yard.shown(&run).await;
    assert_eq!(shown["state"], "done", "{shown}");
    assert_eq!(shown["counts"]["created"], 100, "{shown}");
    assert_eq!(yard.server.count_in_book("sys_job_fail"), 1);
    yard.assert_counted(&shown).await;
    yard.assert_same().await;
}
