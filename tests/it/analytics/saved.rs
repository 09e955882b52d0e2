//! Saved reports: questions about a site that have a name.

use serde_json::{Value, json};

use super::{Shop, text};

fn by_source() -> Value {
    json!({
        "range": "today", "compare": "none", "dimensions": ["source"],
        "metrics": ["visits", "revenue"], "sort": "-revenue",
        "filters": [{"dimension": "channel", "operator": "is_not", "values": ["direct"]}],
    })
}

impl Shop {
    pub(super) async fn saved(&self, name: &str, query: Value) -> Value {
        let new = json!({"name": name, "query": query});
        let path = self.below("saved-reports");
        self.owner.post(&path, new).await.expect(201)
    }
}

#[tokio::test]
async fn a_report_is_saved_opened_changed_and_deleted() {
    let shop = Shop::open().await;
    let made = shop.saved("Sources", by_source()).await;
    assert_eq!(made["query"], by_source());
    let list = shop.below("saved-reports");
    let listed = shop.owner.get(&list).await.expect(200);
    assert_eq!(listed["items"], json!([made]));
    let path = format!("{list}/{}", text(&made["id"]));
    let seen = shop.owner.get(&path).await;
    assert_eq!(seen.expect(200), made);
    let meant = shop.owner.clone().with("if-match", seen.header("etag"));
    let renamed = meant.patch(&path, json!({"name": "Where from"})).await;
    let renamed = renamed.expect(200);
    assert_eq!(
        (&renamed["name"], &renamed["query"]),
        (&json!("Where from"), &by_source())
    );
    let late = meant.patch(&path, json!({"name": "Other"})).await;
    late.problem(412, "precondition_failed");
    let other = json!({"metrics": ["visits"]});
    let changed = shop.owner.patch(&path, json!({"query": other})).await;
    let changed = changed.expect(200);
    assert_eq!(changed["query"]["range"], "last_28_days");
    assert_eq!(changed["query"]["dimensions"], json!([]));
    meant
        .delete(&path)
        .await
        .problem(412, "precondition_failed");
    shop.owner.delete(&path).await.expect(204);
    shop.owner.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_saved_report_tells_of_the_days_that_its_word_means_when_it_is_opened() {
    let shop = Shop::open().await;
    shop.fill().await;
    let made = shop.saved("Sources", by_source()).await;
    let path = format!(
        "{}/{}/answer",
        shop.below("saved-reports"),
        text(&made["id"])
    );
    let told = shop.owner.get(&path).await.expect(200);
    assert_eq!(
        (&told["from"], &told["to"]),
        (&json!("2027-01-15"), &json!("2027-01-15"))
    );
    assert_eq!(told["rows"][0]["values"], json!(["google"]));
    assert_eq!(
        told["rows"][0]["metrics"],
        json!({"visits": 1, "revenue": "61.72"})
    );
    assert_eq!(told["found"], 2);
    shop.server.advance(24 * 60 * 60);
    let again = shop.server.sign_in("owner@example.org").await;
    let told = again.get(&path).await.expect(200);
    assert_eq!(
        (&told["from"], &told["found"]),
        (&json!("2027-01-16"), &json!(0))
    );
}

#[tokio::test]
async fn what_no_report_could_tell_is_not_saved_and_is_named() {
    let shop = Shop::open().await;
    let path = shop.below("saved-reports");
    let with = |member: &str, value: Value| {
        let mut query = by_source();
        query[member] = value;
        query
    };
    let unknown = "0199a3c4-7b10-7000-8000-0123456789ab";
    let twice = json!({"metrics": ["visits", "visits"]});
    let half = json!({"metrics": ["visits"], "from": "2027-01-01"});
    let future = json!({"metrics": ["visits"], "from": "2027-01-01", "to": "2027-02-01"});
    for (query, place) in [
        (twice, "query.metrics"),
        (with("sort", "page".into()), "query.sort"),
        (with("from", "2027-01-01".into()), "query.range"),
        (with("segment", unknown.into()), "query.segment"),
        (half, "query.to"),
        (future, "query.to"),
    ] {
        let new = json!({"name": "Report", "query": query});
        let problem = shop.owner.post(&path, new).await;
        let problem = problem.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], place, "{problem}");
    }
    shop.saved("Report", by_source()).await;
    let again = json!({"name": "report", "query": by_source()});
    shop.owner.post(&path, again).await.problem(409, "conflict");
}
