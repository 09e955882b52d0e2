//! Setting up, signing in and out, and what happens to those who try.

use std::time::Duration;

use serde_json::{Value, json};
use weighbridge::config::Rate;

use crate::support::{NOON, PASSWORD, TestServer};

fn credentials(email: &str, password: &str) -> Value {
    json!({"email": email, "password": password})
}

fn first_account(token: &str) -> Value {
    json!({
        "token": token, "email": "ada@example.org", "name": "Ada", "password": PASSWORD,
    })
}

#[tokio::test]
async fn the_one_who_has_the_link_sets_up_once() {
    let server = TestServer::start().await;
    assert_eq!(
        server.anonymous().get("/setup").await.expect(200)["needed"],
        true
    );
    let admin = server.sign_up_admin().await;
    let session = admin.get("/auth/session").await.expect(200);
    assert_eq!(session["user"]["roles"], json!(["admin", "member"]));
    assert_eq!(
        server.anonymous().get("/setup").await.expect(200)["needed"],
        false
    );
    let again = server.anonymous().post("/setup", first_account("x")).await;
    again.problem(409, "setup_done");
}

#[tokio::test]
async fn a_set_up_link_dies_when_it_is_old_or_replaced() {
    let server = TestServer::start().await;
    let by = weighbridge::base::Actor::system();
    let old = server.app.auth.setup.make_link(&by).await.unwrap();
    let new = server.app.auth.setup.make_link(&by).await.unwrap();
    let visitor = server.anonymous();
    let replaced = visitor.post("/setup", first_account(old.expose())).await;
    replaced.problem(410, "setup_link_invalid");
    server.advance(30 * 60);
    let expired = visitor.post("/setup", first_account(new.expose())).await;
    expired.problem(410, "setup_link_invalid");
    assert_eq!(server.count_in_book("authn_token_reuse"), 2);
}

#[tokio::test]
async fn of_two_set_ups_at_once_one_succeeds() {
    let server = TestServer::start().await;
    let by = weighbridge::base::Actor::system();
    let link = server.app.auth.setup.make_link(&by).await.unwrap();
    let visitor = server.anonymous();
    let attempt = async |email: &str| {
        let mut body = first_account(link.expose());
        body["email"] = email.into();
        visitor.post("/setup", body).await.status.as_u16()
    };
    let (one, other) = tokio::join!(attempt("a@example.org"), attempt("b@example.org"));
    let mut statuses = [one, other];
    statuses.sort_unstable();
    assert!(matches!(statuses, [201, 409 | 410]), "{statuses:?}");
}

#[tokio::test]
async fn unknown_wrong_and_disabled_look_alike() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let off = server.sign_up("off@example.org", &["member"]).await;
    let session = off.get("/auth/session").await.expect(200);
    let path = format!("/users/{}", session["user"]["id"].as_str().unwrap());
    admin
        .patch(&path, json!({"disabled": true}))
        .await
        .expect(200);
    let visitor = server.anonymous();
    let mut answers = Vec::new();
    for (email, password) in [
        ("nobody@example.org", PASSWORD),
        ("admin@example.org", "another password altogether"),
        ("off@example.org", PASSWORD),
    ] {
        let answer = visitor
            .post("/auth/login", credentials(email, password))
            .await;
        let mut problem = answer.problem(401, "sign_in_failed");
        problem["instance"] = Value::Null;
        answers.push(problem);
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
}

#[tokio::test]
async fn an_account_is_held_back_after_failures_from_any_address_and_others_are_not() {
    let server = TestServer::start().await;
    server.sign_up_admin().await;
    server.sign_up("ada@example.org", &["member"]).await;
    for address in 1..=5 {
        let visitor = server.anonymous().from([198, 51, 100, address].into());
        let wrong = credentials("ADMIN@example.org", "guess number something");
        visitor
            .post("/auth/login", wrong)
            .await
            .problem(401, "sign_in_failed");
    }
    let right = credentials("admin@example.org", PASSWORD);
    let owner = server.anonymous();
    owner
        .post("/auth/login", right.clone())
        .await
        .problem(401, "sign_in_failed");
    server
        .sign_in("ada@example.org")
        .await
        .get("/auth/session")
        .await
        .expect(200);
    server.advance(30);
    owner.post("/auth/login", right).await.expect(200);
    assert_eq!(server.count_in_book("authn_login_lock"), 1);
}

