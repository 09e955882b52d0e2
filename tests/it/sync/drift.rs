//! Remote tables whose fields change under a sync.

use poem::http::Method;
use serde_json::{Value, json};

use super::both::told;
use super::far::{Far, SOURCE};
use super::{BASE, TABLE, Yard, counts, text};

/// A yard at Notion, where people change a table's fields as they like, with ten records.
async fn yard() -> Yard {
    let mut yard = Yard::at(Far::Notion).await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    yard.bring(0..10, "Airport").await;
    yard
}

impl Yard {
    /// Somebody there changes the properties of the airports; null takes one away.
    async fn reshape(&self, properties: Value) {
        let path = format!("data_sources/{SOURCE}");
        let body = json!({ "properties": properties });
        self.vendor.notion(Method::PATCH, &path, Some(body)).await;
    }

    /// The same at Airtable.
    async fn drop_there(&self, field: &str) {
        let field = self.remote_field(field).await;
        let path = format!("bases/{BASE}/tables/{TABLE}/fields/{field}");
        self.vendor.control(Method::DELETE, &path, None).await;
    }

    async fn sync_that(&self, drift: &str) -> String {
        let sync = self.sync().await;
        let change = json!({ "drift": drift });
        self.change_sync(&sync, change).await;
        sync
    }

    async fn change_sync(&self, sync: &str, change: Value) -> Value {
        let path = format!("/syncs/{sync}");
        let changed = self.fly(self.member.patch(&path, change)).await;
        changed.expect(200)
    }

    async fn shown_sync(&self, sync: &str) -> Value {
        self.member.get(&format!("/syncs/{sync}")).await.expect(200)
    }

    async fn accept(&self, sync: &str) -> crate::support::Answer {
        let path = format!("/syncs/{sync}/drift/accept");
        self.fly(self.member.post(&path, json!({}))).await
    }

    fn drifts_in_book(&self) -> (usize, usize) {
        let count = |code| self.server.count_in_book(code);
        (count("schema_drift"), count("schema_drift_end"))
    }
}

fn mapped(sync: &Value) -> Vec<String> {
    let pairs = sync["mapping"].as_array().unwrap().iter();
    pairs.map(|pair| text(&pair["field"])).collect()
}

#[tokio::test]
async fn a_sync_that_pauses_rests_until_its_mapping_is_saved_and_then_goes_on() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let hourly = json!({"every": "hour", "minute": 0, "zone": "UTC"});
    let path = format!("/syncs/{sync}/schedule");
    yard.member.put(&path, hourly).await.expect(200);
    yard.reshape(json!({"City": null})).await;
    for _ in 0..2 {
        let run = yard.run(&sync).await;
        assert_eq!(run["failure"]["code"], "mapping_moved", "{run}");
    }
    assert_eq!(yard.vendor.writes().await, 0);
    let shown = yard.shown_sync(&sync).await;
    let drifted = &shown["drifted"];
    assert_eq!(drifted["lost"][0]["field"], "city", "{shown}");
    assert_eq!(
        (&drifted["stops"], &drifted["schedule_rests"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], true);
    assert_eq!(yard.drifts_in_book(), (1, 0), "it is told once");
    let shown = yard.accept(&sync).await.expect(200);
    assert!(shown["drifted"].is_null(), "{shown}");
    assert!(!mapped(&shown).contains(&"city".to_owned()), "{shown}");
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], false);
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 10, "{run}");
}

#[tokio::test]
async fn a_schedule_that_somebody_let_rest_stays_so() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let resting = json!({"every": "hour", "minute": 0, "zone": "UTC", "paused": true});
    let path = format!("/syncs/{sync}/schedule");
    yard.member.put(&path, resting).await.expect(200);
    yard.reshape(json!({"City": null})).await;
    yard.run(&sync).await;
    let shown = yard.accept(&sync).await.expect(200);
    assert!(shown["drifted"].is_null(), "{shown}");
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], true);
}

#[tokio::test]
async fn one_that_ignores_it_goes_on_without_what_is_lost_and_clears_nothing() {
    let yard = yard().await;
    let sync = yard.sync_that("ignore").await;
    yard.run(&sync).await;
    yard.reshape(json!({"City": null, "Town": {"rich_text": {}}}))
        .await;
    yard.bring(0..11, "Renamed").await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(
        (&counts(&run)["changed"], &counts(&run)["created"]),
        (&10, &1)
    );
    yard.assert_same().await;
    let shown = yard.shown_sync(&sync).await;
    assert_eq!(shown["drifted"]["stops"], false, "{shown}");
    assert_eq!(shown["drifted"]["offers"], json!([]));
    assert!(
        mapped(&shown).contains(&"city".to_owned()),
        "it is kept: {shown}"
    );
}

