//! Fields whose cells name something else by its id or address: records, pages, people, files.
//!
//! Here they are lists of texts. The types are told by the vendors' own words for them, of which no
//! two vendors share one.

use uuid::Uuid;

use super::RemoteField;
use crate::fields::Value;

impl RemoteField {
    /// Whether its cells name records, pages or people: a text that is no id is none of them,
    /// whatever the field is called.
    pub fn refers(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "multipleRecordLinks"
                | "singleCollaborator"
                | "multipleCollaborators"
                | "people"
                | "relation"
        )
    }

    /// Whether its cells hold files, which are given by their addresses.
    pub fn holds_files(&self) -> bool {
        matches!(self.kind.as_str(), "files" | "multipleAttachments")
    }
}

/// Whether a text is an address at which a provider could fetch a file.
pub(super) fn is_address(text: &str) -> bool {
    let rest = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty()) && !text.contains(char::is_whitespace)
}

/// What a file is called that lies at an address: the last part of its path.
pub(super) fn file_name(address: &str) -> Option<&str> {
    let path = address.split(['?', '#']).next()?;
    let (_, after) = path.split_once("://")?;
    let (_, name) = after.split_once('/')?;
    name.rsplit('/').next().filter(|name| !name.is_empty())
}

/// A value as a field of this type keeps it: where the order of a list means nothing, in one order;
/// ids that can be spelt in several ways in one.
pub fn kept(kind: &str, value: Value) -> Value {
    match (kind, value) {
        ("people" | "relation", Value::Choices(ids)) => {
            in_order(ids.into_iter().map(|id| dashed(&id).unwrap_or(id)))
        }
        ("people" | "relation", Value::Text(id)) => Value::Text(dashed(&id).unwrap_or(id)),
        ("multipleCollaborators", Value::Choices(people)) => in_order(people),
        (_, value) => value,
    }
}

fn in_order(texts: impl IntoIterator<Item = String>) -> Value {
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort_unstable();
    texts.dedup();
    Value::Choices(texts)
}

/// An id of Notion's as it spells them; people copy them without dashes out of addresses.
pub(super) fn dashed(id: &str) -> Option<String> {
    Uuid::try_parse(id).ok().map(|id| id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(texts: &[&str]) -> Value {
        Value::choices(texts.iter().map(|text| (*text).to_owned())).unwrap()
    }

    #[test]
    fn people_and_related_pages_are_the_same_in_any_order_and_spelling() {
        const A: &str = "0a0b0c0d-0000-4000-8000-000000000001";
        const B: &str = "f0000000-0000-4000-8000-000000000002";
        let spelt = list(&[B, "0A0B0C0D000040008000000000000001"]);
        for kind in ["people", "relation"] {
            assert_eq!(kept(kind, spelt.clone()), list(&[A, B]));
            let twice = list(&["0a0b0c0d000040008000000000000001", A]);
            assert_eq!(kept(kind, twice), list(&[A]));
        }
        let team = list(&["usrB", "usrA"]);
        assert_eq!(kept("multipleCollaborators", team), list(&["usrA", "usrB"]));
    }

    #[test]
    fn a_file_is_called_like_the_end_of_its_address() {
        for (address, name) in [
            ("https://example.org/a/plan.pdf?v=1#p", Some("plan.pdf")),
            ("https://example.org/", None),
            ("https://example.org", None),
        ] {
            assert!(is_address(address), "{address}");
            assert_eq!(file_name(address), name, "{address}");
        }
        for text in [
            "plan.pdf",
            "https://",
            "ftp://example.org/a",
            "https://a b/c",
        ] {
            assert!(!is_address(text), "{text}");
        }
    }

    #[test]
    fn links_and_choices_keep_their_order() {
        for kind in ["multipleRecordLinks", "multipleSelects", "multi_select"] {
            let written = list(&["b", "a"]);
            assert_eq!(kept(kind, written.clone()), written);
        }
    }
}
