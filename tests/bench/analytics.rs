//! Events in figures: how fast they come in, what they take up, and how soon they are told of.

use std::path::Path;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use jiff::{Timestamp, Zoned};
use reqwest::Method;
use serde_json::{Value, json};

use crate::appliance::{Appliance, UNPACED};
use crate::meter::{Report, rate, syncs_per_second};

/// Events of a year.
const YEAR: u64 = 10_000_000;
/// The year is told of once at so many of them, too.
const PART: u64 = 1_000_000;
/// Events in one request.
const BATCH: u64 = 10_000;
/// Requests with as many as go in one, for each order of ids.
const BATCHES: u64 = 60;
/// Senders of single events, and how many each of them sends.
const SENDERS: u64 = 64;
const SINGLES: u64 = 200;

pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        come_in(report).await;
        year(report).await;
    });
}

/// How the ids of events follow each other.
#[derive(Clone, Copy)]
enum Ids {
    Random,
    TimeOrdered,
}

async fn come_in(report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let appliance = Appliance::open_with(folder.path(), &["--rate", "0"], UNPACED).await;
    let site = site(&appliance).await;
    let key = key(&appliance, &site).await;
    for (ids, how, target) in [
        (Ids::Random, "random", "60,000 /s"),
        (Ids::TimeOrdered, "time-ordered", "200,000 /s"),
    ] {
        let bodies: Vec<String> = (0..BATCHES).map(|batch| batch_of(ids, batch)).collect();
        let (began, before) = (Instant::now(), appliance.process.cpu());
        futures_util::stream::iter(bodies)
            .map(async |body| send(&appliance, &key, body, BATCH).await)
            .buffer_unordered(4)
            .for_each(|()| std::future::ready(()))
            .await;
        let (took, cpu) = (began.elapsed(), appliance.process.cpu());
        let what = format!("events: batches with {how} ids");
        report.add(&what, target, rate(BATCHES * BATCH, took));
        let spent = rate(BATCHES * BATCH, cpu.saturating_sub(before));
        report.add(&format!("{what}, CPU"), "", spent);
    }
    singles(&appliance, &key, folder.path(), report).await;
}

/// Each waits until its event is durable before it sends the next.
async fn singles(appliance: &Appliance, key: &str, folder: &Path, report: &mut Report) {
    let syncs = syncs_per_second(folder);
    let began = Instant::now();
    futures_util::stream::iter(0..SENDERS)
        .map(async |sender| {
            for number in 0..SINGLES {
                let id = u128::from(number * SENDERS + sender) << 64 | 1;
                let event = event(id, now(), number);
                send(appliance, key, event.to_string(), 1).await;
            }
        })
        .buffer_unordered(64)
        .for_each(|()| std::future::ready(()))
        .await;
    let took = began.elapsed();
    let what = "events: one by one from 64 senders, each durable";
    report.add(what, "10,000 /s", rate(SENDERS * SINGLES, took));
    let each = (SENDERS * SINGLES) as f64 / took.as_secs_f64() / syncs;
    report.add(
        "the same, for each durable append of the disk",
        "",
        format!("{each:.1}"),
    );
}

/// A year that is brought as history.
async fn year(report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let appliance = Appliance::open_with(folder.path(), &["--rate", "0"], UNPACED).await;
    let site = site(&appliance).await;
    let (began, before) = (Instant::now(), appliance.process.cpu());
    bring(&appliance, &site, 0..PART).await;
    overview(&appliance, &site, PART, "5 ms", report).await;
    bring(&appliance, &site, PART..YEAR).await;
    let (took, cpu) = (began.elapsed(), appliance.process.cpu());
    report.add(&format!("history: {YEAR} events"), "", rate(YEAR, took));
    let spent = rate(YEAR, cpu.saturating_sub(before));
    report.add(&format!("history: {YEAR} events, CPU"), "", spent);
    overview(&appliance, &site, YEAR, "10 ms", report).await;
    let bytes = disk(&folder.path().join("data")) as f64 / YEAR as f64;
    report.add(
        "history: disk for each event",
        "60 bytes",
        format!("{bytes:.1} bytes"),
    );
    report.add(
        &format!("history: peak memory at {YEAR} events"),
        "200 MiB",
        appliance.process.peak(),
    );
}

