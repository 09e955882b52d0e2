//! Attribution, as a site's owner asks for it.

use serde_json::{Value, json};

use super::{SHOP, Shop, view};

const MODELS: [&str; 7] = [
    "first",
    "last",
    "last_non_direct",
    "linear",
    "time_decay",
    "position",
    "data_driven",
];

/// A visit of one page, with the marks of its address; a sale has a value.
fn visit(visitor: &str, at: &str, marks: &str) -> Value {
    let mut event = view(visitor, "/");
    event["url"] = format!("{SHOP}/?{marks}").into();
    event["at"] = at.into();
    event
}

fn sale(visitor: &str, at: &str, marks: &str, value: &str) -> Value {
    let mut event = visit(visitor, at, marks);
    event["name"] = "purchase".into();
    event["value"] = value.into();
    event
}

const MAIL: &str = "utm_source=news&utm_medium=email";
const PAID: &str = "utm_source=google&utm_medium=cpc";

impl Shop {
    async fn lasting() -> Self {
        Self::with(json!({"visitor_ids": "lasting"})).await
    }

    async fn attribution(&self, query: Value) -> Value {
        let path = format!("/sites/{}/attribution", self.site);
        self.owner.post(&path, query).await.expect(200)
    }

    async fn sent(&self, events: Value) {
        assert_eq!(self.send(events).await.expect(200)["refused"], json!([]));
    }

    /// Ada came by mail, then from a paid search, then directly, and bought; Bob searched and did
    /// not.
    async fn followed(&self) {
        self.sent(json!([
            visit("ada", "2027-01-11T07:00:00Z", MAIL),
            visit("ada", "2027-01-13T07:00:00Z", PAID),
            visit("ada", "2027-01-14T07:00:00Z", ""),
            sale("ada", "2027-01-14T07:05:00Z", "", "100.00"),
            visit("bob", "2027-01-14T07:00:00Z", PAID),
        ]))
        .await;
    }
}

/// What a model gives to each value.
fn given(told: &Value, model: &str, figure: &str) -> Vec<(String, Value)> {
    let rows = told["rows"].as_array().unwrap().iter();
    let of = |row: &Value| {
        let value = row["value"].as_str().unwrap().to_owned();
        (value, row[model][figure].clone())
    };
    let mut given: Vec<_> = rows.map(of).collect();
    given.sort_by(|one, other| one.0.cmp(&other.0));
    given
}

/// The share of conversions that would be lost without a value.
fn effect(told: &Value, value: &str) -> f64 {
    let mut rows = told["rows"].as_array().unwrap().iter();
    let row = rows.find(|row| row["value"] == value).unwrap();
    row["removal_effect"].as_f64().unwrap()
}

#[tokio::test]
async fn every_model_divides_a_sale_in_its_own_way() {
    let shop = Shop::lasting().await;
    shop.followed().await;
    let told = shop.attribution(json!({"dimension": "channel"})).await;
    for (model, direct, email, paid) in [
        ("first", "0.00", "100.00", "0.00"),
        ("last", "100.00", "0.00", "0.00"),
        ("last_non_direct", "0.00", "0.00", "100.00"),
        ("linear", "33.33", "33.33", "33.34"),
        // 2^0, 2^(-3/7) and 2^(-1/7), by their sum.
        ("time_decay", "37.75", "28.05", "34.20"),
        ("position", "40.00", "40.00", "20.00"),
    ] {
        let mut expected = [
            ("direct".to_owned(), json!(direct)),
            ("email".to_owned(), json!(email)),
            ("paid_search".to_owned(), json!(paid)),
        ];
        let mut told = given(&told, model, "revenue");
        if model == "linear" {
            // Which of the thirds has the cent that is left over nobody is told.
            for list in [told.as_mut_slice(), expected.as_mut_slice()] {
                list.sort_by_key(|(_, amount)| amount.to_string());
                for (value, _) in list.iter_mut() {
                    value.clear();
                }
            }
        }
        assert_eq!(told, expected, "{model}");
    }
    // Half of the ways begin with the mail, all go on to the search, and half of those convert:
    // without the mail, half as many.
    for (value, expected) in [("email", 0.5), ("paid_search", 1.0), ("direct", 1.0)] {
        let effect = effect(&told, value);
        assert!((effect - expected).abs() < 1e-9, "{value}: {effect}");
    }
    assert_eq!(told["conversions"], 1);
    assert_eq!(told["revenue"], "100.00");
    assert_eq!(told["average_touches"], 3.0);
    assert_eq!(
        (&told["single_touch"], &told["found"]),
        (&json!(0), &json!(3))
    );
    assert_eq!(
        (&told["visitor_ids"], &told["lookback_days"]),
        (&json!("lasting"), &json!(30))
    );
    assert_eq!(shop.server.count_in_book("analytics_read"), 1);
}

