//! What is gone on one side waits before it is removed on the other, and may come back.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::crash::break_off;
use super::far::Far;
use super::{Yard, counts, id, text};

impl Yard {
    /// A member whose session does not end while days go by.
    pub(super) fn stays(mut self) -> Self {
        self.member = self.server.anonymous().acting_for("member@example.org");
        self
    }

    /// A push of so many records that lets what is gone here wait for a day.
    pub(super) async fn pushing(far: Far, records: u32) -> (Self, String) {
        let yard = Self::at(far).await.stays();
        yard.bring(0..records, "Airport").await;
        let sync = yard.sync().await;
        let path = format!("/connections/{}", yard.connection);
        let policy = yard.member.get(&path).await.expect(200)["removals"][0].clone();
        let rules = json!({
            "deletes": {"policy": policy, "most_percent": 50}, "quarantine_hours": 24,
        });
        let path = format!("/syncs/{sync}");
        let shown = yard.member.patch(&path, rules).await.expect(200);
        assert_eq!(shown["quarantine_hours"], 24);
        yard.run(&sync).await;
        (yard, sync)
    }

    /// A pull of so many records that does the same with what is gone there.
    pub(super) async fn pulling(records: u32) -> (Self, String) {
        let yard = Self::unhurried().await.stays();
        yard.colleagues_make(0..records).await;
        let rules = json!({"gone": "delete", "gone_percent": 50, "quarantine_hours": 24});
        let sync = yard.pull(rules).await;
        yard.run(&sync).await;
        (yard, sync)
    }

    /// The keys of the records that wait.
    pub(super) async fn waiting(&self, sync: &str) -> Vec<String> {
        let path = format!("/syncs/{sync}/quarantine");
        let list = self.member.get(&path).await.expect(200);
        let items = list["items"].as_array().unwrap();
        assert_eq!(list["total"], items.len());
        items.iter().map(|item| text(&item["key"])).collect()
    }

    /// How many records a run has held, how many of these wait, and how many it has deleted.
    pub(super) async fn left_by(&self, run: &Value) -> (u64, u64, u64) {
        self.assert_counted(run).await;
        let counts = counts(run);
        let quarantined = run["quarantined"].as_u64().unwrap();
        (counts["held"], quarantined, counts["deleted"])
    }
}

pub(super) const SOME_HOURS: Duration = Duration::from_hours(10);
pub(super) const THE_REST_OF_IT: Duration = Duration::from_hours(14);
pub(super) const A_DAY: Duration = Duration::from_hours(24);

async fn what_is_gone_here_waits_before_it_is_removed_there(far: Far) {
    let (yard, sync) = Yard::pushing(far, 12).await;
    for key in ["K0003", "K0004", "K0005"] {
        yard.delete_here(key).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (3, 3, 0), "{run}");
    assert_eq!(run["total"], 12, "{run}");
    assert_eq!(yard.vendor.names().await.len(), 12);
    assert_eq!(yard.waiting(&sync).await, ["K0003", "K0004", "K0005"]);
    let path = format!("/runs/{}/outcomes?state=held", id(&run));
    let reason = text(&yard.all(&path).await[0]["reason"]);
    assert!(
        reason.starts_with("quarantined: it is gone here"),
        "{reason}"
    );

    // One of them is made again in time, and is the same record as before.
    yard.advance(SOME_HOURS);
    yard.bring(4..5, "Airport").await;
    let writes = yard.vendor.writes().await;
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (2, 2, 0), "{run}");
    assert_eq!(counts(&run)["unchanged"], 10, "{run}");
    assert_eq!(yard.vendor.writes().await, writes, "it needs no write");
    assert_eq!(yard.waiting(&sync).await, ["K0003", "K0005"]);

    // One that goes later waits for its own day.
    yard.delete_here("K0006").await;
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (3, 3, 0), "{run}");
    yard.advance(THE_REST_OF_IT);
    let plan = yard.plan(&sync, json!({})).await;
    let foretold = counts(&plan);
    assert_eq!((foretold["deleted"], foretold["held"]), (2, 1), "{plan}");
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (1, 1, 2), "{run}");
    assert_eq!(yard.vendor.names().await.len(), 10);
    assert_eq!(yard.waiting(&sync).await, ["K0006"]);
    yard.advance(A_DAY);
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (0, 0, 1), "{run}");
    assert!(yard.waiting(&sync).await.is_empty());
    yard.assert_same().await;
}

