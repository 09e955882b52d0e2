//! Prints tables: their heads again on each page, and in several bands what has too many columns
//! for one.

use std::ops::Range;

use super::faces::Faces;
use super::flow::{Flow, LEFT, Paper};
use super::mark::{Ink, Style};
use super::shown::shown;
use crate::export::sheet::{Cell, Sheet, Table};

const HEAD: Style = Style::strong(8.0);
const TEXT: Style = Style::regular(8.5);
const TOTAL: Style = Style::strong(8.5);
const ROW: f32 = 14.0;
/// A line of the head.
const HEAD_LINE: f32 = 10.0;
/// What lies between two columns.
const GAP: f32 = 12.0;
/// A column that names rows is no wider.
const MOST_WIDE: f32 = 230.0;
/// So many rows tell how wide columns have to be.
const MEASURED: usize = 1_000;

/// A column as it is printed.
#[derive(Clone)]
struct Strip {
    /// Its place in the table.
    place: usize,
    /// Its name, in lines.
    head: Vec<String>,
    wide: f32,
    /// Whether it says what rows are about, and stands to the left.
    names: bool,
}

/// Whether the main table needs paper on its side.
pub(super) fn is_wide(faces: &Faces, sheet: &Sheet) -> bool {
    let strips = strips(faces, (sheet, &sheet.main));
    whole(&strips) > Paper::PORTRAIT.room()
}

pub(super) fn put(flow: &mut Flow<'_>, (sheet, table): (&Sheet, &Table), most: usize) {
    if table.rows.is_empty() {
        return;
    }
    let rows = &table.rows[..table.rows.len().min(most)];
    let strips = strips(flow.faces, (sheet, table));
    let bands = bands(&strips, flow.paper.room());
    let many = bands.len();
    for (nth, band) in bands.into_iter().enumerate() {
        // A head without rows is no beginning.
        flow.keep_together(34.0 + 4.0 * ROW);
        flow.text((LEFT, 11.0), Style::strong(11.0), table.name);
        let mut beside = Vec::new();
        if table.found > rows.len() as u64 {
            let (some, all) = (Cell::Count(rows.len() as u64), Cell::Count(table.found));
            beside.push(format!("the first {} of {}", shown(&some), shown(&all)));
        }
        if many > 1 {
            beside.push(format!("part {} of {many} by columns", nth + 1));
        }
        flow.text_to(
            (flow.paper.right(), 11.0),
            Style::muted(8.0),
            &beside.join(", "),
        );
        flow.y += 18.0;
        put_band(flow, &band, (rows, table.totals.as_deref()));
        flow.y += 16.0;
    }
}

fn put_band(flow: &mut Flow<'_>, band: &[Strip], (rows, totals): (&[Vec<Cell>], Option<&[Cell]>)) {
    put_head(flow, band);
    for row in rows {
        if flow.keep_together(ROW) {
            put_head(flow, band);
        }
        put_row(flow, band, (row, TEXT));
        flow.rule((LEFT, LEFT + whole(band)), 0.0, Ink::Rule);
    }
    if let Some(totals) = totals {
        if flow.keep_together(ROW) {
            put_head(flow, band);
        }
        flow.rule((LEFT, LEFT + whole(band)), 0.0, Ink::Text);
        put_row(flow, band, (totals, TOTAL));
    }
}

fn put_head(flow: &mut Flow<'_>, band: &[Strip]) {
    let lines = band.iter().map(|strip| strip.head.len()).max().unwrap_or(1);
    let mut x = LEFT;
    for strip in band {
        let above = lines - strip.head.len();
        for (nth, line) in strip.head.iter().enumerate() {
            let down = (above + nth) as f32 * HEAD_LINE + 8.0;
            put_cell(flow, (x, down), strip, (line, HEAD));
        }
        x += strip.wide + GAP;
    }
    flow.y += lines as f32 * HEAD_LINE + 3.0;
    flow.rule((LEFT, LEFT + whole(band)), 0.0, Ink::Text);
}

