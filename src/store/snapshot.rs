//! Reads: one row, or a page of rows in key order.

use std::ops::ControlFlow;

use super::backend::{self, COUNTERS, Range, View, after_prefix};
use super::batch::Counter;
use super::collection::{Collection, Index, Row, Value as _};
use super::error::Dependent;
use super::kept::Kept;
use super::registry::Registry;
use super::{Error, Key, references};
use crate::base::Cursor;

/// A moment of the store.
pub struct Snapshot {
    view: Box<dyn View>,
}

/// Which rows a page shows.
#[derive(Clone, Debug)]
pub struct Scan {
    index: Option<&'static Index>,
    range: Range,
    limit: usize,
}

/// A page of rows.
pub struct Page<C: Collection> {
    /// The rows, in the order of the scan.
    pub rows: Vec<Row<C>>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
}

impl Scan {
    /// The rows whose keys begin with `prefix`, all of them (`limit` at most).
    pub fn prefix(prefix: Vec<u8>, limit: usize) -> Self {
        Self {
            index: None,
            range: Range {
                to: after_prefix(&prefix),
                from: prefix,
                backwards: false,
            },
            limit,
        }
    }

    /// All rows, `limit` at most.
    pub fn all(limit: usize) -> Self {
        Self::prefix(Vec::new(), limit)
    }

    /// In the order of `index`, whose keys (not the rows') then begin with the prefix.
    #[must_use]
    pub fn by(mut self, index: &'static Index) -> Self {
        self.index = Some(index);
        self
    }

    /// Only keys from `from` on, included.
    #[must_use]
    pub fn from(mut self, from: Vec<u8>) -> Self {
        self.range.from = self.range.from.max(from);
        self
    }

    /// Only keys before `to`.
    #[must_use]
    pub fn to(mut self, to: Vec<u8>) -> Self {
        self.range.to = Some(self.range.to.map_or(to.clone(), |end| end.min(to)));
        self
    }

    /// From the last to the first.
    #[must_use]
    pub fn backwards(mut self) -> Self {
        self.range.backwards = true;
        self
    }

    /// Only what lies past `cursor` in the scan's direction.
    #[must_use]
    pub fn after(self, cursor: Option<&Cursor>) -> Self {
        match cursor {
            None => self,
            Some(Cursor(key)) if self.range.backwards => self.to(key.clone()),
            Some(Cursor(key)) => {
                let mut from = key.clone();
                from.push(0);
                self.from(from)
            }
        }
    }
}

impl Snapshot {
    pub(super) fn new(view: Box<dyn View>) -> Self {
        Self { view }
    }

    /// The row under `key`.
    pub fn get<C: Collection>(&self, key: &C::Key) -> Result<Option<Row<C>>, Error> {
        self.get_bytes(&key.bytes())
    }

    /// What `see` makes of the bytes of the row under `key`, where they lie: whoever looks at
    /// millions of rows and wants little of each needs no copy of them.
    pub fn glance<C: Collection, T>(
        &self,
        key: &C::Key,
        mut see: impl FnMut(&[u8]) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let mut seen = None;
        let mut look = |stored: &[u8]| {
            seen = Some(backend::unwrap(stored).and_then(|(_, _, content)| see(content)));
        };
        self.view.look(C::NAME, &key.bytes(), &mut look)?;
        seen.transpose()
    }

    /// The same of all rows whose keys begin with `prefix`, in their order, until `see` breaks or
    /// errs. It is shown the rest of each key beside the bytes.
    pub fn glance_all<C: Collection>(
        &self,
        prefix: &[u8],
        mut see: impl FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let mut outcome = Ok(());
        self.view
            .scan(C::NAME, &Range::prefix(prefix), &mut |place, stored| {
                let seen = backend::unwrap(stored)
                    .and_then(|(_, _, content)| see(&place[prefix.len()..], content));
                seen.unwrap_or_else(|error| {
                    outcome = Err(error);
                    ControlFlow::Break(())
                })
            })?;
        outcome
    }

