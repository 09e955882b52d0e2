//! The bodies of the vendor's writes.
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::{query::flag, refusal::Refusal};

/// A write as it came: one record in `fields`, or several in `records`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    records: Option<Vec<Item>>,
    fields: Option<Map<String, Value>>,
    #[serde(default)]
    typecast: Value,
    #[serde(default)]
    return_fields_by_field_id: Value,
    perform_upsert: Option<Upsert>,
}

/// One record of a write.
#[derive(Debug, Deserialize)]
pub(crate) struct Item {
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) fields: Map<String, Value>,
}

/// The fields, by name or id, on which records without an id are matched.
#[derive(Debug, Deserialize)]
pub(crate) struct Upsert {
    #[serde(rename = "fieldsToMergeOn")]
    pub(crate) merge_on: Vec<String>,
}

/// A write of one record or of several.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) items: Vec<Item>,
    /// Whether the answer is the record itself rather than a list of one.
    pub(crate) single: bool,
    pub(crate) typecast: bool,
    pub(crate) by_id: bool,
    pub(crate) upsert: Option<Upsert>,
}

impl Request {
    pub(crate) fn read(body: &[u8]) -> Result<Self, Refusal> {
        let body: Body =
            serde_json::from_slice(body).map_err(|error| Refusal::malformed(error.to_string()))?;
        let (items, single) = match (body.records, body.fields) {
            (Some(records), None) => (records, false),
            (None, Some(fields)) => (vec![Item { id: None, fields }], true),
            (None, None) => {
                return Err(Refusal::unprocessable(
                    "INVALID_REQUEST_MISSING_FIELDS",
                    "Could not find field \"fields\" in the request body",
                ));
            }
            (Some(_), Some(_)) => {
                return Err(Refusal::malformed("Give either \"records\" or \"fields\""));
            }
        };
        Ok(Self {
            items,
            single,
            typecast: flag(&body.typecast),
            by_id: flag(&body.return_fields_by_field_id),
            upsert: body.perform_upsert,
        })
    }
}
