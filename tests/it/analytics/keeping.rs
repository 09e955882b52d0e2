//! What the book is told, what is destroyed after its time, and what goes with a site.

use serde_json::json;
use weighbridge::store::{Collection, Raw, Scan};

use super::{Shop, site, text, view};

#[tokio::test]
async fn the_book_has_one_line_for_each_key_and_minute() {
    let shop = Shop::open().await;
    let sites = &shop.server.app.analytics;
    for _ in 0..5 {
        let told = shop.send(json!([view("ada", "/"), {"name": "?"}])).await;
        told.expect(200);
    }
    let browser = shop.browser();
    shop.beacon(&browser, json!({"name": "click"}))
        .await
        .expect(200);
    sites.tidy().await.unwrap();
    assert_eq!(shop.server.count_in_book("events_take"), 0);
    shop.server.advance(60);
    sites.tidy().await.unwrap();
    let book = shop.server.book();
    let lines = book
        .iter()
        .filter(|line| line["metadata"]["labels"][0] == "events_take");
    let mut counts: Vec<_> = lines
        .map(|line| {
            let counts = &line["unmapped"]["counts"];
            assert_eq!(line["actor"]["user"]["name"], "owner@example.org", "{line}");
            (
                counts["accepted"].as_u64(),
                counts["refused"].as_u64(),
                counts["requests"].as_u64(),
            )
        })
        .collect();
    counts.sort_unstable();
    assert_eq!(
        counts,
        [(Some(1), Some(0), Some(1)), (Some(5), Some(5), Some(5))]
    );
    shop.server.advance(60);
    sites.tidy().await.unwrap();
    assert_eq!(shop.server.count_in_book("events_take"), 2);
}

#[tokio::test]
async fn where_somebody_was_is_kept_nowhere() {
    let shop = Shop::open().await;
    let ada = shop.browser().from([203, 0, 113, 77].into());
    shop.beacon(&ada, json!({"name": "click", "visitor": "canary-id"}))
        .await
        .expect(200);
    shop.server.app.audit.flush().unwrap();
    let store = std::fs::read(shop.server.app.config.server.store_file()).unwrap();
    let has = |needle: &[u8]| memchr::memmem::find(&store, needle).is_some();
    assert!(has(b"shop.example"), "the store is not read as it is");
    for canary in ["203.0.113.77", "canary-id", "Firefox/145", &shop.secret] {
        assert!(!has(canary.as_bytes()), "{canary}");
    }
}

#[tokio::test]
async fn a_site_goes_with_its_keys_and_its_events() {
    let shop = Shop::open().await;
    shop.send(view("ada", "/")).await.expect(200);
    shop.owner
        .delete(&format!("/sites/{}", shop.site))
        .await
        .expect(204);
    shop.send(view("ada", "/"))
        .await
        .problem(401, "write_key_refused");
    shop.server.app.analytics.tidy().await.unwrap();
    let again = shop.owner.post("/sites", site("Shop")).await.expect(201);
    let path = format!("/sites/{}/overview", text(&again["id"]));
    let told = shop.owner.get(&path).await.expect(200);
    assert_eq!(told["totals"]["events"], 0);
    assert_eq!(told["days"].as_array().unwrap().len(), 28);
}

#[tokio::test]
async fn the_sums_are_the_same_when_they_are_made_anew() {
    let shop = Shop::open().await;
    let mut events = vec![view("ada", "/"), view("bob", "/a")];
    events[1]["at"] = "2027-01-12T12:00:00Z".into();
    shop.send(events.into()).await.expect(200);
    let before = shop.overview("").await;
    let path = format!("/sites/{}/rebuild", shop.site);
    let told = shop.owner.post(&path, json!({})).await.expect(200);
    assert_eq!(told, json!({"days": 2, "differed": 0}));
    assert_eq!(shop.overview("").await, before);
    assert_eq!(shop.server.count_in_book("site_rebuild"), 1);
}

/// What visitors are hashed with on a day, as it is stored.
struct Days;

impl Collection for Days {
    const NAME: &'static str = "site_day";
    type Key = (u32, String);
    type Value = Raw;
}

#[tokio::test]
async fn the_key_of_a_day_is_destroyed_after_its_end_at_the_site() {
    let shop = Shop::open().await; // 09:00 in Berlin
    let days = || {
        let rows = shop
            .server
            .app
            .store
            .scan::<Days>(&Scan::all(10))
            .unwrap()
            .rows;
        rows.into_iter().map(|row| row.key.1).collect::<Vec<_>>()
    };
    let browser = shop.browser();
    shop.beacon(&browser, json!({"name": "click"}))
        .await
        .expect(200);
    shop.beacon(&browser, json!({"name": "click"}))
        .await
        .expect(200);
    shop.server.advance(15 * 60 * 60 - 1);
    shop.server.app.analytics.tidy().await.unwrap();
    assert_eq!(days(), ["2027-01-15"]);
    shop.server.advance(1);
    shop.server.app.analytics.tidy().await.unwrap();
    assert!(days().is_empty());
    shop.beacon(&browser, json!({"name": "click"}))
        .await
        .expect(200);
    assert_eq!(days(), ["2027-01-16"]);
}
