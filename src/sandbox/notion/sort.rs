//! Puts pages into the order that a query asks for.
use std::cmp::Ordering;

use serde_json::Value;

use super::{
    filter::Subject,
    kind::Kind,
    page::{Page, PageAt},
    refusal::Refusal,
    source::Source,
    value::Seen,
    vendor::Notion,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

/// One of a query's orders; the first is the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sort {
    by: Subject,
    direction: Direction,
}

/// What a page is sorted by. What is not there comes last, whatever the direction.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
enum Key {
    Number(f64),
    Time(jiff::Timestamp),
    Text(String),
    Empty,
}

/// Reads a query's orders.
pub(crate) fn parse(given: &Value, source: &Source) -> Result<Vec<Sort>, Refusal> {
    let sorts = given
        .as_array()
        .ok_or_else(|| Refusal::expected("sorts", "an array", given))?;
    sorts
        .iter()
        .enumerate()
        .map(|(number, sort)| one(&format!("sorts[{number}]"), sort, source))
        .collect()
}

fn one(place: &str, given: &Value, source: &Source) -> Result<Sort, Refusal> {
    let text = |name: &str| given.get(name).and_then(Value::as_str);
    let direction = match text("direction") {
        Some("ascending") => Direction::Ascending,
        Some("descending") => Direction::Descending,
        _ => {
            let given = given.get("direction").unwrap_or(&Value::Null);
            let place = format!("{place}.direction");
            return Err(Refusal::expected(
                &place,
                "`\"ascending\"` or `\"descending\"`",
                given,
            ));
        }
    };
    let by = match (text("property"), text("timestamp")) {
        (Some(key), _) => Subject::Property(source.column(key).ok_or_else(|| {
            Refusal::invalid(format!(
                "Could not find sort property with name or id: {key}"
            ))
        })?),
        (None, Some("created_time")) => Subject::CreatedTime,
        (None, Some("last_edited_time")) => Subject::LastEditedTime,
        (None, _) => return Err(Refusal::absent(&format!("{place}.property"))),
    };
    Ok(Sort { by, direction })
}

/// Sorts pages; those that are alike keep their order.
pub(crate) fn sort(notion: &Notion, pages: &mut [PageAt], by: &[Sort]) {
    if by.is_empty() {
        return;
    }
    let keys = |at: PageAt| -> Vec<Key> {
        let page = notion.page(at);
        by.iter().map(|sort| key(notion, page, sort.by)).collect()
    };
    let mut keyed: Vec<(Vec<Key>, PageAt)> = pages.iter().map(|at| (keys(*at), *at)).collect();
    keyed.sort_by(|(left, _), (right, _)| compare(left, right, by));
    for (place, (_, at)) in pages.iter_mut().zip(keyed) {
        *place = at;
    }
}

fn compare(left: &[Key], right: &[Key], by: &[Sort]) -> Ordering {
    left.iter()
        .zip(right)
        .zip(by)
        .map(|((left, right), sort)| {
            let order = left.partial_cmp(right).unwrap_or(Ordering::Equal);
            let is_apart = *left == Key::Empty || *right == Key::Empty;
            match sort.direction {
                Direction::Descending if !is_apart => order.reverse(),
                _ => order,
            }
        })
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Options sort in the order of the schema, text without regard to case.
fn key(notion: &Notion, page: &Page, by: Subject) -> Key {
    match by.see(notion, page) {
        Seen::Empty | Seen::Some | Seen::Ids(_) | Seen::List(_) => Key::Empty,
        Seen::Text(text) => Key::Text(text.to_lowercase()),
        Seen::Number(number) => Key::Number(number),
        Seen::Checked(checked) => Key::Number(f64::from(u8::from(checked))),
        Seen::Time(at, _) => Key::Time(at),
        Seen::Names(names) => match by {
            Subject::Property(column) => {
                let kind = &notion.source(page.source).property(column).kind;
                option(kind, &names)
            }
            _ => Key::Empty,
        },
    }
}

fn option(kind: &Kind, names: &[&str]) -> Key {
    let place = kind
        .choices()
        .zip(names.first())
        .and_then(|(choices, first)| choices.by_name(first));
    place.map_or(Key::Empty, |place| Key::Number(place.into()))
}
