//! Opens the book.

use std::sync::Arc;

use super::Error;
use crate::audit::{self, Log};
use crate::base::{Clock, Witness};
use crate::config::Config;
use crate::vault::Master;

/// Opens the book with the keys that were sealed for it.
pub(super) fn open_book(config: &Config, master: &Master, clock: &Clock) -> Result<Log, Error> {
    match Log::open(settings(config), master.key_box(), clock.clone()) {
        Err(audit::Error::KeyRefused) => Err(Error::KeysDiffer {
            audit_key: config.server.audit_key(),
            master_key: config.vault.master_key.path().clone(),
        }),
        opened => Ok(opened?),
    }
}

/// The book as the store knows it.
pub(super) fn witness(audit: &Log) -> Arc<dyn Witness> {
    Arc::new(audit.clone())
}

fn settings(config: &Config) -> audit::Settings {
    let audit = &config.audit;
    audit::Settings {
        folder: audit.folder.clone(),
        key_file: config.server.audit_key(),
        segment_bytes: u64::from(audit.segment_mib) << 20,
        checkpoint_lines: u64::from(audit.checkpoint_lines),
        checkpoint_every: audit.checkpoint_every,
    }
}
