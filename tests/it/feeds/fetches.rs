//! What is asked for, and what is kept of it.

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{Agency, EUROS, text};

#[tokio::test]
async fn a_feed_brings_thirteen_months_and_then_two_days_an_hour() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    let new = agency.get(&path).await;
    assert_eq!(new["state"], "new");
    assert_eq!(
        (&new["currency"], &new["time_zone"]),
        (&"EUR".into(), &"Europe/Berlin".into())
    );
    agency.fetch().await;
    let told = agency.get(&path).await;
    assert_eq!(told["state"], "active", "{told}");
    assert_eq!(
        told["first_day"], "2025-12-15",
        "thirteen months before the 15th of January 2027"
    );
    assert_eq!(told["last_day"], "2027-01-15");
    let first = agency.calls().await;
    assert!(agency.due().is_empty());
    agency.pass(60);
    assert_eq!(agency.due().len(), 1);
    agency.fetch().await;
    assert_eq!(agency.calls().await, first + 1);
    let log = agency.sandbox.log().await;
    let target = text(&log["items"][0]["target"]);
    assert!(
        target.contains("2027-01-14") && target.contains("2027-01-15"),
        "{target}"
    );
}

#[tokio::test]
async fn a_day_that_is_told_otherwise_gets_a_version_and_what_was_known_stays() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    agency.fetch().await;
    let before = agency.costs_of_december("").await;
    let known_at = text(&agency.get(&path).await["fetched_at"]);
    let brought = agency.changes().len();
    // A day later the last weeks are asked for again, and nothing was restated.
    agency.pass(24 * 60);
    agency.fetch().await;
    let again = agency.changes()[brought..].to_vec();
    assert_eq!(again, [2], "the day that had not ended, and the new one");
    agency.sandbox.restate().await;
    agency.pass(24 * 60);
    agency.fetch().await;
    let restated: u64 = agency.changes()[brought + 1..].iter().sum();
    assert!(restated > 15, "{restated}");
    let now = agency.costs_of_december("").await;
    assert_ne!(now, before, "it is told as it is known now");
    let then = agency
        .costs_of_december(&format!("&known_at={known_at}"))
        .await;
    assert_eq!(then, before, "and as it was known then");
}

impl Agency {
    async fn costs_of_december(&self, more: &str) -> Value {
        let path = format!("{}/costs?from=2026-12-20&to=2027-01-10{more}", self.site);
        self.get(&path).await["campaigns"].clone()
    }
}

#[tokio::test]
async fn a_fetch_that_is_killed_goes_on_where_it_was() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    // The fifth stretch is never answered: the vendor's clock stands.
    let slow = json!({
        "fault": "slow", "delay_ms": 60_000, "after": 7, "match": {"path_contains": "insights"},
    });
    agency.sandbox.fault(slow).await;
    let [due] = agency.due().try_into().unwrap();
    {
        let stop = CancellationToken::new();
        let fetching = agency.server.app.feeds.fetch(due, &stop);
        let late = tokio::time::sleep(std::time::Duration::from_secs(2));
        tokio::select! {
            ended = fetching => panic!("it was to be killed: {ended:?}"),
            () = late => {}
        }
    }
    let part = agency.get(&path).await;
    assert_eq!(part["last_day"], "2027-01-15");
    assert!(text(&part["first_day"]).as_str() > "2026-01-01", "{part}");
    agency.sandbox.clear_faults().await;
    let before = agency.changes().len();
    agency.fetch().await;
    let whole = agency.get(&path).await;
    assert_eq!(
        (&whole["state"], &whole["first_day"]),
        (&"active".into(), &"2025-12-15".into())
    );
    // The last two days are looked at again, and the stretches that were kept are not.
    let rest = agency.changes()[before..].to_vec();
    assert_eq!(rest[0], 0, "{rest:?}");
    let days: u64 = agency.changes().iter().sum();
    assert_eq!(days, 397, "each day was kept once");
}

#[tokio::test]
async fn what_is_too_much_data_is_asked_for_in_smaller_parts() {
    let agency = Agency::with(|knobs| knobs.most_rows = 30).await;
    let path = agency.feed(EUROS).await;
    agency.fetch().await;
    let told = agency.get(&path).await;
    assert_eq!(
        (&told["state"], &told["first_day"]),
        (&"active".into(), &"2025-12-15".into())
    );
}

#[tokio::test]
async fn what_is_kept_is_what_the_vendor_tells() {
    let agency = Agency::open().await;
    agency.feed(EUROS).await;
    agency.fetch().await;
    let path = format!("{}/costs?from=2026-12-01&to=2026-12-31", agency.site);
    let costs = agency.get(&path).await;
    let query = "level=account&fields=spend,clicks,impressions&time_range=%7B%22since%22%3A%222026-12-01%22%2C%22until%22%3A%222026-12-31%22%7D";
    let told = agency
        .sandbox
        .graph(&format!("{EUROS}/insights?{query}"))
        .await;
    let row = &told["data"][0];
    assert_eq!(costs["advertising"]["cost"], row["spend"], "{costs}");
    let campaigns = costs["campaigns"].as_array().unwrap();
    let clicks: u64 = campaigns
        .iter()
        .map(|one| one["clicks"].as_u64().unwrap())
        .sum();
    assert_eq!(row["clicks"], clicks.to_string());
    assert_eq!(campaigns.len(), 3);
    assert_eq!(campaigns[0]["attribution"], json!(["7d_click_1d_view"]));
}
