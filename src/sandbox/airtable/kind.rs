//! The types that a field can have, and what of them the vendor works out by itself.
use serde_json::{Map, Value, json};

use super::refusal::Refusal;

/// A field's type with its options (Airtable Web API, "Field types and cell values").
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// `singleLineText`, `multilineText`, `email`, `url`, `phoneNumber`: text, kept as it comes.
    Text(Text),
    /// Markdown. Reads end in a newline, whatever was written.
    RichText,
    Number(Number),
    Rating {
        max: u8,
    },
    Checkbox,
    Date,
    DateTime {
        time_zone: String,
    },
    SingleSelect(Vec<Choice>),
    MultipleSelects(Vec<Choice>),
    /// Links to the table of this id.
    Links {
        table: String,
    },
    SingleCollaborator,
    MultipleCollaborators,
    Attachments,
    Barcode,
    Computed(Computed),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
    SingleLine,
    Multiline,
    Email,
    Url,
    Phone,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Number {
    Plain { precision: u8 },
    Currency { precision: u8, symbol: String },
    Percent { precision: u8 },
    Duration { format: String },
}

/// One option of a select field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// What the vendor works out. Fields are referred to by id or by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Computed {
    /// How many records a link field names.
    Count {
        links: String,
    },
    AutoNumber,
    Button,
    CreatedBy,
    LastModifiedBy,
    CreatedTime,
    LastModifiedTime,
    Formula {
        expression: String,
    },
    /// How many linked records have a value in a field of theirs.
    Rollup {
        links: String,
        field: String,
    },
    Lookup {
        links: String,
        field: String,
    },
    AiText,
    SyncSource,
    ManualSort,
}

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

    /// The vendor's name of the type.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Text(Text::SingleLine) => "singleLineText",
            Self::Text(Text::Multiline) => "multilineText",
            Self::Text(Text::Email) => "email",
            Self::Text(Text::Url) => "url",
            Self::Text(Text::Phone) => "phoneNumber",
            Self::RichText => "richText",
            Self::Number(Number::Plain { .. }) => "number",
            Self::Number(Number::Currency { .. }) => "currency",
            Self::Number(Number::Percent { .. }) => "percent",
            Self::Number(Number::Duration { .. }) => "duration",
            Self::Rating { .. } => "rating",
            Self::Checkbox => "checkbox",
            Self::Date => "date",
            Self::DateTime { .. } => "dateTime",
            Self::SingleSelect(_) => "singleSelect",
            Self::MultipleSelects(_) => "multipleSelects",
            Self::Links { .. } => "multipleRecordLinks",
            Self::SingleCollaborator => "singleCollaborator",
            Self::MultipleCollaborators => "multipleCollaborators",
            Self::Attachments => "multipleAttachments",
            Self::Barcode => "barcode",
            Self::Computed(computed) => computed.name(),
        }
    }

    /// The options as the schema call shows them; `None` for types that have none.
    pub(crate) fn options(&self) -> Option<Value> {
        let options = match self {
            Self::Text(_)
            | Self::RichText
            | Self::SingleCollaborator
            | Self::MultipleCollaborators
            | Self::Barcode => return None,
            Self::Number(number) => number.options(),
            Self::Rating { max } => json!({ "icon": "star", "max": max, "color": "yellowBright" }),
            Self::Checkbox => json!({ "icon": "check", "color": "greenBright" }),
            Self::Date => json!({ "dateFormat": { "name": "iso", "format": "YYYY-MM-DD" } }),
            Self::DateTime { time_zone } => json!({
                "dateFormat": { "name": "iso", "format": "YYYY-MM-DD" },
                "timeFormat": { "name": "24hour", "format": "HH:mm" },
                "timeZone": time_zone,
            }),
            Self::SingleSelect(choices) | Self::MultipleSelects(choices) => {
                json!({ "choices": choices.iter().map(Choice::json).collect::<Vec<_>>() })
            }
            Self::Links { table } => json!({
                "linkedTableId": table, "isReversed": false, "prefersSingleRecordLink": false,
            }),
            Self::Attachments => json!({ "isReversed": false }),
            Self::Computed(computed) => return computed.options(),
        };
        Some(options)
    }

    /// The options of a select field.
    pub(crate) fn choices(&self) -> &[Choice] {
        match self {
            Self::SingleSelect(choices) | Self::MultipleSelects(choices) => choices,
            _ => &[],
        }
    }

    /// Whether an upsert may match on it: plain kinds of value alone.
    pub(crate) fn can_merge(&self) -> bool {
        matches!(
            self,
            Self::Text(_)
                | Self::Number(_)
                | Self::Rating { .. }
                | Self::Date
                | Self::DateTime { .. }
                | Self::SingleSelect(_)
                | Self::MultipleSelects(_)
        )
    }
}

impl Choice {
    fn json(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "color": "blueLight2" })
    }
}

impl Number {
    fn options(&self) -> Value {
        match self {
            Self::Plain { precision } | Self::Percent { precision } => {
                json!({ "precision": precision })
            }
            Self::Currency { precision, symbol } => {
                json!({ "precision": precision, "symbol": symbol })
            }
            Self::Duration { format } => json!({ "durationFormat": format }),
        }
    }

    /// The digits after the point that the field shows.
    pub(crate) fn precision(&self) -> u8 {
        match self {
            Self::Plain { precision }
            | Self::Percent { precision }
            | Self::Currency { precision, .. } => *precision,
            Self::Duration { .. } => 3,
        }
    }
}

impl Computed {
    fn name(&self) -> &'static str {
        match self {
            Self::Count { .. } => "count",
            Self::AutoNumber => "autoNumber",
            Self::Button => "button",
            Self::CreatedBy => "createdBy",
            Self::LastModifiedBy => "lastModifiedBy",
            Self::CreatedTime => "createdTime",
            Self::LastModifiedTime => "lastModifiedTime",
            Self::Formula { .. } => "formula",
            Self::Rollup { .. } => "rollup",
            Self::Lookup { .. } => "multipleLookupValues",
            Self::AiText => "aiText",
            Self::SyncSource => "externalSyncSource",
            Self::ManualSort => "manualSort",
        }
    }

    fn options(&self) -> Option<Value> {
        let options = match self {
            Self::Count { links } => json!({ "isValid": true, "recordLinkFieldId": links }),
            Self::Formula { expression } => json!({
                "isValid": true, "formula": expression, "referencedFieldIds": [],
                "result": { "type": "number", "options": { "precision": 0 } },
            }),
            Self::Rollup { links, field } => json!({
                "isValid": true, "recordLinkFieldId": links, "fieldIdInLinkedTable": field,
                "referencedFieldIds": [],
                "result": { "type": "number", "options": { "precision": 0 } },
            }),
            Self::Lookup { links, field } => json!({
                "isValid": true, "recordLinkFieldId": links, "fieldIdInLinkedTable": field,
                "result": { "type": "singleLineText" },
            }),
            Self::LastModifiedTime => json!({
                "isValid": true, "referencedFieldIds": [], "result": { "type": "dateTime" },
            }),
            Self::CreatedTime => json!({ "result": { "type": "dateTime" } }),
            Self::SyncSource => json!({ "choices": [] }),
            _ => return None,
        };
        Some(options)
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
