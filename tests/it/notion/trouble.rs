//! Limits and faults.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use weighbridge::sandbox::Settings;

use super::{AIRPORTS_SOURCE, PROJECTS_SOURCE, words, workspace, workspace_of};

const ME: &str = "v1/users/me";

#[tokio::test]
async fn too_many_calls_are_told_when_to_come_back() {
    let workspace = workspace_of(Settings::default());
    for _ in 0..30 {
        workspace.get(ME).await.ok();
    }
    let told = workspace.get(ME).await;
    assert_eq!(told.refused(), (429, "rate_limited".into()));
    assert_eq!(told.header("retry-after"), Some("1"));
    assert_eq!(
        told.json()["additional_data"]["rate_limit_reason"],
        "connection"
    );
    workspace.clock.advance(Duration::from_secs(1));
    workspace.get(ME).await.ok();
}

#[tokio::test]
async fn a_workspace_may_be_closed_for_longer_than_a_minute() {
    let workspace = workspace();
    workspace
        .turn(json!({ "limits": { "per_workspace": 2, "workspace_pause_seconds": 300 } }))
        .await;
    workspace.get(ME).await.ok();
    workspace.get(ME).await.ok();
    let told = workspace.get(ME).await;
    assert_eq!(told.header("retry-after"), Some("300"));
    assert_eq!(
        told.json()["additional_data"]["rate_limit_reason"],
        "workspace"
    );
    workspace.clock.advance(Duration::from_mins(5));
    workspace.get(ME).await.ok();
}

#[tokio::test]
async fn each_fault_is_answered_in_the_vendors_form() {
    let workspace = workspace();
    for (fault, status, code, pause) in [
        ("rate_limited", 429, "rate_limited", Some("1")),
        ("overloaded", 529, "service_overload", Some("1")),
        ("server_error", 500, "internal_server_error", None),
        ("unavailable", 503, "service_unavailable", None),
        ("unauthorized", 401, "unauthorized", None),
        ("conflict", 409, "conflict_error", None),
        ("restricted", 403, "restricted_resource", None),
        ("gateway_timeout", 504, "gateway_timeout", None),
    ] {
        workspace.fault(json!({ "fault": fault })).await;
        let told = workspace.get(ME).await;
        assert_eq!(told.refused(), (status, code.to_owned()), "{fault}");
        assert_eq!(told.header("retry-after"), pause, "{fault}");
        workspace.clock.advance(Duration::from_secs(1));
    }
    workspace.get(ME).await.ok();
}

#[tokio::test]
async fn a_rule_may_close_the_integration_for_longer_than_a_minute() {
    let workspace = workspace();
    workspace
        .fault(json!({ "fault": "rate_limited", "retry_after_seconds": 95 }))
        .await;
    assert_eq!(workspace.get(ME).await.header("retry-after"), Some("95"));
    workspace.clock.advance(Duration::from_secs(94));
    assert_eq!(workspace.get(ME).await.header("retry-after"), Some("1"));
    workspace.clock.advance(Duration::from_secs(1));
    workspace.get(ME).await.ok();
}

