//! Kills during the very first start: the next start must find nothing that it cannot use.

use std::time::Duration;

use crate::support::process::Home;
use crate::support::strace::wrapper;

/// What a start does to files, and how often at most a thread of it does so.
const CALLS: [(&str, u32); 11] = [
    ("pwrite64", 60),
    ("write", 30),
    ("ftruncate", 10),
    ("fdatasync", 25),
    ("fsync", 25),
    ("rename", 10),
    ("linkat", 4),
    ("unlink", 10),
    ("mkdir", 10),
    ("bind", 4),
    ("openat", 150),
];

/// Starts on an empty folder and kills at the `number`th such call of any thread. Says whether
/// the start got through; if it did not, the next one must.
async fn start_killed_at(call: &str, number: u32) -> bool {
    let folder = tempfile::tempdir().unwrap();
    // With its own certificate, as that is made at the first start too.
    let home = Home::new(folder.path()).set("TLS__ENABLED", "true");
    let trace = folder.path().join("trace");
    let (traced, killed) = (
        format!("trace={call}"),
        format!("inject={call}:signal=SIGKILL:when={number}"),
    );
    let calls = [traced.as_str(), &killed];
    let words = wrapper(trace.to_str().unwrap(), &calls);
    let Err(status) = home.serve_under(&words).await else {
        return true;
    };
    let by_signal = std::os::unix::process::ExitStatusExt::signal(&status);
    assert_eq!(by_signal, Some(9), "{call} {number}: {}", home.said());
    starts(&home, &format!("{call} {number}")).await;
    false
}

/// A start that nothing disturbs, after one that was.
async fn starts(home: &Home, after: &str) {
    let Ok(server) = home.serve_under(&[]).await else {
        panic!("no start after a kill at {after}:\n{}", home.said());
    };
    assert_eq!(home.setup_token().len(), 64, "{after}");
    assert!(server.stop().await.success(), "{after}");
    home.verify(&home.data.join("audit"));
}

#[tokio::test]
async fn a_first_start_that_was_killed_at_any_call_to_the_disk_can_be_begun_again() {
    for (call, most) in CALLS {
        let mut number = 1;
        while number <= most && !start_killed_at(call, number).await {
            number += 1;
        }
        assert!(number > 1, "a start makes no call {call}");
    }
}

#[tokio::test]
async fn a_first_start_that_was_killed_at_any_time_can_be_begun_again() {
    for step in 0..80 {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path()).set("TLS__ENABLED", "true");
        let starting = home.start_under(&[]);
        // The moment is the point: any will do.
        tokio::time::sleep(Duration::from_millis(5 * step)).await;
        starting.kill();
        starts(&home, &format!("{} ms", 5 * step)).await;
    }
}
