//! Plans, approvals and retries that are asked for again under the same key.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Yard, counts, id};

impl Yard {
    /// Asks twice under one key, and waits for what comes of it.
    async fn twice(&self, path: &str, body: Value) -> Value {
        self.advance(Duration::from_mins(5));
        let keyed = self.member.clone().with("idempotency-key", "k1");
        let first = keyed.post(path, body.clone()).await.expect(202);
        let again = keyed.post(path, body).await;
        assert_eq!(again.header("idempotent-replayed"), "true", "{path}");
        assert_eq!(again.expect(202), first);
        self.fly(self.server.app.scheduler.idle()).await.unwrap();
        first
    }
}

#[tokio::test]
async fn plans_approvals_and_retries_are_carried_out_once_under_a_key() {
    let yard = Yard::unhurried().await;
    yard.bring(0..5, "Airport").await;
    yard.write("K0003", json!({"name": "Refused", "state": "Atlantis"}))
        .await;
    let sync = yard.sync().await;
    let plan = yard.twice(&format!("/syncs/{sync}/plans"), json!({})).await;
    let approve = format!("/plans/{}/runs", id(&plan));
    let run = yard.twice(&approve, json!({})).await;
    let run = yard.shown(&id(&run)).await;
    let counts = counts(&run);
    assert_eq!((counts["created"], counts["refused"]), (4, 1), "{run}");
    yard.twice(&format!("/runs/{}/retry", id(&run)), json!({}))
        .await;
    for (word, times) in [("plan_queued", 1), ("plan_approved", 1), ("run_queued", 1)] {
        assert_eq!(yard.server.count_in_book(word), times, "{word}");
    }
}
