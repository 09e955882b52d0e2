//! Datasets that their owners share: who sees what, from when on, and until when.

use futures_util::StreamExt as _;
use poem::Body;
use poem::http::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::datasets::{airports, fill};
use crate::support::{Answer, Client, TestServer};

/// The address of one whose client this is.
async fn user_id(client: &Client) -> String {
    let session = client.get("/auth/session").await.expect(200);
    session["user"]["id"].as_str().unwrap().to_owned()
}

async fn share(owner: &Client, dataset: &str, email: &str, level: &str) -> Answer {
    let body = json!({"email": email, "level": level});
    owner.post(&format!("{dataset}/shares"), body).await
}

fn airport(key: &str) -> Value {
    json!({"iata": key, "name": "Field", "state": "CA"})
}

/// A server with an owner, a colleague and the owner's dataset of one record.
async fn pair() -> (TestServer, Client, Client, String) {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, std::iter::once(airport("A1"))).await;
    (server, owner, other, dataset)
}

#[tokio::test]
async fn a_shared_dataset_is_listed_with_its_owner_and_how_far_it_goes() {
    let (server, owner, other, dataset) = pair().await;
    server.advance(1);
    let own = airports(&other).await;
    share(&owner, &dataset, "Other@Example.org", "view")
        .await
        .expect(201);
    let list = other.get("/datasets").await.expect(200);
    let seen: Vec<_> = list["items"].as_array().unwrap().iter().collect();
    assert_eq!(seen.len(), 2, "{list}");
    assert!(dataset.ends_with(seen[0]["id"].as_str().unwrap()), "{list}");
    assert_eq!(seen[0]["access"], "view");
    assert_eq!(seen[0]["shared_by"], "owner@example.org");
    assert!(own.ends_with(seen[1]["id"].as_str().unwrap()), "{list}");
    assert_eq!(seen[1]["access"], "owner");
    assert!(seen[1].get("shared_by").is_none());
    let counts = &other.get("/system").await.expect(200)["counts"];
    assert_eq!(
        (&counts["datasets"], &counts["records"]),
        (&json!(2), &json!(1))
    );
    let record = other.get(&format!("{dataset}/records/A1")).await;
    assert_eq!(record.expect(200)["fields"]["name"], "Field");
}

