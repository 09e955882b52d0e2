//! Undoing a pull: what it wrote here is taken back, and what people wrote is left alone.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::crash::break_off;
use super::undo::made;
use super::{Yard, counts, id, text};

impl Yard {
    /// A pull after its first run, and a second run that has changed two records, one of them in its
    /// key, made three and deleted two; with all that was here before that.
    async fn with_two_pulls(more: Value) -> (Self, String, Value, BTreeMap<String, Value>) {
        let yard = Self::unhurried().await;
        yard.colleagues_make(0..9).await;
        let mut rules = json!({"gone": "delete", "gone_percent": 100});
        for (name, value) in more.as_object().unwrap() {
            rules[name.as_str()] = value.clone();
        }
        let sync = yard.pull(rules).await;
        yard.run(&sync).await;
        let before = yard.all_here().await;
        yard.edit_there("K0001", json!({"Name": "Renamed", "City": null}))
            .await;
        yard.edit_there("K0003", json!({"Code": "L0003"})).await;
        yard.colleagues_make(9..12).await;
        for key in ["K0005", "K0006"] {
            yard.delete_there(key).await;
        }
        let run = yard.run(&sync).await;
        assert_eq!(made(&run), (2, 3, 2), "{run}");
        (yard, sync, run, before)
    }

    /// What is here, by key.
    async fn all_here(&self) -> BTreeMap<String, Value> {
        let path = format!("/datasets/{}/records", self.dataset);
        let records = self.all(&path).await.into_iter();
        records
            .map(|record| (text(&record["key"]), record["fields"].clone()))
            .collect()
    }
}

/// The reasons of a run's outcomes, by key.
async fn reasons(yard: &Yard, run: &Value) -> BTreeMap<String, String> {
    let outcomes = yard.all(&format!("/runs/{}/outcomes", id(run))).await;
    let told = outcomes.iter().filter(|one| one["reason"].is_string());
    told.map(|one| (text(&one["key"]), text(&one["reason"])))
        .collect()
}

#[tokio::test]
async fn what_a_pull_wrote_here_is_taken_back() {
    let (yard, sync, run, before) = Yard::with_two_pulls(json!({})).await;
    let written = yard.all_here().await;
    assert_ne!(written, before);
    assert!(run["undo_until"].is_string(), "{run}");
    let plan = yard.undoing(&run).await;
    assert_eq!(
        (made(&plan), &plan["undoes"], &plan["read_first"]),
        ((2, 2, 3), &run["id"], &json!(false))
    );
    let changes = yard.changes(&plan, "?fate=changed").await;
    let renamed = changes.iter().find(|one| one["key"] == "K0001").unwrap();
    let field = |name: &str| {
        let mut fields = renamed["fields"].as_array().unwrap().iter();
        fields.find(|field| field["field"] == name).unwrap().clone()
    };
    let (name, city) = (field("name"), field("city"));
    assert_eq!(
        (&name["before"], &name["after"], &city["after"]),
        (&json!("Renamed"), &json!("Airport 1"), &json!("City 1"))
    );
    assert_eq!(yard.all_here().await, written, "a plan writes nothing");

    let undo = yard.carried(&plan).await;
    assert_eq!(
        (&undo["kind"], &undo["undoes"], &undo["state"]),
        (&json!("undo"), &run["id"], &json!("done"))
    );
    assert_eq!(made(&undo), (2, 2, 3), "{undo}");
    yard.assert_counted(&undo).await;
    assert_eq!(yard.all_here().await, before);
    assert_eq!(yard.vendor.writes().await, 0, "nothing is written there");
    let shown = yard.shown(&id(&run)).await;
    assert_eq!(shown["undone_by"], undo["id"]);

    // The next run brings again what the table holds, and nothing twice.
    let next = yard.run(&sync).await;
    assert_eq!(made(&next), (2, 3, 2), "{next}");
    assert_eq!(yard.all_here().await, written);
}

#[tokio::test]
async fn an_undo_of_a_pull_is_undone_like_any_run() {
    let (yard, sync, run, _) = Yard::with_two_pulls(json!({})).await;
    let written = yard.all_here().await;
    let undo = yard.undo(&run).await;
    assert!(undo["undo_until"].is_string(), "{undo}");
    let redo = yard.undo(&undo).await;
    assert_eq!(made(&redo), (2, 3, 2), "{redo}");
    assert_eq!(yard.all_here().await, written);
    let first = yard.shown(&id(&run)).await;
    assert!(first.get("undone_by").is_none(), "{first}");
    // The links are what they were: nothing is left to be brought.
    let next = yard.run(&sync).await;
    assert_eq!(made(&next), (0, 0, 0), "{next}");
    assert_eq!(counts(&next)["read"], 10, "{next}");
}

