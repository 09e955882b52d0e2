//! Undoing two-way runs that were killed, and undos that were: whatever was on its way there at that
//! moment is taken back or told, and what was taken back does not come again.

use std::time::Duration;

use poem::http::Method;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::both::told;
use super::crash::break_off;
use super::far::Far;
use super::undo_both::Held;
use super::{Yard, id, text};

/// What is told of a run that has brought everything, and of what undoes it.
const BROUGHT: &str = "created 80, changed 30, unchanged 25, deleted 5";
const TAKEN_BACK: &str = "created 5, changed 40, deleted 80";

impl Yard {
    /// A two-way sync of which both sides have changed a lot since they agreed; with what they hold.
    async fn edited_a_lot(far: Far) -> (Self, String, (Held, Held)) {
        let yard = Self::at(far).await;
        let path = format!("/connections/{}", yard.connection);
        let policy = yard.member.get(&path).await.expect(200)["removals"][0].clone();
        let rules = json!({"deletes": {"policy": policy, "most_percent": 100}});
        let sync = yard.agreed(60, rules).await;
        yard.bring(60..100, "Airport").await;
        yard.colleagues_make(100..140).await;
        yard.edit_twenty_each().await;
        for number in 40..45 {
            yard.delete_here(&format!("K{number:04}")).await;
        }
        let before = yard.both_sides().await;
        (yard, sync, before)
    }

    /// Kills what is under way again and again, a little later each time, until it has written there.
    async fn kill_until_it_writes(&self, dice: &mut StdRng) {
        let writes = self.vendor.writes().await;
        let mut most_ms = 20;
        while self.vendor.writes().await == writes {
            self.kill(dice, 1, most_ms).await;
            most_ms += 10;
        }
    }

    /// Carries what is under way to its end, and gives it.
    async fn carry_on(&self, run: &str) -> Value {
        break_off(self, Duration::from_mins(1)).await;
        self.shown(run).await
    }

    /// Calls off what was killed, and gives it.
    async fn call_off(&self, run: &str) -> Value {
        let path = format!("/runs/{run}/cancel");
        self.member.post(&path, json!({})).await.expect(200);
        self.carry_on(run).await
    }

    /// Asks for the plan of an undo that nobody else makes.
    async fn undoing_by_hand(&self, run: &Value) -> Value {
        self.advance(Duration::from_mins(5));
        let path = format!("/runs/{}/undo", id(run));
        let plan = id(&self.member.post(&path, json!({})).await.expect(202));
        break_off(self, Duration::from_mins(1)).await;
        let path = format!("/plans/{plan}");
        self.member.get(&path).await.expect(200)
    }

    /// Asks for a plan of the sync, and gives it once it is made.
    async fn planned_by_hand(&self, sync: &str) -> Value {
        self.advance(Duration::from_mins(5));
        let path = format!("/syncs/{sync}/plans");
        let plan = id(&self.member.post(&path, json!({})).await.expect(202));
        break_off(self, Duration::from_mins(1)).await;
        let path = format!("/plans/{plan}");
        self.member.get(&path).await.expect(200)
    }

    async fn taken_back_by_hand(&self, run: &Value) -> Value {
        let plan = self.undoing_by_hand(run).await;
        assert_eq!(plan["state"], "ready", "{plan}");
        self.advance(Duration::from_mins(5));
        let undo = self.approve(&plan).await;
        self.carry_on(&undo).await
    }

    /// Whether an undo has left both sides as they were, but for records there of which it says that
    /// nobody knows who has made them.
    async fn assert_as(&self, before: &(Held, Held), undo: &Value) {
        assert_eq!(undo["state"], "done", "{undo}");
        let mut now = self.both_sides().await;
        let outcomes = self.all(&format!("/runs/{}/outcomes", id(undo))).await;
        for one in outcomes.iter().filter(|one| one["state"] == "held") {
            let reason = text(&one["reason"]);
            assert!(reason.contains("is not known"), "{one}");
            let left = now.1.remove(&text(&one["key"]));
            assert!(left.is_some(), "{one}");
        }
        assert_eq!(now, *before, "{undo}");
    }
}

