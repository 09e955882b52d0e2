//! Values as people write them in a seed, turned into the form of a write.
use jiff::{Span, civil::date};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::sandbox::notion::{
    cell::Cell,
    kind::{Kind, Relation},
    people,
    rich::words,
    source::Property,
    vendor::Notion,
};

/// The longest run that a text is cut into, by characters of which each may take two units.
const RUN: usize = 1_000;

/// Turns a plain value into `{<type>: value}`; one that is no plain value stays as it is.
pub(super) fn write_form(notion: &Notion, kind: &Kind, value: &Value) -> Value {
    let inner = match (kind, value) {
        (Kind::Title | Kind::RichText, Value::String(text)) => runs(text),
        (Kind::Select(_) | Kind::Status(_), Value::String(name)) => json!({ "name": name }),
        (Kind::MultiSelect(_), Value::Array(names)) => {
            names.iter().map(|name| json!({ "name": name })).collect()
        }
        (Kind::Date, Value::String(start)) => json!({ "start": start }),
        (Kind::People, Value::Array(names)) => names.iter().map(person).collect(),
        (Kind::Files, Value::Array(urls)) => urls
            .iter()
            .map(|url| json!({ "name": url, "external": { "url": url } }))
            .collect(),
        (Kind::Relation(to), Value::Array(titles)) => titles
            .iter()
            .map(|title| related(notion, to, title))
            .collect(),
        _ => value.clone(),
    };
    json!({ kind.name(): inner })
}

fn runs(text: &str) -> Value {
    let letters: Vec<char> = text.chars().collect();
    letters
        .chunks(RUN)
        .map(|run| json!({ "text": { "content": run.iter().collect::<String>() } }))
        .collect()
}

/// A person by name or address, or by id.
fn person(named: &Value) -> Value {
    let found = named.as_str().and_then(people::called);
    found.map_or_else(|| json!({ "id": named }), |user| json!({ "id": user.id }))
}

/// A page by title, or by id.
fn related(notion: &Notion, to: &Relation, named: &Value) -> Value {
    let source = notion.source(to.source);
    let title = source.title();
    let wanted = named.as_str().unwrap_or_default();
    let pages = source
        .pages
        .iter()
        .filter_map(|at| notion.page_if_there(*at));
    let found = pages.into_iter().find(|page| {
        title
            .and_then(|title| page.cell(title))
            .is_some_and(|cell| matches!(cell, Cell::Words(runs) if words(runs) == wanted))
    });
    let id: Option<Uuid> = found.map(|page| page.id);
    id.map_or_else(|| json!({ "id": named }), |id| json!({ "id": id }))
}

/// A value for the page of a number, as plain as any; none for a property that has no such value.
pub(super) fn made_up(property: &Property, number: usize) -> Option<Value> {
    let name = &property.name;
    let value = match &property.kind {
        Kind::Title => json!(format!("{name} {number:06}")),
        Kind::RichText => json!(format!("{name} of page {number}")),
        Kind::Number { .. } => json!(number),
        Kind::Checkbox => json!(number % 2 == 1),
        Kind::Date => {
            let days = Span::new().days(i64::try_from(number % 3_650).ok()?);
            json!(date(2020, 1, 1).checked_add(days).ok()?.to_string())
        }
        Kind::Select(choices) | Kind::Status(choices) => {
            let names: Vec<&str> = choices
                .all()
                .map(|(_, choice)| choice.name.as_str())
                .collect();
            json!(names.get(number % names.len().max(1))?)
        }
        Kind::Url => json!(format!("https://page{number}.example")),
        Kind::Email => json!(format!("page{number}@sandbox.example")),
        Kind::PhoneNumber => json!(format!("+1 555 {number:07}")),
        _ => return None,
    };
    Some(value)
}
