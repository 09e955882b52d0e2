//! What becomes of remote records that are no longer wanted: what is asked for, and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use poem::http::Method;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::crash::break_off;
use super::{Yard, counts, id, text};
use crate::support::Answer;

impl Yard {
    async fn let_go(&self, sync: &str, deletes: Value) -> Answer {
        let path = format!("/syncs/{sync}");
        self.member.patch(&path, json!({"deletes": deletes})).await
    }

    async fn remove(&self, keys: &[&str]) {
        let operations = keys.iter().map(|key| json!({"op": "delete", "key": key}));
        let body = json!({"operations": operations.collect::<Vec<_>>()});
        let path = format!("/datasets/{}/batch", self.dataset);
        self.member.post(&path, body).await.expect(200);
    }

    async fn carry(&self, plan: &Value) -> Value {
        let run = self.approve(plan).await;
        self.fly(self.server.app.scheduler.idle()).await.unwrap();
        self.shown(&run).await
    }

    async fn changes_of(&self, plan: &Value, fate: &str) -> Vec<Value> {
        let path = format!("/plans/{}/changes?fate={fate}", id(plan));
        self.all(&path).await
    }
}

/// A yard with a sync of so many records, all of them there, that deletes without a brake.
async fn deleting(records: u32) -> (Yard, String) {
    let yard = Yard::unhurried().await;
    yard.bring(0..records, "Airport").await;
    let sync = yard.sync().await;
    let deletes = json!({"policy": "delete", "most_percent": 100});
    yard.let_go(&sync, deletes).await.expect(200);
    yard.run(&sync).await;
    (yard, sync)
}

#[tokio::test]
async fn what_is_deleted_here_stays_there_unless_the_sync_says_otherwise() {
    let yard = Yard::unhurried().await;
    yard.bring(0..12, "Airport").await;
    let sync = yard.sync().await;
    let shown = yard.member.get(&format!("/syncs/{sync}")).await.expect(200);
    let usual = json!({
        "policy": "ignore", "matched": false, "most_records": 100, "most_percent": 25,
    });
    assert_eq!(shown["deletes"], usual);
    yard.run(&sync).await;
    yard.remove(&["K0003"]).await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["read"], counts(&run)["deleted"]), (11, 0));
    assert_eq!(yard.vendor.names().await.len(), 12);
    yard.let_go(&sync, json!({"policy": "delete"}))
        .await
        .expect(200);
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["read"], counts(&run)["deleted"]), (12, 1));
    assert_eq!(run["total"], 12);
    yard.assert_counted(&run).await;
    yard.assert_same().await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["read"], counts(&run)["deleted"]), (11, 0));
    let settled = yard.server.book();
    let settled = settled
        .iter()
        .filter(|line| line["metadata"]["event_code"] == "WB-SYNC-012")
        .filter(|line| line["unmapped"]["counts"]["deleted"] == 1);
    assert_eq!(settled.count(), 1);
}

#[tokio::test]
async fn many_are_deleted_by_tens_in_the_order_of_their_keys_with_what_is_written_between() {
    let (yard, sync) = deleting(60).await;
    let before = yard.vendor.writes().await;
    let gone: Vec<String> = (10..37).map(|number| format!("K{number:04}")).collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    yard.remove(&gone).await;
    yard.bring(60..63, "Airport").await;
    yard.write("K0001", json!({"name": "Renamed"})).await;
    let run = yard.run(&sync).await;
    let met = counts(&run);
    assert_eq!((met["deleted"], met["created"], met["changed"]), (27, 3, 1));
    assert_eq!(met["read"], 63, "{run}");
    assert_eq!(yard.vendor.writes().await, before + 3 + 1);
    yard.assert_counted(&run).await;
    yard.assert_same().await;
}

