//! Everything seen from outside, in one binary.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::assigning_clones,
    clippy::too_many_lines,
    reason = "tests fail loudly, and read from top to bottom"
)]

mod access;
mod airtable;
mod analytics;
mod audit;
mod auth;
mod bulk;
mod commands;
mod config;
mod connections;
mod datasets;
mod day;
mod doctor;
mod edge;
mod exports;
mod faults;
mod feeds;
mod handbook;
mod hooks;
mod hostile;
mod http;
mod import;
mod inlets;
mod jobs;
mod layers;
mod limits;
mod lists;
mod manners;
mod metrics;
mod migration;
mod notion;
mod oauth;
mod once;
mod openapi;
mod paces;
mod preconditions;
mod programs;
mod sandbox;
mod selection;
mod sessions;
mod sharing;
mod simulation;
mod store;
mod support;
mod sync;
mod tokens;
mod unknown_members;
mod zapier;
