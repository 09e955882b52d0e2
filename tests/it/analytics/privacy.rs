//! How long a site keeps what came in, and who is taken out of it.

use serde_json::{Value, json};

use super::{Shop, text};
use crate::support::Answer;

impl Shop {
    async fn set(&self, retention: Value) -> Answer {
        let path = format!("/sites/{}", self.site);
        let change = json!({ "retention": retention });
        self.owner.patch(&path, change).await
    }

    /// Lets go what is to go by now.
    async fn tidy(&self) {
        self.server.app.analytics.tidy().await.unwrap();
    }

    async fn report_from(&self, day: &str) -> Answer {
        let path = format!("/sites/{}/reports", self.site);
        let query = json!({
            "from": day, "dimensions": ["page"], "metrics": ["views"], "compare": "none",
        });
        self.owner.post(&path, query).await
    }

    async fn visitors(&self, what: &str, id: &str) -> Value {
        let path = format!("/sites/{}/visitors/{what}", self.site);
        let query = json!({ "visitor": id });
        self.owner.post(&path, query).await.expect(200)
    }
}

fn day(shop: &Shop, ago: i64) -> String {
    let now = shop.server.app.clock.now();
    let today = now.to_zoned(jiff::tz::TimeZone::get("Europe/Berlin").unwrap());
    (today.date() - jiff::Span::new().days(ago)).to_string()
}

/// A shop where Ada was every ten days for a hundred, and somebody else each time.
async fn visited() -> Shop {
    let shop = Shop::with(json!({"visitor_ids": "lasting"})).await;
    let events = (0..=10).flat_map(|place| {
        let at = format!("{}T12:00:00Z", day(&shop, place * 10));
        let at = if place == 0 {
            shop.server.app.clock.now().to_string()
        } else {
            at
        };
        ["ada".to_owned(), format!("guest-{place}")].map(|visitor| {
            json!({
                "name": "page_view", "id": format!("{visitor}-{place}"), "at": at,
                "visitor": visitor, "url": "https://shop.example/",
            })
            .to_string()
        })
    });
    let file: Vec<String> = events.collect();
    let told = shop.bring("ndjson", &file.join("\n")).await.expect(200);
    assert_eq!(told["accepted"], 22, "{told}");
    shop
}

#[tokio::test]
async fn events_go_when_the_site_keeps_them_no_longer_and_the_overview_stays() {
    let shop = visited().await;
    let long = format!("?from={}", day(&shop, 100));
    let before = shop.overview(&long).await["totals"].clone();
    let site = shop.set(json!({"events_days": 45})).await.expect(200);
    assert_eq!(site["retention"], json!({"events_days": 45}));
    shop.tidy().await;
    assert_eq!(shop.overview(&long).await["totals"], before);
    let shown = shop.shown().await;
    assert_eq!(shown["events_from"], day(&shop, 45));
    assert!(shown.get("sums_from").is_none(), "{shown}");
    let told = shop.report_from(&day(&shop, 45)).await.expect(200);
    assert_eq!(told["totals"]["views"], 10);
    let refused = shop.report_from(&day(&shop, 46)).await;
    let problem = refused.problem(422, "validation_failed");
    let detail = text(&problem["fields"][0]["message"]);
    assert!(detail.contains(&day(&shop, 45)), "{problem}");
    let file = format!("events/export?format=csv&from={}", day(&shop, 46));
    let refused = shop.owner.get(&shop.below(&file)).await;
    refused.problem(422, "validation_failed");
    assert_eq!(shop.server.count_in_book("site_expire"), 1);
    shop.tidy().await;
    assert_eq!(shop.server.count_in_book("site_expire"), 1, "only once");
}

