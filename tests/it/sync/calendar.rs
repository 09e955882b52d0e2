//! On which days syncs have run, and on which they will.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Yard, id, text};
use crate::support::Client;

/// A member whose session does not end while days go by.
async fn yard() -> Yard {
    let mut yard = Yard::unhurried().await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    yard
}

async fn calendar(client: &Client, from: &str, to: &str) -> Value {
    let path = format!("/calendar?from={from}&to={to}");
    client.get(&path).await.expect(200)
}

impl Yard {
    async fn set(&self, sync: &str, schedule: Value) {
        let path = format!("/syncs/{sync}/schedule");
        self.member.put(&path, schedule).await.expect(200);
    }
}

fn times(calendar: &Value) -> Vec<&str> {
    let times = calendar["schedules"][0]["times"].as_array().unwrap();
    times.iter().map(|at| at.as_str().unwrap()).collect()
}

#[tokio::test]
async fn clocks_that_change_are_met_as_the_schedule_meets_them() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let daily = json!({"every": "day", "at": "02:30", "zone": "Europe/Berlin"});
    yard.set(&sync, daily).await;
    // On the 28th there is no half past two: the gap ends at three.
    let spring = calendar(&yard.member, "2027-03-26T23:00:00Z", "2027-03-29T22:00:00Z").await;
    let expected = [
        "2027-03-27T01:30:00.000Z",
        "2027-03-28T01:00:00.000Z",
        "2027-03-29T00:30:00.000Z",
    ];
    assert_eq!(times(&spring), expected);
    assert_eq!(spring["schedules"][0]["zone"], "Europe/Berlin");
    let hourly = json!({"every": "hour", "minute": 0, "zone": "Europe/Berlin"});
    yard.set(&sync, hourly).await;
    for (from, to, hours) in [
        ("2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z", 23),
        ("2027-10-30T22:00:00Z", "2027-10-31T23:00:00Z", 25),
    ] {
        let day = calendar(&yard.member, from, to).await;
        assert_eq!(times(&day).len(), hours, "{from}: {day}");
    }
}

#[tokio::test]
async fn what_has_run_is_there_with_its_end_and_what_is_to_run_from_then_on() {
    let yard = yard().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    yard.member
        .post(&format!("/syncs/{sync}/plans"), json!({}))
        .await
        .expect(202);
    yard.fly(yard.server.app.scheduler.idle()).await.unwrap();
    let hourly = json!({"every": "hour", "minute": 0, "zone": "UTC"});
    yard.set(&sync, hourly).await;
    let day = calendar(&yard.member, "2027-01-15T00:00:00Z", "2027-01-16T00:00:00Z").await;
    // The job that made a plan is none.
    assert_eq!(day["runs"].as_array().unwrap().len(), 1, "{day}");
    let shown = &day["runs"][0];
    for member in ["id", "sync_id", "state", "queued_at", "finished_at"] {
        assert_eq!(shown[member], run[member], "{member}: {day}");
    }
    assert_eq!(shown["by_schedule"], false);
    assert_eq!(day["runs_left_off"], false);
    assert_eq!(day["schedules"][0]["sync_id"], sync.as_str());
    // It is past eight: nine comes first, and what is past is not told again.
    assert_eq!(times(&day).first(), Some(&"2027-01-15T09:00:00.000Z"));
    assert_eq!(times(&day).len(), 15);
    let before = calendar(&yard.member, "2027-01-14T00:00:00Z", "2027-01-15T00:00:00Z").await;
    assert_eq!(before["runs"], json!([]));
    assert_eq!(times(&before).len(), 0);
    // Two days later the day has no times any more; its run has stayed.
    yard.advance(Duration::from_hours(48));
    let gone = async {
        loop {
            let day = calendar(&yard.member, "2027-01-15T00:00:00Z", "2027-01-16T00:00:00Z").await;
            if times(&day).is_empty() {
                return day;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let day = yard.fly(gone).await;
    assert_eq!(text(&day["runs"][0]["id"]), id(&run), "{day}");
}

#[tokio::test]
async fn a_schedule_that_rests_is_told_without_times() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let resting = json!({"every": "hour", "minute": 0, "zone": "UTC", "paused": true});
    yard.set(&sync, resting).await;
    let day = calendar(&yard.member, "2027-01-15T00:00:00Z", "2027-01-16T00:00:00Z").await;
    assert_eq!(day["schedules"][0]["paused"], true);
    assert_eq!(times(&day).len(), 0);
}

#[tokio::test]
async fn a_span_is_bounded_and_so_is_what_stands_in_it() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let every_minute = json!({"every": "cron", "cron": "* * * * *", "zone": "UTC"});
    yard.set(&sync, every_minute).await;
    for (query, told) in [
        ("", "from"),
        ("?from=2027-01-15T00:00:00Z", "to"),
        ("?from=yesterday&to=2027-01-15T00:00:00Z", "from"),
        (
            "?from=2027-01-15T00:00:00Z&to=2027-01-15T00:00:00Z",
            "after from",
        ),
        (
            "?from=2027-01-16T00:00:00Z&to=2027-01-15T00:00:00Z",
            "after from",
        ),
        (
            "?from=2027-01-15T00:00:00Z&to=2027-03-18T00:00:01Z",
            "62 days",
        ),
    ] {
        let refused = yard.member.get(&format!("/calendar{query}")).await;
        let problem = refused.problem(400, "bad_query");
        assert!(
            text(&problem["detail"]).contains(told),
            "{query}: {problem}"
        );
    }
    let most = calendar(&yard.member, "2027-01-15T00:00:00Z", "2027-03-18T00:00:00Z").await;
    assert_eq!(times(&most).len(), 1_500);
    assert_eq!(most["schedules"][0]["times_left_off"], true);
}

#[tokio::test]
async fn nobody_sees_what_anothers_syncs_did_or_will_do() {
    let yard = yard().await;
    yard.bring(0..3, "Airport").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    yard.set(&sync, json!({"every": "hour", "minute": 0, "zone": "UTC"}))
        .await;
    let other = yard.server.sign_up("other@example.org", &["member"]).await;
    let day = calendar(&other, "2027-01-15T00:00:00Z", "2027-01-16T00:00:00Z").await;
    assert_eq!((&day["runs"], &day["schedules"]), (&json!([]), &json!([])));
}
