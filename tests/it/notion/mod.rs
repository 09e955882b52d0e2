//! The sandbox's Notion as a client sees it.

mod control;
mod editions;
mod pages;
mod queries;
mod schema;
mod trouble;
mod values;
mod webhooks;

use jiff::Timestamp;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use weighbridge::base::Clock;
use weighbridge::sandbox::{NotionLimits, Settings};

use crate::sandbox::{Running, running};

pub(crate) const OLD: &str = "2022-06-28";
pub(crate) const SOURCES: &str = "2025-09-03";
pub(crate) const LATEST: &str = "2026-03-11";

/// The database and the data source of airports, which have no pages.
pub(crate) const AIRPORTS: &str = "d0000000-0000-4000-8000-000000000001";
pub(crate) const AIRPORTS_SOURCE: &str = "50000000-0000-4000-8000-000000000001";
pub(crate) const PROJECTS_SOURCE: &str = "50000000-0000-4000-8000-000000000002";
pub(crate) const TASKS_SOURCE: &str = "50000000-0000-4000-8000-000000000003";
pub(crate) const EVERYTHING_SOURCE: &str = "50000000-0000-4000-8000-000000000004";
/// A database of two data sources.
pub(crate) const CONTACTS: &str = "d0000000-0000-4000-8000-000000000005";

/// A workspace of the sandbox, called in one edition of the API.
pub(crate) struct Workspace {
    sandbox: Running,
    client: Client,
    pub(crate) clock: Clock,
    pub(crate) version: &'static str,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Told {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// The answer of a call that was carried out.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()
    }

    /// Status and code of a refusal.
    pub(crate) fn refused(&self) -> (u16, String) {
        let body = self.json();
        assert_eq!(body["object"], "error", "{body}");
        assert_eq!(body["status"], self.status, "{body}");
        (self.status, body["code"].as_str().unwrap().to_owned())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A workspace that takes any number of calls, at a time that stands still.
pub(crate) fn workspace() -> Workspace {
    let mut settings = Settings::default();
    settings.knobs.notion.limits = NotionLimits::off();
    workspace_of(settings)
}

pub(crate) fn workspace_of(settings: Settings) -> Workspace {
    let noon: Timestamp = "2026-11-26T12:00:30.250Z".parse().unwrap();
    let clock = Clock::manual(noon);
    Workspace {
        sandbox: running(settings, clock.clone()),
        client: Client::builder().build().unwrap(),
        clock,
        version: LATEST,
    }
}

impl Workspace {
    pub(crate) async fn try_call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Told> {
        let url = format!("{}/{path}", self.sandbox.url);
        let request = self
            .client
            .request(method, url)
            .bearer_auth("ntn_test")
            .header("notion-version", self.version);
        let request = match body {
            None => request,
            Some(body) => request.json(&body),
        };
        let answer = request.send().await?;
        Ok(Told {
            status: answer.status().as_u16(),
            headers: answer.headers().clone(),
            text: answer.text().await?,
        })
    }

    pub(crate) async fn get(&self, path: &str) -> Told {
        self.try_call(Method::GET, path, None).await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Told {
        self.try_call(Method::POST, path, Some(body)).await.unwrap()
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Told {
        self.try_call(Method::PATCH, path, Some(body))
            .await
            .unwrap()
    }

    /// Turns knobs of this vendor.
    pub(crate) async fn turn(&self, knobs: Value) {
        let told = self
            .patch("_sandbox/knobs", json!({ "notion": knobs }))
            .await;
        assert_eq!(told.status, 200, "{}", told.text);
    }

    pub(crate) async fn fault(&self, order: Value) {
        self.sandbox.fault(order).await;
    }

    /// Makes a page in a data source.
    pub(crate) async fn create(&self, source: &str, properties: Value) -> Told {
        let parent = json!({ "type": "data_source_id", "data_source_id": source });
        self.post(
            "v1/pages",
            json!({ "parent": parent, "properties": properties }),
        )
        .await
    }

    /// Makes a page with a title alone and gives its id.
    pub(crate) async fn titled(&self, source: &str, title: &str) -> String {
        let told = self
            .create(source, json!({ "title": { "title": words(title) } }))
            .await;
        told.ok()["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn query(&self, source: &str, body: Value) -> Told {
        self.post(&format!("v1/data_sources/{source}/query"), body)
            .await
    }

    /// The titles that a query yields, page by page to its end.
    pub(crate) async fn titles(&self, source: &str, body: Value) -> Vec<String> {
        let (mut titles, mut body) = (Vec::new(), body);
        loop {
            let page = self.query(source, body.clone()).await.ok();
            titles.extend(page["results"].as_array().unwrap().iter().map(title));
            if page["has_more"] == false {
                assert_eq!(page["next_cursor"], Value::Null);
                return titles;
            }
            body["start_cursor"] = page["next_cursor"].clone();
        }
    }
}

/// Rich text of one run.
pub(crate) fn words(text: &str) -> Value {
    json!([{ "text": { "content": text } }])
}

/// The title of a page.
pub(crate) fn title(page: &Value) -> String {
    let properties = page["properties"].as_object().unwrap();
    let title = properties
        .values()
        .find(|value| value["type"] == "title")
        .unwrap();
    let runs = title["title"].as_array().unwrap();
    runs.iter()
        .map(|run| run["plain_text"].as_str().unwrap())
        .collect()
}
