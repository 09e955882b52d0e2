//! Exports that are made in the background: from the asking to the last byte, whatever comes
//! between.

use std::fs;
use std::path::PathBuf;
use std::pin::pin;

use futures_util::StreamExt as _;
use poem::http::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use weighbridge::base::{Actor, Party, Scope, Tasks};
use weighbridge::config::Rate;
use weighbridge::datasets::Format;

use crate::datasets::{airports, fill};
use crate::support::{Answer, Client, TestServer};

const DAY: u64 = 24 * 3600;

fn rows(count: usize) -> impl Iterator<Item = Value> {
    (0..count).map(|number| {
        let name = format!("Field {number}, \"{}\"", "x".repeat(100));
        json!({"iata": format!("A{number:06}"), "name": name, "state": "CA"})
    })
}

/// A server whose scheduler does not run yet, with an owner and their dataset.
async fn yard(count: usize) -> (TestServer, Client, String) {
    let server = TestServer::with(|config| {
        config.limits.api_calls = Rate::parse("100000 / second").unwrap();
    })
    .await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    fill(&owner, &dataset, rows(count)).await;
    (server, owner, dataset)
}

async fn ask(client: &Client, dataset: &str, body: Value) -> String {
    let asked = client.post(&format!("{dataset}/exports"), body).await;
    let asked = asked.expect(202);
    assert_eq!(asked["state"], "queued", "{asked}");
    format!("{dataset}/exports/{}", asked["id"].as_str().unwrap())
}

/// Lets the scheduler do what there is to be done.
async fn work(server: &TestServer) {
    let tasks = Tasks::default();
    server.app.scheduler.start(&tasks);
    server.app.scheduler.idle().await.unwrap();
    tasks.stop().await;
}

fn folder(server: &TestServer) -> PathBuf {
    server.app.config.server.data.join("exports")
}

fn files(server: &TestServer) -> usize {
    fs::read_dir(folder(server)).map_or(0, Iterator::count)
}

async fn fetch(client: &Client, export: &str) -> Answer {
    client.get(&format!("{export}/content")).await
}

#[tokio::test]
async fn a_file_is_made_in_the_background_and_is_what_the_stream_gives() {
    let (server, owner, dataset) = yard(20_000).await;
    for format in ["csv", "json", "ndjson"] {
        let export = ask(&owner, &dataset, json!({"format": format})).await;
        fetch(&owner, &export).await.problem(409, "conflict");
        work(&server).await;
        let shown = owner.get(&export).await.expect(200);
        assert_eq!(shown["state"], "done", "{shown}");
        assert_eq!(
            (&shown["records"], &shown["total"]),
            (&json!(20_000), &json!(20_000))
        );
        let file = fetch(&owner, &export).await;
        let stream = owner
            .get(&format!("{dataset}/export?format={format}"))
            .await;
        assert_eq!(file.status, 200);
        assert!(file.body == stream.body, "{format}");
        assert_eq!(shown["bytes"], file.body.len());
        assert_eq!(file.header("content-length"), file.body.len().to_string());
        assert_eq!(file.header("content-type"), stream.header("content-type"));
        let disposition = format!("attachment; filename=\"Airports.{format}\"");
        assert_eq!(file.header("content-disposition"), disposition);
        assert_eq!(
            file.header("etag"),
            format!("\"{}\"", shown["sha256"].as_str().unwrap())
        );
        server.advance(60);
    }
    assert_eq!(server.count_in_book("sensitive_export_asked"), 3);
    assert_eq!(server.count_in_book("sensitive_export_made"), 3);
    assert_eq!(server.count_in_book("sensitive_export_fetched"), 3);
    let list = owner.get(&format!("{dataset}/exports")).await.expect(200);
    let formats: Vec<_> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["format"])
        .collect();
    assert_eq!(formats, ["ndjson", "json", "csv"]);
}

