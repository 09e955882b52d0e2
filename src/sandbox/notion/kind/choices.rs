//! The options of a select, multi-select or status.
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use crate::sandbox::notion::{id::Ids, refusal::Refusal};

/// The colours that new options are given, one after the other.
const COLORS: [&str; 10] = [
    "default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red",
];

/// The groups of a status, each with its colour.
pub(crate) const GROUPS: [(&str, &str); 3] = [
    ("To-do", "gray"),
    ("In progress", "blue"),
    ("Complete", "green"),
];

/// Options in their order. One that is removed keeps its place, since cells name places.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Choices(Vec<Choice>);

/// One option.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) name: String,
    color: String,
    /// The place of a status's group.
    pub(crate) group: usize,
    removed: bool,
}

impl Serialize for Choice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("id", &self.id)?;
        map.serialize_entry("name", &self.name)?;
        map.serialize_entry("color", &self.color)?;
        map.end()
    }
}

impl Choices {
    /// The options of a status that is set up without any.
    pub(crate) fn of_status(ids: &mut Ids) -> Self {
        let mut choices = Self::default();
        for (group, name) in ["Not started", "In progress", "Done"]
            .into_iter()
            .enumerate()
        {
            let place = choices.add(name, None, ids);
            choices.0[place as usize].group = group;
            GROUPS[group]
                .1
                .clone_into(&mut choices.0[place as usize].color);
        }
        choices
    }

    /// The options that are there, with their places.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u32, &Choice)> {
        (0..).zip(&self.0).filter(|(_, choice)| !choice.removed)
    }

    /// The option at a place; `None` once it is removed.
    pub(crate) fn get(&self, place: u32) -> Option<&Choice> {
        self.0.get(place as usize).filter(|choice| !choice.removed)
    }

    pub(crate) fn by_name(&self, name: &str) -> Option<u32> {
        self.all()
            .find(|(_, choice)| choice.name == name)
            .map(|(place, _)| place)
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<u32> {
        self.all()
            .find(|(_, choice)| choice.id == id)
            .map(|(place, _)| place)
    }

    /// Adds an option, of the next colour unless one is given.
    pub(crate) fn add(&mut self, name: &str, color: Option<&str>, ids: &mut Ids) -> u32 {
        let next = COLORS[self.0.len() % COLORS.len()];
        self.0.push(Choice {
            id: ids.make().to_string(),
            name: name.to_owned(),
            color: color.unwrap_or(next).to_owned(),
            group: 0,
            removed: false,
        });
        u32::try_from(self.0.len() - 1).expect("a property has fewer than 2³² options")
    }

    /// Takes the options of a schema: those named stay or are made, and with `replace` others go.
    pub(crate) fn take(
        &mut self,
        place: &str,
        options: &Value,
        replace: bool,
        ids: &mut Ids,
    ) -> Result<(), Refusal> {
        let Some(options) = options.as_array() else {
            return Err(Refusal::expected(place, "an array", options));
        };
        let mut kept = Vec::new();
        for (number, option) in options.iter().enumerate() {
            let text = |name: &str| option.get(name).and_then(Value::as_str);
            let (id, name) = (text("id"), text("name"));
            let known = id
                .and_then(|id| self.by_id(id))
                .or_else(|| name.and_then(|name| self.by_name(name)));
            let at = match (known, name) {
                (Some(at), _) => at,
                (None, Some(name)) => self.add(checked(name)?, text("color"), ids),
                (None, None) => return Err(Refusal::absent(&format!("{place}[{number}].name"))),
            };
            if let Some(name) = name {
                name.clone_into(&mut self.0[at as usize].name);
            }
            kept.push(at);
        }
        if replace {
            for (at, choice) in (0..).zip(&mut self.0) {
                choice.removed |= !kept.contains(&at);
            }
        }
        Ok(())
    }
}

/// A name that an option may have: the vendor splits at commas elsewhere.
pub(crate) fn checked(name: &str) -> Result<&str, Refusal> {
    if name.contains(',') {
        return Err(Refusal::invalid(format!(
            "Invalid select option, commas not allowed: {name}"
        )));
    }
    if name.is_empty() || name.chars().count() > 100 {
        return Err(Refusal::invalid(
            "Select option names must have between 1 and 100 characters.",
        ));
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_removed_option_keeps_the_places_of_the_others() {
        let mut ids = Ids::seeded(1);
        let mut choices = Choices::default();
        let both = json!([{ "name": "a" }, { "name": "b" }]);
        choices.take("o", &both, true, &mut ids).unwrap();
        choices
            .take("o", &json!([{ "name": "b" }]), true, &mut ids)
            .unwrap();
        assert_eq!(
            (choices.by_name("a"), choices.by_name("b")),
            (None, Some(1))
        );
    }

    #[test]
    fn an_option_is_renamed_by_its_id() {
        let mut ids = Ids::seeded(1);
        let mut choices = Choices::default();
        let place = choices.add("a", None, &mut ids);
        let id = choices.get(place).unwrap().id.clone();
        choices
            .take("o", &json!([{ "id": id, "name": "z" }]), true, &mut ids)
            .unwrap();
        assert_eq!(choices.by_name("z"), Some(place));
    }

    #[test]
    fn a_comma_has_no_place_in_an_option() {
        assert!(
            checked("a,b")
                .unwrap_err()
                .message
                .contains("commas not allowed")
        );
        assert!(checked("").is_err());
    }
}
