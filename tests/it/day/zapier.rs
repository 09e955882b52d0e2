//! Deliveries to a hook on that day, one of them without an answer.

use serde_json::{Value, json};

use super::jobs::ended;
use super::{Caller, Day, id, secret};

impl Day {
    pub(super) async fn zapier(&self, owner: &Caller<'_>, dataset: &str) {
        let new = json!({"provider": "zapier", "name": "Zap", "endpoint": "sandbox",
                         "token": format!("https://hooks.zapier.com/hooks/catch/1/{}", secret("hook"))});
        let connection = id(&owner.post("/connections", new).await.expect(201));
        let mut sync = json!({"dataset_id": dataset, "connection_id": connection,
                              "base_id": "hook", "table_id": "record"});
        let proposal = owner
            .post("/syncs/proposal", sync.clone())
            .await
            .expect(200);
        let pairs = proposal["mapping"].as_array().unwrap().iter();
        sync["mapping"] = pairs
            .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
            .collect();
        sync["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
        sync["name"] = "To the Zap".into();
        let sync = id(&owner.post("/syncs", sync).await.expect(201));
        let lost = json!({"fault": "lost_answer", "match": {"path_contains": "/hooks/"}});
        self.vendor.fault(&lost).await;
        let start = owner.post(&format!("/syncs/{sync}/runs"), json!({})).await;
        let run = ended(owner, &id(&start.expect(202))).await;
        assert_eq!(run["counts"]["unknown"], 1, "{run}");
        let letters = format!("/syncs/{sync}/dead-letters");
        let listed: Value = owner.get(&letters).await.expect(200);
        let key = listed["items"][0]["key"].as_str().unwrap().to_owned();
        let resend = format!("{letters}/{key}/resend");
        owner.post(&resend, json!({})).await.expect(200);
        let path = format!("/connections/{connection}?cascade=true");
        assert_eq!(owner.delete(&path).await.status, 204);
    }
}
