//! Syncs of a dataset that somebody else shares.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Yard, id};
use crate::support::Client;

/// The yard's dataset in the hands of another: its owner, and the path of the member's share.
async fn borrowed(level: &str) -> (Yard, Client, String) {
    lend(Yard::unhurried().await, level, 30).await
}

async fn lend(mut yard: Yard, level: &str, records: u32) -> (Yard, Client, String) {
    let owner = yard.server.sign_up("owner@example.org", &["member"]).await;
    let member = std::mem::replace(&mut yard.member, owner.clone());
    let fields: Vec<Value> = ["iata", "name", "city", "state", "country"]
        .into_iter()
        .map(|name| json!({"name": name, "type": "text"}))
        .collect();
    let dataset = json!({"name": "Lent", "key_field": "iata", "fields": fields});
    yard.dataset = id(&owner.post("/datasets", dataset).await.expect(201));
    yard.bring(0..records, "Field").await;
    yard.member = member;
    let shares = format!("/datasets/{}/shares", yard.dataset);
    let share = json!({"email": "member@example.org", "level": level});
    let share = owner.post(&shares, share).await.expect(201);
    let share = format!("{shares}/{}", share["user_id"].as_str().unwrap());
    (yard, owner, share)
}

#[tokio::test]
async fn a_shared_dataset_goes_through_ones_own_connection() {
    let (yard, owner, share) = borrowed("use").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(run["counts"]["created"], 30);
    let shares = share.rsplit_once('/').unwrap().0;
    let shares = owner.get(shares).await.expect(200);
    assert_eq!(shares["items"][0]["syncs"], 1, "{shares}");
    // The sync is its maker's alone.
    let path = format!("/syncs/{sync}");
    owner.get(&path).await.problem(404, "not_found");
    let dependents = format!("/datasets/{}/dependents", yard.dataset);
    let seen = yard.member.get(&dependents).await.expect(200);
    assert_eq!(seen["items"][0]["id"], sync.as_str(), "{seen}");
}

#[tokio::test]
async fn a_dataset_that_is_shared_to_be_seen_makes_no_sync() {
    let (yard, owner, share) = borrowed("view").await;
    let proposal = yard.member.post("/syncs/proposal", yard.target()).await;
    proposal.problem(403, "forbidden");
    let mut body = yard.target();
    body["name"] = "Airports".into();
    body["mapping"] = json!([{"field": "iata", "remote_field_id": "fldNowhere0000000"}]);
    body["remote_key_field_id"] = "fldNowhere0000000".into();
    let refused = yard.member.post("/syncs", body).await;
    refused.problem(403, "forbidden");
    let more = owner.patch(&share, json!({"level": "use"})).await;
    more.expect(200);
    yard.sync().await;
}

#[tokio::test]
async fn nothing_is_started_after_a_share_was_reduced_withdrawn_or_lost_with_its_dataset() {
    for ending in ["reduced", "withdrawn", "deleted"] {
        let (yard, owner, share) = borrowed("edit").await;
        let sync = yard.sync().await;
        yard.run(&sync).await;
        let plans = format!("/syncs/{sync}/plans");
        let plan = yard.member.post(&plans, json!({})).await.expect(202);
        yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
        match ending {
            "reduced" => drop(
                owner
                    .patch(&share, json!({"level": "view"}))
                    .await
                    .expect(200),
            ),
            "withdrawn" => drop(owner.delete(&share).await.expect(204)),
            _ => {
                let path = format!("/datasets/{}", yard.dataset);
                owner.delete(&path).await.expect(204);
            }
        }
        yard.advance(Duration::from_mins(5));
        let plan = format!("/plans/{}", id(&plan));
        for path in [format!("/syncs/{sync}/runs"), plans, format!("{plan}/runs")] {
            let refused = yard.member.post(&path, json!({})).await;
            let problem = refused.problem(409, "conflict");
            let detail = problem["detail"].as_str().unwrap();
            assert!(
                detail.contains("\"Lent\" is not shared"),
                "{ending}: {detail}"
            );
        }
        // They hold the dataset's values.
        for path in [
            format!("{plan}/changes"),
            format!("/syncs/{sync}/dead-letters"),
        ] {
            yard.member.get(&path).await.problem(409, "conflict");
        }
        let shown = yard.member.get(&format!("/syncs/{sync}")).await.expect(200);
        assert_eq!(shown["dataset"]["available"], false, "{shown}");
        assert_eq!(shown["dataset"]["name"], "Lent");
        let list = yard.member.get("/syncs").await.expect(200);
        assert_eq!(list["items"][0]["id"], sync.as_str());
        let gone = yard.member.delete(&format!("/syncs/{sync}")).await;
        gone.expect(204);
    }
}

