//! Notion's way: no PKCE, JSON, a secret always, and tokens whose end nobody tells.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Back, Place, browser, complete_at, decide};

const SECRET: &str = "this-secret-opens-the-sandbox-alone";

fn wish(name: &str) -> Value {
    json!({"provider": "notion", "endpoint": "sandbox", "name": name})
}

impl Place {
    async fn address(&self) -> String {
        let begun = self
            .member
            .post("/connections/authorizations", wish("Notion"))
            .await;
        begun.expect(201)["address"].as_str().unwrap().to_owned()
    }

    async fn connected_to_notion(&self) -> String {
        let back = decide(&self.address().await, "allow").await;
        let made = complete_at("notion", &self.member, &back).await.expect(200);
        assert_eq!(made["status"], "active", "{made}");
        format!("/connections/{}", made["id"].as_str().unwrap())
    }

    /// A call to the desk with the client's secret, or with another.
    async fn at_desk(&self, what: &str, secret: &str, body: Value) -> (u16, Value) {
        let url = format!("{}/v1/oauth/{what}", self.sandbox.url);
        let shown = STANDARD.encode(format!("weighbridge-sandbox:{secret}"));
        let request = browser()
            .post(url)
            .header("authorization", format!("Basic {shown}"));
        let answer = request.json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn exchange(&self, back: &Back) -> Value {
        let redirect = "https://box.example/connections/callback/notion";
        let body = json!({
            "grant_type": "authorization_code", "code": back.part("code"), "redirect_uri": redirect,
        });
        let (status, pair) = self.at_desk("token", SECRET, body).await;
        assert_eq!(status, 200, "{pair}");
        pair
    }
}

fn refresh(token: &Value) -> Value {
    json!({"grant_type": "refresh_token", "refresh_token": token})
}

#[tokio::test]
async fn the_address_is_as_notion_wants_it() {
    let place = Place::new().await;
    let address = place.address().await;
    let part = |name: &str| address.contains(&format!("{name}="));
    assert!(
        part("owner") && part("state") && part("redirect_uri"),
        "{address}"
    );
    assert!(!part("code_challenge") && !part("scope"), "{address}");
    assert!(address.contains("/v1/oauth/authorize?"), "{address}");
    let without = address.replace("owner=user", "owner=x");
    let answer = browser().get(without).send().await.unwrap();
    assert_eq!(
        super::back(&answer).part("error").as_deref(),
        Some("invalid_request")
    );
}

#[tokio::test]
async fn the_desk_gives_tokens_without_an_end_and_takes_each_refresh_token_once() {
    let place = Place::new().await;
    let back = decide(&place.address().await, "allow").await;
    let pair = place.exchange(&back).await;
    assert_eq!(pair["token_type"], "bearer");
    assert!(
        pair.get("expires_in").is_none() && pair["bot_id"].is_string(),
        "{pair}"
    );
    let (_, told) = place
        .at_desk("introspect", SECRET, json!({"token": pair["access_token"]}))
        .await;
    assert_eq!(told["active"], true);
    let (status, next) = place
        .at_desk("token", SECRET, refresh(&pair["refresh_token"]))
        .await;
    assert_eq!(status, 200, "{next}");
    let (status, again) = place
        .at_desk("token", SECRET, refresh(&pair["refresh_token"]))
        .await;
    assert_eq!((status, &again["error"]), (400, &json!("invalid_grant")));
    let (status, _) = place
        .at_desk("revoke", SECRET, json!({"token": next["access_token"]}))
        .await;
    assert_eq!(status, 200);
    let (_, told) = place
        .at_desk("introspect", SECRET, json!({"token": next["access_token"]}))
        .await;
    assert_eq!(told["active"], false);
    let (status, wrong) = place
        .at_desk("token", "wrong", refresh(&next["refresh_token"]))
        .await;
    assert_eq!((status, &wrong["error"]), (401, &json!("invalid_client")));
}

#[tokio::test]
async fn a_connection_is_allowed_and_its_token_replaced_when_it_is_refused() {
    let place = Place::new().await;
    let path = place.connected_to_notion().await;
    let shown = place.member.get(&path).await.expect(200);
    assert!(
        shown["oauth"].is_object() && shown["oauth"].get("expires_at").is_none(),
        "{shown}"
    );
    let listed = place.bases(&path).await.expect(200);
    assert!(!listed["items"].as_array().unwrap().is_empty(), "{listed}");
    assert_eq!(place.token_calls().await, 1);
    // An hour is over at the vendor, who has told nobody.
    place.clock.advance(std::time::Duration::from_hours(1));
    place.bases(&path).await.expect(200);
    assert_eq!(place.token_calls().await, 2);
    assert_eq!(place.server.count_in_book("credential_renew"), 1);
    place.sandbox.fault(json!({"fault": "grant_revoked"})).await;
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.status(&path).await, "reconnect");
}

