//! Reads a cell's text as its field's type.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::{Field, FieldType, MAX_VALUE_BYTES, Misfit, Value};

/// Reads `text` as `field` holds it; an empty one is none.
///
/// Space around a text belongs to it; around anything else it does not. Of several choices, the
/// cell is a JSON list, or texts between commas. A moment without an offset is in UTC, one
/// without a time is midnight. Whether the field is required is not looked at.
pub fn parse(field: &Field, text: &str) -> Result<Option<Value>, Misfit> {
    if text.len() > MAX_VALUE_BYTES {
        return Err(Misfit::TooLong);
    }
    if matches!(field.kind, FieldType::Text | FieldType::LongText) {
        return Ok(Value::text(text));
    }
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    match field.kind {
        FieldType::Text | FieldType::LongText => Ok(Value::text(text)),
        FieldType::Integer => some(integer(text).map(Value::Integer), Misfit::Integer),
        FieldType::Number => some(number(text), Misfit::Number),
        FieldType::Boolean => some(boolean(text).map(Value::Boolean), Misfit::Boolean),
        FieldType::Date => some(date(text).map(Value::Date), Misfit::Date),
        FieldType::DateTime => some(moment(text).map(Value::date_time), Misfit::DateTime),
        FieldType::Choice => allowed(field, text).map(|()| Value::text(text)),
        FieldType::Choices => choices(field, text),
        FieldType::Email => some(checked(text, is_email), Misfit::Email),
        FieldType::Url => some(checked(text, is_url), Misfit::Url),
        FieldType::Phone => some(checked(text, is_phone), Misfit::Phone),
        FieldType::Json => json(text),
    }
}

fn some(value: Option<Value>, misfit: Misfit) -> Result<Option<Value>, Misfit> {
    value.map(Some).ok_or(misfit)
}

fn checked(text: &str, fits: fn(&str) -> bool) -> Option<Value> {
    fits(text).then(|| Value::Text(text.to_owned()))
}

pub(super) fn integer(text: &str) -> Option<i64> {
    text.parse().ok()
}

pub(super) fn number(text: &str) -> Option<Value> {
    // Rust also reads `inf` and `nan`, which are words in a file, not numbers.
    let numeric = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    numeric
        .then(|| text.parse().ok())
        .flatten()
        .and_then(Value::number)
}

fn boolean(text: &str) -> Option<bool> {
    let is = |word: &&str| text.eq_ignore_ascii_case(word);
    if ["true", "yes", "1"].iter().any(is) {
        Some(true)
    } else if ["false", "no", "0"].iter().any(is) {
        Some(false)
    } else {
        None
    }
}

/// `2026-01-31` and nothing else: other spellings mean different days in different countries.
pub(super) fn date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    shaped.then(|| text.parse().ok()).flatten()
}

pub(super) fn moment(text: &str) -> Option<Timestamp> {
    if text.len() < 10 || date(text.get(..10)?).is_none() {
        return None;
    }
    let offset = |byte: u8| matches!(byte, b'Z' | b'z' | b'+' | b'-');
    if text[10..].bytes().any(offset) {
        return text.parse().ok();
    }
    let local: DateTime = match text.len() {
        10 => date(text)?.into(),
        _ => text.parse().ok()?,
    };
    TimeZone::UTC.to_timestamp(local).ok()
}

fn choices(field: &Field, text: &str) -> Result<Option<Value>, Misfit> {
    let texts: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).map_err(|_not_a_list| Misfit::Json)?
    } else {
        text.split(',').map(|text| text.trim().to_owned()).collect()
    };
    listed(field, texts)
}

/// The texts as the field's value, if it knows them all.
pub(super) fn listed(field: &Field, texts: Vec<String>) -> Result<Option<Value>, Misfit> {
    for text in texts.iter().filter(|text| !text.is_empty()) {
        allowed(field, text)?;
    }
    Ok(Value::choices(texts))
}

fn allowed(field: &Field, text: &str) -> Result<(), Misfit> {
    if field.choices.is_empty() || field.choices.iter().any(|choice| choice == text) {
        Ok(())
    } else {
        Err(Misfit::Choice)
    }
}

fn json(text: &str) -> Result<Option<Value>, Misfit> {
    match serde_json::from_str(text) {
        Ok(serde_json::Value::Null) => Ok(None),
        Ok(json) => Ok(Some(Value::Json(json))),
        Err(_not_json) => Err(Misfit::Json),
    }
}

