//! Names a record's fields and says what they hold.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::FieldType;

/// A schema has no more fields than this.
pub const MAX_FIELDS: usize = 500;
const MAX_NAME: usize = 120;
const MAX_CHOICES: usize = 1_000;

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The name: 1 to 120 characters, no other field's in any case of letters.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: FieldType,
    /// Whether every record must have it.
    #[serde(default)]
    pub required: bool,
    /// Whether records can be found and sorted by it without looking at all of them.
    #[serde(default)]
    pub indexed: bool,
    /// What a choice may be; empty for anything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

impl Field {
    /// A field that is neither required nor indexed.
    pub fn new(name: impl Into<String>, kind: FieldType) -> Self {
        Self {
            name: name.into(),
            kind,
            required: false,
            indexed: false,
            choices: Vec::new(),
        }
    }
}

/// What is wrong with one field of a schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    /// No field at all.
    #[error("a schema needs at least one field")]
    Empty,
    /// Too many.
    #[error("a schema has at most {MAX_FIELDS} fields")]
    TooMany,
    /// The name's length.
    #[error("a field's name has 1 to {MAX_NAME} characters")]
    NameLength,
    /// The name's characters.
    #[error("a field's name has no control characters and no space at either end")]
    NameCharacters,
    /// Twice the same name.
    #[error("another field has this name (upper and lower case count as the same)")]
    NameTaken,
    /// Choices at a type that has none.
    #[error("only fields of type choice and choices have choices")]
    ChoicesMisplaced,
    /// The list of choices itself.
    #[error("choices are up to {MAX_CHOICES} different texts, none of them empty")]
    Choices,
    /// An index over what has no order.
    #[error("a field of type {0} cannot be indexed")]
    Unordered(FieldType),
}

/// Everything that is wrong with a schema: where (`fields[2].name`) and what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the schema has {} faults", .0.len())]
pub struct SchemaFaults(pub Vec<(String, SchemaFault)>);

/// The fields of a dataset's records, in order. Clones share it.
#[derive(Clone, Debug)]
pub struct Schema(Arc<Checked>);

#[derive(Debug)]
struct Checked {
    fields: Vec<Field>,
    /// Each field's `"name":` as JSON.
    labels: Vec<Vec<u8>>,
    positions: HashMap<String, usize>,
}

impl Schema {
    /// Checks the fields, and tells all faults at once.
    pub fn new(fields: Vec<Field>) -> Result<Self, SchemaFaults> {
        let faults = faults(&fields);
        if !faults.is_empty() {
            return Err(SchemaFaults(faults));
        }
        let names = fields.iter().map(|field| field.name.clone());
        let positions = names.zip(0..).collect();
        let labels = fields.iter().map(label).collect();
        Ok(Self(Arc::new(Checked {
            fields,
            labels,
            positions,
        })))
    }

    /// The fields in order.
    pub fn fields(&self) -> &[Field] {
        &self.0.fields
    }

    /// Where the field of exactly this name stands.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.0.positions.get(name).copied()
    }

    /// Where the field of this name stands, upper and lower case aside.
    pub fn position_like(&self, name: &str) -> Option<usize> {
        let like = |field: &Field| field.name.to_lowercase() == name.to_lowercase();
        self.position(name)
            .or_else(|| self.fields().iter().position(like))
    }

    /// The field's name as the JSON of a member: `"name":`.
    pub(super) fn label(&self, position: usize) -> &[u8] {
        &self.0.labels[position]
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.fields() == other.fields()
    }
}

fn label(field: &Field) -> Vec<u8> {
    let mut label = serde_json::to_vec(&field.name).expect("a text is always JSON");
    label.push(b':');
    label
}

fn faults(fields: &[Field]) -> Vec<(String, SchemaFault)> {
    let mut faults = Vec::new();
    match fields.len() {
        0 => faults.push(("fields".into(), SchemaFault::Empty)),
        1..=MAX_FIELDS => {}
        _ => faults.push(("fields".into(), SchemaFault::TooMany)),
    }
    let mut names = HashMap::new();
    for (at, field) in fields.iter().enumerate() {
        let mut fault = |part: &str, fault| faults.push((format!("fields[{at}].{part}"), fault));
        if !(1..=MAX_NAME).contains(&field.name.chars().count()) {
            fault("name", SchemaFault::NameLength);
        }
        if field.name.chars().any(char::is_control) || field.name.trim() != field.name {
            fault("name", SchemaFault::NameCharacters);
        }
        if names.insert(field.name.to_lowercase(), at).is_some() {
            fault("name", SchemaFault::NameTaken);
        }
        let has_choices = matches!(field.kind, FieldType::Choice | FieldType::Choices);
        if !has_choices && !field.choices.is_empty() {
            fault("choices", SchemaFault::ChoicesMisplaced);
        }
        let mut choices: Vec<&String> = field.choices.iter().collect();
        choices.sort();
        choices.dedup();
        let doubled = choices.len() != field.choices.len();
        if doubled || choices.len() > MAX_CHOICES || choices.iter().any(|text| text.is_empty()) {
            fault("choices", SchemaFault::Choices);
        }
        if field.indexed && !field.kind.can_be_indexed() {
            fault("indexed", SchemaFault::Unordered(field.kind));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_of_a_schema_are_told_at_once() {
        let mut json = Field::new("B", FieldType::Json);
        json.indexed = true;
        let mut text = Field::new("b", FieldType::Text);
        text.choices = vec!["x".into()];
        let Err(SchemaFaults(faults)) =
            Schema::new(vec![json, text, Field::new("", FieldType::Url)])
        else {
            panic!("the schema passed")
        };
        let places: Vec<&str> = faults.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(
            places,
            [
                "fields[0].indexed",
                "fields[1].name",
                "fields[1].choices",
                "fields[2].name"
            ]
        );
    }

    #[test]
    fn a_field_is_found_by_its_name_and_by_a_like_one() {
        let schema = Schema::new(vec![Field::new("Été", FieldType::Text)]).unwrap();
        assert_eq!(schema.position("Été"), Some(0));
        assert_eq!(schema.position("été"), None);
        assert_eq!(schema.position_like("ÉTÉ"), Some(0));
    }
}
