//! The vendors that the same tests are run against, each in its own words.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use poem::http::Method;
use serde_json::{Map, Value, json};

use super::{BASE, TABLE, Vendor, text};

/// A vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Far {
    Airtable,
    Notion,
    /// A catch hook of Zapier's, which shows nothing.
    Zapier,
}

/// The database of airports that Notion's sandbox begins with, and its one data source.
const DATABASE: &str = "d0000000-0000-4000-8000-000000000001";
pub(super) const SOURCE: &str = "50000000-0000-4000-8000-000000000001";
const EDITION: &str = "2026-03-11";
/// Another integration's, so that looking does not count against the one under test.
const READER: &str = "ntn_READERreader0001";

/// What the airports' fields are called elsewhere.
const TITLES: [(&str, &str); 5] = [
    ("iata", "Code"),
    ("name", "Name"),
    ("city", "City"),
    ("state", "State"),
    ("country", "Country"),
];

/// How long the appliance waits for Notion's lists in these tests.
pub(super) const SETTLE: Duration = Duration::from_secs(4);

impl Far {
    pub(super) fn provider(self) -> &'static str {
        match self {
            Self::Airtable => "airtable",
            Self::Notion => "notion",
            Self::Zapier => "zapier",
        }
    }

    pub(super) fn token(self) -> &'static str {
        match self {
            Self::Airtable => "patTESTtesttestte.0123456789abcdef",
            Self::Notion => "ntn_TESTtesttestte0123456789abcdef",
            Self::Zapier => "https://hooks.zapier.com/hooks/catch/100001/demo0001/",
        }
    }

    pub(super) fn base(self) -> &'static str {
        match self {
            Self::Airtable => BASE,
            Self::Notion => DATABASE,
            Self::Zapier => "hook",
        }
    }

    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Airtable => TABLE,
            Self::Notion => SOURCE,
            Self::Zapier => "record",
        }
    }

    /// The calls that write records.
    pub(super) fn writes(self) -> Value {
        match self {
            Self::Airtable => json!({"method": "PATCH"}),
            Self::Notion => json!({"path_contains": "/v1/pages"}),
            Self::Zapier => json!({"path_contains": "/hooks/"}),
        }
    }

    /// The calls that list records.
    pub(super) fn lists(self) -> Value {
        match self {
            Self::Airtable => json!({"path_contains": "listRecords"}),
            Self::Notion => json!({"path_contains": "/query"}),
            Self::Zapier => json!({"path_contains": "nothing is listed"}),
        }
    }

    /// The names of the calls that write, in the sandbox's statistics.
    pub(super) fn writing(self) -> &'static [&'static str] {
        match self {
            Self::Airtable => &["create", "update", "upsert", "delete"],
            Self::Notion => &["notion_create", "notion_update"],
            Self::Zapier => &["zapier_catch"],
        }
    }
}

impl Vendor {
    /// Calls Notion as another integration of the same workspace.
    pub(super) async fn notion(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        let url = format!("{}/v1/{path}", self.sandbox.url);
        let request = self.http.request(method, url).bearer_auth(READER);
        let request = request.header("notion-version", EDITION);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let (status, body) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// Takes the table of airports away.
    pub(super) async fn drop_table(&self) {
        match self.far {
            Far::Airtable => self.reseed(json!([])).await,
            Far::Notion => {
                let path = format!("data_sources/{SOURCE}");
                let body = json!({"in_trash": true});
                self.notion(Method::PATCH, &path, Some(body)).await;
            }
            Far::Zapier => panic!("a hook has no table"),
        }
    }

    /// Takes all fields of the table away but its key's.
    pub(super) async fn drop_fields(&self) {
        match self.far {
            Far::Airtable => {
                let code = json!([{"name": "Code", "type": "singleLineText"}]);
                let table = json!({"id": TABLE, "name": "Airports", "fields": code});
                self.reseed(json!([table])).await;
            }
            Far::Notion => {
                let path = format!("data_sources/{SOURCE}");
                let none = json!({"properties": {"City": null, "State": null, "Country": null}});
                self.notion(Method::PATCH, &path, Some(none)).await;
            }
            Far::Zapier => panic!("a hook has no fields"),
        }
    }

    async fn reseed(&self, tables: Value) {
        let base = json!({"id": BASE, "name": "Sandbox", "tables": tables});
        self.control(Method::POST, "bases", Some(base)).await;
    }

    /// Everything that came in at the hook.
    pub(super) async fn deliveries(&self) -> Vec<Value> {
        let path = "dump?hook=catch/100001/demo0001";
        let dump = self.control(Method::GET, path, None).await;
        let dump = dump.text().await.unwrap();
        let lines = dump.lines();
        lines
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["body"].take())
            .collect()
    }

