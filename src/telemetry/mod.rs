//! Says what goes on: the operational log, and the figures that are measured.
//!
//! Lines are JSON or text, never coloured, and none is dropped when the disk is slow. Secrets are
//! kept out by their types, which print nothing.

mod daily;
mod log;
mod metrics;

pub use log::{Error, Guard, start};
pub use metrics::Metrics;
