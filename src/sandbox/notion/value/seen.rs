//! A value as filters and sorts see it.
use std::borrow::Cow;

use jiff::Timestamp;
use uuid::Uuid;

use super::computed::Outcome;
use crate::sandbox::notion::{
    cell::Cell, kind::Kind, page::Page, rich, source::Column, vendor::Notion,
};

/// What a condition looks at.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Seen<'a> {
    Empty,
    Text(Cow<'a, str>),
    Number(f64),
    Checked(bool),
    /// The beginning, and the end where there is one.
    Time(Timestamp, Option<Timestamp>),
    Names(Vec<&'a str>),
    Ids(Cow<'a, [Uuid]>),
    /// Files, of which only their being there can be asked for.
    Some,
    List(Vec<Seen<'a>>),
}

/// Looks at a page's value.
#[expect(
    clippy::cast_precision_loss,
    reason = "numbers of pages are exact in a double"
)]
pub(crate) fn seen<'a>(notion: &'a Notion, page: &'a Page, column: Column) -> Seen<'a> {
    let property = notion.source(page.source).property(column);
    match &property.kind {
        Kind::CreatedTime => return Seen::Time(page.created, None),
        Kind::LastEditedTime => return Seen::Time(page.edited(), None),
        Kind::CreatedBy => return Seen::Ids(vec![page.created_by.id()].into()),
        Kind::LastEditedBy => return Seen::Ids(vec![page.edited_by.id()].into()),
        Kind::UniqueId { .. } => return Seen::Number(page.number as f64),
        Kind::Checkbox => return Seen::Checked(page.cell(column).is_some()),
        kind @ (Kind::Formula(_) | Kind::Rollup(_)) => {
            return Outcome::of(notion, page, kind).seen();
        }
        _ => {}
    }
    page.cell(column)
        .map_or(Seen::Empty, |cell| of_cell(cell, &property.kind))
}

fn of_cell<'a>(cell: &'a Cell, kind: &'a Kind) -> Seen<'a> {
    match cell {
        Cell::Words(runs) => Seen::Text(match &**runs {
            [only] => Cow::Borrowed(only.content()),
            runs => Cow::Owned(rich::words(runs)),
        }),
        Cell::Line(line) => Seen::Text(Cow::Borrowed(line)),
        Cell::Number(number) => Seen::Number(*number),
        Cell::Checked => Seen::Checked(true),
        Cell::Choice(place) => names(kind, std::slice::from_ref(place)),
        Cell::Choices(places) => names(kind, places),
        Cell::Date(span) => Seen::Time(span.start.at, span.end.as_ref().map(|end| end.at)),
        Cell::People(ids) | Cell::Pages(ids) => Seen::Ids(Cow::Borrowed(ids)),
        Cell::Files(_) | Cell::Object(_) => Seen::Some,
    }
}

/// The options that are still there.
fn names<'a>(kind: &'a Kind, places: &[u32]) -> Seen<'a> {
    let choices = kind.choices().into_iter();
    let names: Vec<&str> = choices
        .flat_map(|choices| places.iter().filter_map(|place| choices.get(*place)))
        .map(|choice| choice.name.as_str())
        .collect();
    if names.is_empty() {
        Seen::Empty
    } else {
        Seen::Names(names)
    }
}
