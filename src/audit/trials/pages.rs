//! Reading page by page.

use super::super::read::{CodePattern, Filter, Order, Page, Query};
use super::*;

/// A log of several segments; its newest line's number.
pub(super) fn long_log(disk: &MemoryDisk, clock: &Clock) -> (Log, u64) {
    let log = Log::on_memory(disk, clock, 30_000);
    for n in 1..200 {
        assert!(attest(&log, clock, n));
    }
    let newest = log.checkpoint().seq;
    (log, newest)
}

pub(super) fn numbers(page: &Page) -> Vec<u64> {
    let number = |line: &serde_json::value::RawValue| {
        let line: serde_json::Value = serde_json::from_str(line.get()).unwrap();
        line["metadata"]["sequence"].as_u64().unwrap()
    };
    page.items.iter().map(|line| number(line)).collect()
}

pub(super) fn read(log: &Log, query: &Query) -> Page {
    log.read(query, &CancellationToken::new()).unwrap()
}

/// Follows `next` from page to page.
pub(super) fn all(log: &Log, mut query: Query) -> Vec<u64> {
    let mut seen = Vec::new();
    loop {
        let page = read(log, &query);
        assert!(page.items.len() <= query.limit);
        seen.extend(numbers(&page));
        let Some(next) = page.next else { return seen };
        assert_ne!(query.after, page.next, "a page goes on");
        query.after = Some(next);
    }
}

pub(super) fn query(order: Order, after: Option<u64>, filter: Filter) -> Query {
    Query {
        filter,
        order,
        after,
        limit: 7,
        most_bytes: 1 << 30,
    }
}

#[test]
fn pages_go_back_from_the_newest_line_to_the_first() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, newest) = long_log(&disk, &clock);
    assert!(disk.segments().len() > 3);
    let expected: Vec<_> = (1..=newest).rev().collect();
    let everything = query(Order::Newest, None, Filter::default());
    assert_eq!(all(&log, everything), expected);
}

#[test]
fn pages_go_on_from_a_number() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, newest) = long_log(&disk, &clock);
    let from = |after| query(Order::Oldest, Some(after), Filter::default());
    let expected: Vec<_> = (51..=newest).collect();
    assert_eq!(all(&log, from(50)), expected);
    assert_eq!(all(&log, from(newest)), [0; 0]);
    assert_eq!(all(&log, from(u64::MAX)), [0; 0]);
    let back = query(Order::Newest, Some(1), Filter::default());
    assert_eq!(all(&log, back), [0; 0]);
}

#[test]
fn only_lines_with_the_code_asked_for_are_shown() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, _) = long_log(&disk, &clock);
    let opened = |order| {
        let codes = vec![CodePattern::One(Code::SegmentOpened)];
        let filter = Filter {
            codes,
            ..Filter::default()
        };
        query(order, None, filter)
    };
    let firsts: Vec<_> = disk.segments().iter().map(|name| name.first).collect();
    assert_eq!(all(&log, opened(Order::Oldest)), firsts);
    let mut back = all(&log, opened(Order::Newest));
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
    for order in [Order::Newest, Order::Oldest] {
        let shown = all(&log, query(order, None, Filter::default()));
        assert!(shown.iter().all(|seq| *seq <= newest));
    }
}
