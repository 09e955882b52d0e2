//! The audit log alone: how fast lines are written, and how fast an auditor checks them.

use std::path::Path;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use weighbridge::audit::{
    Code, Ended, Event, Filter, KeyBox, Log, Options, Order, Query, Settings, verify,
};
use weighbridge::base::{Actor, Clock, SecretBytes};

use crate::meter::{Report, rate, spent};

const LINES: u64 = 200_000;

/// Keeps keys as they are: sealing them is not what is measured.
struct Open;

impl KeyBox for Open {
    fn seal(&self, key: &SecretBytes<32>) -> Vec<u8> {
        key.expose().to_vec()
    }

    fn unseal(&self, sealed: &[u8]) -> Option<SecretBytes<32>> {
        sealed.try_into().ok().map(SecretBytes::new)
    }
}

pub(crate) fn measure(report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let book = folder.path().join("audit");
    let ((), _, cpu) = spent(|| write(&book, &folder.path().join("key")));
    report.add("audit: lines written, CPU", "", rate(LINES, cpu));
    let length: u64 = std::fs::read_dir(&book)
        .expect("the folder was made")
        .map(|file| {
            file.and_then(|file| file.metadata())
                .map_or(0, |of| of.len())
        })
        .sum();
    for threads in [1, 2] {
        let options = Options {
            threads: Some(threads),
            ..Options::default()
        };
        let (checked, clock, _) = spent(|| verify(&book, &options).expect("it can be read"));
        assert!(checked.holds(), "{checked}");
        let speed = length as f64 / clock.as_secs_f64() / 1e9;
        report.add(
            &format!(
                "audit: verify, {threads} threads, {} MB",
                length / 1_000_000
            ),
            "1 GB/s",
            format!("{speed:.2} GB/s"),
        );
    }
    search(&book, &folder.path().join("key"), report);
}

/// Searches that find nothing, and so read everything.
fn search(book: &Path, key: &Path, report: &mut Report) {
    let log = Log::open(Settings::new(book, key), Arc::new(Open), Clock::system());
    let log = log.expect("the log opens again");
    let word = Filter {
        text: Some("zebra crossing".to_owned()),
        ..Filter::default()
    };
    let end = Filter {
        outcome: Some(Ended::Unknown),
        ..Filter::default()
    };
    for (name, filter) in [("by words", word), ("by outcome", end)] {
        for (order, told) in [(Order::Newest, "newest"), (Order::Oldest, "oldest")] {
            let query = Query {
                filter: filter.clone(),
                order,
                after: None,
                limit: 50,
                most_bytes: u64::MAX,
            };
            let stop = CancellationToken::new();
            let (page, clock, _) = spent(|| log.read(&query, &stop).expect("it can be read"));
            assert!(page.items.is_empty(), "nothing of this is there");
            let speed = page.scanned_bytes as f64 / clock.as_secs_f64() / 1e6;
            report.add(
                &format!("audit: search {name}, {told} first"),
                "300 MB/s",
                format!("{speed:.0} MB/s"),
            );
        }
    }
}

fn write(book: &Path, key: &Path) {
    let clock = Clock::system();
    let log = Log::open(Settings::new(book, key), Arc::new(Open), clock.clone());
    let log = log.expect("a new log opens");
    for line in 0..LINES {
        let event = Event::new(Code::RecordsRead, &Actor::system())
            .entity(
                "dataset",
                "0199a3c4-7b10-7000-8000-0123456789ab",
                "Airports",
            )
            .count("records", line);
        log.record(event.build(&clock));
        if line % 1_000 == 999 {
            log.flush().expect("there is room");
        }
    }
    log.close().expect("there is room");
}
