//! Reads filters as queries give them.
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Filter, Subject,
    check::{Check, Order, TextIs, TimeIs},
    period::Period,
};
use crate::sandbox::notion::{kind::Kind, refusal::Refusal, source::Source};

/// How deep compound filters may lie in each other (Notion API, "Filter database entries").
const DEEPEST: usize = 2;

/// What a filter is read against.
pub(crate) struct Readers<'a> {
    pub(crate) source: &'a Source,
    pub(crate) now: Timestamp,
    /// Whether texts are equal whatever the case of their letters.
    pub(crate) fold_case: bool,
}

/// Reads a query's filter.
pub(crate) fn parse(given: &Value, readers: &Readers<'_>) -> Result<Filter, Refusal> {
    readers.filter("filter", given, 0)
}

impl Readers<'_> {
    fn filter(&self, place: &str, given: &Value, depth: usize) -> Result<Filter, Refusal> {
        let Some(object) = given.as_object() else {
            return Err(Refusal::expected(place, "an object", given));
        };
        for (name, make) in [
            ("and", Filter::All as fn(Vec<Filter>) -> Filter),
            ("or", Filter::Any as fn(Vec<Filter>) -> Filter),
        ] {
            let Some(parts) = object.get(name) else {
                continue;
            };
            let place = format!("{place}.{name}");
            if depth == DEEPEST {
                return Err(Refusal::invalid(format!(
                    "body failed validation: body.{place} should be not present: compound filters \
                     may be nested {DEEPEST} levels deep."
                )));
            }
            let parts = parts
                .as_array()
                .ok_or_else(|| Refusal::expected(&place, "an array", parts))?;
            let parts = parts
                .iter()
                .enumerate()
                .map(|(number, part)| self.filter(&format!("{place}[{number}]"), part, depth + 1));
            return Ok(make(parts.collect::<Result<_, _>>()?));
        }
        self.test(place, object)
    }

    fn test(&self, place: &str, given: &Map<String, Value>) -> Result<Filter, Refusal> {
        if let Some(timestamp) = given.get("timestamp").and_then(Value::as_str) {
            let subject = match timestamp {
                "created_time" => Subject::CreatedTime,
                "last_edited_time" => Subject::LastEditedTime,
                _ => return Err(Refusal::absent(&format!("{place}.timestamp"))),
            };
            let place = format!("{place}.{timestamp}");
            let condition = given
                .get(timestamp)
                .ok_or_else(|| Refusal::absent(&place))?;
            return Ok(Filter::Test(subject, self.time(&place, condition)?));
        }
        let key = given.get("property").and_then(Value::as_str);
        let key = key.ok_or_else(|| Refusal::absent(&format!("{place}.property")))?;
        let column = self.source.column(key).ok_or_else(|| {
            Refusal::invalid(format!("Could not find property with name or id: {key}"))
        })?;
        let kind = &self.source.property(column).kind;
        let condition = given
            .iter()
            .find(|(name, _)| !matches!(name.as_str(), "property" | "type"));
        let (name, condition) =
            condition.ok_or_else(|| Refusal::absent(&format!("{place}.{}", kind.name())))?;
        if !fits(kind, name) {
            return Err(Refusal::invalid(format!(
                "database property {} does not match filter {name}",
                kind.name()
            )));
        }
        let check = self.check(&format!("{place}.{name}"), name, condition)?;
        Ok(Filter::Test(Subject::Property(column), check))
    }

    fn check(&self, place: &str, name: &str, condition: &Value) -> Result<Check, Refusal> {
        match name {
            "formula" | "rollup" => self.within(place, condition),
            "number" | "unique_id" => number(place, condition),
            "checkbox" => checkbox(place, condition),
            "select" | "status" | "multi_select" => option(place, condition),
            "people" | "relation" | "created_by" | "last_edited_by" => member(place, condition),
            "date" | "created_time" | "last_edited_time" => self.time(place, condition),
            "files" => emptiness(single(place, condition)?)
                .ok_or_else(|| Refusal::absent(&format!("{place}.is_empty"))),
            _ => self.text(place, condition),
        }
    }

    /// The condition within that of a formula or a rollup.
    fn within(&self, place: &str, condition: &Value) -> Result<Check, Refusal> {
        let (name, within) = single(place, condition)?;
        let place = format!("{place}.{name}");
        match name {
            "any" | "every" | "none" => {
                let (kind, condition) = single(&place, within)?;
                let check = Box::new(self.check(&format!("{place}.{kind}"), kind, condition)?);
                Ok(match name {
                    "any" => Check::Any(check),
                    "every" => Check::Every(check),
                    _ => Check::None(check),
                })
            }
            "string" | "number" | "checkbox" | "date" => self.check(&place, name, within),
            _ => Err(Refusal::invalid(format!(
                "body failed validation: body.{place} should be not present."
            ))),
        }
    }

    fn text(&self, place: &str, condition: &Value) -> Result<Check, Refusal> {
        let (name, value) = single(place, condition)?;
        if let Some(check) = emptiness((name, value)) {
            return Ok(check);
        }
        let place = format!("{place}.{name}");
        let is = match name {
            "equals" => TextIs::Equal,
            "does_not_equal" => TextIs::Unequal,
            "contains" => TextIs::Containing,
            "does_not_contain" => TextIs::NotContaining,
            "starts_with" => TextIs::Beginning,
            "ends_with" => TextIs::Ending,
            _ => return Err(unknown(&place)),
        };
        let text = value
            .as_str()
            .ok_or_else(|| Refusal::expected(&place, "a string", value))?;
        let is_whole = matches!(is, TextIs::Equal | TextIs::Unequal);
        if is_whole && !self.fold_case {
            return Ok(Check::Text(is, text.to_owned()));
        }
        Ok(Check::Folded(is, text.to_lowercase()))
    }

    fn time(&self, place: &str, condition: &Value) -> Result<Check, Refusal> {
        let (name, value) = single(place, condition)?;
        if let Some(check) = emptiness((name, value)) {
            return Ok(check);
        }
        if let Some(period) = Period::named(name, self.now) {
            return Ok(Check::Time(TimeIs::Within, period));
        }
        let place = format!("{place}.{name}");
        let is = match name {
            "equals" => TimeIs::Within,
            "before" => TimeIs::Before,
            "after" => TimeIs::After,
            "on_or_before" => TimeIs::OnOrBefore,
            "on_or_after" => TimeIs::OnOrAfter,
            _ => return Err(unknown(&place)),
        };
        let period = value
            .as_str()
            .and_then(Period::read)
            .ok_or_else(|| Refusal::expected(&place, "a valid ISO 8601 date string", value))?;
        Ok(Check::Time(is, period))
    }
}

