//! Segments: filters of a site that have a name, in reports, funnels and several reports together.

use serde_json::{Value, json};

use super::{Shop, site, text};

const DAY: &str = "2027-01-15";

fn filter(dimension: &str, values: &[&str]) -> Value {
    json!({"dimension": dimension, "operator": "is", "values": values})
}

impl Shop {
    /// Where what is kept at the site lies.
    pub(super) fn below(&self, place: &str) -> String {
        format!("/sites/{}/{place}", self.site)
    }

    async fn segment(&self, name: &str, filters: Value) -> Value {
        let new = json!({"name": name, "filters": filters});
        self.owner
            .post(&self.below("segments"), new)
            .await
            .expect(201)
    }
}

#[tokio::test]
async fn a_segment_is_made_listed_shown_changed_and_deleted() {
    let shop = Shop::open().await;
    let searched = json!([filter("channel", &["organic_search"])]);
    let made = shop.segment(" Searched ", searched.clone()).await;
    assert_eq!(made["name"], "Searched");
    assert_eq!(made["filters"], searched);
    let listed = shop.owner.get(&shop.below("segments")).await.expect(200);
    assert_eq!(listed["items"], json!([made]));
    let path = format!("{}/{}", shop.below("segments"), text(&made["id"]));
    let seen = shop.owner.get(&path).await;
    assert_eq!(seen.expect(200), made);
    let meant = shop.owner.clone().with("if-match", seen.header("etag"));
    let change = json!({"name": "From a search"});
    let changed = meant.patch(&path, change.clone()).await.expect(200);
    assert_eq!(
        (&changed["name"], &changed["filters"]),
        (&change["name"], &searched)
    );
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
async fn a_segment_that_would_say_nothing_is_refused_by_its_member() {
    let shop = Shop::open().await;
    let path = shop.below("segments");
    let sound = json!([filter("device", &["mobile"])]);
    let many: Vec<Value> = vec![filter("device", &["mobile"]); 21];
    for (name, filters, place) in [
        ("", sound.clone(), "name"),
        ("Nothing", json!([]), "filters"),
        ("Many", many.into(), "filters"),
        (
            "No value",
            json!([filter("device", &[])]),
            "filters[0].values",
        ),
    ] {
        let new = json!({"name": name, "filters": filters});
        let problem = shop.owner.post(&path, new).await;
        let problem = problem.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], place, "{problem}");
    }
    shop.segment("Phones", sound.clone()).await;
    let again = json!({"name": "PHONES", "filters": sound});
    let problem = shop.owner.post(&path, again).await;
    let problem = problem.problem(409, "conflict");
    assert!(
        text(&problem["detail"]).contains("another segment"),
        "{problem}"
    );
}

#[tokio::test]
async fn a_site_has_a_hundred_segments_at_most() {
    let shop = Shop::open().await;
    for number in 0..100 {
        let name = format!("Segment {number}");
        shop.segment(&name, json!([filter("device", &["mobile"])]))
            .await;
    }
    let new = json!({"name": "One more", "filters": [filter("device", &["mobile"])]});
    let problem = shop.owner.post(&shop.below("segments"), new).await;
    problem.problem(409, "conflict");
}

