//! How much may be asked for: every promise, every operation, and exactly.

use poem::http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use weighbridge::http;

use crate::datasets::airports;
use crate::support::{Client, PASSWORD, TestServer};

/// Whether a promise concerns this appliance, by its API document.
type Applies = fn(&Value) -> bool;

fn always(_: &Value) -> bool {
    true
}

fn knows_provider(document: &Value, provider: &str) -> bool {
    let known = document["components"]["schemas"]["Provider"]["enum"].as_array();
    known.unwrap().iter().any(|known| known == provider)
}

fn has_operation(document: &Value, is_one: impl Fn(&str, &[&str]) -> bool) -> bool {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.into_iter().any(|(path, methods)| {
        let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
        methods
            .as_object()
            .unwrap()
            .keys()
            .any(|method| is_one(method, &parts))
    })
}

/// Every limit that is promised: its name, burst and seconds, and from when on it is due.
const PROMISED: [(&str, u64, f64, Applies); 17] = [
    ("authentication", 5, 300.0, always),
    ("open_calls", 120, 60.0, always),
    ("api_calls", 600, 60.0, always),
    ("exports", 5, 60.0, always),
    ("imports", 10, 60.0, always),
    ("sync_starts", 10, 300.0, always),
    ("sync_starts_airtable", 5, 60.0, |it| {
        knows_provider(it, "airtable")
    }),
    ("sync_starts_notion", 3, 60.0, |it| {
        knows_provider(it, "notion")
    }),
    ("sync_starts_zapier", 10, 60.0, |it| {
        knows_provider(it, "zapier")
    }),
    ("analytics", 30, 60.0, |it| {
        has_operation(it, |_, path| is_analytics(path))
    }),
    ("live", 120, 60.0, |it| {
        has_operation(it, |_, path| is_live(path))
    }),
    ("events", 6000, 60.0, |it| has_operation(it, is_events)),
    ("event_senders", 600, 60.0, |it| {
        has_operation(it, is_events)
    }),
    ("hooks", 120, 60.0, always),
    ("links", 120, 60.0, always),
    ("link_openers", 60, 60.0, always),
    ("link_passwords", 10, 300.0, always),
];

fn is_live(path: &[&str]) -> bool {
    matches!(path, ["sites", _, "realtime"] | ["health"])
}

fn is_analytics(path: &[&str]) -> bool {
    matches!(
        path,
        [
            "sites",
            _,
            "overview"
                | "rebuild"
                | "reports"
                | "funnels"
                | "attribution"
                | "cohorts"
                | "journeys"
                | "costs"
                | "goal-figures"
        ] | ["sites", _, "reports", "together"]
            | ["sites", _, "saved-reports", _, "answer"]
            | ["sites", _, "visitors", _]
    )
}

fn is_events(method: &str, path: &[&str]) -> bool {
    method == "post" && path[0] == "events"
}

/// The limit that an operation has to count against.
fn expected(method: &str, path: &[&str], signed_in: bool) -> &'static str {
    match (method, path) {
        ("post", ["auth", "login" | "token"] | ["setup"]) | ("put", ["auth", "password"]) => {
            "authentication"
        }
        // A key that nobody gave out: whoever shows it is a stranger, whatever else they show.
        _ if is_events(method, path) => "open_calls",
        ("post", ["shared", "overview"]) if !signed_in => "link_openers",
        _ if !signed_in => "open_calls",
        _ if is_live(path) => "live",
        _ if is_analytics(path) => "analytics",
        ("get", [.., "export"]) | ("post", [.., "exports"] | ["sites", .., "export"]) => "exports",
        ("post", [.., "imports"]) => "imports",
        (
            "post",
            ["syncs", _, "runs" | "plans"] | ["plans", _, "runs"] | ["runs", _, "retry" | "undo"],
        ) => "sync_starts",
        _ => "api_calls",
    }
}

