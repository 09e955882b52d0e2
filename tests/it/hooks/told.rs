//! What is told, how often, and what becomes of what is not taken.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use weighbridge::base::Secret;
use weighbridge::base::signature::{Signed, check};

use super::far::Reply;
use super::{Tower, text};
use crate::support::NOON;
use crate::support::process::until;

#[tokio::test]
async fn each_deed_is_told_to_those_who_asked_for_it_signed() {
    let mut tower = Tower::new().await;
    let mut keys = Vec::new();
    for event in ["created", "changed", "deleted"] {
        keys.push(tower.subscribe(event).await.1);
    }
    tower
        .write("LHR", json!({"name": "Heathrow", "runways": 2}))
        .await;
    let created = tower.far.next().await;
    tower.write("LHR", json!({"name": "London Heathrow"})).await;
    let changed = tower.far.next().await;
    tower.write("LHR", json!({"name": "London Heathrow"})).await;
    tower.delete("LHR").await;
    let deleted = tower.far.next().await;
    let record = json!({"iata": "LHR", "name": "Heathrow", "runways": 2});
    assert_eq!(created.body()["record"], record);
    // What is empty is there, so that a Zap sees the same names every time.
    let record = json!({"iata": "LHR", "name": "London Heathrow", "runways": null});
    assert_eq!(changed.body()["record"], record);
    assert!(deleted.body().get("record").is_none());
    let mut ids = BTreeSet::new();
    for (event, came, key) in [
        ("created", created, &keys[0]),
        ("changed", changed, &keys[1]),
        ("deleted", deleted, &keys[2]),
    ] {
        let body = came.body();
        assert_eq!(
            (&body["event"], &body["key"]),
            (&json!(event), &json!("LHR"))
        );
        assert_eq!(body["dataset"]["name"], "Airports");
        assert_eq!(body["at"], NOON.to_string());
        assert_eq!(came.headers["webhook-id"], came.id());
        let signed = Signed {
            id: &came.headers["webhook-id"],
            timestamp: &came.headers["webhook-timestamp"],
            signatures: &came.headers["webhook-signature"],
        };
        assert_eq!(check(&Secret::new(key), signed, &came.bytes, NOON), Ok(()));
        let forged = [&came.bytes[..], b" "].concat();
        assert!(check(&Secret::new(key), signed, &forged, NOON).is_err());
        assert!(ids.insert(came.id()), "an id came twice");
    }
    assert_eq!(tower.far.rest(), 0, "what changed nothing was told");
}

#[tokio::test]
async fn a_file_is_told_record_by_record_each_once() {
    let mut tower = Tower::new().await;
    tower.import(0..5, "Old").await;
    tower.subscribe("created").await;
    tower.import(0..220, "Airport").await;
    let mut keys = BTreeSet::new();
    for _ in 5..220 {
        let came = tower.far.next().await;
        assert!(keys.insert(text(&came.body()["key"])), "one came twice");
    }
    tower.until_all_is_told().await;
    assert!(!keys.contains("K0004"), "it was there before");
    assert_eq!((keys.len(), tower.far.rest()), (215, 0));
    until("it is counted", async || {
        (tower.shown().await["delivered"] == 215).then_some(())
    })
    .await;
    assert_eq!(tower.shown().await["state"], "active");
    // The book says how many have left, and not which.
    let book = tower.server.book();
    let told = book
        .iter()
        .filter(|line| line["metadata"]["labels"][0] == "hook_deliver");
    let told: u64 = told
        .map(|line| line["unmapped"]["counts"]["records"].as_u64().unwrap())
        .sum();
    assert_eq!(told, 215);
}

#[tokio::test]
async fn changes_of_many_records_at_once_are_told_too() {
    let mut tower = Tower::new().await;
    tower.import(0..3, "Airport").await;
    tower.subscribe("deleted").await;
    let operations: Vec<Value> = (0..3)
        .map(|key| json!({"op": "delete", "key": format!("K{key:04}")}))
        .collect();
    let path = format!("/datasets/{}/batch", tower.dataset);
    let bulk = json!({ "operations": operations });
    tower.owner.post(&path, bulk).await.expect(200);
    let mut keys = BTreeSet::new();
    for _ in 0..3 {
        keys.insert(text(&tower.far.next().await.body()["key"]));
    }
    assert_eq!(keys.len(), 3);
}

