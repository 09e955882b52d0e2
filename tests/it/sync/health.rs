//! How connections and syncs do, as their owner sees it.

use poem::http::Method;
use serde_json::{Value, json};

use super::{Yard, counts, text};

impl Yard {
    /// How the yard's connection does.
    async fn health(&self) -> Value {
        let list = self.member.get("/health").await.expect(200);
        assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
        list["items"][0].clone()
    }
}

fn action(one: &Value) -> Option<&str> {
    one["advice"]["action"].as_str()
}

#[tokio::test]
async fn what_does_well_says_when_it_did_and_has_nothing_to_be_done() {
    let yard = Yard::paced().await;
    let untested = yard.health().await;
    assert_eq!(untested["verdict"], "attention");
    assert_eq!(action(&untested), Some("test"));
    yard.bring(0..5, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    let health = yard.health().await;
    assert_eq!(
        (&health["verdict"], action(&health)),
        (&json!("healthy"), None)
    );
    assert_eq!(health["status"], "active");
    assert_eq!(health["quota"]["calls_per_second"], 4.95);
    let one = &health["syncs"][0];
    assert_eq!(
        (&one["id"], &one["verdict"]),
        (&json!(sync), &json!("healthy"))
    );
    assert_eq!(one["last_success_at"], run["finished_at"]);
    assert_eq!((&one["runs"], &one["failed_runs"]), (&json!(1), &json!(0)));
    assert_eq!(one["last_run_id"], run["id"]);
    assert_eq!(yard.server.count_in_book("connection_read"), 2);
}

#[tokio::test]
async fn what_fails_says_so_and_what_to_do() {
    let yard = Yard::unhurried().await;
    yard.bring(0..5, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let knobs = json!({"billing_limit_reached": true});
    yard.vendor
        .control(Method::PATCH, "knobs", Some(knobs))
        .await;
    yard.bring(0..5, "Renamed").await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "billing_limit", "{run}");
    let health = yard.health().await;
    assert_eq!(health["verdict"], "failing", "{health}");
    assert_eq!(action(&health), Some("raise_limit"), "{health}");
    let one = &health["syncs"][0];
    assert_eq!(one["quota"]["limits"][0]["limit"], "calls", "{one}");
    assert_eq!((&one["runs"], &one["failed_runs"]), (&json!(2), &json!(1)));
    assert_eq!(one["verdict"], "attention", "{one}");
    assert_eq!(action(one), Some("look_at_run"));
    assert_eq!(one["advice"]["run_id"], run["id"]);
    assert_eq!(one["advice"]["text"], run["failure"]["message"]);
    // The other two of three that make a sync fail in the book's eyes.
    for _ in 0..2 {
        yard.run(&sync).await;
    }
    assert_eq!(yard.health().await["syncs"][0]["verdict"], "failing");
}

#[tokio::test]
async fn a_table_whose_fields_have_changed_is_to_be_mapped_again() {
    let yard = Yard::unhurried().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    let other = json!({
        "id": super::BASE, "name": "Sandbox", "tables": [{
            "id": super::TABLE, "name": "Airports",
            "fields": [{"name": "Code", "type": "singleLineText"}],
        }],
    });
    yard.vendor
        .control(Method::POST, "bases", Some(other))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "mapping_moved", "{run}");
    let health = yard.health().await;
    let one = &health["syncs"][0];
    assert_eq!(one["drift"]["stops"], true, "{one}");
    assert!(one["drift"]["lost"].as_u64() > Some(0), "{one}");
    assert_eq!(one["verdict"], "failing", "{one}");
    assert_eq!(action(one), Some("map_again"), "{one}");
}

#[tokio::test]
async fn a_token_that_is_refused_is_to_be_replaced() {
    let yard = Yard::unhurried().await;
    let everywhere = json!({"match": {"path_contains": "whoami"}});
    yard.vendor.fault("unauthorized", everywhere).await;
    let path = format!("/connections/{}/test", yard.connection);
    yard.member.post(&path, json!({})).await.expect(200);
    let health = yard.health().await;
    assert_eq!(health["verdict"], "failing", "{health}");
    assert_eq!(action(&health), Some("replace_token"), "{health}");
}

#[tokio::test]
async fn records_that_were_not_taken_are_pointed_to() {
    let yard = Yard::unhurried().await;
    yard.bring(0..3, "Airport").await;
    let wrong = json!({"name": "Airport 1", "state": "Atlantis"});
    yard.write("K0001", wrong).await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    let health = yard.health().await;
    let one = &health["syncs"][0];
    assert_eq!(
        (action(one), &one["unsettled"]),
        (Some("look_at_records"), &json!(1))
    );
    assert_eq!(text(&one["verdict"]), "attention");
}

#[tokio::test]
async fn nobody_sees_how_things_of_others_do() {
    let yard = Yard::unhurried().await;
    let other = yard.server.sign_up("other@example.org", &["member"]).await;
    let list = other.get("/health").await.expect(200);
    assert_eq!(list["items"], json!([]));
    let auditor = yard
        .server
        .sign_up("auditor@example.org", &["auditor"])
        .await;
    auditor.get("/health").await.problem(403, "forbidden");
}
