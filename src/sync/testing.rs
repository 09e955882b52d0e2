//! A dataset's schema and a remote table, for the tests of the rules about both.

use crate::fields::{Field, FieldType, Schema};
use crate::providers::{RemoteField, RemoteTable};

pub(super) fn airports() -> Schema {
    let fields = [
        ("iata", FieldType::Text),
        ("name", FieldType::Text),
        ("city", FieldType::Text),
        ("state", FieldType::Choice),
        ("country", FieldType::Text),
        ("latitude", FieldType::Number),
        ("opened", FieldType::Date),
        ("made", FieldType::DateTime),
    ];
    let fields = fields
        .into_iter()
        .map(|(name, kind)| Field::new(name, kind));
    Schema::new(fields.collect()).unwrap()
}

pub(super) fn remote() -> RemoteTable {
    RemoteTable {
        id: "tblAirports".into(),
        name: "Airports".into(),
        primary_field_id: "fldCode".into(),
        fields: vec![
            field("fldCode", "Code", "singleLineText", Some(FieldType::Text)),
            field("fldName", "Name", "singleLineText", Some(FieldType::Text)),
            field("fldCity", "CITY", "singleLineText", Some(FieldType::Text)),
            field(
                "fldState",
                "State Code",
                "singleSelect",
                Some(FieldType::Choice),
            ),
            field("fldLatitude", "Latitude", "number", Some(FieldType::Number)),
            field("fldSince", "Since", "date", Some(FieldType::Date)),
            RemoteField {
                writable: false,
                ..field("fldMade", "Made", "createdTime", Some(FieldType::DateTime))
            },
        ],
        any_names: false,
    }
}

fn field(id: &str, name: &str, kind: &str, neutral: Option<FieldType>) -> RemoteField {
    RemoteField {
        id: id.into(),
        name: name.into(),
        kind: kind.into(),
        neutral,
        writable: true,
        description: None,
        options: Vec::new(),
        decimals: None,
    }
}