#[tokio::test]
async fn an_undo_of_both_ways_that_is_killed_at_any_moment_takes_back_all_of_it() {
    let mut whole = 0;
    for (seed, far) in [(0, Far::Airtable), (1, Far::Notion), (2, Far::Airtable)] {
        let mut dice = StdRng::seed_from_u64(seed);
        let (yard, sync, before) = Yard::edited_a_lot(far).await;
        let run = yard.run(&sync).await;
        assert_eq!(told(&run), BROUGHT, "{run}");
        let after = yard.both_sides().await;
        let plan = yard.undoing(&run).await;
        yard.advance(Duration::from_mins(5));
        // The scheduler would execute beside the executions that are to be killed.
        yard.tasks.stop().await;
        let undo = yard.approve(&plan).await;
        yard.kill(&mut dice, 6, 80).await;
        let shown = yard.carry_on(&undo).await;
        assert_eq!(shown["state"], "done", "seed {seed}: {shown}");
        assert_eq!(yard.both_sides().await, before, "seed {seed}");
        // Of what it had just made when it was killed it may be unable to tell whose it is.
        if shown["counts"]["held"] != 0 {
            let made = shown["counts"]["created"].as_u64().unwrap();
            let held = shown["counts"]["held"].as_u64().unwrap();
            assert_eq!(made + held, 5, "seed {seed}: {shown}");
            continue;
        }
        assert_eq!(told(&shown), TAKEN_BACK, "seed {seed}: {shown}");
        // Whatever it did, kills or not, is remembered as well.
        let redo = yard.taken_back_by_hand(&shown).await;
        assert_eq!(redo["counts"]["held"], 0, "seed {seed}: {redo}");
        assert_eq!(yard.both_sides().await, after, "seed {seed}: {redo}");
        whole += 1;
    }
    assert!(whole > 0, "no undo could tell of all that it did");
}

#[tokio::test]
async fn what_was_on_its_way_there_when_a_run_was_killed_is_taken_back_with_the_rest() {
    for (seed, far) in [(0, Far::Airtable), (1, Far::Notion), (2, Far::Airtable)] {
        let mut dice = StdRng::seed_from_u64(seed);
        let (yard, sync, before) = Yard::edited_a_lot(far).await;
        yard.tasks.stop().await;
        yard.advance(Duration::from_mins(5));
        let run = yard.queue(&sync).await;
        yard.kill(&mut dice, 6, 120).await;
        let run = yard.carry_on(&run).await;
        assert_eq!(run["state"], "done", "seed {seed}: {run}");
        let undo = yard.taken_back_by_hand(&run).await;
        yard.assert_as(&before, &undo).await;
    }
}

#[tokio::test]
async fn what_a_run_wrote_that_was_killed_and_called_off_is_taken_back_too() {
    let (mut cut, mut taken_away) = (0, 0);
    for (seed, far) in (0..6).zip([Far::Airtable, Far::Notion].into_iter().cycle()) {
        let mut dice = StdRng::seed_from_u64(seed);
        let (yard, sync, before) = Yard::edited_a_lot(far).await;
        yard.tasks.stop().await;
        yard.advance(Duration::from_mins(5));
        let run = yard.queue(&sync).await;
        yard.kill_until_it_writes(&mut dice).await;
        if yard.shown(&run).await["state"] == "done" {
            continue;
        }
        cut += 1;
        let run = yard.call_off(&run).await;
        assert_eq!(run["state"], "cancelled", "seed {seed}: {run}");
        if run["undo_until"].is_null() {
            // Nothing of it was settled: what comes next finds out what it has done.
            let plan = yard.planned_by_hand(&sync).await;
            assert_eq!(plan["state"], "ready", "{plan}");
        }
        let undo = yard.taken_back_by_hand(&run).await;
        yard.assert_as(&before, &undo).await;
        // The next run goes on with the rest. What was made and taken away again it does not make
        // again: nobody has edited it.
        yard.advance(Duration::from_mins(5));
        let next = yard.queue(&sync).await;
        let next = yard.carry_on(&next).await;
        let now = yard.both_sides().await;
        let outcomes = yard.all(&format!("/runs/{}/outcomes", id(&undo))).await;
        for one in outcomes.iter().filter(|one| one["state"] == "deleted") {
            let key = text(&one["key"]);
            let sides = (now.0.get(&key), now.1.get(&key));
            let were = (before.0.get(&key), before.1.get(&key));
            assert_eq!(sides, were, "seed {seed}: {one} {next}");
            taken_away += 1;
        }
    }
    assert!(cut > 0 && taken_away > 0, "nothing was cut");
}

