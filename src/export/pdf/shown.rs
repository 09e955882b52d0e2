//! Writes values as they are read on paper.

use crate::export::sheet::{Cell, Kind};

/// A value; a dash where there is none.
pub(super) fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Absent => "\u{2013}".to_owned(),
        Cell::Text(text) if text.is_empty() => "(none)".to_owned(),
        Cell::Text(text) => text.to_string(),
        Cell::Date(day) => day.to_string(),
        Cell::Count(count) => grouped(&count.to_string()),
        Cell::Amount(amount) => grouped(amount),
        Cell::Share(share) => percent(*share),
        Cell::Seconds(seconds) => grouped(&format!("{seconds:.1}")),
    }
}

/// A number of a kind on the side of a chart.
pub(super) fn tick(kind: Kind, number: f64) -> String {
    match kind {
        Kind::Share => percent(number),
        _ => grouped(&format!("{number}")),
    }
}

/// How much more a number is than another, in parts of that: `+12.5%`; none where that is nothing.
/// What is a share itself is told in points.
pub(super) fn change(now: &Cell, before: &Cell) -> Option<String> {
    let (more, whole) = (now.number()? - before.number()?, before.number()?);
    let sign = if more >= 0.0 { "+" } else { "\u{2212}" };
    match before {
        Cell::Share(_) => Some(format!("{sign}{:.1} points", more.abs() * 100.0)),
        _ if whole == 0.0 => None,
        _ => Some(format!("{sign}{}", percent((more / whole).abs()))),
    }
}

fn percent(share: f64) -> String {
    grouped(&format!("{:.1}", share * 100.0)) + "%"
}

/// A decimal number with a comma after each three digits.
fn grouped(number: &str) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("\u{2212}", digits),
        None => ("", number),
    };
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::from(sign);
    for (place, digit) in digits.char_indices() {
        if place > 0 && place < whole && (whole - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        for (cell, text) in [
            (Cell::Count(999), "999"),
            (Cell::Count(1_234_567), "1,234,567"),
            (Cell::Amount("-1234.50".to_owned()), "−1,234.50"),
            (Cell::Share(0.2346), "23.5%"),
            (Cell::Seconds(61.04), "61.0"),
            (Cell::text(""), "(none)"),
            (Cell::Absent, "–"),
        ] {
            assert_eq!(shown(&cell), text);
        }
        let (now, before) = (Cell::Count(9), Cell::Count(12));
        assert_eq!(change(&now, &before).as_deref(), Some("−25.0%"));
        assert_eq!(change(&now, &Cell::Count(0)), None);
        let (now, before) = (Cell::Share(0.5), Cell::Share(0.4));
        assert_eq!(change(&now, &before).as_deref(), Some("+10.0 points"));
    }
}
