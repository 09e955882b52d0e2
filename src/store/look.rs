//! Looks at a store's file without changing it.

use std::path::Path;

use redb::{DatabaseError, ReadOnlyDatabase, ReadableDatabase as _, TableDefinition, TableError};

use super::Error;
use super::backend::META;
use super::migrate::{self, SCHEMA};
use super::redb::from_database;

/// What a file is, as far as can be seen without opening it for writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// There is none.
    Missing,
    /// It was not closed in order; opening it for writing repairs it.
    Unclean,
    /// It holds a store.
    Schema {
        /// The store's schema.
        found: u32,
        /// The newest that this version knows.
        known: u32,
    },
}

/// Looks at the store in `file`.
///
/// Errs when another process has it open, or it is damaged, or cannot be read.
pub fn look(file: &Path) -> Result<Seen, Error> {
    if !file.try_exists().map_err(Error::Unavailable)? {
        return Ok(Seen::Missing);
    }
    let database = match ReadOnlyDatabase::open(file) {
        Ok(database) => database,
        Err(DatabaseError::RepairAborted) => return Ok(Seen::Unclean),
        Err(DatabaseError::DatabaseAlreadyOpen) => return Err(Error::Locked(file.to_owned())),
        Err(error) => return Err(from_database(error)),
    };
    let moment = database.begin_read().map_err(redb::Error::from)?;
    let table: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new(META);
    let meta = match moment.open_table(table) {
        Ok(meta) => meta,
        // A kill has come between the file and its first commit.
        Err(TableError::TableDoesNotExist(_)) => return Ok(Seen::Unclean),
        Err(error) => return Err(redb::Error::from(error).into()),
    };
    let stored = meta.get(migrate::KEY).map_err(redb::Error::from)?;
    let stored = stored.map(|bytes| bytes.value().to_vec());
    match stored {
        None => Ok(Seen::Unclean),
        Some(bytes) => Ok(Seen::Schema {
            found: migrate::number(bytes)?,
            known: SCHEMA,
        }),
    }
}
