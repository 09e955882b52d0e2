//! Syncs that run when their provider tells that something has changed.

use std::time::Duration;

use poem::Body;
use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::base::{Actor, Party, Scope};
use weighbridge::connections::NoWatch;

use super::far::Far;
use super::{BASE, Yard, counts, id, text};
use crate::oauth::{begin, complete, decide};
use crate::support::Answer;

const DAY: Duration = Duration::from_hours(24);
const PAUSE: Duration = Duration::from_secs(30);

/// A yard with some rows, and a pull of them that waits for changes.
async fn watching() -> (Yard, String) {
    let mut yard = Yard::unhurried().await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    // The vendor cannot reach the appliance of a test, and does not give up for all that.
    let knobs = json!({"webhooks": {"retries": 1_000}});
    yard.vendor
        .control(Method::PATCH, "knobs", Some(knobs))
        .await;
    yard.colleagues_make(0..5).await;
    let sync = yard.pull(json!({"run_on_change": true})).await;
    yard.stands(&sync, "watching").await;
    // What is there is brought at once: of that nobody was told.
    yard.had_runs(&sync, 1).await;
    // What the provider says of a new webhook, and of the rows.
    yard.ping_all().await;
    yard.advance(PAUSE);
    yard.quiet(&sync).await;
    (yard, sync)
}

impl Yard {
    pub(super) async fn sync_shown(&self, sync: &str) -> Value {
        self.member.get(&format!("/syncs/{sync}")).await.expect(200)
    }

