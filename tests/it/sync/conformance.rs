//! What a push has to do whichever the provider is: one list of tests, run against each.

use std::time::Duration;

use poem::http::Method;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::crash::break_off;
use super::far::Far;
use super::{Yard, counts, text};

/// Runs those of them against a hook that ask for nothing but writes.
macro_rules! every_hook {
    ($($name:ident)*) => {
        mod zapier {
            $(#[tokio::test]
            async fn $name() {
                super::$name(super::Far::Zapier).await;
            })*
        }
    };
}

every_hook! {
    a_first_run_creates_every_record_and_a_second_makes_no_write
    only_what_has_changed_is_written_and_what_was_cleared_is_cleared
    too_many_calls_are_borne_and_nothing_is_lost
    trouble_of_the_vendors_is_outlived
    what_a_run_does_is_in_the_book
}

every_provider! {
    a_first_run_creates_every_record_and_a_second_makes_no_write
    only_what_has_changed_is_written_and_what_was_cleared_is_cleared
    what_is_there_already_is_matched_by_its_key
    a_key_that_two_records_have_is_refused_and_the_others_go_in
    a_record_that_does_not_fit_is_refused_and_goes_in_once_it_is_mended
    a_remote_record_that_was_deleted_is_made_anew_once_it_changes_here
    too_many_calls_are_borne_and_nothing_is_lost
    trouble_of_the_vendors_is_outlived
    pages_of_html_are_outlived
    answers_that_are_cut_or_lost_double_nothing
    a_refused_token_ends_the_run_and_another_one_goes_on
    a_table_that_is_gone_ends_the_run_before_its_first_write
    fields_that_have_moved_end_the_run_before_its_first_write
    a_plan_shows_what_differs_and_its_run_writes_that_alone
    a_forgotten_listing_is_begun_anew
    what_is_wanted_no_longer_is_removed_unless_somebody_has_changed_it_there
    a_listing_that_leads_in_a_circle_makes_no_plan_and_no_pull
    killed_at_any_moment_a_run_ends_with_every_record_once
    what_a_run_does_is_in_the_book
    the_account_its_bases_and_its_tables_are_told
}

async fn a_first_run_creates_every_record_and_a_second_makes_no_write(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..123, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(counts(&run)["created"], 123, "{run}");
    assert_eq!(run["total"], 123);
    yard.assert_same().await;
    let written = yard.vendor.writes().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 123, "{run}");
    assert_eq!(yard.vendor.writes().await, written);
}

async fn only_what_has_changed_is_written_and_what_was_cleared_is_cleared(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..25, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let written = yard.vendor.writes().await;
    yard.write("K0007", json!({"name": "Renamed", "state": "NY"}))
        .await;
    yard.bring(25..26, "Airport").await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!(
        (counts["changed"], counts["created"], counts["unchanged"]),
        (1, 1, 24),
        "{run}"
    );
    assert!(yard.vendor.writes().await <= written + 2);
    yard.assert_same().await;
    let there = yard.vendor.record("K0007").await;
    assert_eq!(there["fields"]["State"], "NY");
    assert!(there["fields"]["City"].is_null(), "{there}");
}

async fn what_is_there_already_is_matched_by_its_key(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..12, "Airport").await;
    let old = json!({"Code": "K0003", "Name": "Old"});
    yard.vendor.edit(Method::POST, "", Some(old)).await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["matched"], counts["created"]), (1, 11), "{run}");
    yard.assert_same().await;
}

async fn a_key_that_two_records_have_is_refused_and_the_others_go_in(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..12, "Airport").await;
    for name in ["One", "Other"] {
        let fields = json!({"Code": "K0003", "Name": name});
        yard.vendor.edit(Method::POST, "", Some(fields)).await;
    }
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["refused"], counts["created"]), (1, 11), "{run}");
    assert_eq!(run["problems"][0]["key"], "K0003");
    assert_eq!(yard.vendor.records().await.len(), 13);
}

async fn a_record_that_does_not_fit_is_refused_and_goes_in_once_it_is_mended(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..15, "Airport").await;
    yard.write("K0013", json!({"name": "Airport 13", "state": "Atlantis"}))
        .await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    assert_eq!(counts(&run)["created"], 14, "{run}");
    assert!(
        text(&run["problems"][0]["reason"]).contains("Atlantis"),
        "{run}"
    );
    let letters = yard.all(&format!("/syncs/{sync}/dead-letters")).await;
    assert_eq!(letters.len(), 1);
    yard.write("K0013", json!({"name": "Airport 13", "state": "CA"}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    yard.assert_same().await;
    let letters = yard.all(&format!("/syncs/{sync}/dead-letters")).await;
    assert_eq!(letters.len(), 0);
}

async fn a_remote_record_that_was_deleted_is_made_anew_once_it_changes_here(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..15, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let gone = text(&yard.vendor.record("K0004").await["id"]);
    yard.vendor.edit(Method::DELETE, &gone, None).await;
    yard.bring(3..6, "Renamed").await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["changed"], counts["created"]), (2, 1), "{run}");
    yard.assert_same().await;
}

