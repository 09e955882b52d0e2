//! How a site fares, as its owner is told.

use serde_json::{Value, json};

use super::{SHOP, Shop, view};
use crate::support::TestServer;

fn lines(table: &Value) -> Vec<(String, u64)> {
    let lines = table["lines"].as_array().unwrap().iter();
    let lines = lines.map(|line| {
        let value = line["value"].as_str().unwrap().to_owned();
        (value, line["visits"].as_u64().unwrap())
    });
    lines.collect()
}

fn at(visitor: &str, path: &str, at: &str) -> Value {
    let mut event = view(visitor, path);
    event["at"] = at.into();
    event
}

#[tokio::test]
async fn an_overview_tells_who_came_from_where_and_what_it_brought() {
    let shop = Shop::open().await;
    let mut search = at("ada", "/start", "2027-01-15T07:00:00Z");
    search["referrer"] = "https://www.google.de/".into();
    let mut sale = at("ada", "/thanks", "2027-01-15T07:10:00Z");
    sale["name"] = "purchase".into();
    sale["value"] = json!("61.72");
    let mail = format!("{SHOP}/start?utm_source=may&utm_medium=email&utm_campaign=Spring");
    let mut mailed = at("bob", "/", "2027-01-15T06:00:00Z");
    mailed["url"] = mail.into();
    let direct = at("eve", "/about", "2027-01-14T12:00:00Z");
    shop.send(json!([search, sale, mailed, direct]))
        .await
        .expect(200);
    let told = shop.overview("?from=2027-01-15&to=2027-01-15").await;
    assert_eq!(
        (&told["currency"], &told["time_zone"]),
        (&json!("EUR"), &json!("Europe/Berlin"))
    );
    let totals = &told["totals"];
    assert_eq!(
        totals,
        &json!({
            "events": 3, "views": 2, "visits": 2, "visitors": 2, "bounce_rate": 0.5,
            "visit_seconds": 300.0, "conversions": 1, "purchases": 1, "conversion_rate": 0.5,
            "revenue": "61.72", "average_order_value": "61.72",
        })
    );
    assert_eq!(told["before"]["from"], "2027-01-14");
    assert_eq!(told["before"]["totals"]["visits"], 1);
    let channels = lines(&told["channels"]);
    assert!(
        channels.contains(&("organic_search".into(), 1)),
        "{channels:?}"
    );
    assert!(channels.contains(&("email".into(), 1)), "{channels:?}");
    assert_eq!(lines(&told["landing_pages"]), [("/start".into(), 2)]);
    assert!(lines(&told["sources"]).contains(&("google".into(), 1)));
    assert!(lines(&told["campaigns"]).contains(&("Spring".into(), 1)));
    assert!(lines(&told["referrers"]).contains(&("google.de".into(), 1)));
    let none = shop.overview("?compare=none").await;
    assert!(none.get("before").is_none() && none.get("days_before").is_none());
    assert!(none.get("hours").is_none());
}

#[tokio::test]
async fn rates_are_absent_where_nothing_could_have_happened() {
    let shop = Shop::open().await;
    let totals = &shop.overview("").await["totals"];
    for member in [
        "bounce_rate",
        "visit_seconds",
        "conversion_rate",
        "average_order_value",
    ] {
        assert!(totals.get(member).is_none(), "{member}");
    }
    assert_eq!(totals["revenue"], "0.00");
}

#[tokio::test]
async fn a_visit_ends_at_midnight_of_the_sites_zone() {
    let shop = Shop::open().await;
    let before = at("ada", "/", "2027-01-14T23:50:00+01:00");
    let after = at("ada", "/", "2027-01-15T00:05:00+01:00");
    shop.send(json!([before, after])).await.expect(200);
    let told = shop.overview("?from=2027-01-14&to=2027-01-15").await;
    let visits: Vec<_> = told["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| &day["visits"])
        .collect();
    assert_eq!(visits, [&json!(1), &json!(1)], "{told}");
}

#[tokio::test]
async fn days_on_which_clocks_are_changed_have_23_and_25_hours() {
    for (day, moved, hours) in [("2027-03-28", 72, 23), ("2027-10-31", 289, 25)] {
        let server = TestServer::start().await;
        server.advance(moved * 24 * 60 * 60 + 20 * 60 * 60);
        let shop = Shop::at(server, json!({})).await;
        let events: Vec<Value> = (0..26)
            .map(|hour| {
                let midnight: jiff::civil::Date = day.parse().unwrap();
                let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
                let midnight = midnight.to_zoned(zone).unwrap().timestamp();
                let hour = midnight + jiff::SignedDuration::from_hours(hour);
                at("ada", "/", &hour.to_string())
            })
            .collect();
        let told = shop.send(events.into()).await.expect(200);
        assert_eq!(told["refused"], json!([]), "{day}");
        let told = shop.overview(&format!("?from={day}&to={day}")).await;
        let told_hours = told["hours"].as_array().unwrap();
        assert_eq!(told_hours.len(), hours, "{told}");
        assert_eq!(told["totals"]["views"], hours, "{day}");
        assert!(told_hours.iter().all(|hour| hour["views"] == 1), "{told}");
    }
}

#[tokio::test]
async fn days_that_cannot_be_asked_for_are_refused_each_in_its_own_words() {
    let shop = Shop::open().await;
    for (query, word) in [
        ("?from=tomorrow", "no day"),
        ("?from=2027-01-02&to=2027-01-01", "before"),
        ("?from=2026-01-13&to=2027-01-15", "366"),
        ("?from=2025-01-14&to=2025-02-01", "2 years"),
        ("?to=2027-01-16", "yet to come"),
        ("?compare=week", "compare"),
        ("?form=2027-01-01", "form"),
    ] {
        let path = format!("/sites/{}/overview{query}", shop.site);
        let refused = shop.owner.get(&path).await;
        assert_eq!(refused.status, 400, "{query}");
        assert!(refused.text().contains(word), "{query}: {}", refused.text());
    }
    // It is the 16th already where the site is.
    let other = Shop::with(json!({"time_zone": "Pacific/Kiritimati"})).await;
    other.server.advance(3 * 60 * 60);
    let owner = other.server.sign_in("owner@example.org").await;
    let path = format!("/sites/{}/overview?to=2027-01-16", other.site);
    owner.get(&path).await.expect(200);
    assert_eq!(other.server.count_in_book("analytics_read"), 1);
}

#[tokio::test]
async fn thirty_questions_a_minute_are_answered() {
    let shop = Shop::open().await;
    for _ in 0..30 {
        shop.overview("").await;
    }
    let path = format!("/sites/{}/overview", shop.site);
    let refused = shop.owner.get(&path).await;
    assert_eq!(refused.problem(429, "rate_limited")["limit"], "analytics");
    shop.shown().await;
}
