//! Deliveries to a hook, of which nobody can read what became of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use weighbridge::sandbox::ZapierKnobs;

use super::crash::break_off;
use super::far::Far;
use super::{Yard, counts, id, text};

impl Yard {
    /// A yard with so many airports and a sync to a hook.
    async fn hook(records: u32) -> (Self, String) {
        let yard = Self::at(Far::Zapier).await;
        yard.bring(0..records, "Airport").await;
        let sync = yard.sync().await;
        (yard, sync)
    }

    async fn resend_unknown(&self, sync: &str, choice: &str) {
        let change = json!({"resend_unknown": choice});
        let changed = self.member.patch(&format!("/syncs/{sync}"), change).await;
        assert_eq!(changed.expect(200)["resend_unknown"], choice);
    }

    /// The ids of the deliveries by their records' keys, in the order in which they came.
    async fn ids(&self) -> BTreeMap<String, Vec<String>> {
        let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for body in self.vendor.deliveries().await {
            let of_record = ids.entry(text(&body["iata"])).or_default();
            of_record.push(text(&body["delivery_id"]));
        }
        ids
    }
}

#[tokio::test]
async fn a_delivery_has_an_id_a_change_and_the_values_by_their_names() {
    let (yard, sync) = Yard::hook(1).await;
    yard.run(&sync).await;
    yard.write("K0000", json!({"name": "Renamed"})).await;
    yard.run(&sync).await;
    let deliveries = yard.vendor.deliveries().await;
    let changes: Vec<&Value> = deliveries.iter().map(|body| &body["change"]).collect();
    assert_eq!(changes, ["created", "changed"]);
    assert_ne!(deliveries[0]["delivery_id"], deliveries[1]["delivery_id"]);
    assert_eq!(deliveries[0]["city"], "City 0");
    assert_eq!(deliveries[1]["name"], "Renamed");
    assert_eq!(
        deliveries[1]["city"],
        Value::Null,
        "what was cleared is there"
    );
}

#[tokio::test]
async fn a_delivery_without_an_answer_stays_unknown_until_somebody_decides() {
    let (yard, sync) = Yard::hook(34).await;
    yard.vendor
        .fault("lost_answer", json!({"times": 3, "after": 5}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    let told = counts(&run);
    assert_eq!((told["created"], told["unknown"]), (31, 3), "{run}");
    yard.assert_counted(&run).await;
    let again = yard.run(&sync).await;
    let told = counts(&again);
    assert_eq!((told["unchanged"], told["unknown"]), (31, 3), "{again}");
    assert_eq!(
        yard.vendor.deliveries().await.len(),
        34,
        "none was sent again"
    );
    let arrived = yard.ids().await;
    for letter in yard.letters(&sync).await {
        let key = text(&letter["key"]);
        assert_eq!(arrived[&key], [text(&letter["delivery"]["id"])], "{letter}");
        assert_eq!(letter["payload"][0]["value"], key.as_str());
    }
    let retried = yard.retry(&again).await;
    assert_eq!(counts(&retried)["created"], 3, "{retried}");
    assert_eq!(yard.vendor.deliveries().await.len(), 37);
    for (key, ids) in yard.ids().await {
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), 1, "{key} was sent under several ids");
    }
    assert!(yard.letters(&sync).await.is_empty());
    assert_eq!(counts(&yard.run(&sync).await)["unchanged"], 34);
}

