//! Calls imports off while their files are read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

use super::state::{Import, Imports};
use crate::base::{Actor, ImportId};
use crate::datasets::{Access, Dataset, Error};
use crate::jobs::{Phase, State};

/// What calls off the imports whose files are being read.
#[derive(Clone, Default)]
pub(in crate::datasets) struct Stops(Arc<Mutex<HashMap<ImportId, Arc<Stop>>>>);

/// What calls off one import.
#[derive(Default)]
pub(in crate::datasets) struct Stop {
    told: CancellationToken,
    by: OnceLock<Actor>,
    /// Told when the import can be called off no more: mostly since it has ended.
    deaf: CancellationToken,
}

/// That an import listens.
pub(super) struct Listening {
    stops: Stops,
    id: ImportId,
    stop: Arc<Stop>,
}

impl Stops {
    /// Has `id` be called off by the second until the first is dropped.
    pub(super) fn listen(&self, id: ImportId) -> (Listening, Arc<Stop>) {
        let stop = Arc::new(Stop::default());
        let mut stops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stops.insert(id, Arc::clone(&stop));
        drop(stops);
        let listening = Listening {
            stops: self.clone(),
            id,
            stop: Arc::clone(&stop),
        };
        (listening, stop)
    }

    fn of(&self, id: ImportId) -> Option<Arc<Stop>> {
        let stops = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        stops.get(&id).cloned()
    }
}

impl Stop {
    /// What `work` comes to; none when the import is called off before.
    pub(super) async fn run_until_told<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.told.run_until_cancelled(work).await
    }
}

impl Listening {
    /// Who has called the import off.
    pub(super) fn by(&self) -> Option<&Actor> {
        self.stop.by.get()
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let mut stops = self.stops.0.lock().unwrap_or_else(PoisonError::into_inner);
        stops.remove(&self.id);
        drop(stops);
        self.stop.deaf.cancel();
    }
}

impl Dataset {
    /// Calls off an import whose file is being read, and gives it as it ended: of a strict one
    /// nothing is kept, of any other what had gone in before.
    ///
    /// Errs with `Accepted` when the file of a strict one has been accepted, and with `Ended` when
    /// it has come to another end.
    pub async fn cancel_import(&self, id: ImportId, by: &Actor) -> Result<Import, Error> {
        self.demand(Access::Edit)?;
        if let Some(stop) = self.datasets.0.stops.of(id) {
            // Of another dataset's import there is nothing to call off here.
            self.kept_import(id)?;
            // Whoever was first has called it off.
            let _first = stop.by.set(by.clone());
            stop.told.cancel();
            stop.deaf.cancelled().await;
        }
        let import = self.kept_import(id)?;
        match import.state() {
            State::Cancelled => Ok(import),
            State::Done | State::Failed(_) => Err(Error::Ended),
            State::Running(Phase::Writing) => Err(Error::Accepted),
            // Whoever sent its file has gone away: it is about to end as failed.
            State::Queued | State::Running(_) => Err(Error::Changed),
        }
    }

    pub(super) fn kept_import(&self, id: ImportId) -> Result<Import, Error> {
        let row = self.datasets.0.store.get::<Imports>(&(self.id, id))?;
        Ok(row.ok_or(Error::UnknownImport(id))?.value)
    }
}
