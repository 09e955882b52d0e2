//! `kill -9` at random moments of a run that goes both ways, with the vendor as a process of its
//! own: after the next run both sides hold what either was changed to, each record once.

use std::collections::BTreeMap;
use std::time::Duration;

use poem::http::Method;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::far::{AIRTABLE, Far, NOTION, There, delete, edit, make, settle, start, there, unpaced};
use super::pulls::here;
use crate::support::process::{PlayedVendor, Served};

const KILLS: u32 = 100;
/// A run is to be killed again and again, and a new one begins when it has ended all the same.
const KILLS_A_RUN: u32 = 5;
const LATEST_KILL_MS: u64 = 800;
const RECORDS: u32 = 200;
/// So many each side edits before each run, and a tenth of that it deletes and makes.
const EDITED: usize = 40;
const FEW: usize = EDITED / 10;

#[tokio::test]
async fn a_killed_two_way_sync_with_airtable_brings_each_edit_to_the_other_side_once() {
    survives(&AIRTABLE).await;
}

#[tokio::test]
async fn a_killed_two_way_sync_with_notion_brings_each_edit_to_the_other_side_once() {
    survives(&NOTION).await;
}

async fn survives(far: &Far) {
    let seed = rand::random();
    eprintln!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let (vendor, home) = unpaced(folder.path()).await;
    for number in 0..RECORDS {
        edit(&vendor, far, "", (&format!("K{number:04}"), "At first")).await;
    }
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let policy = if far.provider == "notion" {
        "archive"
    } else {
        "delete"
    };
    let rules = json!({
        "direction": "two_way", "wait_seconds": 0, "gone": "delete",
        "deletes": {"policy": policy, "matched": true},
    });
    let (dataset, sync) = make(&server, far, rules).await;
    start(&server, &sync).await;
    settle(&server).await;
    let mut wanted = named(there(&vendor, far).await);
    for kill in 0..KILLS {
        if kill % KILLS_A_RUN == 0 {
            // What was left open is settled before anybody edits the same records again.
            settle(&server).await;
            start(&server, &sync).await;
            settle(&server).await;
            stir(
                (&server, &dataset),
                (&vendor, far),
                kill,
                &mut dice,
                &mut wanted,
            )
            .await;
            start(&server, &sync).await;
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(1..LATEST_KILL_MS))).await;
        let session = server.session();
        server.kill();
        server = home.serve().await.resuming(&session);
    }
    settle(&server).await;
    start(&server, &sync).await;
    settle(&server).await;
    let there = there(&vendor, far).await;
    assert_eq!(there.len(), wanted.len(), "a record is missing or double");
    assert_eq!(named(there), wanted);
    assert_eq!(here(&server, &dataset).await, wanted);
    let conflicts = server.get("/conflicts").await.expect(200);
    assert_eq!(conflicts["items"], json!([]), "no record was edited twice");
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}

/// People here and there edit, delete and make records, nobody another's, and `wanted` follows.
async fn stir(
    (server, dataset): (&Served, &str),
    (vendor, far): (&PlayedVendor, &Far),
    round: u32,
    dice: &mut StdRng,
    wanted: &mut BTreeMap<String, String>,
) {
    let mut records = there(vendor, far).await;
    records.shuffle(dice);
    let mut some = records.chunks(EDITED);
    let (ours, theirs) = (some.next().unwrap(), some.next().unwrap());
    for (at, record) in theirs.iter().enumerate() {
        let name = format!("Theirs after {round}");
        if at < FEW {
            delete(vendor, far, &record.id).await;
            wanted.remove(&record.key);
        } else {
            edit(vendor, far, &record.id, (&record.key, &name)).await;
            wanted.insert(record.key.clone(), name);
        }
    }
    let name = format!("Ours after {round}");
    let mut csv = String::from("iata,name\n");
    for record in &ours[FEW..] {
        csv += &format!("{},{name}\n", record.key);
        wanted.insert(record.key.clone(), name.clone());
    }
    for number in 0..FEW {
        let (key, other) = (
            format!("H{round:03}{number}"),
            format!("T{round:03}{number}"),
        );
        csv += &format!("{key},{name}\n");
        wanted.insert(key, name.clone());
        edit(vendor, far, "", (&other, &name)).await;
        wanted.insert(other, name.clone());
    }
    let path = format!("/datasets/{dataset}/imports?format=csv");
    let import = server.send(Method::POST, &path, "text/csv", csv.into_bytes());
    assert_eq!(import.await.expect(200)["refused"], 0);
    for record in &ours[..FEW] {
        let path = format!("/datasets/{dataset}/records/{}", record.key);
        server
            .call(Method::DELETE, &path, &Value::Null)
            .await
            .expect(204);
        wanted.remove(&record.key);
    }
}

fn named(records: Vec<There>) -> BTreeMap<String, String> {
    let named = records.into_iter().map(|record| (record.key, record.name));
    named.collect()
}
