//! `kill -9` between a delivery and the note that it was taken.

use poem::http::Method;
use serde_json::json;

use super::far::{Far, Reply};
use super::{SECRET, text};
use crate::support::process::{Home, Served};

async fn write(server: &Served, dataset: &str, key: &str) {
    let path = format!("/datasets/{dataset}/records/{key}");
    let written = server.call(Method::PUT, &path, &json!({})).await;
    assert!(written.status.is_success(), "{}", written.text());
}

#[tokio::test]
async fn what_was_not_told_before_a_kill_is_told_after_it_under_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let mut far = Far::listen().await;
    let home = Home::new(folder.path()).set("SANDBOX__URL", &far.url);
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let fields = json!([{"name": "iata", "type": "text"}]);
    let dataset = json!({"name": "Airports", "key_field": "iata", "fields": fields});
    let dataset = text(&server.post("/datasets", dataset).await.expect(201)["id"]);
    let url = format!("{}/hooks/standard/1/{SECRET}", far.url);
    let hook = json!({"dataset_id": dataset, "event": "created", "url": url});
    server.post("/hooks", hook).await.expect(201);
    far.reply(&[Reply::Cut]);
    write(&server, &dataset, "LHR").await;
    let first = far.next().await;
    write(&server, &dataset, "CDG").await;
    let session = server.session();
    server.kill();
    let server = home.serve().await.resuming(&session);
    let mut told =
        [far.next().await, far.next().await].map(|came| (came.id(), came.body()["key"].clone()));
    told.sort_by_key(|(_, key)| key.to_string());
    assert_eq!(told[0].1, "CDG");
    assert_eq!(told[1], (first.id(), json!("LHR")));
    write(&server, &dataset, "ORY").await;
    assert_eq!(far.next().await.body()["key"], "ORY");
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}
