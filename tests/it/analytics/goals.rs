//! Goals: what a site counts as conversions of its own, in figures, reports and funnels.

use serde_json::{Value, json};

use super::{Shop, text, view};

const DAY: &str = "2027-01-15";

/// An event of the morning.
fn act(visitor: &str, (name, path): (&str, &str), minute: u32, value: Option<&str>) -> Value {
    let mut event = view(visitor, path);
    event["name"] = name.into();
    event["at"] = format!("{DAY}T07:{minute:02}:00Z").into();
    if let Some(value) = value {
        event["value"] = value.into();
    }
    event
}

fn page(operator: &str, path: &str) -> Value {
    json!({"page": {"operator": operator, "path": path}})
}

impl Shop {
    pub(super) async fn goal(&self, name: &str, condition: Value, value: Option<&str>) -> Value {
        let mut new = json!({"name": name, "condition": condition});
        if let Some(value) = value {
            new["value"] = value.into();
        }
        self.owner.post(&self.below("goals"), new).await.expect(201)
    }

    /// Ada looks at prices and signs up twice, once for 5; Bob looks at prices, where he signs up,
    /// and Cid reads.
    async fn visited(&self) {
        let events = json!([
            act("ada", ("page_view", "/pricing"), 0, None),
            act("ada", ("sign_up", "/join"), 1, None),
            act("ada", ("sign_up", "/join"), 2, Some("5.00")),
            act("bob", ("page_view", "/pricing/large"), 0, None),
            act("bob", ("sign_up", "/pricing"), 3, None),
            act("cid", ("page_view", "/about"), 0, None),
            act("cid", ("click", "/pricing"), 1, None),
        ]);
        let taken = self.send(events).await.expect(200);
        assert_eq!(taken["refused"], json!([]));
    }

    async fn goal_figures(&self, query: &str) -> Value {
        let path = format!("{}?{query}", self.below("goal-figures"));
        self.owner.get(&path).await.expect(200)
    }
}

#[tokio::test]
async fn a_goal_is_made_listed_shown_changed_and_deleted() {
    let shop = Shop::open().await;
    let condition = json!({"event": "sign_up", "filters": []});
    let made = shop
        .goal(" Signed up ", condition.clone(), Some("2.5"))
        .await;
    assert_eq!(made["name"], "Signed up");
    assert_eq!(made["condition"], condition);
    assert_eq!(made["value"], "2.50");
    let listed = shop.owner.get(&shop.below("goals")).await.expect(200);
    assert_eq!(listed["items"], json!([made]));
    let path = format!("{}/{}", shop.below("goals"), text(&made["id"]));
    let seen = shop.owner.get(&path).await;
    assert_eq!(seen.expect(200), made);
    let meant = shop.owner.clone().with("if-match", seen.header("etag"));
    let change = json!({"value": "", "condition": page("contains", "join")});
    let changed = meant.patch(&path, change.clone()).await.expect(200);
    assert_eq!(changed["name"], "Signed up");
    assert_eq!(changed["condition"]["page"]["path"], "join");
    assert!(changed["condition"].get("event").is_none(), "{changed}");
    assert!(changed.get("value").is_none(), "{changed}");
    for late in [meant.patch(&path, change).await, meant.delete(&path).await] {
        late.problem(412, "precondition_failed");
    }
    shop.owner.delete(&path).await.expect(204);
    shop.owner.get(&path).await.problem(404, "not_found");
    for word in ["site_kept_create", "site_kept_update", "site_kept_delete"] {
        assert_eq!(shop.server.count_in_book(word), 1, "{word}");
    }
}

