//! Programs that sign in with a token: what it opens, what it never opens, and what ends it.

use serde_json::{Value, json};

use crate::support::{Client, NOON, PASSWORD, TestServer};

const DAY: u64 = 24 * 60 * 60;

pub(crate) fn in_days(days: i64) -> String {
    (NOON + jiff::SignedDuration::from_hours(24 * days)).to_string()
}

fn wanted(scopes: &[&str]) -> Value {
    json!({"name": "nightly", "scopes": scopes, "expires_at": in_days(90)})
}

/// A program with a new token of `owner`, and the token as it is listed.
async fn program(server: &TestServer, owner: &Client, scopes: &[&str]) -> (Client, Value) {
    let made = owner.post("/tokens", wanted(scopes)).await.expect(201);
    let secret = made["secret"].as_str().unwrap();
    (shows(server, secret), made["token"].clone())
}

fn shows(server: &TestServer, secret: &str) -> Client {
    let header = format!("Bearer {secret}");
    server.anonymous().with("authorization", &header)
}

fn dataset() -> Value {
    json!({
        "name": "Airports", "key_field": "code",
        "fields": [{"name": "code", "type": "text", "required": true, "indexed": false}],
    })
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_name_and_nothing_else() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let (reader, _) = program(&server, &owner, &["dataset:read"]).await;
    let (writer, _) = program(&server, &owner, &["dataset:read", "dataset:write"]).await;
    writer.post("/datasets", dataset()).await.expect(201);
    reader
        .post("/datasets", dataset())
        .await
        .problem(403, "forbidden");
    let list = reader.get("/datasets").await.expect(200);
    assert_eq!(list["items"][0]["name"], "Airports");
    reader.get("/connections").await.problem(403, "forbidden");
    reader.get("/users").await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_request_with_a_token_stands_on_it_alone() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let made = owner.post("/tokens", wanted(&["dataset:write"])).await;
    let secret = made.expect(201)["secret"].as_str().unwrap().to_owned();
    let header = format!("Bearer {secret}");
    // The cookie that comes along neither hinders (no CSRF token is asked for) nor helps.
    let both = owner.clone().with("authorization", &header);
    let both = both.with("x-csrf-token", "not the session's");
    both.post("/datasets", dataset()).await.expect(201);
    both.get("/connections").await.problem(403, "forbidden");
    let elsewhere = both.with("sec-fetch-site", "cross-site");
    let mut other = dataset();
    other["name"] = "Other".into();
    elsewhere.post("/datasets", other).await.expect(201);
    for wrong in ["wb_x", "", &secret[..40], "eyJhbGciOiJub25lIn0.e30."] {
        let header = format!("Bearer {wrong}");
        let refused = owner.clone().with("authorization", &header);
        let answer = refused.get("/datasets").await;
        answer.problem(401, "not_signed_in");
        let told = answer.header("www-authenticate");
        assert_eq!(told, "Bearer error=\"invalid_token\"", "{wrong}");
    }
    assert_eq!(server.count_in_book("api_token_refused"), 4);
}

#[tokio::test]
async fn a_token_is_no_person() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let me = admin.get("/auth/session").await.expect(200);
    let me = me["user"]["id"].as_str().unwrap().to_owned();
    let scopes = ["user:manage", "audit:read", "dataset:read"];
    let (program, token) = program(&server, &admin, &scopes).await;
    program.get("/users").await.expect(200);
    let password = json!({"current": PASSWORD, "new": "another good long password"});
    let mine = format!("/users/{me}");
    let revoke = format!("/tokens/{}", token["id"].as_str().unwrap());
    for refused in [
        program.get("/tokens").await,
        program.post("/tokens", wanted(&["dataset:read"])).await,
        program.delete(&revoke).await,
        program.put("/auth/password", password).await,
        program.get("/auth/session").await,
        program.get("/auth/sessions").await,
        program.delete("/auth/sessions").await,
        program.post("/auth/logout", Value::Null).await,
        program
            .patch(&mine, json!({"password": "another good long password"}))
            .await,
        program
            .patch(&mine, json!({"roles": ["admin", "auditor"]}))
            .await,
        program.delete(&format!("{mine}/sessions")).await,
    ] {
        refused.problem(403, "forbidden");
    }
    admin.get("/auth/session").await.expect(200);
}

