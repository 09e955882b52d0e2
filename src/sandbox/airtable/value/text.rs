//! A cell as the vendor's page writes it out.
use jiff::Timestamp;

use super::super::{
    base::{Base, TableAt},
    cell::Cell,
    table::Column,
};

/// The cell in words: names for options and linked records, digits for numbers.
pub(crate) fn text(base: &Base, table: TableAt, column: Column, cell: &Cell) -> String {
    let kind = &base.table(table).field(column).kind;
    let choice = |number: &u32| kind.choices()[*number as usize].name.clone();
    match cell {
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) => number_text(*number),
        Cell::Checked => "checked".into(),
        Cell::Day(day) => day.to_string(),
        Cell::Moment(at) => moment_text(*at),
        Cell::Choice(number) => choice(number),
        Cell::Choices(numbers) => numbers.iter().map(choice).collect::<Vec<_>>().join(", "),
        Cell::Links(_) => {
            let names = super::linked_rows(base, table, column, Some(cell));
            names
                .map(|(at, row)| primary(base, at, row))
                .collect::<Vec<_>>()
                .join(", ")
        }
        Cell::Object(object) => named(object),
        Cell::Objects(objects) => objects.iter().map(named).collect::<Vec<_>>().join(", "),
    }
}

/// The text of a record's primary field.
fn primary(base: &Base, table: TableAt, row: &super::super::table::Row) -> String {
    row.cell(Column(0))
        .map_or_else(String::new, |cell| text(base, table, Column(0), cell))
}

fn named(object: &serde_json::Value) -> String {
    let names = ["name", "filename", "text"];
    names
        .iter()
        .find_map(|name| object.get(name)?.as_str())
        .unwrap_or_default()
        .to_owned()
}

/// A number without a needless point: `5`, not `5.0`.
pub(crate) fn number_text(number: f64) -> String {
    number.to_string()
}

/// A time in UTC with milliseconds, as in every answer of the vendor.
pub(crate) fn moment_text(at: Timestamp) -> String {
    format!("{at:.3}")
}
