//! `weighbridge doctor` as somebody runs it who wonders what is wrong.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::process::{Home, PlayedVendor};

/// What the doctor says, and its exit code.
fn ask(home: &Home, more: &[&str]) -> (Value, i32) {
    let args = [&["doctor", "--json"], more].concat();
    let output = home.run(&args);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tree = serde_json::from_str(&text);
    let tree = tree.unwrap_or_else(|_| panic!("{text}{}", String::from_utf8_lossy(&output.stderr)));
    (tree, output.status.code().unwrap())
}

/// The check under these names, one below the other.
fn check<'a>(tree: &'a Value, path: &[&str]) -> &'a Value {
    path.iter().fold(tree, |at, name| {
        let checks = at["checks"].as_array().unwrap();
        let found = checks.iter().find(|check| check["name"] == *name);
        found.unwrap_or_else(|| panic!("no {name} in {tree:#}"))
    })
}

fn verdict<'a>(tree: &'a Value, path: &[&str]) -> &'a str {
    check(tree, path)["verdict"].as_str().unwrap()
}

/// Every file below a folder with what it holds.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(content(&path));
        } else {
            found.insert(
                path.display().to_string(),
                fs::read(&path).unwrap_or_default(),
            );
        }
    }
    found
}

/// An appliance that has run and was stopped in order.
async fn has_run() -> (TempDir, Home) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    server.set_up(&home).await;
    assert!(server.stop().await.success());
    (folder, home)
}

#[test]
fn before_the_first_start_all_is_well_and_nothing_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let (tree, code) = ask(&home, &["--deep"]);
    assert_eq!(code, 0, "{tree:#}");
    for path in [
        &["Store"][..],
        &["Audit log"],
        &["Files", "master key"],
        &["Server"],
    ] {
        assert_eq!(verdict(&tree, path), "not_checked", "{tree:#}");
    }
    assert_eq!(verdict(&tree, &["Disk", "room"]), "ok", "{tree:#}");
    assert!(!home.data.exists());
}

#[test]
fn every_fault_of_the_configuration_is_listed_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path())
        .set("STORE__CACHE_MIB", "0")
        .set("AUDIT__SEGMENT_MIB", "many");
    let (tree, code) = ask(&home, &[]);
    assert_eq!(code, 78);
    let faults = check(&tree, &["Configuration"])["checks"].to_string();
    for key in ["store.cache_mib", "audit.segment_mib"] {
        assert!(faults.contains(key), "{faults}");
    }
}

#[tokio::test]
async fn a_stopped_appliance_is_looked_at_without_a_byte_of_it_changing() {
    let (_folder, home) = has_run().await;
    let before = content(&home.data);
    let (tree, code) = ask(&home, &["--deep"]);
    assert_eq!(code, 0, "{tree:#}");
    for path in [
        &["Store"][..],
        &["Audit log"],
        &["Files", "master key"],
        &["Files", "audit key"],
        &["Disk", "durable writes"],
        &["Ports", "listen"],
        &["Clock", "time"],
    ] {
        assert_eq!(verdict(&tree, path), "ok", "{path:?}: {tree:#}");
    }
    assert_eq!(content(&home.data), before);
    let told = home.run(&["doctor"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("✔ Store"), "{told}");
}

#[tokio::test]
async fn a_running_server_is_asked_and_after_a_kill_the_store_is_said_to_need_repair() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::new(folder.path());
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let (tree, code) = ask(&home, &[]);
    assert_eq!(code, 0, "{tree:#}");
    let detail = |path: &[&str]| check(&tree, path)["detail"].as_str().unwrap().to_owned();
    assert!(detail(&["Store"]).contains("running server"), "{tree:#}");
    assert!(detail(&["Server"]).contains("is ready"), "{tree:#}");
    assert_eq!(detail(&["Connections"]), "there are none");
    server.kill();
    let (tree, code) = ask(&home, &[]);
    assert_eq!(
        (code, verdict(&tree, &["Store"])),
        (0, "warning"),
        "{tree:#}"
    );
    assert_eq!(verdict(&tree, &["Server"]), "not_checked");
}

#[tokio::test]
async fn each_thing_that_is_broken_is_found_where_it_is() {
    type Break = fn(&Path);
    let rows: [(&[&str], Break); 6] = [
        (&["Files", "master key"], |data| {
            fs::remove_file(data.join("master.key")).unwrap();
        }),
        (&["Files", "master key"], |data| {
            let open = fs::Permissions::from_mode(0o644);
            fs::set_permissions(data.join("master.key"), open).unwrap();
        }),
        (&["Files", "audit key"], |data| {
            fs::remove_file(data.join("audit.key")).unwrap();
        }),
        (&["Files", "data folder"], |data| {
            fs::set_permissions(data, fs::Permissions::from_mode(0o777)).unwrap();
        }),
        (&["Store"], |data| {
            fs::write(data.join("store.redb"), "this is no store").unwrap();
        }),
        (&["Audit log"], |data| {
            let folder = fs::read_dir(data.join("audit")).unwrap();
            let mut files: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
            files.retain(|path| path.extension().is_some_and(|kind| kind == "ndjson"));
            let newest = files.iter().max().unwrap();
            let text = fs::read_to_string(newest).unwrap();
            fs::write(newest, text.replacen("Weighbridge", "Weighbridgd", 1)).unwrap();
        }),
    ];
    for (path, break_it) in rows {
        let (_folder, home) = has_run().await;
        break_it(&home.data);
        let (tree, code) = ask(&home, &[]);
        assert_eq!(
            (verdict(&tree, path), code),
            ("failed", 1),
            "{path:?}: {tree:#}"
        );
        let told = check(&tree, path);
        assert!(told["detail"].as_str().is_some_and(|text| !text.is_empty()));
    }
}