#[tokio::test]
async fn where_it_is_wanted_what_had_no_answer_is_sent_again_under_the_same_id() {
    let (yard, sync) = Yard::hook(34).await;
    yard.resend_unknown(&sync, "always").await;
    yard.vendor
        .fault("lost_answer", json!({"times": 3, "after": 5}))
        .await;
    yard.vendor
        .fault("cut", json!({"times": 2, "after": 9}))
        .await;
    yard.vendor
        .fault("gateway_timeout", json!({"times": 1, "after": 20}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 34, "{run}");
    yard.assert_same().await;
    let ids = yard.ids().await;
    assert!(ids.values().all(|ids| ids.iter().all(|one| *one == ids[0])));
    assert_eq!(ids.values().map(Vec::len).sum::<usize>(), 38);
}

#[tokio::test]
async fn one_delivery_alone_is_sent_again_by_choice() {
    let (yard, sync) = Yard::hook(12).await;
    yard.vendor.fault("cut", json!({"times": 2})).await;
    yard.run(&sync).await;
    let letters = yard.letters(&sync).await;
    let key = text(&letters[0]["key"]);
    let path = format!("/syncs/{sync}/dead-letters/{key}/resend");
    let chosen = yard.member.post(&path, json!({})).await.expect(200);
    assert_eq!(chosen["delivery"]["resend"], true, "{chosen}");
    let run = yard.run(&sync).await;
    let told = counts(&run);
    assert_eq!((told["created"], told["unknown"]), (1, 1), "{run}");
    assert_eq!(
        yard.ids().await[&key],
        [text(&letters[0]["delivery"]["id"])]
    );
    assert!(
        yard.server
            .book()
            .iter()
            .any(|line| { line["metadata"]["event_code"] == "WB-SYNC-060" })
    );
    yard.member
        .post(&path, json!({}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_delivery_in_doubt_that_is_discarded_is_taken_for_delivered() {
    let (yard, sync) = Yard::hook(12).await;
    yard.vendor.fault("lost_answer", json!({"times": 2})).await;
    yard.run(&sync).await;
    let letters = yard.letters(&sync).await;
    let path = format!("/syncs/{sync}/dead-letters");
    let one = format!("{path}/{}", text(&letters[0]["key"]));
    yard.member.delete(&one).await.expect(204);
    yard.member.delete(&path).await.expect(204);
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 12, "{run}");
    assert_eq!(yard.vendor.deliveries().await.len(), 12);
    // And what changes then is a change.
    yard.write(&text(&letters[0]["key"]), json!({"name": "Renamed"}))
        .await;
    assert_eq!(counts(&yard.run(&sync).await)["changed"], 1);
}

#[tokio::test]
async fn other_content_is_another_delivery_and_is_not_held_up() {
    let (yard, sync) = Yard::hook(3).await;
    yard.run(&sync).await;
    yard.write("K0001", json!({"name": "Second"})).await;
    yard.vendor.fault("lost_answer", json!({})).await;
    assert_eq!(counts(&yard.run(&sync).await)["unknown"], 1);
    // Back to what was delivered first: at the other end may be either, so it is sent.
    yard.bring(1..2, "Airport").await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    let ids = yard.ids().await["K0001"].clone();
    assert_eq!(ids.len(), 3);
    assert_eq!(
        ids.iter().collect::<BTreeSet<_>>().len(),
        3,
        "three deliveries, three ids"
    );
    assert!(yard.letters(&sync).await.is_empty());
    yard.assert_same().await;
}

#[tokio::test]
async fn a_plan_leaves_what_is_in_doubt_alone_and_carries_the_rest_out() {
    let (yard, sync) = Yard::hook(6).await;
    yard.vendor.fault("lost_answer", json!({})).await;
    yard.run(&sync).await;
    yard.bring(6..8, "New").await;
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(plan["read_first"], false, "{plan}");
    assert_eq!(plan["counts"]["created"], 2, "{plan}");
    assert_eq!(plan["counts"]["unknown"], 1, "{plan}");
    assert_eq!(plan["calls"], 2, "{plan}");
    let run = yard.carry_out(&plan).await;
    assert_eq!(counts(&run)["created"], 2, "{run}");
    assert_eq!(yard.vendor.deliveries().await.len(), 8);
}

#[tokio::test]
async fn a_hook_that_is_gone_is_called_once_and_no_more() {
    let (yard, sync) = Yard::hook(40).await;
    yard.vendor.fault("hook_gone", json!({"after": 9})).await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "hook_gone", "{run}");
    let connection = format!("/connections/{}", yard.connection);
    let shown = yard.member.get(&connection).await.expect(200);
    assert_eq!(shown["status"], "reconnect", "{shown}");
    let asked = yard.vendor.writes().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "connection", "{run}");
    assert_eq!(
        yard.vendor.writes().await,
        asked,
        "a hook that is gone was called"
    );
    let other = json!({"token": "https://hooks.zapier.com/hooks/catch/100001/other001"});
    let credential = format!("{connection}/credential");
    yard.member.put(&credential, other).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert!(counts(&run)["created"] > 0, "{run}");
    assert_eq!(counts(&run)["unknown"], 0, "every answer was known: {run}");
}

#[tokio::test]
async fn a_hook_that_answers_nobody_ends_the_run_before_all_is_in_doubt() {
    let (yard, sync) = Yard::hook(300).await;
    yard.vendor
        .fault("lost_answer", json!({"times": 1000}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "provider_unavailable", "{run}");
    let in_doubt = counts(&run)["unknown"];
    assert!((10..=18).contains(&in_doubt), "{run}");
    assert_eq!(yard.vendor.deliveries().await.len() as u64, in_doubt);
    yard.vendor.heal().await;
    let run = yard.run(&sync).await;
    let told = counts(&run);
    assert_eq!(
        (told["created"], told["unknown"]),
        (300 - in_doubt, in_doubt),
        "{run}"
    );
}

#[tokio::test]
async fn pages_in_between_leave_in_doubt_what_may_have_arrived() {
    let (yard, sync) = Yard::hook(12).await;
    yard.vendor.fault("gateway_timeout", json!({})).await;
    yard.vendor.fault("bad_gateway", json!({"after": 3})).await;
    yard.vendor.fault("truncated", json!({"after": 6})).await;
    let run = yard.run(&sync).await;
    let told = counts(&run);
    assert_eq!((told["created"], told["unknown"]), (10, 2), "{run}");
    assert_eq!(yard.vendor.deliveries().await.len(), 11);
}

/// Lets a run be killed again and again under faults, then carries it to its end.
async fn killed(seed: u64, choice: &str) -> (Yard, String, Value) {
    let mut dice = StdRng::seed_from_u64(seed);
    let yard = Yard::at(Far::Zapier).await;
    // The scheduler would execute beside the executions that are to be killed.
    yard.tasks.stop().await;
    yard.bring(0..200, "Airport").await;
    let sync = yard.sync().await;
    yard.resend_unknown(&sync, choice).await;
    for fault in [
        "lost_answer",
        "cut",
        "server_error",
        "truncated",
        "rate_limited",
    ] {
        let order = json!({"probability": 0.03, "seed": dice.random_range(0..1_000_000)});
        yard.vendor.fault(fault, order).await;
    }
    let run = yard.queue(&sync).await;
    for _ in 0..6 {
        break_off(&yard, Duration::from_millis(dice.random_range(1..120))).await;
    }
    yard.vendor.heal().await;
    break_off(&yard, Duration::from_mins(1)).await;
    let shown = yard.shown(&run).await;
    assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
    assert_eq!(counts(&shown)["read"], 200, "seed {seed}: {shown}");
    yard.assert_counted(&shown).await;
    (yard, sync, shown)
}

#[tokio::test]
async fn killed_at_any_moment_nothing_is_lost_and_nothing_sent_twice_by_itself() {
    for seed in 0..4 {
        let (yard, sync, run) = killed(seed, "never").await;
        let ids = yard.ids().await;
        let twice = ids.iter().find(|(_, ids)| ids.len() > 1);
        assert_eq!(twice, None, "seed {seed}: a record was sent twice");
        let in_doubt: BTreeSet<String> = yard.letters(&sync).await.iter().map(key).collect();
        assert_eq!(
            in_doubt.len() as u64,
            counts(&run)["unknown"],
            "seed {seed}: {run}"
        );
        for number in 0..200 {
            let key = format!("K{number:04}");
            let known = ids.contains_key(&key) || in_doubt.contains(&key);
            assert!(known, "seed {seed}: {key} was lost");
        }
        yard.advance(Duration::from_mins(5));
        let path = format!("/runs/{}/retry", id(&run));
        if !in_doubt.is_empty() {
            yard.member.post(&path, json!({})).await.expect(202);
            break_off(&yard, Duration::from_mins(1)).await;
        }
        yard.assert_same().await;
        assert_one_id_each(&yard, seed).await;
    }
}

#[tokio::test]
async fn killed_at_any_moment_what_is_sent_again_bears_its_id() {
    for seed in 10..13 {
        let (yard, _, run) = killed(seed, "always").await;
        assert_eq!(counts(&run)["created"], 200, "seed {seed}: {run}");
        yard.assert_same().await;
        assert_one_id_each(&yard, seed).await;
    }
}

async fn assert_one_id_each(yard: &Yard, seed: u64) {
    for (key, ids) in yard.ids().await {
        let distinct: BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), 1, "seed {seed}: {key} has several ids");
    }
}

