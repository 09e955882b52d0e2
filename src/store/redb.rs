//! The backend on redb: one file, one writer, readers that see a moment.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fs::{self, File};
use std::io;
use std::ops::Bound;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use redb::{
    Database, ReadTransaction, ReadableDatabase as _, ReadableTable, Table, TableDefinition,
    TableError, WriteTransaction,
};

use super::backend::{Backend, Range, Transaction, View, Visit};
use super::{Error, Settings};

type Definition<'a> = TableDefinition<'a, &'static [u8], &'static [u8]>;

/// An open redb file, which is opened anew after an I/O error: redb refuses all further work on a
/// handle that has seen one.
pub(super) struct Redb {
    settings: Settings,
    open: RwLock<Option<Arc<Database>>>,
}

impl Redb {
    /// Opens the file, or makes it.
    pub(super) fn open(settings: &Settings) -> Result<Self, Error> {
        let database = open(settings)?;
        Ok(Self {
            settings: settings.clone(),
            open: RwLock::new(Some(Arc::new(database))),
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
        let database = Arc::new(open(&self.settings)?);
        *slot = Some(Arc::clone(&database));
        Ok(database)
    }

    /// Lets go of the handle after an I/O error; the next call opens the file again.
    fn note<T>(&self, outcome: Result<T, Error>) -> Result<T, Error> {
        if let Err(Error::Full | Error::Unavailable(_)) = &outcome {
            *self.open.write().unwrap_or_else(PoisonError::into_inner) = None;
        }
        outcome
    }
}

/// A file that a kill left half made would never open again, so it is made under another name and
/// takes its own when it is whole.
fn open(settings: &Settings) -> Result<Database, Error> {
    let builder = || {
        let mut builder = Database::builder();
        builder.set_cache_size(settings.cache_bytes);
        builder
    };
    let file = &settings.file;
    if !file.try_exists().map_err(unavailable)? {
        let fresh = file.with_extension("new");
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(unavailable(error));
            }
            _ => {}
        }
        drop(
            builder()
                .create(&fresh)
                .map_err(|error| refused(error, &fresh))?,
        );
        fs::rename(&fresh, file).map_err(unavailable)?;
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = File::open(folder.unwrap_or(Path::new("."))).map_err(unavailable)?;
        folder.sync_all().map_err(unavailable)?;
    }
    builder().open(file).map_err(|error| refused(error, file))
}

impl Backend for Redb {
    fn view(&self) -> Result<Box<dyn View>, Error> {
        let begin = || Ok(self.database()?.begin_read().map_err(redb::Error::from)?);
        Ok(Box::new(Moment(self.note(begin())?)))
    }

    fn write(
        &self,
        work: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), Error>,
    ) -> Result<(), Error> {
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

struct Moment(ReadTransaction);

impl Moment {
    fn table(
        &self,
        name: &str,
    ) -> Result<Option<redb::ReadOnlyTable<&'static [u8], &'static [u8]>>, Error> {
        match self.0.open_table(Definition::new(name)) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(redb::Error::from(error).into()),
        }
    }
}

impl View for Moment {
    fn get(&self, table: &str, key: &[u8]) -> Result<Option<Vec<u8>>, Error> {
        let Some(table) = self.table(table)? else {
            return Ok(None);
        };
        Ok(table
            .get(key)
            .map_err(redb::Error::from)?
            .map(|value| value.value().to_vec()))
    }

    fn scan(&self, table: &str, range: &Range, visit: &mut Visit<'_>) -> Result<(), Error> {
        match self.table(table)? {
            Some(table) => scan(&table, range, visit),
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
            redb::Error::Io(error) => unavailable(error),
            redb::Error::PreviousIo | redb::Error::DatabaseAlreadyOpen => {
                unavailable(io::Error::other(error.to_string()))
            }
            other => Self::Damaged(other.to_string()),
        }
    }
}

fn unavailable(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Full,
        _ => Error::Unavailable(error),
    }
}

fn refused(error: redb::DatabaseError, file: &Path) -> Error {
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => Error::Locked(file.to_owned()),
        other => redb::Error::from(other).into(),
    }
}
