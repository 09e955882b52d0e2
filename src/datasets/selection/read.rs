//! Shows what a user has picked.

use std::collections::HashSet;
use std::ops::ControlFlow;

use super::super::error::Error;
use super::super::record::{Records, Unread};
use super::super::{Dataset, Record, RecordPage};
use super::row::Picks;
use crate::audit::Code;
use crate::base::{Actor, Cursor};
use crate::store::{self, Key as _, Row, Scan, Snapshot, prefix};

impl Dataset {
    /// How many records whoever has opened it has picked.
    pub async fn selected(&self) -> Result<u64, Error> {
        let dataset = self.clone();
        let count = move || dataset.selected_now();
        self.datasets.0.blocking.run(count).await
    }

    /// The same for blocking threads.
    pub fn selected_now(&self) -> Result<u64, Error> {
        let mut count = 0;
        let moment = self.datasets.0.store.snapshot()?;
        moment.walk::<Picks>(&self.picks_after(None), |_, _| {
            count += 1;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(count)
    }

    /// One page of the keys that whoever has opened it has picked, in their order.
    pub fn selected_keys(
        &self,
        limit: usize,
        after: Option<&Cursor>,
        by: &Actor,
    ) -> Result<(Vec<String>, Option<Cursor>), Error> {
        let scan = Scan::prefix(self.picks(), limit).after(after);
        let page = self.datasets.0.store.scan::<Picks>(&scan)?;
        let keys: Vec<_> = page.rows.into_iter().map(|row| row.key.2).collect();
        self.note_records_read(keys.len(), by);
        Ok((keys, page.next))
    }

    /// One page of the records that whoever has opened it has picked, in the order of their keys.
    pub async fn selected_records(
        &self,
        limit: usize,
        after: Option<Cursor>,
        by: &Actor,
    ) -> Result<RecordPage, Error> {
        let dataset = self.clone();
        let read = move || {
            let moment = dataset.datasets.0.store.snapshot()?;
            let scan = Scan::prefix(dataset.picks(), limit).after(after.as_ref());
            let picked = moment.scan::<Picks>(&scan)?;
            let mut page = RecordPage {
                next: picked.next,
                ..RecordPage::default()
            };
            for pick in picked.rows {
                let row = dataset.picked_row(&moment, pick)?;
                page.records.push(Record::read(dataset.schema(), row)?);
            }
            page.scanned = page.records.len() as u64;
            Ok::<_, Error>(page)
        };
        let page = self.datasets.0.blocking.run(read).await?;
        self.note_records_read(page.records.len(), by);
        Ok(page)
    }

    /// Those of the keys that whoever has opened it has picked, in the order in which they came.
    pub async fn selected_among(&self, keys: Vec<String>) -> Result<Vec<String>, Error> {
        let dataset = self.clone();
        let look = move || {
            let moment = dataset.datasets.0.store.snapshot()?;
            let (mut seen, mut picked) = (HashSet::new(), Vec::new());
            for key in keys {
                let place = (dataset.id, dataset.reader.owner(), key.clone());
                if seen.insert(key.clone()) && moment.get::<Picks>(&place)?.is_some() {
                    picked.push(key);
                }
            }
            Ok(picked)
        };
        self.datasets.0.blocking.run(look).await
    }

    /// Whether whoever has opened it has picked the record under `key`.
    pub fn is_selected(&self, key: &str) -> Result<bool, Error> {
        let place = (self.id, self.reader.owner(), key.to_owned());
        Ok(self.datasets.0.store.get::<Picks>(&place)?.is_some())
    }

    /// Shows the records that whoever has opened it has picked, after the key `after`, as
    /// [`Dataset::walk_unread`] shows all.
    pub fn walk_selected(
        &self,
        after: Option<&str>,
        mut visit: impl FnMut(Unread) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        let moment = self.datasets.0.store.snapshot()?;
        self.each_picked(&moment, after, |row| Ok(visit(Unread::of(row))))
    }

    /// The same, read whole, in a moment that was taken before.
    pub(in super::super) fn walk_selected_in(
        &self,
        moment: &Snapshot,
        after: Option<&str>,
        mut visit: impl FnMut(Record) -> ControlFlow<()>,
    ) -> Result<(), Error> {
        self.each_picked(moment, after, |row| {
            Ok(visit(Record::read(self.schema(), row)?))
        })
    }

    fn each_picked(
        &self,
        moment: &Snapshot,
        after: Option<&str>,
        mut visit: impl FnMut(Row<Records>) -> Result<ControlFlow<()>, store::Error>,
    ) -> Result<(), Error> {
        moment.walk::<Picks>(&self.picks_after(after), |_, pick| {
            visit(self.picked_row(moment, pick)?)
        })?;
        Ok(())
    }

    /// The record that a pick of the same moment needs.
    fn picked_row(
        &self,
        moment: &Snapshot,
        pick: Row<Picks>,
    ) -> Result<Row<Records>, store::Error> {
        let row = moment.get::<Records>(&(self.id, pick.key.2))?;
        row.ok_or_else(|| store::Error::Damaged("a selection names a missing record".into()))
    }

    fn picks(&self) -> Vec<u8> {
        prefix(&(self.id, self.reader.owner()))
    }

    fn picks_after(&self, after: Option<&str>) -> Scan {
        let all = Scan::prefix(self.picks(), usize::MAX);
        match after {
            None => all,
            Some(key) => {
                let mut past = (self.id, self.reader.owner(), key.to_owned()).bytes();
                past.push(0);
                all.from(past)
            }
        }
    }

    /// Puts into the book that records were read.
    fn note_records_read(&self, records: usize, by: &Actor) {
        let event = self.event(Code::RecordsRead, by);
        let event = event.count("records", records as u64);
        let parts = &self.datasets.0;
        parts.log.record(event.build(&parts.clock));
    }
}