#[tokio::test]
async fn only_what_the_sync_has_made_is_deleted_unless_told_otherwise() {
    let yard = Yard::unhurried().await;
    yard.bring(0..4, "Airport").await;
    let there = json!({"Code": "K0001", "Name": "Old"});
    yard.vendor.edit(Method::POST, "", Some(there)).await;
    let sync = yard.sync().await;
    let own = json!({"policy": "delete", "most_percent": 100});
    yard.let_go(&sync, own).await.expect(200);
    yard.run(&sync).await;
    // A record that was met stays met when it is changed by the sync.
    yard.write("K0001", json!({"name": "Renamed"})).await;
    yard.run(&sync).await;
    yard.remove(&["K0001", "K0002"]).await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["read"], counts(&run)["deleted"]), (3, 1));
    assert_eq!(yard.vendor.names().await.len(), 3);
    let every = json!({"policy": "delete", "matched": true, "most_percent": 100});
    yard.let_go(&sync, every).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["read"], counts(&run)["deleted"]), (3, 1));
    yard.assert_same().await;
}

#[tokio::test]
async fn a_record_that_leaves_the_filter_or_the_selection_is_deleted_there() {
    let (yard, sync) = deleting(6).await;
    let path = format!("/syncs/{sync}");
    let scope = json!({"kind": "filter", "filter": "iata != K0004"});
    yard.member
        .patch(&path, json!({"scope": scope}))
        .await
        .expect(200);
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["read"], counts(&run)["deleted"]), (6, 1));
    let picks = format!("/datasets/{}/selection", yard.dataset);
    let picked = json!({"keys": ["K0000", "K0004", "K0005"]});
    yard.member.put(&picks, picked).await.expect(200);
    let scope = json!({"scope": {"kind": "selection"}});
    yard.member.patch(&path, scope).await.expect(200);
    let run = yard.run(&sync).await;
    let met = counts(&run);
    assert_eq!((met["deleted"], met["created"], met["read"]), (3, 1, 6));
    yard.assert_counted(&run).await;
    let mut there = yard.vendor.names().await;
    there.sort();
    let there: Vec<_> = there.into_iter().map(|(key, _)| key).collect();
    assert_eq!(there, ["K0000", "K0004", "K0005"]);
}

#[tokio::test]
async fn too_many_at_once_are_held_until_a_plan_is_approved_that_lists_them() {
    let (yard, sync) = deleting(20).await;
    let brakes = json!({"policy": "delete", "most_records": 3, "most_percent": 100});
    yard.let_go(&sync, brakes).await.expect(200);
    yard.remove(&["K0001", "K0002", "K0003", "K0004"]).await;
    yard.bring(20..21, "Airport").await;
    let run = yard.run(&sync).await;
    let met = counts(&run);
    assert_eq!((met["held"], met["deleted"], met["created"]), (4, 0, 1));
    let held = json!({"cause": "too_many", "records": 4, "linked": 20});
    assert_eq!(run["deletions_held"], held);
    assert_eq!((&run["total"], met["read"]), (&json!(21), 21));
    yard.assert_counted(&run).await;
    let path = format!("/runs/{}/outcomes?state=held", id(&run));
    let reason = text(&yard.all(&path).await[0]["reason"]);
    assert!(reason.contains("ask for a plan and approve it"), "{reason}");
    assert_eq!(yard.vendor.names().await.len(), 21);

    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!((counts(&plan)["deleted"], counts(&plan)["held"]), (4, 0));
    let listed = yard.changes_of(&plan, "deleted").await;
    let keys: Vec<_> = listed.iter().map(|one| one["key"].clone()).collect();
    assert_eq!(keys, ["K0001", "K0002", "K0003", "K0004"]);
    let name = listed[0]["fields"].as_array().unwrap().iter();
    let mut name = name.filter(|field| field["field"] == "name");
    let name = name.next().unwrap();
    assert_eq!(
        (&name["before"], &name["after"]),
        (&json!("Airport 1"), &Value::Null)
    );
    // What comes to be unwanted after that is not in it.
    yard.remove(&["K0009"]).await;
    let run = yard.carry(&plan).await;
    assert_eq!((counts(&run)["deleted"], counts(&run)["read"]), (4, 4));
    assert!(run.get("deletions_held").is_none(), "{run}");
    let there = yard.vendor.names().await;
    assert!(there.iter().any(|(key, _)| key == "K0009"));
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["deleted"], 1, "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_share_of_the_linked_records_is_a_brake_too() {
    let (yard, sync) = deleting(20).await;
    let brakes = json!({"policy": "delete", "most_percent": 10});
    yard.let_go(&sync, brakes).await.expect(200);
    yard.remove(&["K0001", "K0002", "K0003"]).await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (3, 0));
    yard.write("K0003", json!({"name": "Airport 3"})).await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (0, 2));
}

