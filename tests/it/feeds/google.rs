//! Feeds of Google Ads: accounts below managers, campaigns that were removed, and what becomes of a
//! fetch that Google refuses.

use serde_json::{Value, json};
use weighbridge::sandbox::{GoogleKnobs, MetaKnobs};

use super::{Agency, EUROS, text};
use crate::oauth::complete_at;
use crate::oauth::google::{ADS, allow};

/// An account below a manager, one below a manager's manager, and one that is reached by itself.
const SHOP: &str = "1000000001";
const OVERSEAS: &str = "1000000002";
const OUTLET: &str = "1000000003";
const DAYS: &str = "from=2026-12-19&to=2027-01-15";

impl Agency {
    /// One with a connection that a person at Google has allowed.
    async fn at_google() -> Self {
        Self::at_google_with(|_| ()).await
    }

    async fn at_google_with(turn: impl FnOnce(&mut GoogleKnobs)) -> Self {
        let mut agency = Self::of(|knobs| {
            knobs.meta = MetaKnobs::off();
            knobs.google = GoogleKnobs::off();
            turn(&mut knobs.google);
        })
        .await;
        agency.connection = agency.google().await;
        agency
    }

    async fn google(&self) -> String {
        let wish = json!({"provider": "google", "endpoint": "sandbox", "name": "Google"});
        let begun = self.owner.post("/connections/authorizations", wish).await;
        let back = allow(&text(&begun.expect(201)["address"]), &[ADS]).await;
        let made = complete_at("google", &self.owner, &back).await.expect(200);
        text(&made["id"])
    }

    async fn queries(&self) -> u64 {
        let told = self.sandbox.statistics().await;
        told["calls"]["google_search"].as_u64().unwrap_or_default()
    }

    /// Has the feed at `path` fetched now.
    async fn fetch_now(&self, path: &str) -> Value {
        let fetch = format!("{path}/fetch");
        self.owner.post(&fetch, json!({})).await.expect(200);
        self.fetch().await;
        self.get(path).await
    }
}

#[tokio::test]
async fn accounts_are_found_below_their_managers_and_closed_ones_are_not() {
    let agency = Agency::at_google().await;
    let bases = format!("/connections/{}/bases", agency.connection);
    let found = agency.get(&bases).await;
    let found: Vec<(String, String)> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|base| (text(&base["id"]), text(&base["name"])))
        .collect();
    let wanted = [
        (SHOP, "Harbour Shop"),
        (OVERSEAS, "Harbour Shop US"),
        (OUTLET, "Harbour Outlet"),
    ];
    assert_eq!(found, wanted.map(|(id, name)| (id.into(), name.into())));
}

#[tokio::test]
async fn thirteen_months_come_from_an_account_below_a_manager_with_what_removed_campaigns_cost() {
    let agency = Agency::at_google().await;
    let path = agency.feed(SHOP).await;
    agency.fetch().await;
    let told = agency.get(&path).await;
    assert_eq!(told["state"], "active", "{told}");
    assert_eq!(
        (&told["provider"], &told["currency"]),
        (&json!("google"), &json!("EUR"))
    );
    assert_eq!(
        (&told["first_day"], &told["last_day"]),
        (&json!("2025-12-15"), &json!("2027-01-15"))
    );
    let costs = agency.get(&format!("{}/costs?{DAYS}", agency.site)).await;
    let campaigns = costs["campaigns"].as_array().unwrap();
    let names: Vec<&str> = campaigns
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert!(
        names.contains(&"Last year") && names.contains(&"Brand"),
        "{names:?}"
    );
    assert!(
        costs
            .to_string()
            .contains("GOOGLE_SEARCH_ATTRIBUTION_DATA_DRIVEN 30d"),
        "{costs}"
    );
    // An hour later two days are asked for, and who leads there, and how it attributes.
    let before = agency.queries().await;
    agency.pass(60);
    agency.fetch().await;
    assert_eq!(agency.queries().await, before + 3);
    let days = agency.changes();
    let kept: u64 = days.iter().sum();
    assert_eq!(kept, 397 + 1, "each day once, and today as it went on");
}

#[tokio::test]
async fn an_account_two_managers_deep_and_one_without_any_are_fetched_alike() {
    let agency = Agency::at_google().await;
    for (account, currency) in [(OVERSEAS, "USD"), (OUTLET, "EUR")] {
        let path = agency.feed(account).await;
        agency.fetch().await;
        let told = agency.get(&path).await;
        assert_eq!(
            (&told["state"], &told["currency"]),
            (&json!("active"), &json!(currency))
        );
    }
}

#[tokio::test]
async fn what_google_restates_within_thirty_days_is_a_version_of_its_day() {
    let agency = Agency::at_google().await;
    let path = agency.feed(SHOP).await;
    agency.fetch().await;
    let brought = agency.changes().len();
    let known_at = text(&agency.get(&path).await["fetched_at"]);
    let costs = async |more: &str| {
        let path = format!("{}/costs?{DAYS}{more}", agency.site);
        agency.get(&path).await["campaigns"].clone()
    };
    let before = costs("").await;
    let restated = agency.sandbox.restate_at("google").await;
    assert_eq!(restated["days"], 4 * 30);
    agency.pass(24 * 60);
    agency.fetch().await;
    let changed: u64 = agency.changes()[brought..].iter().sum();
    assert!((20..=31).contains(&changed), "{changed}");
    assert_ne!(costs("").await, before);
    let then = costs(&format!("&known_at={known_at}")).await;
    assert_eq!(then, before, "what was known then stays");
}

