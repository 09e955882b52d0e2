//! Notifications as they arrive at the address that was given for them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use poem::http::Method;
use reqwest::Client;
use serde_json::{Value, json};
use sha2::Sha256;
use weighbridge::base::Clock;
use weighbridge::sandbox::{Limits, Settings};

use super::listener::{Heard, Listener};
use crate::sandbox::{Running, running};
use crate::support::NOON;

const HOOKS: &str = "v0/bases/appSandboxDemo001/webhooks";
const AIRPORTS: &str = "v0/appSandboxDemo001/tblAirportsDemo01";

struct Vendor {
    sandbox: Running,
    client: Client,
    clock: Clock,
}

impl Vendor {
    fn new(knobs: impl FnOnce(&mut weighbridge::sandbox::Knobs)) -> Self {
        let clock = Clock::manual(NOON);
        let mut settings = Settings::default();
        settings.knobs.limits = Limits::off();
        knobs(&mut settings.knobs);
        Self {
            sandbox: running(settings, clock.clone()),
            client: Client::builder().build().unwrap(),
            clock,
        }
    }

    async fn call(&self, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}/{path}", self.sandbox.url);
        let request = self.client.request(method, url).bearer_auth("patTest");
        let answer = request.json(&body).send().await.unwrap();
        let answer = answer.error_for_status().unwrap();
        answer.json().await.unwrap_or_default()
    }

    async fn hook(&self, listener: &Listener) -> Value {
        let filters = json!({ "dataTypes": ["tableData"] });
        let body = json!({
            "notificationUrl": listener.url,
            "specification": { "options": { "filters": filters } },
        });
        self.call(Method::POST, HOOKS, body).await
    }

    async fn add(&self, code: &str) {
        let body = json!({ "fields": { "Code": code } });
        self.call(Method::POST, AIRPORTS, body).await;
    }

    async fn listed(&self) -> Value {
        let listed = self.call(Method::GET, HOOKS, Value::Null).await;
        listed["webhooks"][0].clone()
    }

    /// The only webhook, once its last notification ended as that try.
    async fn after_try(&self, number: u32) -> Value {
        loop {
            let listed = self.listed().await;
            if listed["lastNotificationResult"]["retryNumber"] == number {
                return listed;
            }
            tokio::task::yield_now().await;
        }
    }
}

/// Whether a notification is signed with the secret of a webhook.
fn is_signed(heard: &Heard, made: &Value) -> bool {
    let secret = STANDARD
        .decode(made["macSecretBase64"].as_str().unwrap())
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    mac.update(heard.body.as_bytes());
    let told = heard.header("x-airtable-content-mac");
    let told = told.strip_prefix("hmac-sha256=").unwrap();
    let bytes: Vec<u8> = (0..told.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&told[at..at + 2], 16).unwrap())
        .collect();
    mac.verify_slice(&bytes).is_ok()
}

#[tokio::test]
async fn an_address_hears_of_its_new_webhook_and_of_each_change() {
    let vendor = Vendor::new(|_| ());
    let mut listener = Listener::answering(204).await;
    let made = vendor.hook(&listener).await;
    let first = listener.next().await;
    assert!(
        first.head.starts_with("post /heard/here "),
        "{}",
        first.head
    );
    vendor.after_try(0).await;
    vendor.add("AAA").await;
    let heard = listener.next().await;
    assert!(is_signed(&first, &made) && is_signed(&heard, &made));
    assert_eq!(heard.json()["base"]["id"], "appSandboxDemo001");
    assert_eq!(heard.json()["webhook"]["id"], made["id"]);
    let listed = vendor.after_try(0).await;
    assert_eq!(listed["lastNotificationResult"]["success"], true);
    assert_ne!(listed["lastSuccessfulNotificationTime"], Value::Null);
}

#[tokio::test]
async fn changes_that_are_gathered_are_told_by_one_notification() {
    let vendor = Vendor::new(|knobs| knobs.pings.gather_ms = 1_000);
    let mut listener = Listener::answering(200).await;
    let made = vendor.hook(&listener).await;
    for code in ["AAA", "BBB", "CCC"] {
        vendor.add(code).await;
    }
    assert!(listener.is_empty());
    vendor.clock.advance(Duration::from_secs(1));
    listener.next().await;
    vendor.after_try(0).await;
    assert!(listener.is_empty());
    let path = format!("{HOOKS}/{}/payloads", made["id"].as_str().unwrap());
    let told = vendor.call(Method::GET, &path, Value::Null).await;
    assert_eq!(told["payloads"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_notification_may_come_twice_or_never() {
    let vendor = Vendor::new(|knobs| knobs.pings.doubled = true);
    let mut listener = Listener::answering(200).await;
    vendor.hook(&listener).await;
    let (one, other) = (listener.next().await, listener.next().await);
    assert_eq!(one.body, other.body);
    let dropped = json!({ "pings": { "dropped": true } });
    vendor.call(Method::PATCH, "_sandbox/knobs", dropped).await;
    vendor.add("AAA").await;
    let dropped = json!({ "pings": { "dropped": false, "doubled": false } });
    vendor.call(Method::PATCH, "_sandbox/knobs", dropped).await;
    vendor.clock.advance(Duration::from_secs(5));
    vendor.add("BBB").await;
    let heard = listener.next().await;
    let told = heard.json()["timestamp"].clone();
    assert_eq!(
        told, "2027-01-15T08:00:05.000Z",
        "the dropped one never came"
    );
}

#[tokio::test]
async fn an_address_that_refuses_is_tried_for_a_day_and_then_left_alone() {
    let vendor = Vendor::new(|_| ());
    let mut listener = Listener::answering(500).await;
    vendor.hook(&listener).await;
    for retry in 0..14 {
        listener.next().await;
        let listed = vendor.after_try(retry).await;
        let result = &listed["lastNotificationResult"];
        assert_eq!(result["success"], false);
        assert_eq!(result["willBeRetried"], retry < 13);
        assert_eq!(listed["areNotificationsEnabled"], retry < 13);
        vendor.clock.advance(Duration::from_secs(10 << retry));
    }
    vendor.add("AAA").await;
    let listed = vendor.listed().await;
    assert_eq!(
        listed["cursorForNextPayload"], 2,
        "what changes is still written down"
    );
    assert!(listener.is_empty());
}

#[tokio::test]
async fn nothing_but_this_machine_is_called() {
    let vendor = Vendor::new(|_| ());
    let filters = json!({ "dataTypes": ["tableData"] });
    let body = json!({
        "notificationUrl": "https://192.0.2.1/heard",
        "specification": { "options": { "filters": filters } },
    });
    vendor.call(Method::POST, HOOKS, body).await;
    let listed = vendor.after_try(0).await;
    let error = &listed["lastNotificationResult"]["error"]["message"];
    assert_eq!(error, "the address is not one of this machine's");
    let sent = vendor
        .call(Method::GET, "_sandbox/pings", Value::Null)
        .await;
    assert_eq!(sent["items"][0]["url"], "https://192.0.2.1/heard");
}
