//! Everything seen from outside, in one binary.

mod config;
mod layers;
mod store;