#[tokio::test]
async fn reports_and_funnels_tell_of_the_visits_of_a_segment_alone() {
    let shop = Shop::open().await;
    shop.fill().await;
    let searched = json!([filter("channel", &["organic_search"])]);
    let segment = shop.segment("Searched", searched).await["id"].clone();
    let days = json!({"from": DAY, "to": DAY, "segment": segment});
    let with = |more: Value| {
        let mut query = days.clone();
        for (name, value) in more.as_object().unwrap() {
            query[name] = value.clone();
        }
        query
    };
    let told = shop.report(with(json!({"metrics": ["events"]}))).await;
    assert_eq!(told["totals"]["events"], 4);
    let bob = json!({"metrics": ["events"], "filters": [filter("source", &["may"])]});
    let told = shop.report(with(bob)).await;
    assert_eq!(told["totals"]["events"], 0, "both have to pick");
    let path = shop.below("reports/together");
    let query = with(json!({"metrics": ["events"]}));
    let asked = json!({"reports": [{"name": "all", "query": query}]});
    let told = shop.owner.post(&path, asked).await.expect(200);
    assert_eq!(told["reports"][0]["report"]["totals"]["events"], 4);
    let step = |page: &str| json!({"name": page, "filters": [filter("page", &[page])]});
    let way = with(json!({"steps": [step("/start"), step("/pricing")]}));
    let told = shop
        .owner
        .post(&shop.below("funnels"), way)
        .await
        .expect(200);
    assert_eq!(
        told["steps"][0]["visitors"], 1,
        "Bob came to the start by mail"
    );
}

#[tokio::test]
async fn a_segment_narrows_attribution_journeys_and_cohorts_as_its_filters_do() {
    let shop = Shop::open().await;
    shop.fill().await;
    let mailed = json!([filter("channel", &["email"])]);
    let segment = shop.segment("Mailed", mailed.clone()).await["id"].clone();
    for (place, more) in [
        ("attribution", json!({"dimension": "channel"})),
        ("journeys", json!({})),
        ("cohorts", json!({})),
    ] {
        let ask = async |member: &str, value: &Value| {
            let mut query = more.clone();
            query["from"] = DAY.into();
            query["to"] = DAY.into();
            if !member.is_empty() {
                query[member] = value.clone();
            }
            let told = shop.owner.post(&shop.below(place), query).await;
            let mut told = told.expect(200);
            told["known_at"] = Value::Null;
            told
        };
        let of_segment = ask("segment", &segment).await;
        assert_eq!(of_segment, ask("filters", &mailed).await, "{place}");
        assert_ne!(of_segment, ask("", &Value::Null).await, "{place}");
    }
}

#[tokio::test]
async fn a_segment_that_is_not_there_or_leaves_no_room_is_named() {
    let shop = Shop::open().await;
    let other = shop.owner.post("/sites", site("Other")).await.expect(201);
    let path = format!("/sites/{}/segments", text(&other["id"]));
    let new = json!({"name": "Phones", "filters": [filter("device", &["mobile"])]});
    let foreign = shop.owner.post(&path, new).await.expect(201);
    let many: Vec<Value> = vec![filter("device", &["mobile"]); 11];
    let wide = shop.segment("Wide", many.clone().into()).await;
    for (segment, filters) in [(&foreign, Vec::new()), (&wide, many)] {
        let query = json!({"metrics": ["visits"], "segment": segment["id"], "filters": filters});
        let answer = shop.owner.post(&shop.below("reports"), query.clone()).await;
        let problem = answer.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "segment", "{problem}");
        let asked = json!({"reports": [{"name": "one", "query": query}]});
        let answer = shop
            .owner
            .post(&shop.below("reports/together"), asked)
            .await;
        let problem = answer.problem(422, "validation_failed");
        let place = &problem["fields"][0]["path"];
        assert_eq!(place, "reports[0].query.segment", "{problem}");
    }
}

#[tokio::test]
async fn segments_go_with_their_site() {
    let shop = Shop::open().await;
    let filters = json!([filter("device", &["mobile"])]);
    let made = shop.segment("Phones", filters.clone()).await;
    shop.owner
        .delete(&format!("/sites/{}", shop.site))
        .await
        .expect(204);
    let path = format!("{}/{}", shop.below("segments"), text(&made["id"]));
    shop.owner.get(&path).await.problem(404, "not_found");
    let again = shop.owner.post("/sites", site("Shop")).await.expect(201);
    let path = format!("/sites/{}/segments", text(&again["id"]));
    let listed = shop.owner.get(&path).await.expect(200);
    assert_eq!(listed["items"], json!([]));
    let new = json!({"name": "Phones", "filters": filters});
    shop.owner.post(&path, new).await.expect(201);
}
