//! Lists that show of their items what is asked for: every one of the API document.

use std::collections::BTreeSet;

use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::http;

use crate::access::{operations, patient};
use crate::datasets::airports;

/// A list, by the shape of its answer.
struct List {
    name: String,
    /// With ids that nothing has.
    path: String,
    /// The members of its items.
    members: BTreeSet<String>,
    offers_fields: bool,
}

/// The schema that `named` refers to, or is.
fn resolved<'a>(document: &'a Value, named: &'a Value) -> &'a Value {
    let named = named["allOf"].get(0).unwrap_or(named);
    match named["$ref"].as_str() {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap(),
        None => named,
    }
}

fn lists(document: &Value) -> Vec<List> {
    let mut lists = Vec::new();
    let gets = operations(document).into_iter();
    for operation in gets.filter(|one| one.method == Method::GET) {
        let every = document["paths"].as_object().unwrap().values();
        let about = every
            .map(|methods| &methods["get"])
            .find(|get| get["operationId"] == operation.name.as_str())
            .unwrap();
        let answer = &about["responses"]["200"]["content"]["application/json"]["schema"];
        let items = &resolved(document, answer)["properties"]["items"];
        if items["type"] != "array" {
            continue;
        }
        let item = resolved(document, &items["items"]);
        let members = item["properties"].as_object();
        let parameters = about["parameters"].as_array().into_iter().flatten();
        let mut names = parameters.map(|parameter| &parameter["name"]);
        lists.push(List {
            members: members
                .into_iter()
                .flatten()
                .map(|(name, _)| name.clone())
                .collect(),
            offers_fields: names.any(|name| name == "fields"),
            name: operation.name,
            path: operation.path,
        });
    }
    lists
}

#[tokio::test]
async fn every_list_can_be_asked_for_any_member_of_its_items_and_refuses_names_that_there_are_not()
{
    let server = patient().await;
    let roles = ["admin", "member", "analyst", "auditor"];
    let person = server.sign_up("all@example.org", &roles).await;
    let lists = lists(&http::document(&server.app));
    assert!(lists.len() > 20, "{}", lists.len());
    for list in lists {
        assert!(list.offers_fields, "{} offers no fields", list.name);
        assert!(
            !list.members.is_empty(),
            "{} has items of no shape",
            list.name
        );
        // Records have the members of their dataset: they are tried with it.
        if ["listRecords", "listSelectedRecords"].contains(&list.name.as_str()) {
            continue;
        }
        let ask = async |fields: &str| person.get(&format!("{}?fields={fields}", list.path)).await;
        let refused = ask("nonsense").await.problem(400, "bad_query");
        let detail = refused["detail"].as_str().unwrap();
        for member in &list.members {
            assert!(detail.contains(member), "{}: {detail}", list.name);
            let status = ask(member).await.status;
            assert!(status == 200 || status == 404, "{}: {status}", list.name);
        }
    }
}

#[tokio::test]
async fn what_was_not_asked_for_is_left_out_and_what_names_an_item_never() {
    let server = patient().await;
    let roles = ["admin", "member", "auditor"];
    let owner = server.sign_up("all@example.org", &roles).await;
    let dataset = airports(&owner).await;
    let id = dataset.trim_start_matches("/datasets/");
    let list = owner.get("/datasets?fields=name&limit=1").await.expect(200);
    assert_eq!(list, json!({"items": [{"id": id, "name": "Airports"}]}));
    let list = owner.get("/users?fields=").await.expect(200);
    assert_eq!(list["items"][0].as_object().unwrap().len(), 1, "{list}");
    let list = owner.get("/system/rate-limits?fields=burst").await;
    let list = list.expect(200);
    let names: Vec<_> = list["items"][0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["name", "burst"]);
    let list = owner.get("/audit/events?fields=message&limit=2").await;
    let list = list.expect(200);
    assert!(list["next"].is_string(), "{list}");
    for line in list["items"].as_array().unwrap() {
        let names: Vec<_> = line.as_object().unwrap().keys().collect();
        assert_eq!(names, ["message", "metadata"]);
    }
}

/// What the document says of a line is all that any line has.
#[tokio::test]
async fn no_line_of_the_book_has_a_member_that_is_not_described() {
    let server = patient().await;
    let roles = ["admin", "member", "auditor"];
    let owner = server.sign_up("all@example.org", &roles).await;
    airports(&owner).await;
    server
        .anonymous()
        .get("/datasets")
        .await
        .problem(401, "not_signed_in");
    let document = http::document(&server.app);
    let known = document["components"]["schemas"]["AuditEvent"]["properties"].as_object();
    let known = known.unwrap();
    let book = server.book();
    assert!(book.len() > 5);
    for line in book {
        for name in line.as_object().unwrap().keys() {
            assert!(known.contains_key(name), "{name} of {line}");
        }
    }
}