#[tokio::test]
async fn an_empty_source_deletes_nothing_not_even_by_a_plan() {
    let (yard, sync) = deleting(5).await;
    let all = ["K0000", "K0001", "K0002", "K0003", "K0004"];
    let ahead = {
        yard.remove(&all[..4]).await;
        yard.plan(&sync, json!({})).await
    };
    assert_eq!(counts(&ahead)["deleted"], 4);
    yard.remove(&all[4..]).await;
    let run = yard.carry(&ahead).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (4, 0));
    assert_eq!(run["deletions_held"]["cause"], "empty_source");
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["held"], counts(&run)["read"]), (5, 5));
    assert_eq!(run["deletions_held"]["cause"], "empty_source");
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!((counts(&plan)["held"], counts(&plan)["deleted"]), (5, 0));
    let run = yard.carry(&plan).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (5, 0));
    assert_eq!(yard.vendor.names().await.len(), 5);
    // A filter that takes nothing is an empty source as well.
    yard.bring(0..5, "Airport").await;
    let scope = json!({"scope": {"kind": "filter", "filter": "state = Atlantis"}});
    let path = format!("/syncs/{sync}");
    yard.member.patch(&path, scope).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["held"], 5, "{run}");
    assert_eq!(yard.vendor.names().await.len(), 5);
}

#[tokio::test]
async fn what_was_made_again_here_is_not_deleted_by_a_plan_and_what_is_gone_there_counts_as_deleted()
 {
    let (yard, sync) = deleting(6).await;
    yard.remove(&["K0001", "K0002", "K0003"]).await;
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(counts(&plan)["deleted"], 3);
    yard.write(
        "K0001",
        json!({"name": "Airport 1", "city": "City 1", "state": "CA", "country": "USA"}),
    )
    .await;
    let gone = text(&yard.vendor.record("K0002").await["id"]);
    yard.vendor.edit(Method::DELETE, &gone, None).await;
    let run = yard.carry(&plan).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (1, 2));
    let path = format!("/runs/{}/outcomes?state=held", id(&run));
    let outcome = yard.all(&path).await;
    assert_eq!(outcome[0]["key"], "K0001");
    assert!(text(&outcome[0]["reason"]).starts_with("moved:"));
    yard.assert_same().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 4, "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_deletion_that_is_refused_lies_among_the_dead_letters_and_can_be_tried_again() {
    let (yard, sync) = deleting(12).await;
    yard.remove(&["K0002", "K0003"]).await;
    let order = json!({"match": {"method": "DELETE"}, "times": 9});
    yard.vendor.fault("refused", order).await;
    let run = yard.run(&sync).await;
    yard.vendor.heal().await;
    assert_eq!((counts(&run)["refused"], counts(&run)["deleted"]), (2, 0));
    yard.assert_counted(&run).await;
    let letters = yard.all(&format!("/syncs/{sync}/dead-letters")).await;
    assert_eq!(letters.len(), 2, "{letters:?}");
    let retry = format!("/runs/{}/retry", id(&run));
    let retry = id(&yard.member.post(&retry, json!({})).await.expect(202));
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let run = yard.shown(&retry).await;
    assert_eq!((counts(&run)["deleted"], counts(&run)["read"]), (2, 2));
    let letters = yard.all(&format!("/syncs/{sync}/dead-letters")).await;
    assert!(letters.is_empty(), "{letters:?}");
    yard.assert_same().await;
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again_and_nothing_is_deleted_twice() {
    for fault in [
        "lost_answer",
        "cut",
        "truncated",
        "server_error",
        "bad_gateway",
    ] {
        let (yard, sync) = deleting(15).await;
        yard.remove(&["K0001", "K0002", "K0013"]).await;
        let order = json!({"match": {"method": "DELETE"}, "times": 1});
        yard.vendor.fault(fault, order).await;
        let run = yard.run(&sync).await;
        assert_eq!(counts(&run)["deleted"], 3, "{fault}: {run}");
        assert_eq!(run["state"], "done");
        yard.assert_counted(&run).await;
        yard.assert_same().await;
    }
}

