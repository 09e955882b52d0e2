//! The configuration as an operator meets it.

use std::process::{Command, Output};

fn weighbridge(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .args(args)
        .env_clear()
        .output()
        .unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn checking_a_faulty_file_names_every_fault_and_ends_with_78() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    std::fs::write(&file, "[server]\nlisen = 1\n[log]\nkeep = 0\n").unwrap();
    let path = file.to_str().unwrap();
    let output = weighbridge(&["config", "check", "--config", path]);
    assert_eq!(output.status.code(), Some(78));
    let expected = format!(
        "{path}:2:1: server.lisen is not known; did you mean server.listen?\n\
         {path}:4:1: log.keep must be a whole number from 1 to 3650; it is 0\n"
    );
    assert_eq!(told(&output), expected);
}

#[test]
fn checking_a_good_file_ends_with_0_and_says_what_should_be_known() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("c.toml");
    std::fs::write(&file, "[sentry]\ndsn = 'https://CANARY@sentry.example/1'\n").unwrap();
    let output = weighbridge(&["config", "check", "--json", "-c", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
    let view: serde_json::Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(view["warnings"].as_array().unwrap().len(), 2);
    assert!(!printed(&output).contains("CANARY"));
}

#[test]
fn showing_masks_secrets_and_names_the_sources() {
    let output = Command::new(env!("CARGO_BIN_EXE_weighbridge"))
        .args(["config", "show"])
        .env_clear()
        .env("SENTRY_DSN", "CANARY")
        .env("WEIGHBRIDGE_STORE__CACHE_MIB", "64")
        .output()
        .unwrap();
    let page = printed(&output);
    assert!(page.contains("cache_mib = 64  # environment variable WEIGHBRIDGE_STORE__CACHE_MIB"));
    assert!(page.contains("dsn = \"[secret]\"  # environment variable SENTRY_DSN"));
    assert!(!page.contains("CANARY"));
}

#[test]
fn the_reference_the_manual_and_the_completions_are_printed() {
    for (args, expected) in [
        (&["config", "reference"][..], "### `trusted_proxies`"),
        (&["man"], ".TH weighbridge"),
        (&["completions", "bash"], "_weighbridge"),
    ] {
        let page = printed(&weighbridge(args));
        assert!(page.contains(expected), "{args:?}: {page}");
    }
}

#[test]
fn a_word_that_is_no_command_ends_with_2() {
    assert_eq!(weighbridge(&["weigh"]).status.code(), Some(2));
}

#[test]
fn the_handbooks_page_is_the_reference_that_the_program_prints() {
    let page = include_str!("../../assets/handbook/configuration.md");
    assert!(
        page == weighbridge::config::reference(),
        "write it again: weighbridge config reference > assets/handbook/configuration.md"
    );
}
