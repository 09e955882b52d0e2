//! Imports and exports of files.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use poem::Body;
use poem::http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};
use weighbridge::config::Rate;

use crate::datasets::{airports, fill};
use crate::support::{Answer, Client, TestServer};

const AIRPORTS: &str = "iata,name,state,latitude,opened\n\
    00M,Thigpen,MS,31.95,1950-01-02\n\
    00R,Livingston Municipal,TX,30.69,\n\
    00V,\"Meadow, Lake\",,38.95,\n";

async fn import(owner: &Client, dataset: &str, query: &str, file: impl Into<Vec<u8>>) -> Answer {
    let path = format!("{dataset}/imports?{query}");
    owner
        .send(Method::POST, &path, "application/octet-stream", file.into())
        .await
}

fn counts(import: &Value) -> [u64; 5] {
    ["read", "created", "changed", "unchanged", "refused"]
        .map(|name| import[name].as_u64().unwrap())
}

async fn export(owner: &Client, dataset: &str, format: &str) -> Answer {
    let answer = owner
        .get(&format!("{dataset}/export?format={format}"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer
}

#[tokio::test]
async fn a_file_goes_in_by_key_and_the_same_file_again_changes_nothing() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let first = import(
        &owner,
        &dataset,
        "format=csv&file_name=airports.csv",
        AIRPORTS,
    )
    .await
    .expect(200);
    assert_eq!(
        (counts(&first), &first["state"]),
        ([3, 3, 0, 0, 0], &json!("done")),
        "{first}"
    );
    assert_eq!(first["file_name"], "airports.csv");
    server.advance(1);
    let again = import(&owner, &dataset, "format=csv", AIRPORTS)
        .await
        .expect(200);
    assert_eq!(counts(&again), [3, 0, 0, 3, 0]);
    server.advance(1);
    let moved = AIRPORTS.replace("Thigpen", "Thigpen Field");
    let moved = import(&owner, &dataset, "format=csv", moved)
        .await
        .expect(200);
    assert_eq!(counts(&moved), [3, 0, 1, 2, 0]);
    assert_eq!(owner.get(&dataset).await.expect(200)["records"], 3);
    let list = owner.get(&format!("{dataset}/imports")).await.expect(200);
    assert_eq!(list["items"][2], first);
    assert_eq!(server.count_in_book("upload_started"), 3);
    assert_eq!(server.count_in_book("upload_complete"), 3);
}

#[tokio::test]
async fn good_rows_go_in_while_bad_ones_are_told_with_line_column_and_reason() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let file =
        b"\xEF\xBB\xBFiata;name;latitude\r\n00M;Thigpen;31.9\r\n\r\n00R;Livingston;north\r\n\
        00V;;1\r\n00M;Again;1\r\nx;caf\xE9;1\r\ny;z\r\nok;\"two\r\nlines\";2\r\n";
    let done = import(&owner, &dataset, "format=csv", file.to_vec())
        .await
        .expect(200);
    assert_eq!(
        (counts(&done), &done["state"]),
        ([7, 2, 0, 0, 5], &json!("done")),
        "{done}"
    );
    let problems = done["problems"].as_array().unwrap();
    let lines: Vec<_> = problems
        .iter()
        .map(|one| one["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, [4, 5, 6, 7, 8]);
    assert_eq!(
        (&problems[0]["column"], &problems[0]["value"]),
        (&json!(3), &json!("north"))
    );
    let path = format!(
        "{dataset}/imports/{}/problems?limit=2",
        done["id"].as_str().unwrap()
    );
    let page = owner.get(&path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap()[..], problems[..2]);
    let rest = owner
        .get(&format!("{path}&after={}", page["next"].as_str().unwrap()))
        .await
        .expect(200);
    assert_eq!(rest["items"][0], problems[2]);
}

#[tokio::test]
async fn a_strict_import_takes_all_rows_or_none() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let bad = format!("{AIRPORTS}bad,,,,\n");
    let failed = import(&owner, &dataset, "format=csv&strict=true", bad)
        .await
        .expect(200);
    assert_eq!(
        (counts(&failed), &failed["state"]),
        ([4, 0, 0, 0, 1], &json!("failed")),
        "{failed}"
    );
    assert_eq!(failed["failure"], "1 problems; nothing was imported");
    assert_eq!(owner.get(&dataset).await.expect(200)["records"], 0);
    let done = import(&owner, &dataset, "format=csv&strict=true", AIRPORTS)
        .await
        .expect(200);
    assert_eq!(
        (counts(&done), &done["state"]),
        ([3, 3, 0, 0, 0], &json!("done")),
        "{done}"
    );
    let spool = server.app.config.server.data.join("spool");
    assert_eq!(std::fs::read_dir(spool).unwrap().count(), 0);
    assert_eq!(server.count_in_book("upload_fail"), 1);
}

#[tokio::test]
async fn a_file_of_which_nothing_can_be_read_is_refused() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    for (query, file, told) in [
        ("format=csv", &b""[..], "the file is empty"),
        ("format=csv", b"\xFF\xFEi\0", "byte 1 is 0xFF"),
        (
            "format=csv",
            b"name,state\nx,y\n",
            "no column is called \"iata\"",
        ),
        ("format=csv", b"iata,IATA\nx,y\n", "two columns"),
        ("format=json", b"{}", "line 1, column 1: ["),
        (
            "format=csv&strict=true",
            b"name\nx\n",
            "no column is called",
        ),
    ] {
        let answer = import(&owner, &dataset, query, file).await;
        let problem = answer.problem(422, "import_refused");
        assert!(
            problem["detail"].as_str().unwrap().contains(told),
            "{problem}"
        );
    }
    let path = format!("{dataset}/imports");
    owner
        .send(
            Method::POST,
            &format!("{path}?format=xml"),
            "text/csv",
            Vec::new(),
        )
        .await
        .problem(400, "bad_query");
    owner
        .send(
            Method::POST,
            &format!("{path}?format=csv"),
            "image/png",
            Vec::new(),
        )
        .await
        .problem(415, "unsupported_media_type");
    let list = owner.get(&path).await.expect(200);
    let states = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["state"].as_str());
    assert!(
        states.into_iter().all(|state| state == Some("failed")),
        "{list}"
    );
}

