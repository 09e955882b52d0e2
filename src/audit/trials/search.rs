//! Searching: by every condition, within a budget, and whatever somebody has called themselves.

use std::time::Duration;

use super::super::event::Outcome;
use super::super::read::{Ended, Filter, Order};
use super::pages::{all, long_log, numbers, query, read};
use super::*;
use crate::base::{Origin, Party, RequestId, UserId};

/// A request of somebody whose client calls itself `agent`.
fn person(clock: &Clock, email: &str, agent: &str) -> Actor {
    Actor {
        party: Party::User {
            id: UserId::new(clock),
            email: email.into(),
            session: Some("5f01".into()),
            token: Some("tok-7".into()),
        },
        origin: Some(Origin {
            request: RequestId::new(clock),
            ip: "192.0.2.7".parse().ok(),
            port: Some(4711),
            method: "GET".into(),
            path: "/api/v1/datasets".into(),
            user_agent: Some(agent.into()),
            receipt: None,
        }),
    }
}

/// Lines 2 to 5 of a log: a read, a creation, a refusal, and one whose client is called like all of
/// them.
fn small_log(disk: &MemoryDisk, clock: &Clock) -> (Log, Actor) {
    let log = Log::on_memory(disk, clock, 1 << 20);
    let ada = person(clock, "ada@example.org", "curl");
    let forger =
        "\",\"metadata\":{\"event_code\":\"WB-DATA-001\" \"uid\":\"set-1\" status_id\":2 Airports";
    let forger = person(clock, "eve@example.org", forger);
    let events = [
        Event::new(Code::RecordsRead, &ada).entity("dataset", "set-1", "Airports"),
        Event::new(Code::DatasetCreated, &ada).resource("dataset", "set-2", "Über \"Bücher\"", 1),
        Event::new(Code::SignInFailed, &ada)
            .user(None, "nobody@example.org")
            .status(Outcome::Failure {
                code: "INVALID_CREDENTIALS",
                detail: "the password is wrong".into(),
            }),
        Event::new(Code::DatasetsRead, &forger).detail(
            "event_code",
            serde_json::json!({"uid": "set-1", "status_id": 2}),
        ),
    ];
    for event in events {
        log.record(event.build(clock));
    }
    log.flush().unwrap();
    (log, ada)
}

fn asked(set: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    set(&mut filter);
    filter
}

fn word(text: &str) -> String {
    text.to_owned()
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "a table, with a row for each condition"
)]
fn every_condition_finds_its_lines_and_no_others() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, ada) = small_log(&disk, &clock);
    let origin = ada.origin.clone().unwrap();
    let id = ada.user().unwrap().to_string();
    let codes = |list: &[&str]| list.iter().map(|one| one.parse().unwrap()).collect();
    let table: Vec<(&str, Filter, &[u64])> = vec![
        ("code", asked(|f| f.codes = codes(&["WB-DATA-001"])), &[3]),
        ("family", asked(|f| f.codes = codes(&["WB-AUTH-"])), &[4]),
        (
            "codes",
            asked(|f| f.codes = codes(&["WB-AUTH-", "WB-DATA-001"])),
            &[3, 4],
        ),
        ("failure", asked(|f| f.outcome = Some(Ended::Failure)), &[4]),
        (
            "success",
            asked(|f| f.outcome = Some(Ended::Success)),
            &[1, 2, 3, 5],
        ),
        ("unknown", asked(|f| f.outcome = Some(Ended::Unknown)), &[]),
        (
            "e-mail",
            asked(|f| f.actor = Some(word("ADA@example.org"))),
            &[2, 3, 4],
        ),
        ("user", asked(|f| f.actor = Some(id)), &[2, 3, 4]),
        (
            "session",
            asked(|f| f.actor = Some(word("5f01"))),
            &[2, 3, 4, 5],
        ),
        (
            "token",
            asked(|f| f.actor = Some(word("tok-7"))),
            &[2, 3, 4, 5],
        ),
        (
            "subject",
            asked(|f| f.actor = Some(word("nobody@example.org"))),
            &[],
        ),
        ("object", asked(|f| f.object = Some(word("set-1"))), &[2]),
        (
            "kind",
            asked(|f| f.object_type = Some(word("dataset"))),
            &[2, 3],
        ),
        (
            "a user",
            asked(|f| f.object_type = Some(word("user"))),
            &[4],
        ),
        (
            "request",
            asked(|f| f.request = Some(origin.request)),
            &[2, 3, 4],
        ),
        ("address", asked(|f| f.address = origin.ip), &[2, 3, 4, 5]),
        (
            "elsewhere",
            asked(|f| f.address = "192.0.2.70".parse().ok()),
            &[],
        ),
        ("words", asked(|f| f.text = Some(word("AIRports was"))), &[]),
        ("word", asked(|f| f.text = Some(word("AIRports"))), &[2]),
        (
            "not ASCII",
            asked(|f| f.text = Some(word("\u{fc}BER \"B\u{fc}ch"))),
            &[3],
        ),
        (
            "reason",
            asked(|f| f.text = Some(word("password wrong"))),
            &[4],
        ),
        ("reads", asked(|f| f.without_reads = true), &[1, 3, 4]),
        (
            "lines",
            asked(|f| (f.first_line, f.last_line) = (Some(2), Some(3))),
            &[2, 3],
        ),
        (
            "no lines",
            asked(|f| (f.first_line, f.last_line) = (Some(9), Some(3))),
            &[],
        ),
    ];
    for (name, filter, expected) in table {
        let found = all(&log, query(Order::Oldest, None, filter.clone()));
        assert_eq!(found, expected, "{name}, the oldest first");
        let mut found = all(&log, query(Order::Newest, None, filter));
        found.reverse();
        assert_eq!(found, expected, "{name}, the newest first");
    }
}

