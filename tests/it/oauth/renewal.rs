//! Tokens that come to their end, and what becomes of the grant.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::join;
use serde_json::{Value, json};

use super::Place;
use super::bench::Bench;

fn at_desk(fault: &str) -> Value {
    json!({"fault": fault, "match": {"path_contains": "v1/token"}})
}

impl Place {
    /// The token dies, and the member's session does not.
    async fn let_an_hour_pass(&self) {
        self.advance(1800);
        self.member.get("/connections").await.expect(200);
        self.advance(1800);
    }
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end_and_the_calls_go_on() {
    let place = Place::new().await;
    let path = place.connected().await;
    let before = place.member.get(&path).await.expect(200);
    place.advance(3600 - 301);
    place.bases(&path).await.expect(200);
    assert_eq!(
        place.token_calls().await,
        1,
        "it is good for five minutes yet"
    );
    place.advance(1);
    place.bases(&path).await.expect(200);
    assert_eq!(place.token_calls().await, 2);
    place.bases(&path).await.expect(200);
    assert_eq!(place.token_calls().await, 2);
    let after = place.member.get(&path).await.expect(200);
    assert_ne!(after["token_hint"], before["token_hint"]);
    assert_ne!(after["oauth"]["expires_at"], before["oauth"]["expires_at"]);
    assert_eq!(place.server.count_in_book("credential_renew"), 1);
}

#[tokio::test]
async fn a_token_that_is_refused_is_replaced_and_the_call_made_again() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.sandbox.fault(json!({"fault": "token_expired"})).await;
    place.bases(&path).await.expect(200);
    assert_eq!(place.token_calls().await, 2);
    assert_eq!(place.status(&path).await, "active");
}

#[tokio::test]
async fn a_token_that_was_pasted_is_not_replaced() {
    let place = Place::new().await;
    let mut body = super::new("Pasted");
    body["token"] = "patTESTtesttestte.0123456789abcdef".into();
    let made = place.member.post("/connections", body).await.expect(201);
    let path = format!("/connections/{}", made["id"].as_str().unwrap());
    place.sandbox.fault(json!({"fault": "unauthorized"})).await;
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.token_calls().await, 0);
    assert_eq!(place.status(&path).await, "reconnect");
}

#[tokio::test]
async fn all_who_need_a_token_at_the_same_time_have_it_renewed_once() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.advance(3599);
    let answers = join_all((0..16).map(|_| place.bases(&path))).await;
    for answer in answers {
        answer.expect(200);
    }
    assert_eq!(place.token_calls().await, 2);
    assert_eq!(place.server.count_in_book("credential_renew"), 1);
}

#[tokio::test]
async fn a_grant_that_was_taken_back_asks_for_a_person_and_the_provider_is_left_alone() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.sandbox.fault(json!({"fault": "grant_revoked"})).await;
    place.bases(&path).await.problem(502, "provider_failed");
    let shown = place.member.get(&path).await.expect(200);
    assert_eq!(shown["status"], "reconnect", "{shown}");
    assert!(
        shown["last_problem"]
            .as_str()
            .unwrap()
            .contains("invalid_grant")
    );
    assert_eq!(place.server.count_in_book("connection_reconnect"), 1);
    let calls = place.control("statistics").await["total"].clone();
    for _ in 0..3 {
        place.bases(&path).await.problem(502, "provider_failed");
    }
    let again = place.member.get(&path).await.expect(200);
    assert_eq!(
        again["last_problem"], shown["last_problem"],
        "it does not grow"
    );
    assert_eq!(
        place.control("statistics").await["total"],
        calls,
        "nobody is called"
    );
}

#[tokio::test]
async fn a_desk_in_trouble_is_waited_for_while_the_token_lives() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.advance(3400);
    place.sandbox.fault(at_desk("server_error")).await;
    place.bases(&path).await.expect(200);
    place.bases(&path).await.expect(200);
    assert_eq!(
        place.token_calls().await,
        2,
        "the desk is left alone for a while"
    );
    place.advance(30);
    place.bases(&path).await.expect(200);
    assert_eq!(place.token_calls().await, 3);
    assert_eq!(place.server.count_in_book("credential_renew"), 1);
}

#[tokio::test]
async fn a_desk_in_trouble_fails_calls_once_the_token_is_dead_and_nothing_is_lost() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.let_an_hour_pass().await;
    place.sandbox.fault(at_desk("unavailable")).await;
    let problem = place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(problem["provider"]["type"], "not_reached");
    assert_eq!(place.status(&path).await, "failing");
    place.advance(30);
    place.bases(&path).await.expect(200);
}

