//! Funnels, as a site's owner asks for them.

use serde_json::{Value, json};

use super::{Shop, view};

fn step(page: &str) -> Value {
    let filter = json!({"dimension": "page", "operator": "is", "values": [page]});
    json!({"name": page, "filters": [filter]})
}

fn sale() -> Value {
    let filter = json!({"dimension": "event", "operator": "is", "values": ["purchase"]});
    json!({"name": "Bought", "filters": [filter]})
}

impl Shop {
    async fn funnel(&self, query: Value) -> Value {
        let path = format!("/sites/{}/funnels", self.site);
        self.owner.post(&path, query).await.expect(200)
    }

    /// Sends what visitors do, each a page or a sale, with the minute after seven o'clock.
    async fn lived(&self, visitors: &[(&str, &[(&str, u32)])]) {
        let mut events = Vec::new();
        for (visitor, steps) in visitors {
            for (path, minute) in *steps {
                let mut event = view(visitor, path);
                event["at"] = format!("2027-01-15T07:{minute:02}:00Z").into();
                if *path == "/thanks" {
                    event["name"] = "purchase".into();
                    event["value"] = json!("30.00");
                }
                events.push(event);
            }
        }
        assert_eq!(
            self.send(events.into()).await.expect(200)["refused"],
            json!([])
        );
    }
}

#[tokio::test]
async fn a_funnel_tells_who_came_how_far_and_what_the_biggest_drop_costs() {
    let shop = Shop::open().await;
    shop.lived(&[
        ("ada", &[("/", 0), ("/pricing", 2), ("/thanks", 10)]),
        ("bob", &[("/", 0), ("/pricing", 4)]),
        ("cid", &[("/", 0), ("/about", 1)]),
        ("dan", &[("/", 0)]),
        ("eve", &[("/pricing", 0), ("/", 5)]),
        ("fay", &[("/about", 0)]),
    ])
    .await;
    let told = shop
        .funnel(json!({"steps": [step("/"), step("/pricing"), sale()]}))
        .await;
    assert_eq!(
        told["steps"],
        json!([
            {"name": "/", "visitors": 5, "of_first": 1.0, "lost": 0},
            {"name": "/pricing", "visitors": 2, "of_first": 0.4, "of_previous": 0.4, "lost": 3,
             "median_seconds": 180.0},
            {"name": "Bought", "visitors": 1, "of_first": 0.2, "of_previous": 0.5, "lost": 1,
             "median_seconds": 480.0},
        ])
    );
    assert_eq!(
        told["biggest_drop"],
        json!({"step": 2, "lost": 3, "rate": 0.6, "cost": "90.00"})
    );
    assert_eq!(
        (&told["revenue"], &told["visitor_ids"]),
        (&json!("30.00"), &json!("daily"))
    );
    assert_eq!(shop.server.count_in_book("analytics_read"), 1);
}

