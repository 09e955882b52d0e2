//! Undoing a run: what it wrote is taken back, and what others wrote is left alone.

use std::collections::BTreeMap;
use std::time::Duration;

use poem::http::Method;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::far::Far;
use super::{Yard, counts, id, text};

impl Yard {
    /// Asks for the plan that undoes a run, and gives it once it is made.
    pub(super) async fn undoing(&self, run: &Value) -> Value {
        self.advance(Duration::from_mins(5));
        let path = format!("/runs/{}/undo", id(run));
        let plan = id(&self.member.post(&path, json!({})).await.expect(202));
        self.fly(self.server.app.scheduler.idle()).await.unwrap();
        let path = format!("/plans/{plan}");
        self.member.get(&path).await.expect(200)
    }

    /// Has a plan carried out.
    pub(super) async fn carried(&self, plan: &Value) -> Value {
        self.advance(Duration::from_mins(5));
        let path = format!("/plans/{}/runs", id(plan));
        let run = id(&self.member.post(&path, json!({})).await.expect(202));
        self.fly(self.server.app.scheduler.idle()).await.unwrap();
        self.shown(&run).await
    }

    /// Undoes a run, and gives the run that did.
    pub(super) async fn undo(&self, run: &Value) -> Value {
        let plan = self.undoing(run).await;
        assert_eq!(plan["state"], "ready", "{plan}");
        self.carried(&plan).await
    }

    /// A sync that removes what it has made, after a first run; and a second run that has changed
    /// one record, made three and removed two.
    async fn with_two_runs(far: Far) -> (Self, String, Value) {
        let yard = Self::at(far).await;
        yard.bring(0..9, "Airport").await;
        let sync = yard.sync().await;
        let path = format!("/connections/{}", yard.connection);
        let policy = yard.member.get(&path).await.expect(200)["removals"][0].clone();
        let deletes = json!({"deletes": {"policy": policy, "most_percent": 100}});
        let path = format!("/syncs/{sync}");
        yard.member.patch(&path, deletes).await.expect(200);
        yard.run(&sync).await;
        yard.write("K0001", json!({"name": "Renamed", "city": "Elsewhere"}))
            .await;
        yard.bring(9..12, "Airport").await;
        let operations = ["K0005", "K0006"].map(|key| json!({"op": "delete", "key": key}));
        let path = format!("/datasets/{}/batch", yard.dataset);
        let batch = json!({"operations": operations});
        yard.member.post(&path, batch).await.expect(200);
        let run = yard.run(&sync).await;
        assert_eq!(made(&run), (1, 3, 2), "{run}");
        (yard, sync, run)
    }

    /// What is there, by key.
    async fn all_there(&self) -> BTreeMap<String, Value> {
        let records = self.vendor.records().await.into_iter();
        records
            .map(|record| (text(&record["fields"]["Code"]), record["fields"].clone()))
            .collect()
    }
}

/// How many records were changed, created and deleted.
pub(super) fn made(run: &Value) -> (u64, u64, u64) {
    let counts = counts(run);
    (counts["changed"], counts["created"], counts["deleted"])
}

async fn what_a_run_wrote_is_taken_back(far: Far) {
    let (yard, sync, run) = Yard::with_two_runs(far).await;
    let written = yard.all_there().await;
    assert!(run["undo_until"].is_string(), "{run}");
    let plan = yard.undoing(&run).await;
    assert_eq!((made(&plan), &plan["undoes"]), ((1, 2, 3), &run["id"]));
    let path = format!("/plans/{}/changes?fate=changed", id(&plan));
    let changes = yard.all(&path).await;
    let mut fields = changes[0]["fields"].as_array().unwrap().iter();
    let name = fields.find(|field| field["field"] == "name").unwrap();
    assert_eq!(
        (&name["before"], &name["after"]),
        (&json!("Renamed"), &json!("Airport 1"))
    );
    assert_eq!(yard.all_there().await, written, "a plan writes nothing");

    let undo = yard.carried(&plan).await;
    assert_eq!(
        (&undo["kind"], &undo["undoes"]),
        (&json!("undo"), &run["id"])
    );
    assert_eq!(
        (&undo["state"], made(&undo)),
        (&json!("done"), (1, 2, 3)),
        "{undo}"
    );
    yard.assert_counted(&undo).await;
    let there = yard.all_there().await;
    let keys: Vec<String> = (0..9).map(|number| format!("K{number:04}")).collect();
    assert_eq!(there.keys().cloned().collect::<Vec<_>>(), keys);
    for (number, key) in keys.iter().enumerate() {
        assert_eq!(there[key]["Name"], format!("Airport {number}"));
        assert_eq!(there[key]["City"], format!("City {number}"));
    }
    let shown = yard.shown(&id(&run)).await;
    assert_eq!(shown["undone_by"], undo["id"]);
    assert!(shown.get("undo_until").is_none(), "{shown}");
    let path = format!("/runs/{}/undo", id(&run));
    yard.advance(Duration::from_mins(5));
    let again = yard.member.post(&path, json!({})).await;
    let told = text(&again.problem(409, "conflict")["detail"]);
    assert!(told.contains("undo the run that undid it"), "{told}");

    // The next run writes again what the dataset says, and nothing twice.
    let next = yard.run(&sync).await;
    assert_eq!(made(&next), (1, 3, 2), "{next}");
    assert_eq!(yard.all_there().await, written);
    yard.assert_same().await;
}

