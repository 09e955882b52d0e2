//! Dates of Notion's that have an end: whatever is written, the end stays until somebody says
//! otherwise.

use poem::http::Method;
use serde_json::{Value, json};

use super::far::{Far, SOURCE};
use super::{Yard, counts, id, text};

/// A yard whose records say when they open: as `kind` here, as a date there.
async fn yard(kind: &str) -> Yard {
    let mut yard = Yard::at(Far::Notion).await;
    let database = json!({"id": Far::Notion.base(), "title": "Airports", "data_sources": [
        {"id": SOURCE, "name": "Airports", "properties": {
            "Name": {"title": {}}, "Code": {"rich_text": {}}, "Opens": {"date": {}},
        }},
    ]});
    let vendor = &yard.vendor;
    vendor
        .control(Method::POST, "notion/databases", Some(database))
        .await;
    let field = |name: &str, kind: &str| json!({"name": name, "type": kind, "required": false, "indexed": false});
    let fields = json!([
        field("iata", "text"),
        field("name", "text"),
        field("opens", kind)
    ]);
    let dataset = json!({"name": "Events", "key_field": "iata", "fields": fields});
    yard.dataset = id(&yard.member.post("/datasets", dataset).await.expect(201));
    yard
}

impl Yard {
    async fn opens(&self, key: &str) -> Value {
        let page = self.page_of(key).await;
        let mut date = page["properties"]["Opens"]["date"].clone();
        if let Some(members) = date.as_object_mut() {
            members.remove("time_zone");
        }
        date
    }

    async fn page_of(&self, key: &str) -> Value {
        let path = format!("notion/data_sources/{SOURCE}/pages");
        let pages = self.vendor.control(Method::GET, &path, None).await;
        let pages: Value = pages.json().await.unwrap();
        let mut pages = pages["pages"].as_array().unwrap().iter();
        let bears = |page: &&Value| page["properties"]["Code"]["rich_text"][0]["plain_text"] == key;
        pages.find(bears).unwrap().clone()
    }

    /// A colleague says when it opens, and until when.
    async fn schedule_there(&self, key: &str, date: Value) {
        let path = format!("notion/pages/{}", id(&self.page_of(key).await));
        let body = json!({"properties": {"Opens": {"date": date}}});
        self.vendor.control(Method::PATCH, &path, Some(body)).await;
    }

    async fn event(&self, name: &str, opens: &str) {
        self.write("K1", json!({"name": name, "opens": opens}))
            .await;
    }
}

fn stretch(start: &str, end: &str) -> Value {
    json!({"start": start, "end": end})
}

/// A push wrote the beginning alone, and the end that a colleague had entered was gone, whichever
/// field of the record had changed.
#[tokio::test]
async fn a_push_never_takes_the_end_of_a_stretch_away() {
    let yard = yard("date").await;
    yard.event("Fair", "2026-03-02").await;
    let sync = yard.sync().await;
    yard.run(&sync).await;
    let start = json!({"start": "2026-03-02", "end": null});
    assert_eq!(yard.opens("K1").await, start);
    yard.schedule_there("K1", stretch("2026-03-02", "2026-03-05"))
        .await;
    yard.event("Great fair", "2026-03-02").await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["changed"], 1, "{run}");
    assert_eq!(yard.opens("K1").await, stretch("2026-03-02", "2026-03-05"));
    yard.event("Great fair", "2026-03-04").await;
    yard.run(&sync).await;
    assert_eq!(yard.opens("K1").await, stretch("2026-03-04", "2026-03-05"));
    // One that lies behind the end would turn the stretch round: nothing is written of the record.
    yard.event("Greater fair", "2026-03-09").await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    let told = text(&run["problems"][0]["reason"]);
    assert!(told.contains("ends on 2026-03-05"), "{told}");
    let page = yard.page_of("K1").await;
    assert_eq!(
        page["properties"]["Name"]["title"][0]["plain_text"],
        "Great fair"
    );
    assert_eq!(yard.opens("K1").await, stretch("2026-03-04", "2026-03-05"));
    let written = yard.vendor.writes().await;
    yard.event("Great fair", "2026-03-04").await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["unchanged"], 1, "{run}");
    assert_eq!(yard.vendor.writes().await, written);
}

#[tokio::test]
async fn in_a_two_way_sync_an_end_is_no_change_and_a_new_beginning_comes_here() {
    let yard = yard("date").await;
    yard.event("Fair", "2026-03-02").await;
    let sync = yard.both(json!({})).await;
    yard.run(&sync).await;
    yard.schedule_there("K1", stretch("2026-03-02", "2026-03-05"))
        .await;
    yard.run(&sync).await;
    assert_eq!(yard.here("K1").await["opens"], "2026-03-02");
    yard.assert_settled(&sync).await;
    yard.schedule_there("K1", stretch("2026-03-03", "2026-03-06"))
        .await;
    yard.run(&sync).await;
    assert_eq!(yard.here("K1").await["opens"], "2026-03-03");
    yard.assert_settled(&sync).await;
    yard.patch("K1", json!({"opens": "2026-03-01"})).await;
    yard.run(&sync).await;
    assert_eq!(yard.opens("K1").await, stretch("2026-03-01", "2026-03-06"));
    yard.assert_settled(&sync).await;
}

#[tokio::test]
async fn a_text_holds_a_stretch_whole_in_both_directions() {
    let yard = yard("text").await;
    yard.event("Fair", "2026-03-02/2026-03-05").await;
    let body = yard.target();
    let proposal = yard.member.post("/syncs/proposal", body.clone());
    yard.fly(proposal).await.expect(200);
    let mut mapping = Vec::new();
    for (field, remote) in [("name", "Name"), ("opens", "Opens")] {
        let remote = yard.remote_field(remote).await;
        mapping.push(json!({"field": field, "remote_field_id": remote}));
    }
    let sync = yard
        .both(json!({"mapping": mapping, "typecast": true}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["created"], 1, "{run}");
    assert_eq!(yard.opens("K1").await, stretch("2026-03-02", "2026-03-05"));
    yard.assert_settled(&sync).await;
    yard.schedule_there("K1", stretch("2026-03-02", "2026-03-07"))
        .await;
    yard.run(&sync).await;
    assert_eq!(yard.here("K1").await["opens"], "2026-03-02/2026-03-07");
    yard.patch("K1", json!({"opens": "2026-03-09"})).await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    yard.patch("K1", json!({"opens": "2026-03-09/2026-03-01"}))
        .await;
    let run = yard.run(&sync).await;
    assert_eq!(counts(&run)["refused"], 1, "{run}");
    yard.patch("K1", json!({"opens": "2026-03-09/2026-03-11"}))
        .await;
    yard.run(&sync).await;
    assert_eq!(yard.opens("K1").await, stretch("2026-03-09", "2026-03-11"));
    yard.assert_settled(&sync).await;
}
