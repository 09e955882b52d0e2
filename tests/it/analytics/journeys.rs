//! Journeys, as a site's owner asks for them.

use serde_json::{Value, json};

use super::{Shop, view};

impl Shop {
    async fn journeys(&self, query: Value) -> Value {
        let path = format!("/sites/{}/journeys", self.site);
        self.owner.post(&path, query).await.expect(200)
    }

    /// Four visits of pages, a minute after the other.
    async fn wandered(&self) {
        let visits: [(&str, &[&str]); 4] = [
            ("ada", &["/", "/", "/pricing", "/thanks"]),
            ("bob", &["/", "/pricing"]),
            ("cid", &["/", "/blog", "/pricing", "/blog"]),
            ("dan", &["/blog"]),
        ];
        let mut events = Vec::new();
        for (visitor, pages) in visits {
            for (minute, page) in pages.iter().enumerate() {
                let mut event = view(visitor, page);
                event["at"] = format!("2027-01-15T07:{minute:02}:00Z").into();
                events.push(event);
            }
        }
        let mut event = json!({"name": "lead", "visitor": "dan"});
        event["at"] = "2027-01-15T07:05:00Z".into();
        events.push(event);
        assert_eq!(
            self.send(events.into()).await.expect(200)["refused"],
            json!([])
        );
    }
}

/// The ways as texts, with their visits and those that ended there.
fn ways(told: &Value) -> Vec<(String, u64, u64)> {
    let ways = told["ways"].as_array().unwrap().iter();
    let told = |way: &Value| {
        let steps = way["steps"].as_array().unwrap().iter();
        let steps: Vec<&str> = steps.map(|step| step.as_str().unwrap()).collect();
        let number = |name: &str| way[name].as_u64().unwrap();
        (steps.join(" > "), number("visits"), number("ended"))
    };
    ways.map(told).collect()
}

fn way(steps: &str, visits: u64, ended: u64) -> (String, u64, u64) {
    (steps.to_owned(), visits, ended)
}

#[tokio::test]
async fn ways_are_told_as_a_tree_in_which_repeats_are_left_out() {
    let shop = Shop::open().await;
    shop.wandered().await;
    let told = shop.journeys(json!({})).await;
    assert_eq!(
        ways(&told),
        [
            way("/", 3, 0),
            way("/ > /pricing", 2, 1),
            way("/ > /pricing > /thanks", 1, 1),
            way("/ > /blog", 1, 0),
            way("/ > /blog > /pricing", 1, 0),
            way("/ > /blog > /pricing > /blog", 1, 1),
            way("/blog", 1, 1),
        ]
    );
    assert_eq!(told["visits"], 4);
    assert_eq!(told["ways"][1]["of_all"], 0.5);
    assert_eq!(told["ways"][2]["of_previous"], 0.5);
    assert_eq!(told["others"], json!({"visits": 0, "values": 0}));
    assert_eq!(shop.server.count_in_book("analytics_read"), 1);
}

#[tokio::test]
async fn what_is_not_told_is_counted_where_it_parts() {
    let shop = Shop::open().await;
    shop.wandered().await;
    let told = shop.journeys(json!({"limit": 2})).await;
    assert_eq!(ways(&told), [way("/", 3, 0), way("/ > /pricing", 2, 1)]);
    assert_eq!(told["others"], json!({"visits": 1, "values": 1}));
    assert_eq!(told["ways"][0]["others"], json!({"visits": 1, "values": 1}));
    let told = shop.journeys(json!({"steps": 2})).await;
    let last = &told["ways"][1];
    assert_eq!(
        (&last["steps"], &last["others"]),
        (
            &json!(["/", "/pricing"]),
            &json!({"visits": 1, "values": 0})
        )
    );
}

#[tokio::test]
async fn ways_begin_at_a_page_or_lead_to_one() {
    let shop = Shop::open().await;
    shop.wandered().await;
    let told = shop.journeys(json!({"at": "/pricing"})).await;
    assert_eq!(
        ways(&told),
        [
            way("/pricing", 3, 1),
            way("/pricing > /blog", 1, 1),
            way("/pricing > /thanks", 1, 1),
        ]
    );
    let query = json!({"at": "/pricing", "direction": "back"});
    let told = shop.journeys(query).await;
    assert_eq!(
        ways(&told),
        [
            way("/pricing", 3, 0),
            way("/pricing > /", 2, 2),
            way("/pricing > /blog", 1, 0),
            way("/pricing > /blog > /", 1, 1),
        ]
    );
    let told = shop
        .journeys(json!({"direction": "back", "limit": 1}))
        .await;
    assert_eq!(ways(&told), [way("/blog", 2, 1)]);
    let told = shop.journeys(json!({"at": "/nowhere"})).await;
    assert_eq!((&told["visits"], &told["ways"]), (&json!(0), &json!([])));
}

#[tokio::test]
async fn ways_lead_over_events_as_well_and_filters_pick_visits() {
    let shop = Shop::open().await;
    shop.wandered().await;
    let told = shop.journeys(json!({"dimension": "event"})).await;
    assert_eq!(
        ways(&told),
        [way("page_view", 4, 3), way("page_view > lead", 1, 1)]
    );
    let filter = json!({"dimension": "page", "operator": "is", "values": ["/thanks"]});
    let told = shop.journeys(json!({"filters": [filter]})).await;
    assert_eq!(told["visits"], 1);
}

#[tokio::test]
async fn what_is_no_way_is_refused_each_in_its_own_words() {
    let shop = Shop::open().await;
    let filter = json!({"dimension": "page", "operator": "is", "values": []});
    for (query, path, word) in [
        (json!({"steps": 1}), "steps", "2 to 10"),
        (json!({"steps": 11}), "steps", "11 steps"),
        (json!({"limit": 0}), "limit", "1 to 500"),
        (json!({"limit": 501}), "limit", "501 ways"),
        (json!({"at": ""}), "at", "1 to 500 bytes"),
        (json!({"at": "x".repeat(501)}), "at", "1 to 500 bytes"),
        (
            json!({"filters": [filter]}),
            "filters[0].values",
            "no value",
        ),
        (json!({"to": "2027-01-16"}), "to", "yet to come"),
    ] {
        let address = format!("/sites/{}/journeys", shop.site);
        let refused = shop.owner.post(&address, query.clone()).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{query}");
        let told = problem["fields"][0]["message"].as_str().unwrap();
        assert!(told.contains(word), "{query}: {told}");
    }
}
