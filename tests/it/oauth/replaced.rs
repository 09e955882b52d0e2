//! A credential that a person replaces while the one before still meets its fate.

use futures_util::join;
use serde_json::json;
use weighbridge::base::Secret;
use weighbridge::connections::{Endpoint, Kind, New, ProviderError, Status};

use super::bench::Bench;

#[tokio::test]
async fn a_person_who_reconnects_while_the_old_grant_ends_is_not_asked_again() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        bench.vendor.refuses("first").await;
        let old = bench.vendor.asked("token").await;
        // The person allows it anew, and then the answer about the old grant comes.
        let again = bench.allow(Some(connection.id()), "");
        let (again, ()) = join!(again, async {
            bench.vendor.gives("second").await;
            bench.vendor.tells_the_account("second").await;
        });
        again.unwrap();
        old.answered(400, &json!({"error": "invalid_grant"}));
        bench.vendor.tells_the_bases("second").await;
    });
    bases.unwrap();
    let shown = bench.shown(connection.id());
    assert_eq!(shown.health().status, Status::Active);
    assert_eq!(bench.book.count("connection_reconnect"), 0);
}

#[tokio::test]
async fn a_token_that_was_pasted_during_a_run_is_not_judged_by_what_the_run_has_met() {
    let bench = Bench::new().await;
    let new = New {
        provider: Kind::Airtable,
        name: "Pasted".to_owned(),
        token: Secret::new("patTESTtesttestte.0123456789abcdef"),
        endpoint: Endpoint::Sandbox,
    };
    let connection = bench.all.create(&bench.scope, new, &bench.by).await;
    let id = connection.unwrap().id();
    let opened = bench.all.open_remote(&bench.scope, id, bench.alone()).await;
    let (_records, credential) = opened.unwrap();
    let another = Secret::new("patTESTtesttestte.another123456789");
    let replaced = bench.shown(id).replace_token(&another, &bench.by).await;
    replaced.unwrap();
    let refused = ProviderError::Unauthorised("no".into());
    let met = async |credential| {
        let place = (id, credential);
        let met = bench.all.met_trouble(&bench.scope, place, &refused);
        met.await.unwrap();
        bench.shown(id).health().status
    };
    assert_eq!(met(credential).await, Status::Untested);
    let accepted = bench.all.was_accepted(&bench.scope, (id, credential));
    accepted.await.unwrap();
    assert_eq!(bench.shown(id).health().status, Status::Untested);
    // The next run opens the new one, and learns of that.
    let opened = bench.all.open_remote(&bench.scope, id, bench.alone()).await;
    let (_records, credential) = opened.unwrap();
    assert_eq!(met(credential).await, Status::Reconnect);
}

#[tokio::test]
async fn a_grant_whose_token_was_renewed_on_the_way_is_judged_all_the_same() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    let opened = bench
        .all
        .open_remote(&bench.scope, connection.id(), bench.alone())
        .await;
    let (records, credential) = opened.unwrap();
    let (refused, ()) = join!(records.bases(), async {
        bench.vendor.refuses("first").await;
        bench.vendor.gives("second").await;
        bench.vendor.refuses("second").await;
    });
    let refused = refused.unwrap_err();
    let place = (connection.id(), credential);
    let met = bench.all.met_trouble(&bench.scope, place, &refused);
    met.await.unwrap();
    let shown = bench.shown(connection.id());
    assert_eq!(shown.health().status, Status::Reconnect);
}
