//! What is done with the runs of that day beside starting them, and plans.

use serde_json::{Value, json};

use super::{Caller, Day, id};
use crate::support::process::until;

impl Day {
    /// Tries again what the run could not write, discards what was refused, and calls a run off.
    pub(super) async fn jobs(&self, owner: &Caller<'_>, sync: &str, run: &str) {
        let retry = owner.post(&format!("/runs/{run}/retry"), json!({})).await;
        let retry = ended(owner, &id(&retry.expect(202))).await;
        assert_eq!(retry["counts"]["refused"], 2, "{retry}");
        let letter = format!("/syncs/{sync}/dead-letters/K2");
        assert_eq!(owner.delete(&letter).await.status, 204);
        self.vendor.slow_down().await;
        let start = owner.post(&format!("/syncs/{sync}/runs"), json!({})).await;
        let waiting = id(&start.expect(202));
        let path = format!("/runs/{waiting}");
        until("the run is under way", async || {
            let run = owner.get(&path).await.expect(200);
            (run["state"] == "running").then_some(())
        })
        .await;
        owner
            .post(&format!("{path}/cancel"), json!({}))
            .await
            .expect(200);
        self.vendor.heal().await;
        assert_eq!(ended(owner, &waiting).await["state"], "cancelled");
    }

    /// A plan that cannot be made, and one that is made and carried out.
    pub(super) async fn plans(&self, owner: &Caller<'_>, sync: &str) -> String {
        let path = format!("/syncs/{sync}/plans");
        self.vendor.refuse_tokens().await;
        let asked = owner.post(&path, json!({})).await.expect(202);
        let job = ended(owner, asked["job_id"].as_str().unwrap()).await;
        assert_eq!(job["state"], "failed", "{job}");
        self.vendor.heal().await;
        let asked = owner.post(&path, json!({"read_first": true})).await;
        let asked = asked.expect(202);
        ended(owner, asked["job_id"].as_str().unwrap()).await;
        let plan = id(&asked);
        let approve = owner.post(&format!("/plans/{plan}/runs"), json!({})).await;
        let run = ended(owner, &id(&approve.expect(202))).await;
        assert_eq!(run["state"], "done", "{run}");
        plan
    }
}

/// A run as it is when it has ended.
pub(super) async fn ended(owner: &Caller<'_>, run: &str) -> Value {
    let path = format!("/runs/{run}");
    until("the run has ended", async || {
        let run = owner.get(&path).await.expect(200);
        run["finished_at"].is_string().then_some(run)
    })
    .await
}