#[tokio::test]
async fn what_people_edited_here_since_a_pull_is_left_field_by_field() {
    let (yard, _sync, run, _) = Yard::with_two_pulls(json!({})).await;
    let edited = |name: &str| json!({"name": name, "state": "CA", "country": "Ours"});
    yard.write("K0001", edited("Mine")).await;
    yard.write("K0009", edited("Mine")).await;
    yard.delete_here("K0010").await;
    yard.write("K0005", edited("Another")).await;
    let plan = yard.undoing(&run).await;
    assert_eq!(
        (made(&plan), counts(&plan)["held"]),
        ((2, 1, 1), 2),
        "{plan}"
    );
    // And what is edited after the plan was made.
    yard.write("L0003", edited("Mine too")).await;
    let undo = yard.carried(&plan).await;
    assert_eq!(
        (made(&undo), counts(&undo)["held"]),
        ((1, 1, 1), 3),
        "{undo}"
    );
    yard.assert_counted(&undo).await;
    let here = yard.all_here().await;
    let first = &here["K0001"];
    assert_eq!(
        (&first["name"], &first["city"], &first["country"]),
        (&json!("Mine"), &json!("City 1"), &json!("Ours"))
    );
    assert_eq!(here["K0009"]["name"], "Mine");
    assert_eq!(here["K0005"]["name"], "Another");
    assert_eq!(here["K0006"]["name"], "Airport 6");
    assert_eq!(here["L0003"]["name"], "Mine too");
    assert!(!here.contains_key("K0010") && !here.contains_key("K0011"));
    let told = reasons(&yard, &undo).await;
    assert!(
        told["K0001"].ends_with("left as it is: \"name\""),
        "{told:?}"
    );
    for key in ["K0001", "K0005", "K0009", "K0003"] {
        assert!(told[key].starts_with("moved: "), "{told:?}");
    }
}

#[tokio::test]
async fn what_people_wrote_beside_what_was_taken_back_is_never_deleted() {
    let (yard, sync, run, _) = Yard::with_two_pulls(json!({})).await;
    let here = yard.here("K0001").await;
    yard.write(
        "K0001",
        json!({"name": here["name"], "state": "CA", "country": "Ours"}),
    )
    .await;
    yard.undo(&run).await;
    assert_eq!(yard.here("K0001").await["name"], "Airport 1");
    yard.delete_there("K0001").await;
    let next = yard.run(&sync).await;
    assert_eq!(counts(&next)["held"], 1, "{next}");
    assert_eq!(yard.here("K0001").await["country"], "Ours");
}

#[tokio::test]
async fn a_record_that_a_pull_met_here_gets_back_what_it_held() {
    let yard = Yard::unhurried().await;
    yard.bring(3..4, "Old").await;
    let before = yard.all_here().await;
    yard.colleagues_make(0..6).await;
    let sync = yard.pull(json!({})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["matched"], 1, "{run}");
    let undo = yard.undo(&run).await;
    assert_eq!(made(&undo), (1, 0, 5), "{undo}");
    assert_eq!(yard.all_here().await, before);
    // It belongs to no remote record again.
    let next = yard.run(&sync).await;
    assert_eq!(
        (counts(&next)["matched"], counts(&next)["created"]),
        (1, 5),
        "{next}"
    );
}

#[tokio::test]
async fn after_an_undo_a_pull_of_changes_reads_the_whole_table_once() {
    let mut yard = Yard::unhurried().await;
    // A member whose session does not end while hours go by.
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    yard.colleagues_make(0..5).await;
    let sync = yard.pull(json!({"full_every_hours": 24})).await;
    yard.run(&sync).await;
    yard.edit_there("K0001", json!({"Name": "Renamed"})).await;
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_string(), "{run}");
    assert_eq!(made(&run), (1, 0, 0), "{run}");
    yard.undo(&run).await;
    assert_eq!(yard.here("K0001").await["name"], "Airport 1");
    // Nobody has edited it there since: a run that reads changes alone would not see it.
    yard.advance(Duration::from_hours(2));
    let next = yard.run(&sync).await;
    assert!(next.get("changes_since").is_none(), "{next}");
    assert_eq!(yard.here("K0001").await["name"], "Renamed");
}

