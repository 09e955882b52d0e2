//! Whether the book tells what has happened, all of it and nothing else.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use weighbridge::audit::{Depth, Filter, Options, Order, Query, verify_on};
use weighbridge::jobs::State;
use weighbridge::sync::{Direction, Fate};

use super::check::Findings;
use super::kept::digests;
use super::people::key;
use super::world::World;

/// Fails unless the chain holds, and what the store keeps follows from the lines.
pub(super) fn agrees(world: &World, findings: &Findings<'_>) {
    findings.appliance.log.flush().unwrap();
    let options = Options {
        depth: Depth::Json,
        threads: Some(1),
        ..Options::default()
    };
    let mount = world.machine.folder.mount(&world.machine.power);
    let report = verify_on(&mount, &options).unwrap();
    assert!(report.holds(), "{report}");
    let lines = lines(findings, report.last_seq);
    // A pull's line tells of many records, and names none.
    if world.direction == Direction::Push {
        records_follow(world, findings, &lines);
    }
    runs_follow(findings, &lines);
}

/// The lines whose acts were committed.
fn lines(findings: &Findings<'_>, last: u64) -> Vec<Value> {
    let query = Query {
        filter: Filter::default(),
        order: Order::Oldest,
        after: None,
        limit: 1_000_000,
        most_bytes: u64::MAX,
    };
    let page = findings
        .appliance
        .log
        .read(&query, &CancellationToken::new())
        .unwrap();
    let lines = page
        .items
        .iter()
        .map(|line| serde_json::from_str(line.get()).unwrap());
    let lines: Vec<Value> = lines.collect();
    let numbers: Vec<u64> = lines.iter().map(number).collect();
    let all: Vec<u64> = (1..=last).collect();
    assert_eq!(numbers, all, "readers are not shown every line");
    let void: BTreeSet<u64> = lines
        .iter()
        .filter_map(|line| line["unmapped"]["void_lines"].as_array())
        .flatten()
        .map(|number| number.as_u64().unwrap())
        .collect();
    let stands = |line: &Value| !void.contains(&number(line));
    lines.into_iter().filter(stands).collect()
}

fn number(line: &Value) -> u64 {
    let number = line["metadata"]["sequence"].as_u64();
    number.expect("a line has a number")
}

fn word(line: &Value) -> &str {
    line["metadata"]["labels"][0].as_str().unwrap()
}

/// The id of the object of a kind that a line is about.
fn about<'a>(line: &'a Value, kind: &str) -> &'a str {
    let mut things = line["resources"].as_array().into_iter().flatten();
    let thing = things.find(|thing| thing["type"] == kind);
    thing
        .and_then(|thing| thing["uid"].as_str())
        .unwrap_or_default()
}

/// Going through the book one comes to the records that the dataset holds.
fn records_follow(world: &World, findings: &Findings<'_>, lines: &[Value]) {
    let mut there: BTreeSet<String> = (0..world.records).map(key).collect();
    for line in lines {
        let of = about(line, "record").to_owned();
        let fits = match word(line) {
            "sensitive_create" if !of.is_empty() => there.insert(of),
            "sensitive_update" if !of.is_empty() => there.contains(&of),
            "sensitive_delete" if !of.is_empty() => there.remove(&of),
            _ => true,
        };
        assert!(fits, "the book tells what cannot be: {line}");
    }
    let held: BTreeSet<String> = findings.records.keys().cloned().collect();
    assert_eq!(there, held, "the dataset is not what the book tells");
}

/// Each run was asked for once and has ended once, as the book tells.
fn runs_follow(findings: &Findings<'_>, lines: &[Value]) {
    let mut asked: BTreeMap<&str, u32> = BTreeMap::new();
    let mut ended: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for line in lines {
        let run = about(line, "run");
        match word(line) {
            "run_queued" | "plan_approved" => *asked.entry(run).or_default() += 1,
            "run_finished" | "run_failed" | "run_cancelled" => {
                ended.entry(run).or_default().push(line);
            }
            _ => {}
        }
    }
    let digests = digests(findings);
    for (run, _) in &findings.runs {
        let id = run.id.to_string();
        assert_eq!(asked.remove(id.as_str()), Some(1), "run {id} was asked for");
        let ends = ended.remove(id.as_str()).unwrap_or_default();
        let [end] = ends.as_slice() else {
            panic!("run {id} has ended {} times", ends.len());
        };
        let wanted = match run.job.state {
            State::Done => "run_finished",
            State::Failed(_) => "run_failed",
            _ => "run_cancelled",
        };
        assert_eq!(word(end), wanted, "run {id}: {end}");
        if run.job.started_at.is_none() {
            continue; // it was called off before it began, and there is nothing to count
        }
        let counts = &end["unmapped"]["counts"];
        for fate in Fate::ALL {
            let told = &counts[fate.name()];
            assert_eq!(
                *told,
                json!(run.job.counts.of(fate)),
                "{fate:?} of run {id}"
            );
        }
        let digest = &end["unmapped"]["details"]["outcomes_sha256"];
        assert_eq!(*digest, json!(digests[&run.id]), "outcomes of run {id}");
    }
    assert!(
        asked.is_empty(),
        "runs of the book that are not there: {asked:?}"
    );
}
