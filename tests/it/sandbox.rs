//! The sandbox as a client sees it: faults on the wire, limits by the clock, and its controls.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says where it stands"
)]

use std::{net::TcpListener, time::Duration};

use jiff::Timestamp;
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use weighbridge::{
    base::{Clock, Tasks},
    sandbox::{Limits, Sandbox, Settings, serve},
};

const AIRPORTS: &str = "v0/appSandboxDemo001/Airports";

/// A sandbox on a port of its own; stops when it is dropped.
pub(crate) struct Running {
    pub(crate) url: String,
    client: Client,
    _stop: DropGuard,
}

/// Serves a sandbox for the length of a test.
pub(crate) fn running(settings: Settings, clock: Clock) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let sandbox = Sandbox::new(settings, clock).unwrap();
    let stop = CancellationToken::new();
    let server = serve(listener, sandbox, stop.clone());
    Tasks::default().start(async move { server.await.unwrap() });
    Running {
        url,
        client: Client::builder().build().unwrap(),
        _stop: stop.drop_guard(),
    }
}

/// Without a limit, so that a test may call as often as it likes.
fn unlimited() -> Running {
    let mut settings = Settings::default();
    settings.knobs.limits = Limits::off();
    running(settings, Clock::system())
}

impl Running {
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Response> {
        let request = self.client.request(method, format!("{}/{path}", self.url));
        let request = request.bearer_auth("patTest");
        match body {
            None => request,
            Some(body) => request.json(&body),
        }
        .send()
        .await
    }

    async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, None).await.unwrap()
    }

    async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    /// Switches a fault on.
    pub(crate) async fn fault(&self, order: Value) {
        let answer = self
            .send(Method::POST, "_sandbox/faults", Some(order))
            .await
            .unwrap();
        assert_eq!(answer.status(), StatusCode::CREATED);
    }

    async fn create(&self, code: &str) -> reqwest::Result<Response> {
        self.send(
            Method::POST,
            AIRPORTS,
            Some(json!({ "fields": { "Code": code } })),
        )
        .await
    }

    /// Switches every fault off.
    pub(crate) async fn clear_faults(&self) {
        let answer = self.send(Method::DELETE, "_sandbox/faults", None).await;
        assert_eq!(answer.unwrap().status(), StatusCode::NO_CONTENT);
    }

    /// What was called, in numbers.
    pub(crate) async fn statistics(&self) -> Value {
        self.json("_sandbox/statistics").await
    }

    /// The last calls, newest first.
    pub(crate) async fn log(&self) -> Value {
        self.json("_sandbox/log").await
    }

    /// Has Meta's figures restated.
    pub(crate) async fn restate(&self) {
        self.restate_at("meta").await;
    }

    /// Has a vendor's figures restated, and gives how many days of accounts those are.
    pub(crate) async fn restate_at(&self, vendor: &str) -> Value {
        let path = format!("_sandbox/{vendor}/restatements");
        let answer = self.send(Method::POST, &path, Some(json!({}))).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    /// What Meta's API answers to a call.
    pub(crate) async fn graph(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}/v26.0/{path}", self.url));
        let answer = request.bearer_auth("EAAtest1234567890").send().await;
        answer.unwrap().json().await.unwrap()
    }

    /// How many records the table holds, whatever faults are switched on.
    async fn count(&self) -> usize {
        let dump = "_sandbox/dump?base=appSandboxDemo001&table=Airports";
        self.get(dump).await.text().await.unwrap().lines().count()
    }
}

#[tokio::test]
async fn a_read_that_is_cut_breaks_off_in_the_middle_of_its_body() {
    let sandbox = unlimited();
    sandbox.fault(json!({ "fault": "cut" })).await;
    let answer = sandbox.get(AIRPORTS).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.bytes().await.is_err());
    assert!(
        sandbox.get(AIRPORTS).await.bytes().await.is_ok(),
        "the rule strikes once"
    );
}

