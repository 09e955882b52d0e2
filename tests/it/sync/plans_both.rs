//! Plans of two-way syncs: they show what either side would get of the other, and a run of one does
//! that and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use poem::http::Method;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::both::told;
use super::crash::break_off;
use super::far::Far;
use super::{Yard, counts, id, text};

/// What is planned for records, or has become of them: by key, without what stays as it is.
type Fates = BTreeMap<String, String>;

impl Yard {
    async fn planned_fates(&self, plan: &Value) -> Fates {
        let changes = self.changes(plan, "").await.into_iter();
        changes
            .map(|one| (text(&one["key"]), text(&one["fate"])))
            .collect()
    }

    async fn met_fates(&self, run: &Value) -> Fates {
        let met = self.outcomes(&id(run)).await.into_iter();
        met.filter(|(_, fate)| fate != "unchanged").collect()
    }

    async fn change_of(&self, plan: &Value, key: &str) -> Value {
        let changes = self.changes(plan, "").await;
        let of_key = changes.iter().find(|one| one["key"] == key);
        of_key.unwrap_or_else(|| panic!("{changes:?}")).clone()
    }
}

/// The fields of a change on a side: field, before and after.
fn on(change: &Value, side: &str) -> Vec<(String, Value, Value)> {
    let fields = change["fields"].as_array().unwrap().iter();
    let of_side = fields.filter(|field| field["side"] == side);
    of_side
        .map(|field| {
            let name = text(&field["field"]);
            (name, field["before"].clone(), field["after"].clone())
        })
        .collect()
}

fn field(name: &str, before: &str, after: &str) -> (String, Value, Value) {
    (name.to_owned(), before.into(), after.into())
}

#[tokio::test]
async fn a_plan_shows_what_either_side_gets_and_its_run_does_that() {
    for far in [Far::Airtable, Far::Notion] {
        let yard = Yard::at(far).await;
        let lets_go = match far {
            Far::Airtable => "delete",
            Far::Notion | Far::Zapier => "archive",
        };
        let rules = json!({
            "conflicts": "ask", "gone": "delete", "gone_percent": 100,
            "deletes": {"policy": lets_go, "most_percent": 100},
        });
        let sync = yard.agreed(12, rules).await;
        yard.change_both_sides().await;
        yard.bring(12..13, "Airport").await;
        yard.colleagues_make(13..14).await;
        let (here, there) = (yard.names_here().await, yard.vendor.names().await);
        let (writes, written) = (
            yard.vendor.writes().await,
            yard.server.count_in_book("sensitive_write"),
        );
        let plan = yard.plan(&sync, json!({})).await;
        assert_eq!(plan["state"], "ready", "{far:?}: {plan}");
        assert_eq!(
            (&plan["direction"], &plan["read_first"]),
            (&json!("two_way"), &json!(true))
        );
        let wanted = "created 2, changed 3, unchanged 6, held 1, deleted 2";
        assert_eq!(told(&plan), wanted, "{far:?}: {plan}");
        let both = json!({
            "here": {"created": 1, "changed": 2, "deleted": 1},
            "there": {"created": 1, "changed": 2, "deleted": 1},
            "conflicts_asked": 1, "conflicts_settled": 0,
        });
        assert_eq!(plan["both"], both, "{far:?}");
        let ours = yard.change_of(&plan, "K0001").await;
        assert_eq!(on(&ours, "there"), [field("name", "Airport 1", "Ours")]);
        assert_eq!((on(&ours, "here").len(), &ours["here"]), (0, &Value::Null));
        let meets = yard.change_of(&plan, "K0003").await;
        assert_eq!(on(&meets, "there"), [field("name", "Airport 3", "Ours")]);
        assert_eq!(on(&meets, "here"), [field("city", "City 3", "Theirs")]);
        assert_eq!(
            (&meets["here"], &meets["there"]),
            (&json!("changed"), &json!("changed"))
        );
        let gone = yard.change_of(&plan, "K0006").await;
        assert_eq!(
            (&gone["here"], &gone["there"]),
            (&json!("deleted"), &Value::Null)
        );
        assert!(
            on(&gone, "here").iter().any(|(name, ..)| name == "name"),
            "{gone}"
        );
        // What is looked for is found by side and by conflict.
        let listed = async |query: &str| -> Vec<String> {
            let found = yard.changes(&plan, query).await;
            found.iter().map(|one| text(&one["key"])).collect()
        };
        assert_eq!(listed("?conflict=asked").await, ["K0004"]);
        assert_eq!(
            listed("?side=here").await,
            ["K0002", "K0003", "K0006", "K0013"]
        );
        assert_eq!(
            listed("?side=there").await,
            ["K0001", "K0003", "K0005", "K0012"]
        );
        assert_eq!(listed("?side=here&fate=created").await, ["K0013"]);
        // Nothing was written on either side, nor into the inbox.
        assert_eq!(
            (yard.names_here().await, yard.vendor.names().await),
            (here, there)
        );
        assert_eq!(yard.vendor.writes().await, writes);
        assert_eq!(yard.server.count_in_book("sensitive_write"), written);
        assert!(yard.conflicts().await.is_empty());
        let run = yard.carry_out(&plan).await;
        assert_eq!(run["kind"], "execute");
        let wanted = "created 2, changed 3, held 1, deleted 2";
        assert_eq!(told(&run), wanted, "{far:?}: {run}");
        yard.assert_counted(&run).await;
        assert_eq!(yard.met_fates(&run).await, yard.planned_fates(&plan).await);
        assert_eq!(yard.conflicts().await.len(), 1);
        assert_eq!(yard.here("K0003").await["city"], "Theirs");
        assert_eq!(yard.there("K0003", "Name").await, "Ours");
        let names = (yard.names_here().await, yard.vendor.names().await);
        assert_eq!((names.0.len(), names.1.len()), (12, 12));
        yard.assert_settled(&sync).await;
    }
}

