//! What waits before it is removed, and what becomes of it meanwhile: it is pasted anew, an earlier
//! run is undone, or the run is killed that was to remove it.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use weighbridge::base::{Actor, Party, Scope};
use weighbridge::store::Batch;

use super::crash::break_off;
use super::quarantine::{A_DAY, SOME_HOURS, THE_REST_OF_IT};
use super::{Yard, counts, text};

impl Yard {
    /// Makes a row anew that was there, under another id, with another name.
    async fn paste(&self, mut fields: Value) {
        fields["Name"] = "Pasted".into();
        self.vendor.edit(Method::POST, "", Some(fields)).await;
    }

    async fn fields_there(&self, key: &str) -> Value {
        self.vendor.record(key).await["fields"].clone()
    }
}

#[tokio::test]
async fn a_row_that_was_cut_and_pasted_is_the_record_that_it_was_and_waits_no_more() {
    let (yard, sync) = Yard::pulling(12).await;
    let (cut, earlier) = (
        yard.fields_there("K0004").await,
        yard.fields_there("K0007").await,
    );
    // One waits already when it is pasted, the other is cut and pasted between two runs.
    yard.delete_there("K0007").await;
    yard.run(&sync).await;
    assert_eq!(yard.waiting(&sync).await, ["K0007"]);
    yard.advance(SOME_HOURS);
    yard.delete_there("K0004").await;
    for fields in [cut, earlier] {
        yard.paste(fields).await;
    }
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (0, 0, 0), "{run}");
    assert!(yard.waiting(&sync).await.is_empty());
    // What they hold comes with the next run: they are the same records.
    let run = yard.run(&sync).await;
    let met = counts(&run);
    let met = (
        met["changed"],
        met["unchanged"],
        met["created"],
        met["refused"],
    );
    assert_eq!(met, (2, 10, 0, 0), "{run}");
    yard.advance(A_DAY);
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 12, "{run}");
    let names = yard.names_here().await;
    assert_eq!(names.len(), 12);
    assert_eq!((&*names["K0004"], &*names["K0007"]), ("Pasted", "Pasted"));
    let letters = yard.all(&format!("/syncs/{sync}/dead-letters")).await;
    assert!(letters.is_empty(), "{letters:?}");
}

#[tokio::test]
async fn a_plan_tells_a_pasted_row_from_one_that_is_gone_too() {
    let (yard, sync) = Yard::pulling(12).await;
    let cut = yard.fields_there("K0004").await;
    yard.delete_there("K0004").await;
    yard.paste(cut).await;
    yard.plan(&sync, json!({"read_first": true})).await;
    assert!(yard.waiting(&sync).await.is_empty());
    let plan = yard.plan(&sync, json!({"read_first": true})).await;
    let met = counts(&plan);
    assert_eq!((met["changed"], met["refused"]), (1, 0), "{plan}");
}

#[tokio::test]
async fn a_row_that_was_copied_stays_refused_beside_the_one_that_has_its_key() {
    let (yard, sync) = Yard::pulling(12).await;
    let copied = yard.fields_there("K0004").await;
    yard.delete_there("K0009").await;
    yard.paste(copied).await;
    for _ in 0..2 {
        let run = yard.run(&sync).await;
        assert_eq!(yard.left_by(&run).await, (1, 1, 0), "{run}");
        assert_eq!(counts(&run)["refused"], 1, "{run}");
    }
    assert_eq!(yard.waiting(&sync).await, ["K0009"]);
    assert_eq!(yard.names_here().await["K0004"], "Airport 4");
}

#[tokio::test]
async fn a_row_that_is_given_the_key_of_one_that_is_gone_stays_the_record_that_it_was() {
    let (yard, sync) = Yard::pulling(12).await;
    yard.delete_there("K0004").await;
    yard.edit_there("K0009", json!({"Code": "K0004"})).await;
    for _ in 0..2 {
        let run = yard.run(&sync).await;
        assert_eq!(yard.left_by(&run).await, (1, 1, 0), "{run}");
        assert_eq!(counts(&run)["refused"], 1, "{run}");
    }
    assert_eq!(yard.waiting(&sync).await, ["K0004"]);
    let names = yard.names_here().await;
    assert_eq!(
        (&*names["K0004"], &*names["K0009"]),
        ("Airport 4", "Airport 9")
    );
}

