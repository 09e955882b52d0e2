//! What a pull does: the dataset becomes what the table is, once each, and nothing without need.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use super::crash::break_off;
use super::{Yard, counts, id, text};

impl Yard {
    /// A pull whose mapping is the proposed one.
    pub(super) async fn pull(&self, more: Value) -> String {
        self.fly(self.proposed_pull(more)).await
    }

    async fn proposed_pull(&self, more: Value) -> String {
        let mut body = self.pull_body().await;
        for (name, value) in more.as_object().unwrap() {
            body[name.as_str()] = value.clone();
        }
        id(&self.member.post("/syncs", body).await.expect(201))
    }

    /// What is to be asked for such a pull.
    pub(super) async fn pull_body(&self) -> Value {
        let mut body = self.target();
        body["direction"] = "pull".into();
        let path = "/syncs/proposal";
        let proposal = self.member.post(path, body.clone()).await.expect(200);
        let pairs = proposal["mapping"].as_array().unwrap().iter();
        // One field is nobody's but ours.
        body["mapping"] = pairs
            .filter(|pair| pair["field"] != "country")
            .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
            .collect();
        body["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
        body["name"] = "Airports from there".into();
        body
    }

    /// Colleagues make airports with these numbers.
    pub(super) async fn colleagues_make(&self, numbers: std::ops::Range<u32>) {
        for number in numbers {
            let fields = json!({
                "Code": format!("K{number:04}"), "Name": format!("Airport {number}"),
                "City": format!("City {number}"), "State": "CA",
            });
            self.vendor.edit(Method::POST, "", Some(fields)).await;
        }
    }

    pub(super) async fn remote_id(&self, key: &str) -> String {
        text(&self.vendor.record(key).await["id"])
    }

    pub(super) async fn edit_there(&self, key: &str, fields: Value) {
        let id = self.remote_id(key).await;
        self.vendor.edit(Method::PATCH, &id, Some(fields)).await;
    }

    pub(super) async fn delete_there(&self, key: &str) {
        let id = self.remote_id(key).await;
        self.vendor.edit(Method::DELETE, &id, None).await;
    }

    /// From now on the dataset takes no words for the names of airports.
    async fn take_whole_numbers_for_names(&self) {
        let path = format!("/datasets/{}", self.dataset);
        let mut fields = self.member.get(&path).await.expect(200)["fields"].clone();
        for field in fields.as_array_mut().unwrap() {
            if field["name"] == "name" {
                field["type"] = "integer".into();
            }
        }
        let body = json!({ "fields": fields });
        self.member.patch(&path, body).await.expect(200);
    }

    /// The keys of the dead letters.
    async fn lettered(&self, path: &str) -> Vec<String> {
        let letters = self.all(path).await;
        letters.iter().map(|letter| text(&letter["key"])).collect()
    }

    pub(super) async fn here(&self, key: &str) -> Value {
        let path = format!("/datasets/{}/records/{key}", self.dataset);
        self.member.get(&path).await.expect(200)["fields"].clone()
    }
}

#[tokio::test]
async fn a_first_pull_brings_every_record_and_a_second_writes_nothing() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..253).await;
    let sync = yard.pull(json!({})).await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(run["kind"], "pull");
    assert_eq!(counts(&run)["created"], 253, "{run}");
    yard.assert_counted(&run).await;
    yard.assert_same().await;
    assert_eq!(yard.vendor.writes().await, 0, "a pull writes nothing there");
    let written = yard.server.count_in_book("sensitive_write");
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 253, "{run}");
    assert_eq!(yard.server.count_in_book("sensitive_write"), written);
}

#[tokio::test]
async fn what_was_edited_at_either_end_becomes_what_the_table_holds() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..20).await;
    let sync = yard.pull(json!({})).await;
    yard.run(&sync).await;
    yard.edit_there("K0003", json!({"Name": "Renamed", "City": null}))
        .await;
    yard.write("K0004", json!({"name": "Mine", "country": "USA"}))
        .await;
    let path = format!("/datasets/{}/records/K0005", yard.dataset);
    yard.member.delete(&path).await.expect(204);
    yard.colleagues_make(20..21).await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    let told = (counts["changed"], counts["created"], counts["unchanged"]);
    assert_eq!(told, (2, 2, 17), "{run}");
    yard.assert_same().await;
    let renamed = yard.here("K0003").await;
    assert_eq!(
        (&renamed["name"], &renamed["city"]),
        (&json!("Renamed"), &Value::Null)
    );
    let mine = yard.here("K0004").await;
    assert_eq!(
        mine["country"], "USA",
        "what is not mapped stays as it is here"
    );
}