fn key(letter: &Value) -> String {
    text(&letter["key"])
}

#[tokio::test]
async fn a_run_that_is_stopped_leaves_nothing_in_doubt_and_counts_nothing_twice() {
    for moment in [10, 40, 90] {
        let yard = Yard::at(Far::Zapier).await;
        yard.tasks.stop().await;
        yard.bring(0..200, "Airport").await;
        let sync = yard.sync().await;
        let run = yard.queue(&sync).await;
        yard.vendor
            .fault("slow", json!({"every_nth": 3, "delay_ms": 40}))
            .await;
        let stop = CancellationToken::new();
        let active = yard.server.app.syncs.active().unwrap();
        let stopping = async {
            tokio::time::sleep(Duration::from_millis(moment)).await;
            stop.cancel();
            std::future::pending::<()>().await;
        };
        let executing = yard.server.app.syncs.execute(&active[0], &stop);
        tokio::select! {
            ended = yard.fly(executing) => ended.unwrap(),
            () = stopping => {}
        }
        break_off(&yard, Duration::from_mins(1)).await;
        let shown = yard.shown(&run).await;
        assert_eq!(counts(&shown)["created"], 200, "{moment}: {shown}");
        yard.assert_counted(&shown).await;
        assert_eq!(yard.vendor.deliveries().await.len(), 200, "{moment}");
    }
}