#[tokio::test]
async fn an_undo_of_an_earlier_pull_lets_what_waits_go_on_waiting() {
    let (yard, sync) = Yard::pulling(12).await;
    for (key, fields) in [
        ("K0003", json!({"Name": "Renamed"})),
        ("K0004", json!({"Code": "L0004"})),
    ] {
        yard.edit_there(key, fields).await;
    }
    let earlier = yard.run(&sync).await;
    assert_eq!(counts(&earlier)["changed"], 2, "{earlier}");
    for key in ["K0003", "L0004"] {
        yard.delete_there(key).await;
    }
    yard.run(&sync).await;
    assert_eq!(yard.waiting(&sync).await, ["K0003", "L0004"]);
    yard.advance(SOME_HOURS);
    let undo = yard.undo(&earlier).await;
    assert_eq!(counts(&undo)["changed"], 2, "{undo}");
    // Each under the key that it has now, and since it was missed.
    assert_eq!(yard.waiting(&sync).await, ["K0003", "K0004"]);
    yard.advance(THE_REST_OF_IT);
    let run = yard.run(&sync).await;
    assert_eq!(yard.left_by(&run).await, (0, 0, 2), "{run}");
}

impl Yard {
    /// Removes some of the rows that colleagues have made.
    async fn delete_many(&self, numbers: std::ops::Range<u32>) {
        let keys = numbers.map(|number| json!(format!("K{number:04}")));
        let keys: Vec<Value> = keys.collect();
        for row in self.vendor.records().await {
            if keys.contains(&row["fields"]["Code"]) {
                self.vendor
                    .edit(Method::DELETE, &text(&row["id"]), None)
                    .await;
            }
        }
    }

    /// Executes a run to its end.
    async fn executed(&self, sync: &str) -> Value {
        let run = self.queue(sync).await;
        break_off(self, Duration::from_mins(1)).await;
        self.shown(&run).await
    }

    /// Kills a run once it has deleted something, which it does five hundred at a time.
    async fn kill_amid_deletions(&self, run: &str) {
        let syncs = &self.server.app.syncs;
        let active = syncs.active().unwrap();
        let owner = Actor {
            party: Party::User {
                id: active[0].owner,
                email: "member@example.org".to_owned(),
                session: None,
                token: None,
            },
            origin: None,
        };
        let owner = Scope::of(&owner).unwrap();
        let datasets = &self.server.app.datasets;
        let dataset = datasets.open(&owner, self.dataset.parse().unwrap());
        let dataset = dataset.unwrap();
        let before = dataset.count().unwrap();
        // Looked at without a pause, or the run would be at its end before this was seen.
        let amid = async {
            while dataset.count().unwrap() == before {
                tokio::task::yield_now().await;
            }
        };
        let stop = CancellationToken::new();
        let killed = async {
            tokio::select! {
                biased;
                () = amid => {}
                ended = syncs.execute(&active[0], &stop) => ended.unwrap(),
            }
        };
        self.fly(killed).await;
        // What it had handed to the store's writer is through when this is.
        let store = &self.server.app.store;
        store.commit(Batch::bookkeeping()).await.unwrap();
        assert_eq!(self.shown(run).await["state"], "running", "it was too fast");
    }
}

#[tokio::test]
async fn a_resumed_pull_asks_again_for_leave_to_delete() {
    let (yard, sync) = Yard::pulling(1_300).await;
    let many = json!({"gone_most": 1_000});
    let path = format!("/syncs/{sync}");
    yard.member.patch(&path, many).await.expect(200);
    yard.tasks.stop().await;
    yard.delete_many(0..600).await;
    assert_eq!(yard.executed(&sync).await["quarantined"], 600);
    yard.advance(SOME_HOURS);
    yard.delete_many(600..1_000).await;
    assert_eq!(yard.executed(&sync).await["quarantined"], 1_000);
    yard.advance(THE_REST_OF_IT);
    // The first of them may go at once; when it is taken up again the others have waited, too, and
    // are too many together: half of what is linked is the most.
    let run = yard.queue(&sync).await;
    yard.kill_amid_deletions(&run).await;
    yard.advance(SOME_HOURS);
    break_off(&yard, Duration::from_mins(1)).await;
    let run = yard.shown(&run).await;
    let met = counts(&run);
    assert!((1..=650).contains(&met["deleted"]), "{run}");
    assert_eq!(met["deleted"] + met["held"], 1_000, "{run}");
    yard.assert_counted(&run).await;
}
