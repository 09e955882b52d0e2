//! Questions that take many calls: they end between two of them, and lose nothing to one that failed.

use std::time::Duration;

use poem::http::Method;
use serde_json::{Value, json};

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
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 100, "{run}");
    let struck = yard.vendor.statistics().await["faults"]["bad_gateway"]
        .as_u64()
        .unwrap();
    assert!(struck > 0);
    assert_eq!(yard.vendor.calls("notion_property").await, 100 + struck);
    assert_eq!(yard.here("K0099").await["city"], "x".repeat(PIECES));
}