#[tokio::test]
async fn only_the_fields_that_were_asked_for_are_in_the_file_and_the_key() {
    let (server, owner, dataset) = yard(2).await;
    let body = json!({"format": "csv", "fields": ["State"]});
    let export = ask(&owner, &dataset, body).await;
    work(&server).await;
    let file = fetch(&owner, &export).await.text();
    assert_eq!(file, "iata,state\r\nA000000,CA\r\nA000001,CA\r\n");
    let body = json!({"format": "csv", "fields": ["town"]});
    let refused = owner.post(&format!("{dataset}/exports"), body).await;
    let problem = refused.problem(422, "validation_failed");
    assert_eq!(problem["fields"][0]["path"], "fields", "{problem}");
}

#[tokio::test]
async fn a_part_of_the_file_is_given_and_a_file_that_is_known_is_not() {
    let (server, owner, dataset) = yard(2).await;
    let export = ask(&owner, &dataset, json!({"format": "ndjson"})).await;
    work(&server).await;
    let whole = fetch(&owner, &export).await;
    let tag = whole.header("etag").to_owned();
    let path = format!("{export}/content");
    let known = owner.clone().with("if-none-match", &tag).get(&path).await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    let ask = |range: &str, seen: &str| {
        let client = owner.clone().with("range", range).with("if-range", seen);
        let path = path.clone();
        async move { client.get(&path).await }
    };
    let part = ask("bytes=2-11", &tag).await;
    assert_eq!(part.status, 206);
    assert_eq!(part.body, whole.body[2..12]);
    let length = whole.body.len();
    assert_eq!(part.header("content-range"), format!("bytes 2-11/{length}"));
    assert_eq!(part.header("content-length"), "10");
    let rest = ask("bytes=12-", &tag).await;
    assert_eq!([&whole.body[..12], &rest.body].concat(), whole.body);
    // Of another file than the client has seen it would be the wrong part.
    let changed = ask("bytes=2-11", "\"other\"").await;
    assert_eq!((changed.status.as_u16(), changed.body.len()), (200, length));
}

#[tokio::test]
async fn a_file_is_its_owners_alone_on_the_disk_too() {
    use std::os::unix::fs::PermissionsExt as _;
    let (server, owner, dataset) = yard(2).await;
    ask(&owner, &dataset, json!({"format": "csv"})).await;
    work(&server).await;
    let folder = folder(&server);
    let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in fs::read_dir(&folder).unwrap() {
        assert_eq!(mode(&file.unwrap().path()), 0o600);
    }
}

#[tokio::test]
async fn an_export_that_waits_is_called_off_at_once_and_deleted_with_what_it_left() {
    let (server, owner, dataset) = yard(2).await;
    let export = ask(&owner, &dataset, json!({"format": "csv"})).await;
    owner.delete(&export).await.problem(409, "conflict");
    let cancel = format!("{export}/cancel");
    let cancelled = owner.post(&cancel, Value::Null).await.expect(200);
    assert_eq!(cancelled["state"], "cancelled", "{cancelled}");
    assert_eq!(
        owner.post(&cancel, Value::Null).await.expect(200),
        cancelled
    );
    assert_eq!(server.count_in_book("sensitive_export_cancelled"), 1);
    work(&server).await;
    assert_eq!(files(&server), 0);
    let done = ask(&owner, &dataset, json!({"format": "csv"})).await;
    work(&server).await;
    owner
        .post(&format!("{done}/cancel"), Value::Null)
        .await
        .problem(409, "conflict");
    assert_eq!(files(&server), 1);
    for export in [&export, &done] {
        assert_eq!(owner.delete(export).await.status, 204);
        owner.get(export).await.problem(404, "not_found");
        fetch(&owner, export).await.problem(404, "not_found");
    }
    assert_eq!(files(&server), 0);
    assert_eq!(server.count_in_book("sensitive_export_deleted"), 2);
}

