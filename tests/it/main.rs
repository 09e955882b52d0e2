//! Everything seen from outside, in one binary.

#![expect(
    clippy::unwrap_used,
    reason = "the tests' helpers fail as the tests do"
)]

mod access;
mod audit;
mod auth;
mod commands;
mod config;
mod connections;
mod datasets;
mod edge;
mod http;
mod import;
mod layers;
mod openapi;
mod sandbox;
mod store;
mod support;
mod sync;