#[tokio::test]
async fn a_pair_that_was_lost_ends_in_reconnect_at_the_providers_word() {
    let place = Place::new().await;
    let path = place.connected_to_notion().await;
    place.clock.advance(std::time::Duration::from_hours(1));
    let lost = json!({"fault": "lost_answer", "match": {"path_contains": "oauth/token"}});
    place.sandbox.fault(lost).await;
    place.bases(&path).await.problem(502, "provider_failed");
    place.server.advance(30);
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.token_calls().await, 3, "it was asked once more");
    assert_eq!(place.status(&path).await, "reconnect");
}

#[tokio::test]
async fn a_way_back_from_one_provider_is_not_taken_for_another_ones() {
    let place = Place::new().await;
    let back = decide(&super::begin(&place.member, "A").await, "allow").await;
    let mixed = complete_at("notion", &place.member, &back).await;
    mixed.problem(409, "authorization_failed");
    assert_eq!(place.token_calls().await, 0, "the code was shown to nobody");
    let late = complete_at("airtable", &place.member, &back).await;
    late.problem(422, "validation_failed");
}

impl Place {
    /// Waits until the book says what became of the token of a deleted connection.
    pub(super) async fn token_in_book(&self) -> Value {
        loop {
            let mut book = self.server.book().into_iter();
            if let Some(line) = book.find(|line| line["metadata"]["event_code"] == "WB-CONN-015") {
                return line;
            }
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
    }

    /// How often the sandbox was told to take a token back.
    pub(super) async fn revoked(&self) -> u64 {
        let statistics = self.control("statistics").await;
        statistics["calls"]["oauth_revoke"].as_u64().unwrap_or(0)
    }
}

#[tokio::test]
async fn the_token_of_a_deleted_connection_is_revoked_at_notion() {
    let place = Place::new().await;
    let tasks = weighbridge::base::Tasks::default();
    place.server.app.connections.start(&tasks);
    let path = place.connected_to_notion().await;
    place.member.delete(&path).await.expect(204);
    let told = place.token_in_book().await;
    assert_eq!(told["status_id"], 1, "{told}");
    assert_eq!(place.revoked().await, 1);
    tasks.stop().await;
}

#[tokio::test]
async fn a_connection_is_deleted_though_notion_cannot_be_told_and_the_book_says_so() {
    let place = Place::new().await;
    let tasks = weighbridge::base::Tasks::default();
    place.server.app.connections.start(&tasks);
    let path = place.connected_to_notion().await;
    let broken = json!({"fault": "server_error", "match": {"path_contains": "oauth/revoke"}});
    place.sandbox.fault(broken).await;
    place.member.delete(&path).await.expect(204);
    let told = place.token_in_book().await;
    assert_eq!(told["status_code"], "NOT_REVOKED", "{told}");
    place.member.get(&path).await.problem(404, "not_found");
    tasks.stop().await;
}

#[tokio::test]
async fn a_token_stays_while_another_connection_has_the_same_account() {
    let place = Place::new().await;
    let tasks = weighbridge::base::Tasks::default();
    place.server.app.connections.start(&tasks);
    let first = place.connected_to_notion().await;
    let begun = place
        .member
        .post("/connections/authorizations", wish("Second"))
        .await;
    let address = begun.expect(201)["address"].as_str().unwrap().to_owned();
    let back = decide(&address, "allow").await;
    let second = complete_at("notion", &place.member, &back).await;
    second.expect(200);
    place.member.delete(&first).await.expect(204);
    let told = place.token_in_book().await;
    assert_eq!(told["status_code"], "STILL_USED", "{told}");
    assert_eq!(place.revoked().await, 0);
    tasks.stop().await;
}

#[tokio::test]
async fn a_token_stays_while_nobody_knows_whose_another_connection_is() {
    let place = Place::new().await;
    let tasks = weighbridge::base::Tasks::default();
    place.server.app.connections.start(&tasks);
    let first = place.connected_to_notion().await;
    let begun = place
        .member
        .post("/connections/authorizations", wish("Second"))
        .await;
    let address = begun.expect(201)["address"].as_str().unwrap().to_owned();
    let back = decide(&address, "allow").await;
    let broken =
        json!({"fault": "server_error", "times": 1_000, "match": {"path_contains": "users/me"}});
    place.sandbox.fault(broken).await;
    let second = complete_at("notion", &place.member, &back).await;
    assert_ne!(second.expect(200)["status"], "active");
    place.member.delete(&first).await.expect(204);
    let told = place.token_in_book().await;
    assert_eq!(told["status_code"], "STILL_USED", "{told}");
    assert_eq!(place.revoked().await, 0);
    tasks.stop().await;
}
