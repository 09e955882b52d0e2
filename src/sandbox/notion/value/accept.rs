//! Takes a value as a write gives it, or refuses it as the vendor does.
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{Draft, Pick, date};
use crate::sandbox::notion::{
    cell::Cell,
    kind::{Choices, Kind, Relation, checked_option},
    people,
    refusal::Refusal,
    rich::{self, utf16},
    source::Property,
    vendor::Notion,
};

/// The most options, people or pages in one value.
const MOST: usize = 100;
const LONGEST_URL: usize = 2_000;
const LONGEST_EMAIL: usize = 200;
const LONGEST_PHONE: usize = 200;

/// Reads `{<type>: value}` for a property.
pub(crate) fn accept(
    notion: &Notion,
    property: &Property,
    given: &Value,
) -> Result<Draft, Refusal> {
    let kind = property.kind.name();
    if property.kind.is_computed() {
        return Err(Refusal::invalid(format!(
            "{} is a {kind} property and cannot be updated through the API.",
            property.name
        )));
    }
    let place = format!("properties.{}.{kind}", property.name);
    let value = given
        .as_object()
        .and_then(|given| given.get(kind))
        .ok_or_else(|| Refusal::invalid(format!("{} is expected to be {kind}.", property.name)))?;
    let cell = match &property.kind {
        Kind::Title | Kind::RichText => {
            let runs = rich::read(&place, value)?;
            (!runs.is_empty()).then(|| Cell::Words(runs.into()))
        }
        Kind::Number { .. } => number(&place, value)?,
        Kind::Select(choices) => return select(&place, choices, value),
        Kind::Status(choices) => return status(&place, choices, value),
        Kind::MultiSelect(choices) => return multi_select(&place, choices, value),
        Kind::Date => date::read(&place, value)?.map(|span| Cell::Date(Box::new(span))),
        Kind::People => people(&place, value)?,
        Kind::Files => files(&place, value)?,
        Kind::Checkbox => match value {
            Value::Bool(checked) => checked.then_some(Cell::Checked),
            other => return Err(Refusal::expected(&place, "a boolean", other)),
        },
        Kind::Url => line(&place, value, LONGEST_URL)?,
        Kind::Email => line(&place, value, LONGEST_EMAIL)?,
        Kind::PhoneNumber => line(&place, value, LONGEST_PHONE)?,
        Kind::Relation(to) => pages(notion, to, &place, value)?,
        // Everything else is computed, and refused above.
        _ => object(&place, value)?,
    };
    Ok(Draft::Cell(cell))
}

fn number(place: &str, value: &Value) -> Result<Option<Cell>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => Ok(number.as_f64().map(Cell::Number)),
        other => Err(Refusal::expected(place, "a number", other)),
    }
}

fn line(place: &str, value: &Value, most: usize) -> Result<Option<Cell>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Err(Refusal::expected(
            place,
            "a non-empty string or `null`",
            value,
        )),
        Value::String(text) if utf16(text) > most => {
            Err(Refusal::too_many(place, most, utf16(text)))
        }
        Value::String(text) => Ok(Some(Cell::Line(text.as_str().into()))),
        other => Err(Refusal::expected(place, "a string or `null`", other)),
    }
}

fn object(place: &str, value: &Value) -> Result<Option<Cell>, Refusal> {
    match value {
        Value::Null => Ok(None),
        Value::Object(_) => Ok(Some(Cell::Object(Box::new(value.clone())))),
        other => Err(Refusal::expected(place, "an object or `null`", other)),
    }
}

fn members<'a>(place: &str, value: &'a Value) -> Result<&'a Vec<Value>, Refusal> {
    let members = value
        .as_array()
        .ok_or_else(|| Refusal::expected(place, "an array", value))?;
    if members.len() > MOST {
        return Err(Refusal::too_many(place, MOST, members.len()));
    }
    Ok(members)
}

/// The id or name of an option; `None` for neither.
fn named(value: &Value) -> (Option<&str>, Option<&str>) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    (text("id"), text("name"))
}

