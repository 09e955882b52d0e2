//! The store: how it is kept, and what is kept in it.

use crate::config::Config;
use crate::store::{self, Registry};
use crate::{
    analytics, auth, connections, datasets, feeds, hooks, inlets, links, receipts, sync, vault,
};

/// How the store is kept.
pub(super) fn store_settings(config: &Config) -> store::Settings {
    store::Settings {
        file: config.server.store_file(),
        cache_bytes: config.store.cache_mib as usize * 1024 * 1024,
    }
}

/// Every collection of the appliance.
pub(super) fn registry() -> Registry {
    Registry::default()
        .with(vault::tables())
        .with(auth::tables())
        .with(receipts::tables())
        .with(connections::tables())
        .with(sync::tables())
        .with(datasets::tables())
        .with(inlets::tables())
        .with(hooks::tables())
        .with(analytics::tables())
        .with(feeds::tables())
        .with(links::tables())
}