/// Something before one `@`, a dotted name after it, no spaces: what is beyond that only the mail
/// system knows.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let dotted = domain.contains('.') && domain.split('.').all(|label| !label.is_empty());
    let clean = |c: char| !c.is_whitespace() && !c.is_control() && c != '@';
    !local.is_empty()
        && dotted
        && text.len() <= 254
        && (local.chars().chain(domain.chars())).all(clean)
}

pub(super) fn is_url(text: &str) -> bool {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        let head = text.get(..scheme.len())?;
        head.eq_ignore_ascii_case(scheme)
            .then(|| &text[scheme.len()..])
    });
    let clean = |c: char| !c.is_whitespace() && !c.is_control();
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(clean))
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (3..=40).contains(&digits)
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+-–/(). #*".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(kind: FieldType, text: &str) -> Option<String> {
        let field = Field::new("f", kind);
        parse(&field, text)
            .unwrap()
            .map(|value| value.spelling().into_owned())
    }

    #[test]
    fn cells_are_read_as_their_type() {
        let table = [
            (FieldType::Text, " a ", Some(" a ")),
            (FieldType::Text, "", None),
            (FieldType::Integer, " -12 ", Some("-12")),
            (FieldType::Integer, "007", Some("7")),
            (FieldType::Number, "1.50", Some("1.5")),
            (FieldType::Number, "-0", Some("0")),
            (FieldType::Number, "1e3", Some("1000")),
            (FieldType::Boolean, "YES", Some("true")),
            (FieldType::Boolean, "0", Some("false")),
            (FieldType::Date, "2024-02-29", Some("2024-02-29")),
            (
                FieldType::DateTime,
                "2026-01-31",
                Some("2026-01-31T00:00:00.000Z"),
            ),
            (
                FieldType::DateTime,
                "2026-01-31 17:05",
                Some("2026-01-31T17:05:00.000Z"),
            ),
            (
                FieldType::DateTime,
                "2026-01-31T17:05:00+02:00",
                Some("2026-01-31T15:05:00.000Z"),
            ),
            (FieldType::Choices, "a, b,,a", Some(r#"["a","b"]"#)),
            (FieldType::Choices, r#"["a, b"]"#, Some(r#"["a, b"]"#)),
            (FieldType::Email, "a.b@example.org", Some("a.b@example.org")),
            (
                FieldType::Url,
                "HTTPS://example.org/a?b",
                Some("HTTPS://example.org/a?b"),
            ),
            (FieldType::Phone, "+49 (0)30 12345", Some("+49 (0)30 12345")),
            (FieldType::Json, "null", None),
            (
                FieldType::Json,
                r#"{"b":1,"a":2}"#,
                Some(r#"{"a":2,"b":1}"#),
            ),
        ];
        for (kind, text, wanted) in table {
            assert_eq!(read(kind, text).as_deref(), wanted, "{kind} {text:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_its_reason() {
        let table = [
            (FieldType::Integer, "1.5", Misfit::Integer),
            (FieldType::Integer, "9223372036854775808", Misfit::Integer),
            (FieldType::Number, "1,5", Misfit::Number),
            (FieldType::Number, "inf", Misfit::Number),
            (FieldType::Number, "1e999", Misfit::Number),
            (FieldType::Boolean, "perhaps", Misfit::Boolean),
            (FieldType::Date, "31.01.2026", Misfit::Date),
            (FieldType::Date, "2026-02-29", Misfit::Date),
            (FieldType::DateTime, "yesterday", Misfit::DateTime),
            (
                FieldType::DateTime,
                "2026-01-31T25:00:00Z",
                Misfit::DateTime,
            ),
            (FieldType::Email, "a@b", Misfit::Email),
            (FieldType::Email, "a b@example.org", Misfit::Email),
            (FieldType::Url, "javascript:alert(1)", Misfit::Url),
            (FieldType::Phone, "none", Misfit::Phone),
            (FieldType::Json, "{", Misfit::Json),
        ];
        for (kind, text, wanted) in table {
            assert_eq!(parse(&Field::new("f", kind), text), Err(wanted), "{text:?}");
        }
    }

    #[test]
    fn a_choice_must_be_in_the_list_unless_there_is_none() {
        let mut field = Field::new("f", FieldType::Choice);
        assert!(parse(&field, "red").is_ok());
        field.choices = vec!["blue".into()];
        assert_eq!(parse(&field, "red"), Err(Misfit::Choice));
    }
}
