//! Turns values into cells and back, by the type of the field (Airtable Web API, "Field types").

use std::borrow::Cow;
use std::io::Write as _;

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::kept;
use super::super::references::file_name;
use super::misfit::is_id;
use crate::fields::{FieldType, Value};

/// What a field's cells hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A text of this type of ours.
    Text(FieldType),
    /// A number.
    Number,
    /// True, or absent.
    Flag,
    /// A day.
    Day,
    /// A moment.
    Moment,
    /// The name of an option.
    Choice,
    /// Names of options.
    Choices,
    /// An object with a text in it.
    Barcode,
    /// Ids of records of another table.
    Links,
    /// A person, by id or address.
    Person,
    /// People, likewise.
    People,
    /// Files, by address or, once the vendor has its own copy, by id.
    Files,
    /// What the vendor computes.
    Computed,
}

pub(super) fn shape(kind: &str) -> Shape {
    match kind {
        "singleLineText" => Shape::Text(FieldType::Text),
        "multilineText" | "richText" => Shape::Text(FieldType::LongText),
        "email" => Shape::Text(FieldType::Email),
        "url" => Shape::Text(FieldType::Url),
        "phoneNumber" => Shape::Text(FieldType::Phone),
        "number" | "currency" | "percent" | "duration" | "rating" => Shape::Number,
        "checkbox" => Shape::Flag,
        "date" => Shape::Day,
        "dateTime" => Shape::Moment,
        "singleSelect" => Shape::Choice,
        "multipleSelects" => Shape::Choices,
        "barcode" => Shape::Barcode,
        "multipleRecordLinks" => Shape::Links,
        "singleCollaborator" => Shape::Person,
        "multipleCollaborators" => Shape::People,
        "multipleAttachments" => Shape::Files,
        // Among the rest are types that did not exist when this was written: they are left alone.
        _ => Shape::Computed,
    }
}

/// Whether cells of this type can be written at all.
pub(super) fn is_writable(kind: &str) -> bool {
    shape(kind) != Shape::Computed
}

/// Whether cells of this type may come as another text each time, though they hold the same: the
/// addresses of files are signed anew at each reading.
pub(super) fn varies(kind: &str) -> bool {
    matches!(kind, "multipleAttachments" | "multipleLookupValues")
}

/// Whether cells of this type hold numbers.
pub(super) fn is_number(kind: &str) -> bool {
    shape(kind) == Shape::Number
}

/// What of our types comes nearest. `precision` is how many decimals a number shows.
pub(super) fn neutral(kind: &str, precision: Option<u64>) -> Option<FieldType> {
    match (shape(kind), kind) {
        (Shape::Text(ours), _) => Some(ours),
        (Shape::Number, "rating") => Some(FieldType::Integer),
        (Shape::Number, "number") if precision == Some(0) => Some(FieldType::Integer),
        (Shape::Number, _) => Some(FieldType::Number),
        (Shape::Flag, _) => Some(FieldType::Boolean),
        (Shape::Day, _) => Some(FieldType::Date),
        (Shape::Moment, _) | (_, "createdTime" | "lastModifiedTime") => Some(FieldType::DateTime),
        (Shape::Choice | Shape::Person, _) => Some(FieldType::Choice),
        (Shape::Choices | Shape::Links | Shape::People | Shape::Files, _) => {
            Some(FieldType::Choices)
        }
        (Shape::Barcode, _) => Some(FieldType::Text),
        (_, "count" | "autoNumber") => Some(FieldType::Integer),
        (Shape::Computed, _) => None,
    }
}

/// How many decimals are kept of a number, as far as is known: of a percentage the vendor does not
/// say whether they are those of what is shown or of the fraction behind it.
pub(super) fn decimals(kind: &str, precision: Option<u64>) -> Option<u8> {
    let tells = matches!(kind, "number" | "currency");
    precision.filter(|_| tells)?.try_into().ok()
}

