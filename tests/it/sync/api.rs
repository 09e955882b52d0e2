//! Syncs and runs in the API: what is refused, and who stands in whose way.

use serde_json::json;

use super::{Yard, counts, id, text};
use crate::access::assert_like_unknown;

#[tokio::test]
async fn a_proposal_pairs_fields_and_says_why() {
    let yard = Yard::unhurried().await;
    let proposal = yard
        .member
        .post("/syncs/proposal", yard.target())
        .await
        .expect(200);
    let pairs = proposal["mapping"].as_array().unwrap();
    let reason = |field: &str| {
        let pair = pairs.iter().find(|pair| pair["field"] == field);
        pair.map(|pair| text(&pair["reason"])).unwrap_or_default()
    };
    assert_eq!(reason("name"), "same name");
    assert_eq!(reason("iata"), "primary field");
    assert_eq!(proposal["unmapped_fields"], json!([]));
}

#[tokio::test]
async fn everything_wrong_with_a_mapping_is_told_at_once() {
    let yard = Yard::unhurried().await;
    let mut body = yard.target();
    body["name"] = "Airports".into();
    body["mapping"] = json!([{"field": "nmae", "remote_field_id": "fldNowhere0000000"}]);
    body["remote_key_field_id"] = "fldNowhere0000000".into();
    let problem = yard
        .member
        .post("/syncs", body)
        .await
        .problem(422, "validation_failed");
    let paths: Vec<_> = problem["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| text(&f["path"]))
        .collect();
    assert_eq!(paths, ["remote_key_field_id", "mapping[0].remote_field_id"]);
}

#[tokio::test]
async fn a_base_that_is_not_there_is_a_fault_of_the_request() {
    let yard = Yard::unhurried().await;
    let mut body = yard.target();
    body["base_id"] = "appNobodyHasThis1".into();
    for path in ["/syncs/proposal", "/syncs"] {
        if path == "/syncs" {
            body["name"] = "Airports".into();
            body["mapping"] = json!([]);
            body["remote_key_field_id"] = "fldNowhere0000000".into();
        }
        let answer = yard.member.post(path, body.clone()).await;
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "base_id", "{path}");
    }
}

#[tokio::test]
async fn a_sync_has_one_run_at_a_time_and_cannot_be_deleted_under_it() {
    let yard = Yard::unhurried().await;
    yard.tasks.stop().await;
    let sync = yard.sync().await;
    yard.queue(&sync).await;
    let runs = format!("/syncs/{sync}/runs");
    yard.member
        .post(&runs, json!({}))
        .await
        .problem(409, "conflict");
    let path = format!("/syncs/{sync}");
    yard.member.delete(&path).await.problem(409, "conflict");
}

#[tokio::test]
async fn neither_end_of_a_sync_can_be_deleted_under_it() {
    let yard = Yard::unhurried().await;
    let sync = yard.sync().await;
    for path in [
        format!("/datasets/{}", yard.dataset),
        format!("/connections/{}", yard.connection),
    ] {
        let problem = yard.member.delete(&path).await.problem(409, "referenced");
        assert_eq!(problem["dependents"][0]["name"], "Airports", "{problem}");
        assert_eq!(problem["dependents"][0]["kind"], "sync");
    }
    yard.member
        .delete(&format!("/syncs/{sync}"))
        .await
        .expect(204);
    yard.member
        .delete(&format!("/datasets/{}", yard.dataset))
        .await
        .expect(204);
}

#[tokio::test]
async fn what_belonged_to_a_deleted_sync_goes_with_it() {
    let yard = Yard::unhurried().await;
    yard.bring(0..30, "Airport").await;
    let sync = yard.sync().await;
    let run = id(&yard.run(&sync).await);
    yard.member
        .delete(&format!("/syncs/{sync}"))
        .await
        .expect(204);
    yard.member
        .get(&format!("/syncs/{sync}"))
        .await
        .problem(404, "not_found");
    let stop = tokio_util::sync::CancellationToken::new();
    yard.server.app.syncs.purge(&stop).await.unwrap();
    yard.member
        .get(&format!("/runs/{run}"))
        .await
        .problem(404, "not_found");
    assert_eq!(
        yard.vendor.records().await.len(),
        30,
        "the remote table stays as it is"
    );
    // A new sync finds the records by their keys.
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["matched"], 30, "{run}");
}

#[tokio::test]
async fn anothers_sync_run_and_plan_answer_like_none() {
    let yard = Yard::unhurried().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    let run = id(&yard.run(&sync).await);
    let plans = format!("/syncs/{sync}/plans");
    let plan = yard.member.post(&plans, json!({})).await.expect(202);
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let stranger = yard.server.sign_up("stranger@example.org", &["member"]);
    let stranger = stranger.await;
    for (kind, id) in [
        ("/syncs", sync.as_str()),
        ("/runs", &run),
        ("/plans", &id(&plan)),
    ] {
        assert_like_unknown(&yard.server, &stranger, (kind, id), None).await;
    }
    let of_sync = format!("/runs?sync_id={sync}");
    stranger.get(&of_sync).await.problem(404, "not_found");
    for list in ["/syncs", "/runs"] {
        let list = stranger.get(list).await.expect(200);
        assert_eq!(list["items"], json!([]));
    }
    yard.member.get(&format!("/syncs/{sync}")).await.expect(200);
}
