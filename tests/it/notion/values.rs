//! Values of every type: what a write gives and what a read shows.

use serde_json::{Value, json};

use super::{EVERYTHING_SOURCE, Workspace, words, workspace};

/// What a property shows after `given` was written to it.
async fn echo(workspace: &Workspace, name: &str, given: Value) -> Value {
    let mut properties = json!({ "Name": { "title": words("One") } });
    properties[name] = given;
    let page = workspace.create(EVERYTHING_SOURCE, properties).await.ok();
    let property = page["properties"][name].clone();
    let kind = property["type"].as_str().unwrap();
    property[kind].clone()
}

#[tokio::test]
async fn a_value_is_shown_as_the_vendor_shows_it() {
    let workspace = workspace();
    let carl = "c0110000-0000-4000-8000-000000000001";
    let url = "https://files.example/a.pdf";
    for (name, given, shown) in [
        ("Number", json!({ "number": 7.25 }), json!(7.25)),
        ("Number", json!({ "number": 7.0 }), json!(7)),
        ("Number", json!({ "number": null }), Value::Null),
        ("Checkbox", json!({ "checkbox": true }), json!(true)),
        ("Select", json!({ "select": null }), Value::Null),
        ("Tags", json!({ "multi_select": [] }), json!([])),
        (
            "URL",
            json!({ "url": "https://a.example" }),
            json!("https://a.example"),
        ),
        (
            "Email",
            json!({ "email": "a@b.example" }),
            json!("a@b.example"),
        ),
        ("Phone", json!({ "phone_number": null }), Value::Null),
        (
            "Date",
            json!({ "date": { "start": "2026-02-03" } }),
            json!({ "start": "2026-02-03", "end": null, "time_zone": null }),
        ),
        (
            "Date",
            json!({ "date": { "start": "2026-02-03T10:00:00+02:00", "end": "2026-02-03T12:30:00+02:00" } }),
            json!({
                "start": "2026-02-03T10:00:00.000+02:00",
                "end": "2026-02-03T12:30:00.000+02:00",
                "time_zone": null,
            }),
        ),
        (
            "Files",
            json!({ "files": [{ "name": "a.pdf", "external": { "url": url } }] }),
            json!([{ "name": "a.pdf", "type": "external", "external": { "url": url } }]),
        ),
        (
            "People",
            json!({ "people": [{ "id": carl }] }),
            json!([{
                "object": "user", "id": carl, "name": "Carl Colleague", "avatar_url": null,
                "type": "person", "person": { "email": "colleague@sandbox.example" },
            }]),
        ),
        (
            "Verification",
            json!({ "verification": null }),
            json!({ "state": "unverified", "verified_by": null, "date": null }),
        ),
    ] {
        assert_eq!(
            echo(&workspace, name, given.clone()).await,
            shown,
            "{name} {given}"
        );
    }
}

#[tokio::test]
async fn an_option_is_named_by_its_id_as_well() {
    let workspace = workspace();
    let first = echo(
        &workspace,
        "Select",
        json!({ "select": { "name": "blue" } }),
    )
    .await;
    assert_eq!(
        (&first["name"], first["color"].as_str()),
        (&json!("blue"), Some("blue"))
    );
    let again = echo(
        &workspace,
        "Select",
        json!({ "select": { "id": first["id"] } }),
    )
    .await;
    assert_eq!(again, first);
    let status = echo(
        &workspace,
        "Status",
        json!({ "status": { "name": "Done" } }),
    )
    .await;
    assert_eq!(status["name"], "Done");
}

#[tokio::test]
async fn what_is_computed_is_worked_out_from_the_rest() {
    let workspace = workspace();
    let page = workspace.query(EVERYTHING_SOURCE, json!({})).await.ok()["results"][0].clone();
    let value = |name: &str| {
        let property = &page["properties"][name];
        property[property["type"].as_str().unwrap()].clone()
    };
    assert_eq!(value("Formula"), json!({ "type": "number", "number": 3 }));
    assert_eq!(
        value("Rollup"),
        json!({ "type": "number", "number": 1_332_000.5, "function": "sum" })
    );
    assert_eq!(value("ID"), json!({ "prefix": "ALL", "number": 1 }));
    assert_eq!(value("Created"), page["created_time"]);
    assert_eq!(value("Edited"), page["last_edited_time"]);
    assert_eq!(value("Creator")["name"], "Carl Colleague");
    assert_eq!(value("Button"), json!({}));
}

#[tokio::test]
async fn a_rollup_over_more_than_25_pages_is_incomplete() {
    let workspace = workspace();
    let mut projects = Vec::new();
    for number in 0..26 {
        let id = workspace
            .titled(super::PROJECTS_SOURCE, &format!("P{number}"))
            .await;
        projects.push(json!({ "id": id }));
    }
    let given = json!({
        "Name": { "title": words("One") },
        "Project": { "relation": projects },
    });
    let page = workspace.create(EVERYTHING_SOURCE, given).await.ok();
    assert_eq!(page["properties"]["Rollup"]["rollup"]["type"], "incomplete");
}

#[tokio::test]
async fn a_relation_leads_only_to_pages_that_are_there_and_of_its_data_source() {
    let workspace = workspace();
    let stranger = workspace.titled(super::AIRPORTS_SOURCE, "Vienna").await;
    let given = |id: &str| {
        json!({
            "Name": { "title": words("One") },
            "Project": { "relation": [{ "id": id }] },
        })
    };
    let told = workspace.create(EVERYTHING_SOURCE, given(&stranger)).await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
    let nobody = "00000000-0000-4000-8000-000000000000";
    let told = workspace.create(EVERYTHING_SOURCE, given(nobody)).await;
    assert_eq!(told.refused(), (404, "object_not_found".into()));
}

#[tokio::test]
async fn what_is_too_long_is_refused_by_its_place_and_length() {
    let workspace = workspace();
    let long = "a".repeat(2_001);
    let told = workspace
        .create(
            EVERYTHING_SOURCE,
            json!({ "Name": { "title": words(&long) } }),
        )
        .await;
    assert_eq!(told.refused(), (400, "validation_error".into()));
    assert_eq!(
        told.json()["message"],
        "body failed validation: body.properties.Name.title[0].text.content.length should be \
         ≤ `2000`, instead was `2001`."
    );
}
