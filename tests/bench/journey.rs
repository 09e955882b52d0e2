//! The first journey in figures: start, import, look, push to the sandbox.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::{Value, json};

use crate::appliance::{Appliance, UNPACED, start};
use crate::meter::{Report, each, rate, syncs_per_second};

pub(crate) const NAMES: [&str; 8] = [
    "code",
    "name",
    "city",
    "state",
    "country",
    "latitude",
    "longitude",
    "opened",
];

fn row(number: u64) -> String {
    format!(
        "K{number:07},\"Airport of the town number {number}, with a long name\",Town {},S{:02},USA,\
         {}.25,-{}.5,20{:02}-03-04\n",
        number % 5_000,
        number % 50,
        number % 90,
        number % 180,
        number % 26
    )
}

fn file(count: u64) -> impl futures_util::Stream<Item = std::io::Result<Vec<u8>>> {
    let head = std::iter::once(format!("{}\n", NAMES.join(",")).into_bytes());
    let rows = (0..count).step_by(1_000).map(move |from| {
        (from..(from + 1_000).min(count))
            .map(row)
            .collect::<String>()
            .into_bytes()
    });
    futures_util::stream::iter(head.chain(rows)).map(Ok)
}

pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(journey(report));
}

async fn journey(report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let syncs = syncs_per_second(folder.path());
    report.add(
        "disk: durable 512-byte appends, one after the other",
        "",
        format!("{syncs:.0} /s"),
    );
    let appliance = Appliance::open(folder.path()).await;
    import(&appliance, 10_000, "10,000", report).await;
    let small = dataset(&appliance, "Pushed").await;
    send(&appliance, &small, 100_000).await;
    push(&appliance, &small, report).await;
    let large = import(&appliance, 1_000_000, "1,000,000", report).await;
    look(&appliance, &large, report).await;
    let sync = sync(&appliance, &large, "Large", "push").await;
    run(&appliance, &sync).await;
    plan(&appliance, &sync, 1_000_000, report).await;
    let url = appliance.sandbox_url.clone();
    drop(appliance);
    idle(folder.path(), &url, report).await;
}

pub(crate) async fn dataset(appliance: &Appliance, name: &str) -> String {
    let kinds = [
        "text", "text", "text", "text", "text", "number", "number", "date",
    ];
    let fields: Vec<Value> = NAMES
        .iter()
        .zip(kinds)
        .map(
            |(name, kind)| json!({"name": name, "type": kind, "required": false, "indexed": false}),
        )
        .collect();
    let body = json!({"name": name, "key_field": "code", "fields": fields});
    let dataset = appliance.call(Method::POST, "/datasets", Some(body)).await;
    dataset["id"].as_str().expect("an id").to_owned()
}

pub(crate) async fn send(appliance: &Appliance, dataset: &str, count: u64) {
    let path = format!("/datasets/{dataset}/imports?format=csv");
    let request = appliance
        .request(Method::POST, &path)
        .header("content-type", "text/csv");
    let body = reqwest::Body::wrap_stream(file(count));
    let answer = request.body(body).send().await.expect("an answer");
    let report: Value = answer.json().await.expect("a report");
    assert_eq!(report["created"], count, "{report}");
}

async fn import(appliance: &Appliance, count: u64, label: &str, report: &mut Report) -> String {
    let dataset = dataset(appliance, label).await;
    let before = appliance.process.cpu();
    send(appliance, &dataset, count).await;
    let cpu = appliance.process.cpu().saturating_sub(before);
    report.add(
        &format!("import: {label} CSV rows, CPU"),
        "60,000 /s",
        rate(count, cpu),
    );
    report.add(
        &format!("import: peak memory after {label} rows"),
        "bounded",
        appliance.process.peak(),
    );
    dataset
}

/// Reads one record of a million, another each time, and the first page of the list: by a client
/// that waits for each answer, which leaves the appliance asleep in between, and by eight at a time.
async fn look(appliance: &Appliance, dataset: &str, report: &mut Report) {
    const CALLS: u64 = 4_000;
    let record = |number: u64| {
        let key = number * 331 % 1_000_000;
        format!("/datasets/{dataset}/records/K{key:07}")
    };
    let list = |_: u64| format!("/datasets/{dataset}/records?limit=50");
    for (at_a_time, how) in [(1, "one after the other"), (8, "8 at a time")] {
        for (what, target, path) in [
            (
                "one record of 1,000,000",
                "60 µs",
                &record as &dyn Fn(u64) -> String,
            ),
            ("a list of 50 records", "200 µs", &list),
        ] {
            let before = appliance.process.cpu();
            futures_util::stream::iter((0..CALLS).map(path))
                .map(async |path| appliance.call(Method::GET, &path, None).await)
                .buffer_unordered(at_a_time)
                .for_each(|_answer| std::future::ready(()))
                .await;
            let spent = appliance.process.cpu().saturating_sub(before);
            report.add(
                &format!("http: {what}, {how}, CPU"),
                target,
                each(CALLS, spent),
            );
        }
    }
}

