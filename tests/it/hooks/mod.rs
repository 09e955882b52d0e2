//! Addresses that are told what becomes of records: what Zapier calls REST hooks.

mod attacks;
mod far;
mod killed;
mod letters;
mod told;

use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::base::Tasks;
use weighbridge::config::Config;

use crate::support::process::until;
use crate::support::{Client, TestServer};
use far::Far;

/// The secret part of every address here.
const SECRET: &str = "CANARYhookSecret";

/// An appliance that tells, with a dataset of airports, and somebody who is told.
struct Tower {
    server: TestServer,
    owner: Client,
    dataset: String,
    far: Far,
    _tasks: Tasks,
}

impl Tower {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let far = Far::listen().await;
        let url = far.url.parse().unwrap();
        let server = TestServer::with(|config| {
            config.sandbox.url = Some(url);
            config.zapier.requests_per_second = 0;
            change(config);
        })
        .await;
        let owner = server.sign_up("owner@example.org", &["member"]).await;
        let fields = json!([
            {"name": "iata", "type": "text"}, {"name": "name", "type": "text"},
            {"name": "runways", "type": "integer"},
        ]);
        let dataset = json!({"name": "Airports", "key_field": "iata", "fields": fields});
        let dataset = text(&owner.post("/datasets", dataset).await.expect(201)["id"]);
        let tasks = Tasks::default();
        let scheduler = server.app.scheduler.clone();
        let scheduler = scheduler.keeping_time(server.app.auth.users.clone());
        scheduler.start(&tasks);
        Self {
            server,
            owner,
            dataset,
            far,
            _tasks: tasks,
        }
    }

    fn hook(&self, event: &str) -> Value {
        let url = format!("{}/hooks/standard/1/{SECRET}", self.far.url);
        json!({"dataset_id": self.dataset, "event": event, "url": url})
    }

    /// Subscribes; gives the id and the signing key.
    async fn subscribe(&self, event: &str) -> (String, String) {
        let made = self.owner.post("/hooks", self.hook(event)).await;
        let made = made.expect(201);
        (text(&made["id"]), text(&made["signing_key"]))
    }

    fn path(&self, key: &str) -> String {
        format!("/datasets/{}/records/{key}", self.dataset)
    }

    async fn write(&self, key: &str, fields: Value) {
        let written = self.owner.put(&self.path(key), fields).await;
        assert!(written.status.is_success(), "{}", written.text());
    }

    async fn delete(&self, key: &str) {
        let gone = self.owner.delete(&self.path(key)).await;
        assert_eq!(gone.status, 204, "{}", gone.text());
    }

    async fn import(&self, keys: std::ops::Range<u32>, name: &str) {
        let mut csv = String::from("iata,name\n");
        for key in keys {
            csv += &format!("K{key:04},{name} {key}\n");
        }
        let path = format!("/datasets/{}/imports?format=csv", self.dataset);
        let owner = &self.owner;
        let import = owner.send(Method::POST, &path, "text/csv", csv.into_bytes());
        assert_eq!(import.await.expect(200)["refused"], 0);
    }

    /// The only hook, as it is listed.
    async fn shown(&self) -> Value {
        let listed = self.owner.get("/hooks").await.expect(200);
        listed["items"][0].clone()
    }

    async fn until_it_is(&self, state: &str) -> Value {
        until(&format!("the hook is {state}"), async || {
            (self.shown().await["state"] == state).then_some(())
        })
        .await;
        self.shown().await
    }

    /// Returns when nothing waits to be told.
    async fn until_all_is_told(&self) {
        until("all is told", async || {
            (self.shown().await["waiting"] == 0).then_some(())
        })
        .await;
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
