//! Syncs from outside: an appliance, the sandbox, and clocks that fly.

/// Runs each of the tests of a file against every provider.
macro_rules! every_provider {
    ($($name:ident)*) => {
        mod airtable {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Far::Airtable).await;
            })*
        }
        mod notion {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Far::Notion).await;
            })*
        }
    };
}

mod api;
mod both;
mod calendar;
mod computed;
mod conflicts;
mod conformance;
mod crash;
mod deletes;
mod drift;
mod extent;
mod far;
mod faults;
mod files;
mod follow;
mod health;
mod jobs;
mod notion;
mod oauth;
mod once;
mod pace;
mod plans;
mod plans_both;
mod priority;
mod pull;
mod push;
mod quarantine;
mod questions;
mod references;
mod schedules;
mod scopes;
mod shared;
mod stretches;
mod subscribe;
mod troubles;
mod undo;
mod undo_both;
mod undo_cut;
mod undo_here;
mod waits;
mod watch;
mod zapier;

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::base::{Clock, Tasks};
use weighbridge::sandbox::{Knobs, Limits, NotionLimits, Settings, ZapierKnobs};

use crate::sandbox::{Running, running};
use crate::support::{Client, NOON, TestServer};

use far::Far;

const BASE: &str = "appSandboxDemo001";
const TABLE: &str = "tblAirportsDemo01";

/// An appliance with a member, a dataset of airports and a connection to a sandbox of its own.
struct Yard {
    server: TestServer,
    member: Client,
    vendor: Vendor,
    dataset: String,
    connection: String,
    tasks: Tasks,
}

/// The sandbox, as a colleague at the vendor sees it.
struct Vendor {
    far: Far,
    sandbox: Running,
    http: reqwest::Client,
    clock: Clock,
}

impl Yard {
    /// A sandbox that takes calls as fast as they come.
    async fn unhurried() -> Self {
        Self::with(Limits::off(), 0).await
    }

    /// The same for either vendor.
    async fn at(far: Far) -> Self {
        Self::built(far, |knobs| knobs.limits = Limits::off(), 0).await
    }

    /// A sandbox with the vendor's real limits, and an appliance that keeps them.
    async fn paced() -> Self {
        Self::with(Limits::default(), 5).await
    }

    async fn with(limits: Limits, per_second: u32) -> Self {
        Self::built(Far::Airtable, |knobs| knobs.limits = limits, per_second).await
    }

    /// A yard at a vendor of which the test decides how it behaves.
    async fn built(far: Far, turn: impl FnOnce(&mut Knobs), per_second: u32) -> Self {
        let clock = Clock::manual(NOON);
        let mut settings = Settings::default();
        settings.knobs.notion.limits = NotionLimits::off();
        settings.knobs.zapier = ZapierKnobs::off();
        turn(&mut settings.knobs);
        let sandbox = running(settings, clock.clone());
        let url = sandbox.url.parse().unwrap();
        let server = TestServer::with(|config| {
            config.sandbox.url = Some(url);
            config.airtable.requests_per_second = per_second;
            config.notion.requests_per_second = per_second;
            config.zapier.requests_per_second = per_second;
            config.notion.settle_after = far::SETTLE;
        })
        .await;
        let member = server.sign_up("member@example.org", &["member"]).await;
        let fields: Vec<Value> = ["iata", "name", "city", "state", "country"]
            .into_iter()
            .map(|name| json!({"name": name, "type": "text", "required": false, "indexed": false}))
            .collect();
        let dataset = json!({"name": "Airports", "key_field": "iata", "fields": fields});
        let dataset = member.post("/datasets", dataset).await.expect(201);
        let connection = json!({
            "provider": far.provider(), "name": "Sandbox", "endpoint": "sandbox",
            "token": far.token(),
        });
        let connection = member.post("/connections", connection).await.expect(201);
        let tasks = Tasks::default();
        let scheduler = server.app.scheduler.clone();
        let scheduler = scheduler.keeping_time(server.app.auth.users.clone());
        scheduler.start(&tasks);
        Self {
            vendor: Vendor {
                far,
                sandbox,
                http: reqwest::Client::builder().build().unwrap(),
                clock,
            },
            dataset: id(&dataset),
            connection: id(&connection),
            server,
            member,
            tasks,
        }
    }

    /// Brings airports with these numbers into the dataset, each under the name given.
    async fn bring(&self, numbers: std::ops::Range<u32>, name: &str) {
        let mut csv = String::from("iata,name,city,state,country\n");
        for number in numbers {
            csv += &format!("K{number:04},{name} {number},City {number},CA,USA\n");
        }
        self.import(csv).await;
    }