#[tokio::test]
async fn a_field_that_comes_back_as_another_is_proposed_and_accepted() {
    let yard = yard().await;
    let sync = yard.sync_that("propose").await;
    yard.run(&sync).await;
    yard.reshape(json!({"City": null})).await;
    yard.reshape(json!({"City": {"rich_text": {}}})).await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    let shown = yard.shown_sync(&sync).await;
    let drifted = &shown["drifted"];
    assert_eq!(drifted["lost"][0]["field"], "city", "{shown}");
    assert_eq!(drifted["offers"][0]["field"], "city", "{shown}");
    assert_eq!(drifted["offers"][0]["remote_field_name"], "City");
    let shown = yard.accept(&sync).await.expect(200);
    assert!(mapped(&shown).contains(&"city".to_owned()), "{shown}");
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 10, "{run}");
    assert_eq!(
        yard.vendor.record("K0003").await["fields"]["City"],
        "City 3"
    );
    yard.accept(&sync).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_was_left_out_on_purpose_is_not_proposed() {
    let yard = yard().await;
    let sync = yard.sync_that("propose").await;
    let shown = yard.shown_sync(&sync).await;
    let pairs = shown["mapping"].as_array().unwrap().iter();
    let rest = pairs.filter(|pair| pair["field"] != "city");
    let rest: Vec<Value> = rest
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    yard.change_sync(&sync, json!({ "mapping": rest })).await;
    yard.run(&sync).await;
    assert!(yard.shown_sync(&sync).await["drifted"].is_null());
    assert_eq!(yard.drifts_in_book(), (0, 0));
}

#[tokio::test]
async fn one_that_applies_changes_its_mapping_in_the_run_and_tells_the_book() {
    let yard = yard().await;
    let sync = yard.sync_that("apply").await;
    yard.run(&sync).await;
    let before = yard.shown_sync(&sync).await;
    yard.reshape(json!({"City": null})).await;
    yard.reshape(json!({"City": {"rich_text": {}}})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 10, "{run}");
    let after = yard.shown_sync(&sync).await;
    assert!(after["drifted"].is_null(), "{after}");
    assert_eq!(mapped(&after).len(), mapped(&before).len());
    assert_ne!(after["mapping"], before["mapping"]);
    assert_eq!(yard.drifts_in_book(), (1, 0));
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 10, "{run}");
}

#[tokio::test]
async fn a_plan_shows_what_its_run_applies_and_changes_nothing() {
    let yard = yard().await;
    let sync = yard.sync_that("apply").await;
    yard.run(&sync).await;
    yard.reshape(json!({"City": null})).await;
    yard.reshape(json!({"City": {"rich_text": {}}})).await;
    let before = yard.shown_sync(&sync).await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(plan["counts"]["changed"], 10, "{plan}");
    assert_eq!(yard.shown_sync(&sync).await["mapping"], before["mapping"]);
    assert_eq!(yard.drifts_in_book(), (0, 0));
    let run = yard.carry_out(&plan).await;
    assert_eq!(counts(&run)["changed"], 10, "{run}");
    assert_ne!(yard.shown_sync(&sync).await["mapping"], before["mapping"]);
}

#[tokio::test]
async fn without_its_key_a_sync_stops_whatever_was_agreed_upon() {
    for drift in ["ignore", "propose", "apply", "pause"] {
        let yard = yard().await;
        let sync = yard.sync_that(drift).await;
        yard.run(&sync).await;
        let written = yard.vendor.writes().await;
        yard.reshape(json!({"Code": null})).await;
        yard.bring(0..10, "Renamed").await;
        let run = yard.run(&sync).await;
        assert_eq!(run["failure"]["code"], "mapping_moved", "{drift}: {run}");
        assert_eq!(yard.vendor.writes().await, written, "{drift}");
        let shown = yard.shown_sync(&sync).await;
        assert!(shown["drifted"]["key_lost"].is_string(), "{drift}: {shown}");
        yard.accept(&sync).await.problem(409, "conflict");
    }
}

