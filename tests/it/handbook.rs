//! What the handbook says of the tests is true.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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
