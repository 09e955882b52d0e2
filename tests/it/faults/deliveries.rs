//! `kill -9` at random moments of a run that delivers to a hook, with the hook in a process of its
//! own: nothing is lost, and nothing is sent twice unless somebody wants it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::far::{id, settle};
use super::pushes::bring;
use crate::support::process::{Home, PlayedVendor, Served};

const KILLS: u32 = 100;
/// A run is to be killed again and again, and a new one begins when it has ended all the same.
const KILLS_A_RUN: u32 = 5;
const LATEST_KILL_MS: u64 = 1_200;
const RECORDS: u32 = 400;

/// What came in: by key and content, the ids under which it did.
type Arrived = BTreeMap<(String, String), Vec<String>>;

#[tokio::test]
async fn a_killed_delivery_is_lost_to_nobody_and_sent_twice_by_choice_alone() {
    let seed = rand::random();
    eprintln!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let vendor = PlayedVendor::start(folder.path());
    vendor
        .turn(&json!({"zapier": {"per_second": 0, "per_account": 0}}))
        .await;
    let home = Home::new(folder.path())
        .set("SANDBOX__URL", &vendor.url)
        .set("ZAPIER__REQUESTS_PER_SECOND", "0")
        .set("LIMITS__SYNC_STARTS", "1000 / second")
        .set("LIMITS__SYNC_STARTS_ZAPIER", "1000 / second");
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let (dataset, sync) = make(&server).await;
    let mut round = 0;
    for kill in 0..KILLS {
        if kill % KILLS_A_RUN == 0 {
            round += 1;
            bring(&server, &dataset, round).await;
            let asked = server.post(&format!("/syncs/{sync}/runs"), json!({})).await;
            assert!(
                matches!(asked.status.as_u16(), 202 | 409),
                "{}",
                asked.text()
            );
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(1..LATEST_KILL_MS))).await;
        let session = server.session();
        server.kill();
        server = home.serve().await.resuming(&session);
    }
    settle(&server).await;
    let run = server.post(&format!("/syncs/{sync}/runs"), json!({})).await;
    let run = id(&run.expect(202));
    settle(&server).await;
    let came = arrived(&vendor).await;
    let twice = came.iter().find(|(_, ids)| ids.len() > 1);
    assert_eq!(twice, None, "something was sent twice by itself");
    let letters = format!("/syncs/{sync}/dead-letters?limit=500");
    let letters = server.get(&letters).await.expect(200);
    let letters = letters["items"].as_array().unwrap().clone();
    let in_doubt: BTreeSet<String> = letters.iter().map(|one| text(&one["key"])).collect();
    for number in 0..RECORDS {
        let key = format!("K{number:04}");
        let last = (key.clone(), format!("Airport {number} of {round}"));
        let known = came.contains_key(&last) || in_doubt.contains(&key);
        assert!(known, "{key} was lost");
    }
    if !in_doubt.is_empty() {
        server
            .post(&format!("/runs/{run}/retry"), json!({}))
            .await
            .expect(202);
        settle(&server).await;
    }
    let came = arrived(&vendor).await;
    for number in 0..RECORDS {
        let last = (
            format!("K{number:04}"),
            format!("Airport {number} of {round}"),
        );
        let ids: BTreeSet<&String> = came[&last].iter().collect();
        assert_eq!(ids.len(), 1, "{last:?} came under several ids");
    }
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}

/// A dataset, a hook, and the sync between them; gives the dataset's and the sync's id.
async fn make(server: &Served) -> (String, String) {
    let fields = ["iata", "name", "city"];
    let fields = fields.map(|name| json!({"name": name, "type": "text"}));
    let dataset = json!({"name": "Airports", "key_field": "iata", "fields": fields});
    let dataset = id(&server.post("/datasets", dataset).await.expect(201));
    let connection = json!({
        "provider": "zapier", "name": "Zap", "endpoint": "sandbox",
        "token": "https://hooks.zapier.com/hooks/catch/100001/demo0001/",
    });
    let connection = id(&server.post("/connections", connection).await.expect(201));
    let sync = json!({
        "name": "Airports", "dataset_id": dataset, "connection_id": connection,
        "base_id": "hook", "table_id": "record", "remote_key_field_id": "iata",
        "mapping": [{"field": "name", "remote_field_id": "name"}],
    });
    let sync = id(&server.post("/syncs", sync).await.expect(201));
    (dataset, sync)
}

async fn arrived(vendor: &PlayedVendor) -> Arrived {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/_sandbox/dump?hook=catch/100001/demo0001", vendor.url);
    let dump = http.get(url).send().await.unwrap().text().await.unwrap();
    let mut came = Arrived::new();
    for line in dump.lines() {
        let body = serde_json::from_str::<Value>(line).unwrap()["body"].take();
        let content = (text(&body["iata"]), text(&body["name"]));
        came.entry(content)
            .or_default()
            .push(text(&body["delivery_id"]));
    }
    came
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
