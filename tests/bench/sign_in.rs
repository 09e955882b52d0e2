//! Whether the time of a refused sign-in tells why it was refused.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;

use crate::appliance::Appliance;
use crate::meter::Report;

/// Attempts of each kind.
const ATTEMPTS: usize = 200;
/// Attempts at one account: fewer than hold it back.
const AT_ONE: usize = 4;
/// Failures after which an account is held back.
const FREE: usize = 5;

const KINDS: [&str; 4] = ["unknown", "wrong", "held-back", "disabled"];

pub(crate) fn measure(report: &mut Report) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(refusals(report));
}

async fn refusals(report: &mut Report) {
    let folder = tempfile::tempdir_in("target").expect("a folder on the disk");
    let appliance = Appliance::open(folder.path()).await;
    let mut times: [Vec<Duration>; 4] = Default::default();
    for account in 0..ATTEMPTS / AT_ONE {
        furnish(&appliance, account).await;
        for attempt in 0..AT_ONE {
            // In turns, so that whatever else the machine does strikes each kind alike.
            for turn in 0..KINDS.len() {
                let kind = (turn + attempt) % KINDS.len();
                times[kind].push(refused(&appliance, KINDS[kind], account).await);
            }
        }
    }
    let medians = times.map(median);
    for (kind, median) in KINDS.iter().zip(medians) {
        let what = format!("sign-in: {kind}, median of {ATTEMPTS} refusals");
        report.add(&what, "", format!("{:.2} ms", median.as_secs_f64() * 1e3));
    }
    let (least, most) = (medians.iter().min(), medians.iter().max());
    let (least, most) = (least.expect("four"), most.expect("four"));
    let apart = 100.0 * (most.as_secs_f64() / least.as_secs_f64() - 1.0);
    report.add(
        "sign-in: how far the medians are apart",
        "5 %",
        format!("{apart:.1} %"),
    );
}

fn email(kind: &str, account: usize) -> String {
    format!("{kind}-{account}@example.org")
}

/// Makes one account of each kind that has one.
async fn furnish(appliance: &Appliance, account: usize) {
    for kind in &KINDS[1..] {
        let email = email(kind, account);
        let new = json!({"email": email, "name": kind, "roles": ["analyst"],
                         "password": "the right words of the right person"});
        let user = appliance.call(Method::POST, "/users", Some(new)).await;
        if *kind == "disabled" {
            let path = format!("/users/{}", user["id"].as_str().expect("an id"));
            let change = Some(json!({"disabled": true}));
            appliance.call(Method::PATCH, &path, change).await;
        }
    }
    for _ in 0..FREE {
        refused(appliance, "held-back", account).await;
    }
}

/// How long a refusal takes; the password is right where that is not what is wrong.
async fn refused(appliance: &Appliance, kind: &str, account: usize) -> Duration {
    let password = match kind {
        "disabled" => "the right words of the right person",
        _ => "the wrong words of another person",
    };
    let body = json!({"email": email(kind, account), "password": password});
    let request = appliance
        .open_request(Method::POST, "/auth/login")
        .json(&body);
    let began = Instant::now();
    let answer = request.send().await.expect("an answer");
    let (status, _) = (answer.status(), answer.bytes().await.expect("a body"));
    let took = began.elapsed();
    assert_eq!(status, 401, "{kind}");
    took
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