#[tokio::test]
async fn what_all_vendors_cost_is_told_together() {
    let agency = Agency::at_google().await;
    agency.feed(SHOP).await;
    agency.fetch().await;
    let cost = async || {
        let path = format!("{}/overview?{DAYS}", agency.site);
        let told = agency.get(&path).await;
        text(&told["advertising"]["cost"]).parse::<f64>().unwrap()
    };
    let google = cost().await;
    assert!(google > 1_000.0, "{google}");
    let meta = json!({
        "provider": "meta", "name": "Meta too", "token": "EAAsandbox1234567890",
        "endpoint": "sandbox",
    });
    let meta = text(&agency.owner.post("/connections", meta).await.expect(201)["id"]);
    let new = json!({"connection_id": meta, "account_id": EUROS});
    let feeds = format!("{}/feeds", agency.site);
    agency.owner.post(&feeds, new).await.expect(201);
    agency.fetch().await;
    assert!(cost().await > google + 1_000.0);
}

#[tokio::test]
async fn a_quota_that_is_used_up_is_waited_out_as_long_as_google_says() {
    let agency = Agency::at_google().await;
    let path = agency.feed(SHOP).await;
    let fault = json!({
        "fault": "rate_limited", "retry_after_seconds": 5603, "after": 2,
        "match": {"path_contains": "searchStream"},
    });
    agency.sandbox.fault(fault).await;
    agency.fetch().await;
    let told = agency.get(&path).await;
    assert_eq!(told["trouble"]["category"], "waiting", "{told}");
    let before = agency.queries().await;
    agency.pass(93);
    assert!(agency.due().is_empty());
    agency.pass(1);
    agency.fetch().await;
    assert!(agency.queries().await > before);
    assert_eq!(agency.get(&path).await["state"], "active");
}

#[tokio::test]
async fn a_day_of_operations_that_is_over_stops_a_fetch_that_goes_on_the_next_day() {
    let agency = Agency::at_google_with(|knobs| knobs.operations_per_day = 12).await;
    let path = agency.feed(SHOP).await;
    agency.fetch().await;
    let part = agency.get(&path).await;
    assert_eq!(part["trouble"]["category"], "waiting", "{part}");
    assert!(part["first_day"].is_string(), "some days came: {part}");
    agency.pass(24 * 60 + 1);
    agency.fetch().await;
    let more = agency.get(&path).await;
    assert!(
        text(&more["first_day"]) < text(&part["first_day"]),
        "{more}"
    );
}

#[tokio::test]
async fn what_is_too_much_for_one_query_is_asked_for_in_smaller_parts() {
    let agency = Agency::at_google_with(|knobs| knobs.most_rows = 30).await;
    let path = agency.feed(SHOP).await;
    agency.fetch().await;
    let told = agency.get(&path).await;
    assert_eq!(
        (&told["state"], &told["first_day"]),
        (&json!("active"), &json!("2025-12-15"))
    );
}

#[tokio::test]
async fn a_token_that_ends_in_the_middle_is_renewed_and_a_leave_that_was_taken_back_is_not() {
    let agency = Agency::at_google().await;
    let path = agency.feed(SHOP).await;
    let fault = |fault: &str| json!({"fault": fault, "match": {"path_contains": "searchStream"}});
    agency.sandbox.fault(fault("token_expired")).await;
    agency.fetch().await;
    assert_eq!(agency.get(&path).await["state"], "active");
    agency.sandbox.fault(fault("grant_revoked")).await;
    let told = agency.fetch_now(&path).await;
    assert_eq!(told["trouble"]["category"], "reconnect", "{told}");
    assert!(
        text(&told["trouble"]["remedy"]).contains("Testing"),
        "{told}"
    );
    let before = agency.queries().await;
    agency.pass(60);
    agency.fetch().await;
    assert_eq!(agency.queries().await, before, "no call without a leave");
}

#[tokio::test]
async fn each_refusal_says_whose_turn_it_is() {
    let agency = Agency::at_google().await;
    let path = agency.feed(SHOP).await;
    for (fault, category) in [
        ("server_error", "provider"),
        ("unavailable", "provider"),
        ("bad_gateway", "provider"),
        ("cut", "provider"),
        ("truncated", "provider"),
        ("restricted", "configuration"),
        ("refused", "configuration"),
    ] {
        let order = json!({"fault": fault, "match": {"path_contains": "searchStream"}, "after": 2});
        agency.sandbox.fault(order).await;
        let told = agency.fetch_now(&path).await;
        assert_eq!(told["trouble"]["category"], category, "{fault}: {told}");
    }
    agency.pass(60);
    agency.fetch().await;
    assert_eq!(agency.get(&path).await["state"], "active");
}

#[tokio::test]
async fn a_developer_token_is_shown_and_one_that_is_refused_is_the_operators_matter() {
    let with = |token: &'static str| {
        Agency::at_google_with(move |knobs| token.clone_into(&mut knobs.developer_token))
    };
    let agency = with("sandbox-developer-token").await;
    let path = agency.feed(SHOP).await;
    agency.fetch().await;
    assert_eq!(agency.get(&path).await["state"], "active");
    let agency = with("another").await;
    let bases = format!("/connections/{}/bases", agency.connection);
    let refused = agency
        .owner
        .get(&bases)
        .await
        .problem(502, "provider_failed");
    let refused = refused.to_string();
    assert!(refused.contains("google.ads_developer_token"), "{refused}");
}

#[tokio::test]
async fn an_account_that_the_person_does_not_reach_is_linked_by_nobody() {
    let agency = Agency::at_google().await;
    let feeds = format!("{}/feeds", agency.site);
    for account in ["9000000001", "1000000004", "7", "1 OR 1 = 1"] {
        let new = json!({"connection_id": agency.connection, "account_id": account});
        let refused = agency.owner.post(&feeds, new).await;
        refused.problem(422, "validation_failed");
    }
}
