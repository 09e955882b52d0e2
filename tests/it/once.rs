//! Requests that are sent again and must be carried out once.

use serde_json::json;
use weighbridge::base::{Receipt, RequestId};
use weighbridge::receipts::Claim;

use crate::support::{NOON, PASSWORD, TestServer};

fn dataset(name: &str) -> serde_json::Value {
    json!({
        "name": name, "key_field": "code",
        "fields": [{"name": "code", "type": "text", "required": true, "indexed": false}],
    })
}

#[tokio::test]
async fn a_request_that_is_sent_again_is_answered_the_same() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let keyed = owner.clone().with("idempotency-key", "k1");
    let first = keyed.post("/datasets", dataset("Airports")).await;
    let made = first.expect(201);
    assert_eq!(first.header("idempotent-replayed"), "");
    server.advance(60);
    let again = keyed.post("/datasets", dataset("Airports")).await;
    assert_eq!(again.expect(201), made);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.header("content-type"), first.header("content-type"));
    assert_eq!(again.header("cache-control"), first.header("cache-control"));
    assert_eq!(server.count_in_book("dataset_create"), 1);
    let other = keyed.post("/datasets", dataset("Other")).await;
    other.problem(422, "idempotency_key_reused");
    server.advance(24 * 60 * 60);
    server.app.receipts.sweep().await.unwrap();
    let owner = server.sign_in("ada@example.org").await;
    let keyed = owner.with("idempotency-key", "k1");
    keyed.post("/datasets", dataset("Other")).await.expect(201);
}

#[tokio::test]
async fn a_key_is_its_users_and_its_routes() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await.with("idempotency-key", "k");
    let other = server.sign_up("ada@example.org", &["member"]).await;
    let other = other.with("idempotency-key", "k");
    let user = json!({
        "email": "bob@example.org", "name": "Bob", "roles": ["member"], "password": PASSWORD,
    });
    let one = admin
        .post("/datasets", dataset("Airports"))
        .await
        .expect(201);
    let two = other
        .post("/datasets", dataset("Airports"))
        .await
        .expect(201);
    assert_ne!(one["id"], two["id"]);
    admin.post("/users", user.clone()).await.expect(201);
    let again = admin.post("/users", user).await;
    again.expect(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert!(!again.text().contains("argon2"));
}

#[tokio::test]
async fn somebody_who_may_do_less_gets_no_answer_of_before() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let owner = server.sign_up("ada@example.org", &["member", "auditor"]);
    let owner = owner.await;
    let keyed = owner.clone().with("idempotency-key", "k");
    keyed
        .post("/datasets", dataset("Airports"))
        .await
        .expect(201);
    let me = owner.get("/auth/session").await.expect(200);
    let path = format!("/users/{}", me["user"]["id"].as_str().unwrap());
    for (role, status, code) in [
        ("member", 422, "idempotency_key_reused"),
        ("analyst", 403, "forbidden"),
    ] {
        let change = json!({"roles": [role]});
        admin.patch(&path, change).await.expect(200);
        let less = server.sign_in("ada@example.org").await;
        let less = less.with("idempotency-key", "k");
        let answer = less.post("/datasets", dataset("Airports")).await;
        answer.problem(status, code);
    }
}

#[tokio::test]
async fn a_request_that_was_refused_is_tried_anew() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    owner
        .post("/datasets", dataset("Airports"))
        .await
        .expect(201);
    let keyed = owner.clone().with("idempotency-key", "k");
    let refused = keyed.post("/datasets", dataset("Airports")).await;
    refused.problem(409, "conflict");
    let list = owner.get("/datasets").await.expect(200);
    let path = format!("/datasets/{}", list["items"][0]["id"].as_str().unwrap());
    owner.delete(&path).await.expect(204);
    keyed
        .post("/datasets", dataset("Airports"))
        .await
        .expect(201);
}