    async fn import(&self, csv: String) {
        let path = format!("/datasets/{}/imports?format=csv", self.dataset);
        let body = csv.into_bytes();
        let import = self
            .member
            .send(Method::POST, &path, "text/csv", body)
            .await;
        assert_eq!(import.expect(200)["refused"], 0);
    }

    async fn write(&self, key: &str, fields: Value) {
        let path = format!("/datasets/{}/records/{key}", self.dataset);
        self.member.put(&path, fields).await.expect(200);
    }

    /// A sync whose mapping is the proposed one.
    async fn sync(&self) -> String {
        // The table is looked at twice, and calls are paced.
        self.fly(self.proposed_sync()).await
    }

    /// One of several syncs.
    async fn sync_named(&self, name: &str) -> String {
        self.sync_with(json!({ "name": name })).await
    }

    /// One of which more is wished than what is proposed.
    async fn sync_with(&self, wish: Value) -> String {
        self.fly(self.made_sync(wish)).await
    }

    async fn proposed_sync(&self) -> String {
        self.made_sync(json!({})).await
    }

    async fn made_sync(&self, wish: Value) -> String {
        let mut body = self.target();
        let proposal = self
            .member
            .post("/syncs/proposal", body.clone())
            .await
            .expect(200);
        let pairs = proposal["mapping"].as_array().unwrap().iter();
        body["mapping"] = pairs
            .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
            .collect();
        body["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
        if self.vendor.far == Far::Notion {
            // The title holds the names; the codes have a property of their own.
            body["remote_key_field_id"] = self.remote_field("Code").await.into();
        }
        body["name"] = "Airports".into();
        for (name, value) in wish.as_object().unwrap() {
            body[name] = value.clone();
        }
        id(&self.member.post("/syncs", body).await.expect(201))
    }

    fn target(&self) -> Value {
        json!({
            "dataset_id": self.dataset, "connection_id": self.connection,
            "base_id": self.vendor.far.base(), "table_id": self.vendor.far.table(),
        })
    }

    /// The id of a remote field.
    async fn remote_field(&self, name: &str) -> String {
        let (connection, base) = (&self.connection, self.vendor.far.base());
        let path = format!("/connections/{connection}/bases/{base}/tables");
        let tables = self.member.get(&path).await.expect(200);
        let tables = tables["items"].as_array().unwrap().iter();
        let mut fields = tables.flat_map(|table| table["fields"].as_array().unwrap());
        id(fields.find(|field| field["name"] == name).unwrap())
    }

    /// Queues a run and gives its id.
    async fn queue(&self, sync: &str) -> String {
        id(&self
            .member
            .post(&format!("/syncs/{sync}/runs"), json!({}))
            .await
            .expect(202))
    }

    /// Runs the sync to the run's end, while time flies.
    async fn run(&self, sync: &str) -> Value {
        // Starts are limited to five a minute.
        self.advance(Duration::from_mins(5));
        self.run_now(sync).await
    }

    async fn run_now(&self, sync: &str) -> Value {
        let run = self.queue(sync).await;
        self.fly(self.server.app.scheduler.idle()).await.unwrap();
        self.shown(&run).await
    }

    async fn shown(&self, run: &str) -> Value {
        self.member.get(&format!("/runs/{run}")).await.expect(200)
    }

    /// Key and fate of everything that the run settled.
    async fn outcomes(&self, run: &str) -> Vec<(String, String)> {
        let items = self.all(&format!("/runs/{run}/outcomes")).await;
        let outcome = |item: &Value| (text(&item["key"]), text(&item["state"]));
        items.iter().map(outcome).collect()
    }

    /// Every item of a list.
    async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut after = String::new();
        let query = if path.contains('?') { '&' } else { '?' };
        loop {
            let page = format!("{path}{query}limit=500{after}");
            let page = self.member.get(&page).await.expect(200);
            items.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next"].as_str() else {
                return items;
            };
            after = format!("&after={next}");
        }
    }

    /// Fails unless each record was settled once at most, and the counts say the same.
    async fn assert_counted(&self, run: &Value) {
        let counts = counts(run);
        let mut settled = self.outcomes(&id(run)).await;
        assert_eq!(counts["read"], settled.len() as u64, "{run}");
        for (fate, count) in counts.iter().filter(|(fate, _)| *fate != "read") {
            let of_fate = settled.iter().filter(|(_, met)| met == fate);
            assert_eq!(*count, of_fate.count() as u64, "{fate}: {run}");
        }
        settled.sort();
        settled.dedup_by(|(a, _), (b, _)| a == b);
        assert_eq!(counts["read"], settled.len() as u64, "settled twice: {run}");
    }

    /// Moves both clocks on.
    fn advance(&self, span: Duration) {
        self.server.clock.advance(span);
        self.vendor.clock.advance(span);
    }

    /// Lets both clocks fly, twenty times as fast as the machine's, until `work` is done.
    async fn fly<T>(&self, work: impl Future<Output = T>) -> T {
        let flying = async {
            loop {
                // Calls go through real sockets, and need a moment of real time.
                tokio::time::sleep(Duration::from_millis(1)).await;
                self.advance(Duration::from_millis(20));
            }
        };
        tokio::select! {
            done = work => done,
            () = flying => unreachable!("time does not end"),
        }
    }

    /// The names by key, as the dataset holds them.
    async fn names_here(&self) -> BTreeMap<String, String> {
        let path = format!("/datasets/{}/export?format=ndjson", self.dataset);
        let export = self.member.get(&path).await;
        let rows = export.text();
        rows.lines()
            .map(|row| serde_json::from_str(row).unwrap())
            .map(|row: Value| (text(&row["iata"]), text(&row["name"])))
            .collect()
    }

    /// Fails unless the remote table holds each record of the dataset once, and no other.
    async fn assert_same(&self) {
        let here = self.names_here().await;
        let there = self.vendor.names().await;
        assert_eq!(there.len(), here.len(), "a record is missing or double");
        let there: BTreeMap<_, _> = there.into_iter().collect();
        assert_eq!(there, here);
    }
}