#[tokio::test]
async fn what_a_run_wrote_at_airtable_is_taken_back() {
    Box::pin(what_a_run_wrote_is_taken_back(Far::Airtable)).await;
}

#[tokio::test]
async fn what_a_run_wrote_at_notion_is_taken_back() {
    Box::pin(what_a_run_wrote_is_taken_back(Far::Notion)).await;
}

async fn an_undo_is_undone_like_any_run(far: Far) {
    let (yard, sync, run) = Yard::with_two_runs(far).await;
    let written = yard.all_there().await;
    let undo = yard.undo(&run).await;
    assert!(undo["undo_until"].is_string(), "{undo}");
    let redo = yard.undo(&undo).await;
    assert_eq!(
        (&redo["state"], made(&redo)),
        (&json!("done"), (1, 3, 2)),
        "{redo}"
    );
    assert_eq!(yard.all_there().await, written);
    // What the first run wrote is in force again, and can be undone again.
    let first = yard.shown(&id(&run)).await;
    assert!(first.get("undone_by").is_none(), "{first}");
    assert_eq!(yard.shown(&id(&undo)).await["undone_by"], redo["id"]);
    // The links are what they were: nothing is left to be written.
    let next = yard.run(&sync).await;
    assert_eq!(made(&next), (0, 0, 0), "{next}");
    yard.assert_same().await;
}

#[tokio::test]
async fn an_undo_at_airtable_is_undone_like_any_run() {
    Box::pin(an_undo_is_undone_like_any_run(Far::Airtable)).await;
}

#[tokio::test]
async fn an_undo_at_notion_is_undone_like_any_run() {
    Box::pin(an_undo_is_undone_like_any_run(Far::Notion)).await;
}

async fn what_was_changed_there_since_is_left_alone(far: Far) {
    let (yard, _sync, run) = Yard::with_two_runs(far).await;
    let there = async |key: &str| text(&yard.vendor.record(key).await["id"]);
    let name = |name: &str| Some(json!({"Name": name}));
    let made_by_run = there("K0009").await;
    yard.vendor
        .edit(Method::PATCH, &made_by_run, name("Mine"))
        .await;
    let taken = json!({"Code": "K0005", "Name": "Another"});
    yard.vendor.edit(Method::POST, "", Some(taken)).await;
    let plan = yard.undoing(&run).await;
    assert_eq!(
        (made(&plan), counts(&plan)["held"]),
        ((1, 1, 2), 2),
        "{plan}"
    );
    // And what is changed after the plan was made.
    let changed_by_run = there("K0001").await;
    yard.vendor
        .edit(Method::PATCH, &changed_by_run, name("Mine too"))
        .await;
    let undo = yard.carried(&plan).await;
    assert_eq!(
        (made(&undo), counts(&undo)["held"]),
        ((0, 1, 2), 3),
        "{undo}"
    );
    yard.assert_counted(&undo).await;
    let left = yard.all_there().await;
    assert_eq!(left["K0001"]["Name"], "Mine too");
    assert_eq!(left["K0009"]["Name"], "Mine");
    assert_eq!(left["K0005"]["Name"], "Another");
    assert_eq!(left["K0006"]["Name"], "Airport 6");
    assert!(!left.contains_key("K0010"));
    // It is not undone whole, and can be undone again once the others are as they were.
    let shown = yard.shown(&id(&run)).await;
    assert!(shown.get("undone_by").is_none() && shown["undo_until"].is_string());
    yard.vendor
        .edit(Method::PATCH, &changed_by_run, name("Renamed"))
        .await;
    let rest = yard.undo(&run).await;
    assert_eq!(counts(&rest)["changed"], 1, "{rest}");
    assert_eq!(yard.all_there().await["K0001"]["Name"], "Airport 1");
}

