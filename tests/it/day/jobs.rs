//! What is done with the runs of that day beside starting them.

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
}

/// A run as it is when it has ended.
async fn ended(owner: &Caller<'_>, run: &str) -> Value {
    let path = format!("/runs/{run}");
    until("the run has ended", async || {
        let run = owner.get(&path).await.expect(200);
        run["finished_at"].is_string().then_some(run)
    })
    .await
}
