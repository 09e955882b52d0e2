//! Reads property values, by the type of the property (Notion API, "Page properties").

use std::borrow::Cow;

use jiff::Timestamp;
use serde::Deserialize;

use super::super::references::kept;
use super::file;
use super::map::moment;
use super::shape::{Shape, shape};
use super::stretch::stretch;
use crate::fields::Value;

/// A piece of text, of which the plain form matters.
#[derive(Deserialize)]
pub(super) struct Piece<'a> {
    #[serde(borrow)]
    plain_text: Cow<'a, str>,
}

impl Piece<'_> {
    pub(super) fn into_text(self) -> String {
        self.plain_text.into_owned()
    }
}

impl Known<'_> {
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

/// Something with a name.
#[derive(Deserialize)]
struct Named<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
}

/// Something with an id.
#[derive(Deserialize)]
pub(super) struct Known<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Span<'a> {
    #[serde(borrow)]
    start: Cow<'a, str>,
    #[serde(borrow, default)]
    end: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Numbered<'a> {
    #[serde(borrow)]
    prefix: Option<Cow<'a, str>>,
    number: Option<i64>,
}

impl Numbered<'_> {
    /// As people see it, such as `T-7`.
    fn spelt(self) -> Option<Value> {
        let number = self.number?;
        match self.prefix {
            Some(prefix) if !prefix.is_empty() => Value::text(format!("{prefix}-{number}")),
            _ => Value::text(number.to_string()),
        }
    }
}

/// What a cell holds, and of how many pieces it is made. One that is not what its type says (one
/// that was changed) is JSON.
pub(super) fn read(kind: &str, cell: &str) -> (Option<Value>, usize) {
    if cell == "null" {
        return (None, 0);
    }
    let (value, pieces) = typed(kind, cell).unwrap_or_else(|| (as_json(cell), 1));
    (value, pieces)
}

