//! Says what goes on: the operational log.
//!
//! Lines are JSON or text, never coloured, and none is dropped when the disk is slow. Secrets are
//! kept out by their types, which print nothing.

mod log;

pub use log::{Error, Guard, start};