/// A schema that was guessed from the first row would know nothing of its empty columns.
#[tokio::test]
async fn a_column_that_is_empty_in_the_first_row_comes_with_the_others() {
    let yard = Yard::unhurried().await;
    let first = json!({"Code": "A0000", "Name": "First"});
    yard.vendor.edit(Method::POST, "", Some(first)).await;
    yard.colleagues_make(1..4).await;
    let sync = yard.pull(json!({})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 4, "{run}");
    assert!(yard.here("A0000").await["city"].is_null());
    assert_eq!(yard.here("K0001").await["city"], "City 1");
    assert_eq!(yard.here("K0003").await["state"], "CA");
}

#[tokio::test]
async fn a_record_that_is_here_already_is_matched_by_its_key() {
    let yard = Yard::unhurried().await;
    yard.bring(3..4, "Old").await;
    yard.colleagues_make(0..6).await;
    let sync = yard.pull(json!({})).await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["matched"], counts["created"]), (1, 5), "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_record_whose_key_was_changed_there_stays_the_same_record() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..6).await;
    let sync = yard.pull(json!({})).await;
    yard.run(&sync).await;
    yard.write(
        "K0002",
        json!({"name": "Airport 2", "city": "City 2", "state": "CA", "country": "USA"}),
    )
    .await;
    yard.edit_there("K0002", json!({"Code": "LHR"})).await;
    yard.edit_there("K0003", json!({"Code": "K0004"})).await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["changed"], counts["refused"]), (1, 1), "{run}");
    assert_eq!(yard.here("LHR").await["country"], "USA");
    let names = yard.names_here().await;
    assert!(!names.contains_key("K0002"), "{names:?}");
    assert!(names.contains_key("K0003"), "{names:?}");
    let reason = text(&run["problems"][0]["reason"]);
    assert!(reason.contains("each key once"), "{reason}");
}

#[tokio::test]
async fn rows_without_a_key_or_with_one_twice_are_refused_and_tried_again() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..4).await;
    yard.vendor
        .edit(Method::POST, "", Some(json!({"Name": "Nameless"})))
        .await;
    yard.vendor
        .edit(
            Method::POST,
            "",
            Some(json!({"Code": "K0001", "Name": "Again"})),
        )
        .await;
    let sync = yard.pull(json!({})).await;
    let run = yard.run(&sync).await;
    assert_eq!(
        (counts(&run)["created"], counts(&run)["refused"]),
        (4, 2),
        "{run}"
    );
    yard.assert_counted(&run).await;
    let path = format!("/syncs/{sync}/dead-letters");
    let letters = yard.all(&path).await;
    assert_eq!(letters.len(), 2, "{letters:?}");
    let records = yard.vendor.records().await;
    let nameless = records
        .iter()
        .find(|record| record["fields"]["Name"] == "Nameless");
    let nameless = text(&nameless.unwrap()["id"]);
    yard.vendor
        .edit(Method::PATCH, &nameless, Some(json!({"Code": "K0009"})))
        .await;
    yard.advance(Duration::from_mins(5));
    let retry = format!("/runs/{}/retry", id(&run));
    let retry = id(&yard.member.post(&retry, json!({})).await.expect(202));
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let run = yard.shown(&retry).await;
    assert_eq!(
        (counts(&run)["created"], counts(&run)["refused"]),
        (1, 1),
        "{run}"
    );
    assert_eq!(yard.all(&path).await.len(), 1);
}

