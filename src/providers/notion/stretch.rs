//! Stretches of time, which a date property may hold: `2026-01-31/2026-02-02`, as ISO 8601 spells
//! intervals. A write without an end takes the end away (Notion API, "Page properties"), and so the
//! end that is there is written again with each new beginning.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::super::{Layout, Row};
use super::map::moment;
use super::shape::{Shape, shape};
use crate::fields::Value;

/// The beginning and the end that a text spells: both days or both moments, in their order.
pub(super) fn ends(text: &str) -> Option<(Value, Value)> {
    let (start, end) = text.split_once('/')?;
    let (start, end) = (moment(start)?, moment(end)?);
    let in_order = match (&start, &end) {
        (Value::Date(start), Value::Date(end)) => start <= end,
        (Value::DateTime(start), Value::DateTime(end)) => start <= end,
        _ => false,
    };
    in_order.then_some((start, end))
}

/// A stretch as a value.
pub(super) fn stretch(start: &Value, end: &Value) -> Value {
    Value::Text(format!("{}/{}", start.spelling(), end.spelling()))
}

/// Whether a row writes a day or a moment where the page may hold a stretch.
pub(super) fn may_end(layout: &Layout, row: &Row) -> bool {
    beginnings(layout, row).next().is_some()
}

/// The row with the ends that its page holds now; errs with the reason why one cannot stay.
pub(super) fn with_ends(layout: &Layout, row: &Row, held: &[Option<Value>]) -> Result<Row, String> {
    let mut whole = row.clone();
    for (at, start) in beginnings(layout, row) {
        let Some(Some(Value::Text(now))) = held.get(at) else {
            continue;
        };
        if let Some((_, end)) = now
            .split_once('/')
            .and_then(|(start, end)| Some((moment(start)?, moment(end)?)))
        {
            let kept = alike(start.clone(), &end).filter(|start| is_in_order(start, &end));
            let start = kept.ok_or_else(|| {
                format!(
                    "{:?} holds a stretch of time there that ends on {}, and {} does not begin it; \
                     change its end there, or write both as beginning/end",
                    layout.fields[at].name,
                    end.spelling(),
                    start.spelling()
                )
            })?;
            whole.cells[at] = Some(stretch(&start, &end));
        }
    }
    Ok(whole)
}

/// The cells to be written that say when something begins and nothing of its end.
fn beginnings<'a>(layout: &'a Layout, row: &'a Row) -> impl Iterator<Item = (usize, Value)> + 'a {
    let cells = layout.fields.iter().zip(&row.cells).enumerate();
    cells.filter_map(|(at, (field, cell))| {
        if shape(&field.kind) != Shape::Date || row.untouched.contains(&at) {
            return None;
        }
        match cell.as_ref()? {
            Value::Text(text) => Some((at, moment(text)?)),
            when @ (Value::Date(_) | Value::DateTime(_)) => Some((at, when.clone())),
            _ => None,
        }
    })
}

/// A beginning of the kind that an end has; none when it cannot be told so.
fn alike(start: Value, end: &Value) -> Option<Value> {
    match (start, end) {
        (start @ Value::Date(_), Value::Date(_))
        | (start @ Value::DateTime(_), Value::DateTime(_)) => Some(start),
        (Value::Date(day), Value::DateTime(_)) => midnight(day).map(Value::date_time),
        (Value::DateTime(at), Value::Date(_)) => {
            let day = at.to_zoned(TimeZone::UTC).date();
            (midnight(day) == Some(at)).then_some(Value::Date(day))
        }
        _ => None,
    }
}

fn midnight(day: Date) -> Option<Timestamp> {
    TimeZone::UTC
        .to_timestamp(day.to_datetime(jiff::civil::Time::midnight()))
        .ok()
}

fn is_in_order(start: &Value, end: &Value) -> bool {
    ends(&stretch(start, end).spelling()).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::wire::layout;
    use super::*;

    fn row(cell: Option<Value>) -> Row {
        Row {
            id: Some("page1".into()),
            cells: vec![Value::text("a"), cell],
            untouched: Vec::new(),
        }
    }

    fn kept(cell: &str, held: &str) -> Result<Option<Value>, String> {
        let layout = layout(&["title", "date"]);
        let held = [Value::text("a"), moment(held).or_else(|| Value::text(held))];
        let whole = with_ends(&layout, &row(moment(cell)), &held)?;
        Ok(whole.cells[1].clone())
    }

    #[test]
    fn a_stretch_has_two_ends_of_one_kind_in_their_order() {
        for text in [
            "2026-01-31/2026-02-02",
            "2026-01-31/2026-01-31",
            "2026-01-31T10:00:00Z/2026-01-31T12:00:00+01:00",
        ] {
            assert!(ends(text).is_some(), "{text}");
        }
        for text in [
            "2026-01-31",
            "2026-02-02/2026-01-31",
            "2026-01-31/2026-02-02T10:00:00Z",
            "2026-01-31/",
            "/2026-01-31",
            "1/2",
        ] {
            assert!(ends(text).is_none(), "{text}");
        }
    }

    /// An event that a colleague had given an end lost it with the next push of its beginning.
    #[test]
    fn the_end_that_is_there_stays_when_the_beginning_is_written() {
        let table = [
            ("2026-01-31", "2026-01-01", "2026-01-31"),
            (
                "2026-01-31",
                "2026-01-30/2026-02-02",
                "2026-01-31/2026-02-02",
            ),
            (
                "2026-01-31",
                "2026-01-30T10:00:00Z/2026-02-02T10:00:00Z",
                "2026-01-31T00:00:00.000Z/2026-02-02T10:00:00.000Z",
            ),
            (
                "2026-01-31T00:00:00Z",
                "2026-01-30/2026-02-02",
                "2026-01-31/2026-02-02",
            ),
        ];
        for (cell, held, wanted) in table {
            let kept = kept(cell, held).unwrap().unwrap();
            assert_eq!(kept.spelling(), wanted, "{cell} over {held}");
        }
    }

    #[test]
    fn a_beginning_behind_the_end_that_is_there_is_refused_with_the_reason() {
        for (cell, held) in [
            ("2026-02-03", "2026-01-30/2026-02-02"),
            ("2026-01-31T17:00:00Z", "2026-01-30/2026-02-02"),
        ] {
            let told = kept(cell, held).unwrap_err();
            assert!(told.contains("2026-02-02"), "{told}");
        }
    }

    #[test]
    fn what_is_not_written_or_says_its_own_end_needs_no_look() {
        let layout = layout(&["title", "date"]);
        let mut written = row(moment("2026-01-31"));
        assert!(may_end(&layout, &written));
        written.untouched = vec![1];
        assert!(!may_end(&layout, &written));
        assert!(!may_end(&layout, &row(None)));
        assert!(!may_end(
            &layout,
            &row(Value::text("2026-01-31/2026-02-02"))
        ));
    }
}