#[tokio::test]
async fn a_drift_that_is_undone_there_is_over_at_the_next_run() {
    let yard = yard().await;
    let sync = yard.sync_that("propose").await;
    yard.run(&sync).await;
    yard.reshape(json!({"State": {"number": {}}})).await;
    yard.run(&sync).await;
    let shown = yard.shown_sync(&sync).await;
    assert_eq!(shown["drifted"]["lost"][0]["field"], "state", "{shown}");
    yard.reshape(json!({"State": {"select": {}}})).await;
    yard.run(&sync).await;
    assert!(yard.shown_sync(&sync).await["drifted"].is_null());
    assert_eq!(yard.drifts_in_book(), (1, 1));
}

#[tokio::test]
async fn what_a_pull_has_brought_stays_when_its_field_is_lost_there() {
    let yard = yard().await;
    let pushed = yard.sync().await;
    yard.run(&pushed).await;
    let code = yard.remote_field("Code").await;
    let more = json!({"drift": "ignore", "name": "Back", "remote_key_field_id": code});
    let pull = yard.pull(more).await;
    yard.run(&pull).await;
    let here = yard.here("K0003").await;
    yard.reshape(json!({"City": null})).await;
    let run = yard.run(&pull).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(
        yard.here("K0003").await,
        here,
        "what is lost there stays here"
    );
}

/// The end of a drift let a schedule go on that somebody had let rest while it lasted.
#[tokio::test]
async fn a_schedule_that_somebody_lets_rest_during_a_drift_stays_so() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let path = format!("/syncs/{sync}/schedule");
    let mut schedule = json!({"every": "hour", "minute": 0, "zone": "UTC"});
    yard.member.put(&path, schedule.clone()).await.expect(200);
    yard.reshape(json!({"City": null})).await;
    yard.run(&sync).await;
    schedule["paused"] = true.into();
    yard.member.put(&path, schedule).await.expect(200);
    yard.accept(&sync).await.expect(200);
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], true);
}

/// The run of an undo was the first to find that a drift was over, and let the schedule go on: its
/// next run wrote again what had just been taken back.
#[tokio::test]
async fn an_undo_keeps_the_schedule_at_rest_though_a_drift_is_over() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    let path = format!("/syncs/{sync}/schedule");
    let hourly = json!({"every": "hour", "minute": 0, "zone": "UTC"});
    yard.member.put(&path, hourly).await.expect(200);
    yard.reshape(json!({"State": {"number": {}}})).await;
    yard.run(&sync).await;
    yard.reshape(json!({"State": {"select": {}}})).await;
    // Its values went with the type, so that no record is as it was written.
    let undo = yard.undo(&run).await;
    assert_eq!(counts(&undo)["held"], 10, "{undo}");
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], true);
    yard.run(&sync).await;
    assert!(yard.shown_sync(&sync).await["drifted"].is_null());
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], true);
}

/// A field that was lost counted as one that the mapping had left out on purpose.
#[tokio::test]
async fn a_field_whose_type_was_another_for_a_while_is_mapped_again() {
    let yard = yard().await;
    let sync = yard.sync_that("apply").await;
    yard.run(&sync).await;
    yard.reshape(json!({"State": {"number": {}}})).await;
    yard.run(&sync).await;
    let state = "state".to_owned();
    assert!(!mapped(&yard.shown_sync(&sync).await).contains(&state));
    yard.reshape(json!({"State": {"select": {}}})).await;
    yard.run(&sync).await;
    assert!(mapped(&yard.shown_sync(&sync).await).contains(&state));
}

#[tokio::test]
async fn a_hook_is_sent_no_field_that_was_left_out_on_purpose() {
    let yard = Yard::at(Far::Zapier).await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync_that("apply").await;
    let pairs = json!([{"field": "name", "remote_field_id": "name"}]);
    yard.change_sync(&sync, json!({ "mapping": pairs })).await;
    yard.run(&sync).await;
    yard.write("K0000", json!({"name": "Renamed", "city": "Secret"}))
        .await;
    yard.run(&sync).await;
    let shown = yard.shown_sync(&sync).await;
    assert_eq!(mapped(&shown), ["iata", "name"], "{shown}");
    let deliveries = yard.vendor.deliveries().await;
    assert_eq!(deliveries.len(), 2);
    assert!(deliveries.iter().all(|body| body.get("city").is_none()));
}

impl Yard {
    /// A two-way sync of ten records that both sides have agreed on.
    async fn agreed_that(&self, drift: &str) -> String {
        let rules = json!({
            "drift": drift, "conflicts": "ask",
            "deletes": {"policy": "archive", "matched": true, "most_percent": 100},
        });
        let sync = self.both(rules).await;
        let run = self.run(&sync).await;
        assert_eq!(counts(&run)["created"], 10, "{run}");
        sync
    }

