//! A store of an earlier schema: it opens with all that is in it, and goes back as it came.
//!
//! The fixture is the data folder of the last version with schema 1, and what its own commands said
//! of it; `fixtures/schema-1/make.sh` tells how it was made.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use redb::{ReadableDatabase as _, ReadableTable as _};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::PASSWORD;
use crate::support::process::{Home, PlayedVendor, Session};

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

/// A key and what stands under it.
type Pair = (Vec<u8>, Vec<u8>);

/// Everything that neither time nor a start changes.
const TABLES: [&str; 20] = [
    "user",
    "user.email",
    "sign_in",
    "sign_in.failed_at",
    "data_key",
    "access_key",
    "connection",
    "connection.name",
    "dataset",
    "dataset.name",
    "record",
    "record.updated",
    "sync",
    "sync.name",
    "run",
    "run.sync",
    "outcome",
    "link",
    "dead_letter",
    "counters",
];

/// The appliance of the fixture, unpacked.
struct Old {
    folder: TempDir,
    home: Home,
}

impl Old {
    fn unpack() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixture = "tests/it/fixtures/schema-1/appliance.tar.gz";
        let fixture = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(fixture);
        // Whatever the date is: what has ended stays.
        let home = Home::new(folder.path()).set("SYNC__KEEP_ENDED", "30000 days");
        let unpacked = Command::new("tar")
            .args(["-xzf", fixture.to_str().unwrap(), "-C"])
            .arg(folder.path())
            .status();
        assert!(unpacked.unwrap().success());
        Self { folder, home }
    }

    /// What the old version's command said.
    fn said(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join("said").join(name)).unwrap()
    }

    /// What this version's command says.
    fn says(&self, args: &[&str]) -> String {
        let output = self.home.run(args);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{args:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Fails unless this version's commands say of everything what the old one's said.
    fn assert_same(&self) {
        assert_eq!(
            read(&self.says(&["user", "list", "--json"])),
            read(&self.said("users.json"))
        );
        for who in [ADA, BOB] {
            for what in ["dataset", "connection", "sync", "run"] {
                let says = self.says(&[what, "list", "--as", who, "--json"]);
                let said = read(&self.said(&format!("{what}.{who}.json")));
                // The list of runs once was an object around its items.
                let said = said.get("items").unwrap_or(&said);
                assert_all_of(said, &read(&says), &format!("{what} of {who}"));
            }
            let export = [
                "dataset", "export", "Airports", "--as", who, "--format", "ndjson",
            ];
            assert_eq!(
                self.says(&export),
                self.said(&format!("records.{who}.ndjson"))
            );
        }
    }

    /// Every pair of what nothing changes by itself, as it lies in the store's file.
    fn rows(&self) -> BTreeMap<&'static str, Vec<Pair>> {
        let copy = self.folder.path().join("copy.redb");
        fs::copy(self.home.data.join("store.redb"), &copy).unwrap();
        let database = redb::Database::open(copy).unwrap();
        let moment = database.begin_read().unwrap();
        let pairs = |name| {
            let table: redb::TableDefinition<'_, &[u8], &[u8]> = redb::TableDefinition::new(name);
            let Ok(table) = moment.open_table(table) else {
                return Vec::new();
            };
            let pairs = table.iter().unwrap().map(Result::unwrap);
            pairs
                .map(|(key, value)| (key.value().to_vec(), value.value().to_vec()))
                .collect()
        };
        TABLES.into_iter().map(|name| (name, pairs(name))).collect()
    }

    /// The schema, as the doctor sees it.
    fn schema(&self) -> String {
        let tree = read(&String::from_utf8(self.home.run(&["doctor", "--json"]).stdout).unwrap());
        let checks = tree["checks"].as_array().unwrap();
        let store = checks
            .iter()
            .find(|check| check["name"] == "Store")
            .unwrap();
        store["detail"].as_str().unwrap().to_owned()
    }

    /// From which schema to which the book says that the store went, in order.
    fn migrations(&self) -> Vec<(u64, u64)> {
        let lines = self.home.book();
        let told = lines
            .iter()
            .filter(|line| line["metadata"]["event_code"] == "WB-SYS-008");
        let told = told.map(|line| {
            let counts = &line["unmapped"]["counts"];
            let of = |name: &str| counts[name].as_u64().unwrap_or_else(|| panic!("{line}"));
            (of("schema_before"), of("schema"))
        });
        told.collect()
    }
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| panic!("{text}"))
}

/// Every member that was said is said still; a later version may say more.
fn assert_all_of(said: &Value, says: &Value, place: &str) {
    match (said, says) {
        (Value::Object(said), Value::Object(says)) => {
            for (name, value) in said {
                let now = says.get(name).unwrap_or(&Value::Null);
                assert_all_of(value, now, &format!("{place}.{name}"));
            }
        }
        (Value::Array(said), Value::Array(says)) => {
            assert_eq!(said.len(), says.len(), "{place}");
            for (at, (said, says)) in said.iter().zip(says).enumerate() {
                assert_all_of(said, says, &format!("{place}[{at}]"));
            }
        }
        _ => assert_eq!(said, says, "{place}"),
    }
}

