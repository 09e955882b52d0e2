//! What a newcomer meets at the command line: nothing is made by looking, nothing is done unseen,
//! and what is wrong is said where it is.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use poem::http::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::PASSWORD;
use crate::support::process::{Home, PlayedVendor, Served, until};

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The binary in the folder `cwd`, with nothing set.
fn bare(cwd: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.args(args).env_clear().current_dir(cwd);
    command
}

/// Runs a command with `input` and gives what came of it.
fn fed(mut command: Command, input: &str) -> Output {
    use std::io::Write as _;
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut keys = child.stdin.take().unwrap();
    keys.write_all(input.as_bytes()).unwrap();
    drop(keys);
    child.wait_with_output().unwrap()
}

/// An appliance on which no server runs, with these users.
fn home(users: &[(&str, &str)]) -> (TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    for (email, role) in users {
        let made = fed(
            home.command(&["user", "add", email, "--role", role]),
            PASSWORD,
        );
        assert!(made.status.success(), "{}", said(&made.stderr));
    }
    (folder, home)
}

/// Looking for something in the wrong folder made an appliance there, keys and all.
#[test]
fn a_command_that_looks_makes_no_appliance() {
    let (_folder, home) = home(&[]);
    for args in [
        &["user", "list"][..],
        &["dataset", "list"],
        &["run", "list"],
        &["audit", "tail"],
        &["limits"],
        &["user", "disable", "ada@example.org"],
    ] {
        let output = home.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let told = said(&output.stderr);
        assert!(
            told.contains("there is no appliance in"),
            "{args:?}: {told}"
        );
        assert!(!home.data.exists(), "{args:?}");
    }
}

/// An auditor's `dataset create` was carried out: whoever sat at the machine could do everything
/// in anybody's name.
#[test]
fn acting_for_somebody_is_acting_as_far_as_they_may() {
    let auditor = "aud@example.org";
    let (folder, home) = home(&[("ada@example.org", "member"), (auditor, "auditor")]);
    let file = folder.path().join("airports.csv");
    fs::write(&file, "code,name\nLAX,Los Angeles\n").unwrap();
    let like = file.to_str().unwrap();
    let create = |by: &str| home.run(&["dataset", "create", "A", "--like", like, "--as", by]);
    let refused = create(auditor);
    assert_eq!(refused.status.code(), Some(1));
    let told = said(&refused.stderr);
    assert!(
        told.contains("aud@example.org may not do this") && told.contains("dataset:write"),
        "{told}"
    );
    assert!(create("ada@example.org").status.success());
    let listed = home.run(&["audit", "search", "--code", "WB-USER-", "--json"]);
    let lines: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let words = lines.to_string();
    assert!(
        !words.contains("\"users_read\""),
        "nobody has read the users: {words}"
    );
}

/// Whoever asked for the list of users in passing carried out what a crash had left open, and the
/// vendor was written to.
#[tokio::test]
async fn only_what_starts_or_follows_a_job_carries_jobs_out() {
    let folder = tempfile::tempdir().unwrap();
    let vendor = PlayedVendor::start(folder.path());
    let home = Home::new(folder.path()).set("SANDBOX__URL", &vendor.url);
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let sync = sync_of_three(&server).await;
    vendor.slow_down().await;
    let run = server
        .post(&format!("/syncs/{sync}/runs"), json!(null))
        .await
        .expect(202);
    let path = format!("/runs/{}", run["id"].as_str().unwrap());
    until("the run is under way", async || {
        let run = server.get(&path).await.expect(200);
        (run["state"] == "running").then_some(())
    })
    .await;
    server.kill();
    vendor.heal().await;
    let looked = home.run(&["user", "list"]);
    assert!(looked.status.success());
    let told = said(&looked.stderr);
    assert!(
        told.contains("1 job was left open; it goes on when the server starts"),
        "{told}"
    );
    let runs = home.run(&["run", "list", "--json"]);
    let runs: Value = serde_json::from_slice(&runs.stdout).unwrap();
    assert!(runs[0]["finished_at"].is_null(), "{runs}");
    let id = runs[0]["id"].as_str().unwrap();
    let followed = home.run(&["run", "follow", id, "--json"]);
    assert!(followed.status.success(), "{}", said(&followed.stderr));
    let run: Value = serde_json::from_slice(&followed.stdout).unwrap();
    assert_eq!(run["counts"]["read"], 3, "{run}");
    let looked = home.run(&["user", "list"]);
    assert_eq!(said(&looked.stderr), "");
}

