//! Bends a value towards a field's type, as the vendor does when a write asks for `typecast`.
use jiff::{Timestamp, civil::Date};
use serde_json::{Value, json};

use super::{
    super::{
        base::PEOPLE,
        kind::{Kind, Number},
    },
    number_text,
};

/// The value that the field is likelier to take, null where nothing can be made of it; `None` when
/// there is nothing to bend.
///
/// Best effort, as the vendor calls it: what cannot be read as a number or a day empties the cell.
pub(super) fn cast(kind: &Kind, value: &Value) -> Option<Value> {
    match (kind, value) {
        (Kind::Text(_) | Kind::RichText | Kind::SingleSelect(_), value) => {
            plain(value).map(Value::String)
        }
        (Kind::Number(kind), Value::String(text)) => Some(number(text, kind)),
        (Kind::Rating { .. }, Value::String(text)) => {
            text.trim().parse().ok().map(|stars: u8| json!(stars))
        }
        (Kind::Checkbox, Value::String(text)) => Some(json!(matches!(
            text.trim(),
            "true" | "checked" | "yes" | "1"
        ))),
        (Kind::Checkbox, Value::Number(number)) => Some(json!(number.as_f64() != Some(0.0))),
        (Kind::Date, Value::String(text)) => Some(day(text).map_or(Value::Null, |day| json!(day))),
        (Kind::MultipleSelects(_) | Kind::Links { .. }, Value::String(text)) => Some(list(text)),
        (Kind::Barcode, Value::String(text)) => Some(json!({ "text": text })),
        (Kind::SingleCollaborator, Value::String(text)) => Some(person(text)),
        (Kind::MultipleCollaborators, Value::String(text)) => Some(json!([person(text)])),
        _ => None,
    }
}

/// Text of a plain value, or of a list of such; `None` for an object.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number_text(number.as_f64()?)),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(values) => {
            let texts: Option<Vec<String>> = values.iter().map(plain).collect();
            Some(texts?.join(", "))
        }
        Value::Object(_) => None,
    }
}

fn number(text: &str, kind: &Number) -> Value {
    let digits: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | 'e' | 'E' | '+'))
        .collect();
    let Ok(number) = digits.parse::<f64>() else {
        return Value::Null;
    };
    let hundredth = matches!(kind, Number::Percent { .. }) && text.contains('%');
    json!(if hundredth { number / 100.0 } else { number })
}

/// `2026-02-28`, with a time behind it or not, or `2/28/2026`.
fn day(text: &str) -> Option<Date> {
    let text = text.trim();
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.to_zoned(jiff::tz::TimeZone::UTC).date());
    }
    text.parse()
        .ok()
        .or_else(|| Date::strptime("%m/%d/%Y", text).ok())
}

fn list(text: &str) -> Value {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .into()
}

/// A collaborator by e-mail address; an unknown one stays a text, which the field then refuses.
fn person(text: &str) -> Value {
    let known = PEOPLE.iter().any(|person| person.email == text);
    if known {
        json!({ "email": text })
    } else {
        json!(text)
    }
}