#[tokio::test]
async fn what_cannot_be_a_goal_is_refused_by_its_member() {
    let shop = Shop::open().await;
    let sign_up = json!({"event": "sign_up"});
    let filter = json!({"dimension": "device", "operator": "is", "values": []});
    for (name, condition, value, place) in [
        ("", sign_up.clone(), None, "name"),
        ("Nothing", json!({}), None, "condition.event"),
        ("Loud", json!({"event": "Sign up"}), None, "condition.event"),
        ("No path", page("is", "join"), None, "condition.page.path"),
        ("No page", page("contains", ""), None, "condition.page.path"),
        (
            "No device",
            json!({"event": "sign_up", "filters": [filter]}),
            None,
            "condition.filters[0].values",
        ),
        ("Free", sign_up.clone(), Some("0"), "value"),
        ("Odd", sign_up.clone(), Some("1,5"), "value"),
        ("Owing", sign_up.clone(), Some("-1"), "value"),
        ("Empty", sign_up.clone(), Some(""), "value"),
    ] {
        let mut new = json!({"name": name, "condition": condition});
        if let Some(value) = value {
            new["value"] = value.into();
        }
        let problem = shop.owner.post(&shop.below("goals"), new).await;
        let problem = problem.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], place, "{problem}");
    }
    shop.goal("Signed up", sign_up.clone(), None).await;
    let again = json!({"name": "SIGNED UP", "condition": sign_up});
    let problem = shop.owner.post(&shop.below("goals"), again).await;
    problem.problem(409, "conflict");
}

#[tokio::test]
async fn a_site_has_fifty_goals_at_most_and_all_of_them_are_told() {
    let shop = Shop::open().await;
    shop.visited().await;
    let filter = json!({"dimension": "page", "operator": "contains", "values": ["pricing"]});
    for number in 0..50 {
        let condition = json!({"event": "sign_up", "filters": [filter]});
        shop.goal(&format!("Goal {number}"), condition, None).await;
    }
    let new = json!({"name": "One more", "condition": {"event": "sign_up"}});
    let problem = shop.owner.post(&shop.below("goals"), new).await;
    problem.problem(409, "conflict");
    let told = shop.goal_figures(&format!("from={DAY}&to={DAY}")).await;
    let goals = told["goals"].as_array().unwrap();
    assert_eq!(goals.len(), 50);
    for goal in goals {
        assert_eq!(goal["reached"]["completions"], 3, "{goal}");
    }
}

#[tokio::test]
async fn goals_are_counted_beside_the_days_before_though_they_are_made_later() {
    let shop = Shop::open().await;
    shop.visited().await;
    let early = json!([{
        "name": "sign_up", "visitor": "dan", "url": "https://shop.example/join",
        "at": "2027-01-14T07:00:00Z",
    }]);
    shop.send(early).await.expect(200);
    shop.goal("Signed up", json!({"event": "sign_up"}), Some("2.50"))
        .await;
    shop.goal("Saw prices", page("starts_with", "/pricing"), None)
        .await;
    let of_ada = json!([{"dimension": "page", "operator": "is", "values": ["/join"]}]);
    let here = json!({
        "event": "sign_up", "page": {"operator": "is", "path": "/join"}, "filters": of_ada,
    });
    shop.goal("Joined", here, None).await;
    let told = shop.goal_figures(&format!("from={DAY}&to={DAY}")).await;
    assert_eq!((&told["visits"], &told["visitors"]), (&json!(3), &json!(3)));
    assert_eq!(told["before"]["visitors"], 1);
    // Those that were made in the same moment come in any order.
    let of = |name: &str| {
        let mut goals = told["goals"].as_array().unwrap().iter();
        goals.find(|goal| goal["name"] == name).unwrap()
    };
    let signed = of("Signed up");
    assert_eq!(
        signed["reached"],
        json!({
            "completions": 3, "visits": 2, "visitors": 2, "rate": 2.0 / 3.0,
            "value": "5.00", "assigned_value": "5.00",
        })
    );
    assert_eq!(
        signed["before"],
        json!({
            "completions": 1, "visits": 1, "visitors": 1, "rate": 1.0,
            "value": "0.00", "assigned_value": "2.50",
        })
    );
    assert_eq!(signed["days"], json!([{"day": DAY, "completions": 3}]));
    let saw = &of("Saw prices")["reached"];
    assert_eq!(
        (&saw["completions"], &saw["visitors"]),
        (&json!(2), &json!(2))
    );
    assert!(
        saw.get("assigned_value").is_none(),
        "a click is no view, and nothing is assigned"
    );
    assert_eq!(of("Joined")["reached"]["completions"], 2);
    let alone = shop
        .goal_figures(&format!("from={DAY}&to={DAY}&compare=none"))
        .await;
    assert!(alone.get("before").is_none() && alone["goals"][0].get("before").is_none());
    let overview = shop.overview(&format!("?from={DAY}&to={DAY}")).await;
    assert_eq!(
        overview["totals"]["revenue"], "0.00",
        "what is assigned is no revenue"
    );
    assert_eq!(overview["totals"]["conversions"], 0);
}

