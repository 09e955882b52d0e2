//! What both sides of a two-way sync have changed: it goes by the policy, or waits for somebody to say
//! who is right.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use super::both::told;
use super::far::Far;
use super::{Yard, counts, text};

impl Yard {
    async fn resolve(&self, sync: &str, key: &str, verdict: Value) {
        let path = format!("/syncs/{sync}/conflicts/{key}/resolve");
        self.member.post(&path, verdict).await.expect(200);
    }

    async fn open_conflicts(&self, sync: &str) -> Value {
        let path = format!("/syncs/{sync}");
        self.member.get(&path).await.expect(200)["conflicts_open"].clone()
    }
}

#[tokio::test]
async fn what_both_sides_have_changed_goes_by_the_policy() {
    for (policy, winner) in [("local", "Ours"), ("remote", "Theirs")] {
        let yard = Yard::unhurried().await;
        let sync = yard.agreed(6, json!({"conflicts": policy})).await;
        yard.edit_there("K0002", json!({"Name": "Theirs", "City": "Beside"}))
            .await;
        yard.patch("K0002", json!({"name": "Ours", "country": "Also"}))
            .await;
        let run = yard.run(&sync).await;
        assert_eq!(told(&run), "changed 1, unchanged 5", "{policy}: {run}");
        let here = yard.here("K0002").await;
        assert_eq!(here["name"], winner, "{policy}");
        // What only one side has changed is nobody's loss.
        assert_eq!(
            (&here["city"], &here["country"]),
            (&json!("Beside"), &json!("Also"))
        );
        assert_eq!(yard.there("K0002", "Country").await, "Also");
        yard.assert_same().await;
        yard.assert_settled(&sync).await;
    }
}

