//! Events of the past, brought from a file.

use poem::http::Method;
use serde_json::{Value, json};

use super::{SHOP, Shop};
use crate::support::Answer;

const KIND: &str = "application/octet-stream";

impl Shop {
    pub(super) async fn bring(&self, format: &str, file: &str) -> Answer {
        let path = format!("/sites/{}/imports?format={format}", self.site);
        let body = file.as_bytes().to_vec();
        self.owner.send(Method::POST, &path, KIND, body).await
    }

    /// The page views of a day.
    async fn views(&self, day: &str) -> Value {
        let shown = self.overview(&format!("?from={day}&to={day}")).await;
        shown["totals"]["views"].clone()
    }
}

/// Page views at noon, a hundred days ago and on.
fn past(shop: &Shop, days: i64) -> (String, Vec<String>) {
    let today = shop
        .server
        .app
        .clock
        .now()
        .to_zoned(jiff::tz::TimeZone::UTC);
    let days: Vec<String> = (0..days)
        .map(|day| {
            let day = today.date() - jiff::Span::new().days(100 - day);
            day.to_string()
        })
        .collect();
    let rows = days.iter().enumerate().flat_map(|(at, day)| {
        (0..3).map(move |visitor| {
            format!("page_view,{at}-{visitor},{day}T12:00:00Z,{visitor},{SHOP}/,https://www.google.com/,,\n")
        })
    });
    let head = "name,id,at,visitor,url,referrer,value,currency\n";
    let file = std::iter::once(head.to_owned()).chain(rows).collect();
    (file, days)
}

#[tokio::test]
async fn a_file_of_the_past_is_counted_on_its_days_with_its_sources() {
    let shop = Shop::open().await;
    let (file, days) = past(&shop, 3);
    let told = shop.bring("csv", &file).await.expect(200);
    let wanted = json!({"read": 9, "accepted": 9, "doubled": 0, "refused": 0, "faults": []});
    assert_eq!(told, wanted);
    for day in &days {
        let shown = shop.overview(&format!("?from={day}&to={day}")).await;
        assert_eq!(shown["totals"]["visitors"], 3, "{shown}");
        assert_eq!(
            shown["channels"]["lines"][0]["value"], "organic_search",
            "{shown}"
        );
    }
    assert!(shop.shown().await["last_event_at"].is_string());
    assert_eq!(shop.server.count_in_book("history_begin"), 1);
    let book = shop.server.book();
    let line = book
        .iter()
        .find(|line| line["metadata"]["labels"][0] == "history_bring");
    let counts = &line.expect("the book tells of the end")["unmapped"]["counts"];
    assert_eq!(counts, &json!({"accepted": 9, "doubled": 0, "refused": 0}));
}

#[tokio::test]
async fn a_file_that_is_sent_again_doubles_nothing_however_much_later() {
    let mut shop = Shop::open().await;
    let (file, days) = past(&shop, 2);
    shop.bring("csv", &file).await.expect(200);
    // Ids of events that come in as they happen are remembered for eight days.
    shop.server.advance(10 * 24 * 3600);
    shop.send(super::view("ada", "/")).await.expect(200);
    shop.owner = shop.server.sign_in("owner@example.org").await;
    shop.overview("").await;
    let told = shop.bring("csv", &file).await.expect(200);
    assert_eq!(
        (&told["accepted"], &told["doubled"]),
        (&json!(0), &json!(6)),
        "{told}"
    );
    assert_eq!(shop.views(&days[0]).await, 3);
    let more = file.replace("page_view,0-", "page_view,new-");
    let told = shop.bring("csv", &more).await.expect(200);
    assert_eq!(
        (&told["accepted"], &told["doubled"]),
        (&json!(3), &json!(3)),
        "{told}"
    );
    assert_eq!(shop.views(&days[0]).await, 6);
}

