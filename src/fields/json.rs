//! Reads JSON as a field's value, and an object as a record's fields.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::parse::{listed, parse};
use super::{Field, FieldType, Fields, MAX_VALUE_BYTES, Misfit, Schema, Value};

/// A member of an object that is no value of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The member's name.
    pub field: String,
    /// The value as it was given, cut at 200 characters; none when there was none.
    pub value: Option<String>,
    /// Why it does not fit.
    pub misfit: Misfit,
}

/// What an object's members came to.
#[derive(Debug, Default)]
pub struct Members {
    /// The values that fit.
    pub fields: Fields,
    /// The positions of the fields that were given, be it as null.
    pub present: Vec<usize>,
    /// Those that do not.
    pub faults: Vec<Fault>,
    /// Members that the schema does not name.
    pub unknown: Vec<String>,
    /// Members that were given twice; the last stands.
    pub doubled: Vec<String>,
}

impl Schema {
    /// Reads one JSON object, wholly: what fits, what does not, what is unknown.
    ///
    /// A typed field takes a JSON value of its type, or a text that is spelt as its type.
    /// Errs when the bytes are not one JSON object.
    pub fn read(&self, json: &[u8]) -> Result<Members, serde_json::Error> {
        let mut members = Members {
            fields: Fields::empty(self),
            ..Members::default()
        };
        let mut seen = vec![false; self.fields().len()];
        each_member(json, &mut |name, raw| {
            let Some(at) = self.position(name) else {
                members.unknown.push(name.to_owned());
                return;
            };
            if std::mem::replace(&mut seen[at], true) {
                members.doubled.push(name.to_owned());
            } else {
                members.present.push(at);
            }
            match value(&self.fields()[at], raw) {
                Ok(value) => members.fields.set(at, value),
                Err(misfit) => members.faults.push(Fault {
                    field: name.to_owned(),
                    value: Some(raw.chars().take(200).collect()),
                    misfit,
                }),
            }
        })?;
        Ok(members)
    }
}

/// Shows each member's name and raw value, in the object's order.
pub(super) fn each_member<'json>(
    json: &'json [u8],
    visit: &mut dyn FnMut(&str, &'json str),
) -> Result<(), serde_json::Error> {
    struct Object<'a, 'json>(&'a mut dyn FnMut(&str, &'json str));

    impl<'json> Visitor<'json> for Object<'_, 'json> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object with the record's fields")
        }

        fn visit_map<A: MapAccess<'json>>(self, mut map: A) -> Result<(), A::Error> {
            while let Some(Name(name)) = map.next_key::<Name<'json>>()? {
                let raw: &'json RawValue = map.next_value()?;
                (self.0)(&name, raw.get());
            }
            Ok(())
        }
    }

    let mut reader = serde_json::Deserializer::from_slice(json);
    reader.deserialize_map(Object(visit))?;
    reader.end()
}

/// A member's name, borrowed unless it holds escapes.
#[derive(serde::Deserialize)]
struct Name<'json>(#[serde(borrow)] Cow<'json, str>);

/// Reads one raw JSON value as `field` holds it.
pub(super) fn value(field: &Field, raw: &str) -> Result<Option<Value>, Misfit> {
    if raw.len() > MAX_VALUE_BYTES {
        return Err(Misfit::TooLong);
    }
    let kind = |found| Misfit::Kind {
        found,
        wanted: field.kind,
    };
    match raw.as_bytes().first() {
        Some(b'n') => Ok(None),
        Some(_) if field.kind == FieldType::Json => json(raw),
        Some(b'"') => {
            let text = serde_json::from_str::<Cow<'_, str>>(raw);
            parse(field, &text.map_err(|_not_text| Misfit::Json)?)
        }
        Some(b'[') if field.kind == FieldType::Choices => {
            let texts = serde_json::from_str(raw);
            listed(
                field,
                texts.map_err(|_other| kind("a list of other things"))?,
            )
        }
        Some(b'[') => Err(kind("a list")),
        Some(b'{') => Err(kind("an object")),
        Some(b't' | b'f') if matches!(field.kind, FieldType::Integer | FieldType::Number) => {
            Err(kind("true or false"))
        }
        Some(b't' | b'f') => parse(field, raw),
        _ => number(field, raw),
    }
}

fn json(raw: &str) -> Result<Option<Value>, Misfit> {
    let json = serde_json::from_str(raw).map_err(|_not_json| Misfit::Json)?;
    Ok(Some(Value::Json(json)))
}

/// A JSON number: `12.0` is a whole number too.
fn number(field: &Field, raw: &str) -> Result<Option<Value>, Misfit> {
    match (field.kind, raw.strip_suffix(".0")) {
        (FieldType::Integer, Some(whole)) => parse(field, whole),
        _ => parse(field, raw),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read_as_its_fields_type() {
        let table = [
            (FieldType::Integer, "12.0", Some("12")),
            (FieldType::Integer, "\"12\"", Some("12")),
            (FieldType::Text, "12", Some("12")),
            (FieldType::Text, "true", Some("true")),
            (FieldType::Text, r#""a\u0041\n""#, Some("aA\n")),
            (FieldType::Boolean, "false", Some("false")),
            (FieldType::Choices, r#"["b","a","b"]"#, Some(r#"["b","a"]"#)),
            (FieldType::Json, "\"text\"", Some("\"text\"")),
            (FieldType::Number, "null", None),
        ];
        for (kind, raw, wanted) in table {
            let value = value(&Field::new("f", kind), raw).unwrap();
            assert_eq!(
                value.map(|value| value.spelling().into_owned()).as_deref(),
                wanted
            );
        }
    }

    #[test]
    fn a_list_is_no_text_and_says_so() {
        let misfit = value(&Field::new("f", FieldType::Text), "[1]").unwrap_err();
        assert_eq!(misfit.to_string(), "is a list, and the field holds text");
    }

    #[test]
    fn an_object_tells_what_fits_what_does_not_and_what_is_unknown() {
        let fields = vec![
            Field::new("a", FieldType::Integer),
            Field::new("b", FieldType::Date),
        ];
        let schema = Schema::new(fields).unwrap();
        let members = schema
            .read(br#"{"b":"soon","\u0061":1,"c":2,"a":3}"#)
            .unwrap();
        assert_eq!(members.fields.at(0), Some(&Value::Integer(3)));
        assert_eq!(members.faults[0].misfit, Misfit::Date);
        assert_eq!(members.unknown, ["c"]);
        assert_eq!(members.doubled, ["a"]);
        assert!(schema.read(b"[1]").is_err());
        assert!(schema.read(b"{} {}").is_err());
    }
}
