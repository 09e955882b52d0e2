//! Why events are not counted: each told by itself, and the others counted.

use serde_json::{Value, json};

use super::{FIREFOX, SHOP, Shop, view};

/// What became of one event that a server sent.
async fn fate(shop: &Shop, more: Value) -> String {
    let mut event = view("ada", "/");
    for (name, value) in more.as_object().unwrap() {
        match value {
            Value::Null => drop(event.as_object_mut().unwrap().remove(name)),
            value => event[name] = value.clone(),
        }
    }
    let told = shop
        .send(json!([view("bob", "/"), event]))
        .await
        .expect(200);
    let refused = told["refused"].as_array().unwrap();
    let Some(refused) = refused.first() else {
        return "accepted".to_owned();
    };
    assert_eq!(
        (&told["accepted"], &refused["index"]),
        (&json!(1), &json!(1)),
        "{told}"
    );
    let (code, message) = (&refused["code"], &refused["message"]);
    format!("{}: {}", code.as_str().unwrap(), message.as_str().unwrap())
}

#[tokio::test]
async fn each_event_that_cannot_be_counted_is_told_with_its_reason() {
    let shop = Shop::open().await;
    for (more, begins, word) in [
        (json!({"name": null}), "invalid", "name"),
        (json!({"name": "Page View"}), "invalid", "name"),
        (json!({"name": "x".repeat(41)}), "invalid", "name"),
        (json!({"name": 7}), "invalid", "string"),
        (json!({"tilte": "x"}), "invalid", "tilte"),
        (json!({"id": ""}), "invalid", "id"),
        (json!({"id": "x".repeat(101)}), "invalid", "id"),
        (json!({"at": 1_700_000_000}), "invalid", "string"),
        (json!({"visitor": null}), "no_visitor", "ip and user_agent"),
        (json!({"visitor": "a\u{7}"}), "invalid", "visitor"),
        (
            json!({"visitor": "ada@example.org"}),
            "personal_data",
            "e-mail",
        ),
        (json!({"ip": "here", "visitor": null}), "invalid", "ip"),
        (json!({"url": "/path"}), "invalid", "url"),
        (json!({"url": "javascript:alert(1)"}), "invalid", "url"),
        (
            json!({"url": "https://evil.example/"}),
            "foreign_url",
            "shop.example",
        ),
        (
            json!({"url": "https://shop.example.evil.example/"}),
            "foreign_url",
            "shop.example",
        ),
        (
            json!({"url": format!("{SHOP}/a?email=ada%40example.org")}),
            "personal_data",
            "email",
        ),
        (
            json!({"url": format!("{SHOP}/of/ada@example.org")}),
            "personal_data",
            "e-mail",
        ),
        (
            json!({"url": format!("{SHOP}/{}", "x".repeat(1001))}),
            "invalid",
            "1000 bytes",
        ),
        (json!({"referrer": "nowhere"}), "invalid", "referrer"),
        (json!({"value": -1}), "invalid", "value"),
        (json!({"value": "1,50"}), "invalid", "value"),
        (json!({"value": 1e300}), "invalid", "value"),
        (json!({"value": [1]}), "invalid", "value"),
        (
            json!({"value": 1, "currency": "USD"}),
            "other_currency",
            "EUR",
        ),
        (json!({"user_agent": "Googlebot/2.1"}), "bot", "program"),
        (json!({"id": "x".repeat(17 << 10)}), "too_large", "16384"),
    ] {
        let told = fate(&shop, more.clone()).await;
        assert!(
            told.starts_with(begins) && told.contains(word),
            "{more}: {told}"
        );
    }
    for more in [
        json!({"name": "newsletter_2"}),
        json!({"value": "19.99", "currency": "EUR"}),
        json!({"value": null, "referrer": ""}),
        json!({"url": null}),
        json!({"url": "http://www.shop.example:8080/a"}),
        json!({"referrer": "android-app://com.google.android.gm/"}),
        json!({"visitor": null, "ip": "203.0.113.7", "user_agent": FIREFOX}),
    ] {
        assert_eq!(fate(&shop, more.clone()).await, "accepted", "{more}");
    }
}

#[tokio::test]
async fn a_visitor_is_counted_whatever_their_browser_says_led_here() {
    let shop = Shop::open().await;
    for referrer in ["null/", "nowhere", "android-app://com.google.android.gm/"] {
        let event = json!({"name": "click", "referrer": referrer});
        let told = shop.beacon(&shop.browser(), event).await.expect(200);
        assert_eq!(told["accepted"], 1, "{referrer}: {told}");
    }
    assert_eq!(
        shop.overview("").await["referrers"]["lines"][0]["value"],
        ""
    );
}

#[tokio::test]
async fn what_was_personal_is_repeated_nowhere() {
    let shop = Shop::open().await;
    let told = fate(
        &shop,
        json!({"url": format!("{SHOP}/?email=canary%40example.org")}),
    )
    .await;
    assert!(!told.contains("canary"), "{told}");
    shop.server.advance(61);
    shop.server.app.analytics.tidy().await.unwrap();
    let book = shop.server.book();
    assert!(!book.iter().any(|line| line.to_string().contains("canary")));
}

#[tokio::test]
async fn of_a_day_that_is_over_only_an_id_tells_who_it_was() {
    let shop = Shop::open().await;
    let late = json!({
        "visitor": null, "ip": "203.0.113.7", "user_agent": FIREFOX, "at": "2027-01-14T12:00:00Z",
    });
    let told = fate(&shop, late).await;
    assert!(
        told.starts_with("no_visitor") && told.contains("destroyed"),
        "{told}"
    );
    let late = json!({"at": "2027-01-14T12:00:00Z"});
    assert_eq!(fate(&shop, late).await, "accepted");
}