/// Runs over a fault that passes, and fails unless everything is there once in the end.
async fn survives(far: Far, fault: &str, order: Value) -> Value {
    let yard = Yard::at(far).await;
    yard.bring(0..34, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.fault(fault, order.clone()).await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{fault}: {run}");
    assert_eq!(counts(&run)["created"], 34, "{fault}: {run}");
    yard.assert_same().await;
    // The same while linked records are written.
    yard.bring(0..34, "Renamed").await;
    yard.vendor.fault(fault, order).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 34, "{fault}: {run}");
    yard.assert_same().await;
    yard.assert_counted(&run).await;
    run
}

async fn too_many_calls_are_borne_and_nothing_is_lost(far: Far) {
    let order = json!({"times": 1, "after": 2, "retry_after_seconds": 90});
    let run = survives(far, "rate_limited", order).await;
    assert_ne!(run["calls_refused_by_vendor"], 0);
}

async fn trouble_of_the_vendors_is_outlived(far: Far) {
    survives(far, "server_error", json!({"times": 3, "after": 1})).await;
    survives(
        far,
        "unavailable",
        json!({"times": 2, "retry_after_seconds": 2}),
    )
    .await;
    survives(far, "slow", json!({"times": 3, "delay_ms": 900})).await;
}

async fn pages_of_html_are_outlived(far: Far) {
    survives(far, "bad_gateway", json!({"times": 2, "after": 1})).await;
}

async fn answers_that_are_cut_or_lost_double_nothing(far: Far) {
    survives(far, "cut", json!({"times": 2, "after": 1})).await;
    survives(far, "truncated", json!({"times": 2, "after": 1})).await;
    survives(far, "lost_answer", json!({"times": 3, "after": 1})).await;
}

async fn a_refused_token_ends_the_run_and_another_one_goes_on(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..60, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("unauthorized", json!({"after": 2, "times": 1000}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "unauthorised", "{run}");
    assert!(counts(&run)["created"] > 0, "{run}");
    let connection = format!("/connections/{}", yard.connection);
    let shown = yard.member.get(&connection).await.expect(200);
    assert_eq!(shown["status"], "reconnect", "{shown}");
    yard.vendor.heal().await;
    let token = json!({"token": format!("{}1", far.token())});
    let credential = format!("{connection}/credential");
    yard.member.put(&credential, token).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    yard.assert_same().await;
}

async fn a_table_that_is_gone_ends_the_run_before_its_first_write(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..10, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.drop_table().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "table_gone", "{run}");
    assert_eq!(yard.vendor.writes().await, 0);
}

async fn fields_that_have_moved_end_the_run_before_its_first_write(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..10, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.drop_fields().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "mapping_moved", "{run}");
    assert_eq!(yard.vendor.writes().await, 0);
}

async fn a_plan_shows_what_differs_and_its_run_writes_that_alone(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..12, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    yard.bring(3..4, "Renamed").await;
    yard.bring(12..13, "New").await;
    let edited = text(&yard.vendor.record("K0005").await["id"]);
    let fields = json!({"City": "Elsewhere"});
    yard.vendor.edit(Method::PATCH, &edited, Some(fields)).await;
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    let planned = &plan["counts"];
    assert_eq!(
        (&planned["changed"], &planned["created"]),
        (&json!(2), &json!(1)),
        "{plan}"
    );
    let written = yard.vendor.writes().await;
    let run = yard.carry_out(&plan).await;
    let counts = counts(&run);
    assert_eq!((counts["changed"], counts["created"]), (2, 1), "{run}");
    assert!(yard.vendor.writes().await <= written + 3);
    let there = yard.vendor.record("K0005").await;
    assert_eq!(there["fields"]["City"], "City 5", "it is as it is here");
    yard.assert_same().await;
}

async fn a_forgotten_listing_is_begun_anew(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..230, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let order = json!({"match": far.lists(), "times": 1, "after": 1});
    yard.vendor.fault("listing_expired", order).await;
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(plan["counts"]["unchanged"], 230, "{plan}");
}

/// A part of a list that led back to itself was taken for the last one: what lay behind it was
/// planned as new, and would have been made a second time.
async fn a_listing_that_leads_in_a_circle_makes_no_plan_and_no_pull(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..350, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let order = || json!({"match": far.lists(), "every_nth": 1});
    yard.vendor.fault("circling", order()).await;
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(plan["failure"]["code"], "provider_unavailable", "{plan}");
    yard.vendor.heal().await;
    let code = yard.remote_field("Code").await;
    let wish = json!({"gone": "delete", "remote_key_field_id": code});
    let pull = yard.pull(wish).await;
    yard.vendor.fault("circling", order()).await;
    let run = yard.run(&pull).await;
    assert_eq!(run["failure"]["code"], "provider_unavailable", "{run}");
    assert_eq!(counts(&run)["deleted"], 0, "{run}");
    yard.vendor.heal().await;
    yard.assert_same().await;
}

