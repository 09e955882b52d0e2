//! A connection by OAuth on that day: denied, forged, allowed, renewed, taken back.

use serde_json::{Value, json};

use super::{Caller, Day, id};
use crate::oauth::{Back, FINISH, decide, new};

impl Day {
    pub(super) async fn oauth(&mut self, owner: &Caller<'_>) {
        owner.get("/connections/authorizations").await.expect(200);
        let denied = self.go(owner, new("By OAuth"), "deny").await;
        let refused = finish(owner, &denied).await;
        refused.problem(409, "authorization_failed");
        finish(owner, &denied)
            .await
            .problem(422, "validation_failed");
        let allowed = self.go(owner, new("By OAuth"), "allow").await;
        let connection = id(&finish(owner, &allowed).await.expect(200));
        let path = format!("/connections/{connection}");
        for (fault, status) in [("token_expired", 200), ("grant_revoked", 502)] {
            self.vendor.fault(&json!({"fault": fault})).await;
            let bases = owner.get(&format!("{path}/bases")).await;
            assert_eq!(bases.status, status, "{}", bases.text());
        }
        let again = json!({"connection_id": connection});
        let again = self.go(owner, again, "allow").await;
        finish(owner, &again).await.expect(200);
        assert_eq!(owner.delete(&path).await.status, 204);
    }

    /// Sends the person off, and takes note of what must be nowhere else.
    async fn go(&mut self, owner: &Caller<'_>, wish: Value, decision: &str) -> Back {
        let begun = owner.post("/connections/authorizations", wish).await;
        let address = begun.expect(201)["address"].as_str().unwrap().to_owned();
        let back = decide(&address, decision).await;
        let place = ["POST /connections/authorizations"];
        self.note("OAuth state", back.part("state").unwrap(), &place);
        if let Some(code) = back.part("code") {
            self.note("OAuth code", code, &[]);
        }
        back
    }
}

async fn finish(owner: &Caller<'_>, back: &Back) -> crate::support::Answer {
    // The page's own address holds both, and the log tells which pages were asked for.
    let page = format!(
        "/connections/callback/airtable?{}",
        back.address.query().unwrap()
    );
    owner
        .send(poem::http::Method::GET, &page, "", Vec::new())
        .await;
    let mut body = json!({"state": back.part("state")});
    for name in ["code", "error"] {
        if let Some(value) = back.part(name) {
            body[name] = value.into();
        }
    }
    owner.post(FINISH, body).await
}
