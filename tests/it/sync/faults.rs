//! Every fault that the sandbox knows: nothing is lost, nothing is there twice.

use poem::http::Method;
use serde_json::json;

use super::{BASE, Yard, counts, text};

/// Runs over a fault that passes, and fails unless everything is there once in the end.
async fn survives(fault: &str, order: serde_json::Value) -> serde_json::Value {
    let yard = Yard::unhurried().await;
    yard.bring(0..64, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.fault(fault, order.clone()).await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{fault}: {run}");
    assert_eq!(counts(&run)["created"], 64, "{fault}: {run}");
    yard.assert_same().await;
    // The same while linked records are written.
    yard.bring(0..64, "Renamed").await;
    yard.vendor.fault(fault, order).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 64, "{fault}: {run}");
    yard.assert_same().await;
    run
}

#[tokio::test]
async fn too_many_calls() {
    let run = survives("rate_limited", json!({"times": 1, "after": 2})).await;
    assert_ne!(run["calls_refused_by_vendor"], 0);
}

#[tokio::test]
async fn the_vendor_fails() {
    survives("server_error", json!({"times": 3, "after": 1})).await;
}

#[tokio::test]
async fn the_vendor_is_away() {
    survives("unavailable", json!({"times": 3, "retry_after_seconds": 2})).await;
}

#[tokio::test]
async fn a_proxy_answers_in_html() {
    survives("bad_gateway", json!({"times": 2, "after": 3})).await;
}

#[tokio::test]
async fn an_answer_is_slow() {
    survives("slow", json!({"times": 3, "delay_ms": 900})).await;
}

#[tokio::test]
async fn the_connection_is_cut() {
    survives("cut", json!({"times": 3, "after": 1})).await;
}

#[tokio::test]
async fn an_answer_is_truncated() {
    survives("truncated", json!({"times": 3, "after": 1})).await;
}

#[tokio::test]
async fn a_write_is_carried_out_and_its_answer_is_lost() {
    survives("lost_answer", json!({"times": 4, "after": 1})).await;
}

#[tokio::test]
async fn a_token_that_is_revoked_midway_fails_the_run_and_the_next_one_goes_on() {
    let yard = Yard::unhurried().await;
    yard.bring(0..300, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("unauthorized", json!({"after": 11, "times": 1000}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "failed", "{run}");
    assert_eq!(run["failure"]["code"], "unauthorised");
    assert!(
        counts(&run)["created"] > 0,
        "what was done is counted: {run}"
    );
    let path = format!("/connections/{}", yard.connection);
    let connection = yard.member.get(&path).await.expect(200);
    assert_eq!(connection["status"], "reconnect");
    yard.vendor.heal().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    counts(&run);
    yard.assert_same().await;
}

#[tokio::test]
async fn a_vendor_that_stays_away_fails_the_run_in_the_end() {
    let yard = Yard::unhurried().await;
    yard.bring(0..30, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("server_error", json!({"times": 100_000}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "provider_unavailable", "{run}");
    yard.vendor.heal().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 30, "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_used_up_month_fails_the_run_at_once() {
    let yard = Yard::unhurried().await;
    yard.bring(0..30, "Airport").await;
    let sync = yard.sync().await;
    let knobs = json!({"billing_limit_reached": true});
    yard.vendor
        .control(Method::PATCH, "knobs", Some(knobs))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "billing_limit", "{run}");
    assert_eq!(counts(&run)["created"], 0);
}

#[tokio::test]
async fn a_table_whose_fields_have_moved_stops_the_run_before_its_first_write() {
    let yard = Yard::unhurried().await;
    yard.bring(0..30, "Airport").await;
    let sync = yard.sync().await;
    let other = json!({
        "id": BASE, "name": "Sandbox", "tables": [{
            "id": super::TABLE, "name": "Airports",
            "fields": [{"name": "Code", "type": "singleLineText"}],
        }],
    });
    yard.vendor
        .control(Method::POST, "bases", Some(other))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "mapping_moved", "{run}");
    assert_eq!(yard.vendor.writes().await, 0);
}

/// Lets the only record be created and its answer be lost, with no way to look for it; then a
/// colleague gives it another key. Gives its id.
async fn lose_from_sight(yard: &Yard, sync: &str) -> String {
    // The write is carried out, its answer is lost, and nothing more can be asked.
    yard.vendor.fault("lost_answer", json!({"times": 1})).await;
    yard.vendor
        .fault(
            "server_error",
            json!({"match": {"path_contains": "listRecords"}, "times": 100_000}),
        )
        .await;
    yard.vendor.fault("server_error", json!({"match": {"method": "GET", "path_contains": BASE}, "after": 1, "times": 100_000})).await;
    let run = yard.run(sync).await;
    assert_eq!(run["state"], "failed", "{run}");
    let made = text(&yard.vendor.record("K0000").await["id"]);
    yard.vendor
        .edit(Method::PATCH, &made, Some(json!({"Code": "EDITED"})))
        .await;
    yard.vendor.heal().await;
    made
}

#[tokio::test]
async fn a_key_that_a_colleague_changed_after_a_lost_answer_makes_no_second_record() {
    let yard = Yard::unhurried().await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    let made = lose_from_sight(&yard, &sync).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unknown"], 1, "{run}");
    assert!(text(&run["problems"][0]["reason"]).contains(&made), "{run}");
    assert_eq!(yard.vendor.records().await.len(), 1);
    // Asked again, it is still unknown; once the key is mended, it is linked.
    assert_eq!(counts(&yard.run(&sync).await)["unknown"], 1);
    yard.vendor
        .edit(Method::PATCH, &made, Some(json!({"Code": "K0000"})))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unknown"], 0, "{run}");
    yard.assert_same().await;
}

/// Found by the simulation: such a record resembled everything, and each run looked for it again.
#[tokio::test]
async fn a_record_deleted_here_after_its_answer_was_lost_is_looked_for_once() {
    let yard = Yard::unhurried().await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    lose_from_sight(&yard, &sync).await;
    let path = format!("/datasets/{}/records/K0000", yard.dataset);
    yard.member.delete(&path).await.expect(204);
    assert_eq!(yard.run(&sync).await["state"], "done");
    let lists = async || yard.vendor.statistics().await["calls"]["list"].clone();
    let looked = lists().await;
    assert_eq!(yard.run(&sync).await["state"], "done");
    assert_eq!(lists().await, looked);
    assert_eq!(yard.vendor.records().await.len(), 1);
}

/// Found by the simulation: what had been sent was forgotten, and what the record held by then
/// resembled nothing there.
#[tokio::test]
async fn a_record_changed_here_and_renamed_there_after_a_lost_answer_is_not_made_twice() {
    let yard = Yard::unhurried().await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    let made = lose_from_sight(&yard, &sync).await;
    let other = json!({"iata": "K0000", "name": "Another", "city": "Elsewhere", "state": "NV", "country": "CAN"});
    yard.write("K0000", other).await;
    for _ in 0..2 {
        let run = yard.run(&sync).await;
        assert_eq!(counts(&run)["unknown"], 1, "{run}");
        assert!(text(&run["problems"][0]["reason"]).contains(&made), "{run}");
    }
    assert_eq!(yard.vendor.records().await.len(), 1);
    yard.vendor
        .edit(Method::PATCH, &made, Some(json!({"Code": "K0000"})))
        .await;
    assert_eq!(yard.run(&sync).await["state"], "done");
    yard.assert_same().await;
}