/// Lets a run that removes and writes be killed again and again, then carries it to its end.
async fn survives(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let (yard, sync) = deleting(400).await;
    // The scheduler would execute beside the executions that are to be killed.
    yard.tasks.stop().await;
    let deletes = json!({"policy": "delete", "most_records": 500, "most_percent": 100});
    yard.let_go(&sync, deletes).await.expect(200);
    let gone: Vec<String> = (0..300).map(|number| format!("K{number:04}")).collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    yard.remove(&gone).await;
    yard.bring(400..440, "Airport").await;
    for fault in ["lost_answer", "cut", "server_error", "truncated"] {
        let seed = dice.random_range(0..1_000_000);
        for method in ["DELETE", "PATCH"] {
            let order = json!({"probability": 0.1, "seed": seed, "match": {"method": method}});
            yard.vendor.fault(fault, order).await;
        }
    }
    yard.advance(Duration::from_mins(5));
    let run = yard.queue(&sync).await;
    for _ in 0..6 {
        break_off(&yard, Duration::from_millis(dice.random_range(1..90))).await;
    }
    yard.vendor.heal().await;
    break_off(&yard, Duration::from_mins(1)).await;
    let run = yard.shown(&run).await;
    assert_eq!(run["state"], "done", "seed {seed}: {run}");
    let met = counts(&run);
    let met = (
        met["deleted"],
        met["created"],
        met["unchanged"],
        met["read"],
    );
    assert_eq!(met, (300, 40, 100, 440), "seed {seed}: {run}");
    assert_eq!(run["total"], 440, "seed {seed}: {run}");
    yard.assert_counted(&run).await;
    yard.assert_same().await;
}

#[tokio::test]
async fn killed_at_any_moment_under_faults_a_run_leaves_nothing_undeleted_and_nothing_doubled() {
    for seed in 0..4 {
        survives(seed).await;
    }
}

/// Lets a run that removes be killed again and again, and then be undone.
async fn is_undone(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let (yard, sync) = deleting(120).await;
    let before = yard.vendor.names().await;
    let before: BTreeMap<String, String> = before.into_iter().collect();
    yard.tasks.stop().await;
    let gone: Vec<String> = (0..80).map(|number| format!("K{number:04}")).collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    yard.remove(&gone).await;
    let order = json!({"probability": 0.2, "seed": seed, "match": {"method": "DELETE"}});
    yard.vendor.fault("lost_answer", order).await;
    yard.advance(Duration::from_mins(5));
    let run = yard.queue(&sync).await;
    for _ in 0..4 {
        break_off(&yard, Duration::from_millis(dice.random_range(1..60))).await;
    }
    yard.vendor.heal().await;
    break_off(&yard, Duration::from_mins(1)).await;
    let removed = yard.shown(&run).await;
    assert_eq!(counts(&removed)["deleted"], 80, "seed {seed}: {removed}");
    yard.advance(Duration::from_mins(5));
    let plan = yard
        .member
        .post(&format!("/runs/{run}/undo"), json!({}))
        .await;
    let plan = id(&plan.expect(202));
    break_off(&yard, Duration::from_mins(1)).await;
    yard.advance(Duration::from_mins(5));
    let undo = yard
        .member
        .post(&format!("/plans/{plan}/runs"), json!({}))
        .await;
    let undo = id(&undo.expect(202));
    break_off(&yard, Duration::from_mins(1)).await;
    let undo = yard.shown(&undo).await;
    assert_eq!(counts(&undo)["created"], 80, "seed {seed}: {undo}");
    let after: BTreeMap<String, String> = yard.vendor.names().await.into_iter().collect();
    assert_eq!(after, before, "seed {seed}");
}

