//! Datasets and their records, as their owner and everybody else sees them.

use poem::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// A new dataset of airports, with an index over the states; its path.
pub(crate) async fn airports(owner: &Client) -> String {
    let body = json!({"name": "Airports", "key_field": "iata", "fields": [
        {"name": "iata", "type": "text"},
        {"name": "name", "type": "text", "required": true},
        {"name": "state", "type": "text", "indexed": true},
        {"name": "latitude", "type": "number"},
        {"name": "opened", "type": "date", "indexed": true},
    ]});
    let dataset = owner.post("/datasets", body).await.expect(201);
    format!("/datasets/{}", dataset["id"].as_str().unwrap())
}

/// Imports lines of JSON and expects all of them to go in.
pub(crate) async fn fill(owner: &Client, dataset: &str, rows: impl Iterator<Item = Value>) {
    let file: String = rows.map(|row| format!("{row}\n")).collect();
    let path = format!("{dataset}/imports?format=ndjson");
    let import = owner
        .send(Method::POST, &path, "application/x-ndjson", file.into())
        .await
        .expect(200);
    assert_eq!(import["problems_total"], 0, "{import}");
}

fn airport(number: usize) -> Value {
    let state = ["CA", "MS", "TX"][number % 3];
    json!({
        "iata": format!("A{number:05}"),
        "name": format!("Field {number}"),
        "state": state,
        "latitude": 30.0 + f64::from(u32::try_from(number).unwrap()) / 100.0,
    })
}

async fn keys(client: &Client, path: &str) -> Vec<String> {
    let page = client.get(path).await.expect(200);
    let items = page["items"].as_array().unwrap().iter();
    items
        .map(|item| item["key"].as_str().unwrap().to_owned())
        .collect()
}

/// All keys of a query, page by page.
async fn all_keys(client: &Client, path: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = client.get(&format!("{path}{after}")).await.expect(200);
        let items = page["items"].as_array().unwrap().iter();
        found.extend(items.map(|item| item["key"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return found,
        }
    }
}

#[tokio::test]
async fn a_record_is_written_read_changed_and_deleted() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let path = format!("{dataset}/records/00M");
    let body = json!({"name": "Thigpen", "state": "MS", "latitude": "31.95"});
    let written = owner.put(&path, body).await.expect(200);
    assert_eq!(
        written["fields"],
        json!({"iata": "00M", "name": "Thigpen", "state": "MS", "latitude": 31.95})
    );
    server.advance(5);
    let changed = owner.patch(&path, json!({"state": null})).await.expect(200);
    assert_eq!(changed["fields"]["name"], "Thigpen");
    assert!(changed["fields"].get("state").is_none());
    assert_eq!(changed["created_at"], written["created_at"]);
    assert_ne!(changed["updated_at"], written["updated_at"]);
    assert_eq!(owner.get(&path).await.expect(200), changed);
    assert_eq!(owner.get(&dataset).await.expect(200)["records"], 1);
    owner.delete(&path).await.expect(204);
    owner.get(&path).await.problem(404, "not_found");
    owner.delete(&path).await.problem(404, "not_found");
    assert_eq!(owner.get(&dataset).await.expect(200)["records"], 0);
    for (word, count) in [
        ("sensitive_create", 1),
        ("sensitive_update", 1),
        ("sensitive_delete", 1),
    ] {
        assert_eq!(server.count_in_book(word), count, "{word}");
    }
}

#[tokio::test]
async fn the_same_content_again_is_no_change() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let path = format!("{}/records/00M", airports(&owner).await);
    let first = owner
        .put(&path, json!({"name": "Thigpen", "latitude": 1}))
        .await
        .expect(200);
    let again = json!({"latitude": 1.0, "state": "", "name": "Thigpen", "iata": "00M"});
    assert_eq!(owner.put(&path, again).await.expect(200), first);
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_record_is_told() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let path = format!("{}/records/00M", airports(&owner).await);
    let body = json!({"iata": "00R", "latitude": "north", "town": "x", "name": [1]});
    let problem = owner
        .put(&path, body)
        .await
        .problem(422, "validation_failed");
    let paths: Vec<_> = problem["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["path"])
        .collect();
    assert_eq!(paths, ["latitude", "name", "town", "iata"]);
    owner
        .put(&path, json!([1]))
        .await
        .problem(422, "validation_failed");
    owner
        .patch(&path, json!({}))
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn a_schema_that_contradicts_itself_is_refused_with_every_place() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let body = json!({"name": "A", "key_field": "a", "fields": [
        {"name": "a", "type": "text"}, {"name": "A", "type": "json", "indexed": true},
    ]});
    let problem = owner
        .post("/datasets", body)
        .await
        .problem(422, "validation_failed");
    assert_eq!(problem["fields"].as_array().unwrap().len(), 2, "{problem}");
    let body = json!({"name": "A", "key_field": "b", "fields": [{"name": "a", "type": "text"}]});
    owner
        .post("/datasets", body)
        .await
        .problem(422, "validation_failed");
    let body = json!({"name": "A", "key_field": "a", "fields": [{"name": "a", "type": "blob"}]});
    owner
        .post("/datasets", body)
        .await
        .problem(422, "validation_failed");
}

