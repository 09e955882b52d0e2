//! Pulls that read what has changed, and the whole table now and then.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

use super::far::Far;
use super::{Yard, counts, text};

every_provider! {
    between_full_readings_a_pull_reads_what_has_changed_and_nothing_else
    what_was_changed_in_the_very_second_of_the_last_reading_is_not_missed
    a_clock_that_is_behind_ours_or_ahead_hides_no_change
    what_was_changed_before_a_run_that_failed_is_not_missed
    another_mapping_has_the_whole_table_read
    what_was_refused_is_tried_again_when_its_row_changes_or_all_is_read
    a_row_that_was_made_anew_under_its_key_waits_for_no_day
    a_cell_that_was_cleared_there_is_cleared_here_by_what_has_changed_alone
}

/// A yard with so many rows, and a pull that has read them all.
async fn following(far: Far, rows: u32) -> (Yard, String) {
    let mut yard = Yard::at(far).await;
    yard.colleagues_make(0..rows).await;
    // Longer ago than what is read once more.
    wait(&mut yard, Duration::from_hours(1)).await;
    let wish = json!({
        "full_every_hours": 24, "gone": "delete",
        "remote_key_field_id": yard.remote_field("Code").await,
    });
    let sync = yard.pull(wish).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["read"], u64::from(rows), "{run}");
    assert!(run["changes_since"].is_null(), "{run}");
    (yard, sync)
}

/// Time passes, in which the member's session ends.
async fn wait(yard: &mut Yard, span: Duration) {
    yard.advance(span);
    yard.member = yard.server.sign_in("member@example.org").await;
}

/// How often the vendor was asked for records.
async fn lists(yard: &Yard) -> u64 {
    let calls = &yard.vendor.statistics().await["calls"];
    let lists = calls.as_object().unwrap().iter();
    let lists = lists.filter(|(kind, _)| kind.contains("list") || kind.contains("query"));
    lists.filter_map(|(_, calls)| calls.as_u64()).sum()
}

/// A vendor leaves empty cells out: what is not there was asked for, and is empty now.
async fn a_cell_that_was_cleared_there_is_cleared_here_by_what_has_changed_alone(far: Far) {
    let (mut yard, sync) = following(far, 12).await;
    wait(&mut yard, Duration::from_hours(2)).await;
    let cleared = match far {
        Far::Notion => json!({"City": ""}),
        Far::Airtable | Far::Zapier => json!({"City": null}),
    };
    yard.edit_there("K0003", cleared).await;
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_string(), "{run}");
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    assert!(yard.here("K0003").await["city"].is_null());
    assert_eq!(yard.here("K0004").await["city"], "City 4");
}

async fn between_full_readings_a_pull_reads_what_has_changed_and_nothing_else(far: Far) {
    let (mut yard, sync) = following(far, 250).await;
    wait(&mut yard, Duration::from_hours(2)).await;
    yard.edit_there("K0003", json!({"Name": "Renamed"})).await;
    yard.colleagues_make(250..251).await;
    yard.delete_there("K0004").await;
    let before = lists(&yard).await;
    let run = yard.run(&sync).await;
    let told = ["changed", "created", "read"].map(|fate| counts(&run)[fate]);
    assert_eq!(told, [1, 1, 2], "{run}");
    assert!(run["changes_since"].is_string(), "{run}");
    assert_eq!(lists(&yard).await - before, 1, "one page is asked for");
    assert_eq!(yard.here("K0003").await["name"], "Renamed");
    let here = yard.names_here().await;
    assert_eq!(here.len(), 251, "a deletion is not seen yet");
    wait(&mut yard, Duration::from_hours(23)).await;
    let run = yard.run(&sync).await;
    let told = ["deleted", "read"].map(|fate| counts(&run)[fate]);
    assert_eq!(told, [1, 251], "{run}");
    assert!(run["changes_since"].is_null(), "{run}");
    yard.assert_same().await;
}

/// Notion tells times to the minute, and neither vendor says whether a change came before or after
/// the page that was read in the same second.
async fn what_was_changed_in_the_very_second_of_the_last_reading_is_not_missed(far: Far) {
    let (mut yard, sync) = following(far, 12).await;
    wait(&mut yard, Duration::from_hours(1)).await;
    // The last run and the change have one and the same time.
    let run = yard.queue(&sync).await;
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    assert_eq!(counts(&yard.shown(&run).await)["changed"], 0);
    yard.edit_there("K0005", json!({"Name": "At once"})).await;
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_string(), "{run}");
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    yard.assert_same().await;
}

