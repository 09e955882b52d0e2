//! The vendor's limits are kept, and used.

use std::time::Duration;

use serde_json::json;

use super::{Yard, counts, text};

#[tokio::test]
async fn the_vendors_limit_is_never_met_and_nearly_all_of_it_is_used() {
    let yard = Yard::paced().await;
    yard.bring(0..1000, "Airport").await;
    let sync = yard.sync().await;
    let before = yard.vendor.clock.elapsed();
    let run = yard.run_now(&sync).await;
    let took = yard.vendor.clock.elapsed().checked_sub(before).unwrap();
    assert_eq!(counts(&run)["created"], 1000, "{run}");
    assert_eq!(run["calls_refused_by_vendor"], 0);
    let statistics = yard.vendor.statistics().await;
    assert_eq!(statistics["refused_by_limit"], 0);
    // A hundred writes and one look at the table, five a second.
    assert!(took >= Duration::from_secs(20), "{took:?}");
    assert!(took < Duration::from_secs(22), "{took:?}");
}

#[tokio::test]
async fn the_calls_of_a_run_their_waits_and_its_end_are_measured() {
    let yard = Yard::paced().await;
    yard.bring(0..200, "Airport").await;
    let sync = yard.sync().await;
    yard.run_now(&sync).await;
    let page = yard.member.get("/system/metrics").await.text();
    let shown = |series: &str| -> f64 {
        let line = page.lines().find_map(|line| line.strip_prefix(series));
        let line = line.unwrap_or_else(|| panic!("no {series} in\n{page}"));
        line.trim().parse().unwrap()
    };
    let writes = "{provider=\"airtable\",operation=\"write_records\"";
    let count = format!("weighbridge_provider_calls_total{writes},status=\"2xx\"}}");
    assert!((shown(&count) - 20.0).abs() < 0.5);
    let took = format!("weighbridge_provider_call_duration_seconds_count{writes}}}");
    assert!((shown(&took) - 20.0).abs() < 0.5);
    let waited = shown(&format!("weighbridge_provider_wait_seconds_sum{writes}}}"));
    // Five calls a second: the last of twenty waits for nearly four seconds.
    assert!(waited > 3.0, "{waited}");
    let runs = "weighbridge_runs_total{task=\"push\",trigger=\"user\",state=\"done\"}";
    assert!((shown(runs) - 1.0).abs() < 0.5);
    let created = "weighbridge_run_records_total{outcome=\"created\"}";
    assert!((shown(created) - 200.0).abs() < 0.5);
}

#[tokio::test]
async fn after_a_refusal_the_base_is_left_alone_for_thirty_seconds() {
    let yard = Yard::paced().await;
    yard.bring(0..200, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("rate_limited", json!({"times": 1, "after": 5}))
        .await;
    yard.advance(Duration::from_mins(5));
    let run = yard.queue(&sync).await;
    let waiting = async {
        loop {
            let shown = yard.shown(&run).await;
            if shown["state"] == "waiting" {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let shown = yard.fly(waiting).await;
    assert!(shown["waiting_until"].is_string(), "{shown}");
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let shown = yard.shown(&run).await;
    assert_eq!(counts(&shown)["created"], 200);
    assert_eq!(
        shown["calls_refused_by_vendor"], 1,
        "one refusal, and no call into the penalty"
    );
    yard.assert_same().await;
}

#[tokio::test]
async fn a_run_is_followed_to_its_end() {
    let yard = Yard::paced().await;
    yard.bring(0..120, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    let path = format!("/runs/{run}/stream");
    let stream = yard.member.get(&path);
    let (events, idle) = yard
        .fly(async { tokio::join!(stream, yard.server.app.scheduler.idle()) })
        .await;
    idle.unwrap();
    assert_eq!(events.header("content-type"), "text/event-stream");
    let events = events.text();
    let shown: Vec<serde_json::Value> = events
        .lines()
        .filter_map(|line| line.strip_prefix("data:"))
        .map(|json| serde_json::from_str(json).unwrap())
        .collect();
    assert!(shown.len() > 2, "{events}");
    assert!(events.contains("event:run") || events.contains("event: run"));
    let last = shown.last().unwrap();
    assert_eq!(text(&last["state"]), "done");
    assert!(shown.iter().any(|run| run["rate_per_second"].is_number()));
}
