//! Three editions of one API.

use serde_json::{Value, json};

use super::{AIRPORTS, AIRPORTS_SOURCE, CONTACTS, LATEST, OLD, SOURCES, words, workspace};

#[tokio::test]
async fn in_the_first_edition_a_database_is_the_table() {
    let mut workspace = workspace();
    workspace.version = OLD;
    let database = workspace
        .get(&format!("v1/databases/{AIRPORTS}"))
        .await
        .ok();
    assert_eq!(database["properties"]["Name"]["type"], "title");
    assert!(database.get("data_sources").is_none());
    let page = json!({
        "parent": { "database_id": AIRPORTS },
        "properties": { "Name": { "title": words("Vienna") } },
    });
    let page = workspace.post("v1/pages", page).await.ok();
    assert_eq!(
        page["parent"],
        json!({ "type": "database_id", "database_id": AIRPORTS })
    );
    assert_eq!(page["archived"], false);
    let list = workspace
        .post(&format!("v1/databases/{AIRPORTS}/query"), json!({}))
        .await
        .ok();
    assert_eq!(list["results"][0]["id"], page["id"]);
    assert_eq!(list["type"], "page_or_database");
    let told = workspace
        .get(&format!("v1/data_sources/{AIRPORTS_SOURCE}"))
        .await;
    assert_eq!(told.refused(), (400, "invalid_request_url".into()));
}

#[tokio::test]
async fn in_later_editions_a_database_holds_data_sources() {
    for version in [SOURCES, LATEST] {
        let mut workspace = workspace();
        workspace.version = version;
        let database = workspace
            .get(&format!("v1/databases/{AIRPORTS}"))
            .await
            .ok();
        assert_eq!(
            database["data_sources"],
            json!([{ "id": AIRPORTS_SOURCE, "name": "Airports" }])
        );
        assert!(database.get("properties").is_none());
        let source = workspace
            .get(&format!("v1/data_sources/{AIRPORTS_SOURCE}"))
            .await
            .ok();
        assert_eq!(
            source["properties"]["Latitude"]["number"],
            json!({ "format": "number" })
        );
        assert_eq!(
            source["parent"],
            json!({ "type": "database_id", "database_id": AIRPORTS })
        );
        let told = workspace
            .post(&format!("v1/databases/{AIRPORTS}/query"), json!({}))
            .await;
        assert_eq!(told.refused(), (400, "invalid_request_url".into()));
    }
}

#[tokio::test]
async fn the_first_edition_refuses_a_database_of_several_data_sources() {
    let mut workspace = workspace();
    workspace.version = OLD;
    let page = json!({ "parent": { "database_id": CONTACTS }, "properties": {} });
    for told in [
        workspace.get(&format!("v1/databases/{CONTACTS}")).await,
        workspace
            .post(&format!("v1/databases/{CONTACTS}/query"), json!({}))
            .await,
        workspace.post("v1/pages", page).await,
    ] {
        assert_eq!(told.refused(), (400, "validation_error".into()));
        let body = told.json();
        assert!(
            body["message"]
                .as_str()
                .unwrap()
                .contains("multiple data sources")
        );
        let sources = body["additional_data"]["child_data_source_ids"]
            .as_array()
            .unwrap();
        assert_eq!(sources.len(), 2);
    }
}

#[tokio::test]
async fn the_latest_edition_knows_the_trash_by_one_name_alone() {
    let mut workspace = workspace();
    let id = workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    let path = format!("v1/pages/{id}");
    let told = workspace.patch(&path, json!({ "archived": true })).await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
    let page = workspace
        .patch(&path, json!({ "in_trash": true }))
        .await
        .ok();
    assert_eq!(
        (&page["in_trash"], page.get("archived")),
        (&json!(true), None)
    );
    workspace.version = SOURCES;
    let page = workspace
        .patch(&path, json!({ "archived": false }))
        .await
        .ok();
    assert_eq!(
        (&page["in_trash"], &page["archived"]),
        (&json!(false), &json!(false))
    );
}

#[tokio::test]
async fn a_call_without_a_version_or_of_an_unknown_one_is_refused() {
    let mut workspace = workspace();
    workspace.version = "1999-12-31";
    let told = workspace.get("v1/users/me").await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
    let bare = reqwest::Client::builder().build().unwrap();
    let url = format!("{}/v1/users/me", workspace.sandbox.url);
    let answer = bare.get(url).bearer_auth("ntn_test").send().await.unwrap();
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["code"], "missing_version");
}

#[tokio::test]
async fn every_answer_names_its_call_in_body_and_header() {
    let workspace = workspace();
    for path in ["v1/users/me", "v1/nothing"] {
        let told = workspace.get(path).await;
        let id = told.json()["request_id"].as_str().unwrap().to_owned();
        assert_eq!(told.header("x-notion-request-id"), Some(id.as_str()));
    }
}
