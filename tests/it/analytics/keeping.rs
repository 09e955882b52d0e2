//! What the book is told, what is destroyed after its time, and what goes with a site.

use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::store::{Batch, Collection, Raw, Scan};

use super::{Shop, site, text, view};
use crate::support::TestServer;

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
    let server = TestServer::with(|config| {
        let few = weighbridge::config::Rate::parse("3 / minute").unwrap();
        config.limits.event_senders = few;
        config.limits.open_calls = few;
    });
    let shop = Shop::at(server.await, json!({})).await;
    let browser = |last: u8| shop.browser().from([203, 0, 113, last].into());
    let click = || json!({"name": "click", "visitor": "canary-id"});
    // Counted, opted out, refused, and stopped by each limit: nothing is told of any.
    let too_many: Vec<_> = (0..101).map(|_| click()).collect();
    for _ in 0..4 {
        shop.beacon(&browser(1), click()).await;
        shop.beacon(&browser(2).with("sec-gpc", "1"), click()).await;
        let elsewhere = browser(3).with("origin", "https://evil.example");
        shop.beacon(&elsewhere, click()).await;
        shop.beacon(&browser(4), too_many.clone().into()).await;
        let gone = format!("/events?key={}", "wbp_0".repeat(8));
        browser(5).post(&gone, click()).await;
        let asks = browser(6).with("access-control-request-method", "POST");
        asks.send(Method::OPTIONS, "/events", "", Vec::new()).await;
    }
    shop.send(view("ada", "/")).await.expect(200);
    shop.server.advance(61);
    shop.server.app.analytics.tidy().await.unwrap();
    for word in ["excess_rate_limit_exceeded", "authz_fail", "events_take"] {
        assert!(shop.server.count_in_book(word) > 0, "{word}");
    }
    let files = shop.server.files();
    let has = |needle: &str| {
        let is_in = |file: &Vec<u8>| memchr::memmem::find(file, needle.as_bytes()).is_some();
        files.iter().find(|(_, file)| is_in(file))
    };
    for plain in ["shop.example", "events_take"] {
        assert!(has(plain).is_some(), "{plain}: the files are not read");
    }
    // Where a server was that showed a secret key is told.
    let book = shop.server.book();
    let taken = book
        .iter()
        .filter(|line| line["metadata"]["labels"][0] == "events_take");
    let mut places: Vec<_> = taken.map(|line| line["src_endpoint"].to_string()).collect();
    places.sort();
    assert_eq!(
        places,
        [
            json!({"ip": "192.0.2.1", "port": 40_000}).to_string(),
            json!({"name": "not kept"}).to_string(),
        ]
    );
    for canary in ["203.0.113.", "canary-id", "Firefox/145", &shop.secret] {
        let found = has(canary).map(|(path, _)| path);
        assert_eq!(found, None, "{canary}");
    }
}

#[tokio::test]
async fn a_site_goes_with_its_keys_and_its_events() {
    let shop = Shop::open().await;
    let path = format!("/sites/{}", shop.site);
    shop.send(view("ada", "/")).await.expect(200);
    let rebuild = format!("{path}/rebuild");
    shop.owner.post(&rebuild, json!({})).await.expect(200);
    shop.send(view("bob", "/")).await.expect(200);
    assert!(
        rows(&shop).iter().all(|rows| *rows > 0),
        "{:?}",
        rows(&shop)
    );
    shop.owner.delete(&path).await.expect(204);
    shop.send(view("ada", "/"))
        .await
        .problem(401, "write_key_refused");
    shop.server.app.analytics.tidy().await.unwrap();
    assert_eq!(rows(&shop), [0; LEDGER.len()]);
    let again = shop.owner.post("/sites", site("Shop")).await.expect(201);
    let path = format!("/sites/{}/overview", text(&again["id"]));
    let told = shop.owner.get(&path).await.expect(200);
    assert_eq!(told["totals"]["events"], 0);
    assert_eq!(told["days"].as_array().unwrap().len(), 28);
}

/// Where the ledger keeps events and what they come to.
const LEDGER: [&str; 8] = [
    "event.waiting",
    "event.head",
    "event.block",
    "event.day",
    "event.rollup",
    "event.run",
    "event.word",
    "event.word_number",
];

