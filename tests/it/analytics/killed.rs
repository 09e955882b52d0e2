//! `kill -9` while events come in.

use poem::http::Method;
use serde_json::{Value, json};

use super::{site, text, view};
use crate::support::process::{Home, Served, Session};

/// Sends an event as a server does.
async fn bring(server: &Served, key: &str, event: &Value) -> Value {
    let till = Session::Bearer(key.to_owned());
    let body = ("application/json", event.to_string().into_bytes());
    let sent = server.fetch(&till, (Method::POST, "/api/v1/events"), body);
    sent.await.unwrap().expect(200)
}

#[tokio::test]
async fn what_was_acknowledged_before_a_kill_is_counted_after_it_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let made = server.post("/sites", site("Shop")).await.expect(201);
    let path = format!("/sites/{}", text(&made["id"]));
    let key = json!({"name": "Till", "kind": "secret"});
    let key = server.post(&format!("{path}/keys"), key).await.expect(201);
    let key = text(&key["key"]);
    let event = |number: u32| {
        let mut event = view(&format!("visitor {number}"), "/");
        event["id"] = format!("event {number}").into();
        event
    };
    for number in 0..20 {
        let told = bring(&server, &key, &event(number)).await;
        assert_eq!(told["accepted"], 1, "{told}");
    }
    let session = server.session();
    server.kill();
    let server = home.serve().await.resuming(&session);
    let totals = server.get(&format!("{path}/overview")).await.expect(200)["totals"].clone();
    assert_eq!(
        (&totals["events"], &totals["visitors"]),
        (&json!(20), &json!(20)),
        "{totals}"
    );
    // Whoever has not heard an answer sends again.
    for number in 15..25 {
        bring(&server, &key, &event(number)).await;
    }
    let totals = server.get(&format!("{path}/overview")).await.expect(200)["totals"].clone();
    assert_eq!(totals["events"], 25, "{totals}");
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}
