//! The book as the API gives it: searched, paged, verified, and never more than was asked.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::process::until;
use crate::support::{Client, TestServer};

/// An administrator, and a book of several segments with two datasets in it.
async fn server() -> (TestServer, Client, [String; 2]) {
    let server = TestServer::with(|config| {
        config.audit.segment_mib = 1;
        config.audit.checkpoint_lines = 50;
    })
    .await;
    let admin = server.sign_up_admin().await;
    let mut ids = Vec::new();
    for name in ["Airports", "Breweries"] {
        let new = json!({"name": name, "key_field": "code",
                         "fields": [{"name": "code", "type": "text"}]});
        let made = admin.post("/datasets", new).await.expect(201);
        ids.push(made["id"].as_str().unwrap().to_owned());
    }
    (server, admin, ids.try_into().unwrap())
}

fn numbers(page: &Value) -> Vec<u64> {
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|line| line["metadata"]["sequence"].as_u64().unwrap())
        .collect()
}

/// Every line that `query` finds, page by page.
async fn all(client: &Client, query: &str) -> Vec<Value> {
    let mut lines = Vec::new();
    let mut after = String::new();
    loop {
        let path = format!("/audit/events?limit=3&{query}{after}");
        let page = client.get(&path).await.expect(200);
        lines.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return lines,
        }
    }
}

#[tokio::test]
async fn conditions_are_joined_and_pages_go_on() {
    let (server, admin, [airports, _]) = server().await;
    server.app.audit.flush().unwrap();
    let about = all(&admin, &format!("object={airports}&order=oldest")).await;
    assert_eq!(about.len(), 1, "{about:?}");
    assert_eq!(about[0]["resources"][0]["name"], "Airports");
    let both = all(&admin, "object_type=dataset&actor=ADMIN@example.org").await;
    assert_eq!(both.len(), 2);
    let none = all(
        &admin,
        "object_type=dataset&actor=ADMIN@example.org&q=zebra",
    )
    .await;
    assert_eq!(none.len(), 0);
    let by_word = all(&admin, "code=WB-DATA-&q=breweries%20created").await;
    assert_eq!(by_word.len(), 1, "{by_word:?}");
    let request = by_word[0]["metadata"]["correlation_uid"].as_str().unwrap();
    let followed = all(&admin, &format!("request={request}")).await;
    assert_eq!(followed, by_word);
    let everything = all(&admin, "order=oldest").await;
    assert!(everything.len() >= 8, "{}", everything.len());
    let first = admin.get("/audit/events?first_line=1&last_line=1").await;
    assert_eq!(numbers(&first.expect(200)), [1]);
}

#[tokio::test]
async fn what_a_client_calls_itself_finds_nothing_that_it_has_not_done() {
    let (server, admin, [airports, _]) = server().await;
    let agent =
        format!("x\",\"metadata\":{{\"event_code\":\"WB-SYS-005\"}},\"uid\":\"{airports}\"");
    let forger = admin.clone().with("user-agent", &agent);
    forger.get("/datasets").await.expect(200);
    server.app.audit.flush().unwrap();
    assert_eq!(all(&admin, "code=WB-SYS-005").await.len(), 0);
    assert_eq!(all(&admin, &format!("object={airports}")).await.len(), 1);
}

#[tokio::test]
async fn a_search_stands_in_the_book_with_its_conditions() {
    let (server, admin, _) = server().await;
    let path = "/audit/events?q=zebra&code=WB-AUTH-&outcome=failure";
    admin.get(path).await.expect(200);
    let book = server.book();
    let last = book.last().unwrap();
    assert_eq!(last["metadata"]["labels"][0], "log_read");
    let expected = json!({"code": ["WB-AUTH-"], "outcome": "failure", "q": "zebra"});
    assert_eq!(last["unmapped"]["details"]["filter"], expected);
    // The words of a search are found in no search.
    assert_eq!(all(&admin, "q=zebra").await.len(), 0);
}