#[tokio::test]
async fn what_stands_before_the_place_where_a_list_breaks_stays() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let file = r#"[{"iata":"a","name":"x"},{"iata":"b","name":"y"} {"iata":"c"}]"#;
    let import = import(&owner, &dataset, "format=json", file)
        .await
        .expect(200);
    assert_eq!(
        (counts(&import), &import["state"]),
        ([2, 2, 0, 0, 0], &json!("failed")),
        "{import}"
    );
    assert!(
        import["failure"]
            .as_str()
            .unwrap()
            .contains("line 1, column 50"),
        "{import}"
    );
}

#[tokio::test]
async fn every_media_type_of_files_is_taken() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    for kind in [
        "text/csv",
        "text/csv; charset=utf-8",
        "application/json",
        "application/x-ndjson",
        "application/octet-stream",
    ] {
        let path = format!("{dataset}/imports?format=csv");
        let answer = owner.send(Method::POST, &path, kind, AIRPORTS.into()).await;
        assert_eq!(answer.expect(200)["state"], "done", "{kind}");
    }
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_whole_rows_and_a_failed_import() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let cut = [Ok(Bytes::from(AIRPORTS)), Err(std::io::Error::other("cut"))];
    let path = format!("/api/v1{dataset}/imports?format=csv");
    let body = Body::from_bytes_stream(stream::iter(cut));
    owner
        .fetch(Method::POST, &path, "text/csv", body)
        .await
        .problem(422, "import_refused");
    let list = owner.get(&format!("{dataset}/imports")).await.expect(200);
    assert_eq!(list["items"][0]["state"], "failed", "{list}");
}