#[tokio::test]
async fn whatever_ends_sessions_ends_tokens_at_once_and_for_good() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    for (place, change) in [
        json!({"roles": ["analyst", "auditor"]}),
        json!({"password": "another good long password"}),
        json!({"disabled": true}),
        Value::Null,
    ]
    .into_iter()
    .enumerate()
    {
        let owner = server
            .sign_up(&format!("user{place}@example.org"), &["analyst"])
            .await;
        let session = owner.get("/auth/session").await.expect(200);
        let (program, _) = program(&server, &owner, &["dataset:read"]).await;
        program.get("/datasets").await.expect(200);
        let user = format!("/users/{}", session["user"]["id"].as_str().unwrap());
        if change.is_null() {
            admin.delete(&format!("{user}/sessions")).await.expect(204);
        } else {
            admin.patch(&user, change.clone()).await.expect(200);
        }
        let ended = program.get("/datasets").await;
        ended.problem(401, "not_signed_in");
        owner
            .get("/auth/session")
            .await
            .problem(401, "not_signed_in");
        admin
            .patch(&user, json!({"disabled": false}))
            .await
            .expect(200);
        program.get("/datasets").await.problem(401, "not_signed_in");
    }
    assert_eq!(server.count_in_book("user_sessions_ended"), 1);
}

#[tokio::test]
async fn a_new_password_of_ones_own_ends_every_token_and_the_list_says_so() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let (program, _) = program(&server, &owner, &["dataset:read"]).await;
    let good = json!({"current": PASSWORD, "new": "another good long password"});
    owner.put("/auth/password", good).await.expect(204);
    program.get("/datasets").await.problem(401, "not_signed_in");
    let list = owner.get("/tokens").await.expect(200);
    assert_eq!(list["items"][0]["state"], "ended");
}

#[tokio::test]
async fn a_token_ends_at_its_date_and_when_it_is_revoked() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let (first, token) = program(&server, &owner, &["dataset:read"]).await;
    let (second, _) = program(&server, &owner, &["dataset:read"]).await;
    let path = format!("/tokens/{}", token["id"].as_str().unwrap());
    owner.delete(&path).await.expect(204);
    owner.delete(&path).await.problem(404, "not_found");
    first.get("/datasets").await.problem(401, "not_signed_in");
    server.advance(90 * DAY - 1);
    second.get("/datasets").await.expect(200);
    server.advance(1);
    second.get("/datasets").await.problem(401, "not_signed_in");
    let owner = server.sign_in("ada@example.org").await;
    let list = owner.get("/tokens").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(list["items"][0]["state"], "expired");
    assert_eq!(server.count_in_book("authn_token_revoked"), 1);
}

#[tokio::test]
async fn a_token_allows_no_more_than_its_owner_may_do_and_not_for_ever() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["analyst"]).await;
    for (body, path) in [
        (wanted(&["dataset:read", "user:manage"]), "scopes"),
        (wanted(&[]), "scopes"),
        (
            json!({"name": "", "scopes": ["dataset:read"], "expires_at": in_days(1)}),
            "name",
        ),
        (
            json!({"name": "x", "scopes": ["dataset:read"], "expires_at": in_days(367)}),
            "expires_at",
        ),
        (
            json!({"name": "x", "scopes": ["dataset:read"], "expires_at": in_days(0)}),
            "expires_at",
        ),
    ] {
        let refused = owner.post("/tokens", body.clone()).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{body}");
    }
    for body in [
        wanted(&["dataset:everything"]),
        json!({"name": "x", "scopes": ["dataset:read"]}),
    ] {
        let refused = owner.post("/tokens", body).await;
        refused.problem(422, "validation_failed");
    }
    let mut more = wanted(&["dataset:read"]);
    more["user"] = "somebody".into();
    owner
        .post("/tokens", more)
        .await
        .problem(422, "unknown_field");
    let longest = json!({"name": "x", "scopes": ["dataset:read"], "expires_at": in_days(366)});
    owner.post("/tokens", longest).await.expect(201);
}

#[tokio::test]
async fn a_users_tokens_are_bounded_in_number() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    for _ in 0..100 {
        owner
            .post("/tokens", wanted(&["dataset:read"]))
            .await
            .expect(201);
    }
    let refused = owner.post("/tokens", wanted(&["dataset:read"])).await;
    refused.problem(409, "conflict");
    let first = owner.get("/tokens?limit=60").await.expect(200);
    let next = first["next"].as_str().unwrap();
    let rest = owner.get(&format!("/tokens?limit=60&after={next}")).await;
    assert_eq!(rest.expect(200)["items"].as_array().unwrap().len(), 40);
}