#[tokio::test]
async fn a_cursor_is_good_for_its_own_search_alone() {
    let (_server, admin, _) = server().await;
    let page = admin.get("/audit/events?limit=2").await.expect(200);
    let next = page["next"].as_str().unwrap();
    for query in [
        format!("after={next}&q=zebra"),
        format!("after={next}&order=oldest"),
        "after=AAAA".to_owned(),
        "after=not%20base64".to_owned(),
        format!("after={next}AA"),
    ] {
        let refused = admin.get(&format!("/audit/events?{query}")).await;
        refused.problem(400, "bad_query");
    }
    let on = format!("/audit/events?limit=2&after={next}");
    let on = numbers(&admin.get(&on).await.expect(200));
    assert_eq!(on[0] + 1, *numbers(&page).last().unwrap());
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let (_server, admin, _) = server().await;
    let long = "x".repeat(257);
    let many = "WB-AUTH-,".repeat(33);
    for query in [
        "from=yesterday".to_owned(),
        "code=WB-NONE-".to_owned(),
        "outcome=perhaps".to_owned(),
        "address=example.org".to_owned(),
        "request=1".to_owned(),
        "first_line=-1".to_owned(),
        "order=random".to_owned(),
        format!("q={long}"),
        format!("actor={long}"),
        format!("code={many}"),
        "reads=maybe".to_owned(),
    ] {
        let refused = admin.get(&format!("/audit/events?{query}")).await;
        refused.problem(400, "bad_query");
    }
}

#[tokio::test]
async fn the_appliance_verifies_its_book_and_tells_what_it_found() {
    let (server, admin, _) = server().await;
    let before = admin.get("/audit/chain").await.expect(200);
    assert!(before["verdict"].is_null(), "{before}");
    assert_eq!(verdict(&admin).await["outcome"], "intact");
    server.app.audit.flush().unwrap();
    assert_eq!(server.count_in_book("log_verified"), 1);

    let folder = &server.app.config.audit.folder;
    let segment = std::fs::read_dir(folder).unwrap().next().unwrap();
    let segment = segment.unwrap().path();
    let text = std::fs::read_to_string(&segment).unwrap();
    std::fs::write(&segment, text.replacen("Airports", "Airborne", 1)).unwrap();
    let broken = verdict(&admin).await;
    assert_eq!(broken["outcome"], "broken", "{broken}");
    let what = broken["findings"][0]["what"].as_str().unwrap();
    assert!(what.contains("was changed"), "{what}");
    assert_eq!(server.count_in_book("log_broken"), 1);
    let found = all(&admin, "code=WB-AUDIT-009&outcome=failure").await;
    assert_eq!(found.len(), 1);
}

/// Has the book verified, and waits for the verdict.
async fn verdict(admin: &Client) -> Value {
    let begun = admin.post("/audit/verify", Value::Null).await.expect(202);
    let upto = begun["lines"].as_u64().unwrap();
    until("the book was verified", async || {
        let chain = admin.get("/audit/chain").await.expect(200);
        let verdict = chain["verdict"].clone();
        let is_this = verdict["sequence"].as_u64().is_some_and(|to| to >= upto);
        is_this.then_some(verdict)
    })
    .await
}

#[tokio::test]
async fn a_time_is_asked_for_by_its_beginning_and_its_end() {
    let (server, admin, _) = server().await;
    let noon = server.clock.now();
    server.clock.advance(Duration::from_mins(1));
    admin.get("/datasets").await.expect(200);
    server.app.audit.flush().unwrap();
    let later = noon + jiff::SignedDuration::from_secs(1);
    let after = all(&admin, &format!("from={later}&code=WB-DATA-")).await;
    assert_eq!(after.len(), 1);
    let before = all(&admin, &format!("to={later}&code=WB-DATA-")).await;
    assert_eq!(before.len(), 2);
}