#[tokio::test]
async fn what_an_undo_took_back_that_was_killed_and_called_off_stays_so() {
    let mut cut = 0;
    for (seed, far) in (0..6).zip([Far::Airtable, Far::Notion].into_iter().cycle()) {
        let mut dice = StdRng::seed_from_u64(seed);
        let (yard, sync, before) = Yard::edited_a_lot(far).await;
        let run = yard.run(&sync).await;
        let plan = yard.undoing(&run).await;
        yard.advance(Duration::from_mins(5));
        yard.tasks.stop().await;
        let undo = yard.approve(&plan).await;
        yard.kill_until_it_writes(&mut dice).await;
        if yard.shown(&undo).await["state"] == "done" {
            continue;
        }
        cut += 1;
        let undo = yard.call_off(&undo).await;
        assert_eq!(undo["state"], "cancelled", "seed {seed}: {undo}");
        let half = yard.both_sides().await;
        yard.advance(Duration::from_mins(5));
        let next = yard.queue(&sync).await;
        let next = yard.carry_on(&next).await;
        assert_eq!(next["state"], "done", "seed {seed}: {next}");
        assert_eq!(yard.both_sides().await, half, "seed {seed}: {next}");
        // And the run is undone wholly when that is asked for once more.
        let whole = yard.taken_back_by_hand(&run).await;
        yard.assert_as(&before, &whole).await;
    }
    assert!(cut > 0, "nothing was cut");
}

#[tokio::test]
async fn what_a_killed_undo_had_brought_back_and_a_colleague_has_changed_since_stays() {
    let yard = Yard::at(Far::Notion).await;
    let path = format!("/connections/{}", yard.connection);
    let policy = yard.member.get(&path).await.expect(200)["removals"][0].clone();
    let rules = json!({"deletes": {"policy": policy, "most_percent": 100}});
    let sync = yard.agreed(3, rules).await;
    yard.delete_here("K0001").await;
    let run = yard.run(&sync).await;
    assert_eq!(run["counts"]["deleted"], 1, "{run}");
    let plan = yard.undoing(&run).await;
    yard.advance(Duration::from_mins(5));
    yard.tasks.stop().await;
    let undo = yard.approve(&plan).await;
    // The page is taken out of the trash, and nothing more is written before the kill.
    let broken = json!({"after": 1, "times": 1_000});
    yard.vendor.fault("server_error", broken).await;
    break_off(&yard, Duration::from_millis(500)).await;
    yard.vendor.control(Method::DELETE, "faults", None).await;
    assert_ne!(yard.shown(&undo).await["state"], "done");
    yard.edit_there("K0001", json!({"City": "Theirs"})).await;
    let undo = yard.carry_on(&undo).await;
    assert_eq!(undo["state"], "done", "{undo}");
    assert_eq!(yard.there("K0001", "City").await, "Theirs", "{undo}");
    let outcomes = yard.all(&format!("/runs/{}/outcomes", id(&undo))).await;
    let reason = text(&outcomes[0]["reason"]);
    assert!(reason.contains("changed there"), "{outcomes:?}");
}