/// Whether a condition of this name may be asked of a property.
fn fits(kind: &Kind, name: &str) -> bool {
    let is_text = matches!(
        kind,
        Kind::Title | Kind::RichText | Kind::Url | Kind::Email | Kind::PhoneNumber
    );
    name == kind.name()
        || (is_text && name == "rich_text")
        || (matches!(kind, Kind::CreatedTime | Kind::LastEditedTime) && name == "date")
        || (matches!(kind, Kind::CreatedBy | Kind::LastEditedBy) && name == "people")
}

/// The one member of a condition.
fn single<'a>(place: &str, condition: &'a Value) -> Result<(&'a str, &'a Value), Refusal> {
    let object = condition
        .as_object()
        .filter(|object| object.len() == 1)
        .ok_or_else(|| Refusal::expected(place, "an object with one condition", condition))?;
    let only = object.iter().next();
    only.map(|(name, value)| (name.as_str(), value))
        .ok_or_else(|| Refusal::absent(place))
}

fn unknown(place: &str) -> Refusal {
    Refusal::invalid(format!(
        "body failed validation: body.{place} should be not present."
    ))
}

fn emptiness((name, value): (&str, &Value)) -> Option<Check> {
    match (name, value) {
        ("is_empty", Value::Bool(true)) | ("is_not_empty", Value::Bool(false)) => {
            Some(Check::Empty)
        }
        ("is_not_empty", Value::Bool(true)) | ("is_empty", Value::Bool(false)) => {
            Some(Check::NotEmpty)
        }
        _ => None,
    }
}

fn number(place: &str, condition: &Value) -> Result<Check, Refusal> {
    let (name, value) = single(place, condition)?;
    if let Some(check) = emptiness((name, value)) {
        return Ok(check);
    }
    let place = format!("{place}.{name}");
    let order = match name {
        "equals" => Order::Equal,
        "does_not_equal" => Order::Unequal,
        "greater_than" => Order::Greater,
        "less_than" => Order::Less,
        "greater_than_or_equal_to" => Order::GreaterOrEqual,
        "less_than_or_equal_to" => Order::LessOrEqual,
        _ => return Err(unknown(&place)),
    };
    let number = value
        .as_f64()
        .ok_or_else(|| Refusal::expected(&place, "a number", value))?;
    Ok(Check::Number(order, number))
}

fn checkbox(place: &str, condition: &Value) -> Result<Check, Refusal> {
    match single(place, condition)? {
        ("equals", Value::Bool(wanted)) => Ok(Check::Checked(*wanted)),
        ("does_not_equal", Value::Bool(unwanted)) => Ok(Check::Checked(!unwanted)),
        (name, value) => Err(Refusal::expected(
            &format!("{place}.{name}"),
            "a boolean",
            value,
        )),
    }
}

/// One option, or several of which one will do.
fn option(place: &str, condition: &Value) -> Result<Check, Refusal> {
    let (name, value) = single(place, condition)?;
    if let Some(check) = emptiness((name, value)) {
        return Ok(check);
    }
    let place = format!("{place}.{name}");
    let names = match value {
        Value::String(name) => Some(vec![name.clone()]),
        Value::Array(names) => names
            .iter()
            .map(|name| name.as_str().map(str::to_owned))
            .collect(),
        _ => None,
    };
    let names = names.ok_or_else(|| Refusal::expected(&place, "a string", value))?;
    match name {
        "equals" | "contains" => Ok(Check::Named(names)),
        "does_not_equal" | "does_not_contain" => Ok(Check::NotNamed(names)),
        _ => Err(unknown(&place)),
    }
}

fn member(place: &str, condition: &Value) -> Result<Check, Refusal> {
    let (name, value) = single(place, condition)?;
    if let Some(check) = emptiness((name, value)) {
        return Ok(check);
    }
    let place = format!("{place}.{name}");
    let id = value.as_str().and_then(|id| Uuid::parse_str(id).ok());
    let id = id.ok_or_else(|| Refusal::expected(&place, "a valid uuid", value))?;
    match name {
        "contains" => Ok(Check::Has(id)),
        "does_not_contain" => Ok(Check::HasNot(id)),
        _ => Err(unknown(&place)),
    }
}
