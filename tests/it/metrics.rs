//! What is measured, as a Prometheus server reads it.

use std::collections::{BTreeMap, BTreeSet};

use poem::http::Method;
use serde_json::json;
use weighbridge::base::metrics::{ALL, Kind};

use crate::oauth::Place;
use crate::support::{Client, PASSWORD, TestServer};

const PAGE: &str = include_str!("../../assets/handbook/monitoring.md");

/// Every line that is no comment: the series and its value, rounded up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "nothing measured here is below zero"
)]
pub(crate) async fn scrape(client: &Client) -> BTreeMap<String, u64> {
    let answer = client.get("/system/metrics").await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    let text = answer.text();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.map(|line| {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let value: f64 = value.parse().unwrap();
        (series.to_owned(), value.ceil() as u64)
    });
    pairs.collect()
}

fn of(page: &BTreeMap<String, u64>, series: &str) -> u64 {
    page.get(series).copied().unwrap_or_default()
}

#[test]
fn the_handbook_lists_every_metric_with_its_kind_and_its_labels_and_no_other() {
    let (_, list) = PAGE.split_once("## Every metric").unwrap();
    let listed = list.lines().filter(|line| line.starts_with("| `"));
    let listed: BTreeSet<String> = listed.map(str::to_owned).collect();
    let rows = ALL.iter().map(|about| {
        let kind = match about.kind {
            Kind::Counter | Kind::Reading => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram(_) => "histogram",
        };
        let labels: Vec<String> = about
            .labels
            .iter()
            .map(|label| format!("`{label}`"))
            .collect();
        format!(
            "| `{}` | {kind} | {} | {} |",
            about.name,
            labels.join(", "),
            about.help
        )
    });
    let rows: BTreeSet<String> = rows.collect();
    let missing: Vec<_> = rows.difference(&listed).collect();
    let surplus: Vec<_> = listed.difference(&rows).collect();
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing: {missing:#?}\nsurplus: {surplus:#?}"
    );
}

#[tokio::test]
async fn requests_are_counted_by_operation_and_never_by_what_somebody_sent() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada@example.org", &["member"]).await;
    let before = scrape(&ada).await;
    ada.get("/datasets/0199a3c4-7b10-7000-8000-0123456789ab")
        .await;
    ada.get("/datasets?limit=CANARY").await;
    ada.get("/no/such/CANARY").await;
    server.anonymous().get("/datasets/CANARY").await;
    let after = scrape(&ada).await;
    let rose = |series: &str| of(&after, series) - of(&before, series);
    for (route, status) in [
        ("getDataset", 404),
        ("listDatasets", 400),
        ("getDataset", 401),
    ] {
        let labels = format!("method=\"GET\",route=\"{route}\",status=\"{status}\"");
        let series = format!("weighbridge_http_requests_total{{{labels}}}");
        assert_eq!(rose(&series), 1, "{series}\n{after:#?}");
    }
    let timed =
        "weighbridge_http_request_duration_seconds_count{method=\"GET\",route=\"getDataset\"}";
    assert_eq!(rose(timed), 2);
    let told = after
        .keys()
        .any(|series| series.contains("CANARY") || series.contains("0199a3c4"));
    assert!(!told, "{after:#?}");
}