#[tokio::test]
async fn a_plan_says_which_rule_decides_what_both_sides_have_changed() {
    for (policy, wins, rule) in [
        ("local", "Ours", "\"local\""),
        ("remote", "Theirs", "\"remote\""),
    ] {
        let yard = Yard::unhurried().await;
        let sync = yard.agreed(4, json!({"conflicts": policy})).await;
        yard.patch("K0001", json!({"name": "Ours"})).await;
        yard.edit_there("K0001", json!({"Name": "Theirs"})).await;
        yard.patch("K0002", json!({"name": "Ours"})).await;
        yard.delete_there("K0002").await;
        let plan = yard.plan(&sync, json!({})).await;
        let clash = yard.change_of(&plan, "K0001").await;
        assert_eq!(
            (&clash["fate"], &clash["conflict"]),
            (&json!("changed"), &json!("settled"))
        );
        let reason = text(&clash["reason"]);
        assert!(
            reason.contains("\"name\"") && reason.contains(rule),
            "{reason}"
        );
        if policy == "local" {
            let again = yard.change_of(&plan, "K0002").await;
            assert_eq!(
                (&again["there"], &again["conflict"]),
                (&json!("created"), &json!("settled"))
            );
            assert_eq!(plan["both"]["conflicts_settled"], 2, "{plan}");
        }
        let run = yard.carry_out(&plan).await;
        assert_eq!(yard.met_fates(&run).await, yard.planned_fates(&plan).await);
        assert_eq!(yard.here("K0001").await["name"], wins);
        assert_eq!(yard.there("K0001", "Name").await, wins);
        yard.assert_settled(&sync).await;
    }
}

#[tokio::test]
async fn what_has_moved_since_the_plan_is_left_alone_and_nothing_else_is_written() {
    let yard = Yard::unhurried().await;
    let rules = json!({"gone": "delete", "gone_percent": 100, "conflicts": "local"});
    let sync = yard.agreed(10, rules).await;
    yard.patch("K0001", json!({"name": "Ours"})).await;
    yard.patch("K0002", json!({"name": "Ours"})).await;
    yard.edit_there("K0003", json!({"City": "Theirs"})).await;
    yard.edit_there("K0004", json!({"City": "Theirs"})).await;
    yard.delete_there("K0005").await;
    yard.delete_there("K0006").await;
    yard.colleagues_make(20..22).await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(
        told(&plan),
        "created 2, changed 4, unchanged 4, deleted 2",
        "{plan}"
    );
    // Planned, and changed since on either side.
    yard.patch("K0001", json!({"city": "Later"})).await;
    yard.edit_there("K0003", json!({"Name": "Later"})).await;
    yard.patch("K0005", json!({"name": "Kept"})).await;
    yard.delete_there("K0020").await;
    // Not planned at all.
    yard.patch("K0007", json!({"name": "Later"})).await;
    yard.edit_there("K0008", json!({"Name": "Later"})).await;
    yard.colleagues_make(30..31).await;
    yard.bring(40..41, "Airport").await;
    let run = yard.carry_out(&plan).await;
    assert_eq!(
        told(&run),
        "created 1, changed 2, held 4, deleted 1",
        "{run}"
    );
    yard.assert_counted(&run).await;
    let outcomes = yard.all(&format!("/runs/{}/outcomes", id(&run))).await;
    let held: Vec<&Value> = outcomes
        .iter()
        .filter(|one| one["state"] == "held")
        .collect();
    assert!(
        held.iter()
            .all(|one| text(&one["reason"]).starts_with("moved")),
        "{held:?}"
    );
    let keys: Vec<String> = held.iter().map(|one| text(&one["key"])).collect();
    for key in ["K0001", "K0003", "K0005", "K0020"] {
        assert!(keys.contains(&key.to_owned()), "{keys:?}");
    }
    assert_eq!(yard.there("K0001", "Name").await, "Airport 1");
    assert_eq!(yard.here("K0003").await["city"], "City 3");
    assert_eq!(yard.here("K0005").await["name"], "Kept");
    assert_eq!(yard.there("K0007", "Name").await, "Airport 7");
    assert_eq!(yard.here("K0008").await["name"], "Airport 8");
    assert!(!yard.names_here().await.contains_key("K0030"));
    let there = yard.vendor.names().await;
    assert!(there.iter().all(|(key, _)| key != "K0040"));
    // The next run does what the plan could not know.
    yard.run(&sync).await;
    yard.assert_same().await;
    yard.assert_settled(&sync).await;
}