#[tokio::test]
async fn fifty_at_once_make_one_thing() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let keyed = owner.clone().with("idempotency-key", "k");
    let attempts = (0..50).map(|_| keyed.post("/datasets", dataset("Airports")));
    let answers = futures_util::future::join_all(attempts).await;
    let mut made = 0;
    for answer in answers {
        match answer.status.as_u16() {
            201 => made += usize::from(answer.header("idempotent-replayed").is_empty()),
            _ => drop(answer.problem(409, "idempotency_in_progress")),
        }
    }
    assert_eq!(made, 1);
    let list = owner.get("/datasets").await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert_eq!(server.count_in_book("dataset_create"), 1);
    let again = keyed.post("/datasets", dataset("Airports")).await;
    assert_eq!(again.expect(201)["id"], list["items"][0]["id"]);
}

#[tokio::test]
async fn a_key_is_refused_where_it_would_not_help() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let keyed = owner.clone().with("idempotency-key", "k");
    let token = json!({
        "name": "x", "scopes": ["dataset:read"], "expires_at": "2027-03-01T00:00:00Z",
    });
    let refused = keyed.post("/tokens", token).await;
    let problem = refused.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "Idempotency-Key");
    for key in ["", &"x".repeat(256), "\u{e9}"] {
        let keyed = owner.clone().with("idempotency-key", key);
        let refused = keyed.post("/datasets", dataset("Airports")).await;
        refused.problem(422, "validation_failed");
    }
    let longest = owner.with("idempotency-key", &"x".repeat(255));
    longest
        .post("/datasets", dataset("Airports"))
        .await
        .expect(201);
}

/// What a kill leaves between the change with its receipt and the answer.
#[tokio::test]
async fn a_change_whose_answer_was_lost_is_not_made_again() {
    let server = TestServer::start().await;
    let receipt = |content| Receipt {
        key: [1; 32],
        request: RequestId::new(&server.clock),
        content: [content; 32],
        at: NOON,
    };
    let Ok(Claim::Mine(ticket)) = server.app.receipts.claim(receipt(2)) else {
        panic!("a new request is not new")
    };
    let act = |receipt| weighbridge::base::Act {
        members: "\"time\":1".into(),
        receipt: Some(receipt),
        ..Default::default()
    };
    let first = weighbridge::store::Batch::new(act(ticket.receipt()));
    server.app.store.commit(first).await.unwrap();
    // The request's own second batch passes; another request's does not, whoever holds the ticket.
    let second = weighbridge::store::Batch::new(act(ticket.receipt()));
    server.app.store.commit(second).await.unwrap();
    let other = weighbridge::store::Batch::new(act(receipt(2).into()));
    let refused = server.app.store.commit(other).await;
    assert!(matches!(
        refused,
        Err(weighbridge::store::Error::Conflict("receipt"))
    ));
    assert!(matches!(
        server.app.receipts.claim(receipt(2)),
        Ok(Claim::UnderWay)
    ));
    drop(ticket);
    assert!(matches!(
        server.app.receipts.claim(receipt(2)),
        Ok(Claim::Lost)
    ));
    assert!(matches!(
        server.app.receipts.claim(receipt(3)),
        Ok(Claim::Other)
    ));
}

/// A key on a change of a record was passed over, while the handbook said that it would be refused.
#[tokio::test]
async fn a_key_where_none_is_taken_is_refused_and_a_read_takes_no_notice() {
    let server = TestServer::start().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let made = owner
        .post("/datasets", dataset("Airports"))
        .await
        .expect(201);
    let path = format!("/datasets/{}", made["id"].as_str().unwrap());
    let record = format!("{path}/records/A");
    let keyed = owner.clone().with("idempotency-key", "k");
    for answer in [
        keyed.put(&record, json!({})).await,
        keyed.patch(&record, json!({})).await,
        keyed.delete(&record).await,
        keyed.patch(&path, json!({"name": "Other"})).await,
    ] {
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "Idempotency-Key", "{problem}");
    }
    keyed.get(&path).await.expect(200);
    owner.get(&record).await.problem(404, "not_found");
}