#[tokio::test]
async fn ones_own_and_shared_datasets_come_in_one_order_page_by_page() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let mut made = Vec::new();
    for number in 0..9 {
        let client = if number % 3 == 0 { &other } else { &owner };
        let name = format!("No. {number}");
        let body =
            json!({"name": name, "key_field": "a", "fields": [{"name": "a", "type": "text"}]});
        let id = client.post("/datasets", body).await.expect(201)["id"].clone();
        let path = format!("/datasets/{}", id.as_str().unwrap());
        if number % 3 == 1 {
            share(&owner, &path, "other@example.org", "use")
                .await
                .expect(201);
        }
        if number % 3 != 2 {
            made.push(id);
        }
        server.advance(1);
    }
    for limit in 1..=7 {
        let mut listed = Vec::new();
        let mut after = String::new();
        loop {
            let path = format!("/datasets?limit={limit}{after}");
            let page = other.get(&path).await.expect(200);
            let items = page["items"].as_array().unwrap();
            listed.extend(items.iter().map(|one| one["id"].clone()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        assert_eq!(listed, made, "by {limit}");
    }
}

#[tokio::test]
async fn only_somebody_who_can_use_it_is_shared_with_and_only_once() {
    let (server, owner, other, dataset) = pair().await;
    server.sign_up("book@example.org", &["auditor"]).await;
    server.sign_up("gone@example.org", &["member"]).await;
    let admin = server.sign_up("admin@example.org", &["admin"]).await;
    let users = admin.get("/users?limit=500").await.expect(200);
    let gone = users["items"].as_array().unwrap().iter();
    let mut gone = gone.filter(|user| user["email"] == "gone@example.org");
    let path = format!("/users/{}", gone.next().unwrap()["id"].as_str().unwrap());
    let disabled = admin.patch(&path, json!({"disabled": true})).await;
    disabled.expect(200);
    for email in [
        "nobody@example.org",
        "gone@example.org",
        "book@example.org",
        "owner@example.org",
        "no address",
        "",
    ] {
        let refused = share(&owner, &dataset, email, "view").await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "email", "{email}");
    }
    let refused = share(&owner, &dataset, "other@example.org", "own").await;
    refused.problem(422, "validation_failed");
    share(&owner, &dataset, "other@example.org", "edit")
        .await
        .expect(201);
    let again = share(&owner, &dataset, "other@example.org", "view").await;
    again.problem(409, "conflict");
    // Whoever has it shares it with nobody.
    let passed_on = share(&other, &dataset, "admin@example.org", "view").await;
    passed_on.problem(403, "forbidden");
}

#[tokio::test]
async fn whoever_runs_the_appliance_sees_no_records_even_when_they_are_shared() {
    let (server, owner, other, dataset) = pair().await;
    share(&owner, &dataset, "other@example.org", "edit")
        .await
        .expect(201);
    let admin = server.sign_up("admin@example.org", &["admin"]).await;
    let path = format!("/users/{}", user_id(&other).await);
    admin
        .patch(&path, json!({"roles": ["admin"]}))
        .await
        .expect(200);
    let other = server.sign_in("other@example.org").await;
    let records = format!("{dataset}/records");
    other.get(&records).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_share_that_is_withdrawn_or_reduced_holds_with_the_next_request() {
    let (_server, owner, other, dataset) = pair().await;
    let made = share(&owner, &dataset, "other@example.org", "edit").await;
    let path = format!(
        "{dataset}/shares/{}",
        made.expect(201)["user_id"].as_str().unwrap()
    );
    let record = format!("{dataset}/records/B1");
    other.put(&record, airport("B1")).await.expect(200);
    owner
        .patch(&path, json!({"level": "view"}))
        .await
        .expect(200);
    let refused = other.put(&record, airport("B1")).await;
    refused.problem(403, "forbidden");
    other.delete(&record).await.problem(403, "forbidden");
    other.get(&record).await.expect(200);
    owner.delete(&path).await.expect(204);
    other.get(&record).await.problem(404, "not_found");
    other
        .put(&record, airport("B1"))
        .await
        .problem(404, "not_found");
    let list = other.get("/datasets").await.expect(200);
    assert_eq!(list["items"], json!([]));
    owner.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_share_changes_only_in_the_state_that_is_asked_for() {
    let (_server, owner, other, dataset) = pair().await;
    let made = share(&owner, &dataset, "other@example.org", "view")
        .await
        .expect(201);
    let path = format!("{dataset}/shares/{}", user_id(&other).await);
    let tag = |version: &Value| format!("\"{version}\"");
    let stale = owner.clone().with("if-match", &tag(&made["version"]));
    let changed = stale.patch(&path, json!({"level": "use"})).await;
    let version = changed.expect(200)["version"].clone();
    assert_eq!(changed.header("etag"), tag(&version));
    let refused = stale.patch(&path, json!({"level": "edit"})).await;
    refused.problem(412, "precondition_failed");
    stale
        .delete(&path)
        .await
        .problem(412, "precondition_failed");
    let list = owner.get(&format!("{dataset}/shares")).await.expect(200);
    assert_eq!(list["items"][0]["level"], "use", "{list}");
    assert_eq!(list["items"][0]["syncs"], 0);
    let fresh = owner.clone().with("if-match", &tag(&version));
    fresh.delete(&path).await.expect(204);
}

#[tokio::test]
async fn whoever_has_it_can_give_it_up_and_its_owner_cannot() {
    let (server, owner, _, dataset) = pair().await;
    let analyst = server.sign_up("ana@example.org", &["analyst"]).await;
    share(&owner, &dataset, "ana@example.org", "edit")
        .await
        .expect(201);
    analyst.get(&dataset).await.expect(200);
    // A level gives no permission that the role does not.
    let record = format!("{dataset}/records/A1");
    analyst.delete(&record).await.problem(403, "forbidden");
    let access = format!("{dataset}/access");
    owner.delete(&access).await.problem(404, "not_found");
    analyst.delete(&access).await.expect(204);
    analyst.get(&dataset).await.problem(404, "not_found");
    let ended = server.book().into_iter();
    let mut ended = ended.filter(|line| line["metadata"]["event_code"] == "WB-SHARE-003");
    assert_eq!(ended.next().unwrap()["unmapped"]["details"]["left"], true);
}

#[tokio::test]
async fn the_book_tells_whose_records_somebody_else_has_touched() {
    let (server, owner, other, dataset) = pair().await;
    share(&owner, &dataset, "other@example.org", "edit")
        .await
        .expect(201);
    let me = user_id(&owner).await;
    other.get(&format!("{dataset}/records")).await.expect(200);
    other
        .get(&format!("{dataset}/records/A1"))
        .await
        .expect(200);
    other.get(&format!("{dataset}/export?format=csv")).await;
    let record = format!("{dataset}/records/B1");
    other.put(&record, airport("B1")).await.expect(200);
    other.delete(&record).await.expect(204);
    fill(&other, &dataset, std::iter::once(airport("C1"))).await;
    let book = server.book();
    let theirs = book.iter().filter(|line| {
        line["actor"]["user"]["name"] == "other@example.org"
            && line["unmapped"]["details"]["dataset_owner"] == me.as_str()
    });
    let codes: Vec<_> = theirs
        .map(|line| line["metadata"]["labels"][0].clone())
        .collect();
    assert_eq!(
        codes,
        [
            "sensitive_read",
            "sensitive_read",
            "sensitive_export",
            "sensitive_create",
            "sensitive_delete",
            "upload_started",
            "upload_complete"
        ]
    );
}

#[tokio::test]
async fn deleting_a_dataset_tells_with_whom_it_is_shared_and_ends_the_shares() {
    let (server, owner, other, dataset) = pair().await;
    share(&owner, &dataset, "other@example.org", "use")
        .await
        .expect(201);
    let dependents = format!("{dataset}/dependents");
    let seen = owner.get(&dependents).await.expect(200);
    assert_eq!(seen["items"][0]["kind"], "dataset_share", "{seen}");
    assert_eq!(seen["items"][0]["name"], "other@example.org");
    assert_eq!(seen["items"][0]["id"], user_id(&other).await);
    let theirs = other.get(&dependents).await.expect(200);
    assert_eq!(theirs["items"], json!([]));
    owner.delete(&dataset).await.expect(204);
    other.get(&dataset).await.problem(404, "not_found");
    let list = other.get("/datasets").await.expect(200);
    assert_eq!(list["items"], json!([]));
    let deleted = server.book().into_iter();
    let mut deleted = deleted.filter(|line| line["metadata"]["event_code"] == "WB-DATA-003");
    assert_eq!(deleted.next().unwrap()["unmapped"]["counts"]["shares"], 1);
}

#[tokio::test]
async fn an_export_ends_when_the_share_does() {
    let (server, owner, other, dataset) = pair().await;
    let rows = (0..8_000).map(|number| airport(&format!("K{number:05}")));
    fill(&owner, &dataset, rows).await;
    share(&owner, &dataset, "other@example.org", "view")
        .await
        .expect(201);
    let path = format!("/api/v1{dataset}/export?format=ndjson");
    let mut body = other
        .open(Method::GET, &path)
        .await
        .into_body()
        .into_bytes_stream();
    let first = body.next().await.unwrap().unwrap();
    assert!(!first.is_empty());
    let share = format!("{dataset}/shares/{}", user_id(&other).await);
    owner.delete(&share).await.expect(204);
    let mut came = first.to_vec();
    let mut broke_off = false;
    while let Some(piece) = body.next().await {
        match piece {
            Ok(piece) => came.extend_from_slice(&piece),
            Err(_) => broke_off = true,
        }
    }
    let rows = String::from_utf8(came).unwrap().lines().count();
    assert!(broke_off, "{rows} rows came");
    assert!(rows < 4_000, "{rows} rows came");
    drop(server);
}

#[tokio::test]
async fn an_import_ends_when_the_share_does() {
    let (server, owner, other, dataset) = pair().await;
    server.advance(1); // the newest import is this one
    share(&owner, &dataset, "other@example.org", "edit")
        .await
        .expect(201);
    let user = user_id(&other).await;
    let (sending, sent) = tokio::sync::mpsc::channel::<std::io::Result<bytes::Bytes>>(1);
    let path = format!("/api/v1{dataset}/imports?format=ndjson");
    let body = Body::from_bytes_stream(tokio_stream::wrappers::ReceiverStream::new(sent));
    let client = other.clone();
    let mut imports = JoinSet::new();
    imports.spawn(async move {
        client
            .fetch(Method::POST, &path, "application/x-ndjson", body)
            .await
    });
    // Pieces of a mebibyte are committed as they come.
    let rows = |from: usize| {
        let rows = (from..from + 20_000).map(|number| airport(&format!("K{number:06}")));
        rows.map(|row| format!("{row}\n")).collect::<String>()
    };
    sending.send(Ok(rows(0).into())).await.unwrap();
    sending.send(Ok(rows(20_000).into())).await.unwrap();
    owner
        .delete(&format!("{dataset}/shares/{user}"))
        .await
        .expect(204);
    let by_then = owner.get(&dataset).await.expect(200)["records"]
        .as_u64()
        .unwrap();
    drop(sending.send(Ok(rows(40_000).into())).await);
    drop(sending);
    let import = imports.join_next().await.unwrap();
    import.unwrap().problem(404, "not_found");
    let after = owner.get(&dataset).await.expect(200)["records"]
        .as_u64()
        .unwrap();
    assert_eq!(after, by_then, "records came in after the share had ended");
    let imports = owner.get(&format!("{dataset}/imports")).await.expect(200);
    assert_eq!(imports["items"][0]["state"], "failed", "{imports}");
    let failure = imports["items"][0]["failure"].as_str().unwrap();
    assert!(
        failure.contains("not shared with you any more"),
        "{failure}"
    );
}

#[tokio::test]
async fn no_write_goes_in_after_the_share_has_ended() {
    for _ in 0..10 {
        let (server, owner, other, dataset) = pair().await;
        share(&owner, &dataset, "other@example.org", "edit")
            .await
            .expect(201);
        let path = format!("{dataset}/shares/{}", user_id(&other).await);
        let mut writers = JoinSet::new();
        for number in 0..8 {
            let (other, dataset) = (other.clone(), dataset.clone());
            writers.spawn(async move {
                for turn in 0..20 {
                    let key = format!("W{number}{turn}");
                    let record = format!("{dataset}/records/{key}");
                    let answer = other.put(&record, airport(&key)).await;
                    let status = answer.status.as_u16();
                    assert!([200, 404].contains(&status), "{}", answer.text());
                }
            });
        }
        tokio::task::yield_now().await;
        owner.delete(&path).await.expect(204);
        writers.join_all().await;
        let book = server.book();
        let words = book
            .iter()
            .map(|line| line["metadata"]["labels"][0].clone());
        let words: Vec<_> = words.collect();
        let end = words.iter().position(|word| word == "dataset_share_end");
        let late = words[end.unwrap()..]
            .iter()
            .filter(|word| *word == "sensitive_create");
        assert_eq!(late.count(), 0);
    }
}
