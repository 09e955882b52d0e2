//! Values that stand for themselves: text, numbers, days, times, people, barcodes.
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde_json::Value;

use super::{
    super::{
        cell::Cell,
        kind::{Kind, Number},
    },
    object,
};

/// The value is not of the kind that the field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unfit;

/// Reads a value that needs nothing but its type; `None` empties the cell.
pub(super) fn take(kind: &Kind, value: &Value, round: bool) -> Result<Option<Cell>, Unfit> {
    let cell = match kind {
        Kind::Text(_) => return value.as_str().ok_or(Unfit).map(text),
        Kind::RichText => return value.as_str().ok_or(Unfit).map(rich_text),
        Kind::Checkbox => {
            return value
                .as_bool()
                .ok_or(Unfit)
                .map(|checked| checked.then_some(Cell::Checked));
        }
        Kind::MultipleCollaborators => return object::people(value),
        Kind::Number(kind) => {
            let number = value.as_f64();
            number.map(|number| Cell::Number(if round { rounded(number, kind) } else { number }))
        }
        Kind::Rating { max } => rating(value, *max),
        Kind::Date => date(value).map(Cell::Day),
        Kind::DateTime { time_zone } => moment(value, time_zone).map(Cell::Moment),
        Kind::SingleCollaborator => object::collaborator(value),
        Kind::Barcode => object::barcode(value),
        Kind::SingleSelect(_)
        | Kind::MultipleSelects(_)
        | Kind::Links { .. }
        | Kind::Attachments
        | Kind::Computed(_) => None,
    };
    cell.map(Some).ok_or(Unfit)
}

fn text(text: &str) -> Option<Cell> {
    (!text.is_empty()).then(|| Cell::Text(text.into()))
}

/// The vendor's editor ends every text in a newline, whatever was written.
fn rich_text(written: &str) -> Option<Cell> {
    if written.is_empty() || written.ends_with('\n') {
        text(written)
    } else {
        text(&format!("{written}\n"))
    }
}

fn rounded(number: f64, kind: &Number) -> f64 {
    let shift = 10f64.powi(i32::from(kind.precision()));
    (number * shift).round() / shift
}

/// One star to `max`; there is no rating of none.
fn rating(value: &Value, max: u8) -> Option<Cell> {
    let stars = value.as_f64()?;
    let whole = stars.fract() == 0.0 && (1.0..=f64::from(max)).contains(&stars);
    whole.then_some(Cell::Number(stars))
}

fn date(value: &Value) -> Option<Date> {
    let text = value.as_str()?;
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

/// A time with an offset, or one that is read in the field's zone.
fn moment(value: &Value, time_zone: &str) -> Option<Timestamp> {
    let text = value.as_str()?;
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(to_millisecond(at));
    }
    let local: DateTime = text.parse().ok()?;
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    Some(to_millisecond(local.to_zoned(zone).ok()?.timestamp()))
}

fn to_millisecond(at: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at)
}