#[tokio::test]
async fn an_import_whose_client_has_gone_is_ended() {
    for strict in ["false", "true"] {
        let server = TestServer::start().await;
        let owner = server.sign_up("owner@example.org", &["member"]).await;
        let dataset = airports(&owner).await;
        let stuck = stream::once(async { Ok::<_, Infallible>(Bytes::from(AIRPORTS)) });
        let stuck = stuck
            .chain(stream::pending())
            .map(|bytes| bytes.map_err(std::io::Error::other));
        let path = format!("/api/v1{dataset}/imports?format=csv&strict={strict}");
        let body = Body::from_bytes_stream(stuck);
        let upload = owner.fetch(Method::POST, &path, "text/csv", body);
        tokio::time::timeout(Duration::from_millis(300), upload)
            .await
            .unwrap_err();
        let list = owner.get(&format!("{dataset}/imports")).await.expect(200);
        assert_eq!(list["items"][0]["state"], "running", "{list}");
        server.app.datasets.tidy().await.unwrap();
        let list = owner.get(&format!("{dataset}/imports")).await.expect(200);
        assert_eq!(list["items"][0]["state"], "failed", "{list}");
        assert_eq!(owner.get(&dataset).await.expect(200)["records"], 0);
    }
}

/// A file that begins with these rows, and of which nothing more comes.
fn stuck(rows: String) -> Body {
    let stuck = stream::once(async { Ok::<_, Infallible>(Bytes::from(rows)) });
    let stuck = stuck.chain(stream::pending());
    Body::from_bytes_stream(stuck.map(|bytes| bytes.map_err(std::io::Error::other)))
}

