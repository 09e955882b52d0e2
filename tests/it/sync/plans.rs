//! Plans: what they show, and that a run of one writes that and nothing else.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use super::crash::break_off;
use super::{BASE, Yard, counts, id, text};

impl Yard {
    /// Asks for a plan and waits for it, while time flies.
    pub(super) async fn plan(&self, sync: &str, body: Value) -> Value {
        self.advance(Duration::from_mins(5));
        let path = format!("/syncs/{sync}/plans");
        let plan = self.member.post(&path, body).await.expect(202);
        self.fly(self.server.app.scheduler.idle()).await.unwrap();
        self.planned(&id(&plan)).await
    }

    pub(super) async fn planned(&self, plan: &str) -> Value {
        self.member.get(&format!("/plans/{plan}")).await.expect(200)
    }

    pub(super) async fn changes(&self, plan: &Value, query: &str) -> Vec<Value> {
        self.all(&format!("/plans/{}/changes{query}", id(plan)))
            .await
    }

    pub(super) async fn approve(&self, plan: &Value) -> String {
        self.advance(Duration::from_mins(5));
        let path = format!("/plans/{}/runs", id(plan));
        id(&self.member.post(&path, json!({})).await.expect(202))
    }

    /// Approves a plan and runs it to its end.
    pub(super) async fn carry_out(&self, plan: &Value) -> Value {
        let run = self.approve(plan).await;
        self.fly(self.server.app.scheduler.idle()).await.unwrap();
        self.shown(&run).await
    }
}

fn fields(change: &Value) -> Vec<(String, Value, Value)> {
    let fields = change["fields"].as_array().unwrap().iter();
    let field = |field: &Value| {
        let before = match &field["before_known"] {
            Value::Bool(true) => field["before"].clone(),
            _ => "unknown".into(),
        };
        (text(&field["field"]), before, field["after"].clone())
    };
    fields.map(field).collect()
}

fn fates(plan: &Value) -> Vec<(String, u64)> {
    let counts = counts(plan).into_iter();
    counts.filter(|(_, count)| *count > 0).collect()
}

#[tokio::test]
async fn a_first_plan_reads_the_table_and_foretells_what_is_matched() {
    let yard = Yard::paced().await;
    yard.bring(0..30, "Airport").await;
    let fields_there = json!({"Code": "K0003", "Name": "Old", "City": "City 3"});
    yard.vendor.edit(Method::POST, "", Some(fields_there)).await;
    let sync = yard.sync().await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(plan["state"], "ready", "{plan}");
    assert_eq!(plan["read_first"], true);
    let wanted = [("created", 29), ("matched", 1), ("read", 30)];
    assert_eq!(fates(&plan), wanted.map(|(fate, n)| (fate.to_owned(), n)));
    assert_eq!((&plan["calls"], &plan["seconds"]), (&json!(4), &json!(1)));
    assert_eq!(text(&plan["hash"]).len(), 64);
    let matched = yard.changes(&plan, "?fate=matched").await;
    assert_eq!(matched.len(), 1);
    assert_eq!(
        matched[0]["remote_id"],
        yard.vendor.record("K0003").await["id"]
    );
    let differing: Vec<_> = fields(&matched[0]);
    assert!(differing.contains(&("name".into(), "Old".into(), "Airport 3".into())));
    assert!(
        differing.iter().all(|(field, ..)| field != "city"),
        "{differing:?}"
    );
    assert_eq!(yard.vendor.writes().await, 0, "a plan writes nothing");
    let run = yard.carry_out(&plan).await;
    let counts = counts(&run);
    assert_eq!((counts["created"], counts["matched"]), (29, 1), "{run}");
    assert_eq!(run["calls"], plan["calls"]);
    assert_eq!(run["kind"], "execute");
    assert_eq!(yard.planned(&id(&plan)).await["state"], "executed");
    yard.assert_same().await;
    assert_eq!(yard.server.count_in_book("plan_made"), 1);
    assert_eq!(yard.server.count_in_book("plan_approved"), 1);
}

