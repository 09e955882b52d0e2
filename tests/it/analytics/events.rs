//! Events as servers send them: one, many, by lines, late and doubled.

use poem::Body;
use poem::http::Method;
use serde_json::{Value, json};

use super::{Shop, view};
use crate::support::TestServer;

#[tokio::test]
async fn one_event_an_array_and_lines_are_counted_and_told() {
    let shop = Shop::open().await;
    let one = shop.send(view("ada", "/")).await.expect(200);
    assert_eq!(one, json!({"accepted": 1, "doubled": 0, "refused": []}));
    let many = shop
        .send(json!([view("ada", "/a"), view("bob", "/")]))
        .await;
    assert_eq!(many.expect(200)["accepted"], 2);
    let lines = format!("{}\r\n\nnonsense\n{}", view("eve", "/"), view("eve", "/b"));
    let lines = lines.into_bytes();
    let till = shop.till();
    let sent = till.send(Method::POST, "/events", "application/x-ndjson", lines);
    let sent = sent.await.expect(200);
    assert_eq!(sent["accepted"], 2, "{sent}");
    assert_eq!(sent["refused"][0]["index"], 1, "{sent}");
    assert_eq!(sent["refused"][0]["code"], "bad_json", "{sent}");
    let totals = &shop.overview("").await["totals"];
    assert_eq!(
        (&totals["views"], &totals["visitors"]),
        (&json!(5), &json!(3)),
        "{totals}"
    );
}

#[tokio::test]
async fn what_is_sent_again_under_its_id_is_counted_once() {
    let shop = Shop::open().await;
    let sale = |id: &str| json!({"name": "purchase", "visitor": "ada", "id": id, "value": 49.90});
    let uuid = "0199a3c4-7b10-7000-8000-0123456789ab";
    let told = shop
        .send(json!([sale("order 1"), sale(uuid), sale("order 1")]))
        .await;
    assert_eq!(
        told.expect(200),
        json!({"accepted": 2, "doubled": 1, "refused": []})
    );
    let again = shop
        .send(json!([sale(&uuid.to_uppercase()), sale("order 1")]))
        .await;
    assert_eq!(
        again.expect(200),
        json!({"accepted": 0, "doubled": 2, "refused": []})
    );
    let totals = &shop.overview("").await["totals"];
    assert_eq!(totals["purchases"], 2);
    assert_eq!(totals["revenue"], "99.80");
    assert_eq!(totals["average_order_value"], "49.90");
    // The same id at another site is another event.
    let other = shop
        .owner
        .post("/sites", super::site("Other"))
        .await
        .expect(201);
    let keys = format!("/sites/{}/keys", other["id"].as_str().unwrap());
    let key = json!({"name": "Till", "kind": "secret"});
    let key = shop.owner.post(&keys, key).await.expect(201);
    let key = format!("Bearer {}", key["key"].as_str().unwrap());
    let till = shop.server.anonymous().with("authorization", &key);
    let told = till.post("/events", sale("order 1")).await.expect(200);
    assert_eq!(told["accepted"], 1);
}

#[tokio::test]
async fn money_is_added_to_the_last_millionth() {
    let shop = Shop::open().await;
    let sale = |value: &str| {
        let event = r#"{"name":"purchase","visitor":"ada","value":VALUE}"#;
        event.replace("VALUE", value)
    };
    let lines: Vec<String> = (0..1000).map(|_| sale("0.1")).collect();
    let lines = lines.join("\n") + "\n" + &sale("\"0.000001\"");
    let till = shop.till();
    let sent = till.send(
        Method::POST,
        "/events",
        "application/x-ndjson",
        lines.into_bytes(),
    );
    assert_eq!(sent.await.expect(200)["accepted"], 1001);
    assert_eq!(shop.overview("").await["totals"]["revenue"], "100.000001");
}

