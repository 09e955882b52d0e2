//! What is Notion's own: lists that lag behind, calls for each record, blocks that run out, cells
//! that are shown in part.

use std::time::Duration;

use jiff::SignedDuration;
use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::sandbox::NotionLimits;

use super::far::{Far, SETTLE};
use super::{Yard, counts, id, text};

/// A yard at Notion whose sandbox behaves as a test says.
async fn yard(knobs: Value) -> Yard {
    let yard = Yard::at(Far::Notion).await;
    turn(&yard, knobs).await;
    yard
}

async fn turn(yard: &Yard, knobs: Value) {
    let knobs = json!({ "notion": knobs });
    yard.vendor
        .control(Method::PATCH, "knobs", Some(knobs))
        .await;
}

#[tokio::test]
async fn a_page_that_turned_up_too_late_is_trashed_by_the_next_run_and_told() {
    // The lists lag far longer than anybody waits.
    let yard = yard(json!({"query_lag_seconds": 60})).await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.fault("lost_answer", json!({"times": 1})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    yard.advance(Duration::from_mins(2));
    assert_eq!(
        yard.vendor.records().await.len(),
        2,
        "made again, for all that was known"
    );
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 1, "{run}");
    let told = text(&run["problems"][0]["reason"]);
    assert!(told.contains("moved to the trash"), "{run}");
    yard.assert_same().await;
    // It was looked for once and for all.
    let written = yard.vendor.writes().await;
    let queries = yard.vendor.calls("notion_query").await;
    yard.run(&sync).await;
    assert_eq!(yard.vendor.writes().await, written);
    assert_eq!(yard.vendor.calls("notion_query").await, queries);
}

