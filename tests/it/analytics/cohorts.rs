//! Cohorts, as a site's owner asks for them.

use serde_json::{Value, json};

use super::Shop;

impl Shop {
    async fn cohorts(&self, query: Value) -> Value {
        let path = format!("/sites/{}/cohorts", self.site);
        self.owner.post(&path, query).await.expect(200)
    }

    /// Brings visits of the past, and sales, which have a value.
    async fn lived_through(&self, visits: &[(&str, &str, &str)]) {
        let mut rows = "name,id,at,visitor,url,value,currency\n".to_owned();
        for (nth, (visitor, at, value)) in visits.iter().enumerate() {
            let (name, currency) = if value.is_empty() {
                ("page_view", "")
            } else {
                ("purchase", "EUR")
            };
            let url = match *visitor {
                "ada" => "https://shop.example/?utm_source=news&utm_medium=email",
                _ => "https://shop.example/",
            };
            rows += &format!("{name},{nth},{at}T12:00:00Z,{visitor},{url},{value},{currency}\n");
        }
        let path = format!("/sites/{}/imports?format=csv", self.site);
        let method = poem::http::Method::POST;
        let told = self
            .owner
            .send(method, &path, "text/csv", rows.into_bytes());
        assert_eq!(told.await.expect(200)["refused"], 0);
    }
}

/// Weeks before 2027-01-15, a Friday; they begin on Mondays.
const LIFE: [(&str, &str, &str); 9] = [
    ("old", "2026-06-01", ""),
    ("ada", "2026-12-15", ""),
    ("bob", "2026-12-16", "20.00"),
    ("old", "2026-12-16", "99.00"),
    ("ada", "2026-12-22", "30.00"),
    ("cid", "2026-12-23", ""),
    ("ada", "2027-01-05", "12.00"),
    ("cid", "2027-01-06", ""),
    ("bob", "2027-01-13", ""),
];

/// How many of each cohort were there, by period.
fn visitors(told: &Value) -> Vec<(String, Vec<u64>)> {
    let cohorts = told["cohorts"].as_array().unwrap().iter();
    let told = |cohort: &Value| {
        let begun = cohort["begun"].as_str().unwrap().to_owned();
        let returns = cohort["returns"].as_array().unwrap().iter();
        let visitors = returns.map(|one| one["visitors"].as_u64().unwrap());
        (begun, visitors.collect())
    };
    cohorts.map(told).collect()
}

fn cohort(begun: &str, visitors: &[u64]) -> (String, Vec<u64>) {
    (begun.to_owned(), visitors.to_vec())
}

/// What all cohorts together did so many periods later.
fn later(cohorts: u64, (visitors, share): (u64, f64), (revenue, each): (&str, &str)) -> Value {
    json!({
        "cohorts": cohorts, "visitors": visitors, "share": share, "revenue": revenue,
        "revenue_per_visitor": each,
    })
}

#[tokio::test]
async fn cohorts_tell_who_came_again_and_what_they_brought() {
    let shop = Shop::with(json!({"visitor_ids": "lasting"})).await;
    shop.lived_through(&LIFE).await;
    let told = shop.cohorts(json!({"from": "2026-12-17"})).await;
    assert_eq!(
        visitors(&told),
        [
            cohort("2026-12-14", &[2, 1, 0, 1, 1]),
            cohort("2026-12-21", &[1, 0, 1, 0]),
            cohort("2026-12-28", &[0, 0, 0]),
            cohort("2027-01-04", &[0, 0]),
            cohort("2027-01-11", &[0]),
        ]
    );
    let first = &told["cohorts"][0];
    assert_eq!(
        (&first["revenue"], &first["revenue_per_visitor"]),
        (&json!("62.00"), &json!("31.00"))
    );
    assert_eq!(
        first["returns"][1],
        json!({"visitors": 1, "share": 0.5, "revenue": "30.00"})
    );
    assert_eq!(
        told["cohorts"][2]["returns"][1],
        json!({"visitors": 0, "revenue": "0.00"})
    );
    assert_eq!(
        (&told["from"], &told["complete"], &told["visitor_ids"]),
        (&json!("2026-12-14"), &json!(false), &json!("lasting"))
    );
    // This week is not over, and is in no average.
    assert_eq!(
        told["average"],
        json!([
            later(4, (3, 1.0), ("20.00", "6.67")),
            later(3, (1, 1.0 / 3.0), ("30.00", "10.00")),
            later(2, (1, 1.0 / 3.0), ("0.00", "0.00")),
            later(1, (1, 0.5), ("12.00", "6.00")),
        ])
    );
    assert_eq!(shop.server.count_in_book("analytics_read"), 1);
}

#[tokio::test]
async fn months_are_whole_and_filters_pick_first_visits() {
    let shop = Shop::with(json!({"visitor_ids": "lasting"})).await;
    shop.lived_through(&LIFE).await;
    let query = json!({"from": "2026-12-31", "to": "2026-12-31", "period": "month"});
    let told = shop.cohorts(query).await;
    assert_eq!(visitors(&told), [cohort("2026-12-01", &[3])]);
    assert_eq!(told["complete"], true);
    let filter = json!({"dimension": "channel", "operator": "is", "values": ["email"]});
    let query = json!({"from": "2026-12-01", "period": "month", "filters": [filter]});
    let told = shop.cohorts(query).await;
    assert_eq!(
        visitors(&told),
        [cohort("2026-12-01", &[1, 1]), cohort("2027-01-01", &[0])]
    );
    assert_eq!(told["cohorts"][0]["revenue"], "42.00");
}

#[tokio::test]
async fn with_daily_ids_whoever_comes_is_new_and_it_is_said() {
    let shop = Shop::open().await;
    shop.lived_through(&LIFE).await;
    let told = shop.cohorts(json!({"from": "2026-12-17"})).await;
    assert_eq!(told["visitor_ids"], "daily");
    assert_eq!(
        visitors(&told)[0],
        cohort("2026-12-14", &[3, 0, 0, 0, 0]),
        "nobody is known again"
    );
}

#[tokio::test]
async fn what_is_no_cohort_is_refused_each_in_its_own_words() {
    let shop = Shop::open().await;
    let filter = json!({"dimension": "page", "operator": "is", "values": []});
    for (query, path, word) in [
        (
            json!({"filters": [filter]}),
            "filters[0].values",
            "no value",
        ),
        (json!({"to": "2027-01-16"}), "to", "yet to come"),
        (json!({"from": "2026-02-30"}), "from", "no day"),
    ] {
        let address = format!("/sites/{}/cohorts", shop.site);
        let refused = shop.owner.post(&address, query.clone()).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{query}");
        let told = problem["fields"][0]["message"].as_str().unwrap();
        assert!(told.contains(word), "{query}: {told}");
    }
}