fn pick(place: &str, choices: &Choices, value: &Value) -> Result<Pick, Refusal> {
    let (id, name) = named(value);
    if let Some(known) = id.and_then(|id| choices.by_id(id)) {
        return Ok(Pick::Known(known));
    }
    let Some(name) = name else {
        return Err(match id {
            Some(id) => Refusal::invalid(format!("Select option id \"{id}\" does not exist.")),
            None => Refusal::absent(&format!("{place}.name")),
        });
    };
    match choices.by_name(name) {
        Some(known) => Ok(Pick::Known(known)),
        None => Ok(Pick::New(checked_option(name)?.to_owned())),
    }
}

fn select(place: &str, choices: &Choices, value: &Value) -> Result<Draft, Refusal> {
    match value {
        Value::Null => Ok(Draft::Cell(None)),
        Value::Object(_) => Ok(Draft::Picks(vec![pick(place, choices, value)?])),
        other => Err(Refusal::expected(place, "an object or `null`", other)),
    }
}

/// Unlike a select, a status has the options of its schema alone.
fn status(place: &str, choices: &Choices, value: &Value) -> Result<Draft, Refusal> {
    match select(place, choices, value)? {
        Draft::Picks(picks) if picks.iter().any(|pick| matches!(pick, Pick::New(_))) => {
            let (_, name) = named(value);
            Err(Refusal::invalid(format!(
                "Invalid status option. Status option \"{}\" does not exist.",
                name.unwrap_or_default()
            )))
        }
        draft => Ok(draft),
    }
}

fn multi_select(place: &str, choices: &Choices, value: &Value) -> Result<Draft, Refusal> {
    let members = members(place, value)?.iter().enumerate();
    let picks =
        members.map(|(number, member)| pick(&format!("{place}[{number}]"), choices, member));
    Ok(Draft::Picks(picks.collect::<Result<_, _>>()?))
}

