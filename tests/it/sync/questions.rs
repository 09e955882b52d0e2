//! Questions that take many calls: they end between two of them, lose nothing to one that failed,
//! and each of their calls counts.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};
use weighbridge::sandbox::Limits;

use super::far::{Far, SOURCE};
use super::{Yard, counts};

/// More pieces than a page shows of a cell (Notion API, "Retrieve a page").
const PIECES: usize = 26;

impl Yard {
    /// A yard at Notion with a pull of pages whose cities are shown in part.
    async fn with_cut_cells(pages: u32, per_second: u32) -> (Self, String) {
        let yard = Self::built(Far::Notion, |_| (), per_second).await;
        yard.colleagues_cut(0..pages).await;
        let code = yard.fly(yard.remote_field("Code")).await;
        let sync = yard.pull(json!({"remote_key_field_id": code})).await;
        yard.advance(Duration::from_mins(5));
        (yard, sync)
    }

    /// Makes pages whose cities are shown in part.
    async fn colleagues_cut(&self, numbers: std::ops::Range<u32>) {
        let piece = json!({"text": {"content": "x"}});
        for number in numbers {
            let words = |text: String| json!([{"text": {"content": text}}]);
            let page = json!({"parent": {"data_source_id": SOURCE}, "properties": {
                "Code": {"rich_text": words(format!("K{number:04}"))},
                "Name": {"title": words(format!("Airport {number}"))},
                "City": {"rich_text": vec![&piece; PIECES]},
            }});
            self.vendor.notion(Method::POST, "pages", Some(page)).await;
        }
    }

