//! One value, whichever file or vendor it came from.

use std::borrow::Cow;
use std::io::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;

/// A value that is there. An absent one, a null and an empty text are all `None`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text, not empty; also a choice, an e-mail or web address, a telephone number.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Number(f64),
    /// Yes or no.
    Boolean(bool),
    /// A day.
    Date(Date),
    /// A moment, in whole milliseconds.
    DateTime(Timestamp),
    /// Different texts in the order given, at least one.
    Choices(Vec<String>),
    /// JSON other than null.
    Json(serde_json::Value),
}

impl Value {
    /// A text, or none for an empty one.
    pub fn text(text: impl Into<String>) -> Option<Self> {
        Some(text.into())
            .filter(|text| !text.is_empty())
            .map(Self::Text)
    }

    /// A number, or none for what JSON has no spelling for.
    pub fn number(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self::Number(number))
    }

    /// A moment, cut to the millisecond.
    pub fn date_time(at: Timestamp) -> Self {
        let whole = Timestamp::from_millisecond(at.as_millisecond());
        Self::DateTime(whole.unwrap_or(at))
    }

    /// Texts in the order given, each once; none when there is no text.
    pub fn choices(texts: impl IntoIterator<Item = String>) -> Option<Self> {
        let mut choices: Vec<String> = Vec::new();
        for text in texts {
            if !text.is_empty() && !choices.contains(&text) {
                choices.push(text);
            }
        }
        Some(choices)
            .filter(|choices| !choices.is_empty())
            .map(Self::Choices)
    }

    /// The value in words: as a cell of a CSV file holds it, and as a key is spelt.
    #[expect(
        clippy::missing_panics_doc,
        reason = "it cannot panic, as it says where it expects"
    )]
    pub fn spelling(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Integer(number) => number.to_string().into(),
            Self::Boolean(yes) => Cow::Borrowed(if *yes { "true" } else { "false" }),
            Self::Date(date) => date.to_string().into(),
            Self::DateTime(at) => format!("{at:.3}").into(),
            Self::Number(_) | Self::Choices(_) | Self::Json(_) => {
                let mut json = Vec::new();
                self.write(&mut json);
                Cow::Owned(String::from_utf8(json).expect("JSON is text"))
            }
        }
    }

    /// Appends the canonical JSON: whole numbers without a fraction, days and moments as RFC 3339
    /// spells them, objects with sorted members.
    pub fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => write_json(out, text),
            Self::Integer(number) => write_json(out, number),
            Self::Number(number) => write_number(out, *number),
            Self::Boolean(yes) => write_json(out, yes),
            Self::Date(date) => write!(out, "\"{date}\"").expect("memory takes every byte"),
            Self::DateTime(at) => write!(out, "\"{at:.3}\"").expect("memory takes every byte"),
            Self::Choices(texts) => write_json(out, texts),
            Self::Json(json) => write_sorted(out, json),
        }
    }

    /// The value as JSON.
    #[expect(
        clippy::missing_panics_doc,
        reason = "it cannot panic, as it says where it expects"
    )]
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Json(json) => json.clone(),
            other => {
                let mut bytes = Vec::new();
                other.write(&mut bytes);
                serde_json::from_slice(&bytes).expect("the canonical form is JSON")
            }
        }
    }
}

fn write_json(out: &mut Vec<u8>, value: &impl serde::Serialize) {
    serde_json::to_writer(out, value).expect("memory takes every byte");
}

/// Whole numbers up to 2^53 are written as such, so that `1` and `1.0` are the same content.
fn write_number(out: &mut Vec<u8>, number: f64) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        write!(out, "{}", number + 0.0).expect("memory takes every byte");
    } else {
        write_json(out, &number);
    }
}

fn write_sorted(out: &mut Vec<u8>, json: &serde_json::Value) {
    match json {
        serde_json::Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_sorted(out, item);
            }
            out.push(b']');
        }
        serde_json::Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push(b'{');
            for (at, (name, member)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_json(out, name);
                out.push(b':');
                write_sorted(out, member);
            }
            out.push(b'}');
        }
        serde_json::Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => write_number(out, float),
            _ => write_json(out, number),
        },
        plain => write_json(out, plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(value: &Value) -> String {
        let mut out = Vec::new();
        value.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_number_is_spelt_one_way() {
        assert_eq!(canonical(&Value::Number(1.0)), "1");
        assert_eq!(canonical(&Value::Number(-0.0)), "0");
        assert_eq!(canonical(&Value::Number(0.1)), "0.1");
        assert_eq!(canonical(&Value::Number(1e300)), "1e+300");
    }

    #[test]
    fn the_members_of_json_are_sorted_at_every_depth() {
        let json = serde_json::json!({"b": [{"z": 1, "a": 2.0}], "a": null});
        assert_eq!(
            canonical(&Value::Json(json)),
            r#"{"a":null,"b":[{"a":2,"z":1}]}"#
        );
    }

    #[test]
    fn a_moment_is_cut_to_the_millisecond() {
        let at = Value::date_time("2026-01-31T17:05:00.123999Z".parse().unwrap());
        assert_eq!(canonical(&at), "\"2026-01-31T17:05:00.123Z\"");
    }
}