/// Appends the cell that holds `value`; absent values clear. What the field cannot hold is written
/// as it is: the vendor may convert it, or says why not.
pub(super) fn write(kind: &str, value: Option<&Value>, out: &mut Vec<u8>) {
    let Some(value) = value else {
        out.extend_from_slice(b"null");
        return;
    };
    match (shape(kind), value) {
        (Shape::Text(_) | Shape::Choice, value) => write_text(&value.spelling(), out),
        (Shape::Day, Value::DateTime(at)) => {
            let day = at.to_zoned(TimeZone::UTC).date();
            Value::Date(day).write(out);
        }
        (Shape::Moment, Value::Date(day)) => {
            write!(out, "\"{day}T00:00:00.000Z\"").expect("memory takes every byte");
        }
        (Shape::Choices | Shape::Links, Value::Choices(_)) => value.write(out),
        (Shape::Choices | Shape::Links, one) => {
            out.push(b'[');
            write_text(&one.spelling(), out);
            out.push(b']');
        }
        (Shape::Person, value) => write_person(&value.spelling(), out),
        (Shape::People, Value::Choices(people)) => {
            write_list(people.iter().map(String::as_str), out, write_person);
        }
        (Shape::People, one) => {
            write_list(std::iter::once(one.spelling().as_ref()), out, write_person);
        }
        (Shape::Files, Value::Choices(files)) => {
            write_list(files.iter().map(String::as_str), out, write_file);
        }
        (Shape::Files, one) => {
            write_list(std::iter::once(one.spelling().as_ref()), out, write_file);
        }
        (Shape::Barcode, value) => {
            out.extend_from_slice(b"{\"text\":");
            write_text(&value.spelling(), out);
            out.push(b'}');
        }
        (_, value) => value.write(out),
    }
}

fn write_person(text: &str, out: &mut Vec<u8>) {
    let member: &[u8] = if text.contains('@') {
        b"{\"email\":"
    } else {
        b"{\"id\":"
    };
    out.extend_from_slice(member);
    write_text(text, out);
    out.push(b'}');
}

fn write_list<'a>(
    texts: impl Iterator<Item = &'a str>,
    out: &mut Vec<u8>,
    write: impl Fn(&str, &mut Vec<u8>),
) {
    out.push(b'[');
    for (at, text) in texts.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(text, out);
    }
    out.push(b']');
}

/// The id of a file that the vendor has: it stands alone, or before a name.
pub(super) fn attachment(text: &str) -> Option<&str> {
    let id = text.split('/').next()?;
    is_id(id, &["att"]).then_some(id)
}

/// A file that the vendor has stays by its id; what is at an address it fetches. The name is told,
/// so that it is not found out only when the file has been fetched: it would be a change of the cell.
fn write_file(text: &str, out: &mut Vec<u8>) {
    if let Some(id) = attachment(text) {
        out.extend_from_slice(b"{\"id\":");
        write_text(id, out);
    } else {
        out.extend_from_slice(b"{\"url\":");
        write_text(text, out);
        if let Some(name) = file_name(text) {
            out.extend_from_slice(b",\"filename\":");
            write_text(name, out);
        }
    }
    out.push(b'}');
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("memory takes every byte");
}

/// What a cell holds. One that is not what its field's type says (a computed error, a type that
/// was changed) is JSON.
pub(super) fn read(kind: &str, neutral: Option<FieldType>, cell: &RawValue) -> Option<Value> {
    match cell.get() {
        "null" | "\"\"" | "[]" => None,
        cell => {
            typed(kind, neutral, cell).or_else(|| serde_json::from_str(cell).ok().map(Value::Json))
        }
    }
}

/// A person, of whom the id stays while name and address may change.
#[derive(Deserialize)]
struct Person {
    id: String,
}

/// A file. The address at which it is shown is another at each reading and works for some hours, its
/// size is told once it has been fetched: neither says which file it is.
#[derive(Deserialize)]
struct Attachment {
    id: String,
    #[serde(default)]
    filename: String,
}

impl Attachment {
    fn spelt(self) -> String {
        if self.filename.is_empty() {
            self.id
        } else {
            format!("{}/{}", self.id, self.filename)
        }
    }
}

/// A cell that is what its field's type says.
fn typed(kind: &str, neutral: Option<FieldType>, cell: &str) -> Option<Value> {
    match shape(kind) {
        Shape::Text(_) | Shape::Choice => Value::text(text(cell)?),
        Shape::Number => number(cell, neutral),
        Shape::Flag => serde_json::from_str(cell).ok().map(Value::Boolean),
        Shape::Day => text(cell)?.parse().ok().map(Value::Date),
        Shape::Moment => text(cell)?.parse().ok().map(Value::date_time),
        Shape::Choices | Shape::Links => {
            Value::choices(serde_json::from_str::<Vec<String>>(cell).ok()?)
        }
        Shape::Person => Value::text(serde_json::from_str::<Person>(cell).ok()?.id),
        Shape::People => {
            let people: Vec<Person> = serde_json::from_str(cell).ok()?;
            let ids = people.into_iter().map(|person| person.id);
            Some(kept(kind, Value::choices(ids)?))
        }
        Shape::Barcode => barcode(cell),
        Shape::Files => {
            let files: Vec<Attachment> = serde_json::from_str(cell).ok()?;
            Value::choices(files.into_iter().map(Attachment::spelt))
        }
        Shape::Computed => None,
    }
}

