//! Events as they arrive at the address of a subscription.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{
    AIRPORTS, AIRPORTS_SOURCE, LATEST, OLD, PROJECTS_SOURCE, TASKS_SOURCE, Told, Workspace, words,
    workspace,
};
use crate::airtable::listener::{Heard, Listener};

/// A subscription that somebody has verified.
struct Subscription {
    id: String,
    token: String,
}

/// Every type but those that tell that a data source's members have changed: they come beside others.
const TYPES: [&str; 12] = [
    "page.created",
    "page.properties_updated",
    "page.deleted",
    "page.undeleted",
    "page.locked",
    "page.unlocked",
    "data_source.created",
    "data_source.schema_updated",
    "data_source.deleted",
    "data_source.undeleted",
    "database.created",
    "database.schema_updated",
];

impl Workspace {
    async fn set(&self, pings: Value) {
        let told = self
            .patch("_sandbox/knobs", json!({ "pings": pings }))
            .await;
        assert_eq!(told.status, 200, "{}", told.text);
    }

    /// Makes a subscription to some types of an edition, and takes its token in.
    async fn asked(
        &self,
        listener: &mut Listener,
        (edition, types): (&str, Value),
    ) -> Subscription {
        let body = json!({ "url": listener.url, "api_version": edition, "event_types": types });
        let made = self.post("_sandbox/notion/webhooks", body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let heard = listener.next().await;
        assert_eq!(heard.header("x-notion-signature"), "", "nobody could check");
        let token = heard.json()["verification_token"].as_str().unwrap().into();
        Subscription {
            id: made.json()["id"].as_str().unwrap().into(),
            token,
        }
    }

    async fn verified(&self, one: &Subscription, token: &str) -> Told {
        let path = format!("_sandbox/notion/webhooks/{}/verify", one.id);
        self.post(&path, json!({ "verification_token": token }))
            .await
    }

    async fn subscribed(&self, listener: &mut Listener, edition: &str) -> Subscription {
        let one = self.asked(listener, (edition, json!(TYPES))).await;
        let verified = self.verified(&one, &one.token).await;
        assert_eq!(verified.json()["state"], "active", "{}", verified.text);
        one
    }

    async fn made(&self, name: &str) -> String {
        self.titled(AIRPORTS_SOURCE, name).await
    }

    async fn changed(&self, page: &str, body: Value) {
        self.patch(&format!("v1/pages/{page}"), body).await.ok();
    }

    /// Renames a page as somebody at the vendor's own page does.
    async fn renamed_there(&self, page: &str, name: &str) {
        let path = format!("_sandbox/notion/pages/{page}");
        self.patch(&path, named(name)).await.ok();
    }

    async fn shown(&self) -> Value {
        self.get("_sandbox/notion/webhooks").await.ok()["items"].clone()
    }
}

fn named(name: &str) -> Value {
    json!({ "properties": { "Name": { "title": words(name) } } })
}

impl Subscription {
    fn has_signed(&self, heard: &Heard) -> bool {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.token.as_bytes()).unwrap();
        mac.update(heard.body.as_bytes());
        let digest = mac.finalize().into_bytes();
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        heard.header("x-notion-signature") == format!("sha256={digits}")
    }

    /// The next event, whose signature fits.
    async fn next(&self, listener: &mut Listener) -> Value {
        let heard = listener.next().await;
        assert!(self.has_signed(&heard), "{}", heard.body);
        heard.json()
    }

    /// Nothing has been sent that was not heard yet: what is caused now is the next thing.
    async fn is_silent(&self, workspace: &Workspace, listener: &mut Listener) {
        let page = workspace.made("Next").await;
        let event = self.next(listener).await;
        assert_eq!(event["entity"]["id"], page.as_str(), "{event}");
    }
}