#[tokio::test]
async fn sign_ins_limits_commits_and_the_book_are_counted() {
    let server =
        TestServer::with(|config| config.limits.authentication.burst = 2.try_into().unwrap()).await;
    let ada = server.sign_up("ada@example.org", &["member"]).await;
    let before = scrape(&ada).await;
    let guesser = server.anonymous().from([198, 51, 100, 7].into());
    let wrong = json!({"email": "ada@example.org", "password": format!("not {PASSWORD}")});
    for _ in 0..3 {
        guesser.post("/auth/login", wrong.clone()).await;
    }
    server.sign_in("ada@example.org").await;
    server
        .anonymous()
        .with("authorization", "Bearer wb_no_such_token")
        .get("/system")
        .await;
    server.app.audit.flush().unwrap();
    let after = scrape(&ada).await;
    let rose = |series: &str| of(&after, series) - of(&before, series);
    for (series, by) in [
        (
            "weighbridge_authentication_attempts_total{outcome=\"wrong\"}",
            2,
        ),
        (
            "weighbridge_authentication_attempts_total{outcome=\"signed_in\"}",
            1,
        ),
        (
            "weighbridge_authentication_attempts_total{outcome=\"token_refused\"}",
            1,
        ),
        (
            "weighbridge_limit_refusals_total{limit=\"authentication\"}",
            1,
        ),
    ] {
        assert_eq!(rose(series), by, "{series}");
    }
    for series in [
        "weighbridge_store_commits_total{outcome=\"done\"}",
        "weighbridge_store_commit_duration_seconds_count",
        "weighbridge_store_commit_batches_count",
        "weighbridge_audit_events_total",
        "weighbridge_audit_flush_duration_seconds_count",
    ] {
        assert!(rose(series) >= 1, "{series}");
    }
    let version = format!(
        "weighbridge_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    );
    for series in [
        version.as_str(),
        "weighbridge_store_size_bytes",
        "process_resident_memory_bytes",
        "process_open_fds",
        "process_start_time_seconds",
    ] {
        assert!(of(&after, series) >= 1, "{series}");
    }
    for series in [
        "weighbridge_jobs{state=\"queued\"}",
        "weighbridge_connections{status=\"reconnect\"}",
        "weighbridge_audit_degraded",
    ] {
        assert_eq!(after.get(series), Some(&0), "{series}");
    }
}

/// An alarm on a rise does not see the first failure when its series begins with it.
#[tokio::test]
async fn what_may_fail_is_counted_from_zero() {
    let server = TestServer::start().await;
    let tasks = weighbridge::base::Tasks::default();
    server.app.start(&tasks);
    let ada = server.sign_up("ada@example.org", &["member"]).await;
    let page = scrape(&ada).await;
    for series in [
        "weighbridge_runs_total{task=\"push\",trigger=\"schedule\",state=\"failed\"}",
        "weighbridge_store_commits_total{outcome=\"failed\"}",
        "weighbridge_authentication_attempts_total{outcome=\"wrong\"}",
        "weighbridge_audit_reads_dropped_total",
    ] {
        assert!(page.contains_key(series), "{series}: {page:#?}");
    }
    tasks.stop().await;
}

#[tokio::test]
async fn what_comes_in_at_inlets_is_counted_and_so_is_why_it_was_refused() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada@example.org", &["member"]).await;
    let fields = json!([{"name": "iata", "type": "text"}, {"name": "runways", "type": "integer"}]);
    let dataset = json!({"name": "Airports", "key_field": "iata", "fields": fields});
    let dataset = ada.post("/datasets", dataset).await.expect(201);
    let inlet = json!({"name": "In", "dataset_id": dataset["id"], "signing": "optional"});
    let inlet = ada.post("/inlets", inlet).await.expect(201);
    let path = inlet["path"].as_str().unwrap();
    let before = scrape(&ada).await;
    for (path, body) in [
        (path, r#"{"iata": "LHR", "runways": 2}"#),
        (path, r#"{"iata": "LHR", "runways": 2}"#),
        (path, r#"{"iata": "LHR", "runways": 3}"#),
        (path, r#"{"iata": "LHR", "runways": "many"}"#),
        ("/in/0123456789012345678901234567890123456789", "{}"),
    ] {
        server
            .anonymous()
            .fetch(Method::POST, path, "application/json", body.into())
            .await;
    }
    let after = scrape(&ada).await;
    for outcome in [
        "created",
        "unchanged",
        "changed",
        "validation_failed",
        "not_found",
    ] {
        let series = format!("weighbridge_inlet_arrivals_total{{outcome=\"{outcome}\"}}");
        assert_eq!(of(&after, &series) - of(&before, &series), 1, "{series}");
    }
}

#[tokio::test]
async fn tokens_that_are_asked_for_are_counted_by_what_came_of_it() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.advance(3599);
    place.bases(&path).await.expect(200);
    place.sandbox.fault(json!({"fault": "grant_revoked"})).await;
    place.bases(&path).await.problem(502, "provider_failed");
    let page = scrape(&place.member).await;
    for outcome in ["renewed", "ended"] {
        let labels = format!("provider=\"airtable\",outcome=\"{outcome}\"");
        let series = format!("weighbridge_token_renewals_total{{{labels}}}");
        assert_eq!(of(&page, &series), 1, "{series}: {page:#?}");
    }
}
