//! `kill -9` at random moments of a run, with the vendor as a process of its own: after the next
//! run the remote table holds each record once.

use std::collections::BTreeMap;
use std::time::Duration;

use poem::http::Method;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use super::far::{AIRTABLE, Far, NOTION, make, settle, start, there, unpaced};
use crate::support::process::Served;

const KILLS: u32 = 100;
/// A run is to be killed again and again, and a new one begins when it has ended all the same.
const KILLS_A_RUN: u32 = 5;
const LATEST_KILL_MS: u64 = 1_500;
const RECORDS: u32 = 400;

#[tokio::test]
async fn a_killed_push_to_airtable_leaves_each_record_once() {
    survives(&AIRTABLE).await;
}

#[tokio::test]
async fn a_killed_push_to_notion_leaves_each_record_once() {
    survives(&NOTION).await;
}

async fn survives(far: &Far) {
    let seed = rand::random();
    eprintln!("seed {seed}");
    let mut dice = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().unwrap();
    let (vendor, home) = unpaced(folder.path()).await;
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let (dataset, sync) = make(&server, far, json!({})).await;
    let mut round = 0;
    for kill in 0..KILLS {
        if kill % KILLS_A_RUN == 0 {
            round += 1;
            bring(&server, &dataset, round).await;
            start(&server, &sync).await;
        }
        tokio::time::sleep(Duration::from_millis(dice.random_range(1..LATEST_KILL_MS))).await;
        let session = server.session();
        server.kill();
        server = home.serve().await.resuming(&session);
    }
    // What was under way, and once more, so that everything that was open is looked for.
    for _ in 0..2 {
        settle(&server).await;
        start(&server, &sync).await;
    }
    settle(&server).await;
    let there = there(&vendor, far).await;
    assert_eq!(
        there.len(),
        RECORDS as usize,
        "a record is missing or double"
    );
    let there = there.into_iter().map(|record| (record.key, record.name));
    let there: BTreeMap<String, String> = there.collect();
    for number in 0..RECORDS {
        let wanted = format!("Airport {number} of {round}");
        assert_eq!(there[&format!("K{number:04}")], wanted);
    }
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}

pub(super) async fn bring(server: &Served, dataset: &str, round: u32) {
    let mut csv = String::from("iata,name,city\n");
    for number in 0..RECORDS {
        csv += &format!("K{number:04},Airport {number} of {round},City {number}\n");
    }
    let path = format!("/datasets/{dataset}/imports?format=csv");
    let import = server.send(Method::POST, &path, "text/csv", csv.into_bytes());
    assert_eq!(import.await.expect(200)["refused"], 0);
}
