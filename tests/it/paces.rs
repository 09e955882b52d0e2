//! What was learnt of a vendor's patience, over a restart.

use std::time::Duration;

use futures_util::{join, poll};
use poem::http::HeaderMap;
use serde_json::{Value, json};
use weighbridge::base::Secret;
use weighbridge::connections::{Connection, Endpoint, Kind, Limit, New, ProviderError};

use crate::oauth::bench::Bench;

const MINUTE: Duration = Duration::from_mins(1);

async fn pasted(bench: &Bench, provider: Kind, token: &str) -> Connection {
    let new = New {
        provider,
        name: "Pasted".to_owned(),
        token: Secret::new(token),
        endpoint: Endpoint::Sandbox,
    };
    let made = bench.all.create(&bench.scope, new, &bench.by).await;
    made.unwrap()
}

/// Lets what was begun by itself go as far as it gets, and then the process is gone.
async fn opened_anew(bench: &Bench, connection: &Connection) -> Connection {
    for _ in 0..64 {
        tokio::task::yield_now().await;
    }
    let all = bench.opened_anew();
    all.open(&bench.scope, connection.id()).unwrap()
}

/// It called at once, and so ran into the same wall again.
#[tokio::test]
async fn a_restart_right_after_a_refusal_waits_for_what_is_left_of_the_pause() {
    let bench = Bench::new().await;
    let connection = pasted(&bench, Kind::Notion, "ntn_0123456789abcdef").await;
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", "300".parse().unwrap());
        let body = json!({"code": "rate_limited", "message": "slow down"});
        let asked = bench.vendor.asked("search").await;
        asked.answered_with(429, headers, &body);
    });
    bases.unwrap_err();
    let until = bench.clock.after(5 * MINUTE);
    let connection = opened_anew(&bench, &connection).await;
    assert_eq!(connection.quota("").held_until, Some(until));
    bench.clock.advance(4 * MINUTE);
    let mut bases = Box::pin(connection.bases(&bench.by));
    assert!(poll!(&mut bases).is_pending());
    assert!(bench.vendor.is_idle());
    bench.clock.advance(MINUTE);
    let (bases, ()) = join!(bases, async {
        let none = json!({"results": [], "has_more": false, "next_cursor": null});
        bench.vendor.asked("search").await.answered(200, &none);
    });
    bases.unwrap();
    assert_eq!(connection.quota("").held_until, None);
}

fn used_up() -> Value {
    json!({"errors": [{"error": "PUBLIC_API_BILLING_LIMIT_EXCEEDED", "message": "no more"}]})
}

#[tokio::test]
async fn a_month_that_is_used_up_is_not_tried_anew_by_a_restart_and_then_now_and_again() {
    let bench = Bench::new().await;
    let connection = pasted(&bench, Kind::Airtable, "patTESTtesttestte.0123456789").await;
    let refused = async |connection: &Connection| {
        let (tables, ()) = join!(connection.tables(&bench.by, "app1"), async {
            bench.vendor.asked("tables").await.answered(429, &used_up());
        });
        tables.unwrap_err()
    };
    refused(&connection).await;
    let connection = opened_anew(&bench, &connection).await;
    for _ in 0..3 {
        let error = connection.tables(&bench.by, "app1").await.unwrap_err();
        let used_up = weighbridge::connections::Error::Provider(ProviderError::BillingLimit);
        assert_eq!(error.to_string(), used_up.to_string());
    }
    assert!(bench.vendor.is_idle(), "nobody is called");
    assert_eq!(connection.quota("app1").met[0].limit, Limit::Calls);
    assert_eq!(connection.quota("app2").met, []);
    bench.clock.advance(15 * MINUTE);
    refused(&connection).await;
    // Somebody has seen to it, and says so by a test.
    let (test, ()) = join!(connection.test(&bench.by), async {
        let asked = bench.vendor.asked("whoami").await;
        asked.answered(200, &json!({"id": "usrA"}));
    });
    assert!(test.unwrap().outcome.is_ok());
    refused(&connection).await;
}

#[tokio::test]
async fn a_grant_that_was_revoked_is_not_asked_about_again_by_a_restart() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    bench.clock.advance(60 * MINUTE);
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        let asked = bench.vendor.asked("token").await;
        asked.answered(400, &json!({"error": "invalid_grant"}));
    });
    bases.unwrap_err();
    let connection = opened_anew(&bench, &connection).await;
    connection.bases(&bench.by).await.unwrap_err();
    assert!(bench.vendor.is_idle());
}

#[tokio::test]
async fn what_is_not_so_any_more_is_forgotten() {
    let bench = Bench::new().await;
    let connection = pasted(&bench, Kind::Airtable, "patTESTtesttestte.0123456789").await;
    let (tables, ()) = join!(connection.tables(&bench.by, "app1"), async {
        let busy = json!({"errors": [{"error": "RATE_LIMIT_REACHED"}]});
        bench.vendor.asked("tables").await.answered(429, &busy);
    });
    tables.unwrap_err();
    let connection = opened_anew(&bench, &connection).await;
    assert!(connection.quota("app1").held_until.is_some());
    bench.clock.advance(8 * 24 * 60 * MINUTE);
    let connection = opened_anew(&bench, &connection).await;
    assert_eq!(connection.quota("app1").held_until, None);
    let (tables, ()) = join!(connection.tables(&bench.by, "app1"), async {
        let none = json!({"tables": []});
        bench.vendor.asked("tables").await.answered(200, &none);
    });
    tables.unwrap();
}