#[tokio::test]
async fn a_registration_that_is_taken_no_more_does_not_end_the_grant() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.let_an_hour_pass().await;
    place.sandbox.fault(at_desk("unauthorized")).await;
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.status(&path).await, "failing");
    place.advance(30);
    place.bases(&path).await.expect(200);
}

#[tokio::test]
async fn an_answer_that_was_lost_is_looked_back_at_and_the_provider_has_the_last_word() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.advance(3400);
    // Carried out: the provider has rotated, and nobody has the pair.
    place.sandbox.fault(at_desk("lost_answer")).await;
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.token_calls().await, 2);
    place.advance(30);
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(
        place.token_calls().await,
        3,
        "the old one is dead, so that there is nothing to lose by asking"
    );
    let shown = place.member.get(&path).await.expect(200);
    assert_eq!(shown["status"], "reconnect", "{shown}");
    let told = shown["last_problem"].as_str().unwrap();
    assert!(
        told.contains("lost") && told.contains("invalid_grant"),
        "{told}"
    );
    assert_eq!(place.server.count_in_book("connection_reconnect"), 1);
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.token_calls().await, 3, "and then no more");
}

/// What the vendor says of a token that was renewed a moment ago is no end of the grant.
#[tokio::test]
async fn a_desk_that_has_just_renewed_the_token_is_asked_again_later() {
    let place = Place::new().await;
    let knobs = format!("{}/_sandbox/knobs", place.sandbox.url);
    let longer = json!({"oauth": {"conflict_seconds": 60}});
    let client = reqwest::Client::builder().build().unwrap();
    let turned = client.patch(knobs).json(&longer);
    assert!(turned.send().await.unwrap().status().is_success());
    let path = place.connected().await;
    place.advance(3400);
    place.sandbox.fault(at_desk("lost_answer")).await;
    place.bases(&path).await.problem(502, "provider_failed");
    place.advance(31);
    let problem = place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(problem["provider"]["type"], "not_reached", "{problem}");
    assert_eq!(place.token_calls().await, 3);
    assert_eq!(place.status(&path).await, "failing");
    assert_eq!(place.server.count_in_book("connection_reconnect"), 0);
    // Nobody here had the pair: once the desk says so, the vendor has the last word.
    place.advance(31);
    place.bases(&path).await.problem(502, "provider_failed");
    assert_eq!(place.status(&path).await, "reconnect");
}

/// Of two who renewed one grant the second was told 409, and the pair of the first is good.
#[tokio::test]
async fn a_pair_that_somebody_else_has_had_is_taken_up_when_the_desk_says_so() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    bench.clock.advance(Duration::from_hours(1));
    let elsewhere = bench.opened_anew();
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        let ours = bench.vendor.asked("token").await;
        let there = elsewhere.open(&bench.scope, connection.id()).unwrap();
        let (theirs, ()) = join!(there.bases(&bench.by), async {
            bench.vendor.gives("second").await;
            bench.vendor.tells_the_bases("second").await;
        });
        theirs.unwrap();
        ours.answered(409, &json!({"error": "conflict"}));
        bench.vendor.tells_the_bases("second").await;
    });
    bases.unwrap();
    assert_eq!(bench.book.count("connection_reconnect"), 0);
    assert_eq!(bench.book.count("credential_renew"), 1);
    assert!(bench.vendor.is_idle());
}

#[tokio::test]
async fn a_request_that_never_arrived_is_made_again_while_the_old_token_works() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.advance(3400);
    place.sandbox.fault(at_desk("cut")).await;
    place.bases(&path).await.expect(200);
    assert_eq!(place.token_calls().await, 2);
    place.advance(30);
    place.bases(&path).await.expect(200);
    assert_eq!(place.token_calls().await, 3);
    assert_eq!(place.server.count_in_book("credential_renew"), 1);
    assert_eq!(place.status(&path).await, "active");
}

#[tokio::test]
async fn a_connection_that_needs_a_person_works_again_once_they_have_allowed_it() {
    let place = Place::new().await;
    let path = place.connected().await;
    place.sandbox.fault(json!({"fault": "grant_revoked"})).await;
    place.bases(&path).await.problem(502, "provider_failed");
    let id = path.rsplit('/').next().unwrap();
    let begun = place
        .member
        .post("/connections/authorizations", json!({"connection_id": id}))
        .await
        .expect(201);
    let back = super::decide(begun["address"].as_str().unwrap(), "allow").await;
    let again = super::complete(&place.member, &back).await.expect(200);
    assert_eq!(again["status"], "active");
    place.bases(&path).await.expect(200);
}
