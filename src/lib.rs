//! Weighbridge: the gate and the book of an organisation's data.
//!
//! This page is the map. A module may import only from those that its line names, all of which
//! stand further down; `tests/it/layers.rs` reads this table and fails on any other path.
//!
//! ```text
//! main         cli config
//! cli          server http app sandbox auth vault audit store tls telemetry config base
//! server       http app scheduler tls telemetry config base
//! http         app scheduler sync export links feeds analytics hooks inlets connections datasets jobs fields auth limits receipts audit telemetry config base store
//! app          scheduler sync links feeds analytics hooks inlets connections providers datasets auth limits receipts vault audit store tls telemetry net config base
//! scheduler    sync feeds hooks connections datasets jobs auth limits vault audit store tls telemetry net config base
//! sync         connections providers datasets jobs fields limits audit store config base
//! links        feeds analytics datasets auth limits audit store base
//! feeds        analytics connections providers datasets audit store base
//! hooks        providers datasets fields vault audit store net base
//! inlets       datasets vault audit store base
//! export       analytics datasets base
//! analytics    datasets vault audit store base
//! connections  providers fields vault limits audit store net config base
//! providers    fields net config base
//! datasets     jobs fields audit store config base
//! jobs         base
//! auth         vault limits audit store net config base
//! limits       audit config base
//! receipts     store base
//! vault        audit store config base
//! audit        config base
//! store        config base
//! sandbox      base
//! fields       base
//! telemetry    net config base
//! net          config base
//! tls          config base
//! config       base
//! base
//! ```
//!
//! Two words on the table: of `http`, only `http/error/services.rs` names `store`, to turn its
//! errors into statuses; `sandbox` speaks the vendors' wire and shares no code with `providers`, or
//! it would share their mistakes.

pub mod analytics;
pub mod app;
pub mod audit;
pub mod auth;
pub mod base;
pub mod cli;
pub mod config;
pub mod connections;
pub mod datasets;
pub mod export;
pub mod feeds;
pub mod fields;
pub mod hooks;
pub mod http;
pub mod inlets;
pub mod jobs;
pub mod limits;
pub mod links;
pub mod net;
pub mod providers;
pub mod receipts;
pub mod sandbox;
pub mod scheduler;
pub mod server;
pub mod store;
pub mod sync;
pub mod telemetry;
pub mod tls;
pub mod vault;
