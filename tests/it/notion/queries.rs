//! Queries of data sources.

use std::time::Duration;

use serde_json::{Value, json};

use super::{
    AIRPORTS_SOURCE, EVERYTHING_SOURCE, PROJECTS_SOURCE, TASKS_SOURCE, Workspace, words, workspace,
};

impl Workspace {
    /// Makes the airports `A0`, `A1` and so on, and gives the ids of their pages.
    async fn airports(&self, count: usize) -> Vec<String> {
        let mut ids = Vec::with_capacity(count);
        for number in 0..count {
            ids.push(self.titled(AIRPORTS_SOURCE, &format!("A{number}")).await);
        }
        ids
    }
}

#[tokio::test]
async fn pages_of_a_query_follow_each_other_until_nothing_is_left() {
    let workspace = workspace();
    workspace.airports(5).await;
    let first = workspace
        .query(AIRPORTS_SOURCE, json!({ "page_size": 2 }))
        .await
        .ok();
    assert_eq!(first["object"], "list");
    assert_eq!(first["type"], "page_or_data_source");
    assert_eq!(first["results"].as_array().unwrap().len(), 2);
    assert_eq!(first["request_status"], json!({ "type": "complete" }));
    let all = workspace
        .titles(AIRPORTS_SOURCE, json!({ "page_size": 2 }))
        .await;
    assert_eq!(all, ["A0", "A1", "A2", "A3", "A4"]);
    for wrong in [json!(0), json!(101), json!("2")] {
        let told = workspace
            .query(AIRPORTS_SOURCE, json!({ "page_size": wrong }))
            .await;
        assert_eq!(told.refused(), (400, "validation_error".into()));
    }
}

#[tokio::test]
async fn a_cursor_that_has_expired_or_never_was_is_refused_by_its_name() {
    let workspace = workspace();
    workspace.airports(3).await;
    let first = workspace
        .query(AIRPORTS_SOURCE, json!({ "page_size": 1 }))
        .await
        .ok();
    let next = json!({ "page_size": 1, "start_cursor": first["next_cursor"] });
    workspace.query(AIRPORTS_SOURCE, next.clone()).await.ok();
    workspace.clock.advance(Duration::from_secs(3_601));
    for body in [
        next,
        json!({ "start_cursor": "00000000-0000-4000-8000-000000000000" }),
    ] {
        let told = workspace.query(AIRPORTS_SOURCE, body).await;
        assert_eq!(told.refused(), (400, "validation_error".into()));
        assert!(told.text.contains("start_cursor"));
    }
}

#[tokio::test]
async fn a_query_yields_ten_thousand_pages_and_then_says_that_it_is_incomplete() {
    let workspace = workspace();
    workspace.turn(json!({ "query_cap": 3 })).await;
    workspace.airports(5).await;
    let first = workspace
        .query(AIRPORTS_SOURCE, json!({ "page_size": 2 }))
        .await
        .ok();
    let next = json!({ "page_size": 2, "start_cursor": first["next_cursor"] });
    let last = workspace.query(AIRPORTS_SOURCE, next).await.ok();
    assert_eq!(last["results"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&last["has_more"], &last["next_cursor"]),
        (&json!(false), &Value::Null)
    );
    assert_eq!(
        last["request_status"],
        json!({ "type": "incomplete", "incomplete_reason": "query_result_limit_reached" })
    );
}

#[tokio::test]
async fn a_new_page_is_missing_from_queries_for_as_long_as_the_knob_says() {
    let workspace = workspace();
    workspace.turn(json!({ "query_lag_seconds": 10 })).await;
    let id = workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    workspace.get(&format!("v1/pages/{id}")).await.ok();
    assert!(
        workspace
            .titles(AIRPORTS_SOURCE, json!({}))
            .await
            .is_empty()
    );
    workspace.clock.advance(Duration::from_secs(10));
    assert_eq!(
        workspace.titles(AIRPORTS_SOURCE, json!({})).await,
        ["Vienna"]
    );
}

