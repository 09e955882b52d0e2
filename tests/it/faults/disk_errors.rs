//! A disk whose syncs fail, under the running server.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Things, created_in};
use crate::support::process::{Home, within};
use crate::support::strace::Tracer;

/// By when the appliance works again.
const SOON: Duration = Duration::from_secs(30);

/// What became of the failing.
struct Survived {
    /// How many writes were refused.
    refused: usize,
    /// The words of the acts in the book.
    words: BTreeSet<String>,
}

/// Lets the syncs that `when` names fail while records are written.
async fn survives(when: &str) -> Survived {
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
    let book = home.book();
    let told = created_in(&book);
    assert_eq!(
        told, there,
        "{when}: an act without its change, or the reverse"
    );
    let words = book.iter();
    let words = words.map(|line| line["metadata"]["labels"][0].as_str().unwrap().to_owned());
    Survived {
        refused,
        words: words.collect(),
    }
}

#[tokio::test]
async fn after_one_sync_that_fails_the_service_comes_back_and_nothing_is_lost() {
    let mut words = BTreeSet::new();
    for number in 1..=9 {
        words.append(&mut survives(&number.to_string()).await.words);
    }
    for word in ["log_recovered", "log_act_void", "sys_restart"] {
        assert!(words.contains(word), "no sync that failed led to {word}");
    }
}

#[tokio::test]
async fn after_a_row_of_failing_syncs_the_service_comes_back_and_nothing_is_lost() {
    for (first, last) in [(1, 3), (2, 6), (3, 12)] {
        let survived = survives(&format!("{first}..{last}")).await;
        assert!(survived.refused > 0, "{first}..{last}: nothing was refused");
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
