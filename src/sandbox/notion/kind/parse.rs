//! Reads a property's type and settings as the vendor's schema calls write them.
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{Choices, Kind, Relation, Rollup};
use crate::sandbox::notion::{id::Ids, refusal::Refusal, source::SourceAt};

/// What a type is read within.
pub(crate) struct Setting<'a> {
    /// Where the property stands in the body.
    pub(crate) place: &'a str,
    pub(crate) ids: &'a mut Ids,
    /// The data source that a relation names, by its own id or its database's.
    pub(crate) find: &'a dyn Fn(Uuid) -> Option<SourceAt>,
    /// The id of the property that a rollup names, by id or name, here or at a relation's end.
    pub(crate) gather: &'a dyn Fn(&Map<String, Value>) -> Option<Gathered>,
}

/// The ids of a relation and of the property at its end.
pub(crate) type Gathered = (String, String);

/// The type that `given` names, and its settings.
fn named(given: &Map<String, Value>) -> Option<(&str, &Value)> {
    if let Some(kind) = given.get("type").and_then(Value::as_str) {
        return Some((kind, given.get(kind).unwrap_or(&Value::Null)));
    }
    given
        .iter()
        .find(|(name, _)| !matches!(name.as_str(), "id" | "name" | "description"))
        .map(|(name, settings)| (name.as_str(), settings))
}

/// Reads a new property's type.
pub(crate) fn parse(given: &Map<String, Value>, within: &mut Setting<'_>) -> Result<Kind, Refusal> {
    let Some((name, settings)) = named(given) else {
        return Err(Refusal::absent(&format!("{}.type", within.place)));
    };
    let kind = match name {
        "title" => Kind::Title,
        "rich_text" => Kind::RichText,
        "number" => Kind::Number {
            format: text(settings, "format").unwrap_or("number").to_owned(),
        },
        "select" => Kind::Select(choices(settings, within)?),
        "multi_select" => Kind::MultiSelect(choices(settings, within)?),
        "status" if settings.get("options").is_none() => {
            Kind::Status(Choices::of_status(within.ids))
        }
        "status" => Kind::Status(choices(settings, within)?),
        "date" => Kind::Date,
        "people" => Kind::People,
        "files" => Kind::Files,
        "checkbox" => Kind::Checkbox,
        "url" => Kind::Url,
        "email" => Kind::Email,
        "phone_number" => Kind::PhoneNumber,
        "relation" => Kind::Relation(relation(settings, within)?),
        "formula" => Kind::Formula(text(settings, "expression").unwrap_or_default().to_owned()),
        "rollup" => Kind::Rollup(rollup(settings, within)?),
        "created_time" => Kind::CreatedTime,
        "last_edited_time" => Kind::LastEditedTime,
        "created_by" => Kind::CreatedBy,
        "last_edited_by" => Kind::LastEditedBy,
        "unique_id" => Kind::UniqueId {
            prefix: text(settings, "prefix").map(str::to_owned),
        },
        "verification" => Kind::Verification,
        "button" => Kind::Button,
        "place" => Kind::Place,
        other => {
            let place = format!("{}.{other}", within.place);
            return Err(Refusal::invalid(format!(
                "body failed validation: body.{place} should be not present."
            )));
        }
    };
    Ok(kind)
}

/// Changes a property's settings, or its type when another one is named; cells of another type
/// are lost, so `true` tells that they must be.
pub(crate) fn change(
    kind: &mut Kind,
    given: &Map<String, Value>,
    within: &mut Setting<'_>,
) -> Result<bool, Refusal> {
    let Some((name, settings)) = named(given) else {
        return Ok(false);
    };
    if name != kind.name() {
        if matches!(kind, Kind::Title) || name == "title" {
            return Err(Refusal::invalid(
                "Cannot change the type of the title property, nor make another one.",
            ));
        }
        *kind = parse(given, within)?;
        return Ok(true);
    }
    match kind {
        Kind::Number { format } => {
            if let Some(new) = text(settings, "format") {
                new.clone_into(format);
            }
        }
        Kind::Formula(expression) => {
            if let Some(new) = text(settings, "expression") {
                new.clone_into(expression);
            }
        }
        Kind::UniqueId { prefix } => *prefix = text(settings, "prefix").map(str::to_owned),
        Kind::Relation(_)
            if settings
                .get("data_source_id")
                .or(settings.get("database_id"))
                .is_some() =>
        {
            *kind = parse(given, within)?;
            return Ok(true);
        }
        _ => {
            // A status keeps the options that it has; new ones go to its first group.
            let replace = !matches!(kind, Kind::Status(_));
            if let (Some(own), Some(options)) = (kind.choices_mut(), settings.get("options")) {
                let place = format!("{}.{name}.options", within.place);
                own.take(&place, options, replace, within.ids)?;
            }
        }
    }
    Ok(false)
}

fn text<'a>(settings: &'a Value, name: &str) -> Option<&'a str> {
    settings.get(name).and_then(Value::as_str)
}

fn choices(settings: &Value, within: &mut Setting<'_>) -> Result<Choices, Refusal> {
    let mut choices = Choices::default();
    if let Some(options) = settings.get("options") {
        let place = format!("{}.options", within.place);
        choices.take(&place, options, true, within.ids)?;
    }
    Ok(choices)
}

fn relation(settings: &Value, within: &Setting<'_>) -> Result<Relation, Refusal> {
    let id = text(settings, "data_source_id").or_else(|| text(settings, "database_id"));
    let place = format!("{}.relation.data_source_id", within.place);
    let id = id.ok_or_else(|| Refusal::absent(&place))?;
    let source = Uuid::parse_str(id).ok().and_then(within.find);
    let source = source.ok_or_else(|| Refusal::not_found("data_source", id))?;
    Ok(Relation {
        source,
        // The schema call makes the property over there once this one has its id.
        synced: None,
    })
}

fn rollup(settings: &Value, within: &Setting<'_>) -> Result<Rollup, Refusal> {
    let place = format!("{}.rollup", within.place);
    let Some(given) = settings.as_object() else {
        return Err(Refusal::expected(&place, "an object", settings));
    };
    let function =
        text(settings, "function").ok_or_else(|| Refusal::absent(&format!("{place}.function")))?;
    let (relation, target) = (within.gather)(given).ok_or_else(|| {
        Refusal::invalid("The relation or the property that the rollup names does not exist.")
    })?;
    Ok(Rollup {
        relation,
        target,
        function: function.to_owned(),
    })
}