#[tokio::test]
async fn filters_keep_what_their_conditions_say() {
    let workspace = workspace();
    let projects = [
        (
            json!({ "property": "Name", "title": { "equals": "Timetable" } }),
            vec!["Timetable"],
        ),
        (
            json!({ "property": "title", "rich_text": { "contains": "LIGHT" } }),
            vec!["Runway lights"],
        ),
        (
            json!({ "property": "Name", "title": { "starts_with": "New" } }),
            vec!["New terminal"],
        ),
        (
            json!({ "property": "Budget", "number": { "greater_than": 82_000.5 } }),
            vec!["New terminal"],
        ),
        (
            json!({ "property": "Budget", "number": { "is_empty": true } }),
            vec!["Timetable"],
        ),
        (
            json!({ "property": "Public", "checkbox": { "equals": false } }),
            vec!["Runway lights"],
        ),
        (
            json!({ "property": "Status", "status": { "equals": ["Done", "Not started"] } }),
            vec!["Runway lights", "Timetable"],
        ),
        (
            json!({ "property": "Status", "status": { "does_not_equal": "Done" } }),
            vec!["New terminal", "Runway lights"],
        ),
        (
            json!({ "property": "Start", "date": { "on_or_before": "2026-03-01" } }),
            vec!["New terminal", "Timetable"],
        ),
        (
            json!({ "property": "Start", "date": { "after": "2026-03-01" } }),
            vec!["Runway lights"],
        ),
        (
            json!({ "property": "Owner", "people": { "is_not_empty": true } }),
            vec!["New terminal", "Timetable"],
        ),
        (
            json!({ "timestamp": "created_time", "created_time": { "past_week": {} } }),
            vec!["New terminal", "Runway lights", "Timetable"],
        ),
        (
            json!({ "timestamp": "last_edited_time", "last_edited_time": { "on_or_after": "2026-11-27" } }),
            vec![],
        ),
        (
            json!({ "and": [
                { "property": "Public", "checkbox": { "equals": true } },
                { "or": [
                    { "property": "Status", "status": { "equals": "Done" } },
                    { "property": "Budget", "number": { "less_than": 5 } },
                ] },
            ] }),
            vec!["Timetable"],
        ),
    ];
    for (filter, expected) in projects {
        let found = workspace
            .titles(PROJECTS_SOURCE, json!({ "filter": filter }))
            .await;
        assert_eq!(found, expected, "{filter}");
    }
    for (source, filter, expected) in [
        (
            TASKS_SOURCE,
            json!({ "property": "Tags", "multi_select": { "contains": "paper" } }),
            vec!["Order the steel"],
        ),
        (
            TASKS_SOURCE,
            json!({ "property": "Number", "unique_id": { "greater_than": 2 } }),
            vec!["Count the lamps"],
        ),
        (
            EVERYTHING_SOURCE,
            json!({ "property": "Formula", "formula": { "number": { "equals": 3 } } }),
            vec!["A full page"],
        ),
        (
            EVERYTHING_SOURCE,
            json!({ "property": "Rollup", "rollup": { "number": { "greater_than": 1_000_000 } } }),
            vec!["A full page"],
        ),
    ] {
        let found = workspace.titles(source, json!({ "filter": filter })).await;
        assert_eq!(found, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_that_does_not_fit_is_refused() {
    let workspace = workspace();
    let deep = json!({ "and": [{ "or": [{ "and": [] }] }] });
    for wrong in [
        json!({ "property": "Town", "title": { "equals": "a" } }),
        json!({ "property": "Budget", "title": { "equals": "a" } }),
        json!({ "property": "Budget", "number": { "equals": "5" } }),
        json!({ "property": "Budget", "number": { "bigger_than": 5 } }),
        json!({ "property": "Start", "date": { "before": "whenever" } }),
        json!({ "property": "Name" }),
        json!([]),
        deep,
    ] {
        let told = workspace
            .query(PROJECTS_SOURCE, json!({ "filter": wrong }))
            .await;
        assert_eq!(told.refused(), (400, "validation_error".into()), "{wrong}");
    }
    let two_levels = json!({ "and": [{ "or": [] }] });
    workspace
        .query(PROJECTS_SOURCE, json!({ "filter": two_levels }))
        .await
        .ok();
}

#[tokio::test]
async fn sorts_put_pages_in_order_and_what_is_empty_last() {
    let workspace = workspace();
    for (sorts, expected) in [
        (
            json!([{ "property": "Budget", "direction": "ascending" }]),
            ["Runway lights", "New terminal", "Timetable"],
        ),
        (
            json!([{ "property": "Budget", "direction": "descending" }]),
            ["New terminal", "Runway lights", "Timetable"],
        ),
        (
            json!([{ "property": "Name", "direction": "descending" }]),
            ["Timetable", "Runway lights", "New terminal"],
        ),
        (
            json!([{ "property": "Public", "direction": "descending" }, { "property": "Start", "direction": "ascending" }]),
            ["Timetable", "New terminal", "Runway lights"],
        ),
        (
            json!([{ "timestamp": "created_time", "direction": "descending" }]),
            ["Timetable", "Runway lights", "New terminal"],
        ),
        (
            json!([{ "property": "Status", "direction": "ascending" }]),
            ["Runway lights", "New terminal", "Timetable"],
        ),
    ] {
        let found = workspace
            .titles(PROJECTS_SOURCE, json!({ "sorts": sorts }))
            .await;
        assert_eq!(found, expected, "{sorts}");
    }
    for wrong in [
        json!([{ "property": "Town", "direction": "ascending" }]),
        json!([{ "property": "Name" }]),
        json!({ "property": "Name", "direction": "ascending" }),
    ] {
        let told = workspace
            .query(PROJECTS_SOURCE, json!({ "sorts": wrong }))
            .await;
        assert_eq!(told.refused(), (400, "validation_error".into()), "{wrong}");
    }
}

#[tokio::test]
async fn only_the_properties_that_are_asked_for_are_shown() {
    let workspace = workspace();
    let source = workspace
        .get(&format!("v1/data_sources/{PROJECTS_SOURCE}"))
        .await
        .ok();
    let budget = source["properties"]["Budget"]["id"].as_str().unwrap();
    let path = format!(
        "v1/data_sources/{PROJECTS_SOURCE}/query?filter_properties[]={budget}&filter_properties[]=title"
    );
    let page = workspace.post(&path, json!({})).await.ok()["results"][0].clone();
    let mut names: Vec<&String> = page["properties"].as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(names, ["Budget", "Name"]);
}

#[tokio::test]
async fn a_page_that_changes_under_a_query_is_shown_as_it_is_now() {
    let workspace = workspace();
    let ids = workspace.airports(4).await;
    let first = workspace
        .query(AIRPORTS_SOURCE, json!({ "page_size": 1 }))
        .await
        .ok();
    workspace
        .patch(&format!("v1/pages/{}", ids[1]), json!({ "in_trash": true }))
        .await
        .ok();
    let change = json!({ "properties": { "Name": { "title": words("New") } } });
    workspace
        .patch(&format!("v1/pages/{}", ids[2]), change)
        .await
        .ok();
    let rest = json!({ "start_cursor": first["next_cursor"] });
    assert_eq!(workspace.titles(AIRPORTS_SOURCE, rest).await, ["New", "A3"]);
}

#[tokio::test]
async fn a_page_is_found_by_its_value_as_it_is_now() {
    let workspace = workspace();
    let id = workspace.titled(AIRPORTS_SOURCE, "Vienna").await;
    let by_name = |name: &str| json!({ "property": "Name", "title": { "equals": name } });
    let find = async |filter: Value| {
        workspace
            .titles(AIRPORTS_SOURCE, json!({ "filter": filter }))
            .await
    };
    assert_eq!(find(by_name("Vienna")).await, ["Vienna"]);
    let change = json!({ "properties": { "Name": { "title": words("Wien") } } });
    workspace
        .patch(&format!("v1/pages/{id}"), change)
        .await
        .ok();
    workspace.titled(AIRPORTS_SOURCE, "Oslo").await;
    assert!(find(by_name("Vienna")).await.is_empty());
    assert_eq!(find(by_name("Wien")).await, ["Wien"]);
    let either = json!({ "or": [by_name("Oslo"), by_name("Wien"), by_name("Oslo")] });
    assert_eq!(find(either).await, ["Wien", "Oslo"]);
    let numbers = json!({ "property": "Latitude", "number": { "equals": 48.5 } });
    assert!(find(numbers.clone()).await.is_empty());
    let change = json!({ "properties": { "Latitude": { "number": 48.5 } } });
    workspace
        .patch(&format!("v1/pages/{id}"), change)
        .await
        .ok();
    assert_eq!(find(numbers).await, ["Wien"]);
}

#[tokio::test]
async fn a_property_of_another_type_is_found_by_its_new_values() {
    let workspace = workspace();
    let filter = json!({ "property": "City", "rich_text": { "equals": "7" } });
    assert!(
        workspace
            .titles(AIRPORTS_SOURCE, json!({ "filter": filter }))
            .await
            .is_empty()
    );
    let path = format!("v1/data_sources/{AIRPORTS_SOURCE}");
    let change = json!({ "properties": { "City": { "number": {} } } });
    workspace.patch(&path, change).await.ok();
    let page = json!({ "Name": { "title": words("Vienna") }, "City": { "number": 7 } });
    workspace.create(AIRPORTS_SOURCE, page).await.ok();
    let filter = json!({ "property": "City", "number": { "equals": 7 } });
    let found = workspace
        .titles(AIRPORTS_SOURCE, json!({ "filter": filter }))
        .await;
    assert_eq!(found, ["Vienna"]);
}
