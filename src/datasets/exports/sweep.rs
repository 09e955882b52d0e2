//! Removes exports that ended long ago, and files that no export counts on.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;

use super::file;
use super::row::{ExportJob, Exports};
use crate::audit::{Code, Event};
use crate::base::Actor;
use crate::datasets::{Datasets, Error};
use crate::jobs::State;
use crate::store::{self, Batch, Row, Scan};

/// So many are removed in one commit.
const AT_ONCE: usize = 500;

impl Datasets {
    /// Until when an export that has ended is kept.
    pub fn export_expires(&self, export: &ExportJob) -> Option<Timestamp> {
        let keep = SignedDuration::try_from(self.0.settings.keep_exports).ok()?;
        export.finished_at?.checked_add(keep).ok()
    }

    /// Removes the exports that ended longer ago than the settings say, with their files, and the
    /// files that a kill or a deletion has left. Stops early when `stop` is told.
    pub async fn sweep_exports(&self, stop: &CancellationToken) -> Result<(), Error> {
        while !stop.is_cancelled() {
            let old = self.old_exports()?;
            let is_last = old.len() < AT_ONCE;
            if !old.is_empty() {
                self.remove_exports(&old).await?;
            }
            if is_last {
                break;
            }
        }
        self.sweep_export_files().await
    }

    fn old_exports(&self) -> Result<Vec<Row<Exports>>, Error> {
        let now = self.0.clock.now();
        let mut old = Vec::new();
        let moment = self.0.store.snapshot()?;
        moment.walk::<Exports>(&Scan::all(usize::MAX), |_, row| {
            if self
                .export_expires(&row.value)
                .is_some_and(|end| end <= now)
            {
                old.push(row);
            }
            Ok(if old.len() == AT_ONCE {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        })?;
        Ok(old)
    }

    async fn remove_exports(&self, old: &[Row<Exports>]) -> Result<(), Error> {
        let act = Event::new(Code::ExportsSwept, &Actor::system());
        let act = act.count("exports", old.len() as u64);
        let mut batch = Batch::new(act.build(&self.0.clock));
        for row in old {
            batch.delete::<Exports>(&row.key, row.version);
        }
        match self.0.store.commit(batch).await {
            Err(store::Error::Conflict(_)) => Err(Error::Changed), // somebody was faster
            outcome => Ok(outcome.map(drop)?),
        }
    }

    /// Removes the files that no export counts on.
    pub(in crate::datasets) async fn sweep_export_files(&self) -> Result<(), Error> {
        let datasets = self.clone();
        let work = move || datasets.remove_stray_files();
        self.0.blocking.run(work).await
    }

    fn remove_stray_files(&self) -> Result<(), Error> {
        let folder = &self.0.settings.exports;
        let files = file::all(folder).map_err(Error::Spool)?;
        if files.is_empty() {
            return Ok(());
        }
        // Read after the folder was: a file is begun only after its export was taken up.
        let mut counts = BTreeSet::new();
        let moment = self.0.store.snapshot()?;
        moment.walk::<Exports>(&Scan::all(usize::MAX), |_, row| {
            if matches!(row.value.state, State::Running(_) | State::Done) {
                counts.insert((row.key.1, row.value.attempt));
            }
            Ok(ControlFlow::Continue(()))
        })?;
        for name in files {
            if !counts.contains(&name) {
                file::discard(folder, name).map_err(Error::Spool)?;
            }
        }
        Ok(())
    }
}