#[tokio::test]
async fn no_dead_letter_outlives_its_row_or_the_key_that_it_had() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..6).await;
    yard.take_whole_numbers_for_names().await;
    let sync = yard.pull(json!({})).await;
    let first = yard.run(&sync).await;
    assert_eq!(counts(&first)["refused"], 6, "{first}");
    let path = format!("/syncs/{sync}/dead-letters");
    yard.delete_there("K0000").await;
    yard.edit_there("K0001", json!({"Code": "L0001", "Name": "7"}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    assert_eq!(
        yard.lettered(&path).await,
        ["K0002", "K0003", "K0004", "K0005"]
    );
    // Retries settle what they find as well.
    yard.delete_there("K0002").await;
    yard.edit_there("K0003", json!({"Code": "L0003", "Name": "7"}))
        .await;
    yard.advance(Duration::from_mins(5));
    let retry = format!("/runs/{}/retry", id(&run));
    let retry = id(&yard.member.post(&retry, json!({})).await.expect(202));
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let run = yard.shown(&retry).await;
    assert_eq!(
        (counts(&run)["created"], counts(&run)["held"]),
        (1, 1),
        "{run}"
    );
    assert_eq!(yard.lettered(&path).await, ["K0004", "K0005"]);
}

#[tokio::test]
async fn what_the_dataset_does_not_take_is_refused_alone() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..5).await;
    yard.edit_there("K0002", json!({"Name": "x".repeat(3)}))
        .await;
    yard.take_whole_numbers_for_names().await;
    yard.edit_there("K0001", json!({"Name": "7"})).await;
    let sync = yard.pull(json!({})).await;
    let run = yard.run(&sync).await;
    assert_eq!(
        (counts(&run)["created"], counts(&run)["refused"]),
        (1, 4),
        "{run}"
    );
    let reason = text(&run["problems"][0]["reason"]);
    assert!(
        reason.starts_with("\"name\" is not a whole number"),
        "{reason}"
    );
    assert_eq!(yard.here("K0001").await["name"], 7);
}

#[tokio::test]
async fn what_is_gone_there_stays_here_unless_the_sync_is_told_to_delete() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..20).await;
    let sync = yard.pull(json!({})).await;
    yard.run(&sync).await;
    yard.delete_there("K0001").await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["read"], 19, "{run}");
    assert_eq!(yard.names_here().await.len(), 20);
    let path = format!("/syncs/{sync}");
    let gone = json!({"gone": "delete"});
    yard.member.patch(&path, gone).await.expect(200);
    yard.delete_there("K0002").await;
    yard.delete_there("K0003").await;
    yard.write("K0003", json!({"name": "Mine"})).await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["deleted"], counts["held"]), (1, 1), "{run}");
    yard.assert_counted(&run).await;
    let names = yard.names_here().await;
    assert!(names.contains_key("K0001"), "it was let go before");
    assert!(!names.contains_key("K0002"));
    assert!(names.contains_key("K0003"), "somebody has changed it here");
}

#[tokio::test]
async fn what_people_wrote_into_a_record_is_never_deleted_however_long_ago() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..20).await;
    let sync = yard.pull(json!({"gone": "delete"})).await;
    yard.run(&sync).await;
    // No cell of the row's is another.
    let same = json!({"name": "Airport 2", "city": "City 2", "state": "CA", "country": "Ours"});
    yard.write("K0002", same).await;
    // Somebody deletes a record here, and makes one of their own under its key.
    let path = format!("/datasets/{}/records/K0003", yard.dataset);
    yard.member.delete(&path).await.expect(204);
    yard.write("K0003", json!({"name": "Mine", "country": "Ours"}))
        .await;
    // The sync looks at both again, and remembers them as they are now.
    yard.run(&sync).await;
    for key in ["K0002", "K0003", "K0004"] {
        yard.delete_there(key).await;
    }
    let plan = yard.plan(&sync, json!({})).await;
    let foretold = counts(&plan);
    assert_eq!((foretold["deleted"], foretold["held"]), (1, 2), "{plan}");
    for _ in 0..2 {
        let run = yard.run(&sync).await;
        assert_eq!(counts(&run)["held"], 2, "{run}");
    }
    assert_eq!(yard.here("K0002").await["country"], "Ours");
    assert_eq!(yard.here("K0003").await["country"], "Ours");
    assert!(!yard.names_here().await.contains_key("K0004"));
}