#[test]
fn a_store_of_schema_1_opens_with_all_that_was_in_it_and_goes_back_as_it_came() {
    let old = Old::unpack();
    assert!(
        old.schema()
            .contains("schema 1; the next start brings it to 2"),
        "{}",
        old.schema()
    );
    let before = old.rows();
    assert!(before["sign_in"].len() >= 40, "there is nothing to migrate");
    old.assert_same();
    assert!(old.schema().ends_with("schema 2"), "{}", old.schema());
    let migrated = old.rows();
    // The forty who were guessed at, and Ada.
    assert_eq!(migrated["sign_in.failed_at"].len(), 41);
    assert_eq!(old.migrations(), [(1, 2)]);
    old.says(&["store", "migrate", "--to", "1"]);
    assert!(old.schema().contains("schema 1"), "{}", old.schema());
    assert_eq!(old.migrations(), [(1, 2), (2, 1)]);
    assert_eq!(old.rows(), before);
    let again = old.says(&["store", "migrate", "--to", "1"]);
    assert!(again.contains("already"), "{again}");
    old.home.verify(&old.home.data.join("audit"));
    old.assert_same();
    assert_eq!(old.migrations(), [(1, 2), (2, 1), (1, 2)]);
    old.home.verify(&old.home.data.join("audit"));
}

#[tokio::test]
async fn people_sign_in_and_credentials_open_after_the_upgrade() {
    let mut old = Old::unpack();
    let vendor = PlayedVendor::start(old.folder.path());
    old.home = old.home.clone().set("SANDBOX__URL", &vendor.url);
    let server = old.home.serve().await;
    for who in [ADA, BOB] {
        let body = json!({"email": who, "password": PASSWORD});
        let answer = server.post("/auth/login", body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let server = &server;
        let session = Session::of(&answer);
        let list = server
            .fetch(
                &session,
                (poem::http::Method::GET, "/api/v1/connections"),
                ("", Vec::new()),
            )
            .await
            .unwrap()
            .expect(200);
        let id = list["items"][0]["id"].as_str().unwrap();
        let path = format!("/api/v1/connections/{id}/test");
        let tested = server
            .fetch(
                &session,
                (poem::http::Method::POST, &path),
                ("application/json", b"{}".to_vec()),
            )
            .await
            .unwrap()
            .expect(200);
        assert_eq!(tested["ok"], true, "{tested}");
    }
    let refused = old.home.run(&["store", "migrate", "--to", "1"]);
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && told.contains("in use"),
        "{told}"
    );
    assert!(server.stop().await.success());
    old.home.verify(&old.home.data.join("audit"));
}

#[test]
fn a_schema_that_no_version_has_and_a_store_that_is_not_there_are_refused() {
    let old = Old::unpack();
    for (to, told) in [("0", "no schema 0"), ("3", "no schema 3")] {
        let refused = old.home.run(&["store", "migrate", "--to", to]);
        let text = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && text.contains(told), "{text}");
    }
    let nowhere = tempfile::tempdir().unwrap();
    let home = Home::new(nowhere.path());
    let refused = home.run(&["store", "migrate", "--to", "1"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(!home.data.exists());
}

/// A kill at every fdatasync of the way down, until one run gets through: each leaves one schema or
/// the other, from which the next command goes on.
#[test]
fn a_kill_on_the_way_leaves_one_side_or_the_other() {
    let old = Old::unpack();
    old.says(&["user", "list"]);
    let trace = old.folder.path().join("trace");
    let mut seen = BTreeSet::new();
    let mut killed = 0;
    for at in 1.. {
        let kill = format!("inject=fdatasync:signal=KILL:when={at}");
        let binary = env!("CARGO_BIN_EXE_weighbridge");
        let plain = old.home.command(&["store", "migrate", "--to", "1"]);
        let mut command = Command::new("strace");
        let strace = [
            "-f",
            "-qq",
            "-o",
            trace.to_str().unwrap(),
            "-e",
            "trace=fdatasync",
        ];
        command
            .args(strace)
            .args(["-e", &kill, binary])
            .args(plain.get_args());
        command.env_clear();
        for (name, value) in plain.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        let ended = command.output().unwrap();
        if ended.status.success() {
            break;
        }
        killed += 1;
        assert!(at < 200, "{}", String::from_utf8_lossy(&ended.stderr));
        // Opening it brings it up again, wherever it was.
        let before = old.migrations().len();
        old.says(&["user", "list"]);
        seen.insert(old.migrations().len() - before);
    }
    assert!(killed > 3, "{killed}");
    assert!(seen.len() > 1, "no kill came after the step: {seen:?}");
    assert!(old.schema().contains("schema 1"), "{}", old.schema());
    old.assert_same();
    old.home.verify(&old.home.data.join("audit"));
}