#[tokio::test]
async fn nothing_is_told_before_the_token_was_pasted_and_no_other_token_will_do() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let one = workspace.asked(&mut listener, (LATEST, json!(TYPES))).await;
    assert!(one.token.starts_with("secret_"), "{}", one.token);
    assert_eq!(workspace.verified(&one, "secret_no").await.status, 422);
    assert!(!workspace.shown().await.to_string().contains(&one.token));
    let page = workspace.made("Before").await;
    let again = format!("_sandbox/notion/webhooks/{}/resend", one.id);
    assert_eq!(workspace.post(&again, json!({})).await.status, 204);
    let heard = listener.next().await.json();
    assert_eq!(heard["verification_token"], one.token.as_str());
    workspace.verified(&one, &one.token).await.ok();
    workspace.changed(&page, json!({ "in_trash": true })).await;
    let event = one.next(&mut listener).await;
    assert_eq!(event["type"], "page.deleted", "{event}");
}

#[tokio::test]
async fn what_happens_to_a_page_is_told_in_the_vendors_words() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let one = workspace.subscribed(&mut listener, LATEST).await;
    let page = workspace.made("Vienna").await;
    let event = one.next(&mut listener).await;
    assert_eq!(event["type"], "page.created");
    assert_eq!(event["entity"], json!({ "id": page, "type": "page" }));
    let parent = json!({
        "id": AIRPORTS, "type": "database", "data_source_id": AIRPORTS_SOURCE,
    });
    assert_eq!(event["data"], json!({ "parent": parent }));
    assert_eq!(event["authors"][0]["type"], "bot");
    assert_eq!(event["attempt_number"], 1);
    assert_eq!(event["api_version"], LATEST);
    assert_eq!(event["subscription_id"], one.id.as_str());
    for member in ["id", "timestamp", "workspace_id", "integration_id"] {
        assert!(event[member].is_string(), "{member}: {event}");
    }
    // The same once more is no change.
    workspace.changed(&page, named("Vienna")).await;
    workspace.renamed_there(&page, "Wien").await;
    let event = one.next(&mut listener).await;
    assert_eq!(event["type"], "page.properties_updated");
    assert_eq!(event["data"]["updated_properties"], json!(["title"]));
    assert_eq!(event["authors"][0]["type"], "person");
    for (change, kind) in [
        (json!({ "in_trash": true }), "page.deleted"),
        (json!({ "in_trash": false }), "page.undeleted"),
        (json!({ "is_locked": true }), "page.locked"),
        (json!({ "is_locked": false }), "page.unlocked"),
    ] {
        workspace.changed(&page, change).await;
        assert_eq!(one.next(&mut listener).await["type"], kind);
    }
    let path = format!("_sandbox/notion/pages/{page}");
    let gone = workspace.try_call(Method::DELETE, &path, None).await;
    assert_eq!(gone.unwrap().status, 204);
    assert_eq!(one.next(&mut listener).await["type"], "page.deleted");
}

#[tokio::test]
async fn a_page_that_comes_or_goes_changes_what_its_data_source_holds() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let types = json!(["data_source.content_updated"]);
    let one = workspace.asked(&mut listener, (LATEST, types)).await;
    workspace.verified(&one, &one.token).await.ok();
    let page = workspace.made("Vienna").await;
    let event = one.next(&mut listener).await;
    let entity = json!({ "id": AIRPORTS_SOURCE, "type": "data_source" });
    assert_eq!(event["entity"], entity);
    let members = json!([{ "id": page, "type": "block" }]);
    assert_eq!(event["data"]["updated_blocks"], members);
}

