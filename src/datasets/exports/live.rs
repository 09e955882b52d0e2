//! How far the exports are that are being made here, and what calls them off.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use super::row::ExportJob;
use crate::base::ExportId;
use crate::jobs::State;

/// The exports that are being made here.
#[derive(Clone, Default)]
pub(in crate::datasets) struct Live(Arc<Mutex<HashMap<ExportId, Arc<Progress>>>>);

/// How far one is.
#[derive(Default)]
pub(super) struct Progress {
    records: AtomicU64,
    bytes: AtomicU64,
    /// Told when its row has ended without it.
    pub(super) called_off: CancellationToken,
}

/// That one is being made, as long as this lives.
pub(super) struct Place {
    live: Live,
    id: ExportId,
    pub(super) progress: Arc<Progress>,
}

impl Live {
    /// The place of an export that is taken up. It takes that of an earlier time, whose work is
    /// void.
    pub(super) fn place(&self, id: ExportId) -> Place {
        let progress = Arc::new(Progress::default());
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = places.insert(id, Arc::clone(&progress)) {
            before.called_off.cancel();
        }
        drop(places);
        let live = self.clone();
        Place { live, id, progress }
    }

    /// The records and bytes that are written so far, if it is being made.
    pub(super) fn look(&self, id: ExportId) -> Option<(u64, u64)> {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.get(&id).map(|progress| progress.read())
    }

    /// The export as it is now: what is kept, or how far it is.
    pub(in crate::datasets) fn shown(&self, id: ExportId, mut export: ExportJob) -> ExportJob {
        if let (State::Running(_), Some(so_far)) = (&export.state, self.look(id)) {
            (export.records, export.bytes) = so_far;
        }
        export
    }

    /// Stops the making of one whose row has ended.
    pub(super) fn call_off(&self, id: ExportId) {
        let places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(progress) = places.get(&id) {
            progress.called_off.cancel();
        }
    }
}

impl Progress {
    pub(super) fn note(&self, records: u64, bytes: u64) {
        self.records.store(records, Ordering::Relaxed);
        self.bytes.store(bytes, Ordering::Relaxed);
    }

    fn read(&self) -> (u64, u64) {
        let read = |number: &AtomicU64| number.load(Ordering::Relaxed);
        (read(&self.records), read(&self.bytes))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.live.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever has taken the place since keeps it.
        if places
            .get(&self.id)
            .is_some_and(|there| Arc::ptr_eq(there, &self.progress))
        {
            places.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;

    #[test]
    fn whoever_takes_a_place_calls_the_one_before_off_and_keeps_it() {
        let (live, id) = (Live::default(), ExportId::new(&Clock::system()));
        let first = live.place(id);
        first.progress.note(1, 10);
        assert_eq!(live.look(id), Some((1, 10)));
        let second = live.place(id);
        assert!(first.progress.called_off.is_cancelled());
        drop(first);
        assert_eq!(live.look(id), Some((0, 0)));
        drop(second);
        assert_eq!(live.look(id), None);
    }
}
