//! The values that the vendor works out by itself.
use serde_json::{Value, json};

use super::{
    super::{
        base::{Base, Person, TableAt},
        cell::Cell,
        formula::{Formula, Outcome},
        kind::{Computed, Kind},
        table::{Column, Row},
    },
    RecordView, Shown,
    show::{Digits, Format},
    text::moment_text,
};

/// The value of a computed field in one record; `None` when it is empty.
pub(crate) fn computed(view: &RecordView<'_>, kind: &Computed) -> Option<Value> {
    let row = view.row;
    let modified_by = row.modified.map_or(row.created_by, |(_, by)| by);
    match kind {
        Computed::Count { links } => Some(json!(linked(view, links).count())),
        Computed::AutoNumber => Some(json!(view.slot.0 + 1)),
        Computed::Button => Some(json!({ "label": "Open", "url": null })),
        Computed::CreatedBy => Some(Person::of(row.created_by).json()),
        Computed::LastModifiedBy => Some(Person::of(modified_by).json()),
        Computed::CreatedTime => Some(json!(moment_text(row.created))),
        Computed::LastModifiedTime => row.modified.map(|(at, _)| json!(moment_text(at))),
        Computed::Formula { expression } => formula(view, expression),
        Computed::Rollup { links, field } => Some(json!(looked_up(view, links, field).len())),
        Computed::Lookup { links, field } => Some(looked_up(view, links, field))
            .filter(|values| !values.is_empty())
            .map(Value::Array),
        Computed::AiText => Some(json!({ "state": "empty", "isStale": false, "value": null })),
        Computed::SyncSource => Some(json!("Sandbox")),
        Computed::ManualSort => Some(json!(format!("{:08}", view.slot.0))),
    }
}

/// The records that a link field names, those that are still there.
pub(crate) fn linked_rows<'a>(
    base: &'a Base,
    table: TableAt,
    column: Column,
    cell: Option<&'a Cell>,
) -> impl Iterator<Item = (TableAt, &'a Row)> {
    let target = match &base.table(table).field(column).kind {
        Kind::Links { table } => base.find(table),
        _ => None,
    };
    let ids = if let Some(Cell::Links(ids)) = cell {
        &**ids
    } else {
        &[]
    };
    ids.iter().filter_map(move |id| {
        let at = target?;
        let slot = base.table(at).slot(*id)?;
        Some((at, base.table(at).row(slot)?))
    })
}

fn linked<'a>(
    view: &RecordView<'a>,
    links: &str,
) -> impl Iterator<Item = (TableAt, &'a Row)> + use<'a> {
    let (base, table, row) = (view.base, view.table, view.row);
    let column = base.table(table).column(links);
    column
        .into_iter()
        .flat_map(move |column| linked_rows(base, table, column, row.cell(column)))
}

/// The values that linked records have in a field of theirs, empty ones left out.
fn looked_up(view: &RecordView<'_>, links: &str, field: &str) -> Vec<Value> {
    let base = view.base;
    linked(view, links)
        .filter_map(|(table, row)| {
            let column = base.table(table).column(field)?;
            let cell = row.cell(column)?;
            serde_json::to_value(Shown {
                base,
                table,
                column,
                cell,
                format: Format::Json,
            })
            .ok()
        })
        .collect()
}

fn formula(view: &RecordView<'_>, expression: &str) -> Option<Value> {
    let Ok(formula) = Formula::parse(expression, view.base.table(view.table)) else {
        return Some(json!({ "error": "#ERROR!" }));
    };
    match formula.outcome(view.base, view.table, view.row) {
        Outcome::Blank => None,
        Outcome::Text(text) => Some(json!(text)),
        Outcome::Number(number) => serde_json::to_value(Digits(number)).ok(),
        Outcome::Moment(at) => Some(json!(moment_text(at))),
    }
}