/// A sync of three airports to the sandbox.
async fn sync_of_three(server: &Served) -> String {
    let id = |made: Value| made["id"].as_str().unwrap().to_owned();
    let field = |name: &str| json!({"name": name, "type": "text"});
    let dataset = json!({
        "name": "Airports", "key_field": "iata", "fields": [field("iata"), field("name")],
    });
    let dataset = id(server.post("/datasets", dataset).await.expect(201));
    for key in ["K1", "K2", "K3"] {
        let path = format!("/datasets/{dataset}/records/{key}");
        let record = json!({"name": key});
        server.call(Method::PUT, &path, &record).await.expect(200);
    }
    let connection = json!({
        "provider": "airtable", "name": "Sandbox", "endpoint": "sandbox",
        "token": "patTESTtesttestte.0123456789abcdef",
    });
    let connection = id(server.post("/connections", connection).await.expect(201));
    let mut sync = json!({
        "dataset_id": dataset, "connection_id": connection,
        "base_id": "appSandboxDemo001", "table_id": "tblAirportsDemo01",
    });
    let proposal = server
        .post("/syncs/proposal", sync.clone())
        .await
        .expect(200);
    let pairs = proposal["mapping"].as_array().unwrap().iter();
    let pairs = pairs
        .map(|pair| json!({"field": pair["field"], "remote_field_id": pair["remote_field_id"]}));
    sync["mapping"] = pairs.collect();
    sync["remote_key_field_id"] = proposal["remote_key_field_id"].clone();
    sync["name"] = "Airports".into();
    id(server.post("/syncs", sync).await.expect(201))
}

/// A relative data folder was another one in each folder that the command ran in.
#[test]
fn a_relative_data_folder_lies_beside_its_file_wherever_the_command_runs() {
    let above = tempfile::tempdir().unwrap();
    let beside = above.path().join("conf");
    fs::create_dir(&beside).unwrap();
    let init = |cwd: &Path, args: &[&str]| {
        let made = bare(cwd, args).output().unwrap();
        assert!(made.status.success(), "{}", said(&made.stderr));
        said(&made.stdout)
    };
    let told = init(&beside, &["init", "c.toml", "--data", "data"]);
    assert!(told.contains("made data"), "{told}");
    let file = beside.join("c.toml");
    let add = [
        "user",
        "add",
        "a@example.org",
        "--role",
        "admin",
        "--config",
    ];
    let args = [&add[..], &[file.to_str().unwrap()]].concat();
    let mut add = bare(above.path(), &args);
    add.env("WEIGHBRIDGE_AUTH__ARGON2_MEMORY_KIB", "8");
    assert!(fed(add, PASSWORD).status.success());
    assert!(beside.join("data/store.redb").exists());
    assert!(!above.path().join("data").exists());
    // An argument means what the shell means: the file, elsewhere, has to say so.
    let told = init(above.path(), &["init", "conf/d.toml", "--data", "other"]);
    assert!(told.contains("made other"), "{told}");
    let text = fs::read_to_string(beside.join("d.toml")).unwrap();
    let data = fs::canonicalize(above.path().join("other")).unwrap();
    assert!(
        text.contains(&format!("data = {:?}", data.to_str().unwrap())),
        "{text}"
    );
    let told = init(above.path(), &["init", "e.toml", "--data", "other"]);
    assert!(told.contains("a folder that was there"), "{told}");
}