#[tokio::test]
async fn a_late_event_counts_on_its_own_day_and_one_too_late_does_not() {
    let shop = Shop::open().await; // 2027-01-15, 09:00 in Berlin
    let at = |at: &str| {
        let mut event = view("ada", "/");
        event["at"] = at.into();
        event
    };
    let told = shop
        .send(json!([
            at("2027-01-08T08:00:00Z"),
            at("2027-01-08T07:59:59Z"),
            at("2027-01-15T08:04:59Z"),
            at("2027-01-15T08:06:00Z"),
            at("2027-01-10T23:59:59+01:00"),
            at("yesterday"),
        ]))
        .await
        .expect(200);
    assert_eq!(told["accepted"], 3, "{told}");
    let codes: Vec<_> = told["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["index"].as_u64().unwrap(),
                one["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(codes, [(1, "too_old"), (3, "in_future"), (5, "invalid")]);
    let days = shop.overview("?from=2027-01-08&to=2027-01-15").await;
    let views: Vec<u64> = days["days"]
        .as_array()
        .unwrap()
        .iter()
        .map(|day| day["views"].as_u64().unwrap())
        .collect();
    assert_eq!(views, [1, 0, 1, 0, 0, 0, 0, 1], "{days}");
}

#[tokio::test]
async fn who_did_something_on_a_day_that_is_over_is_known_within_one_request_alone() {
    for (ids, visitors) in [("daily", 2), ("lasting", 1)] {
        let shop = Shop::with(json!({"visitor_ids": ids})).await;
        let mut late = view("ada", "/");
        late["at"] = "2027-01-14T12:00:00Z".into();
        for _ in 0..2 {
            let told = shop.send(json!([late, late])).await.expect(200);
            assert_eq!(told["accepted"], 2, "{told}");
        }
        let day = shop.overview("?from=2027-01-14&to=2027-01-14").await;
        assert_eq!(day["totals"]["visitors"], visitors, "{ids}: {day}");
    }
}

#[tokio::test]
async fn a_batch_of_the_limit_is_counted_and_one_more_event_or_byte_is_not() {
    let shop = Shop::open().await;
    let event = json!({"name": "click", "visitor": "ada"});
    let many: Vec<Value> = vec![event.clone(); 10_000];
    let told = shop.send(many.clone().into()).await.expect(200);
    assert_eq!(told["accepted"], 10_000);
    let more: Vec<Value> = vec![event.clone(); 10_001];
    shop.send(more.into()).await.problem(413, "too_large");
    // Whoever declares no length is stopped while they send.
    let part = format!("{event}{}\n", " ".repeat(2000));
    let parts = std::iter::repeat_n(part, 5300).map(Ok::<_, std::io::Error>);
    let body = Body::from_bytes_stream(futures_util::stream::iter(parts));
    let till = shop.till();
    let sent = till.fetch(Method::POST, "/api/v1/events", "application/x-ndjson", body);
    sent.await.problem(413, "too_large");
    assert_eq!(shop.overview("").await["totals"]["events"], 10_000);
}

#[tokio::test]
async fn a_body_that_is_no_json_as_a_whole_leaves_nothing() {
    let shop = Shop::open().await;
    let till = shop.till();
    for body in [
        "",
        "[",
        "[{\"name\":\"click\",\"visitor\":\"a\"}",
        "1",
        "{}{}",
        "[{},]",
    ] {
        let sent = till.send(Method::POST, "/events", "application/json", body.into());
        sent.await.problem(400, "bad_json");
    }
    let sent = till.send(Method::POST, "/events", "application/xml", b"<a/>".to_vec());
    sent.await.problem(415, "unsupported_media_type");
    assert_eq!(shop.overview("").await["totals"]["events"], 0);
}

#[tokio::test]
async fn a_key_that_nobody_gave_out_is_refused_and_counted_by_address() {
    let server = TestServer::with(|config| {
        config.limits.open_calls = weighbridge::config::Rate::parse("3 / minute").unwrap();
    });
    let shop = Shop::at(server.await, json!({})).await;
    let thief = shop.server.anonymous().from([203, 0, 113, 9].into());
    for wrong in ["", "wbs_", "wbs_0000000000000000000000000000000000000000"] {
        let thief = thief
            .clone()
            .with("authorization", &format!("Bearer {wrong}"));
        let refused = thief.post("/events", view("ada", "/")).await;
        refused.problem(401, "write_key_refused");
        assert!(refused.header("ratelimit-policy").contains("open_calls"));
    }
    let right = thief.with("authorization", &format!("Bearer {}", shop.secret));
    right.post("/events", view("ada", "/")).await.expect(200);
    let thief = shop.server.anonymous().from([203, 0, 113, 9].into());
    let tried = thief.post("/events", view("ada", "/")).await;
    tried.problem(429, "rate_limited");
}

#[tokio::test]
async fn no_session_and_no_token_sends_events() {
    let shop = Shop::open().await;
    let refused = shop.owner.post("/events", view("ada", "/")).await;
    refused.problem(401, "write_key_refused");
    let expires = (crate::support::NOON + jiff::SignedDuration::from_hours(1)).to_string();
    let token = json!({"name": "x", "scopes": ["site:write"], "expires_at": expires});
    let token = shop.owner.post("/tokens", token).await.expect(201);
    let secret = token["secret"].as_str().unwrap_or_default();
    let program = shop
        .server
        .anonymous()
        .with("authorization", &format!("Bearer {secret}"));
    let refused = program.post("/events", view("ada", "/")).await;
    refused.problem(401, "write_key_refused");
}

#[tokio::test]
async fn a_key_that_sends_too_much_is_told_when_to_go_on() {
    let server = TestServer::with(|config| {
        config.limits.events = weighbridge::config::Rate::parse("2 / minute").unwrap();
    });
    let shop = Shop::at(server.await, json!({})).await;
    for left in [1, 0] {
        let sent = shop.send(view("ada", "/")).await;
        sent.expect(200);
        assert!(
            sent.header("ratelimit").contains(&format!("r={left}")),
            "{left}"
        );
    }
    let refused = shop.send(view("ada", "/")).await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "30");
    let browser = shop.browser();
    shop.beacon(&browser, json!({"name": "click"}))
        .await
        .expect(200);
    shop.server.advance(30);
    shop.send(view("ada", "/")).await.expect(200);
}
