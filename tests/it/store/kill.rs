//! The store and the real book under `kill -9`: what was acknowledged is there, and each act has
//! its change and each change its act.
//!
//! `WEIGHBRIDGE_LONG=1` kills 200 times instead of 12.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;
use weighbridge::audit::{self, Code, Event, KeyBox};
use weighbridge::base::{Actor, Blocking, Clock, SecretBytes};
use weighbridge::store::{Batch, Error, Registry, Scan, Settings, Store, Table};

use super::people::{People, person};

/// Names the folder to a child of this test.
const FOLDER: &str = "WEIGHBRIDGE_TEST_KILL_FOLDER";

/// Keeps keys as they are: what they are sealed with is not tested here.
struct Open;

impl KeyBox for Open {
    fn seal(&self, key: &SecretBytes<32>) -> Vec<u8> {
        key.expose().to_vec()
    }
    fn unseal(&self, sealed: &[u8]) -> Option<SecretBytes<32>> {
        sealed.try_into().ok().map(SecretBytes::new)
    }
}

fn open(folder: &Path) -> (Store, audit::Log) {
    let mut settings = audit::Settings::new(folder.join("audit"), folder.join("audit.key"));
    settings.segment_bytes = 64 << 10; // so that kills meet rotations too
    let log = audit::Log::open(settings, Arc::new(Open), Clock::system()).unwrap();
    let settings = Settings {
        file: folder.join("store.redb"),
        cache_bytes: 1 << 20,
    };
    let registry = Registry::default().with([Table::of::<People>()]);
    let witness = Arc::new(log.clone());
    (
        Store::open(&settings, registry, witness, Blocking::Threads).unwrap(),
        log,
    )
}

/// Runs as a child only: writes a row and an act at a time, and says so after each.
#[test]
fn a_child_writes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let (store, _log) = open(Path::new(&folder));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(futures_util::future::join_all(
        (0..4).map(|writer| write(&store, writer)),
    ));
}

#[expect(
    clippy::print_stdout,
    reason = "the parent reads what was acknowledged"
)]
async fn write(store: &Store, writer: u64) {
    let clock = Clock::system();
    for row in (writer..).step_by(4) {
        let act = Event::new(Code::DatasetUpdated, &Actor::system()).count("row", row);
        let mut batch = Batch::new(act.build(&clock));
        batch.insert::<People>(&row, &person(&row.to_string()));
        match store.commit(batch).await {
            Ok(_) => println!("\nacknowledged {row}"),
            Err(Error::Conflict(_)) => {} // an earlier life wrote it
            Err(error) => panic!("{error}"),
        }
    }
}

/// Lets a child write for a while, kills it, and gives the rows it was told are there.
fn kill_a_writer(folder: &Path, after: Duration) -> BTreeSet<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--nocapture",
            "store::kill::a_child_writes_until_it_is_killed",
        ])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let reader = std::thread::spawn(move || {
        lines
            .filter_map(|line| line.ok()?.strip_prefix("acknowledged ")?.parse().ok())
            .collect::<BTreeSet<u64>>()
    });
    std::thread::sleep(after); // the moment is the point: any will do
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// The rows whose acts stand in the book: those closed as never committed do not.
fn rows_in_the_book(folder: &Path) -> BTreeSet<u64> {
    let mut rows = Vec::new();
    let mut closed = BTreeSet::new();
    for file in std::fs::read_dir(folder.join("audit")).unwrap() {
        for line in std::fs::read(file.unwrap().path())
            .unwrap()
            .split(|byte| *byte == b'\n')
        {
            // A torn line is explained by a later one; its change was never made.
            let Ok(line) = serde_json::from_slice::<Value>(line) else {
                continue;
            };
            let number = line["metadata"]["sequence"].as_u64().unwrap();
            if let Some(row) = line["unmapped"]["counts"]["row"].as_u64() {
                rows.push((number, row));
            }
            let void = line["unmapped"]["void_lines"]
                .as_array()
                .into_iter()
                .flatten();
            closed.extend(void.filter_map(Value::as_u64));
        }
    }
    rows.into_iter()
        .filter(|(number, _)| !closed.contains(number))
        .map(|(_, row)| row)
        .collect()
}

#[test]
fn what_was_acknowledged_survives_a_kill_at_any_moment() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's switch, not the appliance's"
    )]
    let rounds = if std::env::var("WEIGHBRIDGE_LONG").is_ok() {
        200
    } else {
        12
    };
    let folder = tempfile::tempdir().unwrap();
    let mut rng = rand::rngs::StdRng::seed_from_u64(7);
    let mut acknowledged = BTreeSet::new();
    for round in 0..rounds {
        let after = Duration::from_millis(rng.random_range(5..400));
        acknowledged.append(&mut kill_a_writer(folder.path(), after));
        let (store, log) = open(folder.path());
        log.flush().unwrap();
        let there: BTreeSet<u64> = store
            .scan::<People>(&Scan::all(usize::MAX))
            .unwrap()
            .rows
            .iter()
            .map(|row| row.key)
            .collect();
        let lost: Vec<_> = acknowledged.difference(&there).collect();
        assert!(
            lost.is_empty(),
            "round {round}: acknowledged and gone: {lost:?}"
        );
        assert_eq!(rows_in_the_book(folder.path()), there, "round {round}");
    }
    assert!(acknowledged.len() > rounds, "hardly anything was written");
}
