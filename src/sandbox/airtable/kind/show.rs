//! Writes options as the vendor's schema calls show them.
use serde_json::{Value, json};

use super::{Choice, Computed, Kind, Number};

impl Kind {
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
}

impl Choice {
    pub(crate) fn json(&self) -> Value {
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
}

impl Computed {
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
