//! What is asked of a vendor whose every answer the test decides.

use super::super::script;
use super::*;

const CLIENTS: &str = r#"[{"results":[
    {"customerClient":{"id":"9","manager":true,"status":"ENABLED"}},
    {"customerClient":{"id":"1","descriptiveName":"Shop","currencyCode":"EUR",
     "timeZone":"Europe/Berlin","status":"ENABLED"}}]}]"#;

fn days() -> (Date, Date) {
    (
        jiff::civil::date(2026, 11, 1),
        jiff::civil::date(2026, 11, 2),
    )
}

/// A manager with an account below it, which tells of one campaign, in two parts.
fn agency(told: &str) -> (u16, String) {
    let row = |day: &str| {
        format!(
            r#"{{"campaign":{{"id":"7","name":"Spring"}},"segments":{{"date":"{day}"}},
            "metrics":{{"costMicros":"2500000","clicks":"3"}}}}"#
        )
    };
    let body = match told {
        told if told.contains("listAccessible") => {
            r#"{"resourceNames":["customers/9"]}"#.to_owned()
        }
        told if told.contains("FROM customer_client") => CLIENTS.to_owned(),
        told if told.contains("FROM conversion_action") => r#"[{"results":[]}]"#.to_owned(),
        _ => format!(
            r#"[{{"results":[{}]}},{{"results":[{}]}}]"#,
            row("2026-11-01"),
            row("2026-11-02")
        ),
    };
    (200, body)
}

#[tokio::test]
async fn an_account_below_a_manager_is_found_once_and_asked_for_by_the_day() {
    let (access, calls) = script::access(agency);
    let google = Google::new(access);
    let found = google.days("1", days()).await.unwrap();
    let costs: Vec<i64> = found.iter().map(|day| day.cost_micros).collect();
    assert_eq!(costs, [2_500_000, 2_500_000]);
    google.days("1", days()).await.unwrap();
    let told = calls.all();
    assert_eq!(
        told.len(),
        5,
        "who leads there and how is asked once: {told:?}"
    );
    assert!(told[0].starts_with("GET /v25/customers:listAccessibleCustomers"));
    assert!(told[1].starts_with("POST /v25/customers/9/googleAds:searchStream"));
    assert!(told[4].starts_with("POST /v25/customers/1/googleAds:searchStream"));
    assert!(
        told[4].contains("BETWEEN '2026-11-01' AND '2026-11-02'"),
        "{}",
        told[4]
    );
}

#[tokio::test]
async fn managers_are_looked_through_and_have_no_figures_of_their_own() {
    let (access, _) = script::access(agency);
    let found = Google::new(access).accounts().await.unwrap();
    let names: Vec<&str> = found.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["Shop"]);
}

#[tokio::test]
async fn a_closed_account_hides_no_other() {
    let (access, _) = script::access(|told| match told {
        told if told.contains("listAccessible") => (
            200,
            r#"{"resourceNames":["customers/4","customers/9"]}"#.to_owned(),
        ),
        told if told.contains("/customers/4/") => {
            let code = r#"{"authorizationError":"CUSTOMER_NOT_ENABLED"}"#;
            let body = format!(
                r#"[{{"error":{{"code":403,"details":[{{"errors":[{{"errorCode":{code}}}]}}]}}}}]"#
            );
            (403, body)
        }
        told => agency(told),
    });
    let found = Google::new(access).accounts().await.unwrap();
    assert_eq!(found.len(), 1);
}

#[tokio::test]
async fn a_stream_that_ends_in_an_error_is_not_taken_for_whole() {
    let (access, _) = script::access(|told| {
        let (status, body) = agency(told);
        if !told.contains("FROM campaign") {
            return (status, body);
        }
        let code = r#"{"internalError":"TRANSIENT_ERROR"}"#;
        let error = format!(
            r#"{{"error":{{"code":500,"details":[{{"errors":[{{"errorCode":{code}}}]}}]}}}}"#
        );
        (200, format!("{},{error}]", body.trim_end_matches(']')))
    });
    let found = Google::new(access).days("1", days()).await;
    assert!(matches!(found, Err(Error::TryLater(_))), "{found:?}");
}

#[tokio::test]
async fn what_all_accounts_have_used_up_keeps_each_of_them_waiting() {
    let (access, calls) = script::access(|told| {
        if !told.contains("FROM campaign") {
            return agency(told);
        }
        let code = r#"{"quotaError":"RESOURCE_EXHAUSTED"}"#;
        let quota = r#"{"quotaErrorDetails":{"rateScope":"DEVELOPER","retryDelay":"600s"}}"#;
        let error = format!(r#"{{"errorCode":{code},"details":{quota}}}"#);
        (
            429,
            format!(r#"[{{"error":{{"code":429,"details":[{{"errors":[{error}]}}]}}}}]"#),
        )
    });
    let google = Google::new(access);
    let until = |found| match found {
        Err(Error::RateLimited { until }) => until,
        found => panic!("{found:?}"),
    };
    let first = until(google.days("1", days()).await);
    assert_eq!(first.as_second(), 600);
    let made = calls.all().len();
    let again = until(google.days("1", days()).await);
    assert_eq!(
        (again, calls.all().len()),
        (first, made),
        "no call was made"
    );
    assert_eq!(google.held_until("2"), Some(first));
}

#[tokio::test]
async fn an_account_that_is_not_reached_is_gone() {
    let (access, _) = script::access(|told| {
        if told.contains("customer_client.id = 5") {
            return (200, "[]".to_owned());
        }
        agency(told)
    });
    let found = Google::new(access).days("5", days()).await;
    assert!(matches!(found, Err(Error::Gone(_))), "{found:?}");
}
