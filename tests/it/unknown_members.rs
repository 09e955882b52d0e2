//! What a body may not have: every operation, and every object in its body, by the API document.

use serde_json::{Map, Value, json};
use weighbridge::http;

use crate::access::{Operation, operations, patient};
use crate::datasets::airports;
use crate::support::Client;

/// What somebody might try to set that is none of theirs to set, and what nobody knows.
const TRIED: [&str; 8] = [
    "surprise",
    "id",
    "owner",
    "owner_id",
    "user_id",
    "created_at",
    "role",
    "version",
];

/// A value that fits a schema, with all that may be in it. An object whose members are not known
/// beforehand is null: what is in it is the dataset's to say.
fn example(document: &Value, schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.trim_start_matches('#');
        return example(document, document.pointer(pointer).unwrap());
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut parts = parts.iter().filter(|part| part.get("$ref").is_some());
        return example(document, parts.next().unwrap());
    }
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    match (schema["type"].as_str(), schema["format"].as_str()) {
        (Some("object"), _) => match schema["properties"].as_object() {
            Some(members) => members
                .iter()
                .map(|(name, member)| (name.clone(), example(document, member)))
                .collect::<Map<_, _>>()
                .into(),
            None => Value::Null,
        },
        (Some("array"), _) => json!([example(document, &schema["items"])]),
        (Some("boolean"), _) => json!(true),
        // The document spells every limit as a fraction, which no whole number may be.
        (Some("integer"), _) => {
            let least = schema["minimum"].to_string();
            json!(least.trim_end_matches(".0").parse::<i64>().unwrap_or(1))
        }
        (Some("number"), _) => schema.get("minimum").cloned().unwrap_or(json!(1)),
        (_, Some("uuid")) => json!("0199a3c4-7b10-7000-8000-0123456789ab"),
        (_, Some("date-time")) => json!("2026-11-22T04:15:00.000Z"),
        _ => json!("x"),
    }
}

/// The places of all objects in a value, as JSON pointers.
fn objects(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(place.to_owned());
            for (name, member) in members {
                objects(member, &format!("{place}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                objects(item, &format!("{place}/{at}"), found);
            }
        }
        _ => {}
    }
}

async fn send(client: &Client, operation: &Operation, body: &Value) -> (u16, Value) {
    let (method, kind) = (operation.method.clone(), &operation.kind);
    let body = body.to_string().into_bytes();
    let answer = client.send(method, &operation.path, kind, body).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn no_object_of_any_body_takes_a_member_that_it_does_not_know() {
    let server = patient().await;
    let everything = server
        .sign_up("all@example.org", &["admin", "member"])
        .await;
    let document = http::document(&server.app);
    let mut bodies = 0;
    for operation in operations(&document) {
        let Some(schema) = operation
            .body
            .as_ref()
            .filter(|_| operation.kind == "application/json")
            // Each event is told by itself: see `analytics::refusals`.
            .filter(|_| operation.name != "sendEvents")
        else {
            continue;
        };
        let whole = example(&document, schema);
        let client = match operation.leave.as_deref() {
            Some("machine") => server.operator(),
            _ => everything.clone(),
        };
        let mut places = Vec::new();
        objects(&whole, "", &mut places);
        // A record's members are its dataset's fields: see below.
        assert!(!places.is_empty() || whole.is_null(), "{}", operation.name);
        for place in places {
            let known = whole.pointer(&place).unwrap().as_object().unwrap();
            for member in TRIED.into_iter().filter(|name| !known.contains_key(*name)) {
                let mut body = whole.clone();
                body.pointer_mut(&place).unwrap()[member] = json!("x");
                let (status, problem) = send(&client, &operation, &body).await;
                let told = format!("{} {place}/{member}: {problem}", operation.name);
                assert_eq!(status, 422, "{told}");
                assert_eq!(problem["code"], "unknown_field", "{told}");
                assert_eq!(problem["fields"][0]["path"], member, "{told}");
            }
            bodies += 1;
        }
    }
    assert!(bodies > 20, "{bodies}");
}

#[tokio::test]
async fn a_record_takes_no_member_that_is_no_field_of_its_dataset() {
    let server = patient().await;
    let owner = server.sign_up("ada@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let record = format!("{dataset}/records/LAX");
    let known = json!({"name": "Los Angeles"});
    owner.put(&record, known.clone()).await.expect(200);
    for member in TRIED {
        let mut body = known.clone();
        body[member] = json!("x");
        for answer in [
            owner.put(&record, body.clone()).await,
            owner.patch(&record, body).await,
        ] {
            let problem = answer.problem(422, "validation_failed");
            assert_eq!(problem["fields"][0]["path"], member, "{problem}");
        }
    }
    let kept = owner.get(&record).await.expect(200);
    assert_eq!(
        kept["fields"],
        json!({"iata": "LAX", "name": "Los Angeles"})
    );
}