#[tokio::test]
async fn what_a_resumed_run_has_removed_comes_back_by_an_undo() {
    for seed in 0..3 {
        Box::pin(is_undone(seed)).await;
    }
}

#[tokio::test]
async fn a_record_whose_key_a_colleague_gave_to_another_is_not_deleted_with_it() {
    let (yard, sync) = deleting(5).await;
    let first = text(&yard.vendor.record("K0001").await["id"]);
    let renamed = json!({"Code": "X0001"});
    yard.vendor.edit(Method::PATCH, &first, Some(renamed)).await;
    yard.write("X0001", json!({"name": "The other"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["matched"], 1, "{run}");
    yard.remove(&["K0001"]).await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (1, 0));
    yard.assert_same().await;
}

#[tokio::test]
async fn what_a_provider_cannot_do_and_brakes_that_hold_nothing_are_refused() {
    let yard = Yard::unhurried().await;
    yard.bring(0..2, "Airport").await;
    let sync = yard.sync().await;
    let path = format!("/connections/{}", yard.connection);
    let connection = yard.member.get(&path).await.expect(200);
    assert_eq!(connection["removals"], json!(["delete"]));
    for (deletes, place) in [
        (json!({"policy": "archive"}), "deletes.policy"),
        (
            json!({"policy": "delete", "most_records": 0}),
            "most_records",
        ),
        (
            json!({"policy": "delete", "most_percent": 0}),
            "most_percent",
        ),
        (
            json!({"policy": "delete", "most_percent": 101}),
            "most_percent",
        ),
    ] {
        let refused = yard.let_go(&sync, deletes).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], place, "{problem}");
    }
}

#[tokio::test]
async fn a_plan_is_outdated_once_the_sync_deletes_in_another_way() {
    let (yard, sync) = deleting(4).await;
    yard.remove(&["K0001"]).await;
    let plan = yard.plan(&sync, json!({})).await;
    yard.let_go(&sync, json!({"policy": "ignore"}))
        .await
        .expect(200);
    let run = yard.carry(&plan).await;
    assert_eq!(run["failure"]["code"], "plan_outdated", "{run}");
    assert_eq!(yard.vendor.names().await.len(), 4);
}

/// Lets a run come to its first deletion, which the provider puts off, and does something to what
/// is here before it comes to the next. Gives the run as it ends.
async fn meanwhile(yard: &Yard, sync: &str, act: impl Future<Output = ()>) -> Value {
    let order = json!({"match": {"method": "DELETE"}, "times": 1});
    yard.vendor.fault("rate_limited", order).await;
    let run = yard.queue(sync).await;
    let acting = async {
        // Calls go through real sockets.
        while yard.vendor.statistics().await["faults"]["rate_limited"] != 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        act.await;
    };
    let both = async { tokio::join!(yard.server.app.scheduler.idle(), acting) };
    yard.fly(both).await.0.unwrap();
    yard.shown(&run).await
}

#[tokio::test]
async fn a_source_that_is_emptied_while_a_run_is_under_way_deletes_nothing_more() {
    let (yard, sync) = deleting(40).await;
    let keys: Vec<String> = (0..40).map(|number| format!("K{number:04}")).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    yard.remove(&keys[..4]).await;
    let run = Box::pin(meanwhile(&yard, &sync, yard.remove(&keys[4..]))).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (4, 0));
    assert_eq!(yard.vendor.names().await.len(), 40);
}