#[test]
fn what_would_be_passed_over_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    for (args, expected) in [
        (
            &["init", "--config", "c.toml", "d.toml"][..],
            "c.toml and d.toml",
        ),
        (&["demo", "--config", "nope.toml"], "takes no configuration"),
        (&["sandbox", "--listen", &taken], &taken),
        (&["sandbox", "--bases", "nope.json"], "nope.json"),
    ] {
        let output = bare(folder.path(), args).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let told = said(&output.stderr);
        assert!(told.contains(expected), "{args:?}: {told}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// The folder above the log's cried tampering, with the exit code of tampering.
#[test]
fn a_folder_without_a_log_is_no_altered_log() {
    let (folder, home) = home(&[("ada@example.org", "admin")]);
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let data = home.data.to_str().unwrap();
    let audit = home.data.join("audit");
    for (args, code, expected) in [
        (&["audit", "verify"][..], 0, ""),
        (&["audit", "verify", data], 3, "did you mean"),
        (
            &["audit", "verify", empty.to_str().unwrap()],
            3,
            "no log files",
        ),
        (
            &["audit", "verify", "/nowhere/at/all"],
            3,
            "/nowhere/at/all",
        ),
        (
            &["audit", "verify", "--checkpoint", "/nowhere"],
            3,
            "/nowhere",
        ),
    ] {
        let output = home.run(args);
        let told = said(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {told}");
        assert!(told.contains(expected), "{args:?}: {told}");
    }
    for entry in fs::read_dir(&audit).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    // Beside its keys, a log that is gone was taken away.
    let emptied = home.run(&["audit", "verify", "--json"]);
    assert_eq!(emptied.status.code(), Some(1));
    assert_eq!(said(&emptied.stderr), "", "one object is enough");
    let report: Value = serde_json::from_slice(&emptied.stdout).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn programs_get_json_of_everything_that_is_no_document() {
    let (folder, home) = home(&[("ada@example.org", "member")]);
    let json = |args: &[&str]| -> Value {
        let output = home.run(&[args, &["--json"]].concat());
        let (out, told) = (said(&output.stdout), said(&output.stderr));
        serde_json::from_str(&out).unwrap_or_else(|_| panic!("{args:?}: {out}{told}"))
    };
    assert_eq!(json(&["audit", "key"])["key"].as_str().unwrap().len(), 64);
    let codes = json(&["audit", "codes"]);
    assert!(
        codes
            .as_array()
            .unwrap()
            .iter()
            .any(|one| one["code"] == "WB-AUTH-002")
    );
    for list in [
        &["user", "list"][..],
        &["dataset", "list"],
        &["sync", "list"],
        &["run", "list"],
        &["limits"],
        &["token", "list"],
        &["audit", "tail"],
    ] {
        assert!(json(list).is_array(), "{list:?}");
    }
    let shown = json(&["config", "show"]);
    let listen = shown
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["key"] == "server.listen");
    assert_eq!(listen.unwrap()["value"], "127.0.0.1:0");
    let file = folder.path().join("bad.toml");
    fs::write(&file, "[server]\nlisen = 1\n[log]\nkeep = 0\n").unwrap();
    let path = file.to_str().unwrap();
    let checked = bare(folder.path(), &["config", "check", "--json", "-c", path])
        .output()
        .unwrap();
    let faults: Value = serde_json::from_slice(&checked.stderr).unwrap();
    assert_eq!(faults["faults"].as_array().unwrap().len(), 2, "{faults}");
}

#[test]
fn people_read_the_book_in_sentences() {
    let (_folder, home) = home(&[("ada@example.org", "member")]);
    let found = home.run(&[
        "audit",
        "search",
        "--code",
        "WB-USER-",
        "--from",
        "2026-01-01",
    ]);
    let told = said(&found.stdout);
    assert!(
        told.contains("WB-USER-") && told.contains("by operator"),
        "{told}"
    );
    assert!(!told.contains('{'), "{told}");
    let cut = home.run(&["audit", "search", "--lines", "1"]);
    assert!(
        said(&cut.stderr).contains("stopped after 1"),
        "{}",
        said(&cut.stderr)
    );
    for (args, expected) in [
        (&["--object-type", "datasets"][..], "connection, dataset"),
        (
            &["--from", "2026-02-01", "--to", "2026-01-01"],
            "must lie after",
        ),
    ] {
        let refused = home.run(&[&["audit", "search"], args].concat());
        assert_eq!(refused.status.code(), Some(1), "{args:?}");
        let told = said(&refused.stderr);
        assert!(told.contains(expected), "{args:?}: {told}");
    }
}

/// A certificate that cannot be read ended `serve` with 1 and named no key, and was called good
/// by `config check`.
#[test]
fn a_certificate_that_cannot_be_used_is_a_fault_of_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.pem");
    fs::write(&bad, "no certificate").unwrap();
    let home = Home::new(folder.path())
        .set("TLS__ENABLED", "true")
        .set("TLS__CERTIFICATE", bad.to_str().unwrap())
        .set("TLS__KEY", bad.to_str().unwrap());
    for args in [&["config", "check"][..], &["serve"]] {
        let output = home.run(args);
        let told = said(&output.stderr);
        assert_eq!(output.status.code(), Some(78), "{args:?}: {told}");
        assert!(
            told.contains("tls.") && told.contains("bad.pem"),
            "{args:?}: {told}"
        );
    }
}

/// The doctor found a master key well that was another appliance's, and `serve` did not say which
/// file it meant.
#[test]
fn a_foreign_master_key_is_found_and_both_files_are_named() {
    let (_other, other) = home(&[("bob@example.org", "admin")]);
    let (_folder, home) = home(&[("ada@example.org", "admin")]);
    let key = home.data.join("master.key");
    fs::copy(other.data.join("master.key"), &key).unwrap();
    let audit_key = home.data.join("audit.key");
    let (key, audit_key) = (key.to_str().unwrap(), audit_key.to_str().unwrap());
    for args in [&["doctor"][..], &["serve"], &["user", "list"]] {
        let output = home.run(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let told = said(&output.stdout) + &said(&output.stderr);
        for expected in [key, audit_key, "belong together"] {
            assert!(
                told.contains(expected),
                "{args:?}: {expected} is not in {told}"
            );
        }
    }
}

/// The file kept a link that was void.
#[tokio::test]
async fn the_file_with_the_set_up_link_holds_the_one_that_is_good_or_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    let file = home.data.join("setup-link");
    let before = fs::read_to_string(&file).unwrap();
    let made = home.run(&["setup-link", "--json"]);
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let after = fs::read_to_string(&file).unwrap();
    assert_ne!(before, after);
    let token = |text: &str| text.trim().rsplit("token=").next().unwrap().to_owned();
    assert_eq!(token(&after), token(made["url"].as_str().unwrap()));
    server.set_up(&home).await;
    assert!(!file.exists());
    let late = home.run(&["setup-link"]);
    let told = said(&late.stderr);
    assert!(
        told.starts_with("The appliance is set up already."),
        "{told}"
    );
}

/// With its log in files, a first start said "Error reading the log directory", and neither where
/// it listens nor where the way in is.
#[tokio::test]
async fn a_start_with_its_log_in_files_says_what_must_be_known_and_keeps_it_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let logs = folder.path().join("logs");
    let home = Home::new(folder.path()).set("LOG__FOLDER", logs.to_str().unwrap());
    let starting = home.start_under(&[]);
    let told = until("it says where it listens", async || {
        let told = home.said();
        told.contains("listens on").then_some(told)
    })
    .await;
    starting.kill();
    assert!(told.contains("The set-up link is in"), "{told}");
    assert!(!told.contains("Error"), "{told}");
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(logs.clone()), 0o700);
    let file = fs::read_dir(&logs).unwrap().next().unwrap().unwrap();
    assert_eq!(mode(file.path()), 0o600);
}

