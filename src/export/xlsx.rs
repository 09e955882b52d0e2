//! Writes a sheet as a workbook: a sheet for each table, and one about them.

use std::collections::HashMap;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::sheet::{Cell, Column, Kind, Sheet, Table};

/// A cell of Excel holds so many characters at most.
const MOST_CHARS: usize = 32_767;
/// Columns are so many characters wide, at least and at most.
const WIDTHS: (usize, usize) = (9, 60);
/// So many rows tell how wide a column has to be.
const MEASURED: usize = 1_000;

/// The file's bytes.
///
/// A text is written as a text, whatever it looks like, so that nothing of it is calculated. Numbers
/// are numbers and days are days, each with the form in which its kind is shown.
pub(super) fn write(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(sheet.known_at.as_second())?;
    let about = DocProperties::new()
        .set_title(format!("{}: {}", sheet.title, sheet.question))
        .set_creation_datetime(&made);
    book.set_properties(&about);
    let looks = Looks::of(sheet);
    for table in sheet.tables() {
        write_table(book.add_worksheet(), (sheet, table), &looks)?;
    }
    write_about(book.add_worksheet(), sheet, &looks)?;
    book.save_to_buffer()
}

/// How cells look.
struct Looks {
    head: Format,
    /// By whether it is in a line of totals, and the kind.
    cells: HashMap<(bool, &'static str), Format>,
}

impl Looks {
    fn of(sheet: &Sheet) -> Self {
        let decimals = "0".repeat(sheet.decimals);
        let money = match sheet.decimals {
            0 => "#,##0".to_owned(),
            _ => format!("#,##0.{decimals}"),
        };
        let forms = [
            ("text", "General"),
            ("date", "yyyy-mm-dd"),
            ("count", "#,##0"),
            ("amount", money.as_str()),
            ("share", "0.0%"),
            ("seconds", "#,##0.0"),
        ];
        let plain = |form: &str| Format::new().set_num_format(form);
        let total = |form: &str| plain(form).set_bold().set_border_top(FormatBorder::Thin);
        let both = forms
            .into_iter()
            .flat_map(|(kind, form)| [((false, kind), plain(form)), ((true, kind), total(form))]);
        Self {
            head: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Top)
                .set_border_bottom(FormatBorder::Thin),
            cells: both.collect(),
        }
    }

    fn cell(&self, is_total: bool, kind: Kind) -> &Format {
        &self.cells[&(is_total, kind.name())]
    }
}

fn write_table(
    into: &mut Worksheet,
    (sheet, table): (&Sheet, &Table),
    looks: &Looks,
) -> Result<(), XlsxError> {
    into.set_name(table.name)?;
    for (column, place) in table.columns.iter().zip(0..) {
        let name = column.for_people(&sheet.currency);
        into.set_column_width(place, width(table, (usize::from(place), &name)))?;
        into.write_string_with_format(0, place, name, &looks.head)?;
    }
    let mut line = 1;
    for row in &table.rows {
        write_row(into, line, (&table.columns, row), |kind| {
            looks.cell(false, kind)
        })?;
        line += 1;
    }
    let last = u16::try_from(table.columns.len()).unwrap_or(1).max(1) - 1;
    into.autofilter(0, 0, (line - 1).max(1), last)?;
    if let Some(totals) = &table.totals {
        write_row(into, line, (&table.columns, totals), |kind| {
            looks.cell(true, kind)
        })?;
    }
    into.set_freeze_panes(1, 0)?;
    into.set_repeat_rows(0, 0)?;
    into.set_landscape().set_print_fit_to_pages(1, 0);
    Ok(())
}

fn write_row<'a>(
    into: &mut Worksheet,
    line: u32,
    (columns, row): (&[Column], &[Cell]),
    look: impl Fn(Kind) -> &'a Format,
) -> Result<(), XlsxError> {
    for ((column, cell), place) in columns.iter().zip(row).zip(0..) {
        write_cell(into, (line, place), cell, look(column.kind))?;
    }
    Ok(())
}

