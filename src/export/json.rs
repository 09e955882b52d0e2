//! Writes a sheet as one JSON object, its rows as lists in the order of the columns.

use serde_json::{Map, Value, json};

use super::sheet::{Cell, Column, Figure, Sheet, Table, Time};

/// The file's bytes.
///
/// Amounts are numbers here, unlike in answers of the API: a notebook adds them up as they are.
pub(super) fn write(sheet: &Sheet) -> Vec<u8> {
    let about = sheet.about.iter();
    let about: Map<String, Value> = about
        .map(|(label, text)| (label.replace(' ', "_").to_lowercase(), json!(text)))
        .collect();
    let tables: Vec<Value> = sheet.tables().map(|one| table(sheet, one)).collect();
    let mut told = json!({
        "site": sheet.title, "question": sheet.question, "about": about,
        "known_at": sheet.known_at.to_string(), "currency": sheet.currency,
    });
    if !sheet.figures.is_empty() {
        let figures = sheet.figures.iter().map(|one| figure(sheet, one));
        told["figures"] = figures.collect();
    }
    told["tables"] = tables.into();
    let mut out = told.to_string().into_bytes();
    out.push(b'\n');
    out
}

fn figure(sheet: &Sheet, figure: &Figure) -> Value {
    let mut told = column(sheet, figure.column);
    told["value"] = cell(&figure.now);
    if let Some(before) = &figure.before {
        told["before"] = cell(before);
    }
    told
}

fn table(sheet: &Sheet, table: &Table) -> Value {
    let columns = table.columns.iter().map(|one| column(sheet, *one));
    let mut told = json!({"name": table.name, "columns": columns.collect::<Vec<_>>()});
    told["rows"] = table.rows.iter().map(|row| cells(row)).collect();
    if let Some(totals) = &table.totals {
        told["totals"] = cells(totals);
    }
    told["found"] = table.found.into();
    told
}

fn column(sheet: &Sheet, column: Column) -> Value {
    let mut told = json!({"name": column.name, "kind": column.kind.name()});
    if let Some(unit) = column.unit(&sheet.currency) {
        told["unit"] = unit.into();
    }
    if column.time == Time::Before {
        told["before"] = true.into();
    }
    told
}

fn cells(row: &[Cell]) -> Value {
    row.iter().map(cell).collect()
}

fn cell(cell: &Cell) -> Value {
    match cell {
        Cell::Absent => Value::Null,
        Cell::Text(text) => text.as_ref().into(),
        Cell::Date(day) => day.to_string().into(),
        Cell::Count(count) => (*count).into(),
        Cell::Amount(_) | Cell::Share(_) | Cell::Seconds(_) => cell.number().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tell::sample;
    use super::*;

    #[test]
    fn a_file_tells_its_columns_and_rows_and_what_they_come_to() {
        let told: Value = serde_json::from_slice(&write(&sample())).unwrap();
        let table = &told["tables"][0];
        assert_eq!(
            table["columns"][3],
            json!({"name": "revenue", "kind": "amount", "unit": "EUR"})
        );
        assert_eq!(
            table["columns"][6],
            json!({"name": "visits", "kind": "count", "before": true})
        );
        assert_eq!(
            table["rows"][1],
            json!(["2026-11-02", "=1+1", 3, 0.0, null, null, null])
        );
        assert_eq!(table["totals"][2], 12_004);
        assert_eq!(told["about"]["visits_that_count"], "all");
        assert_eq!(told["figures"][0]["value"], 12_004);
        assert_eq!(told["figures"][0]["before"], 9_000);
    }
}
