//! What costs stand beside, and when none is told.

use poem::http::Method;
use serde_json::{Value, json};

use super::{Agency, DOLLARS, EUROS, text};

/// The days until the clock's own.
const DAYS: &str = "from=2026-12-19&to=2027-01-15";

impl Agency {
    async fn advertising(&self) -> Value {
        let path = format!("{}/overview?{DAYS}", self.site);
        self.get(&path).await["advertising"].clone()
    }

    /// Counts a visit of a campaign that buys something.
    async fn sale(&self, campaign: &str, visitor: &str) {
        let keys = format!("{}/keys", self.site);
        let key = json!({"name": format!("Till {visitor}"), "kind": "secret"});
        let key = text(&self.owner.post(&keys, key).await.expect(201)["key"]);
        let till = self.server.anonymous();
        let till = till.with("authorization", &format!("Bearer {key}"));
        let url = format!("https://shop.example/?utm_campaign={campaign}");
        let view = json!({"name": "page_view", "visitor": visitor, "url": url});
        till.send(
            Method::POST,
            "/events",
            "application/json",
            view.to_string().into_bytes(),
        )
        .await
        .expect(200);
        let sale = json!({"name": "purchase", "visitor": visitor, "value": 120, "url": url});
        till.send(
            Method::POST,
            "/events",
            "application/json",
            sale.to_string().into_bytes(),
        )
        .await
        .expect(200);
    }
}

#[tokio::test]
async fn a_cost_stands_beside_what_the_site_counted_where_every_day_is_known() {
    let agency = Agency::open().await;
    assert_eq!(agency.advertising().await, Value::Null, "there is no feed");
    agency.feed(EUROS).await;
    let unknown = agency.advertising().await;
    assert_eq!(unknown["unknown"], "days_missing", "{unknown}");
    assert_eq!(unknown.get("cost"), None);
    agency.fetch().await;
    agency.sale("Spring", "ada").await;
    agency.sale("120210000000000001", "bob").await;
    let known = agency.advertising().await;
    let cost: f64 = text(&known["cost"]).parse().unwrap();
    assert!(cost > 1_000.0, "{known}");
    let each: f64 = text(&known["cost_per_conversion"]).parse().unwrap();
    assert!((each - cost / 2.0).abs() < 0.01, "{known}");
    let back = known["return_on_spend"].as_f64().unwrap();
    assert!((back - 240.0 / cost).abs() < 1e-6, "{known}");
    assert_eq!(known["other_time_zones"], json!([]));
    let costs = agency.get(&format!("{}/costs?{DAYS}", agency.site)).await;
    let campaigns = costs["campaigns"].as_array().unwrap();
    let spring = campaigns
        .iter()
        .find(|one| one["name"] == "spring")
        .unwrap();
    assert_eq!(
        (&spring["visits"], &spring["revenue"]),
        (&2.into(), &"240.00".into())
    );
    assert!(spring["provider_conversions"].as_f64().unwrap() > 0.0);
    let other = campaigns
        .iter()
        .find(|one| one["name"] == "Newcomers")
        .unwrap();
    assert_eq!(other["visits"], 0);
    assert_eq!(other.get("cost_per_conversion"), None);
}

#[tokio::test]
async fn no_cost_is_told_in_another_currency() {
    let agency = Agency::open().await;
    agency.feed(EUROS).await;
    agency.feed(DOLLARS).await;
    agency.fetch().await;
    let told = agency.advertising().await;
    assert_eq!(told["unknown"], "other_currency", "{told}");
    assert_eq!(told.get("cost"), None);
    assert_eq!(told["other_time_zones"], json!(["America/New_York"]));
    let costs = agency.get(&format!("{}/costs?{DAYS}", agency.site)).await;
    let feeds = costs["feeds"].as_array().unwrap();
    assert_eq!(feeds.len(), 2);
    let dollars = feeds.iter().find(|feed| feed["currency"] == "USD").unwrap();
    assert_eq!(
        (&dollars["currency"], &dollars["days_missing"]),
        (&"USD".into(), &0.into())
    );
}

#[tokio::test]
async fn a_day_that_was_not_fetched_is_missing_and_not_free() {
    let agency = Agency::open().await;
    agency.feed(EUROS).await;
    agency.fetch().await;
    let path = format!("{}/overview?from=2025-12-01&to=2025-12-20", agency.site);
    let told = agency.get(&path).await["advertising"].clone();
    assert_eq!(told["unknown"], "days_missing");
    assert!(
        text(&told["unknown_because"]).contains("14 of the days"),
        "{told}"
    );
}
