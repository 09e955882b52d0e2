//! Executes what is due: the one place that does.
//!
//! The API and the commands only write down what is wanted and ring; first try, retry and going on
//! after a stop or a crash are one path.

mod due;
mod runner;

pub use runner::Scheduler;