#[tokio::test]
async fn a_schema_is_told_by_what_was_made_changed_and_removed() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let one = workspace.subscribed(&mut listener, LATEST).await;
    let properties =
        json!({ "Runways": { "number": {} }, "City": { "name": "Town" }, "State": null });
    let path = format!("v1/data_sources/{AIRPORTS_SOURCE}");
    let body = json!({ "properties": properties });
    workspace.patch(&path, body).await.ok();
    let event = one.next(&mut listener).await;
    assert_eq!(event["type"], "data_source.schema_updated");
    let entity = json!({ "id": AIRPORTS_SOURCE, "type": "data_source" });
    assert_eq!(event["entity"], entity);
    let changed = event["data"]["updated_properties"].as_array().unwrap();
    let pair = |one: &Value| (one["name"].clone(), one["action"].clone());
    let changed: Vec<(Value, Value)> = changed.iter().map(pair).collect();
    for (name, action) in [
        ("Runways", "created"),
        ("State", "deleted"),
        ("Town", "updated"),
    ] {
        assert!(
            changed.contains(&(json!(name), json!(action))),
            "{changed:?}"
        );
    }
    assert_eq!(changed.len(), 3, "{changed:?}");
}

#[tokio::test]
async fn the_first_edition_knows_databases_alone() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let one = workspace.subscribed(&mut listener, OLD).await;
    workspace.made("Vienna").await;
    let event = one.next(&mut listener).await;
    let parent = json!({ "id": AIRPORTS, "type": "database" });
    assert_eq!(event["data"], json!({ "parent": parent }));
    let path = format!("v1/data_sources/{AIRPORTS_SOURCE}");
    let body = json!({ "properties": { "Runways": { "number": {} } } });
    workspace.patch(&path, body).await.ok();
    let event = one.next(&mut listener).await;
    assert_eq!(event["type"], "database.schema_updated");
    let entity = json!({ "id": AIRPORTS, "type": "database" });
    assert_eq!(event["entity"], entity);
}

#[tokio::test]
async fn the_other_end_of_a_relation_is_told_too() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let tasks = workspace.query(TASKS_SOURCE, json!({})).await.ok();
    let projects = workspace.query(PROJECTS_SOURCE, json!({})).await.ok();
    let task = &tasks["results"][0];
    let mut properties = task["properties"].as_object().unwrap().iter();
    let (name, relation) = properties
        .find(|(_, value)| value["type"] == "relation")
        .unwrap();
    let held = relation["relation"].as_array().unwrap();
    let mut projects = projects["results"].as_array().unwrap().iter();
    let other = projects
        .find(|project| held.iter().all(|one| one["id"] != project["id"]))
        .unwrap();
    let one = workspace.subscribed(&mut listener, LATEST).await;
    let value = json!({ "relation": [{ "id": other["id"] }] });
    let body = json!({ "properties": { name.as_str(): value } });
    workspace.changed(task["id"].as_str().unwrap(), body).await;
    let mut told = Vec::new();
    for _ in 0..2 + held.len() {
        let event = one.next(&mut listener).await;
        assert_eq!(event["type"], "page.properties_updated");
        told.push(event["entity"]["id"].clone());
    }
    let is_told = |page: &Value| told.contains(&page["id"]);
    assert!(is_told(task) && is_told(other), "{told:?}");
}

#[tokio::test]
async fn what_the_integration_may_not_see_is_not_told() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let one = workspace.subscribed(&mut listener, LATEST).await;
    let page = workspace.made("Known").await;
    one.next(&mut listener).await;
    let share = async |shared: bool| {
        let path = format!("_sandbox/notion/databases/{AIRPORTS}");
        let told = workspace.patch(&path, json!({ "shared": shared })).await;
        assert_eq!(told.status, 204);
    };
    let create = json!({
        "parent": { "data_source_id": AIRPORTS_SOURCE },
        "properties": { "Name": { "title": words("Unseen") } },
    });
    share(false).await;
    workspace.post("_sandbox/notion/pages", create).await.ok();
    share(true).await;
    workspace.renamed_there(&page, "Seen").await;
    let seen = one.next(&mut listener).await;
    assert_eq!(seen["type"], "page.properties_updated");
    one.is_silent(&workspace, &mut listener).await;
}

