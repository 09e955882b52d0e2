//! Syncs that run when Notion tells of a change, which a person has set up there by hand.

use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use poem::http::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use super::far::{Far, SOURCE};
use super::{Yard, counts, text};
use crate::support::Answer;

const HOUR: Duration = Duration::from_hours(1);
const PAUSE: Duration = Duration::from_secs(30);
const HOOKS: &str = "notion/webhooks";
/// A data source of the sandbox's that no sync here is about.
const PROJECTS: &str = "50000000-0000-4000-8000-000000000002";

/// A yard at Notion with some pages.
async fn yard() -> Yard {
    let mut yard = Yard::at(Far::Notion).await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    // The vendor cannot reach the appliance of a test, and need not try again.
    let knobs = json!({"notion": {"webhooks": {"retries": 0}}});
    yard.vendor
        .control(Method::PATCH, "knobs", Some(knobs))
        .await;
    yard.colleagues_make(0..3).await;
    yard
}

/// The same with a pull that waits for changes, and nobody told yet that there are any.
async fn waiting() -> (Yard, String) {
    let yard = yard().await;
    let code = yard.remote_field("Code").await;
    let wish = json!({"run_on_change": true, "remote_key_field_id": code});
    let sync = yard.pull(wish).await;
    yard.run(&sync).await;
    (yard, sync)
}

/// The same once Notion tells of changes.
async fn subscribed() -> (Yard, String) {
    let (yard, sync) = waiting().await;
    yard.subscribe().await;
    let shown = yard.told_of("Awake").await;
    yard.ping(&shown).await.expect(204);
    yard.advance(PAUSE);
    yard.quiet(&sync).await;
    yard.advance(PAUSE);
    (yard, sync)
}

impl Yard {
    fn subscription(&self) -> String {
        format!("/connections/{}/subscription", self.connection)
    }

    async fn subscription_shown(&self) -> Value {
        self.member.get(&self.subscription()).await.expect(200)
    }

    /// Draws an address.
    async fn drawn(&self) -> String {
        let drawn = self.member.post(&self.subscription(), json!({})).await;
        text(&drawn.expect(201)["address"])
    }

    /// Somebody gives Notion an address; what Notion has sent there, and its id of it.
    async fn given(&self, address: &str) -> (Value, String) {
        let before = self.sent().await.len();
        let wish = json!({ "url": address });
        let made = self.vendor.control(Method::POST, HOOKS, Some(wish)).await;
        let made: Value = made.json().await.unwrap();
        (self.sent_after(before).await, text(&made["id"]))
    }

    /// Shows the token that came.
    async fn token_shown(&self) -> Answer {
        let path = format!("{}/token", self.subscription());
        self.member.post(&path, json!({})).await
    }

    async fn pasted(&self, id: &str, token: &str) {
        let body = json!({ "verification_token": token });
        let path = format!("{HOOKS}/{id}/verify");
        self.vendor.control(Method::POST, &path, Some(body)).await;
    }

    /// All that a person does. Gives the token.
    async fn subscribe(&self) -> String {
        let address = self.drawn().await;
        let (sent, id) = self.given(&address).await;
        self.ping(&sent).await.expect(204);
        let token = text(&self.token_shown().await.expect(200)["verification_token"]);
        self.pasted(&id, &token).await;
        token
    }

    /// A colleague renames the second airport; what Notion tells of it.
    async fn told_of(&self, name: &str) -> Value {
        let before = self.sent().await.len();
        self.edit_there("K0001", json!({"Name": name})).await;
        self.sent_after(before).await
    }

    /// Brings something to an address.
    async fn bring_to(&self, address: &str, signature: &str, body: &str) -> Answer {
        let sent = json!({
            "url": address, "header": "x-notion-signature", "signature": signature, "body": body,
        });
        self.ping(&sent).await
    }

    /// The same, signed with the token.
    async fn bring_signed(&self, address: &str, token: &str, body: &Value) -> Answer {
        let body = body.to_string();
        self.bring_to(address, &signature(token, &body), &body)
            .await
    }
}

