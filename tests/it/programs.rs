//! Programs that sign in with a password: access tokens, refresh tokens, and what is tried on both.

use serde_json::{Value, json};

use crate::support::{Answer, Client, PASSWORD, TestServer};

async fn sign_in(server: &TestServer, email: &str) -> Value {
    let body = json!({"email": email, "password": PASSWORD});
    let answer = server.anonymous().post("/auth/token", body).await;
    assert_eq!(answer.header("set-cookie"), "");
    answer.expect(200)
}

fn shows(server: &TestServer, token: &str) -> Client {
    let header = format!("Bearer {token}");
    server.anonymous().with("authorization", &header)
}

fn access(server: &TestServer, granted: &Value) -> Client {
    shows(server, granted["access_token"].as_str().unwrap())
}

async fn refresh(server: &TestServer, granted: &Value) -> Answer {
    let body = json!({"refresh_token": granted["refresh_token"]});
    server.anonymous().post("/auth/token/refresh", body).await
}

#[tokio::test]
async fn a_program_signs_in_and_goes_on_by_refreshing() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let first = sign_in(&server, "ada@example.org").await;
    assert_eq!(first["token_type"], "Bearer");
    assert_eq!(first["expires_in"], 900);
    let program = access(&server, &first);
    program.get("/datasets").await.expect(200);
    program.get("/users").await.problem(403, "forbidden");
    program
        .get("/auth/sessions")
        .await
        .problem(403, "forbidden");
    server.advance(14 * 60);
    let second = refresh(&server, &first).await.expect(200);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    program.get("/datasets").await.expect(200);
    server.advance(60);
    program.get("/datasets").await.problem(401, "not_signed_in");
    access(&server, &second).get("/datasets").await.expect(200);
    let list = owner.get("/auth/sessions").await.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    let mut through: Vec<_> = items.map(|one| one["through"].as_str().unwrap()).collect();
    // Both began at the same moment.
    through.sort_unstable();
    assert_eq!(through, ["browser", "program"]);
    assert_eq!(server.count_in_book("access_token_refreshed"), 1);
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_the_session_for_everybody() {
    let server = TestServer::start().await;
    server.sign_up("ada@example.org", &["member"]).await;
    let first = sign_in(&server, "ada@example.org").await;
    let second = refresh(&server, &first).await.expect(200);
    let third = refresh(&server, &second).await.expect(200);
    refresh(&server, &first)
        .await
        .problem(401, "refresh_refused");
    for granted in [&first, &second, &third] {
        let program = access(&server, granted);
        program.get("/datasets").await.problem(401, "not_signed_in");
        refresh(&server, granted)
            .await
            .problem(401, "refresh_refused");
    }
    assert!(server.count_in_book("refresh_token_reuse") >= 1);
    let again = sign_in(&server, "ada@example.org").await;
    access(&server, &again).get("/datasets").await.expect(200);
}

#[tokio::test]
async fn a_refresh_token_shown_many_times_at_once_is_used_once_at_most() {
    let server = TestServer::start().await;
    server.sign_up("ada@example.org", &["member"]).await;
    let first = sign_in(&server, "ada@example.org").await;
    let answers = futures_util::future::join_all((0..20).map(|_| refresh(&server, &first))).await;
    let granted: Vec<_> = answers.iter().filter(|one| one.status == 200).collect();
    assert!(granted.len() <= 1, "{} were granted", granted.len());
    for answer in granted {
        let program = access(&server, &answer.json());
        program.get("/datasets").await.problem(401, "not_signed_in");
    }
}

#[tokio::test]
async fn whatever_ends_sessions_ends_programs_at_once() {
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
        let email = format!("user{place}@example.org");
        let owner = server.sign_up(&email, &["analyst"]).await;
        let me = owner.get("/auth/session").await.expect(200);
        let user = format!("/users/{}", me["user"]["id"].as_str().unwrap());
        let granted = sign_in(&server, &email).await;
        access(&server, &granted).get("/datasets").await.expect(200);
        if change.is_null() {
            admin.delete(&format!("{user}/sessions")).await.expect(204);
        } else {
            admin.patch(&user, change).await.expect(200);
        }
        let ended = access(&server, &granted);
        ended.get("/datasets").await.problem(401, "not_signed_in");
        refresh(&server, &granted)
            .await
            .problem(401, "refresh_refused");
    }
}