/// Lets the undo of a pull be killed again and again, then carries it to its end.
async fn survives(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..130).await;
    let sync = yard
        .pull(json!({"gone": "delete", "gone_percent": 100}))
        .await;
    yard.run(&sync).await;
    let before = yard.all_here().await;
    yard.colleagues_make(130..330).await;
    for number in 0..30 {
        yard.edit_there(&format!("K{number:04}"), json!({"Name": "Renamed"}))
            .await;
    }
    for number in 30..50 {
        yard.delete_there(&format!("K{number:04}")).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(made(&run), (30, 200, 20), "{run}");
    let plan = yard.undoing(&run).await;
    // The scheduler would execute beside the executions that are to be killed.
    yard.tasks.stop().await;
    yard.advance(Duration::from_mins(5));
    let path = format!("/plans/{}/runs", id(&plan));
    let undo = id(&yard.member.post(&path, json!({})).await.expect(202));
    for _ in 0..8 {
        break_off(&yard, Duration::from_millis(dice.random_range(1..25))).await;
    }
    break_off(&yard, Duration::from_mins(1)).await;
    let undo = yard.shown(&undo).await;
    assert_eq!(undo["state"], "done", "seed {seed}: {undo}");
    assert_eq!(made(&undo), (30, 20, 200), "seed {seed}: {undo}");
    yard.assert_counted(&undo).await;
    assert_eq!(yard.all_here().await, before, "seed {seed}");
}

#[tokio::test]
async fn killed_at_any_moment_an_undo_of_a_pull_is_carried_through() {
    for seed in 0..3 {
        Box::pin(survives(seed)).await;
    }
}

#[tokio::test]
async fn an_undo_of_a_pull_lets_the_schedule_rest_and_is_forgotten_in_time() {
    let (mut yard, sync, run, _) = Yard::with_two_pulls(json!({})).await;
    // A member whose session does not end while days go by.
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    let schedule = json!({"every": "hour", "minute": 59, "zone": "UTC"});
    let path = format!("/syncs/{sync}/schedule");
    yard.member.put(&path, schedule).await.expect(200);
    let plan = yard.undoing(&run).await;
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], false);
    let undo = yard.carried(&plan).await;
    assert_eq!(yard.member.get(&path).await.expect(200)["paused"], true);
    let undone = format!("\"undoes\":\"{}\"", text(&run["id"]));
    let book = yard.server.book();
    let lines = book.iter().map(|line| line["unmapped"].to_string());
    let lines = lines.filter(|line| line.contains(&undone)).count();
    assert_eq!(lines, 3, "the asking, the approval and the end of {undo}");
    yard.advance(Duration::from_hours(24 * 7));
    let undo = format!("/runs/{}/undo", id(&undo));
    let answer = yard.member.post(&undo, json!({})).await;
    let told = text(&answer.problem(409, "conflict")["detail"]);
    assert!(told.contains("no longer remembered"), "{told}");
}

/// A later run had given the record another key, and a stranger had come under its old one: the undo
/// wrote into the stranger, and took it for the remote record's.
#[tokio::test]
async fn a_stranger_under_the_key_that_a_record_had_is_left_alone() {
    let (yard, sync, run, _) = Yard::with_two_pulls(json!({})).await;
    yard.edit_there("K0001", json!({"Code": "M0001"})).await;
    yard.run(&sync).await;
    let stranger = json!({"iata": "K0001", "name": "Renamed"});
    let path = format!("/datasets/{}/records/K0001", yard.dataset);
    yard.member.put(&path, stranger).await.expect(200);
    let before = yard.here("K0001").await;
    let undo = yard.undo(&run).await;
    assert_eq!(yard.here("K0001").await, before, "{undo}");
    let told = reasons(&yard, &undo).await;
    assert!(told["K0001"].contains("another key"), "{told:?}");
    let next = yard.run(&sync).await;
    assert_eq!(counts(&next)["refused"], 0, "{next}");
}

#[tokio::test]
async fn what_a_deleted_record_held_beside_the_mapping_is_told_by_the_plan_that_brings_it_back() {
    let yard = Yard::unhurried().await;
    yard.colleagues_make(0..9).await;
    let sync = yard
        .pull(json!({"gone": "delete", "gone_percent": 100}))
        .await;
    yard.run(&sync).await;
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    let pairs = shown["mapping"].as_array().unwrap().iter();
    let fewer = pairs
        .filter(|pair| pair["field"] != "city")
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}));
    let fewer: Vec<Value> = fewer.collect();
    yard.member
        .patch(&path, json!({ "mapping": fewer }))
        .await
        .expect(200);
    yard.run(&sync).await;
    let before = yard.all_here().await;
    assert_eq!(before["K0005"]["city"], "City 5");
    yard.delete_there("K0005").await;
    let run = yard.run(&sync).await;
    assert_eq!(made(&run), (0, 0, 1), "{run}");
    let plan = yard.undoing(&run).await;
    let changes = yard.changes(&plan, "").await;
    let told = text(&changes[0]["reason"]);
    assert!(told.contains("\"city\" = City 5"), "{changes:?}");
    yard.carried(&plan).await;
    assert_eq!(yard.all_here().await, before);
}
