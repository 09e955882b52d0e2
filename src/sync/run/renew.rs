//! Looks at a dataset again after somebody has changed it under a run.

use super::super::error::Error;
use super::super::lender::unavailable;
use super::Pass;
use crate::datasets::{self, Dataset};
use crate::jobs::Failure;

impl Pass<'_> {
    /// The dataset as it is now. `None` when the run cannot go on, and why is told.
    pub(super) fn renewed(&self, dataset: &Dataset) -> Result<Option<Dataset>, Error> {
        let failure = match dataset.to_write() {
            Ok(fresh) if fresh.is_shaped_like(dataset) => return Ok(Some(fresh)),
            Ok(_) => reshaped(),
            Err(
                datasets::Error::UnknownDataset(_)
                | datasets::Error::Withdrawn(_)
                | datasets::Error::NotAllowed { .. },
            ) => unavailable(dataset.name()),
            Err(error) => return Err(error.into()),
        };
        self.line.fail(failure.into());
        Ok(None)
    }
}

/// Why a run ends whose dataset got other fields on the way.
pub(super) fn reshaped() -> Failure {
    Failure {
        code: "mapping_moved".into(),
        message: "The dataset's fields were changed while the run was under way. What was written \
                  before stays; start the run again."
            .into(),
    }
}
