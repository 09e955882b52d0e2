//! Databases and data sources: made and changed; the search that finds them.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    AIRPORTS, AIRPORTS_SOURCE, CONTACTS, EVERYTHING_SOURCE, OLD, PROJECTS_SOURCE, words, workspace,
};

fn names(source: &Value) -> Vec<&str> {
    let properties = source["properties"].as_object().unwrap();
    properties.keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_database_is_made_with_its_first_data_source() {
    let workspace = workspace();
    let body = json!({
        "parent": { "type": "page_id", "page_id": "00000000-0000-4000-8000-00000000aaaa" },
        "title": words("Planes"),
        "initial_data_source": { "properties": {
            "Name": { "title": {} },
            "Seats": { "number": { "format": "number" } },
            "Airport": { "relation": { "data_source_id": AIRPORTS_SOURCE, "dual_property": {} } },
        } },
    });
    let database = workspace.post("v1/databases", body).await.ok();
    let source = database["data_sources"][0]["id"].as_str().unwrap();
    let source = workspace
        .get(&format!("v1/data_sources/{source}"))
        .await
        .ok();
    assert_eq!(names(&source), ["Name", "Seats", "Airport"]);
    let airport = &source["properties"]["Airport"]["relation"];
    assert_eq!(airport["database_id"], AIRPORTS);
    assert_eq!(airport["type"], "dual_property");
    let back = workspace
        .get(&format!("v1/data_sources/{AIRPORTS_SOURCE}"))
        .await
        .ok();
    assert!(names(&back).contains(&"Related to Planes (Airport)"));
}

#[tokio::test]
async fn a_schema_without_a_title_or_with_two_is_refused_and_leaves_nothing_behind() {
    let workspace = workspace();
    let before = workspace.get("_sandbox/notion/databases").await.text;
    for properties in [
        json!({}),
        json!({ "A": { "title": {} }, "B": { "title": {} } }),
        json!({ "A": { "title": {} }, "B": { "colour": {} } }),
        json!({ "A": { "title": {} }, "B": { "relation": { "data_source_id": "nothing" } } }),
        json!({ "A": { "title": {} }, "B": { "select": { "options": [{ "name": "a,b" }] } } }),
    ] {
        let body = json!({ "parent": {}, "initial_data_source": { "properties": properties } });
        assert!(
            workspace.post("v1/databases", body).await.refused().0 >= 400,
            "{properties}"
        );
    }
    assert_eq!(
        workspace.get("_sandbox/notion/databases").await.text,
        before
    );
}

#[tokio::test]
async fn a_second_data_source_closes_the_database_to_the_first_edition() {
    let mut workspace = workspace();
    let body = json!({
        "parent": { "type": "database_id", "database_id": AIRPORTS },
        "title": words("Heliports"),
        "properties": { "Name": { "title": {} } },
    });
    let source = workspace.post("v1/data_sources", body).await.ok();
    assert_eq!(source["title"][0]["plain_text"], "Heliports");
    let database = workspace
        .get(&format!("v1/databases/{AIRPORTS}"))
        .await
        .ok();
    assert_eq!(database["data_sources"].as_array().unwrap().len(), 2);
    workspace.version = OLD;
    let told = workspace
        .post(&format!("v1/databases/{AIRPORTS}/query"), json!({}))
        .await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
}

#[tokio::test]
async fn properties_are_added_renamed_retyped_and_removed() {
    let workspace = workspace();
    let path = format!("v1/data_sources/{PROJECTS_SOURCE}");
    let change = json!({ "properties": {
        "Note": { "rich_text": {} },
        "Budget": { "name": "Cost" },
        "Start": null,
        "Public": { "rich_text": {} },
    } });
    let source = workspace.patch(&path, change).await.ok();
    assert!(!names(&source).contains(&"Start"));
    assert!(names(&source).contains(&"Note"));
    assert_eq!(source["properties"]["Cost"]["number"]["format"], "dollar");
    let page = workspace.query(PROJECTS_SOURCE, json!({})).await.ok()["results"][0].clone();
    assert_eq!(page["properties"]["Cost"]["number"], 1_250_000);
    assert_eq!(page["properties"]["Public"]["rich_text"], json!([]));
    for wrong in [
        json!({ "Name": null }),
        json!({ "Note": { "rich_text": {} }, "Cost": { "name": "Name" } }),
        json!({ "Name": { "rich_text": {} } }),
        json!({ "Unheard of": null }),
    ] {
        let told = workspace.patch(&path, json!({ "properties": wrong })).await;
        assert_eq!(told.refused(), (400, "validation_error".into()), "{wrong}");
    }
}

#[tokio::test]
async fn options_that_a_schema_no_longer_names_are_gone_from_its_pages() {
    let workspace = workspace();
    let path = format!("v1/data_sources/{EVERYTHING_SOURCE}");
    let change = json!({ "properties": {
        "Tags": { "multi_select": { "options": [{ "name": "c" }, { "name": "d" }] } },
        "Status": { "status": { "options": [{ "name": "Waiting" }] } },
    } });
    let source = workspace.patch(&path, change).await.ok();
    let status = &source["properties"]["Status"]["status"];
    assert_eq!(status["options"].as_array().unwrap().len(), 4);
    let waiting = status["options"][3]["id"].clone();
    assert!(
        status["groups"][0]["option_ids"]
            .as_array()
            .unwrap()
            .contains(&waiting)
    );
    let page = workspace.query(EVERYTHING_SOURCE, json!({})).await.ok()["results"][0].clone();
    let tags = page["properties"]["Tags"]["multi_select"]
        .as_array()
        .unwrap();
    assert_eq!(tags.len(), 1);
    assert_eq!(tags[0]["name"], "c");
}

#[tokio::test]
async fn a_schema_tells_the_type_of_every_property() {
    let workspace = workspace();
    let source = workspace
        .get(&format!("v1/data_sources/{EVERYTHING_SOURCE}"))
        .await
        .ok();
    let page = workspace.query(EVERYTHING_SOURCE, json!({})).await.ok()["results"][0].clone();
    let properties = source["properties"].as_object().unwrap();
    assert_eq!(properties.len(), 24);
    for (name, property) in properties {
        let kind = property["type"].as_str().unwrap();
        assert!(property.get(kind).is_some(), "{name}");
        let value = &page["properties"][name];
        assert_eq!(
            (&value["id"], &value["type"]),
            (&property["id"], &property["type"]),
            "{name}"
        );
        assert!(value.get(kind).is_some(), "{name}");
    }
}

#[tokio::test]
async fn the_search_learns_of_new_things_late_and_tells_tables_from_pages() {
    let workspace = workspace();
    let search = async |query: &str, kind: &str| {
        let filter = json!({ "property": "object", "value": kind });
        let body = json!({ "query": query, "filter": filter });
        workspace.post("v1/search", body).await.ok()["results"]
            .as_array()
            .unwrap()
            .len()
    };
    workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    assert_eq!(search("vienna", "page").await, 0);
    workspace.clock.advance(Duration::from_mins(1));
    assert_eq!(search("vienna", "page").await, 1);
    assert_eq!(search("AIRPORT", "data_source").await, 1);
    let told = workspace
        .post("v1/search", json!({ "filter": { "value": "database" } }))
        .await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
    let all = workspace
        .post("v1/search", json!({ "page_size": 5 }))
        .await
        .ok();
    let next = json!({ "start_cursor": all["next_cursor"] });
    let rest = workspace.post("v1/search", next).await.ok();
    assert_eq!(
        (all["has_more"].clone(), rest["has_more"].clone()),
        (json!(true), json!(false))
    );
}

#[tokio::test]
async fn the_first_edition_finds_databases() {
    let mut workspace = workspace();
    workspace.version = OLD;
    workspace.clock.advance(Duration::from_mins(1));
    let body = json!({ "filter": { "property": "object", "value": "database" } });
    let found = workspace.post("v1/search", body).await.ok();
    let first = &found["results"][0];
    assert_eq!(first["object"], "database");
    assert_eq!(found["type"], "page_or_database");
}

#[tokio::test]
async fn people_and_the_integration_are_listed() {
    let workspace = workspace();
    let me = workspace.get("v1/users/me").await.ok();
    assert_eq!(me["type"], "bot");
    assert_eq!(me["bot"]["workspace_name"], "Sandbox");
    let list = workspace.get("v1/users?page_size=100").await.ok();
    let people = list["results"].as_array().unwrap();
    assert!(people.iter().any(|user| user["id"] == me["id"]));
    let person = people.iter().find(|user| user["type"] == "person").unwrap();
    let mut one = workspace
        .get(&format!("v1/users/{}", person["id"].as_str().unwrap()))
        .await
        .ok();
    one.as_object_mut().unwrap().remove("request_id");
    assert_eq!(&one, person);
}

#[tokio::test]
async fn a_database_is_renamed_in_every_edition() {
    let mut workspace = workspace();
    let path = format!("v1/databases/{CONTACTS}");
    let told = workspace
        .patch(&path, json!({ "title": words("People") }))
        .await
        .ok();
    assert_eq!(told["title"][0]["plain_text"], "People");
    workspace.version = OLD;
    let path = format!("v1/databases/{AIRPORTS}");
    let change = json!({ "title": words("Fields"), "properties": { "Runways": { "number": {} } } });
    let told = workspace.patch(&path, change).await.ok();
    assert_eq!(told["title"][0]["plain_text"], "Fields");
    assert_eq!(told["properties"]["Runways"]["type"], "number");
}
