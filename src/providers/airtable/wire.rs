//! Airtable's JSON: what is sent and what comes back, read with tolerance for what is new.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::{Formatter, Result as Shown};

use bytes::Bytes;
use jiff::Timestamp;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::super::Cells::Unread;
use super::super::{
    Account, Base, Changed, Error, Held, Layout, RemoteField, RemoteTable, Row, Sent,
};
use super::map;
use crate::fields::Value;

/// A page of something, and what to ask for the next one with.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) offset: Option<String>,
}

/// The body of an update, which creates what has no id and is not found by its key
/// (Airtable Web API, "Update multiple records").
pub(super) fn write(layout: &Layout, rows: &[&Row]) -> Vec<u8> {
    let mut out = Vec::with_capacity(128 + rows.len() * 512);
    out.push(b'{');
    if rows.iter().any(|row| row.id.is_none()) {
        out.extend_from_slice(b"\"performUpsert\":{\"fieldsToMergeOn\":[");
        put(&mut out, &layout.fields[layout.key].id);
        out.extend_from_slice(b"]},");
    }
    if layout.typecast {
        out.extend_from_slice(b"\"typecast\":true,");
    }
    out.extend_from_slice(b"\"returnFieldsByFieldId\":true,\"records\":[");
    for (at, row) in rows.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_row(layout, row, &mut out);
    }
    out.extend_from_slice(b"]}");
    out
}

fn write_row(layout: &Layout, row: &Row, out: &mut Vec<u8>) {
    out.push(b'{');
    if let Some(id) = &row.id {
        out.extend_from_slice(b"\"id\":");
        put(out, id);
        out.push(b',');
    }
    out.extend_from_slice(b"\"fields\":{");
    let cells = layout.fields.iter().zip(&row.cells).enumerate();
    let written = cells.filter(|(at, _)| !row.untouched.contains(at));
    for (nth, (_, (field, cell))) in written.enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        put(out, &field.id);
        out.push(b':');
        map::write(&field.kind, cell.as_ref(), out);
    }
    out.extend_from_slice(b"}}");
}

fn put(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("memory takes every byte");
}

/// The body that asks for a page of the rows that a formula keeps, or of all.
pub(super) fn list(layout: &Layout, formula: Option<&str>, offset: Option<&str>) -> Vec<u8> {
    let mut fields: Vec<&str> = layout
        .fields
        .iter()
        .map(|field| field.id.as_str())
        .collect();
    let changed = layout.changed.as_deref();
    fields.extend(changed.filter(|changed| !fields.contains(changed)));
    let mut body = serde_json::json!({
        "fields": fields,
        "returnFieldsByFieldId": true,
        "pageSize": 100,
    });
    if let Some(formula) = formula {
        body["filterByFormula"] = formula.into();
    }
    if let Some(offset) = offset {
        body["offset"] = offset.into();
    }
    body.to_string().into_bytes()
}

/// Whether a listing has to begin anew, because the vendor has forgotten it.
pub(super) fn is_stale(error: &Error) -> bool {
    const WORDS: [&str; 2] = [
        "LIST_RECORDS_ITERATOR_NOT_AVAILABLE",
        "INVALID_OFFSET_VALUE",
    ];
    matches!(error, Error::Refused(told) if WORDS.iter().any(|word| told.contains(word)))
}

#[derive(Deserialize)]
struct Rows<'a> {
    #[serde(borrow)]
    records: Vec<Record<'a>>,
    #[serde(borrow, default, rename = "createdRecords")]
    created: Vec<Cow<'a, str>>,
    offset: Option<String>,
}

#[derive(Deserialize)]
struct Record<'a> {
    id: String,
    #[serde(rename = "createdTime")]
    created_at: Timestamp,
    #[serde(borrow)]
    fields: Cells<'a>,
}

/// A row of which no more is read than what tells it from others.
#[derive(Deserialize)]
struct Line<'a> {
    id: String,
    #[serde(borrow)]
    fields: &'a RawValue,
}

#[derive(Deserialize)]
struct Lines<'a> {
    #[serde(borrow)]
    records: Vec<Line<'a>>,
    offset: Option<String>,
}

/// Cells by field id, as they came.
struct Cells<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Cells<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Cells<'de>;
            fn expecting(&self, f: &mut Formatter<'_>) -> Shown {
                f.write_str("cells by field id")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cells<'de>, A::Error> {
                let mut cells = Vec::with_capacity(16);
                while let Some((Name(name), cell)) = map.next_entry()? {
                    cells.push((name, cell));
                }
                Ok(Cells(cells))
            }
        }
        from.deserialize_map(Members)
    }
}

