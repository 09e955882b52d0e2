//! Everything seen from outside, in one binary.

mod auth;
mod config;
mod edge;
mod http;
mod layers;
mod sandbox;
mod sandbox_clients;
mod store;
mod support;
