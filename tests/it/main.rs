//! Everything seen from outside, in one binary.

mod config;
mod edge;
mod layers;
mod store;