#[tokio::test]
async fn a_report_tells_of_the_visits_alone_that_reached_a_goal() {
    let shop = Shop::open().await;
    shop.visited().await;
    let both = json!({"event": "sign_up", "page": {"operator": "starts_with", "path": "/pricing"}});
    let goal = shop.goal("Joined at prices", both, None).await["id"].clone();
    let query = json!({
        "from": DAY, "to": DAY, "metrics": ["visits", "events"], "dimensions": ["page"],
        "sort": "page", "goal": goal,
    });
    let told = shop.report(query.clone()).await;
    // Ada has seen prices and joined elsewhere: an event has to be both.
    assert_eq!(told["totals"], json!({"visits": 1, "events": 2}));
    assert_eq!(told["rows"][0]["values"], json!(["/pricing"]));
    let saved = json!({"name": "Joined", "query": {
        "from": DAY, "to": DAY, "metrics": ["events"], "goal": goal,
    }});
    let saved = shop.owner.post(&shop.below("saved-reports"), saved).await;
    let saved = saved.expect(201);
    assert_eq!(saved["query"]["goal"], goal);
    let path = format!(
        "{}/{}/answer",
        shop.below("saved-reports"),
        text(&saved["id"])
    );
    let told = shop.owner.get(&path).await.expect(200);
    assert_eq!(told["totals"]["events"], 2);
    let file = json!({"format": "json", "report": query});
    let file = shop.owner.post(&shop.below("reports/export"), file).await;
    assert!(file.text().contains("Joined at prices"), "{}", file.text());
    let gone = format!("{}/{}", shop.below("goals"), text(&goal));
    shop.owner.delete(&gone).await.expect(204);
    let answer = shop.owner.post(&shop.below("reports"), query).await;
    let problem = answer.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "goal", "{problem}");
}

#[tokio::test]
async fn a_goal_is_a_step_of_a_funnel() {
    let shop = Shop::open().await;
    shop.visited().await;
    let prices = shop
        .goal("Saw prices", page("starts_with", "/pricing"), None)
        .await;
    let filter = json!({"dimension": "page", "operator": "is", "values": ["/join"]});
    let joined = json!({"event": "sign_up", "filters": [filter]});
    let joined = shop.goal("Joined", joined, None).await;
    let path = shop.below("funnels");
    let step = |goal: &Value| json!({"name": goal["name"], "goal": goal["id"]});
    let way = json!({"from": DAY, "to": DAY, "steps": [step(&prices), step(&joined)]});
    let told = shop.owner.post(&path, way).await.expect(200);
    assert_eq!(told["steps"][0]["visitors"], 2);
    // Bob has signed up in a visit that was never at /join.
    assert_eq!(told["steps"][1]["visitors"], 1);
    let mut both = step(&prices);
    both["filters"] = json!([filter]);
    let nobodys = json!({"name": "Nobody", "goal": "0199a3c4-7b10-7000-8000-0123456789ab"});
    for wrong in [both, nobodys] {
        let way = json!({"steps": [step(&joined), wrong]});
        let answer = shop.owner.post(&path, way).await;
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "steps[1].goal", "{problem}");
    }
    let many: Vec<Value> = vec![filter; 20];
    let wide = json!({"event": "sign_up", "filters": many});
    let wide = shop.goal("Wide", wide, None).await;
    let way = json!({"steps": [step(&wide), step(&wide), step(&wide)]});
    let answer = shop.owner.post(&path, way).await;
    let problem = answer.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "steps", "{problem}");
}

#[tokio::test]
async fn the_goals_of_another_site_are_none_of_this_one() {
    let shop = Shop::open().await;
    let other = shop.owner.post("/sites", super::site("Other")).await;
    let path = format!("/sites/{}/goals", text(&other.expect(201)["id"]));
    let new = json!({"name": "Signed up", "condition": {"event": "sign_up"}});
    let foreign = shop.owner.post(&path, new).await.expect(201);
    let query = json!({"metrics": ["visits"], "goal": foreign["id"]});
    let answer = shop.owner.post(&shop.below("reports"), query).await;
    let problem = answer.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "goal", "{problem}");
    let here = format!("{}/{}", shop.below("goals"), text(&foreign["id"]));
    shop.owner.get(&here).await.problem(404, "not_found");
}
