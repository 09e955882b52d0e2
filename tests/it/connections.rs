//! Accounts at providers, as the API shows them, against the sandbox.

use serde_json::{Value, json};
use weighbridge::base::Clock;
use weighbridge::sandbox::{Limits, Settings};

use crate::sandbox::{Running, running};
use crate::support::{Client, TestServer};

const TOKEN: &str = "patCANARYcanary1.0123456789abcdef";
const BASE: &str = "appSandboxDemo001";

/// An appliance whose sandbox runs, and a member of it.
async fn appliance() -> (TestServer, Running, Client) {
    let mut settings = Settings::default();
    settings.knobs.limits = Limits::off();
    let sandbox = running(settings, Clock::system());
    let url = sandbox.url.parse().unwrap();
    let server = TestServer::with(|config| {
        config.sandbox.url = Some(url);
        // The clock stands, and nobody is to wait for it.
        config.airtable.requests_per_second = 0;
    })
    .await;
    let member = server.sign_up("member@example.org", &["member"]).await;
    (server, sandbox, member)
}

fn new(name: &str, token: &str) -> Value {
    json!({"provider": "airtable", "name": name, "token": token, "endpoint": "sandbox"})
}

async fn connect(member: &Client) -> String {
    let made = member.post("/connections", new("Sandbox", TOKEN)).await;
    let connection = made.expect(201);
    format!("/connections/{}", connection["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_connection_is_made_tested_and_browsed() {
    let (_server, _sandbox, member) = appliance().await;
    let path = connect(&member).await;
    let untested = member.get(&path).await.expect(200);
    assert_eq!(untested["status"], "untested");
    assert_eq!(untested["token_hint"], "pat…cdef");
    let test = member
        .post(&format!("{path}/test"), json!({}))
        .await
        .expect(200);
    assert_eq!(test["ok"], true, "{test}");
    let tested = member.get(&path).await.expect(200);
    assert_eq!(tested["status"], "active");
    assert_eq!(tested["account"]["id"], test["account"]["id"]);
    let bases = member.get(&format!("{path}/bases")).await.expect(200);
    assert_eq!(bases["items"][0]["id"], BASE);
    let tables = member
        .get(&format!("{path}/bases/{BASE}/tables"))
        .await
        .expect(200);
    let airports = &tables["items"][0];
    assert_eq!(airports["name"], "Airports");
    assert_eq!(airports["fields"][0]["type"], "singleLineText");
    assert_eq!(airports["fields"][0]["writable"], true);
}

#[tokio::test]
async fn a_token_is_never_shown_again() {
    let (server, _sandbox, member) = appliance().await;
    let path = connect(&member).await;
    let mut seen = String::new();
    for page in [&path, "/connections"] {
        seen += &member.get(page).await.text();
    }
    seen += &member.post(&format!("{path}/test"), json!({})).await.text();
    seen += &format!("{:?}", server.book());
    let folder = &server.app.config.server.data;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() {
            seen += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
        }
    }
    assert!(!seen.contains("CANARY"));
}

#[tokio::test]
async fn another_owners_connection_answers_like_one_that_does_not_exist() {
    let (server, _sandbox, member) = appliance().await;
    let path = connect(&member).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let unknown = "/connections/0199a3c4-7b10-7000-8000-0123456789ab";
    for (suffix, method) in [
        ("", "GET"),
        ("/dependents", "GET"),
        ("/bases", "GET"),
        ("", "DELETE"),
    ] {
        let method: poem::http::Method = method.parse().unwrap();
        for place in [&path, unknown] {
            let answer = other
                .send(method.clone(), &format!("{place}{suffix}"), "", vec![])
                .await;
            let problem = answer.problem(404, "not_found");
            assert_eq!(problem["detail"], "There is no such connection.");
        }
    }
    let list = other.get("/connections").await.expect(200);
    assert_eq!(list["items"], json!([]));
    member.get(&path).await.expect(200);
}

#[tokio::test]
async fn a_refused_token_asks_for_another_and_another_helps() {
    let (_server, sandbox, member) = appliance().await;
    let path = connect(&member).await;
    sandbox.fault(json!({"fault": "unauthorized"})).await;
    let test = member
        .post(&format!("{path}/test"), json!({}))
        .await
        .expect(200);
    assert_eq!(test["ok"], false, "{test}");
    let failed = member.get(&path).await.expect(200);
    assert_eq!(failed["status"], "reconnect");
    assert!(failed["last_problem"].is_string());
    let token = json!({"token": "patAnother1234567.zyxwvu"});
    let replaced = member
        .put(&format!("{path}/credential"), token)
        .await
        .expect(200);
    assert_eq!(replaced["status"], "untested");
    assert_eq!(replaced["token_hint"], "pat…xwvu");
    let test = member
        .post(&format!("{path}/test"), json!({}))
        .await
        .expect(200);
    assert_eq!(test["ok"], true, "{test}");
}

#[tokio::test]
async fn trouble_of_the_provider_is_told_and_kept() {
    let (_server, sandbox, member) = appliance().await;
    let path = connect(&member).await;
    sandbox.fault(json!({"fault": "unavailable"})).await;
    let problem = member
        .get(&format!("{path}/bases"))
        .await
        .problem(502, "provider_failed");
    assert_eq!(problem["provider"]["type"], "try_later");
    assert_eq!(member.get(&path).await.expect(200)["status"], "failing");
}

#[tokio::test]
async fn a_base_that_the_provider_does_not_have_is_no_failure_of_the_provider() {
    let (_server, _sandbox, member) = appliance().await;
    let path = connect(&member).await;
    let unknown = member
        .get(&format!("{path}/bases/appNobodyHasThis1/tables"))
        .await;
    unknown.problem(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_a_connection_is_refused() {
    let (_server, _sandbox, member) = appliance().await;
    for (body, path) in [
        (new("", TOKEN), "name"),
        (new("a\nb", TOKEN), "name"),
        (new("A", "keyOldFashioned1"), "token"),
        (new("A", "pat with spaces in it"), "token"),
    ] {
        let problem = member
            .post("/connections", body)
            .await
            .problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{problem}");
    }
    connect(&member).await;
    let again = member.post("/connections", new("SANDBOX", TOKEN)).await;
    again.problem(409, "conflict");
}

#[tokio::test]
async fn without_a_sandbox_no_connection_leads_to_one() {
    let server = TestServer::start().await;
    let member = server.sign_up("member@example.org", &["member"]).await;
    let refused = member.post("/connections", new("A", TOKEN)).await;
    let problem = refused.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "endpoint");
}

#[tokio::test]
async fn a_connection_is_renamed_and_deleted() {
    let (_server, _sandbox, member) = appliance().await;
    let path = connect(&member).await;
    let renamed = member
        .patch(&path, json!({"name": "Other"}))
        .await
        .expect(200);
    assert_eq!(renamed["name"], "Other");
    let dependents = member.get(&format!("{path}/dependents")).await.expect(200);
    assert_eq!(dependents["items"], json!([]));
    member.delete(&path).await.expect(204);
    member.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn every_act_on_a_connection_is_in_the_book() {
    let (server, _sandbox, member) = appliance().await;
    let path = connect(&member).await;
    member
        .post(&format!("{path}/test"), json!({}))
        .await
        .expect(200);
    member.get(&format!("{path}/bases")).await.expect(200);
    member
        .patch(&path, json!({"name": "Other"}))
        .await
        .expect(200);
    let token = json!({"token": "patAnother1234567.zyxwvu"});
    member
        .put(&format!("{path}/credential"), token)
        .await
        .expect(200);
    member.delete(&path).await.expect(204);
    for (word, times) in [
        ("connection_create", 1),
        ("credential_use", 2),
        ("connection_test", 1),
        ("remote_schema_read", 1),
        ("connection_update", 1),
        ("credential_replace", 1),
        ("connection_delete", 1),
    ] {
        assert_eq!(server.count_in_book(word), times, "{word}");
    }
}