fn text(cell: &str) -> Option<Cow<'_, str>> {
    let inner = cell.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        serde_json::from_str(cell).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inner))
    }
}

fn number(cell: &str, neutral: Option<FieldType>) -> Option<Value> {
    match cell.parse::<i64>() {
        Ok(whole) if neutral == Some(FieldType::Integer) => Some(Value::Integer(whole)),
        // Not by serde_json, which may be one off in the last digit.
        _ => Value::number(cell.parse().ok()?),
    }
}

fn barcode(cell: &str) -> Option<Value> {
    let members: serde_json::Value = serde_json::from_str(cell).ok()?;
    Value::text(members.get("text")?.as_str()?)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;

    use super::*;

    fn written(kind: &str, value: Option<&Value>) -> String {
        let mut out = Vec::new();
        write(kind, value, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn back(kind: &str, cell: &str) -> Option<Value> {
        let cell = RawValue::from_string(cell.to_owned()).unwrap();
        read(kind, neutral(kind, None), &cell)
    }

    fn moment() -> Timestamp {
        "2026-01-31T17:05:00.250Z".parse().unwrap()
    }

    fn choices() -> Option<Value> {
        Value::choices(["a".to_owned(), "b".to_owned()])
    }

    #[test]
    fn each_type_has_its_own_spelling_of_a_value() {
        let day = jiff::civil::date(2026, 1, 31);
        let table = [
            ("singleLineText", Value::text("a \"b\""), r#""a \"b\"""#),
            ("singleLineText", Some(Value::Integer(7)), r#""7""#),
            ("multilineText", Some(Value::Boolean(true)), r#""true""#),
            ("email", Value::text("a@example.org"), r#""a@example.org""#),
            ("number", Some(Value::Integer(7)), "7"),
            ("number", Some(Value::Number(0.5)), "0.5"),
            ("number", Value::text("7"), r#""7""#),
            ("percent", Some(Value::Number(0.123)), "0.123"),
            ("checkbox", Some(Value::Boolean(false)), "false"),
            ("date", Some(Value::Date(day)), r#""2026-01-31""#),
            ("date", Some(Value::DateTime(moment())), r#""2026-01-31""#),
            (
                "dateTime",
                Some(Value::DateTime(moment())),
                r#""2026-01-31T17:05:00.250Z""#,
            ),
            (
                "dateTime",
                Some(Value::Date(day)),
                r#""2026-01-31T00:00:00.000Z""#,
            ),
            ("singleSelect", Value::text("a"), r#""a""#),
            ("multipleSelects", choices(), r#"["a","b"]"#),
            ("multipleSelects", Value::text("a"), r#"["a"]"#),
            ("barcode", Value::text("123"), r#"{"text":"123"}"#),
            ("singleLineText", None, "null"),
        ];
        for (kind, value, cell) in table {
            assert_eq!(written(kind, value.as_ref()), cell, "{kind} {value:?}");
        }
    }

    #[test]
    fn links_people_and_files_are_written_as_the_vendor_names_them() {
        let table = [
            ("multipleRecordLinks", choices(), r#"["a","b"]"#),
            ("multipleRecordLinks", Value::text("a"), r#"["a"]"#),
            (
                "singleCollaborator",
                Value::text("usr1"),
                r#"{"id":"usr1"}"#,
            ),
            (
                "singleCollaborator",
                Value::text("a@example.org"),
                r#"{"email":"a@example.org"}"#,
            ),
            (
                "multipleCollaborators",
                Value::choices(["usr1".to_owned(), "a@example.org".to_owned()]),
                r#"[{"id":"usr1"},{"email":"a@example.org"}]"#,
            ),
            ("multipleCollaborators", None, "null"),
            (
                "multipleAttachments",
                Value::choices([
                    "https://example.org/a/plan.pdf?v=1".to_owned(),
                    "https://example.org".to_owned(),
                    "attAAAAAAAAAAAAAA/old.pdf".to_owned(),
                    "attBBBBBBBBBBBBBB".to_owned(),
                ]),
                concat!(
                    r#"[{"url":"https://example.org/a/plan.pdf?v=1","filename":"plan.pdf"},"#,
                    r#"{"url":"https://example.org"},{"id":"attAAAAAAAAAAAAAA"},"#,
                    r#"{"id":"attBBBBBBBBBBBBBB"}]"#
                ),
            ),
        ];
        for (kind, value, cell) in table {
            assert_eq!(written(kind, value.as_ref()), cell, "{kind} {value:?}");
        }
    }

    #[test]
    fn what_was_written_comes_back_as_it_was() {
        let table = [
            ("singleLineText", Value::text("a \"b\"\n\u{1F3F4}")),
            ("number", Some(Value::Number(0.5))),
            ("rating", Some(Value::Integer(3))),
            ("checkbox", Some(Value::Boolean(true))),
            ("date", Some(Value::Date(jiff::civil::date(2026, 1, 31)))),
            ("dateTime", Some(Value::DateTime(moment()))),
            ("multipleSelects", choices()),
            ("barcode", Value::text("123")),
            ("email", None),
        ];
        for (kind, value) in table {
            assert_eq!(back(kind, &written(kind, value.as_ref())), value, "{kind}");
        }
    }

    #[test]
    fn links_and_people_are_read_as_their_ids() {
        let anna = r#"{"id":"usrB","email":"anna@example.org","name":"Anna"}"#;
        let people = format!(r#"[{anna},{{"id":"usrA"}}]"#);
        let both = Value::choices(["usrA".to_owned(), "usrB".to_owned()]);
        assert_eq!(back("singleCollaborator", anna), Value::text("usrB"));
        assert_eq!(back("multipleCollaborators", &people), both);
        let links = back("multipleRecordLinks", r#"["recB","recA"]"#);
        let in_order = ["recB".to_owned(), "recA".to_owned()];
        assert_eq!(links, Value::choices(in_order));
    }

    /// Its address is signed anew at each reading, and its size comes when it has been fetched:
    /// each pull found all records changed.
    #[test]
    fn a_file_is_the_same_at_each_reading() {
        let cell = |url: &str, more: &str| {
            format!(r#"[{{"id":"att1","url":"https://x/{url}","filename":"a.pdf"{more}}}]"#)
        };
        let first = back("multipleAttachments", &cell("1", ""));
        let later = back("multipleAttachments", &cell("2", r#","size":7"#));
        assert_eq!(first, Value::choices(["att1/a.pdf".to_owned()]));
        assert_eq!(first, later);
    }

    #[test]
    fn a_cell_that_is_not_what_its_type_says_is_kept_as_json() {
        let table = [
            ("number", r#"{"specialValue":"NaN"}"#),
            ("date", r#""soon""#),
            ("singleSelect", r#"["a"]"#),
            ("formula", r##"{"error":"#ERROR!"}"##),
            ("somethingNew", "[1,2]"),
            ("multipleRecordLinks", r#"[{"id":"rec1"}]"#),
            ("singleCollaborator", r#""Anna""#),
            ("multipleAttachments", r#"["att1"]"#),
        ];
        for (kind, cell) in table {
            assert!(
                matches!(back(kind, cell), Some(Value::Json(_))),
                "{kind} {cell}"
            );
        }
    }

    #[test]
    fn computed_and_unknown_types_are_never_written() {
        let computed = [
            "formula",
            "rollup",
            "count",
            "autoNumber",
            "createdTime",
            "lastModifiedTime",
            "createdBy",
            "lastModifiedBy",
            "multipleLookupValues",
            "button",
            "aiText",
            "externalSyncSource",
            "manualSort",
            "somethingNew",
        ];
        assert!(computed.iter().all(|kind| !is_writable(kind)));
        assert!(is_writable("singleLineText") && is_writable("multipleRecordLinks"));
    }

    #[test]
    fn a_number_without_decimals_is_a_whole_one() {
        assert_eq!(neutral("number", Some(0)), Some(FieldType::Integer));
        assert_eq!(neutral("number", Some(2)), Some(FieldType::Number));
        assert_eq!(neutral("currency", Some(0)), Some(FieldType::Number));
        assert_eq!(
            neutral("multipleAttachments", None),
            Some(FieldType::Choices)
        );
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text: String) {
            let value = Value::text(text);
            prop_assert_eq!(back("multilineText", &written("multilineText", value.as_ref())), value);
        }

        #[test]
        fn every_number_comes_back(number: f64) {
            let value = Value::number(number);
            let written = written("number", value.as_ref());
            prop_assert_eq!(back("number", &written), value);
        }
    }
}
