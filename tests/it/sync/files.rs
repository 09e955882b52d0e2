//! Files: they are written by their addresses and never taken for changed because the vendor shows
//! its own copies under addresses that it signs anew at each reading.

use poem::http::Method;
use serde_json::{Value, json};

use super::far::{Far, SOURCE};
use super::{BASE, TABLE, Yard, counts, id, text};

const PLAN: &str = "https://files.example.org/plan.pdf";
const MAP: &str = "https://files.example.org/map.png?size=large";
const NEW: &str = "https://files.example.org/new.pdf";

async fn yard(far: Far) -> Yard {
    let mut yard = Yard::at(far).await;
    if far == Far::Notion {
        let database = json!({"id": far.base(), "title": "Airports", "data_sources": [
            {"id": SOURCE, "name": "Airports", "properties": {
                "Name": {"title": {}}, "Code": {"rich_text": {}}, "Files": {"files": {}},
            }},
        ]});
        let vendor = &yard.vendor;
        vendor
            .control(Method::POST, "notion/databases", Some(database))
            .await;
    } else {
        let base = json!({"id": BASE, "name": "Sandbox", "tables": [
            {"id": TABLE, "name": "Airports", "fields": [
                {"name": "Code", "type": "singleLineText"},
                {"name": "Name", "type": "singleLineText"},
                {"name": "Files", "type": "multipleAttachments"},
            ]},
        ]});
        yard.vendor.control(Method::POST, "bases", Some(base)).await;
    }
    let field = |name: &str, kind: &str| json!({"name": name, "type": kind, "required": false, "indexed": false});
    let fields = json!([
        field("iata", "text"),
        field("name", "text"),
        field("files", "choices")
    ]);
    let dataset = json!({"name": "Sites", "key_field": "iata", "fields": fields});
    yard.dataset = id(&yard.member.post("/datasets", dataset).await.expect(201));
    yard
}

impl Yard {
    async fn site(&self, name: &str, files: &[&str]) {
        self.write("K1", json!({"name": name, "files": files}))
            .await;
    }

    /// The record there, and the files that it holds as the vendor shows them.
    async fn held(&self) -> (String, Vec<Value>) {
        let (record, files) = if self.vendor.far == Far::Notion {
            let path = format!("notion/data_sources/{SOURCE}/pages");
            let pages = self.vendor.control(Method::GET, &path, None).await;
            let pages: Value = pages.json().await.unwrap();
            let page = pages["pages"][0].clone();
            let files = page["properties"]["Files"]["files"].clone();
            (page, files)
        } else {
            let record = self.vendor.record("K1").await;
            let files = record["fields"]["Files"].clone();
            (record, files)
        };
        (id(&record), files.as_array().cloned().unwrap_or_default())
    }

    /// What the files there are called.
    async fn file_names(&self) -> Vec<String> {
        let (_, files) = self.held().await;
        let name = |file: &Value| text(&file["name"]) + &text(&file["filename"]);
        files.iter().map(name).collect()
    }

    /// A colleague leaves the first file there and uploads another.
    async fn upload_there(&self) {
        let (record, files) = self.held().await;
        if self.vendor.far == Far::Notion {
            let own = json!({"name": "own.pdf", "type": "file",
                "file": {"url": "https://uploads.example/own.pdf", "expiry_time": "2026-11-28T00:00:00.000Z"}});
            let body = json!({"properties": {"Files": {"files": [files[0], own]}}});
            let path = format!("notion/pages/{record}");
            self.vendor.control(Method::PATCH, &path, Some(body)).await;
        } else {
            let own = json!({"url": "https://uploads.example/own.pdf"});
            let fields = json!({"Files": [{"id": files[0]["id"]}, own]});
            self.vendor.edit(Method::PATCH, &record, Some(fields)).await;
        }
    }
}

every_provider! {
    files_are_pushed_by_their_addresses_and_not_again
    files_of_both_sides_stay_what_they_are
}

/// Connectors send a file's address as a text, which the vendor refuses, or find each file changed
/// whenever they look, since the vendor shows its copy under another address each time.
async fn files_are_pushed_by_their_addresses_and_not_again(far: Far) {
    let yard = yard(far).await;
    let sync = yard.sync().await;
    yard.site("One", &["plan.pdf"]).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    let told = text(&run["problems"][0]["reason"]);
    assert!(told.contains("addresses (https://…)"), "{told}");
    assert_eq!(yard.vendor.writes().await, 0);
    yard.site("One", &[PLAN, MAP]).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    assert_eq!(yard.file_names().await, ["plan.pdf", "map.png"]);
    let written = yard.vendor.writes().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 1, "{run}");
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(plan["counts"]["unchanged"], 1, "{plan}");
    assert_eq!(yard.vendor.writes().await, written);
    // The list replaces what is there.
    yard.site("One", &[MAP, NEW]).await;
    yard.run(&sync).await;
    assert_eq!(yard.file_names().await, ["map.png", "new.pdf"]);
    yard.site("One", &[]).await;
    yard.run(&sync).await;
    assert!(yard.file_names().await.is_empty());
}

/// The list that a push wrote back took away what people had uploaded, or had it fetched from an
/// address that had expired.
async fn files_of_both_sides_stay_what_they_are(far: Far) {
    let yard = yard(far).await;
    yard.site("One", &[PLAN, MAP]).await;
    let sync = yard.both(json!({})).await;
    yard.run(&sync).await;
    yard.assert_settled(&sync).await;
    yard.upload_there().await;
    yard.run(&sync).await;
    let here = yard.here("K1").await["files"].clone();
    let here: Vec<String> = serde_json::from_value(here).unwrap();
    assert_eq!(
        (here.len(), here[0].as_str()),
        (2, PLAN),
        "ours is as it was"
    );
    assert!(!here[1].contains('?'), "no signature is kept: {}", here[1]);
    yard.assert_settled(&sync).await;
    let (_, before) = yard.held().await;
    yard.patch("K1", json!({"name": "Another"})).await;
    yard.patch("K1", json!({"files": [here[0], here[1], NEW]}))
        .await;
    yard.run(&sync).await;
    assert_eq!(yard.file_names().await, ["plan.pdf", "own.pdf", "new.pdf"]);
    let (_, after) = yard.held().await;
    let same = if far == Far::Notion { "type" } else { "id" };
    assert_eq!(
        before[1][same], after[1][same],
        "what was uploaded is the same file"
    );
    yard.assert_settled(&sync).await;
}