#[tokio::test]
async fn a_program_signs_out_and_its_owner_can_do_it_too() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let first = sign_in(&server, "ada@example.org").await;
    let second = refresh(&server, &first).await.expect(200);
    // The token of before serves as well: whoever has it wants the session to end.
    let body = json!({"refresh_token": first["refresh_token"]});
    let out = server.anonymous().post("/auth/token/revoke", body).await;
    out.expect(204);
    let program = access(&server, &second);
    program.get("/datasets").await.problem(401, "not_signed_in");
    let unknown = json!({"refresh_token": "wbr_x"});
    let out = server.anonymous().post("/auth/token/revoke", unknown).await;
    out.expect(204);
    let other = sign_in(&server, "ada@example.org").await;
    owner.delete("/auth/sessions").await.expect(204);
    let program = access(&server, &other);
    program.get("/datasets").await.problem(401, "not_signed_in");
    refresh(&server, &other)
        .await
        .problem(401, "refresh_refused");
}

#[tokio::test]
async fn no_token_serves_as_another_kind() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let granted = sign_in(&server, "ada@example.org").await;
    let access = granted["access_token"].as_str().unwrap();
    let token = granted["refresh_token"].as_str().unwrap();
    shows(&server, token)
        .get("/datasets")
        .await
        .problem(401, "not_signed_in");
    for stolen in [token, access] {
        let cookie = format!("__Host-weighbridge={stolen}");
        let browser = server.anonymous().with("cookie", &cookie);
        browser.get("/datasets").await.problem(401, "not_signed_in");
    }
    let swapped = json!({ "refresh_token": access });
    let answer = server
        .anonymous()
        .post("/auth/token/refresh", swapped)
        .await;
    answer.problem(401, "refresh_refused");
    let unsigned = access.rsplit_once('.').unwrap().0;
    let claims = unsigned.split_once('.').unwrap().1;
    for forged in [
        format!("eyJhbGciOiJub25lIn0.{claims}."),
        format!("eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{claims}."),
        format!("{unsigned}."),
        unsigned.to_owned(),
        format!("{access}x"),
    ] {
        shows(&server, &forged)
            .get("/datasets")
            .await
            .problem(401, "not_signed_in");
    }
    owner.get("/datasets").await.expect(200);
}

#[tokio::test]
async fn guesses_count_whichever_way_they_come() {
    let server = TestServer::start().await;
    server.sign_up_admin().await;
    let wrong = json!({"email": "admin@example.org", "password": "guess number something"});
    for guess in 0..5 {
        let path = ["/auth/token", "/auth/login"][guess % 2];
        let refused = server.anonymous().post(path, wrong.clone()).await;
        refused.problem(401, "sign_in_failed");
    }
    for path in ["/auth/token", "/auth/login"] {
        let refused = server.anonymous().post(path, wrong.clone()).await;
        refused.problem(429, "rate_limited");
    }
    let elsewhere = server.anonymous().from([198, 51, 100, 7].into());
    let right = json!({"email": "admin@example.org", "password": PASSWORD});
    let held_back = elsewhere.post("/auth/token", right).await;
    held_back.problem(401, "sign_in_failed");
}

#[tokio::test]
async fn no_token_is_kept_or_written_down() {
    let server = TestServer::start().await;
    server.sign_up("ada@example.org", &["member"]).await;
    let first = sign_in(&server, "ada@example.org").await;
    let second = refresh(&server, &first).await.expect(200);
    access(&server, &second).get("/datasets").await.expect(200);
    let book: String = server.book().iter().map(Value::to_string).collect();
    let store = std::fs::read(server.app.config.server.data.join("store.redb")).unwrap();
    for granted in [&first, &second] {
        for name in ["access_token", "refresh_token"] {
            let text = granted[name].as_str().unwrap();
            let secret = &text[text.len() - 30..];
            assert!(!book.contains(secret), "{name} is in the book");
            let mut windows = store.windows(secret.len());
            assert!(!windows.any(|bytes| bytes == secret.as_bytes()), "{name}");
        }
    }
}

#[tokio::test]
async fn programs_stay_signed_in_over_a_restart() {
    let server = TestServer::start().await;
    server.sign_up("ada@example.org", &["member"]).await;
    let granted = sign_in(&server, "ada@example.org").await;
    let app = &server.app;
    let again = weighbridge::auth::Auth::open(
        &app.config.auth,
        weighbridge::auth::Parts {
            store: app.store.clone(),
            vault: app.vault.clone(),
            audit: app.audit.clone(),
            clock: app.clock.clone(),
            blocking: app.blocking,
        },
    );
    let sessions = again.await.unwrap().sessions;
    let token = granted["access_token"].as_str().unwrap();
    let program = sessions.identify_program(token).await.unwrap();
    assert_eq!(program.unwrap().account.email.as_str(), "ada@example.org");
}