/// A folder that belongs to somebody else was blamed on the socket.
#[test]
fn a_folder_that_cannot_be_written_to_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "no folder").unwrap();
    let home = Home::new(folder.path()).set(
        "SERVER__DATA",
        folder.path().join("file/data").to_str().unwrap(),
    );
    let output = home.run(&["serve"]);
    assert_eq!(output.status.code(), Some(1));
    let told = said(&output.stderr);
    assert!(
        told.contains("the data folder") && told.contains("file/data"),
        "{told}"
    );
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let binary = env!("CARGO_BIN_EXE_weighbridge");
    let line = format!("{binary} openapi | head -c 10; exit ${{PIPESTATUS[0]}}");
    let output = Command::new("bash").args(["-c", &line]).output().unwrap();
    assert_eq!(
        (said(&output.stderr).as_str(), output.status.code()),
        ("", Some(0))
    );
}

/// Without `--key`, the field that was taken was not named; a name in another case was no field.
#[test]
fn a_dataset_like_a_file_says_what_was_decided() {
    let (folder, home) = home(&[("ada@example.org", "member")]);
    let file = folder.path().join("shops.csv");
    fs::write(&file, "Shop ID,Name\n1,A\n1,B\n,C\n").unwrap();
    let like = file.to_str().unwrap();
    let create = |name: &str, more: &[&str]| {
        home.run(&[&["dataset", "create", name, "--like", like], more].concat())
    };
    let taken = create("Shops", &[]);
    let told = said(&taken.stderr);
    assert!(told.contains("told apart by \"Name\""), "{told}");
    let named = create("Again", &["--key", "shop id"]);
    assert!(
        said(&named.stdout).contains("key field Shop ID"),
        "{}",
        said(&named.stderr)
    );
    assert_eq!(said(&named.stderr), "");
    let none = create("None", &["--key", "Shop"]);
    let told = said(&none.stderr);
    assert!(told.contains("it has Shop ID, Name"), "{told}");
}
