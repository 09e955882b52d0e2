//! Lets a person put an end to a drift, and lets the schedule go on that rested because of it.

use super::super::error::Error;
use super::super::schedule::{Schedules, Timetable};
use super::super::sync::{Change, Sync};
use super::{Drifted, Drifts};
use crate::base::Actor;
use crate::store::{Batch, Row};

impl Sync {
    /// How its mapping and its table have grown apart, as a run has found last.
    pub(in crate::sync) fn drifted(&self) -> Result<Option<Row<Drifts>>, Error> {
        Ok(self.syncs().services.store.get::<Drifts>(&self.key())?)
    }

    /// Changes the mapping as its drift proposes: without what is lost, with what is offered. A
    /// schedule that rests because of it goes on.
    ///
    /// Errs with `NoDrift` when there is none, and with `KeyLost` when nothing can be proposed.
    pub async fn accept_drift(self, by: &Actor) -> Result<Self, Error> {
        let Drifted { found, .. } = self.drifted()?.ok_or(Error::NoDrift)?.value;
        if let Some(reason) = found.key {
            return Err(Error::KeyLost(reason));
        }
        let pairs = found.pairs(self.definition(), true);
        let change = Change {
            pairs: Some(pairs),
            ways: self.definition().meeting.ways.clone(),
            ..Change::default()
        };
        self.change(change, by).await
    }

    /// Ends its drift in the batch that changes what runs make of the table.
    pub(in crate::sync) fn end_drift(&self, batch: &mut Batch) -> Result<(), Error> {
        if let Some(kept) = self.drifted()? {
            batch.delete::<Drifts>(&kept.key, kept.version);
            if kept.value.rests {
                self.wake(batch)?;
            }
        }
        Ok(())
    }

    /// Lets its schedule go on from now.
    pub(super) fn wake(&self, batch: &mut Batch) -> Result<(), Error> {
        let store = &self.syncs().services.store;
        let Some(row) = store.get::<Schedules>(&self.key())? else {
            return Ok(()); // it was removed meanwhile
        };
        let mut schedule = row.value.schedule;
        schedule.paused = false;
        let (now, jitter) = (self.clock().now(), self.syncs().jitter());
        let timetable = Timetable::new(schedule, self.id(), now, jitter);
        batch.replace::<Schedules>(&row.key, &timetable, row.version);
        Ok(())
    }

    /// Lets its schedule rest. Gives whether it did not already.
    pub(super) fn rest(&self, batch: &mut Batch) -> Result<bool, Error> {
        let store = &self.syncs().services.store;
        let row = store.get::<Schedules>(&self.key())?;
        let Some(mut row) = row.filter(|row| !row.value.schedule.paused) else {
            return Ok(false);
        };
        row.value.schedule.paused = true;
        batch.replace::<Schedules>(&row.key, &row.value, row.version);
        Ok(true)
    }
}