#[tokio::test]
async fn the_newest_is_right_where_the_provider_tells_and_otherwise_somebody_is_asked() {
    let yard = Yard::at(Far::Notion).await;
    let sync = yard.agreed(4, json!({"conflicts": "newest"})).await;
    yard.patch("K0001", json!({"name": "Ours, early"})).await;
    yard.edit_there("K0002", json!({"Name": "Theirs, early"}))
        .await;
    yard.advance(Duration::from_mins(3));
    yard.edit_there("K0001", json!({"Name": "Theirs, late"}))
        .await;
    yard.patch("K0002", json!({"name": "Ours, late"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 2, unchanged 2", "{run}");
    assert_eq!(yard.here("K0001").await["name"], "Theirs, late");
    assert_eq!(yard.there("K0002", "Name").await, "Ours, late");
    yard.assert_same().await;

    let yard = Yard::unhurried().await;
    let sync = yard.agreed(4, json!({"conflicts": "newest"})).await;
    yard.edit_there("K0001", json!({"Name": "Theirs"})).await;
    yard.patch("K0001", json!({"name": "Ours"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 3, held 1", "{run}");
    let conflicts = yard.conflicts().await;
    assert_eq!(conflicts.len(), 1);
    assert!(
        conflicts[0]["newer"].is_null(),
        "this table does not tell: {conflicts:?}"
    );
}

#[tokio::test]
async fn a_conflict_shows_all_three_values_and_is_solved_field_by_field() {
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(6, json!({"conflicts": "ask"})).await;
    yard.edit_there(
        "K0002",
        json!({"Name": "Theirs", "City": "There", "Country": "T"}),
    )
    .await;
    yard.patch(
        "K0002",
        json!({"name": "Ours", "city": "Here", "country": "O"}),
    )
    .await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 5, held 1", "{run}");
    yard.assert_counted(&run).await;
    assert_eq!(
        yard.here("K0002").await["name"],
        "Ours",
        "nothing is written yet"
    );
    assert_eq!(yard.there("K0002", "Name").await, "Theirs");
    let conflicts = yard.conflicts().await;
    let [conflict] = conflicts.as_slice() else {
        panic!("{conflicts:?}")
    };
    assert_eq!(
        (&conflict["key"], &conflict["kind"]),
        (&json!("K0002"), &json!("changed"))
    );
    let of = |name: &str| {
        let fields = conflict["fields"].as_array().unwrap();
        fields
            .iter()
            .find(|field| field["field"] == name)
            .unwrap()
            .clone()
    };
    let name = of("name");
    assert_eq!(
        (
            &name["base"],
            &name["local"],
            &name["remote"],
            &name["disputed"]
        ),
        (
            &json!("Airport 2"),
            &json!("Ours"),
            &json!("Theirs"),
            &json!(true)
        )
    );
    assert_eq!(of("state")["disputed"], false);
    assert_eq!(yard.open_conflicts(&sync).await, 1);
    let measured = crate::metrics::scrape(&yard.member).await;
    assert_eq!(measured["weighbridge_conflicts_open"], 1);
    let path = format!("/syncs/{sync}/conflicts/K0002/resolve");
    let half = yard.member.post(
        &path,
        json!({"fields": [{"field": "name", "side": "local"}]}),
    );
    let faults = half.await.expect(422);
    assert_eq!(faults["fields"].as_array().unwrap().len(), 2, "{faults}");
    let verdict = json!({"side": "remote", "fields": [
        {"field": "name", "side": "local"}, {"field": "country", "value": "Neither"},
    ]});
    yard.resolve(&sync, "K0002", verdict).await;
    assert_eq!(yard.open_conflicts(&sync).await, 0);
    assert_eq!(yard.all("/conflicts?state=solved").await.len(), 1);
    assert!(yard.all("/conflicts?state=open").await.is_empty());
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 1, unchanged 5", "{run}");
    let here = yard.here("K0002").await;
    assert_eq!(
        (&here["name"], &here["city"], &here["country"]),
        (&json!("Ours"), &json!("There"), &json!("Neither"))
    );
    assert_eq!(yard.there("K0002", "Country").await, "Neither");
    yard.assert_same().await;
    assert!(yard.conflicts().await.is_empty());
    assert_eq!(yard.server.count_in_book("conflicts_found"), 1);
    assert_eq!(yard.server.count_in_book("conflicts_resolved"), 1);
    yard.assert_settled(&sync).await;
}

#[tokio::test]
async fn a_solution_is_for_what_was_seen_and_for_nothing_that_came_after() {
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(3, json!({"conflicts": "ask"})).await;
    yard.edit_there("K0001", json!({"Name": "Theirs"})).await;
    yard.patch("K0001", json!({"name": "Ours"})).await;
    yard.run(&sync).await;
    yard.resolve(&sync, "K0001", json!({"side": "local"})).await;
    yard.edit_there("K0001", json!({"Name": "Theirs again"}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 2, held 1", "{run}");
    assert_eq!(yard.there("K0001", "Name").await, "Theirs again");
    assert_eq!(yard.open_conflicts(&sync).await, 1);
    let conflict = &yard.conflicts().await[0];
    assert_eq!(conflict["reopened"], true, "{conflict}");
    assert!(conflict["solution"].is_null(), "{conflict}");
    // Who has not seen the new one cannot solve it.
    let path = format!("/syncs/{sync}/conflicts/K0001/resolve");
    let stale = yard.member.clone().with("if-match", "\"1\"");
    stale
        .post(&path, json!({"side": "local"}))
        .await
        .expect(412);
    // And one that the sides have settled themselves is none any more.
    yard.edit_there("K0001", json!({"Name": "Ours"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 3", "{run}");
    assert!(yard.conflicts().await.is_empty());
}

#[tokio::test]
async fn one_side_may_be_right_about_all_conflicts_of_a_sync() {
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(8, json!({"conflicts": "ask"})).await;
    for number in 0..6 {
        let key = format!("K{number:04}");
        yard.edit_there(&key, json!({"Name": format!("Theirs {number}")}))
            .await;
        yard.patch(&key, json!({"name": format!("Ours {number}")}))
            .await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 2, held 6", "{run}");
    yard.resolve(&sync, "K0001", json!({"side": "local"})).await;
    let path = format!("/syncs/{sync}/conflicts/resolve");
    let solved = yard
        .member
        .post(&path, json!({"side": "remote"}))
        .await
        .expect(200);
    assert_eq!(solved["conflicts"], 5, "what was solved stays as it is");
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "changed 6, unchanged 2", "{run}");
    assert_eq!(yard.there("K0001", "Name").await, "Ours 1");
    assert_eq!(yard.here("K0002").await["name"], "Theirs 2");
    yard.assert_same().await;
}

#[tokio::test]
async fn edited_on_one_side_and_deleted_on_the_other_is_a_conflict() {
    let rules = |policy: &str| {
        json!({
            "conflicts": policy, "gone": "delete", "gone_percent": 100,
            "deletes": {"policy": "delete", "most_percent": 100},
        })
    };
    for (policy, left) in [("local", "K0001"), ("remote", "K0002")] {
        let yard = Yard::unhurried().await;
        let sync = yard.agreed(4, rules(policy)).await;
        yard.delete_there("K0001").await;
        yard.patch("K0001", json!({"name": "Ours"})).await;
        yard.delete_here("K0002").await;
        yard.edit_there("K0002", json!({"Name": "Theirs"})).await;
        let run = yard.run(&sync).await;
        assert_eq!(
            told(&run),
            "created 1, unchanged 2, deleted 1",
            "{policy}: {run}"
        );
        yard.assert_same().await;
        let names = yard.names_here().await;
        assert_eq!(
            (names.len(), names.contains_key(left)),
            (3, true),
            "{policy}: {names:?}"
        );
        yard.assert_settled(&sync).await;
    }
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(4, rules("ask")).await;
    yard.delete_there("K0001").await;
    yard.patch("K0001", json!({"name": "Ours"})).await;
    yard.delete_here("K0002").await;
    yard.edit_there("K0002", json!({"Name": "Theirs"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 2, held 2", "{run}");
    let kinds: Vec<String> = yard
        .conflicts()
        .await
        .iter()
        .map(|one| text(&one["kind"]))
        .collect();
    assert_eq!(kinds, ["deleted_there", "deleted_here"]);
    yard.resolve(&sync, "K0001", json!({"side": "local"})).await;
    yard.resolve(&sync, "K0002", json!({"side": "remote"}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "created 2, unchanged 2", "{run}");
    yard.assert_same().await;
    assert_eq!(yard.here("K0002").await["name"], "Theirs");
    assert!(yard.conflicts().await.is_empty());
    yard.assert_settled(&sync).await;
}

#[tokio::test]
async fn a_row_that_was_deleted_and_made_anew_is_the_same_record_again() {
    let yard = Yard::unhurried().await;
    let sync = yard.agreed(4, json!({"gone": "delete"})).await;
    yard.delete_there("K0001").await;
    let anew = json!({"Code": "K0001", "Name": "Airport 1", "City": "Elsewhere"});
    yard.vendor.edit(Method::POST, "", Some(anew)).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["deleted"], 0, "{run}");
    // Nobody knows what was agreed on of the new one.
    assert_eq!(told(&run), "unchanged 3, held 1", "{run}");
    let conflict = &yard.conflicts().await[0];
    assert_eq!(conflict["fields"][1]["base_known"], false, "{conflict}");
    yard.resolve(&sync, "K0001", json!({"side": "remote"}))
        .await;
    yard.run(&sync).await;
    assert_eq!(yard.here("K0001").await["city"], "Elsewhere");
    assert_eq!(yard.there("K0001", "Country").await, "USA");
    yard.assert_same().await;
}
