//! The store: where it lies, and what is kept in it.

use std::path::PathBuf;

use crate::config::Config;
use crate::store::{self, Registry};
use crate::{auth, connections, datasets, receipts, sync, vault};

/// Where the store lies.
pub(super) fn store_file(config: &Config) -> PathBuf {
    config.server.data.join("store.redb")
}

/// How the store is kept in `file`.
pub(super) fn store_settings(config: &Config, file: PathBuf) -> store::Settings {
    store::Settings {
        file,
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
}
