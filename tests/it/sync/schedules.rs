//! Syncs that run by themselves.

use std::time::Duration;

use serde_json::{Value, json};
use weighbridge::base::Tasks;

use super::{Yard, counts, id, text};

const HOUR: Duration = Duration::from_hours(1);

/// A member whose session does not end while hours go by.
async fn yard() -> Yard {
    let mut yard = Yard::unhurried().await;
    yard.member = yard.server.anonymous().acting_for("member@example.org");
    yard
}

fn hourly() -> Value {
    json!({"every": "hour", "minute": 0, "zone": "UTC"})
}

impl Yard {
    async fn schedule(&self, sync: &str, schedule: Value) -> Value {
        let path = format!("/syncs/{sync}/schedule");
        self.member.put(&path, schedule).await.expect(200)
    }

    fn start_again(&self, tasks: &Tasks) {
        let app = &self.server.app;
        let scheduler = app.scheduler.clone();
        scheduler.keeping_time(app.auth.users.clone()).start(tasks);
    }

    /// The runs of a sync, the last one asked for first.
    async fn runs_of(&self, sync: &str) -> Vec<Value> {
        self.all(&format!("/runs?sync_id={sync}")).await
    }

    /// Waits until the sync has had `count` runs and none is under way.
    async fn has_run(&self, sync: &str, count: usize) -> Vec<Value> {
        let waiting = async {
            loop {
                let runs = self.runs_of(sync).await;
                if runs.len() >= count && runs.iter().all(|run| run["finished_at"].is_string()) {
                    return runs;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        self.fly(waiting).await
    }

    /// Waits until the book holds a time that passed without a run, and gives why.
    async fn has_missed(&self) -> String {
        loop {
            let book = self.server.book();
            let missed = book
                .iter()
                .find(|line| line["metadata"]["event_code"] == "WB-SYNC-023");
            if let Some(line) = missed {
                return text(&line["status_code"]);
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// A sync that has no schedule is shown as what it is, with nothing that is not so.
fn assert_manual(shown: &Value) {
    let manual = json!({"every": "manual", "paused": false, "upcoming": [], "version": 0});
    assert_eq!(*shown, manual);
}

#[tokio::test]
async fn a_sync_runs_when_its_time_has_come_and_not_before() {
    let yard = yard().await;
    yard.bring(0..20, "Airport").await;
    let sync = yard.sync().await;
    let set = yard.schedule(&sync, hourly()).await;
    assert_eq!(set["upcoming"].as_array().unwrap().len(), 10, "{set}");
    assert!(yard.runs_of(&sync).await.is_empty());
    yard.advance(HOUR);
    let runs = yard.has_run(&sync, 1).await;
    assert_eq!(counts(&runs[0])["created"], 20, "{}", runs[0]);
    assert!(runs[0]["by"].is_null(), "{}", runs[0]);
    yard.assert_same().await;
    yard.advance(HOUR);
    let runs = yard.has_run(&sync, 2).await;
    assert_eq!(counts(&runs[0])["unchanged"], 20, "{}", runs[0]);
}

#[tokio::test]
async fn times_that_were_missed_while_the_appliance_was_off_are_made_up_for_as_was_asked() {
    for (missed, made_up) in [("once", 1), ("all", 3)] {
        let yard = yard().await;
        yard.bring(0..3, "Airport").await;
        let sync = yard.sync().await;
        let mut schedule = hourly();
        schedule["missed"] = missed.into();
        yard.schedule(&sync, schedule).await;
        yard.tasks.stop().await;
        yard.advance(3 * HOUR);
        let tasks = Tasks::default();
        yard.start_again(&tasks);
        let runs = yard.has_run(&sync, made_up).await;
        assert_eq!(runs.len(), made_up, "{missed}: {runs:#?}");
        tasks.stop().await;
    }
}

#[tokio::test]
async fn times_that_were_missed_are_skipped_when_that_was_asked_and_the_book_says_so() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let mut schedule = hourly();
    (schedule["missed"], schedule["minute"]) = ("skip".into(), 30.into());
    yard.schedule(&sync, schedule).await;
    yard.tasks.stop().await;
    yard.advance(3 * HOUR);
    let tasks = Tasks::default();
    yard.start_again(&tasks);
    assert_eq!(yard.has_missed().await, "MISSED");
    assert!(yard.runs_of(&sync).await.is_empty());
    tasks.stop().await;
}

#[tokio::test]
async fn the_syncs_of_somebody_who_was_disabled_do_not_run() {
    let yard = yard().await;
    let sync = yard.sync().await;
    yard.schedule(&sync, hourly()).await;
    let operator = yard.server.operator();
    let users = operator.get("/users").await.expect(200);
    let path = format!("/users/{}", text(&users["items"][0]["id"]));
    let off = json!({"disabled": true});
    operator.patch(&path, off).await.expect(200);
    yard.advance(2 * HOUR);
    assert_eq!(yard.has_missed().await, "OWNER_MAY_NOT_RUN");
    assert!(yard.server.app.syncs.active().unwrap().is_empty());
}

#[tokio::test]
async fn a_schedule_that_rests_or_was_removed_starts_nothing() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let next = async || yard.server.app.syncs.fire(&|_| true).await.unwrap();
    let mut schedule = hourly();
    yard.schedule(&sync, schedule.clone()).await;
    assert!(next().await.is_some());
    schedule["paused"] = true.into();
    let shown = yard.schedule(&sync, schedule).await;
    assert!(shown["upcoming"].as_array().unwrap().is_empty(), "{shown}");
    assert_eq!(next().await, None);
    yard.schedule(&sync, hourly()).await;
    let path = format!("/syncs/{sync}/schedule");
    yard.member.delete(&path).await.expect(204);
    assert_manual(&yard.member.get(&path).await.expect(200));
    assert_eq!(next().await, None);
    assert!(yard.runs_of(&sync).await.is_empty());
}

#[tokio::test]
async fn a_sync_whose_runs_need_approval_makes_a_plan_and_no_other_while_it_waits() {
    let yard = yard().await;
    yard.bring(0..5, "Airport").await;
    let sync = yard.sync().await;
    let always = json!({"approval": "always"});
    let path = format!("/syncs/{sync}");
    yard.member.patch(&path, always).await.expect(200);
    yard.schedule(&sync, hourly()).await;
    yard.advance(HOUR);
    let plans = format!("/syncs/{sync}/plans");
    let ready = async {
        loop {
            let plans = yard.all(&plans).await;
            if plans.first().is_some_and(|plan| plan["state"] == "ready") {
                return plans;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let first = yard.fly(ready).await;
    yard.advance(HOUR);
    assert_eq!(yard.has_missed().await, "PLAN_WAITS");
    let now = yard.all(&plans).await;
    assert_eq!(id(&now[0]), id(&first[0]));
    assert_eq!(yard.vendor.writes().await, 0);
}

#[tokio::test]
async fn a_deleted_sync_takes_its_schedule_with_it() {
    let yard = yard().await;
    let sync = yard.sync().await;
    yard.schedule(&sync, hourly()).await;
    yard.member
        .delete(&format!("/syncs/{sync}"))
        .await
        .expect(204);
    let next = yard.server.app.syncs.fire(&|_| true).await.unwrap();
    assert_eq!(next, None);
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused_with_its_place() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let path = format!("/syncs/{sync}/schedule");
    for (schedule, place) in [
        (
            json!({"every": "hour", "minute": 60, "zone": "UTC"}),
            "minute",
        ),
        (json!({"every": "hour", "at": "06:30", "zone": "UTC"}), "at"),
        (json!({"every": "day", "zone": "UTC"}), "at"),
        (json!({"every": "day", "at": "25:00", "zone": "UTC"}), "at"),
        (
            json!({"every": "week", "at": "06:30", "zone": "UTC"}),
            "days",
        ),
        (
            json!({"every": "cron", "cron": "* * * * * *", "zone": "UTC"}),
            "cron",
        ),
        (
            json!({"every": "cron", "cron": "0 0 30 2 *", "zone": "UTC"}),
            "cron",
        ),
        (
            json!({"every": "day", "at": "06:30", "zone": "Middle/Earth"}),
            "zone",
        ),
    ] {
        let refused = yard.member.put(&path, schedule.clone()).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], place, "{schedule}: {problem}");
    }
    assert_manual(&yard.member.get(&path).await.expect(200));
}

#[tokio::test]
async fn the_next_ten_times_are_shown_before_anything_is_set() {
    let yard = yard().await;
    let schedule = json!({"every": "day", "at": "02:30", "zone": "europe/berlin"});
    let shown = yard.member.post("/syncs/schedule-preview", schedule).await;
    let shown = shown.expect(200);
    let times = shown["items"].as_array().unwrap();
    assert_eq!(times.len(), 10, "{shown}");
    assert_eq!(text(&times[0]["local"]), "2027-01-16 02:30 +01:00");
}

#[tokio::test]
async fn that_a_sync_has_no_schedule_is_a_state_that_can_be_asked_for() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let path = format!("/syncs/{sync}/schedule");
    let shown = yard.member.get(&path).await;
    let tag = shown.header("etag").to_owned();
    assert_manual(&shown.expect(200));
    // A star asks for a schedule that somebody has set.
    let any = yard.member.clone().with("if-match", "*");
    any.put(&path, hourly())
        .await
        .problem(412, "precondition_failed");
    yard.member.delete(&path).await.problem(404, "not_found");
    let none = yard.member.clone().with("if-match", &tag);
    let set = none.put(&path, hourly()).await;
    assert_ne!(set.header("etag"), tag);
    assert_eq!(set.expect(200)["every"], "hour");
    none.put(&path, hourly())
        .await
        .problem(412, "precondition_failed");
    yard.member.delete(&path).await.expect(204);
    none.put(&path, hourly()).await.expect(200);
}

#[tokio::test]
async fn a_schedule_is_set_only_in_the_state_that_was_asked_for() {
    let yard = yard().await;
    let sync = yard.sync().await;
    let path = format!("/syncs/{sync}/schedule");
    let fresh = yard.member.clone().with("if-none-match", "*");
    let set = fresh.put(&path, hourly()).await;
    let tag = set.header("etag").to_owned();
    set.expect(200);
    let again = fresh.put(&path, hourly()).await;
    again.problem(412, "precondition_failed");
    let held = yard.member.clone().with("if-match", &tag);
    held.put(&path, hourly()).await.expect(200);
    // The tag is of the state before.
    held.put(&path, hourly())
        .await
        .problem(412, "precondition_failed");
    held.delete(&path).await.problem(412, "precondition_failed");
    yard.member.delete(&path).await.expect(204);
}
