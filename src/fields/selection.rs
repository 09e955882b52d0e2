//! Chooses which fields of records are shown.

use super::{Fields, Schema};

/// The fields that somebody wants to see; all of them unless some were named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection(Option<Box<[bool]>>);

/// Names of fields that there are not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a field of this dataset; its fields are {}", .unknown.join(", "), .known.join(", "))]
pub struct UnknownNames {
    /// Those that were asked for in vain.
    pub unknown: Vec<String>,
    /// Those that there are.
    pub known: Vec<String>,
}

impl Selection {
    /// Reads names joined by commas, in any case of letters; one that holds a comma stands in
    /// double quotes, as in CSV. Without a text all fields are meant, by an empty one none.
    pub fn read(schema: &Schema, names: Option<&str>) -> Result<Self, UnknownNames> {
        let names = names.map(split);
        Self::named(schema, names.as_deref())
    }

    /// The same by a list of names.
    pub fn named(schema: &Schema, names: Option<&[String]>) -> Result<Self, UnknownNames> {
        let Some(names) = names else {
            return Ok(Self(None));
        };
        let mut chosen = vec![false; schema.fields().len()];
        let mut unknown = Vec::new();
        for name in names {
            match schema.position_like(name) {
                Some(at) => chosen[at] = true,
                None => unknown.push(format!("{name:?}")),
            }
        }
        if unknown.is_empty() {
            return Ok(Self(Some(chosen.into())));
        }
        let known = schema.fields().iter().map(|field| field.name.clone());
        Err(UnknownNames {
            unknown,
            known: known.collect(),
        })
    }

    /// The same with one more field.
    #[must_use]
    pub fn with(mut self, position: usize) -> Self {
        if let Some(chosen) = &mut self.0 {
            chosen[position] = true;
        }
        self
    }

    /// Whether the field at this position is wanted.
    pub fn takes(&self, position: usize) -> bool {
        self.0.as_ref().is_none_or(|chosen| chosen[position])
    }

    /// Appends those of the values that are wanted, as [`Fields::write`] does.
    pub fn write(&self, schema: &Schema, fields: &Fields, out: &mut Vec<u8>) {
        match &self.0 {
            None => fields.write(schema, out),
            Some(chosen) => fields.write_some(schema, out, |at| chosen[at]),
        }
    }
}

/// The names in a list; empty ones are left out.
fn split(names: &str) -> Vec<String> {
    let mut list = Vec::new();
    let mut name = String::new();
    let mut quoted = false;
    let mut characters = names.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                name.push('"');
                characters.next();
            }
            '"' if quoted || name.trim().is_empty() => quoted = !quoted,
            ',' if !quoted => list.push(std::mem::take(&mut name)),
            other => name.push(other),
        }
    }
    list.push(name);
    let names = list.into_iter().map(|name| name.trim().to_owned());
    names.filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Field, FieldType};
    use super::*;

    fn schema() -> Schema {
        let names = ["code", "City, state", "say \"hi\""];
        let fields = names.map(|name| Field::new(name, FieldType::Text));
        Schema::new(fields.into()).unwrap()
    }

    fn shown(names: Option<&str>) -> String {
        let schema = schema();
        let json = br#"{"code":"A","City, state":"b","say \"hi\"":"c"}"#;
        let fields = schema.read(json).unwrap().fields;
        let mut out = Vec::new();
        let chosen = Selection::read(&schema, names).unwrap();
        chosen.write(&schema, &fields, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_what_was_named_is_shown_in_the_order_of_the_schema() {
        assert_eq!(
            shown(None),
            r#"{"code":"A","City, state":"b","say \"hi\"":"c"}"#
        );
        assert_eq!(
            shown(Some(r#""city, STATE", Code,"#)),
            r#"{"code":"A","City, state":"b"}"#
        );
        assert_eq!(shown(Some(r#""say ""hi""""#)), r#"{"say \"hi\"":"c"}"#);
        assert_eq!(shown(Some("")), "{}");
    }

    #[test]
    fn names_that_there_are_not_are_told_with_those_that_there_are() {
        let refused = Selection::read(&schema(), Some("code,town,plz")).unwrap_err();
        assert_eq!(refused.unknown, ["\"town\"", "\"plz\""]);
        assert_eq!(refused.known[0], "code");
    }
}