#[tokio::test]
async fn many_guesses_at_once_are_no_more_than_one_after_another() {
    let server = TestServer::start().await;
    server.sign_up_admin().await;
    let guesses = (1..=40).map(|address| {
        let visitor = server.anonymous().from([198, 51, 100, address].into());
        async move {
            let body = credentials("admin@example.org", "guess number something");
            visitor.post("/auth/login", body).await
        }
    });
    futures_util::future::join_all(guesses).await;
    assert!(server.count_in_book("authn_login_fail") <= 5);
}

#[tokio::test]
async fn an_address_has_five_attempts_and_those_that_succeed_do_not_count() {
    let server = TestServer::start().await;
    server.sign_up_admin().await;
    for _ in 0..10 {
        server.sign_in("admin@example.org").await;
    }
    let visitor = server.anonymous();
    for guess in 0..5 {
        let body = credentials(
            &format!("user{guess}@example.org"),
            "guess number something",
        );
        visitor
            .post("/auth/login", body)
            .await
            .problem(401, "sign_in_failed");
    }
    let refused = visitor
        .post("/auth/login", credentials("x@example.org", "x"))
        .await;
    refused.problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(
        refused.header("ratelimit-policy"),
        "\"authentication\";q=5;w=300"
    );
    let again = visitor
        .post("/auth/login", credentials("x@example.org", "x"))
        .await;
    again.problem(429, "rate_limited");
    assert_eq!(server.count_in_book("excess_rate_limit_exceeded"), 1);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_at_its_end_in_any_case() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    for _ in 0..13 {
        server.advance(50 * 60);
        admin.get("/auth/session").await.expect(200);
    }
    server.advance(2 * 60 * 60);
    admin
        .get("/auth/session")
        .await
        .problem(401, "not_signed_in");
    let unused = server.sign_in("admin@example.org").await;
    server.advance(60 * 60);
    unused
        .get("/auth/session")
        .await
        .problem(401, "not_signed_in");
    assert_eq!(server.count_in_book("session_use_after_expire"), 2);
}

#[tokio::test]
async fn signing_out_ends_the_session_and_takes_the_cookie_back() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let answer = admin.post("/auth/logout", Value::Null).await;
    answer.expect(204);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    admin
        .get("/auth/session")
        .await
        .problem(401, "not_signed_in");
}

#[tokio::test]
async fn a_cookie_is_bound_to_the_host_and_out_of_reach_of_scripts() {
    let server = TestServer::start().await;
    server.sign_up_admin().await;
    let body = credentials("admin@example.org", PASSWORD);
    let answer = server.anonymous().post("/auth/login", body).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-weighbridge="), "{cookie}");
    for guard in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
        assert!(cookie.contains(guard), "{cookie}");
    }
}

/// Wrong current passwords used to count as any other call: 600 a minute.
#[tokio::test]
async fn a_stolen_session_tries_passwords_no_faster_than_a_stranger() {
    let server = TestServer::start().await;
    let here = server.sign_up_admin().await;
    let wrong = json!({"current": "not it at all, sorry", "new": "another good long password"});
    for _ in 0..5 {
        let refused = here.put("/auth/password", wrong.clone()).await;
        refused.problem(422, "validation_failed");
    }
    let refused = here.put("/auth/password", wrong).await;
    refused.problem(429, "rate_limited");
}

