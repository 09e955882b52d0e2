//! Pulls in figures, and pushes of one record a call: Airtable's calls bring a hundred records each
//! and write ten, Notion's bring a hundred and write one, Zapier's deliver one.

use reqwest::Method;
use serde_json::{Value, json};

use crate::appliance::Appliance;
use crate::journey::{Far, NAMES, connect, dataset, make, run, send, wish};
use crate::meter::{Report, rate};

const RECORDS: u64 = 100_000;
const PUSHED: u64 = 20_000;
const AIRTABLE: Far = Far {
    provider: "airtable",
    token: "patBenchBenchBenchBench",
    base: "appBenchPulls0001",
    table: "Pulled",
};
const NOTION: Far = Far {
    provider: "notion",
    token: "ntn_BENCHbenchBENCHbench0001",
    base: "d0000000-0000-4000-8000-00000000beef",
    table: "Pulled",
};

const HOOK: Far = Far {
    provider: "zapier",
    token: "https://hooks.zapier.com/hooks/catch/100001/demo0001/",
    base: "hook",
    table: "Deliveries",
};

pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for vendor in [Vendor::Airtable, Vendor::Notion] {
        runtime.block_on(pulled(vendor, report));
    }
    runtime.block_on(pushed(NOTION, "Notion", report));
    runtime.block_on(pushed(HOOK, "a hook of Zapier's", report));
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Vendor {
    Airtable,
    Notion,
}

/// What an appliance of its own spends on bringing all records here, and again when none has
/// changed.
async fn pulled(vendor: Vendor, report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let appliance = open(folder.path()).await;
    let (far, label, targets) = match vendor {
        Vendor::Airtable => {
            base(&appliance).await;
            let targets = ["60,000 /s", "200,000 /s"];
            (AIRTABLE, "Airtable records", targets)
        }
        Vendor::Notion => {
            database(&appliance, RECORDS).await;
            (NOTION, "Notion pages", ["25,000 /s", "80,000 /s"])
        }
    };
    let here = dataset(&appliance, "Pulled").await;
    let sync = sync(&appliance, far, &here, "pull").await;
    for (how, target) in ["", "unchanged "].into_iter().zip(targets) {
        let before = appliance.process.cpu();
        run(&appliance, &sync).await;
        let spent = appliance.process.cpu().saturating_sub(before);
        let what = format!("pull: {RECORDS} {how}{label}, CPU");
        report.add(&what, target, rate(RECORDS, spent));
    }
    let shown = appliance
        .call(Method::GET, &format!("/datasets/{here}"), None)
        .await;
    assert_eq!(shown["records"], RECORDS, "{shown}");
    peak(
        &appliance,
        &format!("pull: peak memory with {label}"),
        report,
    );
}

async fn pushed(far: Far, label: &str, report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let appliance = open(folder.path()).await;
    database(&appliance, 0).await;
    let here = dataset(&appliance, "Pushed").await;
    send(&appliance, &here, PUSHED).await;
    let sync = sync(&appliance, far, &here, "push").await;
    let before = appliance.process.cpu();
    run(&appliance, &sync).await;
    let spent = appliance.process.cpu().saturating_sub(before);
    let what = format!("push: {PUSHED} records to {label}, CPU");
    report.add(&what, "10,000 /s", rate(PUSHED, spent));
    peak(
        &appliance,
        &format!("push: peak memory with {label}"),
        report,
    );
}

async fn sync(appliance: &Appliance, far: Far, dataset: &str, direction: &str) -> String {
    let connection = connect(appliance, far, "Bench").await;
    let body = wish(appliance, dataset, (&connection, far), "Bench", direction).await;
    make(appliance, body).await
}

async fn open(folder: &std::path::Path) -> Appliance {
    let appliance = Appliance::open(folder).await;
    // A database that was just made is found at once, and its pages may all be of one minute.
    let knobs = json!({"notion": {"search_lag_seconds": 0, "query_cap": 2 * RECORDS}});
    appliance.control(Method::PATCH, "knobs", &knobs).await;
    appliance
}

fn peak(appliance: &Appliance, what: &str, report: &mut Report) {
    report.add(what, "60 MiB", appliance.process.peak());
}

/// A base whose one table is full.
async fn base(appliance: &Appliance) {
    let kinds = ["singleLineText"; 5].into_iter();
    let kinds = kinds.chain(["number", "number", "date"]);
    let fields = NAMES.iter().zip(kinds).map(|(name, kind)| {
        let options = match kind {
            "number" => json!({"precision": 2}),
            "date" => json!({"dateFormat": {"name": "iso"}}),
            _ => Value::Null,
        };
        json!({"name": name, "type": kind, "options": options})
    });
    let records = (0..RECORDS).map(|number| {
        json!({
            "code": format!("K{number:07}"),
            "name": format!("Airport of the town number {number}, with a long name"),
            "city": format!("Town {}", number % 5_000), "state": format!("S{:02}", number % 50),
            "country": "USA", "latitude": number % 90, "longitude": number % 180,
            "opened": format!("20{:02}-03-04", number % 26),
        })
    });
    let table = json!({
        "name": "Pulled", "fields": fields.collect::<Vec<_>>(),
        "records": records.collect::<Vec<_>>(),
    });
    let base = json!({"id": AIRTABLE.base, "name": "Pulled", "tables": [table]});
    appliance.control(Method::POST, "bases", &base).await;
}

/// A database with so many pages.
async fn database(appliance: &Appliance, pages: u64) {
    let text = json!({"rich_text": {}});
    let database = json!({"id": NOTION.base, "title": "Pulled", "data_sources": [{
        "name": "Pulled",
        "properties": {
            "code": {"title": {}}, "name": text, "city": text, "state": text, "country": text,
            "latitude": {"number": {}}, "longitude": {"number": {}}, "opened": {"date": {}},
        },
        "generate": pages,
    }]});
    appliance
        .control(Method::POST, "notion/databases", &database)
        .await;
}
