//! Two-way syncs that take some of the records: what leaves the scope is let be on both sides, and
//! what comes back meets what was agreed before.

use std::time::Duration;

use poem::http::Method;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::both::told;
use super::extent::{filter, picked};
use super::far::Far;
use super::{Yard, counts, id, text};

every_provider! {
    what_leaves_the_filter_is_let_be_and_merges_when_it_comes_back
    an_edit_there_is_brought_though_the_record_leaves_with_it
    what_is_deleted_while_it_is_not_taken_costs_the_other_side_nothing
    a_row_is_brought_only_if_the_filter_takes_it
    only_what_is_picked_goes_both_ways
    killed_at_any_moment_nothing_that_leaves_the_scope_is_lost_or_made_twice
}

/// What removes everything on either side that it may.
fn ruthless(far: Far, scope: &Value) -> Value {
    let policy = if far == Far::Notion {
        "archive"
    } else {
        "delete"
    };
    json!({
        "scope": scope, "gone": "delete", "gone_percent": 100,
        "deletes": {"policy": policy, "matched": true, "most_percent": 100},
    })
}

impl Yard {
    async fn californian(far: Far, records: u32) -> (Self, String) {
        let yard = Self::at(far).await;
        let sync = yard
            .agreed(records, ruthless(far, &filter("state = CA")))
            .await;
        (yard, sync)
    }

    async fn told_by_run(&self, sync: &str) -> String {
        let run = self.run(sync).await;
        assert_eq!(run["state"], "done", "{run}");
        self.assert_counted(&run).await;
        told(&run)
    }

    async fn colleagues_make_one(&self, key: &str, state: &str) {
        let fields = json!({"Code": key, "Name": format!("Named {key}"), "State": state});
        self.vendor.edit(Method::POST, "", Some(fields)).await;
    }

    async fn has_here(&self, key: &str) -> bool {
        self.names_here().await.contains_key(key)
    }
}

