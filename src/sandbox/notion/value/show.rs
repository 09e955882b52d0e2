//! Shows a property's value in a page, and its members one by one.
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{computed, date::shown};
use crate::sandbox::notion::{
    cell::{Cell, Span},
    kind::{Choices, Kind},
    page::Page,
    people,
    rich::Run,
    source::{Column, Property},
    vendor::Notion,
};

/// A property's value as a page shows it: `{id, type, <type>: …}`.
pub(crate) struct ValueView<'a> {
    pub(crate) notion: &'a Notion,
    pub(crate) page: &'a Page,
    pub(crate) column: Column,
    pub(crate) property: &'a Property,
    /// How many members of a list are shown.
    pub(crate) cut: usize,
}

impl Serialize for ValueView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let kind = self.property.kind.name();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.property.id)?;
        map.serialize_entry("type", kind)?;
        map.serialize_entry(kind, &Inner(self))?;
        if matches!(self.property.kind, Kind::Relation(_)) {
            map.serialize_entry("has_more", &(self.relations().len() > self.cut))?;
        }
        map.end()
    }
}

impl ValueView<'_> {
    fn cell(&self) -> Option<&Cell> {
        self.page.cell(self.column)
    }

    fn relations(&self) -> &[Uuid] {
        match self.cell() {
            Some(Cell::Pages(pages)) => pages,
            _ => &[],
        }
    }
}

/// The value alone.
struct Inner<'a>(&'a ValueView<'a>);

impl Serialize for Inner<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(view) = self;
        let cell = view.cell();
        match &view.property.kind {
            Kind::Title | Kind::RichText => cut(words(cell), view.cut).serialize(serializer),
            Kind::Number { .. } => match cell {
                Some(Cell::Number(value)) => number(*value, serializer),
                _ => serializer.serialize_none(),
            },
            Kind::Select(choices) | Kind::Status(choices) => match cell {
                Some(Cell::Choice(place)) => choices.get(*place).serialize(serializer),
                _ => serializer.serialize_none(),
            },
            Kind::MultiSelect(choices) => serializer.collect_seq(chosen(choices, cell)),
            Kind::Date => match cell {
                Some(Cell::Date(span)) => SpanView::from(&**span).serialize(serializer),
                _ => serializer.serialize_none(),
            },
            Kind::People => serializer.collect_seq(cut(folk(cell), view.cut).iter().map(person)),
            Kind::Files => match cell {
                Some(Cell::Files(files)) => {
                    serializer.collect_seq(files.iter().map(|file| view.notion.signed(file)))
                }
                _ => serializer.collect_seq(None::<Value>),
            },
            Kind::Checkbox => serializer.serialize_bool(cell.is_some()),
            Kind::Url | Kind::Email | Kind::PhoneNumber => match cell {
                Some(Cell::Line(line)) => serializer.serialize_str(line),
                _ => serializer.serialize_none(),
            },
            Kind::Relation(_) => {
                let pages = cut(view.relations(), view.cut);
                serializer.collect_seq(pages.iter().map(|id| Reference { id: *id }))
            }
            kind => apart(view, kind).serialize(serializer),
        }
    }
}

/// The values that no cell holds, or one of a form of its own.
fn apart(view: &ValueView<'_>, kind: &Kind) -> Value {
    let page = view.page;
    match kind {
        Kind::CreatedTime => json!(shown(page.created)),
        Kind::LastEditedTime => json!(shown(page.edited())),
        Kind::CreatedBy => person(&page.created_by.id()),
        Kind::LastEditedBy => person(&page.edited_by.id()),
        Kind::UniqueId { prefix } => json!({ "prefix": prefix, "number": page.number }),
        Kind::Button => json!({}),
        Kind::Formula(_) | Kind::Rollup(_) => computed(view.notion, page, &view.property.kind),
        kind => match (view.cell(), kind) {
            (Some(Cell::Object(value)), _) => (**value).clone(),
            (_, Kind::Verification) => {
                json!({ "state": "unverified", "verified_by": null, "date": null })
            }
            _ => Value::Null,
        },
    }
}

#[derive(Serialize)]
struct Reference {
    id: Uuid,
}

#[derive(Serialize)]
pub(super) struct SpanView<'a> {
    start: &'a str,
    end: Option<&'a str>,
    time_zone: Option<&'a str>,
}

impl<'a> From<&'a Span> for SpanView<'a> {
    fn from(span: &'a Span) -> Self {
        Self {
            start: &span.start.text,
            end: span.end.as_ref().map(|end| end.text.as_str()),
            time_zone: span.zone.as_deref(),
        }
    }
}

fn words(cell: Option<&Cell>) -> &[Run] {
    match cell {
        Some(Cell::Words(runs)) => runs,
        _ => &[],
    }
}

fn folk(cell: Option<&Cell>) -> &[Uuid] {
    match cell {
        Some(Cell::People(people)) => people,
        _ => &[],
    }
}

fn chosen<'a>(
    choices: &'a Choices,
    cell: Option<&'a Cell>,
) -> impl Iterator<Item = &'a crate::sandbox::notion::kind::Choice> {
    let places: &[u32] = match cell {
        Some(Cell::Choices(places)) => places,
        _ => &[],
    };
    places.iter().filter_map(|place| choices.get(*place))
}

fn cut<T>(members: &[T], most: usize) -> &[T] {
    &members[..members.len().min(most)]
}

fn person(id: &Uuid) -> Value {
    people::find(*id).map_or_else(|| json!({ "object": "user", "id": id }), people::User::json)
}

/// A whole number is written without a fraction, as the vendor's own language does.
pub(super) fn number<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "whole, and exact in a double"
        )]
        return serializer.serialize_i64(value as i64);
    }
    serializer.serialize_f64(value)
}

/// All members of a value whose kind is read page by page.
pub(crate) fn items(view: &ValueView<'_>) -> Vec<Value> {
    match &view.property.kind {
        Kind::Relation(_) => {
            let pages = view.relations().iter();
            pages.map(|id| json!({ "id": id })).collect()
        }
        Kind::People => folk(view.cell()).iter().map(person).collect(),
        Kind::Rollup(_) => {
            let shown = computed(view.notion, view.page, &view.property.kind);
            shown["array"].as_array().cloned().unwrap_or_default()
        }
        _ => words(view.cell()).iter().map(|run| json!(run)).collect(),
    }
}
