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
