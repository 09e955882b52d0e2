//! Brings the store to another schema, and tells the book.

use super::Error;
use super::book::{open_book, witness};
use super::storage::{registry, store_settings};
use crate::audit::{Code, Event, Log};
use crate::base::{Act, Actor, Blocking, Clock, chain};
use crate::config::Config;
use crate::store::{Migration, Store};
use crate::vault::Master;

/// Brings the store of an appliance that does not run to schema `wanted`, and tells the book.
///
/// It is opened as for a start, so that store and book agree before.
pub fn migrate(config: &Config, wanted: u32, clock: &Clock) -> Result<Option<Migration>, Error> {
    let master = Master::open(&config.vault.master_key, &[&config.server.store_file()])?;
    let audit = open_book(config, &master, clock)?;
    let store = Store::open(
        &store_settings(config),
        registry(),
        witness(&audit),
        Blocking::Inline,
    )?;
    let migration = store.leave_at(wanted, |migration| tell(migration, &audit, clock))?;
    audit.close()?;
    Ok(migration)
}

/// Tells the book what the start brought the store through; where it cannot be written, a later
/// start does.
pub(super) fn tell_migration(store: &Store, audit: &Log, clock: &Clock) {
    let told = store.tell_migration(|migration| tell(migration, audit, clock));
    if let Err(error) = told {
        tracing::warn!(cause = %chain(&error), "the migration is told at a later start");
    }
}

/// Tells the book what the store went through.
fn tell(migration: Migration, audit: &Log, clock: &Clock) -> Result<(), Error> {
    audit.append(&migrated(migration, clock))?;
    Ok(())
}

fn migrated(migration: Migration, clock: &Clock) -> Act {
    Event::new(Code::StoreMigrated, &Actor::system())
        .count("schema_before", migration.from.into())
        .count("schema", migration.to.into())
        .build(clock)
}
