//! Reports of any dimensions, as a site's owner asks for them.

use poem::http::Method;
use serde_json::{Value, json};

use super::{SHOP, Shop, view};
use crate::support::TestServer;

const DAY: &str = "2027-01-15";

impl Shop {
    pub(super) async fn report(&self, query: Value) -> Value {
        let path = format!("/sites/{}/reports", self.site);
        self.owner.post(&path, query).await.expect(200)
    }

    /// Two visits of the present day and one of the day before: Ada searched, looked around and
    /// bought; Bob came by mail and left; Eve was there the day before.
    pub(super) async fn fill(&self) {
        let at = |mut event: Value, at: &str| {
            event["at"] = at.into();
            event
        };
        let mut search = at(view("ada", "/start"), "2027-01-15T07:00:00Z");
        search["referrer"] = "https://www.google.de/".into();
        let pricing = at(view("ada", "/pricing"), "2027-01-15T07:04:00Z");
        let mut click = at(view("ada", "/pricing"), "2027-01-15T07:05:00Z");
        click["name"] = "click".into();
        let mut sale = at(view("ada", "/thanks"), "2027-01-15T07:10:00Z");
        sale["name"] = "purchase".into();
        sale["value"] = json!("61.72");
        let mut mailed = at(view("bob", "/"), "2027-01-15T06:00:00Z");
        let mail =
            "/start?utm_source=may&utm_medium=email&utm_campaign=Spring&utm_term=red%20shoes";
        mailed["url"] = format!("{SHOP}{mail}").into();
        let direct = at(view("eve", "/about"), "2027-01-14T12:00:00Z");
        let events = json!([search, pricing, click, sale, mailed, direct]);
        assert_eq!(self.send(events).await.expect(200)["accepted"], 6);
    }
}

impl Shop {
    /// Brings a visit of each of these days.
    async fn brought(&self, days: &[&str]) {
        let mut rows = "name,id,at,visitor\n".to_owned();
        for (nth, day) in days.iter().enumerate() {
            rows += &format!("page_view,{nth},{day}T12:00:00Z,v{nth}\n");
        }
        // The present day is not so far yet.
        let rows = rows.replace("2027-01-15T12", "2027-01-15T07");
        let path = format!("/sites/{}/imports?format=csv", self.site);
        let sent = self
            .owner
            .send(Method::POST, &path, "text/csv", rows.into_bytes());
        assert_eq!(sent.await.expect(200)["accepted"], days.len());
    }
}

/// A row's values and one of its figures.
fn rows(report: &Value, metric: &str) -> Vec<(Vec<String>, Value)> {
    let rows = report["rows"].as_array().unwrap().iter();
    let rows = rows.map(|row| {
        let values = row["values"].as_array().unwrap().iter();
        let values = values.map(|value| value.as_str().unwrap().to_owned());
        (values.collect(), row["metrics"][metric].clone())
    });
    rows.collect()
}

fn values(all: &[&str]) -> Vec<String> {
    all.iter().map(|value| (*value).to_owned()).collect()
}

#[tokio::test]
async fn a_report_tells_visits_apart_by_several_dimensions() {
    let shop = Shop::open().await;
    shop.fill().await;
    let told = shop
        .report(json!({
            "from": DAY, "to": DAY, "dimensions": ["channel", "source"],
            "metrics": ["revenue", "visits", "visitors", "average_order_value", "bounce_rate"],
        }))
        .await;
    assert_eq!(
        told["rows"],
        json!([
            {
                "values": ["organic_search", "google"],
                "metrics": {"visits": 1, "visitors": 1, "bounce_rate": 0.0, "revenue": "61.72",
                            "average_order_value": "61.72"},
                "before": {"visits": 0, "visitors": 0, "revenue": "0.00"},
            },
            {
                "values": ["email", "may"],
                "metrics": {"visits": 1, "visitors": 1, "bounce_rate": 1.0, "revenue": "0.00"},
                "before": {"visits": 0, "visitors": 0, "revenue": "0.00"},
            },
        ])
    );
    assert_eq!(told["found"], 2);
    assert_eq!(told["totals"]["visits"], 2);
    assert_eq!(told["totals_before"]["visits"], 1);
    assert_eq!(
        told["before"],
        json!({"from": "2027-01-14", "to": "2027-01-14"})
    );
    assert_eq!(
        (&told["currency"], &told["time_zone"], &told["visitor_ids"]),
        (&json!("EUR"), &json!("Europe/Berlin"), &json!("daily"))
    );
}

