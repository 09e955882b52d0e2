//! The store alone: reads, durable commits by one and by many, batches as an import makes them.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use weighbridge::base::{Act, Blocking, Witness, WitnessError};
use weighbridge::store::{
    Batch, Collection, Entry, Index, Raw, Registry, Scan, Settings, Store, Table,
};

use crate::meter::{Report, each, rate, spent, syncs_per_second};

struct Rows;

static BY_TIME: Index = Index {
    name: "row.time",
    unique: false,
};

impl Collection for Rows {
    const NAME: &'static str = "row";
    const INDEXES: &'static [&'static Index] = &[&BY_TIME];
    type Key = (u64, String);
    type Value = Raw;
    fn entries((parent, _): &Self::Key, value: &Raw) -> Vec<Entry> {
        let time = u64::from_be_bytes(value.0[..8].try_into().expect("rows begin with a time"));
        vec![Entry::new(&BY_TIME, &(*parent, time))]
    }
}

/// A book that costs what a real one costs the disk: one sync for each group.
struct Synced(std::sync::Mutex<std::fs::File>);

impl Witness for Synced {
    fn attest(&self, commits: &[(u64, &Act)]) -> Result<u64, WitnessError> {
        use std::io::Write as _;
        let mut file = self.0.lock().expect("nobody panics here");
        for (_, act) in commits {
            file.write_all(act.members.as_bytes())?;
        }
        file.sync_data()?;
        Ok(0)
    }
    fn reconcile(&self, _committed: u64) -> Result<u64, WitnessError> {
        Ok(0)
    }
}

fn open(folder: &Path) -> Store {
    let settings = Settings {
        file: folder.join("store.redb"),
        cache_bytes: 64 << 20,
    };
    let registry = Registry::default().with([Table::of::<Rows>()]);
    let book = std::fs::File::create(folder.join("book")).expect("the folder is writable");
    let witness = Arc::new(Synced(std::sync::Mutex::new(book)));
    Store::open(&settings, registry, witness, Blocking::Threads).expect("a new store opens")
}

fn row(number: u64) -> Raw {
    let mut bytes = number.to_be_bytes().to_vec();
    bytes.resize(300, b'x');
    Raw(bytes)
}

fn act() -> Act {
    Act {
        members: "x".repeat(800),
        ..Act::default()
    }
}

pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build();
    let runtime = runtime.expect("a runtime");
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let syncs = syncs_per_second(folder.path());
    report.add(
        "disk: durable 512-byte appends, one after the other",
        "",
        format!("{syncs:.0} /s"),
    );
    let store = open(folder.path());
    let small = runtime.block_on(load(&store, 1, 10_000));
    let large = runtime.block_on(load(&store, 2, 1_000_000));
    report.add(
        "store: rows an index entry each, CPU, first 10,000",
        "150,000 /s",
        rate(10_000, small),
    );
    report.add(
        "store: the same, 1,000,000",
        "150,000 /s",
        rate(1_000_000, large),
    );
    reads(&store, report);
    let mut alone = 0.0;
    for clients in [1, 16, 256] {
        let rate = runtime.block_on(commits(&store, clients));
        alone = if clients == 1 { rate } else { alone };
        let target =
            ["", "5 ×", "20 ×"][[1, 16, 256].iter().position(|c| *c == clients).unwrap_or(0)];
        let reached = format!("{rate:.0} /s ({:.1} ×)", rate / alone);
        report.add(
            &format!("store: durable commits, {clients} clients"),
            target,
            reached,
        );
    }
}

/// Loads rows as an import does; gives the CPU time.
async fn load(store: &Store, parent: u64, count: u64) -> Duration {
    let began = crate::meter::cpu_of("self");
    for start in (0..count).step_by(5_000) {
        let mut batch = Batch::bookkeeping();
        for number in start..(start + 5_000).min(count) {
            batch.insert::<Rows>(&(parent, format!("key-{number:09}")), &row(number));
        }
        store.commit(batch).await.expect("there is room");
    }
    crate::meter::cpu_of("self").saturating_sub(began)
}

fn reads(store: &Store, report: &mut Report) {
    const READS: u64 = 100_000;
    let key = |number: u64| (2, format!("key-{:09}", number * 7_919 % 1_000_000));
    let ((), clock, _) = spent(|| {
        for number in 0..READS {
            assert!(store.get::<Rows>(&key(number)).expect("readable").is_some());
        }
    });
    report.add(
        "store: get a row out of 1,000,000",
        "3 µs",
        each(READS, clock),
    );
    let ((), clock, _) = spent(|| {
        for number in 0..READS / 10 {
            let scan = Scan::prefix(2_u64.to_be_bytes().to_vec(), 50)
                .from(weighbridge::store::Key::bytes(&key(number)));
            assert!(!store.scan::<Rows>(&scan).expect("readable").rows.is_empty());
        }
    });
    report.add("store: a page of 50 rows", "30 µs", each(READS / 10, clock));
}

/// Durable single-row commits for two seconds; gives how many a second.
async fn commits(store: &Store, clients: u64) -> f64 {
    let began = Instant::now();
    let work = (0..clients).map(|client| {
        let store = store.clone();
        async move {
            let mut done = 0_u64;
            while began.elapsed() < Duration::from_secs(2) {
                let mut batch = Batch::new(act());
                batch.put::<Rows>(&(3, format!("{client}-{done}")), &row(done));
                store.commit(batch).await.expect("there is room");
                done += 1;
            }
            done
        }
    });
    let done: u64 = futures_util::future::join_all(work).await.into_iter().sum();
    done as f64 / began.elapsed().as_secs_f64()
}
