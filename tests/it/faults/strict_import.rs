//! A strict import that is killed at each of its steps: spooled, checked, applied under a mark.

use std::collections::BTreeSet;
use std::path::Path;

use poem::http::Method;
use serde_json::{Value, json};

use crate::support::process::{Home, Served, Session, until};
use crate::support::strace::Tracer;

/// So many rows are applied in several commits.
const ROWS: usize = 9_000;

/// What an import does to files, and how far apart the kills are.
const CALLS: [(&str, usize); 5] = [
    ("fdatasync", 1),
    ("fsync", 1),
    ("unlink", 1),
    ("write", 1),
    ("pwrite64", 7),
];

fn file() -> Vec<u8> {
    let rows = (0..ROWS).map(|row| format!("K{row:06},the note of row {row}\n"));
    let head = std::iter::once("key,note\n".to_owned());
    head.chain(rows).collect::<String>().into_bytes()
}

async fn dataset(server: &Served, name: &str) -> String {
    let body = json!({"name": name, "key_field": "key", "fields": [
        {"name": "key", "type": "text"}, {"name": "note", "type": "text"},
    ]});
    let dataset = server.post("/datasets", body).await.expect(201);
    format!("/datasets/{}", dataset["id"].as_str().unwrap())
}

/// Imports the file and kills the server at the `number`th call; says whether it got through.
async fn killed_at(
    server: &Served,
    path: &str,
    (call, number): (&str, usize),
    trace: &Path,
) -> bool {
    let traced = format!("trace={call}");
    let inject = format!("inject={call}:signal=SIGKILL:when={number}");
    let calls = ["-e", &traced, "-e", &inject];
    let _tracer = Tracer::attach(&server.pid(), trace, &calls);
    let path = format!("/api/v1{path}/imports?format=csv&strict=true");
    let answer = server.try_fetch(Method::POST, &path, "text/csv", file());
    answer
        .await
        .is_ok_and(|answer| answer.expect(200)["state"] == "done")
}

/// Waits until the import has ended, one way or the other, and fails unless it is whole.
async fn check(home: &Home, server: &Served, path: &str, after: &str) {
    let imports = until("the import has ended", async || {
        let list = server.get(&format!("{path}/imports")).await.expect(200);
        let imports = list["items"].as_array().unwrap().clone();
        let running = imports.iter().any(|import| import["state"] == "running");
        (!running).then_some(imports)
    })
    .await;
    let records = server.get(path).await.expect(200)["records"].clone();
    let done = imports.iter().any(|import| import["state"] == "done");
    let wanted = if done { ROWS } else { 0 };
    assert_eq!(records, wanted, "{after}: {imports:?}");
    for import in imports.iter().filter(|import| import["state"] == "done") {
        assert_eq!(import["created"], ROWS, "{after}");
    }
    until("nothing is left in the spool", async || {
        let left = std::fs::read_dir(home.data.join("spool"));
        left.map_or(true, |left| left.count() == 0).then_some(())
    })
    .await;
}

/// What the lines of one kind in the book say.
fn lines<'a>(book: &'a [Value], word: &'a str) -> impl Iterator<Item = &'a Value> {
    let is_one = move |line: &&Value| line["metadata"]["labels"][0] == word;
    book.iter().filter(is_one)
}

async fn again(home: &Home, server: Served, session: &Session) -> Served {
    server.kill();
    home.serve().await.resuming(session)
}

#[tokio::test]
async fn a_strict_import_that_was_killed_at_any_step_is_finished_or_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let session = server.session();
    for (call, step) in CALLS {
        for number in (1..).step_by(step) {
            let after = format!("{call} {number}");
            let path = dataset(&server, &after).await;
            let through = killed_at(&server, &path, (call, number), &trace).await;
            server = again(&home, server, &session).await;
            check(&home, &server, &path, &after).await;
            if through {
                assert!(number > 1, "an import makes no call {call}");
                break;
            }
        }
    }
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
    let book = home.book();
    let digests = lines(&book, "upload_complete");
    let digests = digests.map(|line| line["unmapped"]["details"]["outcomes_sha256"].to_string());
    let digests: BTreeSet<String> = digests.collect();
    assert_eq!(
        digests.len(),
        1,
        "a resumed import's digest covers only a part"
    );
    let (done, failed) = (lines(&book, "upload_complete"), lines(&book, "upload_fail"));
    assert!(
        done.count() > CALLS.len(),
        "no import was ever finished by a restart"
    );
    assert!(failed.count() > 0, "no import was ever taken back");
}