#[tokio::test]
async fn what_comes_in_at_a_secret_address_is_told() {
    let mut tower = Tower::new().await;
    tower.subscribe("created").await;
    let new = json!({"name": "Till", "dataset_id": tower.dataset});
    let inlet = tower.owner.post("/inlets", new).await.expect(201);
    let anybody = tower.server.anonymous();
    let sent = anybody.fetch(
        poem::http::Method::POST,
        inlet["path"].as_str().unwrap(),
        "application/json",
        poem::Body::from(r#"{"iata":"CDG"}"#),
    );
    sent.await.expect(200);
    assert_eq!(tower.far.next().await.body()["key"], "CDG");
}

#[tokio::test]
async fn what_is_not_taken_is_sent_again_under_its_id_until_it_is() {
    for reply in [Reply::Status(500), Reply::Cut, Reply::Status(408)] {
        let mut tower = Tower::new().await;
        tower.subscribe("created").await;
        tower.far.reply(&[reply, reply]);
        tower.write("LHR", json!({})).await;
        let first = tower.far.next().await;
        let shown = tower.until_it_is("failing").await;
        assert_eq!(
            (&shown["waiting"], &shown["delivered"]),
            (&json!(1), &json!(0))
        );
        assert!(shown["reason"].is_string() && shown["next_try_at"].is_string());
        for _ in 0..2 {
            let due = tower.shown().await["next_try_at"].clone();
            tower.server.advance(30);
            assert_eq!(tower.far.next().await.id(), first.id());
            until("what came of it is noted", async || {
                (tower.shown().await["next_try_at"] != due).then_some(())
            })
            .await;
        }
        let shown = tower.until_it_is("active").await;
        assert_eq!(shown["delivered"], 1, "{shown}");
        assert!(shown.get("reason").is_none(), "{shown}");
        assert_eq!(
            tower.server.count_in_book("hook_failing"),
            1,
            "told once and not at each try"
        );
    }
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept() {
    let mut tower = Tower::new().await;
    tower.subscribe("created").await;
    tower.far.reply(&[Reply::Wait(429, 900)]);
    tower.write("LHR", json!({})).await;
    tower.far.next().await;
    let shown = tower.until_it_is("failing").await;
    let next: jiff::Timestamp = text(&shown["next_try_at"]).parse().unwrap();
    assert_eq!(next.duration_since(NOON).as_secs(), 900);
}

#[tokio::test]
async fn what_changes_again_before_it_is_told_is_told_once_and_what_has_gone_is_not() {
    let mut tower = Tower::new().await;
    tower.subscribe("created").await;
    tower.far.reply(&[Reply::Status(503)]);
    tower.write("CDG", json!({"name": "Roissy"})).await;
    tower.far.next().await;
    tower.until_it_is("failing").await;
    tower.write("LHR", json!({"name": "Heathrow"})).await;
    tower
        .write("CDG", json!({"name": "Charles de Gaulle"}))
        .await;
    tower.write("ORY", json!({"name": "Orly"})).await;
    tower.delete("ORY").await;
    tower.server.advance(60);
    let told = [tower.far.next().await, tower.far.next().await];
    let mut names = told.map(|came| text(&came.body()["record"]["name"]));
    names.sort();
    assert_eq!(names, ["Charles de Gaulle", "Heathrow"]);
    tower.until_all_is_told().await;
    assert_eq!(tower.far.rest(), 0);
}

#[tokio::test]
async fn an_address_that_is_gone_is_told_nothing_any_more() {
    let mut tower = Tower::new().await;
    let (id, _) = tower.subscribe("created").await;
    tower.far.reply(&[Reply::Status(410)]);
    tower.write("LHR", json!({})).await;
    tower.far.next().await;
    until("it is gone", async || {
        tower.shown().await.is_null().then_some(())
    })
    .await;
    tower.write("CDG", json!({})).await;
    tower.server.advance(60);
    tower.subscribe("deleted").await;
    tower.delete("CDG").await;
    assert_eq!(tower.far.next().await.body()["event"], "deleted");
    assert_eq!(tower.server.count_in_book("hook_gone"), 1);
    let again = tower.owner.delete(&format!("/hooks/{id}")).await;
    again.problem(404, "not_found");
}

#[tokio::test]
async fn one_that_fails_for_three_days_is_stopped_and_starts_anew_when_it_is_asked_for_again() {
    let mut tower = Tower::new().await;
    let (id, _) = tower.subscribe("created").await;
    tower.far.reply(&[Reply::Status(500); 9]);
    tower.write("LHR", json!({})).await;
    tower.far.next().await;
    tower.until_it_is("failing").await;
    // The appliance may have been off for all that time: it is tried some more times.
    for hours in [72, 2, 2, 2, 2, 2, 2, 2] {
        let before = tower.shown().await["next_try_at"].clone();
        tower.server.advance(hours * 3_600);
        tower.owner = tower.server.sign_in("owner@example.org").await;
        tower.far.next().await;
        until("the try is noted", async || {
            let shown = tower.shown().await;
            (shown["next_try_at"] != before).then_some(())
        })
        .await;
    }
    let shown = tower.until_it_is("stopped").await;
    assert!(shown["stopped_at"].is_string() && shown.get("next_try_at").is_none());
    tower.until_all_is_told().await;
    assert_eq!(tower.server.count_in_book("hook_stop"), 1);
    tower.write("CDG", json!({})).await;
    assert_eq!(tower.shown().await["waiting"], 0, "nothing is kept for it");
    let (again, _) = tower.subscribe("created").await;
    assert_eq!(again, id);
    tower.write("ORY", json!({})).await;
    assert_eq!(tower.far.next().await.body()["key"], "ORY");
    assert_eq!(tower.until_it_is("active").await["id"], id.as_str());
}

#[tokio::test]
async fn asking_twice_makes_one_hook_and_the_last_key_is_good() {
    let mut tower = Tower::new().await;
    let (first, old) = tower.subscribe("created").await;
    let (second, key) = tower.subscribe("created").await;
    assert_eq!(first, second);
    assert_ne!(old, key);
    tower.write("LHR", json!({})).await;
    let came = tower.far.next().await;
    let signed = Signed {
        id: &came.headers["webhook-id"],
        timestamp: &came.headers["webhook-timestamp"],
        signatures: &came.headers["webhook-signature"],
    };
    assert_eq!(check(&Secret::new(key), signed, &came.bytes, NOON), Ok(()));
    tower.until_all_is_told().await;
    assert_eq!(tower.far.rest(), 0);
    assert_eq!(came.path, format!("/hooks/standard/1/{}", super::SECRET));
}

#[tokio::test]
async fn one_that_was_removed_is_told_nothing_not_even_what_waits() {
    let mut tower = Tower::new().await;
    let (id, _) = tower.subscribe("created").await;
    tower.far.reply(&[Reply::Status(500)]);
    tower.write("LHR", json!({})).await;
    tower.far.next().await;
    tower.until_it_is("failing").await;
    let gone = tower.owner.delete(&format!("/hooks/{id}")).await;
    assert_eq!(gone.status, 204);
    tower.write("CDG", json!({})).await;
    tower.subscribe("created").await;
    tower.server.advance(60);
    tower.write("ORY", json!({})).await;
    assert_eq!(tower.far.next().await.body()["key"], "ORY");
    tower.until_all_is_told().await;
    assert_eq!(tower.far.rest(), 0);
}

/// The lane of every hook that there ever was stayed in memory.
#[tokio::test]
async fn of_hooks_that_are_gone_no_pace_is_held() {
    let mut tower = Tower::new().await;
    let hooks = tower.server.app.hooks.clone();
    for key in ["LHR", "CDG"] {
        let (id, _) = tower.subscribe("created").await;
        tower.write(key, json!({})).await;
        tower.far.next().await;
        tower.until_all_is_told().await;
        assert_eq!(hooks.paced().len(), 1);
        // One goes by itself, the other with its dataset.
        let path = match key {
            "LHR" => format!("/hooks/{id}"),
            _ => format!("/datasets/{}?cascade=true", tower.dataset),
        };
        assert_eq!(tower.owner.delete(&path).await.status, 204);
        if key == "CDG" {
            hooks.sweep().await.unwrap();
        }
        assert_eq!(hooks.paced(), []);
    }
}

#[tokio::test]
async fn a_dataset_with_hooks_is_deleted_with_them_or_not_at_all() {
    let tower = Tower::new().await;
    tower.subscribe("created").await;
    let path = format!("/datasets/{}", tower.dataset);
    let refused = tower.owner.delete(&path).await;
    refused.problem(409, "referenced");
    let all = tower.owner.delete(&format!("{path}?cascade=true")).await;
    assert_eq!(all.status, 204, "{}", all.text());
    assert!(tower.shown().await.is_null());
}
