//! Makes a record from values: pure, the same for imports, edits and rewrites.

use super::error::{FaultReason, RecordFault};
use super::row::Definition;
use crate::fields::{
    ContentHash, Fields, MAX_RECORD_BYTES, Misfit, Schema, SchemaFaults, content_hash, order_key,
};

/// A key has no more characters than this.
const MAX_KEY: usize = 500;

/// What a dataset wants of its records. Clones share the schema.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) schema: Schema,
    /// Where the key field stands.
    pub(super) key_at: usize,
    /// Slots of the index, and where their fields stand.
    slots: Vec<(u32, usize)>,
}

/// A record that can be kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    pub(super) key: String,
    /// The canonical fields.
    pub(super) json: Vec<u8>,
    pub(super) hash: ContentHash,
    /// What stands in the index of fields: slot and order key.
    pub(super) entries: Vec<(u32, Vec<u8>)>,
}

impl Shape {
    pub(super) fn new(definition: &Definition) -> Result<Self, SchemaFaults> {
        let schema = Schema::new(definition.fields.clone())?;
        let place = |slot: &super::row::Slot| Some((slot.slot, schema.position(&slot.field)?));
        Ok(Self {
            slots: definition.slots.iter().filter_map(place).collect(),
            key_at: schema.position(&definition.key_field).unwrap_or_default(),
            schema,
        })
    }

    /// Checks what only the record as a whole shows, and gives the form that is stored.
    pub(super) fn draft(&self, fields: &Fields) -> Result<Draft, Vec<RecordFault>> {
        let key = fields
            .at(self.key_at)
            .map(|value| value.spelling().into_owned());
        let key = key.unwrap_or_default();
        let mut faults = self.missing(fields);
        if let Some(reason) = key_fault(&key) {
            faults.push(RecordFault {
                value: Some(key.chars().take(200).collect()),
                ..RecordFault::of(&self.schema.fields()[self.key_at].name, reason)
            });
        }
        let json = fields.canonical(&self.schema);
        if json.len() > MAX_RECORD_BYTES {
            faults.push(RecordFault {
                field: None,
                value: None,
                reason: FaultReason::TooLarge,
            });
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(Draft {
            key,
            hash: content_hash(&json),
            entries: self.entries(fields),
            json,
        })
    }

    /// The record as it is kept whatever is missing: for one that is there already.
    pub(super) fn redraft(&self, key: &str, fields: &Fields) -> Draft {
        let json = fields.canonical(&self.schema);
        Draft {
            key: key.to_owned(),
            hash: content_hash(&json),
            entries: self.entries(fields),
            json,
        }
    }

    fn entries(&self, fields: &Fields) -> Vec<(u32, Vec<u8>)> {
        let slots = self.slots.iter();
        slots
            .map(|(slot, at)| (*slot, order_key(fields.at(*at))))
            .collect()
    }

    /// The required fields that are absent; the key has its own words.
    fn missing(&self, fields: &Fields) -> Vec<RecordFault> {
        let schema = self.schema.fields().iter().zip(fields.iter()).enumerate();
        schema
            .filter(|(at, (field, value))| *at != self.key_at && field.required && value.is_none())
            .map(|(_, (field, _))| RecordFault::of(&field.name, Misfit::Missing))
            .collect()
    }
}

/// What is wrong with a key.
pub(super) fn key_fault(key: &str) -> Option<FaultReason> {
    if key.trim().is_empty() || key.chars().count() > MAX_KEY {
        Some(FaultReason::KeyLength)
    } else if key.chars().any(char::is_control) {
        Some(FaultReason::KeyCharacters)
    } else {
        None
    }
}

#[cfg(test)]
pub(super) mod tests {
    use jiff::Timestamp;

    use super::super::row::Slot;
    use super::*;
    use crate::fields::{Field, FieldType};

    pub(in crate::datasets) fn definition(fields: Vec<Field>) -> Definition {
        let indexed = fields.iter().filter(|field| field.indexed);
        let slots: Vec<Slot> = indexed
            .zip(0..)
            .map(|(field, slot)| Slot {
                field: field.name.clone(),
                slot,
                ready: true,
            })
            .collect();
        Definition {
            name: "Airports".into(),
            key_field: fields[0].name.clone(),
            next_slot: u32::try_from(slots.len()).unwrap(),
            fields,
            slots,
            watches: Vec::new(),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    pub(in crate::datasets) fn airports() -> Definition {
        let mut state = Field::new("state", FieldType::Text);
        state.indexed = true;
        let mut name = Field::new("name", FieldType::Text);
        name.required = true;
        let latitude = Field::new("latitude", FieldType::Number);
        definition(vec![
            Field::new("iata", FieldType::Text),
            name,
            state,
            latitude,
        ])
    }

    fn drafted(json: &str) -> Result<Draft, Vec<RecordFault>> {
        let shape = Shape::new(&airports()).unwrap();
        let members = shape.schema.read(json.as_bytes()).unwrap();
        shape.draft(&members.fields)
    }

    #[test]
    fn a_record_is_kept_in_its_canonical_form_with_its_index_entries() {
        let draft = drafted(r#"{"latitude":1.0,"name":"Thigpen","iata":"00M"}"#).unwrap();
        assert_eq!(draft.key, "00M");
        assert_eq!(
            draft.json,
            br#"{"iata":"00M","name":"Thigpen","latitude":1}"#
        );
        assert_eq!(draft.entries, [(0, order_key(None))]);
    }

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        let faults = drafted("{}").unwrap_err();
        let reasons: Vec<_> = faults.iter().map(|fault| &fault.reason).collect();
        assert_eq!(
            reasons,
            [
                &FaultReason::Misfit(Misfit::Missing),
                &FaultReason::KeyLength
            ]
        );
    }

    #[test]
    fn a_key_is_short_and_printable() {
        for (key, fault) in [
            ("a", None),
            (" ", Some(FaultReason::KeyLength)),
            ("a\nb", Some(FaultReason::KeyCharacters)),
            (&"é".repeat(500), None),
            (&"é".repeat(501), Some(FaultReason::KeyLength)),
        ] {
            assert_eq!(key_fault(key), fault);
        }
    }
}