#[tokio::test]
async fn every_promised_limit_is_listed_as_soon_as_it_is_due_and_no_other() {
    let server = TestServer::start().await;
    let document = http::document(&server.app);
    let limits = server
        .operator()
        .get("/system/rate-limits")
        .await
        .expect(200);
    let listed = limits["items"].as_array().unwrap().iter().map(|limit| {
        let per = limit["per_seconds"].as_f64().unwrap();
        let name = limit["name"].as_str().unwrap();
        (
            name.to_owned(),
            limit["burst"].as_u64().unwrap(),
            per.to_string(),
        )
    });
    let due = PROMISED.into_iter().filter(|(.., due)| due(&document));
    let due = due.map(|(name, burst, per, _)| (name.to_owned(), burst, per.to_string()));
    assert_eq!(listed.collect::<Vec<_>>(), due.collect::<Vec<_>>());
}

#[tokio::test]
async fn every_operation_counts_against_the_limit_that_is_meant_for_it() {
    let server = TestServer::with(|config| {
        let plenty = weighbridge::config::Rate::parse("100000 / hour").unwrap();
        let limits = &mut config.limits;
        for limit in [
            &mut limits.authentication,
            &mut limits.open_calls,
            &mut limits.link_openers,
            &mut limits.exports,
            &mut limits.imports,
            &mut limits.sync_starts,
        ] {
            *limit = plenty;
        }
    })
    .await;
    let signed_in = server
        .sign_up("ada@example.org", &["member", "admin"])
        .await;
    let document = http::document(&server.app);
    for (path, methods) in document["paths"].as_object().unwrap() {
        let parts: Vec<_> = path.trim_start_matches('/').split('/').collect();
        for method in methods.as_object().unwrap().keys() {
            // The last call of a session.
            if parts == ["auth", "logout"] {
                continue;
            }
            for (client, is_signed_in) in [(&signed_in, true), (&server.anonymous(), false)] {
                let verb: Method = method.to_uppercase().parse().unwrap();
                let place = path.replace(['{', '}'], "");
                let answer = client
                    .send(verb, &place, "application/json", b"{}".to_vec())
                    .await;
                let policy = answer.header("ratelimit-policy");
                let name = policy.split('"').nth(1).unwrap_or_default();
                let meant = expected(method, &parts, is_signed_in);
                assert_eq!(name, meant, "{method} {path} {is_signed_in}");
            }
        }
    }
}

/// How many of so many calls at once are let through.
async fn passed(calls: usize, client: &Client, method: &Method, path: &str, body: &Value) -> usize {
    let mut open = JoinSet::new();
    for _ in 0..calls {
        let (client, method, path) = (client.clone(), method.clone(), path.to_owned());
        let body = body.to_string().into_bytes();
        open.spawn(async move {
            let answer = client.send(method, &path, "application/json", body).await;
            if answer.status == 429 {
                answer.problem(429, "rate_limited");
                for header in ["retry-after", "ratelimit", "ratelimit-policy"] {
                    assert!(!answer.header(header).is_empty(), "{header}");
                }
            }
            usize::from(answer.status != 429)
        });
    }
    open.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_any_number_of_calls_at_once_exactly_the_burst_passes() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada@example.org", &["member"]).await;
    let dataset = airports(&ada).await;
    let wrong = json!({"email": "ada@example.org", "password": format!("not {PASSWORD}")});
    let none = Value::Null;
    let nowhere = "0199a3c4-7b10-7000-8000-0123456789ab";
    let (get, post) = (Method::GET, Method::POST);
    let stranger = |last: u8| server.anonymous().from([198, 51, 100, last].into());
    let rows = [
        (
            "api_calls",
            ada.clone(),
            &get,
            "/system".to_owned(),
            &none,
            600,
        ),
        (
            "authentication",
            stranger(1),
            &post,
            "/auth/login".to_owned(),
            &wrong,
            5,
        ),
        (
            "open_calls",
            stranger(2),
            &get,
            "/setup".to_owned(),
            &none,
            120,
        ),
        (
            "exports",
            ada.clone(),
            &get,
            format!("{dataset}/export?format=csv"),
            &none,
            5,
        ),
        (
            "imports",
            ada.clone(),
            &post,
            format!("/datasets/{nowhere}/imports?format=csv"),
            &none,
            10,
        ),
        (
            "sync_starts",
            ada.clone(),
            &post,
            format!("/syncs/{nowhere}/runs"),
            &none,
            10,
        ),
    ];
    for (number, (name, client, method, path, body, burst)) in rows.into_iter().enumerate() {
        // What the test itself has used of a limit comes back first.
        server.advance(600);
        assert_eq!(
            passed(2 * burst, &client, method, &path, body).await,
            burst,
            "{name}"
        );
        assert_eq!(
            server.count_in_book("excess_rate_limit_exceeded"),
            number + 1,
            "{name}"
        );
    }
}

