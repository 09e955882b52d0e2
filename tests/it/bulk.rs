//! Many records at once: changed in one batch, read by keys, and as much of them as was asked for.

use serde_json::{Value, json};

use crate::support::{Client, TestServer};

/// Somebody with a dataset of two records; its path.
async fn owner(server: &TestServer) -> (Client, String) {
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let new = json!({"name": "Airports", "key_field": "code", "fields": [
        {"name": "code", "type": "text"},
        {"name": "City, state", "type": "text"},
        {"name": "runways", "type": "integer", "indexed": true},
    ]});
    let made = owner.post("/datasets", new).await.expect(201);
    let path = format!("/datasets/{}", made["id"].as_str().unwrap());
    for (key, runways) in [("A", 1), ("B", 2)] {
        let fields = json!({"runways": runways, "City, state": "Aachen"});
        let record = format!("{path}/records/{key}");
        owner.put(&record, fields).await.expect(200);
    }
    (owner, path)
}

fn put(key: &str, fields: Value) -> Value {
    let mut put = json!({"op": "put", "key": key});
    put["fields"] = fields;
    put
}

fn operations(mode: &str, operations: Value) -> Value {
    let mut body = json!({"mode": mode});
    body["operations"] = operations;
    body
}

async fn keys(owner: &Client, path: &str) -> Vec<String> {
    let list = owner.get(&format!("{path}/records?fields=&sort=key")).await;
    let list = list.expect(200);
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|record| record["key"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn changes_are_carried_out_in_one_batch_and_one_event() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let body = operations(
        "all_or_nothing",
        json!([
            put("C", json!({"runways": 3})),
            put("A", json!({"runways": 1, "City, state": "Aachen"})),
            {"op": "patch", "key": "B", "fields": {"runways": 4}},
        ]),
    );
    let done = owner.post(&format!("{path}/batch"), body).await.expect(200);
    let outcomes: Vec<_> = done["results"].as_array().unwrap().iter().collect();
    let outcomes: Vec<_> = outcomes.iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(outcomes, ["created", "unchanged", "changed"]);
    assert_eq!(done["results"][0]["version"], done["results"][2]["version"]);
    let delete = json!([{"op": "delete", "key": "C"}]);
    let delete = operations("all_or_nothing", delete);
    let gone = owner.post(&format!("{path}/batch"), delete).await;
    assert_eq!(gone.expect(200)["deleted"], 1);
    assert_eq!(keys(&owner, &path).await, ["A", "B"]);
    let dataset = owner.get(&path).await.expect(200);
    assert_eq!(dataset["records"], 2, "{dataset}");
    let changed = format!("{path}/records?filter=runways%3D4");
    let changed = owner.get(&changed).await.expect(200);
    assert_eq!(changed["items"][0]["key"], "B");

    let book = server.book();
    let is_bulk = |line: &&Value| line["metadata"]["event_code"] == "WB-DATA-012";
    let lines: Vec<_> = book.iter().filter(is_bulk).collect();
    assert_eq!(lines.len(), 2);
    let counts = json!({"created": 1, "changed": 1, "unchanged": 1, "deleted": 0, "refused": 0});
    assert_eq!(lines[0]["unmapped"]["counts"], counts);
    let digest = lines[0]["unmapped"]["details"]["digest"].as_str().unwrap();
    assert_eq!(digest.len(), 64);
}

#[tokio::test]
async fn when_one_cannot_be_carried_out_none_is_unless_each_stands_for_itself() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let batch = format!("{path}/batch");
    let all = json!([
        put("C", json!({"runways": 3})),
        put("D", json!({"runways": "many", "town": 1})),
        {"op": "delete", "key": "Z"},
    ]);
    let refused = owner.post(&batch, operations("all_or_nothing", all.clone()));
    let refused = refused.await.problem(422, "validation_failed");
    let paths: Vec<_> = refused["fields"].as_array().unwrap().iter().collect();
    let paths: Vec<_> = paths.iter().map(|one| one["path"].clone()).collect();
    let expected = [
        "operations[1].fields.runways",
        "operations[1].fields.town",
        "operations[2].key",
    ];
    assert_eq!(paths, expected);
    assert_eq!(refused["operations"][1]["code"], "not_found");
    assert_eq!(keys(&owner, &path).await, ["A", "B"]);
    assert_eq!(server.count_in_book("sensitive_write"), 0);

    let done = owner
        .post(&batch, operations("each", all))
        .await
        .expect(200);
    assert_eq!((&done["created"], &done["refused"]), (&json!(1), &json!(2)));
    assert_eq!(done["results"][1]["problem"]["code"], "validation_failed");
    assert_eq!(keys(&owner, &path).await, ["A", "B", "C"]);
}

#[tokio::test]
async fn a_version_that_is_no_longer_holds_up_the_batch() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let batch = format!("{path}/batch");
    let seen = owner.get(&format!("{path}/records/A")).await.expect(200);
    let mut meant = json!({"op": "patch", "key": "A", "fields": {"runways": 7}});
    meant["version"] = seen["version"].clone();
    let twice = operations("all_or_nothing", json!([meant, put("C", json!({}))]));
    owner.post(&batch, twice.clone()).await.expect(200);
    let late = owner.post(&batch, twice).await;
    let late = late.problem(412, "precondition_failed");
    assert_eq!(late["operations"][0]["index"], 0);
    let mut new = put("A", json!({}));
    new["absent"] = true.into();
    let new = operations("each", json!([new]));
    let done = owner.post(&batch, new).await.expect(200);
    let problem = &done["results"][0]["problem"];
    assert_eq!(problem["code"], "precondition_failed", "{done}");
}