async fn what_leaves_the_filter_is_let_be_and_merges_when_it_comes_back(far: Far) {
    let (yard, sync) = Yard::californian(far, 6).await;
    yard.patch("K0001", json!({"state": "TX"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 6");
    assert_eq!(yard.there("K0001", "State").await, "CA");
    yard.patch("K0001", json!({"name": "Ours"})).await;
    yard.edit_there("K0001", json!({"City": "Theirs"})).await;
    yard.assert_settled(&sync).await;
    assert_eq!(yard.there("K0001", "Name").await, "Airport 1");
    assert_eq!(yard.here("K0001").await["city"], "City 1");
    yard.patch("K0001", json!({"state": "CA"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "changed 1, unchanged 5");
    assert_eq!(yard.there("K0001", "Name").await, "Ours");
    assert_eq!(yard.here("K0001").await["city"], "Theirs");
    yard.assert_same().await;
    yard.assert_settled(&sync).await;
    // It is one like any other again: its deletion counts.
    yard.delete_here("K0001").await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 5, deleted 1");
    yard.assert_same().await;
}

async fn an_edit_there_is_brought_though_the_record_leaves_with_it(far: Far) {
    let (yard, sync) = Yard::californian(far, 6).await;
    yard.edit_there("K0002", json!({"State": "TX", "City": "Theirs"}))
        .await;
    yard.patch("K0002", json!({"name": "Ours"})).await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(told(&plan), "changed 1, unchanged 5", "{plan}");
    assert_eq!(plan["both"]["there"]["changed"], 0, "{plan}");
    assert_eq!(yard.told_by_run(&sync).await, "changed 1, unchanged 5");
    let here = yard.here("K0002").await;
    assert_eq!(
        (&here["state"], &here["city"]),
        (&json!("TX"), &json!("Theirs"))
    );
    assert_eq!(yard.there("K0002", "Name").await, "Airport 2");
    yard.edit_there("K0002", json!({"City": "Nobody's"})).await;
    yard.assert_settled(&sync).await;
    // Who has led it out leads it back.
    yard.edit_there("K0002", json!({"State": "CA"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "changed 1, unchanged 5");
    let here = yard.here("K0002").await;
    assert_eq!(
        (&here["state"], &here["city"]),
        (&json!("CA"), &json!("Nobody's"))
    );
    assert_eq!(yard.there("K0002", "Name").await, "Ours");
    yard.assert_same().await;
    yard.assert_settled(&sync).await;
}

async fn what_is_deleted_while_it_is_not_taken_costs_the_other_side_nothing(far: Far) {
    let (yard, sync) = Yard::californian(far, 6).await;
    for key in ["K0001", "K0002", "K0003"] {
        yard.patch(key, json!({"state": "TX"})).await;
    }
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 6");
    yard.delete_there("K0001").await;
    yard.delete_here("K0002").await;
    for _ in 0..2 {
        assert_eq!(yard.told_by_run(&sync).await, "unchanged 6");
    }
    assert!(yard.has_here("K0001").await);
    assert!(yard.keys_there().await.contains(&"K0002".to_owned()));
    // One that is gone there is made anew when it comes back.
    yard.patch("K0001", json!({"state": "CA"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "created 1, unchanged 5");
    // One that is gone here comes back when somebody works on it there.
    yard.edit_there("K0002", json!({"Name": "Again"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "created 1, unchanged 5");
    assert_eq!(yard.here("K0002").await["name"], "Again");
    yard.delete_here("K0003").await;
    yard.delete_there("K0003").await;
    yard.told_by_run(&sync).await;
    yard.assert_same().await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 5");
}

async fn a_row_is_brought_only_if_the_filter_takes_it(far: Far) {
    let (yard, sync) = Yard::californian(far, 2).await;
    yard.write("K0020", json!({"name": "Elsewhere", "state": "TX"}))
        .await;
    for (key, state) in [("K0010", "CA"), ("K0011", "TX"), ("K0020", "CA")] {
        yard.colleagues_make_one(key, state).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "created 1, unchanged 4", "{run}");
    yard.assert_counted(&run).await;
    let outcomes = yard.all(&format!("/runs/{}/outcomes", id(&run))).await;
    let stranger = yard.remote_id("K0011").await;
    let of_it = outcomes.iter().find(|one| one["remote_id"] == *stranger);
    let reason = text(&of_it.unwrap()["reason"]);
    assert!(reason.contains("would not take it"), "{reason}");
    assert!(yard.has_here("K0010").await && !yard.has_here("K0011").await);
    assert_eq!(yard.here("K0020").await["name"], "Elsewhere");
    yard.assert_settled(&sync).await;
    // What comes to pass the filter, on either side, is one of them from then on.
    yard.edit_there("K0011", json!({"State": "CA"})).await;
    yard.patch("K0020", json!({"name": "Named K0020", "state": "CA"}))
        .await;
    assert_eq!(
        yard.told_by_run(&sync).await,
        "created 1, matched 1, unchanged 3"
    );
    yard.assert_same().await;
    yard.assert_settled(&sync).await;
}

async fn only_what_is_picked_goes_both_ways(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..6, "Airport").await;
    let rules = ruthless(far, &picked());
    let sync = yard.both(rules).await;
    yard.pick(json!({"add": ["K0001", "K0002", "K0003"]})).await;
    assert_eq!(yard.told_by_run(&sync).await, "created 3");
    yard.colleagues_make(4..5).await;
    yard.colleagues_make(30..31).await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 5");
    assert!(!yard.has_here("K0030").await);
    yard.pick(json!({"remove": ["K0001"], "add": ["K0004"]}))
        .await;
    yard.patch("K0001", json!({"name": "Ours"})).await;
    yard.edit_there("K0001", json!({"City": "Theirs"})).await;
    yard.edit_there("K0002", json!({"City": "Theirs"})).await;
    let run = yard.run(&sync).await;
    // The one that was there already lacks its country there.
    assert_eq!(told(&run), "changed 2, unchanged 3", "{run}");
    assert_eq!(yard.here("K0001").await["city"], "City 1");
    assert_eq!(yard.here("K0002").await["city"], "Theirs");
    yard.pick(json!({"add": ["K0001"]})).await;
    assert_eq!(yard.told_by_run(&sync).await, "changed 1, unchanged 4");
    assert_eq!(yard.here("K0001").await["city"], "Theirs");
    assert_eq!(yard.there("K0001", "Name").await, "Ours");
    // Deleted is more than let go.
    yard.delete_here("K0003").await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 4, deleted 1");
    let there = yard.keys_there().await;
    assert_eq!(there, ["K0001", "K0002", "K0004", "K0030"]);
    // Who edits there what was deleted here, and is right, has it back.
    let change = json!({"conflicts": "remote"});
    let path = format!("/syncs/{sync}");
    yard.fly(yard.member.patch(&path, change)).await.expect(200);
    yard.delete_here("K0002").await;
    yard.edit_there("K0002", json!({"Name": "Kept"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "created 1, unchanged 3");
    assert_eq!(yard.here("K0002").await["name"], "Kept");
    yard.assert_settled(&sync).await;
}

#[tokio::test]
async fn a_run_of_a_plan_leaves_alone_what_has_left_the_scope_since() {
    let (yard, sync) = Yard::californian(Far::Airtable, 4).await;
    yard.patch("K0001", json!({"name": "Ours"})).await;
    yard.patch("K0002", json!({"name": "Ours"})).await;
    yard.bring(10..12, "Airport").await;
    yard.colleagues_make_one("K0020", "CA").await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(told(&plan), "created 3, changed 2, unchanged 2", "{plan}");
    for key in ["K0001", "K0010"] {
        yard.patch(key, json!({"state": "TX"})).await;
    }
    yard.edit_there("K0020", json!({"State": "TX"})).await;
    let run = yard.carry_out(&plan).await;
    assert_eq!(told(&run), "created 1, changed 1, held 3", "{run}");
    assert_eq!(yard.there("K0001", "Name").await, "Airport 1");
    assert_eq!(yard.there("K0002", "Name").await, "Ours");
    assert!(!yard.has_here("K0020").await);
    let there = yard.keys_there().await;
    assert!(!there.contains(&"K0010".to_owned()), "{there:?}");
}

#[tokio::test]
async fn a_conflict_about_a_record_that_leaves_the_scope_is_none_any_more() {
    let yard = Yard::unhurried().await;
    let rules = json!({"conflicts": "ask", "scope": filter("state = CA")});
    let sync = yard.agreed(3, rules).await;
    yard.patch("K0001", json!({"name": "Ours"})).await;
    yard.edit_there("K0001", json!({"Name": "Theirs"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 2, held 1");
    assert_eq!(yard.conflicts().await.len(), 1);
    yard.patch("K0001", json!({"state": "TX"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 3");
    assert!(yard.conflicts().await.is_empty());
    yard.patch("K0001", json!({"state": "CA"})).await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 2, held 1");
    assert_eq!(yard.conflicts().await.len(), 1);
}

/// A filter that nothing passes any more takes nothing away, however ruthless the sync is.
#[tokio::test]
async fn a_filter_that_nothing_passes_removes_nothing_on_either_side() {
    let (yard, sync) = Yard::californian(Far::Airtable, 8).await;
    let path = format!("/syncs/{sync}");
    let change = json!({"scope": filter("state = NV")});
    yard.fly(yard.member.patch(&path, change)).await.expect(200);
    for _ in 0..2 {
        assert_eq!(yard.told_by_run(&sync).await, "unchanged 8");
    }
    yard.assert_same().await;
    let all = json!({"scope": {"kind": "all"}});
    yard.fly(yard.member.patch(&path, all)).await.expect(200);
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 8");
    yard.delete_here("K0001").await;
    assert_eq!(yard.told_by_run(&sync).await, "unchanged 7, deleted 1");
}

/// Records leave, come back and come in on both sides while a run is killed again and again.
async fn killed_at_any_moment_nothing_that_leaves_the_scope_is_lost_or_made_twice(far: Far) {
    let seed = if far == Far::Airtable { 3 } else { 11 };
    let mut dice = StdRng::seed_from_u64(seed);
    let (yard, sync) = Yard::californian(far, 60).await;
    for number in 0..10 {
        yard.patch(&format!("K{number:04}"), json!({"state": "TX"}))
            .await;
    }
    yard.run(&sync).await;
    yard.tasks.stop().await;
    // Five come back, five are deleted on either side, ten leave here and ten there.
    for number in 0..5 {
        let key = format!("K{number:04}");
        yard.patch(
            &key,
            json!({"state": "CA", "name": format!("Back {number}")}),
        )
        .await;
    }
    for number in 5..10 {
        let key = format!("K{number:04}");
        if number < 7 {
            yard.delete_here(&key).await;
        } else {
            yard.delete_there(&key).await;
        }
    }
    for number in 10..20 {
        let key = format!("K{number:04}");
        yard.patch(&key, json!({"state": "TX", "name": "Left here"}))
            .await;
        let key = format!("K{:04}", number + 10);
        yard.edit_there(&key, json!({"State": "TX", "Name": "Left there"}))
            .await;
    }
    yard.bring(60..80, "Airport").await;
    for number in 80..100 {
        let state = if number < 90 { "CA" } else { "TX" };
        yard.colleagues_make_one(&format!("K{number:04}"), state)
            .await;
    }
    yard.let_fail(&mut dice).await;
    yard.advance(Duration::from_mins(5));
    let run = yard.queue(&sync).await;
    yard.survive(&mut dice, 120).await;
    let shown = yard.shown(&run).await;
    assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
    yard.assert_counted(&shown).await;
    assert_eq!(counts(&shown)["deleted"], 0, "seed {seed}: {shown}");
    let (here, there) = (yard.names_here().await, yard.keys_there().await);
    // Here all but the two that were deleted here and the ten that never came; there all but three.
    assert_eq!((here.len(), there.len()), (88, 97), "seed {seed}");
    let mut once = there.clone();
    once.dedup();
    assert_eq!(once, there, "seed {seed}");
    assert_eq!(yard.there("K0003", "Name").await, "Back 3");
    assert_eq!(yard.there("K0013", "Name").await, "Airport 13");
    assert_eq!(here["K0023"], "Left there");
    assert_eq!(here["K0085"], "Named K0085");
}