/// The one import of a dataset, as soon as it is as wanted.
async fn the_import(owner: &Client, dataset: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let list = owner.get(&format!("{dataset}/imports")).await.expect(200);
        if let Some(import) = list["items"].get(0).filter(|import| wanted(import)) {
            return import.clone();
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_import_is_called_off_while_its_file_is_read() {
    let rows: Vec<String> = (0..20_000)
        .map(|number| format!("A{number:06},Field {number} {}\n", "x".repeat(100)))
        .collect();
    let file = format!("iata,name\n{}", rows.concat());
    let half = format!("iata,name\n{}", rows[..10_000].concat());
    for strict in [false, true] {
        let server = TestServer::with(|config| {
            config.limits.api_calls = Rate::parse("100000 / second").unwrap();
        })
        .await;
        let owner = server.sign_up("owner@example.org", &["member"]).await;
        let dataset = airports(&owner).await;
        let path = format!("/api/v1{dataset}/imports?format=csv&strict={strict}");
        let importing = owner.fetch(Method::POST, &path, "text/csv", stuck(half.clone()));
        let cancelling = async {
            let begun = the_import(&owner, &dataset, |import| import["read"] != 0).await;
            assert_eq!(
                (&begun["state"], &begun["phase"]),
                (&json!("running"), &json!("reading"))
            );
            let path = format!("{dataset}/imports/{}/cancel", begun["id"].as_str().unwrap());
            owner.post(&path, Value::Null).await.expect(200)
        };
        let (answer, cancelled) = tokio::join!(importing, cancelling);
        assert_eq!(cancelled["state"], "cancelled", "{cancelled}");
        assert!(cancelled["finished_at"].is_string() && cancelled.get("phase").is_none());
        assert_eq!(
            answer.expect(200),
            cancelled,
            "whoever sent the file is told"
        );
        let [read, created, changed, unchanged, refused] = counts(&cancelled);
        let records = owner.get(&dataset).await.expect(200)["records"].clone();
        assert_eq!(records, created);
        if strict {
            assert_eq!(created, 0, "{cancelled}");
            let spool = server.app.config.server.data.join("spool");
            assert_eq!(std::fs::read_dir(spool).unwrap().count(), 0);
        } else {
            assert_eq!(created, 10_000, "{cancelled}");
            assert_eq!(read, created + changed + unchanged + refused);
        }
        let again = format!("{dataset}/imports/{}", cancelled["id"].as_str().unwrap());
        let asked_again = owner.post(&format!("{again}/cancel"), Value::Null).await;
        assert_eq!(asked_again.expect(200), cancelled);
        assert_eq!(server.count_in_book("upload_cancelled"), 1);
        assert_eq!(server.count_in_book("upload_fail"), 0);
        // Its dataset is free again, and what is left of the file goes in.
        let whole = import(&owner, &dataset, "format=csv", file.clone()).await;
        let whole = whole.expect(200);
        assert_eq!(counts(&whole)[3], created, "{whole}");
    }
}

#[tokio::test]
async fn a_strict_import_is_called_off_wholly_or_not_at_all() {
    let server = TestServer::with(|config| {
        config.limits.api_calls = Rate::parse("100000 / second").unwrap();
    })
    .await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let rows: String = (0..9_000).map(|n| format!("A{n:06},Field {n}\n")).collect();
    let file = format!("iata,name\n{rows}");
    let importing = import(&owner, &dataset, "format=csv&strict=true", file);
    let cancelling = async {
        let is_late = |import: &Value| import["phase"] == "writing" || import["state"] == "done";
        let accepted = the_import(&owner, &dataset, is_late).await;
        let path = format!(
            "{dataset}/imports/{}/cancel",
            accepted["id"].as_str().unwrap()
        );
        owner
            .post(&path, Value::Null)
            .await
            .problem(409, "conflict")
    };
    let (done, _) = tokio::join!(importing, cancelling);
    let done = done.expect(200);
    assert_eq!((&done["state"], counts(&done)[1]), (&json!("done"), 9_000));
}

#[tokio::test]
async fn only_a_running_import_of_ones_own_dataset_can_be_called_off() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let other = server.sign_up("other@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let foreign = airports(&other).await;
    let done = import(&owner, &dataset, "format=csv", AIRPORTS)
        .await
        .expect(200);
    let id = done["id"].as_str().unwrap();
    let cancel = async |client: &Client, dataset: &str| {
        let path = format!("{dataset}/imports/{id}/cancel");
        client.post(&path, Value::Null).await
    };
    cancel(&owner, &dataset).await.problem(409, "conflict");
    cancel(&other, &dataset).await.problem(404, "not_found");
    cancel(&other, &foreign).await.problem(404, "not_found");
    let share = json!({"email": "other@example.org", "level": "view"});
    owner
        .post(&format!("{dataset}/shares"), share)
        .await
        .expect(201);
    cancel(&other, &dataset).await.problem(403, "forbidden");
}

#[tokio::test]
async fn what_went_wrong_with_an_import_has_a_word_for_programs() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let bad = format!("{AIRPORTS}bad,,,,\n");
    let failed = import(&owner, &dataset, "format=csv&strict=true", bad).await;
    assert_eq!(failed.expect(200)["failure_code"], "rows_refused");
    server.advance(1);
    import(&owner, &dataset, "format=csv", "")
        .await
        .problem(422, "import_refused");
    let list = owner.get(&format!("{dataset}/imports")).await.expect(200);
    assert_eq!(
        list["items"][0]["failure_code"], "file_unreadable",
        "{list}"
    );
}

#[tokio::test]
async fn the_beginning_of_a_file_proposes_a_schema() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let path = "/datasets/preview?format=csv";
    let preview = owner
        .send(Method::POST, path, "text/csv", AIRPORTS.into())
        .await
        .expect(200);
    let kinds: Vec<_> = preview["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["type"])
        .collect();
    assert_eq!(kinds, ["text", "text", "text", "number", "date"]);
    assert_eq!(preview["key_candidates"][0], "iata");
    assert_eq!(preview["rows"][2]["name"], "Meadow, Lake");
    let empty = owner.send(Method::POST, path, "text/csv", Vec::new()).await;
    empty.problem(422, "import_refused");
}

#[tokio::test]
async fn an_export_is_a_file_that_spreadsheets_can_be_trusted_with() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let row = json!({"iata": "=1+1", "name": "a\"b,\r\n@c", "latitude": -5});
    fill(
        &owner,
        &dataset,
        [row.clone(), json!({"iata": "x", "name": "@SUM(A1)"})].into_iter(),
    )
    .await;
    let csv = export(&owner, &dataset, "csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        csv.header("content-disposition"),
        "attachment; filename=\"Airports.csv\""
    );
    assert_eq!(
        csv.text(),
        "iata,name,state,latitude,opened\r\n'=1+1,\"a\"\"b,\r\n@c\",,-5,\r\nx,'@SUM(A1),,,\r\n"
    );
    let list = export(&owner, &dataset, "json").await;
    assert_eq!(list.json()[0], row);
    assert_eq!(
        export(&owner, &dataset, "ndjson")
            .await
            .text()
            .lines()
            .count(),
        2
    );
    assert_eq!(server.count_in_book("sensitive_export"), 3);
}

