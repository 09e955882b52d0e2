//! What a fetch meets, and what is said of it.

use serde_json::json;

use super::{Agency, EUROS, text};

#[tokio::test]
async fn a_vendor_that_wants_to_be_left_alone_is_left_alone_for_so_long() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    let fault = json!({
        "fault": "rate_limited", "retry_after_seconds": 600, "match": {"path_contains": "insights"},
    });
    agency.sandbox.fault(fault).await;
    agency.fetch().await;
    let told = agency.get(&path).await;
    assert_eq!(told["trouble"]["category"], "waiting", "{told}");
    let calls = agency.calls().await;
    agency.pass(9);
    assert!(agency.due().is_empty());
    agency.pass(1);
    agency.fetch().await;
    assert!(agency.calls().await > calls);
    let told = agency.get(&path).await;
    assert_eq!(told["state"], "active", "{told}");
}

#[tokio::test]
async fn an_hour_that_is_used_up_is_waited_out_and_the_fetch_goes_on() {
    let agency = Agency::with(|knobs| knobs.calls_per_hour = 8).await;
    let path = agency.feed(EUROS).await;
    let fetching = agency.fetch();
    tokio::pin!(fetching);
    // From three quarters on calls are spread out, and time has to pass for them.
    loop {
        let soon = tokio::time::sleep(std::time::Duration::from_millis(50));
        tokio::select! {
            () = &mut fetching => break,
            () = soon => agency.pass(1),
        }
    }
    let told = agency.get(&path).await;
    assert_eq!(told["trouble"]["category"], "waiting", "{told}");
    let limited = agency.sandbox.log().await;
    let refused = limited["items"]
        .as_array()
        .unwrap()
        .iter()
        .any(|call| call["status"] == 400);
    assert!(!refused, "it stopped before it was refused");
    let reached = text(&told["first_day"]);
    agency.pass(120);
    let fetching = agency.fetch();
    tokio::pin!(fetching);
    loop {
        let soon = tokio::time::sleep(std::time::Duration::from_millis(50));
        tokio::select! {
            () = &mut fetching => break,
            () = soon => agency.pass(1),
        }
    }
    let told = agency.get(&path).await;
    assert!(text(&told["first_day"]) < reached, "{told}");
}

#[tokio::test]
async fn a_token_that_has_ended_is_not_shown_again_until_there_is_another() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    let fault = json!({"fault": "token_expired", "match": {"path_contains": "insights"}});
    agency.sandbox.fault(fault).await;
    agency.fetch().await;
    let told = agency.get(&path).await;
    assert_eq!(told["trouble"]["category"], "reconnect", "{told}");
    assert!(text(&told["trouble"]["message"]).contains("463"), "{told}");
    let connection = format!("/connections/{}", agency.connection);
    assert_eq!(agency.get(&connection).await["status"], "reconnect");
    let calls = agency.calls().await;
    agency.pass(60);
    agency.fetch().await;
    assert_eq!(
        agency.calls().await,
        calls,
        "no call with a token that was refused"
    );
    let token = json!({"token": "EAAanother0987654321"});
    agency
        .owner
        .put(&format!("{connection}/credential"), token)
        .await
        .expect(200);
    agency
        .owner
        .post(&format!("{path}/fetch"), json!({}))
        .await
        .expect(200);
    agency.fetch().await;
    let told = agency.get(&path).await;
    assert_eq!(told["state"], "active", "{told}");
    assert_eq!(agency.get(&connection).await["status"], "active");
}

#[tokio::test]
async fn a_vendor_in_trouble_is_tried_again_and_a_missing_leave_is_named() {
    let agency = Agency::open().await;
    let path = agency.feed(EUROS).await;
    for (fault, category) in [
        ("server_error", "provider"),
        ("bad_gateway", "provider"),
        ("cut", "provider"),
        ("truncated", "provider"),
        ("restricted", "configuration"),
    ] {
        let order = json!({"fault": fault, "match": {"path_contains": "insights"}});
        agency.sandbox.fault(order).await;
        agency
            .owner
            .post(&format!("{path}/fetch"), json!({}))
            .await
            .expect(200);
        agency.fetch().await;
        let told = agency.get(&path).await;
        assert_eq!(told["trouble"]["category"], category, "{fault}: {told}");
    }
    agency.pass(60);
    agency.fetch().await;
    assert_eq!(agency.get(&path).await["state"], "active");
}
