//! Reports, overviews and funnels that somebody takes away as a file.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Shop, text, view};
use crate::support::{Answer, TestServer};

impl Shop {
    async fn export(&self, asked: Value) -> Answer {
        self.owner.post(&self.below("reports/export"), asked).await
    }
}

fn by_source() -> Value {
    json!({
        "from": "2027-01-14", "to": "2027-01-15", "compare": "none", "dimensions": ["source"],
        "metrics": ["visits", "visitors", "bounce_rate", "revenue"], "limit": 1,
    })
}

#[tokio::test]
async fn a_report_is_a_file_with_all_of_its_rows_and_their_units() {
    let shop = Shop::open().await;
    shop.fill().await;
    let file = shop
        .export(json!({"format": "csv", "report": by_source()}))
        .await;
    assert_eq!(
        file.text(),
        "source,visits,visitors,bounce_rate (ratio),revenue (EUR)\r\n\
         ,1,1,1,0.00\r\n\
         google,1,1,0,61.72\r\n\
         may,1,1,1,0.00\r\n"
    );
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"Shop-report-2027-01-14-to-2027-01-15.csv\""
    );
}

#[tokio::test]
async fn json_tells_what_the_rows_are_and_what_they_come_to() {
    let shop = Shop::open().await;
    shop.fill().await;
    let mut asked = by_source();
    asked["compare"] = "previous".into();
    asked["filters"] = json!([{"dimension": "source", "operator": "is_not", "values": ["may"]}]);
    let told = shop
        .export(json!({"format": "json", "report": asked}))
        .await
        .expect(200);
    assert_eq!(told["question"], "Report by source");
    let about = &told["about"];
    assert_eq!(about["days"], "14 January 2027 to 15 January 2027");
    assert_eq!(about["before"], "12 January 2027 to 13 January 2027");
    assert_eq!(about["visits_that_count"], "source is not “may”");
    assert_eq!(about["time_zone"], "Europe/Berlin");
    let table = &told["tables"][0];
    let google = json!(["google", 1, 1, 0.0, 61.72, 0, 0, null, 0.0]);
    assert!(
        table["rows"].as_array().unwrap().contains(&google),
        "{table}"
    );
    assert_eq!(
        table["totals"],
        json!(["all", 2, 2, 0.5, 61.72, 0, 0, null, 0.0])
    );
    assert_eq!(
        (&table["found"], &told["currency"]),
        (&json!(2), &json!("EUR"))
    );
}

#[tokio::test]
async fn visitors_of_the_line_of_totals_are_counted_once() {
    let shop = Shop::with(json!({"visitor_ids": "lasting"})).await;
    for (path, at) in [
        ("/a", "2027-01-14T12:00:00Z"),
        ("/b", "2027-01-15T06:00:00Z"),
    ] {
        let mut event = view("ada", path);
        event["at"] = at.into();
        shop.send(json!([event])).await.expect(200);
    }
    let asked = json!({"dimensions": ["day"], "metrics": ["visitors"], "compare": "none"});
    let told = shop
        .export(json!({"format": "json", "report": asked}))
        .await
        .expect(200);
    let table = &told["tables"][0];
    let days = json!([["2027-01-14", 1], ["2027-01-15", 1]]);
    assert_eq!(
        (&table["rows"], &table["totals"]),
        (&days, &json!(["all", 1]))
    );
}

#[tokio::test]
async fn no_text_of_a_visitor_is_a_formula_anywhere() {
    let shop = Shop::open().await;
    let mut event = view("ada", "/start?utm_source=%3DHYPERLINK(1)&utm_medium=cpc");
    event["at"] = "2027-01-15T07:00:00Z".into();
    shop.send(json!([event])).await.expect(200);
    let asked = json!({"dimensions": ["source"], "metrics": ["visits"], "compare": "none"});
    let csv = shop.export(json!({"format": "csv", "report": asked})).await;
    assert_eq!(csv.text(), "source,visits\r\n'=HYPERLINK(1),1\r\n");
    let xlsx = shop
        .export(json!({"format": "xlsx", "report": asked}))
        .await;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(xlsx.body)).unwrap();
    let rows = book.worksheet_range("Rows").unwrap();
    let source = rows.get_value((1, 0)).unwrap();
    assert_eq!(source, &Data::String("=HYPERLINK(1)".to_owned()));
    assert!(book.worksheet_formula("Rows").unwrap().is_empty());
}

