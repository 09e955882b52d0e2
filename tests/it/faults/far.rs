//! The vendors as processes of their own, for runs that are killed.

use std::path::Path;
use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use crate::support::process::{Home, PlayedVendor, Served, within};

/// How long a run may take that nobody kills any more.
const LONGEST_RUN: Duration = Duration::from_mins(3);

/// What differs from one vendor to the other.
pub(super) struct Far {
    pub(super) provider: &'static str,
    token: &'static str,
    base: &'static str,
    table: &'static str,
}

pub(super) const AIRTABLE: Far = Far {
    provider: "airtable",
    token: "patTESTtesttestte.0123456789abcdef",
    base: "appSandboxDemo001",
    table: "tblAirportsDemo01",
};
pub(super) const NOTION: Far = Far {
    provider: "notion",
    token: "ntn_TESTtesttestte0123456789abcdef",
    base: "d0000000-0000-4000-8000-000000000001",
    table: "50000000-0000-4000-8000-000000000001",
};

/// A record of the remote table.
pub(super) struct There {
    pub(super) id: String,
    pub(super) key: String,
    pub(super) name: String,
}

/// A vendor that takes calls as fast as they come, and the home of an appliance that makes them so.
pub(super) async fn unpaced(folder: &Path) -> (PlayedVendor, Home) {
    let vendor = PlayedVendor::start(folder);
    let plenty = json!({"notion": {"limits": {"per_second": 0, "per_window": 0}}});
    vendor.turn(&plenty).await;
    let home = Home::new(folder)
        .set("SANDBOX__URL", &vendor.url)
        .set("AIRTABLE__REQUESTS_PER_SECOND", "0")
        .set("NOTION__REQUESTS_PER_SECOND", "0")
        // A run that was killed waits so long before it goes on, and is to be killed later, too.
        .set("NOTION__SETTLE_AFTER", "500 ms")
        .set("LIMITS__SYNC_STARTS", "1000 / second")
        .set("LIMITS__SYNC_STARTS_AIRTABLE", "1000 / second")
        .set("LIMITS__SYNC_STARTS_NOTION", "1000 / second");
    (vendor, home)
}

/// A dataset, a connection, and the sync between them with `more` said of it; gives the dataset's and the sync's id.
pub(super) async fn make(server: &Served, far: &Far, more: Value) -> (String, String) {
    let fields = ["iata", "name", "city"];
    let fields = fields.map(|name| json!({"name": name, "type": "text"}));
    let dataset = json!({"name": "Airports", "key_field": "iata", "fields": fields});
    let dataset = id(&server.post("/datasets", dataset).await.expect(201));
    let connection = json!({
        "provider": far.provider, "name": "Sandbox", "endpoint": "sandbox", "token": far.token,
    });
    let connection = id(&server.post("/connections", connection).await.expect(201));
    let tables = format!("/connections/{connection}/bases/{}/tables", far.base);
    let tables = server.get(&tables).await.expect(200);
    let tables = tables["items"].as_array().unwrap();
    let table = tables.iter().find(|table| table["id"] == far.table);
    let fields = table.unwrap()["fields"].as_array().unwrap();
    let named = |name: &str| id(fields.iter().find(|field| field["name"] == name).unwrap());
    let mut sync = json!({
        "name": "Airports", "dataset_id": dataset, "connection_id": connection,
        "base_id": far.base, "table_id": far.table, "remote_key_field_id": named("Code"),
        "mapping": [
            {"field": "name", "remote_field_id": named("Name")},
            {"field": "city", "remote_field_id": named("City")},
        ],
    });
    for (name, value) in more.as_object().unwrap() {
        sync[name.as_str()] = value.clone();
    }
    let sync = id(&server.post("/syncs", sync).await.expect(201));
    (dataset, sync)
}