#[tokio::test]
async fn two_datasets_of_one_owner_never_share_a_name() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    airports(&owner).await;
    airports(&other).await;
    let body =
        json!({"name": " AIRPORTS ", "key_field": "a", "fields": [{"name": "a", "type": "text"}]});
    owner.post("/datasets", body).await.problem(409, "conflict");
}

#[tokio::test]
async fn another_owners_dataset_answers_like_none() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let other = server
        .sign_up("other@example.org", &["admin", "member"])
        .await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, (0..2).map(airport)).await;
    let import = owner.get(&format!("{dataset}/imports")).await.expect(200);
    let import = import["items"][0]["id"].as_str().unwrap().to_owned();
    let nobodys = "/datasets/0199a3c4-7b10-7000-8000-0123456789ab";
    for rest in [
        "",
        "/records",
        "/records/A00000",
        "/imports",
        "/dependents",
        "/export?format=csv",
        &format!("/imports/{import}"),
        &format!("/imports/{import}/problems"),
    ] {
        let foreign = other
            .get(&format!("{dataset}{rest}"))
            .await
            .problem(404, "not_found");
        let unknown = other
            .get(&format!("{nobodys}{rest}"))
            .await
            .problem(404, "not_found");
        assert_eq!(foreign["detail"], unknown["detail"], "{rest}");
    }
    other
        .put(&format!("{dataset}/records/A00000"), json!({"name": "x"}))
        .await
        .problem(404, "not_found");
    other
        .patch(&dataset, json!({"name": "x"}))
        .await
        .problem(404, "not_found");
    other.delete(&dataset).await.problem(404, "not_found");
    let path = format!("{dataset}/imports?format=csv");
    other
        .send(Method::POST, &path, "text/csv", b"iata\nx".to_vec())
        .await
        .problem(404, "not_found");
    assert_eq!(owner.get(&dataset).await.expect(200)["records"], 2);
    assert_eq!(other.get("/datasets").await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn analysts_read_and_do_not_write() {
    let server = TestServer::start().await;
    let analyst = server.sign_up("analyst@example.org", &["analyst"]).await;
    analyst.get("/datasets").await.expect(200);
    let body = json!({"name": "A", "key_field": "a", "fields": [{"name": "a", "type": "text"}]});
    analyst
        .post("/datasets", body)
        .await
        .problem(403, "forbidden");
    let auditor = server.sign_up("auditor@example.org", &["auditor"]).await;
    auditor.get("/datasets").await.problem(403, "forbidden");
}

#[tokio::test]
async fn records_are_found_by_every_comparison() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, (0..30).map(airport)).await;
    fill(
        &owner,
        &dataset,
        [json!({"iata": "Z", "name": "Nowhere"})].into_iter(),
    )
    .await;
    for (filter, count) in [
        ("state = CA", 10),
        ("state != CA", 21),
        ("state = \"\"", 1),
        ("state != \"\"", 30),
        ("state ^= C", 10),
        ("state > CA", 20),
        ("state <= MS", 20),
        ("latitude < 30.05", 5),
        ("latitude >= 30.25 and state = \"CA\"", 1),
        ("iata = A00007", 1),
        ("iata ^= A0000", 10),
        ("key ^= A0001 and state = TX", 3),
        ("key > A00028", 2),
        ("name ~ \"FIELD 1\"", 11),
        ("updated_at > 2020-01-01", 31),
        ("created_at < 2020-01-01", 0),
        ("opened > 2020-01-01", 0),
    ] {
        let query: String = filter.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("{dataset}/records?limit=100&filter={query}");
        assert_eq!(keys(&owner, &path).await.len(), count, "{filter}");
        let pages = all_keys(&owner, &format!("{dataset}/records?limit=3&filter={query}")).await;
        assert_eq!(pages.len(), count, "{filter} in pages");
    }
    assert_eq!(
        keys(&owner, &format!("{dataset}/records?q=nowh")).await,
        ["Z"]
    );
    assert_eq!(
        keys(&owner, &format!("{dataset}/records?q=a0001&limit=100"))
            .await
            .len(),
        10
    );
}

#[tokio::test]
async fn every_order_is_stable_over_pages_both_ways() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, (0..20).map(airport)).await;
    for sort in [
        "key",
        "iata",
        "state",
        "latitude",
        "updated_at",
        "created_at",
        "opened",
        "name",
    ] {
        for filter in ["", "&filter=state%20%3E%20CA"] {
            let ahead = format!("{dataset}/records?limit=3&sort={sort}{filter}");
            let back = format!("{dataset}/records?limit=3&sort=-{sort}{filter}");
            let (ahead, mut back) = (
                all_keys(&owner, &ahead).await,
                all_keys(&owner, &back).await,
            );
            back.reverse();
            assert_eq!(ahead, back, "{sort} {filter}");
            assert_eq!(
                ahead.len(),
                if filter.is_empty() { 20 } else { 13 },
                "{sort} {filter}"
            );
        }
    }
    let by_latitude = keys(&owner, &format!("{dataset}/records?limit=2&sort=-latitude")).await;
    assert_eq!(by_latitude, ["A00019", "A00018"]);
}

