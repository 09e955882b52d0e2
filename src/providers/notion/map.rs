//! Turns values into property values, by the type of the property (Notion API, "Page properties").

use jiff::Timestamp;
use jiff::civil::Date;

use super::super::RemoteField;
use super::super::references::{dashed, file_name, is_address};
use super::shape::{Shape, shape};
use super::stretch::ends;
use crate::fields::Value;

/// Notion API, "Request limits": a piece of text has so many characters at most, and a text so many
/// pieces. Whether the vendor counts characters or UTF-16 units it does not say: units are never
/// fewer.
const PIECE_UNITS: usize = 2_000;
const MOST_PIECES: usize = 100;
/// Notion API, "Request limits": of options, pages or people in one value.
const MOST_CHOICES: usize = 100;
/// Notion API, "Request limits": of any address.
const URL_UNITS: usize = 2_000;
/// Longer names of files are cut: the vendor takes no more characters (Notion API, "File object").
const NAME_CHARS: usize = 100;

/// Appends the value of a property of this type, such as `{"number":7}`; absent values clear. What
/// the property cannot hold is written as it is, and the vendor says why not.
pub(super) fn write(kind: &str, value: Option<&Value>, out: &mut Vec<u8>) {
    out.push(b'{');
    put(kind, out);
    out.push(b':');
    match (shape(kind), value) {
        (Shape::Words | Shape::Choices | Shape::Ids | Shape::Files, None) => {
            out.extend_from_slice(b"[]");
        }
        // It is never empty.
        (Shape::Flag, None) => out.extend_from_slice(b"false"),
        (_, None) => out.extend_from_slice(b"null"),
        (Shape::Words, Some(value)) => write_words(&value.spelling(), out),
        (Shape::Line(_), Some(value)) => put(&value.spelling(), out),
        (Shape::Choice { .. }, Some(value)) => write_named(&value.spelling(), out),
        (Shape::Choices, Some(Value::Choices(names))) => {
            write_list(names.iter().map(String::as_str), out, write_named);
        }
        (Shape::Choices, Some(one)) => {
            write_list([one.spelling().as_ref()].into_iter(), out, write_named);
        }
        (Shape::Ids, Some(Value::Choices(ids))) => {
            write_list(ids.iter().map(String::as_str), out, write_id);
        }
        (Shape::Files, Some(Value::Choices(files))) => {
            write_list(files.iter().map(String::as_str), out, write_file);
        }
        (Shape::Files, Some(Value::Text(one))) => {
            write_list([one.as_str()].into_iter(), out, write_file);
        }
        (Shape::Ids, Some(one)) => {
            write_list([one.spelling().as_ref()].into_iter(), out, write_id);
        }
        (Shape::Number, Some(Value::Text(text))) => match number(text) {
            Some(number) => number.write(out),
            None => put(text, out),
        },
        (Shape::Date, Some(value)) => write_date(value, out),
        (_, Some(value)) => value.write(out),
    }
    out.push(b'}');
}

fn put(text: &str, out: &mut Vec<u8>) {
    serde_json::to_writer(out, text).expect("memory takes every byte");
}

fn write_list<'a>(
    items: impl Iterator<Item = &'a str>,
    out: &mut Vec<u8>,
    write: impl Fn(&str, &mut Vec<u8>),
) {
    out.push(b'[');
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

fn write_named(name: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"name\":");
    put(name, out);
    out.push(b'}');
}

fn write_id(id: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    put(id, out);
    out.push(b'}');
}

/// What a file is called that lies elsewhere.
pub(super) fn name_of(address: &str) -> String {
    let name = file_name(address).unwrap_or(address);
    name.chars().take(NAME_CHARS).collect()
}

fn write_file(address: &str, out: &mut Vec<u8>) {
    let name = name_of(address);
    out.extend_from_slice(b"{\"name\":");
    put(&name, out);
    out.extend_from_slice(b",\"type\":\"external\",\"external\":{\"url\":");
    put(address, out);
    out.extend_from_slice(b"}}");
}

fn write_words(text: &str, out: &mut Vec<u8>) {
    write_list(pieces(text), out, |piece, out| {
        out.extend_from_slice(b"{\"type\":\"text\",\"text\":{\"content\":");
        put(piece, out);
        out.extend_from_slice(b"}}");
    });
}

