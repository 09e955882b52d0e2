//! An address that Notion is given by hand on that day: drawn, proved, used, forged, ended.

use poem::http::Method;
use serde_json::{Value, json};

use super::{Caller, Day, id};
use crate::support::process::{Served, until};

const HOOKS: &str = "notion/webhooks";

impl Day {
    pub(super) async fn hear_from_notion(&mut self, server: &Served, owner: &Caller<'_>) {
        let to = format!("http://127.0.0.1:{}", server.address().1);
        let pings = json!({"pings": {"deliver_to": to}});
        self.vendor.turn(&pings).await;
        let new = json!({"provider": "notion", "name": "Notion", "endpoint": "sandbox",
                         "token": "ntn_forThatDay17"});
        let connection = id(&owner.post("/connections", new).await.expect(201));
        let path = format!("/connections/{connection}/subscription");
        let drawn = owner.post(&path, json!({})).await.expect(201);
        let address = drawn["address"].as_str().unwrap();
        let secret = address.rsplit('/').next().unwrap().to_owned();
        let shown: &str = format!("POST {path}").leak();
        self.note("subscription's address", secret, &[shown]);
        let wish = json!({ "url": address });
        let made = self.vendor.ask(Method::POST, HOOKS, &wish).await;
        let reached = async |member: &str, wanted: Value| {
            until("the subscription has come that far", async || {
                let shown = owner.get(&path).await.expect(200);
                let is_there = if wanted.is_null() {
                    shown[member].is_string()
                } else {
                    shown[member] == wanted
                };
                is_there.then_some(())
            })
            .await;
        };
        reached("token_ready", json!(true)).await;
        let told = owner.post(&format!("{path}/token"), json!({})).await;
        let told = told.expect(200);
        let token = told["verification_token"].as_str().unwrap();
        let shown: &str = format!("POST {path}/token").leak();
        self.note("verification token", token, &[shown]);
        let verify = format!("{HOOKS}/{}/verify", id(&made));
        self.vendor.ask(Method::POST, &verify, &told).await;
        let page = json!({
            "parent": {"data_source_id": "50000000-0000-4000-8000-000000000001"},
            "properties": {},
        });
        self.vendor.ask(Method::POST, "notion/pages", &page).await;
        reached("state", json!("active")).await;
        let forged = json!({"pings": {"forged": true}});
        self.vendor.turn(&forged).await;
        self.vendor.ask(Method::POST, "notion/pages", &page).await;
        reached("last_refused_at", Value::Null).await;
        self.vendor.turn(&json!({"pings": {"forged": false}})).await;
        assert_eq!(owner.delete(&path).await.status, 204);
        let gone = format!("/connections/{connection}");
        assert_eq!(owner.delete(&gone).await.status, 204);
        let ended = format!("{HOOKS}/{}", id(&made));
        self.vendor.ask(Method::DELETE, &ended, &Value::Null).await;
    }
}