#[tokio::test]
async fn a_query_that_makes_no_sense_is_told_where() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    for (query, told) in [
        (
            "filter=town%20=%20x",
            "at character 1: \"town\" is none of iata, name, state, latitude, opened",
        ),
        (
            "filter=latitude%20%3E%20north",
            "at character 12: the value is not a number",
        ),
        ("filter=state", "at character 6: one of = !="),
        ("sort=town", "sort: \"town\" is not a field"),
        ("after=%C3%A9", "the cursor is not one"),
        ("limit=501", "limit"),
    ] {
        let problem = owner
            .get(&format!("{dataset}/records?{query}"))
            .await
            .problem(400, "bad_query");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(told), "{query}: {detail}");
    }
}

#[tokio::test]
async fn a_question_that_would_look_at_too_many_records_is_told_which_field_to_index() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    // One record more than are looked at.
    fill(&owner, &dataset, (0..=100_000).map(airport)).await;
    for query in [
        "filter=name%20%3D%20%22nobody%22",
        "q=nobody",
        "sort=name",
        "sort=-latitude&limit=1",
    ] {
        let answer = owner.get(&format!("{dataset}/records?{query}")).await;
        let problem = answer.problem(422, "scan_too_large");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains("more than 100000 records"), "{query}");
        assert!(detail.contains("index"), "{query}: {detail}");
    }
    for query in [
        "filter=state%20%3D%20%22CA%22%20and%20name%20%3D%20%22Field%203%22",
        "sort=state&limit=1",
    ] {
        let answer = owner.get(&format!("{dataset}/records?{query}")).await;
        let page = answer.expect(200);
        assert_eq!(page["items"].as_array().map(Vec::len), Some(1), "{query}");
    }
}

#[tokio::test]
async fn altered_fields_are_applied_to_every_record() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, (0..5_000).map(airport)).await;
    let fields = json!([
        {"name": "iata", "type": "text"},
        {"name": "latitude", "type": "text", "indexed": true},
        {"name": "name", "type": "long_text"},
    ]);
    let altered = owner
        .patch(&dataset, json!({"name": "Fields", "fields": fields}))
        .await
        .expect(200);
    assert_eq!(
        (altered["name"].as_str(), altered["records"].as_u64()),
        (Some("Fields"), Some(5_000))
    );
    let by_latitude = format!("{dataset}/records?limit=2&filter=latitude%20=%2030.07");
    assert_eq!(
        keys(&owner, &by_latitude).await,
        ["A00007"],
        "before the index is complete"
    );
    server.app.datasets.tidy().await.unwrap();
    assert_eq!(
        keys(&owner, &by_latitude).await,
        ["A00007"],
        "with the index"
    );
    let record = owner
        .get(&format!("{dataset}/records/A00007"))
        .await
        .expect(200);
    assert_eq!(
        record["fields"],
        json!({"iata": "A00007", "latitude": "30.07", "name": "Field 7"})
    );
}

#[tokio::test]
async fn a_change_that_records_do_not_fit_names_the_first_of_them() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, (0..3).map(airport)).await;
    let fields = json!([{"name": "iata", "type": "text"}, {"name": "name", "type": "integer"}]);
    let problem = owner
        .patch(&dataset, json!({ "fields": fields }))
        .await
        .problem(422, "validation_failed");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.contains("3 records") && detail.contains("A00000"),
        "{detail}"
    );
}

#[tokio::test]
async fn a_deleted_dataset_leaves_nothing_behind() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, (0..5_000).map(airport)).await;
    assert_eq!(
        owner
            .get(&format!("{dataset}/dependents"))
            .await
            .expect(200)["items"],
        json!([])
    );
    owner.delete(&dataset).await.expect(204);
    owner.get(&dataset).await.problem(404, "not_found");
    server.app.datasets.recover().await.unwrap();
    // The name is free again, and nothing of the old records comes back.
    let again = airports(&owner).await;
    assert_eq!(owner.get(&again).await.expect(200)["records"], 0);
    assert_eq!(server.count_in_book("dataset_delete"), 1);
}

#[tokio::test]
async fn reading_is_in_the_book() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, (0..3).map(airport)).await;
    let before = server.count_in_book("sensitive_read");
    owner.get(&format!("{dataset}/records")).await.expect(200);
    owner
        .get(&format!("{dataset}/records/A00001"))
        .await
        .expect(200);
    assert_eq!(server.count_in_book("sensitive_read"), before + 2);
}
