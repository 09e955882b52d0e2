//! What is refused holds up nothing else, waits by itself, and is given up at last.

use serde_json::{Value, json};
use weighbridge::base::HookId;

use super::far::Reply;
use super::{Tower, text};
use crate::support::process::until;

impl Tower {
    /// Lets hours go by, one after the other, until the hook has so many dead letters.
    async fn until_dead(&mut self, letters: u64) {
        until("it is given up", async || {
            self.server.advance(3_605);
            self.owner = self.server.sign_in("owner@example.org").await;
            (self.shown().await["dead_letters"] == letters).then_some(())
        })
        .await;
    }

    async fn letters(&self, hook: &str) -> Value {
        let letters = format!("/hooks/{hook}/dead-letters");
        self.owner.get(&letters).await.expect(200)["items"].clone()
    }

    async fn until_delivered(&self, count: u64) {
        until("it is counted", async || {
            (self.shown().await["delivered"] == count).then_some(())
        })
        .await;
    }

    async fn told(&mut self, count: usize) -> Vec<String> {
        let mut keys = Vec::new();
        for _ in 0..count {
            keys.push(text(&self.far.next().await.body()["key"]));
        }
        keys
    }
}

#[tokio::test]
async fn what_is_refused_waits_by_itself_while_others_go_on() {
    let mut tower = Tower::new().await;
    tower.subscribe("created").await;
    tower.far.refuse(&["LHR"], 422);
    tower.write("LHR", json!({})).await;
    let refused = tower.far.next().await;
    tower.write("CDG", json!({})).await;
    assert_eq!(tower.told(1).await, ["CDG"]);
    tower.until_delivered(1).await;
    let shown = tower.shown().await;
    assert_eq!(
        (&shown["state"], &shown["waiting"]),
        (&json!("active"), &json!(1)),
        "{shown}"
    );
    tower.far.take();
    tower.server.advance(30);
    assert_eq!(tower.far.next().await.id(), refused.id());
    tower.until_all_is_told().await;
    tower.until_delivered(2).await;
}

#[tokio::test]
async fn more_that_becomes_of_a_refused_record_is_told_at_once_and_in_its_place() {
    let mut tower = Tower::new().await;
    tower.subscribe("changed").await;
    tower.write("LHR", json!({"name": "Heathrow"})).await;
    tower.far.refuse(&["LHR"], 400);
    tower.write("LHR", json!({"name": "bad"})).await;
    let refused = tower.far.next().await;
    until("it is noted", async || {
        (tower.shown().await["waiting"] == 1).then_some(())
    })
    .await;
    tower.far.take();
    tower.write("LHR", json!({"name": "London"})).await;
    let taken = tower.far.next().await;
    assert_eq!(taken.body()["record"]["name"], "London");
    assert_ne!(taken.id(), refused.id());
    tower.until_all_is_told().await;
    tower.server.advance(60);
    tower.write("LHR", json!({"name": "Heathrow"})).await;
    assert_eq!(tower.far.next().await.body()["record"]["name"], "Heathrow");
    assert_eq!(tower.far.rest(), 0, "the refused state was sent once more");
}

