//! Says which records of its dataset a sync takes.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::direction::Direction;
use super::mapping::Fault;
use super::removal::Deletes;
use crate::datasets::{self, Dataset, Filter, Record, Unread};
use crate::jobs::Failure;
use crate::providers::Kind;

/// Which records of its dataset a sync takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// All of them.
    #[default]
    All,
    /// Those that pass a filter when a run comes to them.
    Filter(String),
    /// Those that the sync's owner has picked.
    Selection,
}

/// A filter is no longer than this, in bytes.
const MOST_BYTES: usize = 4_000;

impl Extent {
    /// Its word in the API and in the book.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Filter(_) => "filter",
            Self::Selection => "selection",
        }
    }

    /// Errs with the place when `dataset` has no such records to tell apart.
    pub(crate) fn check(&self, dataset: &Dataset) -> Result<(), Vec<Fault>> {
        let fault = |message: String| {
            let path = "scope.filter".to_owned();
            vec![Fault { path, message }]
        };
        let Self::Filter(filter) = self else {
            return Ok(());
        };
        if filter.trim().is_empty() {
            return Err(fault("a condition is missing, such as state = CA".into()));
        }
        if filter.len() > MOST_BYTES {
            return Err(fault(format!("a filter has at most {MOST_BYTES} bytes")));
        }
        let held = dataset.filter(filter).map(drop);
        held.map_err(|error| fault(error.to_string()))
    }
}

/// Errs with the places when a sync of this direction cannot take what passes `scope`, or cannot
/// deal so with what is no longer wanted. A pull brings all records, and removes none there.
pub(crate) fn limits(
    direction: Direction,
    (scope, deletes): (&Extent, Deletes),
    dataset: &Dataset,
    provider: Kind,
) -> Result<(), Vec<Fault>> {
    if direction != Direction::Pull {
        scope.check(dataset)?;
        return deletes.check(provider);
    }
    let all = *scope == Extent::All;
    let none = deletes == Deletes::default();
    let places = [
        (all, "scope", "a pull brings all rows of the table"),
        (none, "deletes", "a pull removes no records at the provider"),
    ];
    let faults = places.into_iter().filter(|(fits, ..)| !fits);
    let faults: Vec<Fault> = faults
        .map(|(_, path, message)| Fault {
            path: path.into(),
            message: message.into(),
        })
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(faults)
    }
}

/// The records that a run goes through. Clones share it.
#[derive(Clone)]
pub(crate) enum Within {
    All,
    Filter(Filter),
    Selection,
}

impl Within {
    /// What `extent` comes to with the dataset's fields as they are now.
    ///
    /// Errs with a failure when a field that the filter names is gone or of another type.
    pub(crate) fn new(extent: &Extent, dataset: &Dataset) -> Result<Self, Failure> {
        Ok(match extent {
            Extent::All => Self::All,
            Extent::Selection => Self::Selection,
            Extent::Filter(filter) => {
                Self::Filter(dataset.filter(filter).map_err(|error| Failure {
                    code: "filter_moved".into(),
                    message: format!(
                        "The sync's filter no longer fits the dataset: {error}. Nothing was \
                         written; look through which records the sync takes and save it."
                    ),
                })?)
            }
        })
    }

    /// Whether they are all that there are.
    pub(crate) const fn is_all(&self) -> bool {
        matches!(self, Self::All)
    }

    /// Whether somebody has picked them one by one.
    pub(crate) const fn is_picked(&self) -> bool {
        matches!(self, Self::Selection)
    }

    /// Whether a record comes to be among them by what it holds.
    pub(crate) const fn goes_by_content(&self) -> bool {
        matches!(self, Self::Filter(_))
    }

    /// Whether a record that was met on the way is among them. What is walked by the selection is.
    pub(crate) fn takes_unread(&self, record: &Unread) -> Result<bool, datasets::Error> {
        match self {
            Self::All | Self::Selection => Ok(true),
            Self::Filter(filter) => filter.takes_unread(record),
        }
    }

    /// Whether a record that was met by itself is among them.
    pub(crate) fn means(
        &self,
        dataset: &Dataset,
        record: &Unread,
    ) -> Result<bool, datasets::Error> {
        match self {
            Self::All => Ok(true),
            Self::Filter(filter) => filter.takes_unread(record),
            Self::Selection => dataset.is_selected(record.key()),
        }
    }

    /// Whether a record that was looked up by its key is among them, or would be as it is given.
    pub(crate) fn takes(
        &self,
        dataset: &Dataset,
        record: &Record,
    ) -> Result<bool, datasets::Error> {
        match self {
            Self::All => Ok(true),
            Self::Filter(filter) => Ok(filter.takes(record)),
            Self::Selection => dataset.is_selected(&record.key),
        }
    }

    /// How many there are. For blocking threads: a filter looks at every record.
    pub(crate) fn count(&self, dataset: &Dataset) -> Result<u64, datasets::Error> {
        let filter = match self {
            Self::All => return dataset.count(),
            Self::Selection => return dataset.selected_now(),
            Self::Filter(filter) => filter,
        };
        let (mut count, mut fault) = (0, None);
        dataset.walk_unread(None, |record| match filter.takes_unread(&record) {
            Ok(takes) => {
                count += u64::from(takes);
                ControlFlow::Continue(())
            }
            Err(error) => {
                fault = Some(error);
                ControlFlow::Break(())
            }
        })?;
        fault.map_or(Ok(count), Err)
    }
}