#[tokio::test]
async fn a_paced_run_meets_no_limit_of_the_hook() {
    let limits = |knobs: &mut weighbridge::sandbox::Knobs| knobs.zapier = ZapierKnobs::default();
    let yard = Yard::built(Far::Zapier, limits, 30).await;
    // The default of the yard lifts the limits; this one keeps them.
    yard.bring(0..120, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 120, "{run}");
    assert_eq!(run["calls_refused_by_vendor"], 0, "{run}");
}

#[tokio::test]
async fn names_are_free_but_for_those_that_a_delivery_needs() {
    let yard = Yard::at(Far::Zapier).await;
    yard.bring(0..1, "Airport").await;
    let mut body = yard.target();
    body["name"] = "Named".into();
    body["remote_key_field_id"] = "Airport code".into();
    body["mapping"] = json!([{"field": "name", "remote_field_id": "delivery_id"}]);
    let refused = yard.member.post("/syncs", body.clone()).await;
    let refused = refused.problem(422, "validation_failed");
    assert_eq!(
        refused["fields"][0]["path"], "mapping[0].remote_field_id",
        "{refused}"
    );
    body["mapping"] = json!([{"field": "name", "remote_field_id": "Name of it"}]);
    let sync = id(&yard.member.post("/syncs", body).await.expect(201));
    yard.run(&sync).await;
    let deliveries = yard.vendor.deliveries().await;
    assert_eq!(deliveries[0]["Airport code"], "K0000");
    assert_eq!(deliveries[0]["Name of it"], "Airport 0");
}

#[tokio::test]
async fn a_hook_gives_no_records_and_nothing_else_has_a_rule_for_deliveries() {
    let yard = Yard::at(Far::Zapier).await;
    let mut pull = yard.target();
    pull["direction"] = "pull".into();
    let refused = yard.member.post("/syncs/proposal", pull.clone()).await;
    assert_eq!(
        refused.problem(422, "validation_failed")["fields"][0]["path"],
        "direction"
    );
    let table = Yard::at(Far::Airtable).await;
    let sync = table.sync().await;
    let change = json!({"resend_unknown": "always"});
    let refused = table.member.patch(&format!("/syncs/{sync}"), change).await;
    let refused = refused.problem(422, "validation_failed");
    assert_eq!(refused["fields"][0]["path"], "resend_unknown", "{refused}");
    let shown = table
        .member
        .get(&format!("/syncs/{sync}"))
        .await
        .expect(200);
    assert_eq!(shown["resend_unknown"], Value::Null);
}

#[tokio::test]
async fn a_test_is_a_delivery_and_the_address_is_never_shown() {
    let yard = Yard::at(Far::Zapier).await;
    let path = format!("/connections/{}", yard.connection);
    let test = yard
        .member
        .post(&format!("{path}/test"), json!({}))
        .await
        .expect(200);
    assert_eq!(test["ok"], true, "{test}");
    let deliveries = yard.vendor.deliveries().await;
    assert_eq!(
        deliveries,
        [json!({"delivery_id": "test", "change": "test"})]
    );
    let shown = yard.member.get(&path).await.expect(200);
    assert_eq!(shown["token_hint"], "100001/de…", "{shown}");
    let book = serde_json::to_string(&yard.server.book()).unwrap();
    assert!(!shown.to_string().contains("demo0001") && !book.contains("demo0001"));
    for address in [
        "https://evil.example/hooks/catch/1/abc/",
        "https://hooks.zapier.com/hooks/standard/1/abc/",
        "http://169.254.169.254/hooks/catch/1/abc/",
    ] {
        let new =
            json!({"provider": "zapier", "name": "Other", "endpoint": "sandbox", "token": address});
        let refused = yard.member.post("/connections", new).await;
        refused.problem(422, "validation_failed");
    }
}
