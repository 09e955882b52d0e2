//! Events as browsers send them, and what browsers are told.

use poem::http::Method;
use serde_json::json;

use super::{SHOP, Shop, view};
use crate::support::{Client, TestServer};

const EVIL: &str = "https://evil.example";

fn page_view(path: &str) -> serde_json::Value {
    json!({"name": "page_view", "url": format!("{SHOP}{path}")})
}

#[tokio::test]
async fn a_beacon_from_an_allowed_origin_is_counted_and_may_be_read() {
    let shop = Shop::open().await;
    let sent = shop.beacon(&shop.browser(), page_view("/")).await;
    assert_eq!(sent.expect(200)["accepted"], 1);
    assert_eq!(sent.header("access-control-allow-origin"), SHOP);
    assert_eq!(sent.header("cross-origin-resource-policy"), "cross-origin");
    assert!(sent.header("vary").contains("origin"));
    assert_eq!(sent.header("access-control-allow-credentials"), "");
    // In a header it would not be seen when the browser asks beforehand.
    let key = format!("Bearer {}", shop.public);
    let script = shop.browser().with("authorization", &key);
    let refused = script.post("/events", page_view("/")).await;
    assert!(
        refused
            .problem(403, "forbidden")
            .to_string()
            .contains("`key`")
    );
    assert_eq!(shop.overview("").await["totals"]["visitors"], 1);
}

#[tokio::test]
async fn from_elsewhere_nothing_is_counted_and_nothing_may_be_read() {
    let shop = Shop::open().await;
    for origin in [
        EVIL,
        "null",
        "http://shop.example",
        "https://shop.example:444",
    ] {
        let sent = shop
            .beacon(&shop.browser().with("origin", origin), page_view("/"))
            .await;
        sent.problem(403, "forbidden");
        assert_eq!(sent.header("access-control-allow-origin"), "", "{origin}");
    }
    let bare = shop.server.anonymous();
    shop.beacon(&bare, page_view("/"))
        .await
        .problem(403, "forbidden");
    assert_eq!(shop.overview("").await["totals"]["events"], 0);
}

#[tokio::test]
async fn a_secret_key_is_not_taken_from_a_browser_or_an_address() {
    let shop = Shop::open().await;
    let path = format!("/events?key={}", shop.secret);
    let server = shop.server.anonymous();
    server
        .post(&path, view("ada", "/"))
        .await
        .problem(403, "forbidden");
    let browser = shop.till().with("origin", SHOP);
    browser
        .post("/events", view("ada", "/"))
        .await
        .problem(403, "forbidden");
    let both = format!("/events?key={}", shop.public);
    let both = shop.till().post(&both, view("ada", "/")).await;
    both.problem(400, "bad_query");
}

#[tokio::test]
async fn a_browser_that_asks_beforehand_is_told_what_it_may() {
    let shop = Shop::open().await;
    let path = format!("/events?key={}", shop.public);
    let ask = |client: Client, path: String| async move {
        let client = client.with("access-control-request-method", "POST");
        client.send(Method::OPTIONS, &path, "", Vec::new()).await
    };
    let told = ask(shop.browser(), path.clone()).await;
    assert_eq!(told.status, 204);
    assert_eq!(told.header("access-control-allow-origin"), SHOP);
    assert_eq!(told.header("access-control-allow-methods"), "POST");
    assert_eq!(told.header("access-control-allow-headers"), "content-type");
    for (client, path) in [
        (shop.browser().with("origin", EVIL), path),
        (shop.browser(), format!("/events?key={}", shop.secret)),
        (shop.browser(), "/events".to_owned()),
    ] {
        let told = ask(client, path).await;
        assert_eq!(told.header("access-control-allow-origin"), "");
    }
    // Everything else is as closed as ever.
    let told = ask(shop.browser(), "/sites".to_owned()).await;
    told.problem(405, "method_not_allowed");
    assert_eq!(told.header("access-control-allow-origin"), "");
    let told = shop.browser().get("/sites").await;
    assert_eq!(told.header("access-control-allow-origin"), "");
    assert_eq!(told.header("cross-origin-resource-policy"), "same-origin");
}

#[tokio::test]
async fn whoever_does_not_want_to_be_counted_is_not() {
    let shop = Shop::open().await;
    for header in ["dnt", "sec-gpc"] {
        let browser = shop.browser().with(header, "1");
        let told = shop.beacon(&browser, page_view("/")).await.expect(200);
        assert_eq!(told["refused"][0]["code"], "opted_out", "{told}");
    }
    let bot = shop
        .browser()
        .with("user-agent", "Mozilla/5.0 (compatible; Googlebot/2.1)");
    let told = shop.beacon(&bot, page_view("/")).await.expect(200);
    assert_eq!(told["refused"][0]["code"], "bot", "{told}");
    let totals = &shop.overview("").await["totals"];
    assert_eq!(totals["events"], 0, "{totals}");
}

#[tokio::test]
async fn a_browser_is_not_believed_when_or_from_where_it_was() {
    let shop = Shop::open().await;
    for member in ["at", "ip", "user_agent"] {
        let mut event = page_view("/");
        event[member] = "2027-01-15T08:00:00Z".into();
        let told = shop.beacon(&shop.browser(), event).await.expect(200);
        assert_eq!(told["refused"][0]["code"], "secret_key_only", "{told}");
    }
}

