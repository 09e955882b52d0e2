//! A secret address on that day: drawn, used, forged, replaced, revoked.

use poem::http::Method;
use serde_json::json;

use super::{Caller, Day, id};
use crate::support::process::Served;

impl Day {
    pub(super) async fn inlets(&mut self, server: &Served, owner: &Caller<'_>, dataset: &str) {
        let new = json!({"name": "From outside", "dataset_id": dataset, "signing": "required"});
        let made = owner.post("/inlets", new).await.expect(201);
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let path = text(&made["path"]);
        let secret = path.strip_prefix("/in/").unwrap();
        self.note("secret address", secret, &["POST /inlets"]);
        self.note(
            "inlet's signing key",
            text(&made["signing_key"]),
            &["POST /inlets"],
        );
        // Nobody has signed it.
        let visitor = self.visitor(server);
        let body = br#"{"code":"K1"}"#.to_vec();
        let refused = visitor
            .send(Method::POST, &path, "application/json", body)
            .await;
        refused.problem(401, "signature_invalid");
        let inlet = format!("/inlets/{}", id(&made["inlet"]));
        owner
            .post(&format!("{inlet}/rotate"), json!({}))
            .await
            .expect(201);
        assert_eq!(owner.delete(&inlet).await.status, 204);
    }
}
