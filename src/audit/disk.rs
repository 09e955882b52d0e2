//! The files of the log, behind a seam so that tests can make them fail.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::segment::SegmentName;

/// Reads segments.
pub trait Segments: Send + Sync {
    /// All segments, in the order of the log.
    fn names(&self) -> io::Result<Vec<SegmentName>>;

    /// A segment's bytes from `offset` on.
    fn read(&self, name: &SegmentName, offset: u64) -> io::Result<Box<dyn Read + Send>>;

    /// A segment's length in bytes; `None` when there is none of that name.
    fn length(&self, name: &SegmentName) -> io::Result<Option<u64>>;
}

/// Reads and writes segments and keeps the log's keys. Nothing is ever shortened or removed.
pub trait Disk: Segments {
    /// Opens a segment to append to it, and makes it, durably, when there is none of that name.
    fn append_to(&self, name: &SegmentName) -> io::Result<Box<dyn Tail>>;

    /// The keys saved last.
    fn load_keys(&self) -> io::Result<Option<Vec<u8>>>;

    /// Saves the keys: durable when it returns, and either these or those before at any moment.
    fn save_keys(&self, keys: &[u8]) -> io::Result<()>;
}

/// The end of a segment.
pub trait Tail: Send {
    /// Writes all of `bytes` at the end; some of them may be there when it errs.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Returns after everything written is durable.
    fn sync(&mut self) -> io::Result<()>;
}

/// A folder of segments that is only read.
pub(super) struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    fn file(&self, name: &SegmentName) -> PathBuf {
        self.path.join(name.to_string())
    }
}

impl Segments for Folder {
    fn names(&self) -> io::Result<Vec<SegmentName>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            names.extend(name.to_str().and_then(|name| name.parse().ok()));
        }
        names.sort_unstable();
        Ok(names)
    }

    fn read(&self, name: &SegmentName, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(self.file(name))?;
        file.seek(SeekFrom::Start(offset))?;
        Ok(Box::new(file))
    }

    fn length(&self, name: &SegmentName) -> io::Result<Option<u64>> {
        match fs::metadata(self.file(name)) {
            Ok(file) => Ok(Some(file.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The folder that the appliance writes, held against every other process, and its key file.
pub(super) struct OwnFolder {
    folder: Folder,
    key_file: PathBuf,
    /// Locked while it is open.
    _held: File,
}

impl OwnFolder {
    /// Makes the folder when it is missing; errs with `WouldBlock` when another process holds it.
    pub(super) fn open(path: &Path, key_file: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o750).create(path)?;
        let held = File::open(path)?;
        held.try_lock()?;
        Ok(Self {
            folder: Folder::new(path),
            key_file: key_file.to_owned(),
            _held: held,
        })
    }
}

impl Segments for OwnFolder {
    fn names(&self) -> io::Result<Vec<SegmentName>> {
        self.folder.names()
    }

    fn read(&self, name: &SegmentName, offset: u64) -> io::Result<Box<dyn Read + Send>> {
        self.folder.read(name, offset)
    }

    fn length(&self, name: &SegmentName) -> io::Result<Option<u64>> {
        self.folder.length(name)
    }
}

impl Disk for OwnFolder {
    fn append_to(&self, name: &SegmentName) -> io::Result<Box<dyn Tail>> {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o640)
            .open(self.folder.file(name))?;
        sync_folder(&self.folder.path)?;
        Ok(Box::new(file))
    }

    fn load_keys(&self) -> io::Result<Option<Vec<u8>>> {
        match fs::read(&self.key_file) {
            Ok(keys) => Ok(Some(keys)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn save_keys(&self, keys: &[u8]) -> io::Result<()> {
        let fresh = self.key_file.with_extension("fresh");
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(keys)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.key_file)?;
        sync_folder(self.key_file.parent().unwrap_or(Path::new(".")))
    }
}

impl Tail for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