#[tokio::test]
async fn deletions_that_runs_hold_back_are_listed_for_approval() {
    let yard = Yard::unhurried().await;
    let rules = json!({
        "gone": "delete", "gone_percent": 20,
        "deletes": {"policy": "delete", "most_percent": 20},
    });
    let sync = yard.agreed(9, rules).await;
    for key in ["K0000", "K0001", "K0002"] {
        yard.delete_there(key).await;
    }
    for key in ["K0004", "K0005", "K0006"] {
        yard.delete_here(key).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(told(&run), "unchanged 3, held 6", "{run}");
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(told(&plan), "unchanged 3, deleted 6", "{plan}");
    let run = yard.carry_out(&plan).await;
    assert_eq!(told(&run), "deleted 6", "{run}");
    yard.assert_same().await;
    // An empty table deletes nothing, whoever approves it.
    for key in ["K0003", "K0007", "K0008"] {
        yard.delete_there(key).await;
    }
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(told(&plan), "held 3", "{plan}");
}

#[tokio::test]
async fn a_two_way_sync_may_run_by_approved_plans_alone() {
    let yard = Yard::unhurried().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.both(json!({"approval": "always"})).await;
    let path = format!("/syncs/{sync}/runs");
    let refused = yard.member.post(&path, json!({})).await.expect(409);
    assert_eq!(refused["code"], "approval_required", "{refused}");
    let plan = yard.plan(&sync, json!({})).await;
    let run = yard.carry_out(&plan).await;
    assert_eq!(told(&run), "created 3", "{run}");
    yard.assert_same().await;
    // A plan that was overtaken cannot be approved any more, and a stranger sees none.
    let first = yard.plan(&sync, json!({})).await;
    let second = yard.plan(&sync, json!({})).await;
    let path = format!("/plans/{}/runs", id(&first));
    yard.member.post(&path, json!({})).await.expect(409);
    let stranger = yard.server.sign_up("other@example.org", &["member"]).await;
    for path in [
        format!("/plans/{}", id(&second)),
        format!("/plans/{}/changes", id(&second)),
    ] {
        stranger.get(&path).await.expect(404);
    }
    let path = format!("/plans/{}/runs", id(&second));
    stranger.post(&path, json!({})).await.expect(404);
}

/// Whatever both sides look like, a plan lists exactly what a run does: one that carries it out, and
/// one that knows nothing of it.
#[tokio::test]
async fn in_many_worlds_a_plan_says_what_a_run_does() {
    for seed in 0..10 {
        foretells(seed).await;
    }
}

async fn foretells(seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed);
    let yard = Yard::unhurried().await;
    let policies = ["ask", "local", "remote", "newest"];
    let deletes = ["ignore", "delete"];
    let gone = ["keep", "delete"];
    let rules = json!({
        "conflicts": policies[dice.random_range(0..4)],
        "gone": gone[dice.random_range(0..2)], "gone_percent": 100,
        "deletes": {"policy": deletes[dice.random_range(0..2)], "most_percent": 100},
    });
    let sync = yard.agreed(24, rules.clone()).await;
    scramble(&yard, &mut dice).await;
    let plan = yard.plan(&sync, json!({})).await;
    assert_eq!(plan["state"], "ready", "seed {seed}: {plan}");
    let planned = yard.planned_fates(&plan).await;
    let run = if seed.is_multiple_of(2) {
        yard.carry_out(&plan).await
    } else {
        yard.run(&sync).await
    };
    assert_eq!(run["state"], "done", "seed {seed}: {run}");
    assert_eq!(
        yard.met_fates(&run).await,
        planned,
        "seed {seed}, {rules}: {run}"
    );
    let (mut foretold, mut met) = (counts(&plan), counts(&run));
    for all in ["unchanged", "read"] {
        if seed.is_multiple_of(2) {
            foretold.remove(all);
            met.remove(all);
        }
    }
    assert_eq!(met, foretold, "seed {seed}");
    // What the run has settled is planned no more.
    let next = yard.plan(&sync, json!({})).await;
    let left = yard.planned_fates(&next).await;
    assert!(
        left.values()
            .all(|fate| fate == "held" || fate == "refused"),
        "seed {seed}, {rules}: {left:?}"
    );
}