fn ids(place: &str, value: &Value) -> Result<Vec<Uuid>, Refusal> {
    let mut ids = Vec::new();
    for (number, member) in members(place, value)?.iter().enumerate() {
        let place = format!("{place}[{number}].id");
        let given = member.get("id").ok_or_else(|| Refusal::absent(&place))?;
        let id = given.as_str().and_then(|id| Uuid::parse_str(id).ok());
        let id = id.ok_or_else(|| Refusal::expected(&place, "a valid uuid", given))?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

fn people(place: &str, value: &Value) -> Result<Option<Cell>, Refusal> {
    let ids = ids(place, value)?;
    if let Some(stranger) = ids.iter().find(|id| people::find(**id).is_none()) {
        return Err(Refusal::not_found("user", stranger));
    }
    Ok((!ids.is_empty()).then(|| Cell::People(ids.into())))
}

fn pages(
    notion: &Notion,
    to: &Relation,
    place: &str,
    value: &Value,
) -> Result<Option<Cell>, Refusal> {
    let ids = ids(place, value)?;
    for id in &ids {
        let page = notion.page(notion.known_page(*id)?);
        if page.source != to.source {
            return Err(Refusal::invalid(format!(
                "Page {id} does not belong to the data source that the relation leads to."
            )));
        }
    }
    Ok((!ids.is_empty()).then(|| Cell::Pages(ids.into())))
}

fn files(place: &str, value: &Value) -> Result<Option<Cell>, Refusal> {
    let mut files = Vec::new();
    for (number, member) in members(place, value)?.iter().enumerate() {
        files.push(file(&format!("{place}[{number}]"), member)?);
    }
    Ok((!files.is_empty()).then(|| Cell::Files(files.into())))
}

fn file(place: &str, value: &Value) -> Result<Value, Refusal> {
    let name = value.get("name").and_then(Value::as_str);
    let mut shown = Map::new();
    shown.insert("name".to_owned(), json!(name.unwrap_or_default()));
    let url = value.pointer("/external/url").and_then(Value::as_str);
    if let Some(url) = url {
        if utf16(url) > LONGEST_URL {
            let place = format!("{place}.external.url");
            return Err(Refusal::too_many(&place, LONGEST_URL, utf16(url)));
        }
        shown.insert("type".to_owned(), json!("external"));
        shown.insert("external".to_owned(), json!({ "url": url }));
        return Ok(shown.into());
    }
    // A file that lies with the vendor is written back as it was read.
    let kept = value.get("file");
    if let Some(url) = kept.and_then(|kept| kept.get("url")?.as_str()) {
        let mut kept = kept.cloned().unwrap_or_default();
        // It is signed when it is shown.
        kept["url"] = json!(url.split('?').next());
        shown.insert("type".to_owned(), json!("file"));
        shown.insert("file".to_owned(), kept);
        return Ok(shown.into());
    }
    Err(Refusal::absent(&format!("{place}.external")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::notion::id::Ids;

    fn taken(kind: Kind, value: &Value) -> Result<Draft, Refusal> {
        let name = kind.name();
        let property = Property {
            id: "p".into(),
            name: "P".into(),
            description: None,
            kind,
        };
        accept(&Notion::new(1), &property, &json!({ name: value }))
    }

    fn colours() -> Choices {
        let mut choices = Choices::default();
        choices.add("Red", None, &mut Ids::seeded(1));
        choices
    }

    #[test]
    fn a_select_makes_options_that_it_does_not_know() {
        let known = taken(Kind::Select(colours()), &json!({ "name": "Red" }));
        assert_eq!(known, Ok(Draft::Picks(vec![Pick::Known(0)])));
        let new = taken(Kind::Select(colours()), &json!({ "name": "Blue" }));
        assert_eq!(new, Ok(Draft::Picks(vec![Pick::New("Blue".into())])));
    }

    #[test]
    fn a_status_takes_only_options_that_it_has() {
        assert!(taken(Kind::Status(colours()), &json!({ "name": "Red" })).is_ok());
        let refused = taken(Kind::Status(colours()), &json!({ "name": "Blue" })).unwrap_err();
        assert!(refused.message.contains("\"Blue\" does not exist"));
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let text = json!([{ "text": { "content": "a" } }]);
        for (kind, value) in [
            (Kind::Title, json!("a")),
            (Kind::Title, Value::Null),
            (
                Kind::Number {
                    format: String::new(),
                },
                json!("1"),
            ),
            (Kind::Checkbox, Value::Null),
            (Kind::Checkbox, json!("true")),
            (Kind::Select(colours()), json!("Red")),
            (Kind::MultiSelect(colours()), json!({ "name": "Red" })),
            (Kind::Url, json!(5)),
            (Kind::Url, text.clone()),
            (Kind::People, json!([{ "id": "nobody" }])),
            (Kind::Files, json!([{ "name": "a" }])),
            (Kind::Date, json!("2026-01-01")),
        ] {
            let refused = taken(kind, &value).unwrap_err();
            assert_eq!(refused.status, 400, "{value}");
        }
    }

    #[test]
    fn an_address_is_null_or_has_letters_and_is_not_too_long() {
        assert_eq!(taken(Kind::Email, &Value::Null), Ok(Draft::Cell(None)));
        assert!(taken(Kind::Email, &json!("")).is_err());
        assert!(taken(Kind::Email, &json!("a".repeat(200))).is_ok());
        assert!(taken(Kind::Email, &json!("a".repeat(201))).is_err());
        assert!(taken(Kind::Url, &json!("a".repeat(2_000))).is_ok());
        assert!(taken(Kind::PhoneNumber, &json!("1".repeat(201))).is_err());
    }

    #[test]
    fn a_list_takes_a_hundred_members() {
        let names = |count: usize| -> Value {
            (0..count)
                .map(|number| json!({ "name": format!("n{number}") }))
                .collect()
        };
        assert!(taken(Kind::MultiSelect(colours()), &names(100)).is_ok());
        let refused = taken(Kind::MultiSelect(colours()), &names(101)).unwrap_err();
        assert!(refused.message.contains("≤ `100`"));
    }

    #[test]
    fn what_is_computed_cannot_be_written() {
        for kind in [
            Kind::CreatedTime,
            Kind::UniqueId { prefix: None },
            Kind::Button,
        ] {
            assert!(
                taken(kind, &json!({}))
                    .unwrap_err()
                    .message
                    .contains("cannot be updated")
            );
        }
    }
}