/// Has the one export that waits be made until some of its file is written, and then `meanwhile`
/// done, while nothing of it moves; gives how the making came out, unless it is dropped.
async fn break_in(
    server: &TestServer,
    owner: &Client,
    export: &str,
    stop: &CancellationToken,
    meanwhile: impl AsyncFnOnce() -> bool,
) {
    let datasets = &server.app.datasets;
    let [due] = datasets.active_exports().unwrap()[..] else {
        panic!("one export waits");
    };
    let mut making = Box::pin(datasets.make_export(due, stop));
    let written = async {
        while owner.get(export).await.expect(200)["bytes"] == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        biased;
        made = &mut making => panic!("it was made before: {made:?}"),
        () = written => {}
    }
    if meanwhile().await {
        making.await.unwrap();
    }
}

#[tokio::test]
async fn an_export_under_way_is_called_off_and_leaves_nothing() {
    let (server, owner, dataset) = yard(40_000).await;
    let export = ask(&owner, &dataset, json!({"format": "ndjson"})).await;
    let stop = CancellationToken::new();
    break_in(&server, &owner, &export, &stop, async || {
        let running = owner.get(&export).await.expect(200);
        assert_eq!(
            (&running["state"], &running["total"]),
            (&json!("running"), &json!(40_000))
        );
        let cancelled = owner.post(&format!("{export}/cancel"), Value::Null).await;
        assert_eq!(cancelled.expect(200)["state"], "cancelled");
        true
    })
    .await;
    let shown = owner.get(&export).await.expect(200);
    assert_eq!(shown["state"], "cancelled", "{shown}");
    assert_eq!(files(&server), 0);
    assert!(server.app.datasets.active_exports().unwrap().is_empty());
}

#[tokio::test]
async fn an_export_that_was_stopped_or_killed_is_made_anew_and_whole() {
    let (server, owner, dataset) = yard(40_000).await;
    for is_killed in [false, true] {
        let export = ask(&owner, &dataset, json!({"format": "ndjson"})).await;
        let stop = CancellationToken::new();
        // A kill leaves what was written.
        break_in(&server, &owner, &export, &stop, async || {
            stop.cancel();
            !is_killed
        })
        .await;
        let parked = owner.get(&export).await.expect(200);
        assert_eq!(parked["state"], "running", "{parked}");
        assert_eq!(files(&server), usize::from(is_killed));
        // Whatever was changed meanwhile is in the file.
        let late = json!({"iata": "LATE", "name": "Late"});
        owner
            .put(&format!("{dataset}/records/LATE"), late)
            .await
            .expect(200);
        work(&server).await;
        let shown = owner.get(&export).await.expect(200);
        assert_eq!(
            (&shown["state"], &shown["records"]),
            (&json!("done"), &json!(40_001))
        );
        let stream = owner.get(&format!("{dataset}/export?format=ndjson")).await;
        assert!(fetch(&owner, &export).await.body == stream.body);
        assert_eq!(
            files(&server),
            1,
            "what the first time wrote is still there"
        );
        owner
            .delete(&format!("{dataset}/records/LATE"))
            .await
            .expect(204);
        assert_eq!(owner.delete(&export).await.status, 204);
        server.advance(60);
    }
}

#[tokio::test]
async fn a_file_that_would_show_two_moments_is_none() {
    let (server, owner, dataset) = yard(40_000).await;
    let export = ask(&owner, &dataset, json!({"format": "ndjson"})).await;
    let due = server.app.datasets.active_exports().unwrap()[0];
    let change = async || {
        server.advance(9 * 60);
        let late = json!({"iata": "ZZZZ", "name": "Late"});
        let path = format!("{dataset}/records/ZZZZ");
        owner.put(&path, late).await.expect(200);
    };
    break_in(
        &server,
        &owner,
        &export,
        &CancellationToken::new(),
        async || {
            change().await;
            true
        },
    )
    .await;
    let shown = owner.get(&export).await.expect(200);
    assert_eq!(shown["state"], "failed", "{shown}");
    assert_eq!(shown["failure"]["code"], "took_too_long", "{shown}");
    assert_eq!(files(&server), 0);
    // The same of one that is sent as it is written, to a client that takes its time.
    let datasets = &server.app.datasets;
    let id = dataset.rsplit('/').next().unwrap().parse().unwrap();
    let party = Party::User {
        id: due.by,
        email: "owner@example.org".into(),
        session: None,
        token: None,
    };
    let origin = None;
    let by = Actor { party, origin };
    let opened = datasets.open(&Scope::of(&by).unwrap(), id).unwrap();
    let all = opened.select(None).unwrap();
    let file = opened
        .export(Format::Ndjson, all, &Actor::system())
        .unwrap();
    let mut stream = pin!(file.into_stream());
    assert!(stream.next().await.unwrap().is_ok());
    change().await;
    let broken = stream.next().await.unwrap().unwrap_err();
    assert!(broken.to_string().contains("nine minutes"), "{broken}");
}

