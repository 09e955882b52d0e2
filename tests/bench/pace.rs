//! How much of the vendors' quotas runs use, in real time, and that they never overdraw them.

use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};

use crate::appliance::Appliance;
use crate::journey::{Far, connect, dataset, make, send, wish};
use crate::meter::Report;

/// Both take more than two minutes: Airtable writes ten records with a call, Notion one.
const AIRTABLE_RECORDS: u64 = 3_300;
const NOTION_RECORDS: u64 = 400;

/// Two tables of one base, which has five calls a second for both.
const TABLES: [Far; 2] = [
    Far {
        provider: "airtable",
        token: "patBenchBenchBenchBench",
        base: "appSharedByTwo001",
        table: "East",
    },
    Far {
        provider: "airtable",
        token: "patBenchBenchBenchBench",
        base: "appSharedByTwo001",
        table: "West",
    },
];

const PAGES: Far = Far {
    provider: "notion",
    token: "ntn_benchbenchbenchbench",
    base: "d0000000-0000-4000-8000-000000000001",
    table: "Airports",
};

pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(pace(report));
}

async fn pace(report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let file = folder.path().join("bases.json");
    std::fs::write(&file, bases().to_string()).expect("the folder is writable");
    let file = file.to_str().expect("a plain path");
    let appliance = Appliance::open_with(folder.path(), &["--bases", file], "").await;
    let mut syncs = Vec::new();
    for far in TABLES {
        syncs.push(furnish(&appliance, far, AIRTABLE_RECORDS).await);
    }
    let notion = furnish(&appliance, PAGES, NOTION_RECORDS).await;
    let (airtable, notion) = tokio::join!(
        join_all(syncs.iter().map(|sync| run(&appliance, sync))),
        run(&appliance, &notion),
    );
    tell(
        "pace: two runs share a base of Airtable's",
        5.0,
        &airtable,
        report,
    );
    tell("pace: a run at Notion", 3.0, &[notion], report);
}

/// A base with the tables of [`TABLES`], each with the fields of the records.
fn bases() -> Value {
    let text = |name: &str| json!({"name": name, "type": "singleLineText"});
    let names = ["Code", "Name", "City", "State", "Country"];
    let tables: Vec<_> = TABLES
        .iter()
        .map(|far| json!({"name": far.table, "fields": names.map(text)}))
        .collect();
    json!([{"id": TABLES[0].base, "name": "Shared", "tables": tables}])
}

/// A sync that has `count` records to push to `far`.
async fn furnish(appliance: &Appliance, far: Far, count: u64) -> String {
    let dataset = dataset(appliance, far.table).await;
    send(appliance, &dataset, count).await;
    let name = format!("{} {}", far.provider, far.table);
    let connection = connect(appliance, far, &name).await;
    let sync = wish(appliance, &dataset, (&connection, far), &name, "push").await;
    make(appliance, sync).await
}

/// Runs it and gives the run.
async fn run(appliance: &Appliance, sync: &str) -> Value {
    let path = format!("/syncs/{sync}/runs");
    let run = appliance.call(Method::POST, &path, None).await;
    let path = format!("/runs/{}", run["id"].as_str().expect("an id"));
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let run = appliance.call(Method::GET, &path, None).await;
        match run["state"].as_str() {
            Some("done") => return run,
            Some("failed") => panic!("{run}"),
            _ => {}
        }
    }
}

/// The calls a second of runs that went side by side, from the first's start to the last's end.
fn tell(what: &str, quota: f64, runs: &[Value], report: &mut Report) {
    let sum = |member: &str| -> f64 {
        let counts = runs.iter().map(|run| run[member].as_f64());
        counts.map(|count| count.expect("a count")).sum()
    };
    let moments = |member: &str| -> Vec<Timestamp> {
        let texts = runs.iter().map(|run| run[member].as_str());
        let moments = texts.map(|text| text.expect("a moment").parse());
        moments.map(|moment| moment.expect("a moment")).collect()
    };
    let (began, ended) = (moments("started_at"), moments("finished_at"));
    let (began, ended) = (began.iter().min(), ended.iter().max());
    let took = began.zip(ended).expect("there are runs");
    let took = took.1.duration_since(*took.0).as_secs_f64();
    let used = sum("calls") / took / quota * 100.0;
    let refused = sum("calls_refused_by_vendor");
    let what = format!("{what}, {took:.0} s");
    let reached = format!("{used:.1} %, {refused} calls refused");
    report.add(&what, "98 % of its quota", reached);
    if used < 98.0 || refused > 0.0 {
        report.miss(&what);
    }
}
