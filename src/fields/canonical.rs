//! The one form in which a record's fields are stored, compared and hashed.

use super::json::{each_member, value};
use super::{ContentHash, Schema, Value, content_hash};

/// One record's values, in the order of its schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields(Vec<Option<Value>>);

impl Fields {
    /// All absent.
    pub fn empty(schema: &Schema) -> Self {
        Self(vec![None; schema.fields().len()])
    }

    /// The value at a position of the schema.
    pub fn at(&self, position: usize) -> Option<&Value> {
        self.0.get(position)?.as_ref()
    }

    /// The value of the field of this name.
    pub fn get(&self, schema: &Schema, name: &str) -> Option<&Value> {
        self.at(schema.position(name)?)
    }

    /// Sets the value at a position of the schema.
    pub fn set(&mut self, position: usize, value: Option<Value>) {
        self.0[position] = value;
    }

    /// Makes all values absent, and keeps the room.
    pub fn clear(&mut self) {
        self.0.fill(None);
    }

    /// The values in order.
    pub fn iter(&self) -> impl Iterator<Item = Option<&Value>> {
        self.0.iter().map(Option::as_ref)
    }

    /// Appends the canonical form: a JSON object, members in the schema's order, absent ones left
    /// out.
    pub fn write(&self, schema: &Schema, out: &mut Vec<u8>) {
        self.write_some(schema, out, |_| true);
    }

    /// The same of those fields alone whose positions `wanted` takes.
    pub fn write_some(&self, schema: &Schema, out: &mut Vec<u8>, wanted: impl Fn(usize) -> bool) {
        out.push(b'{');
        let mut first = true;
        for (at, value) in self.iter().enumerate() {
            let Some(value) = value.filter(|_| wanted(at)) else {
                continue;
            };
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            out.extend_from_slice(schema.label(at));
            value.write(out);
        }
        out.push(b'}');
    }

    /// The canonical form.
    pub fn canonical(&self, schema: &Schema) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        self.write(schema, &mut out);
        out
    }

    /// The fingerprint of the canonical form.
    pub fn hash(&self, schema: &Schema) -> ContentHash {
        content_hash(&self.canonical(schema))
    }

    /// Reads a stored form. A member that the schema no longer names, or that no longer fits its
    /// type, is absent. Errs when the bytes are no JSON object.
    pub fn stored(schema: &Schema, bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let mut fields = Self::empty(schema);
        let mut next = 0;
        each_member(bytes, &mut |name, raw| {
            // Members are stored in the schema's order: look further on before looking up.
            let ahead = schema.fields().get(next).filter(|field| field.name == name);
            let Some(at) = ahead.map(|_| next).or_else(|| schema.position(name)) else {
                return;
            };
            next = at + 1;
            fields.0[at] = value(&schema.fields()[at], raw).unwrap_or(None);
        })?;
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Field, FieldType};
    use super::*;

    fn schema() -> Schema {
        let kinds = FieldType::ALL.into_iter();
        Schema::new(kinds.map(|kind| Field::new(kind.name(), kind)).collect()).unwrap()
    }

    fn any_value(kind: FieldType) -> BoxedStrategy<Option<Value>> {
        match kind {
            FieldType::Text | FieldType::LongText => any::<String>().prop_map(Value::text).boxed(),
            FieldType::Integer => any::<i64>().prop_map(|n| Some(Value::Integer(n))).boxed(),
            FieldType::Number => any::<f64>().prop_map(Value::number).boxed(),
            FieldType::Boolean => any::<bool>().prop_map(|b| Some(Value::Boolean(b))).boxed(),
            FieldType::Date => (1i16..=9999, 1i8..=12, 1i8..=28)
                .prop_map(|(y, m, d)| Some(Value::Date(jiff::civil::date(y, m, d))))
                .boxed(),
            FieldType::DateTime => (-62_000_000_000_000i64..250_000_000_000_000)
                .prop_map(|ms| {
                    Some(Value::DateTime(
                        jiff::Timestamp::from_millisecond(ms).unwrap(),
                    ))
                })
                .boxed(),
            FieldType::Choices => any::<Vec<String>>().prop_map(Value::choices).boxed(),
            FieldType::Choice => "[a-z][a-z ]{0,20}[a-z]".prop_map(Value::text).boxed(),
            FieldType::Email => Just(Value::text("a@example.org")).boxed(),
            FieldType::Url => Just(Value::text("https://example.org")).boxed(),
            FieldType::Phone => Just(Value::text("+49 30 1234")).boxed(),
            FieldType::Json => (any::<i32>(), any::<String>())
                .prop_map(|(n, text)| Some(Value::Json(serde_json::json!({"n": n, "a": [text]}))))
                .boxed(),
        }
    }

    fn any_fields() -> impl Strategy<Value = Fields> {
        let values: Vec<_> = FieldType::ALL.into_iter().map(any_value).collect();
        values.prop_map(Fields)
    }

    proptest! {
        #[test]
        fn fields_come_back_from_their_canonical_form(fields in any_fields()) {
            let schema = schema();
            let bytes = fields.canonical(&schema);
            let back = Fields::stored(&schema, &bytes).unwrap();
            prop_assert_eq!(back.canonical(&schema), bytes);
            prop_assert_eq!(back.hash(&schema), fields.hash(&schema));
        }
    }

    #[test]
    fn absent_values_null_and_empty_text_are_the_same_content() {
        let schema = Schema::new(vec![
            Field::new("a", FieldType::Text),
            Field::new("b", FieldType::Number),
        ])
        .unwrap();
        let hash = |json: &str| schema.read(json.as_bytes()).unwrap().fields.hash(&schema);
        assert_eq!(hash("{}"), hash(r#"{"a":"","b":null}"#));
        assert_eq!(hash(r#"{"a":"x","b":1}"#), hash(r#"{"b":1.0,"a":"x"}"#));
    }

    #[test]
    fn a_stored_value_that_no_longer_fits_is_absent() {
        let schema = Schema::new(vec![Field::new("a", FieldType::Integer)]).unwrap();
        let fields = Fields::stored(&schema, br#"{"gone":1,"a":"text"}"#).unwrap();
        assert_eq!(fields, Fields::empty(&schema));
    }
}