    /// Returns when so many calls of a kind have come to the vendor.
    async fn until_asked(&self, kind: &str, calls: u64) {
        while self.vendor.calls(kind).await < calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// Cancels a run, and fails unless it has ended after a call that was under way.
    async fn assert_ends_at_once(&self, run: &str) {
        self.cancel(run).await;
        let before = self.vendor.calls("notion_property").await;
        let asked = self.vendor.clock.elapsed();
        self.server.app.scheduler.idle().await.unwrap();
        let took = self.vendor.clock.elapsed().checked_sub(asked).unwrap();
        let shown = self.shown(run).await;
        assert_eq!(shown["state"], "cancelled", "{shown}");
        let after = self.vendor.calls("notion_property").await;
        assert!(after <= before + 2, "{after} calls after {before}");
        assert!(took < Duration::from_mins(1), "{took:?}");
    }

    /// All calls that have come to the vendor, those for tokens aside.
    async fn all_calls(&self) -> u64 {
        let told = self.vendor.statistics().await;
        let renewals = told["calls"]["oauth_token"].as_u64().unwrap_or_default();
        told["total"].as_u64().unwrap() - renewals
    }

    /// Runs a sync, and fails unless the calls that the run tells are those that have come to the
    /// vendor.
    async fn run_counted(&self, sync: &str) -> Value {
        let before = self.all_calls().await;
        let run = self.run(sync).await;
        let came = self.all_calls().await - before;
        assert_eq!(run["calls"], came, "{run}");
        run
    }

    /// How many calls the book tells in events of one kind.
    fn calls_in_book(&self, word: &str) -> u64 {
        let book = self.server.book();
        let told = book
            .iter()
            .filter(|line| line["metadata"]["labels"][0] == word);
        let calls = told.map(|line| line["unmapped"]["counts"]["calls"].as_u64().unwrap_or(0));
        calls.sum()
    }
}

/// A page of a hundred cut cells was one question, and nobody listened until all were fetched.
#[tokio::test]
async fn a_run_is_cancelled_between_two_of_the_calls_that_answer_a_question() {
    let (yard, sync) = Yard::with_cut_cells(100, 3).await;
    let run = yard.queue(&sync).await;
    yard.fly(async {
        yard.until_asked("notion_property", 10).await;
        yard.assert_ends_at_once(&run).await;
    })
    .await;
}

/// Another run's refusal may hold the lane for a day, and each call of a question waited for it.
#[tokio::test]
async fn a_run_is_cancelled_while_the_vendor_wants_to_be_left_alone() {
    let (yard, sync) = Yard::with_cut_cells(100, 3).await;
    let run = yard.queue(&sync).await;
    yard.fly(async {
        yard.until_asked("notion_property", 10).await;
        let search = json!({"match": {"path_contains": "/v1/search"}, "retry_after_seconds": 7200});
        yard.vendor.fault("rate_limited", search).await;
        let bases = format!("/connections/{}/bases", yard.connection);
        yard.member.get(&bases).await;
        yard.assert_ends_at_once(&run).await;
    })
    .await;
}

/// After one failure the page was asked for from its beginning, ten times: at some per cent of
/// failures it never came.
#[tokio::test]
async fn a_call_that_fails_is_made_again_and_those_beside_it_are_not() {
    let (yard, sync) = Yard::with_cut_cells(100, 0).await;
    let order = json!({"match": {"path_contains": "/properties/"}, "probability": 0.1, "seed": 7});
    yard.vendor.fault("bad_gateway", order).await;
    let run = yard.run_counted(&sync).await;
    assert_eq!(counts(&run)["created"], 100, "{run}");
    let struck = yard.vendor.statistics().await["faults"]["bad_gateway"]
        .as_u64()
        .unwrap();
    assert!(struck > 0);
    assert_eq!(yard.vendor.calls("notion_property").await, 100 + struck);
    assert_eq!(yard.here("K0099").await["city"], "x".repeat(PIECES));
}

#[tokio::test]
async fn the_calls_of_a_pull_of_cut_cells_are_counted_in_run_and_book() {
    let (yard, sync) = Yard::with_cut_cells(120, 0).await;
    let run = yard.run_counted(&sync).await;
    // One for the table, two for its pages, one for each cell.
    assert_eq!(run["calls"], 123, "{run}");
    assert_eq!(yard.calls_in_book("run_finished"), 123);
    assert_eq!(yard.calls_in_book("remote_read"), 122);
}

async fn the_calls_of_a_push_are_counted_in_trouble_too(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..60, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor.fault("lost_answer", json!({"times": 2})).await;
    yard.vendor
        .fault("server_error", json!({"times": 2, "after": 3}))
        .await;
    let run = yard.run_counted(&sync).await;
    assert_eq!(counts(&run)["created"], 60, "{run}");
    yard.bring(0..20, "Renamed").await;
    yard.run_counted(&sync).await;
    yard.assert_same().await;
}

async fn the_calls_of_both_ways_are_counted(far: Far) {
    let yard = Yard::at(far).await;
    yard.bring(0..30, "Airport").await;
    yard.colleagues_make(100..120).await;
    let sync = yard.both(json!({})).await;
    let run = yard.run_counted(&sync).await;
    assert_eq!(counts(&run)["refused"], 0, "{run}");
    yard.edit_there("K0003", json!({"Name": "Theirs"})).await;
    yard.bring(4..6, "Ours").await;
    yard.run_counted(&sync).await;
}

every_provider! {
    the_calls_of_a_push_are_counted_in_trouble_too
    the_calls_of_both_ways_are_counted
}

/// The call that is made once more with the next token was not counted.
#[tokio::test]
async fn a_call_that_is_repeated_with_another_token_counts_twice() {
    let yard = Yard::with(Limits::off(), 0).await.allowed(3600).await;
    yard.bring(0..100, "Airport").await;
    let sync = yard.sync().await;
    yard.vendor
        .fault("token_expired", json!({"after": 3, "times": 1}))
        .await;
    let run = yard.run_counted(&sync).await;
    assert_eq!(counts(&run)["created"], 100, "{run}");
    // One for the table, ten for the records, and those that the old token was refused in.
    assert!(run["calls"].as_u64() > Some(11), "{run}");
}