impl Cells<'_> {
    /// The cells in the order of the layout. Empty ones are left out (Airtable Web API, "List
    /// records"): the field was asked for, so it is empty.
    fn read(&self, layout: &Layout) -> Vec<Option<Value>> {
        let cell = |field: &RemoteField| {
            let found = self.0.iter().find(|(id, _)| *id == field.id);
            found.and_then(|(_, cell)| map::read(&field.kind, field.neutral, cell))
        };
        layout.fields.iter().map(cell).collect()
    }
}

impl Record<'_> {
    /// When it was changed, if a field of its table tells.
    fn changed(&self, layout: &Layout) -> Option<Changed> {
        let field = layout.changed.as_deref()?;
        let (_, cell) = self.fields.0.iter().find(|(id, _)| id == field)?;
        let at: Timestamp = serde_json::from_str(cell.get()).ok()?;
        Some(Changed { from: at, to: at })
    }

    fn held(self, layout: &Layout, created: bool) -> Held {
        Held {
            cells: self.fields.read(layout),
            changed: self.changed(layout),
            id: self.id,
            created_at: self.created_at,
            created,
        }
    }
}

/// The rows of the answer to an update.
pub(super) fn written(layout: &Layout, body: &[u8]) -> Result<Vec<Held>, Error> {
    let rows: Rows<'_> = parse(body)?;
    let created: HashSet<Cow<'_, str>> = rows.created.into_iter().collect();
    let held = |record: Record<'_>| {
        let made = created.contains(record.id.as_str());
        record.held(layout, made)
    };
    Ok(rows.records.into_iter().map(held).collect())
}

/// The rows of one page of a listing.
pub(super) fn listed(layout: &Layout, body: &[u8]) -> Result<Page<Held>, Error> {
    let rows: Rows<'_> = parse(body)?;
    let records = rows.records.into_iter();
    Ok(Page {
        items: records.map(|record| record.held(layout, false)).collect(),
        offset: rows.offset,
    })
}

/// The rows of one page of a listing, unread.
pub(super) fn unread(body: &Bytes) -> Result<Page<Sent>, Error> {
    let lines: Lines<'_> = parse(body)?;
    let sent = |line: Line<'_>| Sent {
        id: line.id,
        cells: Unread(body.slice_ref(line.fields.get().as_bytes())),
    };
    Ok(Page {
        items: lines.records.into_iter().map(sent).collect(),
        offset: lines.offset,
    })
}