#[tokio::test]
async fn an_overview_is_its_days_and_in_a_workbook_everything_that_came() {
    let shop = Shop::open().await;
    shop.fill().await;
    let asked = json!({"from": "2027-01-14", "to": "2027-01-15"});
    let csv = shop
        .export(json!({"format": "csv", "overview": asked}))
        .await
        .text();
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines[0],
        "day,day_before,visits,visitors,views,conversions,revenue (EUR),visits_before,\
         visitors_before,views_before,conversions_before,revenue_before (EUR)"
    );
    assert_eq!(lines[2], "2027-01-15,2027-01-13,2,2,3,1,61.72,0,0,0,0,0.00");
    assert_eq!(lines.len(), 3);
    let xlsx = shop
        .export(json!({"format": "xlsx", "overview": asked}))
        .await;
    let book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(xlsx.body)).unwrap();
    let names = book.sheet_names();
    assert_eq!(names.first().map(String::as_str), Some("Days"));
    assert_eq!(names.last().map(String::as_str), Some("About"));
    assert_eq!(names.len(), 11);
    let day = json!({"from": "2027-01-15", "to": "2027-01-15"});
    let csv = shop
        .export(json!({"format": "csv", "overview": day}))
        .await
        .text();
    assert_eq!(csv.lines().count(), 25, "a header and 24 hours");
    let pdf = shop.export(json!({"format": "pdf", "overview": day})).await;
    assert!(pdf.body.starts_with(b"%PDF-"));
    assert_eq!(pdf.header("content-type"), "application/pdf");
}

#[tokio::test]
async fn a_funnel_is_its_steps() {
    let shop = Shop::open().await;
    shop.fill().await;
    let step = |page: &str| {
        let filter = json!({"dimension": "page", "operator": "is", "values": [page]});
        json!({"name": page, "filters": [filter]})
    };
    let asked = json!({"steps": [step("/start"), step("/pricing")]});
    let csv = shop.export(json!({"format": "csv", "funnel": asked})).await;
    assert_eq!(
        csv.text(),
        "step,visitors,of_first (ratio),of_previous (ratio),lost,median_seconds\r\n\
         /start,2,1,,0,\r\n\
         /pricing,1,0.5,0.5,1,240\r\n"
    );
    let pdf = shop.export(json!({"format": "pdf", "funnel": asked})).await;
    assert!(pdf.body.starts_with(b"%PDF-"));
}

#[tokio::test]
async fn the_book_tells_who_took_what_away() {
    let shop = Shop::open().await;
    shop.fill().await;
    let file = shop
        .export(json!({"format": "csv", "report": by_source()}))
        .await;
    let book = shop.server.book();
    let is_one = |line: &&Value| line["metadata"]["event_code"] == "WB-SITE-012";
    let told = book.iter().find(is_one).unwrap().to_string();
    let digest = Sha256::digest(&file.body);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    for part in [
        digest.as_str(),
        &shop.site,
        "\"csv\"",
        "\"report\"",
        "2027-01-14",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    assert_eq!(
        shop.server.count_in_book("analytics_read"),
        0,
        "one act, one line"
    );
}

#[tokio::test]
async fn what_cannot_be_answered_is_refused_by_the_member_at_fault() {
    let shop = Shop::open().await;
    let bad = json!({"format": "csv", "report": {"metrics": []}});
    let problem = shop.export(bad).await.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "report.metrics", "{problem}");
    for asked in [
        json!({"format": "csv"}),
        json!({"format": "csv", "overview": {}, "report": by_source()}),
    ] {
        let problem = shop.export(asked).await.problem(422, "validation_failed");
        assert_eq!(problem["fields"][0]["path"], "report", "{problem}");
    }
    let days = json!({"format": "csv", "overview": {"from": "tomorrow"}});
    let problem = shop.export(days).await.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "overview.from", "{problem}");
    assert_eq!(shop.server.count_in_book("report_export"), 0);
}

#[tokio::test]
async fn five_files_a_minute_are_taken_away_by_those_who_may_see_the_site() {
    let shop = Shop::at(TestServer::start().await, json!({})).await;
    let asked = json!({"format": "csv", "report": by_source()});
    let stranger = shop.server.sign_up("eve@example.org", &["member"]).await;
    let path = shop.below("reports/export");
    stranger
        .post(&path, asked.clone())
        .await
        .problem(404, "not_found");
    let viewer = shop.server.sign_up("vic@example.org", &["member"]).await;
    let share = json!({"email": "vic@example.org", "level": "view"});
    let made = shop
        .owner
        .post(&shop.below("shares"), share)
        .await
        .expect(201);
    assert_eq!(text(&made["level"]), "view");
    for _ in 0..5 {
        assert_eq!(viewer.post(&path, asked.clone()).await.status, 200);
    }
    let refused = viewer
        .post(&path, asked.clone())
        .await
        .problem(429, "rate_limited");
    assert_eq!(refused["limit"], "exports");
    assert_eq!(
        shop.export(asked).await.status,
        200,
        "others have their own"
    );
}
