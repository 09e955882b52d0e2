//! Keeps a file's drafts until all of them are known to be good.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use crate::base::ImportId;
use crate::datasets::draft::Draft;

/// A spool file: drafts one after the other, each as key length (2 bytes), JSON length (4), key and
/// JSON. Hash and index entries are made anew.
pub(in crate::datasets) struct Spool {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Spool {
    /// Where the drafts of an import lie.
    pub(in crate::datasets) fn path(folder: &Path, id: ImportId) -> PathBuf {
        folder.join(format!("{id}.drafts"))
    }

    /// The spools in `folder`, with the imports that they are of.
    pub(in crate::datasets) fn all(folder: &Path) -> io::Result<Vec<(ImportId, PathBuf)>> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut spools = Vec::new();
        for entry in entries {
            let path = entry?.path();
            let id = path
                .file_stem()
                .and_then(|stem| stem.to_str()?.parse().ok());
            spools.extend(id.map(|id| (id, path)));
        }
        Ok(spools)
    }

    /// Makes an empty one that nobody else can read.
    pub(super) fn create(folder: &Path, id: ImportId) -> io::Result<Self> {
        use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let path = Self::path(folder, id);
        let file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&path)?;
        Ok(Self {
            path,
            file: BufWriter::with_capacity(1 << 20, file),
        })
    }

    pub(super) fn write(&mut self, drafts: &[Draft]) -> io::Result<()> {
        for draft in drafts {
            let key = u16::try_from(draft.key.len()).map_err(io::Error::other)?;
            let json = u32::try_from(draft.json.len()).map_err(io::Error::other)?;
            self.file.write_all(&key.to_be_bytes())?;
            self.file.write_all(&json.to_be_bytes())?;
            self.file.write_all(draft.key.as_bytes())?;
            self.file.write_all(&draft.json)?;
        }
        Ok(())
    }

    /// Makes the file and its name durable.
    pub(super) fn seal(mut self) -> io::Result<PathBuf> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        if let Some(folder) = self.path.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(self.path)
    }
}

/// A draft as it was spooled.
pub(super) struct Spooled {
    pub(super) key: String,
    pub(super) json: Vec<u8>,
}

/// Reads a spool from a place that an earlier reading came to.
pub(super) struct Unspool {
    file: BufReader<File>,
    at: u64,
    length: u64,
}

impl Unspool {
    pub(super) fn open(path: &Path, at: u64) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(at))?;
        Ok(Self {
            file: BufReader::with_capacity(1 << 20, file),
            at,
            length,
        })
    }

    /// How far the reading came, in bytes.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The next drafts; none at the end.
    pub(super) fn read(&mut self, most: usize) -> io::Result<Vec<Spooled>> {
        let mut drafts = Vec::new();
        while drafts.len() < most && self.at < self.length {
            let key = usize::from(u16::from_be_bytes(self.bytes()?));
            let json = u32::from_be_bytes(self.bytes()?) as usize;
            let key = String::from_utf8(self.run(key)?).map_err(io::Error::other)?;
            let json = self.run(json)?;
            drafts.push(Spooled { key, json });
        }
        Ok(drafts)
    }

    fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact(&mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn run(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.file.read_exact(&mut bytes)?;
        self.at += length as u64;
        Ok(bytes)
    }
}

/// Removes a spool; one that is gone already is as good.
pub(in crate::datasets) fn discard(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Clock;
    use crate::fields::content_hash;

    #[test]
    fn drafts_come_back_in_order_from_any_place_between_two() {
        let folder = tempfile::tempdir().unwrap();
        let id = ImportId::new(&Clock::system());
        let draft = |key: &str| Draft {
            key: key.into(),
            json: b"{}".to_vec(),
            hash: content_hash(key.as_bytes()),
            entries: Vec::new(),
        };
        let mut spool = Spool::create(&folder.path().join("spool"), id).unwrap();
        spool.write(&[draft("a"), draft("b"), draft("c")]).unwrap();
        let path = spool.seal().unwrap();
        let mut first = Unspool::open(&path, 0).unwrap();
        assert_eq!(first.read(1).unwrap()[0].key, "a");
        let mut rest = Unspool::open(&path, first.at()).unwrap();
        let rest = rest.read(10).unwrap();
        assert_eq!(
            rest.iter().map(|one| one.key.as_str()).collect::<Vec<_>>(),
            ["b", "c"]
        );
        assert_eq!(rest[1].json, b"{}");
        discard(&path).unwrap();
        discard(&path).unwrap();
    }
}
