//! Tokens that a provider has given and that are lost on the way, or would have been.

use std::io::ErrorKind;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::join;
use serde_json::json;
use weighbridge::connections::{Connection, Error, Status};

use super::bench::{Bench, create, pair};
use crate::store::disk::Trouble;

const HOUR: Duration = Duration::from_hours(1);
const REST: Duration = Duration::from_secs(30);

/// A request for the next pair goes out, and its answer is lost.
async fn lose_an_answer(bench: &Bench, connection: &Connection) {
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        let asked = bench.vendor.asked("token").await;
        assert!(asked.shows.contains("oar-refresh-first"));
        asked.lost();
    });
    bases.unwrap_err();
    bench.clock.advance(REST);
}

/// The grant was ended unasked, although the vendor had never heard of the first request.
#[tokio::test]
async fn a_request_whose_answer_was_lost_is_made_once_more_when_the_token_is_dead() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    bench.clock.advance(HOUR);
    lose_an_answer(&bench, &connection).await;
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        let asked = bench.vendor.asked("token").await;
        assert!(asked.shows.contains("oar-refresh-first"));
        asked.answered(200, &pair("second"));
        bench.vendor.tells_the_bases("second").await;
    });
    bases.unwrap();
    assert_eq!(bench.book.count("connection_reconnect"), 0);
    assert_eq!(bench.book.count("credential_renew"), 1);
}

#[tokio::test]
async fn a_grant_whose_answer_was_lost_ends_at_the_vendors_word() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    bench.clock.advance(HOUR);
    lose_an_answer(&bench, &connection).await;
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        let asked = bench.vendor.asked("token").await;
        asked.answered(400, &json!({"error": "invalid_grant"}));
    });
    bases.unwrap_err();
    let health = bench.shown(connection.id()).health().clone();
    assert_eq!(health.status, Status::Reconnect);
    assert!(health.last_problem.unwrap().contains("invalid_grant"));
    assert_eq!(bench.book.count("connection_reconnect"), 1);
    connection.bases(&bench.by).await.unwrap_err();
    assert!(bench.vendor.is_idle());
}

/// It was the one call with a credential that the book did not tell of.
#[tokio::test]
async fn the_call_that_looks_back_is_in_the_book() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    bench.clock.advance(Duration::from_mins(56));
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        bench.vendor.asked("token").await.lost();
        bench.vendor.tells_the_bases("first").await;
    });
    bases.unwrap();
    bench.clock.advance(REST);
    let before = bench.book.count("credential_use");
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        bench.vendor.tells_the_account("first").await;
        bench.vendor.gives("second").await;
        bench.vendor.tells_the_bases("second").await;
    });
    bases.unwrap();
    // For the bases, for the look back, and for the next pair.
    assert_eq!(bench.book.count("credential_use"), before + 3);
}

/// Has a pair come that the store does not take: `trouble` begins once the vendor is asked.
async fn renewed_in_trouble(bench: &Bench, connection: &Connection, trouble: impl FnOnce()) {
    bench.clock.advance(HOUR);
    let (bases, ()) = join!(connection.bases(&bench.by), async {
        let asked = bench.vendor.asked("token").await;
        trouble();
        asked.answered(200, &pair("second"));
    });
    bases.unwrap_err();
    assert!(bench.vendor.is_idle(), "nobody calls with what is not kept");
}

/// Calls the vendor, with the token of this pair and without a detour.
async fn calls_with(bench: &Bench, connection: &Connection, pair: &str) {
    let told = bench.vendor.tells_the_bases(pair);
    let (bases, ()) = join!(connection.bases(&bench.by), told);
    bases.unwrap();
}

/// The vendor had ended the pair before, and the next one was dropped: a disk that was full for a
/// moment cost every connection that was renewed in it.
#[tokio::test]
async fn a_pair_that_the_full_disk_does_not_take_is_kept_at_the_next_need() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    let full = Trouble::Fails(ErrorKind::StorageFull);
    renewed_in_trouble(&bench, &connection, || bench.device.after(0, full)).await;
    bench.device.mend();
    calls_with(&bench, &connection, "second").await;
}

