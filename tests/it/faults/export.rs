//! An export that is killed at each of its steps, and one on a disk that is nearly full.

use std::path::Path;

use poem::http::Method;
use serde_json::json;

use super::Mount;
use crate::support::process::{Home, Served, Session, until};
use crate::support::strace::Tracer;

/// So many rows take several steps.
const ROWS: usize = 30_000;

/// What the making of a file does to files, and how far apart the kills are.
const CALLS: [(&str, usize); 4] = [("fsync", 1), ("fdatasync", 1), ("write", 3), ("unlink", 1)];

/// A dataset of so many rows of 100 bytes.
async fn dataset(server: &Served, rows: usize) -> String {
    let body = json!({"name": "Many", "key_field": "key", "fields": [
        {"name": "key", "type": "text"}, {"name": "note", "type": "text"},
    ]});
    let dataset = server.post("/datasets", body).await.expect(201);
    let path = format!("/datasets/{}", dataset["id"].as_str().unwrap());
    let head = std::iter::once("key,note\n".to_owned());
    let rows = (0..rows).map(|row| format!("K{row:06},{}\n", "x".repeat(90)));
    let file = head.chain(rows).collect::<String>().into_bytes();
    let imports = format!("{path}/imports?format=csv");
    let import = server.send(Method::POST, &imports, "text/csv", file).await;
    assert_eq!(import.expect(200)["state"], "done");
    path
}

/// Asks for an export and kills the server at the `number`th call; says whether it got through.
async fn killed_at(
    server: &Served,
    exports: &str,
    (call, number): (&str, usize),
    trace: &Path,
) -> bool {
    let traced = format!("trace={call}");
    let inject = format!("inject={call}:signal=SIGKILL:when={number}");
    let _tracer = Tracer::attach(&server.pid(), trace, &["-e", &traced, "-e", &inject]);
    let body = br#"{"format":"ndjson"}"#.to_vec();
    let path = format!("/api/v1{exports}");
    let asked = server.try_fetch(Method::POST, &path, "application/json", body);
    let Ok(asked) = asked.await else {
        return false;
    };
    let export = format!("{path}/{}", asked.expect(202)["id"].as_str().unwrap());
    loop {
        let shown = server.try_fetch(Method::GET, &export, "", Vec::new()).await;
        match shown.map(|shown| shown.expect(200)["state"] == "done") {
            Ok(true) => return true,
            Ok(false) => {}
            Err(_dead) => return false,
        }
    }
}

/// Waits until every export that was asked for is made, and fails unless each is whole; then takes
/// them away.
async fn check(home: &Home, server: &Served, path: &str, after: &str) {
    let exports = until("the exports have ended", async || {
        let list = server.get(&format!("{path}/exports")).await.expect(200);
        let exports = list["items"].as_array().unwrap().clone();
        exports
            .iter()
            .all(|export| export["finished_at"].is_string())
            .then_some(exports)
    })
    .await;
    let stream = server.get(&format!("{path}/export?format=ndjson")).await;
    for export in &exports {
        assert_eq!(export["state"], "done", "{after}: {export}");
        let export = format!("{path}/exports/{}", export["id"].as_str().unwrap());
        let file = server.get(&format!("{export}/content")).await;
        assert!(file.body == stream.body, "{after}");
        assert_eq!(
            server
                .send(Method::DELETE, &export, "", Vec::new())
                .await
                .status,
            204
        );
    }
    until("nothing is left in the folder", async || {
        let left = std::fs::read_dir(home.data.join("exports"));
        left.map_or(true, |left| left.count() == 0).then_some(())
    })
    .await;
}

async fn again(home: &Home, server: Served, session: &Session) -> Served {
    server.kill();
    home.serve().await.resuming(session)
}

#[tokio::test]
async fn an_export_that_was_killed_at_any_step_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("trace");
    let home = Home::new(folder.path()).set("LIMITS__EXPORTS", "100000 / second");
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let session = server.session();
    let path = dataset(&server, ROWS).await;
    let exports = format!("{path}/exports");
    for (call, step) in CALLS {
        for number in (1..).step_by(step) {
            let after = format!("{call} {number}");
            let through = killed_at(&server, &exports, (call, number), &trace).await;
            server = again(&home, server, &session).await;
            check(&home, &server, &path, &after).await;
            assert!(!(through && number == 1), "no {call} was killed");
            if through || number > 40 {
                break;
            }
        }
    }
    assert!(server.stop().await.success());
    home.verify(&home.data.join("audit"));
}

#[tokio::test]
async fn an_export_leaves_the_store_its_room_and_nothing_of_itself() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let disk = Mount::memory(&home.data, 160);
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let path = dataset(&server, ROWS).await;
    let filler = disk.fill(32 << 20);
    let asked = server
        .post(&format!("{path}/exports"), json!({"format": "ndjson"}))
        .await;
    let export = format!(
        "{path}/exports/{}",
        asked.expect(202)["id"].as_str().unwrap()
    );
    let ended = async |path: &str| {
        until("the export has ended", async || {
            let shown = server.get(path).await.expect(200);
            shown["finished_at"].is_string().then_some(shown)
        })
        .await
    };
    let failed = ended(&export).await;
    assert_eq!(failed["failure"]["code"], "storage_full", "{failed}");
    assert_eq!(
        std::fs::read_dir(home.data.join("exports"))
            .unwrap()
            .count(),
        0
    );
    assert_eq!(
        server.ready().await,
        (200, "ok".into()),
        "others can write on"
    );
    filler.remove();
    let asked = server
        .post(&format!("{path}/exports"), json!({"format": "ndjson"}))
        .await;
    let export = format!(
        "{path}/exports/{}",
        asked.expect(202)["id"].as_str().unwrap()
    );
    assert_eq!(ended(&export).await["state"], "done");
}