#[tokio::test]
async fn what_is_gone_here_waits_before_it_is_removed_at_airtable() {
    Box::pin(what_is_gone_here_waits_before_it_is_removed_there(
        Far::Airtable,
    ))
    .await;
}

#[tokio::test]
async fn what_is_gone_here_waits_before_it_is_removed_at_notion() {
    Box::pin(what_is_gone_here_waits_before_it_is_removed_there(
        Far::Notion,
    ))
    .await;
}

#[tokio::test]
async fn what_is_gone_there_waits_before_it_is_deleted_here() {
    let (yard, sync) = Yard::pulling(12).await;
    let kept = yard.vendor.record("K0004").await["fields"].clone();
    for key in ["K0003", "K0004", "K0005"] {
        yard.delete_there(key).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (3, 3, 0), "{run}");
    assert_eq!(yard.names_here().await.len(), 12);
    assert_eq!(yard.waiting(&sync).await, ["K0003", "K0004", "K0005"]);

    // What somebody changes here meanwhile is theirs, and waits for nothing.
    yard.advance(SOME_HOURS);
    yard.write("K0005", json!({"name": "Mine"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (3, 2, 0), "{run}");
    assert_eq!(yard.waiting(&sync).await, ["K0003", "K0004"]);

    yard.advance(THE_REST_OF_IT);
    let plan = yard.plan(&sync, json!({})).await;
    let foretold = counts(&plan);
    assert_eq!((foretold["deleted"], foretold["held"]), (2, 1), "{plan}");
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (1, 0, 2), "{run}");
    let names = yard.names_here().await;
    assert!(!names.contains_key("K0004") && names.contains_key("K0005"));
    assert!(yard.waiting(&sync).await.is_empty());
    // A row of the same key is another one there, and comes as a new record.
    yard.vendor
        .edit(poem::http::Method::POST, "", Some(kept))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
}

#[tokio::test]
async fn a_page_that_comes_back_from_the_trash_is_let_out_without_a_write() {
    let yard = Yard::at(Far::Notion).await.stays();
    yard.colleagues_make(0..6).await;
    // The title holds the names; the codes have a property of their own.
    let code = yard.remote_field("Code").await;
    let rules = json!({
        "gone": "delete", "gone_percent": 50, "quarantine_hours": 24,
        "remote_key_field_id": code,
    });
    let sync = yard.pull(rules).await;
    yard.run(&sync).await;
    let page = yard.remote_id("K0002").await;
    yard.delete_there("K0002").await;
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (1, 1, 0), "{run}");
    let back = json!({"in_trash": false});
    yard.vendor
        .notion(
            poem::http::Method::PATCH,
            &format!("pages/{page}"),
            Some(back),
        )
        .await;
    let written = yard.server.count_in_book("sensitive_write");
    yard.advance(A_DAY);
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (0, 0, 0), "{run}");
    assert_eq!(counts(&run)["unchanged"], 6, "{run}");
    assert_eq!(yard.server.count_in_book("sensitive_write"), written);
    assert!(yard.waiting(&sync).await.is_empty());
}