#[tokio::test]
async fn somebody_elses_token_answers_like_one_that_does_not_exist() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let other = server.sign_up("bob@example.org", &["member"]).await;
    let (program, token) = program(&server, &owner, &["dataset:read"]).await;
    let foreign = format!("/tokens/{}", token["id"].as_str().unwrap());
    let unknown = "/tokens/0199a3c4-7b10-7000-8000-0123456789ab";
    let mut answers = Vec::new();
    for path in [foreign.as_str(), unknown] {
        let mut problem = other.delete(path).await.problem(404, "not_found");
        problem["instance"] = Value::Null;
        answers.push(problem);
    }
    assert_eq!(answers[0], answers[1]);
    let list = other.get("/tokens").await.expect(200);
    assert_eq!(list["items"], json!([]));
    program.get("/datasets").await.expect(200);
}

#[tokio::test]
async fn a_tokens_text_is_shown_once_and_kept_nowhere() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let made = owner
        .post("/tokens", wanted(&["dataset:write"]))
        .await
        .expect(201);
    let secret = made["secret"].as_str().unwrap();
    shows(&server, secret)
        .post("/datasets", dataset())
        .await
        .expect(201);
    let altered = format!("{}{}", &secret[..secret.len() - 1], "!");
    shows(&server, &altered)
        .get("/datasets")
        .await
        .problem(401, "not_signed_in");
    assert!(!owner.get("/tokens").await.text().contains(&secret[3..]));
    let book: String = server.book().iter().map(Value::to_string).collect();
    assert!(!book.contains(&secret[3..35]));
    let store = std::fs::read(server.app.config.server.data.join("store.redb")).unwrap();
    let clear = secret.as_bytes();
    assert!(
        !store
            .windows(clear.len() - 9)
            .any(|bytes| bytes == &clear[3..35])
    );
}

#[tokio::test]
async fn what_a_program_does_is_written_under_its_token() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let (program, token) = program(&server, &owner, &["dataset:write"]).await;
    program.post("/datasets", dataset()).await.expect(201);
    let book = server.book();
    let with = |word: &str| {
        let found = book
            .iter()
            .find(|line| line["metadata"]["labels"][0] == word);
        found.unwrap_or_else(|| panic!("no {word}")).clone()
    };
    let created = with("dataset_create");
    assert_eq!(created["actor"]["user"]["credential_uid"], token["id"]);
    assert_eq!(created["actor"]["user"]["name"], "ada@example.org");
    let made = with("api_token_created");
    assert_eq!(made["unmapped"]["resources"][0]["uid"], token["id"]);
    assert_eq!(
        made["unmapped"]["details"]["scopes"],
        json!(["dataset:write"])
    );
}

#[tokio::test]
async fn a_tokens_use_is_noted_about_once_a_minute() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let (program, token) = program(&server, &owner, &["dataset:read"]).await;
    assert!(token.get("last_used_at").is_none());
    let noted = async || {
        program.get("/datasets").await.expect(200);
        owner.get("/tokens").await.expect(200)["items"][0]["last_used_at"].clone()
    };
    assert_eq!(noted().await, format!("{NOON:.3}"));
    server.advance(59);
    assert_eq!(noted().await, format!("{NOON:.3}"));
    server.advance(1);
    let later = NOON + jiff::SignedDuration::from_secs(60);
    assert_eq!(noted().await, format!("{later:.3}"));
}

#[tokio::test]
async fn a_users_limits_hold_over_all_their_tokens_and_sessions() {
    let server = TestServer::with(|config| {
        config.limits.api_calls = weighbridge::config::Rate::parse("5 / minute").unwrap();
    })
    .await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let (one, _) = program(&server, &owner, &["dataset:read"]).await;
    let (other, _) = program(&server, &owner, &["dataset:read"]).await;
    for client in [&one, &other, &owner] {
        client.get("/datasets").await.expect(200);
    }
    for client in [&one, &other, &owner] {
        client.get("/datasets").await.problem(429, "rate_limited");
    }
}
