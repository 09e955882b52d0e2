//! Sites and their events, as their owners, their visitors' browsers and their servers see them.

mod attribution;
mod browsers;
mod channels;
mod cohorts;
mod events;
mod exports;
mod figures;
mod funnels;
mod goals;
mod history;
mod journeys;
mod keeping;
mod killed;
mod links;
mod notes;
mod privacy;
mod realtime;
mod refusals;
mod reports;
mod saved;
mod script;
mod segments;
mod sharing;
mod sites;
mod takeout;
mod together;

use poem::http::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Client, TestServer};

/// The shop's own pages.
const SHOP: &str = "https://shop.example";
/// A browser that people use.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// An appliance with a site, a key for browsers and one for servers.
struct Shop {
    server: TestServer,
    owner: Client,
    site: String,
    public: String,
    secret: String,
}

impl Shop {
    async fn open() -> Self {
        Self::with(json!({})).await
    }

    /// One whose site has some members of its own.
    async fn with(more: Value) -> Self {
        Self::at(TestServer::start().await, more).await
    }

    async fn at(server: TestServer, more: Value) -> Self {
        let owner = server.sign_up("owner@example.org", &["member"]).await;
        let mut new = site("Shop");
        for (name, value) in more.as_object().unwrap() {
            new[name] = value.clone();
        }
        let site = text(&owner.post("/sites", new).await.expect(201)["id"]);
        let keys = format!("/sites/{site}/keys");
        let key = json!({"name": "Pages", "kind": "public", "origins": [SHOP]});
        let public = text(&owner.post(&keys, key).await.expect(201)["key"]);
        let key = json!({"name": "Till", "kind": "secret"});
        let secret = text(&owner.post(&keys, key).await.expect(201)["key"]);
        Self {
            server,
            owner,
            site,
            public,
            secret,
        }
    }

    /// A server that sends with the secret key.
    fn till(&self) -> Client {
        let key = format!("Bearer {}", self.secret);
        self.server.anonymous().with("authorization", &key)
    }

    /// Somebody's browser on a page of the shop.
    fn browser(&self) -> Client {
        let browser = self.server.anonymous().with("user-agent", FIREFOX);
        browser
            .with("origin", SHOP)
            .with("sec-fetch-site", "cross-site")
    }

    /// Sends events as a server.
    async fn send(&self, events: Value) -> Answer {
        self.till().post("/events", events).await
    }

    /// Sends an event as a browser does while its page goes.
    async fn beacon(&self, browser: &Client, event: Value) -> Answer {
        let path = format!("/events?key={}", self.public);
        let body = event.to_string().into_bytes();
        browser
            .send(Method::POST, &path, "text/plain;charset=UTF-8", body)
            .await
    }

    async fn overview(&self, query: &str) -> Value {
        let path = format!("/sites/{}/overview{query}", self.site);
        self.owner.get(&path).await.expect(200)
    }

    async fn shown(&self) -> Value {
        let path = format!("/sites/{}", self.site);
        self.owner.get(&path).await.expect(200)
    }
}

fn site(name: &str) -> Value {
    json!({
        "name": name, "domain": "shop.example", "currency": "EUR", "time_zone": "Europe/Berlin",
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A page view that a server tells of.
fn view(visitor: &str, path: &str) -> Value {
    json!({"name": "page_view", "visitor": visitor, "url": format!("{SHOP}{path}")})
}