#[tokio::test]
async fn an_event_that_failed_comes_again_later_and_says_which_attempt_it_is() {
    let workspace = workspace();
    let mut listener = Listener::answering(500).await;
    let one = workspace.subscribed(&mut listener, LATEST).await;
    workspace.made("Vienna").await;
    let mut first = None;
    for attempt in 1..=8_u32 {
        let event = one.next(&mut listener).await;
        assert_eq!(event["attempt_number"], attempt);
        let id = first.get_or_insert_with(|| event["id"].clone());
        assert_eq!(*id, event["id"]);
        // How it went is taken down a moment after it was answered.
        while {
            let shown = workspace.shown().await;
            shown[0]["last_delivery"]["attempt_number"] != attempt
        } {
            tokio::task::yield_now().await;
        }
        workspace
            .clock
            .advance(Duration::from_secs(680 << (attempt - 1)));
    }
    workspace.clock.advance(Duration::from_hours(48));
    // Eight attempts and no more.
    one.is_silent(&workspace, &mut listener).await;
}

#[tokio::test]
async fn changes_of_one_thing_are_gathered() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let one = workspace.subscribed(&mut listener, LATEST).await;
    let page = workspace.made("Vienna").await;
    one.next(&mut listener).await;
    workspace.set(json!({ "gather_ms": 60_000 })).await;
    workspace.renamed_there(&page, "Wien").await;
    let body = json!({ "properties": { "Latitude": { "number": 48 } } });
    workspace.changed(&page, body).await;
    workspace.clock.advance(Duration::from_mins(1));
    let event = one.next(&mut listener).await;
    let count = |list: &Value| list.as_array().unwrap().len();
    assert_eq!(count(&event["data"]["updated_properties"]), 2, "{event}");
    assert_eq!(count(&event["authors"]), 2, "{event}");
    workspace.set(json!({ "gather_ms": 0 })).await;
    one.is_silent(&workspace, &mut listener).await;
}

#[tokio::test]
async fn what_can_go_wrong_on_the_way_can_be_rehearsed() {
    let workspace = workspace();
    let mut listener = Listener::answering(200).await;
    let one = workspace.subscribed(&mut listener, LATEST).await;
    let page = workspace.made("First").await;
    one.next(&mut listener).await;
    let other = workspace.made("Second").await;
    one.next(&mut listener).await;
    workspace.set(json!({ "out_of_order": true })).await;
    workspace.renamed_there(&page, "Late").await;
    workspace.renamed_there(&other, "Early").await;
    for late in [&other, &page] {
        let event = one.next(&mut listener).await;
        assert_eq!(event["entity"]["id"], late.as_str());
        workspace.clock.advance(Duration::from_secs(3));
    }
    workspace
        .set(json!({ "out_of_order": false, "forged": true }))
        .await;
    workspace.renamed_there(&page, "Forged").await;
    let forged = listener.next().await;
    assert_eq!(forged.header("x-notion-signature").len(), 71);
    assert!(!one.has_signed(&forged));
    workspace
        .set(json!({ "forged": false, "doubled": true }))
        .await;
    workspace.renamed_there(&page, "Doubled").await;
    let twice = [one.next(&mut listener).await, one.next(&mut listener).await];
    assert_eq!(twice[0], twice[1]);
    workspace
        .set(json!({ "doubled": false, "dropped": true }))
        .await;
    workspace.renamed_there(&page, "Dropped").await;
    workspace.set(json!({ "dropped": false })).await;
    let path = format!("_sandbox/notion/webhooks/{}", one.id);
    let ended = workspace.try_call(Method::DELETE, &path, None).await;
    assert_eq!(ended.unwrap().status, 204);
    workspace.renamed_there(&page, "Unheard").await;
    assert_eq!(workspace.shown().await, json!([]));
    // What comes next is the token of another subscription.
    workspace.asked(&mut listener, (LATEST, json!(TYPES))).await;
}
