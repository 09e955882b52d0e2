//! The real binary, killed while it waits for its next pair of tokens.

use std::time::Duration;

use serde_json::{Value, json};
use weighbridge::base::Clock;
use weighbridge::sandbox::{Limits, Settings};

use super::{Back, FINISH, browser, decide, new};
use crate::sandbox::running;
use crate::support::process::{Home, Served, until};

async fn finish(server: &Served, back: &Back) -> Value {
    let body = json!({"state": back.part("state"), "code": back.part("code")});
    server.post(FINISH, body).await.expect(200)
}

#[tokio::test]
async fn a_kill_between_answer_and_commit_ends_in_reconnect_at_the_providers_word() {
    // The sandbox's clock stands, so that a slow answer waits until it is moved.
    let clock = Clock::manual(Clock::system().now());
    let mut settings = Settings::default();
    settings.knobs.limits = Limits::off();
    let sandbox = running(settings, clock.clone());
    let statistics = format!("{}/_sandbox/statistics", sandbox.url);
    let token_calls = async || {
        let told: Value = browser()
            .get(&statistics)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        told["calls"]["oauth_token"].as_u64().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path()).set("SANDBOX__URL", &sandbox.url);
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let begun = server.post("/connections/authorizations", new("A")).await;
    let begun = begun.expect(201);
    let back = decide(begun["address"].as_str().unwrap(), "allow").await;
    let made = finish(&server, &back).await;
    let path = format!("/connections/{}", made["id"].as_str().unwrap());
    let bases = format!("{path}/bases");
    assert_eq!(token_calls().await, 1);
    sandbox.fault(json!({"fault": "token_expired"})).await;
    let slow = json!({"fault": "slow", "delay_ms": 60_000, "match": {"path_contains": "v1/token"}});
    sandbox.fault(slow).await;
    let session = server.session();
    // The provider has the request for the next pair, and takes its time.
    let faults = format!("{}/_sandbox/faults", sandbox.url);
    let asked = until("the next pair was asked for", async || {
        let told: Value = browser()
            .get(&faults)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        (told["items"][1]["struck"] == 1).then_some(())
    });
    tokio::select! {
        answer = server.get(&bases) => panic!("answered {}", answer.text()),
        () = asked => {}
    }
    server.kill();
    // The provider carries it out, and makes a pair that nobody will ever have.
    clock.advance(Duration::from_mins(2));
    until("the pair was made", async || {
        (token_calls().await == 2).then_some(())
    })
    .await;
    // It says for some seconds that it has just done so, and then that the token is void.
    clock.advance(Duration::from_mins(1));
    let server = home.serve().await.resuming(&session);
    for _ in 0..2 {
        let refused = server.get(&bases).await;
        refused.problem(502, "provider_failed");
    }
    let shown = server.get(&path).await.expect(200);
    assert_eq!(shown["status"], "reconnect", "{shown}");
    assert_eq!(
        token_calls().await,
        3,
        "it was asked once more, and then no more"
    );
    let body = json!({"connection_id": made["id"]});
    let begun = server
        .post("/connections/authorizations", body)
        .await
        .expect(201);
    let back = decide(begun["address"].as_str().unwrap(), "allow").await;
    assert_eq!(finish(&server, &back).await["status"], "active");
}