#[tokio::test]
async fn whoever_has_an_account_guesses_no_faster_than_a_stranger() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada@example.org", &["member"]).await;
    let guess = json!({"email": "bob@example.org", "password": "a guess, and a wrong one"});
    for _ in 0..5 {
        ada.post("/auth/login", guess.clone())
            .await
            .problem(401, "sign_in_failed");
    }
    let sixth = ada.post("/auth/login", guess).await;
    let problem = sixth.problem(429, "rate_limited");
    assert_eq!(problem["limit"], "authentication");
    ada.get("/system").await.expect(200);
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_share_what_they_have() {
    let server = TestServer::start().await;
    let from = |address: &str| server.anonymous().from(address.parse().unwrap());
    let guess = json!({"email": "bob@example.org", "password": "a guess, and a wrong one"});
    for last in 1..=5 {
        let neighbour = from(&format!("2001:db8::{last}"));
        neighbour
            .post("/auth/login", guess.clone())
            .await
            .problem(401, "sign_in_failed");
    }
    let sixth = from("2001:db8::ffff:6")
        .post("/auth/login", guess.clone())
        .await;
    sixth.problem(429, "rate_limited");
    let elsewhere = from("2001:db8:0:1::1").post("/auth/login", guess).await;
    elsewhere.problem(401, "sign_in_failed");
}

#[tokio::test]
async fn the_list_tells_everybody_where_they_themselves_stand() {
    let server = TestServer::start().await;
    let ada = server.sign_up("ada@example.org", &["member"]).await;
    let bob = server.sign_up("bob@example.org", &["member"]).await;
    let dataset = airports(&ada).await;
    ada.get(&format!("{dataset}/export?format=csv")).await;
    let exports = |limits: Value| {
        let items = limits["items"].as_array().unwrap().clone();
        items
            .into_iter()
            .find(|limit| limit["name"] == "exports")
            .unwrap()
    };
    let hers = exports(ada.get("/system/rate-limits").await.expect(200));
    assert_eq!(
        (&hers["remaining"], &hers["whole_in_seconds"]),
        (&json!(4), &json!(12))
    );
    assert_eq!(hers["scope"], "user");
    let his = exports(bob.get("/system/rate-limits").await.expect(200));
    assert_eq!(
        (&his["remaining"], &his["whole_in_seconds"]),
        (&json!(5), &json!(0))
    );
    let machine = server.operator();
    let nobodys = exports(machine.get("/system/rate-limits").await.expect(200));
    assert!(nobodys["remaining"].is_null(), "{nobodys}");
    let shown = server.operator().acting_for("ada@example.org");
    let hers = exports(shown.get("/system/rate-limits").await.expect(200));
    assert_eq!(hers["remaining"], 4);
}

#[tokio::test]
async fn a_flood_of_refusals_writes_no_more_into_the_book_than_the_limit_lets_through() {
    let server = TestServer::start().await;
    server.sign_up_admin().await;
    let before = server.book().len();
    let stranger = server.anonymous().from([198, 51, 100, 9].into());
    let stale = stranger.clone().with("cookie", "__Host-weighbridge=stale");
    let wrong = stranger.clone().with("authorization", "Bearer wb_wrong");
    let foreign = stranger.clone().with("sec-fetch-site", "cross-site");
    let nameless = stranger.with("host", "no host");
    let plain = || poem::Body::empty();
    for _ in 0..100 {
        stale.get("/system").await;
        wrong.get("/system").await;
        foreign
            .fetch(Method::POST, "/", "", plain())
            .await
            .problem(403, "csrf_failed");
        nameless
            .fetch(Method::GET, "/", "", plain())
            .await
            .problem(400, "bad_host");
        stale
            .fetch(Method::GET, "/healthz/live", "", plain())
            .await
            .expect(200);
    }
    let written = server.book().len() - before;
    assert_eq!(
        written,
        120 + 1,
        "the limit, and one line that it is used up"
    );
}