#[tokio::test]
async fn what_was_changed_at_airtable_since_is_left_alone() {
    Box::pin(what_was_changed_there_since_is_left_alone(Far::Airtable)).await;
}

#[tokio::test]
async fn what_was_changed_at_notion_since_is_left_alone() {
    Box::pin(what_was_changed_there_since_is_left_alone(Far::Notion)).await;
}

/// What a plan or a run has held back, and why, by key.
async fn held_back(yard: &Yard, path: &str) -> BTreeMap<String, String> {
    let held = yard.all(path).await.into_iter();
    held.map(|one| (text(&one["key"]), text(&one["reason"])))
        .collect()
}

async fn what_a_run_made_stays_where_colleagues_have_worked_on_it(far: Far) {
    let (yard, _sync, run) = Yard::with_two_runs(far).await;
    let edit = async |key: &str, fields: Value| {
        let id = text(&yard.vendor.record(key).await["id"]);
        yard.vendor.edit(Method::PATCH, &id, Some(fields)).await;
    };
    // The sync maps no latitude.
    edit("K0009", json!({"Latitude": 51.5})).await;
    let plan = yard.undoing(&run).await;
    assert_eq!((made(&plan), counts(&plan)["held"]), ((1, 2, 2), 1));
    let changes = format!("/plans/{}/changes?fate=held", id(&plan));
    let told = &held_back(&yard, &changes).await["K0009"];
    assert!(told.contains("\"Latitude\""), "{told}");
    // And what they put into one after the plan was made.
    edit("K0010", json!({"Latitude": 48.1})).await;
    let undo = yard.carried(&plan).await;
    assert_eq!((made(&undo), counts(&undo)["held"]), ((1, 2, 1), 2));
    yard.assert_counted(&undo).await;
    let left = yard.all_there().await;
    assert_eq!(left["K0009"]["Latitude"], 51.5);
    assert_eq!(left["K0010"]["Latitude"], 48.1);
    assert!(!left.contains_key("K0011"));
    // What was emptied again goes, unless the vendor tells that somebody else was there.
    let emptied = text(&yard.vendor.record("K0009").await["id"]);
    if far == Far::Notion {
        // At the vendor's own page, and not through the integration.
        let page = format!("notion/pages/{emptied}");
        let empty = json!({"properties": {"Latitude": {"number": null}}});
        yard.vendor.control(Method::PATCH, &page, Some(empty)).await;
    } else {
        edit("K0009", json!({"Latitude": null})).await;
    }
    let rest = yard.undoing(&run).await;
    let changes = format!("/plans/{}/changes?fate=held", id(&rest));
    let held = held_back(&yard, &changes).await;
    match far {
        Far::Notion => assert!(held["K0009"].contains("somebody else"), "{held:?}"),
        _ => assert_eq!((made(&rest), held.len()), ((0, 0, 1), 1), "{rest}"),
    }
}

#[tokio::test]
async fn what_a_run_made_stays_where_colleagues_have_worked_on_it_at_airtable() {
    Box::pin(what_a_run_made_stays_where_colleagues_have_worked_on_it(
        Far::Airtable,
    ))
    .await;
}

#[tokio::test]
async fn what_a_run_made_stays_where_colleagues_have_worked_on_it_at_notion() {
    Box::pin(what_a_run_made_stays_where_colleagues_have_worked_on_it(
        Far::Notion,
    ))
    .await;
}

/// Lets the undo of a run be killed again and again, then carries it to its end.
async fn survives(far: Far, seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let (yard, sync, _) = Yard::with_two_runs(far).await;
    yard.bring(100..160, "Airport").await;
    yard.run(&sync).await;
    let before = yard.all_there().await;
    yard.bring(160..220, "Airport").await;
    yard.bring(100..130, "Renamed").await;
    let run = yard.run(&sync).await;
    assert_eq!(made(&run), (30, 60, 0), "{run}");
    let plan = yard.undoing(&run).await;
    assert_eq!(made(&plan), (30, 0, 60), "{plan}");
    // The scheduler would execute beside the executions that are to be killed.
    yard.tasks.stop().await;
    yard.let_fail(&mut dice).await;
    yard.advance(Duration::from_mins(5));
    let path = format!("/plans/{}/runs", id(&plan));
    let undo = id(&yard.member.post(&path, json!({})).await.expect(202));
    yard.survive(&mut dice, 90).await;
    let undo = yard.shown(&undo).await;
    assert_eq!(undo["state"], "done", "seed {seed}: {undo}");
    assert_eq!(made(&undo), (30, 0, 60), "seed {seed}: {undo}");
    yard.assert_counted(&undo).await;
    assert_eq!(yard.all_there().await, before, "seed {seed}");
}

