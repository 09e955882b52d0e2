//! Lists what somebody has had done with datasets, whichever they are, the newest first.

use std::ops::ControlFlow;

use super::exports::{ExportJob, Exports};
use super::import::{Import, Importers, Imports};
use super::{Datasets, Error};
use crate::audit::Event;
use crate::base::{DatasetId, ExportId, ImportId, JobId, Scope};
use crate::store::{Key as _, Scan, prefix};

impl Datasets {
    /// The newest imports before `before` that somebody has begun and that are wanted, `most` at
    /// most: each with its dataset, and what that is called, unless it cannot be opened any more.
    pub fn latest_imports(
        &self,
        scope: &Scope,
        before: Option<JobId>,
        most: usize,
        wanted: impl Fn(&Import) -> bool,
    ) -> Result<Vec<(DatasetId, Option<String>, Import)>, Error> {
        let owner = scope.owner();
        let mut scan = Scan::prefix(prefix(&owner), usize::MAX).backwards();
        if let Some(before) = before {
            scan = scan.to((owner, ImportId::from(before)).bytes());
        }
        let mut imports = Vec::new();
        let moment = self.0.store.snapshot()?;
        moment.walk::<Importers>(&scan, |_, row| {
            let key = (row.value.dataset, row.key.1);
            let import = moment.get::<Imports>(&key)?.map(|row| row.value);
            imports.extend(import.filter(&wanted).map(|import| (key.0, import)));
            Ok(go_on(imports.len() < most))
        })?;
        drop(moment);
        let named = imports.into_iter().map(|(dataset, import)| {
            let name = match self.open(scope, dataset) {
                Err(Error::UnknownDataset(_)) => None,
                dataset => Some(dataset?.name().to_owned()),
            };
            Ok((dataset, name, import))
        });
        named.collect()
    }

    /// The newest exports before `before` that somebody has asked for and that are wanted, `most`
    /// at most.
    pub fn latest_exports(
        &self,
        scope: &Scope,
        before: Option<JobId>,
        most: usize,
        wanted: impl Fn(&ExportJob) -> bool,
    ) -> Result<Vec<(ExportId, ExportJob)>, Error> {
        let owner = scope.owner();
        let mut scan = Scan::prefix(prefix(&owner), usize::MAX).backwards();
        if let Some(before) = before {
            scan = scan.to((owner, ExportId::from(before)).bytes());
        }
        let mut exports = Vec::new();
        self.0.store.snapshot()?.walk::<Exports>(&scan, |_, row| {
            let id = row.key.1;
            if wanted(&row.value) {
                exports.push((id, self.0.exports.shown(id, row.value)));
            }
            Ok(go_on(exports.len() < most))
        })?;
        Ok(exports)
    }

    /// Takes a read down for the book.
    pub fn note(&self, event: Event) {
        self.0.log.record(event.build(&self.0.clock));
    }
}

fn go_on(more: bool) -> ControlFlow<()> {
    if more {
        ControlFlow::Continue(())
    } else {
        ControlFlow::Break(())
    }
}