/// A text in pieces that the vendor takes.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut units = 0;
        let full = |(_, character): &(usize, char)| {
            units += character.len_utf16();
            units > PIECE_UNITS
        };
        let end = rest
            .char_indices()
            .find(full)
            .map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

fn write_date(value: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"start\":");
    match value {
        Value::Text(text) => match (moment(text), ends(text)) {
            (Some(value), _) => value.write(out),
            (None, Some((start, end))) => {
                start.write(out);
                out.extend_from_slice(b",\"end\":");
                end.write(out);
            }
            (None, None) => put(text, out),
        },
        value => value.write(out),
    }
    out.push(b'}');
}

fn number(text: &str) -> Option<Value> {
    Value::number(text.trim().parse().ok()?)
}

/// The day or the moment that a text spells.
pub(super) fn moment(text: &str) -> Option<Value> {
    let text = text.trim();
    // A date's own reader takes a moment too, and forgets its time.
    if text.len() == "2026-01-31".len() {
        return text.parse::<Date>().ok().map(Value::Date);
    }
    text.parse::<Timestamp>().ok().map(Value::date_time)
}

/// Why a property will not take a value. The vendor adds options to a select by itself, so whether
/// it may (`typecast`) is looked at here; those of a status must be there.
pub(super) fn misfit(field: &RemoteField, value: &Value, typecast: bool) -> Option<String> {
    let name = &field.name;
    let too_long = |most: usize| Some(format!("{name:?} takes {most} characters at most"));
    let missing = |text: &str, grows: bool| {
        let known = field.options.iter().any(|option| option == text);
        let added = grows && typecast;
        (!known && !added).then(|| format!("{name:?} has no option {text:?}"))
    };
    match (shape(&field.kind), value) {
        (Shape::Ids, Value::Choices(ids)) if ids.len() > MOST_CHOICES => Some(format!(
            "{name:?} takes {MOST_CHOICES} {} at most, and {} are too many",
            named(&field.kind).1,
            ids.len()
        )),
        (Shape::Files, Value::Choices(files)) if files.len() > MOST_CHOICES => {
            Some(format!("{name:?} takes {MOST_CHOICES} files at most"))
        }
        (Shape::Files, Value::Choices(files)) => files.iter().find_map(|one| no_file(field, one)),
        (Shape::Files, one) => no_file(field, &one.spelling()),
        (Shape::Ids, Value::Choices(ids)) => ids.iter().find_map(|id| stranger(field, id)),
        (Shape::Ids, one) => stranger(field, &one.spelling()),
        (Shape::Words, value) if pieces(&value.spelling()).nth(MOST_PIECES).is_some() => {
            too_long(MOST_PIECES * PIECE_UNITS)
        }
        (Shape::Line(most), value) if units(&value.spelling()) > most => too_long(most),
        (Shape::Choice { grows }, one) => missing(&one.spelling(), grows),
        (Shape::Choices, Value::Choices(names)) if names.len() > MOST_CHOICES => {
            Some(format!("{name:?} takes {MOST_CHOICES} options at most"))
        }
        (Shape::Choices, Value::Choices(names)) => names.iter().find_map(|one| missing(one, true)),
        (Shape::Choices, one) => missing(&one.spelling(), true),
        (Shape::Number, Value::Text(text)) if number(text).is_none() => {
            Some(format!("{name:?} takes numbers, which {text:?} is not"))
        }
        (Shape::Date, Value::Text(text)) if moment(text).is_none() && ends(text).is_none() => {
            Some(format!(
                "{name:?} takes days, moments and stretches of either (beginning/end), which \
                 {text:?} is not"
            ))
        }
        _ => None,
    }
}

/// What the ids of a property name: one, and several.
fn named(kind: &str) -> (&'static str, &'static str) {
    if kind == "people" {
        ("user", "people")
    } else {
        ("page", "pages")
    }
}

