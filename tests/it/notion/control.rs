//! What only a sandbox can do with a workspace.

use reqwest::Method;
use serde_json::{Value, json};

use super::{AIRPORTS, AIRPORTS_SOURCE, PROJECTS_SOURCE, title, words, workspace};

const SEEDED: &str = "5eed0000-0000-4000-8000-000000000001";

fn seed(generate: u32) -> Value {
    json!({
        "title": "Seeded",
        "data_sources": [{
            "id": SEEDED,
            "name": "Seeded",
            "properties": {
                "Name": { "title": {} },
                "Count": { "number": {} },
                "Kind": { "select": { "options": [{ "name": "odd" }, { "name": "even" }] } },
                "Owner": { "people": {} },
                "Project": { "relation": { "data_source_id": PROJECTS_SOURCE } },
            },
            "pages": [{ "Name": "First", "Kind": "new", "Owner": ["Olga Owner"], "Project": ["Timetable"] }],
            "generate": generate,
        }],
    })
}

#[tokio::test]
async fn a_database_is_seeded_with_plain_values_and_made_up_pages() {
    let workspace = workspace();
    let told = workspace.post("_sandbox/notion/databases", seed(250)).await;
    assert_eq!(told.status, 201, "{}", told.text);
    let titles = workspace.titles(SEEDED, json!({})).await;
    assert_eq!(
        (titles.len(), titles[0].as_str(), titles[250].as_str()),
        (251, "First", "Name 000249")
    );
    let first = workspace
        .query(SEEDED, json!({ "page_size": 1 }))
        .await
        .ok()["results"][0]
        .clone();
    assert_eq!(first["properties"]["Kind"]["select"]["name"], "new");
    assert_eq!(
        first["properties"]["Owner"]["people"][0]["name"],
        "Olga Owner"
    );
    assert_eq!(
        first["properties"]["Project"]["relation"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn a_seed_that_the_vendor_would_refuse_leaves_nothing_behind() {
    let workspace = workspace();
    let mut wrong = seed(0);
    wrong["data_sources"][0]["pages"][0]["Count"] = json!("many");
    let told = workspace.post("_sandbox/notion/databases", wrong).await;
    assert_eq!(told.status, 400);
    assert_eq!(workspace.query(SEEDED, json!({})).await.status, 404);
    let told = workspace
        .post("_sandbox/notion/databases", json!({ "title": "None" }))
        .await;
    assert_eq!(told.status, 422);
}

#[tokio::test]
async fn pages_of_a_seed_were_made_one_after_the_other() {
    let workspace = workspace();
    workspace.post("_sandbox/notion/databases", seed(3)).await;
    let list = workspace.query(SEEDED, json!({})).await.ok();
    let times: Vec<&str> = list["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|page| page["created_time"].as_str().unwrap())
        .collect();
    assert!(times.windows(2).all(|two| two[0] < two[1]), "{times:?}");
}

#[tokio::test]
async fn a_database_that_is_not_shared_is_not_there_for_the_integration() {
    let workspace = workspace();
    let id = workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    let path = format!("_sandbox/notion/databases/{AIRPORTS}");
    assert_eq!(
        workspace
            .patch(&path, json!({ "shared": false }))
            .await
            .status,
        204
    );
    for path in [
        format!("v1/databases/{AIRPORTS}"),
        format!("v1/data_sources/{AIRPORTS_SOURCE}"),
        format!("v1/pages/{id}"),
    ] {
        assert_eq!(
            workspace.get(&path).await.refused().1,
            "object_not_found",
            "{path}"
        );
    }
    let told = workspace.create(AIRPORTS_SOURCE, json!({})).await;
    assert_eq!(told.refused().1, "object_not_found");
    let items = workspace.get("_sandbox/notion/databases").await.json();
    let airports = items["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["id"] == AIRPORTS);
    assert_eq!(airports.unwrap()["shared"], false);
    workspace.patch(&path, json!({ "shared": true })).await;
    workspace.get(&format!("v1/pages/{id}")).await.ok();
}

#[tokio::test]
async fn a_colleague_edits_and_deletes_for_good_without_being_counted() {
    let workspace = workspace();
    workspace
        .turn(json!({ "limits": { "per_window": 3 } }))
        .await;
    let page = json!({
        "parent": { "data_source_id": AIRPORTS_SOURCE },
        "properties": { "Name": { "title": words("Oslo") } },
    });
    let mut id = String::new();
    for _ in 0..5 {
        let told = workspace
            .post("_sandbox/notion/pages", page.clone())
            .await
            .ok();
        assert_eq!(
            told["created_by"]["id"],
            "c0110000-0000-4000-8000-000000000001"
        );
        told["id"].as_str().unwrap().clone_into(&mut id);
    }
    let path = format!("_sandbox/notion/pages/{id}");
    let change = json!({ "properties": { "Name": { "title": words("Bergen") } } });
    assert_eq!(title(&workspace.patch(&path, change).await.ok()), "Bergen");
    let told = workspace
        .try_call(Method::DELETE, &path, None)
        .await
        .unwrap();
    assert_eq!(told.status, 204);
    assert_eq!(
        workspace.get(&format!("v1/pages/{id}")).await.refused().0,
        404
    );
    assert_eq!(workspace.titles(AIRPORTS_SOURCE, json!({})).await.len(), 4);
}

#[tokio::test]
async fn every_page_can_be_seen_whole_and_dumped() {
    let workspace = workspace();
    workspace.post("_sandbox/notion/databases", seed(700)).await;
    let path = format!("_sandbox/notion/data_sources/{SEEDED}/pages?offset=699&limit=500");
    let part = workspace.get(&path).await.json();
    assert_eq!(part["total"], 701);
    assert_eq!(part["pages"].as_array().unwrap().len(), 2);
    let dump = workspace
        .get(&format!("_sandbox/dump?data_source={SEEDED}"))
        .await;
    assert_eq!(dump.text.lines().count(), 701);
    let last: Value = serde_json::from_str(dump.text.lines().last().unwrap()).unwrap();
    assert_eq!(last, part["pages"][1]);
}

#[tokio::test]
async fn starting_over_brings_the_first_databases_back() {
    let workspace = workspace();
    workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    workspace.post("_sandbox/notion/databases", seed(0)).await;
    workspace.post("_sandbox/reset", json!({})).await;
    assert!(
        workspace
            .titles(AIRPORTS_SOURCE, json!({}))
            .await
            .is_empty()
    );
    assert_eq!(workspace.query(SEEDED, json!({})).await.status, 404);
}