#[tokio::test]
async fn an_export_is_kept_as_long_as_the_settings_say() {
    let (server, owner, dataset) = yard(2).await;
    let stop = CancellationToken::new();
    let early = ask(&owner, &dataset, json!({"format": "csv"})).await;
    work(&server).await;
    server.advance(DAY);
    let owner = server.sign_in("owner@example.org").await;
    let late = ask(&owner, &dataset, json!({"format": "csv"})).await;
    work(&server).await;
    let waiting = ask(&owner, &dataset, json!({"format": "json"})).await;
    let expires = owner.get(&early).await.expect(200)["expires_at"].clone();
    server.advance(2 * DAY - 1);
    let owner = server.sign_in("owner@example.org").await;
    server.app.datasets.sweep_exports(&stop).await.unwrap();
    assert_eq!(
        (
            files(&server),
            server.count_in_book("sensitive_exports_swept")
        ),
        (2, 0)
    );
    server.advance(1);
    assert_eq!(
        expires,
        server
            .clock
            .now()
            .strftime("%Y-%m-%dT%H:%M:%S.000Z")
            .to_string()
    );
    server.app.datasets.sweep_exports(&stop).await.unwrap();
    owner.get(&early).await.problem(404, "not_found");
    owner.get(&late).await.expect(200);
    owner.get(&waiting).await.expect(200);
    assert_eq!(
        (
            files(&server),
            server.count_in_book("sensitive_exports_swept")
        ),
        (1, 1)
    );
}

#[tokio::test]
async fn files_that_no_export_counts_on_are_swept_and_others_left_alone() {
    let (server, owner, dataset) = yard(2).await;
    let export = ask(&owner, &dataset, json!({"format": "csv"})).await;
    work(&server).await;
    let id = export.rsplit('/').next().unwrap();
    let folder = folder(&server);
    for stray in [
        format!("{id}.7"),
        "0199a3c4-7b10-7000-8000-0123456789ab.1".into(),
    ] {
        fs::write(folder.join(stray), "x").unwrap();
    }
    fs::write(folder.join("README"), "x").unwrap();
    server
        .app
        .datasets
        .sweep_exports(&CancellationToken::new())
        .await
        .unwrap();
    assert_eq!(files(&server), 2);
    assert_eq!(fetch(&owner, &export).await.status, 200);
}