/// What a year's overview takes, its comparison left out: the middle of many.
async fn overview(
    appliance: &Appliance,
    site: &str,
    events: u64,
    target: &str,
    report: &mut Report,
) {
    let today = Zoned::now().date();
    let from = today - jiff::Span::new().days(365);
    let path = format!("/sites/{site}/overview?from={from}&to={today}&compare=none");
    let folded = async || {
        let shown = appliance.call(Method::GET, &path, None).await;
        assert_eq!(shown["totals"]["events"], events, "{}", shown["totals"]);
    };
    folded().await;
    // What came in last is folded meanwhile, and months that are over are counted, which is looked
    // for every minute.
    tokio::time::sleep(Duration::from_secs(75)).await;
    let mut took = Vec::new();
    for _ in 0..21 {
        let began = Instant::now();
        folded().await;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    let what = format!("overview of a year with {events} events");
    report.add(
        &what,
        target,
        format!("{:.1} ms", took[10].as_secs_f64() * 1e3),
    );
}

async fn bring(appliance: &Appliance, site: &str, numbers: std::ops::Range<u64>) {
    let path = format!("/sites/{site}/imports?format=ndjson");
    let now = now().as_millisecond();
    // In the order of time, as whoever exports it writes it.
    let (first, last) = (numbers.start, numbers.end);
    let year = Duration::from_hours(365 * 24).as_millis() / u128::from(last - first);
    let step = i64::try_from(year).expect("a year");
    let lines = (first..last).step_by(1_000).map(move |from| {
        let to = (from + 1_000).min(last);
        let lines = (from..to).map(|number| {
            let ago = i64::try_from(last - number).expect("few") * step;
            let at = now - ago;
            let at = Timestamp::from_millisecond(at).expect("a time");
            event(u128::from(number) << 64 | 1, at, number).to_string() + "\n"
        });
        Ok::<_, std::io::Error>(lines.collect::<String>().into_bytes())
    });
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(lines));
    let request = appliance.request(Method::POST, &path);
    let answer = request
        .header("content-type", "application/x-ndjson")
        .body(body)
        .send()
        .await;
    let told: Value = answer.expect("an answer").json().await.expect("a report");
    assert_eq!(told["accepted"], last - first, "{told}");
}

async fn site(appliance: &Appliance) -> String {
    let body = json!({"name": "Shop", "domain": "shop.example", "currency": "EUR",
                      "time_zone": "Europe/Berlin", "visitor_ids": "lasting"});
    let site = appliance.call(Method::POST, "/sites", Some(body)).await;
    site["id"].as_str().expect("an id").to_owned()
}

async fn key(appliance: &Appliance, site: &str) -> String {
    let body = json!({"name": "Till", "kind": "secret"});
    let path = format!("/sites/{site}/keys");
    let key = appliance.call(Method::POST, &path, Some(body)).await;
    key["key"].as_str().expect("a key").to_owned()
}

async fn send(appliance: &Appliance, key: &str, body: String, events: u64) {
    let request = appliance.open_request(Method::POST, "/events");
    let request = request
        .bearer_auth(key)
        .header("content-type", "application/x-ndjson");
    let answer = request.body(body).send().await.expect("an answer");
    let told: Value = answer.json().await.expect("a report");
    assert_eq!(told["accepted"], events, "{told}");
}

fn batch_of(ids: Ids, batch: u64) -> String {
    let now = now().as_millisecond();
    let lines = (0..BATCH).map(|number| {
        let number = batch * BATCH + number;
        let at = now - i64::try_from(BATCHES * BATCH - number).expect("few");
        let noise = u128::from(mixed(number)) << 64 | u128::from(mixed(!number));
        let id = match ids {
            Ids::Random => noise,
            Ids::TimeOrdered => (u128::try_from(at).expect("after 1970") << 80) | (noise >> 48),
        };
        event(id, Timestamp::from_millisecond(at).expect("a time"), number).to_string() + "\n"
    });
    lines.collect()
}

/// An event as a shop has it: few sources, some hundred pages, visitors that come again.
fn event(id: u128, at: Timestamp, number: u64) -> Value {
    let dice = mixed(number);
    let name = match dice % 50 {
        0 => "purchase",
        1 => "lead",
        2..10 => "click",
        _ => "page_view",
    };
    let source = match dice >> 8 & 7 {
        0 => "?utm_source=news&utm_medium=email&utm_campaign=autumn",
        1 => "?gclid=x",
        _ => "",
    };
    let referrer = match dice >> 16 & 3 {
        0 => "https://www.google.com/",
        1 => "https://blog.example/",
        _ => "",
    };
    let mut event = json!({
        "name": name, "id": uuid::Uuid::from_u128(id).to_string(), "at": at.to_string(),
        "visitor": format!("v{}", (number / 40 * 17 + (dice >> 24) % 12) % 400_000),
        "url": format!("https://shop.example/p/{}{source}", (dice >> 32) % 300), "referrer": referrer,
    });
    if name == "purchase" {
        event["value"] = json!(format!("{}.90", 10 + dice % 90));
        event["currency"] = json!("EUR");
    }
    event
}

#[expect(
    clippy::disallowed_methods,
    reason = "events are of the time that the appliance has"
)]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A number that looks like chance (`SplitMix64`).
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

fn disk(folder: &Path) -> u64 {
    let store = std::fs::metadata(folder.join("store.redb"));
    store.expect("the store is there").len()
}
