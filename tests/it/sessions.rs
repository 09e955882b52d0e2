//! People who look at their sessions and end those they do not want any more.

use serde_json::Value;

use crate::support::{NOON, TestServer};

#[tokio::test]
async fn a_user_sees_when_where_and_with_what_they_signed_in() {
    let server = TestServer::start().await;
    server.sign_up("bob@example.org", &["member"]).await;
    let first = server.sign_up("ada@example.org", &["member"]).await;
    server.advance(120);
    let body = serde_json::json!({
        "email": "ada@example.org", "password": crate::support::PASSWORD,
    });
    let phone = server.anonymous().from([198, 51, 100, 7].into());
    let phone = phone.with("user-agent", "Phone/1.0");
    let answer = phone.post("/auth/login", body).await;
    let phone = phone.signed_in(&answer);
    first.get("/datasets").await.expect(200);
    let list = phone.get("/auth/sessions").await.expect(200);
    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 2, "{list}");
    assert_eq!(items[0]["current"], false);
    assert_eq!(items[0]["created_at"], format!("{NOON:.3}"));
    assert_eq!(items[0]["last_seen_at"], items[1]["created_at"]);
    assert_eq!(items[0].get("user_agent"), None);
    assert_eq!(items[1]["current"], true);
    assert_eq!(items[1]["ip"], "198.51.100.7");
    assert_eq!(items[1]["user_agent"], "Phone/1.0");
    assert_eq!(server.count_in_book("authn_credentials_read"), 1);
}

#[tokio::test]
async fn one_session_or_all_others_can_be_ended() {
    let server = TestServer::start().await;
    let here = server.sign_up("ada@example.org", &["member"]).await;
    server.advance(1);
    let second = server.sign_in("ada@example.org").await;
    server.advance(1);
    let third = server.sign_in("ada@example.org").await;
    let list = here.get("/auth/sessions").await.expect(200);
    let path = |place: usize| {
        let id = list["items"][place]["id"].as_str().unwrap();
        format!("/auth/sessions/{id}")
    };
    here.delete(&path(1)).await.expect(204);
    second
        .get("/auth/session")
        .await
        .problem(401, "not_signed_in");
    here.delete(&path(1)).await.problem(404, "not_found");
    here.delete("/auth/sessions").await.expect(204);
    third
        .get("/auth/session")
        .await
        .problem(401, "not_signed_in");
    here.get("/auth/session").await.expect(200);
    here.delete("/auth/sessions").await.expect(204);
    assert_eq!(server.count_in_book("session_revoked"), 2);
    here.delete(&path(0)).await.expect(204);
    here.get("/auth/session")
        .await
        .problem(401, "not_signed_in");
}

#[tokio::test]
async fn somebody_elses_session_answers_like_one_that_does_not_exist() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let other = server.sign_up("bob@example.org", &["admin"]).await;
    let list = owner.get("/auth/sessions").await.expect(200);
    let foreign = format!(
        "/auth/sessions/{}",
        list["items"][0]["id"].as_str().unwrap()
    );
    let unknown = "/auth/sessions/0199a3c4-7b10-7000-8000-0123456789ab";
    let mut answers = Vec::new();
    for path in [foreign.as_str(), unknown] {
        let mut problem = other.delete(path).await.problem(404, "not_found");
        problem["instance"] = Value::Null;
        answers.push(problem);
    }
    assert_eq!(answers[0], answers[1]);
    owner.get("/auth/session").await.expect(200);
}

#[tokio::test]
async fn sessions_that_have_ended_are_not_listed() {
    let server = TestServer::start().await;
    server.sign_up("ada@example.org", &["member"]).await;
    server.advance(60 * 60);
    let now = server.sign_in("ada@example.org").await;
    let list = now.get("/auth/sessions").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_administrator_ends_all_sessions_of_a_user() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let user = server.sign_up("ada@example.org", &["member"]).await;
    let session = user.get("/auth/session").await.expect(200);
    let path = format!(
        "/users/{}/sessions",
        session["user"]["id"].as_str().unwrap()
    );
    user.delete(&path).await.problem(403, "forbidden");
    admin.delete(&path).await.expect(204);
    user.get("/auth/session")
        .await
        .problem(401, "not_signed_in");
    server
        .sign_in("ada@example.org")
        .await
        .get("/auth/session")
        .await
        .expect(200);
    let nobody = "/users/0199a3c4-7b10-7000-8000-0123456789ab/sessions";
    admin.delete(nobody).await.problem(404, "not_found");
}