/// Queues a run, unless one is under way.
pub(super) async fn start(server: &Served, sync: &str) {
    let asked = server.post(&format!("/syncs/{sync}/runs"), json!({})).await;
    assert!(
        matches!(asked.status.as_u16(), 202 | 409),
        "{}",
        asked.text()
    );
}

/// Waits until no run is under way.
pub(super) async fn settle(server: &Served) {
    within(LONGEST_RUN, "every run has ended", async || {
        let runs = server.get("/runs?limit=500").await.expect(200);
        let mut runs = runs["items"].as_array().unwrap().iter();
        let ended =
            |run: &Value| matches!(run["state"].as_str(), Some("done" | "failed" | "cancelled"));
        runs.all(ended).then_some(())
    })
    .await;
}

/// Every remote record.
pub(super) async fn there(vendor: &PlayedVendor, far: &Far) -> Vec<There> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    if far.provider == "airtable" {
        let url = format!(
            "{}/_sandbox/dump?base={}&table=Airports",
            vendor.url, far.base
        );
        let dump = http.get(url).send().await.unwrap().text().await.unwrap();
        let rows = dump
            .lines()
            .map(|row| serde_json::from_str::<Value>(row).unwrap());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        return rows
            .map(|row| There {
                id: text(&row["id"]),
                key: text(&row["fields"]["Code"]),
                name: text(&row["fields"]["Name"]),
            })
            .collect();
    }
    let (mut pages, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut body = json!({});
        if cursor.is_string() {
            body["start_cursor"] = cursor;
        }
        let url = format!("{}/v1/data_sources/{}/query", vendor.url, far.table);
        let request = http.post(url).bearer_auth("ntn_READERreader0001");
        let request = request.header("notion-version", "2026-03-11").json(&body);
        let part: Value = request.send().await.unwrap().json().await.unwrap();
        let words = |pieces: &Value| -> String {
            let pieces = pieces.as_array().unwrap().iter();
            pieces
                .map(|piece| piece["plain_text"].as_str().unwrap())
                .collect()
        };
        pages.extend(part["results"].as_array().unwrap().iter().map(|page| {
            let held = &page["properties"];
            There {
                id: id(page),
                key: words(&held["Code"]["rich_text"]),
                name: words(&held["Name"]["title"]),
            }
        }));
        cursor = part["next_cursor"].clone();
        if part["has_more"] != true {
            return pages;
        }
    }
}

/// What a colleague does to a record at the vendor's own page, or to make one where `record` is empty.
pub(super) async fn edit(
    vendor: &PlayedVendor,
    far: &Far,
    record: &str,
    (key, name): (&str, &str),
) {
    let words = |text: &str| json!([{"text": {"content": text}}]);
    let (path, body) = if far.provider == "airtable" {
        let fields = json!({"Code": key, "Name": name, "City": "Town"});
        (records(far, record), json!({ "fields": fields }))
    } else {
        let code = json!({"rich_text": words(key)});
        let mut body = json!({"properties": {"Code": code, "Name": {"title": words(name)}}});
        if record.is_empty() {
            body["parent"] = json!({"data_source_id": far.table});
        }
        (pages(record), body)
    };
    let method = if record.is_empty() {
        Method::POST
    } else {
        Method::PATCH
    };
    vendor.ask(method, &path, &body).await;
}

/// A colleague deletes it.
pub(super) async fn delete(vendor: &PlayedVendor, far: &Far, record: &str) {
    if far.provider == "airtable" {
        let path = records(far, record);
        vendor.ask(Method::DELETE, &path, &Value::Null).await;
    } else {
        let trash = json!({"in_trash": true});
        vendor.ask(Method::PATCH, &pages(record), &trash).await;
    }
}

fn records(far: &Far, record: &str) -> String {
    let path = format!("bases/{}/tables/{}/records/{record}", far.base, far.table);
    path.trim_end_matches('/').to_owned()
}

fn pages(record: &str) -> String {
    let path = format!("notion/pages/{record}");
    path.trim_end_matches('/').to_owned()
}

pub(super) fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