#[tokio::test]
async fn many_addresses_do_not_help_to_guess_the_present_password() {
    let server = TestServer::with(|config| {
        config.limits.authentication = Rate::parse("1000 / minute").unwrap();
    })
    .await;
    let here = server.sign_up_admin().await;
    let change = |current| json!({"current": current, "new": "another good long password"});
    for _ in 0..5 {
        let refused = here
            .put("/auth/password", change("not it at all, sorry"))
            .await;
        refused.problem(422, "validation_failed");
    }
    // Now the right one is not looked at either, and whoever waits as told is let through.
    let refused = here.put("/auth/password", change(PASSWORD)).await;
    assert_eq!(refused.header("retry-after"), "30");
    refused.problem(429, "rate_limited");
    server.clock.advance(Duration::from_secs(30));
    here.put("/auth/password", change(PASSWORD))
        .await
        .expect(204);
    let body = credentials("admin@example.org", "another good long password");
    server
        .anonymous()
        .post("/auth/login", body)
        .await
        .expect(200);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let server = TestServer::start().await;
    let here = server.sign_up_admin().await;
    let elsewhere = server.sign_in("admin@example.org").await;
    let wrong = json!({"current": "not it at all, sorry", "new": "another good long password"});
    let refused = here.put("/auth/password", wrong).await;
    assert_eq!(
        refused.problem(422, "validation_failed")["fields"][0]["path"],
        "current"
    );
    let weak = json!({"current": PASSWORD, "new": "passwordpassword"});
    here.put("/auth/password", weak)
        .await
        .problem(422, "validation_failed");
    let good = json!({"current": PASSWORD, "new": "another good long password"});
    here.put("/auth/password", good).await.expect(204);
    here.get("/auth/session").await.expect(200);
    elsewhere
        .get("/auth/session")
        .await
        .problem(401, "not_signed_in");
}

#[tokio::test]
async fn new_roles_and_disabling_end_sessions_at_once() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    for change in [json!({"roles": ["analyst"]}), json!({"disabled": true})] {
        let email = format!(
            "user{}@example.org",
            change.as_object().unwrap().keys().next().unwrap()
        );
        let user = server.sign_up(&email, &["member"]).await;
        let session = user.get("/auth/session").await.expect(200);
        let id = session["user"]["id"].as_str().unwrap();
        admin
            .patch(&format!("/users/{id}"), change)
            .await
            .expect(200);
        user.get("/auth/session")
            .await
            .problem(401, "not_signed_in");
    }
}

#[tokio::test]
async fn an_address_belongs_to_one_user_whatever_its_case() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let body = json!({
        "email": "Admin@Example.org", "name": "x", "roles": ["member"], "password": PASSWORD,
    });
    admin.post("/users", body).await.problem(409, "conflict");
}

#[tokio::test]
async fn somebody_always_remains_who_manages_users() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let session = admin.get("/auth/session").await.expect(200);
    let path = format!("/users/{}", session["user"]["id"].as_str().unwrap());
    for change in [json!({"disabled": true}), json!({"roles": ["member"]})] {
        admin.patch(&path, change).await.problem(409, "conflict");
    }
    server.sign_up("second@example.org", &["admin"]).await;
    admin
        .patch(&path, json!({"roles": ["member"]}))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_user_is_shown_without_anything_secret() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let list = admin.get("/users").await;
    let user = &list.expect(200)["items"][0];
    assert_eq!(user["last_sign_in_at"], format!("{NOON:.3}"));
    assert!(!list.text().contains("argon2"));
}

#[tokio::test]
async fn failures_of_strangers_are_forgotten_after_a_month_and_those_of_users_are_not() {
    let server = TestServer::start().await;
    server.sign_up("ada@example.org", &["member"]).await;
    for email in ["ada@example.org", "nobody@example.org"] {
        let wrong = credentials(email, "a guess, and a wrong one");
        let answer = server.anonymous().post("/auth/login", wrong).await;
        answer.problem(401, "sign_in_failed");
    }
    let forget = async || server.app.auth.sign_in.forget_strangers().await.unwrap();
    server.advance(29 * 86_400);
    assert_eq!(forget().await, 0);
    server.advance(2 * 86_400);
    assert_eq!(forget().await, 1);
    assert_eq!(forget().await, 0);
}