#[test]
fn a_time_is_found_in_its_segments_without_reading_the_others() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 2_000);
    let start = clock.now();
    for n in 0..100 {
        clock.advance(Duration::from_hours(1));
        log.append(&act(&clock, n)).unwrap();
    }
    let hour = |n: i64| start + jiff::SignedDuration::from_hours(n);
    let between = asked(|filter| {
        filter.from = Some(hour(50));
        filter.to = Some(hour(53));
    });
    for order in [Order::Newest, Order::Oldest] {
        let mut search = query(order, None, between.clone());
        search.limit = 100;
        let page = read(&log, &search);
        let lines: Vec<_> = page
            .items
            .iter()
            .map(|line| line.get().to_owned())
            .collect();
        for n in [49, 50, 51] {
            assert_eq!(times_shown(&lines, n), 1, "act {n}");
        }
        assert_eq!(times_shown(&lines, 48) + times_shown(&lines, 52), 0);
        let whole = text(&disk).len() as u64;
        assert!(page.scanned_bytes < whole / 5, "{}", page.scanned_bytes);
        assert_eq!(page.scanned_lines, log.checkpoint().seq);
        assert_eq!(page.next, None);
    }
}

#[test]
fn an_act_that_waited_for_the_disk_is_found_by_its_own_time() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let log = Log::on_memory(&disk, &clock, 1_000);
    log.append(&act(&clock, 1)).unwrap();
    let begin = clock.now();
    log.record(act(&clock, 2));
    clock.advance(Duration::from_hours(5));
    for n in 3..9 {
        log.append(&act(&clock, n)).unwrap();
    }
    let filter = asked(|filter| filter.to = Some(begin + jiff::SignedDuration::from_secs(60)));
    let page = read(&log, &query(Order::Oldest, None, filter));
    let lines: Vec<_> = page
        .items
        .iter()
        .map(|line| line.get().to_owned())
        .collect();
    assert_eq!(times_shown(&lines, 2), 1);
    assert_eq!(times_shown(&lines, 3), 0);
}

#[test]
fn a_search_stops_at_its_budget_and_goes_on_where_it_stopped() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, newest) = long_log(&disk, &clock);
    for order in [Order::Newest, Order::Oldest] {
        let mut search = query(
            order,
            None,
            asked(|filter| filter.text = Some(word("zebra"))),
        );
        search.most_bytes = 1;
        let mut calls = 0;
        let mut lines = 0;
        loop {
            let page = read(&log, &search);
            assert_eq!(numbers(&page), [0; 0]);
            calls += 1;
            lines += page.scanned_lines;
            let to = page.scanned_to.unwrap().sequence;
            let Some(next) = page.next else { break };
            assert_eq!(to, next);
            search.after = Some(next);
        }
        assert_eq!(lines, newest);
        assert!(calls >= disk.segments().len(), "{calls}");
    }
}

#[test]
fn a_search_that_nobody_waits_for_ends() {
    let (disk, clock) = (MemoryDisk::default(), clock());
    let (log, _) = long_log(&disk, &clock);
    let stop = CancellationToken::new();
    stop.cancel();
    let search = query(
        Order::Oldest,
        None,
        asked(|filter| filter.text = Some(word("zebra"))),
    );
    let page = log.read(&search, &stop).unwrap();
    assert!(page.next.is_some());
}