#[tokio::test]
async fn goals_reach_as_far_back_as_events_and_say_so() {
    let shop = visited().await;
    shop.goal(
        "Came",
        json!({"page": {"operator": "is", "path": "/"}}),
        None,
    )
    .await;
    shop.set(json!({"events_days": 45})).await.expect(200);
    shop.tidy().await;
    let figures = async |ago| {
        let path = format!("{}?from={}", shop.below("goal-figures"), day(&shop, ago));
        shop.owner.get(&path).await
    };
    let told = figures(45).await.expect(200);
    assert_eq!(told["goals"][0]["reached"]["completions"], 10);
    assert!(told.get("before").is_none(), "those days are gone: {told}");
    let problem = figures(46).await.problem(422, "validation_failed");
    let detail = text(&problem["fields"][0]["message"]);
    assert!(detail.contains(&day(&shop, 45)), "{problem}");
}

#[tokio::test]
async fn sums_go_after_their_events_and_nothing_older_can_be_brought() {
    let shop = visited().await;
    shop.set(json!({"events_days": 45, "sums_days": 65}))
        .await
        .expect(200);
    shop.tidy().await;
    let told = shop.overview(&format!("?from={}", day(&shop, 100))).await;
    assert_eq!(told["totals"]["views"], 14);
    assert_eq!(shop.shown().await["sums_from"], day(&shop, 65));
    // Kept for ever again: what is gone is gone.
    shop.set(json!({})).await.expect(200);
    let old = |ago| {
        json!({
            "name": "page_view", "id": format!("late-{ago}"), "visitor": "eve",
            "at": format!("{}T12:00:00Z", day(&shop, ago)),
        })
        .to_string()
    };
    let file = [old(50), old(40)].join("\n");
    let told = shop.bring("ndjson", &file).await.expect(200);
    assert_eq!(
        (&told["accepted"], &told["refused"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(told["faults"][0]["code"], "too_old", "{told}");
}

#[tokio::test]
async fn how_long_things_are_kept_has_its_bounds() {
    let shop = Shop::open().await;
    for (retention, path) in [
        (json!({"events_days": 29}), "retention.events_days"),
        (json!({"events_days": 3661}), "retention.events_days"),
        (json!({"sums_days": 400}), "retention.sums_days"),
        (
            json!({"events_days": 60, "sums_days": 59}),
            "retention.sums_days",
        ),
    ] {
        let refused = shop.set(retention.clone()).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{retention}");
    }
}

#[tokio::test]
async fn a_visitor_who_wants_it_is_forgotten() {
    let shop = visited().await;
    let (ada, nobody) = ("ada", "nobody");
    let found = shop.visitors("find", ada).await;
    let wanted = json!({
        "known": true, "events": 11, "days": 11, "days_of_sums": 0,
        "first_day": day(&shop, 100), "last_day": day(&shop, 0),
    });
    assert_eq!(found, wanted);
    assert_eq!(shop.visitors("find", nobody).await["known"], false);
    shop.set(json!({"events_days": 45})).await.expect(200);
    shop.tidy().await;
    let gone = shop.visitors("erase", ada).await;
    assert_eq!(
        (&gone["events"], &gone["days_of_sums"]),
        (&json!(5), &json!(6))
    );
    assert_eq!(shop.visitors("find", ada).await["known"], false);
    assert_eq!(shop.visitors("erase", ada).await["known"], false);
    let long = format!("?from={}", day(&shop, 100));
    let totals = shop.overview(&long).await["totals"].clone();
    assert_eq!(totals["visitors"], 11, "one guest each time: {totals}");
    assert_eq!(totals["views"], 17, "22, and five of them went");
    let path = format!("/sites/{}/rebuild", shop.site);
    let rebuilt = shop.owner.post(&path, json!({})).await.expect(200);
    assert_eq!(rebuilt["differed"], 0);
    assert_eq!(
        shop.server.count_in_book("visitor_erase"),
        2,
        "once in vain"
    );
    let book = format!("{:?}", shop.server.book());
    assert!(
        !book.contains("\"ada\""),
        "the book does not say who it was"
    );
}

#[tokio::test]
async fn a_visitor_has_an_id_that_events_may_have() {
    let shop = Shop::open().await;
    let path = format!("/sites/{}/visitors/erase", shop.site);
    for id in [String::new(), "x".repeat(101)] {
        let refused = shop.owner.post(&path, json!({ "visitor": id })).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "visitor");
    }
}
