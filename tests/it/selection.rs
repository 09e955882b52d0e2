//! The records that users pick: each user's own, kept, bounded, and never another's.

use std::fmt::Write as _;

use futures_util::future::join_all;
use poem::http::Method;
use serde_json::{Value, json};

use crate::datasets::{airports, fill};
use crate::support::{Client, TestServer};
use crate::tokens::in_days;

/// A server with an owner of a dataset of `count` records, whose keys are `A00000` and so on.
async fn filled(count: usize) -> (TestServer, Client, String) {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let rows = (0..count).map(|number| {
        json!({
            "iata": key(number),
            "name": if number == 0 { "=Field" } else { "Field" },
            "state": if number % 2 == 0 { "CA" } else { "MS" },
        })
    });
    fill(&owner, &dataset, rows).await;
    (server, owner, dataset)
}

fn key(number: usize) -> String {
    format!("A{number:05}")
}

async fn add(client: &Client, dataset: &str, keys: &[&str]) -> Value {
    let path = format!("{dataset}/selection");
    client.patch(&path, json!({"add": keys})).await.expect(200)
}

/// The keys of a selection, page by page.
async fn picked(client: &Client, dataset: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("{dataset}/selection/keys?limit=2{after}");
        let page = client.get(&path).await.expect(200);
        let keys = page["keys"].as_array().unwrap().iter();
        found.extend(keys.map(|key| key.as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn records_are_picked_let_go_and_shown_page_by_page() {
    let (server, owner, dataset) = filled(6).await;
    let done = add(
        &owner,
        &dataset,
        &["A00003", "A00001", "A00005", "NONE", "A00001"],
    );
    let done = done.await;
    let expected = json!({"records": 3, "added": 3, "removed": 0, "missing": ["NONE"]});
    assert_eq!(done, expected);
    assert_eq!(
        picked(&owner, &dataset).await,
        ["A00001", "A00003", "A00005"]
    );
    let path = format!("{dataset}/selection");
    let change = json!({"add": ["A00000", "A00002"], "remove": ["A00001", "A00002", "NONE"]});
    let done = owner.patch(&path, change).await.expect(200);
    let expected = json!({"records": 3, "added": 1, "removed": 1, "missing": []});
    assert_eq!(done, expected);
    let seen = owner.get(&path).await.expect(200);
    assert_eq!(seen, json!({"records": 3, "most": 10_000}));

    let records = format!("{path}/records?limit=2&fields=name");
    let first = owner.get(&records).await.expect(200);
    assert_eq!(first["items"][0]["key"], "A00000");
    assert_eq!(first["items"][0]["fields"], json!({"name": "=Field"}));
    let rest = format!("{records}&after={}", first["next"].as_str().unwrap());
    let rest = owner.get(&rest).await.expect(200);
    assert_eq!(rest["items"][0]["key"], "A00005");
    assert!(rest.get("next").is_none(), "{rest}");
    let unknown = owner.get(&format!("{path}/records?fields=town")).await;
    unknown.problem(400, "bad_query");

    let lookup = json!({"keys": ["A00005", "A00004", "A00000", "A00000"]});
    let lookup = owner.post(&format!("{path}/lookup"), lookup).await;
    assert_eq!(
        lookup.expect(200),
        json!({"selected": ["A00005", "A00000"]})
    );

    let replaced = json!({"keys": ["A00004", "A00005"]});
    let replaced = owner.put(&path, replaced).await.expect(200);
    let expected = json!({"records": 2, "added": 1, "removed": 2, "missing": []});
    assert_eq!(replaced, expected);
    owner.delete(&path).await.expect(204);
    assert_eq!(owner.get(&path).await.expect(200)["records"], 0);
    assert_eq!(server.count_in_book("selection_change"), 4);
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_no_act() {
    let (server, owner, dataset) = filled(2).await;
    add(&owner, &dataset, &["A00000"]).await;
    add(&owner, &dataset, &["A00000", "NONE"]).await;
    let path = format!("{dataset}/selection");
    let letting = json!({"remove": ["A00001"]});
    owner.patch(&path, letting).await.expect(200);
    assert_eq!(server.count_in_book("selection_change"), 1);
}

#[tokio::test]
async fn what_matches_is_picked_beside_the_rest_or_in_its_place() {
    let (_server, owner, dataset) = filled(6).await;
    add(&owner, &dataset, &["A00001"]).await;
    let path = format!("{dataset}/selection/matching");
    let matching = json!({"filter": "state = CA", "q": "field"});
    let done = owner.post(&path, matching).await.expect(200);
    assert_eq!((&done["records"], &done["added"]), (&json!(4), &json!(3)));
    let alone = json!({"filter": "state = MS", "replace": true});
    let done = owner.post(&path, alone).await.expect(200);
    assert_eq!((&done["added"], &done["removed"]), (&json!(2), &json!(3)));
    assert_eq!(
        picked(&owner, &dataset).await,
        ["A00001", "A00003", "A00005"]
    );
    // What comes to match later is not picked by that.
    let record = format!("{dataset}/records/A00009");
    let late = json!({"name": "Late", "state": "MS"});
    owner.put(&record, late).await.expect(200);
    assert_eq!(picked(&owner, &dataset).await.len(), 3);
    let all = owner.post(&path, json!({})).await.expect(200);
    assert_eq!(all["records"], 7);
    let unknown = owner.post(&path, json!({"filter": "town = x"})).await;
    unknown.problem(400, "bad_query");
}

#[tokio::test]
async fn a_record_that_is_deleted_leaves_every_selection_for_good() {
    let (_server, owner, dataset) = filled(4).await;
    add(&owner, &dataset, &["A00000", "A00001", "A00002"]).await;
    let record = format!("{dataset}/records/A00001");
    owner.delete(&record).await.expect(204);
    let batch = json!({"operations": [{"op": "delete", "key": "A00002"}]});
    owner
        .post(&format!("{dataset}/batch"), batch)
        .await
        .expect(200);
    assert_eq!(picked(&owner, &dataset).await, ["A00000"]);
    owner
        .put(&record, json!({"name": "Again"}))
        .await
        .expect(200);
    assert_eq!(picked(&owner, &dataset).await, ["A00000"]);
    // A record that only changes stays picked.
    let record = format!("{dataset}/records/A00000");
    owner
        .patch(&record, json!({"state": "TX"}))
        .await
        .expect(200);
    let records = owner.get(&format!("{dataset}/selection/records")).await;
    assert_eq!(records.expect(200)["items"][0]["fields"]["state"], "TX");
}

#[tokio::test]
async fn a_selection_has_its_most_and_is_left_as_it_was_beyond() {
    let (_server, owner, dataset) = filled(10_001).await;
    let matching = format!("{dataset}/selection/matching");
    let refused = owner.post(&matching, json!({})).await;
    let problem = refused.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "selection", "{problem}");
    let path = format!("{dataset}/selection");
    assert_eq!(owner.get(&path).await.expect(200)["records"], 0);
    let full = json!({"filter": "iata != A00000"});
    assert_eq!(
        owner.post(&matching, full).await.expect(200)["records"],
        10_000
    );
    let one_more = owner.patch(&path, json!({"add": ["A00000"]})).await;
    one_more.problem(422, "validation_failed");
    let exchange = json!({"add": ["A00000"], "remove": ["A00001"]});
    assert_eq!(
        owner.patch(&path, exchange).await.expect(200)["records"],
        10_000
    );
    let keys: Vec<String> = (0..10_001).map(key).collect();
    let refused = owner.put(&path, json!({"keys": keys})).await;
    refused.problem(422, "validation_failed");
    // With the dataset goes every selection in it.
    owner.delete(&dataset).await.expect(204);
    owner.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn many_changes_at_once_all_hold_and_never_go_beyond_the_most() {
    let (_server, owner, dataset) = filled(10_020).await;
    let matching = format!("{dataset}/selection/matching");
    let all_but_30 = json!({"filter": "iata < A09990"});
    let most = owner.post(&matching, all_but_30).await.expect(200);
    assert_eq!(most["records"], 9_990);
    let path = format!("{dataset}/selection");
    let adding = (9_990..10_010).map(|number| {
        let (owner, path) = (owner.clone(), path.clone());
        async move {
            let one = json!({"add": [key(number)]});
            owner.patch(&path, one).await.status.as_u16()
        }
    });
    let statuses = join_all(adding).await;
    let count = |wanted| statuses.iter().filter(|status| **status == wanted).count();
    assert_eq!((count(200), count(422)), (10, 10), "{statuses:?}");
    assert_eq!(owner.get(&path).await.expect(200)["records"], 10_000);
}

#[tokio::test]
async fn a_selection_is_exported_in_each_format_with_the_fields_that_were_chosen() {
    let (server, owner, dataset) = filled(5).await;
    add(&owner, &dataset, &["A00003", "A00000"]).await;
    let path = format!("{dataset}/selection/export");
    let csv = owner
        .get(&format!("{path}?format=csv&fields=iata,name"))
        .await;
    assert_eq!(
        csv.text(),
        "iata,name\r\nA00000,'=Field\r\nA00003,Field\r\n"
    );
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"Airports-selected.csv\""
    );
    let json = owner.get(&format!("{path}?format=json&fields=name")).await;
    let expected = json!([
        {"iata": "A00000", "name": "=Field"},
        {"iata": "A00003", "name": "Field"},
    ]);
    assert_eq!(json.json(), expected);
    let lines = owner.get(&format!("{path}?format=ndjson&fields=")).await;
    assert_eq!(
        lines.text(),
        "{\"iata\":\"A00000\"}\n{\"iata\":\"A00003\"}\n"
    );
    let book = server.book();
    let is_export = |line: &&Value| line["metadata"]["event_code"] == "WB-DATA-013";
    let exports: Vec<_> = book.iter().filter(is_export).collect();
    assert_eq!(exports.len(), 3);
    assert_eq!(exports[0]["unmapped"]["counts"]["records"], 2);
    assert_eq!(exports[0]["unmapped"]["details"]["selected"], true);
}

#[tokio::test]
async fn a_large_selection_is_exported_whole() {
    let (_server, owner, dataset) = filled(6_000).await;
    let matching = format!("{dataset}/selection/matching");
    let odd = json!({"filter": "state = MS"});
    owner.post(&matching, odd).await.expect(200);
    let path = format!("{dataset}/selection/export?format=ndjson");
    let lines = owner.get(&path).await.text();
    let mut expected = String::new();
    for number in (1..6_000).step_by(2) {
        let iata = key(number);
        writeln!(
            expected,
            r#"{{"iata":"{iata}","name":"Field","state":"MS"}}"#
        )
        .unwrap();
    }
    assert_eq!(lines, expected);
}

/// Every operation on a selection, as somebody would try it on a dataset.
fn attempts() -> Vec<(Method, &'static str, Value)> {
    vec![
        (Method::GET, "", Value::Null),
        (Method::GET, "/keys", Value::Null),
        (Method::GET, "/records", Value::Null),
        (Method::GET, "/export?format=csv", Value::Null),
        (Method::POST, "/lookup", json!({"keys": ["A00000"]})),
        (Method::POST, "/matching", json!({})),
        (Method::PATCH, "", json!({"add": ["A00000"]})),
        (Method::PUT, "", json!({"keys": []})),
        (Method::DELETE, "", Value::Null),
    ]
}

async fn attempt(
    client: &Client,
    dataset: &str,
    (method, part, body): (Method, &str, Value),
) -> u16 {
    let path = format!("{dataset}/selection{part}");
    let body = match body {
        Value::Null => Vec::new(),
        body => body.to_string().into_bytes(),
    };
    let answer = client.send(method, &path, "application/json", body).await;
    answer.status.as_u16()
}

#[tokio::test]
async fn nobody_reaches_into_anothers_selection() {
    let (server, owner, dataset) = filled(4).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    add(&owner, &dataset, &["A00000", "A00001"]).await;
    for one in attempts() {
        let told = format!("{} {}", one.0, one.1);
        assert_eq!(attempt(&other, &dataset, one).await, 404, "{told}");
    }
    let share = json!({"email": "other@example.org", "level": "view"});
    let share = owner.post(&format!("{dataset}/shares"), share).await;
    let share = share.expect(201);
    // To see is enough to pick, and each picks alone.
    assert_eq!(picked(&other, &dataset).await, Vec::<String>::new());
    add(&other, &dataset, &["A00001", "A00003"]).await;
    assert_eq!(picked(&owner, &dataset).await, ["A00000", "A00001"]);
    assert_eq!(picked(&other, &dataset).await, ["A00001", "A00003"]);
    other
        .delete(&format!("{dataset}/selection"))
        .await
        .expect(204);
    assert_eq!(picked(&owner, &dataset).await, ["A00000", "A00001"]);
    add(&other, &dataset, &["A00002"]).await;
    let told = server.book();
    let is_pick = |line: &&Value| line["metadata"]["event_code"] == "WB-DATA-014";
    let last = told.iter().rfind(is_pick).unwrap();
    assert!(last["unmapped"]["details"]["dataset_owner"].is_string());
    // A share that is withdrawn takes the selection along.
    let path = format!("{dataset}/shares/{}", share["user_id"].as_str().unwrap());
    owner.delete(&path).await.expect(204);
    for one in attempts() {
        let told = format!("{} {}", one.0, one.1);
        assert_eq!(attempt(&other, &dataset, one).await, 404, "{told}");
    }
    let share = json!({"email": "other@example.org", "level": "view"});
    owner
        .post(&format!("{dataset}/shares"), share)
        .await
        .expect(201);
    assert_eq!(picked(&other, &dataset).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_token_that_may_only_read_picks_nothing() {
    let (server, owner, dataset) = filled(2).await;
    add(&owner, &dataset, &["A00001"]).await;
    let new = json!({
        "name": "Reader", "scopes": ["dataset:read"], "expires_at": in_days(1),
    });
    let made = owner.post("/tokens", new).await.expect(201);
    let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
    let reader = server.anonymous().with("authorization", &bearer);
    for (method, part, body) in attempts() {
        let reads = method == Method::GET || part == "/lookup";
        let told = format!("{method} {part}");
        let status = attempt(&reader, &dataset, (method, part, body)).await;
        assert_eq!(status, if reads { 200 } else { 403 }, "{told}");
    }
    assert_eq!(picked(&owner, &dataset).await, ["A00001"]);
}