    /// What somebody knows at the hook who leaves out what came before: the last of each record.
    pub(super) async fn delivered(&self) -> Vec<Value> {
        let mut seen = HashSet::new();
        let mut last: BTreeMap<String, Value> = BTreeMap::new();
        for body in self.deliveries().await {
            if !seen.insert(text(&body["delivery_id"])) {
                continue;
            }
            let mut fields = Map::new();
            for (name, title) in TITLES {
                if !body[name].is_null() {
                    fields.insert(title.to_owned(), body[name].clone());
                }
            }
            let record = json!({"id": body["delivery_id"], "fields": fields});
            last.insert(text(&body["iata"]), record);
        }
        last.into_values().collect()
    }

    /// Every page of the airports, as records with plain fields.
    pub(super) async fn pages(&self) -> Vec<Value> {
        let mut pages = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let mut body = json!({});
            if cursor.is_string() {
                body["start_cursor"] = cursor;
            }
            let path = format!("data_sources/{SOURCE}/query");
            let part = self.notion(Method::POST, &path, Some(body)).await;
            pages.extend(part["results"].as_array().unwrap().iter().map(record));
            cursor = part["next_cursor"].clone();
            if part["has_more"] != true {
                return pages;
            }
        }
    }

    /// What somebody does to a page, or to make one.
    pub(super) async fn edit_page(&self, method: Method, id: &str, fields: Option<Value>) {
        let properties = fields.map(|fields| {
            let fields = fields.as_object().unwrap();
            let written = |(name, value): (&String, &Value)| (name.clone(), property(name, value));
            Value::Object(fields.iter().map(written).collect())
        });
        let (method, path, body) = match method {
            Method::POST => (
                Method::POST,
                "pages".to_owned(),
                json!({"parent": {"data_source_id": SOURCE}, "properties": properties}),
            ),
            Method::PATCH => (
                Method::PATCH,
                format!("pages/{id}"),
                json!({"properties": properties}),
            ),
            _ => (
                Method::PATCH,
                format!("pages/{id}"),
                json!({"in_trash": true}),
            ),
        };
        self.notion(method, &path, Some(body)).await;
    }
}

/// A plain value as a write of Notion's.
fn property(name: &str, value: &Value) -> Value {
    let words = json!([{"text": {"content": value}}]);
    match name {
        "Name" => json!({"title": words}),
        "State" => json!({"select": {"name": value}}),
        "Latitude" | "Longitude" => json!({"number": value}),
        _ => json!({"rich_text": words}),
    }
}

/// A page with plain values by name; empty ones are absent.
fn record(page: &Value) -> Value {
    let mut fields = Map::new();
    for (name, property) in page["properties"].as_object().unwrap() {
        let held = &property[text(&property["type"])];
        let plain = match held {
            Value::Array(pieces) => {
                let plain = |piece: &Value| text(&piece["plain_text"]);
                Value::String(pieces.iter().map(plain).collect())
            }
            Value::Object(option) => option["name"].clone(),
            other => other.clone(),
        };
        if !plain.is_null() && plain != "" {
            fields.insert(name.clone(), plain);
        }
    }
    json!({"id": page["id"], "fields": fields})
}
