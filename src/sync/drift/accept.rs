//! Lets a person put an end to a drift, and the schedule that rested because of it goes on.

use super::super::error::Error;
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
        let lost = found.lost.into_iter().map(|lost| lost.remote_field_id);
        let change = Change {
            lost: lost.collect(),
            pairs: Some(pairs),
            ways: self.definition().meeting.ways.clone(),
            ..Change::default()
        };
        self.change(change, by).await
    }

    /// Lets whoever sets or rests its schedule now say when it goes on: the end of its drift says it
    /// no more.
    pub(in crate::sync) fn own_rest(&self, batch: &mut Batch) -> Result<(), Error> {
        if let Some(mut kept) = self.drifted()?.filter(|kept| kept.value.rests) {
            kept.value.rests = false;
            batch.replace::<Drifts>(&kept.key, &kept.value, kept.version);
        }
        Ok(())
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
}
