//! Several reports in one request, as a page of the UI asks for them.

use serde_json::{Value, json};

use super::Shop;
use crate::support::Answer;

const DAY: &str = "2027-01-15";

impl Shop {
    async fn together(&self, reports: Value) -> Answer {
        let path = format!("/sites/{}/reports/together", self.site);
        self.owner.post(&path, json!({"reports": reports})).await
    }
}

/// A report by one dimension of the visits on one channel.
fn by(dimension: &str) -> Value {
    json!({
        "from": DAY, "to": DAY, "dimensions": [dimension], "metrics": ["visits", "revenue"],
        "filters": [{"dimension": "channel", "operator": "is", "values": ["organic_search"]}],
    })
}

/// What the page of a site asks for when a line of one of its tables is pressed.
fn page() -> Value {
    let dimensions = [
        "day",
        "channel",
        "source",
        "landing_page",
        "device",
        "event",
    ];
    let part = |name: &str| json!({"name": name, "query": by(name)});
    dimensions.map(part).to_vec().into()
}

#[tokio::test]
async fn each_of_several_reports_tells_what_it_tells_alone() {
    let shop = Shop::open().await;
    shop.fill().await;
    let told = shop.together(page()).await.expect(200);
    let reports = told["reports"].as_array().unwrap();
    assert_eq!(reports.len(), 6);
    for (asked, told) in page().as_array().unwrap().iter().zip(reports) {
        assert_eq!(told["name"], asked["name"]);
        assert_eq!(told["report"], shop.report(asked["query"].clone()).await);
        assert_eq!(told["report"]["totals"]["visits"], 1, "{told}");
    }
}

#[tokio::test]
async fn twenty_clicks_within_a_minute_meet_no_limit_and_are_twenty_lines_in_the_book() {
    let shop = Shop::open().await;
    shop.fill().await;
    for _ in 0..20 {
        shop.together(page()).await.expect(200);
    }
    assert_eq!(shop.server.count_in_book("analytics_read"), 20);
    for _ in 0..10 {
        shop.together(page()).await.expect(200);
    }
    let problem = shop.together(page()).await.problem(429, "rate_limited");
    assert_eq!(problem["limit"], "analytics");
}

#[tokio::test]
async fn an_error_names_the_report_that_it_is_about_and_none_is_answered() {
    let shop = Shop::open().await;
    let part = |name: &str, query: Value| json!({"name": name, "query": query});
    let sound = || part("sound", by("day"));
    let with = |member: &str, value: Value| {
        let mut query = by("day");
        query[member] = value;
        part("other", query)
    };
    let page = with("sort", "page".into());
    let nameless = json!([{"dimension": "page", "operator": "is", "values": []}]);
    for (reports, path) in [
        (json!([]), "reports"),
        (vec![sound(); 13].into(), "reports"),
        (json!([sound(), sound()]), "reports[1].name"),
        (json!([sound(), part("", by("day"))]), "reports[1].name"),
        (json!([sound(), page]), "reports[1].query.sort"),
        (
            json!([with("from", "yesterday".into()), sound()]),
            "reports[0].query.from",
        ),
        (
            json!([with("filters", nameless)]),
            "reports[0].query.filters[0].values",
        ),
    ] {
        let problem = shop.together(reports).await;
        let problem = problem.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.starts_with(path), "{problem}");
    }
    assert_eq!(shop.server.count_in_book("analytics_read"), 0);
}