#[tokio::test]
async fn another_mapping_does_not_make_records_look_changed_by_people() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..10).await;
    let sync = yard.pull(json!({"gone": "delete"})).await;
    yard.run(&sync).await;
    let path = format!("/syncs/{sync}");
    let mut mapping = yard.member.get(&path).await.expect(200)["mapping"].clone();
    let pairs = mapping.as_array_mut().unwrap();
    pairs.retain(|pair| pair["field"] != "city");
    let wish: Vec<Value> = pairs
        .iter()
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    yard.member
        .patch(&path, json!({ "mapping": wish }))
        .await
        .expect(200);
    yard.delete_there("K0001").await;
    let run = yard.run(&sync).await;
    assert_eq!(
        (counts(&run)["deleted"], counts(&run)["held"]),
        (1, 0),
        "{run}"
    );
}

#[tokio::test]
async fn too_many_deletions_are_held_until_a_plan_of_them_is_approved() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..10).await;
    let sync = yard
        .pull(json!({"gone": "delete", "gone_percent": 10}))
        .await;
    yard.run(&sync).await;
    yard.delete_there("K0001").await;
    yard.delete_there("K0002").await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["held"], 2, "{run}");
    assert_eq!(yard.names_here().await.len(), 10);
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(counts(&plan)["deleted"], 2, "{plan}");
    let run = yard.carry_out(&plan).await;
    assert_eq!(counts(&run)["deleted"], 2, "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn an_empty_table_deletes_nothing_not_even_by_a_plan() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..3).await;
    let rules = json!({"gone": "delete", "gone_percent": 100, "gone_most": 1000});
    let sync = yard.pull(rules).await;
    yard.run(&sync).await;
    for number in 0..3 {
        yard.delete_there(&format!("K{number:04}")).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["held"], 3, "{run}");
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(
        (counts(&plan)["deleted"], counts(&plan)["held"]),
        (0, 3),
        "{plan}"
    );
    assert_eq!(yard.names_here().await.len(), 3);
}

#[tokio::test]
async fn a_table_that_was_emptied_after_a_plan_was_made_deletes_nothing() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..6).await;
    let sync = yard.pull(json!({"gone": "delete"})).await;
    yard.run(&sync).await;
    yard.delete_there("K0001").await;
    yard.delete_there("K0002").await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(counts(&plan)["deleted"], 2, "{plan}");
    for key in ["K0000", "K0003", "K0004", "K0005"] {
        yard.delete_there(key).await;
    }
    let run = yard.carry_out(&plan).await;
    assert_eq!(counts(&run)["held"], 2, "{run}");
    yard.assert_counted(&run).await;
    for outcome in yard.all(&format!("/runs/{}/outcomes", id(&run))).await {
        let reason = text(&outcome["reason"]);
        assert!(reason.contains("table is empty"), "{outcome}");
    }
    assert_eq!(yard.names_here().await.len(), 6);
}

#[tokio::test]
async fn a_plan_foretells_a_pull_and_is_carried_out_and_nothing_else() {
    let yard = Yard::unhurried().await;
    yard.bring(2..3, "Old").await;
    yard.colleagues_make(0..6).await;
    let sync = yard.pull(json!({"approval": "always"})).await;
    let path = format!("/syncs/{sync}/runs");
    yard.member.post(&path, json!({})).await.expect(409);
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(plan["state"], "ready", "{plan}");
    assert_eq!(
        (counts(&plan)["created"], counts(&plan)["matched"]),
        (5, 1),
        "{plan}"
    );
    assert_eq!(yard.names_here().await.len(), 1, "a plan writes nothing");
    let changes = yard.changes(&plan, "?fate=matched").await;
    let fields = changes[0]["fields"].as_array().unwrap();
    let name = fields
        .iter()
        .find(|field| field["field"] == "name")
        .unwrap();
    assert_eq!(
        (&name["before"], &name["after"]),
        (&json!("Old 2"), &json!("Airport 2"))
    );
    yard.edit_there("K0004", json!({"Name": "Edited since"}))
        .await;
    yard.write("K0002", json!({"name": "Edited here since"}))
        .await;
    yard.delete_there("K0005").await;
    yard.colleagues_make(6..7).await;
    let run = yard.carry_out(&plan).await;
    let counts = counts(&run);
    assert_eq!((counts["created"], counts["held"]), (3, 3), "{run}");
    yard.assert_counted(&run).await;
    let names = yard.names_here().await;
    let names: Vec<_> = names.keys().map(String::as_str).collect();
    assert_eq!(names, ["K0000", "K0001", "K0002", "K0003"]);
}

