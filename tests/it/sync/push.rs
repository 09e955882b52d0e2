//! What a push does: once each, and nothing without need.

use std::collections::BTreeMap;

use poem::http::Method;
use serde_json::json;

use super::{Yard, counts, text};

#[tokio::test]
async fn a_first_run_creates_every_record_and_a_second_makes_no_write() {
    let yard = Yard::unhurried().await;
    yard.bring(0..253, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(counts(&run)["created"], 253);
    assert_eq!(run["total"], 253);
    yard.assert_same().await;
    assert_eq!(yard.vendor.writes().await, 26);
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 253, "{run}");
    assert_eq!(yard.vendor.writes().await, 26);
}

#[tokio::test]
async fn only_what_has_changed_is_written() {
    let yard = Yard::unhurried().await;
    yard.bring(0..45, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    yard.write("K0007", json!({"name": "Renamed", "state": "NY"}))
        .await;
    yard.bring(45..46, "Airport").await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!(
        (counts["changed"], counts["created"], counts["unchanged"]),
        (1, 1, 44)
    );
    yard.assert_same().await;
    let there = yard.vendor.record("K0007").await;
    assert_eq!(there["fields"]["State"], "NY");
    assert!(
        there["fields"]["City"].is_null(),
        "a cleared field is cleared there too"
    );
}

#[tokio::test]
async fn what_is_there_already_is_matched_by_its_key() {
    let yard = Yard::unhurried().await;
    yard.bring(0..12, "Airport").await;
    yard.vendor
        .edit(
            Method::POST,
            "",
            Some(json!({"Code": "K0003", "Name": "Old"})),
        )
        .await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["matched"], counts["created"]), (1, 11));
    yard.assert_same().await;
}

#[tokio::test]
async fn a_record_that_the_provider_refuses_is_found_and_the_others_go_in() {
    let yard = Yard::unhurried().await;
    yard.bring(0..25, "Airport").await;
    yard.write("K0013", json!({"name": "Airport 13", "state": "Atlantis"}))
        .await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done");
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    assert_eq!(counts(&run)["created"], 24);
    assert_eq!(run["problems"][0]["key"], "K0013");
    let path = format!("/runs/{}/outcomes?state=refused", text(&run["id"]));
    let refused = yard.member.get(&path).await.expect(200);
    assert_eq!(refused["items"].as_array().unwrap().len(), 1);
    assert!(
        text(&refused["items"][0]["reason"]).contains("Atlantis"),
        "{refused}"
    );
    // Mended, it goes in with the next run.
    yard.write("K0013", json!({"name": "Airport 13", "state": "CA"}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1);
    yard.assert_same().await;
}

#[tokio::test]
async fn a_remote_record_that_was_deleted_is_made_anew_once_it_changes_here() {
    let yard = Yard::unhurried().await;
    yard.bring(0..15, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let gone = text(&yard.vendor.record("K0004").await["id"]);
    yard.vendor.edit(Method::DELETE, &gone, None).await;
    yard.bring(3..6, "Renamed").await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["changed"], counts["created"]), (2, 1), "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_field_that_means_something_else_is_seen_though_no_record_was_touched() {
    let yard = Yard::unhurried().await;
    yard.import("iata,name,city,state,country\nK1,10,City,CA,USA\nK2,x,City,CA,USA\n".into())
        .await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    yard.write(
        "K2",
        json!({"name": "20", "city": "City", "state": "CA", "country": "USA"}),
    )
    .await;
    let path = format!("/datasets/{}", yard.dataset);
    let shown = yard.member.get(&path).await.expect(200);
    let mut fields = shown["fields"].clone();
    for field in fields.as_array_mut().unwrap() {
        if field["name"] == "name" {
            field["type"] = "integer".into();
        }
    }
    let change = json!({ "fields": fields });
    yard.member.patch(&path, change).await.expect(200);
    // What is written there is the same text, but it comes from another kind of value.
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 2, "{run}");
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 2, "{run}");
}

#[tokio::test]
async fn a_new_mapping_is_written_with_the_next_run() {
    let yard = Yard::unhurried().await;
    yard.bring(0..12, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    let pairs = shown["mapping"].as_array().unwrap().iter();
    let fewer: Vec<_> = pairs
        .filter(|pair| pair["field"] != "city")
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    yard.member
        .patch(&path, json!({ "mapping": fewer }))
        .await
        .expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 12, "{run}");
    let there = yard.vendor.record("K0001").await;
    assert_eq!(
        there["fields"]["City"], "City 1",
        "what is no longer mapped is left alone"
    );
}

/// Every write to the vendor is an act: its intent is in the book before it is made, and what
/// became of it afterwards.
#[tokio::test]
async fn the_book_holds_each_group_before_it_is_written_and_what_became_of_it() {
    let yard = Yard::unhurried().await;
    yard.bring(0..250, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    let mut intended = BTreeMap::new();
    let mut settled = 0;
    for line in yard.server.book() {
        let told = &line["unmapped"];
        match line["metadata"]["event_code"].as_str() {
            Some("WB-SYNC-011") => {
                let group = told["counts"]["group"].as_u64().unwrap();
                intended.insert(group, told["counts"]["creates"].as_u64().unwrap());
            }
            Some("WB-SYNC-012") => {
                let group = told["counts"]["group"].as_u64().unwrap();
                let created = told["counts"]["created"].as_u64().unwrap();
                assert_eq!(intended[&group], created, "{line}");
                settled += created;
            }
            _ => {}
        }
    }
    assert_eq!(settled, counts(&run)["created"]);
}

/// After 340 calls that were accepted it was still "not tested".
#[tokio::test]
async fn a_run_that_went_well_says_so_of_its_connection() {
    let yard = Yard::unhurried().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    let path = format!("/connections/{}", yard.connection);
    let before = yard.member.get(&path).await.expect(200);
    assert_eq!(before["status"], "untested", "{before}");
    yard.run(&sync).await;
    let after = yard.member.get(&path).await.expect(200);
    assert_eq!(after["status"], "active", "{after}");
    assert!(after["last_accepted_at"].is_string(), "{after}");
    assert!(after["last_tested_at"].is_null(), "{after}");
    let version = after["version"].as_u64().unwrap();
    yard.write("K0000", json!({"name": "Another"})).await;
    yard.run(&sync).await;
    let again = yard.member.get(&path).await.expect(200);
    assert_ne!(again["last_accepted_at"], after["last_accepted_at"]);
    assert!(again["version"].as_u64().unwrap() > version);
}
