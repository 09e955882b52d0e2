//! The API document: what is published is what is served, and every client generator takes it.

use std::collections::BTreeSet;

use serde_json::Value;
use weighbridge::http;

use crate::support::TestServer;

const PUBLISHED: &str = include_str!("../../openapi/weighbridge.json");

fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (format!("{method} {path}"), operation))
    })
}

/// Every value of every member called `name`.
fn all<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| all(item, name, found)),
        Value::Object(members) => {
            for (key, member) in members {
                if key == name {
                    found.push(member);
                }
                all(member, name, found);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn what_is_published_is_what_is_served() {
    let server = TestServer::start().await;
    let document = server.anonymous().get("/openapi.json").await.expect(200);
    let published: Value = serde_json::from_str(PUBLISHED).unwrap();
    assert!(
        document == published,
        "the document has moved on; write it anew with `weighbridge openapi > openapi/weighbridge.json`"
    );
}

#[tokio::test]
async fn every_operation_has_a_name_of_its_own_a_tag_and_an_explanation() {
    let server = TestServer::start().await;
    let document = http::document(&server.app);
    let mut names = BTreeSet::new();
    for (place, operation) in operations(&document) {
        let name = operation["operationId"]
            .as_str()
            .unwrap_or_else(|| panic!("{place} has no name"));
        assert!(names.insert(name), "{place}: {name} is given twice");
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{place}"
        );
        assert!(operation["description"].is_string(), "{place}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            let told = response["description"]
                .as_str()
                .is_some_and(|text| !text.is_empty());
            assert!(told || response["$ref"].is_string(), "{place} {status}");
        }
    }
}

#[tokio::test]
async fn every_member_and_parameter_is_explained() {
    let server = TestServer::start().await;
    let document = http::document(&server.app);
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (member, about) in schema["properties"].as_object().into_iter().flatten() {
            assert!(
                about["description"].is_string(),
                "{name}.{member} is not explained"
            );
        }
    }
    let mut parameters = Vec::new();
    all(&document["paths"], "parameters", &mut parameters);
    for parameter in parameters
        .into_iter()
        .flat_map(|list| list.as_array().unwrap())
    {
        assert!(
            parameter["description"].is_string(),
            "{parameter} is not explained"
        );
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let server = TestServer::start().await;
    let document = http::document(&server.app);
    let mut references = Vec::new();
    all(&document, "$ref", &mut references);
    for reference in references {
        let pointer = reference.as_str().unwrap().trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

/// An XML parser comes with a dependency, with known ways to keep it busy; `.deny.toml` lets it
/// pass because nothing reaches it.
#[tokio::test]
async fn no_operation_reads_or_writes_xml() {
    let server = TestServer::start().await;
    let document = http::document(&server.app);
    let mut contents = Vec::new();
    all(&document, "content", &mut contents);
    let kinds = contents.iter().filter_map(|content| content.as_object());
    let kinds: BTreeSet<&String> = kinds.flat_map(serde_json::Map::keys).collect();
    assert!(kinds.contains(&"application/json".to_owned()));
    assert!(kinds.iter().all(|kind| !kind.contains("xml")), "{kinds:?}");
}