#[tokio::test]
async fn a_port_that_somebody_else_has_and_a_bad_pair_are_found_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let bad = folder.path().join("bad.pem");
    fs::write(&bad, "no certificate").unwrap();
    let home = Home::new(folder.path())
        .set("SERVER__LISTEN", &taken.local_addr().unwrap().to_string())
        .set("TLS__ENABLED", "true")
        .set("TLS__CERTIFICATE", bad.to_str().unwrap())
        .set("TLS__KEY", bad.to_str().unwrap());
    let (tree, code) = ask(&home, &[]);
    assert_eq!(code, 1, "{tree:#}");
    assert_eq!(verdict(&tree, &["Ports", "listen"]), "failed", "{tree:#}");
    assert_eq!(verdict(&tree, &["TLS"]), "failed", "{tree:#}");
}

#[tokio::test]
async fn a_connection_whose_token_is_refused_is_named_with_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let vendor = PlayedVendor::start(folder.path());
    let home = Home::new(folder.path()).set("SANDBOX__URL", &vendor.url);
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let connection = json!({
        "provider": "airtable", "name": "Base", "endpoint": "sandbox",
        "token": "patTESTtesttestte.0123456789abcdef",
    });
    server.post("/connections", connection).await.expect(201);
    let (tree, code) = ask(&home, &["--connections"]);
    assert_eq!(code, 0, "{tree:#}");
    assert_eq!(
        check(&tree, &["Connections", "status"])["detail"],
        "1 active"
    );
    vendor.refuse_tokens().await;
    assert!(server.stop().await.success());
    let (tree, code) = ask(&home, &["--connections"]);
    assert_eq!(code, 1, "{tree:#}");
    let group = check(&tree, &["Connections"]);
    let named = group["checks"][1]["name"].as_str().unwrap();
    assert!(named.starts_with("Base of "), "{tree:#}");
}

const STEPS: [&str; 8] = [
    "dns",
    "tcp",
    "tls",
    "http",
    "clock",
    "credential",
    "scopes",
    "quota",
];

#[tokio::test]
async fn the_way_outward_is_gone_step_by_step_and_only_when_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let vendor = PlayedVendor::start(folder.path());
    let home = Home::new(folder.path()).set("SANDBOX__URL", &vendor.url);
    let mut server = home.serve().await;
    server.set_up(&home).await;
    let token = "patTESTtesttestte.0123456789abcdef";
    for name in ["Base", "Other"] {
        let connection = json!({
            "provider": "airtable", "name": name, "endpoint": "sandbox", "token": token,
        });
        server.post("/connections", connection).await.expect(201);
    }
    let (tree, _) = ask(&home, &[]);
    let names = |tree: &Value| -> Vec<String> {
        let checks = tree["checks"].as_array().unwrap().iter();
        checks
            .map(|check| check["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert!(!names(&tree).contains(&"Outward".to_owned()), "{tree:#}");
    let (tree, code) = ask(&home, &["--outward"]);
    assert_eq!(code, 0, "{tree:#}");
    let outward = check(&tree, &["Outward"]);
    assert_eq!(names(outward).len(), 2, "{tree:#}");
    let own = &outward["checks"][0];
    assert_eq!(names(own), STEPS, "{tree:#}");
    for step in ["tcp", "http", "clock", "credential", "quota"] {
        assert_eq!(verdict(own, &[step]), "ok", "{step}: {tree:#}");
    }
    // It is called by its address, and without encryption; and a pasted token has no scopes.
    for step in ["dns", "tls", "scopes"] {
        assert_eq!(verdict(own, &[step]), "not_checked", "{step}: {tree:#}");
    }
    assert!(!tree.to_string().contains("0123456789abcdef"), "{tree:#}");
    // The one that was refused is found, and with a server that is down no less.
    vendor.refuse_tokens().await;
    assert!(server.stop().await.success());
    let (tree, code) = ask(&home, &["--outward=Base"]);
    assert_eq!(code, 1, "{tree:#}");
    let outward = check(&tree, &["Outward"]);
    assert_eq!(names(outward).len(), 1, "{tree:#}");
    assert_eq!(verdict(&outward["checks"][0], &["credential"]), "failed");
    assert_eq!(verdict(&outward["checks"][0], &["http"]), "ok");
    let (tree, code) = ask(&home, &["--outward=Nobody"]);
    assert_eq!(
        (code, verdict(&tree, &["Outward"])),
        (1, "failed"),
        "{tree:#}"
    );
    // And a vendor that is gone breaks the way at its first step.
    drop(vendor);
    let (tree, code) = ask(&home, &["--outward=Base"]);
    assert_eq!(code, 1, "{tree:#}");
    let own = &check(&tree, &["Outward"])["checks"][0];
    assert_eq!(verdict(own, &["tcp"]), "failed", "{tree:#}");
    for step in ["http", "clock", "credential"] {
        assert_eq!(verdict(own, &[step]), "not_checked", "{step}: {tree:#}");
    }
}