/// The cells of a row that was left unread.
pub(super) fn cells(layout: &Layout, text: &[u8]) -> Result<Vec<Option<Value>>, Error> {
    Ok(parse::<Cells<'_>>(text)?.read(layout))
}

/// One row by itself.
pub(super) fn row(layout: &Layout, body: &[u8]) -> Result<Held, Error> {
    Ok(parse::<Record<'_>>(body)?.held(layout, false))
}

/// The answer of `whoami`.
pub(super) fn account(body: &[u8]) -> Result<Account, Error> {
    #[derive(Deserialize)]
    struct WhoAmI {
        id: String,
        email: Option<String>,
        scopes: Option<Vec<String>>,
    }
    let WhoAmI { id, email, scopes } = parse(body)?;
    Ok(Account {
        id,
        email,
        scopes,
        expires_at: None,
    })
}

/// One page of the bases.
pub(super) fn bases(body: &[u8]) -> Result<Page<Base>, Error> {
    #[derive(Deserialize)]
    struct Bases {
        bases: Vec<Entry>,
        offset: Option<String>,
    }
    #[derive(Deserialize)]
    struct Entry {
        id: String,
        name: String,
        #[serde(rename = "permissionLevel", default)]
        permission: String,
    }
    let Bases { bases, offset } = parse(body)?;
    let base = |Entry {
                    id,
                    name,
                    permission,
                }| Base {
        id,
        name,
        permission,
    };
    Ok(Page {
        items: bases.into_iter().map(base).collect(),
        offset,
    })
}

/// The tables of a base.
pub(super) fn tables(body: &[u8]) -> Result<Vec<RemoteTable>, Error> {
    #[derive(Deserialize)]
    struct Tables {
        tables: Vec<Table>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Table {
        id: String,
        name: String,
        primary_field_id: String,
        fields: Vec<Field>,
    }
    let Tables { tables } = parse(body)?;
    let table = |table: Table| RemoteTable {
        id: table.id,
        name: table.name,
        primary_field_id: table.primary_field_id,
        fields: table.fields.into_iter().map(Field::neutral).collect(),
        any_names: false,
    };
    Ok(tables.into_iter().map(table).collect())
}

#[derive(Deserialize)]
struct Field {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    description: Option<String>,
    /// Its shape differs from type to type, and new types come.
    #[serde(default)]
    options: serde_json::Value,
}

impl Field {
    fn neutral(self) -> RemoteField {
        let precision = self
            .options
            .get("precision")
            .and_then(serde_json::Value::as_u64);
        let choices = self.options.get("choices").and_then(|list| list.as_array());
        let name = |choice: &serde_json::Value| Some(choice.get("name")?.as_str()?.to_owned());
        RemoteField {
            neutral: map::neutral(&self.kind, precision),
            writable: map::is_writable(&self.kind),
            options: choices.into_iter().flatten().filter_map(name).collect(),
            id: self.id,
            name: self.name,
            decimals: map::decimals(&self.kind, precision),
            kind: self.kind,
            description: self.description.filter(|text| !text.is_empty()),
        }
    }
}

/// Reads the body of a good answer. A body that is cut or no JSON came too late to tell whether
/// the call was acted on: its answer is lost.
pub(super) fn parse<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(body).map_err(|error| Error::Lost(error.into()))
}

/// Reads that all of the records were deleted
/// (Airtable Web API, "Delete multiple records": `{"records":[{"id":…,"deleted":true}]}`).
pub(super) fn deleted(body: &[u8], ids: &[&str]) -> Result<(), Error> {
    let answer: DeletedRecords = parse(body)?;
    let gone: HashSet<&str> = answer
        .records
        .iter()
        .filter(|record| record.deleted)
        .map(|record| record.id.as_str())
        .collect();
    if ids.iter().all(|id| gone.contains(id)) {
        return Ok(());
    }
    let told = format!("{} of {} records deleted", gone.len(), ids.len());
    Err(Error::Broken(told))
}

#[derive(Deserialize)]
struct DeletedRecords {
    records: Vec<DeletedRecord>,
}

#[derive(Deserialize)]
struct DeletedRecord {
    id: String,
    deleted: bool,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fields::Value;

    /// A layout with one field of each type, the first being the key.
    pub(in super::super) fn layout(kinds: &[&str]) -> Layout {
        let field = |(at, kind): (usize, &&str)| RemoteField {
            id: format!("fld{at}"),
            name: format!("Field {at}"),
            kind: (*kind).to_owned(),
            neutral: map::neutral(kind, None),
            writable: true,
            description: None,
            options: Vec::new(),
            decimals: None,
        };
        Layout {
            base: "app1".to_owned(),
            table: "tbl1".to_owned(),
            fields: kinds.iter().enumerate().map(field).collect(),
            key: 0,
            typecast: false,
            changed: None,
            sender: String::new(),
        }
    }

    fn row(id: Option<&str>, key: &str) -> Row {
        Row {
            id: id.map(str::to_owned),
            cells: vec![Value::text(key), None],
            untouched: Vec::new(),
        }
    }

    #[test]
    fn rows_without_an_id_are_found_by_their_key_or_created() {
        let layout = layout(&["singleLineText", "number"]);
        let body = write(&layout, &[&row(None, "a"), &row(Some("rec2"), "b")]);
        let wanted = concat!(
            r#"{"performUpsert":{"fieldsToMergeOn":["fld0"]},"returnFieldsByFieldId":true,"#,
            r#""records":[{"fields":{"fld0":"a","fld1":null}},"#,
            r#"{"id":"rec2","fields":{"fld0":"b","fld1":null}}]}"#
        );
        assert_eq!(String::from_utf8(body).unwrap(), wanted);
    }

    #[test]
    fn rows_with_ids_alone_are_a_plain_update() {
        let mut layout = layout(&["singleLineText", "number"]);
        layout.typecast = true;
        let body = String::from_utf8(write(&layout, &[&row(Some("rec2"), "b")])).unwrap();
        assert!(!body.contains("performUpsert"));
        assert!(body.contains(r#""typecast":true"#));
    }

    #[test]
    fn an_answer_tells_what_was_created_and_leaves_empty_cells_out() {
        let layout = layout(&["singleLineText", "number"]);
        let body = br#"{"records":[
            {"id":"rec1","createdTime":"2026-01-31T17:05:00.000Z","fields":{"fld0":"a","new":{"x":[1]}}},
            {"id":"rec2","createdTime":"2026-01-31T17:05:00.000Z","fields":{"fld1":2,"fld0":"b"},"more":1}
        ],"createdRecords":["rec2"],"updatedRecords":["rec1"]}"#;
        let held = written(&layout, body).unwrap();
        assert_eq!(held[0].cells, [Value::text("a"), None]);
        assert_eq!(held[1].cells, [Value::text("b"), Some(Value::Number(2.0))]);
        assert_eq!((held[0].created, held[1].created), (false, true));
    }

    #[test]
    fn an_answer_cut_anywhere_is_lost_and_never_half_read() {
        let layout = layout(&["singleLineText"]);
        let body = br#"{"records":[{"id":"rec1","createdTime":"2026-01-31T17:05:00.000Z","fields":{"fld0":"a"}}]}"#;
        for length in 0..body.len() {
            let outcome = written(&layout, &body[..length]);
            assert!(matches!(outcome, Err(Error::Lost(_))), "cut at {length}");
        }
        assert!(matches!(written(&layout, b"<html>"), Err(Error::Lost(_))));
    }

    #[test]
    fn records_are_deleted_when_the_answer_names_each_of_them() {
        let body = br#"{"records":[{"id":"rec1","deleted":true},{"id":"rec2","deleted":true}]}"#;
        assert!(deleted(body, &["rec2", "rec1"]).is_ok());
        assert!(matches!(
            deleted(body, &["rec1", "rec3"]),
            Err(Error::Broken(_))
        ));
        let cut = deleted(&body[..20], &["rec1"]);
        assert!(matches!(cut, Err(Error::Lost(_))));
    }

    #[test]
    fn a_schema_is_read_with_types_that_nobody_knows_yet() {
        let body = br#"{"tables":[{"id":"tbl1","name":"T","primaryFieldId":"fld1","views":[],"fields":[
            {"id":"fld1","name":"Code","type":"singleLineText","description":""},
            {"id":"fld2","name":"State","type":"singleSelect","options":{"choices":[{"id":"sel1","name":"CA","color":"blue"}]}},
            {"id":"fld3","name":"N","type":"number","options":{"precision":0}},
            {"id":"fld4","name":"?","type":"hologram","options":[1]},
            {"id":"fld5","name":"P","type":"percent","options":{"precision":1}}
        ]}]}"#;
        let tables = tables(body).unwrap();
        let fields = &tables[0].fields;
        assert_eq!(fields[1].options, ["CA"]);
        assert_eq!(fields[2].neutral, Some(crate::fields::FieldType::Integer));
        assert_eq!((fields[3].writable, fields[3].neutral), (false, None));
        assert_eq!(fields[0].description, None);
        let decimals: Vec<_> = fields.iter().map(|field| field.decimals).collect();
        assert_eq!(decimals, [None, None, Some(0), None, None]);
    }

    /// What was left unread is read as it would have been at once, whatever the text looks like.
    #[test]
    fn a_row_that_was_left_unread_holds_what_it_would_have_held() {
        let layout = layout(&["singleLineText", "number", "checkbox"]);
        let body = Bytes::from_static(
            br#"{"records":[
            {"id":"rec1","createdTime":"2026-01-31T17:05:00.000Z","fields":{"fld0":"a\"}\u00e4","fld1":7, "more":[{"x":"}"}]}},
            {"createdTime":"2026-01-31T17:05:00.000Z","fields":{},"id":"rec2"}],"offset":"o"}"#,
        );
        let (read, sent) = (listed(&layout, &body).unwrap(), unread(&body).unwrap());
        assert_eq!(sent.offset, read.offset);
        assert_eq!(sent.items.len(), read.items.len());
        for (sent, read) in sent.items.iter().zip(&read.items) {
            let Unread(text) = &sent.cells else {
                panic!("{sent:?}")
            };
            assert_eq!(sent.id, read.id);
            assert_eq!(cells(&layout, text).unwrap(), read.cells);
        }
        assert!(cells(&layout, b"null").is_err() && cells(&layout, b"{").is_err());
        for length in 0..body.len() {
            let outcome = unread(&body.slice(..length)).map(|page| page.items.len());
            assert!(matches!(outcome, Err(Error::Lost(_))), "cut at {length}");
        }
    }

    #[test]
    fn a_listing_that_the_vendor_forgot_is_told_from_other_refusals() {
        let told = |word: &str| is_stale(&Error::Refused(word.to_owned()));
        assert!(told("LIST_RECORDS_ITERATOR_NOT_AVAILABLE"));
        assert!(!told("INVALID_FILTER_BY_FORMULA"));
    }
}