#[tokio::test]
async fn a_change_is_shown_field_by_field_against_what_was_agreed() {
    let yard = Yard::unhurried().await;
    yard.bring(0..40, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    yard.write(
        "K0007",
        json!({"name": "Renamed", "city": "City 7", "country": "USA"}),
    )
    .await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(plan["read_first"], false);
    let wanted = [("changed", 1), ("read", 40), ("unchanged", 39)];
    assert_eq!(fates(&plan), wanted.map(|(fate, n)| (fate.to_owned(), n)));
    let changes = yard.changes(&plan, "").await;
    assert_eq!(changes.len(), 1);
    let differing = fields(&changes[0]);
    let wanted = [
        ("name".to_owned(), json!("Airport 7"), json!("Renamed")),
        ("state".to_owned(), json!("CA"), Value::Null),
    ];
    assert_eq!(differing, wanted);
    let writes = yard.vendor.writes().await;
    let run = yard.carry_out(&plan).await;
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    assert_eq!(yard.vendor.writes().await, writes + 1);
    yard.assert_same().await;
}

#[tokio::test]
async fn an_edit_at_the_vendor_shows_when_the_table_is_read_first() {
    let yard = Yard::unhurried().await;
    yard.bring(0..12, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let edited = text(&yard.vendor.record("K0004").await["id"]);
    let edit = Some(json!({"Name": "Edited"}));
    yard.vendor.edit(Method::PATCH, &edited, edit).await;
    let gone = text(&yard.vendor.record("K0005").await["id"]);
    yard.vendor.edit(Method::DELETE, &gone, None).await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(counts(&plan)["unchanged"], 12, "{plan}");
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    let wanted = [
        ("changed", 1),
        ("created", 1),
        ("read", 12),
        ("unchanged", 10),
    ];
    assert_eq!(fates(&plan), wanted.map(|(fate, n)| (fate.to_owned(), n)));
    let changed = yard.changes(&plan, "?fate=changed").await;
    let wanted = [("name".to_owned(), json!("Edited"), json!("Airport 4"))];
    assert_eq!(fields(&changed[0]), wanted);
    let run = yard.carry_out(&plan).await;
    let counts = counts(&run);
    assert_eq!((counts["changed"], counts["created"]), (1, 1), "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn what_the_vendor_would_refuse_is_told_beforehand_and_not_sent() {
    let yard = Yard::unhurried().await;
    yard.bring(0..20, "Airport").await;
    yard.write("K0009", json!({"name": "Airport 9", "state": "Atlantis"}))
        .await;
    for _ in 0..2 {
        let double = json!({"Code": "K0011", "Name": "Double"});
        yard.vendor.edit(Method::POST, "", Some(double)).await;
    }
    let sync = yard.sync().await;
    let plan = yard.plan(&sync, json!({})).await;
    let wanted = [("created", 18), ("read", 20), ("refused", 2)];
    assert_eq!(fates(&plan), wanted.map(|(fate, n)| (fate.to_owned(), n)));
    let refused = yard.changes(&plan, "?fate=refused").await;
    assert!(
        text(&refused[0]["reason"]).contains("Atlantis"),
        "{refused:?}"
    );
    assert!(text(&refused[1]["reason"]).contains("more than one"));
    let run = yard.carry_out(&plan).await;
    assert_eq!(counts(&run)["refused"], 2, "{run}");
    assert_eq!(yard.vendor.writes().await, 2);
    let letters = yard.all(&format!("/syncs/{sync}/dead-letters")).await;
    assert_eq!(letters.len(), 2);
    yard.assert_counted(&run).await;
}

#[tokio::test]
async fn a_record_that_moved_since_is_held_and_nothing_else_is_written() {
    let yard = Yard::unhurried().await;
    yard.bring(0..25, "Airport").await;
    let sync = yard.sync().await;
    let plan = yard.plan(&sync, json!({})).await;
    yard.write("K0002", json!({"name": "Moved"})).await;
    let path = format!("/datasets/{}/records/K0003", yard.dataset);
    yard.member.delete(&path).await.expect(204);
    yard.bring(25..30, "Newer").await;
    let run = yard.carry_out(&plan).await;
    let counts = counts(&run);
    assert_eq!((counts["created"], counts["held"]), (23, 2), "{run}");
    assert_eq!(counts["read"], 25);
    yard.assert_counted(&run).await;
    let held = yard
        .all(&format!("/runs/{}/outcomes?state=held", id(&run)))
        .await;
    let moved = held
        .iter()
        .filter(|one| text(&one["reason"]).starts_with("moved"));
    assert_eq!(moved.count(), 2, "{held:?}");
    assert_eq!(yard.vendor.records().await.len(), 23);
    yard.run(&sync).await;
    yard.assert_same().await;
}

#[tokio::test]
async fn a_plan_whose_mapping_or_table_has_moved_stops_before_its_first_write() {
    let yard = Yard::unhurried().await;
    yard.bring(0..12, "Airport").await;
    let sync = yard.sync().await;
    let plan = yard.plan(&sync, json!({})).await;
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    let pairs = shown["mapping"].as_array().unwrap().iter();
    let fewer: Vec<_> = pairs
        .filter(|pair| pair["field"] != "city")
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    let change = json!({ "mapping": fewer });
    yard.member.patch(&path, change).await.expect(200);
    let run = yard.carry_out(&plan).await;
    assert_eq!(run["failure"]["code"], "plan_outdated", "{run}");
    assert_eq!(yard.planned(&id(&plan)).await["state"], "superseded");
    let plan = yard.plan(&sync, json!({})).await;
    let other = json!({
        "id": BASE, "name": "Sandbox", "tables": [{
            "id": super::TABLE, "name": "Airports",
            "fields": [{"name": "Code", "type": "singleLineText"}],
        }],
    });
    yard.vendor
        .control(Method::POST, "bases", Some(other))
        .await;
    let run = yard.carry_out(&plan).await;
    assert_eq!(run["failure"]["code"], "plan_outdated", "{run}");
    assert_eq!(yard.vendor.writes().await, 0);
}

#[tokio::test]
async fn changes_are_filtered_searched_and_read_page_by_page() {
    let yard = Yard::unhurried().await;
    yard.bring(0..130, "Airport").await;
    let sync = yard.sync().await;
    let plan = yard.plan(&sync, json!({})).await;
    let path = format!("/plans/{}/changes", id(&plan));
    let mut keys = Vec::new();
    let mut after = String::new();
    loop {
        let page = yard
            .member
            .get(&format!("{path}?limit=37{after}"))
            .await
            .expect(200);
        let items = page["items"].as_array().unwrap();
        keys.extend(items.iter().map(|item| text(&item["key"])));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        after = format!("&after={next}");
    }
    assert_eq!(keys.len(), 130);
    assert!(keys.is_sorted());
    assert_eq!(yard.changes(&plan, "?q=AIRPORT%20117").await.len(), 1);
    assert_eq!(yard.changes(&plan, "?q=k001").await.len(), 10);
    assert!(yard.changes(&plan, "?fate=refused").await.is_empty());
    let wrong = yard.member.get(&format!("{path}?after=nonsense")).await;
    wrong.problem(400, "bad_query");
}

#[tokio::test]
async fn a_plan_is_good_once_and_until_something_comes_after_it() {
    let yard = Yard::unhurried().await;
    yard.bring(0..5, "Airport").await;
    let sync = yard.sync().await;
    let refused = async |plan: &Value| {
        yard.advance(Duration::from_mins(5));
        let path = format!("/plans/{}/runs", id(plan));
        let refused = yard.member.post(&path, json!({})).await;
        refused.problem(409, "plan_outdated");
    };
    let first = yard.plan(&sync, json!({})).await;
    let second = yard.plan(&sync, json!({})).await;
    assert_eq!(yard.planned(&id(&first)).await["state"], "superseded");
    refused(&first).await;
    yard.run(&sync).await;
    assert_eq!(yard.planned(&id(&second)).await["state"], "superseded");
    let third = yard.plan(&sync, json!({})).await;
    yard.carry_out(&third).await;
    refused(&third).await;
    let fourth = yard.plan(&sync, json!({})).await;
    yard.advance(Duration::from_hours(7 * 24));
    let member = yard.server.sign_in("member@example.org").await;
    let path = format!("/plans/{}/runs", id(&fourth));
    let expired = member.post(&path, json!({})).await;
    expired.problem(409, "plan_outdated");
    let list = member
        .get(&format!("/syncs/{sync}/plans"))
        .await
        .expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_sync_can_be_held_to_approved_plans() {
    let yard = Yard::unhurried().await;
    yard.bring(0..5, "Airport").await;
    let sync = yard.sync().await;
    let path = format!("/syncs/{sync}");
    let change = json!({"approval": "always"});
    let shown = yard.member.patch(&path, change).await.expect(200);
    assert_eq!(shown["approval"], "always");
    let runs = format!("{path}/runs");
    let refused = yard.member.post(&runs, json!({})).await;
    refused.problem(409, "approval_required");
    let plan = yard.plan(&sync, json!({})).await;
    let shown = yard.member.get(&path).await.expect(200);
    assert!(shown["last_run"].is_null(), "a plan is no run: {shown}");
    let run = yard.carry_out(&plan).await;
    assert_eq!(counts(&run)["created"], 5, "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn the_making_of_a_plan_is_cancelled_and_so_is_a_run_that_waits() {
    let yard = Yard::unhurried().await;
    yard.bring(0..5, "Airport").await;
    let sync = yard.sync().await;
    let ready = yard.plan(&sync, json!({})).await;
    yard.tasks.stop().await;
    let run = yard.approve(&ready).await;
    assert_eq!(yard.planned(&id(&ready)).await["state"], "approved");
    let cancel = |run: &str| format!("/runs/{run}/cancel");
    yard.member.post(&cancel(&run), json!({})).await.expect(200);
    let released = yard.planned(&id(&ready)).await;
    assert_eq!(released["state"], "ready", "nothing was written by it");
    assert!(released["run_id"].is_null());
    let path = format!("/syncs/{sync}/plans");
    let making = yard.member.post(&path, json!({})).await.expect(202);
    let job = text(&making["job_id"]);
    yard.member.post(&cancel(&job), json!({})).await.expect(200);
    let failed = yard.planned(&id(&making)).await;
    assert_eq!(failed["failure"]["code"], "cancelled", "{failed}");
}

#[tokio::test]
async fn a_run_of_a_plan_that_is_killed_again_and_again_writes_each_record_once() {
    for seed in 0..3 {
        let yard = Yard::unhurried().await;
        yard.bring(0..400, "Airport").await;
        let sync = yard.sync().await;
        let plan = yard.plan(&sync, json!({})).await;
        yard.tasks.stop().await;
        for fault in ["lost_answer", "cut", "server_error"] {
            let order = json!({"probability": 0.1, "seed": seed});
            yard.vendor.fault(fault, order).await;
        }
        let run = yard.approve(&plan).await;
        yard.write("K0399", json!({"name": "Moved"})).await;
        for moment in [20, 45, 70, 5, 90] {
            break_off(&yard, Duration::from_millis(moment + 7 * seed)).await;
        }
        yard.vendor.heal().await;
        break_off(&yard, Duration::from_mins(1)).await;
        let shown = yard.shown(&run).await;
        assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
        let counts = counts(&shown);
        let ends = (counts["created"], counts["held"]);
        assert_eq!(ends, (399, 1), "seed {seed}: {shown}");
        yard.assert_counted(&shown).await;
        let there = yard.vendor.names().await;
        assert_eq!(there.len(), 399, "a record is missing or double");
        assert_eq!(yard.planned(&id(&plan)).await["state"], "executed");
    }
}

#[tokio::test]
async fn a_plan_that_is_killed_again_and_again_is_made_whole() {
    let yard = Yard::unhurried().await;
    yard.bring(0..400, "Airport").await;
    let there = json!({"Code": "K0003", "Name": "Old"});
    yard.vendor.edit(Method::POST, "", Some(there)).await;
    let sync = yard.sync().await;
    yard.tasks.stop().await;
    let path = format!("/syncs/{sync}/plans");
    let plan = yard.member.post(&path, json!({})).await.expect(202);
    for moment in [3, 10, 20, 40] {
        break_off(&yard, Duration::from_millis(moment)).await;
    }
    break_off(&yard, Duration::from_mins(1)).await;
    let plan = yard.planned(&id(&plan)).await;
    let wanted = [("created", 399), ("matched", 1), ("read", 400)];
    assert_eq!(fates(&plan), wanted.map(|(fate, n)| (fate.to_owned(), n)));
    assert_eq!(yard.changes(&plan, "").await.len(), 400);
}

#[tokio::test]
async fn runs_and_plans_of_long_ago_are_swept() {
    let yard = Yard::unhurried().await;
    yard.bring(0..5, "Airport").await;
    let sync = yard.sync().await;
    let plan = yard.plan(&sync, json!({})).await;
    let first = yard.carry_out(&plan).await;
    let last = yard.run(&sync).await;
    // The scheduler sweeps by itself every hour.
    yard.tasks.stop().await;
    yard.advance(Duration::from_hours(91 * 24));
    let stop = tokio_util::sync::CancellationToken::new();
    yard.server.app.syncs.sweep(&stop).await.unwrap();
    let member = yard.server.sign_in("member@example.org").await;
    for path in [
        format!("/runs/{}", id(&first)),
        format!("/runs/{}/outcomes", id(&first)),
        format!("/plans/{}", id(&plan)),
    ] {
        member.get(&path).await.problem(404, "not_found");
    }
    let path = format!("/runs/{}", id(&last));
    member.get(&path).await.expect(200);
    assert_eq!(yard.server.count_in_book("runs_swept"), 1);
    yard.server.app.syncs.sweep(&stop).await.unwrap();
    assert_eq!(yard.server.count_in_book("runs_swept"), 1);
}

#[tokio::test]
async fn whatever_starts_a_job_counts_against_the_limit_of_the_provider() {
    let yard = Yard::unhurried().await;
    yard.tasks.stop().await;
    let sync = yard.sync().await;
    let plans = format!("/syncs/{sync}/plans");
    let plan = yard.member.post(&plans, json!({})).await.expect(202);
    let starts = [
        plans,
        format!("/plans/{}/runs", id(&plan)),
        format!("/runs/{}/retry", text(&plan["job_id"])),
        format!("/syncs/{sync}/runs"),
    ];
    // While the plan is being made nothing else can be started; asking costs all the same.
    for path in &starts {
        let answer = yard.member.post(path, json!({})).await;
        assert_eq!(answer.status, 409, "{path}: {}", answer.text());
    }
    for path in &starts {
        let answer = yard.member.post(path, json!({})).await;
        let refused = answer.problem(429, "rate_limited");
        assert_eq!(refused["limit"], "sync_starts_airtable", "{path}");
    }
}
