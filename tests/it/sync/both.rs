//! What a two-way sync does: whatever either side has changed comes to the other, once, and what both
//! have changed is settled by the sync's rules or waits for somebody to say who is right.

use std::time::Duration;

use poem::http::Method;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::far::Far;
use super::{Yard, counts, id, text};

impl Yard {
    /// A two-way sync whose mapping is the proposed one, and which waits for nothing.
    pub(super) async fn both(&self, more: Value) -> String {
        self.fly(self.proposed_both(more)).await
    }

    async fn proposed_both(&self, more: Value) -> String {
        let body = self.both_wish(more).await;
        id(&self.member.post("/syncs", body).await.expect(201))
    }

    async fn both_wish(&self, more: Value) -> Value {
        let mut body = self.target();
        body["direction"] = "two_way".into();
        let path = "/syncs/proposal";
        let proposal = self.member.post(path, body.clone()).await.expect(200);
        let ways = more["ways"].clone();
        let pairs = proposal["mapping"].as_array().unwrap().iter();
        let pair = |pair: &Value| {
            let mut wish = json!({
                "field": pair["field"], "remote_field_id": pair["remote_field_id"],
            });
            let way = &ways[pair["field"].as_str().unwrap()];
            if way.is_string() {
                wish["direction"] = way.clone();
            }
            wish
        };
        body["mapping"] = pairs.map(pair).collect();
        body["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
        if self.vendor.far == Far::Notion {
            body["remote_key_field_id"] = self.remote_field("Code").await.into();
        }
        body["name"] = "Airports of both".into();
        body["wait_seconds"] = 0.into();
        for (name, value) in more.as_object().unwrap() {
            if name != "ways" {
                body[name.as_str()] = value.clone();
            }
        }
        body
    }

    /// An edit here, one there, one of either side in two fields of a record and one in the same,
    /// and a deletion on each side.
    pub(super) async fn change_both_sides(&self) {
        self.patch("K0001", json!({"name": "Ours"})).await;
        self.edit_there("K0002", json!({"City": "Theirs"})).await;
        self.patch("K0003", json!({"name": "Ours"})).await;
        self.edit_there("K0003", json!({"City": "Theirs"})).await;
        self.patch("K0004", json!({"name": "Ours"})).await;
        self.edit_there("K0004", json!({"Name": "Theirs"})).await;
        self.delete_here("K0005").await;
        self.delete_there("K0006").await;
    }

    /// Twenty edits on either side, ten of them of the same records.
    pub(super) async fn edit_twenty_each(&self) {
        for number in 0..20 {
            let (ours, theirs) = (format!("K{number:04}"), format!("K{:04}", number + 10));
            self.patch(&ours, json!({"name": format!("Ours {number}")}))
                .await;
            self.edit_there(&theirs, json!({"City": format!("Theirs {number}")}))
                .await;
        }
    }

    /// A two-way sync of so many airports, all of them agreed.
    pub(super) async fn agreed(&self, records: u32, more: Value) -> String {
        self.bring(0..records, "Airport").await;
        let sync = self.both(more).await;
        let run = self.run(&sync).await;
        assert_eq!(counts(&run)["created"], u64::from(records), "{run}");
        sync
    }

    pub(super) async fn patch(&self, key: &str, fields: Value) {
        let path = format!("/datasets/{}/records/{key}", self.dataset);
        self.member.patch(&path, fields).await.expect(200);
    }

    pub(super) async fn delete_here(&self, key: &str) {
        let path = format!("/datasets/{}/records/{key}", self.dataset);
        self.member.delete(&path).await.expect(204);
    }

    pub(super) async fn conflicts(&self) -> Vec<Value> {
        self.all("/conflicts").await
    }

    /// One field of a remote record.
    pub(super) async fn there(&self, key: &str, field: &str) -> Value {
        self.vendor.record(key).await["fields"][field].clone()
    }

    /// Runs, and fails unless that changes nothing more on either side.
    pub(super) async fn assert_settled(&self, sync: &str) {
        let (written, calls) = (
            self.server.count_in_book("sensitive_write"),
            self.vendor.writes().await,
        );
        let run = self.run(sync).await;
        let counts = counts(&run);
        let idle = counts["unchanged"] + counts["held"] + counts["refused"];
        assert_eq!(counts["read"], idle, "{run}");
        assert_eq!(self.server.count_in_book("sensitive_write"), written);
        assert_eq!(self.vendor.writes().await, calls, "{run}");
    }
}

/// The fates of a run that are not zero, as `created 2, changed 1`.
pub(super) fn told(run: &Value) -> String {
    let counts = counts(run);
    let fates = [
        "created",
        "changed",
        "matched",
        "unchanged",
        "refused",
        "unknown",
        "held",
        "deleted",
    ];
    let met = fates.into_iter().filter(|fate| counts[*fate] > 0);
    met.map(|fate| format!("{fate} {}", counts[fate]))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A vendor leaves empty cells out: what is not there was asked for, and is empty now.
#[tokio::test]
async fn a_cell_that_was_cleared_there_is_cleared_here() {
    for far in [Far::Airtable, Far::Notion] {
        let yard = Yard::at(far).await;
        let sync = yard.agreed(6, json!({})).await;
        let cleared = match far {
            Far::Notion => json!({"City": ""}),
            Far::Airtable | Far::Zapier => json!({"City": null}),
        };
        yard.edit_there("K0003", cleared).await;
        let run = yard.run(&sync).await;
        assert_eq!(told(&run), "changed 1, unchanged 5", "{far:?}: {run}");
        assert!(yard.here("K0003").await["city"].is_null(), "{far:?}");
        yard.assert_settled(&sync).await;
    }
}

/// A vendor takes no address beyond 16,000 characters, and a formula of fifty keys may be longer.
#[tokio::test]
async fn keys_are_looked_for_however_long_their_formula_is() {
    let yard = Yard::unhurried().await;
    let key = |number: u32| format!("{}{number:04}", "K".repeat(480));
    let mut csv = String::from("iata,name,city,state,country\n");
    for number in 0..60 {
        csv += &format!("{},Airport {number},City {number},CA,USA\n", key(number));
    }
    yard.import(csv).await;
    let sync = yard.both(json!({})).await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "created 60", "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn what_either_side_has_is_brought_to_the_other_and_then_left_alone() {
    for far in [Far::Airtable, Far::Notion] {
        let yard = Yard::at(far).await;
        yard.bring(0..30, "Airport").await;
        yard.colleagues_make(20..50).await;
        let sync = yard.both(json!({})).await;
        let run = yard.run(&sync).await;
        assert_eq!(run["state"], "done", "{run}");
        assert_eq!(run["kind"], "two_way");
        // Ten were on both sides, and lack their country there.
        assert_eq!(told(&run), "created 40, changed 10", "{far:?}: {run}");
        yard.assert_counted(&run).await;
        yard.assert_same().await;
        assert_eq!(yard.there("K0025", "Country").await, "USA");
        yard.assert_settled(&sync).await;
    }
}

#[tokio::test]
async fn edits_of_different_fields_of_a_record_meet_on_both_sides() {
    for far in [Far::Airtable, Far::Notion] {
        let yard = Yard::at(far).await;
        let sync = yard.agreed(12, json!({"conflicts": "ask"})).await;
        yard.edit_there("K0003", json!({"City": "Theirs"})).await;
        yard.patch("K0003", json!({"name": "Ours"})).await;
        yard.edit_there("K0004", json!({"Name": "Alone"})).await;
        yard.patch("K0005", json!({"city": "Here"})).await;
        yard.edit_there("K0006", json!({"Name": "Alike"})).await;
        yard.patch("K0006", json!({"name": "Alike"})).await;
        let run = yard.run(&sync).await;
        assert_eq!(told(&run), "changed 3, unchanged 9", "{far:?}: {run}");
        yard.assert_counted(&run).await;
        yard.assert_same().await;
        let here = yard.here("K0003").await;
        assert_eq!(
            (&here["name"], &here["city"]),
            (&json!("Ours"), &json!("Theirs"))
        );
        assert_eq!(yard.there("K0003", "City").await, "Theirs");
        assert_eq!(yard.there("K0005", "City").await, "Here");
        assert!(yard.conflicts().await.is_empty());
        yard.assert_settled(&sync).await;
    }
}

#[tokio::test]
async fn what_was_just_edited_there_waits_for_a_later_run() {
    let yard = Yard::at(Far::Notion).await;
    let sync = yard.agreed(3, json!({"wait_seconds": 600})).await;
    yard.advance(Duration::from_mins(30));
    yard.edit_there("K0001", json!({"Name": "Half ty"})).await;
    yard.patch("K0002", json!({"name": "Ours"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 1, unchanged 1, held 1", "{run}");
    assert_eq!(yard.here("K0001").await["name"], "Airport 1");
    yard.advance(Duration::from_mins(10));
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 1, unchanged 2", "{run}");
    assert_eq!(yard.here("K0001").await["name"], "Half ty");
}

#[tokio::test]
async fn what_one_side_deletes_follows_the_rules_of_the_sync() {
    // Left to themselves, neither side loses anything, and nothing comes back.
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(8, json!({})).await;
    yard.delete_there("K0001").await;
    yard.delete_here("K0002").await;
    for _ in 0..2 {
        let run = yard.run(&sync).await;
        assert_eq!(told(&run), "unchanged 8", "{run}");
    }
    assert!(yard.names_here().await.contains_key("K0001"));
    assert_eq!(yard.vendor.names().await.len(), 7);

    let yard = Yard::unhurried().await;
    let rules = json!({
        "gone": "delete", "gone_percent": 100,
        "deletes": {"policy": "delete", "most_percent": 100},
    });
    let sync = yard.agreed(8, rules).await;
    yard.delete_there("K0001").await;
    yard.delete_here("K0002").await;
    yard.delete_there("K0003").await;
    yard.delete_here("K0003").await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 5, deleted 2", "{run}");
    yard.assert_counted(&run).await;
    yard.assert_same().await;
    yard.assert_settled(&sync).await;
}

#[tokio::test]
async fn an_empty_table_and_a_flood_of_deletions_take_nothing_with_them() {
    let yard = Yard::unhurried().await;
    let sync = yard
        .agreed(8, json!({"gone": "delete", "gone_percent": 100}))
        .await;
    for number in 0..8 {
        yard.delete_there(&format!("K{number:04}")).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "held 8", "{run}");
    assert_eq!(yard.names_here().await.len(), 8);

    let yard = Yard::unhurried().await;
    let sync = yard
        .agreed(8, json!({"gone": "delete", "gone_percent": 20}))
        .await;
    for number in 0..3 {
        yard.delete_there(&format!("K{number:04}")).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 5, held 3", "{run}");
}

#[tokio::test]
async fn a_field_of_one_direction_is_put_right_on_the_other_side() {
    let yard = Yard::unhurried().await;
    let ways = json!({"ways": {"name": "push", "city": "pull"}, "conflicts": "ask"});
    let sync = yard.agreed(4, ways).await;
    let shown = yard.member.get(&format!("/syncs/{sync}")).await.expect(200);
    let directions: Vec<String> = shown["mapping"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| format!("{} {}", text(&pair["field"]), text(&pair["direction"])))
        .collect();
    assert!(
        directions.contains(&"name push".to_owned()),
        "{directions:?}"
    );
    assert!(
        directions.contains(&"city pull".to_owned()),
        "{directions:?}"
    );
    // What was made here never gave its city away, and has none there.
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 4", "{run}");
    yard.edit_there("K0001", json!({"Name": "Theirs", "City": "Theirs"}))
        .await;
    yard.patch("K0002", json!({"name": "Ours", "city": "Ours"}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 2, unchanged 2", "{run}");
    assert_eq!(yard.there("K0001", "Name").await, "Airport 1");
    assert_eq!(yard.here("K0001").await["city"], "Theirs");
    assert_eq!(yard.there("K0002", "Name").await, "Ours");
    assert_eq!(yard.here("K0002").await["city"], Value::Null);
    yard.assert_settled(&sync).await;
}

#[tokio::test]
async fn a_key_is_put_back_and_one_that_is_there_twice_is_refused() {
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(4, json!({})).await;
    yard.edit_there("K0001", json!({"Code": "LHR"})).await;
    let double = json!({"Code": "K0002", "Name": "Again"});
    yard.vendor.edit(Method::POST, "", Some(double)).await;
    for _ in 0..2 {
        let nobody = json!({"Code": "K0009", "Name": "Whose?"});
        yard.vendor.edit(Method::POST, "", Some(nobody)).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 1, unchanged 3, refused 3", "{run}");
    yard.assert_counted(&run).await;
    let names = yard.vendor.names().await;
    let of = |key: &str| names.iter().filter(|(held, _)| held == key).count();
    assert_eq!(
        (of("K0001"), of("LHR"), of("K0002")),
        (1, 0, 2),
        "{names:?}"
    );
    assert!(!yard.names_here().await.contains_key("K0009"));
}

#[tokio::test]
async fn what_is_refused_is_tried_again_alone() {
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(6, json!({})).await;
    yard.patch("K0001", json!({"state": "Nowhere"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 5, refused 1", "{run}");
    yard.patch("K0001", json!({"state": "TX"})).await;
    yard.patch("K0002", json!({"state": "TX"})).await;
    yard.advance(Duration::from_mins(5));
    let path = format!("/runs/{}/retry", id(&run));
    let retry = id(&yard.member.post(&path, json!({})).await.expect(202));
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let run = yard.shown(&retry).await;
    assert_eq!(told(&run), "changed 1", "{run}");
    assert_eq!(yard.there("K0001", "State").await, "TX");
    assert_eq!(yard.there("K0002", "State").await, "CA");
}

#[tokio::test]
async fn the_rules_of_a_two_way_sync_are_checked_when_they_are_changed() {
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(1, json!({})).await;
    let path = format!("/syncs/{sync}");
    for change in [
        json!({"scope": {"kind": "filter", "filter": "town = x"}}),
        json!({"wait_seconds": 86_401}),
    ] {
        yard.fly(yard.member.patch(&path, change.clone()))
            .await
            .expect(422);
    }
    let kept = yard
        .fly(yard.member.patch(&path, json!({"conflicts": "remote"})))
        .await;
    assert_eq!(kept.expect(200)["conflicts"], "remote");
}

/// Lets a run be killed again and again while both sides have changed, and then be carried to its
/// end.
async fn survives(far: Far, seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let yard = Yard::at(far).await;
    yard.bring(0..80, "Airport").await;
    let sync = yard.both(json!({"conflicts": "ask"})).await;
    yard.run(&sync).await;
    // The scheduler would execute beside the executions that are to be killed.
    yard.tasks.stop().await;
    yard.bring(80..140, "Airport").await;
    yard.colleagues_make(140..180).await;
    yard.edit_twenty_each().await;
    yard.let_fail(&mut dice).await;
    yard.advance(Duration::from_mins(5));
    let run = yard.queue(&sync).await;
    yard.survive(&mut dice, 120).await;
    let shown = yard.shown(&run).await;
    assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
    assert_eq!(counts(&shown)["read"], 180, "seed {seed}: {shown}");
    yard.assert_counted(&shown).await;
    yard.assert_same().await;
    assert!(yard.conflicts().await.is_empty(), "seed {seed}");
    assert_eq!(yard.there("K0005", "Name").await, "Ours 5");
    assert_eq!(yard.here("K0015").await["name"], "Ours 15");
    assert_eq!(yard.here("K0015").await["city"], "Theirs 5");
}

#[tokio::test]
async fn killed_at_any_moment_under_faults_both_sides_end_alike() {
    for seed in 0..3 {
        survives(Far::Airtable, seed).await;
    }
    survives(Far::Notion, 7).await;
}

/// The dead letter of a row without a key stayed when the row was gone: nothing met it any more.
#[tokio::test]
async fn no_dead_letter_of_a_two_way_sync_outlives_its_row() {
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(2, json!({})).await;
    let keyless = Some(json!({"Name": "Without a code"}));
    yard.vendor.edit(Method::POST, "", keyless).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    let path = format!("/syncs/{sync}/dead-letters");
    let letters = yard.all(&path).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    yard.vendor
        .edit(Method::DELETE, &text(&letters[0]["key"]), None)
        .await;
    yard.run(&sync).await;
    assert!(yard.all(&path).await.is_empty());
}

/// What had been agreed of one field counted for another that took its column: the column was written
/// over there without a question.
#[tokio::test]
async fn a_column_that_another_field_takes_over_is_asked_about_and_not_written_over() {
    let yard = Yard::at(Far::Airtable).await;
    let sync = yard.agreed(3, json!({"conflicts": "ask"})).await;
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    let swapped = |pair: &Value| {
        let field = match pair["field"].as_str().unwrap() {
            "city" => "country",
            "country" => "city",
            other => other,
        };
        json!({"field": field, "remote_field_id": pair["remote_field_id"]})
    };
    let mapping: Vec<Value> = shown["mapping"]
        .as_array()
        .unwrap()
        .iter()
        .map(swapped)
        .collect();
    let change = json!({ "mapping": mapping });
    yard.member.patch(&path, change).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["held"], 3, "{run}");
    assert_eq!(yard.there("K0001", "City").await, "City 1");
    assert_eq!(yard.here("K0001").await["city"], "City 1");
    assert_eq!(yard.conflicts().await.len(), 3);
}