#[tokio::test]
async fn steps_are_taken_in_order_and_in_time() {
    let shop = Shop::open().await;
    shop.lived(&[(
        "ada",
        &[("/", 0), ("/pricing", 20), ("/", 25), ("/pricing", 26)],
    )])
    .await;
    let visitors = async |query: Value| {
        let told = shop.funnel(query).await;
        let steps = told["steps"].as_array().unwrap().iter();
        steps
            .map(|step| step["visitors"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    let way = |steps: &[&str]| steps.iter().map(|page| step(page)).collect::<Vec<_>>();
    for (steps, minutes, expected) in [
        (&["/", "/pricing"][..], 1, &[1, 1][..]),
        (&["/pricing", "/"], 4, &[1, 0]),
        (&["/pricing", "/"], 5, &[1, 1]),
        (&["/", "/pricing", "/", "/pricing"], 26, &[1, 1, 1, 1]),
        (&["/", "/pricing", "/", "/pricing"], 25, &[1, 1, 1, 0]),
        // No event is two steps.
        (&["/", "/", "/"], 100, &[1, 1, 0]),
    ] {
        let query = json!({"steps": way(steps), "within_minutes": minutes});
        assert_eq!(visitors(query).await, expected, "{steps:?} {minutes}");
    }
}

#[tokio::test]
async fn visitors_with_lasting_ids_are_followed_over_days() {
    for (ids, expected) in [("lasting", 1), ("daily", 0)] {
        let shop = Shop::with(json!({"visitor_ids": ids})).await;
        for (path, at) in [
            ("/", "2027-01-13T07:00:00Z"),
            ("/pricing", "2027-01-15T07:00:00Z"),
        ] {
            let mut event = view("ada", path);
            event["at"] = at.into();
            shop.send(event).await.expect(200);
        }
        let query = json!({"steps": [step("/"), step("/pricing")], "within_minutes": 4 * 24 * 60});
        let told = shop.funnel(query).await;
        assert_eq!(told["steps"][1]["visitors"], expected, "{ids}");
        assert_eq!(told["visitor_ids"], ids);
    }
}

#[tokio::test]
async fn filters_pick_the_visits_that_are_followed() {
    let shop = Shop::open().await;
    shop.fill().await;
    let filter = json!({"dimension": "channel", "operator": "is", "values": ["email"]});
    let query = json!({"steps": [step("/start"), step("/pricing")], "filters": [filter]});
    let told = shop.funnel(query).await;
    assert_eq!(told["steps"][0]["visitors"], 1, "Bob alone came by mail");
    assert_eq!(told["steps"][1]["visitors"], 0);
    assert_eq!(
        told["biggest_drop"],
        json!({"step": 2, "lost": 1, "rate": 1.0})
    );
}

#[tokio::test]
async fn nobody_at_all_is_no_drop() {
    let shop = Shop::open().await;
    let told = shop
        .funnel(json!({"steps": [step("/"), step("/pricing")]}))
        .await;
    assert_eq!(
        told["steps"][0],
        json!({"name": "/", "visitors": 0, "lost": 0})
    );
    assert!(told.get("biggest_drop").is_none());
}

#[tokio::test]
async fn what_is_no_funnel_is_refused_each_in_its_own_words() {
    let shop = Shop::open().await;
    let source = json!({"dimension": "source", "operator": "is", "values": ["google"]});
    let page = step("/")["filters"][0].clone();
    let two = || json!([step("/"), step("/a")]);
    let named = |name: &str| json!([step("/"), {"name": name, "filters": [page]}]);
    let of = |filters: Value| json!([step("/"), {"name": "x", "filters": filters}]);
    let broken = json!([{"dimension": "page", "operator": "is", "values": []}]);
    for (query, path, word) in [
        (json!({"steps": [step("/")]}), "steps", "1 steps"),
        (json!({"steps": vec![step("/"); 11]}), "steps", "11 steps"),
        (json!({"steps": named("")}), "steps[1].name", "1 to 120"),
        (json!({"steps": named("a\nb")}), "steps[1].name", "control"),
        (
            json!({"steps": of(json!([]))}),
            "steps[1].filters",
            "every event",
        ),
        (
            json!({"steps": of(json!([source]))}),
            "steps[1].filters[0].dimension",
            "source belongs",
        ),
        (
            json!({"steps": of(broken)}),
            "steps[1].filters[0].values",
            "no value",
        ),
        (
            json!({"steps": of(json!(vec![page.clone(); 44]))}),
            "steps",
            "45 filters together",
        ),
        (
            json!({"steps": two(), "within_minutes": 0}),
            "within_minutes",
            "527040",
        ),
        (
            json!({"steps": two(), "within_minutes": 527_041}),
            "within_minutes",
            "527040",
        ),
        (
            json!({"steps": two(), "filters": vec![source.clone(); 21]}),
            "filters",
            "21 filters",
        ),
        (
            json!({"steps": two(), "to": "2027-01-16"}),
            "to",
            "yet to come",
        ),
    ] {
        let address = format!("/sites/{}/funnels", shop.site);
        let refused = shop.owner.post(&address, query.clone()).await;
        let problem = refused.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], path, "{query}");
        let told = problem["fields"][0]["message"].as_str().unwrap();
        assert!(told.contains(word), "{query}: {told}");
    }
}

#[tokio::test]
async fn a_filter_of_a_funnel_has_the_weeks_of_the_site() {
    let shop = Shop::with(json!({"week_start": "sunday"})).await;
    let on_sunday = |path: &str, minute: u32| {
        let mut event = view("ada", path);
        event["at"] = format!("2027-01-10T07:{minute:02}:00Z").into();
        event
    };
    let sent = shop
        .send(json!([on_sunday("/", 0), on_sunday("/pricing", 1)]))
        .await;
    assert_eq!(sent.expect(200)["accepted"], 2);
    for (week, visitors) in [("2027-01-10", 1), ("2027-01-04", 0)] {
        let filter = json!({"dimension": "week", "operator": "is", "values": [week]});
        let query = json!({"steps": [step("/"), step("/pricing")], "filters": [filter]});
        let told = shop.funnel(query).await;
        assert_eq!(told["steps"][1]["visitors"], visitors, "{week}: {told}");
    }
}
