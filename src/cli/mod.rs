//! Runs the commands: each is one API call, or one act on local files.
//!
//! A command is a file with its arguments (`Args`), a function `run`, and the view that it
//! prints; `command` lists them. What a command prints is text for people, or JSON with `--json`;
//! failures go to standard error, and the exit code tells their kind.

mod allocator;
mod audit;
mod audit_search;
mod audit_status;
mod calendar;
mod certificate;
mod changes;
mod check;
mod client;
mod command;
mod completions;
mod config;
mod conflict;
mod connection;
mod context;
mod dataset;
mod dead_letters;
mod demo;
mod doctor;
mod failure;
mod health;
mod hook;
mod init;
mod inlet;
mod job;
mod limits;
mod man;
mod named;
mod openapi;
mod outcomes;
mod output;
mod owner;
mod plan;
mod quarantine;
mod run;
mod runtime;
mod sandbox;
mod schedule;
mod secret;
mod serve;
mod setup_link;
mod sharing;
mod site;
mod site_attribution;
mod site_events;
mod site_feed;
mod site_goal;
mod site_now;
mod site_privacy;
mod site_report;
mod store;
mod sync;
mod sync_rules;
mod terminal;
mod token;
mod user;
mod verify;

pub use command::{grammar, run};
