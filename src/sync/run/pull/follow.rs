//! Decides whether a run has to read a table whole, and remembers how far it has come.

use jiff::SignedDuration;

use super::super::super::error::Error;
use super::super::super::job::{Job, Reading, Task};
use super::super::super::tide::{Tide, Tides};
use super::super::Pass;
use super::super::ledger::Ledger;
use crate::store::Batch;

impl Pass<'_> {
    /// Begins to read, or goes on: what a run reads is decided once.
    pub(super) fn begin(&self, ledger: &mut Ledger, task: Task) -> Result<(), Error> {
        let started = ledger.job.started_at;
        let reading = ledger.job.reading.get_or_insert_default();
        if task != Task::Pull {
            // What is listed is remembered in memory alone.
            *reading = Reading::default();
        }
        if reading.begun_at.is_none() {
            let now = self.line.clock.now();
            // Not later than the first page was asked for, and as the provider would tell the time.
            let began = started.unwrap_or(now);
            let behind = self.line.records.skew().most.max(SignedDuration::ZERO);
            reading.begun_at = Some(began.checked_sub(behind).unwrap_or(began));
            reading.meaning = self.fit.meaning();
            if task == Task::Pull {
                let tide = self.store.get::<Tides>(&self.sync)?;
                let overlap = SignedDuration::try_from(self.overlap).unwrap_or(SignedDuration::MAX);
                let here = (reading.meaning.as_str(), now);
                reading.since = tide.and_then(|tide| tide.value.since(self.pulling, here, overlap));
            }
        }
        let reading = Some(reading.clone());
        self.line.live.send_modify(|run| run.job.reading = reading);
        Ok(())
    }

    /// Remembers how far a run has come that has read all that it wanted.
    pub(super) async fn remember(&self, job: &Job) -> Result<(), Error> {
        let Some(reading) = &job.reading else {
            return Ok(());
        };
        let Some(read_at) = reading.begun_at else {
            return Ok(());
        };
        let full_at = match reading.since {
            None => job.started_at.unwrap_or(read_at),
            Some(_) => match self.store.get::<Tides>(&self.sync)? {
                Some(tide) => tide.value.full_at,
                None => return Ok(()), // the next run reads everything
            },
        };
        let tide = Tide {
            read_at,
            full_at,
            // If the mapping was changed while it read, the next run reads everything.
            meaning: reading.meaning.clone(),
        };
        let mut batch = Batch::bookkeeping();
        // A row waits for a key that may be free, which only the whole table tells, or is by now.
        if reading.contested && (reading.since.is_some() || reading.freed) {
            batch.discard::<Tides>(&self.sync);
        } else {
            batch.put::<Tides>(&self.sync, &tide);
        }
        self.commit(batch).await?;
        Ok(())
    }
}
