//! The commands that somebody runs at the machine, without and with a server.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::process::{Home, PlayedVendor};

const PASSWORD: &str = "correct horse battery staple";

/// A fresh folder with a configuration that `init` has written.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        let machine = Self(tempfile::tempdir().unwrap());
        let (file, data) = (machine.path("config.toml"), machine.path("data"));
        let made = plain(&["init", &file, "--data", &data]).output().unwrap();
        assert!(made.status.success(), "{}", text(&made.stderr));
        machine
    }

    /// The same with a member, and a dataset of airports that is theirs.
    fn with_airports() -> Self {
        let machine = Self::new();
        machine.run(
            &["user", "add", "ada@example.org", "--role", "member"],
            PASSWORD,
        );
        let file = machine.path("airports.csv");
        std::fs::write(&file, "code,name\nLAX,Los Angeles\n").unwrap();
        machine.run(&["dataset", "create", "Airports", "--like", &file], "");
        machine
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// Runs a command with `input` and gives its JSON.
    fn run(&self, args: &[&str], input: &str) -> Value {
        let output = self.output(args, input);
        assert!(
            output.status.success(),
            "{args:?}: {}",
            text(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn output(&self, args: &[&str], input: &str) -> Output {
        let config = self.path("config.toml");
        let mut child = plain(args)
            .args(["--json", "--config", &config])
            .env("WEIGHBRIDGE_AUTH__ARGON2_MEMORY_KIB", "8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    }
}

fn plain(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_weighbridge"));
    command.env_clear().args(args);
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn accounts_can_be_managed_before_a_server_ever_ran() {
    let machine = Machine::new();
    let ada = [
        "user",
        "add",
        "ada@example.org",
        "--role",
        "admin",
        "--role",
        "member",
    ];
    machine.run(&ada, PASSWORD);
    machine.run(
        &["user", "add", "bob@example.org", "--role", "analyst"],
        PASSWORD,
    );
    machine.run(&["user", "disable", "BOB@example.org"], "");
    let users = machine.run(&["user", "list"], "");
    assert_eq!(users[0]["roles"], serde_json::json!(["admin", "member"]));
    assert_eq!(users[1]["disabled"], true);
    let refused = machine.output(&["user", "disable", "ada@example.org"], "");
    assert!(
        text(&refused.stderr).contains("nobody would be left"),
        "{refused:?}"
    );
    assert_eq!(refused.status.code(), Some(1));
}

/// A command at a terminal of its own, and somebody who sits at it.
struct Sitting {
    child: std::process::Child,
    keys: std::process::ChildStdin,
    screen: std::process::ChildStdout,
    seen: String,
}

impl Sitting {
    fn at(machine: &Machine, command: &str) -> Self {
        let (program, config) = (
            env!("CARGO_BIN_EXE_weighbridge"),
            machine.path("config.toml"),
        );
        let line = format!("{program} {command} --config {config}");
        let mut child = Command::new("script")
            .args(["--quiet", "--return", "--command", &line, "/dev/null"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("SHELL", "/bin/sh")
            .env("WEIGHBRIDGE_AUTH__ARGON2_MEMORY_KIB", "8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            keys: child.stdin.take().unwrap(),
            screen: child.stdout.take().unwrap(),
            child,
            seen: String::new(),
        }
    }

    /// Types `keys` once the screen shows `prompt`.
    fn answer(&mut self, prompt: &str, keys: &str) {
        let mut byte = [0];
        let before = self.seen.len();
        while !self.seen[before..].contains(prompt) {
            let read = self.screen.read(&mut byte).unwrap();
            assert_eq!(read, 1, "{prompt:?} was never asked: {}", self.seen);
            self.seen.push(char::from(byte[0]));
        }
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Everything that the screen showed, and how the command ended.
    fn end(mut self) -> (String, Option<i32>) {
        self.screen.read_to_string(&mut self.seen).unwrap();
        (self.seen, self.child.wait().unwrap().code())
    }
}

#[test]
fn at_a_terminal_a_password_is_asked_for_twice_and_never_shown() {
    let machine = Machine::new();
    let mut sitting = Sitting::at(&machine, "user add ada@example.org --role admin");
    sitting.answer("Password: ", &format!("{PASSWORD}\r"));
    sitting.answer("Password again: ", &format!("{PASSWORD}\r"));
    let (seen, code) = sitting.end();
    assert_eq!(code, Some(0), "{seen}");
    assert!(
        seen.contains("ada@example.org") && !seen.contains("correct"),
        "{seen}"
    );

    let mut slip = Sitting::at(&machine, "user password ada@example.org");
    slip.answer("Password: ", &format!("{PASSWORD}\r"));
    slip.answer("Password again: ", "something else\r");
    let (seen, code) = slip.end();
    assert!(seen.contains("differ"), "{seen}");
    assert_eq!(code, Some(1));
}

#[test]
fn whoever_presses_ctrl_c_at_the_prompt_changes_nothing() {
    let machine = Machine::new();
    let mut sitting = Sitting::at(&machine, "user add ada@example.org --role admin");
    sitting.answer("Password: ", "half\u{3}");
    let (seen, code) = sitting.end();
    assert!(seen.contains("nothing was changed"), "{seen}");
    assert_eq!(code, Some(1));
    assert!(!Path::new(&machine.path("data/store.redb")).exists());
}

#[test]
fn a_weak_password_is_refused_with_its_reason() {
    let machine = Machine::new();
    let output = machine.output(
        &["user", "add", "ada@example.org", "--role", "admin"],
        "short",
    );
    assert!(
        text(&output.stderr).contains("at least 15 characters"),
        "{output:?}"
    );
}

#[test]
fn the_book_can_be_read_and_its_first_key_named() {
    let machine = Machine::new();
    machine.run(
        &["user", "add", "ada@example.org", "--role", "admin"],
        PASSWORD,
    );
    let lines = machine.run(&["audit", "tail", "--code", "user_created"], "");
    assert_eq!(lines[0]["actor"]["app_name"], "weighbridge command line");
    let found = [
        "audit",
        "search",
        "user",
        "--code",
        "WB-USER-",
        "--outcome",
        "success",
        "--oldest",
    ];
    let found = machine.run(&found, "");
    assert!(found.as_array().unwrap().contains(&lines[0]), "{found}");
    let none = machine.run(&["audit", "search", "zebra"], "");
    assert_eq!(none, Value::Array(Vec::new()));
    let standing = machine.run(&["audit", "status"], "");
    assert!(standing["lines"].as_u64().unwrap() > 1, "{standing}");
    let key = machine.run(&["audit", "key"], "");
    assert_eq!(key["key"].as_str().unwrap().len(), 64);
    let checkpoint = machine.run(&["audit", "checkpoint"], "");
    assert!(checkpoint[0]["signature"].is_string());
}

#[test]
fn a_set_up_link_is_made_until_there_is_an_account() {
    let machine = Machine::new();
    let link = machine.run(&["setup-link"], "");
    assert!(link["url"].as_str().unwrap().contains("/setup#token="));
    machine.run(
        &["user", "add", "ada@example.org", "--role", "admin"],
        PASSWORD,
    );
    let refused = machine.output(&["setup-link"], "");
    assert!(text(&refused.stderr).contains("setup_done"), "{refused:?}");
}

#[test]
fn an_existing_file_is_not_written_over() {
    let machine = Machine::new();
    let file = machine.path("config.toml");
    let again = plain(&["init", &file]).output().unwrap();
    assert_eq!(again.status.code(), Some(1));
    assert!(
        text(&again.stderr).contains("is there already"),
        "{again:?}"
    );
    assert!(Path::new(&file).exists());
}

#[test]
fn the_file_that_config_names_is_the_one_that_is_written() {
    let machine = Machine::new();
    let (file, data) = (machine.path("other.toml"), machine.path("elsewhere"));
    let made = plain(&["init", "--config", &file, "--data", &data]).output();
    assert!(made.unwrap().status.success());
    assert!(Path::new(&file).exists() && Path::new(&data).exists());
}

#[test]
fn a_list_of_nothing_says_so_beside_the_output() {
    let machine = Machine::new();
    machine.run(
        &["user", "add", "ada@example.org", "--role", "member"],
        PASSWORD,
    );
    let config = machine.path("config.toml");
    let nothing = plain(&["dataset", "list", "--config", &config]).output();
    let nothing = nothing.unwrap();
    assert_eq!(text(&nothing.stdout), "");
    assert!(
        text(&nothing.stderr).contains("nothing to show"),
        "{nothing:?}"
    );
}

#[test]
fn the_only_user_need_not_be_named_and_among_several_none_is_guessed() {
    let machine = Machine::new();
    machine.run(&["setup-link"], "");
    let nobody = machine.output(&["dataset", "list"], "");
    assert!(text(&nobody.stderr).contains("no user yet"), "{nobody:?}");
    machine.run(
        &[
            "user",
            "add",
            "ada@example.org",
            "--role",
            "member",
            "--role",
            "admin",
        ],
        PASSWORD,
    );
    for list in [
        ["dataset", "list"],
        ["connection", "list"],
        ["sync", "list"],
        ["run", "list"],
    ] {
        machine.run(&list, "");
    }
    machine.run(
        &["user", "add", "bob@example.org", "--role", "member"],
        PASSWORD,
    );
    let several = machine.output(&["sync", "list"], "");
    assert!(
        text(&several.stderr).contains("--as: ada@example.org, bob@example.org"),
        "{several:?}"
    );
    let before = ["dataset", "--as", "bob@example.org", "list"];
    let after = ["dataset", "list", "--as", "bob@example.org"];
    assert_eq!(machine.run(&before, ""), machine.run(&after, ""));
}

#[test]
fn a_token_is_made_listed_and_revoked_at_the_machine() {
    let machine = Machine::new();
    machine.run(
        &["user", "add", "ada@example.org", "--role", "member"],
        PASSWORD,
    );
    let act = |args: &[&str]| {
        let args = [&["token"], args, &["--as", "ada@example.org"]].concat();
        machine.output(&args, "")
    };
    let made = act(&[
        "create",
        "nightly",
        "--scope",
        "dataset:read",
        "--days",
        "7",
    ]);
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    assert!(made["secret"].as_str().unwrap().starts_with("wb_"));
    let more = act(&["create", "nightly", "--scope", "user:manage"]);
    assert!(text(&more.stderr).contains("user:manage"));
    let list = act(&["list"]);
    let list: Value = serde_json::from_slice(&list.stdout).unwrap();
    assert_eq!(list[0]["state"], "active");
    assert!(act(&["revoke", "nightly"]).status.success());
    assert!(!act(&["revoke", "nightly"]).status.success());
    machine.run(&["user", "sign-out", "ada@example.org"], "");
}

#[test]
fn a_dataset_is_shared_and_taken_away_at_the_machine() {
    let machine = Machine::new();
    for (email, role) in [
        ("ada@example.org", "member"),
        ("bob@example.org", "analyst"),
    ] {
        machine.run(&["user", "add", email, "--role", role], PASSWORD);
    }
    let file = machine.path("airports.csv");
    std::fs::write(&file, "code,name\nLAX,Los Angeles\n").unwrap();
    let dataset = |args: &[&str], by: &str| {
        let line = [&["dataset"], args, &["--as", by]].concat();
        machine.output(&line, "")
    };
    let shown = |args: &[&str], by: &str| -> Value {
        let output = dataset(args, by);
        assert!(
            output.status.success(),
            "{args:?}: {}",
            text(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap_or_default()
    };
    let (ada, bob) = ("ada@example.org", "bob@example.org");
    shown(&["create", "Airports", "--like", &file], ada);
    let made = shown(&["share", "Airports", "BOB@example.org"], ada);
    assert_eq!(made[0]["level"], "view", "{made}");
    let more = shown(&["share", "Airports", bob, "--level", "edit"], ada);
    assert_eq!(more[0]["level"], "edit", "{more}");
    let seen = shown(&["list"], bob);
    assert_eq!(seen[0]["shared_by"], ada, "{seen}");
    let shares = shown(&["shares", "Airports"], ada);
    assert_eq!(shares[0]["email"], bob, "{shares}");
    shown(&["unshare", "airports", bob], ada);
    assert_eq!(shown(&["list"], bob), serde_json::json!([]));
    let again = dataset(&["unshare", "Airports", bob], ada);
    assert!(
        text(&again.stderr).contains("not shared with bob"),
        "{again:?}"
    );
    shown(&["share", "Airports", bob], ada);
    shown(&["leave", "Airports"], bob);
    assert_eq!(shown(&["shares", "Airports"], ada), serde_json::json!([]));
}

#[test]
fn secret_addresses_are_drawn_replaced_and_revoked_at_the_machine() {
    let machine = Machine::with_airports();
    let made = machine.run(
        &[
            "inlet",
            "create",
            "Till",
            "--dataset",
            "airports",
            "--signed",
        ],
        "",
    );
    assert_eq!(made["inlet"]["signing"], "required", "{made}");
    let path = made["path"].as_str().unwrap();
    assert!(path.starts_with("/in/"), "{path}");
    let other = machine.run(&["inlet", "rotate", "till"], "");
    assert_ne!(other["path"], made["path"]);
    let list = machine.run(&["inlet", "list"], "");
    assert_eq!(list[0]["id"], made["inlet"]["id"], "{list}");
    assert!(!list.to_string().contains(path), "a secret is listed");
    assert!(
        machine
            .output(&["inlet", "revoke", "Till"], "")
            .status
            .success()
    );
    let gone = machine.output(&["inlet", "revoke", "Till"], "");
    assert!(
        text(&gone.stderr).contains("no inlet is called"),
        "{gone:?}"
    );
    assert_eq!(machine.run(&["inlet", "list"], ""), serde_json::json!([]));
}

#[test]
fn hooks_are_added_shown_and_removed_at_the_machine_and_their_addresses_are_no_arguments() {
    let machine = Machine::with_airports();
    let add = |event: &str, address: &str| {
        let line = [
            "hook", "add", "airports", "--event", event, "--name", "Orders",
        ];
        machine.run(&line, address)
    };
    let address = "https://hooks.example/standard/1/CANARY";
    let made = add("created", address);
    assert!(made["signing_key"].as_str().unwrap().starts_with("whsec_"));
    let list = machine.output(&["hook", "list"], "");
    assert!(text(&list.stdout).contains("hooks.example"), "{list:?}");
    assert!(
        !text(&list.stdout).contains("CANARY"),
        "the address is listed"
    );
    let shown = machine.run(&["hook", "show", "ORDERS"], "");
    assert_eq!(
        (&shown["id"], &shown["state"]),
        (&made["id"], &"active".into())
    );
    // Names need not be unique: none is guessed.
    let other = add("deleted", address);
    let unclear = machine.output(&["hook", "remove", "Orders"], "");
    assert!(
        text(&unclear.stderr).contains("2 hooks are called"),
        "{unclear:?}"
    );
    let id = other["id"].as_str().unwrap();
    assert!(machine.output(&["hook", "remove", id], "").status.success());
    assert!(
        machine
            .output(&["hook", "remove", "hooks.example"], "")
            .status
            .success()
    );
    let gone = machine.output(&["hook", "show", "Orders"], "");
    assert!(text(&gone.stderr).contains("no hook is called"), "{gone:?}");
    assert!(
        !machine
            .output(
                &["hook", "add", "airports", "--event", "created"],
                "https://10.0.0.1/"
            )
            .status
            .success()
    );
}

#[test]
fn dead_letters_of_a_hook_are_sent_again_or_discarded_at_the_machine() {
    let machine = Machine::with_airports();
    let line = ["hook", "add", "airports", "--event", "created"];
    machine.run(&line, "https://hooks.example/1");
    let letters = |more: &[&str]| {
        let line = [&["hook", "dead-letters", "hooks.example"], more].concat();
        machine.output(&line, "")
    };
    let none = letters(&["--discard-all"]);
    assert_eq!(text(&none.stdout).trim(), "[]", "{none:?}");
    for act in ["--resend", "--discard"] {
        let unknown = letters(&[act, "L/X"]);
        assert!(!unknown.status.success());
        assert!(text(&unknown.stderr).contains("dead letter"), "{unknown:?}");
    }
}

#[test]
fn records_are_picked_and_exported_at_the_machine() {
    let machine = Machine::new();
    let add = ["user", "add", "ada@example.org", "--role", "member"];
    machine.run(&add, PASSWORD);
    let file = machine.path("airports.csv");
    std::fs::write(
        &file,
        "code,name\nLAX,Los Angeles\nSFO,San Francisco\nLGB,Long Beach\n",
    )
    .unwrap();
    let dataset = |args: &[&str]| {
        let line = [&["dataset"], args].concat();
        let output = machine.output(&line, "");
        assert!(
            output.status.success(),
            "{args:?}: {}",
            text(&output.stderr)
        );
        text(&output.stdout)
    };
    let shown = |args: &[&str]| -> Value { serde_json::from_str(&dataset(args)).unwrap() };
    dataset(&["create", "Airports", "--like", &file]);
    dataset(&["import", "Airports", &file]);
    let picked = shown(&["select", "Airports", "--add", "LAX", "--add", "XXX"]);
    assert_eq!(picked["records"], 1, "{picked}");
    assert_eq!(picked["missing"][0], "XXX", "{picked}");
    let found = shown(&["select", "Airports", "--matching", "code ^= L"]);
    assert_eq!(found["records"], 2, "{found}");
    let exported = dataset(&["export-selected", "Airports"]);
    assert_eq!(
        exported,
        "code,name\r\nLAX,Los Angeles\r\nLGB,Long Beach\r\n"
    );
    let fewer = shown(&["select", "Airports", "--remove", "LAX"]);
    assert_eq!(fewer["removed"], 1, "{fewer}");
    let none = shown(&["select", "Airports", "--clear"]);
    assert_eq!(none["records"], 0, "{none}");
}

/// The document used to be asked of the appliance in the data folder, which a newer version may
/// have left.
#[test]
fn the_document_of_the_api_is_printed_without_touching_any_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let printed = plain(&["openapi"])
        .env("WEIGHBRIDGE_SERVER__DATA", &data)
        .output()
        .unwrap();
    let published = include_bytes!("../../openapi/weighbridge.json");
    assert!(printed.stdout == published, "{}", text(&printed.stderr));
    assert!(!data.exists());
}

/// A command with its JSON, at an appliance whose vendor is played.
fn at_home(home: &Home, args: &[&str], input: &str) -> Output {
    let mut command = home.command(args);
    command.arg("--json").stdin(Stdio::piped());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn a_sync_is_made_shown_changed_run_and_deleted_at_the_machine() {
    let folder = tempfile::tempdir().unwrap();
    let vendor = PlayedVendor::start(folder.path());
    let home = Home::new(folder.path())
        .set("SANDBOX__URL", &vendor.url)
        .set("AIRTABLE__REQUESTS_PER_SECOND", "0");
    let done = |args: &[&str], input: &str| -> String {
        let output = at_home(&home, args, input);
        let told = text(&output.stderr);
        assert!(output.status.success(), "{args:?}: {told}");
        text(&output.stdout)
    };
    let shown = |args: &[&str]| -> Value { serde_json::from_str(&done(args, "")).unwrap() };
    let add = ["user", "add", "ada@example.org", "--role", "member"];
    done(&add, PASSWORD);
    let file = folder.path().join("airports.csv");
    let rows = "iata,name,city,state,country\nK0001,One,A,CA,USA\nK0002,Two,B,TX,USA\n";
    std::fs::write(&file, rows).unwrap();
    let file = file.to_str().unwrap();
    done(&["dataset", "create", "Airports", "--like", file], "");
    done(&["dataset", "import", "Airports", file], "");
    let token = "patTESTtesttestte.0123456789abcdef";
    done(&["connection", "add", "Practice", "--sandbox"], token);
    let ends = [
        "--dataset",
        "Airports",
        "--connection",
        "Practice",
        "--base",
        "Sandbox",
    ];
    let rules = [
        "--table",
        "Airports",
        "--direction",
        "two-way",
        "--filter",
        "state = CA",
    ];
    let create = ["sync", "create", "--name", "Both"];
    let made = shown(&[&create[..], &ends, &rules].concat());
    let read = shown(&["sync", "show", "both"]);
    assert_eq!(
        (&read["id"], &read["scope"]["filter"]),
        (&made["id"], &"state = CA".into())
    );
    let run = shown(&["sync", "run", "Both", "--follow"]);
    assert_eq!(run["counts"]["created"], 1, "{run}");
    let id = run["id"].as_str().unwrap();
    let outcomes = shown(&["run", "outcomes", id]);
    assert_eq!(
        (&outcomes[0]["key"], &outcomes[0]["state"]),
        (&"K0001".into(), &"created".into())
    );
    let held = shown(&["run", "outcomes", id, "--state", "held"]);
    assert_eq!(held, serde_json::json!([]));
    let change = ["sync", "change", "Both"];
    let told = at_home(&home, &change, "");
    assert_eq!(told.status.code(), Some(2), "{told:?}");
    let more = [
        "--all",
        "--drift",
        "apply",
        "--deletes",
        "delete",
        "--approve-always",
        "false",
        "--priority",
        "high",
    ];
    let changed = shown(&[&change[..], &more].concat());
    assert_eq!(changed["scope"]["kind"], "all", "{changed}");
    assert_eq!(
        (&read["priority"], &changed["priority"]),
        (&"normal".into(), &"high".into())
    );
    assert_eq!(
        (&changed["drift"], &changed["name"]),
        (&"apply".into(), &"Both".into())
    );
    let (before, after) = (&read["deletes"], &changed["deletes"]);
    assert_eq!(after["policy"], "delete", "{changed}");
    assert_eq!(after["most_records"], before["most_records"], "{changed}");
    let run = shown(&["sync", "run", "Both", "--follow"]);
    let counts = &run["counts"];
    assert_eq!(
        (&counts["created"], &counts["unchanged"]),
        (&1.into(), &1.into()),
        "{run}"
    );
    done(&["sync", "delete", "Both"], "");
    assert_eq!(shown(&["sync", "list"]), serde_json::json!([]));
    let gone = at_home(&home, &["sync", "show", "Both"], "");
    assert!(text(&gone.stderr).contains("no sync is called"), "{gone:?}");
}

#[test]
fn sites_and_their_keys_are_made_listed_and_deleted_at_the_machine() {
    let machine = Machine::with_airports();
    let site = |args: &[&str]| machine.run(&[&["site"], args].concat(), "");
    let made = site(&[
        "create",
        "Shop",
        "--domain",
        "shop.example",
        "--currency",
        "EUR",
        "--time-zone",
        "Europe/Berlin",
    ]);
    assert_eq!(site(&["show", "shop"]), made);
    assert_eq!(site(&["list"])[0], made);
    let public = site(&[
        "key",
        "create",
        "Shop",
        "Pages",
        "--origin",
        "https://shop.example",
    ]);
    assert_eq!(public["kind"], "public", "{public}");
    let secret = site(&["key", "create", "Shop", "Till"]);
    let text_of = secret["key"].as_str().unwrap();
    assert!(text_of.starts_with("wbs_"), "{secret}");
    let list = site(&["key", "list", "Shop"]);
    assert_eq!(list[0]["key"], public["key"], "{list}");
    assert!(!list.to_string().contains(text_of), "a secret is listed");
    let past = machine.path("past.csv");
    let rows =
        "name,id,at,visitor\nlead,1,2025-01-02T03:04:05Z,ada\nlead,,2025-01-02T03:04:05Z,bob\n";
    std::fs::write(&past, rows).unwrap();
    let brought = site(&["import", "Shop", &past]);
    assert_eq!(
        (&brought["accepted"], &brought["faults"][0]["line"]),
        (&1.into(), &3.into())
    );
    assert_eq!(
        site(&["rebuild", "Shop"]),
        serde_json::json!({"days": 1, "differed": 0})
    );
    assert_eq!(site(&["now", "Shop"])["visitors_5_minutes"], 0);
    let by = ["--by", "source", "--metrics", "visits"];
    let picked = ["--filter", "page is /", "--sort", "-visits"];
    let told = site(&[&["report", "Shop"], &by[..], &picked[..]].concat());
    assert_eq!(told["totals"], serde_json::json!({"visits": 0}));
    let file = machine.path("report.csv");
    let report = [
        "site",
        "report",
        "Shop",
        "--metrics",
        "visits",
        "--output",
        &file,
    ];
    assert!(machine.output(&report, "").status.success());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "visits\r\n0\r\n");
    let kept = machine.output(&report, "");
    assert!(text(&kept.stderr).contains("is there already"), "{kept:?}");
    let forced = [&report[..], &["--force", "--format", "json"]].concat();
    assert!(machine.output(&forced, "").status.success());
    assert!(std::fs::read_to_string(&file).unwrap().starts_with('{'));
    let by = ["--by", "source", "--figure", "revenue"];
    let divided = site(&[&["attribution", "Shop"], &by[..]].concat());
    assert_eq!(divided["conversions"], 0, "{divided}");
    let bad = machine.output(&["site", "report", "Shop", "--filter", "page"], "");
    assert!(text(&bad.stderr).contains("is no filter"), "{bad:?}");
    let event = ["--event", "lead", "--value", "25"];
    let goal = site(&[&["goal", "add", "Shop", "Asked"], &event[..]].concat());
    assert_eq!(goal[0]["value"], "25.00", "{goal}");
    assert_eq!(site(&["goal", "list", "Shop"]), goal);
    let figures = site(&["goal", "figures", "Shop"]);
    let reached = &figures["goals"][0]["reached"];
    assert_eq!(reached["assigned_value"], "0.00", "{figures}");
    let vague = machine.output(&["site", "goal", "add", "Shop", "All"], "");
    assert!(text(&vague.stderr).contains("--event"), "{vague:?}");
    for args in [
        &["site", "goal", "remove", "Shop", "asked"][..],
        &["site", "key", "delete", "Shop", "till"],
        &["site", "delete", "Shop"],
    ] {
        assert!(machine.output(args, "").status.success(), "{args:?}");
    }
    let gone = machine.output(&["site", "show", "Shop"], "");
    assert!(text(&gone.stderr).contains("no site is called"), "{gone:?}");
}
