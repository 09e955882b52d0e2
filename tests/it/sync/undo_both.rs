//! Undoing a run that went both ways: what it wrote is taken back on either side, what people wrote
//! is left alone, and the next run does not write it again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::both::told;
use super::far::Far;
use super::{Yard, counts, id, text};

/// What a side holds, by key: name and city.
pub(super) type Held = BTreeMap<String, (Value, Value)>;

impl Yard {
    async fn held_here(&self) -> Held {
        let path = format!("/datasets/{}/records", self.dataset);
        let records = self.all(&path).await.into_iter();
        let held = |record: Value| {
            let fields = &record["fields"];
            let cells = (fields["name"].clone(), fields["city"].clone());
            (text(&record["key"]), cells)
        };
        records.map(held).collect()
    }

    async fn held_there(&self) -> Held {
        let records = self.vendor.records().await.into_iter();
        let held = |record: Value| {
            let fields = &record["fields"];
            let cells = (fields["Name"].clone(), fields["City"].clone());
            (text(&fields["Code"]), cells)
        };
        records.map(held).collect()
    }

    pub(super) async fn both_sides(&self) -> (Held, Held) {
        (self.held_here().await, self.held_there().await)
    }

    /// How many changes a plan lists to somebody who asks for one at a time.
    async fn listed_one_by_one(&self, plan: &str) -> usize {
        let (mut listed, mut after) = (0, String::new());
        loop {
            let path = format!("/plans/{plan}/changes?limit=1{after}");
            let page = self.member.get(&path).await.expect(200);
            listed += page["items"].as_array().unwrap().len();
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => return listed,
            }
        }
    }

    /// A two-way sync after a run that has brought changes, new records and deletions both ways;
    /// with what both sides held before that.
    async fn with_both_ways(far: Far) -> (Self, String, Value, (Held, Held)) {
        let yard = Self::at(far).await;
        let path = format!("/connections/{}", yard.connection);
        let policy = yard.member.get(&path).await.expect(200)["removals"][0].clone();
        let rules = json!({
            "conflicts": "local", "gone": "delete", "gone_percent": 100,
            "deletes": {"policy": policy, "most_percent": 100, "matched": true},
        });
        let sync = yard.agreed(9, rules).await;
        yard.change_both_sides().await;
        yard.bring(10..11, "Airport").await;
        yard.colleagues_make(11..12).await;
        let before = yard.both_sides().await;
        let run = yard.run(&sync).await;
        assert_eq!(
            told(&run),
            "created 2, changed 4, unchanged 3, deleted 2",
            "{far:?}: {run}"
        );
        (yard, sync, run, before)
    }
}

#[tokio::test]
async fn what_a_run_wrote_on_either_side_is_taken_back_and_stays_so() {
    for far in [Far::Airtable, Far::Notion] {
        let (yard, sync, run, before) = Yard::with_both_ways(far).await;
        let written = yard.both_sides().await;
        assert!(run["undo_until"].is_string(), "{run}");
        let plan = yard.undoing(&run).await;
        assert_eq!(plan["state"], "ready", "{far:?}: {plan}");
        assert_eq!(plan["undoes"], run["id"]);
        let both = json!({
            "here": {"created": 1, "changed": 2, "deleted": 1},
            "there": {"created": 1, "changed": 3, "deleted": 1},
            "conflicts_asked": 0, "conflicts_settled": 0,
        });
        assert_eq!(plan["both"], both, "{far:?}: {plan}");
        assert_eq!(yard.both_sides().await, written, "a plan writes nothing");
        assert_eq!(yard.listed_one_by_one(&id(&plan)).await, 9);
        let undo = yard.carried(&plan).await;
        assert_eq!(
            (&undo["kind"], &undo["state"]),
            (&json!("undo"), &json!("done")),
            "{undo}"
        );
        // A record that was written on both sides counts on both.
        assert_eq!(
            told(&undo),
            "created 2, changed 5, deleted 2",
            "{far:?}: {undo}"
        );
        assert_eq!(yard.outcomes(&id(&undo)).await.len(), 9);
        assert_eq!(yard.both_sides().await, before, "{far:?}");
        assert_eq!(yard.shown(&id(&run)).await["undone_by"], undo["id"]);
        // Both sides agree to differ.
        yard.assert_settled(&sync).await;
        assert_eq!(yard.both_sides().await, before, "{far:?}");
        assert!(yard.conflicts().await.is_empty());
        // What is edited from then on goes its way again.
        yard.patch("K0001", json!({"name": "Again"})).await;
        yard.edit_there("K0002", json!({"City": "Again"})).await;
        yard.patch("K0010", json!({"name": "Again"})).await;
        yard.edit_there("K0011", json!({"Name": "Again"})).await;
        let next = yard.run(&sync).await;
        assert_eq!(
            (counts(&next)["changed"], counts(&next)["created"]),
            (2, 2),
            "{far:?}: {next}"
        );
        assert_eq!(yard.there("K0001", "Name").await, "Again");
        assert_eq!(yard.here("K0002").await["city"], "Again");
        assert_eq!(yard.there("K0010", "Name").await, "Again");
        assert_eq!(yard.here("K0011").await["name"], "Again");
    }
}

