//! Which records a sync writes: all, those that pass a filter, or those that its owner has picked.

use serde_json::{Value, json};

use super::{Yard, counts, id, text};
use crate::support::Answer;

impl Yard {
    async fn take_in(&self, sync: &str, scope: Value) -> Answer {
        let path = format!("/syncs/{sync}");
        self.member.patch(&path, json!({"scope": scope})).await
    }

    pub(super) async fn pick(&self, change: Value) {
        let path = format!("/datasets/{}/selection", self.dataset);
        self.member.patch(&path, change).await.expect(200);
    }

    pub(super) async fn keys_there(&self) -> Vec<String> {
        let mut keys: Vec<_> = self.vendor.names().await;
        keys.sort();
        keys.into_iter().map(|(key, _)| key).collect()
    }
}

pub(super) fn filter(text: &str) -> Value {
    json!({"kind": "filter", "filter": text})
}

pub(super) fn picked() -> Value {
    json!({"kind": "selection"})
}

#[tokio::test]
async fn only_what_passes_the_filter_is_planned_and_written_and_counted() {
    let yard = Yard::unhurried().await;
    yard.bring(0..30, "Airport").await;
    let sync = yard.sync().await;
    let shown = yard.member.get(&format!("/syncs/{sync}")).await.expect(200);
    assert_eq!(shown["scope"], json!({"kind": "all"}));
    let wanted = filter("iata >= K0010 and iata < K0020");
    yard.take_in(&sync, wanted.clone()).await.expect(200);
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(plan["scope"], wanted);
    assert_eq!((counts(&plan)["created"], counts(&plan)["read"]), (10, 10));
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["created"], counts(&run)["read"]), (10, 10));
    assert_eq!(run["total"], 10);
    yard.assert_counted(&run).await;
    let expected: Vec<_> = (10..20).map(|number| format!("K{number:04}")).collect();
    assert_eq!(yard.keys_there().await, expected);
    // What comes to pass the filter goes with the next run, and what no longer does stays there.
    yard.take_in(&sync, filter("city = \"City 3\" or"))
        .await
        .problem(422, "validation_failed");
    yard.take_in(&sync, filter("city = \"City 3\""))
        .await
        .expect(200);
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["created"], counts(&run)["read"]), (1, 1));
    assert_eq!(yard.keys_there().await.len(), 11);
}

#[tokio::test]
async fn only_what_the_syncs_owner_has_picked_is_written() {
    let yard = Yard::unhurried().await;
    yard.bring(0..20, "Airport").await;
    let sync = yard.sync().await;
    yard.take_in(&sync, picked()).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!((&run["state"], counts(&run)["read"]), (&json!("done"), 0));
    yard.pick(json!({"add": ["K0011", "K0002", "K0007"]})).await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["created"], &run["total"]), (3, &json!(3)));
    yard.pick(json!({"add": ["K0001"], "remove": ["K0002"]}))
        .await;
    yard.write("K0002", json!({"name": "Renamed"})).await;
    let run = yard.run(&sync).await;
    assert_eq!((counts(&run)["created"], counts(&run)["unchanged"]), (1, 2));
    yard.assert_counted(&run).await;
    let keys = yard.keys_there().await;
    assert_eq!(keys, ["K0001", "K0002", "K0007", "K0011"]);
    let left = yard.vendor.record("K0002").await;
    assert_eq!(left["fields"]["Name"], "Airport 2");
}

#[tokio::test]
async fn a_plan_writes_nothing_that_has_left_the_selection_and_none_after_the_choice_has_changed() {
    let yard = Yard::unhurried().await;
    yard.bring(0..6, "Airport").await;
    let sync = yard.sync().await;
    yard.take_in(&sync, picked()).await.expect(200);
    yard.pick(json!({"add": ["K0001", "K0002"]})).await;
    let plan = yard.plan(&sync, json!({})).await;
    yard.pick(json!({"add": ["K0003"], "remove": ["K0002"]}))
        .await;
    let run = yard.approve(&plan).await;
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let run = yard.shown(&run).await;
    assert_eq!((counts(&run)["created"], counts(&run)["held"]), (1, 1));
    assert_eq!(yard.keys_there().await, ["K0001"]);
    let plan = yard.plan(&sync, json!({})).await;
    yard.take_in(&sync, json!({"kind": "all"}))
        .await
        .expect(200);
    let run = yard.approve(&plan).await;
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let run = yard.shown(&run).await;
    assert_eq!(run["failure"]["code"], "plan_outdated", "{run}");
    assert_eq!(yard.keys_there().await, ["K0001"]);
}

