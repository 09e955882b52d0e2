//! Events that somebody takes away as they are kept.

use std::collections::BTreeMap;

use bytes::Bytes;
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::Field;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Shop, text, view};
use crate::support::Answer;

const DAYS: &str = "from=2027-01-14&to=2027-01-15";

impl Shop {
    async fn take_out(&self, format: &str, days: &str) -> Answer {
        let path = self.below(&format!("events/export?format={format}&{days}"));
        self.owner.get(&path).await
    }

    /// The events as lines of JSON, by their names and moments.
    async fn taken(&self) -> BTreeMap<String, Value> {
        let file = self.take_out("ndjson", DAYS).await.text();
        let lines = file.lines().map(|line| {
            let event: Value = serde_json::from_str(line).unwrap();
            (
                format!("{} {}", text(&event["name"]), text(&event["at"])),
                event,
            )
        });
        lines.collect()
    }
}

#[tokio::test]
async fn events_come_back_as_they_were_counted() {
    let shop = Shop::open().await;
    shop.fill().await;
    let events = shop.taken().await;
    assert_eq!(events.len(), 6);
    let mut sale = events["purchase 2027-01-15T07:10:00.000Z"].clone();
    let id = text(&sale.as_object_mut().unwrap().remove("id").unwrap());
    assert_eq!(id.len(), 36, "{id}");
    let visitor = sale["visitor"].clone();
    assert_eq!(
        sale,
        json!({
            "at": "2027-01-15T07:10:00.000Z", "day": "2027-01-15", "visitor": visitor,
            "name": "purchase", "page": "/thanks", "channel": "direct", "value": "61.72",
            "currency": "EUR",
        })
    );
    let search = &events["page_view 2027-01-15T07:00:00.000Z"];
    assert_eq!(search["visitor"], visitor, "it is the same one");
    assert_eq!(search["referrer"], "google.de");
    assert_eq!(search["channel"], "organic_search");
    let mailed = &events["page_view 2027-01-15T06:00:00.000Z"];
    assert_ne!(mailed["visitor"], visitor);
    assert_eq!(
        (&mailed["medium"], &mailed["term"]),
        (&json!("email"), &json!("red shoes"))
    );
    // Their numbers stay the same, whatever comes in between.
    let more = json!([view("zoe", "/")]);
    shop.send(more).await.expect(200);
    let again = shop.taken().await;
    assert_eq!(again.len(), 7);
    for (name, event) in events {
        assert_eq!(again[&name], event);
    }
}

#[tokio::test]
async fn a_table_of_events_has_a_header_and_no_formula() {
    let shop = Shop::open().await;
    let event = json!({
        "name": "purchase", "visitor": "ada", "value": 5, "id": "0199a3c4-7b10-7000-8000-0123456789ab",
        "url": "https://shop.example/x?utm_source=%3D1%2B1&utm_medium=a%2Cb&gclid=z",
        "at": "2027-01-14T23:30:00Z",
    });
    assert_eq!(shop.send(event).await.expect(200)["accepted"], 1);
    let file = shop.take_out("csv", DAYS).await;
    assert_eq!(
        file.text(),
        "id,at,day,visitor,name,page,referrer,source,medium,campaign,term,content,click_id,channel,\
         device,value,currency\r\n\
         0199a3c4-7b10-7000-8000-0123456789ab,2027-01-14T23:30:00.000Z,2027-01-15,0,purchase,/x,,\
         '=1+1,\"a,b\",,,,gclid,unassigned,,5.00,EUR\r\n"
    );
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"Shop-events-2027-01-14-to-2027-01-15.csv\""
    );
    let none = shop.take_out("csv", "from=2027-01-01&to=2027-01-02").await;
    assert_eq!(none.text().lines().count(), 1);
}

#[tokio::test]
async fn a_file_of_columns_has_types_and_says_what_it_is() {
    let shop = Shop::open().await;
    shop.fill().await;
    let file = shop.take_out("parquet", DAYS).await;
    assert_eq!(
        file.header("content-type"),
        "application/vnd.apache.parquet"
    );
    let reader = SerializedFileReader::new(Bytes::from(file.body.clone())).unwrap();
    let about = reader
        .metadata()
        .file_metadata()
        .key_value_metadata()
        .unwrap();
    let about: BTreeMap<&str, &str> = about
        .iter()
        .map(|pair| (pair.key.as_str(), pair.value.as_deref().unwrap()))
        .collect();
    assert_eq!(
        (about["site"], about["time_zone"]),
        ("Shop", "Europe/Berlin")
    );
    assert_eq!((about["from"], about["to"]), ("2027-01-14", "2027-01-15"));
    let rows = reader.get_row_iter(None).unwrap().map(Result::unwrap);
    let rows: Vec<BTreeMap<String, Field>> = rows
        .map(|row| row.into_columns().into_iter().collect())
        .collect();
    assert_eq!(rows.len(), 6);
    let sale = rows
        .iter()
        .find(|row| row["name"] == Field::Str("purchase".into()))
        .unwrap();
    let at = "2027-01-15T07:10:00Z".parse::<jiff::Timestamp>().unwrap();
    assert_eq!(sale["at"], Field::TimestampMillis(at.as_millisecond()));
    assert_eq!(sale["day"].to_string(), "2027-01-15");
    assert_eq!(sale["value"].to_string(), "61.720000");
    assert_eq!(
        (&sale["source"], &sale["device"]),
        (&Field::Null, &Field::Null)
    );
    let empty = shop
        .take_out("parquet", "from=2027-01-01&to=2027-01-02")
        .await;
    let reader = SerializedFileReader::new(Bytes::from(empty.body)).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}

#[tokio::test]
async fn the_book_tells_which_events_were_taken_away() {
    let shop = Shop::open().await;
    shop.fill().await;
    let file = shop.take_out("csv", DAYS).await;
    let book = shop.server.book();
    let is_one = |line: &&Value| line["metadata"]["event_code"] == "WB-SITE-013";
    let line = book.iter().find(is_one).unwrap();
    assert_eq!(line["unmapped"]["counts"]["events"], 6, "{line}");
    assert_eq!(line["unmapped"]["counts"]["bytes"], file.body.len());
    assert_eq!(line["status_id"], 1);
    let digest = Sha256::digest(&file.body);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(line.to_string().contains(&digest), "{line}");
}

#[tokio::test]
async fn single_events_are_for_those_who_may_change_the_site() {
    let shop = Shop::open().await;
    shop.fill().await;
    let path = shop.below(&format!("events/export?format=csv&{DAYS}"));
    let stranger = shop.server.sign_up("eve@example.org", &["member"]).await;
    stranger.get(&path).await.problem(404, "not_found");
    let (colleague, share) = shop.colleague("view").await;
    colleague.get(&path).await.problem(403, "forbidden");
    shop.owner
        .patch(&share, json!({"level": "edit"}))
        .await
        .expect(200);
    assert_eq!(colleague.get(&path).await.status, 200);
    for (days, part) in [
        ("from=2027-01-16", "yet to come"),
        ("from=2027-01-15&to=2027-01-14", "before"),
        ("from=x", "2026-11-27"),
    ] {
        let refused = shop.take_out("csv", days).await.problem(400, "bad_query");
        assert!(refused.to_string().contains(part), "{refused}");
    }
    assert_ne!(shop.take_out("pdf", DAYS).await.status, 200);
}
