//! Brings a value that was read elsewhere into the type of a field of ours.

use serde_json::Value as Json;

use super::json::value as read;
use super::parse::{date, listed, moment, parse};
use super::{Field, FieldType, MAX_VALUE_BYTES, Misfit, Value};

/// The value as `field` holds it; none when it says nothing.
///
/// A number becomes a text where a text is wanted, a moment becomes its day in UTC, a stretch of time
/// its beginning, and a list of one becomes what it holds; nothing is guessed beyond that.
pub fn fitted(field: &Field, value: Value) -> Result<Option<Value>, Misfit> {
    use FieldType as T;
    match (value, field.kind) {
        (Value::Text(text), T::Text | T::LongText) if text.len() <= MAX_VALUE_BYTES => {
            Ok(Value::text(text))
        }
        (value @ Value::Integer(_), T::Integer)
        | (value @ Value::Number(_), T::Number)
        | (value @ Value::Boolean(_), T::Boolean)
        | (value @ Value::Date(_), T::Date)
        | (value @ Value::DateTime(_), T::DateTime) => Ok(Some(value)),
        (Value::Choices(texts), T::Choices) => listed(field, texts),
        (Value::DateTime(at), T::Date) => {
            let day = at.to_zoned(jiff::tz::TimeZone::UTC).date();
            Ok(Some(Value::Date(day)))
        }
        (Value::Text(text), T::Date | T::DateTime) => match beginning(&text) {
            Some(start) => fitted(field, start),
            None => parse(field, &text),
        },
        (Value::Json(json), _) => from_json(field, &json),
        (value, T::Json) => Ok(Some(Value::Json(value.to_json()))),
        (Value::Choices(texts), _) => parse(field, &texts.join(", ")),
        (value, _) => parse(field, &value.spelling()),
    }
}

/// When a stretch of time begins that a text spells as ISO 8601 does (`beginning/end`).
fn beginning(text: &str) -> Option<Value> {
    let (start, end) = text.split_once('/')?;
    moment(end)?;
    let day = date(start).map(Value::Date);
    day.or_else(|| moment(start).map(Value::date_time))
}

fn from_json(field: &Field, json: &Json) -> Result<Option<Value>, Misfit> {
    if field.kind != FieldType::Json {
        if let Some(told) = error_of(json) {
            return Err(Misfit::Told(told.to_owned()));
        }
        if let Json::Array(items) = json
            && field.kind != FieldType::Choices
        {
            let plain = |item: &Json| !item.is_array() && !item.is_object();
            return match items.as_slice() {
                [] => Ok(None),
                [one] => from_json(field, one),
                many if many.iter().all(plain) => {
                    let texts: Vec<String> = many.iter().map(word).collect();
                    parse(field, &texts.join(", "))
                }
                _ => read(field, &json.to_string()),
            };
        }
    }
    read(field, &json.to_string())
}

/// What a cell says whose content could not be worked out: `{"error":"#ERROR!"}` or
/// `{"specialValue":"NaN"}` (Airtable Web API, "Field types", formulas).
fn error_of(json: &Json) -> Option<&str> {
    let members = json.as_object()?;
    let told = members.get("error").or_else(|| members.get("specialValue"));
    told?.as_str()
}

fn word(json: &Json) -> String {
    json.as_str()
        .map_or_else(|| json.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt(kind: FieldType, value: Value) -> Result<Option<String>, Misfit> {
        let value = fitted(&Field::new("f", kind), value)?;
        Ok(value.map(|value| value.spelling().into_owned()))
    }

    #[test]
    fn a_value_from_elsewhere_takes_the_fields_type() {
        use FieldType as T;
        let json = |text: &str| Value::Json(serde_json::from_str(text).unwrap());
        let moment = || Value::date_time("2026-01-31T17:05:00Z".parse().unwrap());
        let list = |texts: &[&str]| Value::choices(texts.iter().map(|&t| t.to_owned())).unwrap();
        let table = [
            (T::Text, Value::Number(3.0), Some("3")),
            (T::Integer, Value::Number(3.0), Some("3")),
            (T::Number, Value::Integer(3), Some("3")),
            (T::Number, Value::Text("2.5".into()), Some("2.5")),
            (T::Date, moment(), Some("2026-01-31")),
            (
                T::Date,
                Value::Text("2026-01-31/2026-02-02".into()),
                Some("2026-01-31"),
            ),
            (
                T::Date,
                Value::Text("2026-01-31T17:05:00Z/2026-02-02T17:05:00Z".into()),
                Some("2026-01-31"),
            ),
            (
                T::DateTime,
                Value::Text("2026-01-31/2026-02-02".into()),
                Some("2026-01-31T00:00:00.000Z"),
            ),
            (T::DateTime, moment(), Some("2026-01-31T17:05:00.000Z")),
            (T::Text, list(&["a", "b"]), Some("a, b")),
            (T::Choices, Value::Text("a".into()), Some(r#"["a"]"#)),
            (T::Text, json(r#""whole""#), Some("whole")),
            (T::Text, json(r#"["Rome"]"#), Some("Rome")),
            (T::Text, json(r#"["a",2]"#), Some("a, 2")),
            (T::Integer, json("12.0"), Some("12")),
            (T::Number, json("[]"), None),
            (T::Json, json(r#"{"error":"x"}"#), Some(r#"{"error":"x"}"#)),
            (T::Json, Value::Integer(7), Some("7")),
        ];
        for (kind, value, wanted) in table {
            let told = format!("{kind} from {value:?}");
            assert_eq!(spelt(kind, value).unwrap().as_deref(), wanted, "{told}");
        }
    }

    #[test]
    fn what_does_not_fit_says_why() {
        use FieldType as T;
        let json = |text: &str| Value::Json(serde_json::from_str(text).unwrap());
        let table = [
            (
                T::Number,
                json(r##"{"error":"#ERROR!"}"##),
                Misfit::Told("#ERROR!".into()),
            ),
            (
                T::Number,
                json(r#"{"specialValue":"NaN"}"#),
                Misfit::Told("NaN".into()),
            ),
            (T::Integer, Value::Number(2.5), Misfit::Integer),
            (T::Email, Value::Text("nobody".into()), Misfit::Email),
            (
                T::Text,
                Value::Text("x".repeat(MAX_VALUE_BYTES + 1)),
                Misfit::TooLong,
            ),
        ];
        for (kind, value, wanted) in table {
            assert_eq!(spelt(kind, value).unwrap_err(), wanted, "{kind}");
        }
    }
}
