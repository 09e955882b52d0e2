//! What goes on at a site now, as its owner is told.

use serde_json::{Value, json};

use super::{SHOP, Shop, text, view};
use crate::metrics::scrape;

impl Shop {
    async fn now(&self) -> Value {
        let path = format!("/sites/{}/realtime", self.site);
        self.owner.get(&path).await.expect(200)
    }
}

fn lines(table: &Value) -> Vec<(&str, u64, u64)> {
    let lines = table["lines"].as_array().unwrap().iter();
    let number = |line: &Value, name: &str| line[name].as_u64().unwrap();
    lines
        .map(|line| {
            let value = line["value"].as_str().unwrap();
            (value, number(line, "visitors"), number(line, "views"))
        })
        .collect()
}

/// What the last step of a list says.
fn last<'a>(told: &'a Value, list: &str) -> &'a Value {
    told[list].as_array().unwrap().last().unwrap()
}

#[tokio::test]
async fn what_came_this_second_is_told_with_the_way_on_which_its_visit_came() {
    let shop = Shop::open().await;
    let mail = format!("{SHOP}/start?utm_source=may&utm_medium=email&utm_campaign=Spring");
    let mut came = view("ada", "/");
    came["url"] = mail.into();
    shop.send(came).await.expect(200);
    // Ada stays longer than half an hour, and is still who came by the letter.
    for _ in 0..2 {
        shop.server.advance(20 * 60);
        shop.send(view("ada", "/wool")).await.expect(200);
    }
    let mut sale = view("ada", "/thanks");
    sale["name"] = "purchase".into();
    sale["value"] = json!("49.90");
    let looks = view("bob", "/wool");
    shop.send(json!([sale, looks])).await.expect(200);
    let told = shop.now().await;
    assert_eq!(
        (&told["visitors_5_minutes"], &told["visitors_30_minutes"]),
        (&json!(2), &json!(2)),
        "{told}"
    );
    assert_eq!(lines(&told["pages"])[0], ("/wool", 2, 3));
    let channels = lines(&told["channels"]);
    assert!(channels.contains(&("email", 1, 2)), "{told}");
    assert!(channels.contains(&("direct", 1, 1)), "{told}");
    assert!(lines(&told["sources"]).contains(&("may", 1, 2)), "{told}");
    assert!(lines(&told["campaigns"]).contains(&("Spring", 1, 2)));
    assert_eq!(
        told["conversions"],
        json!([{
            "at": told["known_at"], "event": "purchase", "value": "49.90", "channel": "email",
            "landing_page": "/start",
        }])
    );
    assert!(!told.to_string().contains("ada"), "nobody is named");
    let minute = last(&told, "minutes");
    assert_eq!(
        (&minute["events"], &minute["views"], &minute["conversions"]),
        (&json!(3), &json!(2), &json!(1))
    );
    let hours = told["hours"].as_array().unwrap();
    assert_eq!(
        (hours.len(), &hours[23]["views"]),
        (24, &json!(4)),
        "{told}"
    );
    assert_eq!(hours[23]["hour"], "2027-01-15T09:00:00+01:00");
    shop.server.advance(6 * 60);
    let later = shop.now().await;
    assert_eq!(
        (&later["visitors_5_minutes"], &later["visitors_30_minutes"]),
        (&json!(0), &json!(2))
    );
    shop.server.advance(25 * 60);
    let gone = shop.now().await;
    assert_eq!(gone["visitors_30_minutes"], 0);
    assert_eq!(gone["pages"], json!({"total": 0, "lines": []}));
    assert_eq!(gone["conversions"], told["conversions"], "of the last day");
}

#[tokio::test]
async fn it_tells_what_was_refused_in_the_last_hour_and_why() {
    let shop = Shop::open().await;
    let quiet = shop.now().await;
    assert!(quiet["feed"].get("last_event_at").is_none(), "{quiet}");
    let foreign = json!({"name": "page_view", "visitor": "eve", "url": "https://other.example/"});
    let old = json!({"name": "lead", "visitor": "eve", "at": "2026-01-01T00:00:00Z"});
    let mut once = view("ada", "/");
    once["id"] = "1".into();
    let sent = json!([once, once, foreign, foreign, old]);
    shop.send(sent).await.expect(200);
    let feed = &shop.now().await["feed"];
    assert_eq!(
        (&feed["accepted"], &feed["doubled"]),
        (&json!(1), &json!(1)),
        "{feed}"
    );
    assert_eq!(
        feed["refused"],
        json!([{"code": "foreign_url", "count": 2}, {"code": "too_old", "count": 1}])
    );
    assert!(feed["last_event_at"].is_string() && feed["counted_since"].is_string());
    shop.server.advance(60 * 60);
    let owner = shop.server.sign_in("owner@example.org").await;
    let path = format!("/sites/{}/realtime", shop.site);
    let feed = &owner.get(&path).await.expect(200)["feed"];
    assert_eq!(
        (&feed["accepted"], &feed["refused"]),
        (&json!(0), &json!([]))
    );
}

#[tokio::test]
async fn a_board_that_is_open_for_a_day_meets_no_limit_and_nothing_grows() {
    let shop = Shop::open().await;
    shop.send(view("ada", "/")).await.expect(200);
    // On the wall hangs a program: people's sessions end sooner.
    let new = json!({
        "name": "Board", "scopes": ["analytics:read"], "expires_at": "2027-02-01T00:00:00Z",
    });
    let made = shop.owner.post("/tokens", new).await.expect(201);
    let token = format!("Bearer {}", text(&made["secret"]));
    let board = shop.server.anonymous().with("authorization", &token);
    let path = format!("/sites/{}/realtime", shop.site);
    let refresh = async |refreshes: std::ops::Range<u32>| {
        for refresh in refreshes {
            shop.server.advance(30);
            let answer = board.get(&path).await;
            assert_eq!(answer.status, 200, "{refresh}: {}", answer.text());
        }
    };
    // By then the event that came in is folded.
    refresh(0..120).await;
    let operator = shop.server.operator();
    let (told, before) = (
        shop.server.count_in_book("analytics_read"),
        scrape(&operator).await,
    );
    refresh(120..3_000).await;
    let again = shop.server.count_in_book("analytics_read");
    assert!((23..=24).contains(&(again - told)), "{told} {again}");
    let after = scrape(&operator).await;
    for (series, before) in &before {
        if series.starts_with("weighbridge_limit_keys") || series == "weighbridge_store_size_bytes"
        {
            let after = after.get(series);
            assert!(after <= Some(before), "{series}: {before} {after:?}");
        }
    }
}

#[tokio::test]
async fn it_may_be_looked_at_120_times_a_minute_beside_other_questions() {
    let shop = Shop::open().await;
    for _ in 0..120 {
        shop.now().await;
    }
    let path = format!("/sites/{}/realtime", shop.site);
    let refused = shop.owner.get(&path).await;
    assert_eq!(refused.problem(429, "rate_limited")["limit"], "live");
    shop.overview("").await;
}