#[tokio::test]
async fn what_cannot_be_counted_is_told_by_its_line_and_the_rest_is() {
    let shop = Shop::open().await;
    let good = |id: u32| json!({"name": "lead", "id": id.to_string(), "at": "2026-01-02T03:04:05Z", "visitor": "a"});
    let without = |member: &str| {
        let mut event = good(9);
        event.as_object_mut().unwrap().remove(member);
        event
    };
    let with = |member: &str, value: &str| {
        let mut event = good(9);
        event[member] = value.into();
        event
    };
    let rows = [
        (good(1), None),
        (without("id"), Some("invalid")),
        (without("at"), Some("invalid")),
        (without("visitor"), Some("no_visitor")),
        (with("at", "1994-12-31T23:59:59Z"), Some("too_old")),
        (with("at", "2126-01-01T00:00:00Z"), Some("in_future")),
        (with("url", "https://evil.example/"), Some("foreign_url")),
        (
            with("url", &format!("{SHOP}/?email=a@b.example")),
            Some("personal_data"),
        ),
        (with("currency", "USD"), Some("other_currency")),
        (with("colour", "red"), Some("invalid")),
        (good(2), None),
    ];
    let file: String = rows.iter().map(|(row, _)| format!("{row}\n")).collect();
    let told = shop.bring("ndjson", &file).await.expect(200);
    assert_eq!(
        (&told["accepted"], &told["refused"]),
        (&json!(2), &json!(9)),
        "{told}"
    );
    let wanted: Vec<_> = (1..)
        .zip(&rows)
        .filter_map(|(line, (_, code))| Some((json!(line), json!((*code)?))))
        .collect();
    let faults = told["faults"].as_array().unwrap().iter();
    let faults: Vec<_> = faults
        .map(|fault| (fault["line"].clone(), fault["code"].clone()))
        .collect();
    assert_eq!(faults, wanted);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_refused_and_one_that_breaks_off_says_where() {
    let shop = Shop::open().await;
    for (format, file, why) in [
        ("csv", "", "empty"),
        (
            "csv",
            "name,id,at\nlead,1,2026-01-02T03:04:05Z\n",
            "\"visitor\"",
        ),
        ("csv", "name,id,at,visitor,colour\n", "\"colour\""),
        (
            "csv",
            "name,id,at,visitor,id\n",
            "two columns are called \"id\"",
        ),
        ("json", "{}", "a JSON list"),
    ] {
        let told = shop
            .bring(format, file)
            .await
            .problem(422, "import_refused");
        assert!(told["detail"].as_str().unwrap().contains(why), "{told}");
    }
    let good = r#"{"name":"lead","id":"1","at":"2026-01-02T03:04:05Z","visitor":"a"}"#;
    let told = shop
        .bring("json", &format!("[{good}, nonsense"))
        .await
        .expect(200);
    assert_eq!(told["accepted"], 1);
    assert!(
        told["broke_off"].as_str().unwrap().contains("line 1"),
        "{told}"
    );
}

#[tokio::test]
async fn a_file_may_be_far_larger_than_another_body() {
    let shop = Shop::open().await;
    let rows: String = (0..30_000)
        .map(|id| format!("lead,{id},2026-01-02T03:04:05Z,a customer with a long name {id}\n"))
        .collect();
    let file = format!("name,id,at,visitor\n{rows}");
    assert!(file.len() > 1 << 20, "{}", file.len());
    let told = shop.bring("csv", &file).await.expect(200);
    assert_eq!(told["accepted"], 30_000, "{told}");
}

#[tokio::test]
async fn a_file_of_which_nothing_counts_settles_nothing() {
    let shop = Shop::open().await;
    let row = "purchase,1,2026-01-02T03:04:05Z,a,10,USD";
    let file = format!("name,id,at,visitor,value,currency\n{row}\n");
    let told = shop.bring("csv", &file).await.expect(200);
    assert_eq!(told["faults"][0]["code"], "other_currency", "{told}");
    let path = format!("/sites/{}", shop.site);
    let change = json!({"currency": "USD"});
    shop.owner.patch(&path, change).await.expect(200);
    let told = shop.bring("csv", &file).await.expect(200);
    assert_eq!(told["accepted"], 1, "{told}");
    let back = json!({"currency": "EUR"});
    shop.owner.patch(&path, back).await.expect(409);
}
