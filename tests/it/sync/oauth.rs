//! Runs whose token comes to its end on the way.

use std::time::Duration;

use poem::http::Method;
use serde_json::json;

use super::{BASE, Yard, counts, id};
use crate::oauth::{begin, complete, decide};

impl Yard {
    /// The same with a connection that a person has allowed, whose tokens live for so long.
    pub(super) async fn allowed(mut self, access_seconds: u32) -> Self {
        let knobs = json!({"oauth": {"access_seconds": access_seconds}});
        self.vendor
            .control(Method::PATCH, "knobs", Some(knobs))
            .await;
        let back = decide(&begin(&self.member, "By OAuth").await, "allow").await;
        let made = complete(&self.member, &back).await.expect(200);
        self.connection = id(&made);
        self
    }

    async fn renewals(&self) -> u64 {
        let calls = self.vendor.statistics().await["calls"].clone();
        calls["oauth_token"].as_u64().unwrap() - 1
    }
}

#[tokio::test]
async fn a_run_whose_token_is_refused_midway_goes_on_with_the_next_one() {
    let yard = Yard::unhurried().await.allowed(3600).await;
    yard.bring(0..300, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("token_expired", json!({"after": 11, "times": 1}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(counts(&run)["created"], 300, "{run}");
    yard.assert_counted(&run).await;
    yard.assert_same().await;
    assert_eq!(yard.renewals().await, 1);
    assert_eq!(yard.server.count_in_book("credential_renew"), 1);
}

#[tokio::test]
async fn a_run_that_outlives_its_tokens_has_them_renewed_ahead_of_their_end() {
    let yard = Yard::paced().await.allowed(12).await;
    yard.bring(0..600, "Airport").await;
    let sync = yard.sync().await;
    // What comes before the run has had its time.
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(counts(&run)["created"], 600, "{run}");
    yard.assert_counted(&run).await;
    yard.assert_same().await;
    assert!(yard.renewals().await >= 2, "{}", yard.renewals().await);
}

#[tokio::test]
async fn two_runs_side_by_side_have_their_token_renewed_once() {
    let yard = Yard::unhurried().await.allowed(3600).await;
    yard.bring(0..300, "Airport").await;
    let first = yard.sync().await;
    let line = |name: &str| json!({"name": name, "type": "singleLineText"});
    let table = json!({
        "id": "tblSecondTable001", "name": "Second",
        "fields": [line("Code"), line("Name")],
    });
    let path = format!("bases/{BASE}/tables");
    yard.vendor.control(Method::POST, &path, Some(table)).await;
    let mut body = yard.target();
    body["table_id"] = "tblSecondTable001".into();
    let proposal = yard
        .fly(yard.member.post("/syncs/proposal", body.clone()))
        .await
        .expect(200);
    let fields = proposal["mapping"].as_array().unwrap().iter();
    body["mapping"] = fields
        .filter(|pair| pair["remote_field_id"].is_string())
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    body["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
    body["name"] = "Second".into();
    let second = yard.fly(yard.member.post("/syncs", body)).await;
    let second = id(&second.expect(201));
    yard.vendor
        .fault("token_expired", json!({"after": 9, "times": 1}))
        .await;
    yard.advance(Duration::from_mins(5));
    let runs = [yard.queue(&first).await, yard.queue(&second).await];
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    for run in runs {
        let run = yard.shown(&run).await;
        assert_eq!(run["state"], "done", "{run}");
        assert_eq!(counts(&run)["created"], 300, "{run}");
    }
    assert_eq!(yard.renewals().await, 1);
}

#[tokio::test]
async fn a_grant_that_is_taken_back_midway_fails_the_run_and_the_next_grant_goes_on() {
    let yard = Yard::unhurried().await.allowed(3600).await;
    yard.bring(0..300, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("grant_revoked", json!({"after": 11, "times": 1}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "failed", "{run}");
    assert_eq!(run["failure"]["code"], "unauthorised");
    yard.assert_counted(&run).await;
    let path = format!("/connections/{}", yard.connection);
    let connection = yard.member.get(&path).await.expect(200);
    assert_eq!(connection["status"], "reconnect");
    let body = json!({"connection_id": yard.connection});
    let begun = yard.member.post("/connections/authorizations", body).await;
    let begun = begun.expect(201);
    let back = decide(begun["address"].as_str().unwrap(), "allow").await;
    complete(&yard.member, &back).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    yard.assert_same().await;
}
