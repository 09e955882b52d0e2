//! The backend on redb: one file, one writer, readers that see a moment.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use redb::{
    Database, DatabaseError, ReadTransaction, ReadableDatabase as _, ReadableTable, Table,
    TableDefinition, TableError, WriteTransaction,
};

use super::Error;
use super::backend::{Backend, Range, Transaction, View, Visit};
use super::disk::Disk;

type OpenTable = redb::ReadOnlyTable<&'static [u8], &'static [u8]>;
type Definition<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// An open redb file, which is opened anew after an I/O error: redb refuses all further work on a
/// handle that has seen one.
pub(super) struct Redb {
    disk: Disk,
    cache_bytes: usize,
    open: RwLock<Option<Arc<Database>>>,
    reopened: AtomicBool,
}

impl Redb {
    /// Opens the database, or makes it.
    pub(super) fn open(disk: &Disk, cache_bytes: usize) -> Result<Self, Error> {
        let database = disk.open(cache_bytes)?;
        Ok(Self {
            disk: disk.clone(),
            cache_bytes,
            open: RwLock::new(Some(Arc::new(database))),
            reopened: AtomicBool::new(false),
        })
    }

    fn database(&self) -> Result<Arc<Database>, Error> {
        if let Some(database) = &*self.open.read().unwrap_or_else(PoisonError::into_inner) {
            return Ok(Arc::clone(database));
        }
        let mut slot = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = &*slot {
            return Ok(Arc::clone(database));
        }
        // Somebody may still be letting go of the old handle: that passes by itself.
        let database = self
            .disk
            .open(self.cache_bytes)
            .map_err(|error| match error {
                Error::Locked(_) => Error::Unavailable(io::ErrorKind::ResourceBusy.into()),
                other => other,
            })?;
        let database = Arc::new(database);
        *slot = Some(Arc::clone(&database));
        self.reopened.store(true, Ordering::Relaxed);
        Ok(database)
    }

    /// Lets go of the handle after an I/O error, which ends the readers that still use it; the
    /// next call opens the disk again.
    fn note<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let Err(Error::Full | Error::Unavailable(_)) = &outcome {
            *self.open.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        outcome
    }
}

impl Backend for Redb {
    fn view(&self) -> Result<Box<dyn View>, Error> {
        let begin = || Ok(self.database()?.begin_read().map_err(redb::Error::from)?);
        Ok(Box::new(Moment {
            tx: self.note(begin())?,
            tables: Mutex::default(),
        }))
    }

    fn check_room(&self) -> Result<(), Error> {
        self.disk.check_room()
    }

    fn check_room_beside(&self, bytes: u64) -> Result<(), Error> {
        self.disk.check_room_for(bytes)
    }

    fn check_room_to_migrate(&self) -> Result<(), Error> {
        self.disk.check_room_to_migrate()
    }

    fn reopened(&self) -> bool {
        self.reopened.swap(false, Ordering::Relaxed)
    }

    fn write(
        &self,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.check_room()?;
        let mut write = || {
            let mut tx = self.database()?.begin_write().map_err(redb::Error::from)?;
            // One fsync more, and no trust in checksums: values come from strangers (redb design,
            // "1 phase + checksum durable commits").
            tx.set_two_phase_commit(true);
            work(&mut Writing {
                tx: &tx,
                tables: HashMap::new(),
            })?;
            tx.commit().map_err(redb::Error::from)?;
            Ok(())
        };
        self.note(write())
    }
}

struct Moment {
    tx: ReadTransaction,
    /// The tables that were read from: to open one is as much work as to read a row.
    tables: Mutex<Vec<(String, Arc<OpenTable>)>>,
}

impl Moment {
    fn table(&self, name: &str) -> Result<Option<Arc<OpenTable>>, Error> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, table)) = tables.iter().find(|(known, _)| known == name) {
            return Ok(Some(Arc::clone(table)));
        }
        match self.tx.open_table(Definition::new(name)) {
            Ok(table) => {
                let table = Arc::new(table);
                tables.push((name.to_owned(), Arc::clone(&table)));
                Ok(Some(table))
            }
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(redb::Error::from(error).into()),
        }
    }
}

impl View for Moment {
    fn look(&self, table: &str, key: &[u8], see: &mut dyn FnMut(&[u8])) -> Result<(), Error> {
        if let Some(table) = self.table(table)?
            && let Some(value) = table.get(key).map_err(redb::Error::from)?
        {
            see(value.value());
        }
        Ok(())
    }

    fn scan(&self, table: &str, range: &Range, visit: &mut Visit<'_>) -> Result<(), Error> {
        match self.table(table)? {
            Some(table) => scan(&*table, range, visit),
            None => Ok(()),
        }
    }
}

struct Writing<'tx> {
    tx: &'tx WriteTransaction,
    tables: HashMap<&'static str, Table<'tx, &'static [u8], &'static [u8]>>,
}

impl<'tx> Writing<'tx> {
    fn table(
        &mut self,
        name: &'static str,
    ) -> Result<&mut Table<'tx, &'static [u8], &'static [u8]>, Error> {
        Ok(match self.tables.entry(name) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(place) => place.insert(
                self.tx
                    .open_table(Definition::new(name))
                    .map_err(redb::Error::from)?,
            ),
        })
    }
}

impl Transaction for Writing<'_> {
    fn get(&mut self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let value = self.table(table)?.get(key).map_err(redb::Error::from)?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    fn put(
        &mut self,
        table: &'static str,
        key: &[u8],
        value: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        let old = self
            .table(table)?
            .insert(key, value)
            .map_err(redb::Error::from)?;
        Ok(old.map(|old| old.value().to_vec()))
    }

    fn delete(&mut self, table: &'static str, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let old = self.table(table)?.remove(key).map_err(redb::Error::from)?;
        Ok(old.map(|old| old.value().to_vec()))
    }

    fn scan(
        &mut self,
        table: &'static str,
        range: &Range,
        visit: &mut Visit<'_>,
    ) -> Result<(), Error> {
        scan(self.table(table)?, range, visit)
    }
}

fn scan(
    table: &impl ReadableTable<&'static [u8], &'static [u8]>,
    range: &Range,
    visit: &mut Visit<'_>,
) -> Result<(), Error> {
    let end = range
        .to
        .as_deref()
        .map_or(Bound::Unbounded, Bound::Excluded);
    if range.to.as_ref().is_some_and(|to| *to <= range.from) {
        return Ok(());
    }
    let pairs = table.range::<&[u8]>((Bound::Included(range.from.as_slice()), end));
    let mut pairs = pairs.map_err(redb::Error::from)?;
    while let Some(pair) = if range.backwards {
        pairs.next_back()
    } else {
        pairs.next()
    } {
        let (key, value) = pair.map_err(redb::Error::from)?;
        if visit(key.value(), value.value()).is_break() {
            break;
        }
    }
    Ok(())
}

impl From<redb::Error> for Error {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::Io(error) => from_io(error),
            redb::Error::PreviousIo
            | redb::Error::DatabaseAlreadyOpen
            | redb::Error::DatabaseClosed => from_io(io::Error::other(error.to_string())),
            other => Self::Damaged(other.to_string()),
        }
    }
}

pub(super) fn from_database(error: DatabaseError) -> Error {
    redb::Error::from(error).into()
}

pub(super) fn from_io(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Full,
        // redb says so of a file without its magic number.
        io::ErrorKind::InvalidData => Error::Damaged(error.to_string()),
        _ => Error::Unavailable(error),
    }
}