#[tokio::test]
async fn an_empty_dataset_exports_as_an_empty_file_of_its_kind() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    assert_eq!(export(&owner, &dataset, "json").await.json(), json!([]));
    assert_eq!(
        export(&owner, &dataset, "csv").await.text(),
        "iata,name,state,latitude,opened\r\n"
    );
    assert_eq!(export(&owner, &dataset, "ndjson").await.text(), "");
}

#[tokio::test]
async fn a_long_file_goes_in_and_comes_out_in_chunks() {
    let server = TestServer::start().await;
    let owner = server.sign_up("owner@example.org", &["member"]).await;
    let dataset = airports(&owner).await;
    let rows = (0..20_000).map(|number| {
        json!({"iata": format!("A{number:06}"), "name": format!("Field {number} {}", "x".repeat(100))})
    });
    fill(&owner, &dataset, rows).await;
    assert_eq!(owner.get(&dataset).await.expect(200)["records"], 20_000);
    for format in ["csv", "json", "ndjson"] {
        let file = export(&owner, &dataset, format).await.body;
        let again = import(&owner, &dataset, &format!("format={format}"), file)
            .await
            .expect(200);
        assert_eq!(counts(&again), [20_000, 0, 0, 20_000, 0], "{format}");
    }
}

fn any_row() -> impl Strategy<Value = (String, Value)> {
    let key = "[a-zA-Z0-9='+@ é-]{0,8}[a-z]";
    let row = (
        proptest::option::of(".{1,12}"),
        proptest::option::of(-1e9..1e9f64),
    );
    (key, "[^\\x00]{1,12}", row).prop_map(|(key, name, (state, latitude))| {
        let row = json!({"iata": key, "name": name, "state": state, "latitude": latitude});
        (key, row)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// An import brings the dataset to what a map would hold, and each export brings another
    /// dataset to the same.
    #[test]
    fn imports_do_what_a_map_would_and_exports_come_back(
        files in proptest::collection::vec(proptest::collection::btree_map(any_row().prop_map(|(key, _)| key), any_row().prop_map(|(_, row)| row), 0..20), 1..3),
    ) {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let server = TestServer::start().await;
            let owner = server.sign_up("owner@example.org", &["member"]).await;
            let dataset = airports(&owner).await;
            let mut model = std::collections::BTreeMap::new();
            for file in files {
                let mut created = 0;
                let mut text = String::new();
                for (key, mut row) in file {
                    row["iata"] = key.clone().into();
                    text += &format!("{row}\n");
                    created += u64::from(model.insert(key, row).is_none());
                }
                let import = import(&owner, &dataset, "format=ndjson", text).await.expect(200);
                assert_eq!(import["created"], created, "{import}");
                assert_eq!(import["refused"], 0, "{import}");
            }
            let before = export(&owner, &dataset, "json").await.json();
            assert_eq!(before.as_array().unwrap().len(), model.len());
            for (number, format) in ["csv", "json", "ndjson"].into_iter().enumerate() {
                let file = export(&owner, &dataset, format).await.body;
                let other = server.sign_up(&format!("other{number}@example.org"), &["member"]).await;
                let copy = airports(&other).await;
                import(&other, &copy, &format!("format={format}&strict=true"), file).await.expect(200);
                assert_eq!(export(&other, &copy, "json").await.json(), before, "{format}");
            }
        });
    }
}
