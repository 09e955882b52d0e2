//! A hook on that day: subscribed, told, failing, removed; and one whose address is gone.

use poem::http::Method;
use serde_json::{Value, json};

use super::{Caller, Day, id, secret};
use crate::support::process::until;

impl Day {
    pub(super) async fn hooks(&mut self, owner: &Caller<'_>, dataset: &str) {
        let fails =
            json!({"fault": "server_error", "match": {"path_contains": "/hooks/standard/"}});
        self.vendor.fault(&fails).await;
        let failing = self.subscribe(owner, dataset, "created").await;
        write(owner, dataset, "H1").await;
        until("the hook fails", async || {
            let listed = owner.get("/hooks").await.expect(200);
            (listed["items"][0]["state"] == "failing").then_some(())
        })
        .await;
        let letters = format!("/hooks/{failing}/dead-letters");
        let letters = owner.get(&letters).await.expect(200);
        assert_eq!(letters["items"], json!([]));
        let removed = owner.delete(&format!("/hooks/{failing}")).await;
        assert_eq!(removed.status, 204);
        self.subscribe(owner, dataset, "created").await;
        let gone = json!({"fault": "hook_gone", "match": {"path_contains": "/hooks/standard/"}});
        self.vendor.fault(&gone).await;
        write(owner, dataset, "H2").await;
        until("the hook is gone", async || {
            let listed = owner.get("/hooks").await.expect(200);
            (listed["items"] == json!([])).then_some(())
        })
        .await;
    }

    async fn subscribe(&mut self, owner: &Caller<'_>, dataset: &str, event: &str) -> String {
        let url = format!("{}/hooks/standard/1/{}", self.vendor.url, secret("hook"));
        let hook = json!({"dataset_id": dataset, "event": event, "url": url});
        let made = owner.post("/hooks", hook).await.expect(201);
        let key = made["signing_key"].as_str().unwrap();
        self.note("hook's signing key", key, &["POST /hooks"]);
        id(&made)
    }
}

async fn write(owner: &Caller<'_>, dataset: &str, key: &str) {
    let path = format!("/datasets/{dataset}/records/{key}");
    let written: Value = owner.call(Method::PUT, &path, json!({})).await.expect(200);
    assert_eq!(written["key"], key);
}
