//! Reading page by page.

use super::super::read::{From, Page, Query};
use super::*;

/// A log of several segments; its newest line's number.
fn long_log(disk: &MemoryDisk, clock: &Clock) -> (Log, u64) {
    let log = Log::on_memory(disk, clock, 30_000);
    for n in 1..200 {
        assert!(attest(&log, clock, n));
    }
    let newest = log.checkpoint().seq;
    (log, newest)
}

fn numbers(page: &Page) -> Vec<u64> {
    let number = |line: &serde_json::value::RawValue| {
        let line: serde_json::Value = serde_json::from_str(line.get()).unwrap();
        line["metadata"]["sequence"].as_u64().unwrap()
    };
    page.items.iter().map(|line| number(line)).collect()
}

/// Follows `next` from page to page.
fn all(log: &Log, mut query: Query) -> Vec<u64> {
    let mut seen = Vec::new();
    loop {
        let page = log.read(&query).unwrap();
        assert!(page.items.len() <= query.limit);
        seen.extend(numbers(&page));
        let Some(next) = page.next else { return seen };
        query.from = match query.from {
            From::After(_) => From::After(next),
            From::Newest | From::Before(_) => From::Before(next),
        };
    }
}

fn query(from: From) -> Query {
    Query {
        from,
        code: None,
        limit: 7,
    }
}

#[test]
fn pages_go_back_from_the_newest_line_to_the_first() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, newest) = long_log(&disk, &clock);
    assert!(disk.segments().len() > 3);
    let expected: Vec<_> = (1..=newest).rev().collect();
    assert_eq!(all(&log, query(From::Newest)), expected);
}

#[test]
fn pages_go_on_from_a_number() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, newest) = long_log(&disk, &clock);
    let expected: Vec<_> = (51..=newest).collect();
    assert_eq!(all(&log, query(From::After(50))), expected);
    assert_eq!(all(&log, query(From::After(newest))), [0; 0]);
}

#[test]
fn only_lines_with_the_code_asked_for_are_shown() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, _) = long_log(&disk, &clock);
    let opened = |from| Query {
        code: Some(Code::SegmentOpened),
        ..query(from)
    };
    let firsts: Vec<_> = disk.segments().iter().map(|name| name.first).collect();
    assert_eq!(all(&log, opened(From::After(0))), firsts);
    let mut back = all(&log, opened(From::Newest));
    back.reverse();
    assert_eq!(back, firsts);
}

#[test]
fn what_is_not_durable_yet_is_not_shown() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, newest) = long_log(&disk, &clock);
    let name = disk.segments().pop().unwrap();
    let bytes = disk.bytes(&name);
    let last = bytes[..bytes.len() - 1]
        .iter()
        .rposition(|b| *b == b'\n')
        .unwrap();
    let doubled = [&bytes[..], &bytes[last + 1..]].concat();
    disk.put(&name, doubled);
    let shown = all(&log, query(From::After(newest - 1)));
    assert!(shown.iter().all(|seq| *seq <= newest));
}