#[tokio::test]
async fn a_channel_without_which_less_would_be_lost_gets_less() {
    let shop = Shop::lasting().await;
    shop.sent(json!([
        visit("ada", "2027-01-11T07:00:00Z", MAIL),
        sale("ada", "2027-01-13T07:00:00Z", PAID, "100.00"),
        sale("bob", "2027-01-13T07:00:00Z", PAID, "50.00"),
        visit("cid", "2027-01-13T07:00:00Z", MAIL),
    ]))
    .await;
    let told = shop.attribution(json!({"dimension": "channel"})).await;
    // Two ways of three begin with a mail, half of these lead to a search, and every search to a
    // sale. So 2/3 convert, and 1/3 without mails.
    assert!((effect(&told, "paid_search") - 1.0).abs() < 1e-9, "{told}");
    assert!((effect(&told, "email") - 0.5).abs() < 1e-9, "{told}");
    assert_eq!(
        given(&told, "data_driven", "revenue"),
        [
            ("email".to_owned(), json!("33.33")),
            ("paid_search".to_owned(), json!("116.67"))
        ]
    );
    assert_eq!(
        given(&told, "data_driven", "conversions"),
        [
            ("email".to_owned(), json!(0.33)),
            ("paid_search".to_owned(), json!(1.67))
        ]
    );
}

#[tokio::test]
async fn visits_beyond_the_lookback_do_not_count() {
    let shop = Shop::lasting().await;
    shop.followed().await;
    for (days, found) in [(1, 1), (2, 2), (3, 2), (4, 3), (90, 3)] {
        let query = json!({"dimension": "source", "lookback_days": days});
        let told = shop.attribution(query).await;
        assert_eq!(told["found"], found, "{days}: {told}");
    }
    // The visits before the first day that is asked for count, its conversions do not.
    let query = json!({"dimension": "source", "from": "2027-01-14"});
    let told = shop.attribution(query).await;
    assert_eq!(
        (&told["found"], &told["conversions"]),
        (&json!(3), &json!(1))
    );
    let query = json!({"dimension": "source", "from": "2027-01-15"});
    let told = shop.attribution(query).await;
    assert_eq!(
        (&told["rows"], &told["conversions"]),
        (&json!([]), &json!(0))
    );
    assert!(told.get("average_touches").is_none());
}

#[tokio::test]
async fn with_daily_ids_the_visits_of_one_day_alone_count_and_it_is_said() {
    let shop = Shop::open().await;
    shop.followed().await;
    let told = shop.attribution(json!({"dimension": "channel"})).await;
    assert_eq!(told["visitor_ids"], "daily");
    assert_eq!(told["single_touch"], 1);
    for model in MODELS {
        assert_eq!(
            given(&told, model, "revenue"),
            [("direct".to_owned(), json!("100.00"))],
            "{model}"
        );
    }
}

#[tokio::test]
async fn leads_and_purchases_are_divided_alone_and_filters_pick_visits() {
    let shop = Shop::lasting().await;
    shop.followed().await;
    let mut lead = visit("bob", "2027-01-15T07:00:00Z", MAIL);
    lead["name"] = "lead".into();
    shop.sent(json!([lead])).await;
    for (goal, conversions) in [("all", 2), ("leads", 1), ("purchases", 1)] {
        let query = json!({"dimension": "medium", "goal": goal});
        let told = shop.attribution(query).await;
        assert_eq!(told["conversions"], conversions, "{goal}");
    }
    let filter = json!({"dimension": "channel", "operator": "is_not", "values": ["direct"]});
    let query = json!({"dimension": "medium", "filters": [filter]});
    let told = shop.attribution(query).await;
    assert_eq!(told["conversions"], 1, "Ada's sale was on a direct visit");
}

#[tokio::test]
async fn rows_come_in_the_order_of_a_model_and_in_pages() {
    let shop = Shop::lasting().await;
    shop.followed().await;
    for (model, first) in [("first", "email"), ("last", "direct")] {
        let query = json!({
            "dimension": "channel", "sort_model": model, "sort_figure": "revenue", "limit": 1,
        });
        let told = shop.attribution(query).await;
        assert_eq!(told["rows"][0]["value"], first, "{model}");
        assert_eq!(
            (&told["rows"][1], &told["found"]),
            (&json!(null), &json!(3))
        );
    }
    let query = json!({"dimension": "channel", "offset": 2});
    let told = shop.attribution(query).await;
    assert_eq!(told["rows"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_divided_is_refused_each_in_its_own_words() {
    let shop = Shop::open().await;
    let filter = json!({"dimension": "page", "operator": "is", "values": []});
    for (more, path, word) in [
        (json!({"lookback_days": 0}), "lookback_days", "1 to 90"),
        (json!({"lookback_days": 91}), "lookback_days", "91 days"),
        (json!({"half_life_days": 0}), "half_life_days", "1 to 90"),
        (json!({"limit": 0}), "limit", "0 rows"),
        (
            json!({"filters": [filter]}),
            "filters[0].values",
            "no value",
        ),
        (json!({"to": "2027-01-16"}), "to", "yet to come"),
    ] {
        let mut query = json!({"dimension": "channel"});
        for (name, value) in more.as_object().unwrap() {
            query[name] = value.clone();
        }
        let address = format!("/sites/{}/attribution", shop.site);
        let refused = shop.owner.post(&address, query.clone()).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{query}");
        let told = problem["fields"][0]["message"].as_str().unwrap();
        assert!(told.contains(word), "{query}: {told}");
    }
}