#[tokio::test]
async fn what_has_waited_is_still_held_by_the_brake_and_by_an_empty_source() {
    let (yard, sync) = Yard::pushing(Far::Airtable, 4).await;
    let (other, pull) = Yard::pulling(4).await;
    for key in ["K0000", "K0001", "K0002"] {
        yard.delete_here(key).await;
        other.delete_there(key).await;
    }
    for (yard, sync) in [(&yard, &sync), (&other, &pull)] {
        let run = yard.run(sync).await;
        assert_eq!(yard.left_by(&run).await, (3, 3, 0), "{run}");
        assert!(run.get("deletions_held").is_none(), "{run}");
        yard.advance(A_DAY);
        let run = yard.run(sync).await;
        assert_eq!(yard.left_by(&run).await, (3, 0, 0), "{run}");
    }
    yard.delete_here("K0003").await;
    other.delete_there("K0003").await;
    for (yard, sync) in [(&yard, &sync), (&other, &pull)] {
        yard.run(sync).await;
        yard.advance(A_DAY);
        let run = yard.run(sync).await;
        assert_eq!(yard.left_by(&run).await, (4, 0, 0), "{run}");
    }
    assert_eq!(yard.vendor.names().await.len(), 4);
    assert_eq!(other.names_here().await.len(), 4);
}

#[tokio::test]
async fn without_a_quarantine_nothing_waits_and_what_waited_is_removed() {
    let (yard, sync) = Yard::pushing(Far::Airtable, 6).await;
    yard.delete_here("K0001").await;
    yard.run(&sync).await;
    assert_eq!(yard.waiting(&sync).await, ["K0001"]);
    let path = format!("/syncs/{sync}");
    let far_off = json!({"quarantine_hours": 8_761});
    yard.member
        .patch(&path, far_off)
        .await
        .problem(422, "validation_failed");
    let none = json!({"quarantine_hours": 0});
    yard.member.patch(&path, none).await.expect(200);
    assert!(yard.waiting(&sync).await.is_empty());
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (0, 0, 1), "{run}");
}

/// Lets a run be killed again and again while records begin to wait, and once they have waited.
async fn survives(yard: Yard, sync: String, seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    yard.tasks.stop().await;
    for (held, deleted) in [(40, 0), (0, 40)] {
        let run = yard.queue(&sync).await;
        for _ in 0..5 {
            break_off(&yard, Duration::from_millis(dice.random_range(1..40))).await;
        }
        break_off(&yard, Duration::from_mins(1)).await;
        let run = yard.shown(&run).await;
        assert_eq!(run["state"], "done", "seed {seed}: {run}");
        assert_eq!(counts(&run)["read"], 120, "seed {seed}: {run}");
        let left = yard.left_by(&run).await;
        assert_eq!(left, (held, held, deleted), "seed {seed}: {run}");
        yard.advance(A_DAY);
    }
    assert!(yard.waiting(&sync).await.is_empty());
}

#[tokio::test]
async fn killed_at_any_moment_what_is_gone_waits_its_time_and_no_longer() {
    for seed in 0..2 {
        let (yard, sync) = Yard::pushing(Far::Airtable, 120).await;
        for number in 0..40 {
            yard.delete_here(&format!("K{number:04}")).await;
        }
        Box::pin(survives(yard, sync, seed)).await;
    }
    let (yard, sync) = Yard::pulling(120).await;
    for number in 0..40 {
        yard.delete_there(&format!("K{number:04}")).await;
    }
    Box::pin(survives(yard, sync, 7)).await;
}

/// Where each run needs a plan, nothing was ever missed for long: only runs that wrote began to count.
#[tokio::test]
async fn a_plan_that_somebody_approves_removes_what_plans_before_it_have_missed() {
    let (yard, sync) = Yard::pulling(12).await;
    yard.delete_there("K0003").await;
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(counts(&plan)["held"], 1, "{plan}");
    assert_eq!(yard.waiting(&sync).await, ["K0003"]);
    yard.advance(A_DAY);
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(counts(&plan)["deleted"], 1, "{plan}");
    let run = yard.carry_out(&plan).await;
    assert_eq!(yard.left_by(&run).await, (0, 0, 1), "{run}");
    assert!(yard.waiting(&sync).await.is_empty());

    let (yard, sync) = Yard::pushing(Far::Airtable, 12).await;
    yard.delete_here("K0003").await;
    yard.plan(&sync, json!({})).await;
    assert_eq!(yard.waiting(&sync).await, ["K0003"]);
    yard.advance(A_DAY);
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(counts(&plan)["deleted"], 1, "{plan}");
}
