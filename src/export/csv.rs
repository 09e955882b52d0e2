//! Writes the main table as separated values (RFC 4180): a header with units, and its rows alone.

use super::sheet::{Cell, Sheet};
use crate::datasets::{guarded, write_cells};

/// The file's bytes.
///
/// A text that a spreadsheet would take for a formula gets a `'` before it; numbers stand as they
/// are, with a point.
pub(super) fn write(sheet: &Sheet) -> Vec<u8> {
    let mut out = Vec::new();
    let table = &sheet.main;
    let names = table.columns.iter();
    let names = names.map(|column| column.for_programs(&sheet.currency));
    write_cells(names, &mut out);
    for row in &table.rows {
        write_cells(row.iter().map(cell), &mut out);
    }
    out
}

fn cell(cell: &Cell) -> String {
    match cell {
        Cell::Absent => String::new(),
        Cell::Text(text) => guarded(text).into_owned(),
        Cell::Date(day) => day.to_string(),
        Cell::Count(count) => count.to_string(),
        Cell::Amount(amount) => amount.clone(),
        Cell::Share(number) | Cell::Seconds(number) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tell::sample;
    use super::*;

    #[test]
    fn a_file_has_a_header_with_units_and_no_formula() {
        let file = String::from_utf8(write(&sample())).unwrap();
        assert_eq!(
            file,
            "day,source,visits,revenue (EUR),bounce_rate (ratio),visit_seconds,visits_before\r\n\
             2026-11-01,google,12000,1234.50,0.25,61.5,9000\r\n\
             2026-11-02,'=1+1,3,0.00,,,\r\n\
             2026-11-03,\"a,\"\"b\"\"\",1,-2.00,1,0,0\r\n"
        );
    }
}