#[tokio::test]
async fn a_filter_that_makes_no_sense_is_refused_with_its_place() {
    let yard = Yard::unhurried().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    for (scope, told) in [
        (
            filter("state = CA and town = x"),
            "at character 16: \"town\"",
        ),
        (filter(" "), "a condition is missing"),
        (json!({"kind": "filter"}), "is missing"),
        (
            json!({"kind": "all", "filter": "state = CA"}),
            "is for the kind filter alone",
        ),
    ] {
        let refused = yard.take_in(&sync, scope).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "scope.filter", "{problem}");
        let message = text(&problem["fields"][0]["message"]);
        assert!(message.contains(told), "{message}");
    }
    let shown = yard.member.get(&format!("/syncs/{sync}")).await.expect(200);
    assert_eq!(shown["scope"], json!({"kind": "all"}));
    let mut new = yard.target();
    new["name"] = "Second".into();
    new["mapping"] = json!([]);
    new["remote_key_field_id"] = shown["remote_key_field_id"].clone();
    new["scope"] = filter("town = x");
    let refused = yard.member.post("/syncs", new).await;
    let problem = refused.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "scope.filter", "{problem}");
}

#[tokio::test]
async fn a_field_that_is_dropped_later_stops_the_run_before_its_first_write() {
    let yard = Yard::unhurried().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    let fields = |names: &[&str]| {
        let fields = names
            .iter()
            .map(|name| json!({"name": name, "type": "text"}));
        json!({"fields": fields.collect::<Vec<_>>()})
    };
    let dataset = format!("/datasets/{}", yard.dataset);
    let more = fields(&["iata", "name", "city", "state", "country", "note"]);
    yard.member.patch(&dataset, more).await.expect(200);
    let taken = filter("note != done");
    yard.take_in(&sync, taken).await.expect(200);
    let fewer = fields(&["iata", "name", "city", "state", "country"]);
    yard.member.patch(&dataset, fewer).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "filter_moved", "{run}");
    let message = text(&run["failure"]["message"]);
    assert!(message.contains("\"note\" is none of iata"), "{message}");
    assert_eq!(yard.vendor.writes().await, 0);
    assert_eq!(yard.plan(&sync, json!({})).await["state"], "failed");
}

#[tokio::test]
async fn a_large_dataset_of_which_a_filter_takes_little_is_gone_through_whole() {
    let yard = Yard::unhurried().await;
    yard.bring(0..300, "Airport").await;
    let rest: String = (10_000..32_000)
        .map(|number| format!("L{number},Field,,,\n"))
        .collect();
    yard.import(format!("iata,name,city,state,country\n{rest}"))
        .await;
    let sync = yard.sync().await;
    let ends = filter("city ~ \"City 29\"");
    yard.take_in(&sync, ends).await.expect(200);
    yard.write("L31999", json!({"name": "Last", "city": "City 299"}))
        .await;
    let run = yard.run(&sync).await;
    // City 29, City 290 to City 299, and the last of all records.
    assert_eq!((counts(&run)["created"], &run["total"]), (12, &json!(12)));
    assert!(yard.keys_there().await.contains(&"L31999".to_owned()));
    yard.assert_counted(&run).await;
}

#[tokio::test]
async fn what_was_refused_and_has_left_the_filter_is_not_tried_again() {
    let yard = Yard::unhurried().await;
    yard.bring(0..4, "Airport").await;
    yard.write("K0002", json!({"name": "Airport 2", "state": "Atlantis"}))
        .await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    yard.take_in(&sync, filter("iata != K0002"))
        .await
        .expect(200);
    let retry = format!("/runs/{}/retry", id(&run));
    let retry = id(&yard.member.post(&retry, json!({})).await.expect(202));
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let run = yard.shown(&retry).await;
    assert_eq!((counts(&run)["held"], counts(&run)["read"]), (1, 1));
}

#[tokio::test]
async fn a_pull_chooses_no_records_and_removes_none_there() {
    let yard = Yard::unhurried().await;
    let sync = yard.pull(json!({})).await;
    let path = format!("/syncs/{sync}");
    let deletes = json!({"deletes": {"policy": "delete"}});
    for (place, change) in [("scope", json!({"scope": picked()})), ("deletes", deletes)] {
        let refused = yard.member.patch(&path, change).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], place, "{problem}");
    }
    let rules = json!({"scope": {"kind": "all"}, "gone": "delete"});
    let shown = yard.member.patch(&path, rules).await.expect(200);
    assert_eq!(shown["deletes"]["policy"], "ignore");
}