    /// Somebody there edits a record, and somebody here another field of it.
    async fn edit_both(&self, key: &str) {
        self.edit_there(key, json!({"Name": "Theirs"})).await;
        self.patch(key, json!({"country": "Ours"})).await;
    }

    /// Fails unless both edits have come to both sides.
    async fn assert_met(&self, key: &str) {
        let (here, there) = (self.here(key).await, self.vendor.record(key).await);
        assert_eq!(
            (&here["name"], &here["country"]),
            (&json!("Theirs"), &json!("Ours"))
        );
        let there = &there["fields"];
        assert_eq!(
            (&there["Name"], &there["Country"]),
            (&json!("Theirs"), &json!("Ours"))
        );
        assert!(self.conflicts().await.is_empty());
    }
}

#[tokio::test]
async fn a_two_way_sync_goes_on_without_what_is_lost_and_knows_what_was_agreed() {
    for drift in ["ignore", "propose", "apply"] {
        let yard = yard().await;
        let sync = yard.agreed_that(drift).await;
        yard.reshape(json!({"City": null})).await;
        yard.edit_both("K0001").await;
        yard.delete_here("K0002").await;
        let plan = yard.plan(&sync, json!({})).await;
        assert_eq!(
            told(&plan),
            "changed 1, unchanged 8, deleted 1",
            "{drift}: {plan}"
        );
        let run = yard.run(&sync).await;
        assert_eq!(
            told(&run),
            "changed 1, unchanged 8, deleted 1",
            "{drift}: {run}"
        );
        yard.assert_met("K0001").await;
        assert_eq!(yard.here("K0001").await["city"], "City 1", "{drift}");
        yard.assert_settled(&sync).await;
        let shown = yard.shown_sync(&sync).await;
        let keeps = mapped(&shown).contains(&"city".to_owned());
        assert_eq!(
            (keeps, shown["drifted"].is_null()),
            (drift != "apply", drift == "apply")
        );
    }
}

#[tokio::test]
async fn what_comes_back_meets_and_nothing_else_is_forgotten_over_it() {
    let yard = yard().await;
    let sync = yard.agreed_that("ignore").await;
    yard.reshape(json!({"State": {"number": {}}})).await;
    yard.edit_both("K0001").await;
    yard.run(&sync).await;
    // Its values went with the type.
    let select = json!({"options": [{"name": "CA"}]});
    yard.reshape(json!({"State": {"select": select}})).await;
    yard.edit_both("K0003").await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 10", "{run}");
    yard.assert_met("K0001").await;
    yard.assert_met("K0003").await;
    assert_eq!(yard.there("K0007", "State").await, "CA");
    assert!(yard.shown_sync(&sync).await["drifted"].is_null());
    yard.assert_settled(&sync).await;
}

#[tokio::test]
async fn a_two_way_sync_takes_a_field_that_was_made_anew_and_knows_the_others() {
    for drift in ["propose", "apply"] {
        let yard = yard().await;
        let sync = yard.agreed_that(drift).await;
        let before = yard.shown_sync(&sync).await;
        yard.reshape(json!({"City": null})).await;
        yard.reshape(json!({"City": {"rich_text": {}}})).await;
        if drift == "propose" {
            let run = yard.run(&sync).await;
            assert_eq!(told(&run), "unchanged 10", "{run}");
            yard.accept(&sync).await.expect(200);
        }
        yard.edit_both("K0004").await;
        let run = yard.run(&sync).await;
        assert_eq!(told(&run), "changed 10", "{drift}: {run}");
        yard.assert_met("K0004").await;
        assert_eq!(yard.there("K0004", "City").await, "City 4", "{drift}");
        let after = yard.shown_sync(&sync).await;
        assert!(after["drifted"].is_null(), "{after}");
        assert_eq!(mapped(&after).len(), mapped(&before).len());
        yard.assert_settled(&sync).await;
    }
}