/// A cell that is what its type says; the value is none for an empty one.
fn typed(kind: &str, cell: &str) -> Option<(Option<Value>, usize)> {
    let one = |value: Option<Value>| Some((value, 1));
    match shape(kind) {
        Shape::Words => {
            let pieces: Vec<Piece<'_>> = serde_json::from_str(cell).ok()?;
            Some((words(&pieces), pieces.len()))
        }
        Shape::Line(_) => one(Value::text(serde_json::from_str::<String>(cell).ok()?)),
        // Not by serde_json, which may be one off in the last digit.
        Shape::Number => one(Some(Value::number(cell.parse().ok()?)?)),
        Shape::Flag => one(Some(Value::Boolean(serde_json::from_str(cell).ok()?))),
        Shape::Date => one(Some(date(cell)?)),
        Shape::Choice { .. } => {
            let Named { name } = serde_json::from_str(cell).ok()?;
            one(Value::text(name))
        }
        Shape::Choices => {
            let names: Vec<Named<'_>> = serde_json::from_str(cell).ok()?;
            let names = names.into_iter().map(|named| named.name.into_owned());
            one(Value::choices(names))
        }
        Shape::Ids => {
            let known: Vec<Known<'_>> = serde_json::from_str(cell).ok()?;
            Some((ids(kind, &known), known.len()))
        }
        Shape::Moment => {
            let at: Timestamp = serde_json::from_str::<Cow<'_, str>>(cell)
                .ok()?
                .parse()
                .ok()?;
            one(Some(Value::date_time(at)))
        }
        Shape::User => {
            let Known { id } = serde_json::from_str(cell).ok()?;
            one(Value::text(id))
        }
        Shape::Numbered => one(serde_json::from_str::<Numbered<'_>>(cell).ok()?.spelt()),
        Shape::Files => one(Value::choices(file::addresses(cell)?)),
        Shape::Computed => None,
    }
}

/// The text of all pieces.
fn words(pieces: &[Piece<'_>]) -> Option<Value> {
    let text: String = pieces
        .iter()
        .map(|piece| piece.plain_text.as_ref())
        .collect();
    Value::text(text)
}

/// The ids of all, in one order.
fn ids(kind: &str, known: &[Known<'_>]) -> Option<Value> {
    let ids = known.iter().map(|known| known.id.clone().into_owned());
    Some(kept(kind, Value::choices(ids)?))
}

/// A day, a moment, or a stretch of time.
fn date(cell: &str) -> Option<Value> {
    let Span { start, end } = serde_json::from_str(cell).ok()?;
    let start = moment(&start)?;
    match end {
        Some(end) => Some(stretch(&start, &moment(&end)?)),
        None => Some(start),
    }
}

/// A cell as JSON.
fn as_json(cell: &str) -> Option<Value> {
    let json: serde_json::Value = serde_json::from_str(cell).ok()?;
    if json.is_null() || json.as_array().is_some_and(Vec::is_empty) {
        return None;
    }
    Some(Value::Json(json))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::map::tests::written;
    use super::*;

    /// What the vendor answers to what was written: texts with their plain form.
    fn echoed(kind: &str, value: Option<&Value>) -> Option<Value> {
        let mut sent: serde_json::Value = serde_json::from_str(&written(kind, value)).unwrap();
        let held = &mut sent[kind];
        if shape(kind) == Shape::Words {
            for piece in held.as_array_mut().unwrap() {
                piece["plain_text"] = piece["text"]["content"].clone();
            }
        }
        read(kind, &held.to_string()).0
    }

    #[test]
    fn what_was_written_comes_back_as_it_was() {
        let at: Timestamp = "2026-01-31T17:05:00.250Z".parse().unwrap();
        let table = [
            ("title", Value::text("a \"b\"\n\u{1F3F4}")),
            ("rich_text", Value::text("x".repeat(70_000))),
            ("rich_text", None),
            ("number", Some(Value::Number(0.5))),
            ("number", None),
            ("checkbox", Some(Value::Boolean(true))),
            ("date", Some(Value::Date(jiff::civil::date(2026, 1, 31)))),
            ("date", Some(Value::DateTime(at))),
            ("select", Value::text("a")),
            ("status", Value::text("a")),
            (
                "multi_select",
                Value::choices(["a".to_owned(), "b".to_owned()]),
            ),
            ("url", Value::text("https://example.org/")),
            ("email", None),
        ];
        for (kind, value) in table {
            assert_eq!(echoed(kind, value.as_ref()), value, "{kind}");
        }
    }

    #[test]
    fn what_can_only_be_read_is_read_as_people_know_it() {
        let table = [
            (
                "relation",
                r#"[{"id":"p1"},{"id":"p2"}]"#,
                Value::choices(["p1".into(), "p2".into()]),
            ),
            (
                "people",
                r#"[{"object":"user","id":"u1"}]"#,
                Value::choices(["u1".into()]),
            ),
            (
                "created_by",
                r#"{"object":"user","id":"u1"}"#,
                Value::text("u1"),
            ),
            (
                "unique_id",
                r#"{"prefix":"T","number":7}"#,
                Value::text("T-7"),
            ),
            (
                "unique_id",
                r#"{"prefix":null,"number":7}"#,
                Value::text("7"),
            ),
            (
                "created_time",
                "\"2026-01-31T17:05:00.000Z\"",
                moment("2026-01-31T17:05:00Z"),
            ),
        ];
        for (kind, cell, wanted) in table {
            assert_eq!(read(kind, cell).0, wanted, "{kind} {cell}");
        }
    }

    #[test]
    fn a_stretch_of_time_is_read_with_both_its_ends() {
        let table = [
            (
                r#"{"start":"2026-01-31","end":"2026-02-01","time_zone":null}"#,
                "2026-01-31/2026-02-01",
            ),
            (
                r#"{"start":"2026-01-31T10:00:00.000+01:00","end":"2026-01-31T12:00:00.000+01:00"}"#,
                "2026-01-31T09:00:00.000Z/2026-01-31T11:00:00.000Z",
            ),
        ];
        for (cell, wanted) in table {
            assert_eq!(read("date", cell).0, Value::text(wanted));
        }
    }

    #[test]
    fn a_cell_that_is_not_what_its_type_says_is_kept_as_json() {
        let table = [
            ("date", r#"{"start":"soon","end":null,"time_zone":null}"#),
            ("number", r#"{"x":1}"#),
            ("title", r#"{"x":1}"#),
            ("formula", r#"{"type":"string","string":"a"}"#),
            (
                "rollup",
                r#"{"type":"incomplete","incomplete":{},"function":"sum"}"#,
            ),
            ("hologram", "[1,2]"),
        ];
        for (kind, cell) in table {
            let (value, _) = read(kind, cell);
            assert!(matches!(value, Some(Value::Json(_))), "{kind} {cell}");
        }
        assert_eq!(read("hologram", "[]").0, None);
    }

    #[test]
    fn a_file_is_the_same_at_each_reading() {
        let cell = |signature: &str| {
            format!(
                r#"[{{"name":"a","type":"file","file":{{"url":"https://x/?{signature}","expiry_time":"{signature}"}}}}]"#
            )
        };
        assert_eq!(read("files", &cell("1")), read("files", &cell("2")));
        assert_eq!(
            read("files", &cell("1")).0,
            Value::choices(["https://x/".to_owned()])
        );
    }

    #[test]
    fn the_pieces_of_a_cell_are_counted() {
        let many = vec![r#"{"id":"p"}"#; 25].join(",");
        assert_eq!(read("relation", &format!("[{many}]")).1, 25);
        assert_eq!(read("title", "[]").1, 0);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text: String) {
            let value = Value::text(text);
            prop_assert_eq!(echoed("rich_text", value.as_ref()), value);
        }

        #[test]
        fn every_number_comes_back(number: f64) {
            let value = Value::number(number);
            prop_assert_eq!(read("number", &written_number(value.as_ref())).0, value);
        }
    }

    fn written_number(value: Option<&Value>) -> String {
        let json = written("number", value);
        let inner = json.strip_prefix("{\"number\":").unwrap();
        inner.strip_suffix('}').unwrap().to_owned()
    }
}
