//! The files of exports: one while it is written, and all that lie in their folder.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::base::{ExportId, Hex};

/// Which file of which export: each time it is taken up it begins another.
pub(super) type Name = (ExportId, u32);

/// Where a file lies.
pub(super) fn path(folder: &Path, (export, attempt): Name) -> PathBuf {
    folder.join(format!("{export}.{attempt}"))
}

/// The files in `folder`, as far as they are of exports.
pub(super) fn all(folder: &Path) -> io::Result<Vec<Name>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let parts = name.to_str().and_then(|name| name.split_once('.'));
        let name = parts.and_then(|(id, attempt)| Some((id.parse().ok()?, attempt.parse().ok()?)));
        names.extend(name);
    }
    Ok(names)
}

/// Removes a file; one that is gone already is as good.
pub(super) fn discard(folder: &Path, name: Name) -> io::Result<()> {
    match fs::remove_file(path(folder, name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

/// A file that is being written.
pub(super) struct Part {
    file: BufWriter<File>,
    folder: PathBuf,
    digest: Sha256,
    bytes: u64,
}

/// A file as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) bytes: u64,
    /// SHA-256 in hexadecimal digits.
    pub(super) sha256: String,
}

impl Part {
    /// Begins a file that nobody else can read. Errs when there is one of this name.
    pub(super) fn create(folder: &Path, name: Name) -> io::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        let file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path(folder, name))?;
        Ok(Self::over(file, folder))
    }

    fn over(file: File, folder: &Path) -> Self {
        Self {
            file: BufWriter::with_capacity(1 << 20, file),
            folder: folder.to_owned(),
            digest: Sha256::new(),
            bytes: 0,
        }
    }

    /// How long it is so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Makes the file and its name durable.
    pub(super) fn seal(mut self) -> io::Result<Whole> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        File::open(&self.folder)?.sync_all()?;
        let digest: [u8; 32] = self.digest.finalize().into();
        Ok(Whole {
            bytes: self.bytes,
            sha256: Hex(&digest).to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::base::Clock;

    #[test]
    fn a_file_is_its_owners_alone_and_known_by_its_digest() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("exports");
        let name = (ExportId::new(&Clock::system()), 1);
        assert_eq!(all(&folder).unwrap(), []);
        let mut part = Part::create(&folder, name).unwrap();
        part.write(b"a,b\r\n").unwrap();
        let whole = part.seal().unwrap();
        assert_eq!(whole.bytes, 5);
        let digest: [u8; 32] = Sha256::digest(b"a,b\r\n").into();
        assert_eq!(whole.sha256, Hex(&digest).to_string());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&path(&folder, name))), (0o700, 0o600));
        assert_eq!(all(&folder).unwrap(), [name]);
        assert!(
            Part::create(&folder, name).is_err(),
            "it would be written twice"
        );
        discard(&folder, name).unwrap();
        discard(&folder, name).unwrap();
        assert_eq!(all(&folder).unwrap(), []);
    }

    #[test]
    fn what_is_none_of_ours_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["notes.txt", "x", "0199a3c4-7b10-7000-8000-0123456789ab.csv"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(all(folder.path()).unwrap(), []);
    }

    #[test]
    fn a_full_disk_is_told_at_the_end_at_the_latest() {
        let full = fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let mut part = Part::over(full, Path::new("/dev"));
        part.write(b"little").unwrap();
        let error = part.seal().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