#[tokio::test]
async fn what_is_refused_twenty_times_is_a_dead_letter_until_somebody_decides() {
    let mut tower = Tower::new().await;
    let (hook, _) = tower.subscribe("created").await;
    tower.far.refuse(&["LHR", "ORY"], 422);
    tower.write("LHR", json!({})).await;
    let first = tower.far.next().await;
    tower.write("ORY", json!({})).await;
    tower.until_dead(2).await;
    assert_eq!(tower.far.rest(), 39, "each was tried twenty times");
    let letters = tower.letters(&hook).await;
    let mut keys = [text(&letters[0]["key"]), text(&letters[1]["key"])];
    keys.sort();
    assert_eq!(keys, ["LHR", "ORY"]);
    assert_eq!(letters[0]["attempts"], 20, "{letters}");
    let measured = crate::metrics::scrape(&tower.owner).await;
    assert_eq!(measured["weighbridge_dead_letters{of=\"hooks\"}"], 2);
    let reason = "the hook answered 422 Unprocessable Entity";
    assert_eq!(letters[0]["reason"], reason);
    let at = |member: &str| text(&letters[0][member]);
    assert!(at("first_at") < at("last_at"), "{letters}");
    let shown = tower.shown().await;
    assert_eq!(
        (&shown["state"], &shown["waiting"]),
        (&json!("active"), &json!(0))
    );
    until("it is in the book", async || {
        let told = tower.server.count_in_book("hook_refuse");
        (told > 0).then_some(())
    })
    .await;
    // The try after which a letter is dead was counted as refused, too.
    let metrics = tower.owner.get("/system/metrics").await.text();
    for (outcome, count) in [("refused", 38), ("dead", 2)] {
        let series =
            format!("weighbridge_hook_deliveries_total{{outcome=\"{outcome}\"}} {count}\n");
        assert!(metrics.contains(&series), "{series}{metrics}");
    }
    // Others may not touch them, nor see them.
    let other = tower.server.sign_up("other@example.org", &["member"]).await;
    let path = format!("/hooks/{hook}/dead-letters");
    let resend = format!("{path}/LHR/resend");
    other.get(&path).await.problem(404, "not_found");
    other
        .post(&resend, json!({}))
        .await
        .problem(404, "not_found");
    // One is sent again under its id, the other is discarded.
    tower.far.take();
    let again = tower.owner.post(&resend, json!({})).await.expect(200);
    assert_eq!(again["delivery_id"], first.id());
    assert_eq!(tower.far.next().await.id(), first.id());
    let gone = tower.owner.delete(&format!("{path}/ORY")).await;
    assert_eq!(gone.status, 204);
    let gone = tower.owner.delete(&format!("{path}/ORY")).await;
    gone.problem(404, "not_found");
    tower.until_delivered(1).await;
    assert_eq!(tower.letters(&hook).await, json!([]));
    let book = ["hook_resend", "hook_discard"].map(|word| tower.server.count_in_book(word));
    assert_eq!(book, [1, 1]);
}

#[tokio::test]
async fn dead_letters_are_discarded_together_and_go_with_their_hook() {
    let mut tower = Tower::new().await;
    let (hook, _) = tower.subscribe("created").await;
    tower.far.refuse(&["LHR", "ORY", "CDG"], 404);
    for key in ["LHR", "ORY"] {
        tower.write(key, json!({})).await;
    }
    tower.until_dead(2).await;
    let all = tower
        .owner
        .delete(&format!("/hooks/{hook}/dead-letters"))
        .await;
    assert_eq!(all.status, 204);
    assert_eq!(tower.shown().await["dead_letters"], 0);
    tower.write("CDG", json!({})).await;
    tower.until_dead(1).await;
    let removed = tower.owner.delete(&format!("/hooks/{hook}")).await;
    assert_eq!(removed.status, 204);
    let (again, _) = tower.subscribe("created").await;
    assert_eq!(tower.letters(&again).await, json!([]));
}

#[tokio::test]
async fn a_hook_that_refuses_everything_fails_as_a_whole_and_goes_on_with_the_first_it_takes() {
    let mut tower = Tower::new().await;
    tower.subscribe("created").await;
    tower.far.reply(&[Reply::Status(403); 10]);
    tower.import(0..30, "Airport").await;
    let shown = tower.until_it_is("failing").await;
    assert_eq!(shown["waiting"], 30, "{shown}");
    assert_eq!(tower.far.rest(), 10, "it was called on and on");
    assert_eq!(tower.server.count_in_book("hook_failing"), 1);
    tower.server.advance(60);
    tower.until_delivered(30).await;
    tower.until_all_is_told().await;
    assert_eq!(tower.shown().await["state"], "active");
}

#[tokio::test]
async fn a_turn_goes_on_where_the_last_one_ended() {
    let mut tower = Tower::new().await;
    tower.subscribe("changed").await;
    for key in ["AMS", "MAD", "ZRH"] {
        tower.write(key, json!({"name": "old"})).await;
    }
    tower.far.reply(&[Reply::Status(503)]);
    tower.write("MAD", json!({"name": "new"})).await;
    assert_eq!(tower.told(1).await, ["MAD"]);
    tower.until_it_is("failing").await;
    // A record with a low key that changes all the time keeps nobody waiting.
    for key in ["AMS", "ZRH"] {
        tower.write(key, json!({"name": "new"})).await;
    }
    tower.server.advance(30);
    assert_eq!(tower.told(3).await, ["ZRH", "AMS", "MAD"]);
    tower.until_all_is_told().await;
}