fn write_cell(
    into: &mut Worksheet,
    (line, place): (u32, u16),
    cell: &Cell,
    look: &Format,
) -> Result<(), XlsxError> {
    match (cell, cell.number()) {
        (Cell::Text(text), _) => {
            let text: String = text.chars().take(MOST_CHARS).collect();
            into.write_string_with_format(line, place, text, look)?;
        }
        (Cell::Date(day), _) => {
            let day = ExcelDateTime::parse_from_str(&day.to_string())?;
            into.write_datetime_with_format(line, place, &day, look)?;
        }
        (_, Some(number)) => {
            into.write_number_with_format(line, place, number, look)?;
        }
        (_, None) => {
            into.write_blank(line, place, look)?;
        }
    }
    Ok(())
}

/// How many characters wide a column has to be.
#[expect(clippy::cast_precision_loss, reason = "a few characters")]
fn width(table: &Table, (place, name): (usize, &str)) -> f64 {
    let shown = |row: &Vec<Cell>| match &row[place] {
        Cell::Text(text) => text.chars().count(),
        Cell::Amount(amount) => amount.len() + amount.len() / 4,
        _ => 10,
    };
    let cells = table.rows.iter().take(MEASURED).map(shown).max();
    // The name is broken between its words.
    let words = name.split(' ').map(str::len).max();
    let chars = cells.max(words).unwrap_or(0) + 2;
    chars.clamp(WIDTHS.0, WIDTHS.1) as f64
}

fn write_about(into: &mut Worksheet, sheet: &Sheet, looks: &Looks) -> Result<(), XlsxError> {
    into.set_name("About")?;
    into.set_column_width(0, 28)?;
    into.set_column_width(1, 60)?;
    into.set_column_width(2, 16)?;
    let text = looks.cell(false, Kind::Text);
    let mut line = 0;
    for (label, told) in &sheet.about {
        into.write_string_with_format(line, 0, *label, text)?;
        into.write_string_with_format(line, 1, told, text)?;
        line += 1;
    }
    if sheet.figures.is_empty() {
        return Ok(());
    }
    line += 1;
    for (name, place) in ["All of it", "Now", "Before"].into_iter().zip(0..) {
        into.write_string_with_format(line, place, name, &looks.head)?;
    }
    for figure in &sheet.figures {
        line += 1;
        let look = looks.cell(false, figure.column.kind).clone();
        let look = look.set_align(FormatAlign::Left);
        let name = figure.column.for_people(&sheet.currency);
        into.write_string_with_format(line, 0, name, text)?;
        write_cell(into, (line, 1), &figure.now, &look)?;
        write_cell(
            into,
            (line, 2),
            figure.before.as_ref().unwrap_or(&Cell::Absent),
            &look,
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, DataType as _, Reader as _, Xlsx};

    use super::super::tell::sample;
    use super::*;

    #[test]
    fn a_workbook_has_typed_cells_no_formula_and_a_sheet_about_it() {
        let file = write(&sample()).unwrap();
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
        assert_eq!(book.sheet_names(), ["Rows", "Channels", "About"]);
        let rows = book.worksheet_range("Rows").unwrap();
        let rows: Vec<&[Data]> = rows.rows().collect();
        assert_eq!(rows[0][3], Data::String("Revenue (EUR)".to_owned()));
        assert!(rows[1][0].is_datetime(), "{:?}", rows[1][0]);
        assert_eq!(rows[1][2], Data::Float(12_000.0));
        assert_eq!(rows[1][3], Data::Float(1_234.5));
        assert_eq!(rows[2][1], Data::String("=1+1".to_owned()));
        assert_eq!(rows[2][4], Data::Empty);
        assert_eq!(rows[4][2], Data::Float(12_004.0), "the line of totals");
        let formulas = book.worksheet_formula("Rows").unwrap();
        assert!(formulas.is_empty());
        let about = book.worksheet_range("About").unwrap();
        assert_eq!(
            about.get_value((0, 0)).unwrap(),
            &Data::String("Site".to_owned())
        );
    }

    #[test]
    fn the_same_sheet_makes_the_same_file() {
        assert_eq!(write(&sample()).unwrap(), write(&sample()).unwrap());
    }
}
