//! A feed of advertising figures on that day: added, fetched, paused, and deleted.

use serde_json::json;

use super::{Caller, Day, id, secret};
use crate::support::process::until;

impl Day {
    pub(super) async fn feeds(&mut self, owner: &Caller<'_>, site: &str) {
        let new = json!({
            "provider": "meta", "name": "Ads", "endpoint": "sandbox", "token": secret("ads"),
        });
        let connection = id(&owner.post("/connections", new).await.expect(201));
        let feeds = format!("/sites/{site}/feeds");
        let new = json!({"connection_id": connection, "account_id": "act_1001000100010001"});
        let feed = format!("{feeds}/{}", id(&owner.post(&feeds, new).await.expect(201)));
        until("the feed is fetched", async || {
            let told = owner.get(&feed).await.expect(200);
            (told["state"] == "active").then_some(())
        })
        .await;
        let costs = owner.get(&format!("/sites/{site}/costs")).await.expect(200);
        assert_eq!(costs["campaigns"].as_array().unwrap().len(), 3, "{costs}");
        owner
            .post(&format!("{feed}/fetch"), json!({}))
            .await
            .expect(200);
        let pause = json!({"paused": true});
        owner.patch(&feed, pause).await.expect(200);
        owner.get(&feeds).await.expect(200);
        assert_eq!(owner.delete(&feed).await.status, 204);
        let path = format!("/connections/{connection}");
        assert_eq!(owner.delete(&path).await.status, 204);
    }
}
