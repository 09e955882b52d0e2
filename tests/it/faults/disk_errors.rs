//! A disk whose syncs fail, under the running server.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Things, created_in};
use crate::support::process::{Home, within};
use crate::support::strace::Tracer;

/// By when the appliance works again.
const SOON: Duration = Duration::from_secs(30);

/// Lets the syncs that `when` names fail while records are written, and says how many writes were
/// refused.
async fn survives(when: &str) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let mut things = Things::new(&server).await;
    let inject = format!("inject=fdatasync,fsync:error=EIO:when={when}");
    let calls = ["-e", "trace=fdatasync,fsync", "-e", &inject];
    let tracer = Tracer::attach(&server.pid(), &folder.path().join("trace"), &calls);
    let mut refused = 0;
    for number in 0..25 {
        let answer = things.put(&server, &format!("during-{number}")).await;
        match answer.status.as_u16() {
            200 => {}
            503 => refused += 1,
            _ => panic!("{when}: {}", answer.text()),
        }
        // A store that fails in a row cannot be opened to be read either; it then says so.
        let read = server.get(&things.path).await.status.as_u16();
        assert!(
            matches!(read, 200 | 503),
            "{when}: reading was answered {read}"
        );
    }
    let seen = tracer.detach();
    assert!(
        seen.contains("(INJECTED)"),
        "{when}: no sync failed:\n{seen}"
    );
    within(SOON, "a write goes in again", async || {
        let number = things.acknowledged.len();
        let answer = things.put(&server, &format!("after-{number}")).await;
        (answer.status == 200).then_some(())
    })
    .await;
    within(SOON, "it is ready again", async || {
        (server.ready().await.0 == 200).then_some(())
    })
    .await;
    things.check(&server).await;

    let session = server.session();
    server.kill();
    let server = home.serve().await.resuming(&session);
    things.check(&server).await;
    let there: BTreeSet<String> = things.keys(&server).await;
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
    let told = created_in(&home.book());
    assert_eq!(
        told, there,
        "{when}: an act without its change, or the reverse"
    );
    refused
}

#[tokio::test]
async fn after_one_sync_that_fails_the_service_comes_back_and_nothing_is_lost() {
    for number in 1..=9 {
        survives(&number.to_string()).await;
    }
}

#[tokio::test]
async fn after_a_row_of_failing_syncs_the_service_comes_back_and_nothing_is_lost() {
    for (first, last) in [(1, 3), (2, 6), (3, 12)] {
        let refused = survives(&format!("{first}..{last}")).await;
        assert!(refused > 0, "{first}..{last}: nothing was refused");
    }
}

#[tokio::test]
async fn a_store_that_was_opened_again_after_an_error_is_in_the_book() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let mut things = Things::new(&server).await;
    let store = home.data.join("store.redb");
    let calls = [
        "-P",
        store.to_str().unwrap(),
        "-e",
        "trace=fdatasync",
        "-e",
        "inject=fdatasync:error=EIO:when=1",
    ];
    let tracer = Tracer::attach(&server.pid(), &folder.path().join("trace"), &calls);
    things.put(&server, "first").await;
    let seen = tracer.detach();
    assert!(seen.contains("(INJECTED)"), "no sync failed:\n{seen}");
    within(SOON, "a write goes in again", async || {
        let answer = things.put(&server, "second").await;
        (answer.status == 200).then_some(())
    })
    .await;
    assert!(server.stop().await.success());
    let reopened = |line: &serde_json::Value| line["metadata"]["labels"][0] == "sys_restart";
    assert_eq!(home.book().iter().filter(|line| reopened(line)).count(), 1);
}