#[tokio::test]
async fn what_contradicts_itself_or_is_too_much_is_refused() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let batch = format!("{path}/batch");
    let many = |n: usize| (0..n).map(|n| put(&format!("K{n}"), json!({}))).collect();
    let many = |n: usize| operations("each", many(n));
    let refused = [
        many(0),
        many(501),
        operations(
            "each",
            json!([put("C", json!({})), {"op": "delete", "key": "C"}]),
        ),
        operations("each", json!([{"op": "delete", "key": "A", "fields": {}}])),
        operations("each", json!([{"op": "put", "key": "A"}])),
        operations(
            "each",
            json!([{"op": "patch", "key": "A", "fields": {}, "absent": true}]),
        ),
        operations("sometimes", json!([put("C", json!({}))])),
        operations(
            "each",
            json!([{"op": "put", "key": "A", "fields": {}, "id": 1}]),
        ),
        operations("each", json!([{"op": "put", "key": "A", "fields": []}])),
    ];
    for body in refused {
        let answer = owner.post(&batch, body.clone()).await;
        assert!(
            [400, 422].contains(&answer.status.as_u16()),
            "{body}: {}",
            answer.text()
        );
    }
    assert_eq!(keys(&owner, &path).await, ["A", "B"]);
    assert_eq!(
        owner.post(&batch, many(500)).await.expect(200)["created"],
        500
    );
    let large = "x".repeat(1 << 20);
    let large = operations("each", json!([put("L", json!({"City, state": large}))]));
    owner.post(&batch, large).await.problem(413, "too_large");
}

#[tokio::test]
async fn a_dataset_of_somebody_else_is_not_there() {
    let server = TestServer::start().await;
    let (_, path) = owner(&server).await;
    let other = server.sign_up("bob@example.org", &["member"]).await;
    let body = operations("each", json!([put("C", json!({}))]));
    let refused = other.post(&format!("{path}/batch"), body).await;
    refused.problem(404, "not_found");
    let keys = json!({"keys": ["A"]});
    let refused = other.post(&format!("{path}/lookup"), keys).await;
    refused.problem(404, "not_found");
}

#[tokio::test]
async fn a_batch_that_is_sent_again_is_carried_out_once() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let batch = format!("{path}/batch");
    let keyed = owner.with("idempotency-key", "k1");
    let body = operations(
        "each",
        json!([put("C", json!({"runways": 1})), {"op": "delete", "key": "A"}]),
    );
    let first = keyed.post(&batch, body.clone()).await.expect(200);
    let again = keyed.post(&batch, body).await;
    assert_eq!(again.expect(200), first);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(server.count_in_book("sensitive_write"), 1);
}

#[tokio::test]
async fn records_are_looked_up_by_their_keys() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let lookup = format!("{path}/lookup");
    let wanted = json!({"keys": ["B", "Z", "A", "B"]});
    let found = owner.post(&lookup, wanted).await.expect(200);
    assert_eq!(found["missing"], json!(["Z"]));
    let one = owner.get(&format!("{path}/records/B")).await.expect(200);
    assert_eq!(found["items"][0], one);
    assert_eq!(found["items"].as_array().unwrap().len(), 2);
    let many: Vec<_> = (0..501).map(|n| n.to_string()).collect();
    for refused in [
        json!({"keys": many}),
        json!({"keys": []}),
        json!({"key": "A"}),
    ] {
        let answer = owner.post(&lookup, refused).await;
        assert!(
            [400, 422].contains(&answer.status.as_u16()),
            "{}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn only_the_fields_that_are_asked_for_are_shown() {
    let server = TestServer::start().await;
    let (owner, path) = owner(&server).await;
    let list = owner
        .get(&format!("{path}/records?fields=%22city,%20state%22"))
        .await;
    let first = &list.expect(200)["items"][0];
    assert_eq!(first["fields"], json!({"City, state": "Aachen"}));
    assert_eq!(first["key"], "A");
    let record = format!("{path}/records/A");
    let whole = owner.get(&record).await;
    let part = owner.get(&format!("{record}?fields=runways")).await;
    assert_eq!(part.expect(200)["fields"], json!({"runways": 1}));
    assert_eq!(part.header("etag"), whole.header("etag"));
    let known = owner.clone().with("if-none-match", whole.header("etag"));
    let same = known.get(&format!("{record}?fields=runways")).await;
    assert_eq!(same.status, 304);
    for place in ["/records?fields=town", "/records/A?fields=town,code"] {
        let refused = owner.get(&format!("{path}{place}")).await;
        let refused = refused.problem(400, "bad_query");
        let detail = refused["detail"].as_str().unwrap();
        assert!(
            detail.contains("\"town\"") && detail.contains("runways"),
            "{detail}"
        );
    }
    let csv = owner
        .get(&format!("{path}/export?format=csv&fields=runways"))
        .await;
    assert_eq!(csv.text(), "code,runways\r\nA,1\r\nB,2\r\n");
    let json = owner
        .get(&format!("{path}/export?format=json&fields="))
        .await;
    assert_eq!(json.json(), json!([{"code": "A"}, {"code": "B"}]));
}