fn signature(token: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let digest = mac.finalize().into_bytes();
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

fn event(kind: &str, source: &str) -> Value {
    let parent = json!({"id": "x", "type": "database", "data_source_id": source});
    json!({"type": kind, "entity": {"id": "p", "type": "page"}, "data": {"parent": parent}})
}

#[tokio::test]
async fn what_a_colleague_edits_is_brought_once_a_person_has_subscribed() {
    let (yard, sync) = waiting().await;
    let watch = yard.sync_shown(&sync).await["watch"].clone();
    assert_eq!(watch["state"], "unsubscribed", "{watch}");
    assert_eq!(yard.subscription_shown().await["state"], "none");
    let address = yard.drawn().await;
    let shown = yard.subscription_shown().await;
    assert_eq!(shown["state"], "waiting", "{shown}");
    let secret = address.rsplit('/').next().unwrap();
    assert!(!shown.to_string().contains(secret), "{shown}");
    yard.token_shown().await.problem(409, "conflict");
    let (sent, id) = yard.given(&address).await;
    yard.ping(&sent).await.expect(204);
    let shown = yard.subscription_shown().await;
    assert_eq!(shown["state"], "verifying", "{shown}");
    assert_eq!(shown["token_ready"], true, "{shown}");
    let token = text(&yard.token_shown().await.expect(200)["verification_token"]);
    assert!(text(&sent["body"]).contains(&token));
    yard.token_shown().await.problem(409, "conflict");
    yard.pasted(&id, &token).await;
    let watch = yard.sync_shown(&sync).await["watch"].clone();
    assert_eq!(
        watch["state"], "unsubscribed",
        "nothing proves it yet: {watch}"
    );
    let runs = yard.runs_of_sync(&sync).await.len();
    let sent = yard.told_of("Renamed").await;
    yard.ping(&sent).await.expect(204);
    let runs = yard.had_runs(&sync, runs + 1).await;
    assert_eq!(runs[0]["state"], "done", "{}", runs[0]);
    assert_eq!(counts(&runs[0])["changed"], 1, "{}", runs[0]);
    assert_eq!(yard.names_here().await["K0001"], "Renamed");
    let shown = yard.subscription_shown().await;
    assert_eq!(shown["state"], "active", "{shown}");
    assert!(shown["last_event_at"].is_string(), "{shown}");
    let watch = yard.sync_shown(&sync).await["watch"].clone();
    assert_eq!(watch["state"], "watching", "{watch}");
    assert!(watch["last_ping_at"].is_string(), "{watch}");
    for (act, count) in [
        ("subscription_draw", 1),
        ("subscription_token_come", 1),
        ("subscription_token_show", 1),
        ("subscription_active", 1),
        ("subscription_refuse", 0),
        ("change_reported", 1),
        ("watch_begin", 0),
    ] {
        assert_eq!(yard.server.count_in_book(act), count, "{act}");
    }
}

#[tokio::test]
async fn the_first_token_is_kept_and_no_other_takes_its_place() {
    let (yard, _) = waiting().await;
    let address = yard.drawn().await;
    let (sent, id) = yard.given(&address).await;
    yard.ping(&sent).await.expect(204);
    let strange = json!({"verification_token": "secret_strangers"}).to_string();
    let refused = yard.bring_to(&address, "", &strange).await;
    refused.problem(404, "not_found");
    let token = text(&yard.token_shown().await.expect(200)["verification_token"]);
    assert_ne!(token, "secret_strangers");
    // Whoever has lost it has Notion send it again, and sees it once more.
    yard.token_shown().await.problem(409, "conflict");
    let before = yard.sent().await.len();
    let again = format!("{HOOKS}/{id}/resend");
    yard.vendor
        .control(Method::POST, &again, Some(json!({})))
        .await;
    let sent = yard.sent_after(before).await;
    yard.ping(&sent).await.expect(204);
    let shown = text(&yard.token_shown().await.expect(200)["verification_token"]);
    assert_eq!(shown, token);
    // Once something came that is signed with it, nobody needs to see it any more.
    yard.ping(&sent).await.expect(204);
    yard.pasted(&id, &token).await;
    let told = yard.told_of("Renamed").await;
    yard.ping(&told).await.expect(204);
    yard.token_shown().await.problem(409, "conflict");
    yard.ping(&sent).await.problem(404, "not_found");
    yard.bring_to(&address, "", &strange)
        .await
        .problem(404, "not_found");
    assert_eq!(yard.subscription_shown().await["state"], "active");
}

#[tokio::test]
async fn an_address_waits_an_hour_and_one_that_was_replaced_or_ended_leads_nowhere() {
    let (yard, _) = waiting().await;
    let body = json!({"verification_token": "secret_late"}).to_string();
    let late = yard.drawn().await;
    yard.advance(HOUR);
    assert_eq!(yard.subscription_shown().await["state"], "expired");
    yard.bring_to(&late, "", &body)
        .await
        .problem(404, "not_found");
    let replaced = yard.drawn().await;
    let next = yard.drawn().await;
    yard.bring_to(&replaced, "", &body)
        .await
        .problem(404, "not_found");
    yard.bring_to(&next, "", &body).await.expect(204);
    let path = yard.subscription();
    yard.member.delete(&path).await.expect(204);
    assert_eq!(yard.subscription_shown().await["state"], "none");
    yard.member.delete(&path).await.problem(404, "not_found");
    let event = event("page.created", SOURCE);
    yard.bring_signed(&next, "secret_late", &event)
        .await
        .problem(404, "not_found");
    assert_eq!(yard.server.count_in_book("subscription_end"), 1);
    let last = yard.drawn().await;
    let connection = format!("/connections/{}?cascade=true", yard.connection);
    yard.member.delete(&connection).await.expect(204);
    yard.bring_to(&last, "", &body)
        .await
        .problem(404, "not_found");
}

#[tokio::test]
async fn what_is_not_signed_with_the_token_does_nothing_and_is_told_to_the_owner() {
    let (yard, sync) = Box::pin(subscribed()).await;
    let good = yard.sent().await.last().unwrap().clone();
    let (runs, reported) = (
        yard.quiet(&sync).await.len(),
        yard.server.count_in_book("change_reported"),
    );
    let url = text(&good["url"]);
    let (root, secret) = url.rsplit_once('/').unwrap();
    let body = text(&good["body"]);
    let signed = text(&good["signature"]);
    let other = format!("{root}/{}", "0".repeat(40));
    let upper = format!("{root}/{}", secret.to_uppercase());
    let zeros = format!("sha256={}", "0".repeat(64));
    let mut told = Vec::new();
    for (url, signature, body) in [
        (&url, signed.as_str(), "{}"),
        (&url, "", body.as_str()),
        (&url, &signed[7..], body.as_str()),
        (&url, zeros.as_str(), body.as_str()),
        (&url, &signature("secret_other", &body), body.as_str()),
        (&other, signed.as_str(), body.as_str()),
        (&upper, signed.as_str(), body.as_str()),
    ] {
        let refused = yard.bring_to(url, signature, body).await;
        let mut problem = refused.problem(404, "not_found");
        problem["instance"] = Value::Null;
        told.push(problem);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert!(!told[0].to_string().contains(secret), "{told:#?}");
    assert_eq!(yard.server.count_in_book("subscription_refuse"), 1);
    let shown = yard.subscription_shown().await;
    assert!(shown["last_refused_at"].is_string(), "{shown}");
    let watch = yard.sync_shown(&sync).await["watch"].clone();
    assert_eq!(watch["state"], "failing", "{watch}");
    assert!(watch["problem"].is_string(), "{watch}");
    yard.advance(PAUSE);
    assert_eq!(yard.quiet(&sync).await.len(), runs);
    assert_eq!(yard.server.count_in_book("change_reported"), reported);
    // A good one puts it right.
    let told = yard.told_of("Signed").await;
    yard.ping(&told).await.expect(204);
    yard.had_runs(&sync, runs + 1).await;
    let watch = yard.sync_shown(&sync).await["watch"].clone();
    assert_eq!(watch["state"], "watching", "{watch}");
}

#[tokio::test]
async fn who_guesses_at_an_address_is_held_back_and_what_is_signed_is_not() {
    let (yard, _) = Box::pin(subscribed()).await;
    let good = yard.sent().await.last().unwrap().clone();
    let mut forged = good.clone();
    forged["body"] = "{}".into();
    let mut statuses = Vec::new();
    for _ in 0..125 {
        statuses.push(yard.ping(&forged).await.status);
    }
    let refused = statuses.iter().filter(|status| **status == 404).count();
    assert_eq!((refused, statuses.last().unwrap().as_u16()), (120, 429));
    // Notion sends one event for each page, and all of them may come from where strangers do.
    for _ in 0..150 {
        yard.ping(&good).await.expect(204);
    }
}

#[tokio::test]
async fn a_sync_runs_for_its_own_table_alone_and_for_what_cannot_be_placed() {
    let (yard, sync) = waiting().await;
    let address = yard.drawn().await;
    let body = json!({"verification_token": "secret_ours"}).to_string();
    yard.bring_to(&address, "", &body).await.expect(204);
    let mut runs = yard.quiet(&sync).await.len();
    let send = async |event: Value| {
        yard.bring_signed(&address, "secret_ours", &event)
            .await
            .expect(204);
    };
    for idle in [
        event("page.created", PROJECTS),
        event("page.locked", SOURCE),
        event("comment.created", SOURCE),
    ] {
        send(idle.clone()).await;
        yard.advance(PAUSE);
        assert_eq!(yard.quiet(&sync).await.len(), runs, "{idle}");
    }
    let mut unplaced = event("page.properties_updated", SOURCE);
    unplaced["data"] = json!({});
    let entity = |kind: &str, id: &str| json!({"type": kind, "entity": {"id": id, "type": kind.split('.').next().unwrap()}});
    for woken in [
        event("page.deleted", SOURCE),
        event("page.undeleted", &SOURCE.replace('-', "")),
        event("page.moved", PROJECTS),
        entity("data_source.schema_updated", SOURCE),
        entity("database.deleted", Far::Notion.base()),
        unplaced,
        json!(["nobody knows what"]),
    ] {
        send(woken.clone()).await;
        runs += 1;
        let all = yard.had_runs(&sync, runs).await;
        assert_eq!(all.len(), runs, "{woken}");
        yard.advance(PAUSE);
    }
}

#[tokio::test]
async fn however_many_events_come_one_run_waits() {
    let (yard, sync) = Box::pin(subscribed()).await;
    let runs = yard.quiet(&sync).await.len();
    let reported = yard.server.count_in_book("change_reported");
    yard.tasks.stop().await;
    let sent = yard.told_of("Once").await;
    for _ in 0..20 {
        yard.ping(&sent).await.expect(204);
    }
    assert_eq!(yard.server.count_in_book("change_reported"), reported + 1);
    let tasks = weighbridge::base::Tasks::default();
    let app = &yard.server.app;
    let scheduler = app.scheduler.clone();
    scheduler.keeping_time(app.auth.users.clone()).start(&tasks);
    assert_eq!(yard.had_runs(&sync, runs + 1).await.len(), runs + 1);
    tasks.stop().await;
}

#[tokio::test]
async fn what_a_two_way_sync_writes_itself_comes_to_rest() {
    let yard = yard().await;
    let sync = yard.both(json!({"run_on_change": true})).await;
    yard.subscribe().await;
    yard.bring(10..13, "Airport").await;
    yard.run(&sync).await;
    let mut told = 0;
    for _ in 0..5 {
        yard.advance(PAUSE);
        let sent = yard.sent().await;
        for one in &sent[told..] {
            if one["signature"].is_string() {
                yard.ping(one).await.expect(204);
            }
        }
        told = sent.len();
        yard.quiet(&sync).await;
    }
    assert!(told > 3, "its own pages were told of");
    let rest = yard.runs_of_sync(&sync).await.len();
    yard.advance(PAUSE);
    assert_eq!(yard.quiet(&sync).await.len(), rest);
    assert_eq!(yard.sent().await.len(), told, "nothing is written any more");
    let sent = yard.told_of("There").await;
    yard.ping(&sent).await.expect(204);
    yard.had_runs(&sync, rest + 1).await;
    assert_eq!(yard.names_here().await["K0001"], "There");
}

#[tokio::test]
async fn an_event_that_never_comes_is_made_up_for_by_the_schedule() {
    let (yard, sync) = Box::pin(subscribed()).await;
    let schedule = json!({"every": "hour", "minute": 0, "zone": "UTC"});
    let path = format!("/syncs/{sync}/schedule");
    yard.member.put(&path, schedule).await.expect(200);
    yard.told_of("Unheard").await;
    let runs = yard.quiet(&sync).await.len();
    assert_eq!(yard.names_here().await["K0001"], "Awake");
    yard.advance(HOUR);
    yard.had_runs(&sync, runs + 1).await;
    assert_eq!(yard.names_here().await["K0001"], "Unheard");
}

#[tokio::test]
async fn airtable_is_given_no_address_by_hand() {
    let mut yard = Yard::unhurried().await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    let path = yard.subscription();
    assert_eq!(yard.subscription_shown().await["state"], "not_by_hand");
    let drawn = yard.member.post(&path, json!({})).await;
    drawn.problem(409, "conflict");
}
