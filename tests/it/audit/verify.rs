//! `weighbridge audit verify`, as an auditor runs it on a copy of the folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use weighbridge::audit::{Code, Event, first_key};
use weighbridge::base::{Actor, Clock};

use super::open;

/// A closed log of some lines beside the checkpoint that was taken of it.
fn log(folder: &Path) -> PathBuf {
    let (log, clock) = (open(folder).unwrap(), Clock::system());
    for n in 0..30 {
        let event = Event::new(Code::RecordsRead, &Actor::system()).count("records", n);
        log.append(&event.build(&clock)).unwrap();
    }
    log.close().unwrap();
    let checkpoint = serde_json::to_vec(&log.checkpoint()).unwrap();
    fs::write(folder.join("checkpoint.json"), checkpoint).unwrap();
    folder.join("audit")
}

fn verify(audit: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .args(["audit", "verify"])
        .arg(audit)
        .args(more)
        .env_clear()
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn only_segment(audit: &Path) -> PathBuf {
    fs::read_dir(audit).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_log_that_was_not_altered_holds() {
    let folder = tempfile::tempdir().unwrap();
    let audit = log(folder.path());
    let key = first_key(&audit).unwrap().unwrap().to_string();
    let checkpoint = folder.path().join("checkpoint.json");
    let more = [
        "--strict",
        "--first-key",
        &key,
        "--checkpoint",
        checkpoint.to_str().unwrap(),
    ];
    let output = verify(&audit, &more);
    assert!(output.status.success(), "{}", said(&output));
    assert!(
        said(&output).starts_with("The audit log holds."),
        "{}",
        said(&output)
    );
}

#[test]
fn an_altered_line_is_named_and_the_exit_code_tells() {
    let folder = tempfile::tempdir().unwrap();
    let audit = log(folder.path());
    let segment = only_segment(&audit);
    let altered = fs::read_to_string(&segment).unwrap();
    let altered = altered.replace("\"counts\":{\"records\":7}", "\"counts\":{\"records\":8}");
    fs::write(&segment, altered).unwrap();
    let output = verify(&audit, &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // The first line opens the segment, the second counts no record, the third one.
    assert_eq!(report["findings"][0]["line"], 9, "{report}");
}

#[test]
fn a_cut_tail_shows_against_the_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let audit = log(folder.path());
    let segment = only_segment(&audit);
    let whole = fs::read_to_string(&segment).unwrap();
    let cut: String = whole.split_inclusive('\n').take(20).collect();
    fs::write(&segment, cut).unwrap();
    let blind = verify(&audit, &[]);
    assert!(blind.status.success());
    assert!(said(&blind).contains("No checkpoint kept elsewhere was given"));
    let checkpoint = folder.path().join("checkpoint.json");
    let output = verify(&audit, &["--checkpoint", checkpoint.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said(&output).contains("its tail was cut off"),
        "{}",
        said(&output)
    );
}
