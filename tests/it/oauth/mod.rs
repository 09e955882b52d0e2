//! Connections by OAuth: the sandbox's desk, the way there and back, and what attackers try.

mod attacks;
pub(crate) mod bench;
mod desk;
mod flow;
pub(crate) mod google;
mod lost;
mod notion;
mod renewal;
mod replaced;
mod restart;

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client as Http, Response, Url};
use serde_json::{Value, json};
use weighbridge::base::Clock;
use weighbridge::sandbox::{Limits, NotionLimits, Settings};

use crate::sandbox::{Running, running};
use crate::support::{Answer, Client, NOON, TestServer};

/// What a person's browser came back with.
#[derive(Clone, Debug)]
pub(crate) struct Back {
    pub(crate) address: Url,
}

impl Back {
    pub(crate) fn part(&self, name: &str) -> Option<String> {
        let mut pairs = self.address.query_pairs();
        let found = pairs.find(|(own, _)| own == name);
        found.map(|(_, value)| value.into_owned())
    }
}

/// A person's browser at the sandbox's page: it follows no redirect by itself.
pub(crate) fn browser() -> Http {
    Http::builder().redirect(Policy::none()).build().unwrap()
}

/// Opens the page at `address` and clicks `decision` on it.
pub(crate) async fn decide(address: &str, decision: &str) -> Back {
    let page = browser().get(address).send().await.unwrap();
    assert_eq!(page.status(), 200);
    let html = page.text().await.unwrap();
    let url: Url = address.parse().unwrap();
    let answer = click(&url, &ticket(&html), decision).await;
    back(&answer)
}

pub(crate) async fn click(url: &Url, ticket: &str, decision: &str) -> Response {
    // The form goes to where its page came from.
    let form = match url.path() {
        "/" => "/oauth2/v1/authorize",
        page => page,
    };
    let url = url.join(form).unwrap();
    let form = format!("ticket={ticket}&decision={decision}");
    let kind = "application/x-www-form-urlencoded";
    let request = browser().post(url).header("content-type", kind).body(form);
    request.send().await.unwrap()
}

pub(crate) fn ticket(html: &str) -> String {
    let (_, rest) = html.split_once("name=\"ticket\" value=\"").unwrap();
    rest.split('"').next().unwrap().to_owned()
}

/// Where an answer sends the browser.
pub(crate) fn back(answer: &Response) -> Back {
    assert_eq!(answer.status(), 302);
    let location = answer.headers()["location"].to_str().unwrap();
    Back {
        address: location.parse().unwrap(),
    }
}

/// An appliance beside a sandbox, whose clocks move together, and a member of it.
pub(crate) struct Place {
    pub(crate) server: TestServer,
    pub(crate) sandbox: Running,
    pub(crate) clock: Clock,
    pub(crate) member: Client,
}

impl Place {
    pub(crate) async fn new() -> Self {
        let clock = Clock::manual(NOON);
        let mut settings = Settings::default();
        settings.knobs.limits = Limits::off();
        settings.knobs.notion.limits = NotionLimits::off();
        let sandbox = running(settings, clock.clone());
        let url = sandbox.url.parse().unwrap();
        let server = TestServer::with(|config| {
            config.sandbox.url = Some(url);
            config.airtable.requests_per_second = 0;
            config.notion.requests_per_second = 0;
            config.google.requests_per_second = 0;
            config.server.public_url = "https://box.example".parse().ok();
        })
        .await;
        let member = server.sign_up("member@example.org", &["member"]).await;
        Self {
            server,
            sandbox,
            clock,
            member,
        }
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.server.advance(seconds);
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// How often the sandbox's token endpoint was called.
    pub(crate) async fn token_calls(&self) -> u64 {
        let statistics = self.control("statistics").await;
        statistics["calls"]["oauth_token"].as_u64().unwrap_or(0)
    }

    pub(crate) async fn control(&self, path: &str) -> Value {
        let url = format!("{}/_sandbox/{path}", self.sandbox.url);
        let answer = browser().get(url).send().await.unwrap();
        answer.json().await.unwrap()
    }

    /// Asks the provider for the bases that the connection at `path` shows.
    pub(crate) async fn bases(&self, path: &str) -> Answer {
        self.member.get(&format!("{path}/bases")).await
    }

    /// How the connection at `path` stands, such as `active`.
    pub(crate) async fn status(&self, path: &str) -> Value {
        self.member.get(path).await.expect(200)["status"].clone()
    }

    /// A connection that was allowed, by its path.
    pub(crate) async fn connected(&self) -> String {
        let address = begin(&self.member, "By OAuth").await;
        let back = decide(&address, "allow").await;
        let connection = complete(&self.member, &back).await.expect(200);
        format!("/connections/{}", connection["id"].as_str().unwrap())
    }
}

pub(crate) fn new(name: &str) -> Value {
    json!({"provider": "airtable", "endpoint": "sandbox", "name": name})
}

/// Begins a connection, and gives the address to open.
pub(crate) async fn begin(client: &Client, name: &str) -> String {
    let begun = client.post("/connections/authorizations", new(name)).await;
    begun.expect(201)["address"].as_str().unwrap().to_owned()
}

/// Finishes with what the browser came back with, as the page does.
pub(crate) async fn complete(client: &Client, back: &Back) -> Answer {
    complete_at("airtable", client, back).await
}

/// The same on the page for another provider.
pub(crate) async fn complete_at(provider: &str, client: &Client, back: &Back) -> Answer {
    let mut body = json!({});
    for name in ["state", "code", "error"] {
        if let Some(value) = back.part(name) {
            body[name] = value.into();
        }
    }
    let path = FINISH.replace("airtable", provider);
    client.post(&path, body).await
}

pub(crate) const FINISH: &str = "/connections/authorizations/airtable/complete";
