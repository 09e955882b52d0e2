//! `kill -9` while events come in.

use std::process::Command;

use futures_util::{StreamExt as _, stream};
use poem::http::Method;
use serde_json::{Value, json};

use super::{site, text, view};
use crate::support::Answer;
use crate::support::process::{Home, Served, Session};

/// So many senders there are at the same time.
const SENDERS: usize = 8;
/// The kill comes when so many events more were acknowledged.
const ACKNOWLEDGED: usize = 40;

/// Sends an event as a server does; errs when no answer comes.
async fn bring(server: &Served, key: &str, number: u32) -> reqwest::Result<Answer> {
    let mut event = view(&format!("visitor {number}"), "/");
    event["id"] = format!("event {number}").into();
    let till = Session::Bearer(key.to_owned());
    let body = ("application/json", event.to_string().into_bytes());
    server
        .fetch(&till, (Method::POST, "/api/v1/events"), body)
        .await
}

/// Brings events until the server is killed in the midst of them; gives those that it has
/// acknowledged, and which comes next.
async fn killed_at_work(server: Served, key: &str, first: u32) -> (Vec<u32>, u32) {
    let mut acknowledged = Vec::new();
    let (mut lost, mut next) = (0, first);
    let event = async |number| (number, bring(&server, key, number).await);
    let mut sent = stream::iter(first..).map(event).buffer_unordered(SENDERS);
    while lost < SENDERS {
        let (number, answer) = sent.next().await.unwrap();
        next = next.max(number + 1);
        let Ok(answer) = answer else {
            lost += 1;
            continue;
        };
        assert_eq!(answer.expect(200)["accepted"], 1);
        acknowledged.push(number);
        if acknowledged.len() == ACKNOWLEDGED {
            let kill = Command::new("kill").args(["-9", &server.pid()]).status();
            assert!(kill.unwrap().success());
        }
    }
    drop(sent);
    server.kill();
    (acknowledged, next)
}

async fn events(server: &Served, path: &str) -> Value {
    let told = server.get(&format!("{path}/overview")).await.expect(200);
    assert_eq!(told["totals"]["events"], told["totals"]["visitors"]);
    told["totals"]["events"].clone()
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
    let session = server.session();
    let mut first = 0;
    // The second time there is something that was folded before.
    for _ in 0..2 {
        let (acknowledged, next) = killed_at_work(server, &key, first).await;
        server = home.serve().await.resuming(&session);
        let kept = events(&server, &path).await.as_u64().unwrap();
        let least = u64::from(first) + acknowledged.len() as u64;
        assert!(
            (least..=next.into()).contains(&kept),
            "{least} {kept} {next}"
        );
        // Whoever has not heard an answer sends again, and so do some who have.
        for number in first..next {
            let again = bring(&server, &key, number).await.unwrap().expect(200);
            if acknowledged.contains(&number) {
                assert_eq!(again["doubled"], 1, "event {number} was not kept");
            }
        }
        assert_eq!(events(&server, &path).await, next);
        let rebuild = server.post(&format!("{path}/rebuild"), json!({})).await;
        assert_eq!(rebuild.expect(200)["differed"], 0);
        assert_eq!(events(&server, &path).await, next);
        first = next;
    }
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}