/// Rows of one of these, of which only the site's number is read.
struct Rows<const PLACE: usize>;

impl<const PLACE: usize> Collection for Rows<PLACE> {
    const NAME: &'static str = LEDGER[PLACE];
    type Key = u32;
    type Value = Raw;
}

/// How many rows each of them has, of all sites.
fn rows(shop: &Shop) -> [usize; LEDGER.len()] {
    let all = Scan::all(usize::MAX);
    let store = shop.server.app.store.snapshot().unwrap();
    [
        store.count_rows::<Rows<0>>(&all),
        store.count_rows::<Rows<1>>(&all),
        store.count_rows::<Rows<2>>(&all),
        store.count_rows::<Rows<3>>(&all),
        store.count_rows::<Rows<4>>(&all),
        store.count_rows::<Rows<5>>(&all),
        store.count_rows::<Rows<6>>(&all),
        store.count_rows::<Rows<7>>(&all),
    ]
    .map(Result::unwrap)
}

#[tokio::test]
async fn events_without_a_site_are_found_at_the_next_start() {
    const STRAY: u32 = 99;
    let shop = Shop::open().await;
    shop.send(view("ada", "/")).await.expect(200);
    let path = format!("/sites/{}/rebuild", shop.site);
    shop.owner.post(&path, json!({})).await.expect(200);
    // As a process leaves it that is killed between an append and the note that the site is gone.
    let store = &shop.server.app.store;
    let head = store.scan::<Rows<1>>(&Scan::all(1)).unwrap().rows.remove(0);
    let mut batch = Batch::bookkeeping();
    batch.put::<Rows<1>>(&STRAY, &head.value);
    store.commit(batch).await.unwrap();
    let sites = &shop.server.app.analytics;
    sites.find_strays().await.unwrap();
    sites.tidy().await.unwrap();
    assert!(store.get::<Rows<1>>(&STRAY).unwrap().is_none());
    assert_eq!(shop.overview("").await["totals"]["events"], 1);
}

#[tokio::test]
async fn the_book_is_told_of_whoever_hangs_up_before_the_answer() {
    let shop = Shop::open().await;
    let mut event = view("ada", "/");
    event["id"] = "order 4711".into();
    let mut sent = Box::pin(shop.send(event.clone()));
    while rows(&shop)[0] == 0 {
        assert!(futures_util::poll!(&mut sent).is_pending());
        tokio::task::yield_now().await;
    }
    drop(sent);
    // It waits until the first is settled.
    assert_eq!(shop.send(event).await.expect(200)["doubled"], 1);
    shop.server.advance(60);
    shop.server.app.analytics.tidy().await.unwrap();
    let book = shop.server.book();
    let line = book
        .iter()
        .find(|line| line["metadata"]["labels"][0] == "events_take");
    let counts = &line.unwrap()["unmapped"]["counts"];
    assert_eq!(
        (&counts["accepted"], &counts["requests"]),
        (&json!(1), &json!(2))
    );
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

#[tokio::test]
async fn the_key_of_a_day_is_destroyed_after_its_end_at_the_site() {
    let shop = Shop::open().await; // 09:00 in Berlin
    let read = || std::fs::read_to_string(shop.server.app.config.server.day_keys()).unwrap();
    let keys = || serde_json::from_str::<Vec<Value>>(&read()).unwrap();
    let days = || {
        keys()
            .iter()
            .map(|key| text(&key["day"]))
            .collect::<Vec<_>>()
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
    let (long, key) = (read().len(), text(&keys()[0]["key"]));
    shop.server.advance(1);
    shop.server.app.analytics.tidy().await.unwrap();
    assert!(days().is_empty());
    assert_eq!(read().len(), long, "it is written over as a whole");
    let store = std::fs::read(shop.server.app.config.server.store_file()).unwrap();
    assert!(memchr::memmem::find(&store, key.as_bytes()).is_none());
    shop.beacon(&browser, json!({"name": "click"}))
        .await
        .expect(200);
    assert_eq!(days(), ["2027-01-16"]);
}
