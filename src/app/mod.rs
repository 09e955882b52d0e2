//! Builds every service once, in order: the only wiring.

mod book;
mod error;
mod folder;
mod measured;
mod migration;
mod open;
mod parts;
mod storage;

use std::sync::Arc;

use jiff::Timestamp;

use crate::analytics::Analytics;
use crate::audit::Log;
use crate::auth::Auth;
use crate::base::{Blocking, Clock};
use crate::config::Config;
use crate::connections::Connections;
use crate::datasets::Datasets;
use crate::feeds::Feeds;
use crate::hooks::Hooks;
use crate::inlets::Inlets;
use crate::limits::Limits;
use crate::links::Links;
use crate::receipts::Receipts;
use crate::scheduler::Scheduler;
use crate::store::Store;
use crate::sync::Syncs;
use crate::telemetry::Metrics;
use crate::vault::Vault;

pub use error::Error;
pub use folder::make_data_folder;
pub use migration::migrate;

/// Every service of the appliance. Clones share them.
#[derive(Clone)]
pub struct App {
    /// What was set.
    pub config: Arc<Config>,
    /// The one source of time.
    pub clock: Clock,
    /// Where work goes that would hold up the runtime.
    pub blocking: Blocking,
    /// The book.
    pub audit: Log,
    /// The records.
    pub store: Store,
    /// The keys of every credential.
    pub vault: Vault,
    /// How much anybody may ask for.
    pub limits: Limits,
    /// Which requests were carried out, and what they were answered.
    pub receipts: Receipts,
    /// Who is calling.
    pub auth: Auth,
    /// The accounts at providers.
    pub connections: Connections,
    /// Everybody's tables of records.
    pub datasets: Datasets,
    /// The secret addresses through which others write records.
    pub inlets: Inlets,
    /// The addresses that are told what becomes of records.
    pub hooks: Hooks,
    /// The sites whose events are counted.
    pub analytics: Analytics,
    /// What advertising cost, beside what sites count.
    pub feeds: Feeds,
    /// What shows sites without an account.
    pub links: Links,
    /// The agreements between datasets and remote tables.
    pub syncs: Syncs,
    /// What executes their runs.
    pub scheduler: Scheduler,
    /// Everything that is measured.
    pub metrics: Metrics,
    /// When the services were built.
    pub started_at: Timestamp,
}