#[tokio::test]
async fn a_pair_that_the_book_does_not_take_is_kept_by_itself_once_it_does() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    let refuses = |yes| bench.book.refuses.store(yes, Ordering::SeqCst);
    renewed_in_trouble(&bench, &connection, || refuses(true)).await;
    refuses(false);
    // It is tried a last time when the appliance stops; nobody has asked for it meanwhile.
    bench.tasks.stop().await;
    assert_eq!(bench.book.count("credential_renew"), 1);
    calls_with(&bench, &connection, "second").await;
}

#[tokio::test]
async fn a_pair_that_comes_to_be_kept_late_does_not_displace_what_a_person_has_given() {
    let bench = Bench::new().await;
    let connection = bench.connected().await;
    let refuses = |yes| bench.book.refuses.store(yes, Ordering::SeqCst);
    renewed_in_trouble(&bench, &connection, || refuses(true)).await;
    refuses(false);
    let again = bench.allow(Some(connection.id()), "");
    let (again, ()) = join!(again, async {
        bench.vendor.gives("third").await;
        bench.vendor.tells_the_account("third").await;
    });
    again.unwrap();
    bench.tasks.stop().await;
    assert_eq!(bench.book.count("credential_renew"), 0);
    calls_with(&bench, &connection, "third").await;
}

/// A code is good once. A browser that was closed at the wrong moment lost the person's leave.
#[tokio::test]
async fn a_pair_is_kept_although_the_browser_that_brought_the_code_has_gone_away() {
    let bench = Bench::new().await;
    let finish = bench.returned(create("A")).unwrap();
    let mut request = Box::pin(bench.all.complete(&bench.scope, finish, &bench.by));
    let asked = tokio::select! {
        _ = &mut request => panic!("nobody was asked"),
        asked = bench.vendor.asked("token") => asked,
    };
    drop(request);
    asked.answered(200, &pair("first"));
    bench.tasks.stop().await;
    assert_eq!(bench.all.count(&bench.scope).unwrap(), 1);
    assert_eq!(bench.book.count("connection_create"), 1);
}

/// The book told of the beginning and then nothing.
#[tokio::test]
async fn tokens_that_come_to_nothing_here_are_in_the_book() {
    let bench = Bench::new().await;
    let second = bench.returned(create("A")).unwrap();
    bench.connected().await;
    let taken = bench.all.complete(&bench.scope, second, &bench.by);
    let (taken, ()) = join!(taken, bench.vendor.gives("second"));
    assert!(matches!(taken, Err(Error::NameTaken(_))));
    assert_eq!(bench.book.count("oauth_fail"), 1);
    // And for a connection that was deleted meanwhile.
    let connection = bench.allow(None, "B");
    let (connection, ()) = join!(connection, async {
        bench.vendor.gives("third").await;
        bench.vendor.tells_the_account("third").await;
    });
    let connection = connection.unwrap();
    let again = bench.allow(Some(connection.id()), "").boxed();
    let (again, ()) = join!(again, async {
        let asked = bench.vendor.asked("token").await;
        bench
            .shown(connection.id())
            .delete(&bench.by)
            .await
            .unwrap();
        asked.answered(200, &pair("fourth"));
    });
    assert!(matches!(again, Err(Error::UnknownConnection(_))));
    assert_eq!(bench.book.count("oauth_fail"), 2);
}

/// All who had waited for the new token with their turns in hand left at once: more calls in a
/// second than the vendor takes.
#[tokio::test]
async fn calls_that_wait_for_a_token_have_their_turns_after_it() {
    let bench = Bench::paced(5).await;
    let connection = bench.connected().await;
    bench.clock.advance(HOUR);
    let ask = async || connection.bases(&bench.by).await.unwrap();
    let (_, _, ()) = join!(ask(), ask(), async {
        bench.vendor.gives("second").await;
        bench.vendor.tells_the_bases("second").await;
        let again = bench.vendor.asked("bases");
        let mut again = std::pin::pin!(again);
        for _ in 0..20 {
            assert!(again.as_mut().now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        bench.clock.advance(Duration::from_millis(250));
        again.await.answered(200, &json!({"bases": []}));
    });
}