    /// Waits until the sync's base is watched so.
    async fn stands(&self, sync: &str, state: &str) -> Value {
        let waiting = async {
            loop {
                let shown = self.sync_shown(sync).await;
                if shown["watch"]["state"] == state {
                    return shown["watch"].clone();
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        self.fly(waiting).await
    }

    /// The webhooks at the vendor.
    async fn webhooks(&self) -> Vec<Value> {
        let url = format!("{}/v0/bases/{BASE}/webhooks", self.vendor.sandbox.url);
        let request = self.vendor.http.get(url).bearer_auth("patLOOKER");
        let listed: Value = request.send().await.unwrap().json().await.unwrap();
        listed["webhooks"].as_array().unwrap().clone()
    }

    /// Waits until the vendor has so many webhooks.
    async fn has_webhooks(&self, count: usize) -> Vec<Value> {
        let waiting = async {
            loop {
                let webhooks = self.webhooks().await;
                if webhooks.len() == count {
                    return webhooks;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        self.fly(waiting).await
    }

    /// What the vendor has sent, the last one last. It cannot reach the appliance of a test.
    pub(super) async fn sent(&self) -> Vec<Value> {
        let sent = self.vendor.control(Method::GET, "pings", None).await;
        let sent: Value = sent.json().await.unwrap();
        sent["items"].as_array().unwrap().clone()
    }

    /// The same without those that were sent in vain before.
    async fn first_tries(&self) -> Vec<Value> {
        let mut sent = self.sent().await;
        sent.retain(|one| one["attempt"] == 0);
        sent
    }

    /// Waits until the vendor has sent a notification since there were so many.
    pub(super) async fn sent_after(&self, count: usize) -> Value {
        let waiting = async {
            loop {
                let sent = self.sent().await;
                if sent.len() > count {
                    return sent.last().unwrap().clone();
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        self.fly(waiting).await
    }

    /// Brings a notification to the appliance.
    pub(super) async fn ping(&self, sent: &Value) -> Answer {
        let header = sent["header"].as_str().unwrap();
        let client = self.server.anonymous();
        // What proves an address is not signed.
        let client = match sent["signature"].as_str() {
            Some(signature) => client.with(header, signature),
            None => client,
        };
        let url: reqwest::Url = sent["url"].as_str().unwrap().parse().unwrap();
        let body = Body::from(text(&sent["body"]));
        client
            .fetch(Method::POST, url.path(), "application/json", body)
            .await
    }

    async fn ping_all(&self) {
        if let Some(last) = self.sent().await.last() {
            self.ping(last).await.expect(204);
        }
    }

    /// Edits a row there and brings the notification of it.
    async fn edited(&self, key: &str, name: &str) -> Value {
        let before = self.sent().await.len();
        self.edit_there(key, json!({"Name": name})).await;
        let sent = self.sent_after(before).await;
        self.ping(&sent).await.expect(204);
        sent
    }

    pub(super) async fn runs_of_sync(&self, sync: &str) -> Vec<Value> {
        self.all(&format!("/runs?sync_id={sync}")).await
    }

    /// Waits until nothing is under way, and gives the runs of the sync, the last one first.
    pub(super) async fn quiet(&self, sync: &str) -> Vec<Value> {
        let waiting = async {
            // What is due is queued a moment after it is known.
            for _ in 0..50 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            loop {
                let runs = self.runs_of_sync(sync).await;
                if runs.iter().all(|run| run["finished_at"].is_string()) {
                    return runs;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        self.fly(waiting).await
    }

    /// Waits until the sync has had so many runs and none is under way.
    pub(super) async fn had_runs(&self, sync: &str, count: usize) -> Vec<Value> {
        let waiting = async {
            loop {
                let runs = self.runs_of_sync(sync).await;
                if runs.len() >= count && runs.iter().all(|run| run["finished_at"].is_string()) {
                    return runs;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        self.fly(waiting).await
    }
}

#[tokio::test]
async fn what_a_colleague_edits_is_brought_when_the_provider_tells() {
    let (yard, sync) = watching().await;
    let runs = yard.runs_of_sync(&sync).await.len();
    yard.edited("K0003", "Renamed").await;
    let runs = yard.had_runs(&sync, runs + 1).await;
    assert_eq!(runs[0]["state"], "done", "{}", runs[0]);
    assert_eq!(counts(&runs[0])["changed"], 1, "{}", runs[0]);
    assert!(runs[0]["by"].is_null(), "{}", runs[0]);
    assert_eq!(yard.names_here().await["K0003"], "Renamed");
    let watch = yard.sync_shown(&sync).await["watch"].clone();
    assert!(watch["last_ping_at"].is_string(), "{watch}");
    assert!(watch["ends_at"].is_string(), "{watch}");
    assert_eq!(yard.server.count_in_book("watch_begin"), 1);
}

#[tokio::test]
async fn however_often_it_is_told_one_run_waits_and_keeps_its_distance() {
    let (yard, sync) = watching().await;
    let before = yard.runs_of_sync(&sync).await.len();
    let reported = yard.server.count_in_book("change_reported");
    // Nothing is executed while it is told.
    yard.tasks.stop().await;
    let sent = yard.edited("K0001", "Once").await;
    for _ in 0..20 {
        yard.ping(&sent).await.expect(204);
    }
    assert_eq!(yard.server.count_in_book("change_reported"), reported + 1);
    let tasks = weighbridge::base::Tasks::default();
    let app = &yard.server.app;
    let scheduler = app.scheduler.clone();
    scheduler.keeping_time(app.auth.users.clone()).start(&tasks);
    let runs = yard.had_runs(&sync, before + 1).await;
    assert_eq!(runs.len(), before + 1);
    // The same notification once more, after the run: one run more, and not at once.
    let queued: jiff::Timestamp = runs[0]["queued_at"].as_str().unwrap().parse().unwrap();
    yard.ping(&sent).await.expect(204);
    let runs = yard.had_runs(&sync, before + 2).await;
    assert_eq!(runs.len(), before + 2);
    let next: jiff::Timestamp = runs[0]["queued_at"].as_str().unwrap().parse().unwrap();
    assert!(next >= queued + PAUSE, "{queued} {next}");
    assert_eq!(counts(&runs[0])["changed"], 0, "{}", runs[0]);
    tasks.stop().await;
}

#[tokio::test]
async fn what_the_provider_has_not_signed_does_nothing_and_says_nothing() {
    let (yard, sync) = watching().await;
    let runs = yard.runs_of_sync(&sync).await.len();
    let reported = yard.server.count_in_book("change_reported");
    let good = yard.sent().await.last().unwrap().clone();
    let url = text(&good["url"]);
    let at = |address: &str| format!("{}{address}", url.rsplit_once('/').unwrap().0);
    let with = |name: &str, value: Value| {
        let mut sent = good.clone();
        sent[name] = value;
        sent
    };
    let digits = text(&good["signature"]).replace("hmac-sha256=", "");
    let forged = [
        with("body", json!("{}")),
        with("signature", json!("")),
        with("signature", json!(digits)),
        with(
            "signature",
            json!(format!("hmac-sha256={}", "0".repeat(64))),
        ),
        with("header", json!("webhook-signature")),
        with("url", json!(at("/0199a3c4-7b10-7000-8000-0123456789ab"))),
        with("url", json!(at("/x"))),
    ];
    let mut told = Vec::new();
    for sent in &forged {
        let mut problem = yard.ping(sent).await.problem(404, "not_found");
        problem["instance"] = Value::Null;
        told.push(problem);
    }
    told.dedup();
    assert_eq!(told.len(), 1, "{told:#?}");
    let large = with("body", json!("x".repeat(9_000)));
    yard.ping(&large).await.problem(413, "too_large");
    yard.advance(PAUSE);
    assert_eq!(yard.quiet(&sync).await.len(), runs);
    assert_eq!(yard.server.count_in_book("change_reported"), reported);
}

#[tokio::test]
async fn who_guesses_addresses_or_floods_one_is_held_back() {
    let (yard, _) = watching().await;
    let good = yard.sent().await.last().unwrap().clone();
    let mut forged = good.clone();
    forged["body"] = "{}".into();
    let mut statuses = Vec::new();
    for _ in 0..125 {
        statuses.push(yard.ping(&forged).await.status);
    }
    assert_eq!(
        statuses.iter().filter(|status| **status == 404).count(),
        120
    );
    assert_eq!(*statuses.last().unwrap(), 429);
    yard.advance(Duration::from_mins(5));
    let mut statuses = Vec::new();
    for _ in 0..125 {
        statuses.push(yard.ping(&good).await.status);
    }
    assert!(
        statuses[..100].iter().all(|status| *status == 204),
        "{statuses:?}"
    );
    assert_eq!(*statuses.last().unwrap(), 429);
}

#[tokio::test]
async fn a_notification_that_is_lost_is_made_up_for_by_the_schedule() {
    let (yard, sync) = watching().await;
    let knobs = json!({"pings": {"dropped": true}});
    yard.vendor
        .control(Method::PATCH, "knobs", Some(knobs))
        .await;
    let schedule = json!({"every": "hour", "minute": 0, "zone": "UTC"});
    let path = format!("/syncs/{sync}/schedule");
    yard.member.put(&path, schedule).await.expect(200);
    yard.edit_there("K0002", json!({"Name": "Unheard"})).await;
    let runs = yard.quiet(&sync).await.len();
    assert_eq!(yard.names_here().await["K0002"], "Airport 2");
    yard.advance(Duration::from_hours(1));
    yard.had_runs(&sync, runs + 1).await;
    assert_eq!(yard.names_here().await["K0002"], "Unheard");
}

#[tokio::test]
async fn a_webhook_is_renewed_before_its_end_and_made_anew_when_it_is_gone() {
    let (yard, sync) = watching().await;
    let first = yard.webhooks().await;
    for _ in 0..10 {
        let refreshed = yard.vendor.calls("webhook_change").await;
        yard.advance(DAY + Duration::from_mins(1));
        yard.fly(async {
            while yard.vendor.calls("webhook_change").await == refreshed {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
    }
    let tenth = yard.webhooks().await;
    assert_eq!(tenth.len(), 1);
    assert_eq!(
        (&tenth[0]["id"], &tenth[0]["isHookEnabled"]),
        (&first[0]["id"], &json!(true))
    );
    let path = format!("v0/bases/{BASE}/webhooks/{}", text(&tenth[0]["id"]));
    let url = format!("{}/{path}", yard.vendor.sandbox.url);
    let gone = yard.vendor.http.delete(url).bearer_auth("patLOOKER");
    assert!(gone.send().await.unwrap().status().is_success());
    yard.advance(DAY);
    let anew = yard.has_webhooks(1).await;
    assert_ne!(anew[0]["id"], first[0]["id"]);
    assert_eq!(anew[0]["notificationUrl"], first[0]["notificationUrl"]);
    // Its key is known a moment after it is there.
    yard.fly(async {
        while yard.server.count_in_book("watch_begin") < 2 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    yard.stands(&sync, "watching").await;
    yard.edited("K0004", "Heard again").await;
}

#[tokio::test]
async fn a_webhook_whose_making_was_not_seen_leaves_no_second_one() {
    let mut yard = Yard::unhurried().await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    yard.colleagues_make(0..3).await;
    let order = json!({"match": {"method": "POST", "path_contains": "/webhooks"}, "times": 2});
    yard.vendor.fault("lost_answer", order).await;
    let sync = yard.pull(json!({"run_on_change": true})).await;
    let failing = yard.stands(&sync, "failing").await;
    assert!(failing["problem"].is_string(), "{failing}");
    yard.stands(&sync, "watching").await;
    assert_eq!(yard.webhooks().await.len(), 1);
    assert_eq!(yard.server.count_in_book("watch_fail"), 1);
    let before = yard.sent().await.len();
    yard.edit_there("K0001", json!({"Name": "Heard"})).await;
    let sent = yard.sent_after(before).await;
    yard.ping(&sent).await.expect(204);
}

#[tokio::test]
async fn syncs_of_one_base_share_a_webhook_which_ends_with_the_last_of_them() {
    let (yard, first) = watching().await;
    let second = yard
        .pull(json!({"run_on_change": true, "name": "Second"}))
        .await;
    yard.stands(&second, "watching").await;
    assert_eq!(yard.webhooks().await.len(), 1);
    let path = format!("/syncs/{first}");
    let off = yard
        .member
        .patch(&path, json!({"run_on_change": false}))
        .await;
    assert!(off.expect(200)["watch"].is_null());
    yard.quiet(&second).await;
    assert_eq!(yard.webhooks().await.len(), 1);
    yard.member
        .delete(&format!("/syncs/{second}"))
        .await
        .expect(204);
    yard.has_webhooks(0).await;
    yard.fly(async {
        while yard.server.count_in_book("watch_end") == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
}

/// One that joined was not run before the next edit, whenever that came.
#[tokio::test]
async fn a_sync_that_joins_a_watched_base_is_due_at_once_and_it_alone() {
    let (yard, first) = watching().await;
    let before = yard.runs_of_sync(&first).await.len();
    let second = yard
        .pull(json!({"run_on_change": true, "name": "Second"}))
        .await;
    yard.had_runs(&second, 1).await;
    let path = format!("/syncs/{second}");
    for on in [false, true] {
        yard.advance(PAUSE);
        let wish = json!({ "run_on_change": on });
        yard.member.patch(&path, wish).await.expect(200);
    }
    yard.had_runs(&second, 2).await;
    assert_eq!(yard.quiet(&first).await.len(), before);
}

/// What changed while the provider told nobody was read at the next edit, whenever that came.
#[tokio::test]
async fn what_changed_while_nobody_was_told_is_brought_when_the_webhook_is_made_anew() {
    let (yard, sync) = watching().await;
    let before = yard.runs_of_sync(&sync).await.len();
    let webhook = text(&yard.webhooks().await[0]["id"]);
    let url = format!(
        "{}/v0/bases/{BASE}/webhooks/{webhook}",
        yard.vendor.sandbox.url
    );
    let gone = yard.vendor.http.delete(url).bearer_auth("patLOOKER");
    assert!(gone.send().await.unwrap().status().is_success());
    yard.edit_there("K0003", json!({"Name": "Unheard"})).await;
    yard.advance(DAY + Duration::from_mins(1));
    let runs = yard.had_runs(&sync, before + 1).await;
    assert_eq!(counts(&runs[0])["changed"], 1, "{}", runs[0]);
    assert_eq!(yard.names_here().await["K0003"], "Unheard");
    // Once, and not at every look.
    yard.advance(DAY + Duration::from_mins(1));
    assert_eq!(yard.quiet(&sync).await.len(), before + 1);
}

#[tokio::test]
async fn a_webhook_that_cannot_be_ended_is_left_to_its_own_end() {
    let (yard, sync) = watching().await;
    let order = json!({"match": {"path_contains": "/webhooks"}, "times": 1000});
    yard.vendor.fault("server_error", order).await;
    let path = format!("/syncs/{sync}");
    let off = json!({"run_on_change": false});
    yard.member.patch(&path, off).await.expect(200);
    for _ in 0..6 {
        yard.advance(Duration::from_hours(1));
        yard.quiet(&sync).await;
    }
    let ended = yard.server.book().into_iter();
    let mut ended = ended.filter(|line| line["metadata"]["event_code"] == "WB-CONN-021");
    assert_eq!(ended.next().unwrap()["status_code"], "LEFT_TO_ITS_END");
    assert!(ended.next().is_none());
}

#[tokio::test]
async fn earlier_trouble_does_not_count_against_the_tries_to_end_a_webhook() {
    let (yard, sync) = watching().await;
    let order = json!({"match": {"path_contains": "/webhooks"}, "times": 1000});
    yard.vendor.fault("server_error", order).await;
    yard.advance(DAY);
    for _ in 0..7 {
        yard.quiet(&sync).await;
        yard.advance(Duration::from_hours(1));
    }
    yard.stands(&sync, "failing").await;
    let path = format!("/syncs/{sync}");
    let off = json!({"run_on_change": false});
    yard.member.patch(&path, off).await.expect(200);
    yard.quiet(&sync).await;
    assert_eq!(
        yard.server.count_in_book("watch_end"),
        0,
        "given up at once"
    );
    yard.vendor.heal().await;
    yard.advance(Duration::from_hours(1));
    yard.has_webhooks(0).await;
}

#[tokio::test]
async fn a_base_is_watched_only_while_somebody_may_run_what_waits_for_it() {
    let (yard, sync) = watching().await;
    let operator = yard.server.operator();
    let users = operator.get("/users").await.expect(200);
    let mut users = users["items"].as_array().unwrap().iter();
    let member = users
        .find(|user| user["email"] == "member@example.org")
        .unwrap();
    let account = format!("/users/{}", id(member));
    let may = async |roles: Value| {
        let roles = json!({ "roles": roles });
        operator.patch(&account, roles).await.expect(200);
        yard.advance(Duration::from_mins(5));
    };
    may(json!(["auditor"])).await;
    yard.has_webhooks(0).await;
    may(json!(["member"])).await;
    yard.has_webhooks(1).await;
    yard.stands(&sync, "watching").await;
}

#[tokio::test]
async fn where_nobody_can_be_told_the_switch_is_refused_with_the_reason() {
    let yard = Yard::unhurried().await;
    let fault = |answer: Answer| {
        let problem = answer.problem(422, "validation_failed");
        let fault = problem["fields"][0].clone();
        assert_eq!(fault["path"], "run_on_change", "{problem}");
        text(&fault["message"])
    };
    let push = yard.sync().await;
    let path = format!("/syncs/{push}");
    let on = json!({"run_on_change": true});
    let told = fault(yard.member.patch(&path, on.clone()).await);
    assert!(told.contains("push"), "{told}");
    let narrow = begin(&yard.member, "Narrow")
        .await
        .replace("+webhook%3Amanage", "");
    let back = decide(&narrow, "allow").await;
    let made = complete(&yard.member, &back).await.expect(200);
    let mut body = yard.pull_body().await;
    body["connection_id"] = made["id"].clone();
    body["run_on_change"] = true.into();
    let told = fault(yard.member.post("/syncs", body).await);
    assert!(told.contains("webhook:manage"), "{told}");
    let health = yard.member.get("/health").await.expect(200);
    let own = health["items"].as_array().unwrap().iter();
    let mut own =
        own.filter(|one| one["connection"]["id"] == made["id"] || one["id"] == made["id"]);
    assert!(
        own.all(|one| one["missing_scopes"] == json!([])),
        "it can be done without: {health}"
    );
}

#[tokio::test]
async fn a_provider_that_cannot_reach_the_appliance_is_not_asked_to_tell_it() {
    let yard = Yard::unhurried().await;
    let connection = json!({
        "provider": "airtable", "name": "Vendor", "endpoint": "vendor", "token": Far::Airtable.token(),
    });
    let made = yard
        .member
        .post("/connections", connection)
        .await
        .expect(201);
    let me = yard.member.get("/auth/session").await.expect(200);
    let member = Actor {
        party: Party::User {
            id: me["user"]["id"].as_str().unwrap().parse().unwrap(),
            email: "member@example.org".to_owned(),
            session: None,
            token: None,
        },
        origin: None,
    };
    let all = &yard.server.app.connections;
    let scope = Scope::of(&member).unwrap();
    let opened = all.open(&scope, id(&made).parse().unwrap()).unwrap();
    assert_eq!(opened.watchable(), Err(NoWatch::NoAddress));
    let sandbox = all.open(&scope, yard.connection.parse().unwrap()).unwrap();
    assert_eq!(sandbox.watchable(), Ok(()));
}

#[tokio::test]
async fn what_is_told_while_a_plan_waits_for_approval_makes_no_other_plan() {
    let (yard, sync) = watching().await;
    let path = format!("/syncs/{sync}");
    let always = json!({"approval": "always"});
    yard.member.patch(&path, always).await.expect(200);
    yard.advance(PAUSE);
    yard.edited("K0001", "First").await;
    let plans = format!("/syncs/{sync}/plans");
    let waiting = async {
        while yard
            .all(&plans)
            .await
            .first()
            .is_none_or(|plan| plan["state"] != "ready")
        {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    yard.fly(waiting).await;
    yard.advance(PAUSE);
    yard.edited("K0002", "Second").await;
    yard.fly(async {
        while yard.server.count_in_book("change_unheeded") == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    assert_eq!(yard.all(&plans).await.len(), 1);
    assert_eq!(yard.names_here().await["K0001"], "Airport 1");
}

#[tokio::test]
async fn a_two_way_sync_brings_what_is_told_and_its_own_writes_come_to_rest() {
    let mut yard = Yard::unhurried().await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    yard.bring(0..3, "Airport").await;
    let sync = yard.both(json!({"run_on_change": true})).await;
    yard.stands(&sync, "watching").await;
    yard.had_runs(&sync, 1).await;
    // The provider tells of what the run itself has written.
    let mut told = 0;
    for _ in 0..5 {
        yard.advance(PAUSE);
        let sent = yard.first_tries().await;
        for one in &sent[told..] {
            yard.ping(one).await.expect(204);
        }
        told = sent.len();
        yard.quiet(&sync).await;
    }
    let rest = yard.runs_of_sync(&sync).await.len();
    yard.advance(PAUSE);
    assert_eq!(yard.quiet(&sync).await.len(), rest);
    let sent = yard.first_tries().await;
    assert_eq!(sent.len(), told, "nothing is written any more");
    yard.edited("K0001", "There").await;
    yard.had_runs(&sync, rest + 1).await;
    assert_eq!(yard.names_here().await["K0001"], "There");
}

/// The next notification had the whole table read again, and with it all that had been taken back.
#[tokio::test]
async fn what_an_undo_has_taken_back_no_notification_brings_again() {
    let (yard, sync) = watching().await;
    yard.edit_there("K0001", json!({"Name": "Regretted"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    let undo = yard.undo(&run).await;
    assert_eq!(counts(&undo)["changed"], 1, "{undo}");
    assert_eq!(yard.sync_shown(&sync).await["run_on_change"], false);
    yard.edit_there("K0002", json!({"Name": "Later"})).await;
    yard.advance(PAUSE);
    yard.quiet(&sync).await;
    assert_eq!(yard.here("K0001").await["name"], "Airport 1");
    yard.has_webhooks(0).await;
}

/// The run that a change had asked for met an outage, and the change was lost until the next one.
#[tokio::test]
async fn a_change_that_was_told_is_brought_once_the_provider_is_back() {
    let (yard, sync) = watching().await;
    let before = yard.runs_of_sync(&sync).await.len();
    let order = json!({"match": yard.vendor.far.lists(), "times": 100_000});
    yard.vendor.fault("server_error", order).await;
    yard.edited("K0003", "Told").await;
    let runs = yard.had_runs(&sync, before + 1).await;
    assert_eq!(runs[0]["failure"]["code"], "provider_unavailable");
    yard.vendor.heal().await;
    yard.advance(PAUSE + Duration::from_mins(2));
    let runs = yard.had_runs(&sync, before + 2).await;
    assert_eq!(runs[0]["state"], "done", "{}", runs[0]);
    assert_eq!(yard.names_here().await["K0003"], "Told");
    yard.advance(Duration::from_hours(3));
    assert_eq!(yard.quiet(&sync).await.len(), before + 2, "it is settled");
}

#[tokio::test]
async fn a_run_that_somebody_asks_for_settles_what_was_told_before_it() {
    let (yard, sync) = watching().await;
    let order = json!({"match": yard.vendor.far.lists(), "times": 100_000});
    yard.vendor.fault("server_error", order).await;
    let before = yard.runs_of_sync(&sync).await.len();
    yard.edited("K0003", "Told").await;
    yard.had_runs(&sync, before + 1).await;
    yard.vendor.heal().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    yard.advance(Duration::from_hours(3));
    assert_eq!(yard.quiet(&sync).await.len(), before + 2);
}

#[tokio::test]
async fn the_webhook_of_a_connection_that_is_deleted_with_its_syncs_is_ended() {
    let (yard, _) = watching().await;
    yard.server.app.connections.start(&yard.tasks);
    assert_eq!(yard.webhooks().await.len(), 1);
    let path = format!("/connections/{}?cascade=true", yard.connection);
    yard.member.delete(&path).await.expect(204);
    yard.has_webhooks(0).await;
    yard.fly(async {
        while yard.server.count_in_book("watch_end") == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    })
    .await;
    let ended = yard.server.book().into_iter();
    let mut ended = ended.filter(|line| line["metadata"]["event_code"] == "WB-CONN-021");
    let told = ended.next().unwrap();
    assert_eq!(told["status_id"], 1, "{told}");
    assert!(ended.next().is_none(), "it is told once");
}
