//! The sandbox's hooks as somebody sees them who delivers to one.

use std::time::Duration;

use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use weighbridge::base::Clock;
use weighbridge::sandbox::Settings;

use crate::sandbox::{Running, running};
use crate::support::NOON;

const HOOK: &str = "catch/100001/demo0001";

/// A sandbox and its clock, at its vendors' limits.
struct Zaps {
    sandbox: Running,
    client: Client,
    clock: Clock,
}

impl Zaps {
    fn new() -> Self {
        let clock = Clock::manual(NOON);
        Self {
            sandbox: running(Settings::default(), clock.clone()),
            client: Client::builder().build().unwrap(),
            clock,
        }
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> reqwest::Result<Response> {
        let url = format!("{}/{path}", self.sandbox.url);
        self.client.request(method, url).json(&body).send().await
    }

    async fn deliver(&self, body: Value) -> reqwest::Result<Response> {
        self.send(Method::POST, &format!("hooks/{HOOK}/"), body)
            .await
    }

    async fn status(&self) -> u16 {
        self.deliver(json!({"n": 1})).await.unwrap().status().into()
    }

    async fn switch(&self, state: &str) {
        let path = format!("_sandbox/zapier/hooks/{HOOK}");
        let told = self.send(Method::PATCH, &path, json!({"state": state}));
        assert_eq!(told.await.unwrap().status(), 204);
    }

    /// What came in.
    async fn received(&self) -> Vec<Value> {
        let path = format!("_sandbox/zapier/deliveries?hook={HOOK}");
        let told = self.send(Method::GET, &path, Value::Null).await.unwrap();
        let told: Value = told.json().await.unwrap();
        told["items"].as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn a_delivery_is_answered_with_ids_and_shown_as_it_came() {
    let zaps = Zaps::new();
    let told: Value = zaps
        .deliver(json!({"a": [1, null]}))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(told["status"], "success");
    assert!(told["id"] != told["request_id"] && told["attempt"].is_string());
    let received = zaps.received().await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["body"], json!({"a": [1, null]}));
}

#[tokio::test]
async fn a_zap_that_is_off_drops_and_one_that_is_gone_says_so() {
    let zaps = Zaps::new();
    zaps.switch("off").await;
    assert_eq!(zaps.status().await, 200);
    zaps.switch("gone").await;
    assert_eq!(zaps.status().await, 410);
    zaps.switch("on").await;
    assert_eq!(zaps.status().await, 200);
    assert_eq!(zaps.received().await.len(), 1);
}

#[tokio::test]
async fn a_hook_takes_thirty_in_a_second_and_names_the_wait() {
    let zaps = Zaps::new();
    for _ in 0..30 {
        assert_eq!(zaps.status().await, 200);
    }
    let refused = zaps.deliver(json!({})).await.unwrap();
    assert_eq!(refused.status(), 429);
    assert_eq!(refused.headers()["retry-after"], "1");
    zaps.clock.advance(Duration::from_secs(1));
    assert_eq!(zaps.status().await, 200);
}

#[tokio::test]
async fn each_fault_does_with_the_delivery_what_it_says() {
    for (fault, status, arrives) in [
        ("rate_limited", Some(429), false),
        ("server_error", Some(500), false),
        ("unavailable", Some(503), false),
        ("bad_gateway", Some(502), false),
        ("gateway_timeout", Some(504), true),
        ("hook_gone", Some(410), false),
        ("dropped", Some(200), false),
        ("slow", Some(200), true),
        ("truncated", Some(200), true),
        ("lost_answer", None, true),
        ("cut", None, false),
    ] {
        let zaps = Zaps::new();
        zaps.sandbox.fault(json!({"fault": fault})).await;
        let told = zaps.deliver(json!({})).await;
        let told = told.ok().map(|answer| answer.status().as_u16());
        assert_eq!(told, status, "{fault}");
        assert_eq!(zaps.received().await.len(), usize::from(arrives), "{fault}");
    }
}

#[tokio::test]
async fn a_fault_of_another_vendor_leaves_a_hook_alone() {
    let zaps = Zaps::new();
    zaps.sandbox.fault(json!({"fault": "overloaded"})).await;
    assert_eq!(zaps.status().await, 200);
}

#[tokio::test]
async fn what_cannot_be_read_or_is_too_large_starts_nothing() {
    let zaps = Zaps::new();
    let url = format!("{}/hooks/{HOOK}", zaps.sandbox.url);
    let broken = zaps
        .client
        .post(&url)
        .header("content-type", "application/json");
    assert_eq!(broken.body("{\"a\":").send().await.unwrap().status(), 400);
    let large = zaps
        .client
        .post(&url)
        .header("content-type", "application/json");
    let large = large.body(vec![b' '; 11 << 20]).send().await.unwrap();
    assert_eq!(large.status(), 413);
    let form = zaps
        .client
        .post(&url)
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.body("a=1&b=x+y").send().await.unwrap().status(), 200);
    let received = zaps.received().await;
    assert_eq!(received.len(), 1);
    assert_eq!(received[0]["body"], json!({"a": "1", "b": "x y"}));
}

#[tokio::test]
async fn an_unsubscribed_hook_is_a_zap_that_is_off() {
    let zaps = Zaps::new();
    let hook = format!("hooks/{HOOK}");
    let told = zaps.send(Method::DELETE, &hook, Value::Null).await.unwrap();
    assert_eq!(told.status(), 204);
    assert_eq!(zaps.status().await, 200);
    assert_eq!(zaps.received().await.len(), 0);
}
