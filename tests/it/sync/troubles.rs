//! Syncs that fail time after time, and come through again.

use std::time::Duration;

use serde_json::{Value, json};

use super::Yard;

/// A member whose session does not end while hours go by, with a sync of three records.
async fn yard() -> (Yard, String) {
    let mut yard = Yard::unhurried().await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    (yard, sync)
}

impl Yard {
    /// Lets the vendor refuse the connection's token until it is healed.
    async fn refuse_token(&self) {
        let every_call = json!({"every_nth": 1, "match": {}});
        self.vendor.fault("unauthorized", every_call).await;
    }

    /// Runs the sync to its end.
    async fn run_to(&self, sync: &str, state: &str) {
        let run = self.run(sync).await;
        assert_eq!(run["state"], state, "{run}");
    }

    /// How the sync fails, once the scheduler has woken and told the book so.
    async fn begins_to_fail(&self, sync: &str) -> Value {
        let told = async {
            loop {
                let failing = self.failing(sync).await;
                if failing.is_object() {
                    return failing;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        self.fly(told).await
    }

    /// Returns once the scheduler has told the book that the sync fails no more.
    async fn recovers(&self, sync: &str) {
        let told = async {
            while self.failing(sync).await.is_object() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        self.fly(told).await;
    }

    async fn failing(&self, sync: &str) -> Value {
        let sync = self.member.get(&format!("/syncs/{sync}")).await.expect(200);
        sync["failing"].clone()
    }

    /// How often the book says that a sync fails, and that one has recovered.
    fn told(&self) -> (usize, usize) {
        let count = |word| self.server.count_in_book(word);
        (count("sync_failing"), count("sync_recovered"))
    }
}

#[tokio::test]
async fn a_sync_that_fails_three_times_is_told_once_and_so_is_its_recovery() {
    let (yard, sync) = yard().await;
    for _ in 0..2 {
        yard.refuse_token().await;
        for _ in 0..2 {
            yard.run_to(&sync, "failed").await;
        }
        let before = yard.told();
        assert!(yard.failing(&sync).await.is_null());
        for more in 0..2 {
            yard.run_to(&sync, "failed").await;
            let failing = yard.begins_to_fail(&sync).await;
            assert_eq!(failing["failures"], 3 + more, "{failing}");
            assert_eq!(failing["last"]["code"], "unauthorised", "{failing}");
            assert_eq!(yard.told(), (before.0 + 1, before.1));
        }
        let list = yard.member.get("/syncs").await.expect(200);
        assert_eq!(list["items"][0]["failing"]["failures"], 4, "{list}");
        yard.vendor.heal().await;
        for _ in 0..2 {
            yard.run_to(&sync, "done").await;
            yard.recovers(&sync).await;
            assert_eq!(yard.told(), (before.0 + 1, before.1 + 1));
        }
    }
    assert_eq!(yard.told(), (2, 2));
}

#[tokio::test]
async fn a_success_in_between_begins_the_count_anew_and_a_deleted_sync_is_forgotten() {
    let (yard, sync) = yard().await;
    for _ in 0..2 {
        yard.refuse_token().await;
        yard.run_to(&sync, "failed").await;
        yard.run_to(&sync, "failed").await;
        yard.vendor.heal().await;
        yard.run_to(&sync, "done").await;
    }
    assert_eq!(yard.told(), (0, 0));
    yard.refuse_token().await;
    for _ in 0..3 {
        yard.run_to(&sync, "failed").await;
    }
    yard.begins_to_fail(&sync).await;
    yard.member
        .delete(&format!("/syncs/{sync}"))
        .await
        .expect(204);
    yard.server.app.syncs.tell_troubles().await.unwrap();
    assert_eq!(yard.told(), (1, 0));
}

/// The word that is owed stands in the batch that ended the run: whoever starts next tells it.
#[tokio::test]
async fn a_word_that_could_not_be_told_before_a_crash_is_told_after_it() {
    let (yard, sync) = yard().await;
    yard.refuse_token().await;
    for _ in 0..2 {
        yard.run_to(&sync, "failed").await;
    }
    yard.tasks.stop().await;
    yard.advance(Duration::from_mins(5));
    yard.queue(&sync).await;
    // The run is executed, and nobody lives to tell what its end means.
    let syncs = &yard.server.app.syncs;
    let active = syncs.active().unwrap().remove(0);
    let stop = tokio_util::sync::CancellationToken::new();
    yard.fly(syncs.execute(&active, &stop)).await.unwrap();
    assert_eq!(yard.told(), (0, 0));
    assert!(yard.failing(&sync).await.is_null());
    let tasks = weighbridge::base::Tasks::default();
    yard.server.app.scheduler.start(&tasks);
    yard.begins_to_fail(&sync).await;
    assert_eq!(yard.told(), (1, 0));
    tasks.stop().await;
}
