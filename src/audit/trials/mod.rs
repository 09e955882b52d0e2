//! Tries the log as a whole: crashes, failing disks, and everything that can be done to its files.

mod crash;
mod pages;
mod search;
mod standing;
mod tamper;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::code::Code;
use super::event::Event;
use super::log::Log;
use super::memory::MemoryDisk;
use super::verify::{Depth, Options, Report, verify_on};
use crate::base::{Act, Actor, Clock, Witness};

fn clock() -> Clock {
    Clock::manual(Timestamp::from_second(1_800_000_000).unwrap())
}

/// An act that can be told from others.
fn act(clock: &Clock, n: u64) -> Act {
    Event::new(Code::RecordUpdated, &Actor::system())
        .entity("record", format!("act-{n}."), "x")
        .build(clock)
}

fn attest(log: &Log, clock: &Clock, n: u64) -> bool {
    log.attest(&[(n, &act(clock, n))]).is_ok()
}

fn check(disk: &MemoryDisk) -> Report {
    let options = Options {
        depth: Depth::Json,
        threads: Some(1),
        ..Options::default()
    };
    verify_on(disk, &options).unwrap()
}

/// Everything that the log's files hold, torn bytes included.
fn text(disk: &MemoryDisk) -> String {
    let bytes = disk
        .segments()
        .iter()
        .map(|name| disk.bytes(name))
        .collect::<Vec<_>>();
    String::from_utf8_lossy(&bytes.concat()).into_owned()
}

/// The lines that a reader is shown, oldest first.
fn shown(log: &Log) -> Vec<String> {
    use super::read::{Filter, Order, Query};
    let query = Query {
        filter: Filter::default(),
        order: Order::Oldest,
        after: None,
        limit: 100_000,
        most_bytes: u64::MAX,
    };
    let page = log.read(&query, &CancellationToken::new()).unwrap();
    page.items
        .iter()
        .map(|line| line.get().to_owned())
        .collect()
}

fn times_shown(lines: &[String], n: u64) -> usize {
    let id = format!("\"act-{n}.\"");
    lines.iter().filter(|line| line.contains(&id)).count()
}