/// The first page was older than its announcement by our clock: it was taken for somebody else's,
/// and both stayed for ever, untold.
#[tokio::test]
async fn a_double_is_known_by_a_clock_that_is_behind_too() {
    let yard = yard(json!({"query_lag_seconds": 60})).await;
    yard.vendor.clock.step(SignedDuration::from_secs(-90));
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.fault("lost_answer", json!({"times": 1})).await;
    yard.run(&sync).await;
    yard.advance(Duration::from_mins(2));
    assert_eq!(yard.vendor.records().await.len(), 2);
    let run = yard.run(&sync).await;
    let told = text(&run["problems"][0]["reason"]);
    assert!(told.contains("moved to the trash"), "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_double_that_somebody_has_changed_is_left_alone_and_told() {
    let yard = yard(json!({"query_lag_seconds": 60})).await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.fault("lost_answer", json!({"times": 1})).await;
    yard.run(&sync).await;
    yard.advance(Duration::from_mins(2));
    let first = id(&yard.vendor.records().await[0]);
    let changed = json!({"Name": "Mine", "City": "Mine", "State": "NY", "Country": "Mine"});
    yard.vendor.edit(Method::PATCH, &first, Some(changed)).await;
    let run = yard.run(&sync).await;
    assert!(
        text(&run["problems"][0]["reason"]).contains("left alone"),
        "{run}"
    );
    assert_eq!(yard.vendor.records().await.len(), 2);
}

/// Half the cells rewritten, one cell filled, or a property that the sync knows nothing of: all of
/// it went to the trash with the double.
#[tokio::test]
async fn a_double_goes_only_if_nobody_has_touched_anything_of_it() {
    let touches = [
        json!({"City": "Elsewhere"}),
        json!({"Country": ""}),
        json!({"Latitude": 7}),
        // As it was, and yet somebody was there.
        json!({"City": "City 0"}),
    ];
    for touch in touches {
        let yard = yard(json!({"query_lag_seconds": 60})).await;
        yard.bring(0..1, "Airport").await;
        let sync = yard.sync().await;
        yard.vendor.fault("lost_answer", json!({"times": 1})).await;
        yard.run(&sync).await;
        yard.advance(Duration::from_mins(2));
        let first = id(&yard.vendor.records().await[0]);
        yard.vendor
            .edit(Method::PATCH, &first, Some(touch.clone()))
            .await;
        let run = yard.run(&sync).await;
        let told = text(&run["problems"][0]["reason"]);
        assert!(told.contains("left alone"), "{touch}: {run}");
        assert_eq!(yard.vendor.records().await.len(), 2, "{touch}");
    }
}

/// What was sent is known by the fields that were mapped then: with another mapping nobody can say
/// what the double should bear, and that counted as bearing it.
#[tokio::test]
async fn a_double_of_another_mapping_is_left_alone_and_told() {
    let yard = yard(json!({"query_lag_seconds": 60})).await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.fault("lost_answer", json!({"times": 1})).await;
    yard.run(&sync).await;
    yard.advance(Duration::from_mins(2));
    let path = format!("/syncs/{sync}");
    let shown = yard.member.get(&path).await.expect(200);
    let pairs = shown["mapping"].as_array().unwrap().iter();
    let pairs = pairs.filter(|pair| pair["field"] != "country");
    let mapping: Vec<Value> = pairs
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    yard.member
        .patch(&path, json!({"mapping": mapping}))
        .await
        .expect(200);
    let run = yard.run(&sync).await;
    let told = text(&run["problems"][0]["reason"]);
    assert!(told.contains("left alone"), "{run}");
    assert_eq!(yard.vendor.records().await.len(), 2);
}

#[tokio::test]
async fn a_lost_answer_is_waited_out_before_anybody_looks() {
    // The lists are right just before the appliance looks.
    let lag = SETTLE.as_secs() - 1;
    let yard = yard(json!({"query_lag_seconds": lag})).await;
    yard.bring(0..20, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("lost_answer", json!({"times": 4, "after": 1}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 20, "{run}");
    yard.advance(Duration::from_mins(1));
    yard.assert_same().await;
}

#[tokio::test]
async fn a_run_that_was_killed_waits_before_it_looks_for_what_it_may_have_made() {
    let yard = yard(json!({"query_lag_seconds": SETTLE.as_secs() - 1})).await;
    yard.tasks.stop().await;
    yard.bring(0..60, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    for moment in [60, 90, 150] {
        super::crash::break_off(&yard, Duration::from_millis(moment)).await;
    }
    super::crash::break_off(&yard, Duration::from_mins(1)).await;
    let shown = yard.shown(&run).await;
    assert_eq!(counts(&shown)["created"], 60, "{shown}");
    yard.advance(Duration::from_mins(1));
    yard.assert_same().await;
}

#[tokio::test]
async fn keys_are_looked_for_a_hundred_at_a_time_and_a_plan_knows_the_calls() {
    let yard = yard(json!({})).await;
    yard.bring(0..200, "Airport").await;
    let sync = yard.sync().await;
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    // A page each, two looks for a hundred keys, and one at the table.
    assert_eq!(plan["calls"], 203, "{plan}");
    let run = yard.carry_out(&plan).await;
    assert_eq!(run["calls"], 203, "{run}");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_full_workspace_takes_no_page_more_and_is_not_pestered() {
    let yard = yard(json!({})).await;
    yard.bring(0..20, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    turn(&yard, json!({"block_limit": 1, "block_grace_seconds": 0})).await;
    let written = yard.vendor.writes().await;
    yard.bring(10..120, "Renamed").await;
    let run = yard.run(&sync).await;
    let counts = counts(&run);
    assert_eq!((counts["changed"], counts["refused"]), (10, 100), "{run}");
    assert!(
        text(&run["problems"][0]["reason"]).contains("full"),
        "{run}"
    );
    let tried = yard.vendor.writes().await - written;
    assert!(tried <= 10 + 8, "{tried} calls");
    // Nor by the next run, and after a while it is tried again.
    yard.run(&sync).await;
    assert_eq!(yard.vendor.writes().await, written + tried);
    turn(&yard, json!({"block_limit": 0})).await;
    yard.advance(Duration::from_mins(15));
    let run = yard.run(&sync).await;
    assert_eq!(super::counts(&run)["created"], 100, "{run}");
}

#[tokio::test]
async fn a_long_text_is_read_whole_and_not_written_again() {
    let yard = yard(json!({})).await;
    let city = "x".repeat(60_000);
    yard.import(format!(
        "iata,name,city,state,country\nK0001,A,{city},CA,USA\n"
    ))
    .await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(plan["counts"]["unchanged"], 1, "{plan}");
    yard.write("K0001", json!({"name": "A", "city": "x".repeat(200_001)}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
}

#[tokio::test]
async fn rows_behind_those_that_one_query_yields_are_read_too() {
    let yard = yard(json!({"query_cap": 100})).await;
    for part in 0..3 {
        // Pages of one minute cannot be told apart by their time.
        yard.bring(part * 60..part * 60 + 60, "Airport").await;
        let sync = yard.sync_named(&format!("Part {part}")).await;
        yard.run(&sync).await;
        yard.advance(Duration::from_mins(3));
    }
    let sync = yard.sync_named("All").await;
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    assert_eq!(plan["counts"]["matched"], 180, "{plan}");
}

#[tokio::test]
async fn the_vendor_is_left_alone_for_as_long_as_it_says() {
    for fault in ["rate_limited", "overloaded"] {
        let yard = yard(json!({})).await;
        yard.bring(0..20, "Airport").await;
        let sync = yard.sync().await;
        let order = json!({"times": 1, "after": 3, "retry_after_seconds": 100});
        yard.vendor.fault(fault, order).await;
        let before = yard.vendor.clock.elapsed();
        let run = yard.run_now(&sync).await;
        let took = yard.vendor.clock.elapsed().checked_sub(before).unwrap();
        assert_eq!(counts(&run)["created"], 20, "{run}");
        assert!(took >= Duration::from_secs(100), "{fault}: {took:?}");
        // Those that were under way with it are the only ones that may be refused.
        let refused = run["calls_refused_by_vendor"].as_u64().unwrap();
        assert!((1..=8).contains(&refused), "{run}");
        yard.assert_same().await;
    }
}

#[tokio::test]
async fn writes_that_met_another_one_are_tried_again() {
    let yard = yard(json!({})).await;
    yard.bring(0..20, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("conflict", json!({"times": 5, "after": 1}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 20, "{run}");
    let looks = yard.vendor.calls("notion_query").await;
    assert_eq!(looks, 1, "nothing was in doubt");
    yard.assert_same().await;
}

#[tokio::test]
async fn the_quota_is_used_nearly_whole_and_never_overdrawn() {
    let limits = NotionLimits::default();
    let yard = Yard::built(Far::Notion, |knobs| knobs.notion.limits = limits, 3).await;
    yard.bring(0..360, "Airport").await;
    let sync = yard.sync().await;
    yard.advance(Duration::from_mins(5));
    let before = yard.vendor.clock.elapsed();
    let run = yard.run_now(&sync).await;
    let took = yard.vendor.clock.elapsed().checked_sub(before).unwrap();
    assert_eq!(counts(&run)["created"], 360, "{run}");
    assert_eq!(run["calls_refused_by_vendor"], 0, "{run}");
    let rate = run["calls"].as_f64().unwrap() / took.as_secs_f64();
    // The clocks fly on while the appliance thinks: the pacer's own test holds it to 98 %.
    assert!(rate >= 3.0 * 0.95, "{rate} calls a second");
    yard.assert_same().await;
}

#[tokio::test]
async fn a_missing_capability_ends_the_run() {
    let yard = yard(json!({"capabilities": {"insert_content": false}})).await;
    yard.bring(0..5, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["failure"]["code"], "forbidden", "{run}");
}

#[tokio::test]
async fn an_option_is_added_only_when_it_may_be() {
    let yard = yard(json!({})).await;
    yard.bring(0..1, "Airport").await;
    yard.write("K0000", json!({"name": "A", "state": "Atlantis"}))
        .await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    assert_eq!(
        yard.vendor.writes().await,
        0,
        "the vendor would have added it"
    );
    let typecast = json!({"typecast": true});
    yard.member
        .patch(&format!("/syncs/{sync}"), typecast)
        .await
        .expect(200);
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    assert_eq!(
        yard.vendor.record("K0000").await["fields"]["State"],
        "Atlantis"
    );
}

#[tokio::test]
async fn a_database_with_several_data_sources_shows_each_as_a_table() {
    let yard = yard(json!({})).await;
    let path = format!("/connections/{}/bases", yard.connection);
    yard.advance(Duration::from_mins(5));
    let bases = yard.member.get(&path).await.expect(200);
    let contacts = bases["items"].as_array().unwrap().iter();
    let contacts = contacts.clone().find(|base| base["name"] == "Contacts");
    let path = format!("{path}/{}/tables", id(contacts.unwrap()));
    let tables = yard.member.get(&path).await.expect(200);
    let names: Vec<&str> = tables["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|table| table["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["Customers", "Suppliers"]);
}

#[tokio::test]
async fn starts_with_notion_have_a_limit_of_their_own() {
    let yard = yard(json!({})).await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    let path = format!("/syncs/{sync}/runs");
    // One comes back every twenty seconds, and the clocks fly.
    for _ in 0..9 {
        let asked = yard.member.post(&path, json!({})).await;
        if asked.status == 429 {
            let refused = asked.problem(429, "rate_limited");
            assert_eq!(refused["limit"], "sync_starts_notion");
            return;
        }
        asked.expect(202);
        yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    }
    panic!("nine starts in a row were let through");
}

#[tokio::test]
async fn a_database_is_brought_here_and_what_changes_there_follows() {
    let yard = yard(json!({})).await;
    yard.colleagues_make(0..120).await;
    let code = yard.remote_field("Code").await;
    let wish = json!({"gone": "delete", "remote_key_field_id": code});
    let sync = yard.pull(wish).await;
    let written = yard.vendor.writes().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 120, "{run}");
    let still = yard.vendor.writes().await;
    assert_eq!(still, written, "a pull writes nothing there");
    yard.assert_same().await;
    yard.edit_there("K0003", json!({"Name": "Renamed"})).await;
    yard.delete_there("K0004").await;
    let run = yard.run(&sync).await;
    let told = ["changed", "deleted", "unchanged"].map(|fate| counts(&run)[fate]);
    assert_eq!(told, [1, 1, 118], "{run}");
    assert_eq!(yard.here("K0003").await["name"], "Renamed");
    yard.assert_same().await;
}

/// Tables of heavy rows could not be read at all: a hundred pages at once were too much, every time.
#[tokio::test]
async fn a_table_that_is_too_much_for_a_hundred_pages_at_once_is_read_in_smaller_parts() {
    let yard = yard(json!({"query_times_out_above": 30})).await;
    yard.colleagues_make(0..120).await;
    let code = yard.remote_field("Code").await;
    let sync = yard.pull(json!({"remote_key_field_id": code})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 120, "{run}");
    // Two that were too much, and five parts.
    assert_eq!(run["calls"], 1 + 2 + 5, "{run}");
}
