//! Keeps the remote rows while a run goes through them, with the types of their values.

use jiff::Timestamp;

use super::super::super::error::Error;
use super::super::super::plan::{ById, ByKey, Keyed};
use crate::base::PlanId;
use crate::fields::Value;
use crate::providers::{Changed, Held};
use crate::store::{self, Key as _, Scan, Snapshot, prefix};

/// A remote row as it was listed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) created_at: Timestamp,
    pub(super) changed: Option<Changed>,
    pub(super) cells: Vec<Option<Value>>,
}

/// The rows of one listing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows(pub(super) PlanId);

impl Rows {
    /// A row by its id.
    pub(super) fn get(self, moment: &Snapshot, id: &str) -> Result<Option<Listed>, Error> {
        let found = moment.get::<ById>(&(self.0, id.to_owned()))?;
        found.map(|row| unpack(row.key.1, &row.value.0)).transpose()
    }

    /// Whether a row was listed.
    pub(super) fn has(self, moment: &Snapshot, id: &str) -> Result<bool, Error> {
        Ok(moment.get::<ById>(&(self.0, id.to_owned()))?.is_some())
    }

    /// What a key leads to.
    pub(super) fn under(self, moment: &Snapshot, key: &str) -> Result<Option<Keyed>, Error> {
        let found = moment.get::<ByKey>(&(self.0, key.to_owned()))?;
        Ok(found.map(|row| row.value))
    }

    /// The next rows in the order of their ids.
    pub(super) fn after(
        self,
        moment: &Snapshot,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<Listed>, Error> {
        let mut scan = Scan::prefix(prefix(&self.0), most);
        if let Some(after) = after {
            let mut past = (self.0, after.to_owned()).bytes();
            past.push(0);
            scan = scan.from(past);
        }
        let rows = moment.scan::<ById>(&scan)?.rows.into_iter();
        rows.map(|row| unpack(row.key.1, &row.value.0)).collect()
    }
}

/// When it was made and last changed (milliseconds, 8 bytes each, big-endian; the last two are the
/// smallest number if that is not known), then for each cell its type and the length of its
/// canonical form (4 bytes), which follows. An empty cell has the type 0 and nothing more.
pub(super) fn pack(row: &Held) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    let changed = row.changed.map(|changed| (changed.from, changed.to));
    let times = [
        Some(row.created_at),
        changed.map(|(from, _)| from),
        changed.map(|(_, to)| to),
    ];
    for time in times {
        let millisecond = time.map_or(i64::MIN, Timestamp::as_millisecond);
        out.extend_from_slice(&millisecond.to_be_bytes());
    }
    let mut canonical = Vec::new();
    for cell in &row.cells {
        let Some(value) = cell else {
            out.push(0);
            continue;
        };
        out.push(kind(value));
        canonical.clear();
        value.write(&mut canonical);
        let length = u32::try_from(canonical.len()).unwrap_or(u32::MAX);
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&canonical);
    }
    out
}

fn kind(value: &Value) -> u8 {
    match value {
        Value::Text(_) => 1,
        Value::Integer(_) => 2,
        Value::Number(_) => 3,
        Value::Boolean(_) => 4,
        Value::Date(_) => 5,
        Value::DateTime(_) => 6,
        Value::Choices(_) => 7,
        Value::Json(_) => 8,
    }
}

fn unpack(id: String, bytes: &[u8]) -> Result<Listed, Error> {
    let damaged = || store::Error::Damaged("a remote row".into());
    let (times, cells) = parts(bytes).ok_or_else(damaged)?;
    let [created, from, to] = times;
    let at = |millisecond| Timestamp::from_millisecond(millisecond).ok();
    Ok(Listed {
        id,
        created_at: at(created).unwrap_or_default(),
        changed: at(from).zip(at(to)).map(|(from, to)| Changed { from, to }),
        cells,
    })
}

fn parts(mut bytes: &[u8]) -> Option<([i64; 3], Vec<Option<Value>>)> {
    let mut times = [0; 3];
    for time in &mut times {
        let (millisecond, rest) = bytes.split_first_chunk()?;
        *time = i64::from_be_bytes(*millisecond);
        bytes = rest;
    }
    let mut cells = Vec::with_capacity(16);
    while let Some((kind, rest)) = bytes.split_first() {
        if *kind == 0 {
            cells.push(None);
            bytes = rest;
            continue;
        }
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (canonical, rest) = rest.split_at_checked(length)?;
        cells.push(Some(value(*kind, canonical)?));
        bytes = rest;
    }
    Some((times, cells))
}

fn value(kind: u8, canonical: &[u8]) -> Option<Value> {
    let text = || serde_json::from_slice::<String>(canonical).ok();
    Some(match kind {
        1 => Value::Text(text()?),
        2 => Value::Integer(serde_json::from_slice(canonical).ok()?),
        3 => Value::Number(serde_json::from_slice(canonical).ok()?),
        4 => Value::Boolean(serde_json::from_slice(canonical).ok()?),
        5 => Value::Date(text()?.parse().ok()?),
        6 => Value::DateTime(text()?.parse().ok()?),
        7 => Value::Choices(serde_json::from_slice(canonical).ok()?),
        8 => Value::Json(serde_json::from_slice(canonical).ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Held {
        let at = |second| Timestamp::from_second(second).unwrap();
        Held {
            id: "rec1".into(),
            created_at: at(1_790_000_000),
            changed: Some(Changed {
                from: at(1_790_000_100),
                to: at(1_790_000_160),
            }),
            created: false,
            cells: vec![
                Value::text("ä \"b\""),
                None,
                Some(Value::Integer(-7)),
                Some(Value::Number(2.5)),
                Some(Value::Boolean(true)),
                Some(Value::Date("2026-11-27".parse().unwrap())),
                Some(Value::date_time(at(1_790_000_000))),
                Value::choices(["x".to_owned(), "y".to_owned()]),
                Some(Value::Json(serde_json::json!({"a": [1, null]}))),
            ],
        }
    }

    #[test]
    fn a_row_comes_back_with_the_types_of_its_values() {
        let held = row();
        let read = unpack(held.id.clone(), &pack(&held)).unwrap();
        assert_eq!(read.cells, held.cells);
        assert_eq!(
            (read.created_at, read.changed),
            (held.created_at, held.changed)
        );
        let untold = Held {
            changed: None,
            ..row()
        };
        assert_eq!(unpack(String::new(), &pack(&untold)).unwrap().changed, None);
    }

    #[test]
    fn a_row_that_was_cut_is_damage_and_no_other_row() {
        let whole = pack(&row());
        let ends: Vec<usize> = (0..whole.len())
            .filter(|end| {
                unpack(String::new(), &whole[..*end]).is_ok_and(|row| row.cells.len() == 9)
            })
            .collect();
        assert!(ends.is_empty(), "{ends:?}");
        assert!(unpack(String::new(), &[0; 7]).is_err());
    }
}