/// Why a text is no id. Whether there is such a page or user the vendor alone knows.
fn stranger(field: &RemoteField, text: &str) -> Option<String> {
    let (one, several) = named(&field.kind);
    dashed(text).is_none().then(|| {
        format!(
            "{:?} takes ids of {several}, and {text:?} is not the id of a {one}",
            field.name
        )
    })
}

fn no_file(field: &RemoteField, text: &str) -> Option<String> {
    let name = &field.name;
    if !is_address(text) {
        return Some(format!(
            "{name:?} takes files by their addresses (https://…), and {text:?} is none"
        ));
    }
    (units(text) > URL_UNITS)
        .then(|| format!("{name:?} takes addresses of {URL_UNITS} characters at most"))
}

fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::shape::neutral;
    use super::*;

    pub(in super::super) fn written(kind: &str, value: Option<&Value>) -> String {
        let mut out = Vec::new();
        write(kind, value, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn field(kind: &str) -> RemoteField {
        RemoteField {
            id: "a%3Ab".into(),
            name: "State".into(),
            kind: kind.into(),
            neutral: neutral(kind),
            writable: true,
            description: None,
            options: vec!["a".into(), "b".into()],
            decimals: None,
        }
    }

    fn choices(names: &[&str]) -> Option<Value> {
        Value::choices(names.iter().map(|name| (*name).to_owned()))
    }

    #[test]
    fn each_type_has_its_own_spelling_of_a_value() {
        let at: Timestamp = "2026-01-31T17:05:00.250Z".parse().unwrap();
        let day = Value::Date(jiff::civil::date(2026, 1, 31));
        let words = r#"[{"type":"text","text":{"content":"a \"b\""}}]"#;
        let table = [
            ("title", Value::text("a \"b\""), words),
            ("rich_text", Value::text("a \"b\""), words),
            ("rich_text", None, "[]"),
            ("number", Some(Value::Integer(7)), "7"),
            ("number", Some(Value::Number(0.5)), "0.5"),
            ("number", Value::text(" 7.5"), "7.5"),
            ("number", None, "null"),
            ("checkbox", Some(Value::Boolean(true)), "true"),
            ("checkbox", None, "false"),
            ("select", Value::text("a"), r#"{"name":"a"}"#),
            ("select", None, "null"),
            ("status", Some(Value::Integer(1)), r#"{"name":"1"}"#),
            (
                "multi_select",
                choices(&["a", "b"]),
                r#"[{"name":"a"},{"name":"b"}]"#,
            ),
            ("multi_select", Value::text("a"), r#"[{"name":"a"}]"#),
            ("multi_select", None, "[]"),
            ("date", Some(day.clone()), r#"{"start":"2026-01-31"}"#),
            (
                "date",
                Some(Value::DateTime(at)),
                r#"{"start":"2026-01-31T17:05:00.250Z"}"#,
            ),
            (
                "date",
                Value::text("2026-01-31"),
                r#"{"start":"2026-01-31"}"#,
            ),
            (
                "date",
                Value::text("2026-01-31/2026-02-02"),
                r#"{"start":"2026-01-31","end":"2026-02-02"}"#,
            ),
            ("date", None, "null"),
            (
                "url",
                Value::text("https://example.org/"),
                r#""https://example.org/""#,
            ),
            ("email", None, "null"),
            ("phone_number", Some(Value::Integer(112)), r#""112""#),
        ];
        for (kind, value, wanted) in table {
            let wanted = format!("{{\"{kind}\":{wanted}}}");
            assert_eq!(written(kind, value.as_ref()), wanted, "{kind} {value:?}");
        }
    }

    #[test]
    fn pages_people_and_files_are_written_as_lists_of_objects() {
        let table = [
            (
                "people",
                choices(&["u1", "u2"]),
                r#"[{"id":"u1"},{"id":"u2"}]"#,
            ),
            ("relation", Value::text("p1"), r#"[{"id":"p1"}]"#),
            ("relation", None, "[]"),
            ("files", None, "[]"),
            (
                "files",
                choices(&["https://example.org/plan.pdf"]),
                concat!(
                    r#"[{"name":"plan.pdf","type":"external","#,
                    r#""external":{"url":"https://example.org/plan.pdf"}}]"#
                ),
            ),
        ];
        for (kind, value, wanted) in table {
            let wanted = format!("{{\"{kind}\":{wanted}}}");
            assert_eq!(written(kind, value.as_ref()), wanted, "{kind} {value:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_where_no_character_is_split() {
        // A flag takes two UTF-16 units each for its two halves.
        let text = format!("{}{}", "x".repeat(1_999), "\u{1F3F4}".repeat(1_001));
        let cut: Vec<&str> = pieces(&text).collect();
        assert_eq!(cut.concat(), text);
        assert_eq!(
            cut.iter().map(|piece| units(piece)).collect::<Vec<_>>(),
            [1_999, 2_000, 2]
        );
    }

    #[test]
    fn what_the_vendor_would_not_take_is_told_beforehand() {
        let told = |kind: &str, value: Option<Value>, typecast| {
            misfit(&field(kind), &value.unwrap(), typecast)
        };
        let text = |units: usize| Value::text("x".repeat(units));
        assert_eq!(told("title", text(200_000), false), None);
        assert!(told("title", text(200_001), false).is_some());
        assert_eq!(told("url", text(2_000), false), None);
        assert!(told("url", text(2_001), false).is_some());
        assert!(told("email", text(201), false).is_some());
        assert!(told("number", Value::text("many"), true).is_some());
        assert_eq!(told("number", Value::text("7"), true), None);
        assert!(told("files", Value::text("plan.pdf"), true).is_some());
        let long = Value::text(format!("https://example.org/{}", "x".repeat(1_981)));
        assert!(told("files", long, true).is_some());
        assert!(told("date", Value::text("soon"), true).is_some());
        assert!(told("date", Value::text("2026-02-02/2026-01-31"), true).is_some());
        assert_eq!(
            told("date", Value::text("2026-01-31T17:05:00Z"), true),
            None
        );
        let many: Vec<String> = (0..101).map(|at| at.to_string()).collect();
        assert!(told("multi_select", Value::choices(many), true).is_some());
    }

    #[test]
    fn what_is_no_id_is_told_beforehand_and_so_are_too_many() {
        let told = |kind: &str, value: Value| misfit(&field(kind), &value, true);
        let one = "0a0b0c0d-0000-4000-8000-000000000001";
        for kind in ["people", "relation"] {
            assert_eq!(told(kind, choices(&[one]).unwrap()), None);
            assert_eq!(told(kind, Value::Text(one.replace('-', ""))), None);
            let wrong = told(kind, choices(&[one, "Anna"]).unwrap()).unwrap();
            assert!(wrong.contains("\"Anna\" is not the id of a"), "{wrong}");
            assert!(told(kind, Value::Text("anna@example.org".into())).is_some());
            let ids = |count: u32| {
                let id = |at: u32| format!("0a0b0c0d-0000-4000-8000-{at:012}");
                Value::choices((0..count).map(id)).unwrap()
            };
            assert_eq!(told(kind, ids(100)), None);
            let many = told(kind, ids(101)).unwrap();
            assert!(many.contains("100"), "{many}");
        }
    }

    #[test]
    fn an_option_is_added_only_where_it_may_be_and_never_to_a_status() {
        let wanted = Some("\"State\" has no option \"c\"".to_owned());
        let c = Value::text("c").unwrap();
        assert_eq!(misfit(&field("select"), &c, false), wanted);
        assert_eq!(misfit(&field("select"), &c, true), None);
        assert_eq!(misfit(&field("status"), &c, false), wanted);
        assert_eq!(misfit(&field("status"), &c, true), wanted);
        let both = choices(&["a", "c"]).unwrap();
        assert_eq!(misfit(&field("multi_select"), &both, false), wanted);
        assert_eq!(misfit(&field("multi_select"), &both, true), None);
        let a = Value::text("a").unwrap();
        assert_eq!(misfit(&field("status"), &a, false), None);
    }

    proptest! {
        #[test]
        fn every_text_is_cut_into_pieces_that_are_the_text(text in "(\\PC|\n){0,5000}") {
            let cut: Vec<&str> = pieces(&text).collect();
            prop_assert_eq!(cut.concat(), text.as_str());
            prop_assert!(cut.iter().all(|piece| (1..=PIECE_UNITS).contains(&units(piece))));
        }
    }
}