/// Found by the simulation: what was taken back before a stop was told as left alone, because of a
/// colleague's edit of another field, and the run counted as not undone.
#[tokio::test]
async fn what_a_killed_undo_had_given_back_counts_whatever_a_colleague_changes_beside_it() {
    for far in [Far::Airtable, Far::Notion] {
        let yard = Yard::at(far).await;
        let sync = yard.agreed(3, json!({})).await;
        let before = yard.there("K0001", "City").await;
        yard.patch("K0001", json!({"city": "Ours"})).await;
        let run = yard.run(&sync).await;
        assert_eq!(yard.there("K0001", "City").await, "Ours", "{run}");
        let plan = yard.undoing(&run).await;
        yard.advance(Duration::from_mins(5));
        yard.tasks.stop().await;
        let undo = yard.approve(&plan).await;
        // It is written there, and nobody learns of it before the kill.
        let lost = json!({"times": 1_000, "match": {"method": "PATCH"}});
        yard.vendor.fault("lost_answer", lost).await;
        break_off(&yard, Duration::from_millis(500)).await;
        yard.vendor.control(Method::DELETE, "faults", None).await;
        assert_eq!(yard.there("K0001", "City").await, before);
        assert_ne!(yard.shown(&undo).await["state"], "done");
        yard.edit_there("K0001", json!({"Name": "Theirs"})).await;
        let undo = yard.carry_on(&undo).await;
        assert_eq!(undo["state"], "done", "{undo}");
        assert_eq!(undo["counts"]["held"], 0, "{undo}");
        let outcomes = yard.all(&format!("/runs/{}/outcomes", id(&undo))).await;
        let told = text(&outcomes[0]["reason"]);
        assert!(told.contains("holds again what it did"), "{outcomes:?}");
        assert_eq!(yard.shown(&id(&run)).await["undone_by"], id(&undo));
        // The next run brings the edit, and leaves alone what was taken back.
        yard.advance(Duration::from_mins(5));
        let next = yard.queue(&sync).await;
        yard.carry_on(&next).await;
        assert_eq!(yard.there("K0001", "City").await, before);
        assert_eq!(yard.there("K0001", "Name").await, "Theirs");
    }
}

/// Found by the simulation: a page that a killed undo had brought back was renamed by a colleague,
/// and the next push made another one of its record.
#[tokio::test]
async fn a_page_that_a_killed_undo_had_brought_back_stays_its_records_whatever_it_is_called() {
    let yard = Yard::at(Far::Notion).await;
    yard.bring(0..1, "Airport").await;
    let sync = yard.sync().await;
    let run = yard.run(&sync).await;
    let undo = yard.undo(&run).await;
    assert_eq!(undo["counts"]["deleted"], 1, "{undo}");
    let plan = yard.undoing(&undo).await;
    yard.advance(Duration::from_mins(5));
    yard.tasks.stop().await;
    let again = yard.approve(&plan).await;
    // The page is taken out of the trash, and nothing more is written before the kill.
    let broken = json!({"after": 1, "times": 1_000, "match": {"method": "PATCH"}});
    yard.vendor.fault("server_error", broken).await;
    break_off(&yard, Duration::from_millis(500)).await;
    yard.vendor.control(Method::DELETE, "faults", None).await;
    assert_ne!(yard.shown(&again).await["state"], "done");
    yard.edit_there("K0000", json!({"Code": "Renamed"})).await;
    let again = yard.carry_on(&again).await;
    assert_eq!(again["counts"]["held"], 1, "{again}");
    yard.advance(Duration::from_mins(5));
    let next = yard.queue(&sync).await;
    let next = yard.carry_on(&next).await;
    let records = yard.vendor.records().await;
    assert_eq!(records.len(), 1, "{next} {records:?}");
    assert_eq!(records[0]["fields"]["Code"], "K0000");
}
