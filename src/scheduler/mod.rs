//! Executes what is due: the one place that does.
//!
//! The API and the commands only write down what is wanted and ring; first try, retry and going on
//! after a stop or a crash are one path. `due` decides what may be executed now, `runner` has it
//! executed, `work` knows how each kind is, and `jobs` lists them all.

mod due;
mod jobs;
mod runner;
mod work;

pub use jobs::{Job, JobsPage, Kind, Wanted};
pub use runner::Scheduler;
pub use work::Error;