#[tokio::test]
async fn an_address_is_too_long_beyond_sixteen_thousand_characters_and_a_body_is_not() {
    let sandbox = unlimited();
    let formula = |length: usize| format!("{{Code}}='{}'", "x".repeat(length));
    let get = async |length: usize| {
        let path = format!("{AIRPORTS}?filterByFormula={}", formula(length));
        sandbox.get(&path).await.status()
    };
    assert_eq!(get(15_800).await, StatusCode::OK);
    assert_eq!(get(16_000).await, StatusCode::URI_TOO_LONG);
    let body = json!({ "filterByFormula": formula(20_000) });
    let path = format!("{AIRPORTS}/listRecords");
    let listed = sandbox.send(Method::POST, &path, Some(body)).await.unwrap();
    assert_eq!(listed.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_write_that_is_cut_is_not_carried_out() {
    let sandbox = unlimited();
    sandbox.fault(json!({ "fault": "cut" })).await;
    let answer = sandbox.create("A").await;
    assert!(answer.is_err());
    assert_eq!(sandbox.count().await, 0);
}

#[tokio::test]
async fn a_write_whose_answer_is_lost_is_carried_out() {
    let sandbox = unlimited();
    sandbox.fault(json!({ "fault": "lost_answer" })).await;
    let answer = sandbox.create("A").await;
    assert!(answer.is_err());
    assert_eq!(sandbox.count().await, 1);
}

#[tokio::test]
async fn a_truncated_answer_is_whole_by_http_and_broken_as_json() {
    let sandbox = unlimited();
    sandbox.fault(json!({ "fault": "truncated" })).await;
    let body = sandbox.get(AIRPORTS).await.bytes().await.unwrap();
    assert!(serde_json::from_slice::<Value>(&body).is_err());
}

#[tokio::test]
async fn each_fault_with_a_status_answers_it_in_the_vendors_form() {
    let sandbox = unlimited();
    for (fault, status, kind) in [
        ("rate_limited", 429, "RATE_LIMIT_REACHED"),
        ("server_error", 500, "SERVER_ERROR"),
        ("unavailable", 503, "SERVICE_UNAVAILABLE"),
        ("unauthorized", 401, "AUTHENTICATION_REQUIRED"),
    ] {
        sandbox
            .send(
                Method::PATCH,
                "_sandbox/knobs",
                Some(json!({ "limits": { "penalty_seconds": 0 } })),
            )
            .await
            .unwrap();
        sandbox.fault(json!({ "fault": fault })).await;
        let answer = sandbox.get(AIRPORTS).await;
        assert_eq!(answer.status().as_u16(), status, "{fault}");
        assert!(answer.headers().get("retry-after").is_none(), "{fault}");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["type"], kind, "{fault}");
    }
}

#[tokio::test]
async fn an_unavailable_vendor_says_when_to_come_back_if_told_to() {
    let sandbox = unlimited();
    sandbox
        .fault(json!({ "fault": "unavailable", "retry_after_seconds": 7 }))
        .await;
    assert_eq!(sandbox.get(AIRPORTS).await.headers()["retry-after"], "7");
}

#[tokio::test]
async fn a_bad_gateway_answers_a_page_instead_of_json() {
    let sandbox = unlimited();
    sandbox.fault(json!({ "fault": "bad_gateway" })).await;
    let answer = sandbox.get(AIRPORTS).await;
    assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
    assert_eq!(answer.headers()["content-type"], "text/html");
}

#[tokio::test]
async fn a_slow_call_waits_for_the_clock() {
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let sandbox = running(Settings::default(), clock.clone());
    sandbox
        .fault(json!({ "fault": "slow", "delay_ms": 5000 }))
        .await;
    let call = sandbox.get(AIRPORTS);
    tokio::pin!(call);
    let early = tokio::time::timeout(Duration::from_millis(100), &mut call).await;
    assert!(early.is_err(), "it answers only once the clock has moved");
    clock.advance(Duration::from_secs(5));
    assert_eq!(call.await.status(), StatusCode::OK);
}

#[tokio::test]
async fn after_the_sixth_call_of_a_second_the_base_is_closed_for_thirty_seconds() {
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let sandbox = running(Settings::default(), clock.clone());
    for _ in 0..5 {
        assert_eq!(sandbox.get(AIRPORTS).await.status(), StatusCode::OK);
    }
    assert_eq!(
        sandbox.get(AIRPORTS).await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    clock.advance(Duration::from_millis(29_999));
    assert_eq!(
        sandbox.get(AIRPORTS).await.status(),
        StatusCode::TOO_MANY_REQUESTS
    );
    clock.advance(Duration::from_millis(1));
    assert_eq!(sandbox.get(AIRPORTS).await.status(), StatusCode::OK);
    let statistics = sandbox.json("_sandbox/statistics").await;
    assert_eq!(statistics["refused_by_limit"], 2);
    assert_eq!(statistics["greatest_rate"], 6);
}

#[tokio::test]
async fn used_up_calls_of_the_month_close_the_data_but_not_the_connection_test() {
    let sandbox = unlimited();
    let knob = json!({ "billing_limit_reached": true });
    sandbox
        .send(Method::PATCH, "_sandbox/knobs", Some(knob))
        .await
        .unwrap();
    let refused = sandbox.json(AIRPORTS).await;
    assert_eq!(
        refused["error"]["type"],
        "PUBLIC_API_BILLING_LIMIT_EXCEEDED"
    );
    assert_eq!(sandbox.get("v0/meta/whoami").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn one_bad_record_refuses_the_whole_batch() {
    let sandbox = unlimited();
    let batch = json!({ "records": [
        { "fields": { "Code": "A" } },
        { "fields": { "Code": "B", "State": "Nowhere" } },
    ] });
    let refused = sandbox
        .send(Method::POST, AIRPORTS, Some(batch))
        .await
        .unwrap();
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(sandbox.count().await, 0);
}

#[tokio::test]
async fn a_colleague_edits_without_being_counted_against_the_limit() {
    let sandbox = unlimited();
    let made: Value = sandbox.create("A").await.unwrap().json().await.unwrap();
    let path = format!(
        "_sandbox/bases/appSandboxDemo001/tables/tblAirportsDemo01/records/{}",
        made["id"].as_str().unwrap()
    );
    let edit = json!({ "fields": { "City": "Rome" } });
    let edited = sandbox
        .send(Method::PATCH, &path, Some(edit))
        .await
        .unwrap();
    assert_eq!(
        edited.json::<Value>().await.unwrap()["fields"]["City"],
        "Rome"
    );
    assert_eq!(sandbox.json("_sandbox/statistics").await["total"], 1);
}

#[tokio::test]
async fn a_field_that_somebody_drops_is_gone_and_the_others_keep_what_they_held() {
    let sandbox = unlimited();
    let fields = json!({ "fields": { "Code": "A", "Name": "Ann", "City": "Rome" } });
    sandbox
        .send(Method::POST, AIRPORTS, Some(fields))
        .await
        .unwrap();
    let bases = sandbox.json("_sandbox/bases").await;
    let table = &bases["items"][0]["tables"][0];
    let name = &table["fields"].as_array().unwrap();
    let name = name.iter().find(|field| field["name"] == "Name").unwrap();
    let path = format!(
        "_sandbox/bases/appSandboxDemo001/tables/tblAirportsDemo01/fields/{}",
        name["id"].as_str().unwrap()
    );
    let drop = async || sandbox.send(Method::DELETE, &path, None).await.unwrap();
    assert_eq!(drop().await.status(), StatusCode::NO_CONTENT);
    assert!(!drop().await.status().is_success(), "it is gone");
    let listed = sandbox.json(AIRPORTS).await;
    let kept = json!({ "Code": "A", "City": "Rome" });
    assert_eq!(listed["records"][0]["fields"], kept);
}

#[tokio::test]
async fn a_forgotten_listing_must_begin_again() {
    let sandbox = unlimited();
    for code in ["A", "B"] {
        sandbox.create(code).await.unwrap();
    }
    let first = sandbox.json(&format!("{AIRPORTS}?pageSize=1")).await;
    let offset = first["offset"].as_str().unwrap();
    sandbox.fault(json!({ "fault": "listing_expired" })).await;
    let refused = sandbox
        .json(&format!("{AIRPORTS}?pageSize=1&offset={offset}"))
        .await;
    assert_eq!(
        refused,
        json!({ "error": { "type": "LIST_RECORDS_ITERATOR_NOT_AVAILABLE" } })
    );
}

#[tokio::test]
async fn a_control_that_is_not_sent_as_json_is_refused() {
    let sandbox = unlimited();
    let order = sandbox
        .client
        .post(format!("{}/_sandbox/faults", sandbox.url));
    let refused = order.body(r#"{"fault":"cut"}"#).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}
