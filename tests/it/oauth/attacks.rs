//! What somebody tries who wants a foreign account connected, or their own to a foreign user.

use poem::http::Method;
use serde_json::json;

use super::{Back, FINISH, Place, begin, browser, complete, decide};
use crate::support::Client;

async fn nothing_is_connected(client: &Client) {
    let list = client.get("/connections").await.expect(200);
    assert_eq!(list["items"], json!([]));
}

async fn refused_as_unknown(client: &Client, back: &Back) {
    let problem = complete(client, back)
        .await
        .problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "state", "{problem}");
}

/// The same way back with another part.
fn with(back: &Back, name: &str, value: &str) -> Back {
    let mut changed = back.clone();
    let kept: Vec<(String, String)> = back.address.query_pairs().into_owned().collect();
    let mut pairs = changed.address.query_pairs_mut();
    pairs.clear();
    pairs.extend_pairs(kept.iter().filter(|(own, _)| own != name));
    pairs.append_pair(name, value);
    drop(pairs);
    changed
}

#[tokio::test]
async fn a_state_that_was_never_given_out_is_refused() {
    let place = Place::new().await;
    let back = decide(&begin(&place.member, "A").await, "allow").await;
    let state = back.part("state").unwrap();
    for wrong in ["x", "", &"A".repeat(43), &state[..42]] {
        refused_as_unknown(&place.member, &with(&back, "state", wrong)).await;
    }
    nothing_is_connected(&place.member).await;
    assert_eq!(place.server.count_in_book("oauth_fail"), 4);
    // The right one was not used up by guesses.
    complete(&place.member, &back).await.expect(200);
}

#[tokio::test]
async fn a_way_back_is_good_once() {
    let place = Place::new().await;
    let back = decide(&begin(&place.member, "A").await, "allow").await;
    complete(&place.member, &back).await.expect(200);
    refused_as_unknown(&place.member, &back).await;
    assert_eq!(place.token_calls().await, 1);
    let denied = decide(&begin(&place.member, "B").await, "deny").await;
    complete(&place.member, &denied)
        .await
        .problem(409, "authorization_failed");
    refused_as_unknown(&place.member, &denied).await;
}

#[tokio::test]
async fn an_attackers_way_back_connects_nothing_for_their_victim() {
    let place = Place::new().await;
    let eve = place.server.sign_up("eve@example.org", &["member"]).await;
    let eves = decide(&begin(&eve, "Eve's").await, "allow").await;
    // The link that Eve sends, opened by somebody who has signed in.
    refused_as_unknown(&place.member, &eves).await;
    nothing_is_connected(&place.member).await;
    assert_eq!(place.token_calls().await, 0);
}

#[tokio::test]
async fn a_code_in_another_ones_way_back_gives_no_tokens() {
    let place = Place::new().await;
    let eve = place.server.sign_up("eve@example.org", &["member"]).await;
    let eves = decide(&begin(&eve, "Eve's").await, "allow").await;
    let ours = decide(&begin(&place.member, "Ours").await, "allow").await;
    let mixed = with(&ours, "code", &eves.part("code").unwrap());
    complete(&place.member, &mixed)
        .await
        .problem(409, "authorization_failed");
    nothing_is_connected(&place.member).await;
    // And Eve's own is used up with it.
    complete(&eve, &eves)
        .await
        .problem(409, "authorization_failed");
}

#[tokio::test]
async fn another_session_of_the_same_user_cannot_finish() {
    let place = Place::new().await;
    let other = place.server.sign_in("member@example.org").await;
    let back = decide(&begin(&place.member, "A").await, "allow").await;
    refused_as_unknown(&other, &back).await;
    nothing_is_connected(&place.member).await;
}

#[tokio::test]
async fn without_a_session_nothing_is_finished() {
    let place = Place::new().await;
    let back = decide(&begin(&place.member, "A").await, "allow").await;
    let nobody = place.server.anonymous();
    complete(&nobody, &back).await.problem(401, "not_signed_in");
    // A session whose page did not send it: the request proves nothing.
    let forged = place.member.clone().with("x-csrf-token", "wrong");
    complete(&forged, &back).await.problem(403, "csrf_failed");
    let foreign = place.member.clone().with("sec-fetch-site", "cross-site");
    complete(&foreign, &back).await.problem(403, "csrf_failed");
    // None of it used anything up.
    complete(&place.member, &back).await.expect(200);
}

#[tokio::test]
async fn a_challenge_that_was_taken_out_or_changed_on_the_way_helps_nobody() {
    let place = Place::new().await;
    let address = begin(&place.member, "A").await;
    let mut weak: reqwest::Url = address.parse().unwrap();
    let kept: Vec<(String, String)> = weak.query_pairs().into_owned().collect();
    let kept = kept
        .iter()
        .filter(|(name, _)| !name.starts_with("code_challenge"));
    weak.query_pairs_mut().clear().extend_pairs(kept);
    let answer = browser().get(weak.clone()).send().await.unwrap();
    assert_eq!(
        super::back(&answer).part("error").as_deref(),
        Some("invalid_request")
    );
    weak.query_pairs_mut()
        .append_pair("code_challenge", &"A".repeat(43))
        .append_pair("code_challenge_method", "S256");
    let back = decide(weak.as_str(), "allow").await;
    complete(&place.member, &back)
        .await
        .problem(409, "authorization_failed");
    nothing_is_connected(&place.member).await;
}

#[tokio::test]
async fn a_way_back_leads_to_the_provider_that_it_came_from() {
    let place = Place::new().await;
    let back = decide(&begin(&place.member, "A").await, "allow").await;
    let body = json!({"state": back.part("state"), "code": back.part("code")});
    let elsewhere = FINISH.replace("airtable", "nobody");
    place
        .member
        .post(&elsewhere, body)
        .await
        .problem(404, "not_found");
    assert_eq!(place.token_calls().await, 0);
}

#[tokio::test]
async fn a_grant_for_a_connection_of_somebody_else_is_not_begun() {
    let place = Place::new().await;
    let path = place.connected().await;
    let eve = place.server.sign_up("eve@example.org", &["member"]).await;
    let id = path.rsplit('/').next().unwrap();
    let begun = eve
        .post("/connections/authorizations", json!({"connection_id": id}))
        .await;
    begun.problem(404, "not_found");
}

#[tokio::test]
async fn the_word_of_a_forged_error_is_not_repeated() {
    let place = Place::new().await;
    let back = decide(&begin(&place.member, "A").await, "deny").await;
    let forged = with(&back, "error", "<script>alert(1)</script> call 555");
    let problem = complete(&place.member, &forged)
        .await
        .problem(409, "authorization_failed");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        !detail.contains('<') && !detail.contains("call 555"),
        "{detail}"
    );
}

#[tokio::test]
async fn no_request_makes_the_appliance_send_anybody_elsewhere() {
    let place = Place::new().await;
    for path in [
        "/connections/callback/airtable?code=a&state=b&return=https://evil.example",
        "/connections/callback//evil.example",
        "/connections/callback/https://evil.example",
    ] {
        let empty = poem::Body::empty();
        let answer = place.member.fetch(Method::GET, path, "", empty).await;
        assert!(!answer.status.is_redirection(), "{path}: {}", answer.status);
        assert!(!answer.headers.contains_key("location"), "{path}");
    }
}
