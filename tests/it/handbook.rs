//! What the handbook says of the tests is true.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use weighbridge::audit::OBJECT_TYPES;

use crate::support::PASSWORD;
use crate::support::process::PlayedVendor;

const PAGE: &str = include_str!("../../assets/handbook/security.md");
const SCRIPT: &str = include_str!("../security.sh");

#[test]
fn every_test_and_tool_of_the_table_of_requirements_exists_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = BTreeMap::new();
    for folder in ["src", "tests/it"] {
        gather(&root.join(folder), &mut tests);
    }
    let (_, table) = PAGE.split_once("| required | attacked by |").unwrap();
    let rows: Vec<&str> = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert!(rows.len() > 30, "{} rows", rows.len());
    for row in rows {
        let names: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "nothing attacks {row}");
        for name in names {
            let times = tests.get(name).copied().unwrap_or_default();
            let is_tool = SCRIPT.contains(&format!("\ntool {name} "));
            assert!(
                times == 1 || (times == 0 && is_tool),
                "{name} is {times} tests, and no tool: {row}"
            );
        }
    }
}

/// Counts the functions of each name that stand below a `#[test]`.
fn gather(folder: &Path, tests: &mut BTreeMap<String, usize>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, tests);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let marked = text
                .split("#[test]")
                .flat_map(|part| part.split("#[tokio::test"));
            for part in marked.skip(1) {
                let head = part.split_once("fn ").map(|(_, rest)| rest);
                let name = head.and_then(|rest| rest.split('(').next());
                *tests
                    .entry(name.unwrap_or_default().to_owned())
                    .or_default() += 1;
            }
        }
    }
}

/// Several of its commands failed when somebody typed them.
#[test]
fn the_way_from_nothing_to_a_first_run_can_be_gone_as_it_stands_on_the_page() {
    let page = include_str!("../../assets/handbook/command-line.md");
    let (_, section) = page.split_once("## From nothing to a first run").unwrap();
    let blocks: Vec<&str> = section.split("```").skip(1).step_by(2).collect();
    assert_eq!(blocks[0].trim(), "weighbridge sandbox");
    let folder = tempfile::tempdir().unwrap();
    let vendor = PlayedVendor::start(folder.path());
    let rows = "iata,name,city\nLAX,Los Angeles,Los Angeles\nORD,O'Hare,Chicago\n";
    fs::write(folder.path().join("airports.csv"), rows).unwrap();
    let mut variables = BTreeMap::new();
    let mut commands = 0;
    for line in blocks[1].lines().filter(|line| !line.is_empty()) {
        if let Some(exports) = line.strip_prefix("export ") {
            let pairs = exports.split(' ').map(|pair| pair.split_once('=').unwrap());
            variables.extend(pairs);
            // The port that the page names is somebody else's while tests run.
            let usual = variables.insert("WEIGHBRIDGE_SANDBOX__URL", &vendor.url);
            assert_eq!(usual, Some("http://127.0.0.1:9400"));
            continue;
        }
        let words: Vec<&str> = line.split(' ').collect();
        assert_eq!(words[0], "weighbridge", "{line}");
        let secret = match words[1] {
            "user" => PASSWORD,
            "connection" => "patTESTtesttestte.0123456789abcdef",
            _ => "",
        };
        let mut child = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
            .args(&words[1..])
            .current_dir(folder.path())
            .env_clear()
            .envs(&variables)
            .env("WEIGHBRIDGE_AUTH__ARGON2_MEMORY_KIB", "8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut keys = child.stdin.take().unwrap();
        keys.write_all(secret.as_bytes()).unwrap();
        drop(keys);
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{line}: {told}");
        commands += 1;
    }
    assert!(commands > 7, "{commands} commands were run");
}

#[test]
fn every_kind_of_object_in_the_book_is_in_the_list_that_a_search_offers() {
    let mut named = BTreeSet::new();
    kinds(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut named,
    );
    let offered: BTreeSet<String> = OBJECT_TYPES.into_iter().map(str::to_owned).collect();
    assert_eq!(named, offered);
}

/// Gathers the first arguments of `.entity("…", …)` and `.resource("…", …)`.
fn kinds(folder: &Path, named: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            kinds(&path, named);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for call in [".entity(", ".resource("] {
                let arguments = text.split(call).skip(1).map(str::trim_start);
                let literal = arguments.filter_map(|rest| rest.strip_prefix('"'));
                named.extend(literal.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
            }
        }
    }
}
