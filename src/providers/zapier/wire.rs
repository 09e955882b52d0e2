//! What goes to a hook, and what it answers.

use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use super::super::{Error, Layout, RemoteField, Row};
use crate::base::Hex;
use crate::fields::{FieldType, Value};

/// The member that bears the delivery's id: what a Zap can tell a delivery by that it has seen.
pub(super) const DELIVERY_ID: &str = "delivery_id";
/// The member that says what happened to the record.
pub(super) const CHANGE: &str = "change";
/// No body is larger than this (Zapier, "Webhooks by Zapier", limits).
pub(super) const LARGEST_BODY: usize = 10 << 20;
/// A name is no longer than this.
const LONGEST_NAME: usize = 100;

/// A field that a delivery may have under any name; none for a name that it cannot have.
pub(in super::super) fn named(name: &str) -> Option<RemoteField> {
    let plain = !name.chars().any(char::is_control) && name.trim() == name;
    let length = name.chars().count();
    let fits = plain && (1..=LONGEST_NAME).contains(&length);
    let ours = name == DELIVERY_ID || name == CHANGE;
    (fits && !ours).then(|| RemoteField {
        id: name.to_owned(),
        name: name.to_owned(),
        kind: "any value".to_owned(),
        neutral: Some(FieldType::Text),
        writable: true,
        description: None,
        options: Vec::new(),
        decimals: None,
    })
}

/// The id of the delivery of a row: the same as long as the row, what was delivered of it before
/// and who delivers it are the same. So one that is sent again bears the id of the first try, and
/// a record that comes back to an earlier content bears another.
pub(super) fn delivery_id(layout: &Layout, row: &Row) -> String {
    let key = row.cells.get(layout.key).and_then(Option::as_ref);
    let mut content = Vec::with_capacity(256);
    for (field, cell) in layout.fields.iter().zip(&row.cells) {
        content.extend_from_slice(field.id.as_bytes());
        content.push(0);
        if let Some(value) = cell {
            value.write(&mut content);
        }
        content.push(0);
    }
    let mut hash = Sha256::new();
    let before = row.id.as_deref().unwrap_or_default();
    let key = key.map(Value::spelling).unwrap_or_default();
    for part in [&layout.sender, &*key, before] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.update(&content);
    let whole: [u8; 32] = hash.finalize().into();
    Hex(&whole[..16]).to_string()
}

/// The body of a delivery: its id, what happened, and the row's values by their names. An empty
/// cell is there as null, so that a Zap sees the same names every time.
pub(super) fn body(layout: &Layout, row: &Row, id: &str) -> Result<Vec<u8>, Error> {
    let change = if row.id.is_some() {
        "changed"
    } else {
        "created"
    };
    let mut members = Map::new();
    members.insert(DELIVERY_ID.to_owned(), id.into());
    members.insert(CHANGE.to_owned(), change.into());
    for (field, cell) in layout.fields.iter().zip(&row.cells) {
        let value = cell.as_ref().map_or(Json::Null, Value::to_json);
        members.insert(field.id.clone(), value);
    }
    let body = Json::Object(members).to_string().into_bytes();
    if body.len() > LARGEST_BODY {
        return Err(Error::TooLarge);
    }
    Ok(body)
}

/// The body of a delivery that somebody tries a hook with.
pub(super) fn sample(id: &str) -> Vec<u8> {
    let sample = serde_json::json!({ DELIVERY_ID: id, CHANGE: "test" });
    sample.to_string().into_bytes()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn layout(sender: &str) -> Layout {
        Layout {
            base: "hook".into(),
            table: "record".into(),
            fields: ["code", "name"].into_iter().filter_map(named).collect(),
            key: 0,
            typecast: false,
            sender: sender.into(),
            changed: None,
        }
    }

    fn row(before: Option<&str>, name: &str) -> Row {
        Row {
            id: before.map(str::to_owned),
            cells: vec![Value::text("LHR"), Value::text(name)],
            untouched: Vec::new(),
        }
    }

    #[test]
    fn a_delivery_keeps_its_id_and_no_other_has_it() {
        let here = layout("sync-1");
        let id = delivery_id(&here, &row(None, "Heathrow"));
        assert_eq!(id, delivery_id(&here, &row(None, "Heathrow")));
        assert_eq!(id.len(), 32);
        for (layout, row) in [
            (layout("sync-2"), row(None, "Heathrow")),
            (layout("sync-1"), row(None, "Gatwick")),
            (layout("sync-1"), row(Some(&id), "Heathrow")),
        ] {
            assert_ne!(id, delivery_id(&layout, &row));
        }
    }

    #[test]
    fn a_body_names_every_value_and_says_what_happened() {
        let row = Row {
            id: Some("before".into()),
            cells: vec![Some(Value::Integer(7)), None],
            untouched: Vec::new(),
        };
        let body = body(&layout("s"), &row, "id-1").unwrap();
        assert_eq!(
            String::from_utf8(body).unwrap(),
            r#"{"delivery_id":"id-1","change":"changed","code":7,"name":null}"#
        );
    }

    #[test]
    fn a_name_that_a_delivery_needs_itself_is_no_fields() {
        assert!(named("Airport name").is_some());
        for name in ["", " x", "x\n", DELIVERY_ID, CHANGE, &"x".repeat(101)] {
            assert!(named(name).is_none(), "{name:?}");
        }
    }

    #[test]
    fn what_is_larger_than_a_hook_takes_is_not_sent() {
        let row = row(None, &"x".repeat(LARGEST_BODY));
        assert!(matches!(body(&layout("s"), &row, ""), Err(Error::TooLarge)));
    }
}