/// Where a sync writes or reads at the sandbox, and by which token.
#[derive(Clone, Copy)]
pub(crate) struct Far {
    pub(crate) provider: &'static str,
    pub(crate) token: &'static str,
    pub(crate) base: &'static str,
    /// The table by its name.
    pub(crate) table: &'static str,
}

pub(crate) const AIRPORTS: Far = Far {
    provider: "airtable",
    token: "patBenchBenchBenchBench",
    base: "appSandboxDemo001",
    table: "Airports",
};

/// A connection to the sandbox.
pub(crate) async fn connect(appliance: &Appliance, far: Far, name: &str) -> String {
    let body = json!({"provider": far.provider, "name": name, "endpoint": "sandbox",
                      "token": far.token});
    let connection = appliance
        .call(Method::POST, "/connections", Some(body))
        .await;
    connection["id"].as_str().expect("an id").to_owned()
}

/// A sync of a dataset with the sandbox, through a connection of its own.
async fn sync(appliance: &Appliance, dataset: &str, name: &str, direction: &str) -> String {
    let connection = connect(appliance, AIRPORTS, name).await;
    let body = wish(appliance, dataset, (&connection, AIRPORTS), name, direction).await;
    make(appliance, body).await
}

/// What a sync as the proposal has it is asked for with.
pub(crate) async fn wish(
    appliance: &Appliance,
    dataset: &str,
    (connection, far): (&str, Far),
    name: &str,
    direction: &str,
) -> Value {
    let tables = format!("/connections/{connection}/bases/{}/tables", far.base);
    let tables = appliance.call(Method::GET, &tables, None).await;
    let tables = tables["items"].as_array().expect("a list");
    let table = tables
        .iter()
        .find(|one| one["name"] == far.table)
        .expect("the sandbox has it");
    let place = json!({"dataset_id": dataset, "connection_id": connection, "base_id": far.base,
                       "table_id": table["id"], "direction": direction});
    let proposal = appliance
        .call(Method::POST, "/syncs/proposal", Some(place.clone()))
        .await;
    let mut sync = place;
    sync["name"] = json!(name);
    sync["mapping"] = proposal["mapping"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}))
        .collect();
    sync["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
    sync["typecast"] = json!(direction == "push");
    sync
}

pub(crate) async fn make(appliance: &Appliance, sync: Value) -> String {
    let sync = appliance.call(Method::POST, "/syncs", Some(sync)).await;
    sync["id"].as_str().expect("an id").to_owned()
}

async fn push(appliance: &Appliance, dataset: &str, report: &mut Report) {
    let sync = sync(appliance, dataset, "Bench", "push").await;
    for (what, target) in [
        ("push: 100,000 records, CPU", "60,000 /s"),
        ("push: unchanged, CPU", ""),
    ] {
        let before = appliance.process.cpu();
        run(appliance, &sync).await;
        report.add(
            what,
            target,
            rate(100_000, appliance.process.cpu().saturating_sub(before)),
        );
    }
    plan(appliance, &sync, 100_000, report).await;
    report.add(
        "push: peak memory so far",
        "60 MiB",
        appliance.process.peak(),
    );
}

/// A plan over records of which none has changed since the last run.
async fn plan(appliance: &Appliance, sync: &str, records: u64, report: &mut Report) {
    let (began, before) = (Instant::now(), appliance.process.cpu());
    let path = format!("/syncs/{sync}/plans");
    let plan = appliance.call(Method::POST, &path, Some(json!({}))).await;
    let path = format!("/plans/{}", plan["id"].as_str().expect("an id"));
    let plan = loop {
        tokio::time::sleep(Duration::from_millis(5)).await;
        let plan = appliance.call(Method::GET, &path, None).await;
        if plan["state"] != "making" {
            break plan;
        }
    };
    let (took, cpu) = (began.elapsed(), appliance.process.cpu());
    assert_eq!(plan["counts"]["unchanged"], records, "{plan}");
    let label = &format!("plan: {records} unchanged records");
    report.add(label, "500,000 /s", rate(records, took));
    let cpu = rate(records, cpu.saturating_sub(before));
    report.add(&format!("{label}, CPU"), "", cpu);
}

pub(crate) async fn run(appliance: &Appliance, sync: &str) {
    let run = appliance
        .call(Method::POST, &format!("/syncs/{sync}/runs"), None)
        .await;
    let path = format!("/runs/{}", run["id"].as_str().expect("an id"));
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let run = appliance.call(Method::GET, &path, None).await;
        match run["state"].as_str() {
            Some("done") => return assert_eq!(run["counts"]["refused"], 0, "{run}"),
            Some("failed") => panic!("{run}"),
            _ => {}
        }
    }
}

async fn idle(folder: &std::path::Path, sandbox_url: &str, report: &mut Report) {
    let (process, _, first) = start(folder, sandbox_url, UNPACED).await;
    report.add(
        "start: to the first answer, second start",
        "60 ms",
        format!("{first:.0?}"),
    );
    tokio::time::sleep(Duration::from_secs(2)).await;
    let memory = process.memory_kib("RssAnon") as f64 / 1024.0;
    report.add(
        "idle: anonymous memory, second start",
        "20 MiB",
        format!("{memory:.1} MiB"),
    );
}