/// Both sides are edited in all ways that there are.
async fn scramble(yard: &Yard, dice: &mut StdRng) {
    for number in 0..24 {
        let key = format!("K{number:04}");
        let word = dice.random_range(0..3);
        match dice.random_range(0..10) {
            0 => {
                yard.patch(&key, json!({"name": format!("Ours {word}")}))
                    .await;
            }
            1 => {
                yard.edit_there(&key, json!({"City": format!("Theirs {word}")}))
                    .await;
            }
            2 => {
                yard.patch(&key, json!({"name": format!("Word {word}")}))
                    .await;
                yard.edit_there(
                    &key,
                    json!({"Name": format!("Word {}", dice.random_range(0..3))}),
                )
                .await;
            }
            3 => {
                yard.patch(&key, json!({"city": "Ours"})).await;
                yard.edit_there(&key, json!({"Name": "Theirs"})).await;
            }
            4 => yard.delete_here(&key).await,
            5 => yard.delete_there(&key).await,
            6 => {
                yard.patch(&key, json!({"name": "Ours"})).await;
                yard.delete_there(&key).await;
            }
            7 => {
                yard.edit_there(&key, json!({"Name": "Theirs"})).await;
                yard.delete_here(&key).await;
            }
            8 => {
                // A second row of the same key, which nobody may guess about.
                let double = json!({"Code": key, "Name": "Double"});
                yard.vendor.edit(Method::POST, "", Some(double)).await;
            }
            _ => {}
        }
    }
    yard.bring(30..33, "Airport").await;
    yard.colleagues_make(32..36).await;
    let keyless = json!({"Name": "Without a code"});
    yard.vendor.edit(Method::POST, "", Some(keyless)).await;
}

/// Lets the run of a plan be killed again and again, and then be carried to its end.
#[tokio::test]
async fn the_run_of_a_plan_that_is_killed_at_any_moment_ends_as_planned() {
    let mut killed_amid = 0;
    for seed in 0..3 {
        let mut dice = StdRng::seed_from_u64(seed);
        let yard = Yard::unhurried().await;
        let sync = yard.agreed(80, json!({"conflicts": "ask"})).await;
        yard.bring(80..120, "Airport").await;
        yard.colleagues_make(120..160).await;
        for number in 0..30 {
            let (ours, theirs) = (format!("K{number:04}"), format!("K{:04}", number + 15));
            yard.patch(&ours, json!({"name": format!("Ours {number}")}))
                .await;
            yard.edit_there(&theirs, json!({"City": format!("Theirs {number}")}))
                .await;
        }
        let plan = yard.plan(&sync, json!({})).await;
        assert_eq!(
            told(&plan),
            "created 80, changed 45, unchanged 35",
            "{plan}"
        );
        // The scheduler would execute beside the executions that are to be killed.
        yard.tasks.stop().await;
        let run = yard.approve(&plan).await;
        for _ in 0..6 {
            break_off(&yard, Duration::from_millis(dice.random_range(1..80))).await;
            killed_amid += u32::from(yard.shown(&run).await["state"] == "running");
        }
        break_off(&yard, Duration::from_mins(1)).await;
        let shown = yard.shown(&run).await;
        assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
        let counts = counts(&shown);
        assert_eq!(counts["read"], 125, "seed {seed}: {shown}");
        assert_eq!(
            counts["held"] + counts["refused"],
            0,
            "seed {seed}: {shown}"
        );
        yard.assert_counted(&shown).await;
        yard.assert_same().await;
        assert_eq!(yard.here("K0020").await["city"], "Theirs 5");
        assert_eq!(yard.there("K0020", "Name").await, "Ours 20");
    }
    assert!(killed_amid > 0, "no kill has met a run");
}