#[tokio::test]
async fn one_that_falls_too_far_behind_is_stopped_and_says_why() {
    let mut tower = Tower::with(|config| config.hooks.most_waiting = 5).await;
    tower.subscribe("created").await;
    tower.import(0..5, "Airport").await;
    tower.until_delivered(5).await;
    tower.import(5..11, "Airport").await;
    let shown = tower.until_it_is("stopped").await;
    assert!(
        text(&shown["reason"]).contains("fell behind: more than 5"),
        "{shown}"
    );
    tower.until_all_is_told().await;
    assert_eq!(tower.far.rest(), 5, "some of the rest was told");
    assert_eq!(tower.server.count_in_book("hook_behind"), 1);
    tower.subscribe("created").await;
    tower.write("LHR", json!({})).await;
    assert_eq!(tower.told(1).await, ["LHR"]);
}

#[tokio::test]
async fn what_comes_after_a_hook_was_asked_for_again_is_not_forgotten_with_what_came_before() {
    let mut tower = Tower::new().await;
    let (id, _) = tower.subscribe("created").await;
    tower.far.reply(&[Reply::Status(500)]);
    tower.write("LHR", json!({})).await;
    tower.far.next().await;
    tower.until_it_is("failing").await;
    tower.write("CDG", json!({})).await;
    let hook: HookId = id.parse().unwrap();
    let datasets = &tower.server.app.datasets;
    let news = datasets.news(hook, None, 10).unwrap();
    let later = news.iter().find(|one| one.key == "CDG").unwrap();
    // As when it is stopped between the two, and asked for again before what waited is forgotten.
    datasets.forget(hook, later.version).await.unwrap();
    let left = datasets.news(hook, None, 10).unwrap();
    let left: Vec<_> = left.into_iter().map(|one| one.key).collect();
    assert_eq!(left, ["CDG"]);
}

#[tokio::test]
async fn a_turn_ends_after_half_a_minute_however_little_was_told() {
    let mut tower = Tower::new().await;
    tower.subscribe("created").await;
    tower.far.reply(&[Reply::Held]);
    tower.import(0..3, "Airport").await;
    tower.far.next().await;
    tower.server.advance(31);
    tower.far.release();
    tower.until_delivered(3).await;
    // The book is told anew in each turn how many are about to leave.
    let book = tower.server.book();
    let turns: Vec<u64> = book
        .iter()
        .filter(|line| line["metadata"]["labels"][0] == "hook_deliver")
        .map(|line| line["unmapped"]["counts"]["records"].as_u64().unwrap())
        .collect();
    assert_eq!(turns, [3, 2]);
}

/// Whoever was gone took with it what the same stretch had come to: a dead letter was in no book, and
/// what had been delivered was counted nowhere.
#[tokio::test]
async fn a_hook_that_goes_in_the_middle_of_a_stretch_leaves_what_came_of_it_in_the_book() {
    let mut tower = Tower::new().await;
    tower.subscribe("created").await;
    tower.far.refuse(&["LHR"], 422);
    tower.write("LHR", json!({})).await;
    let mut tries = 0;
    until("one try is left", async || {
        tries += tower.far.rest();
        if tries == 19 {
            return Some(());
        }
        tower.server.advance(3_605);
        None
    })
    .await;
    tower.owner = tower.server.sign_in("owner@example.org").await;
    tower.far.reply(&[Reply::Held]);
    tower.far.refuse(&["CDG"], 410);
    tower.write("AMS", json!({})).await;
    assert_eq!(tower.told(1).await, ["AMS"]);
    // The last try is due together with what is new.
    tower.server.advance(3_605);
    tower.owner = tower.server.sign_in("owner@example.org").await;
    tower.write("CDG", json!({})).await;
    tower.far.release();
    assert_eq!(tower.told(2).await, ["LHR", "CDG"]);
    until("it is gone", async || {
        tower.shown().await.is_null().then_some(())
    })
    .await;
    let book = tower.server.book();
    let gone = book
        .iter()
        .find(|line| line["metadata"]["labels"][0] == "hook_gone");
    let counts = &gone.unwrap()["unmapped"]["counts"];
    assert_eq!(
        (&counts["dead_letters"], &counts["delivered"]),
        (&json!(1), &json!(1))
    );
}