#[tokio::test]
async fn a_run_that_waits_fails_with_the_reason_when_its_dataset_is_shared_no_more() {
    for task in ["runs", "plans"] {
        let (yard, owner, share) = borrowed("use").await;
        let sync = yard.sync().await;
        yard.tasks.stop().await;
        let jobs = format!("/syncs/{sync}/{task}");
        let queued = yard.member.post(&jobs, json!({}));
        let queued = id(&queued.await.expect(202));
        owner.delete(&share).await.expect(204);
        take_up(&yard).await;
        let ended = yard.member.get(&format!("/{task}/{queued}")).await;
        let ended = ended.expect(200);
        assert_eq!(ended["state"], "failed", "{ended}");
        assert_eq!(ended["failure"]["code"], "dataset_unavailable", "{ended}");
        assert_eq!(yard.vendor.writes().await, 0);
        let word = if task == "runs" {
            "run_failed"
        } else {
            "plan_failed"
        };
        assert_eq!(yard.server.count_in_book(word), 1);
    }
}

#[tokio::test]
async fn a_run_under_way_makes_no_call_after_its_dataset_was_taken_away() {
    let yard = Yard::paced().await;
    let (yard, owner, share) = lend(yard, "use", 200).await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    let taking_away = async {
        while yard.vendor.writes().await < 3 {
            tokio::task::yield_now().await;
        }
        owner.delete(&share).await.expect(204);
        yard.vendor.writes().await
    };
    let by_then = yard.fly(taking_away).await;
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let ended = yard.shown(&run).await;
    assert_eq!(ended["state"], "failed", "{ended}");
    assert_eq!(ended["failure"]["code"], "dataset_unavailable", "{ended}");
    // One call may have had its leave when the share ended.
    let writes = yard.vendor.writes().await;
    assert!(writes <= by_then + 1, "{writes} calls, {by_then} by then");
    assert!(writes < 20, "all of it was written");
    yard.assert_counted(&ended).await;
}

#[tokio::test]
async fn a_run_that_was_broken_off_before_the_share_ended_is_made_good_when_it_is_shared_again() {
    let yard = Yard::paced().await;
    let (yard, owner, share) = lend(yard, "use", 120).await;
    let sync = yard.sync().await;
    let run = yard.queue(&sync).await;
    let under_way = async {
        while yard.vendor.writes().await < 4 {
            tokio::task::yield_now().await;
        }
        yard.tasks.stop().await;
    };
    yard.fly(under_way).await;
    owner.delete(&share).await.expect(204);
    let by_then = yard.vendor.writes().await;
    take_up(&yard).await;
    let ended = yard.shown(&run).await;
    assert_eq!(ended["state"], "failed", "{ended}");
    assert_eq!(ended["failure"]["code"], "dataset_unavailable", "{ended}");
    assert_eq!(yard.vendor.writes().await, by_then);

    let shares = share.rsplit_once('/').unwrap().0;
    let again = json!({"email": "member@example.org", "level": "use"});
    owner.post(shares, again).await.expect(201);
    yard.advance(Duration::from_mins(5));
    let run = yard.queue(&sync).await;
    take_up(&yard).await;
    let done = yard.shown(&run).await;
    assert_eq!(done["state"], "done", "{done}");
    yard.assert_same().await;
}

/// Executes the run that waits, without a scheduler.
async fn take_up(yard: &Yard) {
    let syncs = &yard.server.app.syncs;
    let active = syncs.active().unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    yard.fly(syncs.execute(&active[0], &stop)).await.unwrap();
    assert!(syncs.active().unwrap().is_empty());
}
