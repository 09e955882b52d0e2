//! Works out formulas and rollups.
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Seen, ValueView, seen, shown_time};
use crate::sandbox::notion::{
    cell::{Cell, Span, When},
    formula,
    kind::{Kind, Rollup},
    page::Page,
    source::Column,
    vendor::Notion,
};

/// The most related pages that a rollup in a page object is worked out over.
const WORKED_OUT: usize = 25;

/// What came out of a formula or a rollup.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Outcome<'a> {
    /// A formula's result without a value, or one that cannot be worked out.
    Unsupported,
    /// A rollup over too many pages.
    Incomplete,
    Text(String),
    Number(Option<f64>),
    Checked(bool),
    Date(Option<Span>),
    List(Vec<Value>, Vec<Seen<'a>>),
}

/// The value of a formula or rollup, as it is shown.
pub(crate) fn computed(notion: &Notion, page: &Page, kind: &Kind) -> Value {
    let outcome = Outcome::of(notion, page, kind);
    let mut shown = outcome.json();
    if let Kind::Rollup(rollup) = kind {
        shown["function"] = json!(rollup.function);
    }
    shown
}

impl<'a> Outcome<'a> {
    /// Works it out for one page; anything but a formula or a rollup is unsupported.
    pub(crate) fn of(notion: &'a Notion, page: &'a Page, kind: &'a Kind) -> Self {
        match kind {
            Kind::Formula(expression) => formula::evaluate(notion, page, expression),
            Kind::Rollup(rollup) => roll_up(notion, page, rollup),
            _ => Self::Unsupported,
        }
    }

    /// The outcome for filters and sorts.
    pub(crate) fn seen(self) -> Seen<'a> {
        match self {
            Self::Unsupported | Self::Incomplete | Self::Number(None) | Self::Date(None) => {
                Seen::Empty
            }
            Self::Text(text) if text.is_empty() => Seen::Empty,
            Self::Text(text) => Seen::Text(text.into()),
            Self::Number(Some(number)) => Seen::Number(number),
            Self::Checked(checked) => Seen::Checked(checked),
            Self::Date(Some(span)) => Seen::Time(span.start.at, span.end.map(|end| end.at)),
            Self::List(_, seen) => Seen::List(seen),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Unsupported => json!({ "type": "unsupported", "unsupported": {} }),
            Self::Incomplete => json!({ "type": "incomplete", "incomplete": {} }),
            Self::Text(text) => json!({ "type": "string", "string": text }),
            Self::Number(number) => json!({ "type": "number", "number": number.map(whole) }),
            Self::Checked(checked) => json!({ "type": "boolean", "boolean": checked }),
            Self::Date(date) => {
                let date = date.as_ref().map(super::show::SpanView::from);
                json!({ "type": "date", "date": date })
            }
            Self::List(shown, _) => json!({ "type": "array", "array": shown }),
        }
    }
}

/// A number as JSON, whole where it is whole.
fn whole(number: f64) -> Value {
    super::show::number(number, serde_json::value::Serializer).unwrap_or_default()
}

fn roll_up<'a>(notion: &'a Notion, page: &'a Page, rollup: &Rollup) -> Outcome<'a> {
    let source = notion.source(page.source);
    let Some(relation) = source.by_id(&rollup.relation) else {
        return Outcome::Unsupported;
    };
    let Kind::Relation(to) = &source.property(relation).kind else {
        return Outcome::Unsupported;
    };
    let Some(target) = notion.source(to.source).by_id(&rollup.target) else {
        return Outcome::Unsupported;
    };
    let related: &[Uuid] = match page.cell(relation) {
        Some(Cell::Pages(pages)) => pages,
        _ => &[],
    };
    if related.len() > WORKED_OUT {
        return Outcome::Incomplete;
    }
    let pages: Vec<&Page> = related
        .iter()
        .filter_map(|id| notion.find_page(*id))
        .map(|at| notion.page(at))
        .filter(|page| !page.in_trash)
        .collect();
    gather(notion, &pages, target, &rollup.function)
}

#[expect(clippy::cast_precision_loss, reason = "at most 25 pages are counted")]
fn gather<'a>(
    notion: &'a Notion,
    pages: &[&'a Page],
    target: Column,
    function: &str,
) -> Outcome<'a> {
    let values = || pages.iter().map(|page| seen(notion, page, target));
    let there = || values().filter(|value| *value != Seen::Empty);
    let numbers = || {
        values().filter_map(|value| match value {
            Seen::Number(number) => Some(number),
            _ => None,
        })
    };
    let times = || {
        values().filter_map(|value| match value {
            Seen::Time(start, _) => Some(start),
            _ => None,
        })
    };
    match function {
        "count" | "count_all" => Outcome::Number(Some(pages.len() as f64)),
        "count_values" | "not_empty" => Outcome::Number(Some(there().count() as f64)),
        "empty" => Outcome::Number(Some((pages.len() - there().count()) as f64)),
        "sum" => Outcome::Number(Some(numbers().sum())),
        "average" => {
            let count = numbers().count();
            Outcome::Number((count > 0).then(|| numbers().sum::<f64>() / count as f64))
        }
        "min" => Outcome::Number(numbers().reduce(f64::min)),
        "max" => Outcome::Number(numbers().reduce(f64::max)),
        "earliest_date" => Outcome::Date(times().min().map(moment)),
        "latest_date" => Outcome::Date(times().max().map(moment)),
        "show_original" => Outcome::List(
            pages
                .iter()
                .map(|page| member(notion, page, target))
                .collect(),
            values().collect(),
        ),
        _ => Outcome::Unsupported,
    }
}

pub(crate) fn moment(at: Timestamp) -> Span {
    Span {
        start: When {
            text: shown_time(at).replace('Z', "+00:00"),
            at,
            is_day: false,
        },
        end: None,
        zone: None,
    }
}

/// A value without its property's id.
fn member(notion: &Notion, page: &Page, column: Column) -> Value {
    let view = ValueView {
        notion,
        page,
        column,
        property: notion.source(page.source).property(column),
        cut: WORKED_OUT,
    };
    let mut shown = json!(view);
    if let Some(shown) = shown.as_object_mut() {
        shown.shift_remove("id");
    }
    shown
}
