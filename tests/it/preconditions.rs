//! Changes that are meant for one state of a thing and for no other.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// Somebody with a dataset that has one record.
async fn owner(server: &TestServer) -> (Client, String) {
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let fields = json!([
        {"name": "code", "type": "text", "required": true, "indexed": false},
        {"name": "city", "type": "text", "required": false, "indexed": false},
    ]);
    let body = json!({"name": "Airports", "key_field": "code", "fields": fields});
    let made = owner.post("/datasets", body).await.expect(201);
    let path = format!("/datasets/{}", made["id"].as_str().unwrap());
    owner
        .put(&format!("{path}/records/A"), json!({"city": "Aachen"}))
        .await
        .expect(200);
    (owner, path)
}

#[tokio::test]
async fn of_two_who_change_a_record_the_second_is_told() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let record = format!("{path}/records/A");
    let seen = owner.get(&record).await;
    let version = seen.expect(200)["version"].as_u64().unwrap();
    assert_eq!(seen.header("etag"), format!("\"{version}\""));
    let meant = owner.clone().with("if-match", seen.header("etag"));
    let first = meant.put(&record, json!({"city": "Bonn"})).await;
    first.expect(200);
    for late in [
        meant.put(&record, json!({"city": "Celle"})).await,
        meant.patch(&record, json!({"city": "Celle"})).await,
        meant.delete(&record).await,
    ] {
        late.problem(412, "precondition_failed");
    }
    let now = owner.get(&record).await;
    assert_eq!(now.expect(200)["fields"]["city"], "Bonn");
    assert_eq!(now.header("etag"), first.header("etag"));
    let meant = owner.clone().with("if-match", now.header("etag"));
    meant.delete(&record).await.expect(204);
    let gone = owner.clone().with("if-match", "*");
    let refused = gone.put(&record, json!({"city": "Essen"})).await;
    refused.problem(412, "precondition_failed");
}

#[tokio::test]
async fn a_record_can_be_created_without_overwriting_one() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let new = owner.clone().with("if-none-match", "*");
    let city = |name: &str| json!({"city": name});
    new.put(&format!("{path}/records/A"), city("Celle"))
        .await
        .problem(412, "precondition_failed");
    new.put(&format!("{path}/records/B"), city("Bonn"))
        .await
        .expect(200);
    let odd = owner.with("if-none-match", "\"1\"");
    odd.put(&format!("{path}/records/C"), city("Celle"))
        .await
        .problem(400, "bad_query");
}

#[tokio::test]
async fn a_record_that_the_caller_has_is_not_sent_again() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let record = format!("{path}/records/A");
    let tag = owner.get(&record).await.header("etag").to_owned();
    let knows = owner.clone().with("if-none-match", &tag);
    let same = knows.get(&record).await;
    assert_eq!(same.status, 304);
    assert_eq!(same.header("etag"), tag);
    assert!(same.body.is_empty());
    owner
        .put(&record, json!({"city": "Bonn"}))
        .await
        .expect(200);
    assert_eq!(
        knows.get(&record).await.expect(200)["fields"]["city"],
        "Bonn"
    );
}

#[tokio::test]
async fn of_many_who_change_the_same_state_at_once_one_succeeds() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let record = format!("{path}/records/A");
    let tag = owner.get(&record).await.header("etag").to_owned();
    let attempts = (0..20).map(|number| {
        let meant = owner.clone().with("if-match", &tag);
        let record = record.clone();
        async move {
            let body = json!({"city": format!("City {number}")});
            meant.put(&record, body).await.status.as_u16()
        }
    });
    let statuses = futures_util::future::join_all(attempts).await;
    let done = statuses.iter().filter(|status| **status == 200).count();
    let told = statuses.iter().filter(|status| **status == 412).count();
    assert_eq!((done, told), (1, 19), "{statuses:?}");
}

#[tokio::test]
async fn datasets_connections_and_users_are_changed_only_as_they_were_seen() {
    let server = TestServer::start().await;
    let admin = server.sign_up_admin().await;
    let (owner, dataset) = owner(&server).await;
    let connection = json!({
        "provider": "airtable", "name": "Mine", "endpoint": "vendor",
        "token": "patNobodys0000000.0123456789abcdef",
    });
    let made = owner.post("/connections", connection).await.expect(201);
    let connection = format!("/connections/{}", made["id"].as_str().unwrap());
    let me = owner.get("/auth/session").await.expect(200);
    let user = format!("/users/{}", me["user"]["id"].as_str().unwrap());
    for (client, path, deletable) in [
        (&owner, dataset, true),
        (&owner, connection, true),
        (&admin, user, false),
    ] {
        let seen = client.get(&path).await;
        let version = seen.expect(200)["version"].as_u64().unwrap();
        assert_eq!(seen.header("etag"), format!("\"{version}\""), "{path}");
        let meant = client.clone().with("if-match", seen.header("etag"));
        let renamed = meant.patch(&path, json!({"name": "Other"})).await;
        renamed.expect(200);
        assert_ne!(renamed.header("etag"), seen.header("etag"), "{path}");
        let late = meant.patch(&path, json!({"name": "Third"})).await;
        late.problem(412, "precondition_failed");
        if deletable {
            let late = meant.delete(&path).await;
            late.problem(412, "precondition_failed");
            let meant = client.clone().with("if-match", renamed.header("etag"));
            meant.delete(&path).await.expect(204);
        }
    }
    let users = admin.get("/users").await.expect(200);
    let named = |name: &str| {
        let users = users["items"].as_array().unwrap().iter();
        users.filter(|user| user["name"] == name).count()
    };
    assert_eq!((named("Other"), named("Third")), (1, 0));
}

#[tokio::test]
async fn a_condition_is_described_with_its_refusal() {
    let server = TestServer::start().await;
    let document = server.anonymous().get("/openapi.json").await.expect(200);
    let put = &document["paths"]["/datasets/{id}/records/{key}"]["put"];
    let asks = |name: &str| {
        let parameters = put["parameters"].as_array().unwrap();
        parameters
            .iter()
            .any(|one| one["name"] == name && one["in"] == "header")
    };
    assert!(asks("If-Match") && asks("If-None-Match"));
    assert!(put["responses"]["412"].is_object());
    assert!(put["responses"]["200"]["headers"]["ETag"].is_object());
    assert_eq!(
        document["paths"]["/datasets"]["post"]["responses"]["412"],
        Value::Null
    );
}