#[tokio::test]
async fn the_edge_answers_pages_and_names_no_call() {
    let workspace = workspace();
    for (fault, status) in [("bad_gateway", 502), ("edge_refused", 403)] {
        workspace.fault(json!({ "fault": fault })).await;
        let told = workspace.get(ME).await;
        assert_eq!(told.status, status);
        assert!(
            told.header("content-type")
                .unwrap()
                .starts_with("text/html")
        );
        assert_eq!(told.header("x-notion-request-id"), None);
        assert!(told.header("cf-ray").is_some());
    }
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_or_timed_out_was_carried_out() {
    let workspace = workspace();
    let page = |title: &str| {
        json!({
            "parent": { "data_source_id": AIRPORTS_SOURCE },
            "properties": { "Name": { "title": words(title) } },
        })
    };
    workspace.fault(json!({ "fault": "lost_answer" })).await;
    let lost = workspace
        .try_call(Method::POST, "v1/pages", Some(page("Lost")))
        .await;
    assert!(lost.is_err());
    workspace.fault(json!({ "fault": "gateway_timeout" })).await;
    assert_eq!(workspace.post("v1/pages", page("Late")).await.status, 504);
    workspace.fault(json!({ "fault": "cut" })).await;
    let cut = workspace
        .try_call(Method::POST, "v1/pages", Some(page("Cut")))
        .await;
    assert!(cut.is_err());
    workspace.fault(json!({ "fault": "conflict" })).await;
    assert_eq!(workspace.post("v1/pages", page("Met")).await.status, 409);
    assert_eq!(
        workspace.titles(AIRPORTS_SOURCE, json!({})).await,
        ["Lost", "Late"]
    );
}

#[tokio::test]
async fn a_forgotten_cursor_must_begin_again() {
    let workspace = workspace();
    let first = workspace
        .query(PROJECTS_SOURCE, json!({ "page_size": 1 }))
        .await
        .ok();
    workspace.fault(json!({ "fault": "listing_expired" })).await;
    let next = json!({ "start_cursor": first["next_cursor"] });
    let told = workspace.query(PROJECTS_SOURCE, next).await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
    assert!(told.text.contains("start_cursor"));
}

#[tokio::test]
async fn a_fault_that_only_this_vendor_knows_leaves_the_other_alone() {
    let workspace = workspace();
    workspace.fault(json!({ "fault": "overloaded" })).await;
    let other = reqwest::Client::builder().build().unwrap();
    let url = format!("{}/v0/meta/whoami", workspace.sandbox.url);
    let answer = other.get(url).bearer_auth("patTest").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(workspace.get(ME).await.status, 529);
}

#[tokio::test]
async fn a_missing_capability_closes_what_needs_it() {
    let workspace = workspace();
    let id = workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    workspace
        .turn(json!({ "capabilities": { "insert_content": false, "update_content": false, "read_users": false } }))
        .await;
    let restricted = (403, "restricted_resource".to_owned());
    let page = workspace.create(AIRPORTS_SOURCE, json!({})).await;
    assert_eq!(page.refused(), restricted);
    let change = workspace
        .patch(&format!("v1/pages/{id}"), json!({ "in_trash": true }))
        .await;
    assert_eq!(change.refused(), restricted);
    assert_eq!(workspace.get("v1/users").await.refused(), restricted);
    workspace.get(ME).await.ok();
    workspace.get(&format!("v1/pages/{id}")).await.ok();
    workspace
        .turn(json!({ "capabilities": { "read_content": false } }))
        .await;
    assert_eq!(
        workspace.query(AIRPORTS_SOURCE, json!({})).await.refused(),
        restricted
    );
}

#[tokio::test]
async fn a_free_workspace_stops_taking_new_pages_and_goes_on_with_the_rest() {
    let workspace = workspace();
    let id = workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    workspace
        .turn(json!({ "block_limit": 1, "block_grace_seconds": 0 }))
        .await;
    let told = workspace.create(AIRPORTS_SOURCE, json!({})).await;
    assert_eq!(told.refused().0, 409);
    let path = format!("v1/pages/{id}");
    workspace
        .patch(&path, json!({ "in_trash": true }))
        .await
        .ok();
    let told = workspace.create(AIRPORTS_SOURCE, json!({})).await;
    assert_eq!(told.refused().0, 409, "deleting gives nothing back");
}

#[tokio::test]
async fn a_body_that_is_no_json_or_too_large_is_refused() {
    let workspace = workspace();
    let url = format!("{}/v1/search", workspace.sandbox.url);
    let client = reqwest::Client::builder().build().unwrap();
    let send = |body: String| {
        let call = client.post(&url).bearer_auth("secret_test");
        call.header("notion-version", super::LATEST)
            .body(body)
            .send()
    };
    let body: serde_json::Value = send("{".into()).await.unwrap().json().await.unwrap();
    assert_eq!(body["code"], "invalid_json");
    let large = format!("{{\"query\":\"{}\"}}", "a".repeat(500 << 10));
    let body: serde_json::Value = send(large).await.unwrap().json().await.unwrap();
    assert_eq!(body["code"], "validation_error");
}

#[tokio::test]
async fn a_token_of_another_vendor_is_refused() {
    let workspace = workspace();
    let client = reqwest::Client::builder().build().unwrap();
    let url = format!("{}/{ME}", workspace.sandbox.url);
    for token in ["patTest", "ntn_", "nothing"] {
        let call = client.get(&url).bearer_auth(token);
        let answer = call
            .header("notion-version", super::LATEST)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 401, "{token}");
    }
}