impl Vendor {
    async fn control(&self, method: Method, path: &str, body: Option<Value>) -> reqwest::Response {
        let url = format!("{}/_sandbox/{path}", self.sandbox.url);
        let request = self.http.request(method, url);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{path}: {}",
            answer.text().await.unwrap()
        );
        answer
    }

    /// Lets a fault strike writes, once unless the order says otherwise.
    async fn fault(&self, fault: &str, order: Value) {
        let mut order = order;
        order["fault"] = fault.into();
        if order["match"].is_null() {
            order["match"] = self.far.writes();
        }
        self.control(Method::POST, "faults", Some(order)).await;
    }

    async fn heal(&self) {
        self.control(Method::DELETE, "faults", None).await;
    }

    async fn records(&self) -> Vec<Value> {
        if self.far == Far::Notion {
            return self.pages().await;
        }
        if self.far == Far::Zapier {
            return self.delivered().await;
        }
        let path = format!("dump?base={BASE}&table=Airports");
        let dump = self.control(Method::GET, &path, None).await;
        let dump = dump.text().await.unwrap();
        dump.lines()
            .map(|row| serde_json::from_str(row).unwrap())
            .collect()
    }

    /// Key and name of each record.
    async fn names(&self) -> Vec<(String, String)> {
        let records = self.records().await;
        let names = records.iter().map(|record| &record["fields"]);
        names
            .map(|fields| (text(&fields["Code"]), text(&fields["Name"])))
            .collect()
    }

    /// The remote record with this key.
    async fn record(&self, key: &str) -> Value {
        let records = self.records().await;
        let found = records
            .into_iter()
            .find(|record| record["fields"]["Code"] == key);
        found.unwrap()
    }

    /// What a colleague does to a record at the vendor's own page.
    async fn edit(&self, method: Method, record: &str, fields: Option<Value>) {
        if self.far == Far::Notion {
            return self.edit_page(method, record, fields).await;
        }
        let path = format!("bases/{BASE}/tables/{TABLE}/records/{record}");
        let path = path.trim_end_matches('/');
        let body = fields.map(|fields| json!({ "fields": fields }));
        self.control(method, path, body).await;
    }

    async fn statistics(&self) -> Value {
        let answer = self.control(Method::GET, "statistics", None).await;
        answer.json().await.unwrap()
    }

    /// How many calls of a kind the vendor was asked for.
    async fn calls(&self, kind: &str) -> u64 {
        let calls = &self.statistics().await["calls"];
        calls[kind].as_u64().unwrap_or_default()
    }

    /// How many writes the vendor was asked for, refused ones included.
    async fn writes(&self) -> u64 {
        let calls = self.statistics().await["calls"].clone();
        let kinds = self.far.writing().iter();
        kinds.filter_map(|kind| calls[*kind].as_u64()).sum()
    }
}

fn id(object: &Value) -> String {
    text(&object["id"])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Fails unless the counts of a run add up, and gives them.
#[track_caller]
fn counts(run: &Value) -> BTreeMap<String, u64> {
    let counts: BTreeMap<String, u64> = serde_json::from_value(run["counts"].clone()).unwrap();
    let sum: u64 = counts
        .iter()
        .filter(|(name, _)| *name != "read")
        .map(|(_, n)| n)
        .sum();
    assert_eq!(counts["read"], sum, "{run}");
    counts
}