fn put_row(flow: &mut Flow<'_>, band: &[Strip], (row, style): (&[Cell], Style)) {
    let mut x = LEFT;
    for strip in band {
        let text = match &row[strip.place] {
            // In a line of totals, which tells of no value.
            Cell::Absent if strip.names => String::new(),
            cell => flow.faces.fit(style, &shown(cell), strip.wide),
        };
        put_cell(flow, (x, 10.0), strip, (&text, style));
        x += strip.wide + GAP;
    }
    flow.y += ROW;
}

fn put_cell(
    flow: &mut Flow<'_>,
    (x, down): (f32, f32),
    strip: &Strip,
    (text, style): (&str, Style),
) {
    if strip.names {
        flow.text((x, down), style, text);
    } else {
        flow.text_to((x + strip.wide, down), style, text);
    }
}

/// How wide columns are side by side.
fn whole(strips: &[Strip]) -> f32 {
    strips.iter().map(|strip| strip.wide + GAP).sum::<f32>() - GAP
}

/// The columns, each as wide as what stands in it.
fn strips(faces: &Faces, (sheet, table): (&Sheet, &Table)) -> Vec<Strip> {
    let strip = |(place, column): (usize, &crate::export::sheet::Column)| {
        let name = column.for_people(&sheet.currency);
        let words = name.split(' ').map(|word| faces.width(HEAD, word));
        let shown = |row: &Vec<Cell>, style| faces.width(style, &shown(&row[place]));
        let cells = table.rows.iter().take(MEASURED).map(|row| shown(row, TEXT));
        let totals = table.totals.iter().map(|row| shown(row, TOTAL));
        let wide = words.chain(cells).chain(totals).fold(0.0, f32::max);
        // What fits to the hair must not be cut by a rounding.
        let wide = wide.min(MOST_WIDE) + 0.1;
        Strip {
            place,
            head: faces.wrap(HEAD, &name, wide),
            wide,
            names: column.kind.names(),
        }
    };
    table.columns.iter().enumerate().map(strip).collect()
}

/// The columns in bands that have room, each of which begins with those that name rows. What room
/// is left goes to the last of these.
fn bands(strips: &[Strip], room: f32) -> Vec<Vec<Strip>> {
    let (mut names, values): (Vec<Strip>, Vec<Strip>) =
        strips.iter().cloned().partition(|strip| strip.names);
    // However many names there are, some values have room beside them.
    let most = room * 0.6 / names.len().max(1) as f32 - GAP;
    if whole(&names) > room * 0.6 {
        for name in &mut names {
            name.wide = name.wide.min(most);
        }
    }
    let mut bands = Vec::new();
    for some in spans(&values, room - whole(&names) - GAP) {
        let mut band = names.clone();
        band.extend_from_slice(&values[some]);
        let left = room - whole(&band);
        if let Some(last) = names.len().checked_sub(1) {
            band[last].wide += left.max(0.0);
        }
        bands.push(band);
    }
    bands
}

/// Which of the columns have room together, one after the other; at least one at a time.
fn spans(values: &[Strip], room: f32) -> Vec<Range<usize>> {
    let mut spans: Vec<Range<usize>> = Vec::new();
    for place in 0..values.len() {
        match spans.last_mut() {
            Some(last) if whole(&values[last.start..=place]) <= room => last.end = place + 1,
            _ => spans.push(place..place + 1),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip(place: usize, wide: f32, names: bool) -> Strip {
        Strip {
            place,
            head: vec!["x".to_owned()],
            wide,
            names,
        }
    }

    #[test]
    fn too_many_columns_come_in_bands_each_with_the_names_of_its_rows() {
        let mut strips = vec![strip(0, 100.0, true)];
        strips.extend((1..=10).map(|place| strip(place, 60.0, false)));
        let bands = bands(&strips, 500.0);
        let places: Vec<Vec<usize>> = bands
            .iter()
            .map(|band| band.iter().map(|strip| strip.place).collect())
            .collect();
        assert_eq!(places, [vec![0, 1, 2, 3, 4, 5], vec![0, 6, 7, 8, 9, 10]]);
        for band in bands {
            assert!((whole(&band) - 500.0).abs() < 0.01);
        }
    }
}
