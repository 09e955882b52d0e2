//! Writes about the keys: the reference, the values in force, and a file to begin with.

use std::fmt::Write;

use super::load::defaults;
use super::reader::Entry;

/// What is to be known of all keys.
const PREAMBLE: &str = include_str!("reference.md");

/// The reference of every key, in Markdown.
pub fn reference() -> String {
    let (_, sections, entries) = defaults();
    let mut page = PREAMBLE.to_owned();
    for (section, about) in sections {
        // Writing to a text cannot fail; `write!` says so only by its type.
        let _infallible = write!(page, "\n## `[{section}]`\n\n{about}\n");
        for entry in entries.iter().filter(|entry| entry.section == section) {
            page.push_str(&described(entry));
        }
    }
    page
}

fn described(entry: &Entry) -> String {
    let default = if entry.default.is_empty() {
        "not set".to_owned()
    } else {
        format!("`{}`", entry.default)
    };
    let variables: Vec<String> = entry.variables.iter().map(|v| format!("`{v}`")).collect();
    format!(
        "\n### `{}`\n\n{}\n\n- Default: {default}\n- Value: {}\n- Environment: {}\n",
        entry.name,
        entry.doc,
        entry.expects,
        variables.join(", ")
    )
}

/// The values in force, as a file would set them, each with where it comes from.
pub fn show<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> String {
    let mut page = String::new();
    let mut section = "";
    for entry in entries {
        if entry.section != section {
            let gap = if section.is_empty() { "" } else { "\n" };
            section = entry.section;
            let _infallible = writeln!(page, "{gap}[{section}]");
        }
        let _infallible = if entry.value.is_empty() {
            writeln!(page, "# {} is not set", entry.name)
        } else {
            writeln!(page, "{} = {}  # {}", entry.name, entry.value, entry.source)
        };
    }
    page
}

/// A file that sets nothing and shows every key with its default, to begin with.
pub fn template() -> String {
    let (_, sections, entries) = defaults();
    let mut page =
        "# Weighbridge's configuration. What is commented out is the default.\n".to_owned();
    for (section, about) in sections {
        let _infallible = write!(page, "\n# {about}\n[{section}]\n");
        for entry in entries.iter().filter(|entry| entry.section == section) {
            let _infallible = write!(
                page,
                "# {}\n# {} = {}\n",
                entry.doc, entry.name, entry.default
            );
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Environment};
    use super::*;

    #[test]
    fn the_reference_names_every_key_with_its_default_and_its_variable() {
        let page = reference();
        for expected in [
            "## `[server]`",
            "### `listen`",
            "- Default: `\"0.0.0.0:8443\"`",
            "- Environment: `WEIGHBRIDGE_SENTRY__DSN`, `SENTRY_DSN`",
            "- Value: a whole number from 1 to 500",
        ] {
            assert!(page.contains(expected), "{expected} is not in\n{page}");
        }
    }

    #[test]
    fn what_is_shown_can_be_loaded_again_to_the_same_effect() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("shown.toml");
        let nothing = Environment::default();
        let first = Config::load(None, &nothing).unwrap();
        std::fs::write(&file, show(&first.entries)).unwrap();
        let again = Config::load(Some(&file), &nothing).unwrap();
        assert_eq!(format!("{:?}", again.config), format!("{:?}", first.config));
    }

    #[test]
    fn the_template_sets_nothing_and_each_default_in_it_is_valid() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let nothing = Environment::default();
        std::fs::write(&file, template()).unwrap();
        let commented = Config::load(Some(&file), &nothing).unwrap();
        assert!(
            commented
                .entries
                .iter()
                .all(|entry| entry.source == super::super::Source::Default)
        );
        assert_eq!(commented.warnings, []);
    }
}
