//! `kill -9` at random moments of a pull, with the vendor as a process of its own: after the next
//! run the dataset holds what the remote table does, each record once.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::StreamExt as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::far::{AIRTABLE, Far, NOTION, delete, edit, make, settle, start, there, unpaced};
use crate::support::process::{PlayedVendor, Served};

const KILLS: u32 = 100;
/// A run is to be killed again and again, and a new one begins when it has ended all the same.
const KILLS_A_RUN: u32 = 5;
/// A pull takes less long than a start.
const LATEST_KILL_MS: u64 = 400;
const RECORDS: u32 = 400;
/// So many of them colleagues delete before each run: fewer than a run asks before it follows.
const DELETED: usize = 5;

#[tokio::test]
async fn a_killed_pull_from_airtable_brings_each_record_once() {
    survives(&AIRTABLE).await;
}

#[tokio::test]
async fn a_killed_pull_from_notion_brings_each_record_once() {
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
    let pull = json!({"direction": "pull", "gone": "delete"});
    let (dataset, sync) = make(&server, far, pull).await;
    for kill in 0..KILLS {
        if kill % KILLS_A_RUN == 0 {
            settle(&server).await;
            stir(&vendor, far, kill, &mut dice).await;
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
    let count = there.len();
    let there = there.into_iter().map(|record| (record.key, record.name));
    let there: BTreeMap<String, String> = there.collect();
    assert_eq!(there.len(), count, "the colleagues have made a double");
    assert_eq!(here(&server, &dataset).await, there);
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}

/// Colleagues rename a third of the records, delete some, and make others.
async fn stir(vendor: &PlayedVendor, far: &Far, round: u32, dice: &mut StdRng) {
    let mut records = there(vendor, far).await;
    records.shuffle(dice);
    let (gone, rest) = records.split_at(DELETED);
    let name = format!("After {round} kills");
    futures_util::stream::iter(&rest[..rest.len() / 3])
        .for_each_concurrent(8, async |record| {
            edit(vendor, far, &record.id, (&record.key, &name)).await;
        })
        .await;
    for record in gone {
        delete(vendor, far, &record.id).await;
    }
    for number in 0..DELETED {
        edit(vendor, far, "", (&format!("N{round:04}-{number}"), &name)).await;
    }
}

/// Key and name of every record of the dataset.
pub(super) async fn here(server: &Served, dataset: &str) -> BTreeMap<String, String> {
    let path = format!("/datasets/{dataset}/records?limit=500");
    let page = server.get(&path).await.expect(200);
    let items = page["items"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    items
        .map(|record| {
            let fields = &record["fields"];
            (text(&fields["iata"]), text(&fields["name"]))
        })
        .collect()
}