#[tokio::test]
async fn an_undo_of_both_ways_is_undone_like_any_run() {
    for far in [Far::Airtable, Far::Notion] {
        let (yard, sync, run, _) = Yard::with_both_ways(far).await;
        let written = yard.both_sides().await;
        let undo = yard.undo(&run).await;
        let redo = yard.undo(&undo).await;
        assert_eq!(
            told(&redo),
            "created 2, changed 5, deleted 2",
            "{far:?}: {redo}"
        );
        assert_eq!(yard.both_sides().await, written, "{far:?}");
        let first = yard.shown(&id(&run)).await;
        assert!(first.get("undone_by").is_none(), "{first}");
        let next = yard.run(&sync).await;
        let counts = counts(&next);
        assert_eq!(counts["read"], counts["unchanged"], "{far:?}: {next}");
        assert_eq!(yard.both_sides().await, written, "{far:?}");
    }
}

#[tokio::test]
async fn what_people_edited_since_is_left_alone_on_either_side() {
    let (yard, sync, run, _) = Yard::with_both_ways(Far::Airtable).await;
    yard.patch("K0002", json!({"city": "Mine"})).await;
    yard.edit_there("K0001", json!({"City": "Edited"})).await;
    yard.patch("K0011", json!({"name": "Mine"})).await;
    yard.edit_there("K0010", json!({"Name": "Edited"})).await;
    let plan = yard.undoing(&run).await;
    assert_eq!(told(&plan), "created 2, changed 3, held 4", "{plan}");
    // And what is edited once the plan is made.
    yard.patch("K0003", json!({"city": "Later"})).await;
    yard.edit_there("K0004", json!({"Name": "Later"})).await;
    let undo = yard.carried(&plan).await;
    assert_eq!(told(&undo), "created 2, changed 1, held 6", "{undo}");
    let outcomes = yard.all(&format!("/runs/{}/outcomes", id(&undo))).await;
    let held = outcomes.iter().filter(|one| one["state"] == "held");
    let untold: Vec<&Value> = held.filter(|one| !one["reason"].is_string()).collect();
    assert!(untold.is_empty(), "{untold:?}");
    assert_eq!(yard.here("K0002").await["city"], "Mine");
    assert_eq!(yard.here("K0011").await["name"], "Mine");
    assert_eq!(yard.here("K0003").await["city"], "Later");
    assert_eq!(yard.there("K0001", "City").await, "Edited");
    assert_eq!(yard.there("K0001", "Name").await, "Ours");
    assert_eq!(yard.there("K0010", "Name").await, "Edited");
    assert_eq!(yard.there("K0004", "Name").await, "Later");
    // What was left alone is still an edit, and comes to the other side.
    yard.run(&sync).await;
    assert_eq!(yard.here("K0001").await["city"], "Edited");
    assert_eq!(yard.there("K0002", "City").await, "Mine");
    // A stranger can neither ask for it nor approve it.
    let stranger = yard.server.sign_up("other@example.org", &["member"]).await;
    let path = format!("/runs/{}/undo", id(&run));
    stranger.post(&path, json!({})).await.expect(404);
}

/// It stayed marked as taken away by the undo: a deletion of it on one side never came to the other.
#[tokio::test]
async fn a_record_whose_removal_an_undo_held_back_is_one_like_any_other() {
    for gone_there in [true, false] {
        let (yard, sync, run, _) = Yard::with_both_ways(Far::Airtable).await;
        let plan = yard.undoing(&run).await;
        yard.edit_there("K0010", json!({"Name": "Edited"})).await;
        let undo = yard.carried(&plan).await;
        assert_eq!(counts(&undo)["held"], 1, "{undo}");
        if gone_there {
            yard.delete_there("K0010").await;
        } else {
            yard.delete_here("K0010").await;
        }
        let next = yard.run(&sync).await;
        let (here, there) = yard.both_sides().await;
        let left = (here.contains_key("K0010"), there.contains_key("K0010"));
        assert_eq!(left, (false, false), "gone there: {gone_there}, {next}");
    }
}