async fn killed_at_any_moment_a_run_ends_with_every_record_once(far: Far) {
    for seed in 0..2 {
        let mut dice = StdRng::seed_from_u64(seed);
        let yard = Yard::at(far).await;
        // The scheduler would execute beside the executions that are to be killed.
        yard.tasks.stop().await;
        yard.bring(0..150, "Airport").await;
        let sync = yard.sync().await;
        for fault in ["lost_answer", "cut", "server_error", "truncated"] {
            let order = json!({"probability": 0.05, "seed": dice.random_range(0..1_000_000)});
            yard.vendor.fault(fault, order).await;
        }
        let run = yard.queue(&sync).await;
        for _ in 0..4 {
            break_off(&yard, Duration::from_millis(dice.random_range(1..400))).await;
        }
        yard.vendor.heal().await;
        break_off(&yard, Duration::from_mins(1)).await;
        let shown = yard.shown(&run).await;
        assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
        assert_eq!(counts(&shown)["created"], 150, "seed {seed}: {shown}");
        yard.assert_counted(&shown).await;
        yard.assert_same().await;
    }
}

async fn what_a_run_does_is_in_the_book(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..12, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let (mut intended, mut settled) = (0, 0);
    for line in yard.server.book() {
        let counts = &line["unmapped"]["counts"];
        match line["metadata"]["event_code"].as_str() {
            Some("WB-SYNC-011") => intended += counts["creates"].as_u64().unwrap(),
            Some("WB-SYNC-012") => settled += counts["created"].as_u64().unwrap(),
            _ => {}
        }
    }
    assert_eq!((intended, settled), (12, 12));
}

async fn the_account_its_bases_and_its_tables_are_told(far: Far) {
    let yard = Yard::at(far).await;
    let path = format!("/connections/{}", yard.connection);
    let test = format!("{path}/test");
    let test = yard
        .fly(yard.member.post(&test, json!({})))
        .await
        .expect(200);
    assert_eq!(test["ok"], true, "{test}");
    // What was just shared is found a little later.
    yard.advance(Duration::from_mins(5));
    let bases = yard.fly(yard.member.get(&format!("{path}/bases"))).await;
    let bases = bases.expect(200);
    let bases = bases["items"].as_array().unwrap();
    assert!(
        bases.iter().any(|base| base["id"] == far.base()),
        "{bases:?}"
    );
    let tables = format!("{path}/bases/{}/tables", far.base());
    let tables = yard.fly(yard.member.get(&tables)).await.expect(200);
    let tables = tables["items"].as_array().unwrap();
    let table = tables.iter().find(|table| table["id"] == far.table());
    let fields = table.unwrap()["fields"].as_array().unwrap();
    let writable = |name: &str| {
        fields
            .iter()
            .any(|field| field["name"] == name && field["writable"] == true)
    };
    assert!(writable("Code") && writable("Name"), "{fields:?}");
    let missing = format!("{path}/bases/nothing/tables");
    let missing = yard.fly(yard.member.get(&missing)).await;
    missing.problem(404, "not_found");
}

async fn what_is_wanted_no_longer_is_removed_unless_somebody_has_changed_it_there(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..9, "Airport").await;
    let sync = yard.sync().await;
    let path = format!("/connections/{}", yard.connection);
    let policy = yard.member.get(&path).await.expect(200)["removals"][0].clone();
    let deletes = json!({"deletes": {"policy": policy, "most_percent": 100}});
    let path = format!("/syncs/{sync}");
    yard.member.patch(&path, deletes).await.expect(200);
    yard.run(&sync).await;
    let changed = text(&yard.vendor.record("K0003").await["id"]);
    let name = json!({"Name": "Mine"});
    yard.vendor.edit(Method::PATCH, &changed, Some(name)).await;
    let gone = text(&yard.vendor.record("K0004").await["id"]);
    yard.vendor.edit(Method::DELETE, &gone, None).await;
    let keys = ["K0002", "K0003", "K0004"];
    let operations = keys.map(|key| json!({"op": "delete", "key": key}));
    let path = format!("/datasets/{}/batch", yard.dataset);
    let batch = json!({"operations": operations});
    yard.member.post(&path, batch).await.expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!((counts(&run)["deleted"], counts(&run)["held"]), (2, 1));
    yard.assert_counted(&run).await;
    let there = yard.vendor.names().await;
    assert_eq!(there.len(), 7, "{there:?}");
    assert!(
        there.contains(&("K0003".into(), "Mine".into())),
        "{there:?}"
    );
}