#[tokio::test]
async fn a_two_way_sync_stops_where_it_is_to_and_always_without_its_key() {
    let yard = yard().await;
    let sync = yard.agreed_that("pause").await;
    yard.reshape(json!({"City": null})).await;
    yard.edit_both("K0001").await;
    let written = yard.vendor.writes().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "mapping_moved", "{run}");
    assert_eq!(yard.vendor.writes().await, written);
    assert_eq!(yard.here("K0001").await["name"], "Airport 1");
    yard.accept(&sync).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 1, unchanged 9", "{run}");
    yard.assert_met("K0001").await;
    for drift in ["ignore", "propose", "apply", "pause"] {
        let yard = self::yard().await;
        let sync = yard.agreed_that(drift).await;
        yard.reshape(json!({"Code": null})).await;
        let run = yard.run(&sync).await;
        assert_eq!(run["failure"]["code"], "mapping_moved", "{drift}: {run}");
        let shown = yard.shown_sync(&sync).await;
        assert!(shown["drifted"]["key_lost"].is_string(), "{drift}: {shown}");
    }
}

#[tokio::test]
async fn at_airtable_a_two_way_sync_takes_a_new_field_and_knows_the_others() {
    let yard = Yard::at(Far::Airtable).await;
    let sync = yard
        .agreed(6, json!({"drift": "apply", "conflicts": "ask"}))
        .await;
    let path = format!("/datasets/{}", yard.dataset);
    let mut fields = yard.member.get(&path).await.expect(200)["fields"].clone();
    let terminal = json!({"name": "terminal", "type": "text", "required": false, "indexed": false});
    fields.as_array_mut().unwrap().push(terminal);
    yard.member
        .patch(&path, json!({ "fields": fields }))
        .await
        .expect(200);
    let url = format!(
        "{}/v0/meta/bases/{BASE}/tables/{TABLE}/fields",
        yard.vendor.sandbox.url
    );
    let made = yard
        .vendor
        .http
        .post(url)
        .bearer_auth(Far::Airtable.token());
    let made = made.json(&json!({"name": "Terminal", "type": "singleLineText"}));
    assert!(made.send().await.unwrap().status().is_success());
    yard.edit_both("K0001").await;
    yard.patch("K0002", json!({"terminal": "A"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 2, unchanged 4", "{run}");
    yard.assert_met("K0001").await;
    assert_eq!(yard.there("K0002", "Terminal").await, "A");
    let shown = yard.shown_sync(&sync).await;
    assert!(mapped(&shown).contains(&"terminal".to_owned()), "{shown}");
    yard.assert_settled(&sync).await;
}

/// A push and a pull of the same ten records at Airtable that go on as far as they can.
async fn pushed_and_pulled() -> (Yard, [String; 2]) {
    let mut yard = Yard::at(Far::Airtable).await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    yard.bring(0..10, "Airport").await;
    let push = yard.sync_that("apply").await;
    yard.run(&push).await;
    let pull = yard.pull(json!({"drift": "apply"})).await;
    yard.run(&pull).await;
    (yard, [push, pull])
}

#[tokio::test]
async fn at_airtable_too_a_sync_stops_without_its_key() {
    let (yard, syncs) = pushed_and_pulled().await;
    yard.drop_there("Code").await;
    yard.bring(0..10, "Renamed").await;
    let written = yard.vendor.writes().await;
    for sync in syncs {
        let run = yard.run(&sync).await;
        assert_eq!(run["failure"]["code"], "mapping_moved", "{run}");
        let shown = yard.shown_sync(&sync).await;
        assert!(shown["drifted"]["key_lost"].is_string(), "{shown}");
        yard.accept(&sync).await.problem(409, "conflict");
    }
    assert_eq!(yard.vendor.writes().await, written);
    assert_eq!(yard.names_here().await["K0003"], "Renamed 3");
}

#[tokio::test]
async fn at_airtable_too_one_that_applies_goes_on_without_a_field_that_is_lost() {
    let (yard, [push, pull]) = pushed_and_pulled().await;
    yard.drop_there("City").await;
    yard.bring(0..10, "Renamed").await;
    let run = yard.run(&push).await;
    assert_eq!(counts(&run)["changed"], 10, "{run}");
    assert_eq!(
        yard.vendor.record("K0003").await["fields"]["Name"],
        "Renamed 3"
    );
    yard.edit_there("K0003", json!({"Name": "Theirs"})).await;
    let run = yard.run(&pull).await;
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    let here = yard.here("K0003").await;
    assert_eq!(
        (&here["name"], &here["city"]),
        (&json!("Theirs"), &json!("City 3"))
    );
    for sync in [push, pull] {
        let shown = yard.shown_sync(&sync).await;
        assert!(shown["drifted"].is_null(), "{shown}");
        assert!(!mapped(&shown).contains(&"city".to_owned()), "{shown}");
    }
}
