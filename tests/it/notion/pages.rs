//! Pages: made, read, changed, thrown away.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    AIRPORTS_SOURCE, EVERYTHING_SOURCE, PROJECTS_SOURCE, TASKS_SOURCE, title, words, workspace,
};

#[tokio::test]
async fn a_page_is_read_as_it_was_written() {
    let workspace = workspace();
    let made = workspace
        .create(
            AIRPORTS_SOURCE,
            json!({
                "Name": { "title": words("Vienna") },
                "Code": { "rich_text": words("VIE") },
                "Latitude": { "number": 48.5 },
                "Longitude": { "number": 16 },
                "State": { "select": { "name": "NY" } },
            }),
        )
        .await
        .ok();
    let path = format!("v1/pages/{}", made["id"].as_str().unwrap());
    let mut read = workspace.get(&path).await.ok();
    read["request_id"] = made["request_id"].clone();
    assert_eq!(read, made);
    assert_eq!(made["object"], "page");
    assert_eq!(made["properties"]["Longitude"]["number"].to_string(), "16");
    assert_eq!(made["properties"]["State"]["select"]["name"], "NY");
    assert_eq!(made["properties"]["City"]["rich_text"], json!([]));
    assert_eq!(
        made["last_edited_by"]["id"],
        workspace.get("v1/users/me").await.ok()["id"]
    );
}

#[tokio::test]
async fn an_edit_is_known_to_the_minute_and_a_page_to_the_millisecond() {
    let workspace = workspace();
    let id = workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    workspace.clock.advance(Duration::from_secs(65));
    let change = json!({ "properties": { "City": { "rich_text": words("Vienna") } } });
    let page = workspace
        .patch(&format!("v1/pages/{id}"), change)
        .await
        .ok();
    assert_eq!(page["created_time"], "2026-11-26T12:00:30.250Z");
    assert_eq!(page["last_edited_time"], "2026-11-26T12:01:00.000Z");
    assert_eq!(title(&page), "Vienna");
}

#[tokio::test]
async fn a_page_in_the_trash_is_read_but_not_edited_until_it_is_restored() {
    let workspace = workspace();
    let id = workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    let path = format!("v1/pages/{id}");
    workspace
        .patch(&path, json!({ "in_trash": true }))
        .await
        .ok();
    assert_eq!(workspace.get(&path).await.ok()["in_trash"], true);
    let change = json!({ "properties": { "City": { "rich_text": words("Vienna") } } });
    let told = workspace.patch(&path, change.clone()).await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
    assert!(
        workspace
            .titles(AIRPORTS_SOURCE, json!({}))
            .await
            .is_empty()
    );
    assert_eq!(
        workspace
            .titles(AIRPORTS_SOURCE, json!({ "in_trash": true }))
            .await,
        ["Vienna"]
    );
    workspace
        .patch(&path, json!({ "in_trash": false }))
        .await
        .ok();
    workspace.patch(&path, change).await.ok();
    assert_eq!(
        workspace.titles(AIRPORTS_SOURCE, json!({})).await,
        ["Vienna"]
    );
}

#[tokio::test]
async fn a_write_that_is_refused_changes_nothing() {
    let workspace = workspace();
    let id = workspace.titled(EVERYTHING_SOURCE, "One").await;
    let path = format!("v1/pages/{id}");
    for wrong in [
        json!({ "Number": { "number": 5 }, "Town": { "rich_text": [] } }),
        json!({ "Select": { "select": { "name": "never made" } }, "Number": { "number": "5" } }),
        json!({ "Number": { "number": 5 }, "Status": { "status": { "name": "Unheard of" } } }),
        json!({ "Number": { "number": 5 }, "Formula": { "formula": 5 } }),
    ] {
        let told = workspace.patch(&path, json!({ "properties": wrong })).await;
        assert_eq!(told.refused(), (400, "validation_error".into()));
    }
    let page = workspace.get(&path).await.ok();
    assert_eq!(page["properties"]["Number"]["number"], Value::Null);
    let source = workspace
        .get(&format!("v1/data_sources/{EVERYTHING_SOURCE}"))
        .await
        .ok();
    let options = source["properties"]["Select"]["select"]["options"].to_string();
    assert!(!options.contains("never made"));
}

