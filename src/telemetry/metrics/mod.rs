//! Keeps what is measured, and shows it in the text format of Prometheus.
//!
//! The recorder keeps one number for each series, and for a histogram one for each of its limits,
//! so that it stays as small when nobody ever asks.

mod process;
mod recorder;
mod text;

pub use recorder::Metrics;