#[tokio::test]
async fn pages_and_events_divide_the_events_of_a_visit() {
    let shop = Shop::open().await;
    shop.fill().await;
    let told = shop
        .report(json!({
            "from": DAY, "to": DAY, "dimensions": ["page"], "compare": "none", "sort": "page",
            "metrics": ["events", "views", "visits", "clicks", "entries", "exits", "purchases",
                        "leads", "time_on_page_seconds"],
        }))
        .await;
    let metrics = |page: &str| {
        let rows = told["rows"].as_array().unwrap().iter();
        let mut rows = rows.filter(|row| row["values"][0] == page);
        rows.next().unwrap()["metrics"].clone()
    };
    assert_eq!(
        metrics("/pricing"),
        json!({"events": 2, "views": 1, "visits": 1, "clicks": 1, "entries": 0, "exits": 0,
               "purchases": 0, "leads": 0, "time_on_page_seconds": 360.0})
    );
    assert_eq!(
        metrics("/start"),
        json!({"events": 2, "views": 2, "visits": 2, "clicks": 0, "entries": 2, "exits": 1,
               "purchases": 0, "leads": 0, "time_on_page_seconds": 120.0})
    );
    assert!(
        metrics("/thanks").get("time_on_page_seconds").is_none(),
        "nobody viewed it"
    );
    assert!(told.get("before").is_none() && told.get("totals_before").is_none());
    assert!(
        told["rows"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row.get("before").is_none())
    );
}

#[tokio::test]
async fn a_filter_picks_whole_visits() {
    let shop = Shop::open().await;
    shop.fill().await;
    let events = async |filters: Value| {
        let query = json!({"from": DAY, "to": DAY, "metrics": ["events"], "filters": filters});
        shop.report(query).await["totals"]["events"].clone()
    };
    let filter = |dimension: &str, operator: &str, values: &[&str]| json!({"dimension": dimension, "operator": operator, "values": values});
    for (filters, expected) in [
        (json!([]), 5),
        (json!([filter("page", "is", &["/pricing"])]), 4),
        (json!([filter("page", "is_not", &["/pricing"])]), 1),
        (json!([filter("page", "contains", &["ric", "xyz"])]), 4),
        (json!([filter("page", "not_contains", &["start"])]), 0),
        (json!([filter("page", "starts_with", &["/th"])]), 4),
        (json!([filter("source", "is", &["may", "google"])]), 5),
        (json!([filter("term", "is", &["red shoes"])]), 1),
        (json!([filter("term", "is", &[""])]), 4),
        (json!([filter("landing_page", "is", &["/pricing"])]), 0),
        (json!([filter("weekday", "is", &["friday"])]), 5),
        (json!([filter("hour", "is", &["7"])]), 1),
        // Each filter looks for an event of its own.
        (
            json!([
                filter("page", "is", &["/start"]),
                filter("event", "is", &["purchase"])
            ]),
            4,
        ),
        (
            json!([
                filter("page", "is", &["/start"]),
                filter("page", "is_not", &["/start"])
            ]),
            0,
        ),
    ] {
        assert_eq!(events(filters.clone()).await, expected, "{filters}");
    }
}

