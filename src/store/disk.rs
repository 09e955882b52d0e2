//! Where the store's bytes lie: a file, or a disk that a simulation plays.

use std::fmt::{Debug, Formatter};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::backends::FileBackend;
use redb::{Database, DatabaseError, StorageBackend};

use super::Error;
use super::redb::{from_database, from_io};

/// Refuses writes while less than this is free beside the file, so that the store can always be
/// opened again and read.
const RESERVE_BYTES: u64 = 4 << 20;

/// Opens a simulated disk, as it is after what became of it so far.
pub type Play = Arc<dyn Fn() -> io::Result<Box<dyn StorageBackend>> + Send + Sync>;

/// Where the store's bytes lie.
#[derive(Clone)]
pub enum Disk {
    /// A file, which is made when it is missing.
    File(PathBuf),
    /// A disk of a test's own, with the faults that the test wants.
    Simulated(Play),
}

impl Debug for Disk {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Simulated(_) => f.write_str("Simulated"),
        }
    }
}

impl Disk {
    /// Opens the database that lies here, or makes an empty one.
    pub(super) fn open(&self, cache_bytes: usize) -> Result<Database, Error> {
        match self {
            Self::File(path) => open_file(path, cache_bytes),
            Self::Simulated(play) => {
                let backend = Boxed(play().map_err(from_io)?);
                builder(cache_bytes)
                    .create_with_backend(backend)
                    .map_err(from_database)
            }
        }
    }

    /// Errs when so little room is left that a write might not be finished.
    pub(super) fn check_room(&self) -> Result<(), Error> {
        self.check_room_for(0)
    }

    /// Errs when there is no room for a whole second copy of what is there.
    pub(super) fn check_room_to_migrate(&self) -> Result<(), Error> {
        match self {
            Self::File(path) => {
                let size = fs::metadata(path).map_err(from_io)?.len();
                self.check_room_for(size)
            }
            Self::Simulated(_) => Ok(()),
        }
    }

    /// Errs when so many bytes and a write of the store do not both find room.
    pub(super) fn check_room_for(&self, bytes: u64) -> Result<(), Error> {
        let Self::File(path) = self else {
            return Ok(());
        };
        let room = rustix::fs::statvfs(folder(path)).map_err(|error| from_io(error.into()))?;
        let free = room.f_bavail.saturating_mul(room.f_frsize);
        if free < RESERVE_BYTES.saturating_add(bytes) {
            return Err(Error::Full);
        }
        Ok(())
    }
}

fn builder(cache_bytes: usize) -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(cache_bytes);
    builder
}

/// A file that a kill left half made would never open again, so it is made under another name and
/// takes its own when it is whole.
fn open_file(path: &Path, cache_bytes: usize) -> Result<Database, Error> {
    if !path.try_exists().map_err(from_io)? {
        let fresh = path.with_extension("new");
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(from_io(error)),
            _ => {}
        }
        drop(open_existing(&fresh, cache_bytes)?);
        fs::rename(&fresh, path).map_err(from_io)?;
        let folder = File::open(folder(path)).map_err(from_io)?;
        folder.sync_all().map_err(from_io)?;
    }
    open_existing(path, cache_bytes)
}

fn open_existing(path: &Path, cache_bytes: usize) -> Result<Database, Error> {
    let mut options = OpenOptions::new();
    let file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path);
    let backend = FileBackend::new(file.map_err(from_io)?);
    match backend.and_then(|backend| builder(cache_bytes).create_with_backend(backend)) {
        Ok(database) => Ok(database),
        Err(DatabaseError::DatabaseAlreadyOpen) => Err(Error::Locked(path.to_owned())),
        Err(error) => Err(from_database(error)),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// redb takes a backend by its type; this one stands for any.
#[derive(Debug)]
struct Boxed(Box<dyn StorageBackend>);

impl StorageBackend for Boxed {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }
    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }
    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }
    fn close(&self) -> io::Result<()> {
        self.0.close()
    }
}
