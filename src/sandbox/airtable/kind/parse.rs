//! Reads types and options as the vendor's schema calls write them.
use serde_json::{Map, Value};

use super::{super::refusal::Refusal, Choice, Computed, Kind, Number, Text};

impl Kind {
    /// Reads a field's `type` and `options` as the vendor's schema calls write them.
    ///
    /// `choice_id` makes the ids of options that come without one.
    pub(crate) fn parse(
        kind: &str,
        options: Option<&Value>,
        choice_id: &mut impl FnMut() -> String,
    ) -> Result<Self, Refusal> {
        let empty = Map::new();
        let options = options.and_then(Value::as_object).unwrap_or(&empty);
        let kind = match kind {
            "singleLineText" => Self::Text(Text::SingleLine),
            "multilineText" => Self::Text(Text::Multiline),
            "email" => Self::Text(Text::Email),
            "url" => Self::Text(Text::Url),
            "phoneNumber" => Self::Text(Text::Phone),
            "richText" => Self::RichText,
            "number" => Self::Number(Number::Plain {
                precision: digits(options, 8)?,
            }),
            "currency" => Self::Number(Number::Currency {
                precision: digits(options, 7)?,
                symbol: text(options, "symbol").unwrap_or("$").into(),
            }),
            "percent" => Self::Number(Number::Percent {
                precision: digits(options, 8)?,
            }),
            "duration" => Self::Number(Number::Duration {
                format: text(options, "durationFormat").unwrap_or("h:mm:ss").into(),
            }),
            "rating" => Self::Rating {
                max: bounded(options, "max", 5, 10)?,
            },
            "checkbox" => Self::Checkbox,
            "date" => Self::Date,
            "dateTime" => Self::DateTime {
                time_zone: text(options, "timeZone").unwrap_or("utc").into(),
            },
            "singleSelect" => Self::SingleSelect(choices(options, choice_id)?),
            "multipleSelects" => Self::MultipleSelects(choices(options, choice_id)?),
            "multipleRecordLinks" => Self::Links {
                table: needed(options, "linkedTableId")?,
            },
            "singleCollaborator" => Self::SingleCollaborator,
            "multipleCollaborators" => Self::MultipleCollaborators,
            "multipleAttachments" => Self::Attachments,
            "barcode" => Self::Barcode,
            other => Self::Computed(computed(other, options)?),
        };
        Ok(kind)
    }
}

fn computed(kind: &str, options: &Map<String, Value>) -> Result<Computed, Refusal> {
    let computed = match kind {
        "count" => Computed::Count {
            links: needed(options, "recordLinkFieldId")?,
        },
        "autoNumber" => Computed::AutoNumber,
        "button" => Computed::Button,
        "createdBy" => Computed::CreatedBy,
        "lastModifiedBy" => Computed::LastModifiedBy,
        "createdTime" => Computed::CreatedTime,
        "lastModifiedTime" => Computed::LastModifiedTime,
        "formula" => Computed::Formula {
            expression: needed(options, "formula")?,
        },
        "rollup" => Computed::Rollup {
            links: needed(options, "recordLinkFieldId")?,
            field: needed(options, "fieldIdInLinkedTable")?,
        },
        "multipleLookupValues" => Computed::Lookup {
            links: needed(options, "recordLinkFieldId")?,
            field: needed(options, "fieldIdInLinkedTable")?,
        },
        "aiText" => Computed::AiText,
        "externalSyncSource" => Computed::SyncSource,
        "manualSort" => Computed::ManualSort,
        other => return Err(bad_options(&format!("unknown field type \"{other}\""))),
    };
    Ok(computed)
}

fn choices(
    options: &Map<String, Value>,
    choice_id: &mut impl FnMut() -> String,
) -> Result<Vec<Choice>, Refusal> {
    let Some(choices) = options.get("choices") else {
        return Ok(Vec::new());
    };
    let choices = choices
        .as_array()
        .ok_or_else(|| bad_options("choices must be an array"))?;
    choices
        .iter()
        .map(|choice| {
            let name = choice.get("name").and_then(Value::as_str);
            let id = choice.get("id").and_then(Value::as_str);
            Ok(Choice {
                name: name
                    .ok_or_else(|| bad_options("a choice needs a name"))?
                    .into(),
                id: id.map_or_else(&mut *choice_id, str::to_owned),
            })
        })
        .collect()
}

fn digits(options: &Map<String, Value>, most: u8) -> Result<u8, Refusal> {
    bounded(options, "precision", 0, most)
}

fn bounded(options: &Map<String, Value>, name: &str, default: u8, most: u8) -> Result<u8, Refusal> {
    let Some(value) = options.get(name) else {
        return Ok(default);
    };
    value
        .as_u64()
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| *value <= most)
        .ok_or_else(|| bad_options(&format!("{name} must be a whole number up to {most}")))
}

fn text<'a>(options: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    options.get(name).and_then(Value::as_str)
}

fn needed(options: &Map<String, Value>, name: &str) -> Result<String, Refusal> {
    text(options, name)
        .map(str::to_owned)
        .ok_or_else(|| bad_options(&format!("{name} is missing")))
}

fn bad_options(why: &str) -> Refusal {
    Refusal::unprocessable(
        "INVALID_FIELD_TYPE_OPTIONS_FOR_CREATE",
        format!("Invalid options for field: {why}"),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(kind: &str, options: &Value) -> Result<Kind, Refusal> {
        Kind::parse(kind, Some(options), &mut || "sel00000000000000".into())
    }

    #[test]
    fn every_type_reads_back_what_it_shows() {
        let links = json!({ "recordLinkFieldId": "f", "fieldIdInLinkedTable": "g" });
        for (kind, options) in [
            ("singleLineText", json!({})),
            ("number", json!({ "precision": 6 })),
            ("currency", json!({ "precision": 2, "symbol": "€" })),
            ("rating", json!({ "max": 7 })),
            ("dateTime", json!({ "timeZone": "Europe/Berlin" })),
            ("singleSelect", json!({ "choices": [{ "name": "CA" }] })),
            ("multipleRecordLinks", json!({ "linkedTableId": "tbl1" })),
            ("rollup", links.clone()),
            ("multipleLookupValues", links),
            ("formula", json!({ "formula": "{A} = 1" })),
        ] {
            let parsed = parse(kind, &options).unwrap();
            assert_eq!(parsed.name(), kind);
            let shown = parsed.options().unwrap_or_default();
            assert_eq!(parse(kind, &shown), Ok(parsed), "{kind}");
        }
    }

    #[test]
    fn a_type_or_option_that_the_vendor_does_not_have_is_refused() {
        for (kind, options) in [
            ("number", json!({ "precision": 9 })),
            ("rating", json!({ "max": 11 })),
            ("singleSelect", json!({ "choices": [{}] })),
            ("multipleRecordLinks", json!({})),
            ("hologram", json!({})),
        ] {
            assert!(parse(kind, &options).is_err(), "{kind}");
        }
    }
}