async fn a_clock_that_is_behind_ours_or_ahead_hides_no_change(far: Far) {
    for behind in [3 * 3600, -3 * 3600] {
        let mut yard = Yard::at(far).await;
        let knobs = json!({ "clock_behind_seconds": behind });
        yard.vendor
            .control(Method::PATCH, "knobs", Some(knobs))
            .await;
        yard.colleagues_make(0..8).await;
        let wish = json!({
            "full_every_hours": 24, "remote_key_field_id": yard.remote_field("Code").await,
        });
        let sync = yard.pull(wish).await;
        yard.run(&sync).await;
        for name in ["First", "Second"] {
            wait(&mut yard, Duration::from_mins(30)).await;
            yard.edit_there("K0002", json!({"Name": name})).await;
            wait(&mut yard, Duration::from_mins(30)).await;
            let run = yard.run(&sync).await;
            assert!(run["changes_since"].is_string(), "{run}");
            assert_eq!(counts(&run)["changed"], 1, "{behind}: {run}");
        }
        yard.assert_same().await;
    }
}

async fn what_was_changed_before_a_run_that_failed_is_not_missed(far: Far) {
    let (mut yard, sync) = following(far, 12).await;
    wait(&mut yard, Duration::from_hours(1)).await;
    yard.edit_there("K0001", json!({"Name": "Before"})).await;
    let order = json!({"probability": 1.0, "match": far.lists()});
    yard.vendor.fault("server_error", order).await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "failed", "{run}");
    yard.vendor.heal().await;
    // The next one comes much later than any overlap reaches back.
    wait(&mut yard, Duration::from_hours(3)).await;
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_string(), "{run}");
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    yard.assert_same().await;
}

async fn another_mapping_has_the_whole_table_read(far: Far) {
    let (yard, sync) = following(far, 20).await;
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    let pairs = shown["mapping"].as_array().unwrap().iter();
    let pairs = pairs.filter(|pair| pair["field"] != "city");
    let fewer: Vec<Value> = pairs
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    yard.member
        .patch(&path, json!({ "mapping": fewer }))
        .await
        .expect(200);
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_null(), "{run}");
    assert_eq!(counts(&run)["read"], 20, "{run}");
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_string(), "{run}");
}

/// The new row is another record to the vendor, and that the old one is gone is in no listing of
/// changes.
async fn a_row_that_was_made_anew_under_its_key_waits_for_no_day(far: Far) {
    let (mut yard, sync) = following(far, 6).await;
    wait(&mut yard, Duration::from_hours(1)).await;
    yard.delete_there("K0002").await;
    let anew = json!({"Code": "K0002", "Name": "Anew"});
    yard.vendor.edit(Method::POST, "", Some(anew)).await;
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_string(), "{run}");
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_null(), "{run}");
    assert_eq!(counts(&run)["deleted"], 1, "{run}");
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    yard.assert_same().await;
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_string(), "{run}");
}

async fn what_was_refused_is_tried_again_when_its_row_changes_or_all_is_read(far: Far) {
    let (mut yard, sync) = following(far, 5).await;
    wait(&mut yard, Duration::from_hours(1)).await;
    // Rows without a key, as those are that somebody has just begun.
    for name in ["Begun", "Forgotten"] {
        let body = json!({ "Name": name });
        yard.vendor.edit(Method::POST, "", Some(body)).await;
    }
    wait(&mut yard, Duration::from_hours(1)).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 2, "{run}");
    wait(&mut yard, Duration::from_hours(1)).await;
    let run = yard.run(&sync).await;
    assert!(run["changes_since"].is_string(), "{run}");
    assert_eq!(counts(&run)["read"], 0, "{run}");
    let letters = format!("/syncs/{sync}/dead-letters");
    assert_eq!(yard.all(&letters).await.len(), 2, "they are not forgotten");
    let begun = yard.all(&letters).await;
    let begun = begun
        .iter()
        .find(|letter| letter["payload"].to_string().contains("Begun"));
    let body = json!({"Code": "K0100"});
    let id = text(&begun.unwrap()["key"]);
    yard.vendor.edit(Method::PATCH, &id, Some(body)).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    assert_eq!(yard.all(&letters).await.len(), 1);
    wait(&mut yard, Duration::from_hours(24)).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "all is read: {run}");
}
