//! Values that are objects: people, barcodes, attachments.
use serde_json::{Value, json};

use super::{
    super::{
        base::{PEOPLE, Person},
        cell::Cell,
        id::is_id,
        refusal::Refusal,
        table::Field,
    },
    accept::Desk,
    plain::Unfit,
};

/// A person of the base, by id or by address.
pub(super) fn collaborator(value: &Value) -> Option<Cell> {
    Some(Cell::Object(Box::new(person(value)?.json())))
}

/// Several people, each a person of the base.
pub(super) fn people(value: &Value) -> Result<Option<Cell>, Unfit> {
    let people = value.as_array().ok_or(Unfit)?.iter();
    let people = people.map(|value| person(value).map(Person::json).ok_or(Unfit));
    Ok(objects(people.collect::<Result<_, _>>()?))
}

fn person(value: &Value) -> Option<&'static Person> {
    let is = |name: &str, own: &str| value.get(name).and_then(Value::as_str) == Some(own);
    PEOPLE
        .iter()
        .find(|person| is("id", person.id) || is("email", person.email))
}

/// `{text}` or `{text, type}`.
pub(super) fn barcode(value: &Value) -> Option<Cell> {
    let text = value.get("text")?.as_str()?;
    let code = match value.get("type").map(Value::as_str) {
        None => json!({ "text": text }),
        Some(Some(kind)) => json!({ "text": text, "type": kind }),
        Some(None) => return None,
    };
    Some(Cell::Object(Box::new(code)))
}

/// New attachments by address, old ones by the id that the cell holds; the rest is dropped.
pub(super) fn attachments(
    desk: &mut Desk<'_>,
    field: &Field,
    current: Option<&Cell>,
    value: &Value,
) -> Result<Option<Cell>, Refusal> {
    let bad = || Refusal::bad_attachment(&field.name);
    let held: &[Value] = if let Some(Cell::Objects(held)) = current {
        held
    } else {
        &[]
    };
    let mut kept = Vec::new();
    for value in value.as_array().ok_or_else(bad)? {
        let member = |name| value.get(name).and_then(Value::as_str);
        let attachment = match (member("id"), member("url")) {
            (Some(id), _) if is_id("att", id) => held
                .iter()
                .find(|old| old["id"] == id)
                .cloned()
                .ok_or_else(bad)?,
            (None, Some(url)) if url.starts_with("http") => {
                let name = member("filename")
                    .or_else(|| url.rsplit('/').next())
                    .unwrap_or("file");
                let id = desk.pending.ids.other("att");
                json!({ "id": id, "url": url, "filename": name, "size": 0, "type": "application/octet-stream" })
            }
            _ => return Err(bad()),
        };
        kept.push(attachment);
    }
    Ok(objects(kept))
}

fn objects(objects: Vec<Value>) -> Option<Cell> {
    (!objects.is_empty()).then(|| Cell::Objects(objects.into()))
}
