//! Everything seen from outside, in one binary.

mod config;
mod edge;
mod layers;
mod sandbox;
mod sandbox_clients;
mod store;