#[tokio::test]
async fn a_listing_that_the_vendor_forgets_is_begun_again_and_counts_nothing_twice() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..350).await;
    let sync = yard.pull(json!({})).await;
    let order = json!({"match": {"path_contains": "listRecords"}, "times": 2, "after": 2});
    yard.vendor.fault("listing_expired", order).await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(counts(&run)["created"], 350, "{run}");
    yard.assert_counted(&run).await;
    yard.assert_same().await;
}

#[tokio::test]
async fn killed_at_any_moment_a_pull_ends_with_every_record_once() {
    for seed in 0..6_u64 {
        let yard = Yard::unhurried().await;
        yard.tasks.stop().await;
        yard.colleagues_make(0..330).await;
        let sync = yard
            .pull(json!({"gone": "delete", "gone_percent": 100}))
            .await;
        let run = yard.queue(&sync).await;
        for step in 0..5 {
            break_off(&yard, Duration::from_millis(5 + seed * 7 + step * 11)).await;
        }
        break_off(&yard, Duration::from_mins(1)).await;
        let shown = yard.shown(&run).await;
        assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
        assert_eq!(counts(&shown)["created"], 330, "seed {seed}: {shown}");
        yard.assert_counted(&shown).await;
        yard.assert_same().await;
    }
}

/// What a batch knows of its remote records is put in order only after some batches: a run that is
/// killed in between and never goes on leaves that to the next.
#[tokio::test]
async fn what_a_pull_brought_before_it_was_killed_and_cancelled_is_still_its_own() {
    let yard = Yard::unhurried().await;
    yard.tasks.stop().await;
    yard.colleagues_make(0..330).await;
    let sync = yard
        .pull(json!({"gone": "delete", "gone_percent": 100}))
        .await;
    let run = yard.queue(&sync).await;
    while counts(&yard.shown(&run).await)["created"] == 0 {
        break_off(&yard, Duration::from_millis(20)).await;
    }
    let cancel = format!("/runs/{run}/cancel");
    yard.member.post(&cancel, json!({})).await.expect(200);
    break_off(&yard, Duration::from_mins(1)).await;
    for key in ["K0000", "K0001", "K0329"] {
        yard.delete_there(key).await;
    }
    for (matched, deleted) in [(0, 2), (0, 0)] {
        let run = yard.queue(&sync).await;
        break_off(&yard, Duration::from_mins(1)).await;
        let shown = yard.shown(&run).await;
        let counts = counts(&shown);
        assert_eq!(
            (counts["matched"], counts["deleted"]),
            (matched, deleted),
            "{shown}"
        );
    }
    yard.assert_same().await;
}

#[tokio::test]
async fn a_pull_into_a_shared_dataset_needs_leave_to_edit_it() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..3).await;
    let other = yard.server.sign_up("other@example.org", &["member"]).await;
    let share = json!({"email": "other@example.org", "level": "use"});
    let shares = format!("/datasets/{}/shares", yard.dataset);
    let share = yard.member.post(&shares, share).await.expect(201);
    let connection = json!({
        "provider": "airtable", "name": "Theirs", "endpoint": "sandbox",
        "token": "patTESTtesttestte.0123456789abcdef",
    });
    let connection = id(&other.post("/connections", connection).await.expect(201));
    let mut body = yard.target();
    body["connection_id"] = connection.into();
    body["direction"] = "pull".into();
    other
        .post("/syncs/proposal", body.clone())
        .await
        .expect(403);
    let path = format!("{shares}/{}", text(&share["user_id"]));
    yard.member
        .patch(&path, json!({"level": "edit"}))
        .await
        .expect(200);
    other.post("/syncs/proposal", body).await.expect(200);
}

#[tokio::test]
async fn a_push_has_no_rule_about_what_is_gone() {
    let yard = Yard::unhurried().await;
    let mut body = yard.target();
    body["name"] = "Wrong".into();
    body["mapping"] = json!([]);
    body["remote_key_field_id"] = "fldCode".into();
    body["gone"] = "delete".into();
    let answer = yard.member.post("/syncs", body).await.expect(422);
    assert_eq!(answer["fields"][0]["path"], "gone", "{answer}");
}