#[tokio::test]
async fn killed_at_any_moment_under_faults_an_undo_is_carried_through() {
    for seed in 0..3 {
        Box::pin(survives(Far::Airtable, seed)).await;
    }
    Box::pin(survives(Far::Notion, 7)).await;
}

#[tokio::test]
async fn what_was_met_there_gets_back_what_it_held_where_that_is_known() {
    for (far, known) in [(Far::Airtable, false), (Far::Notion, true)] {
        let yard = Yard::at(far).await;
        yard.bring(0..3, "Airport").await;
        let there = json!({"Code": "K0001", "Name": "Theirs"});
        yard.vendor.edit(Method::POST, "", Some(there)).await;
        yard.advance(Duration::from_mins(5));
        let sync = yard.sync().await;
        let run = yard.run(&sync).await;
        assert_eq!(counts(&run)["matched"], 1, "{run}");
        let plan = Box::pin(yard.undoing(&run)).await;
        let held = u64::from(!known);
        assert_eq!(counts(&plan)["held"], held, "{plan}");
        let undo = yard.carried(&plan).await;
        assert_eq!(made(&undo), (u64::from(known), 0, 2), "{undo}");
        let names = yard.vendor.names().await;
        let name = if known { "Theirs" } else { "Airport 1" };
        assert_eq!(names, [("K0001".to_owned(), name.to_owned())]);
        // The sync has not made it, and writes it again when somebody asks.
        let next = yard.run(&sync).await;
        assert_eq!(counts(&next)["created"], 2, "{next}");
        yard.assert_same().await;
    }
}

#[tokio::test]
async fn a_run_that_cannot_be_undone_says_why() {
    let (mut yard, sync, run) = Yard::with_two_runs(Far::Airtable).await;
    // A member whose session does not end while days go by.
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    let refused = async |run: &str| {
        yard.advance(Duration::from_mins(5));
        let path = format!("/runs/{run}/undo");
        let answer = yard.member.post(&path, json!({})).await;
        text(&answer.problem(409, "conflict")["detail"])
    };
    let idle = yard.run(&sync).await;
    assert_eq!(made(&idle), (0, 0, 0));
    let told = refused(&id(&idle)).await;
    assert!(told.contains("has written nothing"), "{told}");
    let stranger = yard.server.sign_up("other@example.org", &["member"]).await;
    let path = format!("/runs/{}/undo", id(&run));
    let answer = stranger.post(&path, json!({})).await;
    answer.problem(404, "not_found");
    yard.advance(Duration::from_hours(24 * 7));
    let shown = yard.shown(&id(&run)).await;
    assert!(shown.get("undo_until").is_none(), "{shown}");
    let told = refused(&id(&run)).await;
    assert!(told.contains("no longer remembered"), "{told}");
}

#[tokio::test]
async fn a_run_of_a_mapping_that_was_changed_since_is_not_undone() {
    let (yard, sync, run) = Yard::with_two_runs(Far::Airtable).await;
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    let fewer = shown["mapping"].as_array().unwrap().iter();
    let fewer = fewer.filter(|pair| pair["field"] != "city");
    let fewer: Vec<Value> = fewer
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    let change = json!({"mapping": fewer});
    yard.fly(yard.member.patch(&path, change)).await.expect(200);
    let plan = yard.undoing(&run).await;
    assert_eq!(plan["failure"]["code"], "mapping_moved", "{plan}");
}

#[tokio::test]
async fn an_undo_lets_the_schedule_rest_and_the_book_tells_of_both() {
    let (yard, sync, run) = Yard::with_two_runs(Far::Airtable).await;
    let schedule = json!({"every": "hour", "minute": 59, "zone": "UTC"});
    let path = format!("/syncs/{sync}/schedule");
    let set = yard.member.put(&path, schedule).await.expect(200);
    assert_eq!(set["paused"], false);
    let plan = yard.undoing(&run).await;
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], false);
    let undo = yard.carried(&plan).await;
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], true);
    let book = yard.server.book();
    let told = |line: &&Value, word: &str| {
        let details = &line["unmapped"];
        details.to_string().contains(word)
    };
    assert!(
        book.iter()
            .any(|line| told(&line, "\"schedule_paused\":true"))
    );
    let undone = format!("\"undoes\":\"{}\"", text(&run["id"]));
    let lines = book.iter().filter(|line| told(line, &undone)).count();
    assert_eq!(lines, 3, "the asking, the approval and the end of {undo}");
}