    /// What `make` makes of the row under `key`; made anew only when the row is not as it was when
    /// `kept` was given what it holds of it.
    pub fn get_kept<C: Collection, T: Clone, E: From<Error>>(
        &self,
        key: &C::Key,
        kept: &Kept<T>,
        make: impl FnOnce(Row<C>) -> Result<T, E>,
    ) -> Result<Option<T>, E> {
        let key = key.bytes();
        let Some(stored) = self.view.get(C::NAME, &key)? else {
            return Ok(None);
        };
        let (version, ..) = backend::unwrap(&stored)?;
        if let Some(made) = kept.get(&key, version) {
            return Ok(Some(made));
        }
        let fresh = make(decode(&key, &stored)?)?;
        kept.put(key, version, fresh.clone());
        Ok(Some(fresh))
    }

    /// The row that a unique index holds under `key`.
    pub fn find<C: Collection>(
        &self,
        index: &'static Index,
        key: &impl Key,
    ) -> Result<Option<Row<C>>, Error> {
        match self.view.get(index.name, &key.bytes())? {
            Some(primary) => self.get_bytes(&primary),
            None => Ok(None),
        }
    }

    /// One page of rows in key order.
    pub fn scan<C: Collection>(&self, scan: &Scan) -> Result<Page<C>, Error> {
        let mut rows = Vec::new();
        let mut last = None;
        let mut more = false;
        self.walk::<C>(scan, |place, row| {
            if rows.len() == scan.limit {
                more = true;
                return Ok(ControlFlow::Break(()));
            }
            last = Some(place.to_vec());
            rows.push(row);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(Page {
            rows,
            next: last.filter(|_| more).map(Cursor),
        })
    }

    /// Shows every row of the scan (its limit aside) to `visit`, with the key that a cursor would
    /// hold, until it breaks or errs.
    pub fn walk<C: Collection>(
        &self,
        scan: &Scan,
        mut visit: impl FnMut(&[u8], Row<C>) -> Result<ControlFlow<()>, Error>,
    ) -> Result<(), Error> {
        let mut outcome = Ok(());
        let table = scan.index.map_or(C::NAME, |index| index.name);
        self.view.scan(table, &scan.range, &mut |place, stored| {
            let row = match scan.index {
                None => decode::<C>(place, stored).map(Some),
                Some(_) => self.get_bytes::<C>(stored),
            };
            let flow = match row {
                Ok(Some(row)) => visit(place, row),
                Ok(None) => Err(Error::Damaged(format!("index {table} names a missing row"))),
                Err(error) => Err(error),
            };
            flow.unwrap_or_else(|error| {
                outcome = Err(error);
                ControlFlow::Break(())
            })
        })?;
        outcome
    }

    /// What a counter has come to.
    pub fn count(&self, counter: &Counter) -> Result<i64, Error> {
        let stored = self.view.get(COUNTERS, &counter.0)?;
        Ok(stored
            .and_then(|bytes| Some(i64::from_be_bytes(bytes.try_into().ok()?)))
            .unwrap_or(0))
    }

    /// How many rows a scan finds, up to its limit.
    pub fn count_rows<C: Collection>(&self, scan: &Scan) -> Result<usize, Error> {
        let mut count = 0;
        if scan.limit == 0 {
            return Ok(count);
        }
        let table = scan.index.map_or(C::NAME, |index| index.name);
        self.view.scan(table, &scan.range, &mut |_, _| {
            count += 1;
            if count < scan.limit {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        Ok(count)
    }

    /// All rows that need the one under `key`, directly or through others (1,000 at most).
    pub(super) fn dependents<C: Collection>(
        &self,
        registry: &Registry,
        key: &C::Key,
    ) -> Result<Vec<Dependent>, Error> {
        references::dependents(&*self.view, registry, C::NAME, &key.bytes())
    }

    fn get_bytes<C: Collection>(&self, key: &[u8]) -> Result<Option<Row<C>>, Error> {
        let mut row = None;
        let mut see = |stored: &[u8]| row = Some(decode(key, stored));
        self.view.look(C::NAME, key, &mut see)?;
        row.transpose()
    }
}

fn decode<C: Collection>(mut key: &[u8], stored: &[u8]) -> Result<Row<C>, Error> {
    let (version, shape, content) = backend::unwrap(stored)?;
    let key = C::Key::read(&mut key).map_err(|bad| Error::Damaged(bad.to_string()))?;
    Ok(Row {
        key,
        value: C::Value::decode(shape, content)?,
        version,
    })
}