#[tokio::test]
async fn an_export_goes_with_its_dataset() {
    let (server, owner, dataset) = yard(2).await;
    ask(&owner, &dataset, json!({"format": "csv"})).await;
    work(&server).await;
    ask(&owner, &dataset, json!({"format": "json"})).await;
    let dependents = owner
        .get(&format!("{dataset}/dependents"))
        .await
        .expect(200);
    let kinds: Vec<_> = dependents["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["kind"])
        .collect();
    assert_eq!(kinds, ["export", "export"], "{dependents}");
    owner.delete(&dataset).await.expect(204);
    server.app.datasets.tidy().await.unwrap();
    assert_eq!(files(&server), 0);
    assert!(server.app.datasets.active_exports().unwrap().is_empty());
}

#[tokio::test]
async fn an_export_is_seen_by_the_one_who_asked_and_only_while_the_dataset_is_shared() {
    let (server, owner, dataset) = yard(2).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let shares = format!("{dataset}/shares");
    let share = json!({"email": "other@example.org", "level": "view"});
    let granted = owner.post(&shares, share).await.expect(201);
    let user = granted["user_id"].as_str().unwrap().to_owned();
    let theirs = ask(&other, &dataset, json!({"format": "csv"})).await;
    work(&server).await;
    let mine = ask(&owner, &dataset, json!({"format": "csv"})).await;
    for (client, export) in [(&owner, &theirs), (&other, &mine)] {
        client.get(export).await.problem(404, "not_found");
        fetch(client, export).await.problem(404, "not_found");
        client
            .post(&format!("{export}/cancel"), Value::Null)
            .await
            .problem(404, "not_found");
        client.delete(export).await.problem(404, "not_found");
    }
    let list = owner.get(&format!("{dataset}/exports")).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    assert_eq!(fetch(&other, &theirs).await.status, 200);
    let waiting = ask(&other, &dataset, json!({"format": "csv"})).await;
    assert_eq!(owner.delete(&format!("{shares}/{user}")).await.status, 204);
    work(&server).await;
    for export in [&theirs, &waiting] {
        other.get(export).await.problem(404, "not_found");
        fetch(&other, export).await.problem(404, "not_found");
    }
    assert_eq!(server.count_in_book("sensitive_export_fail"), 1);
    assert_eq!(fetch(&owner, &mine).await.status, 200);
}

#[tokio::test]
async fn a_field_that_is_gone_or_a_folder_that_cannot_be_used_fails_the_export_and_says_so() {
    let (server, owner, dataset) = yard(2).await;
    let body = json!({"format": "csv", "fields": ["opened"]});
    let gone = ask(&owner, &dataset, body).await;
    let mut fields = owner.get(&dataset).await.expect(200)["fields"].clone();
    fields
        .as_array_mut()
        .unwrap()
        .retain(|field| field["name"] != "opened");
    owner
        .patch(&dataset, json!({"fields": fields}))
        .await
        .expect(200);
    work(&server).await;
    let failure = owner.get(&gone).await.expect(200)["failure"].clone();
    assert_eq!(failure["code"], "fields_gone", "{failure}");
    assert!(
        failure["message"].as_str().unwrap().contains("opened"),
        "{failure}"
    );
    fs::remove_dir_all(folder(&server)).unwrap_or_default();
    fs::write(folder(&server), "in the way").unwrap();
    let blocked = ask(&owner, &dataset, json!({"format": "csv"})).await;
    work(&server).await;
    let shown = owner.get(&blocked).await.expect(200);
    assert_eq!(shown["failure"]["code"], "storage_unavailable", "{shown}");
    fetch(&owner, &blocked).await.problem(409, "conflict");
}

#[tokio::test]
async fn nobody_fills_the_disk_with_exports_of_their_own() {
    let (server, owner, dataset) = yard(1).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let theirs = airports(&other).await;
    let mut first = None;
    for _ in 0..20 {
        server.advance(15);
        let export = ask(&owner, &dataset, json!({"format": "csv"})).await;
        first.get_or_insert(export);
    }
    let path = format!("{dataset}/exports");
    let refused = owner.post(&path, json!({"format": "csv"})).await;
    let problem = refused.problem(409, "conflict");
    assert!(
        problem["detail"].as_str().unwrap().contains("delete one"),
        "{problem}"
    );
    ask(&other, &theirs, json!({"format": "csv"})).await;
    work(&server).await;
    owner.delete(&first.unwrap()).await.expect(204);
    ask(&owner, &dataset, json!({"format": "csv"})).await;
}

#[tokio::test]
async fn an_export_is_asked_for_once_however_often_the_request_is_sent() {
    let (server, owner, dataset) = yard(2).await;
    let once = owner.with("idempotency-key", "the-one");
    let path = format!("{dataset}/exports");
    let first = once.post(&path, json!({"format": "csv"})).await.expect(202);
    let again = once.post(&path, json!({"format": "csv"})).await.expect(202);
    assert_eq!(first, again);
    assert_eq!(server.app.datasets.active_exports().unwrap().len(), 1);
    let refused = once
        .send(Method::POST, &path, "application/json", b"{}".to_vec())
        .await;
    assert!(refused.status.is_client_error(), "{}", refused.text());
}