#[tokio::test]
async fn rows_come_in_the_order_and_the_part_that_is_asked_for() {
    let shop = Shop::open().await;
    shop.fill().await;
    let pages = async |more: Value| {
        let mut query = json!({"from": DAY, "to": DAY, "dimensions": ["page"],
                               "metrics": ["events", "revenue"]});
        for (name, value) in more.as_object().unwrap() {
            query[name] = value.clone();
        }
        let told = shop.report(query).await;
        assert_eq!(told["found"], 3);
        let pages = rows(&told, "events").into_iter();
        pages
            .map(|(mut values, _)| values.remove(0))
            .collect::<Vec<_>>()
    };
    for (more, expected) in [
        (json!({}), &["/pricing", "/start", "/thanks"][..]),
        (
            json!({"sort": "events"}),
            &["/thanks", "/pricing", "/start"],
        ),
        (
            json!({"sort": "-revenue"}),
            &["/thanks", "/pricing", "/start"],
        ),
        (json!({"sort": "-page"}), &["/thanks", "/start", "/pricing"]),
        (json!({"limit": 1}), &["/pricing"]),
        (json!({"limit": 1, "offset": 2}), &["/thanks"]),
        (json!({"offset": 9}), &[]),
    ] {
        assert_eq!(pages(more.clone()).await, expected, "{more}");
    }
}

#[tokio::test]
async fn a_day_is_held_against_the_day_so_many_days_before() {
    let shop = Shop::open().await;
    shop.fill().await;
    let ask = async |dimension: &str, compare: &str| {
        shop.report(json!({
            "from": DAY, "to": DAY, "dimensions": [dimension], "metrics": ["visits"],
            "compare": compare,
        }))
        .await["rows"][0]
            .clone()
    };
    let row = ask("day", "previous").await;
    assert_eq!(row["values"], json!([DAY]));
    assert_eq!(row["before"]["visits"], 1, "that is Eve's");
    assert_eq!(ask("day", "year").await["before"]["visits"], 0);
    assert!(ask("week", "previous").await.get("before").is_none());
    assert_eq!(
        ask("week", "previous").await["values"],
        json!(["2027-01-11"])
    );
    assert_eq!(ask("month", "none").await["values"], json!(["2027-01"]));
    let beside = ask("weekday", "previous").await.get("before").cloned();
    assert_eq!(beside, None, "a Friday stands beside no Thursday");
}

#[tokio::test]
async fn visitors_are_counted_once_over_all_rows_and_days() {
    let shop = Shop::with(json!({"visitor_ids": "lasting"})).await;
    let at = |path: &str, at: &str| {
        let mut event = view("ada", path);
        event["at"] = at.into();
        event
    };
    let events = json!([
        at("/", "2027-01-13T09:00:00Z"),
        at("/", "2027-01-14T09:00:00Z"),
        at("/a", "2027-01-14T09:01:00Z"),
        at("/", "2027-01-15T07:00:00Z"),
    ]);
    shop.send(events).await.expect(200);
    let told = shop
        .report(json!({"dimensions": ["page"], "metrics": ["visitors", "visits"]}))
        .await;
    assert_eq!(told["totals"], json!({"visits": 3, "visitors": 1}));
    let expected = [(values(&["/"]), json!(1)), (values(&["/a"]), json!(1))];
    assert_eq!(rows(&told, "visitors"), expected);
}

