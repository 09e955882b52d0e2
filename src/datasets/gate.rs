//! Keeps the change of a schema and the writing of records apart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

use super::Error;
use crate::base::DatasetId;

/// One gate for each dataset that somebody is at.
#[derive(Default)]
pub(super) struct Gates(Mutex<HashMap<DatasetId, Arc<RwLock<()>>>>);

impl Gates {
    /// Lets in one who writes records; many may be in at once.
    pub(super) async fn records(&self, id: DatasetId) -> OwnedRwLockReadGuard<()> {
        self.gate(id).read_owned().await
    }

    /// Lets in one who changes the schema, alone. Errs with `Busy` while records are written, so
    /// that a long import does not make everybody wait behind the change.
    pub(super) fn schema(&self, id: DatasetId) -> Result<OwnedRwLockWriteGuard<()>, Error> {
        self.gate(id).try_write_owned().map_err(|_held| Error::Busy)
    }

    /// Keeps everybody else out who asks the same way.
    pub(super) async fn alone(&self, id: DatasetId) -> OwnedRwLockWriteGuard<()> {
        self.gate(id).write_owned().await
    }

    fn gate(&self, id: DatasetId) -> Arc<RwLock<()>> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        gates.retain(|other, gate| *other == id || Arc::strong_count(gate) > 1);
        Arc::clone(gates.entry(id).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;

    #[tokio::test]
    async fn a_schema_is_not_changed_while_records_are_written() {
        let (gates, id) = (Gates::default(), DatasetId::new(&Clock::system()));
        let writing = gates.records(id).await;
        assert!(matches!(gates.schema(id), Err(Error::Busy)));
        drop(writing);
        assert!(gates.schema(id).is_ok());
    }
}
