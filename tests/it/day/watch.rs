//! A sync that runs when its provider tells of a change, for a while of that day.

use serde_json::json;

use super::{Caller, Day};
use crate::support::process::{Served, until};

impl Day {
    pub(super) async fn watch(&self, server: &Served, owner: &Caller<'_>, sync: &str) {
        let to = format!("http://127.0.0.1:{}", server.address().1);
        let knobs = json!({"pings": {"deliver_to": to, "retry_after_seconds": 1}});
        self.vendor.turn(&knobs).await;
        let path = format!("/syncs/{sync}");
        let runs = format!("/runs?sync_id={sync}");
        let before = owner.get(&runs).await.expect(200);
        let before = before["items"].as_array().unwrap().len();
        let on = json!({"run_on_change": true});
        owner.patch(&path, on).await.expect(200);
        // The vendor tells of a webhook that is new, too.
        until("the run for it has ended", async || {
            let runs = owner.get(&runs).await.expect(200);
            let runs = runs["items"].as_array().unwrap();
            let ended = runs.iter().all(|run| run["finished_at"].is_string());
            (runs.len() > before && ended).then_some(())
        })
        .await;
        let off = json!({"run_on_change": false});
        owner.patch(&path, off).await.expect(200);
        until("the webhook has ended", async || {
            let ended = |line: &serde_json::Value| line["metadata"]["event_code"] == "WB-CONN-021";
            self.home.book().iter().any(ended).then_some(())
        })
        .await;
    }
}