#[tokio::test]
async fn hours_are_those_that_the_sites_clocks_show() {
    let server = TestServer::start().await;
    server.advance(289 * 24 * 60 * 60 + 20 * 60 * 60);
    let shop = Shop::at(server, json!({})).await;
    // The clocks show two o'clock twice on this day.
    let events: Vec<Value> = ["00:30", "01:30", "02:30"]
        .iter()
        .map(|time| {
            let mut event = view("ada", "/");
            event["at"] = format!("2027-10-31T{time}:00Z").into();
            event
        })
        .collect();
    shop.send(events.into()).await.expect(200);
    let told = shop
        .report(
            json!({"from": "2027-10-31", "to": "2027-10-31", "dimensions": ["hour"],
                       "metrics": ["views"], "sort": "hour"}),
        )
        .await;
    let expected = [(values(&["2"]), json!(2)), (values(&["3"]), json!(1))];
    assert_eq!(rows(&told, "views"), expected);
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_each_in_its_own_words() {
    let shop = Shop::open().await;
    let filter = |values: Value| json!([{"dimension": "page", "operator": "is", "values": values}]);
    let many = |n: usize| vec!["/"; n];
    let filters = |n: usize| vec![filter(json!(["/"]))[0].clone(); n];
    let empty = json!([{"dimension": "page", "operator": "contains", "values": [""]}]);
    for (more, path, word) in [
        (json!({"from": "tomorrow"}), "from", "no day"),
        (
            json!({"from": "2027-01-02", "to": "2027-01-01"}),
            "to",
            "is before",
        ),
        (
            json!({"from": "2026-01-13", "to": "2027-01-15"}),
            "to",
            "366",
        ),
        (
            json!({"from": "2025-01-14", "to": "2025-02-01"}),
            "from",
            "2 years",
        ),
        (json!({"to": "2027-01-16"}), "to", "yet to come"),
        (json!({"metrics": []}), "metrics", "at least one"),
        (
            json!({"metrics": ["visits", "views", "visits"]}),
            "metrics",
            "visits is asked for twice",
        ),
        (
            json!({"dimensions": ["day", "day"]}),
            "dimensions",
            "day is asked for twice",
        ),
        (
            json!({"dimensions": ["day", "hour", "page", "event", "source", "term"]}),
            "dimensions",
            "6 dimensions",
        ),
        (json!({"filters": filters(21)}), "filters", "21 filters"),
        (
            json!({"filters": filter(json!([]))}),
            "filters[0].values",
            "no value",
        ),
        (
            json!({"filters": filter(json!(many(51)))}),
            "filters[0].values",
            "51 values",
        ),
        (
            json!({"filters": filter(json!(["x".repeat(501)]))}),
            "filters[0].values",
            "501 bytes",
        ),
        (
            json!({"filters": empty}),
            "filters[0].values",
            "every value contains an empty text",
        ),
        (json!({"sort": "views"}), "sort", "not asked for"),
        (json!({"sort": "--visits"}), "sort", "not asked for"),
        (json!({"limit": 0}), "limit", "1 to 1000"),
        (json!({"limit": 1001}), "limit", "1 to 1000"),
    ] {
        let mut query = json!({"metrics": ["visits"]});
        for (name, value) in more.as_object().unwrap() {
            query[name] = value.clone();
        }
        let address = format!("/sites/{}/reports", shop.site);
        let refused = shop.owner.post(&address, query).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{more}");
        let told = problem["fields"][0]["message"].as_str().unwrap();
        assert!(told.contains(word), "{more}: {told}");
    }
    assert_eq!(
        shop.server.count_in_book("analytics_read"),
        0,
        "none of them was answered"
    );
}

#[tokio::test]
async fn a_word_that_is_none_is_refused_by_its_member() {
    let shop = Shop::open().await;
    let address = format!("/sites/{}/reports", shop.site);
    for (query, word) in [
        (json!({"metrics": ["chanel"]}), "metrics"),
        (
            json!({"metrics": ["visits"], "dimensions": ["sauce"]}),
            "dimensions",
        ),
        (json!({"metrics": ["visits"], "compare": "week"}), "compare"),
        (
            json!({"metrics": ["visits"],
                   "filters": [{"dimension": "page", "operator": "like", "values": ["x"]}]}),
            "operator",
        ),
    ] {
        let refused = shop.owner.post(&address, query.clone()).await;
        assert_eq!(refused.status, 422, "{query}: {}", refused.text());
        assert!(refused.text().contains(word), "{query}: {}", refused.text());
    }
}

#[tokio::test]
async fn a_report_is_in_the_book_and_counts_against_the_limit() {
    let shop = Shop::open().await;
    shop.fill().await;
    for _ in 0..30 {
        shop.report(json!({"metrics": ["visits"]})).await;
    }
    assert_eq!(shop.server.count_in_book("analytics_read"), 30);
    let address = format!("/sites/{}/reports", shop.site);
    let refused = shop
        .owner
        .post(&address, json!({"metrics": ["visits"]}))
        .await;
    assert_eq!(refused.problem(429, "rate_limited")["limit"], "analytics");
}

#[tokio::test]
async fn another_users_site_cannot_be_asked_about() {
    let shop = Shop::open().await;
    shop.fill().await;
    let other = shop.server.sign_up("other@example.org", &["member"]).await;
    let step = |page: &str| {
        let filter = json!({"dimension": "page", "operator": "is", "values": [page]});
        json!({"name": page, "filters": [filter]})
    };
    for (what, body) in [
        ("reports", json!({"metrics": ["visits"]})),
        ("funnels", json!({"steps": [step("/"), step("/a")]})),
    ] {
        let path = format!("/sites/{}/{what}", shop.site);
        other.post(&path, body).await.problem(404, "not_found");
    }
    assert_eq!(shop.server.count_in_book("analytics_read"), 0);
}

#[tokio::test]
async fn a_year_by_weekday_holds_mondays_against_mondays_and_weeks_against_weeks() {
    let shop = Shop::open().await;
    shop.brought(&["2026-01-16", "2026-01-16", "2027-01-15"])
        .await;
    let query = |dimension: &str, compare: &str| {
        json!({
            "dimensions": [dimension], "metrics": ["visits"], "from": "2027-01-09",
            "compare": compare,
        })
    };
    for (dimension, compare, before) in [
        ("day", "year_by_weekday", Some(2)),
        ("week", "year_by_weekday", Some(2)),
        ("month", "year_by_weekday", None),
        ("day", "year", Some(0)),
        ("week", "year", None),
        ("month", "year", Some(0)),
        ("week", "previous", Some(0)),
    ] {
        let told = shop.report(query(dimension, compare)).await;
        let row = &told["rows"][0];
        assert_eq!(row["metrics"]["visits"], 1, "{told}");
        let visits = row["before"]["visits"].as_u64();
        assert_eq!(visits, before, "{dimension} {compare}: {told}");
    }
    let told = shop.report(query("day", "year_by_weekday")).await;
    assert_eq!(
        told["before"],
        json!({"from": "2026-01-10", "to": "2026-01-16"})
    );
    let told = shop
        .overview("?from=2027-01-09&compare=year_by_weekday")
        .await;
    assert_eq!(told["before"]["totals"]["visits"], 2);
    assert_eq!(told["days_before"][6]["day"], "2026-01-16");
}

#[tokio::test]
async fn over_a_leap_day_every_other_day_stands_beside_its_own_date() {
    let server = TestServer::start().await;
    let shop = Shop::at(server, json!({})).await;
    // It is March of 2028 then.
    shop.server.advance(412 * 24 * 60 * 60);
    let owner = shop.server.sign_in("owner@example.org").await;
    let shop = Shop { owner, ..shop };
    shop.brought(&["2027-02-28", "2027-03-01", "2028-02-29", "2028-03-01"])
        .await;
    let query = json!({
        "dimensions": ["day"], "metrics": ["visits"], "from": "2028-02-27", "to": "2028-03-01",
        "compare": "year", "sort": "day",
    });
    let told = shop.report(query).await;
    let before: Vec<&Value> = told["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["before"]["visits"])
        .collect();
    assert_eq!(before, [&json!(1), &json!(1)], "{told}");
    assert_eq!(told["totals_before"]["visits"], 2);
    let told = shop
        .overview("?from=2028-02-27&to=2028-03-01&compare=year")
        .await;
    let days = told["days_before"].as_array().unwrap().iter();
    let days: Vec<&str> = days.map(|day| day["day"].as_str().unwrap()).collect();
    assert_eq!(
        days,
        ["2027-02-27", "2027-02-28", "2027-02-28", "2027-03-01"]
    );
}
