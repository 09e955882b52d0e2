//! What ten thousand syncs cost that wait for their time.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use reqwest::Method;
use serde_json::json;

use crate::appliance::{Appliance, UNPACED};
use crate::journey::{AIRPORTS, connect, dataset, make, wish};
use crate::meter::Report;

const SYNCS: usize = 10_000;
const WAIT: Duration = Duration::from_mins(1);

pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(idle(report));
}

async fn idle(report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let arguments = ["--rate", "0"];
    let appliance = Appliance::open_with(folder.path(), &arguments, UNPACED).await;
    let dataset = dataset(&appliance, "Waits").await;
    let connection = connect(&appliance, AIRPORTS, "Waits").await;
    let sync = wish(
        &appliance,
        &dataset,
        (&connection, AIRPORTS),
        "Waits",
        "push",
    )
    .await;
    // A leap day is far away, whenever this runs.
    let schedule = json!({"every": "cron", "cron": "0 4 29 2 *", "zone": "UTC"});
    futures_util::stream::iter(0..SYNCS)
        .map(async |number| {
            let mut sync = sync.clone();
            sync["name"] = json!(format!("Sync {number}"));
            let id = make(&appliance, sync).await;
            let path = format!("/syncs/{id}/schedule");
            appliance
                .call(Method::PUT, &path, Some(schedule.clone()))
                .await;
        })
        .buffer_unordered(16)
        .for_each(|()| std::future::ready(()))
        .await;
    // What the making itself has left to do is done by then.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let (began, before) = (Instant::now(), appliance.process.cpu());
    tokio::time::sleep(WAIT).await;
    let spent = appliance.process.cpu().saturating_sub(before).as_secs_f64();
    let share = spent / began.elapsed().as_secs_f64() * 100.0;
    report.add(
        "schedules: 10,000 syncs that wait, of a core",
        "1 %",
        format!("{share:.2} %"),
    );
    let memory = appliance.process.memory_kib("RssAnon") / 1024;
    report.add(
        "schedules: anonymous memory beside them",
        "",
        format!("{memory} MiB"),
    );
}
