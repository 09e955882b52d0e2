//! What Notion tells at the address of a subscription (Notion API, "Webhooks" and "Event types &
//! delivery"). A person makes the subscription by hand in the integration's settings: no call does.

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

use super::super::{Change, Told};
use crate::base::{Hex, Secret};

/// The header in which the vendor signs what it sends.
pub(in crate::providers) const SIGNATURE: &str = "x-notion-signature";
/// What a verification token may be made of, and how long one is taken for such.
const TOKEN_LENGTH: std::ops::RangeInclusive<usize> = 8..=500;

/// Whether the vendor has signed these bytes with the token of a subscription.
pub(in crate::providers) fn is_signed(key: &Secret, signature: &str, body: &[u8]) -> bool {
    let digits = signature.strip_prefix("sha256=");
    let Some(told) = digits.and_then(|digits| Hex::read::<32>(digits.as_bytes())) else {
        return false;
    };
    // `verify_slice` takes as long for a wrong signature as for a right one.
    Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).is_ok_and(|mut mac| {
        mac.update(body);
        mac.verify_slice(&told).is_ok()
    })
}

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    entity: Thing,
    #[serde(default)]
    data: Data,
}

#[derive(Deserialize)]
struct Thing {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
struct Data {
    #[serde(default)]
    parent: Option<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    /// From the edition of 2025-09-03 on.
    #[serde(default)]
    data_source_id: Option<String>,
}

/// What a body says.
pub(in crate::providers) fn read(body: &[u8]) -> Told {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Told::Change(Change::Anything);
    };
    if let Some(token) = body.get("verification_token") {
        return match token.as_str().filter(|token| is_token(token)) {
            Some(token) => Told::Key(Secret::new(token)),
            None => Told::Nothing,
        };
    }
    match serde_json::from_value::<Event>(body) {
        Ok(event) => event.told(),
        // What cannot be understood may be about anything.
        Err(_unlike) => Told::Change(Change::Anything),
    }
}

fn is_token(token: &str) -> bool {
    TOKEN_LENGTH.contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Event {
    fn told(&self) -> Told {
        let (subject, what) = self.kind.split_once('.').unwrap_or((&self.kind, ""));
        let change = match (subject, what) {
            // They change nothing that a record shows.
            ("comment" | "file_upload" | "view", _) | ("page", "locked" | "unlocked") => {
                return Told::Nothing;
            }
            // Where it came from is not told.
            (_, "moved") => Change::Anything,
            _ => match self.entity.kind.as_str() {
                "data_source" => Change::Table(plain(&self.entity.id)),
                "database" => Change::Base(plain(&self.entity.id)),
                _ => match self.place(what) {
                    Some(change) => change,
                    None => return Told::Nothing,
                },
            },
        };
        Told::Change(change)
    }

    /// Where a page lies; none where no records do.
    fn place(&self, what: &str) -> Option<Change> {
        let Some(parent) = &self.data.parent else {
            return Some(Change::Anything);
        };
        if let Some(source) = &parent.data_source_id {
            return Some(Change::Table(plain(source)));
        }
        match parent.kind.as_str() {
            "data_source" | "data_source_id" => Some(Change::Table(plain(&parent.id))),
            "database" | "database_id" => Some(Change::Base(plain(&parent.id))),
            // Of what lies in the trash nobody can be sure that its old place is told.
            "page" | "space" | "workspace" if !matches!(what, "deleted" | "undeleted") => None,
            _ => Some(Change::Anything),
        }
    }
}

/// An id as the vendor's API shows it, however it was written.
fn plain(id: &str) -> String {
    Uuid::parse_str(id).map_or_else(|_other| id.to_owned(), |id| id.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The signature was made with Python's `hmac`.
    #[test]
    fn only_the_bytes_that_were_signed_with_the_token_are_the_vendors() {
        let key = Secret::new("secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl");
        let body = br#"{"type":"page.created"}"#;
        let signature = "sha256=9e541e93dd25d43ce3c23990bb40f52ca1a2bf46b678f1e3f17a9d153366b856";
        assert!(is_signed(&key, signature, body));
        assert!(!is_signed(&Secret::new("secret_other"), signature, body));
        assert!(!is_signed(&key, signature, b"{}"));
        for wrong in ["", "sha256=", "sha256=00", &signature[7..]] {
            assert!(!is_signed(&key, wrong, body), "{wrong}");
        }
    }

    const TABLE: &str = "98024f3c-b1d3-4aec-a301-f01e0dacf023";
    const BASE: &str = "36cc9195-760f-4fff-a67e-3a46c559b176";

    /// The change that an event tells of; none when it tells of none.
    fn told(kind: &str, entity: &Value, parent: &Value) -> Option<Change> {
        let data = json!({ "parent": parent });
        let body = json!({ "type": kind, "entity": entity, "data": data });
        change(body.to_string().as_bytes())
    }

    fn change(body: &[u8]) -> Option<Change> {
        match read(body) {
            Told::Change(change) => Some(change),
            Told::Nothing | Told::Key(_) => None,
        }
    }

    #[test]
    fn an_event_names_the_table_or_the_base_whose_records_it_concerns() {
        let page = json!({ "id": "p", "type": "page" });
        let undashed = TABLE.replace('-', "");
        let source = json!({ "id": BASE, "type": "database", "data_source_id": undashed });
        let database = json!({ "id": BASE, "type": "database" });
        let space = json!({ "id": "s", "type": "space" });
        let table = || Some(Change::Table(TABLE.to_owned()));
        let base = || Some(Change::Base(BASE.to_owned()));
        let anything = || Some(Change::Anything);
        let of_source = json!({ "id": TABLE, "type": "data_source" });
        let of_base = json!({ "id": BASE, "type": "database" });
        for (kind, entity, parent, wanted) in [
            ("page.created", &page, &source, table()),
            ("page.properties_updated", &page, &source, table()),
            ("page.deleted", &page, &database, base()),
            ("page.undeleted", &page, &space, anything()),
            ("page.content_updated", &page, &space, None),
            ("page.created", &page, &Value::Null, anything()),
            ("page.moved", &page, &source, anything()),
            ("page.locked", &page, &source, None),
            ("comment.created", &page, &source, None),
            ("data_source.schema_updated", &of_source, &space, table()),
            ("data_source.deleted", &of_source, &database, table()),
            ("database.schema_updated", &of_base, &space, base()),
            ("database.deleted", &of_base, &space, base()),
        ] {
            assert_eq!(told(kind, entity, parent), wanted, "{kind} {parent}");
        }
        assert_eq!(change(b"[]"), anything());
        assert_eq!(change(b"no JSON"), anything());
    }

    #[test]
    fn a_token_is_known_by_its_member_and_has_to_look_like_one() {
        let key = |token: &Value| {
            let body = json!({ "verification_token": token });
            match read(body.to_string().as_bytes()) {
                Told::Key(key) => Some(key.expose().to_owned()),
                Told::Nothing | Told::Change(_) => None,
            }
        };
        assert_eq!(key(&json!("secret_abc")).as_deref(), Some("secret_abc"));
        for wrong in [
            json!(""),
            json!("a b c d e f"),
            json!(7),
            json!("x".repeat(501)),
        ] {
            assert_eq!(key(&wrong), None, "{wrong}");
        }
    }
}
