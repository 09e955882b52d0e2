//! `kill -9` at random moments of a run, with the vendor as a process of its own: after the next
//! run the remote table holds each record once.

use std::collections::BTreeMap;
use std::time::Duration;

use poem::http::Method;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::support::process::{Home, PlayedVendor, Served, within};

const KILLS: u32 = 100;
/// A run is to be killed again and again, and a new one begins when it has ended all the same.
const KILLS_A_RUN: u32 = 5;
const LATEST_KILL_MS: u64 = 1_500;
const RECORDS: u32 = 400;
/// How long a run may take that nobody kills any more.
const LONGEST_RUN: Duration = Duration::from_mins(3);

/// What differs from one vendor to the other.
struct Far {
    provider: &'static str,
    token: &'static str,
    base: &'static str,
    table: &'static str,
}

const AIRTABLE: Far = Far {
    provider: "airtable",
    token: "patTESTtesttestte.0123456789abcdef",
    base: "appSandboxDemo001",
    table: "tblAirportsDemo01",
};
const NOTION: Far = Far {
    provider: "notion",
    token: "ntn_TESTtesttestte0123456789abcdef",
    base: "d0000000-0000-4000-8000-000000000001",
    table: "50000000-0000-4000-8000-000000000001",
};

#[tokio::test]
async fn a_killed_push_to_airtable_leaves_each_record_once() {
    survives(&AIRTABLE).await;
}

#[tokio::test]
async fn a_killed_push_to_notion_leaves_each_record_once() {
    survives(&NOTION).await;
}

async fn survives(far: &Far) {
    let seed = rand::random();
    eprintln!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let vendor = PlayedVendor::start(folder.path());
    let plenty = json!({"notion": {"limits": {"per_second": 0, "per_window": 0}}});
    vendor.turn(&plenty).await;
    let home = Home::new(folder.path())
        .set("SANDBOX__URL", &vendor.url)
        .set("AIRTABLE__REQUESTS_PER_SECOND", "0")
        .set("NOTION__REQUESTS_PER_SECOND", "0")
        // A run that was killed waits so long before it goes on, and is to be killed later, too.
        .set("NOTION__SETTLE_AFTER", "500 ms")
        .set("LIMITS__SYNC_STARTS", "1000 / second")
        .set("LIMITS__SYNC_STARTS_AIRTABLE", "1000 / second")
        .set("LIMITS__SYNC_STARTS_NOTION", "1000 / second");
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let (dataset, sync) = make(&server, far).await;
    let mut round = 0;
    for kill in 0..KILLS {
        if kill % KILLS_A_RUN == 0 {
            round += 1;
            bring(&server, &dataset, round).await;
            let asked = server.post(&format!("/syncs/{sync}/runs"), json!({})).await;
            assert!(
                matches!(asked.status.as_u16(), 202 | 409),
                "{}",
                asked.text()
            );
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(1..LATEST_KILL_MS))).await;
        let session = server.session();
        server.kill();
        server = home.serve().await.resuming(&session);
    }
    // What was under way, and once more, so that everything that was open is looked for.
    for _ in 0..2 {
        settle(&server).await;
        let asked = server.post(&format!("/syncs/{sync}/runs"), json!({})).await;
        asked.expect(202);
    }
    settle(&server).await;
    let there = names(&vendor, far).await;
    assert_eq!(
        there.len(),
        RECORDS as usize,
        "a record is missing or double"
    );
    let there: BTreeMap<String, String> = there.into_iter().collect();
    for number in 0..RECORDS {
        let wanted = format!("Airport {number} of {round}");
        assert_eq!(there[&format!("K{number:04}")], wanted);
    }
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}

/// A dataset, a connection, and the sync between them; gives the dataset's and the sync's id.
async fn make(server: &Served, far: &Far) -> (String, String) {
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
    let sync = json!({
        "name": "Airports", "dataset_id": dataset, "connection_id": connection,
        "base_id": far.base, "table_id": far.table, "remote_key_field_id": named("Code"),
        "mapping": [
            {"field": "name", "remote_field_id": named("Name")},
            {"field": "city", "remote_field_id": named("City")},
        ],
    });
    let sync = id(&server.post("/syncs", sync).await.expect(201));
    (dataset, sync)
}

async fn bring(server: &Served, dataset: &str, round: u32) {
    let mut csv = String::from("iata,name,city\n");
    for number in 0..RECORDS {
        csv += &format!("K{number:04},Airport {number} of {round},City {number}\n");
    }
    let path = format!("/datasets/{dataset}/imports?format=csv");
    let import = server.send(Method::POST, &path, "text/csv", csv.into_bytes());
    assert_eq!(import.await.expect(200)["refused"], 0);
}

/// Waits until no run is under way.
async fn settle(server: &Served) {
    within(LONGEST_RUN, "every run has ended", async || {
        let runs = server.get("/runs?limit=500").await.expect(200);
        let mut runs = runs["items"].as_array().unwrap().iter();
        let ended =
            |run: &Value| matches!(run["state"].as_str(), Some("done" | "failed" | "cancelled"));
        runs.all(ended).then_some(())
    })
    .await;
}

/// Key and name of every remote record.
async fn names(vendor: &PlayedVendor, far: &Far) -> Vec<(String, String)> {
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
            .map(|row| (text(&row["fields"]["Code"]), text(&row["fields"]["Name"])))
            .collect();
    }
    let (mut names, mut cursor) = (Vec::new(), Value::Null);
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
        names.extend(part["results"].as_array().unwrap().iter().map(|page| {
            let held = &page["properties"];
            (
                words(&held["Code"]["rich_text"]),
                words(&held["Name"]["title"]),
            )
        }));
        cursor = part["next_cursor"].clone();
        if part["has_more"] != true {
            return names;
        }
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}
