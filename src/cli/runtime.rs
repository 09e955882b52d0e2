//! Runs what a command awaits.

use std::future::Future;

use super::failure::Failure;

/// Runs `work` to its end on a runtime of its own.
pub(super) fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::of)?
        .block_on(work)
}
