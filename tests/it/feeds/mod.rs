//! Feeds of advertising figures, against the sandbox: what is fetched, kept, restated and shown, and
//! what becomes of a fetch that meets trouble.

mod costs;
mod fetches;
mod google;
mod ties;
mod troubles;

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use weighbridge::base::Clock;
use weighbridge::feeds::Due;
use weighbridge::sandbox::{Knobs, MetaKnobs, Settings};

use crate::sandbox::{Running, running};
use crate::support::{Client, NOON, TestServer};

/// The ad account that counts in euros, and the one that counts in dollars.
const EUROS: &str = "act_1001000100010001";
const DOLLARS: &str = "act_1001000100010002";

/// An appliance with a site, and a connection to a sandbox that tells the same time.
struct Agency {
    server: TestServer,
    sandbox: Running,
    clock: Clock,
    owner: Client,
    site: String,
    connection: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

impl Agency {
    async fn open() -> Self {
        Self::with(|_| ()).await
    }

    /// One whose vendor has ways of its own.
    async fn with(turn: impl FnOnce(&mut MetaKnobs)) -> Self {
        let mut agency = Self::of(|knobs| {
            knobs.meta = MetaKnobs::off();
            turn(&mut knobs.meta);
        })
        .await;
        let new = json!({
            "provider": "meta", "name": "Ads", "token": "EAAsandbox1234567890",
            "endpoint": "sandbox",
        });
        let made = agency.owner.post("/connections", new).await.expect(201);
        agency.connection = text(&made["id"]);
        agency
    }

    /// One with vendors of such ways, and no connection yet.
    async fn of(turn: impl FnOnce(&mut Knobs)) -> Self {
        let mut settings = Settings::default();
        turn(&mut settings.knobs);
        let clock = Clock::manual(NOON);
        let sandbox = running(settings, clock.clone());
        let url = sandbox.url.parse().unwrap();
        let server = TestServer::with(|config| {
            config.sandbox.url = Some(url);
            // The clock stands, and nobody is to wait for it.
            config.meta.requests_per_second = 0;
            config.google.requests_per_second = 0;
        })
        .await;
        server.sign_up("owner@example.org", &["member"]).await;
        // Time flies here, and a session would end.
        let owner = server.anonymous().acting_for("owner@example.org");
        let new = json!({
            "name": "Shop", "domain": "shop.example", "currency": "EUR",
            "time_zone": "Europe/Berlin",
        });
        let site = text(&owner.post("/sites", new).await.expect(201)["id"]);
        Self {
            server,
            sandbox,
            clock,
            owner,
            site: format!("/sites/{site}"),
            connection: String::new(),
        }
    }

    /// Links the site to an ad account, and gives the feed's path.
    async fn feed(&self, account: &str) -> String {
        let new = json!({"connection_id": self.connection, "account_id": account});
        let feeds = format!("{}/feeds", self.site);
        let made = self.owner.post(&feeds, new).await.expect(201);
        format!("{feeds}/{}", text(&made["id"]))
    }

    /// The feeds whose time has come.
    fn due(&self) -> Vec<Due> {
        self.server.app.feeds.due(&|_| true).unwrap().0
    }

    /// Fetches what is due, as the scheduler does.
    async fn fetch(&self) {
        for due in self.due() {
            let stop = CancellationToken::new();
            self.server.app.feeds.fetch(due, &stop).await.unwrap();
        }
    }

    /// Lets so much time pass, at both ends.
    fn pass(&self, minutes: u64) {
        self.clock
            .advance(std::time::Duration::from_secs(minutes * 60));
        self.server.advance(minutes * 60);
    }

    async fn get(&self, path: &str) -> Value {
        self.owner.get(path).await.expect(200)
    }

    /// The calls about figures that the vendor has seen.
    async fn calls(&self) -> u64 {
        let told = self.sandbox.statistics().await;
        told["calls"]["meta_insights"].as_u64().unwrap_or_default()
    }

    /// How many days each fetch in the book has changed, stretch by stretch.
    fn changes(&self) -> Vec<u64> {
        let book = self.server.book();
        let events = book.iter().filter(|event| {
            event["metadata"]["event_code"] == "WB-FEED-005" && event["status_id"] == 1
        });
        let counts = events.map(|event| event["unmapped"]["counts"]["days_changed"].as_u64());
        counts.map(Option::unwrap_or_default).collect()
    }
}