#[tokio::test]
async fn visitors_are_told_apart_by_address_and_browser_for_a_day_and_no_longer() {
    let shop = Shop::open().await;
    let ada = shop.browser().from([203, 0, 113, 1].into());
    let bob = shop.browser().from([203, 0, 113, 2].into());
    let eve = ada
        .clone()
        .with("user-agent", "Mozilla/5.0 (iPhone) Mobile/15E148");
    for browser in [&ada, &bob, &eve, &ada] {
        shop.beacon(browser, page_view("/")).await.expect(200);
    }
    // A server that hands on the address means the same visitor.
    let mut event = page_view("/");
    event["ip"] = "203.0.113.1".into();
    event["user_agent"] = super::FIREFOX.into();
    shop.send(event).await.expect(200);
    assert_eq!(shop.overview("").await["totals"]["visitors"], 3);
    shop.server.advance(24 * 60 * 60);
    shop.server.app.analytics.tidy().await.unwrap();
    let owner = shop.server.sign_in("owner@example.org").await;
    shop.beacon(&ada, page_view("/")).await.expect(200);
    let path = format!(
        "/sites/{}/overview?from=2027-01-15&to=2027-01-16",
        shop.site
    );
    let both = owner.get(&path).await.expect(200);
    assert_eq!(both["totals"]["visitors"], 4, "{both}");
}

#[tokio::test]
async fn lasting_ids_know_somebody_again_and_daily_ones_do_not() {
    for (ids, expected) in [("lasting", 1), ("daily", 2)] {
        let shop = Shop::with(json!({"visitor_ids": ids})).await;
        let mut event = page_view("/");
        event["visitor"] = "0199a3c4-7b10-7000-8000-0123456789ab".into();
        shop.beacon(&shop.browser(), event.clone())
            .await
            .expect(200);
        shop.server.advance(24 * 60 * 60);
        let elsewhere = shop.browser().from([203, 0, 113, 2].into());
        shop.beacon(&elsewhere, event).await.expect(200);
        let owner = shop.server.sign_in("owner@example.org").await;
        let path = format!("/sites/{}/overview", shop.site);
        let told = owner.get(&path).await.expect(200);
        assert_eq!(told["totals"]["visitors"], expected, "{ids}");
        assert_eq!(told["visitor_ids"], ids);
    }
}

#[tokio::test]
async fn nobody_has_a_servers_orders_taken_for_doubled_or_finds_out_their_ids() {
    let shop = Shop::open().await;
    for id in ["order 1", "0199a3c4-7b10-7000-8000-0123456789ab"] {
        let sale = json!({"name": "purchase", "id": id, "value": 1});
        for _ in 0..2 {
            let told = shop.beacon(&shop.browser(), sale.clone()).await.expect(200);
            assert_eq!(told, json!({"accepted": 1, "doubled": 0, "refused": []}));
        }
        let mut sale = sale;
        sale["visitor"] = "ada".into();
        let told = shop.send(sale).await.expect(200);
        assert_eq!(told["accepted"], 1, "{told}");
    }
    // Each once from the browser, and once from the server.
    assert_eq!(shop.overview("").await["totals"]["purchases"], 4);
}

#[tokio::test]
async fn one_address_cannot_use_up_what_a_key_may_for_all_others() {
    let server = TestServer::with(|config| {
        config.limits.event_senders = weighbridge::config::Rate::parse("2 / minute").unwrap();
    });
    let shop = Shop::at(server.await, json!({})).await;
    let flood = shop.browser().from([203, 0, 113, 1].into());
    for _ in 0..2 {
        shop.beacon(&flood, page_view("/")).await.expect(200);
    }
    let refused = shop.beacon(&flood, page_view("/")).await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("access-control-allow-origin"), SHOP);
    let other = shop.browser().from([203, 0, 113, 2].into());
    shop.beacon(&other, page_view("/")).await.expect(200);
}

#[tokio::test]
async fn a_page_that_may_not_send_shuts_nobody_of_its_address_out() {
    let server = TestServer::with(|config| {
        config.limits.event_senders = weighbridge::config::Rate::parse("3 / minute").unwrap();
        config.limits.open_calls = weighbridge::config::Rate::parse("3 / minute").unwrap();
    });
    let shop = Shop::at(server.await, json!({})).await;
    let office = shop.browser().from([203, 0, 113, 1].into());
    let many: Vec<_> = (0..101).map(|_| page_view("/")).collect();
    for (browser, body, status) in [
        (office.clone().with("origin", EVIL), page_view("/"), 403),
        (office.clone(), many.into(), 413),
        (office.clone().with("origin", EVIL), page_view("/"), 403),
    ] {
        let refused = shop.beacon(&browser, body).await;
        assert_eq!(refused.status, status);
        assert!(refused.header("ratelimit-policy").contains("event"));
    }
    let refused = shop.beacon(&office, page_view("/")).await;
    assert_eq!(
        refused.problem(429, "rate_limited")["limit"],
        "event_senders"
    );
    // What strangers may ask for is as whole as it was.
    let stranger = shop.server.anonymous().from([203, 0, 113, 1].into());
    for _ in 0..3 {
        assert_ne!(stranger.get("/setup").await.status, 429);
    }
}

#[tokio::test]
async fn a_beacon_is_small() {
    let shop = Shop::open().await;
    let many: Vec<_> = (0..101).map(|_| page_view("/")).collect();
    let sent = shop.beacon(&shop.browser(), many.into()).await;
    sent.problem(413, "too_large");
    let large: Vec<_> = (0..70).map(|_| page_view(&"x".repeat(900))).collect();
    let sent = shop.beacon(&shop.browser(), large.into()).await;
    sent.problem(413, "too_large");
}
