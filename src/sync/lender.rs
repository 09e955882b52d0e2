//! Syncs of a dataset that somebody else shares: whose it is, and whether it may still be used.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::definition::{Definition, Definitions};
use super::error::Error;
use super::sync::Sync;
use super::syncs::Syncs;
use crate::base::{DatasetId, Scope, SyncId, UserId};
use crate::datasets::{self, Dataset};
use crate::jobs::Failure;
use crate::store::{Index, Scan, prefix};

/// The syncs of others' datasets, by dataset.
pub(crate) static BORROWED: Index = Index {
    name: "sync.borrowed",
    unique: true,
};

/// Whose dataset a sync takes records from, when it is not its own owner's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lender {
    /// The dataset's owner.
    pub owner: UserId,
    /// What the owner called the dataset when the sync was made.
    pub dataset: String,
}

/// A sync of a dataset that its owner has shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Borrower {
    /// The sync's owner.
    pub user: UserId,
    /// The sync.
    pub sync: SyncId,
    /// What its owner calls it.
    pub name: String,
}

/// How a run fails whose dataset is shared with its owner no more.
pub(super) const UNAVAILABLE: &str = "dataset_unavailable";

impl Lender {
    /// Who lends a dataset that was just opened; none when it is the opener's own.
    pub(super) fn of(dataset: &Dataset) -> Option<Self> {
        dataset.shared_by().map(|_| Self {
            owner: dataset.owner(),
            dataset: dataset.name().to_owned(),
        })
    }
}

impl Syncs {
    /// The dataset of a sync, which its owner may use as its direction needs.
    ///
    /// Errs with `DatasetUnavailable` when it is not shared with them any more, or no longer for
    /// this.
    pub(super) fn dataset_of(&self, scope: &Scope, sync: &Definition) -> Result<Dataset, Error> {
        let dataset = self.services.datasets.open(scope, sync.dataset);
        let dataset =
            dataset.and_then(|dataset| dataset.demand(sync.direction.needs()).map(|()| dataset));
        match (dataset, &sync.lender) {
            (
                Err(datasets::Error::UnknownDataset(_) | datasets::Error::NotAllowed { .. }),
                Some(lender),
            ) => Err(Error::DatasetUnavailable(lender.dataset.clone())),
            (dataset, _) => Ok(dataset?),
        }
    }

    /// The syncs that others have made from a dataset of one's own.
    pub fn borrowers(&self, dataset: DatasetId) -> Result<Vec<Borrower>, Error> {
        let mut found = Vec::new();
        let scan = Scan::prefix(prefix(&(dataset,)), usize::MAX).by(&BORROWED);
        let moment = self.services.store.snapshot()?;
        moment.walk::<Definitions>(&scan, |_, row| {
            let (user, sync) = row.key;
            let name = row.value.name;
            found.push(Borrower { user, sync, name });
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(found)
    }
}

impl Sync {
    /// Errs with `DatasetUnavailable` unless its owner may use its dataset.
    pub(super) fn reaches_dataset(&self) -> Result<(), Error> {
        let scope = Scope::owned_by(self.owner());
        let dataset = self.syncs().dataset_of(&scope, self.definition());
        dataset.map(drop)
    }
}

/// Why a run ends whose dataset is out of reach.
pub(super) fn unavailable(name: &str) -> Failure {
    Failure {
        code: UNAVAILABLE.into(),
        message: format!(
            "The dataset {name:?} is not shared with you any more so that you could use it, or it \
             was deleted. What was written before stays. Ask its owner."
        ),
    }
}
