//! Reads the one configuration file, and reports every fault in it at once.
//!
//! Each section is a struct in a file of its own; its `read` declares every key once (name,
//! default, what it is for), and that one declaration serves reading, `config show` and the
//! generated reference. A value stands in the environment, else in the file, else it is the
//! default. Nothing else in the appliance reads the environment.

mod airtable;
mod audit;
mod auth;
mod environment;
mod exports;
mod fault;
mod google;
mod hooks;
mod limits;
mod load;
mod log;
mod meta;
mod names;
mod net;
mod network;
mod notation;
mod notion;
mod rate;
mod reader;
mod redis;
mod reference;
mod rules;
mod sandbox;
mod secret;
mod sentry;
mod server;
mod span;
mod store;
mod sync;
mod tls;
mod vault;
mod zapier;

pub use airtable::Airtable;
pub use audit::Audit;
pub use auth::{Argon2, Auth};
pub use environment::Environment;
pub use exports::Exports;
pub use fault::{Caution, Fault, Faults, Reason, Source, Unreadable, Warning};
pub use google::Google;
pub use hooks::Hooks;
pub use limits::Limits;
pub use load::Loaded;
pub use log::{Format, Level, Log};
pub use meta::Meta;
pub use net::Net;
pub use network::Network;
pub use notion::Notion;
pub use rate::Rate;
pub use reader::Entry;
pub use redis::Redis;
pub use reference::{reference, show, template};
pub use sandbox::Sandbox;
pub use secret::SecretFault;
pub use sentry::Sentry;
pub use server::{Deadlines, Server};
pub use store::Store;
pub use sync::Sync;
pub use tls::{CertificateFiles, Tls};
pub use vault::{MasterKey, Vault};
pub use zapier::Zapier;

/// Everything that can be set, each section under its name in the file.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the appliance listens and keeps its files.
    pub server: Server,
    /// The certificate it shows.
    pub tls: Tls,
    /// Passwords and sessions.
    pub auth: Auth,
    /// How much anybody may ask for.
    pub limits: Limits,
    /// The database.
    pub store: Store,
    /// The book.
    pub audit: Audit,
    /// The master key.
    pub vault: Vault,
    /// The operational log.
    pub log: Log,
    /// Outgoing calls.
    pub net: Net,
    /// Runs and plans.
    pub sync: Sync,
    /// Files that are made in the background.
    pub exports: Exports,
    /// Pacing towards Airtable.
    pub airtable: Airtable,
    /// Pacing towards Notion.
    pub notion: Notion,
    /// Pacing towards Zapier's hooks.
    pub zapier: Zapier,
    /// `[meta]`.
    pub meta: Meta,
    /// Addresses that are told what becomes of records.
    pub hooks: Hooks,
    /// The built-in practice provider.
    pub sandbox: Sandbox,
    /// Google's OAuth client, and the Google Ads API.
    pub google: Google,
    /// Error monitoring.
    pub sentry: Sentry,
    /// A shared limiter store.
    pub redis: Redis,
}

impl Default for Config {
    fn default() -> Self {
        load::defaults().0
    }
}