#[tokio::test]
async fn options_of_a_select_are_made_as_they_are_named() {
    let workspace = workspace();
    let tags = json!({ "multi_select": [{ "name": "a" }, { "name": "new" }, { "name": "new" }] });
    let made = workspace
        .create(
            EVERYTHING_SOURCE,
            json!({ "Name": { "title": words("One") }, "Tags": tags }),
        )
        .await
        .ok();
    let names: Vec<&str> = made["properties"]["Tags"]["multi_select"]
        .as_array()
        .unwrap()
        .iter()
        .map(|option| option["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["a", "new"]);
    let source = workspace
        .get(&format!("v1/data_sources/{EVERYTHING_SOURCE}"))
        .await
        .ok();
    let options = source["properties"]["Tags"]["multi_select"]["options"]
        .as_array()
        .unwrap();
    assert_eq!(options.len(), 4);
}

#[tokio::test]
async fn a_relation_is_seen_from_both_its_ends() {
    let workspace = workspace();
    let project = workspace.titled(PROJECTS_SOURCE, "Hangar").await;
    let task = json!({
        "Task": { "title": words("Draw it") },
        "Project": { "relation": [{ "id": project }] },
    });
    let task = workspace.create(TASKS_SOURCE, task).await.ok();
    let path = format!("v1/pages/{project}");
    let back = |page: Value| page["properties"]["Tasks"]["relation"].clone();
    assert_eq!(
        back(workspace.get(&path).await.ok()),
        json!([{ "id": task["id"] }])
    );
    let cleared = json!({ "properties": { "Project": { "relation": [] } } });
    let task = format!("v1/pages/{}", task["id"].as_str().unwrap());
    workspace.patch(&task, cleared).await.ok();
    assert_eq!(back(workspace.get(&path).await.ok()), json!([]));
}

#[tokio::test]
async fn what_is_not_there_cannot_be_told_from_what_is_not_shared() {
    let workspace = workspace();
    let nothing = "00000000-0000-4000-8000-000000000000";
    for path in ["pages", "databases", "data_sources"] {
        let told = workspace.get(&format!("v1/{path}/{nothing}")).await;
        assert_eq!(told.refused(), (404, "object_not_found".into()), "{path}");
        let told = workspace.get(&format!("v1/{path}/nonsense")).await;
        assert_eq!(told.refused(), (400, "validation_error".into()), "{path}");
    }
}

#[tokio::test]
async fn a_page_object_shows_25_members_and_the_property_shows_them_all() {
    let workspace = workspace();
    let mut projects = Vec::new();
    for number in 0..30 {
        let id = workspace
            .titled(PROJECTS_SOURCE, &format!("Project {number}"))
            .await;
        projects.push(json!({ "id": id }));
    }
    let runs: Vec<Value> = (0..30)
        .map(|number| json!({ "text": { "content": format!("{number} ") }, "annotations": { "bold": number % 2 == 0 } }))
        .collect();
    let page = workspace
        .create(
            EVERYTHING_SOURCE,
            json!({
                "Name": { "title": words("Long") },
                "Notes": { "rich_text": runs },
                "Project": { "relation": projects },
            }),
        )
        .await
        .ok();
    let properties = &page["properties"];
    assert_eq!(
        properties["Notes"]["rich_text"].as_array().unwrap().len(),
        25
    );
    assert_eq!(
        properties["Project"]["relation"].as_array().unwrap().len(),
        25
    );
    assert_eq!(properties["Project"]["has_more"], true);
    let page = page["id"].as_str().unwrap();
    let property = properties["Project"]["id"].as_str().unwrap();
    let path = format!("v1/pages/{page}/properties/{property}");
    let first = workspace.get(&format!("{path}?page_size=20")).await.ok();
    assert_eq!(first["type"], "property_item");
    assert_eq!(first["results"][0]["relation"], projects[0]);
    assert_eq!(first["has_more"], true);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = workspace
        .get(&format!("{path}?page_size=20&start_cursor={cursor}"))
        .await
        .ok();
    assert_eq!(second["results"].as_array().unwrap().len(), 10);
    assert_eq!(second["results"][9]["relation"], projects[29]);
    assert_eq!(second["has_more"], false);
}

#[tokio::test]
async fn a_property_that_is_no_list_is_a_single_item() {
    let workspace = workspace();
    let page = workspace.query(EVERYTHING_SOURCE, json!({})).await.ok()["results"][0].clone();
    let id = page["id"].as_str().unwrap();
    let number = page["properties"]["Number"]["id"].as_str().unwrap();
    let mut item = workspace
        .get(&format!("v1/pages/{id}/properties/{number}"))
        .await
        .ok();
    item.as_object_mut().unwrap().remove("request_id");
    assert_eq!(
        item,
        json!({ "object": "property_item", "id": number, "type": "number", "number": 1.5 })
    );
}

#[tokio::test]
async fn icon_cover_and_lock_are_kept_until_they_are_changed() {
    let workspace = workspace();
    let icon = json!({ "type": "emoji", "emoji": "✈" });
    let page = json!({
        "parent": { "data_source_id": AIRPORTS_SOURCE },
        "properties": { "Name": { "title": words("Vienna") } },
        "icon": icon,
    });
    let page = workspace.post("v1/pages", page).await.ok();
    assert_eq!((&page["icon"], &page["cover"]), (&icon, &Value::Null));
    let path = format!("v1/pages/{}", page["id"].as_str().unwrap());
    let cover = json!({ "type": "external", "external": { "url": "https://a.example/c.png" } });
    let change = json!({ "cover": cover, "is_locked": true });
    workspace.patch(&path, change).await.ok();
    let page = workspace.get(&path).await.ok();
    assert_eq!((&page["icon"], &page["cover"]), (&icon, &cover));
    assert_eq!(page["is_locked"], true);
    let told = workspace.patch(&path, json!({ "is_locked": "yes" })).await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
    let told = workspace.patch(&path, json!({ "colour": "red" })).await;
    assert!(told.text.contains("body.colour should be not present"));
}