#[tokio::test]
async fn a_field_of_the_filter_that_is_dropped_while_a_run_is_under_way_deletes_nothing() {
    let (yard, sync) = deleting(12).await;
    let fields = |names: &[&str]| {
        let fields = names
            .iter()
            .map(|name| json!({"name": name, "type": "text"}));
        json!({"fields": fields.collect::<Vec<_>>()})
    };
    let dataset = format!("/datasets/{}", yard.dataset);
    let more = fields(&["iata", "name", "city", "state", "country", "note"]);
    yard.member.patch(&dataset, more).await.expect(200);
    let keys: Vec<String> = (0..12).map(|number| format!("K{number:04}")).collect();
    for key in &keys {
        yard.write(key, json!({"name": "Noted", "note": "keep"}))
            .await;
    }
    let scope = json!({"scope": {"kind": "filter", "filter": "note = keep"}});
    let path = format!("/syncs/{sync}");
    yard.member.patch(&path, scope).await.expect(200);
    yard.run(&sync).await;
    yard.remove(&["K0003"]).await;
    let drop = async {
        let fewer = fields(&["iata", "name", "city", "state", "country"]);
        yard.member.patch(&dataset, fewer).await.expect(200);
        yard.server.app.datasets.tidy().await.unwrap();
    };
    let run = Box::pin(meanwhile(&yard, &sync, drop)).await;
    assert_eq!(run["failure"]["code"], "mapping_moved", "{run}");
    assert_eq!(counts(&run)["deleted"], 0, "{run}");
    assert_eq!(yard.vendor.names().await.len(), 12);
}

#[tokio::test]
async fn what_a_colleague_has_changed_there_goes_by_a_plan_alone_that_has_shown_it() {
    let (yard, sync) = deleting(8).await;
    let there = async |key: &str| {
        let vendor = &yard.vendor;
        text(&vendor.record(key).await["id"])
    };
    let edit = |name: &str| Some(json!({ "Name": name }));
    for key in ["K0001", "K0002"] {
        let id = there(key).await;
        yard.vendor.edit(Method::PATCH, &id, edit("Mine")).await;
    }
    yard.remove(&["K0001", "K0002", "K0003"]).await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (2, 1));
    yard.assert_counted(&run).await;
    let path = format!("/runs/{}/outcomes?state=held", id(&run));
    let reason = text(&yard.all(&path).await[0]["reason"]);
    assert!(reason.contains("not as the sync left it"), "{reason}");

    // A plan that has not looked there removes no more than a run without one.
    let plan = yard.plan(&sync, json!({})).await;
    let run = yard.carry(&plan).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (2, 0));

    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    let listed = yard.changes_of(&plan, "deleted").await;
    let told = "it was changed there since the sync wrote it";
    assert_eq!(listed[0]["reason"], told, "{listed:?}");
    // One that is changed again after that is not what was approved.
    let id = there("K0002").await;
    yard.vendor
        .edit(Method::PATCH, &id, edit("Mine again"))
        .await;
    let run = yard.carry(&plan).await;
    assert_eq!((counts(&run)["held"], counts(&run)["deleted"]), (1, 1));
    let left = yard.vendor.names().await;
    assert!(
        left.contains(&("K0002".into(), "Mine again".into())),
        "{left:?}"
    );
    assert_eq!(left.len(), 6);
}

#[tokio::test]
async fn a_record_that_bears_another_key_there_is_not_deleted_by_the_run_that_meets_that_key() {
    let (yard, sync) = deleting(5).await;
    let first = text(&yard.vendor.record("K0003").await["id"]);
    let renamed = json!({"Code": "A0001"});
    yard.vendor.edit(Method::PATCH, &first, Some(renamed)).await;
    yard.remove(&["K0003"]).await;
    yard.write("A0001", json!({"name": "The other"})).await;
    let run = yard.run(&sync).await;
    let met = counts(&run);
    assert_eq!((met["matched"], met["held"], met["deleted"]), (1, 1, 0));
    yard.assert_same().await;
}

#[tokio::test]
async fn records_on_their_way_out_are_not_taken_for_those_whose_answers_were_lost() {
    let (yard, sync) = deleting(60).await;
    let gone: Vec<String> = (0..40).map(|number| format!("K{number:04}")).collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    yard.remove(&gone).await;
    yard.bring(60..100, "Airport").await;
    let order = json!({"match": {"method": "PATCH"}, "times": 1});
    yard.vendor.fault("cut", order).await;
    let run = yard.run(&sync).await;
    let met = counts(&run);
    assert_eq!(
        (met["created"], met["deleted"], met["unknown"]),
        (40, 40, 0)
    );
    yard.assert_same().await;
}
